/* SPDX-License-Identifier: GPL-3.0-or-later
 * The low-pass of every layer that halves or doubles: [1,3,3,1] / 8 along each axis, times a gain. */
#pragma once
#include "kernels/convolve.h"

enum {
  SM_TAP_OUTER = 1, /* the taps are outer, inner, inner, outer */
  SM_TAP_INNER = 3,
  SM_TAPS_SQUARED = 4 * (SM_TAP_OUTER + SM_TAP_INNER) * (SM_TAP_OUTER + SM_TAP_INNER),
  SM_GAIN_HALVE = 1,
  SM_GAIN_DOUBLE = 4, /* zeros go between the pixels; the gain makes up for them */
};

/* Tap i (0 .. 15, row by row) of the 4 x 4 kernel. Exact in float. */
double sm_blur_tap(int i, double gain);
/* Whether a stored 4 x 4 kernel is that one within 1e-6. */
int sm_blur_is_standard(const float kernel[16], double gain);
/* A stored kernel, or the standard one (NULL), as the kernels want it; whether it is the standard one. */
int sm_blur_fir(const float *kernel, double gain, sm_fir *fir);
