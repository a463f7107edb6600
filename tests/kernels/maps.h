/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the kernels' tests share: maps with guards behind them, random numbers in two forms, a convolver with memory that
 * is watched. */
#pragma once
#include "base/memory.h"
#include "harness.h"
#include "kernels/convolve.h"
#include "oracle.h"

enum { GUARD = 16 };
static const float guard_value = 12345.5f;

typedef struct guarded {
  float *v;
  size_t n;
} guarded;

static inline guarded guarded_new(size_t n) {
  guarded g = {sm_alloc(n + GUARD, sizeof(float)), n};
  if (!g.v)
    abort();
  for (size_t i = 0; i < n; i++)
    g.v[i] = NAN;
  for (size_t i = n; i < n + GUARD; i++)
    g.v[i] = guard_value;
  return g;
}

static inline void guarded_end(guarded g, const char *what) {
  for (size_t i = g.n; i < g.n + GUARD; i++)
    CHECK(g.v[i] == guard_value, "%s wrote past its end", what);
  sm_free(g.v);
}

/* Random planes, the same numbers as a map. */
static inline guarded random_map(planes p) {
  size_t pixels = (size_t)p.h * (size_t)p.w;
  float *plain = malloc(sizeof(float) * (size_t)p.c * pixels);
  if (!plain)
    abort();
  for (size_t i = 0; i < (size_t)p.c * pixels; i++)
    p.v[i] = plain[i] = harness_float();
  guarded g = guarded_new(sm_map_floats(p.c, p.h, p.w));
  sm_pack(plain, p.c, pixels, g.v);
  free(plain);
  return g;
}

static inline double map_get(const float *map, planes shape, int c, int y, int x) {
  return map[((size_t)(c / 16 * shape.h + y) * (size_t)shape.w + (size_t)x) * 16 + (size_t)(c % 16)];
}

/* Rounds to fp16 and gives both the bits and the value; only for |x| in the normal range. */
static inline uint16_t half_bits(float x, double *value) {
  uint32_t b;
  memcpy(&b, &x, 4);
  b += 0x1000; /* round, ties away: fine for a test's inputs */
  uint32_t e = (b >> 23) & 255, h = (b >> 31) << 15;
  if (e < 113) {
    *value = 0;
    return (uint16_t)h;
  }
  h |= (e - 112) << 10 | ((b >> 13) & 0x3ff);
  b &= ~0x1fffu;
  float back;
  memcpy(&back, &b, 4);
  *value = back;
  return (uint16_t)h;
}

typedef struct filter {
  sm_filter f;
  double *exact; /* values times scale */
} filter;

static inline filter random_filter(int cout, int cin, int taps, int half) {
  size_t n = (size_t)cout * (size_t)cin * (size_t)taps;
  float scale = 0.75f, *w = sm_alloc(n, sizeof(float));
  uint16_t *h = sm_alloc(n, sizeof(uint16_t));
  filter f = {.exact = malloc(n * sizeof(double))};
  if (!w || !h || !f.exact)
    abort();
  for (size_t i = 0; i < n; i++) {
    w[i] = harness_float();
    f.exact[i] = w[i];
    if (half)
      h[i] = half_bits(w[i], &f.exact[i]);
    f.exact[i] *= scale;
  }
  f.f = (sm_filter){half ? (void *)h : w, half, cout, cin, taps, scale};
  sm_free(half ? (void *)w : h);
  return f;
}

static inline void filter_end(filter f) {
  sm_free((void *)f.f.values);
  free(f.exact);
}

static inline sm_convolver convolver(const sm_kernels *k, sm_pool *pool, size_t shared, size_t own) {
  sm_convolver v = {.kernels = k, .pool = pool, .shared_floats = shared, .own_floats = own};
  size_t all = own * (size_t)sm_pool_threads(pool);
  v.shared = sm_alloc(shared + GUARD, sizeof(float));
  v.own = sm_alloc(all + GUARD, sizeof(float));
  if (!v.shared || !v.own)
    abort();
  memset(v.shared, 0xA5, shared * sizeof(float));
  memset(v.own, 0xA5, all * sizeof(float));
  for (int i = 0; i < GUARD; i++)
    v.shared[shared + (size_t)i] = v.own[all + (size_t)i] = guard_value;
  return v;
}

static inline void convolver_end(sm_convolver v) {
  size_t all = v.own_floats * (size_t)sm_pool_threads(v.pool);
  for (int i = 0; i < GUARD; i++) {
    CHECK(v.shared[v.shared_floats + (size_t)i] == guard_value, "shared scratch overrun");
    CHECK(v.own[all + (size_t)i] == guard_value, "own scratch overrun");
  }
  sm_free(v.shared);
  sm_free(v.own);
}

static const float standard_fir[16] = {1, 3, 3, 1, 3, 9, 9, 3, 3, 9, 9, 3, 1, 3, 3, 1};

typedef struct shape {
  int cin, cout, h, w, pictures, threads;
} shape;
