/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether StyleMap works here, as a text for people who help. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* Lines on versions, the instruction set, the folders of models and what lies in them, and a run of the default model that
 * takes about a second; the first are `host`, the caller's own. To be freed. `ok`: nothing was found that keeps it from
 * working. */
gchar *selfcheck_run (const gchar *host, stylemap_progress tell, gpointer data, gboolean *ok);
