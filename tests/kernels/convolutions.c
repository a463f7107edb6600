/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole convolutions and the element-wise work, on every instruction set this machine has, against the oracle.
 * Outputs start as NaN, scratch as 0xA5, and what lies past an end must still be there afterwards. */
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

static guarded guarded_new(size_t n) {
  guarded g = {sm_alloc(n + GUARD, sizeof(float)), n};
  if (!g.v)
    abort();
  for (size_t i = 0; i < n; i++)
    g.v[i] = NAN;
  for (size_t i = n; i < n + GUARD; i++)
    g.v[i] = guard_value;
  return g;
}

static void guarded_end(guarded g, const char *what) {
  for (size_t i = g.n; i < g.n + GUARD; i++)
    CHECK(g.v[i] == guard_value, "%s wrote past its end", what);
  sm_free(g.v);
}

/* Random planes, the same numbers as a map. */
static guarded random_map(planes p) {
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

static double map_get(const float *map, planes shape, int c, int y, int x) {
  return map[((size_t)(c / 16 * shape.h + y) * (size_t)shape.w + (size_t)x) * 16 + (size_t)(c % 16)];
}

/* Rounds to fp16 and gives both the bits and the value; only for |x| in the normal range. */
static uint16_t half_bits(float x, double *value) {
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

static filter random_filter(int cout, int cin, int taps, int half) {
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

static void filter_end(filter f) {
  sm_free((void *)f.f.values);
  free(f.exact);
}

static sm_convolver convolver(const sm_kernels *k, sm_pool *pool, size_t shared, size_t own) {
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

static void convolver_end(sm_convolver v) {
  size_t all = v.own_floats * (size_t)sm_pool_threads(v.pool);
  for (int i = 0; i < GUARD; i++) {
    CHECK(v.shared[v.shared_floats + (size_t)i] == guard_value, "shared scratch overrun");
    CHECK(v.own[all + (size_t)i] == guard_value, "own scratch overrun");
  }
  sm_free(v.shared);
  sm_free(v.own);
}

/* How far a method may be from the exact sum of `products` products of numbers in -1..1. A plain sum of n products
 * errs by at most (n + 2) eps sum |w x|, here with mean |w x| = 1/4. The transforms amplify; their limits are three
 * times the largest error measured (seeds 1..50, C 1..96, all instruction sets), which is written beside them. */
static double limit_of(sm_method m, int products) {
  const double eps = 0x1p-24, scale = sqrt(products);
  if (m == SM_WINOGRAD)
    return 3 * 1.7e-6 * scale;
  if (m == SM_WINOGRAD6)
    return 3 * 1.4e-5 * scale;
  if (m == SM_DOWN4)
    return 3 * 1.7e-6 * scale;
  if (m == SM_UP || m == SM_DOWN)
    return 3 * 4.5e-7 * scale;
  return (products + 2) * eps * (0.25 * products + 4);
}

static const float standard_fir[16] = {1, 3, 3, 1, 3, 9, 9, 3, 3, 9, 9, 3, 1, 3, 3, 1};

typedef struct shape {
  int cin, cout, h, w, pictures, threads;
} shape;

enum { PLAIN = 0, ADD = 1, LOW = 2, MODULATED = 4, HALF = 8, ODD_FIR = 16, NO_BETA = 32, BLENDED = 64, SOME = 128 };

static double measured[SM_METHODS];

static void one(const sm_kernels *k, sm_method method, shape s, int how) {
  sm_pool *pool;
  if (sm_pool_new(s.threads, &pool, NULL) != STYLEMAP_OK)
    abort();
  const int taps = method == SM_POINT ? 1 : 9;
  filter f = random_filter(s.cout, s.cin, taps, how & HALF), f2 = {0};
  float kernel[16];
  for (int i = 0; i < 16; i++)
    kernel[i] = how & ODD_FIR ? harness_float() : standard_fir[i] / 16;
  sm_fir fir;
  int standard = sm_fir_from(kernel, 4, &fir);
  CHECK(standard == !(how & ODD_FIR));
  CHECK(fir.separable == !(how & ODD_FIR));

  sm_convolution c = {
      .method = method, .filter = f.f, .height = s.h, .width = s.w, .pictures = s.pictures, .fir = &fir};
  if (how & MODULATED && !(how & NO_BETA)) {
    f2 = random_filter(s.cout, s.cin, taps, how & HALF);
    c.second = f2.f;
  }
  int blocks = sm_blocks(s.cout), oh = s.h, ow = s.w;
  if (method == SM_UP)
    oh *= 2, ow *= 2;
  if (method == SM_DOWN || method == SM_DOWN4)
    oh /= 2, ow /= 2;

  planes in[4], expect[4], add[4], other = {0};
  const float *in_maps[4], *add_maps[4], *low_maps[4], *x_maps[4];
  float *out_maps[4];
  guarded in_g[4], out_g[4], add_g[4], other_g = {0};
  float *alpha = NULL;
  guarded bias = guarded_new((size_t)blocks * 16), bias2 = guarded_new((size_t)blocks * 16);
  guarded norm_scale = guarded_new((size_t)blocks * 16), norm_shift = guarded_new((size_t)blocks * 16);
  for (int i = 0; i < blocks * 16; i++) {
    bias.v[i] = i < s.cout ? harness_float() : 0;
    bias2.v[i] = i < s.cout ? harness_float() : 0;
    norm_scale.v[i] = harness_float();
    norm_shift.v[i] = harness_float();
  }
  const double slope = how & MODULATED ? 1 : (double)0.2f;
  for (int p = 0; p < s.pictures; p++) {
    in[p] = planes_new(s.cin, s.h, s.w);
    in_g[p] = random_map(in[p]);
    in_maps[p] = in_g[p].v;
    if (how & BLENDED) {
      other = planes_new(s.cin, s.h, s.w);
      other_g = random_map(other);
      alpha = malloc(sizeof(float) * (size_t)s.h * (size_t)s.w);
      if (!alpha)
        abort();
      for (int i = 0; i < s.h * s.w; i++) {
        float a = harness_float();
        alpha[i] = a < -0.5f ? 0 : a > 0.5f ? 1 : a + 0.5f;
        for (int ch = 0; ch < s.cin; ch++) {
          double *v = in[p].v + (size_t)ch * (size_t)(s.h * s.w) + (size_t)i;
          *v += alpha[i] * (other.v[(size_t)ch * (size_t)(s.h * s.w) + (size_t)i] - *v);
        }
      }
    }
    int side_h = how & LOW ? oh / 2 : oh, side_w = how & LOW ? ow / 2 : ow;
    add[p] = planes_new(s.cout, side_h, side_w);
    add_g[p] = random_map(add[p]);
    add_maps[p] = low_maps[p] = x_maps[p] = add_g[p].v;

    planes sum = {0}, sum2 = {0};
    if (method == SM_UP) {
      planes wide = oracle_transposed(in[p], f.exact, s.cout);
      sum = oracle_blur(wide, kernel, 1, 1, 1);
      free(wide.v);
    } else if (method == SM_DOWN || method == SM_DOWN4) {
      planes wide = oracle_blur(in[p], kernel, 2, 2, 1);
      sum = oracle_stride2(wide, f.exact, s.cout);
      free(wide.v);
    } else {
      sum = oracle_same(in[p], f.exact, s.cout, taps == 9 ? 3 : 1);
      if (f2.exact)
        sum2 = oracle_same(in[p], f2.exact, s.cout, taps == 9 ? 3 : 1);
    }
    planes low = {0};
    if (how & LOW) {
      planes zeros = oracle_zeros(add[p]);
      float up[16];
      for (int i = 0; i < 16; i++)
        up[i] = standard_fir[i] / 16;
      low = oracle_blur(zeros, up, 2, 2, 1);
      free(zeros.v);
    }
    for (int o = 0; o < s.cout; o++)
      for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
          double *v = planes_at(sum, o, y, x);
          *v += bias.v[o];
          if (how & MODULATED) {
            double beta = f2.exact ? *planes_at(sum2, o, y, x) + bias2.v[o] : 0;
            *v = (*planes_at(add[p], o, y, x) * norm_scale.v[o] + norm_shift.v[o]) * *v + beta;
          } else {
            if (*v < 0)
              *v *= slope;
            if (how & ADD)
              *v += *planes_at(add[p], o, y, x);
            if (how & LOW)
              *v += *planes_at(low, o, y, x);
          }
        }
    expect[p] = sum;
    free(sum2.v);
    free(low.v);
    out_g[p] = guarded_new(sm_map_floats(s.cout, oh, ow));
    out_maps[p] = out_g[p].v;
  }
  c.in = in_maps;
  if (how & BLENDED)
    c.other = other_g.v, c.alpha = alpha;
  c.out = (sm_output){.maps = out_maps, .bias = bias.v, .slope = (float)slope};
  if (how & ADD)
    c.out.add = add_maps;
  if (how & LOW)
    c.out.low = low_maps;
  if (how & MODULATED) {
    c.out.x = x_maps;
    c.out.norm_scale = norm_scale.v, c.out.norm_shift = norm_shift.v;
    if (f2.exact)
      c.out.bias2 = bias2.v;
  }
  int rows, columns, step;
  sm_tiling(method, s.h, s.w, &rows, &columns, &step);
  int32_t *some = malloc(sizeof(int32_t) * (size_t)(rows * columns));
  if (!some)
    abort();
  if (how & SOME) {
    c.tiles = some;
    for (int t = 0; t < rows * columns; t++)
      if (t % 3 == 1)
        some[c.tile_count++] = t;
  }
  size_t wide_floats = method == SM_UP ? sm_wide_floats(s.cout, s.h, s.w) * (size_t)s.pictures : 1;
  guarded wide = guarded_new(wide_floats);
  c.wide = wide.v;
  size_t shared, own;
  sm_convolution_memory(k, s.threads, &c, &shared, &own);
  sm_convolver v = convolver(k, pool, shared, own);
  CHECK(sm_convolution_run(&v, &c) == 0);

  const double limit = limit_of(method, s.cin * taps);
  double worst = 0;
  int wrong = 0, touched = 0;
  for (int p = 0; p < s.pictures; p++)
    for (int o = 0; o < blocks * 16; o++)
      for (int y = 0; y < oh; y++)
        for (int x = 0; x < ow; x++) {
          double got = map_get(out_maps[p], (planes){0, oh, ow, NULL}, o, y, x);
          if (how & SOME && (y / step * columns + x / step) % 3 != 1) {
            touched += !isnan(got);
            continue;
          }
          double want = 0, e;
          if (o < s.cout)
            want = *planes_at(expect[p], o, y, x);
          else if (how & MODULATED)
            continue; /* whatever the caller's norm_shift gives */
          e = fabs(got - want);
          if (!(e <= limit))
            wrong++;
          if (!(e <= worst))
            worst = e;
        }
  CHECK(wrong == 0, "%s method %d %dx%d->%d %dx%d pictures %d threads %d how %d: %d wrong, worst %g, limit %g", k->name,
        method, s.cin, taps, s.cout, s.h, s.w, s.pictures, s.threads, how, wrong, worst, limit);
  CHECK(touched == 0, "%d numbers outside the listed tiles", touched);
  double relative = worst / sqrt(s.cin * taps);
  if (relative > measured[method])
    measured[method] = relative;

  convolver_end(v);
  guarded_end(wide, "wide");
  guarded_end(bias, "bias"), guarded_end(bias2, "bias2");
  guarded_end(norm_scale, "scale"), guarded_end(norm_shift, "shift");
  for (int p = 0; p < s.pictures; p++) {
    free(in[p].v), free(expect[p].v), free(add[p].v);
    guarded_end(in_g[p], "input"), guarded_end(out_g[p], "output"), guarded_end(add_g[p], "addend");
  }
  if (other.v)
    guarded_end(other_g, "other");
  free(other.v), free(alpha), free(some);
  filter_end(f);
  if (f2.exact)
    filter_end(f2);
  sm_pool_free(pool);
}

static void convolutions(const sm_kernels *k) {
  static const shape small[] = {{1, 1, 4, 4, 1, 1},    {3, 5, 5, 7, 1, 2},     {16, 16, 8, 8, 2, 1},
                                {20, 33, 9, 6, 1, 2},  {48, 70, 16, 16, 1, 2}, {17, 16, 13, 21, 3, 1},
                                {64, 40, 32, 12, 1, 2}};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    shape s = small[i], even = s;
    even.h += s.h % 2, even.w += s.w % 2;
    const sm_method same[] = {SM_WINOGRAD, SM_TAPS3, SM_POINT};
    for (size_t m = 0; m < sizeof same / sizeof *same; m++) {
      one(k, same[m], s, PLAIN);
      one(k, same[m], s, ADD | HALF);
      one(k, same[m], s, MODULATED);
      one(k, same[m], s, MODULATED | NO_BETA);
      if (s.pictures == 1)
        one(k, same[m], s, MODULATED | BLENDED | SOME);
    }
    one(k, SM_WINOGRAD, even, LOW);
    one(k, SM_WINOGRAD6, even, LOW);
    one(k, SM_WINOGRAD6, s, PLAIN);
    one(k, SM_WINOGRAD6, s, ADD | HALF);
    one(k, SM_UP, s, PLAIN);
    one(k, SM_UP, s, ADD | ODD_FIR | HALF);
    one(k, SM_DOWN, even, PLAIN);
    one(k, SM_DOWN, even, ADD | HALF);
    one(k, SM_DOWN, even, ODD_FIR);
    one(k, SM_DOWN4, even, PLAIN);
    one(k, SM_DOWN4, even, ADD | HALF);
    one(k, SM_DOWN4, even, ODD_FIR);
  }
  /* large enough to be cut by tiles */
  const shape large = {16, 48, 66, 70, 1, 2};
  one(k, SM_WINOGRAD, large, MODULATED);
  one(k, SM_WINOGRAD, large, LOW);
  one(k, SM_WINOGRAD6, large, ADD);
  one(k, SM_WINOGRAD6, large, LOW);
  one(k, SM_UP, large, PLAIN);
  one(k, SM_DOWN, large, ADD);
  one(k, SM_DOWN4, large, ADD);
  one(k, SM_POINT, large, ADD);
  /* few tiles of many channels */
  const shape deep = {288, 40, 12, 10, 1, 2}, deeper = {400, 36, 6, 8, 1, 2};
  one(k, SM_WINOGRAD, deep, MODULATED);
  one(k, SM_WINOGRAD, deep, HALF);
  one(k, SM_WINOGRAD6, deep, PLAIN);
  one(k, SM_UP, deeper, PLAIN);
  one(k, SM_DOWN, deeper, PLAIN);
  one(k, SM_DOWN4, deeper, PLAIN);
}

/* What reads an entrance that is not stored gives what it gives of the stored one: the convolution bit for bit. */
static void entrances(const sm_kernels *k, shape s) {
  sm_pool *pool;
  if (sm_pool_new(s.threads, &pool, NULL) != STYLEMAP_OK)
    abort();
  const size_t pixels = (size_t)s.h * (size_t)s.w, padded = (size_t)sm_blocks(s.cin) * 16;
  const size_t n = sm_map_floats(s.cout, s.h, s.w), quarter = padded * (pixels / 4);
  float *planes = sm_alloc(3 * pixels, sizeof(float)), *w = sm_alloc(3 * padded, sizeof(float));
  float *b = sm_alloc(padded, sizeof(float)), *bias = sm_alloc((size_t)sm_blocks(s.cout) * 16, sizeof(float));
  guarded map = guarded_new(padded * pixels), out = guarded_new(n), expect = guarded_new(n);
  guarded half = guarded_new(quarter), expect_half = guarded_new(quarter);
  if (!planes || !w || !b || !bias)
    abort();
  for (size_t i = 0; i < 3 * pixels; i++)
    planes[i] = harness_float();
  for (size_t i = 0; i < 3 * padded; i++)
    w[i] = i % padded < (size_t)s.cin ? harness_float() : 0;
  for (size_t i = 0; i < padded; i++)
    b[i] = i < (size_t)s.cin ? harness_float() : 0;
  for (int i = 0; i < sm_blocks(s.cout) * 16; i++)
    bias[i] = i < s.cout ? harness_float() : 0;
  const sm_entrance entrance = {planes, 3, w, b, 0.2f};
  filter f = random_filter(s.cout, s.cin, 9, 0);
  const float *stored = map.v;
  sm_convolution c = {.method = SM_WINOGRAD6, .filter = f.f, .height = s.h, .width = s.w, .pictures = 1, .in = &stored,
                      .out = {.maps = &expect.v, .bias = bias, .slope = 0.2f}};
  size_t shared, own;
  sm_convolution_memory(k, s.threads, &c, &shared, &own);
  sm_convolver v = convolver(k, pool, shared, own);
  CHECK(sm_enter(&v, &entrance, s.cin, s.h, s.w, map.v) == 0);
  CHECK(sm_convolution_run(&v, &c) == 0);
  c.entrance = &entrance, c.in = NULL, c.out.maps = &out.v;
  CHECK(sm_convolution_run(&v, &c) == 0);
  CHECK(memcmp(out.v, expect.v, n * sizeof(float)) == 0, "%s %d x %d of an entrance", k->name, s.h, s.w);
  sm_fir fir;
  sm_fir_from(standard_fir, 1, &fir);
  CHECK(sm_halve(&v, map.v, s.cin, s.h, s.w, &fir, expect_half.v) == 0);
  CHECK(sm_halve_entrance(&v, &entrance, s.cin, s.h, s.w, &fir, half.v) == 0);
  for (size_t i = 0; i < quarter; i++) /* 16 terms of at most 4, weights that add up to 64 here */
    CHECK_NEAR(half.v[i], expect_half.v[i], 16 * 0x1p-24 * 4 * 64);
  guarded_end(map, "enter"), guarded_end(out, "out"), guarded_end(expect, "out");
  guarded_end(half, "halve_entrance"), guarded_end(expect_half, "halve");
  convolver_end(v);
  filter_end(f);
  sm_free(planes), sm_free(w), sm_free(b), sm_free(bias);
  sm_pool_free(pool);
}

static void elements(const sm_kernels *k) {
  static const shape shapes[] = {{3, 0, 1, 1, 1, 1}, {20, 0, 6, 10, 1, 2}, {16, 0, 64, 32, 1, 2}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    shape s = shapes[i];
    sm_pool *pool;
    if (sm_pool_new(s.threads, &pool, NULL) != STYLEMAP_OK)
      abort();
    sm_convolver v = convolver(k, pool, 4096, 4096);
    size_t pixels = (size_t)s.h * (size_t)s.w, n = sm_map_floats(s.cin, s.h, s.w),
           padded = (size_t)sm_blocks(s.cin) * 16;
    planes x = planes_new(s.cin, s.h, s.w);
    guarded map = random_map(x), scale = guarded_new(padded), shift = guarded_new(padded);
    for (int together = 0; together < 2; together++) {
      CHECK(sm_normalise(&v, map.v, s.cin, s.h, s.w, together, scale.v, shift.v) == 0);
      double sum = 0, squares = 0;
      for (int c = 0; c < s.cin; c++) {
        if (!together)
          sum = squares = 0;
        for (size_t p = 0; p < pixels; p++)
          sum += x.v[(size_t)c * pixels + p];
        double count = (double)pixels * (together ? s.cin : 1), mean = sum / count;
        if (together && c + 1 < s.cin)
          continue;
        for (size_t p = together ? 0 : (size_t)c * pixels; p < (size_t)(c + 1) * pixels; p++)
          squares += (x.v[p] - mean) * (x.v[p] - mean);
        double rstd = 1 / sqrt(squares / count + 1e-5);
        /* 64 float additions a run, then double: 64 eps of the squares, halved by the root */
        CHECK_NEAR(scale.v[c], rstd, rstd * 40 * 0x1p-24);
        CHECK_NEAR(shift.v[c], -mean * rstd, rstd * 80 * 0x1p-24);
      }
      for (size_t c = (size_t)s.cin; c < padded; c++)
        CHECK(shift.v[c] == 0);
    }
    guarded out = guarded_new(n), g[4];
    planes gp[4];
    for (int q = 0; q < 4; q++)
      gp[q] = planes_new(s.cin, s.h, s.w), g[q] = random_map(gp[q]);
    for (int how = 0; how < 3; how++) {
      float t = how == 2 ? 0.3f : 0;
      CHECK(sm_modulate(&v, map.v, s.cin, s.h, s.w, scale.v, shift.v, g[0].v, how ? g[1].v : NULL,
                        how == 2 ? g[2].v : NULL, how == 2 ? g[3].v : NULL, t, out.v) == 0);
      for (int c = 0; c < s.cin; c++)
        for (int y = 0; y < s.h; y++)
          for (int u = 0; u < s.w; u++) {
            double a = *planes_at(gp[0], c, y, u), b = how ? *planes_at(gp[1], c, y, u) : 0;
            if (how == 2)
              a += t * (*planes_at(gp[2], c, y, u) - a), b += t * (*planes_at(gp[3], c, y, u) - b);
            double want = (*planes_at(x, c, y, u) * scale.v[c] + shift.v[c]) * a + b;
            CHECK_NEAR(map_get(out.v, x, c, y, u), want, 8 * 0x1p-24 * (1 + fabs(scale.v[c]) + fabs(shift.v[c])));
          }
    }
    float kernel[16];
    for (int q = 0; q < 16; q++)
      kernel[q] = harness_float();
    sm_fir fir;
    sm_fir_from(kernel, 1, &fir);
    planes zeros = oracle_zeros(x), twice = oracle_blur(zeros, kernel, 2, 2, 1);
    guarded big = guarded_new(n * 4);
    for (size_t q = 0; q < n * 4; q++)
      big.v[q] = 1;
    CHECK(sm_twice(&v, map.v, s.cin, s.h, s.w, &fir, big.v) == 0);
    for (int c = 0; c < s.cin; c++)
      for (int y = 0; y < twice.h; y++)
        for (int u = 0; u < twice.w; u++)
          CHECK_NEAR(map_get(big.v, twice, c, y, u), 1 + *planes_at(twice, c, y, u), 20 * 0x1p-24);
    if (s.h > 1) {
      planes half = oracle_blur(x, kernel, 1, 1, 2);
      CHECK(half.h == s.h / 2 && half.w == s.w / 2);
      guarded little = guarded_new(n / 4);
      CHECK(sm_halve(&v, map.v, s.cin, s.h, s.w, &fir, little.v) == 0);
      for (int c = 0; c < s.cin; c++)
        for (int y = 0; y < half.h; y++)
          for (int u = 0; u < half.w; u++)
            CHECK_NEAR(map_get(little.v, half, c, y, u), *planes_at(half, c, y, u), 20 * 0x1p-24);
      guarded_end(little, "halve");
      free(half.v);
    }
    free(zeros.v), free(twice.v);
    guarded_end(big, "twice");

    /* colour in: 3 planes -> cin channels; colour out: cin channels -> 3 planes */
    guarded rgb = guarded_new(3 * pixels), w = guarded_new(3 * padded), b = guarded_new(padded),
            rest = guarded_new(pixels * 16);
    for (size_t q = 0; q < 3 * pixels; q++)
      rgb.v[q] = harness_float();
    for (size_t q = 0; q < pixels * 16; q++)
      rest.v[q] = harness_float();
    for (size_t q = 0; q < 3 * padded; q++)
      w.v[q] = q % padded < (size_t)s.cin ? harness_float() : 0;
    for (size_t q = 0; q < padded; q++)
      b.v[q] = q < (size_t)s.cin ? harness_float() : 0;
    const sm_entrance entrance = {rgb.v, 3, w.v, b.v, 0.2f};
    CHECK(sm_enter(&v, &entrance, s.cin, s.h, s.w, out.v) == 0);
    for (int c = 0; c < (int)padded; c++)
      for (size_t p = 0; p < pixels; p++) {
        double sum = b.v[c];
        for (size_t q = 0; q < 3; q++)
          sum += (double)w.v[q * padded + (size_t)c] * rgb.v[q * pixels + p];
        if (sum < 0)
          sum *= (double)0.2f;
        CHECK_NEAR(out.v[((size_t)(c / 16) * pixels + p) * 16 + (size_t)(c % 16)], sum, 6 * 0x1p-24 * 4);
      }
    guarded planes3 = guarded_new(3 * pixels);
    float bias3[3] = {0.1f, -0.2f, 0.3f};
    CHECK(sm_leave(&v, map.v, s.cin, s.h, s.w, w.v, rest.v, bias3, 0.2f, planes3.v) == 0);
    for (size_t q = 0; q < 3; q++)
      for (size_t p = 0; p < pixels; p++) {
        double sum = (double)bias3[q] + rest.v[p * 16 + q];
        for (int c = 0; c < s.cin; c++)
          sum += (double)w.v[q * padded + (size_t)c] * x.v[(size_t)c * pixels + p];
        if (sum < 0)
          sum *= (double)0.2f;
        CHECK_NEAR(planes3.v[q * pixels + p], sum, (s.cin + 4) * 0x1p-24 * (s.cin + 2));
      }
    guarded_end(rgb, "rgb"), guarded_end(w, "w"), guarded_end(b, "b"), guarded_end(rest, "rest");
    guarded_end(planes3, "leave"), guarded_end(out, "modulate"), guarded_end(map, "map");
    guarded_end(scale, "scale"), guarded_end(shift, "shift");
    for (int q = 0; q < 4; q++)
      guarded_end(g[q], "gamma"), free(gp[q].v);
    free(x.v);
    convolver_end(v);
    sm_pool_free(pool);
  }
}

/* Copies the bits of one run's tiles where `listed`, NaN elsewhere. */
static void expect_tiles(float *to, const float *whole, const unsigned char *listed, int blocks, int side, int step) {
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < side; y++)
      for (int x = 0; x < side; x++) {
        const size_t at = ((size_t)(b * side + y) * (size_t)side + (size_t)x) * 16;
        const int in = listed[y / step * ((side + step - 1) / step) + x / step];
        for (size_t c = at; c < at + 16; c++)
          to[c] = in ? whole[c] : NAN;
      }
}

/* However a layer is cut, for any number of threads, whole or some of its tiles, in the memory that was planned for the
 * whole: the same bits, and nothing written beside them. `two`: with a second filter. */
static void cuts(const sm_kernels *k, sm_method method, int cin, int two) {
  enum { COUT = 72, SIDE = 52, BLOCKS = 5, MOST_TILES = 169 };
  planes x = planes_new(cin, SIDE, SIDE);
  guarded map = random_map(x), bias = guarded_new(BLOCKS * 16), whole[2], some[2], want = guarded_new(sm_map_floats(COUT, SIDE, SIDE));
  filter f[2] = {random_filter(COUT, cin, 9, 0), random_filter(COUT, cin, 9, 0)};
  const float *in = map.v;
  float *to[2];
  sm_fir fir;
  sm_fir_from(standard_fir, 1, &fir);
  for (int i = 0; i < BLOCKS * 16; i++)
    bias.v[i] = i < COUT ? harness_float() : 0;
  for (int i = 0; i < 2; i++)
    whole[i] = guarded_new(want.n), some[i] = guarded_new(want.n);
  sm_convolution c = {.method = method, .filter = f[0].f, .height = SIDE, .width = SIDE, .pictures = 1, .in = &in,
                      .fir = &fir, .out = {.maps = &to[0], .bias = bias.v, .slope = 1}};
  if (two)
    c.second = f[1].f, c.out.second = &to[1], c.out.bias2 = bias.v;
  int rows, columns, step;
  sm_tiling(method, SIDE, SIDE, &rows, &columns, &step);
  const size_t written = method == SM_DOWN4 ? want.n / 4 : want.n;
  static const int threads[] = {1, 2, 3, 5};
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
    sm_pool *pool;
    size_t shared, own;
    if (sm_pool_new(threads[t], &pool, NULL) != STYLEMAP_OK)
      abort();
    sm_convolution_memory(k, threads[t], &c, &shared, &own);
    sm_convolver v = convolver(k, pool, shared, own);
    for (int i = 0; i < 2; i++)
      to[i] = t ? some[i].v : whole[i].v;
    CHECK(sm_convolution_run(&v, &c) == 0);
    for (int i = 0; t && i <= two; i++)
      CHECK(!memcmp(some[i].v, whole[i].v, written * sizeof(float)), "%s method %d cin %d threads %d", k->name, method, cin,
            threads[t]);
    const int counts[] = {1, 97, 98, 99, 4 * threads[t] * k->rows - 1, 4 * threads[t] * k->rows};
    for (size_t n = 0; method == SM_WINOGRAD && n < sizeof counts / sizeof *counts; n++) {
      int32_t list[MOST_TILES];
      unsigned char listed[MOST_TILES] = {0};
      if (counts[n] > rows * columns)
        continue;
      sm_convolution part = c;
      part.tiles = list, part.tile_count = counts[n];
      for (int i = 0; i < counts[n]; i++)
        list[i] = 7 * i % (rows * columns), listed[list[i]] = 1;
      for (int i = 0; i < 2; i++) {
        to[i] = some[i].v;
        for (size_t j = 0; j < want.n; j++)
          some[i].v[j] = NAN;
      }
      CHECK(sm_convolution_run(&v, &part) == 0);
      for (int i = 0; i <= two; i++) {
        expect_tiles(want.v, whole[i].v, listed, BLOCKS, SIDE, step);
        CHECK(!memcmp(some[i].v, want.v, want.n * sizeof(float)), "%s cin %d threads %d: %d tiles of %d", k->name, cin,
              threads[t], counts[n], rows * columns);
      }
    }
    convolver_end(v);
    sm_pool_free(pool);
  }
  for (int i = 0; i < 2; i++) {
    guarded_end(whole[i], "whole"), guarded_end(some[i], "some");
    filter_end(f[i]);
  }
  guarded_end(map, "map"), guarded_end(bias, "bias"), guarded_end(want, "want");
  free(x.v);
}

