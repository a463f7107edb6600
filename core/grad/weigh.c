/* SPDX-License-Identifier: GPL-3.0-or-later
 * Weight gradients. 3 x 3 by tiles: x and delta are transformed, multiplied plane by plane over all tiles of the batch
 * (36 products a tile of 4 x 4 pixels instead of 144; 49 instead of 81 a 3 x 3 tile of stride 2), and the sums go back
 * once a layer. 1 x 1 and maps below 4 x 4 tap by tap.
 *
 * Narrow layers, whose sums stay in a cache: a task is a share of the tiles with sums of its own. Wide ones: all tiles
 * are transformed, then a task is a plane. The cuts do not depend on the number of workers, so neither do the bits. */
#include <assert.h>
#include <string.h>

#include "kernels/convolve.h"
#include "kernels/flush.h"
#include "network/blur.h"
#include "grad/batch-convolve.h"

enum {
  BAND = 256,           /* pixels that are gone over tap by tap: both operands stay in L1 */
  SHARES = 16,          /* of the tiles in a narrow layer, and sums made side by side of a 1 x 1 */
  NARROW = 96 * 1024,   /* floats of sums */
  OWN_V = 160 * 1024,   /* floats of both transforms of a slice of tiles in a narrow layer */
  SHARED_V = 4 << 20,   /* of all slices of a wide one */
  SLICE = 64,           /* tiles of a wide layer's slice */
  PAD = 80,             /* floats that keep planes off one another's cache sets */
};

typedef struct weighing {
  const sm_pass *pass;
  const sm_kernels *kernels;
  const float *in, *delta[2];
  const float **ins, **deltas[2]; /* maps of every picture */
  sm_fir fir;
  sm_method method;
  int oh, ow, planes, sums; /* planes of V and of the sums */
  int in_blocks, out_blocks, d_blocks; /* d_blocks: of one delta */
  int tiles, rows, columns;
  int slice, slices, shares; /* tiles of a slice; slices made at a time; sums */
  int first;                 /* tile of a wide layer's first slice */
  float *v, *g;              /* g: [share][plane][out][in][16][16] */
  size_t x_plane, d_plane, v_each, g_each;
  int exchanged, taps;
  real *const *grad;
} weighing;

/* Plane of the sums that plane p of V belongs to: of stride 2 the three odd phases share theirs. */
static int sum_plane(const weighing *w, int p) {
  if (w->method == SM_WINOGRAD) return p;
  int a = p / 7, b = p % 7;
  return (a < 4 ? a : 4) * 5 + (b < 4 ? b : 4);
}

static sm_input input_of(const weighing *w, int delta) {
  const sm_pass *p = w->pass;
  return delta < 0 ? (sm_input){.maps = w->ins, .blocks = w->in_blocks, .height = p->h, .width = p->w,
                                .rows = w->rows, .columns = w->columns, .fir = &w->fir}
                   : (sm_input){.maps = w->deltas[delta], .blocks = w->d_blocks, .height = w->oh, .width = w->ow,
                                .rows = w->rows, .columns = w->columns};
}

/* `count` tiles from `first` -> slice `s` of V: x [plane][slice][block][tile][16], delta the same. */
static void transform(const weighing *w, int first, int count, int s, float *v) {
  sm_input x = input_of(w, -1);
  size_t tile = (size_t)w->slice * 16;
  w->kernels->input[w->method](&x, first, count, w->slice, v + (size_t)(s * w->in_blocks) * tile, w->x_plane);
  float *d = v + (size_t)w->planes * w->x_plane + (size_t)(s * w->out_blocks) * tile;
  for (int q = 0; q * w->d_blocks < w->out_blocks; q++, d += (size_t)w->d_blocks * tile) {
    sm_input in = input_of(w, q);
    w->kernels->delta[w->method](&in, first, count, w->slice, d, w->d_plane);
  }
}

/* Adds the products of one plane of one slice, for as many output blocks from `o` as the kernels do at once. */
static void multiply(const weighing *w, int plane, int s, int o, const float *v, float *g) {
  size_t tile = (size_t)w->slice * 16;
  const float *x = v + (size_t)plane * w->x_plane + (size_t)(s * w->in_blocks) * tile;
  const float *d = v + (size_t)w->planes * w->x_plane + (size_t)plane * w->d_plane +
                   (size_t)(s * w->out_blocks + o) * tile;
  int blocks = w->out_blocks - o < w->kernels->pair ? w->out_blocks - o : w->kernels->pair;
  g += ((size_t)sum_plane(w, plane) * (size_t)w->out_blocks + (size_t)o) * (size_t)w->in_blocks * 256;
  for (int i = 0; i < w->in_blocks; i++)
    w->kernels->correlate(x + (size_t)i * tile, d, tile, blocks, (size_t)w->slice, g + (size_t)i * 256,
                          (size_t)w->in_blocks * 256);
}

