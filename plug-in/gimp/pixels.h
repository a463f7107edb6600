/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIMP's drawables <-> buffers of this process. Main thread only. */
#pragma once
#include "gimp/compat.h"
#include <gegl.h>

/* A buffer of the drawable's size that holds the pixels of `area` (the rest stays empty and costs nothing), in
 * the drawable's own depth and in the colour space of its image's profile: with its effects, without its layer mask; of a
 * layer group, what its layers make together. */
GeglBuffer *pixels_copy(DrawableRef drawable, const GeglRectangle *area);
/* The same of a layer with its mask, if that is switched on, in the alpha: as it is seen. */
GeglBuffer *pixels_copy_masked(DrawableRef drawable, const GeglRectangle *area);

/* Whether two buffers of one size differ in `area`, bit by bit. */
gboolean pixels_differ(GeglBuffer *a, GeglBuffer *b, const GeglRectangle *area);
/* A digest of these bits, and of what they mean; to be freed. */
gchar *pixels_digest(GeglBuffer *picture, const GeglRectangle *area);

/* The part `area` of what lies there if the drawable's corner is at (x, y); its extent is `area`. */
GeglBuffer *pixels_copy_part(DrawableRef drawable, const GeglRectangle *area, gint x, gint y);
/* The same of a layer mask, as "Y float", times `opacity`; of a mask that is all 1 where there is none. */
GeglBuffer *pixels_copy_weights(DrawableRef mask, const GeglRectangle *area, gint x, gint y, gdouble opacity);

/* The part `area` (canvas pixels) of the selection, or NULL if nothing is selected. */
GeglBuffer *pixels_copy_selection(ImageRef image, const GeglRectangle *area);

typedef enum { PIXELS_OPAQUE, PIXELS_CUT, PIXELS_HALF } PixelsAlpha;
/* Whether alpha is 1 all over `area`, or 0 in places, or between them in places. */
PixelsAlpha pixels_alpha(GeglBuffer *picture, const GeglRectangle *area);
/* Whether a layer mask has values between 0 and 1 in `area`. */
gboolean pixels_mask_is_soft(DrawableRef mask, const GeglRectangle *area);

/* Fills `drawable` from `picture`, whose extent has its size; what is not a finite number becomes 0. */
void pixels_write(DrawableRef drawable, GeglBuffer *picture);

/* Lays `picture` over `drawable` by the weights `mask`, as layer_composite does, with its `extend`. Both have an extent within it, in its
 * pixels; the rest, and what has no weight, keeps every bit. */
void pixels_composite(DrawableRef drawable, GeglBuffer *picture, GeglBuffer *mask, gboolean extend);

/* Fills a layer mask from `mask` ("Y float", extent `area`), times the part `area` of `other` (a layer mask in the same
 * coordinates, or NO_ITEM). */
void pixels_write_mask(DrawableRef drawable, GeglBuffer *mask, DrawableRef other);
