/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/memory.h"
#include "stylemap-measure.h"

enum { WINDOW = 11 };

double stylemap_psnr(double mse) { return mse > 0 ? 10 * log10(4 / mse) : INFINITY; }

static double shown(float v) { return v < -1 ? 0 : v > 1 ? 255 : 127.5 * ((double)v + 1); }

/* Sums over the window's rows of a, b, aa, bb, ab, at one place. */
typedef struct moments {
  double a, b, aa, bb, ab;
} moments;

static double similarity(const moments *m) {
  static const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  const double aa = m->aa - m->a * m->a, bb = m->bb - m->b * m->b, ab = m->ab - m->a * m->b;
  return (2 * m->a * m->b + c1) * (2 * ab + c2) / ((m->a * m->a + m->b * m->b + c1) * (aa + bb + c2));
}

double stylemap_ssim(const float *a, const float *b, int size) { return stylemap_ssim_in(a, b, NULL, size); }

double stylemap_ssim_in(const float *a, const float *b, const float *mask, int size) {
  if (!a || !b || size < WINDOW) return NAN;
  const size_t side = (size_t)size, inner = side - WINDOW + 1;
  double gauss[WINDOW], total = 0, sum = 0;
  size_t count = 0;
  moments *rows = sm_alloc(side * inner, sizeof *rows); /* each row of a plane, the window across it */
  if (!rows) return NAN;
  for (int i = 0; i < WINDOW; i++) total += gauss[i] = exp(-0.5 * pow((i - WINDOW / 2) / 1.5, 2));
  for (int i = 0; i < WINDOW; i++) gauss[i] /= total;
  for (size_t plane = 0; plane < 3; plane++) {
    for (size_t y = 0; y < side; y++)
      for (size_t x = 0; x < inner; x++) {
        moments m = {0};
        for (size_t i = 0; i < WINDOW; i++) {
          const size_t at = (plane * side + y) * side + x + i;
          const double u = shown(a[at]), v = shown(b[at]);
          m.a += gauss[i] * u, m.b += gauss[i] * v;
          m.aa += gauss[i] * u * u, m.bb += gauss[i] * v * v, m.ab += gauss[i] * u * v;
        }
        rows[y * inner + x] = m;
      }
    for (size_t y = 0; y < inner; y++)
      for (size_t x = 0; x < inner; x++) {
        moments m = {0};
        if (mask && !(mask[(y + WINDOW / 2) * side + x + WINDOW / 2] > 0.5f)) continue;
        for (size_t i = 0; i < WINDOW; i++) {
          const moments *r = &rows[(y + i) * inner + x];
          m.a += gauss[i] * r->a, m.b += gauss[i] * r->b;
          m.aa += gauss[i] * r->aa, m.bb += gauss[i] * r->bb, m.ab += gauss[i] * r->ab;
        }
        sum += similarity(&m);
        count++;
      }
  }
  sm_free(rows);
  return count ? sum / (double)count : NAN;
}
