/* SPDX-License-Identifier: GPL-3.0-or-later
 * One iteration of the paper's joint training. */
#pragma once
#include "grad/learner.h"
#include "train/optimise.h"
#include "grad/perceive.h"
#include "grad/view.h"

typedef struct sm_step_options {
  int batch;
  double rate, beta1, beta2, epsilon; /* Adam */
  double d_rate;                      /* D's rate */
  int muon;                           /* E's and G's convolutions take sm_muon_step's */
  double decay;                       /* EMA */
  int r1_every;                       /* lazy R1: every so many iterations; D's rate and betas are scaled for it */
  double r1;                          /* gamma: gamma / 2 * r1_every * penalty */
  /* weights; 0 leaves the loss out, with all that only it needs */
  double g_adversarial, w_reconstruction, d_adversarial, in_domain, squares, perceptual, edges, frequencies, features;
  double mixtures; /* edits of two pictures look real; with them D's share of it */
  double matching; /* of the warm-up: see match_step in step.c */
} sm_step_options;

/* In the order of a log's columns. */
typedef struct sm_step_losses {
  double g_adversarial, w_reconstruction, d_adversarial, r1, squares, perceptual, edges, frequencies, in_domain, matching;
  double features, mixtures;
} sm_step_losses;

/* Called with the finished gradients before every optimiser step: "g_adv", "e_w_rec", "d_adv", "d_r1", "rec". Data
 * parallel training averages them here. Non-OK ends the iteration. */
typedef stylemap_status sm_step_hook(void *data, const char *step, sm_parameters *weights);

/* What edits of a step's pictures are made of (mixture.h), a picture each. */
typedef struct sm_mixtures {
  real *second;                     /* 3 x S x S: what the encoder is shown beside x */
  real *mask;                       /* S x S: where the result is not x */
  real *level[SM_MAX_BLOCKS + 1];   /* r x r, by resolution: how much of the second's styles is taken */
} sm_mixtures;

/* Whose views (view.h) D sees: its own step's, then those of the others' steps. */
typedef enum sm_seen {
  SM_D_REAL,
  SM_D_MADE,
  SM_D_REBUILT,
  SM_D_MIXED,
  SM_G_MADE,
  SM_G_REBUILT,
  SM_G_MIXED,
  SM_VIEWS
} sm_seen;

typedef struct sm_step {
  sm_workshop *shop;
  sm_learner *learner;
  const sm_step_options *options;
  const sm_perceiver *perceiver; /* NULL: none */
  const real *focus;             /* S x S weights of the squared difference, or NULL */
  sm_step_hook *hook;            /* or NULL */
  void *hook_data;
  const real *seen;       /* what the encoder is shown in place of x, as many numbers; or NULL: x */
  const sm_mixtures *mixtures; /* needed where their weight is not 0 */
  const sm_view *views;   /* SM_VIEWS x batch; or NULL: D sees everything as it is */
  const real *candidates; /* candidate_count x D; needed where `matching` is not 0 */
  int candidate_count;
} sm_step;

/* x: batch x 3 x S x S; z_g and z_d: batch x D. `iteration` (from 0) decides whether R1 is due. After a failure the
 * weights are undefined. */
stylemap_status sm_train_step(const sm_step *step, uint64_t iteration, const real *x, const real *z_g, const real *z_d,
                              sm_step_losses *losses);
