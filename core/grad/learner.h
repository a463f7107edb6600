/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three networks with everything that training needs, and their boxes. Names mirror net/: encode.c, map.c,
 * resize.c, synth.c; discriminate.c is only here. Parameters carry their state-dict names (parameters.c). */
#pragma once
#include "network/network.h"
#include "grad/batch-convolve.h"

typedef struct sm_parameters {
  sm_parameter *parameter;
  int count, room;
  uint64_t steps;   /* optimiser steps taken */
  const char *name; /* "generator", "encoder", "discriminator" */
  const char *ema;  /* "g_ema", "e_ema", NULL */
} sm_parameters;

typedef struct sm_learn_layer {
  sm_parameter *weight, *bias; /* bias NULL: none, and no activation: a skip */
} sm_learn_layer;

typedef struct sm_learn_residual {
  sm_learn_layer conv1, conv2, skip;
} sm_learn_residual;

typedef struct sm_learn_styled {
  sm_learn_layer gamma, beta, conv;
  real *running; /* BatchNorm2d: mean, variance; c each */
} sm_learn_styled;

enum { SM_MAX_DISCRIMINATOR = 10 /* log2(4096 / 4) */ };

typedef struct sm_learner {
  sm_config config;
  int base, cap;
  int shell; /* the values are not the learner's own */

  sm_parameters generator;
  sm_learn_layer mapping[SM_MAX_MAPPING];
  sm_learn_layer resizer[SM_MAX_LEVELS];
  sm_parameter *input;
  sm_learn_styled conv1;
  struct {
    sm_learn_styled conv1, conv2;
    sm_learn_layer skip;
  } blocks[SM_MAX_BLOCKS]; /* [0] leads to 2P */
  sm_learn_styled to_rgb;

  sm_parameters encoder;
  sm_learn_layer from_rgb, final_conv;
  sm_learn_residual residual[SM_MAX_BLOCKS]; /* [0] works at S */

  sm_parameters discriminator;
  sm_learn_layer d_from_rgb, d_final_conv, d_linear1, d_linear2;
  int d_blocks;
  sm_learn_residual d_residual[SM_MAX_DISCRIMINATOR];
} sm_learner;

/* Tells the pictures' stylemaps from the mapping network's: samples.c, which alone needs it. */
typedef struct sm_critic {
  sm_parameters weights;
  sm_learn_layer layer[4];
} sm_critic;

/* Fills `config` for the rule channels(r) = min(cap, base / r). BAD_ARGUMENT if the numbers make no network. */
stylemap_status sm_learner_config(sm_config *config, int size, int spatial, int dim, int base, int cap, int small,
                                  stylemap_norm norm, int mapping, double lr_mul, stylemap_error *error);
/* Declares and initialises all parameters from `seed` (N(0,1) weights, zero biases, gamma's bias one). The averages of
 * generator and encoder start as copies. */
stylemap_status sm_learner_new(const sm_config *config, int base, int cap, uint64_t seed, sm_learner **learner,
                               stylemap_error *error);
/* Generator and encoder with names and shapes alone: the caller sets every `value`, and nothing can be trained. */
stylemap_status sm_learner_shell(const sm_config *config, sm_learner **learner, stylemap_error *error);
void sm_learner_free(sm_learner *learner);
/* A critic of stylemaps of `numbers` numbers; cleared also after a failure. */
stylemap_status sm_critic_init(sm_critic *critic, int numbers, uint64_t seed, stylemap_error *error);
void sm_critic_clear(sm_critic *critic);
sm_parameter *sm_find_parameter(const sm_parameters *weights, const char *name);
/* Whether layers recorded from now on add to the gradients of `weights`. */
void sm_learn(sm_parameters *weights, int learn);
void sm_clear_gradients(sm_parameters *weights);

/* The boxes. Images are planes, n x 3 x S x S, z n x D; stylemaps and pyramids come as maps and may be given as planes
 * too (tape.h). */
sm_variable *sm_learn_map(sm_tape *tape, const sm_learner *learner, const real *z, int n);
sm_variable *sm_learn_encode(sm_tape *tape, const sm_learner *learner, sm_variable *image);
/* `pyramid` receives levels values. */
void sm_learn_resize(sm_tape *tape, const sm_learner *learner, sm_variable *stylemap, sm_variable **pyramid);
sm_variable *sm_learn_synth(sm_tape *tape, const sm_learner *learner, sm_variable *const *pyramid, int n);
/* resize and synth. */
sm_variable *sm_learn_generate(sm_tape *tape, const sm_learner *learner, sm_variable *stylemap);
/* n x 1. `features` receives the outputs of the d_blocks blocks, or is NULL. */
sm_variable *sm_learn_discriminate(sm_tape *tape, const sm_learner *learner, sm_variable *image,
                                   sm_variable **features);

/* What encoder and discriminator share: encode.c. */
/* With bias and leaky ReLU. */
sm_variable *sm_learn_conv(sm_tape *tape, const sm_learn_layer *layer, sm_variable *x, sm_walk walk, int k);
sm_variable *sm_learn_halve(sm_tape *tape, const sm_learn_residual *block, sm_variable *x);
/* 1 / sqrt(fan_in) of a weight out x in, cout x cin x k x k or 1 x cout x cin x k x k. */
double sm_learn_scale(const sm_parameter *weight);
