/* SPDX-License-Identifier: GPL-3.0-or-later
 * Linear regression with a penalty on the weights (ridge): min |X W - Y|^2 + penalty |W|^2, X seen a few rows at a time. */
#pragma once
#include "base/workers.h"

enum { SM_RIDGE_TILE = 32, SM_RIDGE_BATCH = 128 };

typedef struct sm_ridge {
  sm_pool *pool;
  int features, outputs;
  size_t width;   /* features, padded to whole tiles: the stride of rows of X and of the Gram matrix */
  float *gram;    /* X'X, the upper half: width x width */
  double *cross;  /* X'Y: outputs x width */
} sm_ridge;

stylemap_status sm_ridge_new(sm_pool *pool, int features, int outputs, sm_ridge *ridge, stylemap_error *error);
void sm_ridge_free(sm_ridge *ridge);
void sm_ridge_clear(sm_ridge *ridge);
/* Rows of X, `width` floats each of which those behind `features` are 0, and of Y; `count` up to SM_RIDGE_BATCH. */
void sm_ridge_add(sm_ridge *ridge, const float *x, const float *y, int count);
/* weights[output][features]. The penalty is `share` of the mean of the Gram matrix' diagonal. Uses the matrix up. Sums are made in one
 * order at any number of threads. */
void sm_ridge_solve(sm_ridge *ridge, double share, double *weights);
