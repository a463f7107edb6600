/* SPDX-License-Identifier: GPL-3.0-or-later
 * A drawing on more pixels than the model draws: its edges as sharp there as they are in the drawing. */
#pragma once
#include "frame/frame.h"

/* How many pixels of a finer square it pays to have for one of the square's, a side, where a layer has more of them by `placement`:
 * 1 where hardly more, at most 4. */
int sm_crisp_factor(const stylemap_placement *placement, int size);
/* What sm_crisp made, numbers of -1..1 to be added to a drawing; a factor of 1: nothing. */
typedef struct sm_edges {
  int factor;
  float *planes;
} sm_edges;

/* edges[3][factor size][factor size] := `by` times what makes the edges of `drawn` (3 planes of size x size, -1..1) crisp: where a ramp
 * between two colours lacks what makes it a step, and as far as no other detail is `kept` (a plane of size x size, 0..1); 0 where `part`
 * of the square, that is seen, does not reach. The drawing, spread, with that added has no colour beyond those around it. A factor
 * above 1. */
stylemap_status sm_crisp(const float *drawn, const float *kept, int size, int factor, const sm_part_of_square *part, float by, float *edges,
                         stylemap_error *error);
