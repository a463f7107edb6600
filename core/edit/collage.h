/* SPDX-License-Identifier: GPL-3.0-or-later
 * References laid over a target, as a person would paste them, at the target's own resolution. */
#pragma once
#include "base/error.h"
#include "frame/affine.h"

/* What lies on a rectangle of the target layer. Numbers are R'G'B' 0..1, planes of height x width. */
typedef struct sm_collage {
  int x, y, width, height; /* on the target layer */
  float *colours; /* 3 planes: references copied over the target */
  float *shift;   /* 3 planes: what cloning adds to them; or NULL */
  float *mask;    /* 1 plane: how much of any reference there is */
} sm_collage;

/* Reads, places and lays the pieces one over the other. `clones`: with what the membrane of each, over those below it, adds,
 * so that one collage serves as copied, cloned and everything between. Free with sm_collage_free. */
stylemap_status sm_collage_new(const stylemap_layer *target, const stylemap_placement *placement,
                               const stylemap_piece *pieces, int count, int clones, int x, int y, int width, int height,
                               sm_collage *collage, stylemap_error *error);
void sm_collage_free(sm_collage *collage);
/* Adds an offset (of numbers -1..1) to the references' colours, for good. */
void sm_collage_shift(sm_collage *collage, const float offset[3]);

/* Target pixels -> reference pixels, where the reference's square is laid on the target's. */
sm_affine sm_collage_map(const stylemap_placement *target, const stylemap_placement *reference);

/* A number of the collage, cloned by `clone` (0..1; not NULL shift where it is above 0). */
static inline float sm_collage_at(const sm_collage *c, float clone, size_t i) {
  return clone > 0 ? c->colours[i] + clone * c->shift[i] : c->colours[i];
}

/* The target with the collage in the rectangle, as a model sees it: a colour is what it is however little of it is let
 * through, so alpha is 0 or 1. And the collage's mask, 0 outside the rectangle. The layers live as long as `of`. */
typedef struct sm_collage_layer {
  const stylemap_layer *target;
  const sm_collage *collage;
  float clone;
} sm_collage_layer;
stylemap_layer sm_collage_picture(sm_collage_layer *of);
stylemap_layer sm_collage_mask(sm_collage_layer *of);
