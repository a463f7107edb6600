/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "base/error.h"
#include "network/network.h"

struct stylemap_pyramid {
  int levels, size;
  int channels[SM_MAX_LEVELS], side[SM_MAX_LEVELS];
  float *level[SM_MAX_LEVELS]; /* level[0] owns the memory of all */
  /* Each level's 4 x 4 cells, row by row: whether its numbers are there; needed.c's notes. made[0] owns all of both. */
  int cells[SM_MAX_LEVELS];    /* in a row */
  unsigned char *made[SM_MAX_LEVELS], *wanted[SM_MAX_LEVELS];
};

static inline size_t sm_pixels(int side) { return (size_t)side * (size_t)side; }
void sm_level_shape(const sm_config *config, int level, int *channels, int *side);
int sm_level_count(const sm_config *config);

stylemap_status sm_pyramid_new(const sm_config *config, stylemap_pyramid **pyramid, stylemap_error *error);
/* Marks every cell as made, or as not made. */
void sm_pyramid_mark(stylemap_pyramid *pyramid, int made);
