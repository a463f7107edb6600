/* SPDX-License-Identifier: GPL-3.0-or-later
 * libstylemap-measure against definitions, closed forms and frechet.py's numbers. */
#include "harness.h"
#include "stylemap-measure.h"

/* ----------------------------------------------------------------------------------------- Frechet distance */

static uint32_t state;
static double number(void) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) / 16777216.0 - 0.5;
}

/* As frechet.py makes them; `parts`: rows a call. */
static stylemap_gaussian *gaussian(int features, int count, double shift, int parts) {
  stylemap_gaussian *g = NULL;
  stylemap_error error;
  float *rows = malloc(sizeof(float) * (size_t)features * (size_t)count);
  double *row = malloc(sizeof(double) * (size_t)features);
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < features; k++) row[k] = number();
    for (int k = features - 1; k > 0; k--) row[k] += 0.5 * row[k - 1];
    for (int k = 0; k < features; k++) rows[i * features + k] = (float)(row[k] + shift);
  }
  CHECK(stylemap_gaussian_new(features, &g, &error) == STYLEMAP_OK);
  for (int at = 0; at < count; at += parts)
    CHECK(stylemap_gaussian_add(g, rows + (size_t)at * (size_t)features, at + parts > count ? count - at : parts, &error) ==
          STYLEMAP_OK);
  CHECK(stylemap_gaussian_count(g) == (uint64_t)count);
  free(row);
  free(rows);
  return g;
}

static void test_frechet(void) {
  static const struct { int features, counts[2]; double distance; } golden[] = {
    {6, {50, 40}, 0.25659863326}, {64, {200, 300}, 1.77186098564}, {64, {40, 50}, 5.42605825418}};
  stylemap_error error;
  for (int i = 0; i < 3; i++)
    for (int parts = 7; parts < 700; parts *= 10) {
      double d = -1, back = -1, own = -1;
      state = 1;
      stylemap_gaussian *a = gaussian(golden[i].features, golden[i].counts[0], 0, parts);
      stylemap_gaussian *b = gaussian(golden[i].features, golden[i].counts[1], 0.125, parts);
      CHECK(stylemap_frechet(a, b, &d, &error) == STYLEMAP_OK && stylemap_frechet(b, a, &back, &error) == STYLEMAP_OK);
      CHECK(stylemap_frechet(a, a, &own, &error) == STYLEMAP_OK);
      CHECK_NEAR(d, golden[i].distance, 1e-6 * golden[i].distance);
      CHECK_NEAR(back, golden[i].distance, 1e-6 * golden[i].distance);
      CHECK_NEAR(own, 0, 1e-6);
      stylemap_gaussian_free(a);
      stylemap_gaussian_free(b);
    }
  stylemap_gaussian *a = gaussian(3, 5, 0, 5), *b = gaussian(4, 5, 0, 5), *c = gaussian(3, 1, 0, 5);
  double untouched = 7;
  CHECK(stylemap_frechet(a, b, &untouched, &error) == STYLEMAP_BAD_ARGUMENT && untouched == 7);
  CHECK(stylemap_frechet(a, c, &untouched, &error) == STYLEMAP_BAD_ARGUMENT && untouched == 7);
  const float broken[3] = {1, NAN, 2};
  CHECK(stylemap_gaussian_add(a, broken, 1, &error) == STYLEMAP_BAD_ARGUMENT && stylemap_gaussian_count(a) == 5);
  stylemap_gaussian_free(a);
  stylemap_gaussian_free(b);
  stylemap_gaussian_free(c);
  CHECK(stylemap_gaussian_new(0, &a, &error) == STYLEMAP_BAD_ARGUMENT);
}

/* ------------------------------------------------------------------------------------------------- pictures */

/* By definition: every window anew. */
static double ssim(const float *a, const float *b, int size) {
  double sum = 0;
  int windows = 0;
  for (int p = 0; p < 3; p++)
    for (int y = 5; y < size - 5; y++)
      for (int x = 5; x < size - 5; x++, windows++) {
        double w = 0, ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
        for (int pass = 0; pass < 2; pass++)
          for (int v = -5; v <= 5; v++)
            for (int u = -5; u <= 5; u++) {
              const double g = exp(-(u * u + v * v) / (2 * 1.5 * 1.5));
              const double i = 127.5 * (1 + fmax(-1, fmin(1, a[(p * size + y + v) * size + x + u])));
              const double j = 127.5 * (1 + fmax(-1, fmin(1, b[(p * size + y + v) * size + x + u])));
              if (!pass) w += g, ma += g * i, mb += g * j;
              else va += g / w * (i - ma) * (i - ma), vb += g / w * (j - mb) * (j - mb), cov += g / w * (i - ma) * (j - mb);
              if (!pass && u == 5 && v == 5) ma /= w, mb /= w;
            }
        sum += (2 * ma * mb + 6.5025) * (2 * cov + 58.5225) / ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
      }
  return sum / windows;
}