static void share_task(void *context, int share, int worker) {
  const weighing *w = context;
  float *v = w->v + (size_t)worker * w->v_each, *g = w->g + (size_t)share * w->g_each;
  int end = (int)((int64_t)w->tiles * (share + 1) / w->shares);
  memset(g, 0, w->g_each * sizeof *g);
  uint64_t old = sm_flush_begin();
  for (int at = (int)((int64_t)w->tiles * share / w->shares); at < end; at += w->slice) {
    transform(w, at, end - at < w->slice ? end - at : w->slice, 0, v);
    for (int plane = 0; plane < w->planes; plane++)
      for (int o = 0; o < w->out_blocks; o += w->kernels->pair) multiply(w, plane, 0, o, v, g);
  }
  sm_flush_end(old);
}

static void transform_task(void *context, int s, int worker) {
  const weighing *w = context;
  int first = w->first + s * w->slice, count = w->tiles - first < w->slice ? w->tiles - first : w->slice;
  uint64_t old = sm_flush_begin();
  transform(w, first, count < 0 ? 0 : count, s, w->v);
  sm_flush_end(old);
}

static void plane_task(void *context, int index, int worker) {
  const weighing *w = context;
  int pairs = (w->out_blocks + w->kernels->pair - 1) / w->kernels->pair;
  int sum = index / pairs, o = index % pairs * w->kernels->pair;
  int slices = (w->tiles - w->first + w->slice - 1) / w->slice;
  if (slices > w->slices) slices = w->slices;
  uint64_t old = sm_flush_begin();
  for (int plane = 0; plane < w->planes; plane++)
    if (sum_plane(w, plane) == sum)
      for (int s = 0; s < slices; s++) multiply(w, plane, s, o, w->v, w->g);
  sm_flush_end(old);
}

/* One block pair's sums, all shares of them, into the gradient. */
static void finish_task(void *context, int pair, int worker) {
  const weighing *w = context;
  const sm_pass *p = w->pass;
  int o0 = pair / w->in_blocks, i0 = pair % w->in_blocks * 16, kk = p->k * p->k;
  int cout = p->cout, cin = p->cin;
  float *grad = w->grad[o0 / w->d_blocks], g[9 * 256] __attribute__((aligned(64)));
  size_t plane = (size_t)(w->out_blocks * w->in_blocks) * 256;
  float *sums = w->g + (size_t)pair * 256;
  if (!w->planes) plane = 256, sums = w->g + (size_t)pair * 256 * (size_t)kk;
  for (int share = 1; share < w->shares; share++)
    for (int s = 0; s < w->sums; s++) {
      float *to = sums + (size_t)s * plane;
      const float *from = to + (size_t)share * w->g_each;
      for (int i = 0; i < 256; i++) to[i] += from[i];
    }
  if (w->planes) w->kernels->fold[w->method](sums, plane, g);
  else memcpy(g, sums, (size_t)kk * 256 * sizeof *g);
  o0 = o0 % w->d_blocks * 16;
  for (int o = o0; o < cout && o < o0 + 16; o++)
    for (int i = i0; i < cin && i < i0 + 16; i++)
      for (int t = 0; t < kk; t++)
        grad[((size_t)(w->exchanged ? i * cout + o : o * cin + i)) * (size_t)kk + (size_t)t] +=
            p->scale * g[t * 256 + (i - i0) * 16 + (o - o0)];
}

static stylemap_status by_tiles(sm_workshop *shop, weighing *w) {
  const sm_pass *p = w->pass;
  int step;
  sm_tiling(w->method, p->h, p->w, &w->rows, &w->columns, &step);
  w->tiles = p->n * w->rows * w->columns;
  w->planes = w->method == SM_WINOGRAD ? 36 : 49;
  w->sums = w->method == SM_WINOGRAD ? 36 : 25;
  size_t blocks = (size_t)(w->in_blocks + w->out_blocks), each = (size_t)w->planes * blocks * 16;
  w->g_each = (size_t)(w->sums * w->out_blocks * w->in_blocks) * 256;
  int narrow = w->g_each <= NARROW;
  size_t pointers = (size_t)p->n * (size_t)(1 + w->out_blocks / w->d_blocks) * sizeof(float *) / sizeof(float);
  if (narrow) {
    w->shares = w->tiles / 4 < SHARES ? (w->tiles + 3) / 4 : SHARES;
    int share = (w->tiles + w->shares - 1) / w->shares;
    w->slice = (int)(OWN_V / each);
    if (w->slice < 8) w->slice = 8;
    if (w->slice > share) w->slice = share;
    w->slices = 1;
  } else {
    w->shares = 1;
    w->slice = w->tiles < SLICE ? w->tiles : SLICE;
    int room = (int)(SHARED_V / (each * (size_t)w->slice)), all = (w->tiles + w->slice - 1) / w->slice;
    w->slices = room < 1 ? 1 : room < all ? room : all;
  }
  size_t line = (size_t)w->slices * (size_t)w->slice * 16;
  w->x_plane = line * (size_t)w->in_blocks + PAD;
  w->d_plane = line * (size_t)w->out_blocks + PAD;
  w->v_each = (size_t)w->planes * (w->x_plane + w->d_plane);
  size_t v = w->v_each * (size_t)(narrow ? sm_workshop_threads(shop) : 1), g = w->g_each * (size_t)w->shares;
  float *block = sm_take(shop, v + g + pointers + 2);
  if (!block) return STYLEMAP_NO_MEMORY;
  w->v = block;
  w->g = block + v;
  const float **maps = (const float **)(w->g + g);
  size_t x_map = sm_map_floats(p->cin, p->h, p->w), d_map = sm_map_floats(p->cout, w->oh, w->ow);
  w->ins = maps;
  for (int i = 0; i < p->n; i++) *maps++ = w->in + (size_t)i * x_map;
  for (int q = 0; q * w->d_blocks < w->out_blocks; q++) {
    w->deltas[q] = maps;
    for (int i = 0; i < p->n; i++) *maps++ = w->delta[q] + (size_t)i * d_map;
  }
  if (narrow) {
    sm_workshop_run(shop, w->shares, share_task, w);
  } else {
    memset(w->g, 0, w->g_each * sizeof *w->g);
    for (w->first = 0; w->first < w->tiles; w->first += w->slices * w->slice) {
      sm_workshop_run(shop, w->slices, transform_task, w);
      sm_workshop_run(shop, w->sums * ((w->out_blocks + w->kernels->pair - 1) / w->kernels->pair), plane_task, w);
    }
  }
  sm_workshop_run(shop, w->out_blocks * w->in_blocks, finish_task, w);
  sm_give(shop, block);
  return STYLEMAP_OK;
}

