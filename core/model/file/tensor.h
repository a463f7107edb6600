/* SPDX-License-Identifier: GPL-3.0-or-later
 * A view of a file -> floats in row-major order. */
#pragma once
#include "model/file/checkpoint.h"

enum { SM_LOADER_WINDOW = 1 << 18 };

typedef struct sm_loader {
  const sm_file *file;
  stylemap_progress progress; /* may be NULL */
  void *data;
  uint64_t done, total; /* elements */
  uint64_t not_finite;  /* met so far */
  uint64_t window_at;
  size_t window_size, window_want;
  uint8_t window[SM_LOADER_WINDOW];
} sm_loader;

void sm_loader_init(sm_loader *loader, const sm_file *file, uint64_t total, stylemap_progress progress, void *data);

/* Float as it is, half and bfloat16 exact, double rounded to nearest. `tensor` is of a floating-point kind and
 * `to` has room for the product of its sizes. STYLEMAP_CANCELLED where the progress callback says so. */
stylemap_status sm_loader_floats(sm_loader *loader, const sm_tensor *tensor, float *to, stylemap_error *error);
/* The same of an SM_F16 tensor, as it is. */
stylemap_status sm_loader_halves(sm_loader *loader, const sm_tensor *tensor, uint16_t *to, stylemap_error *error);