static void test_pictures(void) {
  enum { SIZE = 17, NUMBERS = 3 * SIZE * SIZE };
  float a[NUMBERS], b[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) {
    a[i] = 1.2f * harness_float();
    b[i] = 0.7f * a[i] + 0.4f * harness_float();
  }
  const double said = stylemap_ssim(a, b, SIZE);
  CHECK_NEAR(said, ssim(a, b, SIZE), 1e-9);
  CHECK(said > 0.3 && said < 0.98, "%g tells nothing", said);
  CHECK_NEAR(stylemap_ssim(a, a, SIZE), 1, 1e-12);
  CHECK(isnan(stylemap_ssim(a, b, 10)));
  CHECK_NEAR(stylemap_psnr(0.04), 20, 1e-12);
  CHECK(isinf(stylemap_psnr(0)));
}

/* In a mask: the picture's own mean over windows, weighted by how many lie in it. */
static void test_masked(void) {
  enum { SIZE = 20, PLANE = SIZE * SIZE };
  float a[3 * PLANE], b[3 * PLANE], all[PLANE], left[PLANE], right[PLANE];
  for (int i = 0; i < 3 * PLANE; i++) {
    a[i] = 1.2f * harness_float();
    b[i] = 0.7f * a[i] + 0.4f * harness_float();
  }
  for (int i = 0; i < PLANE; i++) all[i] = 1, left[i] = i % SIZE < 8, right[i] = 1 - left[i];
  CHECK_NEAR(stylemap_ssim_in(a, b, all, SIZE), stylemap_ssim(a, b, SIZE), 1e-12);
  const double parts = (3 * stylemap_ssim_in(a, b, left, SIZE) + 7 * stylemap_ssim_in(a, b, right, SIZE)) / 10;
  CHECK_NEAR(parts, stylemap_ssim(a, b, SIZE), 1e-12);
  for (int i = 0; i < PLANE; i++) left[i] = i % SIZE < 5;
  CHECK(isnan(stylemap_ssim_in(a, b, left, SIZE)));
}

/* Of two flat pictures the difference is one colour's: numbers of tests/bench/truth/measures.py, with its colours in double (OpenCV takes
 * them from a table, and is off by up to 0.25). */
static void test_colours(void) {
  static const struct { int a[3], b[3]; double difference; } known[] = {
    {{200, 100, 50}, {190, 110, 60}, 4.02104}, {{10, 20, 200}, {30, 10, 180}, 2.85495}, {{128, 128, 128}, {128, 120, 140}, 11.05736},
    {{200, 50, 60}, {200, 50, 120}, 16.97278}, /* hues of 28 and 356 degrees */
    {{40, 60, 220}, {60, 120, 240}, 19.06404}, /* blue, whose hue and chroma are told together */
    {{255, 0, 0}, {0, 255, 0}, 86.60915},      {{5, 5, 5}, {9, 9, 9}, 0.63832},
  };
  enum { SIZE = 8, PLANE = SIZE * SIZE };
  float a[3 * PLANE], b[3 * PLANE], mask[PLANE] = {0};
  mask[3 * SIZE + 3] = 1;
  for (size_t n = 0; n < sizeof known / sizeof *known; n++) {
    for (int i = 0; i < 3 * PLANE; i++) {
      a[i] = (float)(known[n].a[i / PLANE] / 127.5 - 1);
      b[i] = (float)(known[n].b[i / PLANE] / 127.5 - 1);
    }
    CHECK_NEAR(stylemap_edge_difference(a, b, mask, SIZE, 1, 0.95), known[n].difference, 1e-4);
    CHECK_NEAR(stylemap_edge_difference(b, a, mask, SIZE, 1, 0.95), known[n].difference, 1e-4);
  }
  /* of the five pixels along it one is off: below the largest lie four fifths of the way to it from the last but one */
  for (int i = 0; i < 3 * PLANE; i++) b[i] = a[i];
  for (int c = 0; c < 3; c++) b[c * PLANE + 3 * SIZE + 4] = (float)(9 / 127.5 - 1);
  CHECK_NEAR(stylemap_edge_difference(a, b, mask, SIZE, 1, 1), 0.63832, 1e-4);
  CHECK_NEAR(stylemap_edge_difference(a, b, mask, SIZE, 1, 0.95), 0.8 * 0.63832, 1e-4);
  CHECK_NEAR(stylemap_edge_difference(a, b, mask, SIZE, 1, 0.75), 0, 1e-9);
  mask[3 * SIZE + 3] = 0;
  CHECK(isnan(stylemap_edge_difference(a, b, mask, SIZE, 1, 1)));
}

