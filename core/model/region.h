/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the parts of what a model draws lie in its square: the tensors regions.NAME of its file. They are no part of g_ema and
 * e_ema, so a model without them is the same model. */
#pragma once
#include "model/file/safetensors-write.h"

enum { SM_REGION_LEAST = 8, SM_REGION_MOST = 256 };

typedef struct sm_region {
  int side;      /* 0: the file does not tell */
  float *values; /* [side][side], 0..1. Owned */
} sm_region;

/* Whether all are from 0 to 1. */
int sm_region_is_good(const float *values, size_t count);
/* Fills `regions` from the checkpoint, which may have some or none. Refused by M4 or M5 where one is no square of 8 to 256
 * numbers a side, or holds others than 0 to 1. */
stylemap_status sm_regions_read(const sm_checkpoint *checkpoint, sm_region *regions, stylemap_error *error);
/* As it is written: region `number`, which is there. */
sm_out_tensor sm_region_out(const sm_region *region, int number);
void sm_regions_free(sm_region *regions);
