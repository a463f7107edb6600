/* SPDX-License-Identifier: GPL-3.0-or-later
 * Local editing as the paper measures it: parts of pictures, pairs whose parts lie alike, what an edit keeps and brings. */
#pragma once
#include "cli/measure/squares.h"
#include "cli/measure/table.h"

/* Adds a row for each method and part of which there are pairs, and one for each method's mean. `folder` holds, for
 * pictures by their stems, masks as CelebAMask-HQ publishes them: a grey picture of labels 0..18 (STEM.png), or one picture
 * for each label (STEM_hair.png, the number filled with 0 to five digits or not); or a plain mask STEM.png, brighter than
 * half where the part is. */
gboolean parts_measure (Engine *engine, const Squares *squares, const gchar *folder, Table *table, GError **error);

/* The square of a grey picture, every pixel the nearest one's: 0..255. */
gboolean    mask_read (const gchar *path, gint size, guint8 *values, GError **error);
/* The paths of the pictures below a folder by their stems; g_hash_table_unref. */
GHashTable *files_by_stem (const gchar *folder, GError **error);
