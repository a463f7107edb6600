/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a model changed in the square, applied to the layer's own pixels. */
#pragma once
#include "edit/collage.h"
#include "edit/crisp.h"

/* In the square, `size` x `size`: 3 planes of what is added (R'G'B' 0..1), how much of the target's own detail stays, how
 * much of the collage's. */
enum { SM_CORRECTION_PLANES = 5, SM_CORRECTION_TARGET = 3, SM_CORRECTION_COLLAGE = 4 };

/* To the planes of `added`, whose plane `of` is the target's or the collage's: `follow` times (a plane) the lines of that picture
 * that are finer than `seen`, what the square saw of it (3 planes, -1..1). */
void sm_correction_follow(const float *seen, const float *follow, int size, int of, float *added);
/* Planes of `added` := what is added when `drawn` replaces what the model makes of the target and of the collage (3 planes
 * each, -1..1), by the two planes of detail behind it, which are set. */
void sm_correction(const float *drawn, const float *of_target, const float *of_collage, int size, float *added);
/* Writes the rectangle of `result`, which the collage covers: by `strength` (0..1) from the target to added + `edges` + target's share +
 * collage's share, where the collage has a mask above 0. Alpha is the target's. */
stylemap_status sm_correct(sm_pool *pool, const stylemap_layer *target, const stylemap_placement *placement, const float *added, int size,
                           const sm_edges *edges, const sm_collage *collage, float clone, double strength, int x, int y, int w, int h,
                           const stylemap_layer *result, stylemap_error *error);