static void test_seam(void) {
  enum { SIZE = 8, PLANE = SIZE * SIZE };
  float source[3 * PLANE], reference[3 * PLANE], result[3 * PLANE], mask[PLANE];
  for (int i = 0; i < 3 * PLANE; i++) {
    source[i] = -0.5f;
    reference[i] = 0.5f; /* 127.5 steps off */
  }
  for (int i = 0; i < PLANE; i++) mask[i] = i % SIZE >= 4;
  for (int i = 0; i < 3 * PLANE; i++) result[i] = mask[i % PLANE] > 0 ? reference[i] : source[i];
  CHECK_NEAR(stylemap_seam(result, source, reference, mask, SIZE), 127.5, 1e-4);
  CHECK_NEAR(stylemap_seam(source, source, reference, mask, SIZE), 0, 1e-9);
  for (int i = 0; i < 3 * PLANE; i++) /* a line of the source's own along the mask's edge hides half of it */
    if (i % SIZE < 4) source[i] = 0;
  for (int i = 0; i < 3 * PLANE; i++) result[i] = mask[i % PLANE] > 0 ? reference[i] : -0.5f;
  CHECK_NEAR(stylemap_seam(result, source, reference, mask, SIZE), 63.75, 1e-4);
  for (int i = 0; i < 3 * PLANE; i++) { /* one of the reference's own, too, and an edge that lies across */
    source[i] = -0.5f;
    reference[i] = i % PLANE < PLANE / 2 ? 0 : 0.5f;
    mask[i % PLANE] = i % PLANE >= PLANE / 2;
    result[i] = i % PLANE >= PLANE / 2 ? reference[i] : source[i];
  }
  CHECK_NEAR(stylemap_seam(result, source, reference, mask, SIZE), 63.75, 1e-4);
  for (int i = 0; i < 3 * PLANE; i++) { /* the picture's right edge is no neighbour of its left one */
    reference[i] = 0.5f;
    mask[i % PLANE] = i % SIZE >= 4;
    result[i] = i % SIZE == 0 ? -1 : mask[i % PLANE] > 0 ? reference[i] : source[i];
  }
  CHECK_NEAR(stylemap_seam(result, source, reference, mask, SIZE), 127.5, 1e-4);
  for (int i = 0; i < PLANE; i++) mask[i] = 1;
  CHECK(isnan(stylemap_seam(result, source, reference, mask, SIZE)));
}

/* ----------------------------------------------------------------------------------------------- separation */

enum { COUNT = 60, WIDTH = 3 };

/* The least of 1/2 t^2 |d|^2 + sum of hinges over t and b: what a support vector machine (C = 1) makes of a direction. */
static double machine_cost(const float *x, const uint8_t *classes, const double *d) {
  double best = INFINITY, low_t = 0, high_t = 50;
  for (int i = 0; i < 60; i++) { /* convex in t, and for each t in b: thirds */
    double costs[2];
    for (int side = 0; side < 2; side++) {
      const double t = side ? high_t - (high_t - low_t) / 3 : low_t + (high_t - low_t) / 3;
      double low = -100, high = 100;
      for (int j = 0; j < 80; j++) {
        double cost[2];
        for (int s = 0; s < 2; s++) {
          const double b = s ? high - (high - low) / 3 : low + (high - low) / 3;
          cost[s] = 0;
          for (int k = 0; k < WIDTH; k++) cost[s] += 0.5 * t * t * d[k] * d[k];
          for (int n = 0; n < COUNT; n++) {
            double f = -b;
            for (int k = 0; k < WIDTH; k++) f += t * d[k] * x[n * WIDTH + k];
            cost[s] += fmax(0, 1 - (classes[n] ? f : -f));
          }
        }
        if (cost[0] < cost[1]) high = high - (high - low) / 3;
        else low = low + (high - low) / 3;
        costs[side] = fmin(cost[0], cost[1]);
      }
    }
    best = fmin(best, fmin(costs[0], costs[1]));
    if (costs[0] < costs[1]) high_t = high_t - (high_t - low_t) / 3;
    else low_t = low_t + (high_t - low_t) / 3;
  }
  return best;
}

