/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two ways to cut a layer, by which of its operands is the larger one:
 *   by output  small maps: V of all tiles is shared; a task transforms the weights of 16 or 32 output channels (twice
 *              that with a second filter) into its own memory and runs them over all tiles. Each weight is read once.
 *   by tiles   large maps: U of all weights is shared; a task owns a panel of tiles, whose V stays in its L2 cache.
 * A shared V costs cross-core traffic, a U for each panel costs transforms: measured, see core/speed.md. */
#include "kernels/convolve.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "kernels/flush.h"

/* A pass over V for N output channels and T tiles reads, in all, V once for every N and U once for every T, and keeps
 * planes x N x T floats of M in L2. Reading is least where N and T are about the same. */
enum {
  PANEL = 84,          /* T in the second way */
  M_TILES = 98,        /* T in the first way */
  OUTPUTS = 96,        /* most of N, both filters counted */
  MOST_M = 290 << 10,  /* most floats of M, unless one pair's are more */
  SHARED_U = 6 << 20,  /* most floats of U made before its use */
  L2_V = 512 << 10,    /* floats of a panel's V that is still near when its planes are multiplied */
  PART_U = 160 << 10,  /* floats of U made and used at a time, where that is all the use it has; or one segment's */
  PAD_V = 64, PAD_U = 80, /* floats that keep the planes' streams off one another's cache sets */
  WEIGHT_SCRATCH = 16 * 16 * 9,
};

static const struct {
  int planes, weight_planes, taps, step;
} methods[SM_METHODS] = {
    [SM_WINOGRAD] = {36, 36, 1, 4}, [SM_WINOGRAD6] = {64, 64, 1, 6}, [SM_TAPS3] = {1, 1, 9, 1},
    [SM_POINT] = {1, 1, 1, 1},      [SM_UP] = {49, 25, 1, 6},        [SM_DOWN] = {49, 25, 1, 3},
    [SM_DOWN4] = {81, 36, 1, 4},
};

/* Plane of U that plane `p` of V meets: the outputs of an odd phase share theirs. */
static int weight_plane(sm_method method, int p) {
  if (method != SM_UP && !sm_goes_down(method)) return p;
  const int odd = method == SM_UP ? 3 : methods[method].step, a = p / (2 * odd + 1), b = p % (2 * odd + 1);
  return (a <= odd ? a : odd + 1) * (odd + 2) + (b <= odd ? b : odd + 1);
}

sm_method sm_method_for(int k, int height, int width) {
  if (k == 1) return SM_POINT;
  return height * width <= 64 || height < 4 || width < 4 ? SM_TAPS3 : SM_WINOGRAD;
}

sm_method sm_method_whole(int k, int height, int width) {
  const sm_method method = sm_method_for(k, height, width);
  /* at 32 x 32 the products are as many, since 6 does not divide 32; at 64 a sixth fewer, from 256 on a fifth */
  return method == SM_WINOGRAD && height >= 64 && width >= 64 ? SM_WINOGRAD6 : method;
}

void sm_tiling(sm_method method, int height, int width, int *rows, int *columns, int *step) {
  int s = methods[method].step, h = height, w = width;
  if (method == SM_UP) h = 2 * h + 1, w = 2 * w + 1;
  if (sm_goes_down(method)) h /= 2, w /= 2;
  *step = s;
  *rows = (h + s - 1) / s;
  *columns = (w + s - 1) / s;
}

/* How one convolution is cut; made the same way for planning and for running. */
typedef struct plan {
  int tiles, depth, blocks, pairs; /* channel blocks in (times taps) and out; pairs: tasks over output channels */
  int products;                    /* filters: 1 or 2 */
  int chunk;                       /* pairs that share a pass over V */
  int part;                        /* input blocks whose U is made and used at a time */
  int by_tiles, panel;             /* tiles of a panel */
  size_t v, u_plane, u, m_plane, m; /* floats: V (all tiles or a panel), U of a pair, M of a product */
  size_t shared, own;
} plan;

static size_t v_plane_floats(const sm_kernels *k, int tiles, int depth) {
  int groups = (tiles + k->rows - 1) / k->rows;
  /* rows of a group are evened out, so this is an upper bound */
  return (size_t)(groups * k->rows) * (size_t)depth * 16 + PAD_V;
}

