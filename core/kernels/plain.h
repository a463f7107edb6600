/* SPDX-License-Identifier: GPL-3.0-or-later
 * The layers' arithmetic on plain C H W maps: correct, blocked, over one matrix product. No network knowledge.
 * Every function returns non-zero if `poll` stopped it; the output is then undefined. */
#pragma once
#include <stddef.h>

#include "base/pool.h"

/* Who works, and in which memory. */
typedef struct sm_plain {
  sm_pool *pool;
  float *scratch;          /* pool threads x sm_plain_scratch(...) */
  size_t scratch_each;
  int (*poll)(void *);
  void *poll_data;
} sm_plain;

typedef enum sm_conv_mode {
  SM_CONV_SAME, /* k x k, stride 1, zero padding k / 2: out h x w */
  SM_CONV_DOWN, /* k x k, stride 2, no padding: out (h - k) / 2 + 1 */
  SM_CONV_UP,   /* transposed k x k, stride 2, no padding: out 2 (h - 1) + k */
} sm_conv_mode;

typedef struct sm_plain_conv {
  sm_conv_mode mode;
  int cin, cout, k;        /* k 1 or 3 */
  const float *weight;     /* cout x cin x k x k */
  float scale;             /* every product is multiplied by it */
  const float *bias;       /* cout, added after the scale, or NULL */
  int activate;            /* sqrt(2) leaky-ReLU(0.2) */
} sm_plain_conv;

/* Floats one worker needs for `conv` on an h x w input. */
size_t sm_plain_scratch(const sm_plain_conv *conv, int h, int w);

/* out[cout] := conv(in[cin x h x w]). */
int sm_plain_convolve(const sm_plain *p, const sm_plain_conv *conv, const float *in, int h, int w, float *out);

/* Correlates every map with the 4 x 4 `kernel`, zero-padded by `before` and `after` on both axes, keeping every
 * `stride`-th pixel: out side (side + before + after - 4) / stride + 1. Then, if bias is not NULL, bias and
 * activation as above; then out += add, if add is not NULL; then out *= gain. */
int sm_plain_blur(const sm_plain *p, const float *in, int channels, int side, const float *kernel, int before,
                  int after, int stride, const float *bias, const float *add, float gain, float *out);

/* Zero insertion: out side 2 side - 1, in[i][j] at out[2i][2j]. */
void sm_plain_insert_zeros(const float *in, int channels, int side, float *out);

/* Mean and biased variance, in double: over all of C H W (`together`) or of each channel; mean and rstd
 * (1 / sqrt(var + 1e-5)) have one entry a channel either way. */
int sm_plain_statistics(const sm_plain *p, const float *in, int channels, size_t pixels, int together, float *mean,
                        float *rstd);

/* out := (in - mean[c]) * rstd[c] * gamma + beta. */
int sm_plain_modulate(const sm_plain *p, const float *in, int channels, size_t pixels, const float *mean,
                      const float *rstd, const float *gamma, const float *beta, float *out);

/* out := (a + b) * gain, `count` numbers. */
void sm_plain_add(const float *a, const float *b, size_t count, float gain, float *out);
