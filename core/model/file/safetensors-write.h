/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tensors and texts -> a safetensors file, written beside and renamed. */
#pragma once
#include "model/file/checkpoint.h"

typedef struct sm_out_tensor {
  const char *name;
  sm_kind kind; /* SM_F32 or SM_F16: `values`; SM_I64: a single number, `integer` */
  int rank;
  int64_t size[SM_MAX_RANK];
  const float *values;
  const uint16_t *halves; /* instead of `values` */
  int64_t integer;
} sm_out_tensor;

typedef struct sm_out_text {
  const char *key, *text;
} sm_out_text;

/* In the order given: put the widest kinds first, so that every tensor is aligned to its element. Names and texts
 * are valid UTF-8, names and keys unique. */
stylemap_status sm_safetensors_write(const char *path, const sm_out_tensor *tensors, size_t count,
                                     const sm_out_text *texts, size_t text_count, stylemap_error *error);
int64_t sm_out_numel(const sm_out_tensor *tensor);