/* Groups of even size: 16 tiles are 8 + 8, not 14 + 2. */
static void group(const sm_kernels *k, int tiles, int *rows, int *groups) {
  *groups = (tiles + k->rows - 1) / k->rows;
  *rows = (tiles + *groups - 1) / *groups;
}

/* What the busiest thread has to do when `pieces` are handed out one by one, all of size `each` but the last. */
static int longest(int threads, int pieces, int each, int last) {
  const int full = pieces - 1;
  return full % threads ? (full + threads - 1) / threads * each : full / threads * each + last;
}

/* Places for tiles in the groups of `tiles`. */
static int places(const sm_kernels *k, int tiles) {
  int rows, groups;
  group(k, tiles, &rows, &groups);
  return rows * groups;
}

/* Tiles of a panel, at most PANEL: so many that all threads end together and few rows of groups stay empty.
 * 0: there are not tiles enough to keep everyone busy. */
static int panel_of(const sm_kernels *k, int threads, int tiles) {
  const int fewest = (tiles + PANEL - 1) / PANEL;
  int best = 0, least = INT_MAX;
  if (tiles < 4 * threads * k->rows) return 0;
  for (int some = fewest; some < fewest + 2 * threads + 2; some++) {
    const int panel = (tiles + some - 1) / some, panels = (tiles + panel - 1) / panel;
    if (panel < k->rows) break;
    int time = longest(threads, panels, places(k, panel), places(k, tiles - (panels - 1) * panel));
    if (time < least) best = panel, least = time;
  }
  return best;
}

/* Pairs of a task, at most `most`: the largest number with which all threads end together. */
static int chunk_of(int threads, int pairs, int most) {
  int best = 1, least = INT_MAX;
  for (int chunk = 1; chunk <= most && chunk <= pairs; chunk++) {
    const int chunks = (pairs + chunk - 1) / chunk;
    int time = longest(threads, chunks, chunk, pairs - (chunks - 1) * chunk);
    if (time <= least) best = chunk, least = time;
  }
  return best;
}

/* U is made of so many input blocks at a time. */
static void set_part(plan *p, const sm_kernels *k, sm_method method, int blocks) {
  p->part = blocks;
  p->u_plane = (size_t)blocks * 16 * (size_t)k->pair * 16 + PAD_U;
  p->u = (size_t)methods[method].weight_planes * p->u_plane;
}

static plan plan_of(const sm_kernels *k, int threads, const sm_convolution *c) {
  plan p = {0};
  int rows, columns, step, planes = methods[c->method].planes;
  sm_tiling(c->method, c->height, c->width, &rows, &columns, &step);
  p.tiles = c->tiles ? c->tile_count : rows * columns * c->pictures;
  p.depth = sm_blocks(c->filter.cin) * methods[c->method].taps;
  p.blocks = sm_blocks(c->filter.cout);
  p.pairs = (p.blocks + k->pair - 1) / k->pair;
  p.products = c->second.values ? 2 : 1;
  set_part(&p, k, c->method, p.depth);

  int panel = panel_of(k, threads, p.tiles);
  p.by_tiles = panel && c->method != SM_TAPS3 && (size_t)p.pairs * (size_t)p.products * p.u <= SHARED_U;
  p.panel = p.by_tiles ? panel : (M_TILES / k->rows) * k->rows;
  const int wide = k->pair * 16 * p.products, outputs = MOST_M / (planes * (p.by_tiles ? PANEL : M_TILES));
  int most = (outputs < OUTPUTS ? outputs : OUTPUTS) / wide;
  if (most < 1) most = 1;
  if (p.by_tiles) { /* a panel's chunks follow one another: evened out */
    int chunks = (p.pairs + most - 1) / most;
    p.chunk = (p.pairs + chunks - 1) / chunks;
  } else {
    p.chunk = chunk_of(threads, p.pairs, most);
    /* Where each U meets all tiles but once, it is made in parts, of whole segments, that stay near. */
    const size_t segment =
        (size_t)(methods[c->method].weight_planes * SM_SEGMENT * 16 * 16 * k->pair * p.products * p.chunk);
    const int part = (int)(PART_U > segment ? PART_U / segment : 1) * SM_SEGMENT;
    if (methods[c->method].taps == 1 && p.tiles <= p.panel && part < p.depth) set_part(&p, k, c->method, part);
  }
  /* memory for the largest panel, since a list of tiles may be cut into larger ones than all of them */
  p.v = (size_t)planes * v_plane_floats(k, p.by_tiles ? PANEL : p.tiles, p.depth);
  p.m_plane = (size_t)(p.by_tiles ? PANEL : p.panel) * (size_t)k->pair * 16 + PAD_V;
  p.m = (size_t)planes * p.m_plane;
  size_t all_u = p.u * (size_t)p.products;
  p.shared = p.by_tiles ? all_u * (size_t)p.pairs : p.v;
  p.own = WEIGHT_SCRATCH + p.m * (size_t)(p.products * p.chunk) + (p.by_tiles ? p.v : all_u * (size_t)p.chunk);
  size_t line = (size_t)(2 * c->width + 3) * 16; /* the blur's */
  if (p.own < line) p.own = line;
  return p;
}

