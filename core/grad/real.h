/* SPDX-License-Identifier: GPL-3.0-or-later
 * The number the trainer computes with: float, or double where a test compiles these files with SM_TRAIN_DOUBLE. */
#pragma once
#include <stddef.h>

#ifdef SM_TRAIN_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* The sum of a[i] b[i], made in double and in one order on every machine. */
double sm_dot(const real *a, const real *b, size_t count);

/* C := alpha A op(B) + beta C, row-major; op(B) is B (k x n) or, with `trans_b`, the transpose of B (n x k).
 * One thread; any number of callers at once. */
void sm_product(int trans_b, int m, int n, int k, real alpha, const real *a, size_t lda, const real *b, size_t ldb,
                real beta, real *c, size_t ldc);
