/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "statistics/dense.h"

stylemap_status sm_centred_products(const float *vectors, int count, int features, float *products, stylemap_error *error) {
  const size_t n = (size_t)count;
  double all = 0, *mean = sm_calloc(n, sizeof *mean);
  if (!mean) return sm_no_memory(error, n * sizeof *mean);
  cblas_ssyrk(CblasRowMajor, CblasLower, CblasNoTrans, count, features, 1, vectors, features, 0, products, count);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      const double v = (double)(products[j * n + i] = products[i * n + j]) / (double)n;
      mean[i] += v;
      if (j < i) mean[j] += v;
    }
  for (size_t i = 0; i < n; i++) all += mean[i] / (double)n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) products[i * n + j] = (float)((double)products[i * n + j] + all - mean[i] - mean[j]);
  sm_free(mean);
  return STYLEMAP_OK;
}
