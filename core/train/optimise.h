/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "grad/learner.h"

/* Adam (Kingma and Ba, ICLR 2015), bias-corrected. */
typedef struct sm_adam {
  double rate, beta1, beta2, epsilon;
  int muon; /* the convolutions' weights are left to sm_muon_step */
} sm_adam;

/* Adam for a network whose regulariser is applied every so many iterations, in a step of its own (lazy regularisation,
 * Karras et al. 2020, appendix B): rate and betas as if both were one. */
sm_adam sm_lazy_adam(const sm_adam *adam, int every);

/* Every parameter of `weights` takes one step along its gradient; with `muon` only those that sm_muon_step leaves. */
void sm_adam_step(sm_workshop *shop, sm_parameters *weights, const sm_adam *adam);
/* The convolutions' weights of `weights` take a step by orthogonalised momentum (muon.c), of the size of Adam's
 * with beta1 0.9; the momentum is 0.95. Of `adam` it takes the rate, and keeps the squares with beta2 for steps of
 * Adam's that may follow. */
stylemap_status sm_muon_step(sm_workshop *shop, sm_parameters *weights, const sm_adam *adam);
/* A convolution's output channels, the rows of its matrix; 0 for the learned constant and all others, which stay with
 * Adam. */
int sm_muon_rows(const sm_parameter *parameter);
/* average := decay average + (1 - decay) value, for all parameters that have one. */
void sm_average(sm_parameters *weights, double decay);
