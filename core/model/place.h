/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a model knows of where its pictures' subjects lie: the tensors place.* of its file, made by edit/place-learn.c and
 * used by edit/place.c. They are no part of g_ema and e_ema, so a model without them is the same model. */
#pragma once
#include "model/file/checkpoint.h"
#include "network/network.h"

enum {
  SM_PLACE_STAGES = 3, /* far, near, nearest */
  SM_PLACE_ROWS = 5,   /* right and down in sides of the square, log of the scale, angle; how well it lies, 0..1 */
};
enum { SM_PLACE_USUAL, SM_PLACE_SHARE, SM_PLACE_SCORE, SM_PLACE_LIMITS };

typedef struct sm_place {
  int features;   /* of a stylemap; 0: the model has not learnt to place */
  float *regress; /* [STAGES][ROWS][features + 1]: place.regress; the last of a row is its constant. Owned */
  /* place.limits: median error of reconstructions of well placed pictures (mean squared, -1..1), the largest error of their middle
   * by the variance there, and the least score, that still count as known */
  float limits[SM_PLACE_LIMITS];
} sm_place;

/* Cells a side that a stylemap is averaged to. */
int sm_place_side(const sm_config *config);
int sm_place_features(const sm_config *config);

/* Fills `place` from the checkpoint, which may have none. Refused by M3, M4 or M5 where it has only a part, another
 * shape, or numbers that are not finite. */
stylemap_status sm_place_read(const sm_checkpoint *checkpoint, const sm_config *config, sm_place *place,
                              stylemap_error *error);
