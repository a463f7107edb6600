/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/ridge.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "grad/tape.h"

enum { TILE = SM_RIDGE_TILE, ROWS = 4 };

stylemap_status sm_ridge_new(sm_pool *pool, int features, int outputs, sm_ridge *r, stylemap_error *error) {
  *r = (sm_ridge){.pool = pool, .features = features, .outputs = outputs};
  r->width = ((size_t)features + TILE - 1) / TILE * TILE;
  r->gram = sm_alloc(r->width * r->width, sizeof *r->gram);
  r->cross = sm_alloc(r->width * (size_t)outputs, sizeof *r->cross);
  if (r->gram && r->cross) {
    sm_ridge_clear(r);
    return STYLEMAP_OK;
  }
  sm_ridge_free(r);
  return sm_no_memory(error, r->width * r->width * sizeof *r->gram);
}

void sm_ridge_free(sm_ridge *r) {
  sm_free(r->gram);
  sm_free(r->cross);
  r->gram = NULL;
  r->cross = NULL;
}

void sm_ridge_clear(sm_ridge *r) {
  memset(r->gram, 0, sizeof *r->gram * r->width * r->width);
  memset(r->cross, 0, sizeof *r->cross * r->width * (size_t)r->outputs);
}

/* to[i .. i + TILE][i ..] += sign X'X of `count` rows of x. */
SM_CLONES static void add_products(const float *x, size_t width, int count, float sign, size_t first, float *to) {
  for (size_t i = first; i < first + TILE; i += ROWS)
    for (size_t j = first; j < width; j += TILE) {
      float sum[ROWS][TILE] = {{0}};
      for (size_t p = 0; p < (size_t)count; p++) {
        const float *left = x + p * width + i, *right = x + p * width + j;
        for (int r = 0; r < ROWS; r++)
          for (int l = 0; l < TILE; l++) sum[r][l] += left[r] * right[l];
      }
      for (size_t r = 0; r < ROWS; r++)
        for (size_t l = 0; l < TILE; l++) to[(i + r) * width + j + l] += sign * sum[r][l];
    }
}

typedef struct adding {
  const float *x;
  float *to;
  size_t width, first;
  int count;
  float sign;
} adding;

static void add_task(void *context, int index, int worker) {
  const adding *a = context;
  add_products(a->x, a->width, a->count, a->sign, a->first + (size_t)index * TILE, a->to);
}

void sm_ridge_add(sm_ridge *r, const float *x, const float *y, int count) {
  adding a = {.x = x, .to = r->gram, .width = r->width, .count = count, .sign = 1};
  sm_pool_run(r->pool, (int)(r->width / TILE), add_task, &a, NULL, NULL);
  for (int i = 0; i < count; i++)
    for (int o = 0; o < r->outputs; o++) {
      const double value = (double)y[i * r->outputs + o];
      double *to = r->cross + (size_t)o * r->width;
      for (size_t k = 0; k < r->width; k++) to[k] += value * (double)x[(size_t)i * r->width + k];
    }
}

/* Rows first .. first + TILE of U, where U'U is the matrix, its earlier rows already taken from it. */
static void factor_rows(float *gram, size_t width, size_t first) {
  for (size_t p = first; p < first + TILE; p++) {
    float *row = gram + p * width;
    const float unit = (float)(1 / sqrt((double)row[p])); /* above 0: the penalty is */
    for (size_t j = p; j < width; j++) row[j] *= unit;
    for (size_t q = p + 1; q < first + TILE; q++)
      for (size_t j = q; j < width; j++) gram[q * width + j] -= row[q] * row[j];
  }
}

void sm_ridge_solve(sm_ridge *r, double share, double *weights) {
  const size_t n = r->width;
  double trace = 0;
  for (size_t i = 0; i < n; i++) trace += (double)r->gram[i * n + i];
  const double penalty = share * trace / r->features;
  for (size_t i = 0; i < n; i++) r->gram[i * n + i] += penalty > 0 ? (float)penalty : 1;
  for (size_t first = 0; first < n; first += TILE) {
    factor_rows(r->gram, n, first);
    adding a = {.x = r->gram + first * n, .to = r->gram, .width = n, .first = first + TILE, .count = TILE, .sign = -1};
    sm_pool_run(r->pool, (int)((n - first) / TILE) - 1, add_task, &a, NULL, NULL);
  }
  for (int o = 0; o < r->outputs; o++) {
    double *z = r->cross + (size_t)o * n;
    for (size_t i = 0; i < n; i++) { /* U'z = X'Y */
      const float *row = r->gram + i * n;
      z[i] /= (double)row[i];
      for (size_t j = i + 1; j < n; j++) z[j] -= z[i] * (double)row[j];
    }
    for (size_t i = n; i-- > 0;) { /* U w = z */
      const float *row = r->gram + i * n;
      for (size_t j = i + 1; j < n; j++) z[i] -= z[j] * (double)row[j];
      z[i] /= (double)row[i];
    }
    memcpy(weights + (size_t)o * (size_t)r->features, z, sizeof *z * (size_t)r->features);
  }
}