/* (X'X + penalty) w = X'y of centred numbers, by Gauss. */
static void ridge(const float *x, const uint8_t *classes, double *w) {
  double mean[WIDTH] = {0}, a[WIDTH][WIDTH + 1] = {{0}}, trace = 0, y_mean = 0;
  for (int n = 0; n < COUNT; n++) {
    for (int k = 0; k < WIDTH; k++) mean[k] += x[n * WIDTH + k] / (double)COUNT;
    y_mean += (classes[n] ? 1.0 : -1.0) / COUNT;
  }
  for (int n = 0; n < COUNT; n++)
    for (int i = 0; i < WIDTH; i++) {
      const double u = x[n * WIDTH + i] - mean[i];
      for (int j = 0; j < WIDTH; j++) a[i][j] += u * (x[n * WIDTH + j] - mean[j]);
      a[i][WIDTH] += u * ((classes[n] ? 1 : -1) - y_mean);
      trace += u * u;
    }
  for (int i = 0; i < WIDTH; i++) a[i][i] += 0.1 * trace / COUNT;
  for (int i = 0; i < WIDTH; i++)
    for (int r = 0; r < WIDTH; r++)
      for (int j = WIDTH; r != i && j >= i; j--) a[r][j] -= a[r][i] / a[i][i] * a[i][j];
  for (int i = 0; i < WIDTH; i++) w[i] = a[i][WIDTH] / a[i][i];
}

/* The means' difference, less what is taken for chance: 2 standard errors' square. */
static void shrunk(const float *x, const uint8_t *classes, const double *means, double *w) {
  for (int k = 0; k < WIDTH; k++) {
    double error = 0;
    for (int class = 0; class < 2; class++) {
      double sum = 0, square = 0, count = 0;
      for (int n = 0; n < COUNT; n++) {
        if (classes[n] != class) continue;
        count++, sum += x[n * WIDTH + k], square += (double)x[n * WIDTH + k] * x[n * WIDTH + k];
      }
      error += (square - sum * sum / count) / (count - 1) / count;
    }
    w[k] = means[k] * fmax(0, 1 - 4 * error / (means[k] * means[k]));
  }
}

static double cosine(const float *a, const double *b) {
  double ab = 0, aa = 0, bb = 0;
  for (int k = 0; k < WIDTH; k++) ab += a[k] * b[k], aa += (double)a[k] * a[k], bb += b[k] * b[k];
  return ab / sqrt(aa * bb);
}

/* Adding the direction leads from class 0's mean as far as class 1's lies along it. */
static void check_length(const float *d, const double *means) {
  double across = 0, square = 0;
  for (int k = 0; k < WIDTH; k++) across += means[k] * d[k], square += (double)d[k] * d[k];
  CHECK_NEAR(across / square, 1, 1e-4);
}

