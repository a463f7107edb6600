/* SPDX-License-Identifier: GPL-3.0-or-later
 * What was selected of a reference, and what only lies around it: hair that a region holds nearly all of is its content, skin and wall of
 * which most lies beyond are not. */
#pragma once
#include "base/error.h"

enum { SM_CONTENT_SIDE = 48 /* samples of the reference's square */, SM_CONTENT_MOST = SM_CONTENT_SIDE * SM_CONTENT_SIDE };

/* Samples of a reference's square. */
typedef struct sm_content {
  int count;                         /* of those that follow: transparent ones are left out */
  float colours[3 * SM_CONTENT_MOST]; /* R'G'B' 0..1, three numbers each */
  float laid[SM_CONTENT_MOST];       /* 0..1: how much of it lies in the region */
} sm_content;

/* Cells of the target layer, and how much of the reference is laid there. */
typedef struct sm_content_cells {
  int x, y, cell, across, down; /* as in sm_collage */
  const float *laid;            /* 0..1 */
} sm_content_cells;

/* Reads SM_CONTENT_SIDE rows of the picture: no means are taken, so that large pictures cost no more. `target`: the square that
 * the piece's is laid on. */
stylemap_status sm_content_find(const stylemap_piece *piece, const stylemap_placement *target, const sm_content_cells *cells,
                                sm_content *content, stylemap_error *error);
/* How much of what has about the colour (0..1) lies in the region, 0..1; `width`: as far as colours are alike. 0 of none. */
float sm_content_share(const sm_content *content, const float colour[3], float width);
