/* SPDX-License-Identifier: GPL-3.0-or-later
 * The user's settings, for every host: $XDG_CONFIG_HOME/stylemap/settings.ini, the group [stylemap]. What is not in it, or makes no sense,
 * has its default. Any thread. */
#pragma once
#include <glib.h>

/* The file, whether it is there or not; to be freed. */
gchar *settings_path (void);

/* model=: the default model's name or path, to be freed; NULL: none is named. */
gchar *settings_model (void);

/* provenance=: whether pictures say in their XMP that a model drew them, or drew into them; by default they do. */
gboolean settings_provenance (void);
/* Keeps it, and all else that is in the file. FALSE and a sentence where the file cannot be written. */
gboolean settings_set_provenance (gboolean wanted, GError **error);
