/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole convolutions, on every instruction set this machine has, against the oracle.
 * Outputs start as NaN, scratch as 0xA5, and what lies past an end must still be there afterwards. */
#include "maps.h"
#include "network/blur.h"

/* How far a method may be from the exact sum of `products` products of numbers in -1..1. A plain sum of n products
 * errs by at most (n + 2) eps sum |w x|, here with mean |w x| = 1/4. The transforms amplify; their limits are three
 * times the largest error measured (seeds 1..50, C 1..96, all instruction sets), which is written beside them. */
static double limit_of(sm_method m, int products) {
  const double eps = 0x1p-24, scale = sqrt(products);
  if (m == SM_WINOGRAD)
    return 3 * 1.7e-6 * scale;
  if (m == SM_WINOGRAD6)
    return 3 * 1.8e-5 * scale;
  if (m == SM_DOWN4)
    return 3 * 1.7e-6 * scale;
  if (m == SM_UP || m == SM_DOWN)
    return 3 * 4.5e-7 * scale;
  return (products + 2) * eps * (0.25 * products + 4);
}

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
  int standard = sm_blur_fir(kernel, SM_GAIN_DOUBLE, &fir);
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

/* How many numbers of `some` are not what they should be: the bits of `whole` in listed tiles, NaN elsewhere. */
static size_t tiles_wrong(const float *some, const float *whole, const unsigned char *listed, int blocks, int side,
                          int step) {
  size_t wrong = 0;
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < side; y++)
      for (int x = 0; x < side; x++) {
        const size_t at = ((size_t)(b * side + y) * (size_t)side + (size_t)x) * 16;
        const int in = listed[y / step * ((side + step - 1) / step) + x / step];
        for (size_t c = at; c < at + 16; c++)
          wrong += in ? memcmp(some + c, whole + c, sizeof(float)) != 0 : !isnan(some[c]);
      }
  return wrong;
}

/* However a layer is cut, for any number of threads, whole or some of its tiles, in the memory that was planned for the
 * whole: the same bits, and nothing written beside them. `two`: with a second filter. */
static void cuts(const sm_kernels *k, sm_method method, int cin, int two) {
  enum { COUT = 72, SIDE = 52, BLOCKS = 5, MOST_TILES = 169 };
  planes x = planes_new(cin, SIDE, SIDE);
  guarded map = random_map(x), bias = guarded_new(BLOCKS * 16), whole[2], some[2];
  const size_t numbers = sm_map_floats(COUT, SIDE, SIDE);
  filter f[2] = {random_filter(COUT, cin, 9, 0), random_filter(COUT, cin, 9, 0)};
  const float *in = map.v;
  sm_fir fir;
  sm_fir_from(standard_fir, &fir);
  for (int i = 0; i < BLOCKS * 16; i++)
    bias.v[i] = i < COUT ? harness_float() : 0;
  for (int i = 0; i < 2; i++)
    whole[i] = guarded_new(numbers), some[i] = guarded_new(numbers);
  float *const to_whole[2] = {whole[0].v, whole[1].v}, *const to_some[2] = {some[0].v, some[1].v};
  sm_convolution c = {.method = method, .filter = f[0].f, .height = SIDE, .width = SIDE, .pictures = 1, .in = &in,
                      .fir = &fir, .out = {.maps = &to_whole[0], .bias = bias.v, .slope = 1}};
  if (two)
    c.second = f[1].f, c.out.second = &to_whole[1], c.out.bias2 = bias.v;
  int rows, columns, step;
  sm_tiling(method, SIDE, SIDE, &rows, &columns, &step);
  const size_t written = method == SM_DOWN4 ? numbers / 4 : numbers;
  static const int threads[] = {1, 2, 3, 5};
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
    sm_pool *pool;
    size_t shared, own;
    if (sm_pool_new(threads[t], &pool, NULL) != STYLEMAP_OK)
      abort();
    sm_convolution_memory(k, threads[t], &c, &shared, &own);
    sm_convolver v = convolver(k, pool, shared, own);
    if (t)
      c.out.maps = &to_some[0], c.out.second = two ? &to_some[1] : NULL;
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
      part.out.maps = &to_some[0], part.out.second = two ? &to_some[1] : NULL;
      part.tiles = list, part.tile_count = counts[n];
      for (int i = 0; i < counts[n]; i++)
        list[i] = 7 * i % (rows * columns), listed[list[i]] = 1;
      for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < numbers; j++)
          to_some[i][j] = NAN;
      CHECK(sm_convolution_run(&v, &part) == 0);
      for (int i = 0; i <= two; i++) {
        const size_t wrong = tiles_wrong(to_some[i], to_whole[i], listed, BLOCKS, SIDE, step);
        CHECK(wrong == 0, "%s cin %d threads %d: %d tiles of %d: %zu wrong", k->name, cin, threads[t], counts[n],
              rows * columns, wrong);
      }
    }
    convolver_end(v);
    sm_pool_free(pool);
  }
  for (int i = 0; i < 2; i++) {
    guarded_end(whole[i], "whole"), guarded_end(some[i], "some");
    filter_end(f[i]);
  }
  guarded_end(map, "map"), guarded_end(bias, "bias");
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
