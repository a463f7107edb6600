/* SPDX-License-Identifier: GPL-3.0-or-later
 * A selection or a mask picture -> the weights of an edit: feathered, cut to the model's square. */
#pragma once
#include <gegl.h>
#include "stylemap.h"

#define MASK_BY_SIZE -1.0 /* a feather that follows the square and what is selected: feather.h */

/* What was selected, on a layer. */
typedef struct {
  GeglBuffer *selection; /* one component, any extent; NULL: the whole square */
  gint x, y;             /* layer pixel (i, j) is selection pixel (i + x, j + y) */
  gdouble feather;       /* pixels, as GIMP's Select > Feather; 0 = none; or MASK_BY_SIZE */
  gboolean average;      /* where a part lies in most pictures, not drawn on this one: what comes out fades inside its edge */
} MaskSource;

typedef struct {
  GeglBuffer *weights;  /* "Y float", extent = bounds */
  GeglRectangle bounds; /* in layer pixels: where the weight is above 0 */
  gdouble most;         /* the greatest weight */
  gdouble feather;      /* pixels that the selection was feathered by; 0: not at all, or nothing was selected */
  gboolean whole;       /* nothing was selected: the whole square */
  gboolean cut;         /* the selection goes on beyond the square */
} Mask;

/* The weights of an edit whose square is at `placement` of a width x height layer. At the edges of the square that lie
 * inside the layer they fall to 0 over the feather (at most a quarter of the square). FALSE with a sentence that says
 * why where nothing is left. */
gboolean mask_make (const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Mask *mask,
                    GError **error);
void     mask_clear (Mask *mask);

/* `mask` as core samples it: the weights over the whole width x height layer. */
stylemap_layer mask_layer (const Mask *mask, gint width, gint height);

/* `mask` becomes the greater weight of both, everywhere. */
void mask_unite (Mask *mask, const Mask *other);

/* The weights fall to 0 inside their edge, over about `over` pixels; not at the ends of the width x height layer. */
void     mask_fade_inside (Mask *mask, gint width, gint height, gdouble over);

/* Whether something that is selected lies on the layer, but beyond the square. */
gboolean mask_reaches_over (const MaskSource *source, const stylemap_placement *placement, gint width, gint height);
/* The part of a selection, in layer pixels, that the weights depend on; `feather` as a MaskSource's. */
void     mask_reach (const stylemap_placement *placement, gint width, gint height, gdouble feather,
                     GeglRectangle *reach);

/* The smallest rectangle that holds every weight above 0; FALSE (and an empty one) where there is none. */
gboolean mask_bounds (GeglBuffer *weights, GeglRectangle *bounds);

/* GIMP's Select > Feather (gegl:gaussian-blur of radius / 3.5, edges kept) on a copy in float; weights below
 * 1/512, and what is no number, become 0. Returns a new "Y float" buffer of the same extent. */
GeglBuffer *mask_feather (GeglBuffer *selection, gdouble radius);
