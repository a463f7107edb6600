/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/layers.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include "network/blur.h"

sm_filter sm_filter_of(const sm_conv *c, double gain) {
  assert(!c->weight != !c->half && c->cin > 0 && c->cout > 0 && (c->k == 1 || c->k == 3));
  const void *values = c->half ? (const void *)c->half : c->weight;
  return (sm_filter){values, c->half != NULL, c->cout, c->cin, c->k * c->k,
                     (float)(gain / sqrt((double)c->cin * c->k * c->k))};
}

void sm_pad_bias(const float *bias, int channels, double gain, float *out) {
  assert(out && channels > 0);
  for (int c = 0; c < sm_blocks(channels) * SM_BLOCK; c++)
    out[c] = bias && c < channels ? (float)(bias[c] * gain) : 0;
}

void sm_run(stylemap_session *s, const sm_convolution *c, double part) {
  assert(part >= 0 && part <= 1 && (s->planning || s->depth > 0));
  if (s->planning) {
    size_t shared, own;
    sm_convolution_memory(s->work.kernels, sm_pool_threads(s->pool), c, &shared, &own);
    if (shared > s->work.shared_floats) s->work.shared_floats = shared;
    if (own > s->work.own_floats) s->work.own_floats = own;
    return;
  }
  if (s->stopped || sm_convolution_run(&s->work, c)) return;
  double pixels = (double)c->height * c->width * c->pictures * part / (sm_goes_down(c->method) ? 4 : 1);
  s->done += pixels * c->filter.cin * c->filter.cout * c->filter.taps * (c->second.values ? 2 : 1);
}

/* The part of a layer's work that some of its tiles are. */
static double part_of(sm_method method, int side, const int32_t *tiles, int count) {
  int rows, columns, step;
  sm_tiling(method, side, side, &rows, &columns, &step);
  return tiles ? (double)count / (rows * columns) : 1;
}

/* Stride 1; `tiles` NULL: all. */
static void conv_same(stylemap_session *s, const sm_conv *c, sm_method method, const float *in, int side, int linear, double gain,
                      const int32_t *tiles, int count, const float *low, const float *low_kernel, float *out) {
  assert(side > 0 && (s->planning || (in && out && in != out)) && (!low || (low_kernel && side % 2 == 0)));
  sm_fir fir;
  int fused = low && sm_blur_fir(low_kernel, SM_GAIN_DOUBLE, &fir) && (method == SM_WINOGRAD || method == SM_WINOGRAD6);
  if (!s->planning) sm_pad_bias(c->bias, c->cout, gain, s->bias);
  sm_run(s, &(sm_convolution){.method = method, .filter = sm_filter_of(c, gain), .height = side, .width = side,
                              .pictures = 1, .in = &in, .tiles = tiles, .tile_count = count,
                              .out = {.maps = &out, .bias = s->bias, .slope = linear ? 1 : 0.2f,
                                      .low = fused ? &low : NULL}}, part_of(method, side, tiles, count));
  if (low && !fused && !s->planning && !s->stopped) sm_twice(&s->work, low, c->cout, side / 2, side / 2, &fir, out);
}

void sm_conv_same(stylemap_session *s, const sm_conv *c, const float *in, int side, int linear, double gain,
                  const float *low, const float *low_kernel, float *out) {
  conv_same(s, c, sm_method_whole(c->k, side, side), in, side, linear, gain, NULL, 0, low, low_kernel, out);
}

int sm_conv_can_enter(const sm_conv *c, int side) { return sm_method_whole(c->k, side, side) == SM_WINOGRAD6; }

void sm_conv_entrance(stylemap_session *s, const sm_conv *c, const sm_entrance *e, int side, double gain, float *out) {
  assert(e && sm_conv_can_enter(c, side));
  if (!s->planning) sm_pad_bias(c->bias, c->cout, gain, s->bias);
  sm_run(s, &(sm_convolution){.method = SM_WINOGRAD6, .filter = sm_filter_of(c, gain), .height = side, .width = side,
                              .pictures = 1, .entrance = e, .out = {.maps = &out, .bias = s->bias, .slope = 0.2f}}, 1);
}

void sm_conv_same_tiles(stylemap_session *s, const sm_conv *c, const float *in, int side, double gain,
                        const int32_t *tiles, int count, const float *low, const float *low_kernel, float *out) {
  conv_same(s, c, sm_method_for(c->k, side, side), in, side, 0, gain, tiles, count, low, low_kernel, out);
}

void sm_conv_up_tiles(stylemap_session *s, const sm_conv *c, const float *in, int side, float *wide,
                      const int32_t *tiles, int count, const unsigned char *cells, float *out) {
  assert(side > 0 && c->blur && c->k == 3 && (s->planning || (in && wide && out && wide != out)));
  sm_fir fir;
  sm_blur_fir(c->blur, SM_GAIN_DOUBLE, &fir);
  if (!s->planning) sm_pad_bias(c->bias, c->cout, sqrt(2), s->bias);
  sm_run(s, &(sm_convolution){.method = SM_UP, .filter = sm_filter_of(c, sqrt(2)), .height = side, .width = side,
                              .pictures = 1, .in = &in, .fir = &fir, .wide = wide, .tiles = tiles,
                              .tile_count = count, .cells = cells,
                              .out = {.maps = &out, .bias = s->bias, .slope = 0.2f}},
         part_of(SM_UP, side, tiles, count));
}

void sm_conv_up(stylemap_session *s, const sm_conv *c, const float *in, int side, float *wide, float *out) {
  sm_conv_up_tiles(s, c, in, side, wide, NULL, 0, NULL, out);
}

void sm_conv_down(stylemap_session *s, const sm_conv *c, const float *in, int side, double gain, const float *add,
                  float *out) {
  assert(side > 1 && side % 2 == 0 && c->blur && c->k == 3 && (s->planning || (in && add && out && in != out)));
  sm_fir fir;
  sm_blur_fir(c->blur, SM_GAIN_HALVE, &fir);
  if (!s->planning) sm_pad_bias(c->bias, c->cout, gain, s->bias);
  sm_run(s, &(sm_convolution){.method = SM_DOWN4, .filter = sm_filter_of(c, gain), .height = side, .width = side,
                              .pictures = 1, .in = &in, .fir = &fir,
                              .out = {.maps = &out, .bias = s->bias, .slope = 0.2f, .add = &add}}, 1);
}
