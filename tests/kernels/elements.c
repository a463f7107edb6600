/* SPDX-License-Identifier: GPL-3.0-or-later
 * The element-wise work and what reads an entrance, on every instruction set this machine has, against the oracle. */
#include "maps.h"

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
  sm_fir_from(standard_fir, &fir);
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
      for (size_t at = 0; at < n; at += pixels * 16) {
        const size_t own = at / pixels; /* the block's first channel */
        v.kernels->modulate(map.v + at, 0, scale.v + own, shift.v + own, g[0].v + at, how ? g[1].v + at : NULL,
                            how == 2 ? g[2].v + at : NULL, how == 2 ? g[3].v + at : NULL, t, 1, pixels, out.v + at);
      }
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
    sm_fir_from(kernel, &fir);
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

int main(int argc, char **argv) {
  harness_seed();
  int tables = 0;
  for (const sm_kernels *const *k = sm_kernels_all(); *k; k++) {
    if (argc > 1 && strcmp(argv[1], (*k)->name))
      continue;
    elements(*k);
    entrances(*k, (shape){20, 33, 10, 14, 1, 2});
    entrances(*k, (shape){16, 16, 66, 64, 1, 2});
    tables++;
  }
  CHECK(tables > 0);
  return harness_end();
}
