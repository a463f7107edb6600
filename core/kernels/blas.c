/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/blas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

typedef void cblas_sgemm_f(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a,
                           int lda, const float *b, int ldb, float beta, float *c, int ldc);
enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 }; /* cblas.h */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static cblas_sgemm_f *sgemm;

/* Not linked but loaded: linked, it would start its threads in every `stylemap info` and every plug-in query. */
static void load(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  void (*set_threads)(int);
  *(void **)&sgemm = dlsym(library, "cblas_sgemm");
  *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
  if (set_threads) set_threads(1);
  else sgemm = NULL;
}

void sm_blas_load(void) { pthread_once(&once, load); }

const char *sm_blas_name(void) { return sgemm ? "OpenBLAS" : "portable"; }

/* Four rows of C at a time: the inner loop is one the compiler turns into vector code on any machine. */
void sm_gemm_portable(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                     float *c, int ldc) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      float *p = c + (size_t)i * (size_t)ldc + (size_t)j;
      *p = beta == 0 ? 0 : *p * beta; /* NaN in C must not survive a beta of 0 */
    }
  for (int i = 0; i < m; i += 4) {
    int rows = m - i < 4 ? m - i : 4;
    for (int p = 0; p < k; p++) {
      const float *bp = b + (size_t)p * (size_t)ldb;
      for (int r = 0; r < rows; r++) {
        float w = alpha * a[(size_t)(i + r) * (size_t)lda + (size_t)p];
        float *cr = c + (size_t)(i + r) * (size_t)ldc;
        for (int j = 0; j < n; j++) cr[j] += w * bp[j];
      }
    }
  }
}

void sm_gemm(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c,
             int ldc) {
  if (sgemm) sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  else sm_gemm_portable(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void sm_gemm_nt(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                float *c, int ldc) {
  if (sgemm) {
    sgemm(ROW_MAJOR, NO_TRANS, TRANS, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return;
  }
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      const float *u = a + (size_t)i * (size_t)lda, *v = b + (size_t)j * (size_t)ldb;
      float lane[8] = {0}, sum = 0; /* eight sums side by side: vector code on any machine */
      int p = 0;
      for (; p + 8 <= k; p += 8)
        for (int l = 0; l < 8; l++) lane[l] += u[p + l] * v[p + l];
      for (; p < k; p++) sum += u[p] * v[p];
      for (int l = 0; l < 8; l++) sum += lane[l];
      float *to = c + (size_t)i * (size_t)ldc + (size_t)j;
      *to = alpha * sum + (beta == 0 ? 0 : beta * *to);
    }
}