static void test_separation(void) {
  stylemap_error error;
  stylemap_separation found;
  /* a square: the plane is x = 1, the way across it (2, 0) */
  const float corners[] = {0, 0, 0, 1, 2, 0, 2, 1};
  const uint8_t sides[] = {0, 0, 1, 1};
  float d[WIDTH];
  for (int method = STYLEMAP_SVM; method <= STYLEMAP_MEANS; method++) {
    CHECK(stylemap_separate(corners, sides, 4, 2, (stylemap_method)method, NULL, NULL, d, &found, &error) == STYLEMAP_OK);
    CHECK_NEAR(d[0], 2, 2e-3);
    CHECK_NEAR(d[1], 0, 2e-3);
    CHECK(found.count[0] == 2 && found.count[1] == 2);
  }
  /* clouds that overlap, with a class of a third */
  float x[COUNT * WIDTH];
  uint8_t classes[COUNT];
  double means[WIDTH] = {0}, w[WIDTH];
  for (int n = 0; n < COUNT; n++) {
    classes[n] = n % 3 == 0;
    for (int k = 0; k < WIDTH; k++) {
      x[n * WIDTH + k] = (float)(k + 1) * harness_float() + (k < 2 && classes[n] ? 0.9f : 0) + 5;
      means[k] += x[n * WIDTH + k] / (classes[n] ? 20.0 : -40.0);
    }
  }
  CHECK(stylemap_separate(x, classes, COUNT, WIDTH, STYLEMAP_MEANS, NULL, NULL, d, &found, &error) == STYLEMAP_OK);
  shrunk(x, classes, means, w);
  CHECK(w[0] != 0 && fabs(w[0]) < fabs(means[0]), "this test sees no shrinking");
  CHECK_NEAR(cosine(d, w), 1, 1e-6);
  check_length(d, means);
  CHECK(found.count[0] == 40 && found.count[1] == 20 && found.right[0] > 24 && found.right[1] > 10 && found.apart > 0.8);
  CHECK(stylemap_separate(x, classes, COUNT, WIDTH, STYLEMAP_RIDGE, NULL, NULL, d, &found, &error) == STYLEMAP_OK);
  ridge(x, classes, w);
  CHECK_NEAR(cosine(d, w), 1, 1e-6);
  check_length(d, means);
  CHECK(stylemap_separate(x, classes, COUNT, WIDTH, STYLEMAP_SVM, NULL, NULL, d, &found, &error) == STYLEMAP_OK);
  check_length(d, means);
  for (int k = 0; k < WIDTH; k++) w[k] = d[k];
  const double cost = machine_cost(x, classes, w);
  for (int trial = 0; trial < 12; trial++) {
    for (int k = 0; k < WIDTH; k++) w[k] = d[k] + 0.15 * harness_float();
    const double other = machine_cost(x, classes, w);
    CHECK(cost <= other * (1 + 1e-3), "%g is not the least: %g", cost, other);
  }
  for (int k = 0; k < WIDTH; k++) w[k] = k == 2;
  CHECK(machine_cost(x, classes, w) > 1.05 * cost, "this test sees no difference");
  /* wide vectors whose classes are told by chance: left out, half of them are told wrongly */
  enum { MANY = 80, WIDE = 500 };
  float *wide = malloc(sizeof(float) * MANY * WIDE), *way = malloc(sizeof(float) * WIDE);
  uint8_t chance[MANY];
  for (int i = 0; i < MANY * WIDE; i++) wide[i] = harness_float();
  for (int i = 0; i < MANY; i++) chance[i] = i % 2;
  for (int method = STYLEMAP_SVM; method <= STYLEMAP_MEANS; method++) {
    CHECK(stylemap_separate(wide, chance, MANY, WIDE, (stylemap_method)method, NULL, NULL, way, &found, &error) == STYLEMAP_OK);
    const int right = found.right[0] + found.right[1];
    CHECK(right > 20 && right < 60, "%d of 80", right);
    for (int i = 0; i < MANY; i++) wide[i * WIDE + 7] += 4 * chance[i];
    CHECK(stylemap_separate(wide, chance, MANY, WIDE, (stylemap_method)method, NULL, NULL, way, &found, &error) == STYLEMAP_OK);
    CHECK(found.right[0] + found.right[1] >= 72, "%d of 80", found.right[0] + found.right[1]);
    for (int i = 0; i < MANY; i++) wide[i * WIDE + 7] -= 4 * chance[i];
  }
  memset(chance, 1, sizeof chance);
  CHECK(stylemap_separate(wide, chance, MANY, WIDE, STYLEMAP_SVM, NULL, NULL, way, &found, &error) == STYLEMAP_BAD_ARGUMENT);
  for (int i = 0; i < MANY * WIDE; i++) wide[i] = 1;
  for (int i = 0; i < MANY; i++) chance[i] = i % 2;
  for (int method = STYLEMAP_SVM; method <= STYLEMAP_MEANS; method++)
    CHECK(stylemap_separate(wide, chance, MANY, WIDE, (stylemap_method)method, NULL, NULL, way, &found, &error) ==
          STYLEMAP_BAD_ARGUMENT, "method %d finds a way between vectors that are alike", method);
  free(way);
  free(wide);
}

static int stop(void *data, stylemap_phase phase, double fraction) {
  *(double *)data = fraction;
  return fraction > 0.4;
}

static void test_cancelling(void) {
  float x[COUNT * WIDTH], d[WIDTH] = {9, 9, 9};
  uint8_t classes[COUNT];
  double reached = -1;
  stylemap_error error;
  for (int n = 0; n < COUNT; n++) {
    classes[n] = n % 2;
    for (int k = 0; k < WIDTH; k++) x[n * WIDTH + k] = harness_float();
  }
  CHECK(stylemap_separate(x, classes, COUNT, WIDTH, STYLEMAP_SVM, stop, &reached, d, NULL, &error) == STYLEMAP_CANCELLED);
  CHECK(reached > 0.4 && reached < 1 && d[0] == 9);
}

