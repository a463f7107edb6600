/* SPDX-License-Identifier: GPL-3.0-or-later
 * The layers of the two networks that find faces. Maps are side x side x channels floats, the channels of a pixel side by
 * side; sums go in the order of the weights, so results are the same on every machine. */
#pragma once
#include <stddef.h>

/* A 3 x 3 convolution, or, with `depthwise`, one of each channel by itself and then a product over the channels. */
typedef struct sm_face_conv {
  int cin, cout;
  float *depthwise; /* [9][cin], or NULL */
  float *filters;   /* [cin][cout] with `depthwise`, else [9][cin][cout] */
  float *bias;      /* [cout] */
} sm_face_conv;

typedef struct sm_face_map {
  int side, channels;
  float *values;
} sm_face_map;

static inline size_t sm_face_count(int side, int channels) { return (size_t)side * (size_t)side * (size_t)channels; }

/* y[pixels][cout] := x[pixels][cin] . filters[cin][cout] + bias. */
void sm_face_product(const float *x, int pixels, int cin, const float *filters, int cout, const float *bias, float *y);
/* out->side and out->values are given; out pixel (i, j) is centred on in pixel (stride i + at, stride j + at); beyond `in`
 * lie zeros. `row` holds out->side x 9 x in->channels floats. */
void sm_face_convolve(const sm_face_map *in, const sm_face_conv *conv, int stride, int at, sm_face_map *out, float *row);
/* The largest of 2 x 2 pixels, `stride` (1, 2) apart; at the right and lower edge of those there are. */
void sm_face_pool(const sm_face_map *in, int stride, sm_face_map *out);
