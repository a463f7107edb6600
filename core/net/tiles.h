/* SPDX-License-Identifier: GPL-3.0-or-later
 * The levels of a pyramid as what they feed, and the tiles of gamma's convolution, in which modulations are made and
 * remembered. */
#pragma once
#include "network/network.h"

/* Which modulation a level of the pyramid feeds. */
typedef struct sm_level_modulation {
  const sm_styled *layer;
  int to_rgb;             /* the last level: beta goes through the 1x1 to three channels */
  int channels, side;     /* of what is modulated, and of gamma */
  int beta_channels;      /* channels, or 3 */
  int rows, columns, step, tiles; /* of gamma's convolution */
} sm_level_modulation;

sm_level_modulation sm_modulation_of(const sm_network *network, int level);
/* Of one tile's record, see cache.h: all of it, and gamma, its beginning. */
size_t sm_record_floats(const sm_level_modulation *modulation);
size_t sm_gamma_floats(const sm_level_modulation *modulation);
/* Floats of what the normalisations of the levels below `level` multiply by and add. */
size_t sm_statistics_floats(const sm_network *network, int level);

/* The weight of the reference all over the window of a tile of gamma's convolution; -1 where it varies. `weight`: the
 * level's, side x side. */
float sm_window_weight(const float *weight, int side, int row, int column, int step);

/* A transposed convolution's result is made, in tiles of 6 x 6 pixels, before its blur. From pixels *first .. *last of what is
 * blurred to those of the smaller map that they are made from, which may lie beyond it. */
void sm_up_reads(int *first, int *last);
/* The tiles that cells, 4 x 4 pixels of what is blurred, are made from, those that are marked in `cells` row by row. */
int sm_up_tiles(const unsigned char *cells, int side, int32_t *list);
