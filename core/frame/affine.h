/* SPDX-License-Identifier: GPL-3.0-or-later
 * Maps between the pixels of a square, of a layer, and of another layer. Pixel i covers i .. i + 1, so its centre lies
 * at i + 0.5. */
#pragma once
#include "stylemap.h"

/* (x, y) -> (xx x + xy y + x0, yx x + yy y + y0). */
typedef struct sm_affine {
  double xx, xy, x0;
  double yx, yy, y0;
} sm_affine;

/* Pixels of the square's image (0 .. size) -> pixels of the layer it lies on. */
sm_affine sm_affine_of(const stylemap_placement *placement, int size);
sm_affine sm_affine_inverse(const sm_affine *a);
/* First `a`, then `b`. */
sm_affine sm_affine_then(const sm_affine *a, const sm_affine *b);

static inline void sm_affine_at(const sm_affine *a, double x, double y, double *to_x, double *to_y) {
  *to_x = a->xx * x + a->xy * y + a->x0;
  *to_y = a->yx * x + a->yy * y + a->y0;
}
/* How many times longer a length becomes. */
double sm_affine_scale(const sm_affine *a);
/* Neither turned nor mirrored: rows stay rows. */
static inline int sm_affine_upright(const sm_affine *a) { return a->xy == 0 && a->yx == 0 && a->xx > 0 && a->yy > 0; }
