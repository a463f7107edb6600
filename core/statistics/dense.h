/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenBLAS, and of the LAPACK in it what is used here, as Fortran calls it. */
#pragma once
#include <cblas.h>

#include "base/error.h"

void dsyevd_(const char *vectors, const char *half, const int *n, double *a, const int *lda, double *values, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info);
void dsyevr_(const char *vectors, const char *range, const char *half, const int *n, double *a, const int *lda,
             const double *vl, const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *values,
             double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void sposv_(const char *half, const int *n, const int *nrhs, float *a, const int *lda, float *b, const int *ldb, int *info);

/* products[count x count] := the inner products of `count` vectors less their mean. */
stylemap_status sm_centred_products(const float *vectors, int count, int features, float *products, stylemap_error *error);