/* One share of the pictures, one block pair, tap by tap. */
static void taps_task(void *context, int index, int worker) {
  const weighing *w = context;
  const sm_pass *p = w->pass;
  int pairs = w->in_blocks * w->out_blocks, share = index / pairs, pair = index % pairs;
  int o = pair / w->in_blocks, i = pair % w->in_blocks, kk = p->k * p->k;
  sm_correlation c = {
      .k = p->k, .stride = 1, .pad = p->k / 2, .height = p->h, .width = p->w, .d_width = w->ow};
  float *g = w->g + (size_t)share * w->g_each + (size_t)(pair * kk) * 256;
  int first = share * p->n / w->shares, end = (share + 1) * p->n / w->shares;
  int rows = BAND / w->ow > 0 ? BAND / w->ow : 1;
  size_t block = (size_t)p->h * (size_t)p->w * 16;
  memset(g, 0, (size_t)kk * 256 * sizeof *g);
  uint64_t old = sm_flush_begin();
  for (int n = first; n < end; n++) {
    const float *x = w->in + ((size_t)n * (size_t)w->in_blocks + (size_t)i) * block;
    const float *d = w->delta[o / w->d_blocks] + ((size_t)n * (size_t)w->d_blocks + (size_t)(o % w->d_blocks)) * block;
    for (int y = 0; y < p->h; y += rows) w->kernels->gradient(&c, x, d, y, y + rows < p->h ? y + rows : p->h, g);
  }
  sm_flush_end(old);
}

static stylemap_status by_taps(sm_workshop *shop, weighing *w) {
  const sm_pass *p = w->pass;
  int pairs = w->in_blocks * w->out_blocks;
  w->sums = p->k * p->k;
  w->shares = pairs >= SHARES ? 1 : SHARES / pairs < p->n ? SHARES / pairs : p->n;
  w->g_each = (size_t)(pairs * w->sums) * 256;
  w->g = sm_take(shop, (size_t)w->shares * w->g_each);
  if (!w->g) return STYLEMAP_NO_MEMORY;
  sm_workshop_run(shop, w->shares * pairs, taps_task, w);
  sm_workshop_run(shop, pairs, finish_task, w);
  sm_give(shop, w->g);
  return STYLEMAP_OK;
}

stylemap_status sm_convolve_weight(sm_workshop *shop, const sm_pass *p, const real *in, const real *const *delta,
                                   int count, int exchanged, real *const *grad) {
  assert(p->walk != SM_WALK_UP && (count == 1 || count == 2));
  int d_blocks = sm_blocks(p->cout);
  weighing w = {.pass = p,
                .kernels = sm_workshop_kernels(shop),
                .in = in,
                .delta = {delta[0], delta[count - 1]},
                .oh = sm_convolved_side(p->walk, p->h),
                .ow = sm_convolved_side(p->walk, p->w),
                .in_blocks = sm_blocks(p->cin),
                .out_blocks = count * d_blocks,
                .d_blocks = d_blocks,
                .method = p->walk == SM_WALK_DOWN ? SM_DOWN : SM_WINOGRAD,
                .exchanged = exchanged,
                .grad = grad};
  sm_blur_fir(NULL, p->gain, &w.fir);
  if (p->walk == SM_WALK_SAME && (p->k == 1 || p->h < 4 || p->w < 4)) return by_taps(shop, &w);
  return by_tiles(shop, &w);
}