static void test_orthogonal(void) {
  stylemap_error error;
  const float others[2][WIDTH] = {{1, 1, 0}, {1, 0, 0}};
  const float *const list[] = {others[0], others[1]};
  float d[WIDTH] = {3, 4, 5};
  CHECK(stylemap_orthogonalise(d, list, 1, WIDTH, &error) == STYLEMAP_OK);
  CHECK_NEAR(d[0], -0.5, 1e-6);
  CHECK_NEAR(d[1], 0.5, 1e-6);
  CHECK_NEAR(d[2], 5, 1e-6);
  d[0] = 3, d[1] = 4;
  CHECK(stylemap_orthogonalise(d, list, 2, WIDTH, &error) == STYLEMAP_OK);
  CHECK(fabsf(d[0]) < 1e-6f && fabsf(d[1]) < 1e-6f && fabsf(d[2] - 5) < 1e-6f);
  d[0] = 3, d[1] = 4, d[2] = 0;
  CHECK(stylemap_orthogonalise(d, list, 2, WIDTH, &error) == STYLEMAP_BAD_ARGUMENT && d[0] == 3);
}

static void test_principal(void) {
  enum { MANY = 200, WIDE = 300 };
  stylemap_error error;
  float *x = malloc(sizeof(float) * MANY * WIDE), *d = malloc(sizeof(float) * 3 * WIDE);
  double shares[3], a[MANY], b[MANY], mean_a = 0, mean_b = 0, aa = 0;
  for (int i = 0; i < MANY; i++) {
    mean_a += (a[i] = 4 * pow(harness_float(), 3) + 1) / MANY;
    mean_b += (b[i] = harness_float()) / MANY;
    for (int k = 0; k < WIDE; k++)
      x[i * WIDE + k] = (float)(a[i] * (k % 2) + b[i] * (k < 100 ? 0 : k % 2 ? 0 : 1)) + 1e-3f * harness_float() + 3;
  }
  for (int i = 0; i < MANY; i++) aa += (a[i] - mean_a) * (a[i] - mean_a) / (MANY - 1);
  CHECK(stylemap_principal(x, MANY, WIDE, 3, d, shares, &error) == STYLEMAP_OK);
  for (int k = 0; k < WIDE; k++) CHECK_NEAR(d[k], k % 2 ? sqrt(aa) : 0, 0.12 * sqrt(aa)); /* a and b share a little by chance */
  CHECK(shares[0] > shares[1] && shares[1] > 100 * shares[2] && shares[0] + shares[1] > 0.999 && shares[0] + shares[1] < 1);
  double dot = 0, first = 0, second = 0;
  for (int k = 0; k < WIDE; k++) {
    dot += d[k] * d[WIDE + k];
    first += d[k] * d[k];
    second += d[WIDE + k] * d[WIDE + k];
  }
  CHECK(fabs(dot) < 1e-4 * sqrt(first * second));
  CHECK_NEAR(second / first, shares[1] / shares[0], 1e-4 * shares[1] / shares[0]);
  CHECK(stylemap_principal(x, MANY, WIDE, MANY, d, shares, &error) == STYLEMAP_BAD_ARGUMENT);
  free(d);
  free(x);
}

/* At the size that FIDs have: minutes. */
static void test_frechet_large(double golden) {
  stylemap_error error;
  double d = -1;
  state = 1;
  stylemap_gaussian *a = gaussian(2048, 2300, 0, 500), *b = gaussian(2048, 2200, 0.125, 500);
  CHECK(stylemap_frechet(a, b, &d, &error) == STYLEMAP_OK);
  printf("%.12g, off by %.3g of it\n", d, d / golden - 1);
  CHECK_NEAR(d, golden, 1e-6 * golden);
  stylemap_gaussian_free(a);
  stylemap_gaussian_free(b);
}

/* usage: statistics [GOLDEN], the number that frechet.py 2048 2300 2200 says */
int main(int argc, char **argv) {
  harness_seed();
  if (argc > 1) {
    test_frechet_large(atof(argv[1]));
    return harness_end();
  }
  test_frechet();
  test_pictures();
  test_masked();
  test_colours();
  test_seam();
  test_separation();
  test_cancelling();
  test_orthogonal();
  test_principal();
  return harness_end();
}
