/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stylemap.h"

double stylemap_mse(const float *a, const float *b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    double v = a[i] < -1 ? -1 : a[i] > 1 ? 1 : a[i];
    sum += (v - b[i]) * (v - b[i]);
  }
  return count ? sum / (double)count : 0;
}
