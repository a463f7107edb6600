/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/blas.h"
#include "train/real.h"

#ifdef SM_TRAIN_DOUBLE

void sm_product_load(void) {}

void sm_product(int trans_b, int m, int n, int k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                real beta, real *c, size_t ldc) {
  for (size_t i = 0; i < (size_t)m; i++)
    for (size_t j = 0; j < (size_t)n; j++) {
      real sum = 0;
      for (size_t p = 0; p < (size_t)k; p++) sum += a[i * lda + p] * (trans_b ? b[j * ldb + p] : b[p * ldb + j]);
      c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
    }
}

#else

void sm_product_load(void) { sm_blas_load(); }

void sm_product(int trans_b, int m, int n, int k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                real beta, real *c, size_t ldc) {
  if (trans_b) sm_gemm_nt(m, n, k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
  else sm_gemm(m, n, k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

#endif
