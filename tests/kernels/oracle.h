/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels' oracle: naive loops in double over C H W planes, padded as the layer says. Slow, never shipped. */
#pragma once
#include <stddef.h>

typedef struct planes {
  int c, h, w;
  double *v;
} planes;

planes planes_new(int c, int h, int w);
double *planes_at(planes p, int c, int y, int x);
/* 0 outside. */
double planes_get(planes p, int c, int y, int x);

/* weight: cout x cin x k x k, times scale. `weight` is given in double so that fp16 filters are exact. */
planes oracle_same(planes x, const double *weight, int cout, int k);
/* Transposed, stride 2, no padding: 2 h + 1. */
planes oracle_transposed(planes x, const double *weight, int cout);
/* Correlation with the 4 x 4 kernel over x padded by `before` and `after`, every `stride`-th pixel. */
planes oracle_blur(planes x, const float *kernel, int before, int after, int stride);
/* 3x3, stride 2, no padding. */
planes oracle_stride2(planes x, const double *weight, int cout);
/* Zero insertion: 2 h - 1. */
planes oracle_zeros(planes x);
