/* SPDX-License-Identifier: GPL-3.0-or-later
 * GeglBuffer <-> stylemap_layer: pixels as core and hosts read and write them. */
#pragma once
#include <gegl.h>
#include "stylemap.h"

/* A view of `buffer` (extent at 0,0) as core reads and writes it: R'G'B'A float in sRGB, whatever the buffer's
 * own format and colour space. Borrows the buffer. */
stylemap_layer layer_of_picture (GeglBuffer *buffer);
/* The same for the network to look at: what is only partly transparent is opaque. A picture's colours are what they
 * are however much of them is let through. */
stylemap_layer layer_of_colours (GeglBuffer *buffer);
/* One component ("Y float": the stored mask value, no gamma). */
stylemap_layer layer_of_mask (GeglBuffer *buffer);

/* The network's own square as a layer of its size: 3 x S x S in -1..1, opaque, and a mask of 1 x S x S. */
typedef struct {
  gfloat *values;
  gint size;
} LayerSquare;
stylemap_layer layer_of_square (LayerSquare *square);
stylemap_layer layer_of_weights (LayerSquare *weights);
/* A picture of its own, of three colours in `format`, of 3 x S x S in -1..1. */
GeglBuffer    *layer_buffer_of_square (const gfloat *square, gint size, const Babl *format);

/* The float format with the components of `format` in its own encoding, alpha separate: gamma stays gamma, linear
 * light stays linear, so that numbers keep their meaning and babl has nothing to compute. */
const Babl *layer_own_float (const Babl *format);

/* A rectangle's own numbers as floats, the components of layer_own_float. */
void layer_get_numbers (GeglBuffer *buffer, const GeglRectangle *rectangle, gfloat *values);
/* Writes 0..1 floats, one for each component, into a buffer of u8, u16 or float as they are: no colour conversion. */
void layer_set_numbers (GeglBuffer *buffer, const GeglRectangle *rectangle, const gfloat *values);

/* Whether nothing of the buffer can be seen where `weights` ("Y float") is above 0, or, if that is NULL, in `area`. */
gboolean layer_is_clear (GeglBuffer *buffer, GeglBuffer *weights, const GeglRectangle *area);

/* target + mask * (layer - target) in the colours, in the target's own encoding; alpha is the target's, which `layer`
 * has, too. What is no finite number in the target is the layer's. Writes into `target`; pixels whose mask or alpha is 0 keep every bit.
 * With `extend` the alpha becomes a, the greater one of the layer's and the target's t, and in the place of mask stands
 * 1 - (1 - mask) t / a: mask where a = t, 1 where only the layer has something. */
void layer_composite (GeglBuffer *target, GeglBuffer *layer, GeglBuffer *mask, const GeglRectangle *bounds,
                      gboolean extend);
