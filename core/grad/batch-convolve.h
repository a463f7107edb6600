/* SPDX-License-Identifier: GPL-3.0-or-later
 * Convolutions of a batch of maps (tape.h) and their weight gradient, over the kernels of the sessions. The double
 * build has them by definition (tests/grad/batch-convolve.c). */
#pragma once
#include "grad/tape.h"

typedef enum sm_walk {
  SM_WALK_SAME, /* k x k (1 or 3), stride 1, zero padding k / 2: h x w */
  SM_WALK_DOWN, /* 4 x 4 blur with padding 2, then 3 x 3 with stride 2: h / 2 x w / 2 */
  SM_WALK_UP,   /* transposed 3 x 3 with stride 2, then 4 x 4 blur with padding 1: 2h x 2w */
} sm_walk;

typedef struct sm_pass {
  sm_walk walk;
  int k;
  int cin, cout; /* of this run */
  int n, h, w;   /* input: n x cin x h x w */
  real scale;    /* of the weight */
  real gain;     /* of the blur (network/blur.h) */
  int adjoint;   /* a data gradient: the weight is stored cin x cout x k x k, and SAME meets it mirrored */
} sm_pass;

/* out := leaky(conv(in) + bias_scale bias) + add. */
typedef struct sm_target {
  const real *weight, *bias; /* cout x cin x k x k; cout, or NULL */
  real bias_scale, slope;
  const real *add; /* a map like `out`, or `out` itself, or NULL */
  real *out;
} sm_target;

/* Output side for an input side. */
int sm_convolved_side(sm_walk walk, int side);

/* One input, `count` (1 or 2) convolutions. Forward passes of stride 1 are direct sums, backward ones are Winograd's:
 * its rounding turns signs before leaky ReLUs often enough to move the golden gradients by 1e-3; behind them all is
 * linear. */
stylemap_status sm_convolve(sm_workshop *shop, const sm_pass *pass, const real *in, const sm_target *target, int count);

/* grad[i] (cout x cin x k x k) += d sum(out_i delta_i) / d weight_i for the convolutions `pass` (SAME or DOWN) of `in`.
 * UP is DOWN with the roles exchanged: `in` is its delta, `delta` its input, and `exchanged` stores cin x cout. */
stylemap_status sm_convolve_weight(sm_workshop *shop, const sm_pass *pass, const real *in, const real *const *delta,
                                   int count, int exchanged, real *const *grad);
