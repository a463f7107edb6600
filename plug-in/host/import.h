/* SPDX-License-Identifier: GPL-3.0-or-later
 * Other people's models into the user's own folder of models. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* The file's SHA-256 as 64 hexadecimal digits, or NULL; HOST_ERROR_CANCELLED as soon as `stop` (or NULL) says so. */
gchar   *import_sha256 (const gchar *path, gboolean (*stop) (void), GError **error);

/* The name that a file's model has by itself: of what it is called, without its ending. To be freed. */
gchar   *import_name (const gchar *path);
/* Where the model `name` comes to lie, to be freed. NULL with a sentence where that is no name for a file or there is a
 * model of that name already. */
gchar   *import_target (const gchar *name, GError **error);

typedef struct {
  guint64 bytes;   /* of the new file */
  gdouble change;  /* the largest of a weight, by 16-bit floats */
} ImportReport;

/* Converts the model in `path`, of any form that can be read, to 16-bit floats in `target`, which says by source_sha256 what
 * it was made of. On FALSE there is no new file. */
gboolean import_model (const gchar *path, const gchar *target, stylemap_progress tell, gpointer data, ImportReport *report,
                       GError **error);
