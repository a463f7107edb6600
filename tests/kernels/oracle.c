/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oracle.h"

#include <stdlib.h>

planes planes_new(int c, int h, int w) {
  planes p = {c, h, w, calloc((size_t)c * (size_t)h * (size_t)w, sizeof(double))};
  if (!p.v)
    abort();
  return p;
}

double *planes_at(planes p, int c, int y, int x) {
  return p.v + ((size_t)c * (size_t)p.h + (size_t)y) * (size_t)p.w + (size_t)x;
}

double planes_get(planes p, int c, int y, int x) {
  return y < 0 || y >= p.h || x < 0 || x >= p.w ? 0 : *planes_at(p, c, y, x);
}

static double tap(const double *weight, int cin, int k, int o, int c, int u, int v) {
  return weight[(((size_t)o * (size_t)cin + (size_t)c) * (size_t)k + (size_t)u) * (size_t)k + (size_t)v];
}

planes oracle_same(planes x, const double *weight, int cout, int k) {
  planes y = planes_new(cout, x.h, x.w);
  for (int o = 0; o < cout; o++)
    for (int i = 0; i < y.h; i++)
      for (int j = 0; j < y.w; j++)
        for (int c = 0; c < x.c; c++)
          for (int u = 0; u < k; u++)
            for (int v = 0; v < k; v++)
              *planes_at(y, o, i, j) +=
                  tap(weight, x.c, k, o, c, u, v) * planes_get(x, c, i + u - k / 2, j + v - k / 2);
  return y;
}

planes oracle_transposed(planes x, const double *weight, int cout) {
  planes y = planes_new(cout, 2 * x.h + 1, 2 * x.w + 1);
  for (int o = 0; o < cout; o++)
    for (int c = 0; c < x.c; c++)
      for (int i = 0; i < x.h; i++)
        for (int j = 0; j < x.w; j++)
          for (int u = 0; u < 3; u++)
            for (int v = 0; v < 3; v++)
              *planes_at(y, o, 2 * i + u, 2 * j + v) += *planes_at(x, c, i, j) * tap(weight, x.c, 3, o, c, u, v);
  return y;
}

planes oracle_blur(planes x, const float *kernel, int before, int after, int stride) {
  planes y = planes_new(x.c, (x.h + before + after - 4) / stride + 1, (x.w + before + after - 4) / stride + 1);
  for (int c = 0; c < x.c; c++)
    for (int i = 0; i < y.h; i++)
      for (int j = 0; j < y.w; j++)
        for (int u = 0; u < 4; u++)
          for (int v = 0; v < 4; v++)
            *planes_at(y, c, i, j) +=
                kernel[u * 4 + v] * planes_get(x, c, i * stride + u - before, j * stride + v - before);
  return y;
}

planes oracle_stride2(planes x, const double *weight, int cout) {
  planes y = planes_new(cout, (x.h - 3) / 2 + 1, (x.w - 3) / 2 + 1);
  for (int o = 0; o < cout; o++)
    for (int i = 0; i < y.h; i++)
      for (int j = 0; j < y.w; j++)
        for (int c = 0; c < x.c; c++)
          for (int u = 0; u < 3; u++)
            for (int v = 0; v < 3; v++)
              *planes_at(y, o, i, j) += tap(weight, x.c, 3, o, c, u, v) * *planes_at(x, c, 2 * i + u, 2 * j + v);
  return y;
}

planes oracle_zeros(planes x) {
  planes y = planes_new(x.c, 2 * x.h - 1, 2 * x.w - 1);
  for (int c = 0; c < x.c; c++)
    for (int i = 0; i < x.h; i++)
      for (int j = 0; j < x.w; j++)
        *planes_at(y, c, 2 * i, 2 * j) = *planes_at(x, c, i, j);
  return y;
}
