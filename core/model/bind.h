/* SPDX-License-Identifier: GPL-3.0-or-later
 * NAMED TENSORS -> BOUND WEIGHTS (rules M1 .. M6). */
#pragma once
#include "base/memory.h"
#include "model/direction.h"
#include "model/file/checkpoint.h"
#include "model/place.h"
#include "model/region.h"
#include "network/describe.h"

struct stylemap_model {
  stylemap_info info;
  sm_network network; /* its pointers are NULL until bound */
  int bound;
  float *weights;
  int64_t *batches;   /* num_batches_tracked of each BatchNorm2d, in the order of the walk */
  size_t batch_count;
  sm_place place;
  sm_region regions[STYLEMAP_REGIONS];
  sm_directions directions;
  sm_buffer texts;    /* key, value, key, value ..., each closed */
  size_t text_count;  /* pairs */
};

/* Fills model->network.config and model->info from the checkpoint: every expected tensor is there with its shape,
 * and no other. */
stylemap_status sm_bind_check(const sm_checkpoint *checkpoint, stylemap_model *model, stylemap_error *error);
/* stylemap_save with the mean stylemap that it stores. */
stylemap_status sm_model_save(const stylemap_model *model, const float *mean, const char *path,
                              const stylemap_save_options *options, stylemap_save_report *report,
                              stylemap_error *error);
/* Converts the weights, which must be finite, and sets the network's pointers. */
stylemap_status sm_bind_load(const sm_checkpoint *checkpoint, stylemap_model *model, uint64_t memory_limit,
                             stylemap_progress progress, void *data, stylemap_error *error);
/* Reads the weights for info.not_finite, and shows them to `take`, which may be NULL, alone: the model stays one that was only
 * inspected. */
stylemap_status sm_bind_count(const sm_checkpoint *checkpoint, stylemap_model *model, stylemap_take_weights take, void *data,
                              stylemap_error *error);
