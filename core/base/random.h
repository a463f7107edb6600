/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers that are the same on every machine: no libm, no floating-point environment. */
#pragma once
#include <stdint.h>

/* Philox 4x32-10 (Salmon et al., SC 2011), counter = (block, index), key = seed. Each block of four words
 * gives two pairs, each pair two N(0,1) numbers by the polar-free inverse in random.c. */
void sm_random_normal(uint64_t seed, uint64_t index, float *out, int count);
/* 32 random bits: word `n` of stream `index`. */
uint32_t sm_random_bits(uint64_t seed, uint64_t index, uint64_t n);
