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

stylemap_status sm_check_rectangle(const stylemap_layer *layer, int x, int y, int w, int h, stylemap_error *error) {
  if (x < 0 || y < 0 || w < 1 || h < 1 || w > layer->width - x || h > layer->height - y)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The pasted rectangle is not on the layer."), NULL);
  return STYLEMAP_OK;
}

stylemap_status sm_layer_stopped(stylemap_error *error) {
  return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

/* Samples into a block of its own, so that the caller's stays untouched on failure. */
static stylemap_status sample(const stylemap_layer *layer, const stylemap_placement *p, int size, sm_planes planes,
                              const sm_part_of_square *part, float *to, stylemap_error *error) {
  SM_TRY(sm_check_placement(layer, p, size, error));
  const sm_affine map = sm_affine_of(p, size);
  const int mask = planes == SM_PLANES_MASK;
  const size_t w = (size_t)part->width, h = (size_t)part->height, side = (size_t)size, count = (size_t)planes * w * h;
  float *out = sm_alloc(count, sizeof(float));
  if (!out) return sm_no_memory(error, count * sizeof(float));
  stylemap_status status = sm_warp(layer, planes, mask ? SM_RESAMPLE_COVER : SM_RESAMPLE_PICTURE, &map, part->x, part->y,
                                   part->width, part->height, out, error);
  for (size_t row = 0; row < (size_t)planes * h && status == STYLEMAP_OK; row++) {
    float *at = to + (row / h * side + (size_t)part->y + row % h) * side + (size_t)part->x;
    for (size_t i = 0; i < w; i++) {
      const float v = mask ? out[row * w + i] : 2 * out[row * w + i] - 1, least = mask ? 0 : -1;
      at[i] = !(v > least) ? least : v > 1 ? 1 : v;
    }
  }
  sm_free(out);
  return status;
}

stylemap_status sm_sample_part(const stylemap_layer *layer, const stylemap_placement *p, int size,
                               const sm_part_of_square *part, float *image, stylemap_error *error) {
  return sample(layer, p, size, SM_PLANES_PICTURE, part, image, error);
}

stylemap_status sm_sample_mask_part(const stylemap_layer *mask, const stylemap_placement *p, int size,
                                    const sm_part_of_square *part, float *values, stylemap_error *error) {
  return sample(mask, p, size, SM_PLANES_MASK, part, values, error);
}

stylemap_status stylemap_sample(const stylemap_layer *layer, const stylemap_placement *p, int size, float *image,
                                stylemap_error *error) {
  const sm_part_of_square all = {0, 0, size, size};
  return sample(layer, p, size, SM_PLANES_PICTURE, &all, image, error);
}

stylemap_status stylemap_sample_mask(const stylemap_layer *mask, const stylemap_placement *p, int size, float *values,
                                     stylemap_error *error) {
  const sm_part_of_square all = {0, 0, size, size};
  return sample(mask, p, size, SM_PLANES_MASK, &all, values, error);
}
