/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures as a discriminator is shown them where there are few: in other colours, moved, with a part covered
 * ("DiffAugment", Zhao et al., NeurIPS 2020), the real and the made ones alike, so that it cannot learn the few by
 * heart. A view is linear in the picture, so its gradient comes back through it. */
#pragma once
#include "grad/tape.h"

/* In this order; all 0 but saturation and contrast, which are 1: the picture itself. */
typedef struct sm_view {
  double brightness;     /* added */
  double saturation;     /* each pixel's distance from its own mean */
  double contrast;       /* every number's distance from the picture's mean */
  int dx, dy;            /* pixel (x, y) shows (x + dx, y + dy); what lies outside is 0 */
  int left, top, covered; /* a square of this side, which may reach over the border, is 0 */
} sm_view;

/* out := the view of x, 3 x size x size both, not the same memory. */
void sm_view_apply(const sm_view *view, const real *x, int size, real *out);
/* The views (one a picture, which must outlive the tape's use) of planes with three channels. */
sm_variable *sm_layer_view(sm_tape *tape, sm_variable *x, const sm_view *views);