static int stop(void *data) {
  ++*(int *)data;
  return 1;
}

static void cancelled(const sm_kernels *k) {
  planes x = planes_new(16, 16, 16);
  guarded map = random_map(x), out = guarded_new(sm_map_floats(16, 16, 16)), bias = guarded_new(16);
  filter f = random_filter(16, 16, 9, 0);
  memset(bias.v, 0, 64);
  sm_pool *pool;
  if (sm_pool_new(1, &pool, NULL) != STYLEMAP_OK)
    abort();
  const float *in = map.v;
  float *to = out.v;
  sm_convolution c = {.method = SM_WINOGRAD,
                      .filter = f.f,
                      .height = 16,
                      .width = 16,
                      .pictures = 1,
                      .in = &in,
                      .out = {.maps = &to, .bias = bias.v, .slope = 1}};
  size_t shared, own;
  sm_convolution_memory(k, 1, &c, &shared, &own);
  sm_convolver v = convolver(k, pool, shared, own);
  int calls = 0;
  v.poll = stop;
  v.poll_data = &calls;
  CHECK(sm_convolution_run(&v, &c) != 0);
  CHECK(calls == 1, "%d calls after the answer was stop", calls);
  convolver_end(v);
  guarded_end(out, "out"), guarded_end(map, "map"), guarded_end(bias, "bias");
  filter_end(f);
  free(x.v);
  sm_pool_free(pool);
}

int main(int argc, char **argv) {
  harness_seed();
  int tables = 0;
  for (const sm_kernels *const *k = sm_kernels_all(); *k; k++) {
    if (argc > 1 && strcmp(argv[1], (*k)->name))
      continue;
    CHECK(sm_kernels_named((*k)->name) == *k);
    convolutions(*k);
    elements(*k);
    entrances(*k, (shape){20, 33, 10, 14, 1, 2});
    entrances(*k, (shape){16, 16, 66, 64, 1, 2});
    static const int cins[] = {24, 96, 112, 288};
    for (size_t i = 0; i < sizeof cins / sizeof *cins; i++) {
      cuts(*k, SM_WINOGRAD, cins[i], 0);
      cuts(*k, SM_WINOGRAD, cins[i], 1);
    }
    cuts(*k, SM_WINOGRAD6, 288, 0);
    cuts(*k, SM_DOWN4, 288, 0);
    cancelled(*k);
    printf("%s: largest error / sqrt(products):", (*k)->name);
    for (int m = 0; m < SM_METHODS; m++)
      printf(" %.2g", measured[m]);
    printf("\n");
    tables++;
  }
  CHECK(tables > 0);
  CHECK(sm_kernels_named("none such") == NULL);
  return harness_end();
}
