/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "face/layers.h"

#include <string.h>

enum { PIXELS = 4, OUTPUTS = 8 }; /* of a block of sums that stay in registers */

static void product_block(const float *x, int cin, const float *filters, int cout, const float *bias, float *y) {
  float sum[PIXELS][OUTPUTS];
  for (int p = 0; p < PIXELS; p++) memcpy(sum[p], bias, sizeof sum[p]);
  for (int c = 0; c < cin; c++) {
    const float *w = filters + (size_t)c * (size_t)cout;
    for (int p = 0; p < PIXELS; p++)
      for (int o = 0; o < OUTPUTS; o++) sum[p][o] += x[(size_t)p * (size_t)cin + (size_t)c] * w[o];
  }
  for (int p = 0; p < PIXELS; p++) memcpy(y + (size_t)p * (size_t)cout, sum[p], sizeof sum[p]);
}

/* What is left of the blocks: the same sums in the same order. */
static void product_one(const float *x, int cin, const float *filters, int cout, int from, const float *bias, float *y) {
  for (int o = from; o < cout; o++) y[o] = bias[o];
  for (int c = 0; c < cin; c++) {
    const float *w = filters + (size_t)c * (size_t)cout;
    for (int o = from; o < cout; o++) y[o] += x[c] * w[o];
  }
}

void sm_face_product(const float *x, int pixels, int cin, const float *filters, int cout, const float *bias, float *y) {
  int p = 0;
  for (; p + PIXELS <= pixels; p += PIXELS, x += PIXELS * (size_t)cin, y += PIXELS * (size_t)cout) {
    int o = 0;
    for (; o + OUTPUTS <= cout; o += OUTPUTS) product_block(x, cin, filters + o, cout, bias + o, y + o);
    for (int k = 0; k < PIXELS && o < cout; k++)
      product_one(x + (size_t)k * (size_t)cin, cin, filters, cout, o, bias, y + (size_t)k * (size_t)cout);
  }
  for (; p < pixels; p++, x += cin, y += cout) product_one(x, cin, filters, cout, 0, bias, y);
}

/* The pixel of `in`, or NULL beyond it. */
static const float *pixel(const sm_face_map *in, int x, int y) {
  if (x < 0 || y < 0 || x >= in->side || y >= in->side) return NULL;
  return in->values + ((size_t)y * (size_t)in->side + (size_t)x) * (size_t)in->channels;
}

void sm_face_convolve(const sm_face_map *in, const sm_face_conv *conv, int stride, int at, sm_face_map *out, float *row) {
  const size_t c = (size_t)in->channels, depth = conv->depthwise ? c : 9 * c;
  out->channels = conv->cout;
  for (int y = 0; y < out->side; y++) {
    memset(row, 0, (size_t)out->side * depth * sizeof *row);
    for (int x = 0; x < out->side; x++) {
      float *to = row + (size_t)x * depth;
      for (int k = 0; k < 9; k++) {
        const float *from = pixel(in, x * stride + at + k % 3 - 1, y * stride + at + k / 3 - 1);
        if (!from) continue;
        if (!conv->depthwise) {
          memcpy(to + (size_t)k * c, from, c * sizeof *to);
          continue;
        }
        const float *w = conv->depthwise + (size_t)k * c;
        for (size_t i = 0; i < c; i++) to[i] += from[i] * w[i];
      }
    }
    sm_face_product(row, out->side, (int)depth, conv->filters, conv->cout, conv->bias,
                    out->values + sm_face_count(out->side, conv->cout) / (size_t)out->side * (size_t)y);
  }
}

void sm_face_pool(const sm_face_map *in, int stride, sm_face_map *out) {
  out->side = stride == 1 ? in->side : (in->side + 1) / 2;
  out->channels = in->channels;
  float *to = out->values;
  for (int y = 0; y < out->side; y++)
    for (int x = 0; x < out->side; x++, to += in->channels) {
      memcpy(to, pixel(in, x * stride, y * stride), (size_t)in->channels * sizeof *to);
      for (int k = 1; k < 4; k++) {
        const float *from = pixel(in, x * stride + k % 2, y * stride + k / 2);
        for (int c = 0; from && c < in->channels; c++) to[c] = from[c] > to[c] ? from[c] : to[c];
      }
    }
}