void sm_convolution_memory(const sm_kernels *k, int threads, const sm_convolution *c, size_t *shared, size_t *own) {
  sm_convolution some = *c;
  plan p = plan_of(k, threads, c);
  *shared = p.shared;
  *own = p.own;
  if (p.by_tiles) { /* the largest list that is not cut by tiles */
    static const int32_t any;
    some.tiles = &any;
    some.tile_count = 4 * threads * k->rows - 1;
    p = plan_of(k, threads, &some);
    assert(!p.by_tiles);
    if (p.shared > *shared) *shared = p.shared;
    if (p.own > *own) *own = p.own;
  }
  *shared = (*shared + 15) / 16 * 16;
  *own = (*own + 15) / 16 * 16;
}

/* Everything a task needs. */
typedef struct run {
  const sm_convolver *v;
  const sm_convolution *c;
  plan p;
  sm_input in;
  sm_output out;
  int rows, groups; /* of V in the first way */
  size_t v_plane;
} run;

static float *own_memory(const run *r, int worker) { return r->v->own + (size_t)worker * r->v->own_floats; }

static void input_group(const run *r, int g, int first, int tiles, int rows, float *v, size_t plane) {
  int left = tiles - g * rows, count = left < rows ? left : rows;
  if (count <= 0) count = 0;
  r->v->kernels->input[r->c->method](&r->in, first + g * rows, count, rows, v + (size_t)(g * rows * r->p.depth) * 16,
                                     plane);
}

static int blocks_of(const run *r, int pair) {
  int left = r->p.blocks - pair * r->v->kernels->pair;
  return left < r->v->kernels->pair ? left : r->v->kernels->pair;
}

/* U of one pair of output blocks, from input blocks from .. from + depth - 1. */
static void transform_pair(const run *r, int pair, int from, int depth, float *u, float *scratch) {
  const sm_kernels *k = r->v->kernels;
  int block = pair * k->pair, n = blocks_of(r, pair);
  k->weights[r->c->method](&r->c->filter, block, n, from, depth, u, r->p.u_plane, scratch);
  if (r->p.products == 2)
    k->weights[r->c->method](&r->c->second, block, n, from, depth, u + r->p.u, r->p.u_plane, scratch);
}

static int inputs(const run *r) { return sm_blocks(r->c->filter.cin); }

/* Some of V: groups of tiles, input blocks from .. from + depth - 1. */
typedef struct piece {
  const float *v;
  size_t plane;
  int rows, groups;
  int from, depth;
  int next_pair, next_from; /* the weights to be transformed after it, from which pair and input block on; -1: none */
} piece;

/* Their share of a product's plane: a row, that is an output channel. A pair has fewer rows than there are planes. */
static void ahead_of(const run *r, const piece *piece, int product, int plane, sm_ahead *ahead) {
  const int products = r->p.products, rows = r->v->kernels->pair * 16;
  const sm_filter *f = product % products ? &r->c->second : &r->c->filter;
  const int row = (piece->next_pair + product / products) * rows + plane;
  ahead->stored_lines = 0;
  if (piece->next_pair < 0 || plane >= rows || row >= f->cout) return;
  const size_t each = (size_t)f->taps * (f->half ? sizeof(uint16_t) : sizeof(float));
  const size_t first = (size_t)piece->next_from * 16, left = (size_t)f->cin - first, part = (size_t)r->p.part * 16;
  const size_t shares = (size_t)(piece->groups * piece->depth);
  ahead->stored = (const char *)f->values + ((size_t)row * (size_t)f->cin + first) * each;
  ahead->stored_lines = (int)(((left < part ? left : part) * each / 64 + shares - 1) / shares);
}

