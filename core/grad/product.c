/* SPDX-License-Identifier: GPL-3.0-or-later
 * The products of the linear layers. Sums are made in double and in one order on every machine: a float library's
 * rounding, which differs from version to version and processor to processor, turned signs before leaky ReLUs and moved
 * golden gradients by up to 1e-3. The layers are small: it costs nothing that could be measured. */
#include "grad/tape.h"

enum { STRIP = 256, LANES = 8 };

SM_CLONES static double dot(const real *a, const real *b, size_t count) {
  double lane[LANES] = {0}, sum = 0;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (size_t l = 0; l < LANES; l++) lane[l] += (double)a[i + l] * (double)b[i + l];
  for (; i < count; i++) sum += (double)a[i] * (double)b[i];
  for (int l = 0; l < LANES; l++) sum += lane[l];
  return sum;
}

double sm_dot(const real *a, const real *b, size_t count) { return dot(a, b, count); } /* a clone would be exported */

SM_CLONES static void add_row(double *sum, double a, const real *b, int count) {
  for (int j = 0; j < count; j++) sum[j] += a * (double)b[j];
}

static void put(real *c, double value, real alpha, real beta) {
  *c = (real)(alpha * value + (beta == 0 ? 0 : beta * *c));
}

void sm_product(int trans_b, int m, int n, int k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                real beta, real *c, size_t ldc) {
  for (size_t i = 0; i < (size_t)m; i++, a += lda, c += ldc) {
    if (trans_b) {
      for (size_t j = 0; j < (size_t)n; j++) put(&c[j], dot(a, b + j * ldb, (size_t)k), alpha, beta);
      continue;
    }
    for (int first = 0; first < n; first += STRIP) {
      int count = n - first < STRIP ? n - first : STRIP;
      double sum[STRIP] = {0};
      for (size_t p = 0; p < (size_t)k; p++) add_row(sum, a[p], b + p * ldb + first, count);
      for (int j = 0; j < count; j++) put(&c[first + j], sum[j], alpha, beta);
    }
  }
}
