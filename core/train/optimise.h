/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "train/learner.h"

/* Adam (Kingma and Ba, ICLR 2015), bias-corrected. */
typedef struct sm_adam {
  double rate, beta1, beta2, epsilon;
} sm_adam;

/* Every parameter of `weights` takes one step along its gradient. */
void sm_adam_step(sm_workshop *shop, sm_parameters *weights, const sm_adam *adam);
/* average := decay average + (1 - decay) value, for all parameters that have one. */
void sm_average(sm_parameters *weights, double decay);