/* M := (onto: M +) a piece of V through pairs pair .. end - 1 of output blocks, plane by plane. */
static void multiply(const run *r, int pair, int end, const piece *piece, const float *u, float *m) {
  const sm_kernels *k = r->v->kernels;
  const sm_method method = r->c->method;
  const int products = r->p.products, rows = piece->rows, groups = piece->groups, depth = piece->depth;
  const size_t v_group = (size_t)(rows * r->p.depth) * 16;
  const float *v = piece->v + (size_t)(piece->from * rows) * 16;
  const int planes = methods[method].planes, count = (end - pair) * products;
  sm_ahead ahead = {.v_lines = r->p.by_tiles && r->p.v < L2_V ? 0 : (rows + count - 1) / count};
  for (int p = 0; p < planes; p++)
    for (int j = 0; j < count; j++) {
      const int later = p + 1 < planes ? p + 1 : 0, next = j + 1 < count ? j + 1 : 0;
      ahead.u = u + (size_t)next * r->p.u + (size_t)weight_plane(method, next ? p : later) * r->p.u_plane;
      /* a shared V, or a large one, comes from L3: each product of a plane fetches its part of the next plane */
      ahead.v = v + (size_t)later * piece->plane + (size_t)(j * ahead.v_lines * groups * depth) * 16;
      ahead_of(r, piece, j, p, &ahead);
      k->product(rows, blocks_of(r, pair + j / products), v + (size_t)p * piece->plane, v_group,
                 u + (size_t)j * r->p.u + (size_t)weight_plane(method, p) * r->p.u_plane, depth, groups,
                 m + (size_t)j * r->p.m + (size_t)p * r->p.m_plane, piece->from > 0, &ahead);
    }
}

/* M of tiles first .. first + tiles - 1 to the result. */
static void finish(const run *r, int pair, int end, int first, int tiles, const float *m) {
  const sm_kernels *k = r->v->kernels;
  const int products = r->p.products;
  for (int j = pair; j < end; j++, m += r->p.m * (size_t)products)
    k->output[r->c->method](&r->out, j * k->pair, blocks_of(r, j), first, tiles, m, products == 2 ? m + r->p.m : NULL,
                            r->p.m_plane);
}

static void task_input(void *context, int g, int worker) {
  run *r = context;
  (void)worker;
  uint64_t old = sm_flush_begin();
  input_group(r, g, 0, r->p.tiles, r->rows, r->v->shared, r->v_plane);
  sm_flush_end(old);
}

/* The piece's next part, or the task that this thread is likely to get next, if its weights are worth it. */
static void next_weights(const run *r, int index, piece *piece) {
  const int next = (index + sm_pool_threads(r->v->pool)) * r->p.chunk, more = piece->from + piece->depth < r->p.depth;
  if (methods[r->c->method].planes == 1) return;
  piece->next_from = more ? piece->from + piece->depth : 0;
  piece->next_pair = more ? index * r->p.chunk : next < r->p.pairs ? next : -1;
}

static void task_pair(void *context, int index, int worker) {
  run *r = context;
  uint64_t old = sm_flush_begin();
  const int pair = index * r->p.chunk, end = pair + r->p.chunk < r->p.pairs ? pair + r->p.chunk : r->p.pairs;
  const size_t u_pair = r->p.u * (size_t)r->p.products;
  float *scratch = own_memory(r, worker), *u = scratch + WEIGHT_SCRATCH, *m = u + u_pair * (size_t)r->p.chunk;
  int at_once = r->p.panel / r->rows;
  for (int g = 0; g < r->groups; g += at_once) {
    int n = r->groups - g < at_once ? r->groups - g : at_once, first = g * r->rows;
    int tiles = r->p.tiles - first < n * r->rows ? r->p.tiles - first : n * r->rows;
    piece piece = {.v = r->v->shared + (size_t)(g * r->rows * r->p.depth) * 16, .plane = r->v_plane, .rows = r->rows,
                   .groups = n, .next_pair = -1};
    for (; piece.from < r->p.depth; piece.from += piece.depth) {
      piece.depth = r->p.depth - piece.from < r->p.part ? r->p.depth - piece.from : r->p.part;
      if (g + n == r->groups) next_weights(r, index, &piece);
      if (g == 0)
        for (int j = pair; j < end; j++)
          transform_pair(r, j, piece.from, r->p.part < r->p.depth ? piece.depth : inputs(r),
                         u + u_pair * (size_t)(j - pair), scratch);
      multiply(r, pair, end, &piece, u, m);
    }
    finish(r, pair, end, first, tiles, m);
  }
  sm_flush_end(old);
}

