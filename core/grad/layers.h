/* SPDX-License-Identifier: GPL-3.0-or-later
 * The layers of the network, each with its backward pass, and with its tangent where the discriminator uses it.
 * Every function accepts NULL values after a failure (tape.h). */
#pragma once
#include "stylemap.h"
#include "grad/batch-convolve.h"
#include "grad/tape.h"

/* Planes to a map and back; what is there already is returned as it is: convert.c. */
sm_variable *sm_layer_enter(sm_tape *tape, sm_variable *x);
sm_variable *sm_layer_leave(sm_tape *tape, sm_variable *x);

/* gain * leaky(scale * conv(x) + bias) + add: conv.c. The walks are convolve.h's, blurs included. */
typedef struct sm_form {
  sm_walk walk;
  int k;
  double scale;       /* of the stored weight (equalised learning rate) */
  sm_parameter *bias; /* or NULL */
  double slope, gain; /* slope 1: linear, and then gain is 1 */
  sm_variable *add;   /* of the result's shape, or NULL; not together with an activation */
} sm_form;
sm_variable *sm_layer_conv(sm_tape *tape, sm_variable *x, sm_parameter *weight, const sm_form *form);

/* The low-pass (network/blur.h) of the paper's skips: blur.c. */
sm_variable *sm_layer_blur_halve(sm_tape *tape, sm_variable *x); /* pad 1, every second pixel: side / 2 */
/* zeros inserted, pad 2, gain 4: 2 side; plus `add` */
sm_variable *sm_layer_blur_double(sm_tape *tape, sm_variable *x, sm_variable *add);

/* For layers with an activation: grad := grad * gain * (out > 0 ? 1 : slope), and its sums over pixels and pictures are
 * added to the bias's gradient (NULL: not). activate.c. */
void sm_mask_sums(sm_tape *tape, const sm_variable *out, double slope, double gain, real *grad, sm_parameter *bias);

/* sqrt(2) * leaky ReLU 0.2 of x + lr_mul * bias, and x + bias, in place of x, for linear layers: activate.c. */
sm_variable *sm_layer_lrelu(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul);
sm_variable *sm_layer_bias(sm_tape *tape, sm_variable *x, sm_parameter *bias);

/* norm(x) * gamma + beta, both 3 x 3 convolutions of `style`: modulate.c. BATCH_NORM uses the batch's own statistics
 * and moves `running` (mean then biased-corrected variance, c each, may be NULL) by a tenth towards them, as the
 * reference does in training; on a tape with `evaluate` it uses `running`. */
typedef struct sm_modulation {
  sm_parameter *gamma, *gamma_bias, *beta, *beta_bias;
  double scale; /* of both weights */
  stylemap_norm norm;
  real *running;
} sm_modulation;
sm_variable *sm_layer_modulate(sm_tape *tape, sm_variable *x, sm_variable *style, const sm_modulation *m);

/* x (n x features) -> n x m x h x w with m * h * w rows of `weight`: linear.c. */
sm_variable *sm_layer_linear(sm_tape *tape, sm_variable *x, sm_parameter *weight, double scale, int c, int h, int w);
/* z / sqrt(mean(z^2) + 1e-8); z is a leaf and gets no gradient. */
sm_variable *sm_layer_pixel_norm(sm_tape *tape, const real *z, int n, int dim);
/* The learned constant, n times: linear.c. */
sm_variable *sm_layer_constant(sm_tape *tape, sm_parameter *input, int n);

/* Appends the minibatch standard deviation as one more map: deviation.c. n must be divisible by min(n, 4). */
sm_variable *sm_layer_deviation(sm_tape *tape, sm_variable *x);

/* a + mask (b - a), of maps or of planes, both alike; mask: n x h x w, which must outlive the tape's use: blend.c. */
sm_variable *sm_layer_blend(sm_tape *tape, sm_variable *a, sm_variable *b, const real *mask);

/* For the perceptual network: pool.c. */
sm_variable *sm_layer_max_pool(sm_tape *tape, sm_variable *x); /* 2 x 2; odd sides drop the last */
sm_variable *sm_layer_scale_shift(sm_tape *tape, sm_variable *x, const double *scale,
                                  const double *shift); /* by channel, 3 */
