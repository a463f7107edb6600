/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files behind the public trainer share. */
#pragma once
#include "stylemap.h"
#include "train/step.h"

struct stylemap_trainer {
  stylemap_train_options options;
  uint64_t iteration;
  sm_workshop *shop;
  sm_learner *learner;
  sm_perceiver perceiver;
  int perceives;
  real *focus; /* S x S, or NULL */
  int rank, ranks;
  stylemap_all_reduce sum;
  void *sum_data;
  float *shared; /* gradients of one network, side by side, while they are summed */
  float *noise;  /* z_g, z_d and candidates of one step */
  /* each NULL: not needed yet */
  float *seen; /* a step's pictures as the encoder is shown them */
  unsigned char *given; /* which of them the caller has put there for the next step */
  int any_given;
  sm_mixtures *mixtures;
  sm_view *views;
};
