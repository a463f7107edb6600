/* SPDX-License-Identifier: GPL-3.0-or-later
 * Losses: each returns its plain value, and adds `weight` times its gradient to the values it reads. */
#pragma once
#include "grad/tape.h"

/* For a loss: the gradient block of `value`, cleared if it is new; NULL if none is wanted. */
real *sm_seed_gradient(sm_tape *tape, sm_variable *value);

/* mean softplus(sign * d) over the batch: sign -1 where d should say "real", 1 where it should say "made". */
double sm_loss_logistic(sm_tape *tape, sm_variable *d, int sign, double weight);

/* Mean squared difference from `target`, which lies like `value` (padded channels 0). `focus`, of planes only,
 * or NULL: h x w factors of the gradient, with which each pixel counts so many times. */
double sm_loss_squares(sm_tape *tape, sm_variable *value, const real *target, const real *focus, double weight);

/* Mean absolute difference from `target`, of the image and of its horizontal and vertical differences, summed over
 * `levels` scales (each the 2 x 2 average of the one before; fewer where a side would fall below 8). Sides are powers
 * of two. */
double sm_loss_edges(sm_tape *tape, sm_variable *image, const real *target, int levels, double weight);

/* Focal frequency loss: the mean over planes and frequencies of |D|^2 |D| / max |D|, D the unitary discrete Fourier transform
 * of a plane's difference from `target`; the factor |D| / max |D| counts as given, so the gradient is that of the squares.
 * Sides are powers of two. */
double sm_loss_frequencies(sm_tape *tape, sm_variable *image, const real *target, double weight);

/* R1: the plain penalty mean |grad_x D(x)|^2; adds weight times its gradient to D's parameters. `d` is D(x) on a tape
 * of its own whose one leaf with `wants` is `x`; the tape's gradients are used up. */
double sm_loss_r1(sm_tape *tape, sm_variable *x, sm_variable *d, double weight);
