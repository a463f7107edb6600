/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame/resample.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

static int clamp(int v, int top) { return v < 0 ? 0 : v > top ? top : v; }

/* Catmull-Rom (a = -1/2). */
static double cubic(double t) {
  t = fabs(t);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  if (t < 2) return ((-0.5 * t + 2.5) * t - 4) * t + 2;
  return 0;
}

/* Adds weight `w` of source pixel `i` to output `o`, whose window starts at first[o]. */
static void add(sm_axis *a, int o, int i, int size, double w) {
  i = clamp(i, size - 1) - a->first[o];
  a->weight[(size_t)o * (size_t)a->most + (size_t)i] += (float)w;
  if (i + 1 > a->taps[o]) a->taps[o] = i + 1;
}

stylemap_status sm_axis_new(sm_resampling how, double origin, double step, int first_out, int count, int size,
                            sm_axis *a, stylemap_error *error) {
  int enlarge = how == SM_RESAMPLE_PICTURE && step < 1;
  *a = (sm_axis){.count = count, .most = enlarge ? 4 : (int)ceil(step) + 1};
  a->first = sm_alloc((size_t)count, sizeof *a->first);
  a->taps = sm_calloc((size_t)count, sizeof *a->taps);
  a->weight = sm_calloc((size_t)count * (size_t)a->most, sizeof *a->weight);
  if (!a->first || !a->taps || !a->weight) {
    sm_axis_free(a);
    return sm_no_memory(error, (uint64_t)count * (uint64_t)a->most * sizeof *a->weight);
  }
  for (int o = 0; o < count; o++) {
    double from = origin + (first_out + o) * step, to = origin + (first_out + o + 1) * step;
    if (enlarge) {
      double centre = (from + to) / 2 - 0.5;
      int i = (int)floor(centre);
      a->first[o] = clamp(i - 1, size - 1);
      for (int k = -1; k <= 2; k++) add(a, o, i + k, size, cubic(centre - (i + k)));
    } else {
      int i0 = (int)floor(from), i1 = (int)ceil(to);
      if (i1 <= i0) i1 = i0 + 1;
      a->first[o] = clamp(i0, size - 1);
      for (int i = i0; i < i1 && i - i0 < a->most; i++) {
        double cover = (i + 1 < to ? i + 1 : to) - (i > from ? i : from);
        if (cover > 0) add(a, o, i, size, cover / (to - from));
      }
    }
  }
  return STYLEMAP_OK;
}

void sm_axis_free(sm_axis *a) {
  sm_free(a->first);
  sm_free(a->taps);
  sm_free(a->weight);
  memset(a, 0, sizeof *a);
}
