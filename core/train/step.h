/* SPDX-License-Identifier: GPL-3.0-or-later
 * One iteration of the paper's joint training. */
#pragma once
#include "grad/learner.h"
#include "train/optimise.h"
#include "grad/perceive.h"

typedef struct sm_step_options {
  int batch;
  double rate, beta1, beta2, epsilon; /* Adam */
  int muon;                           /* E's and G's convolutions take sm_muon_step's */
  double decay;                       /* EMA */
  int r1_every;                       /* lazy R1: every so many iterations; D's rate and betas are scaled for it */
  double r1;                          /* gamma: gamma / 2 * r1_every * penalty */
  /* weights; 0 leaves the loss out, with all that only it needs */
  double g_adversarial, w_reconstruction, d_adversarial, in_domain, squares, perceptual, edges, features;
  double mixtures; /* healed collages look real; with them D's share of it */
  double matching; /* of the warm-up: see match_step in step.c */
} sm_step_options;

/* In the order of a log's columns. */
typedef struct sm_step_losses {
  double g_adversarial, w_reconstruction, d_adversarial, r1, squares, perceptual, edges, in_domain, matching, features;
  double mixtures;
} sm_step_losses;

/* Called with the finished gradients before every optimiser step: "g_adv", "e_w_rec", "d_adv", "d_r1", "rec". Data
 * parallel training averages them here. Non-OK ends the iteration. */
typedef stylemap_status sm_step_hook(void *data, const char *step, sm_parameters *weights);

typedef struct sm_step {
  sm_workshop *shop;
  sm_learner *learner;
  const sm_step_options *options;
  const sm_perceiver *perceiver; /* NULL: none */
  const real *focus;             /* S x S weights of the squared difference, or NULL */
  sm_step_hook *hook;            /* or NULL */
  void *hook_data;
  const real *seen;       /* what the encoder is shown in place of x, as many numbers; or NULL: x */
  const real *collages;   /* as many numbers as x: what is healed for `mixtures` */
  const real *candidates; /* candidate_count x D; needed where `matching` is not 0 */
  int candidate_count;
} sm_step;

/* x: batch x 3 x S x S; z_g and z_d: batch x D. `iteration` (from 0) decides whether R1 is due. After a failure the
 * weights are undefined. */
stylemap_status sm_train_step(const sm_step *step, uint64_t iteration, const real *x, const real *z_g, const real *z_d,
                              sm_step_losses *losses);
