/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/detail.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST_SIZE = 2048, MOST_REACH = 72 /* of the Gaussian over it */ };

double sm_change(const float *before, const float *after, const float *weights, size_t plane) {
  double sum = 0, total = 0;
  for (size_t i = 0; i < plane; i++) {
    const double w = weights ? (double)weights[i] : 1;
    for (size_t p = 0; p < 3; p++) {
      const double d = (double)after[p * plane + i] - before[p * plane + i];
      sum += w * d * d / 3;
    }
    total += w;
  }
  return total > 0 ? sqrt(sum / total) : 0;
}

double sm_detail_sigma(double detail, double usual) { return detail < 1 ? usual * detail / (1 - detail) : INFINITY; }

/* to[0 .. count) += weight * from[0 .. count) */
static void add_row(float weight, const float *from, float *to, int count) {
  for (int i = 0; i < count; i++) to[i] += weight * from[i];
}

/* to := what is around each pixel of `from`, by a Gaussian, the edges repeated; `from` is used up. */
void sm_detail_around(float *from, int size, float *to) {
  static const double deviation = 1.5; /* pixels of 128 */
  const int reach = (int)ceil(3 * deviation * size / 128);
  double total = 0;
  float gauss[2 * MOST_REACH + 1], row[MOST_SIZE + 2 * MOST_REACH];
  assert(reach <= MOST_REACH && size <= MOST_SIZE);
  for (int d = -reach; d <= reach; d++) total += exp(-0.5 * pow(d / (deviation * size / 128), 2));
  for (int d = -reach; d <= reach; d++) gauss[d + reach] = (float)(exp(-0.5 * pow(d / (deviation * size / 128), 2)) / total);
  for (int y = 0; y < size; y++) { /* across, in place, from a row that goes on at both ends as it ends */
    float *line = from + (size_t)y * (size_t)size;
    for (int x = -reach; x < size + reach; x++) row[x + reach] = line[x < 0 ? 0 : x >= size ? size - 1 : x];
    memset(line, 0, (size_t)size * sizeof *line);
    for (int d = 0; d <= 2 * reach; d++) add_row(gauss[d], row + d, line, size);
  }
  memset(to, 0, (size_t)size * (size_t)size * sizeof *to);
  for (int y = 0; y < size; y++)
    for (int d = -reach; d <= reach; d++) {
      const int at = y + d < 0 ? 0 : y + d >= size ? size - 1 : y + d;
      add_row(gauss[d + reach], from + (size_t)at * (size_t)size, to + (size_t)y * (size_t)size, size);
    }
}

void sm_detail_changed(const float *before, const float *after, int size, float *changed, float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  for (size_t i = 0; i < plane; i++) {
    float square = 0;
    for (size_t p = 0; p < 3; p++) square += (after[p * plane + i] - before[p * plane + i]) * (after[p * plane + i] - before[p * plane + i]);
    work[i] = square / 3;
  }
  sm_detail_around(work, size, changed);
}

/* to := the sum over colours of a b, smoothed. `work` is used up. */
static void smooth_product(const float *a, const float *b, int size, float *to, float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  for (size_t i = 0; i < plane; i++) work[i] = a[i] * b[i] + a[plane + i] * b[plane + i] + a[2 * plane + i] * b[2 * plane + i];
  sm_detail_around(work, size, to);
}

static const float NOISE = 3e-4f; /* of three variances */

/* Around each pixel, summed over colours: the covariance, both variances. `work`: 3 planes. */
static void moments(const float *before, const float *after, int size, float *both, float *of_before, float *of_after, float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  float *used = work, *mean_before = work + plane, *mean_after = work + 2 * plane;
  smooth_product(before, after, size, both, used);
  smooth_product(after, after, size, of_after, used);
  smooth_product(before, before, size, of_before, used);
  for (size_t p = 0; p < 3; p++) {
    memcpy(used, before + p * plane, plane * sizeof *used);
    sm_detail_around(used, size, mean_before);
    memcpy(used, after + p * plane, plane * sizeof *used);
    sm_detail_around(used, size, mean_after);
    for (size_t i = 0; i < plane; i++) {
      both[i] -= mean_before[i] * mean_after[i];
      of_after[i] -= mean_after[i] * mean_after[i];
      of_before[i] -= mean_before[i] * mean_before[i];
    }
  }
  for (size_t i = 0; i < plane; i++) {
    both[i] = fmaxf(both[i], 0), of_before[i] = fmaxf(of_before[i], 0) + NOISE, of_after[i] = fmaxf(of_after[i], 0) + NOISE;
  }
}

void sm_detail_followed(const float *before, const float *after, int size, float *agree, float *gain, float *work) {
  static const float most = 2; /* of contrast */
  const size_t plane = (size_t)size * (size_t)size;
  float *own = work + 3 * plane;
  moments(before, after, size, agree, own, gain, work);
  for (size_t i = 0; i < plane; i++) {
    const float both = agree[i], of_after = gain[i];
    gain[i] = fminf(both / own[i], most);
    agree[i] = sm_rise(both * both / (own[i] * of_after), 0.5f, 0.9f) * sm_rise(gain[i], 0.25f, 0.6f);
  }
}

void sm_detail_foreign(const float *before, const float *after, int size, float *foreign, float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  float *own = work + 3 * plane, *of_after = work + 4 * plane;
  moments(before, after, size, foreign, own, of_after, work);
  for (size_t i = 0; i < plane; i++)
    foreign[i] = sm_rise(own[i], 0.03f, 0.1f) * (1 - sm_rise(foreign[i] * foreign[i] / (own[i] * of_after[i]), 0.2f, 0.5f));
}

void sm_detail_keep(const float *changed, size_t plane, double sigma, float *keep) {
  const float rate = (float)(-1 / (sigma * sigma));
  for (size_t i = 0; i < plane; i++) keep[i] = sigma > 0 ? expf(rate * changed[i]) : 0;
}

void sm_detail_keep_both(const float *changed_a, const float *changed_b, size_t plane, double sigma, float *keep_a,
                         float *keep_b) {
  static const float same = 1e-4f; /* below this both are as near */
  const float rate = (float)(-1 / (sigma * sigma));
  for (size_t i = 0; i < plane; i++) {
    const float a = changed_a[i], b = changed_b[i], share = (b + same) / (a + b + 2 * same);
    keep_a[i] = sigma > 0 ? share * expf(rate * a) : 0;
    keep_b[i] = sigma > 0 ? (1 - share) * expf(rate * b) : 0;
  }
}
