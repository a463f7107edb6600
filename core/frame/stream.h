/* SPDX-License-Identifier: GPL-3.0-or-later
 * A rectangle of a layer at another pitch, rows staying rows. */
#pragma once
#include "base/error.h"
#include "frame/resample.h"

/* What is read of a layer, one float plane each. */
typedef enum sm_planes {
  SM_PLANES_MASK = 1,    /* the mask's numbers */
  SM_PLANES_PICTURE = 3, /* R'G'B', over mid-grey where transparent */
  SM_PLANES_COLOURS = 4, /* R'G'B' times alpha, and alpha */
} sm_planes;

/* Fills out[planes][height][width]: pixel (i, j) is the layer over left + i step .. left + (i + 1) step, top + j step ..,
 * by the filter of resample.h; beyond the layer its edge repeats. What is no number counts as 0, all is cut to 0..1. The
 * layer is read in bands from top to bottom, once. */
stylemap_status sm_stream(const stylemap_layer *layer, sm_planes planes, sm_resampling how, double left, double top,
                          double step, int width, int height, float *out, stylemap_error *error);
