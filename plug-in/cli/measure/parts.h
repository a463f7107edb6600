/* SPDX-License-Identifier: GPL-3.0-or-later
 * Local editing as the paper measures it: parts of pictures, pairs whose parts lie alike, what an edit keeps and brings. */
#pragma once
#include "cli/measure/detection.h"
#include "cli/measure/others.h"

typedef struct {
  Engine *engine;
  const Squares *squares;
  const gchar *folder;     /* of masks, or NULL */
  gboolean halves;         /* of pictures are edited, too */
  const GPtrArray *others; /* of Other: edits of other programs, each by its pair's name (pairs.h) */
  const gchar *written;    /* a folder for the pairs, or NULL */
  Detection *detection;    /* or NULL */
  Table *table;
} PartsRequest;

/* Adds a row for each method and part of which there are pairs, for each of the others, and one for the mean of each. `folder`
 * holds, for pictures by their stems, masks as CelebAMask-HQ publishes them: a grey picture of labels 0..18 (STEM.png), or one
 * picture for each label (STEM_hair.png, the number filled with 0 to five digits or not); or a plain mask STEM.png, brighter than
 * half where the part is. Of halves two pictures in their order are a pair: the right one, and in the next pair the lower one. */
gboolean parts_measure (const PartsRequest *request, GError **error);

/* The square of a grey picture, every pixel the nearest one's: 0..255. */
gboolean mask_read (const gchar *path, gint size, guint8 *values, GError **error);
