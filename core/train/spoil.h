/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spoilt pictures: what teaches an encoder to heal a collage. The encoder is shown a picture in which a region does not
 * belong (moved, turned, scaled, in other colours, with a rim of another picture), the losses ask for the picture. */
#pragma once
#include <stdint.h>

#include "base/random.h"

/* What happens to one picture, drawn from (seed, number) alone. Lengths in pixels, angles in radians. */
typedef struct sm_damage {
  int spoilt;             /* 0: the picture is shown as it is, and nothing else is set */
  double x, y, rx, ry;    /* the region: an ellipse by its centre and radii */
  double angle, edge;     /* its axes' angle; the width over which it fades, from inside to outside */
  double dx, dy, scale, turn; /* where its content comes from: moved, scaled, turned about the centre */
  double gain[3], offset[3];  /* of each channel, in -1..1 numbers */
  double rim;             /* the outer part of the radius that shows another picture; 0: none */
} sm_damage;

/* The damage of picture `number` of a run (counted over all ranks), of which the share `share` (0..1) is spoilt. */
sm_damage sm_damage_draw(uint64_t seed, uint64_t number, double share, int size);

/* A collage instead: the region shows another picture, moved, turned and scaled as a damage is, so that
 * sm_damage_apply lays a soft piece of `other` over x. */
sm_damage sm_collage_draw(uint64_t seed, uint64_t number, int size);

/* out := x spoilt; `other` is what a rim shows. All 3 x size x size in -1..1; `out` is neither of the others. */
void sm_damage_apply(const sm_damage *damage, const float *x, const float *other, int size, float *out);

/* How much of each pixel of `out` above is not x's, 0..1, size x size. */
void sm_damage_mask(const sm_damage *damage, int size, float *mask);

/* Which picture of a step's `count` the rim of picture `place` shows: its neighbour in the pair, which ranks of two or
 * more pictures have, too; the one before where there is none. */
static inline int sm_damage_other(int place, int count) {
  return (place ^ 1) < count ? place ^ 1 : place > 0 ? place - 1 : place;
}
