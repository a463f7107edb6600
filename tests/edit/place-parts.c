/* SPDX-License-Identifier: GPL-3.0-or-later
 * What placing is made of: shifts of squares, ridge regression, pooled stylemaps, guesses, scenes to learn from. */
#include "edit/place.h"
#include "edit/ridge.h"
#include "harness.h"

enum { S = 32 };

static stylemap_error error;

static void test_ridge(void) {
  enum { N = 37, ROWS = 100 };
  sm_pool *pool = NULL;
  sm_ridge r;
  static float x[ROWS * 64], y[ROWS * 2];
  double truth[2][N], weights[2 * N];
  CHECK(sm_pool_new(2, &pool, &error) == STYLEMAP_OK && sm_ridge_new(pool, N, 2, &r, &error) == STYLEMAP_OK);
  CHECK(r.width == 64);
  for (int k = 0; k < 2 * N; k++) truth[k / N][k % N] = harness_float();
  for (int i = 0; i < ROWS; i++)
    for (int k = 0; k < N; k++) {
      x[i * 64 + k] = harness_float();
      for (int o = 0; o < 2; o++) y[2 * i + o] += (float)(truth[o][k] * (double)x[i * 64 + k]);
    }
  sm_ridge_add(&r, x, y, ROWS / 2);
  sm_ridge_add(&r, x + ROWS / 2 * 64, y + ROWS, ROWS / 2);
  sm_ridge_solve(&r, 1e-7, weights);
  for (int k = 0; k < 2 * N; k++) CHECK_NEAR(weights[k], truth[k / N][k % N], 1e-3);
  /* one feature a row, of variance k + 1: its weight is what the penalty, a share of the mean variance, leaves */
  memset(x, 0, sizeof x);
  memset(y, 0, sizeof y);
  for (int k = 0; k < N; k++) x[k * 64 + k] = (float)sqrt(k + 1), y[2 * k] = x[k * 64 + k];
  sm_ridge_clear(&r);
  sm_ridge_add(&r, x, y, N);
  sm_ridge_solve(&r, 0.5, weights);
  for (int k = 0; k < N; k++) CHECK_NEAR(weights[k], (k + 1) / (k + 1 + 0.5 * (N + 1) / 2), 1e-5);
  sm_ridge_free(&r);
  sm_pool_free(pool);
}

static void test_shifts(void) {
  for (int mirror = 0; mirror < 2; mirror++)
    for (int i = 0; i < 20; i++) {
      const stylemap_placement p = {30, 20, 17, 0.4, mirror};
      const sm_shift s = {harness_float(), harness_float(), harness_float(), harness_float()}, back = sm_shift_inverse(&s);
      const stylemap_placement there = sm_place_move(&p, &s), again = sm_place_move(&there, &back);
      CHECK(stylemap_placement_distance(&again, &p) < 1e-12);
      /* what the square shows in its frame at s.x, s.y is the moved one's middle */
      const sm_affine a = sm_affine_of(&p, 1);
      double x, y;
      sm_affine_at(&a, 0.5 + s.x, 0.5 + s.y, &x, &y);
      CHECK(hypot(x - there.x, y - there.y) < 1e-12);
    }
}

/* A cell is the mean of its square. */
static void test_pool(void) {
  enum { SIDE = 16, CELL = 2, DIM = 3 };
  const sm_config c = {.spatial = SIDE, .dim = DIM};
  static float stylemap[DIM * SIDE * SIDE], features[DIM * SIDE * SIDE / CELL / CELL];
  CHECK(sm_place_side(&c) * CELL == SIDE && sm_place_features(&c) == DIM * SIDE * SIDE / CELL / CELL);
  for (int i = 0; i < DIM * SIDE * SIDE; i++) stylemap[i] = harness_float();
  sm_place_pool(&c, stylemap, features);
  for (int d = 0; d < DIM; d++)
    for (int y = 0; y < SIDE; y += CELL)
      for (int x = 0; x < SIDE; x += CELL) {
        const float *p = stylemap + (d * SIDE + y) * SIDE + x;
        CHECK_NEAR(features[(d * SIDE / CELL + y / CELL) * SIDE / CELL + x / CELL], (p[0] + p[1] + p[SIDE] + p[SIDE + 1]) / 4, 1e-6);
      }
}

/* No further than the stage was taught, whatever the regressors say. */
static void test_guess(void) {
  float regress[SM_PLACE_STAGES * SM_PLACE_ROWS * 2] = {0};
  const sm_place place = {.features = 1, .regress = regress};
  const float one = 1, none = NAN;
  double score;
  for (int stage = 0; stage < SM_PLACE_STAGES; stage++) {
    const sm_shift *reach = &sm_place_reach[stage];
    float *rows = regress + stage * SM_PLACE_ROWS * 2;
    rows[0] = 9, rows[2] = -9, rows[4] = 9, rows[6] = -9, rows[8] = 0.25f;
    sm_shift s = sm_place_guess(&place, stage, &one, &score);
    CHECK(s.x == reach->x && s.y == -reach->y && s.scale == reach->scale && s.angle == -reach->angle && score == 0.25);
    rows[1] = -9 + (float)reach->x / 2;
    s = sm_place_guess(&place, stage, &one, NULL);
    CHECK_NEAR(s.x, reach->x / 2, 1e-6);
    s = sm_place_guess(&place, stage, &none, &score);
    CHECK(s.x == 0 && s.y == 0 && s.scale == 0 && s.angle == 0 && score == 0);
  }
}

