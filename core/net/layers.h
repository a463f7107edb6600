/* SPDX-License-Identifier: GPL-3.0-or-later
 * The verbs that the boxes are written in: a stored layer becomes the kernels' convolution, its scales folded. */
#pragma once
#include "kernels/convolve.h"
#include "net/session.h"

/* `gain` multiplies the sum before the activation: sqrt(2) of the activation, sqrt(1/2) of a residual block, folded into
 * weights and bias. Nothing is done once the session is stopped. */

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
 * tiles of the result, or `tiles` NULL: all; `cells` of the larger map are what those tiles finish. `low` as above. */
void sm_conv_same_tiles(stylemap_session *session, const sm_conv *conv, const float *in, int side, double gain,
                        const int32_t *tiles, int count, const float *low, const float *low_kernel, float *out);
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
