/* SPDX-License-Identifier: GPL-3.0-or-later
 * How much of a picture's own detail stays where a model drew the square anew. */
#pragma once

#include <stddef.h>

/* Root of the mean squared change from `before` to `after` (3 planes of `plane` pixels each), weighed by `weights`, a number
 * a pixel, or by nothing if it is NULL; 0 where all weights are 0. */
double sm_change(const float *before, const float *after, const float *weights, size_t plane);

/* The change, in numbers of -1..1, that takes most of the detail away: `usual` at a wish of 0.5, 0 at 0, all at 1. */
double sm_detail_sigma(double detail, double usual);
/* keep[size x size] := exp(-(s / sigma)^2), s the root of the mean squared change from `before` to `after` (3 planes each)
 * around the pixel. `work` is as large as `keep`. */
void sm_detail_to_keep(const float *before, const float *after, int size, double sigma, float *keep, float *work);
