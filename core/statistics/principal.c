/* SPDX-License-Identifier: GPL-3.0-or-later
 * Principal directions of vectors that are longer than many, from their inner products. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/dense.h"
#include "stylemap-measure.h"

enum { MOST = 4096 };

/* The `wanted` largest eigenvalues, rising, and their vectors, a row each. */
static stylemap_status largest(double *a, int n, int wanted, double *values, double *vectors, stylemap_error *error) {
  const int first = n - wanted + 1, ask = -1;
  const double none = 0;
  int found = 0, info = 0, isize = 0;
  double size = 0;
  int *support = sm_alloc(2 * (size_t)n, sizeof *support);
  if (!support) return sm_no_memory(error, 2 * (size_t)n * sizeof *support);
  dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &first, &n, &none, &found, values, vectors, &n, support, &size, &ask, &isize,
          &ask, &info);
  const int lwork = (int)size, liwork = isize;
  double *work = sm_alloc((size_t)lwork, sizeof *work);
  int *iwork = sm_alloc((size_t)liwork, sizeof *iwork);
  stylemap_status status = work && iwork ? STYLEMAP_OK : sm_no_memory(error, (uint64_t)lwork * sizeof *work);
  if (status == STYLEMAP_OK) {
    dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &first, &n, &none, &found, values, vectors, &n, support, work, &lwork,
            iwork, &liwork, &info);
    if (info || found != wanted)
      status = sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The eigenvalues of the covariance were not found."), NULL);
  }
  sm_free(iwork);
  sm_free(work);
  sm_free(support);
  return status;
}

stylemap_status stylemap_principal(const float *vectors, int count, int features, int wanted, float *directions,
                                   double *shares, stylemap_error *error) {
  if (!vectors || !directions || !shares || features < 1 || count < 2 || count > MOST || wanted < 1 || wanted >= count)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("Principal directions are found in 2 to 4096 vectors, and there are fewer than those."), NULL);
  const size_t n = (size_t)count, width = (size_t)features;
  float *centred = sm_alloc(n * n, sizeof *centred);
  double *block = sm_alloc(n * (n + 1 + (size_t)wanted) + width, sizeof *block), trace = 0;
  stylemap_status status;
  if (!centred || !block) {
    status = sm_no_memory(error, (n * (n + 1 + (size_t)wanted) + width) * sizeof *block);
    goto done;
  }
  double *products = block, *values = block + n * n, *eigen = values + n, *sum = eigen + n * (size_t)wanted;
  SM_TRY_DONE(sm_centred_products(vectors, count, features, centred, error));
  for (size_t i = 0; i < n * n; i++) products[i] = (double)centred[i];
  for (size_t i = 0; i < n; i++) trace += products[i * n + i];
  SM_TRY_DONE(largest(products, count, wanted, values, eigen, error));
  for (int w = 0; w < wanted; w++) {
    const size_t at = (size_t)(wanted - 1 - w);
    float *direction = directions + (size_t)w * width;
    double cubes = 0;
    memset(sum, 0, width * sizeof *sum);
    for (size_t i = 0; i < n; i++) /* the eigenvector's numbers sum to 0, so the vectors' mean drops out */
      for (size_t k = 0; k < width; k++) sum[k] += eigen[at * n + i] * (double)vectors[i * width + k];
    for (size_t k = 0; k < width; k++) cubes += sum[k] * sum[k] * sum[k];
    const double scale = (cubes < 0 ? -1 : 1) / sqrt((double)(n - 1));
    for (size_t k = 0; k < width; k++) direction[k] = (float)(scale * sum[k]);
    shares[w] = trace > 0 ? values[at] / trace : 0;
  }
done:
  sm_free(block);
  sm_free(centred);
  return status;
}
