/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the boxes of the network share: the plan of buffers, the workers, progress, and the layers' common verbs. */
#pragma once
#include "kernels/plain.h"
#include "net/network.h"

enum { SM_BUFFERS = 6 };

struct stylemap_session {
  const stylemap_model *model;
  const sm_network *net;
  sm_pool *pool;
  sm_plain plain;
  float *arena;
  size_t bytes;
  float *buffer[SM_BUFFERS]; /* each holds the largest map of the network */
  float *mean, *rstd;        /* largest channel count each */

  stylemap_progress progress;
  void *progress_data;
  stylemap_phase phase;
  int depth;                 /* public calls that are under way */
  double done, total;        /* multiply-adds */
  int stopped;
};

struct stylemap_pyramid {
  int levels, size;
  int channels[SM_MAX_LEVELS], side[SM_MAX_LEVELS];
  float *level[SM_MAX_LEVELS]; /* C H W each; level[0] owns the memory of all */
};

static inline size_t sm_pixels(int side) { return (size_t)side * (size_t)side; }
void sm_level_shape(const sm_config *config, int level, int *channels, int *side);
int sm_level_count(const sm_config *config);

/* Progress. A public call brackets its work; calls inside calls only add to the outermost one's fraction. */
void sm_work_begin(stylemap_session *session, stylemap_phase phase, double multiply_adds);
stylemap_status sm_work_end(stylemap_session *session, stylemap_error *error);
double sm_encode_work(const sm_config *config);
double sm_resize_work(const sm_config *config);
double sm_synth_work(const sm_config *config);

/* k x k convolution, stride 1, equalised learning rate, bias, activation unless `linear`. */
void sm_conv_same(stylemap_session *session, const sm_conv *conv, const float *in, int side, int linear, float *out);
/* Transposed 3x3 + blur + bias + activation: side -> 2 side. `wide` holds cout x (2 side + 1)^2. */
void sm_conv_up(stylemap_session *session, const sm_conv *conv, const float *in, int side, float *wide, float *out);
/* Blur + 3x3 stride 2 + bias + activation: side -> side / 2. `wide` holds cin x (side + 1)^2. */
void sm_conv_down(stylemap_session *session, const sm_conv *conv, const float *in, int side, float *wide, float *out);
