/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three networks with everything that training needs, and their boxes. Names mirror net/: encode.c, map.c,
 * resize.c, synth.c; discriminate.c is only here. network/describe.h says which tensors there are and how
 * they begin. */
#pragma once
#include "network/describe.h"
#include "grad/batch-convolve.h"

typedef struct sm_parameters {
  sm_parameter *parameter; /* by sm_slot.number */
  int count;
  uint64_t steps;   /* optimiser steps taken */
  const char *name; /* "generator", "encoder", "discriminator" */
  const char *ema;  /* "g_ema", "e_ema", NULL */
} sm_parameters;

typedef struct sm_learn_layer {
  sm_parameter *weight, *bias; /* bias NULL: none, and no activation: a skip */
  real *running;               /* BatchNorm2d in front of it: mean, variance; cin each */
} sm_learn_layer;

typedef struct sm_learner {
  sm_network network; /* the layers' shapes and numbers; their weights are in `layer` */
  sm_learn_layer layer[SM_MAX_LAYERS];
  sm_parameter *input;
  sm_parameters generator, encoder, discriminator;
  int borrows;    /* sm_learner_borrow: the values are a model's, or, */
  real *borrowed; /* where that has no floats, here */
} sm_learner;

/* Tells the pictures' stylemaps from the mapping network's: samples.c, which alone needs it. */
typedef struct sm_critic {
  sm_parameters weights;
  sm_learn_layer layer[4];
} sm_critic;

/* Fills `config` for the rule channels(r) = min(cap, base / r). BAD_ARGUMENT if the numbers make no network. */
stylemap_status sm_learner_config(sm_config *config, int size, int spatial, int dim, int base, int cap, int small,
                                  stylemap_norm norm, int mapping, double lr_mul, stylemap_error *error);
/* All trained tensors with their first values from `seed`. The averages of generator and encoder start as copies. */
stylemap_status sm_learner_new(const sm_config *config, uint64_t seed, sm_learner **learner, stylemap_error *error);
/* Generator and encoder on the weights of a bound network, which outlives the learner: nothing can be trained. Only
 * networks with the standard blur. Not for double. */
stylemap_status sm_learner_borrow(const sm_network *network, sm_learner **learner, stylemap_error *error);
/* What both begin with, on SM_OF_TRAINER or SM_OF_MODEL: names and shapes. *learner is to be freed after a failure,
 * too. */
stylemap_status sm_learner_open(const sm_network *network, int which, sm_learner **learner);
void sm_learner_free(sm_learner *learner);
/* A critic of stylemaps of `numbers` numbers; cleared also after a failure. */
stylemap_status sm_critic_init(sm_critic *critic, int numbers, uint64_t seed, stylemap_error *error);
void sm_critic_clear(sm_critic *critic);
sm_parameter *sm_find_parameter(const sm_parameters *weights, const char *name);
/* What `learner` has of a slot of its description: a trained tensor, or the running statistics; else NULL. */
sm_parameter *sm_parameter_of(const sm_learner *learner, const sm_slot *slot);
real *sm_running_of(const sm_learner *learner, const sm_slot *slot);
static inline const sm_learn_layer *sm_layer_of(const sm_learner *learner, const sm_conv *conv) {
  return &learner->layer[conv->number];
}
/* Whether the steps of `weights` have their own paces (sm_slot.pace), or all the rate. */
void sm_pace(sm_parameters *weights, int own);
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
/* n x 1. `features` receives the outputs of its blocks (sm_discriminator_blocks), or is NULL. */
sm_variable *sm_learn_discriminate(sm_tape *tape, const sm_learner *learner, sm_variable *image,
                                   sm_variable **features);

/* What encoder and discriminator share: encode.c. */
/* With bias and leaky ReLU. */
sm_variable *sm_learn_conv(sm_tape *tape, const sm_learner *learner, const sm_conv *conv, sm_variable *x,
                           sm_walk walk);
sm_variable *sm_learn_halve(sm_tape *tape, const sm_learner *learner, const sm_residual *block, sm_variable *x);
/* 1 / sqrt(fan_in) of a weight out x in, cout x cin x k x k or 1 x cout x cin x k x k. */
double sm_learn_scale(const sm_parameter *weight);
