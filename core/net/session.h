/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the boxes of the network share: the plan of memory, the workers, progress, and the layers' common verbs.
 * All maps here are kernels/kernels.h maps: blocks x side x side x 16. */
#pragma once
#include "kernels/convolve.h"
#include "net/cache.h"
#include "net/modulate.h"
#include "network/network.h"

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

struct stylemap_pyramid {
  int levels, size;
  int channels[SM_MAX_LEVELS], side[SM_MAX_LEVELS];
  float *level[SM_MAX_LEVELS]; /* level[0] owns the memory of all */
  /* Each level's 4 x 4 cells, row by row: whether its numbers are there; needed.c's notes. made[0] owns all of both. */
  int cells[SM_MAX_LEVELS];    /* in a row */
  unsigned char *made[SM_MAX_LEVELS], *wanted[SM_MAX_LEVELS];
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

/* The boxes without their checks; a session that plans runs them on no memory. */
void sm_encode_run(stylemap_session *session, const float *image, float *stylemap);
void sm_resize_run(stylemap_session *session, const float *stylemap, stylemap_pyramid *pyramid);

/* needed.c: the same for those parts of the pyramid that an edit reads and that are not there yet, with the same bits:
 * of the target all but where only the reference shows, of the reference what shows. `weight` NULL: all of it. */
typedef enum sm_part { SM_OF_TARGET, SM_OF_REFERENCE } sm_part;
stylemap_status sm_resize_needed(stylemap_session *session, const float *stylemap, stylemap_pyramid *pyramid,
                                 sm_part part, const float *weight, double strength, stylemap_error *error);
/* Marks every cell as made, or as not made. */
void sm_pyramid_mark(stylemap_pyramid *pyramid, int made);
void sm_synth_run(stylemap_session *session, const sm_styles *styles, float *image);

/* blend.c: fills `weight` (S x S, S / 2 x S / 2, ... P x P) from the mask by the rule, at full strength. */
stylemap_status sm_weights(const sm_config *config, const float *mask, stylemap_mask_rule rule, double strength,
                           float *weight, stylemap_error *error);
size_t sm_weight_floats(const sm_config *config);

/* The verbs (layers.c). `gain` multiplies the sum before the activation: sqrt(2) of the activation, sqrt(1/2) of a
 * residual block, folded into weights and bias. Nothing is done once the session is stopped. */

/* k x k convolution, stride 1, bias; leaky ReLU unless `linear`; then + low upsampled, if low is not NULL. For maps that
 * are only ever made whole: its tiles may be larger, with other bits, than those of sm_conv_same_tiles. */
void sm_conv_same(stylemap_session *session, const sm_conv *conv, const float *in, int side, int linear, double gain,
                  const float *low, const float *low_kernel, float *out);
/* The same, not linear, of an entrance that is not stored, where sm_conv_can_enter. */
int sm_conv_can_enter(const sm_conv *conv, int side);
void sm_conv_entrance(stylemap_session *session, const sm_conv *conv, const sm_entrance *entrance, int side, double gain,
                      float *out);
/* Transposed 3x3, blur, bias, activation: side -> 2 side. `wide` holds sm_wide_floats(cout, side, side). */
void sm_conv_up(stylemap_session *session, const sm_conv *conv, const float *in, int side, float *wide, float *out);
/* For maps whose parts may be made by themselves, with the bits of the whole: 3x3, not linear, and sm_conv_up. `count`
 * tiles of the result, or `tiles` NULL: all; `cells` of the larger map are what those tiles finish. */
void sm_conv_same_tiles(stylemap_session *session, const sm_conv *conv, const float *in, int side, double gain,
                        const int32_t *tiles, int count, float *out);
void sm_conv_up_tiles(stylemap_session *session, const sm_conv *conv, const float *in, int side, float *wide,
                      const int32_t *tiles, int count, const unsigned char *cells, float *out);
/* Blur, 3x3 with stride 2, bias, activation, + add: side -> side / 2. */
void sm_conv_down(stylemap_session *session, const sm_conv *conv, const float *in, int side, double gain,
                  const float *add, float *out);
/* A convolution as the kernels want it: equalised learning rate and gain in the scale. */
sm_filter sm_filter_of(const sm_conv *conv, double gain);
/* Runs, or when planning only asks for the memory of, one convolution, and counts it as work. `part`: of its tiles. */
void sm_run(stylemap_session *session, const sm_convolution *convolution, double part);
/* out[blocks * 16] := bias * gain, padded with 0; a NULL bias is 0. */
void sm_pad_bias(const float *bias, int channels, double gain, float *out);
