/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: the square of a layer that a model sees. */
#ifndef STYLEMAP_FRAME_H
#define STYLEMAP_FRAME_H

#include "stylemap/base.h"

/* Where the model's square lies on a layer, in layer pixels (pixel i covers i .. i + 1): what a host stores
 * to paste back exactly. */
typedef struct stylemap_placement {
  double x, y;  /* centre */
  double side;  /* 1 .. 2^20 */
  double angle; /* radians, clockwise on screen: how far the square is turned from upright */
  int mirror;   /* 1: the square shows the layer with left and right exchanged (before it is turned) */
} stylemap_placement;

/* The centred square of side min(width, height). */
STYLEMAP_API void stylemap_fit(int width, int height, stylemap_placement *placement);

/* The whole layer pixels that `placement` touches, clipped to width x height. */
STYLEMAP_API void stylemap_bounds(const stylemap_placement *placement, int width, int height, int *x, int *y, int *w,
                                  int *h);

/* How far apart two squares lie: the mean distance of their corners, in sides of the second. */
STYLEMAP_API double stylemap_placement_distance(const stylemap_placement *a, const stylemap_placement *b);

/* A picture as a host has it. Pixels are float R'G'B'A (alpha not premultiplied, sRGB-encoded, 0..1), for a
 * mask one float 0..1. `read` fills a rectangle that lies inside the layer, `write` takes one; they return 0,
 * or non-zero to stop with STYLEMAP_CANCELLED. Rectangles come in bands from top to bottom, at most
 * about 16 MB each. */
typedef struct stylemap_layer {
  int width, height;
  void *data;
  int (*read)(void *data, int x, int y, int width, int height, float *pixels);
  int (*write)(void *data, int x, int y, int width, int height, const float *pixels);
} stylemap_layer;

/* Layer -> image (3 x size x size): over mid-grey where transparent; area average when shrinking, cubic when
 * enlarging, the identity at 1:1; clipped to -1..1. Each pixel is clipped to 0..1 first, NaN counts as 0. */
STYLEMAP_API stylemap_status stylemap_sample(const stylemap_layer *layer, const stylemap_placement *placement, int size,
                                             float *image, stylemap_error *error);
/* Mask layer -> 1 x size x size, by area average (enlarged: by exact cover), so a touched cell is above 0.
 * NaN counts as 0. */
STYLEMAP_API stylemap_status stylemap_sample_mask(const stylemap_layer *mask, const stylemap_placement *placement,
                                                  int size, float *values, stylemap_error *error);
/* Image -> the rectangle x, y, w, h of `result`, resampled back, clipped to 0..1, alpha from `target`.
 * The rectangle must lie inside the layer; outside the square the target's own pixels are written. NaN
 * in the image counts as 0, which is mid-grey. */
STYLEMAP_API stylemap_status stylemap_paste(const float *image, int size, const stylemap_placement *placement,
                                            const stylemap_layer *target, int x, int y, int w, int h,
                                            const stylemap_layer *result, stylemap_error *error);

#endif
