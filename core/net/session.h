/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the boxes of the network share: memory, workers, progress.
 * All maps here are kernels/kernels.h maps: blocks x side x side x 16. */
#pragma once
#include "kernels/convolve.h"
#include "net/cache.h"
#include "network/network.h"

typedef struct sm_tile_mix sm_tile_mix; /* modulate.h */

/* Buffers of a session; who holds what is written in encode.c, resize.c and synth.c. */
typedef struct sm_buffers {
  float *a, *b; /* the largest map of the network each, or a transposed result before its blur */
  size_t floats; /* of a and of b */
  float *skip;  /* what goes into, or comes out of, the largest 1x1 at the lower resolution */
} sm_buffers;

struct stylemap_session {
  const stylemap_model *model;
  const sm_network *net;
  sm_pool *pool;
  sm_convolver work;
  float *arena;
  size_t bytes;
  sm_buffers buffer;
  float *bias, *bias2, *norm_scale, *norm_shift; /* padded to the largest channel count */
  float *colour;                                 /* 3 x that: a 1x1 from or to RGB */
  float *rgb_beta;  /* 3 x style channels x 9: to_rgb's 1x1 over its beta, one convolution; and 3 biases */
  float *weight;    /* an edit's: how much of the reference a pixel takes; S x S, S/2 x S/2, ... */
  /* modulate.c's, of a level's tiles: the weights, where they come from, some of them, records of gamma and beta */
  float *tile_weight;
  sm_tile_mix *mix;
  int32_t *tile_list;
  float **record;
  sm_cache cache;

  int planning;     /* the verbs only ask for memory */
  stylemap_progress progress;
  void *progress_data;
  stylemap_phase phase;
  int depth;        /* public calls that are under way */
  double done, total; /* multiply-adds */
  int stopped;
};

/* Progress. A public call brackets its work; calls inside calls only add to the outermost one's fraction. */
void sm_work_begin(stylemap_session *session, stylemap_phase phase, double multiply_adds);
stylemap_status sm_work_end(stylemap_session *session, stylemap_error *error);
/* What the workers ask between tiles: tells the host how far the work is; non-zero once it is to stop. */
int sm_poll(void *session);
