/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plain 3 x 3 convolutions by Winograd's way, and weight gradients, over the kernels of the sessions. Maps are brought
 * into the kernels' layout a few pictures at a time, while they are in the cache. */
#include <string.h>

#include "kernels/convolve.h"
#include "kernels/flush.h"
#include "kernels/simd.h"
#include "train/convolve.h"

enum {
  CHUNK = 1 << 20, /* floats of input and output at a time: 4 MB */
  BAND = 256,      /* pixels that a weight gradient goes over tap by tap: both operands stay in L1 */
  GROUPS = 16,     /* sums that are made side by side; not the number of workers, so that bits do not depend on it */
};

/* One block of 16 channels of one picture; `maps` is blocks x pixels x 16. */
typedef struct packing {
  const float *planes;
  float *maps, *out;
  int channels, blocks, add;
  size_t pixels;
} packing;

static void pack_task(void *context, int index, int worker) {
  const packing *p = context;
  int picture = index / p->blocks, c0 = index % p->blocks * 16, rows = p->channels - c0 < 16 ? p->channels - c0 : 16;
  const float *from = p->planes + ((size_t)picture * (size_t)p->channels + (size_t)c0) * p->pixels;
  float *to = p->maps + (size_t)index * p->pixels * 16;
  size_t i = 0, n = p->pixels;
  if (rows == 16)
    for (; i + 4 <= n; i += 4)
      for (size_t c = 0; c < 16; c += 4) {
        const float *a = from + c * n + i;
        v_transpose4(a, a + n, a + 2 * n, a + 3 * n, to + i * 16 + c, 16);
      }
  for (; i < n; i++)
    for (size_t c = 0; c < 16; c++) to[i * 16 + c] = c < (size_t)rows ? from[c * n + i] : 0;
}

static void unpack_task(void *context, int index, int worker) {
  const packing *p = context;
  int picture = index / p->blocks, c0 = index % p->blocks * 16, rows = p->channels - c0 < 16 ? p->channels - c0 : 16;
  float *to = p->out + ((size_t)picture * (size_t)p->channels + (size_t)c0) * p->pixels;
  const float *from = p->maps + (size_t)index * p->pixels * 16;
  float part[16 * 16] __attribute__((aligned(64)));
  for (size_t i = 0; i < p->pixels; i += 16, from += 256) {
    size_t count = p->pixels - i < 16 ? p->pixels - i : 16, c = 0;
    if (count == 16) {
      for (size_t k = 0; k < 16; k += 4)
        for (c = 0; c < 16; c += 4) {
          const float *a = from + k * 16 + c;
          v_transpose4(a, a + 16, a + 32, a + 48, part + c * 16 + k, 16);
        }
    } else {
      for (c = 0; c < 16; c++)
        for (size_t k = 0; k < count; k++) part[c * 16 + k] = from[k * 16 + c];
    }
    for (c = 0; c < (size_t)rows; c++) {
      float *row = to + c * p->pixels + i;
      if (!p->add) memcpy(row, part + c * 16, count * sizeof *row);
      else
        for (size_t k = 0; k < count; k++) row[k] += part[c * 16 + k];
    }
  }
}

static void pack(sm_workshop *shop, const float *planes, int pictures, int channels, size_t pixels, float *maps) {
  packing p = {.planes = planes, .maps = maps, .channels = channels, .blocks = sm_blocks(channels), .pixels = pixels};
  sm_workshop_run(shop, pictures * p.blocks, pack_task, &p);
}

static int chunk_of(const sm_pass *c, size_t picture_floats) {
  size_t pictures = CHUNK / picture_floats;
  enum { MOST = 16 };
  if (pictures > MOST) pictures = MOST;
  if (pictures > (size_t)c->n) pictures = (size_t)c->n;
  return pictures ? (int)pictures : 1;
}

stylemap_status sm_fast_convolve(sm_workshop *shop, const sm_pass *c, int exact, const float *weight, const float *in,
                                 int add, float *out) {
  const sm_kernels *kernels = sm_kernels_best();
  size_t pixels = (size_t)c->h * (size_t)c->w;
  size_t in_map = sm_map_floats(c->cin, c->h, c->w), out_map = sm_map_floats(c->cout, c->h, c->w);
  int chunk = chunk_of(c, in_map + out_map);
  const float *ins[16];
  float *outs[16];
  sm_convolution run = {.method = exact ? SM_TAPS3 : sm_method_for(3, c->h, c->w),
                        .filter = {.values = weight, .cout = c->cout, .cin = c->cin, .taps = 9, .scale = c->scale},
                        .height = c->h,
                        .width = c->w,
                        .pictures = chunk,
                        .in = ins,
                        .out = {.maps = outs, .slope = 1}};
  sm_convolver v = {.kernels = kernels, .pool = sm_workshop_pool(shop)};
  sm_convolution_memory(kernels, sm_workshop_threads(shop), &run, &v.shared_floats, &v.own_floats);
  size_t zeros = (size_t)sm_blocks(c->cout) * 16, maps = (size_t)chunk * (in_map + out_map);
  float *block = sm_take(shop, maps + zeros + v.shared_floats + v.own_floats * (size_t)sm_workshop_threads(shop) + 64);
  if (!block) return STYLEMAP_NO_MEMORY;
  v.shared = block + maps + zeros;
  v.own = v.shared + v.shared_floats;
  float *bias = block + maps;
  memset(bias, 0, zeros * sizeof *bias);
  run.out.bias = bias;
  for (int i = 0; i < chunk; i++) {
    ins[i] = block + (size_t)i * in_map;
    outs[i] = block + (size_t)chunk * in_map + (size_t)i * out_map;
  }
  for (int first = 0; first < c->n; first += chunk) {
    run.pictures = c->n - first < chunk ? c->n - first : chunk;
    pack(shop, in + (size_t)first * (size_t)c->cin * pixels, run.pictures, c->cin, pixels, block);
    sm_convolution_run(&v, &run);
    packing p = {.maps = outs[0],
                 .out = out + (size_t)first * (size_t)c->cout * pixels,
                 .channels = c->cout,
                 .blocks = sm_blocks(c->cout),
                 .add = add,
                 .pixels = pixels};
    sm_workshop_run(shop, run.pictures * p.blocks, unpack_task, &p);
  }
  sm_give(shop, block);
  return STYLEMAP_OK;
}

