/* SPDX-License-Identifier: GPL-3.0-or-later
 * The layers of the network, each with its backward pass, and with its tangent where the discriminator uses it.
 * Every function accepts NULL values after a failure (tape.h). */
#pragma once
#include "stylemap.h"
#include "train/tape.h"

/* convolve: conv.c. `scale` multiplies the stored weight (equalised learning rate). Plain k x k with zero padding,
 * stride 2 without padding, transposed stride 2. */
sm_variable *sm_layer_conv(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale);
sm_variable *sm_layer_conv_down(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale);
sm_variable *sm_layer_conv_up(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale);

/* The [1,3,3,1] low-pass of the paper's networks: blur.c. */
sm_variable *sm_layer_blur(sm_tape *tape, sm_variable *x, int pad, double gain); /* side + 2 pad - 3 */
sm_variable *sm_layer_blur_halve(sm_tape *tape, sm_variable *x);  /* pad 1, every second pixel: side / 2 */
sm_variable *sm_layer_blur_double(sm_tape *tape, sm_variable *x); /* zeros inserted, pad 2, gain 4: 2 side */

/* gain * (v >= 0 ? v : slope * v), v = x + lr_mul * bias, in place of x: activate.c. The bias has one number a channel
 * (a linear layer's output: one each). `bias` may be NULL. */
sm_variable *sm_layer_activate(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul, double slope,
                               double gain);
/* sqrt(2) leaky ReLU 0.2, as everywhere in the model. */
sm_variable *sm_layer_lrelu(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul);
/* x + bias, in place. */
sm_variable *sm_layer_bias(sm_tape *tape, sm_variable *x, sm_parameter *bias);

/* (a + b) / sqrt(2), in place of b: activate.c. */
sm_variable *sm_layer_join(sm_tape *tape, sm_variable *a, sm_variable *b);

/* norm(x) * gamma + beta, in place of beta: modulate.c. BATCH_NORM uses the batch's own statistics and moves
 * `running` (mean then biased-corrected variance, c each, may be NULL) by a tenth towards them, as the reference does
 * in training; on a tape with `evaluate` it uses `running`. */
sm_variable *sm_layer_modulate(sm_tape *tape, sm_variable *x, sm_variable *gamma, sm_variable *beta, stylemap_norm norm,
                               real *running);

/* x (n x features) -> n x m x h x w with m * h * w rows of `weight`: linear.c. */
sm_variable *sm_layer_linear(sm_tape *tape, sm_variable *x, sm_parameter *weight, double scale, int c, int h, int w);
/* z / sqrt(mean(z^2) + 1e-8); z is a leaf and gets no gradient. */
sm_variable *sm_layer_pixel_norm(sm_tape *tape, const real *z, int n, int dim);
/* The learned constant, n times: linear.c. */
sm_variable *sm_layer_constant(sm_tape *tape, sm_parameter *input, int n);

/* Appends the minibatch standard deviation as one more map: deviation.c. n must be divisible by min(n, 4). */
sm_variable *sm_layer_deviation(sm_tape *tape, sm_variable *x);

/* For the perceptual network: pool.c. */
sm_variable *sm_layer_max_pool(sm_tape *tape, sm_variable *x); /* 2 x 2; odd sides drop the last */
sm_variable *sm_layer_scale_shift(sm_tape *tape, sm_variable *x, const double *scale,
                                  const double *shift); /* by channel, 3 */
