/* SPDX-License-Identifier: GPL-3.0-or-later
 * Convolutions of a batch and their weight gradient, as matrix products over gathered columns. */
#pragma once
#include "train/tape.h"

typedef enum sm_walk {
  SM_WALK_SAME, /* k x k, stride 1, zero padding k / 2: out h x w */
  SM_WALK_DOWN, /* stride 2, no padding: out (h - k) / 2 + 1 */
  SM_WALK_UP,   /* transposed, stride 2, no padding: out 2 (h - 1) + k */
} sm_walk;

typedef struct sm_pass {
  sm_walk walk;
  int k;         /* 1 or 3 */
  int cin, cout; /* of this run */
  int n, h, w;   /* input: n x cin x h x w */
  real scale;
} sm_pass;

/* Output side for an input side. */
int sm_convolved_side(sm_walk walk, int k, int side);

/* out (n x cout x oh x ow) := conv(in), or += with `add`. The weight is stored cout x cin x k x k, or, with `adjoint`,
 * as that of the convolution whose data gradient this run is: cin x cout x k x k (and mirrored, for SAME). */
stylemap_status sm_convolve(sm_workshop *shop, const sm_pass *run, const real *weight, int adjoint, const real *in,
                            int add, real *out);

/* grad (cout x cin x k x k) += d sum(out * delta) / d weight, for the convolution `run` (walk SAME or DOWN) of `in`
 * (n x cin x h x w); delta is n x cout x oh x ow. For UP see layers.c: it is DOWN with the roles exchanged, for which
 * `exchanged` stores cin x cout x k x k. */
stylemap_status sm_convolve_weight(sm_workshop *shop, const sm_pass *run, const real *in, const real *delta,
                                   int exchanged, real *grad);

/* What convolve.c hands to the kernels of the sessions (fast.c, float only): plain 3 x 3, and every weight gradient.
 * The weight is arranged already: cout x cin x k x k of this run. `exact` does without Winograd: its rounding, ten
 * times that of the direct sum, turns signs before leaky ReLUs often enough to move the golden gradients by 1e-3, so
 * forward passes are exact; backward ones are linear and may be fast (7.6e-5). */
stylemap_status sm_fast_convolve(sm_workshop *shop, const sm_pass *run, int exact, const float *weight, const float *in,
                                 int add, float *out);
stylemap_status sm_fast_weight(sm_workshop *shop, const sm_pass *run, const float *in, const float *delta,
                               int exchanged, float *grad);
