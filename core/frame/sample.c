/* SPDX-License-Identifier: GPL-3.0-or-later
 * Layer pixels -> the square's tensor. */
#include <math.h>

#include "base/memory.h"
#include "frame/frame.h"
#include "frame/warp.h"

stylemap_status sm_check_placement(const stylemap_layer *layer, const stylemap_placement *p, int size,
                                   stylemap_error *error) {
  if (!layer || !p || layer->width < 1 || layer->height < 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The layer has no pixels."), NULL);
  if (size < 1 || !isfinite(p->x) || !isfinite(p->y) || !isfinite(p->angle) || (p->mirror & ~1) || !(p->side >= 1 && p->side <= 1 << 20) ||
      !(fabs(p->x) <= 1 << 24) || !(fabs(p->y) <= 1 << 24))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The model's square is not on the layer."), NULL);
  return STYLEMAP_OK;
}

stylemap_status sm_layer_stopped(stylemap_error *error) {
  return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

/* Samples into a block of its own, so that the caller's stays untouched on failure. */
static stylemap_status sample(const stylemap_layer *layer, const stylemap_placement *p, int size, sm_resampling how,
                              sm_planes planes, float **out, stylemap_error *error) {
  SM_TRY(sm_check_placement(layer, p, size, error));
  const sm_affine map = sm_affine_of(p, size);
  size_t count = (size_t)planes * (size_t)size * (size_t)size;
  *out = sm_alloc(count, sizeof(float));
  if (!*out) return sm_no_memory(error, count * sizeof(float));
  stylemap_status status = sm_warp(layer, planes, how, &map, 0, 0, size, size, *out, error);
  if (status != STYLEMAP_OK) sm_free(*out);
  return status;
}

stylemap_status stylemap_sample(const stylemap_layer *layer, const stylemap_placement *p, int size, float *image,
                                stylemap_error *error) {
  float *out;
  SM_TRY(sample(layer, p, size, SM_RESAMPLE_PICTURE, SM_PLANES_PICTURE, &out, error));
  for (size_t i = 0; i < 3 * (size_t)size * (size_t)size; i++) {
    float v = 2 * out[i] - 1;
    image[i] = v < -1 ? -1 : v > 1 ? 1 : v;
  }
  sm_free(out);
  return STYLEMAP_OK;
}

stylemap_status stylemap_sample_mask(const stylemap_layer *mask, const stylemap_placement *p, int size, float *values,
                                     stylemap_error *error) {
  float *out;
  SM_TRY(sample(mask, p, size, SM_RESAMPLE_COVER, SM_PLANES_MASK, &out, error));
  for (size_t i = 0; i < (size_t)size * (size_t)size; i++) values[i] = !(out[i] > 0) ? 0 : out[i] > 1 ? 1 : out[i];
  sm_free(out);
  return STYLEMAP_OK;
}
