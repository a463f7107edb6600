/* SPDX-License-Identifier: GPL-3.0-or-later
 * A drawing on more pixels than the model draws: its edges as sharp there as they are in the drawing. */
#pragma once
#include "frame/frame.h"

/* How many pixels of a finer square it pays to have for one of the square's, a side, where a layer has more of them by `placement`:
 * 1 where hardly more, at most 4. */
int sm_crisp_factor(const stylemap_placement *placement, int size);
/* What sm_crisp and sm_lines_recoloured made, numbers of -1..1 to be added to a drawing; a factor of 1: nothing. */
typedef struct sm_edges {
  int factor;
  float *planes;
} sm_edges;

/* The rectangle of the finer square where `part` lies, and what a cubic reads around it. */
typedef struct sm_crisp_rectangle {
  int x, y, width, height;
} sm_crisp_rectangle;
sm_crisp_rectangle sm_crisp_reach(const sm_part_of_square *part, int size, int factor);
/* planes[count][size][size] of the square, at most 8 -> to[count] of that rectangle. */
stylemap_status sm_crisp_spread(const float *planes, int count, int size, int factor, const sm_crisp_rectangle *rectangle, float *to,
                                stylemap_error *error);

/* Adds to edges[3][factor size][factor size], where `part` of the square, that is seen, reaches: `by` (above 0) times what makes the edges
 * of `drawn` (3 planes of size x size, -1..1) crisp: where a ramp between two colours lacks what makes it a step, and as far as no other
 * detail is `kept` (a plane of size x size, 0..1). The drawing, spread, with that added has no colour beyond those around it; and what is
 * in `edges` already, lines, becomes hardly lighter than what is around. A factor above 1. */
stylemap_status sm_crisp(const float *drawn, const float *kept, int size, int factor, const sm_part_of_square *part, float by, float *edges,
                         stylemap_error *error);
