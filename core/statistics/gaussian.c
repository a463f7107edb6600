/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean and covariance, and the distance of two. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/dense.h"
#include "stylemap-measure.h"

enum { ROWS = 256 /* of one product */, MOST_FEATURES = 16384 };

struct stylemap_gaussian {
  int features;
  uint64_t count;
  double *origin; /* the first vector: what is summed are differences from it, so that no digits are lost */
  double *sum;    /* of them */
  double *square; /* X'X of them, the lower half: features x features */
  double *rows;   /* ROWS x features */
};

stylemap_status stylemap_gaussian_new(int features, stylemap_gaussian **gaussian, stylemap_error *error) {
  if (features < 1 || features > MOST_FEATURES || !gaussian)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A vector has 1 to 16384 numbers."), NULL);
  const size_t n = (size_t)features;
  stylemap_gaussian *g = sm_calloc(1, sizeof *g);
  double *block = sm_calloc(n * (n + 2 + ROWS), sizeof *block);
  if (!g || !block) {
    sm_free(block);
    sm_free(g);
    return sm_no_memory(error, n * (n + 2 + ROWS) * sizeof *block);
  }
  *g = (stylemap_gaussian){.features = features, .origin = block, .sum = block + n, .square = block + 2 * n,
                           .rows = block + (2 + n) * n};
  *gaussian = g;
  return STYLEMAP_OK;
}

void stylemap_gaussian_free(stylemap_gaussian *g) {
  if (g) sm_free(g->origin);
  sm_free(g);
}

uint64_t stylemap_gaussian_count(const stylemap_gaussian *g) { return g ? g->count : 0; }

stylemap_status stylemap_gaussian_add(stylemap_gaussian *g, const float *rows, int count, stylemap_error *error) {
  if (!g || !rows || count < 0)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no vectors."), NULL);
  const size_t n = (size_t)g->features;
  for (size_t i = 0; i < (size_t)count * n; i++)
    if (!isfinite(rows[i]))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A vector holds a number that is not finite."), NULL);
  if (!g->count && count)
    for (size_t k = 0; k < n; k++) g->origin[k] = (double)rows[k];
  for (int from = 0; from < count; from += ROWS) {
    const int part = count - from < ROWS ? count - from : ROWS;
    for (size_t i = 0; i < (size_t)part; i++)
      for (size_t k = 0; k < n; k++) {
        const double v = (double)rows[((size_t)from + i) * n + k] - g->origin[k];
        g->rows[i * n + k] = v;
        g->sum[k] += v;
      }
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, g->features, part, 1, g->rows, g->features, 1, g->square, g->features);
  }
  g->count += (uint64_t)count;
  return STYLEMAP_OK;
}

/* The covariance, both halves. */
static void covariance(const stylemap_gaussian *g, double *c) {
  const size_t n = (size_t)g->features;
  const double count = (double)g->count;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      c[i * n + j] = c[j * n + i] = (g->square[i * n + j] - g->sum[i] * g->sum[j] / count) / (count - 1);
}

/* Symmetric a := its eigenvectors (a row each) and their values, rising. */
static stylemap_status eigenvalues(double *a, int n, double *values, int vectors, stylemap_error *error) {
  const char *job = vectors ? "V" : "N";
  double size = 0, *work = NULL;
  int isize = 0, *iwork = NULL, ask = -1, info = 0;
  dsyevd_(job, "L", &n, a, &n, values, &size, &ask, &isize, &ask, &info);
  int lwork = (int)size, liwork = isize;
  work = sm_alloc((size_t)lwork, sizeof *work);
  iwork = sm_alloc((size_t)liwork, sizeof *iwork);
  if (work && iwork) dsyevd_(job, "L", &n, a, &n, values, work, &lwork, iwork, &liwork, &info);
  const int done = work && iwork;
  sm_free(iwork);
  sm_free(work);
  if (!done) return sm_no_memory(error, (uint64_t)lwork * sizeof *work);
  if (info)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The eigenvalues of the covariance were not found."), NULL);
  return STYLEMAP_OK;
}

stylemap_status stylemap_frechet(const stylemap_gaussian *a, const stylemap_gaussian *b, double *distance,
                                 stylemap_error *error) {
  if (!a || !b || !distance || a->features != b->features || a->count < 2 || b->count < 2)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("A distance is that of two sets of 2 vectors or more, of the same length."), NULL);
  const int n = a->features;
  const size_t size = (size_t)n, square = size * size;
  double sum = 0, root = 0, *block = sm_alloc(4 * square + size, sizeof *block);
  if (!block) return sm_no_memory(error, (4 * square + size) * sizeof *block);
  double *first = block, *second = block + square, *half = block + 2 * square, *product = block + 3 * square;
  double *values = block + 4 * square;
  stylemap_status status;
  covariance(a, first);
  covariance(b, second);
  for (size_t k = 0; k < size; k++) {
    const double d = a->origin[k] - b->origin[k] + a->sum[k] / (double)a->count - b->sum[k] / (double)b->count;
    sum += d * d + first[k * size + k] + second[k * size + k];
  }
  /* With C1 = V'LV and H = L^(1/2) V, the eigenvalues of C1 C2 are those of H C2 H', which is symmetric. */
  SM_TRY_DONE(eigenvalues(first, n, values, 1, error));
  for (size_t i = 0; i < size; i++) {
    const double scale = values[i] > 0 ? sqrt(values[i]) : 0;
    for (size_t j = 0; j < size; j++) half[i * size + j] = scale * first[i * size + j];
  }
  cblas_dsymm(CblasRowMajor, CblasRight, CblasLower, n, n, 1, second, n, half, n, 0, product, n);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, n, 1, product, n, half, n, 0, first, n);
  SM_TRY_DONE(eigenvalues(first, n, values, 0, error));
  for (size_t i = 0; i < size; i++) root += values[i] > 0 ? sqrt(values[i]) : 0;
  *distance = sum - 2 * root;
done:
  sm_free(block);
  return status;
}