static void task_weights(void *context, int pair, int worker) {
  run *r = context;
  uint64_t old = sm_flush_begin();
  transform_pair(r, pair, 0, inputs(r), r->v->shared + (size_t)pair * r->p.u * (size_t)r->p.products, own_memory(r, worker));
  sm_flush_end(old);
}

static void task_panel(void *context, int index, int worker) {
  run *r = context;
  uint64_t old = sm_flush_begin();
  float *m = own_memory(r, worker) + WEIGHT_SCRATCH, *v = m + r->p.m * (size_t)(r->p.products * r->p.chunk);
  int first = index * r->p.panel, tiles = r->p.tiles - first < r->p.panel ? r->p.tiles - first : r->p.panel;
  int rows, groups;
  group(r->v->kernels, tiles, &rows, &groups);
  size_t plane = (size_t)(groups * rows * r->p.depth) * 16 + PAD_V;
  for (int g = 0; g < groups; g++) input_group(r, g, first, tiles, rows, v, plane);
  const piece piece = {.v = v, .plane = plane, .rows = rows, .groups = groups, .depth = r->p.depth, .next_pair = -1};
  for (int pair = 0, end; pair < r->p.pairs; pair = end) {
    end = pair + r->p.chunk < r->p.pairs ? pair + r->p.chunk : r->p.pairs;
    multiply(r, pair, end, &piece, r->v->shared + (size_t)pair * r->p.u * (size_t)r->p.products, m);
    finish(r, pair, end, first, tiles, m);
  }
  sm_flush_end(old);
}

/* UP's second half. */
enum { BANDS = 8 };

typedef struct blurring {
  const run *r;
  const sm_output *out;
} blurring;

static size_t wide_block(const sm_convolution *c) {
  return (size_t)(2 * c->height + 3) * (size_t)(2 * c->width + 3) * 16;
}

static void task_border(void *context, int index, int worker) {
  run *r = context;
  (void)worker;
  const sm_convolution *c = r->c;
  size_t line = (size_t)(2 * c->width + 3) * 16, lines = (size_t)(2 * c->height + 3);
  float *p = r->out.maps[index / r->p.blocks] + (size_t)(index % r->p.blocks) * wide_block(c);
  memset(p, 0, line * sizeof(float));
  memset(p + (lines - 1) * line, 0, line * sizeof(float));
  for (size_t y = 1; y + 1 < lines; y++) {
    memset(p + y * line, 0, 64);
    memset(p + (y + 1) * line - 16, 0, 64);
  }
}

static void task_blur(void *context, int index, int worker) {
  const blurring *b = context;
  const run *r = b->r;
  uint64_t old = sm_flush_begin();
  int band = index % BANDS, block = index / BANDS % r->p.blocks, picture = index / BANDS / r->p.blocks;
  const int height = b->out->height, width = b->out->width, columns = (width + 3) / 4;
  const float *wide = r->out.maps[picture] + (size_t)block * wide_block(r->c);
  const int y0 = height * band / BANDS, y1 = height * (band + 1) / BANDS;
  if (!r->c->cells)
    r->v->kernels->blur(b->out, r->c->fir, picture, block, y0, y1, 0, width, wide, own_memory(r, worker));
  for (int y = y0, end; r->c->cells && y < y1; y = end) { /* runs of cells, row by row */
    const unsigned char *cell = r->c->cells + (size_t)(y / 4) * (size_t)columns;
    end = (y / 4 + 1) * 4 < y1 ? (y / 4 + 1) * 4 : y1;
    for (int x = 0, past; x < columns; x = past + 1) {
      for (past = x; past < columns && cell[past]; past++) {}
      if (past > x)
        r->v->kernels->blur(b->out, r->c->fir, picture, block, y, end, 4 * x, 4 * past < width ? 4 * past : width, wide,
                            own_memory(r, worker));
    }
  }
  sm_flush_end(old);
}

