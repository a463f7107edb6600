/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `evaluate` measures: squares of pictures, 8 bits a channel, as a picture file has them and as results are seen. */
#pragma once
#include "cli/measure/measure.h"

typedef struct {
  gint size;
  guint count;
  guint8 *bytes; /* count x 3 x size x size */
  gchar **stems; /* the files' names without folder and ending, closed by NULL */
} Squares;

/* Takes one, of a file. */
typedef gboolean (*SquareTake) (gpointer data, const gchar *path, const gfloat *image, GError **error);

/* Each of the files below `folder`, at most `most`, evenly, one after the other. FALSE where there is none, or when interrupted. */
gboolean squares_each (const gchar *folder, guint most, gint size, SquareTake take, gpointer data, GError **error);
/* Those of the files below `folder`, at most `most`, evenly. FALSE where there is none, or when interrupted. */
gboolean squares_read (Squares *squares, const gchar *folder, guint most, gint size, GError **error);
void     squares_clear (Squares *squares);
/* Room for `count` of them, named as those of `like`. */
void     squares_new (Squares *squares, gint size, guint count, const Squares *like);
/* As floats in -1..1, and rounded back from floats that are clipped. */
void     square_get (const Squares *squares, guint number, gfloat *image);
void     square_set (Squares *squares, guint number, const gfloat *image);
/* The number of the square of that stem, or -1. */
gint     squares_find (const Squares *squares, const gchar *stem);

/* A file's name without folder and ending. */
gchar   *stem_of (const gchar *path);
