/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is seen along the edge of an edit's mask. Pixels are in it where the mask is above one half. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stylemap-measure.h"

static const double pi = 3.14159265358979323846;

static double shown(float v) { return v < -1 ? 0 : v > 1 ? 1 : ((double)v + 1) / 2; }

/* ---------------------------------------------------------------------------------------------------- steps */

/* By how much the result's step from one pixel to another exceeds both pictures' own. */
static double excess(const float *result, const float *source, const float *reference, size_t a, size_t b) {
  const double own = fmax(fabs(shown(source[a]) - shown(source[b])), fabs(shown(reference[a]) - shown(reference[b])));
  return fmax(0, fabs(shown(result[a]) - shown(result[b])) - own);
}

double stylemap_seam(const float *result, const float *source, const float *reference, const float *mask, int size) {
  if (!result || !source || !reference || !mask || size < 2) return NAN;
  const size_t side = (size_t)size, plane = side * side;
  double sum = 0;
  size_t count = 0;
  for (size_t at = 0; at < plane; at++)
    for (int down = 0; down < 2; down++) {
      const size_t next = at + (down ? side : 1);
      if (down ? next >= plane : at % side + 1 == side) continue;
      if ((mask[at] > 0.5f) == (mask[next] > 0.5f)) continue;
      for (size_t c = 0; c < 3; c++) sum += pow(255 * excess(result, source, reference, c * plane + at, c * plane + next), 2);
      count += 3;
    }
  return count ? sqrt(sum / (double)count) : NAN;
}

/* ------------------------------------------------------------------------------------------------- colours */

typedef struct lab {
  double l, a, b;
} lab;

static double linear(double v) { return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4); }
static double bent(double t) { return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116; }

/* Of sRGB, under D65. */
static lab lab_of(const float *image, size_t plane, size_t at) {
  const double r = linear(shown(image[at])), g = linear(shown(image[plane + at])), b = linear(shown(image[2 * plane + at]));
  const double x = bent((0.412453 * r + 0.357580 * g + 0.180423 * b) / 0.950456), y = bent(0.212671 * r + 0.715160 * g + 0.072169 * b);
  const double z = bent((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754);
  return (lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double cosine(double degrees) { return cos(degrees * pi / 180); }
static double hue(double a, double b) {
  const double h = atan2(b, a) * 180 / pi;
  return h < 0 ? h + 360 : h;
}

/* CIE delta E 2000, by Sharma, Wu and Dalal 2005. */
static double delta_e(lab u, lab v) {
  const double far = pow(25, 7), mean7 = pow((hypot(u.a, u.b) + hypot(v.a, v.b)) / 2, 7), g = 0.5 * (1 - sqrt(mean7 / (mean7 + far)));
  const double c1 = hypot(u.a * (1 + g), u.b), c2 = hypot(v.a * (1 + g), v.b);
  const double h1 = hue(u.a * (1 + g), u.b), h2 = hue(v.a * (1 + g), v.b);
  const int grey = c1 * c2 == 0;
  const double turn = grey ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
  const double dl = v.l - u.l, dc = c2 - c1, dh = 2 * sqrt(c1 * c2) * sin(turn / 2 * pi / 180);
  const double l = (u.l + v.l) / 2, c = (c1 + c2) / 2, h = grey ? h1 + h2 : fmod(h1 + turn / 2 + 360, 360), c7 = pow(c, 7);
  const double t = 1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6) - 0.2 * cosine(4 * h - 63);
  const double sl = 1 + 0.015 * (l - 50) * (l - 50) / sqrt(20 + (l - 50) * (l - 50)), sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
  const double rt = -2 * sqrt(c7 / (c7 + far)) * sin(60 * exp(-pow((h - 275) / 25, 2)) * pi / 180);
  return sqrt(pow(dl / sl, 2) + pow(dc / sc, 2) + pow(dh / sh, 2) + rt * dc / sc * dh / sh);
}

/* Whether a pixel of the other side of the edge lies within `width` of this one. */
static int near_edge(const float *mask, int size, int x, int y, double width) {
  const int reach = (int)width, in = mask[y * size + x] > 0.5f;
  for (int j = y - reach; j <= y + reach; j++)
    for (int i = x - reach; i <= x + reach; i++)
      if (i >= 0 && j >= 0 && i < size && j < size && hypot(i - x, j - y) <= width && (mask[j * size + i] > 0.5f) != in) return 1;
  return 0;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

double stylemap_edge_difference(const float *a, const float *b, const float *mask, int size, double width, double share) {
  const size_t plane = size > 0 ? (size_t)size * (size_t)size : 0;
  double *found = a && b && mask && plane && share >= 0 && share <= 1 ? sm_alloc(plane, sizeof *found) : NULL, value = NAN;
  size_t count = 0;
  if (!found) return NAN;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      const size_t at = (size_t)y * (size_t)size + (size_t)x;
      if (near_edge(mask, size, x, y, width)) found[count++] = delta_e(lab_of(a, plane, at), lab_of(b, plane, at));
    }
  if (count) {
    qsort(found, count, sizeof *found, by_size);
    const double place = share * (double)(count - 1), below = floor(place);
    const size_t i = (size_t)below;
    value = found[i] + (place - below) * (found[i + 1 < count ? i + 1 : i] - found[i]);
  }
  sm_free(found);
  return value;
}
