/* SPDX-License-Identifier: GPL-3.0-or-later
 * One axis of a resampling: which source pixels, with which weights, make each output pixel. */
#pragma once
#include "base/error.h"

typedef enum sm_resampling {
  SM_RESAMPLE_PICTURE, /* exact area average when shrinking, Catmull-Rom cubic when enlarging, identity at 1:1 */
  SM_RESAMPLE_COVER,   /* exact area average always: never negative, above 0 wherever it touches something */
} sm_resampling;

typedef struct sm_axis {
  int count;      /* output pixels */
  int *first;     /* [count] first source pixel */
  int *taps;      /* [count] */
  float *weight;  /* [count][most], sums of 1 */
  int most;
} sm_axis;

/* Output pixel o (first_out <= o < first_out + count) covers origin + o * step .. origin + (o + 1) * step of the
 * source, whose pixels are 0 .. size - 1; beyond them the edge pixel repeats. Free with sm_axis_free. */
stylemap_status sm_axis_new(sm_resampling how, double origin, double step, int first_out, int count, int size,
                            sm_axis *axis, stylemap_error *error);
void sm_axis_free(sm_axis *axis);
