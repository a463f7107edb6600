/* SPDX-License-Identifier: GPL-3.0-or-later
 * A reference in the target's colours, each of its parts in its own: skin becomes the target's skin and the wall its wall, hair stays as it is.
 * What is missing to the target at a region's edge is spread inwards as far as the reference's colours go on, not across its lines (Levin,
 * Lischinski, Weiss, Colorization using optimization, SIGGRAPH 2004; Lischinski, Farbman, Uyttendaele, Szeliski, Interactive local
 * adjustment of tonal values, SIGGRAPH 2006). */
#pragma once
#include "edit/content.h"

/* What a region is toned by: a grid of cells of width x height. */
typedef struct sm_tone_cells {
  int width, height;
  const float *reference;   /* 3 planes: the reference's colours, 0..1, where `known` is above 0 */
  const float *known;       /* how much of the reference there is */
  const float *differences; /* 3 planes: target - reference, where `counts` is above 0: around the region */
  const float *counts;      /* pixels that say so */
  int step;                 /* cells a side that are solved for as one, a power of two */
  double side;              /* of such a one, in 128ths of the square */
  const sm_content *content; /* what of the reference lies in the region */
} sm_tone_cells;

/* tone[3][height][width] := what to add to the reference. A colour at the region's edge is believed to be the target's colour beyond it as far as
 * neither is met more often with another one: hair that ends before a wall is not the wall, for that is where the reference's own wall
 * ends; and as far as most of the colour lies beyond the region: hair that was selected stays as it is where it meets the target's. Far from what is believed nothing is added. `tone` may be the reference's planes. */
stylemap_status sm_tone(const sm_tone_cells *cells, float *tone, stylemap_error *error);
