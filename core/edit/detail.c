/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/detail.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST_REACH = 72 /* of the Gaussian over a square of 2048 */ };

double sm_change(const float *before, const float *after, const float *weights, size_t plane) {
  double sum = 0, total = 0;
  for (size_t i = 0; i < plane; i++) {
    const double w = weights ? (double)weights[i] : 1;
    for (size_t p = 0; p < 3; p++) sum += w * pow((double)after[p * plane + i] - before[p * plane + i], 2) / 3;
    total += w;
  }
  return total > 0 ? sqrt(sum / total) : 0;
}

double sm_detail_sigma(double detail, double usual) { return detail < 1 ? usual * detail / (1 - detail) : INFINITY; }

void sm_detail_changed(const float *before, const float *after, int size, float *changed, float *work) {
  static const double deviation = 1.5; /* pixels of 128 */
  const int reach = (int)ceil(3 * deviation * size / 128);
  const size_t plane = (size_t)size * (size_t)size;
  double total = 0, gauss[2 * MOST_REACH + 1];
  assert(reach <= MOST_REACH);
  for (int d = -reach; d <= reach; d++) total += gauss[d + reach] = exp(-0.5 * pow(d / (deviation * size / 128), 2));
  for (size_t i = 0; i < plane; i++) {
    double square = 0;
    for (size_t p = 0; p < 3; p++) square += pow((double)after[p * plane + i] - before[p * plane + i], 2) / 3;
    work[i] = (float)square;
  }
  for (int down = 0; down < 2; down++) { /* across into `changed`, down into `work` and back */
    const float *from = down ? changed : work;
    float *to = down ? work : changed;
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        double average = 0;
        for (int d = -reach; d <= reach; d++) {
          const int at = (down ? y : x) + d, in = at < 0 ? 0 : at >= size ? size - 1 : at;
          average += gauss[d + reach] * (double)(down ? from[in * size + x] : from[y * size + in]);
        }
        to[y * size + x] = (float)(average / total);
      }
  }
  memcpy(changed, work, plane * sizeof *changed);
}

void sm_detail_keep(const float *changed, size_t plane, double sigma, float *keep) {
  for (size_t i = 0; i < plane; i++) keep[i] = sigma > 0 ? (float)exp(-(double)changed[i] / (sigma * sigma)) : 0;
}

void sm_detail_keep_both(const float *changed_a, const float *changed_b, size_t plane, double sigma, float *keep_a,
                         float *keep_b) {
  static const double same = 1e-4; /* below this both are as near */
  for (size_t i = 0; i < plane; i++) {
    const double a = (double)changed_a[i], b = (double)changed_b[i], share = (b + same) / (a + b + 2 * same);
    keep_a[i] = sigma > 0 ? (float)(share * exp(-a / (sigma * sigma))) : 0;
    keep_b[i] = sigma > 0 ? (float)((1 - share) * exp(-b / (sigma * sigma))) : 0;
  }
}