/* The best of many, best first; one that lies on a kept one only takes its place. */
static void test_best_starts(void) {
  enum { MOST = 3, COUNT = 9 };
  for (int turn = 0; turn < COUNT; turn++) {
    sm_place_start best[MOST], one = {{.side = 1}, 0};
    int count = 0;
    for (int i = 0; i < COUNT; i++) {
      one.placement.x = 2 * i, one.score = (i * 4 + turn) % COUNT;
      sm_place_keep_best(best, &count, MOST, &one);
      CHECK(count == (i < MOST ? i + 1 : MOST));
    }
    for (int k = 0; k < MOST; k++) {
      CHECK(best[k].score == COUNT - 1 - k, "turn %d: place %d has %g", turn, k, best[k].score);
      CHECK(((int)best[k].placement.x / 2 * 4 + turn) % COUNT == COUNT - 1 - k);
    }
    one = best[2], one.placement.x += 0.01, one.score = best[2].score - 1;
    sm_place_keep_best(best, &count, MOST, &one);
    CHECK(best[2].score == COUNT - 3, "a worse one on a kept one is dropped");
    one.score = COUNT;
    sm_place_keep_best(best, &count, MOST, &one);
    CHECK(count == MOST && best[0].score == COUNT && best[0].placement.x == one.placement.x && best[1].score == COUNT - 1 &&
          best[2].score == COUNT - 2, "a better one takes its place");
  }
}

/* Stripes along both diagonals lose as much of their contrast: a pixel looks as far across as down. */
static void test_scene_pixels(void) {
  enum { FIRST = S / 2 - 4, LAST = S / 2 + 4 };
  static float stripes[2][3 * S * S], scene[3 * S * S];
  const sm_shift none = {0};
  double contrast[2] = {0};
  for (int i = 0; i < 3 * S * S; i++)
    for (int k = 0; k < 2; k++)
      stripes[k][i] = (float)(0.5 * cos(1.5707963267948966 * (k ? i % S + i / S % S : i % S - i / S % S)));
  for (int k = 0; k < 2; k++) {
    sm_random random = sm_random_stream(6, 0);
    sm_place_scene(stripes[k], stripes[k], S, &none, &random, scene);
    for (int i = 0; i < S * S; i++)
      if (i % S >= FIRST && i % S < LAST && i / S >= FIRST && i / S < LAST)
        contrast[k] += fabs((double)(scene[i] - scene[i + 1]));
  }
  CHECK(contrast[0] > 5);
  CHECK_NEAR(contrast[1] / contrast[0], 1, 1e-4);
}

/* What a square shows of a ramp in its middle is the ramp, shifted, but for the colours' cast; far outside, mostly other
 * things than the picture. */
static void test_scene(void) {
  enum { SCENES = 300, MIDDLE = S / 2 };
  static float ramp[3 * S * S], other[3 * S * S], scene[3 * S * S];
  const stylemap_placement usual = {.x = 0.5, .y = 0.5, .side = 1};
  const sm_shift shift = {0.08, -0.05, 0.3, 0.2}, away = {3, 0, 0, 0}, beside = {-0.8, 0, 0, 0};
  const stylemap_placement there = sm_place_move(&usual, &shift);
  const sm_affine map = sm_affine_of(&there, S);
  double u, v, gains = 0, offsets = 0;
  int elsewhere = 0, own = 0, mirrored = 0;
  sm_affine_at(&map, MIDDLE + 0.5, MIDDLE + 0.5, &u, &v);
  for (int i = 0; i < S * S; i++)
    for (int c = 0; c < 3; c++) {
      ramp[c * S * S + i] = (float)((i % S + 0.5) / S - 0.5 + (i / S + 0.5) / S * (c - 1) / 2.0);
      other[c * S * S + i] = 0.875f;
    }
  for (int n = 0; n < SCENES; n++) {
    sm_random random = sm_random_stream(3, (uint64_t)n);
    sm_place_scene(ramp, other, S, &shift, &random, scene);
    for (int c = 0; c < 3; c++) {
      const float *p = scene + c * S * S + MIDDLE * S + MIDDLE;
      const double across = map.xx + map.yx * (c - 1) / 2.0, down = map.xy + map.yy * (c - 1) / 2.0;
      const double gain = (double)(p[1] - p[-1]) / (2 * across);
      CHECK_NEAR((double)(p[S] - p[-S]) / 2, gain * down, 1e-5);
      gains += gain / (3 * SCENES);
      offsets += ((double)p[0] - gain * (u - 0.5 + v * (c - 1) / 2.0)) / (3 * SCENES);
    }
    random = sm_random_stream(4, (uint64_t)n);
    sm_place_scene(other, ramp, S, &away, &random, scene);
    const double red = (double)scene[MIDDLE * S + MIDDLE];
    own += red > 0.6, elsewhere += red < 0.5;
    random = sm_random_stream(5, (uint64_t)n);
    sm_place_scene(ramp, other, S, &beside, &random, scene);
    const float *p = scene + S * S + MIDDLE * S + MIDDLE;
    mirrored += fabs((double)(p[1] - p[-1]) * S / 2 + 1) < 0.4;
  }
  CHECK_NEAR(gains, 1, 0.02);
  CHECK_NEAR(offsets, 0, 0.01);
  CHECK(own > SCENES / 3 && elsewhere > SCENES / 8, "%d and %d", own, elsewhere);
  CHECK(mirrored > SCENES / 20, "%d", mirrored);
}

int main(void) {
  harness_seed();
  test_shifts();
  test_ridge();
  test_pool();
  test_guess();
  test_best_starts();
  test_scene();
  test_scene_pixels();
  return harness_end();
}
