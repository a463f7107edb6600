/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers that are the same on every machine: whole-number arithmetic, + - * / and sqrt only, no libm. */
#pragma once
#include <stdint.h>

/* One independent stream per (seed, index). Bits: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) with the
 * seed as key and (block, index) as counter. Normal numbers: Marsaglia's polar method on pairs of 32-bit words,
 * x = (2 w + 1) / 2^32 - 1, rejected pairs skipped. */
typedef struct sm_random {
  uint32_t key[2], index[2];
  uint64_t block;
  uint32_t words[4];
  int used;      /* of `words` */
  int spare_set; /* the second number of a pair waits in `spare` */
  double spare;
} sm_random;

sm_random sm_random_stream(uint64_t seed, uint64_t index);
uint32_t sm_random_bits(sm_random *stream);
double sm_random_normal(sm_random *stream);
