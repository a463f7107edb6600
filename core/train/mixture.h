/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mixtures of two pictures of a step, as an edit makes them, which the discriminator of the joint phase must take for
 * real: x + mask (G(styles) - x), where the styles are the picture's, blended at every level with those of a second
 * one. */
#pragma once
#include "network/describe.h"
#include "train/spoil.h"
#include "train/step.h"

typedef enum sm_mixing {
  SM_REBUILT, /* the second is a collage, and its styles are taken everywhere */
  SM_HEALED,  /* the same where the mask has anything, as the first round of healing takes them */
  SM_BLENDED, /* the second is the other picture, its styles blended in softly */
  SM_MIXINGS
} sm_mixing;

/* The mixture of picture `number` of a run, drawn from both alone; `collage` has the region too where there is none. */
typedef struct sm_mixture {
  sm_damage collage;
  sm_mixing how;
} sm_mixture;
sm_mixture sm_mixture_draw(uint64_t seed, uint64_t number, int size);

/* Room for `count` mixtures; NULL without memory. One block, for sm_free. */
sm_mixtures *sm_mixtures_new(const sm_config *config, int count);
/* Fills in mixture `place` of x with `other`. */
void sm_mixtures_fill(sm_mixtures *mixtures, const sm_config *config, int place, const sm_mixture *mixture,
                      const float *x, const float *other);
