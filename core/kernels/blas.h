/* SPDX-License-Identifier: GPL-3.0-or-later
 * One matrix product, from OpenBLAS where it is installed. */
#pragma once

/* Finds the product to use, once per process; thread-safe. Loading OpenBLAS starts its threads, so this belongs
 * to the first session and never to the reading of a file. */
void sm_blas_load(void);
/* "OpenBLAS" or "portable". */
const char *sm_blas_name(void);

/* C := alpha A B + beta C, row-major, A m x k (row stride lda), B k x n, C m x n. One thread; any number of
 * callers at once. sm_blas_load must have returned. */
void sm_gemm(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c,
             int ldc);

/* The same without OpenBLAS: what runs where it is not installed, and what tests hold OpenBLAS against. */
void sm_gemm_portable(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                      float *c, int ldc);

/* The same with B transposed: B n x k (row stride ldb). */
void sm_gemm_nt(int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                float *c, int ldc);
