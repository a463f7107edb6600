/* SPDX-License-Identifier: GPL-3.0-or-later
 * References laid over a target, as a person would paste them, at the target's own resolution. */
#pragma once
#include "base/error.h"

/* A rectangle of the target layer and what lies on it. Numbers are R'G'B' 0..1, planes of height x width. */
typedef struct sm_collage {
  int x, y, width, height; /* on the target layer */
  float *target, *colours; /* 3 planes each: of the target, of the collage */
  float *alpha;            /* 1 plane: the target's */
  float *mask;             /* 1 plane: how much of any reference there is */
} sm_collage;

/* Reads, places and lays the pieces one over the other, and moves their colours as `start` says. Free with
 * sm_collage_free. */
stylemap_status sm_collage_new(const stylemap_layer *target, const stylemap_placement *placement,
                               const stylemap_piece *pieces, int count, stylemap_start start, int x, int y, int width,
                               int height, sm_collage *collage, stylemap_error *error);
void sm_collage_free(sm_collage *collage);
/* The target with `colours` (the collage's or its target's) in the rectangle, as a model sees it: a colour is what it is
 * however little of it is let through, so alpha is 0 or 1. And the collage's mask, 0 outside the rectangle. The layers
 * live as long as `of`. */
typedef struct sm_collage_layer {
  const stylemap_layer *target;
  const sm_collage *collage;
  const float *colours; /* 3 planes */
} sm_collage_layer;
stylemap_layer sm_collage_picture(sm_collage_layer *of);
stylemap_layer sm_collage_mask(sm_collage_layer *of);
