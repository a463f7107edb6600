/* SPDX-License-Identifier: GPL-3.0-or-later
 * LAYER PIXELS <-> SQUARE TENSOR: what sample.c and paste.c share. */
#pragma once
#include "base/error.h"

enum { SM_BAND_BYTES = 4 << 20 };

/* Rows of `width` pixels of `channels` floats that one read or write handles. */
static inline int sm_band_rows(int width, int channels) {
  size_t rows = SM_BAND_BYTES / ((size_t)width * (size_t)channels * sizeof(float));
  return rows < 1 ? 1 : rows > 1 << 20 ? 1 << 20 : (int)rows;
}

/* Cut to 0..1; NaN becomes 0. */
static inline float sm_unit(float v) {
  v = v > 0 ? v : 0; /* in these words a maximum and a minimum, which take no branch */
  return v < 1 ? v : 1;
}

/* A placement that this version can handle, on a layer that has pixels. */
stylemap_status sm_check_placement(const stylemap_layer *layer, const stylemap_placement *placement, int size,
                                   stylemap_error *error);
/* A rectangle of at least a pixel that lies on the layer. */
stylemap_status sm_check_rectangle(const stylemap_layer *layer, int x, int y, int w, int h, stylemap_error *error);
stylemap_status sm_layer_stopped(stylemap_error *error);

/* Pixels of the square. */
typedef struct sm_part_of_square {
  int x, y, width, height;
} sm_part_of_square;

/* The part that sees anything of the layer's rectangle x, y, w, h; width and height 0 where none does. */
sm_part_of_square sm_part_seeing(const stylemap_placement *placement, int size, int x, int y, int w, int h);
/* As stylemap_sample and stylemap_sample_mask; what does not belong to the part stays. */
stylemap_status sm_sample_part(const stylemap_layer *layer, const stylemap_placement *placement, int size,
                               const sm_part_of_square *part, float *image, stylemap_error *error);
stylemap_status sm_sample_mask_part(const stylemap_layer *mask, const stylemap_placement *placement, int size,
                                    const sm_part_of_square *part, float *values, stylemap_error *error);
