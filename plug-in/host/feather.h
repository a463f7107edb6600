/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far a selection's edge is softened where nobody says it in pixels. */
#pragma once
#include "host/mask.h"

typedef struct {
  gdouble radius; /* pixels that the selection is feathered by */
  gdouble fade;   /* over so many the weights fall to 0 at those edges of the square that lie inside the layer */
} Feather;

/* What the source's feather comes to on a width x height layer whose square is at `placement`. By size: the edge becomes as soft
 * as a feather of a 128th of the square's side makes a hard one, at most of two thirds of how wide the selection is, so that
 * something small is not blurred away; an edge that is soft already, more than pixels are, is softened by what it lacks alone.
 * Depends on that part of the selection that lies in the square. */
void feather_of (const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Feather *feather);

/* The widest that it can come to. */
gdouble feather_most (gdouble feather, const stylemap_placement *placement);