typedef struct weighing {
  const sm_kernels *kernels;
  sm_correlation shape;
  const float *x, *d; /* maps of `pictures` pictures */
  float *sums;        /* [group][pair of blocks][k * k][16 inputs][16 outputs] */
  int pictures, groups, in_blocks, out_blocks, d_height;
  size_t x_block, d_block, sum;
} weighing;

static void weigh_task(void *context, int index, int worker) {
  const weighing *w = context;
  int pairs = w->in_blocks * w->out_blocks, group = index / pairs, pair = index % pairs;
  int o = pair / w->in_blocks, i = pair % w->in_blocks;
  float *g = w->sums + (size_t)index * w->sum;
  int rows = BAND / w->shape.d_width > 0 ? BAND / w->shape.d_width : 1;
  int first = group * w->pictures / w->groups, end = (group + 1) * w->pictures / w->groups;
  uint64_t old = sm_flush_begin();
  for (int n = first; n < end; n++) {
    const float *x = w->x + ((size_t)n * (size_t)w->in_blocks + (size_t)i) * w->x_block;
    const float *d = w->d + ((size_t)n * (size_t)w->out_blocks + (size_t)o) * w->d_block;
    for (int y = 0; y < w->d_height; y += rows)
      w->kernels->gradient(&w->shape, x, d, y, y + rows < w->d_height ? y + rows : w->d_height, g);
  }
  sm_flush_end(old);
}

stylemap_status sm_fast_weight(sm_workshop *shop, const sm_pass *c, const float *in, const float *delta, int exchanged,
                               float *grad) {
  int oh = sm_convolved_side(c->walk, c->k, c->h), ow = sm_convolved_side(c->walk, c->k, c->w), kk = c->k * c->k;
  size_t x_map = sm_map_floats(c->cin, c->h, c->w), d_map = sm_map_floats(c->cout, oh, ow);
  int chunk = chunk_of(c, x_map + d_map);
  weighing w = {.kernels = sm_kernels_best(),
                .shape = {.k = c->k,
                          .stride = c->walk == SM_WALK_DOWN ? 2 : 1,
                          .pad = c->walk == SM_WALK_SAME ? c->k / 2 : 0,
                          .height = c->h,
                          .width = c->w,
                          .d_width = ow},
                .in_blocks = sm_blocks(c->cin),
                .out_blocks = sm_blocks(c->cout),
                .d_height = oh,
                .x_block = (size_t)c->h * (size_t)c->w * 16,
                .d_block = (size_t)oh * (size_t)ow * 16,
                .sum = (size_t)kk * 256};
  int pairs = w.in_blocks * w.out_blocks;
  w.groups = pairs >= GROUPS ? 1 : GROUPS / pairs < chunk ? GROUPS / pairs : chunk;
  size_t sums = (size_t)(w.groups * pairs) * w.sum;
  float *block = sm_take(shop, (size_t)chunk * (x_map + d_map) + sums);
  if (!block) return STYLEMAP_NO_MEMORY;
  float *x = block, *d = block + (size_t)chunk * x_map;
  w.x = x;
  w.d = d;
  w.sums = block + (size_t)chunk * (x_map + d_map);
  memset(w.sums, 0, sums * sizeof *w.sums);
  for (int first = 0; first < c->n; first += chunk) {
    w.pictures = c->n - first < chunk ? c->n - first : chunk;
    pack(shop, in + (size_t)first * (size_t)c->cin * (size_t)c->h * (size_t)c->w, w.pictures, c->cin,
         (size_t)c->h * (size_t)c->w, x);
    pack(shop, delta + (size_t)first * (size_t)c->cout * (size_t)oh * (size_t)ow, w.pictures, c->cout,
         (size_t)oh * (size_t)ow, d);
    sm_workshop_run(shop, w.groups * pairs, weigh_task, &w);
  }
  for (int o = 0; o < c->cout; o++)
    for (int i = 0; i < c->cin; i++)
      for (int t = 0; t < kk; t++) {
        size_t from = (size_t)((o / 16) * w.in_blocks + i / 16) * w.sum + (size_t)(t * 256 + i % 16 * 16 + o % 16);
        float sum = 0;
        for (int g = 0; g < w.groups; g++) sum += w.sums[(size_t)(g * pairs) * w.sum + from];
        grad[((size_t)(exchanged ? i * c->cout + o : o * c->cin + i)) * (size_t)kk + (size_t)t] += c->scale * sum;
      }
  sm_give(shop, block);
  return STYLEMAP_OK;
}
