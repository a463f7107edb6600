/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pairs of pictures whose parts lie alike, and their edits as files that other programs can work on. */
#pragma once
#include "cli/measure/edits.h"
#include "cli/measure/squares.h"

typedef struct {
  guint a, b;      /* numbers of the pictures: b's part goes into a */
  gdouble overlap; /* intersection over union of the part */
  gboolean shown;  /* one of them at least shows the part */
} Pair;

/* Pairs by greatest overlap of a part, then in their order, each picture in one, as published; then those of which neither shows the
 * part are left out. `bits`: pixels of one picture behind another's, 1 << label each, all 0 for a picture without masks; `part`: the
 * labels of the part. */
GArray *pairs_find (const guint32 *bits, guint pictures, gsize pixels, guint part);
/* "PART-A-B" by the pictures' stems: an edit's name, without ending. */
gchar  *pair_name (const Squares *squares, const Pair *pair, const gchar *part);

/* Edits as files in a folder: NAME-target.png, NAME-reference.png and NAME-mask.png, and pairs.csv, a manifest for `stylemap
 * batch` whose outputs are NAME.png. */
typedef struct {
  const gchar *folder; /* NULL: nothing is written */
  GString *manifest;
} PairWriter;
gboolean pairs_writer_new (PairWriter *writer, const gchar *folder, GError **error);
gboolean pairs_write (PairWriter *writer, const gchar *name, const Scene *scene, GError **error);
/* Writes the manifest, unless there was a failure, and frees what there is. */
gboolean pairs_writer_end (PairWriter *writer, gboolean done, GError **error);
