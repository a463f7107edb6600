/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap-measure: what its files share. */
#pragma once
#include "cli/cli.h"

extern const Command command_direction_learn, command_direction_find;

/* pictures.c: folders of pictures. ------------------------------------------------------------- */

/* The files below `folder` that can be pictures, in the order of their names, as PictureFile (cli/train/train.h); at most
 * `most`, evenly from all. */
GPtrArray *pictures_of (const gchar *folder, guint most, GError **error);
/* The square of a picture file at its middle, as an edit sees it. */
gboolean picture_square (const gchar *path, gint size, gfloat *image, GError **error);

/* Stylemaps of many pictures, one behind the other. */
typedef struct {
  guint count;
  gfloat *values; /* count x D x P x P */
  guint *which;   /* the number of the file each is of: one that cannot be read is left out with a note */
} Stylemaps;
/* Encodes the files. FALSE where nothing can be read, or when interrupted. */
gboolean stylemaps_make (Stylemaps *maps, Engine *engine, const GPtrArray *files, GError **error);
void     stylemaps_clear (Stylemaps *maps);

/* labels.c: a table of what is to be seen in pictures. -------------------------------------------- */

/* For each of the files 1 or 0, or -1: it is in neither class, or not in the table. `what` is "COLUMN" (a table of 1 and 0
 * or 1 and -1; other numbers: their upper and lower third), "COLUMN=VALUE" against all other values, or
 * "COLUMN=VALUE/AGAINST". The table is CSV; its first column names the pictures, by their path in the folder or by the last
 * part of it. */
gint *labels_read (const gchar *path, const gchar *what, const GPtrArray *files, GError **error);
