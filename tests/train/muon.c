/* SPDX-License-Identifier: GPL-3.0-or-later
 * Muon's step against the direct recursion in double: singular vectors of known singular values keep their
 * directions, and all values within reach come near one. Wide, tall and narrow matrices; vectors are left alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "train/optimise.h"

/* The five rounds on one singular value of a matrix of norm 1. */
static double rounds(double s) {
  for (int i = 0; i < 5; i++) s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s;
  return s;
}

/* `count` orthonormal rows of `n`, by Gram-Schmidt. */
static double *orthonormal(int count, int n) {
  double *v = malloc(sizeof *v * (size_t)count * (size_t)n);
  for (int i = 0; i < count; i++) {
    double *row = v + i * n, norm = 0;
    for (int k = 0; k < n; k++) row[k] = harness_float();
    for (int twice = 0; twice < 2; twice++)
      for (int j = 0; j < i; j++) {
        double dot = 0;
        for (int k = 0; k < n; k++) dot += row[k] * v[j * n + k];
        for (int k = 0; k < n; k++) row[k] -= dot * v[j * n + k];
      }
    for (int k = 0; k < n; k++) norm += row[k] * row[k];
    for (int k = 0; k < n; k++) row[k] /= sqrt(norm);
  }
  return v;
}

static void matrix(sm_workshop *shop, int out, int in, int k) {
  const int columns = in * k * k, rank = out < columns ? out : columns, longer = out < columns ? columns : out;
  const size_t count = (size_t)out * (size_t)columns;
  double *u = orthonormal(rank, out), *v = orthonormal(rank, columns), norm = 0;
  double *want = calloc(count, sizeof *want), *gradient = calloc(count, sizeof *gradient);
  for (int i = 0; i < rank; i++) {
    const double s = pow(0.9, i);
    norm += s * s;
  }
  double least = 2, most = 0;
  for (int i = 0; i < rank; i++) {
    const double s = pow(0.9, i), made = rounds(s / sqrt(norm));
    if (s / sqrt(norm) > 0.01) {
      least = fmin(least, made);
      most = fmax(most, made);
    }
    for (int r = 0; r < out; r++)
      for (int c = 0; c < columns; c++) {
        gradient[r * columns + c] += s * u[i * out + r] * v[i * columns + c];
        want[r * columns + c] -= 0.01 * 0.5 * 0.2 * sqrt(longer) * made * u[i * out + r] * v[i * columns + c];
      }
  }
  CHECK(least > 0.6 && most < 1.3, "%d x %d: singular values %g to %g", out, columns, least, most);

  sm_parameter parameter[2] = {{.rank = 4, .shape = {out, in, k, k}, .count = count, .pace = 0.5f},
                               {.rank = 1, .shape = {out}, .count = (size_t)out, .pace = 1}};
  for (int i = 0; i < 2; i++) {
    real *numbers = calloc(4 * parameter[i].count, sizeof *numbers);
    parameter[i].value = numbers;
    parameter[i].grad = numbers + parameter[i].count;
    parameter[i].moment = parameter[i].grad + parameter[i].count;
    parameter[i].square = parameter[i].moment + parameter[i].count;
  }
  for (size_t i = 0; i < count; i++) parameter[0].grad[i] = (real)(1e-3 * gradient[i]);
  for (int i = 0; i < out; i++) parameter[1].grad[i] = 1;
  sm_parameters weights = {.parameter = parameter, .count = 2};
  const sm_adam adam = {.rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .muon = 1};
  CHECK(sm_muon_step(shop, &weights, &adam) == STYLEMAP_OK);
  double off = 0, size = 0;
  for (size_t i = 0; i < count; i++) {
    off = fmax(off, fabs(parameter[0].value[i] - want[i]));
    size = fmax(size, fabs(want[i]));
  }
  CHECK(off < 2e-3 * size, "%d x %d: off by %g of %g", out, columns, off, size);
  CHECK(parameter[1].value[0] == 0, "a bias took the convolutions' step");

  const double g = parameter[0].grad[count / 2];
  CHECK_NEAR(parameter[0].square[count / 2], 0.01 * g * g, 1e-6 * g * g, "squares for Adam");

  /* Adam leaves the convolution alone, and takes the bias */
  const real kept = parameter[0].value[0];
  sm_adam_step(shop, &weights, &adam);
  CHECK(parameter[0].value[0] == kept && parameter[1].value[0] < 0);

  /* no gradient: momentum goes on, weights without any stay */
  memset(parameter[0].grad, 0, sizeof(real) * 2 * count);
  CHECK(sm_muon_step(shop, &weights, &adam) == STYLEMAP_OK && parameter[0].value[0] == kept);
  for (int i = 0; i < 2; i++) free(parameter[i].value);
  free(want);
  free(gradient);
  free(u);
  free(v);
}

int main(void) {
  harness_seed();
  for (int threads = 1; threads <= 3; threads += 2) {
    sm_workshop *shop;
    stylemap_error error;
    CHECK(sm_workshop_new(threads, &shop, &error) == STYLEMAP_OK);
    matrix(shop, 16, 8, 3);
    matrix(shop, 37, 5, 3);
    matrix(shop, 40, 3, 1);
    matrix(shop, 3, 70, 1);
    matrix(shop, 128, 1, 1);
    sm_workshop_free(shop);
  }
  return harness_end();
}
