/* SPDX-License-Identifier: GPL-3.0-or-later
 * A rectangle of a layer through any map that turns, mirrors, moves and scales. */
#pragma once
#include "frame/affine.h"
#include "frame/stream.h"

/* Fills out[planes][height][width]: pixel (i, j) is the layer around map(x + i + 0.5, y + j + 0.5), averaged over about
 * the area that an output pixel covers when shrinking, by Catmull-Rom's cubic when not (a mask: linearly, and above 0
 * wherever the pixel touches what is). Upright maps are sm_stream's, so exact; beyond the layer its edge repeats. The
 * layer is read in pieces, in no order, some of it twice. */
stylemap_status sm_warp(const stylemap_layer *layer, sm_planes planes, sm_resampling how, const sm_affine *map, int x,
                        int y, int width, int height, float *out, stylemap_error *error);

/* The square's planes[count][size][size] -> pixels x, y .. of the layer that `square` (sm_affine_of) lays it on:
 * out[count][height][width], resampled as above, at 1:1 copied. Beyond the square its edge repeats. */
stylemap_status sm_spread(const float *planes, int count, int size, const sm_affine *square, int x, int y, int width,
                          int height, float *out, stylemap_error *error);
