/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a model has learnt to change: the tensors directions.NAME of its file (stylemap/direction.h). They are no part of
 * g_ema and e_ema, so a model without them is the same model. */
#pragma once
#include "model/file/safetensors-write.h"
#include "network/network.h"

#define SM_DIRECTIONS "directions."
enum { SM_DIRECTION_NAME = 64, SM_DIRECTION_TEXT = 1000 /* bytes, less than these */ };

typedef struct sm_direction {
  char *key; /* "directions.NAME", as its tensor is called, and its text in __metadata__; owns the text, too */
  const char *name, *text;
  float *values; /* D x P x P */
} sm_direction;

typedef struct sm_directions {
  sm_direction *list;
  size_t count, capacity;
} sm_directions;

/* Adds those of the checkpoint, which may have none. Refused by S6 (a name), M4 or M5. */
stylemap_status sm_directions_read(const sm_checkpoint *checkpoint, const sm_config *config, sm_directions *directions,
                                   stylemap_error *error);
int sm_direction_named_well(const char *name, size_t length);
/* As the last one, without an earlier one of that name. Takes `values`, whatever comes of it. */
stylemap_status sm_directions_add(sm_directions *directions, const char *name, size_t length, const char *text,
                                  size_t text_length, float *values, stylemap_error *error);
void sm_directions_free(sm_directions *directions);

/* The tensor that is written of one, and lives as long as the direction. */
sm_out_tensor sm_direction_out(const sm_direction *direction, const sm_config *config);