/* What a layer may not get wrong: silently, it would read or write somewhere else. */
static void check(const sm_convolver *v, const sm_convolution *c) {
  const sm_filter *f = &c->filter, *second = &c->second;
  assert(v->kernels && v->pool && sm_is_map(v->shared) && sm_is_map(v->own));
  assert(f->values && f->cin > 0 && f->cout > 0 && (f->taps == 1 || f->taps == 9));
  assert(!second->values || (second->cin == f->cin && second->cout == f->cout && second->taps == f->taps));
  assert(c->height > 0 && c->width > 0 && c->pictures > 0 && c->out.maps);
  assert(!c->tiles || c->tile_count >= 0);
  assert(!c->other == !c->alpha && (!c->other || c->pictures == 1));
  assert(c->fir || (c->method != SM_UP && !sm_goes_down(c->method)));
  assert(c->method != SM_UP || (sm_is_map(c->wide) && !c->cells == !c->tiles));
  assert(!c->apart || (c->method != SM_UP && !sm_goes_down(c->method)));
  assert(!c->out.x || (c->out.norm_scale && c->out.norm_shift));
  assert(!c->out.second || second->values);
  assert(c->entrance ? c->method == SM_WINOGRAD6 && c->pictures == 1 && !c->other : c->in && sm_is_map(c->in[0]));
}

int sm_convolution_run(const sm_convolver *v, const sm_convolution *c) {
  run r = {.v = v, .c = c, .p = plan_of(v->kernels, sm_pool_threads(v->pool), c), .out = c->out};
  if (r.p.tiles == 0) return 0;
  check(v, c);
  assert(r.p.shared <= v->shared_floats && r.p.own <= v->own_floats);
  int rows, columns, step;
  sm_tiling(c->method, c->height, c->width, &rows, &columns, &step);
  r.in = (sm_input){c->in, c->other, c->alpha, sm_blocks(c->filter.cin), c->height, c->width, rows, columns, c->tiles,
                    c->fir, c->entrance};
  r.out.height = c->height, r.out.width = c->width;
  r.out.rows = rows, r.out.columns = columns, r.out.tiles = c->tiles;
  enum { MOST = 16 };
  float *wide[MOST];
  if (c->method == SM_UP) {
    assert(c->pictures <= MOST);
    for (int i = 0; i < c->pictures; i++)
      wide[i] = c->wide + (size_t)i * sm_wide_floats(c->filter.cout, c->height, c->width);
    r.out.maps = wide;
    r.out.height = 2 * c->height + 1, r.out.width = 2 * c->width + 1;
    if (sm_pool_run(v->pool, c->pictures * r.p.blocks, task_border, &r, v->poll, v->poll_data)) return 1;
  }
  if (sm_goes_down(c->method)) r.out.height = c->height / 2, r.out.width = c->width / 2;
  /* what is modulated in place was read: its lines are there */
  if (!c->out.x || c->out.x[0] != c->out.maps[0]) r.out.stream = sm_streams(r.p.blocks, r.out.height, r.out.width);
  if (c->apart) {
    r.out.height = r.out.width = step;
    r.out.rows = r.out.columns = 1;
    r.out.tiles = NULL;
  }

  if (r.p.by_tiles) {
    if (sm_pool_run(v->pool, r.p.pairs, task_weights, &r, v->poll, v->poll_data)) return 1;
    int panels = (r.p.tiles + r.p.panel - 1) / r.p.panel;
    if (sm_pool_run(v->pool, panels, task_panel, &r, v->poll, v->poll_data)) return 1;
  } else {
    group(v->kernels, r.p.tiles, &r.rows, &r.groups);
    r.v_plane = (size_t)(r.groups * r.rows * r.p.depth) * 16 + PAD_V;
    if (sm_pool_run(v->pool, r.groups, task_input, &r, v->poll, v->poll_data)) return 1;
    if (sm_pool_run(v->pool, (r.p.pairs + r.p.chunk - 1) / r.p.chunk, task_pair, &r, v->poll, v->poll_data)) return 1;
  }

  if (c->method == SM_UP) {
    sm_output out = c->out;
    out.height = 2 * c->height, out.width = 2 * c->width, out.stream = r.out.stream;
    blurring b = {&r, &out};
    return sm_pool_run(v->pool, c->pictures * r.p.blocks * BANDS, task_blur, &b, v->poll, v->poll_data);
  }
  return 0;
}
