/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/batch-convolve.h"

#include <assert.h>
#include <string.h>

#include "kernels/convolve.h"
#include "kernels/flush.h"
#include "network/blur.h"

enum {
  AT_ONCE = 16,             /* pictures of a run */
  BAND = 20 * 1024,         /* floats of padded input of a direct task: in L2 beside the weights */
  MOST_DEPTH = 9 * 4096 / 16, /* taps and blocks of the widest layer that a learner may have */
};

int sm_convolved_side(sm_walk walk, int side) {
  return walk == SM_WALK_SAME ? side : walk == SM_WALK_DOWN ? side / 2 : 2 * side;
}

/* The weight of an adjoint in this run's order of channels. */
typedef struct arranging {
  const sm_pass *pass;
  const float *from;
  float *to;
} arranging;

static void arrange_task(void *context, int o, int worker) {
  const arranging *a = context;
  const sm_pass *p = a->pass;
  int kk = p->k * p->k, mirror = p->walk == SM_WALK_SAME;
  float *to = a->to + (size_t)o * (size_t)(p->cin * kk);
  for (int i = 0; i < p->cin; i++, to += kk) {
    const float *w = a->from + (size_t)(i * p->cout + o) * (size_t)kk;
    for (int t = 0; t < kk; t++) to[t] = w[mirror ? kk - 1 - t : t];
  }
}

/* Biases of whole blocks, scaled. */
static void arrange_bias(const sm_pass *p, const sm_target *t, float *to) {
  for (int c = 0; c < sm_blocks(p->cout) * 16; c++) to[c] = t->bias && c < p->cout ? t->bias[c] * t->bias_scale : 0;
}

/* ---------------------------------------------------------------------------------------- directly */

typedef struct directing {
  const sm_pass *pass;
  const sm_kernels *kernels;
  const float *in;
  sm_target target[2];
  const float *bias[2];
  float *u, *own; /* u: [target][pair]; own: a padded band for each worker */
  size_t u_pair, own_floats;
  int in_blocks, out_blocks, pairs, taps, rows, bands, count;
} directing;

static void direct_weights_task(void *context, int index, int worker) {
  const directing *d = context;
  int target = index / d->pairs, block = index % d->pairs * d->kernels->pair;
  int n = d->out_blocks - block < d->kernels->pair ? d->out_blocks - block : d->kernels->pair;
  sm_filter f = {.values = d->target[target].weight,
                 .cout = d->pass->cout,
                 .cin = d->pass->cin,
                 .taps = d->taps,
                 .scale = d->pass->scale};
  float scratch[16 * 16 * 9] __attribute__((aligned(64)));
  d->kernels->weights[d->taps == 9 ? SM_TAPS3 : SM_POINT](&f, block, n, 0, d->in_blocks, d->u + (size_t)index * d->u_pair,
                                                            0, scratch);
}

/* Rows y0 - 1 .. y1 of every block with a zero pixel at each end. */
static void pad_band(const directing *d, const float *map, int y0, int y1, float *to) {
  size_t h = (size_t)d->pass->h, w = (size_t)d->pass->w, line = (w + 2) * 16;
  for (int b = 0; b < d->in_blocks; b++)
    for (int y = y0 - 1; y <= y1; y++, to += line) {
      if (y < 0 || y >= (int)h) {
        memset(to, 0, line * sizeof *to);
        continue;
      }
      memset(to, 0, 64);
      memcpy(to + 16, map + ((size_t)b * h + (size_t)y) * w * 16, w * 64);
      memset(to + line - 16, 0, 64);
    }
}

