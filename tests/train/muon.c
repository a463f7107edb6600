/* SPDX-License-Identifier: GPL-3.0-or-later
 * Muon's steps against the recursion on singular values in double: gradients of known singular vectors, two steps with
 * different values, so that momentum counts. Wide, tall and narrow matrices of both forms at once, on one worker and on
 * several; biases and the learned constant are left alone; nothing moves without a gradient, and NaN is not hidden. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "train/optimise.h"

enum { MATRICES = 8, LAYERS = MATRICES + 2 };
static const int shapes[MATRICES][3] = {{16, 8, 3}, {37, 5, 3}, {40, 3, 1}, {3, 70, 1},
                                        {100, 40, 1}, {128, 1, 1}, {64, 64, 3}, {1, 5, 3}};

static const sm_adam adam = {.rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .muon = 1};

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

typedef struct layer {
  int out, columns, rank, longer;
  double *u, *v, *want, *moment; /* singular vectors; the weights' path; singular values of the momentum */
} layer;

/* The gradient's singular values at a step: falling at the first, rising at the second. */
static double strength(const layer *l, int step, int i) { return 1e-3 * pow(0.9, step ? l->rank - 1 - i : i); }

static void give(sm_parameter *p, layer *l, int step) {
  double nesterov[256], norm = 0;
  for (int i = 0; i < l->rank; i++) {
    const double s = strength(l, step, i);
    l->moment[i] = 0.95 * l->moment[i] + 0.05 * s;
    nesterov[i] = 0.95 * l->moment[i] + 0.05 * s;
    norm += nesterov[i] * nesterov[i];
  }
  memset(p->grad, 0, sizeof(real) * p->count);
  for (int i = 0; i < l->rank; i++) {
    const double moved = 0.01 * p->pace * 0.2 * sqrt(l->longer) * rounds(nesterov[i] / sqrt(norm));
    for (int r = 0; r < l->out; r++)
      for (int c = 0; c < l->columns; c++) {
        const double part = l->u[i * l->out + r] * l->v[i * l->columns + c];
        p->grad[r * l->columns + c] += (real)(strength(l, step, i) * part);
        l->want[r * l->columns + c] -= moved * part;
      }
  }
}

static void make(sm_parameter *p, int rank, int out, int in, int k) {
  *p = (sm_parameter){.rank = rank, .pace = 0.5f, .count = (size_t)(out * in * k * k)};
  const int shape[] = {1, out, in, k, k};
  memcpy(p->shape, rank == 5 ? shape : shape + 1, sizeof(int) * (size_t)(rank == 5 ? 5 : 4));
  p->value = calloc(4 * p->count, sizeof(real));
  p->grad = p->value + p->count;
  p->moment = p->grad + p->count;
  p->square = p->moment + p->count;
}

static void steps(sm_workshop *shop) {
  sm_parameter parameter[LAYERS];
  layer layers[MATRICES];
  for (int i = 0; i < MATRICES; i++) {
    const int *s = shapes[i];
    layer *l = &layers[i];
    make(&parameter[i], s[0] == 1 || i % 2 ? 5 : 4, s[0], s[1], s[2]);
    l->out = s[0];
    l->columns = s[1] * s[2] * s[2];
    l->rank = l->out < l->columns ? l->out : l->columns;
    l->longer = l->out < l->columns ? l->columns : l->out;
    l->u = orthonormal(l->rank, l->out);
    l->v = orthonormal(l->rank, l->columns);
    l->want = calloc(parameter[i].count, sizeof(double));
    l->moment = calloc((size_t)l->rank, sizeof(double));
  }
  make(&parameter[MATRICES], 4, 1, 8, 4); /* the learned constant */
  make(&parameter[MATRICES + 1], 4, 9, 1, 1);
  parameter[MATRICES + 1].rank = 1; /* a bias */
  for (int i = MATRICES; i < LAYERS; i++)
    for (size_t k = 0; k < parameter[i].count; k++) parameter[i].grad[k] = 1;

  sm_parameters weights = {.parameter = parameter, .count = LAYERS};
  for (int step = 0; step < 2; step++) {
    for (int i = 0; i < MATRICES; i++) give(&parameter[i], &layers[i], step);
    CHECK(sm_muon_step(shop, &weights, &adam) == STYLEMAP_OK);
    for (int i = 0; i < MATRICES; i++) {
      const sm_parameter *p = &parameter[i];
      double off = 0, size = 0;
      for (size_t k = 0; k < p->count; k++) {
        off = fmax(off, fabs((double)p->value[k] - layers[i].want[k]));
        size = fmax(size, fabs(layers[i].want[k]));
      }
      CHECK(size > 0 && off < 2e-3 * size, "step %d, %d x %d: off by %g of %g", step, layers[i].out, layers[i].columns,
            off, size);
      const double g = (double)p->grad[0];
      if (step == 0) CHECK_NEAR(p->square[0], 0.01 * g * g, 1e-6 * g * g, "squares for Adam");
    }
  }
  for (int i = MATRICES; i < LAYERS; i++)
    CHECK(parameter[i].value[0] == 0 && parameter[i].moment[0] == 0, "parameter %d took the convolutions' step", i);

  /* Adam leaves the convolutions alone, and takes the others */
  real kept[MATRICES];
  for (int i = 0; i < MATRICES; i++) kept[i] = parameter[i].value[0];
  sm_adam_step(shop, &weights, &adam);
  for (int i = 0; i < LAYERS; i++)
    CHECK(i < MATRICES ? parameter[i].value[0] == kept[i] : parameter[i].value[0] < 0, "Adam at parameter %d", i);

  /* without a gradient the momentum alone does not go on */
  for (int i = 0; i < MATRICES; i++) memset(parameter[i].grad, 0, sizeof(real) * parameter[i].count);
  CHECK(sm_muon_step(shop, &weights, &adam) == STYLEMAP_OK);
  for (int i = 0; i < MATRICES; i++)
    CHECK(parameter[i].moment[0] != 0 && parameter[i].value[0] == kept[i], "parameter %d went on", i);

  /* a gradient that floats can hardly hold is a step like others; one that is no number is seen in the weights */
  for (size_t k = 0; k < parameter[0].count; k++) parameter[0].grad[k] = parameter[0].moment[k] = 0;
  parameter[0].grad[0] = 1e-38f;
  parameter[1].grad[1] = NAN;
  CHECK(sm_muon_step(shop, &weights, &adam) == STYLEMAP_OK);
  CHECK(isfinite(parameter[0].value[0]) && parameter[0].value[0] < kept[0],
        "a tiny gradient: %g", parameter[0].value[0]);
  CHECK(isnan(parameter[1].value[0]) && isfinite(parameter[2].value[0]),
        "a gradient of NaN: %g", parameter[1].value[0]);

  for (int i = 0; i < MATRICES; i++) {
    free(layers[i].u);
    free(layers[i].v);
    free(layers[i].want);
    free(layers[i].moment);
  }
  for (int i = 0; i < LAYERS; i++) free(parameter[i].value);
}

int main(void) {
  harness_seed();
  for (int threads = 1; threads <= 3; threads += 2) {
    sm_workshop *shop;
    stylemap_error error;
    CHECK(sm_workshop_new(threads, &shop, &error) == STYLEMAP_OK);
    steps(shop);
    sm_workshop_free(shop);
  }
  return harness_end();
}
