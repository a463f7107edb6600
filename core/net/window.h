/* SPDX-License-Identifier: GPL-3.0-or-later
 * A part of the square, and what of each level the generator needs to draw it: for drafts. The levels above `first` are
 * made in part, so their normalisations' statistics must come from elsewhere; those below are made whole. */
#pragma once
#include "net/tiles.h"

/* Cells of 4 x 4 pixels, the tiles of gamma's convolution: rows y0 .. y1 - 1, columns x0 .. x1 - 1. */
typedef struct sm_cells {
  int y0, x0, y1, x1;
} sm_cells;

typedef struct sm_window {
  int first;                     /* level that is made in part, as all above it are; sm_level_count: none is */
  sm_cells cells[SM_MAX_LEVELS]; /* of what a level modulates, from `first` on */
  double saved;                  /* multiply-adds of gamma and beta that are not made, some half of all that is not */
} sm_window;

/* The window that draws these pixels of the square, the same as a whole drawing with the same statistics does. */
sm_window sm_window_of(const sm_network *network, int x, int y, int width, int height);
/* A level's tiles; and its cells as a map, row by row, for sm_conv_up_tiles. */
int sm_window_tiles(const sm_window *window, const sm_network *network, int level, int32_t *list);
void sm_window_mark(const sm_window *window, const sm_network *network, int level, unsigned char *cells);