static void direct_task(void *context, int index, int worker) {
  const directing *d = context;
  const sm_pass *p = d->pass;
  int picture = index / d->bands, y0 = index % d->bands * d->rows, y1 = y0 + d->rows < p->h ? y0 + d->rows : p->h;
  size_t pixels = (size_t)p->h * (size_t)p->w, in_block = pixels * 16;
  const float *map = d->in + (size_t)picture * (size_t)d->in_blocks * pixels * 16;
  size_t line = (size_t)p->w * 16;
  ptrdiff_t offset[MOST_DEPTH];
  uint64_t old = sm_flush_begin();
  if (d->taps == 9) {
    float *own = d->own + (size_t)worker * d->own_floats;
    pad_band(d, map, y0, y1, own);
    map = own;
    line = ((size_t)p->w + 2) * 16;
    in_block = (size_t)(y1 - y0 + 2) * line;
  } else {
    map += (size_t)y0 * line;
  }
  for (int t = 0, i = 0; t < d->taps; t++) {
    size_t tap = d->taps == 9 ? (size_t)(t / 3) * line + (size_t)(t % 3 * 16) : 0;
    for (int b = 0; b < d->in_blocks; b++) offset[i++] = (ptrdiff_t)((size_t)b * in_block + tap);
  }
  sm_line l = {.offset = offset, .depth = d->taps * d->in_blocks};
  for (int q = 0; q < d->count; q++) {
    const sm_target *t = &d->target[q];
    l.slope = t->slope;
    for (int pair = 0; pair < d->pairs; pair++) {
      int block = pair * d->kernels->pair;
      int n = d->out_blocks - block < d->kernels->pair ? d->out_blocks - block : d->kernels->pair;
      l.u = d->u + (size_t)(q * d->pairs + pair) * d->u_pair;
      /* without taps a band is one long line */
      for (int y = y0; y < y1; y += d->taps == 9 ? 1 : y1 - y0) {
        for (int j = 0; j < n; j++) {
          size_t at = ((size_t)(picture * d->out_blocks + block + j) * pixels + (size_t)y * (size_t)p->w) * 16;
          l.y[j] = t->out + at;
          l.add[j] = t->add ? t->add + at : NULL;
          l.bias[j] = d->bias[q] + (block + j) * 16;
        }
        l.x = map + (size_t)(y - y0) * line;
        d->kernels->line(&l, d->taps == 9 ? p->w : p->w * (y1 - y0), n);
      }
    }
  }
  sm_flush_end(old);
}

static stylemap_status directly(sm_workshop *shop, const sm_pass *p, const float *in, const sm_target *target,
                                int count, const float *const *bias) {
  directing d = {.pass = p,
                 .kernels = sm_workshop_kernels(shop),
                 .in = in,
                 .in_blocks = sm_blocks(p->cin),
                 .out_blocks = sm_blocks(p->cout),
                 .taps = p->k * p->k,
                 .count = count};
  d.pairs = (d.out_blocks + d.kernels->pair - 1) / d.kernels->pair;
  d.u_pair = (size_t)(d.taps * d.in_blocks * 16 * d.kernels->pair) * 16;
  size_t line = (size_t)(p->w + 2) * 16 * (size_t)d.in_blocks;
  d.rows = (int)(BAND / line) - 2;
  if (d.rows < 2) d.rows = 2;
  if (d.rows > p->h) d.rows = p->h;
  d.bands = (p->h + d.rows - 1) / d.rows;
  d.own_floats = d.taps == 9 ? (size_t)(d.rows + 2) * line : 0;
  assert(d.taps * d.in_blocks <= MOST_DEPTH);
  size_t u = (size_t)(count * d.pairs) * d.u_pair;
  d.u = sm_take(shop, u + d.own_floats * (size_t)sm_workshop_threads(shop));
  if (!d.u) return STYLEMAP_NO_MEMORY;
  d.own = d.u + u;
  for (int i = 0; i < count; i++) {
    d.target[i] = target[i];
    d.bias[i] = bias[i];
  }
  sm_workshop_run(shop, count * d.pairs, direct_weights_task, &d);
  sm_workshop_run(shop, p->n * d.bands, direct_task, &d);
  sm_give(shop, d.u);
  return STYLEMAP_OK;
}

/* ------------------------------------------------------------------------------------------- by tiles */

