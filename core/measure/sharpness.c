/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "stylemap.h"

static double shown(float v) { return v > -1 ? v < 1 ? (double)v : 1 : v <= -1 ? -1 : 0; }

double stylemap_sharpness(const float *image, int size) {
  const size_t side = size > 0 ? (size_t)size : 0;
  double sum = 0;
  if (side < 2) return 0;
  for (size_t row = 0; row < 3 * side; row++)
    for (size_t x = 0; x < side; x++) {
      const float *p = image + row * side + x;
      if (x + 1 < side) sum += fabs(shown(p[1]) - shown(p[0]));
      if (row % side + 1 < side) sum += fabs(shown(p[side]) - shown(p[0]));
    }
  return sum / (6.0 * (double)side * (double)(side - 1));
}
