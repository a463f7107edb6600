/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stages of a convolution one by one, on every instruction set this machine has. The oracle's Winograd matrices
 * come from the points by the Toom-Cook formulas, in double. */
#include "base/memory.h"
#include "harness.h"
#include "kernels/kernels.h"

static const double point[5] = {0, 0.625, -0.625, 1.5, -1.5};
static double at[4][6], g[6][3], bt[6][6];

static void make_matrices(void) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 6; j++)
      at[i][j] = j < 5 ? pow(point[j], i) : i == 3;
  for (int j = 0; j < 5; j++) {
    double product = 1, poly[6] = {1};
    for (int l = 0, degree = 0; l < 5; l++) {
      if (l == j)
        continue;
      product *= point[j] - point[l];
      for (int d = ++degree; d >= 0; d--)
        poly[d] = (d ? poly[d - 1] : 0) - point[l] * poly[d];
    }
    for (int k = 0; k < 3; k++)
      g[j][k] = pow(point[j], k) / product;
    for (int d = 0; d < 6; d++)
      bt[j][d] = poly[d];
  }
  double poly[6] = {1};
  for (int l = 0; l < 5; l++)
    for (int d = l + 1; d >= 0; d--)
      poly[d] = (d ? poly[d - 1] : 0) - point[l] * poly[d];
  for (int d = 0; d < 6; d++)
    bt[5][d] = poly[d];
  g[5][2] = 1;
}

static float *filled(size_t n, int poison) {
  float *v = sm_alloc(n, sizeof(float));
  if (!v)
    abort();
  for (size_t i = 0; i < n; i++)
    v[i] = poison ? NAN : harness_float();
  return v;
}

/* One 6x6 tile in the middle of a map, one at its corner; V's other row must become 0. */
static void input_stage(const sm_kernels *k) {
  enum { SIDE = 12, ROWS = 2, PLANE = 2 * ROWS * 16 + 16 };
  float *map = filled(2 * SIDE * SIDE * 16, 0), *v = filled(36 * PLANE, 1);
  const float *maps[1] = {map};
  for (int t = 0; t < 2; t++) {
    const int32_t number = t ? 8 : 4;
    const sm_input in = {
        .maps = maps, .blocks = 2, .height = SIDE, .width = SIDE, .rows = 3, .columns = 3, .tiles = &number};
    k->input[SM_WINOGRAD](&in, 0, 1, ROWS, v, PLANE);
    for (int b = 0; b < 2; b++)
      for (int c = 0; c < 16; c++)
        for (int p = 0; p < 36; p++) {
          double want = 0, size = 0;
          for (int y = 0; y < 6; y++)
            for (int x = 0; x < 6; x++) {
              const int v0 = number / 3 * 4 - 1 + y, u = number % 3 * 4 - 1 + x;
              if (v0 >= SIDE || u >= SIDE)
                continue;
              double term = bt[p / 6][y] * bt[p % 6][x] * map[((b * SIDE + v0) * SIDE + u) * 16 + c];
              want += term;
              size += fabs(term);
            }
          /* two passes of at most four roundings each */
          CHECK_NEAR(v[p * PLANE + (b * ROWS) * 16 + c], want, 10 * 0x1p-24 * (size + 1));
          CHECK(v[p * PLANE + (b * ROWS + 1) * 16 + c] == 0);
        }
  }
  sm_free(map), sm_free(v);
}

static void weight_stage(const sm_kernels *k) {
  enum { CIN = 20, COUT = 19 };
  const size_t plane = 32 * (size_t)k->pair * 16 + 16;
  float *w = filled(COUT * CIN * 9, 0), *u = filled(36 * plane, 1), *scratch = filled(16 * 16 * 9, 1);
  const sm_filter f = {w, 0, COUT, CIN, 9, 0.5f};
  for (int block = 0; block < 2; block += k->pair) {
    /* in two parts, as layers of many channels are */
    for (int from = 0; from < 2; from++)
      k->weights[SM_WINOGRAD](&f, block, k->pair, from, 1, u + (size_t)(from * 16 * k->pair * 16), plane, scratch);
    for (int c = 0; c < 32; c++)
      for (int o = 0; o < k->pair * 16; o++)
        for (int p = 0; p < 36; p++) {
          double want = 0, size = 0;
          for (int y = 0; y < 3; y++)
            for (int x = 0; x < 3; x++) {
              if (c >= CIN || block * 16 + o >= COUT)
                continue;
              double term = 0.5 * g[p / 6][y] * g[p % 6][x] * w[((block * 16 + o) * CIN + c) * 9 + y * 3 + x];
              want += term;
              size += fabs(term);
            }
          CHECK_NEAR(u[(size_t)p * plane + (size_t)(c * k->pair * 16 + o)], want, 12 * 0x1p-24 * size);
        }
  }
  sm_free(w), sm_free(u), sm_free(scratch);
}

/* `product` against a plain sum; returns how many are further off than n eps sum |v u| allows, n being the additions that
 * a term goes through. */