static stylemap_status by_tiles(sm_workshop *shop, const sm_pass *p, const float *in, const sm_target *target,
                                const float *bias) {
  const sm_kernels *kernels = sm_workshop_kernels(shop);
  int oh = sm_convolved_side(p->walk, p->h), ow = sm_convolved_side(p->walk, p->w);
  size_t in_map = sm_map_floats(p->cin, p->h, p->w), out_map = sm_map_floats(p->cout, oh, ow);
  int most = p->n < AT_ONCE ? p->n : AT_ONCE;
  const float *ins[AT_ONCE], *adds[AT_ONCE];
  float *outs[AT_ONCE];
  sm_fir fir;
  sm_blur_fir(NULL, p->gain, &fir);
  sm_method method = p->walk == SM_WALK_UP ? SM_UP : p->walk == SM_WALK_DOWN ? SM_DOWN : SM_WINOGRAD;
  sm_convolution run = {
      .method = method,
      .filter = {.values = target->weight, .cout = p->cout, .cin = p->cin, .taps = 9, .scale = p->scale},
      .height = p->h,
      .width = p->w,
      .pictures = most,
      .in = ins,
      .fir = &fir,
      .out = {.maps = outs, .slope = target->slope, .bias = bias, .add = target->add ? adds : NULL}};
  sm_convolver v = {.kernels = kernels, .pool = sm_workshop_pool(shop), .poll = sm_workshop_poll, .poll_data = shop};
  sm_convolution_memory(kernels, sm_workshop_threads(shop), &run, &v.shared_floats, &v.own_floats);
  size_t wide = method == SM_UP ? (size_t)most * sm_wide_floats(p->cout, p->h, p->w) : 0;
  wide = (wide + 15) / 16 * 16;
  float *block = sm_take(shop, wide + v.shared_floats + v.own_floats * (size_t)sm_workshop_threads(shop));
  if (!block) return STYLEMAP_NO_MEMORY;
  run.wide = block;
  v.shared = block + wide;
  v.own = v.shared + v.shared_floats;
  for (int first = 0; first < p->n; first += most) {
    run.pictures = p->n - first < most ? p->n - first : most;
    for (int i = 0; i < run.pictures; i++) {
      ins[i] = in + (size_t)(first + i) * in_map;
      outs[i] = target->out + (size_t)(first + i) * out_map;
      adds[i] = target->add ? target->add + (size_t)(first + i) * out_map : NULL;
    }
    sm_convolution_run(&v, &run);
  }
  sm_give(shop, block);
  return STYLEMAP_OK;
}

/* Small maps are mostly edge: direct sums cost no more there, and round less. */
static int is_direct(const sm_pass *p) {
  return p->walk == SM_WALK_SAME && (p->k == 1 || !p->adjoint || p->h * p->w <= 64);
}

stylemap_status sm_convolve(sm_workshop *shop, const sm_pass *p, const real *in, const sm_target *target, int count) {
  assert(count == 1 || count == 2);
  size_t weights = p->adjoint ? (size_t)(p->cout * p->cin) * (size_t)(p->k * p->k) : 0;
  size_t biases = (size_t)sm_blocks(p->cout) * 16;
  weights = (weights + 15) / 16 * 16;
  float *block = sm_take(shop, (biases + weights) * (size_t)count);
  if (!block) return STYLEMAP_NO_MEMORY;
  sm_target t[2];
  const float *bias[2];
  for (int i = 0; i < count; i++) {
    t[i] = target[i];
    float *at = block + (size_t)i * (biases + weights);
    bias[i] = at;
    arrange_bias(p, &t[i], at);
    if (!p->adjoint) continue;
    arranging a = {p, t[i].weight, at + biases};
    sm_workshop_run(shop, p->cout, arrange_task, &a);
    t[i].weight = at + biases;
  }
  stylemap_status status = STYLEMAP_OK;
  if (is_direct(p)) status = directly(shop, p, in, t, count, bias);
  else
    for (int i = 0; i < count && status == STYLEMAP_OK; i++) status = by_tiles(shop, p, in, &t[i], bias[i]);
  sm_give(shop, block);
  return status;
}
