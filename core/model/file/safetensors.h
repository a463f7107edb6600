/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of tensors in a safetensors file (rules S1 .. S10). */
#pragma once
#include "model/file/json.h"

struct sm_safetensors {
  char *header;
  sm_json json;
  struct sm_named {
    const char *name; /* not closed; in the header */
    uint32_t length;
    sm_tensor tensor;
  } *tensors;
  size_t count, capacity;
};

/* The file is safetensors by F1: at least 10 bytes, the ninth `{`. */
stylemap_status sm_safetensors_read(const sm_file *file, sm_safetensors *safetensors, stylemap_error *error);
void sm_safetensors_free(sm_safetensors *safetensors);
/* What a checkpoint takes of its file, which is open. */
stylemap_status sm_read_safetensors(sm_checkpoint *checkpoint, stylemap_error *error);
/* The number of the tensor of that name, or SM_NONE. */
uint32_t sm_safetensors_find(const sm_safetensors *safetensors, const char *name);
/* *values := the numbers of the tensor of that name, to be freed by sm_free. Refused where it is missing (M3), has
 * another shape than `shape` (M4; -1 there: any size), or holds what is no finite number (M5). */
stylemap_status sm_safetensors_floats(const sm_file *file, const sm_safetensors *safetensors, const char *name, int rank,
                                      const int64_t *shape, float **values, stylemap_error *error);
