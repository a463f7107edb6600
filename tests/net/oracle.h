/* SPDX-License-Identifier: GPL-3.0-or-later
 * The network a second time: naive loops in double, written from the mathematics, shared with no shipped code.
 * Results are newly allocated (free them). */
#pragma once
#include "network/network.h"

typedef struct oracle_map {
  int c, h, w;
  double *v;
} oracle_map;

oracle_map oracle_new(int c, int h, int w);
oracle_map oracle_of(const float *v, int c, int h, int w);

oracle_map oracle_encode(const sm_network *n, const float *image);
oracle_map oracle_mapping(const sm_network *n, const float *z);
/* Fills levels[2 + 2 blocks]. */
void oracle_resize(const sm_network *n, oracle_map stylemap, oracle_map *levels);
oracle_map oracle_synth(const sm_network *n, const oracle_map *levels);
/* levels := blend(levels, reference) at every level; rule 0 soft, 1 any, 2 half. */
void oracle_blend(oracle_map level, oracle_map reference, const float *mask, int size, int rule, double strength);

/* Largest |a - b|, NaN counting as infinite. */
double oracle_difference(const float *a, oracle_map b);
double oracle_largest(oracle_map a);
