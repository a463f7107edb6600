/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network/blur.h"

#include <assert.h>
#include <math.h>

double sm_blur_tap(int i, double gain) {
  static const int tap[4] = {SM_TAP_OUTER, SM_TAP_INNER, SM_TAP_INNER, SM_TAP_OUTER};
  assert(i >= 0 && i < 16);
  return tap[i / 4] * tap[i % 4] * gain / SM_TAPS_SQUARED;
}

int sm_blur_is_standard(const float kernel[16], double gain) {
  for (int i = 0; i < 16; i++)
    if (!(fabs(sm_blur_tap(i, gain) - kernel[i]) <= 1e-6)) return 0;
  return 1;
}

int sm_blur_fir(const float *kernel, double gain, sm_fir *fir) {
  float standard[16];
  for (int i = 0; i < 16; i++) standard[i] = (float)sm_blur_tap(i, gain);
  sm_fir_from(kernel ? kernel : standard, fir);
  return !kernel || sm_blur_is_standard(kernel, gain);
}
