/* SPDX-License-Identifier: GPL-3.0-or-later
 * How much of a picture's own detail stays where a model drew the square anew. */
#pragma once

#include <math.h>
#include <stddef.h>

/* 0 up to `none`, 1 from `all` on, smooth. */
static inline float sm_rise(float v, float none, float all) {
  const float x = fminf(fmaxf((v - none) / (all - none), 0), 1);
  return x * x * (3 - 2 * x);
}

/* Root of the mean squared change from `before` to `after` (3 planes of `plane` pixels each), weighed by `weights`, a number
 * a pixel, or by nothing if it is NULL; 0 where all weights are 0. */
double sm_change(const float *before, const float *after, const float *weights, size_t plane);

/* The change, in numbers of -1..1, that takes a picture's own detail away where what is drawn is new: it has no lines of the
 * picture. */
#define SM_DETAIL_NEW 0.1

/* The change, in numbers of -1..1, that takes most of the detail away: `usual` at a wish of 0.5, 0 at 0, all at 1. */
double sm_detail_sigma(double detail, double usual);
/* to := what a plane of size x size is around each pixel, the edges repeated; `from` is used up. */
void sm_detail_around(float *from, int size, float *to);
/* changed[size x size] := the mean squared change from `before` to `after` (3 planes each) around the pixel. `work` is as
 * large as `changed`. */
void sm_detail_changed(const float *before, const float *after, int size, float *changed, float *work);
/* Are the lines of `after` around each pixel those of `before` (3 planes each), perhaps in other colours? agree[size x size] :=
 * how surely, 0 to 1, by their correlation, and 0 where there is but a trace of them; gain := how much of before's contrast they
 * have, at most 2. `work`: 4 planes. */
void sm_detail_followed(const float *before, const float *after, int size, float *agree, float *gain, float *work);
/* foreign[size x size] := how surely `before` has plain lines around the pixel that `after` lacks, 0 to 1. `work`: 5 planes. */
void sm_detail_foreign(const float *before, const float *after, int size, float *foreign, float *work);
/* keep := exp(-(s / sigma)^2) where s * s is `changed`, both of `plane` pixels; they may be one. */
void sm_detail_keep(const float *changed, size_t plane, double sigma, float *keep);
/* Where two pictures' detail could stay, the one that the drawing is nearer to gets more: shares keep_a and keep_b by how
 * far it is from each, changed_a and changed_b, before what sigma takes away. */
void sm_detail_keep_both(const float *changed_a, const float *changed_b, size_t plane, double sigma, float *keep_a,
                         float *keep_b);
