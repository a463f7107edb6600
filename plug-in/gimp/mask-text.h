/* SPDX-License-Identifier: GPL-3.0-or-later
 * A mask as a text, for parasites: 8 bits a pixel, packed. On any thread. */
#pragma once
#include <gegl.h>

/* "X,Y,WIDTH,HEIGHT,BASE64" of what is above 0, whose pixel (x, y) becomes (0, 0); to be freed. NULL: nothing is. */
gchar *mask_text(GeglBuffer *mask, gint x, gint y);
/* The same once more, "Y u8" with an extent of width x height at 0,0. NULL where the text makes no sense. */
GeglBuffer *mask_of_text(const gchar *text, gint width, gint height);