static int product_wrong(const sm_kernels *k, int rows, int blocks, int depth, int groups) {
  const size_t width = (size_t)blocks * 16, n = (size_t)depth * 16, v_group = (size_t)rows * n;
  float *v = filled(v_group * (size_t)groups, 0), *u = filled(n * width, 0);
  float *m = filled((size_t)(rows * groups) * width + 16, 1);
  const sm_ahead ahead = {.u = u, .v = v, .v_lines = 1, .stored = (const char *)u, .stored_lines = 2};
  k->product(rows, blocks, v, v_group, u, depth, groups, m, 0, &ahead);
  const int segments = (depth + SM_SEGMENT - 1) / SM_SEGMENT;
  const int additions = (depth < SM_SEGMENT ? depth : SM_SEGMENT) * 16 + segments - 1;
  int wrong = 0;
  for (int t = 0; t < rows * groups; t++)
    for (size_t o = 0; o < width; o++) {
      double want = 0, size = 0;
      for (size_t c = 0; c < n; c++) {
        double term =
            (double)v[(size_t)(t / rows) * v_group + (c / 16 * (size_t)rows + (size_t)(t % rows)) * 16 + c % 16] *
            u[c * width + o];
        want += term;
        size += fabs(term);
      }
      if (!(fabs(m[(size_t)t * width + o] - want) <= additions * 0x1p-24 * size))
        wrong++;
    }
  for (int i = 0; i < 16; i++)
    CHECK(isnan(m[(size_t)(rows * groups) * width + (size_t)i]), "product writes past its end");
  sm_free(v), sm_free(u), sm_free(m);
  return wrong;
}

static void output_stage(const sm_kernels *k, int stream) {
  enum { H = 7, W = 6, TILES = 4 };
  const size_t plane = TILES * 16 + 16;
  float *m = filled(36 * plane, 0), *y = filled(H * W * 16 + 16, 1), *bias = filled(16, 0);
  float *maps[1] = {y};
  const sm_output out = {.maps = maps, .height = H, .width = W, .rows = 2, .columns = 2, .bias = bias, .slope = 0.2f,
                         .stream = stream};
  k->output[SM_WINOGRAD](&out, 0, 1, 0, TILES, m, NULL, plane);
  for (int v = 0; v < H; v++)
    for (int u = 0; u < W; u++)
      for (int c = 0; c < 16; c++) {
        double want = bias[c], size = 1;
        for (int p = 0; p < 36; p++) {
          double term =
              at[v % 4][p / 6] * at[u % 4][p % 6] * m[(size_t)p * plane + (size_t)((v / 4 * 2 + u / 4) * 16 + c)];
          want += term;
          size += fabs(term);
        }
        if (want < 0)
          want *= (double)0.2f;
        CHECK_NEAR(y[(v * W + u) * 16 + c], want, 16 * 0x1p-24 * size);
      }
  for (int i = 0; i < 16; i++)
    CHECK(isnan(y[H * W * 16 + i]), "output writes past its end");
  sm_free(m), sm_free(y), sm_free(bias);
}

/* The same sums in two parts of the depth, the first of whole segments, have the same bits. */
static void product_in_parts(const sm_kernels *k, int rows, int blocks) {
  enum { FIRST = SM_SEGMENT, DEPTH = 2 * SM_SEGMENT + 3, GROUPS = 2 };
  const size_t width = (size_t)blocks * 16, v_group = (size_t)rows * DEPTH * 16, count = (size_t)(rows * GROUPS) * width;
  float *v = filled(v_group * GROUPS, 0), *u = filled(DEPTH * 16 * width, 0);
  float *whole = filled(count, 1), *parts = filled(count, 1);
  const sm_ahead ahead = {.u = u, .v = v};
  k->product(rows, blocks, v, v_group, u, DEPTH, GROUPS, whole, 0, &ahead);
  k->product(rows, blocks, v, v_group, u, FIRST, GROUPS, parts, 0, &ahead);
  k->product(rows, blocks, v + FIRST * rows * 16, v_group, u + FIRST * 16 * width, DEPTH - FIRST, GROUPS, parts, 1,
             &ahead);
  CHECK(memcmp(whole, parts, count * sizeof *whole) == 0, "%s %d rows %d blocks in parts", k->name, rows, blocks);
  sm_free(v), sm_free(u), sm_free(whole), sm_free(parts);
}

/* Functions written to be wrong: the check above must see them. */
static const sm_kernels *real;
static void without_last_block(int rows, int blocks, const float *v, size_t v_group, const float *u, int depth,
                               int groups, float *m, int onto, const sm_ahead *ahead) {
  real->product(rows, blocks, v, v_group, u, depth - 1, groups, m, onto, ahead);
}
static void one_bit_off(int rows, int blocks, const float *v, size_t v_group, const float *u, int depth, int groups,
                        float *m, int onto, const sm_ahead *ahead) {
  real->product(rows, blocks, v, v_group, u, depth, groups, m, onto, ahead);
  m[rows * groups * blocks * 16 - 1] *= 1.001f;
}

int main(void) {
  harness_seed();
  make_matrices();
  int tables = 0;
  for (const sm_kernels *const *k = sm_kernels_all(); *k; k++, tables++) {
    input_stage(*k);
    weight_stage(*k);
    output_stage(*k, 0);
    output_stage(*k, 1);
    for (int rows = 1; rows <= (*k)->rows; rows++)
      for (int blocks = 1; blocks <= (*k)->pair; blocks++) {
        product_in_parts(*k, rows, blocks);
        static const int depths[] = {1, 2, 3, SM_SEGMENT, 2 * SM_SEGMENT + 1};
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
          const int depth = depths[d];
          int wrong = product_wrong(*k, rows, blocks, depth, 2);
          CHECK(wrong == 0, "%s %d rows %d blocks depth %d: %d wrong", (*k)->name, rows, blocks, depth, wrong);
        }
      }
    sm_kernels bad = **k;
    real = *k;
    bad.product = without_last_block;
    CHECK(product_wrong(&bad, 2, 1, 2, 2) > 0);
    bad.product = one_bit_off;
    CHECK(product_wrong(&bad, 2, 1, 2, 2) == 1);
  }
  CHECK(tables > 0);
  return harness_end();
}
