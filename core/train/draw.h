/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is random in a run, as a function of seed and place: nothing to save, the same on every rank. */
#pragma once
#include <stdint.h>

#include "base/random.h"
#include "grad/view.h"

/* Picture `number` (from 0, over the whole run) of a run over `pictures` pictures: every run of `pictures` numbers is a
 * permutation of its own. */
uint64_t sm_draw_picture(uint64_t seed, uint64_t pictures, uint64_t number);
int sm_draw_mirror(uint64_t seed, uint64_t number);
/* Noise z for picture `number`; `use` 0 for the generator's step, 1 for the discriminator's. */
void sm_draw_noise(uint64_t seed, uint64_t number, int use, float *z, int dim);
/* `count` numbers for the candidates of a step's matching (step.c); `number` counts steps of all ranks. */
void sm_draw_candidates(uint64_t seed, uint64_t number, float *z, int count);
/* The numbers that spoil picture `number` (spoil.h). */
sm_random sm_draw_damage(uint64_t seed, uint64_t number);
sm_random sm_draw_collage(uint64_t seed, uint64_t number); /* the same of its collage */
sm_random sm_draw_mixture(uint64_t seed, uint64_t number); /* what is made of that (mixture.h) */
/* Which of `pairs` pairs picture `number` is where it is a spoilt one; -1: none, in half of the cases. */
int64_t sm_draw_pair(uint64_t seed, uint64_t number, uint64_t pairs);
/* How the discriminator is shown picture `number`, for the step `use` (sm_seen, step.h): each change with probability
 * `share`. */
sm_view sm_draw_view(uint64_t seed, uint64_t number, int use, double share, int size);
/* The seed of the game that samples.c plays after `iteration` steps of a run. */
uint64_t sm_draw_game(uint64_t seed, uint64_t iteration);
