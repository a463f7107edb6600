/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/correct.h"

#include "base/memory.h"
#include "frame/frame.h"
#include "frame/warp.h"

void sm_correction(const float *drawn, const float *of_target, const float *of_collage, int size, float *added) {
  const size_t plane = (size_t)size * (size_t)size;
  const float *target = added + SM_CORRECTION_TARGET * plane, *collage = added + SM_CORRECTION_COLLAGE * plane;
  for (size_t i = 0; i < 3 * plane; i++) {
    added[i] = (drawn[i] + 1 - target[i % plane] * (of_target[i] + 1) - collage[i % plane] * (of_collage[i] + 1)) / 2;
  }
}

stylemap_status sm_correct(const stylemap_layer *target, const stylemap_placement *placement, const float *added, int size,
                           const sm_collage *c, float clone, double strength, int x, int y, int w, int h,
                           const stylemap_layer *result, stylemap_error *error) {
  const sm_affine square = sm_affine_of(placement, size);
  const size_t all = (size_t)c->width * (size_t)c->height;
  int rows = sm_band_rows(w, SM_CORRECTION_PLANES + 4);
  rows = rows > h ? h : rows;
  const size_t floats = (size_t)rows * (size_t)w * (SM_CORRECTION_PLANES + 4);
  float *spread = sm_alloc(floats, sizeof(float));
  if (!spread) return sm_no_memory(error, floats * sizeof(float));
  float *band = spread + SM_CORRECTION_PLANES * (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  for (int at = y; at < y + h; at += rows) {
    const int n = y + h - at < rows ? y + h - at : rows;
    const size_t pixels = (size_t)n * (size_t)w;
    if (target->read(target->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(sm_spread(added, SM_CORRECTION_PLANES, size, &square, x, at, w, n, spread, error));
    for (int j = 0; j < n; j++)
      for (int i = 0; i < w; i++) {
        const size_t to = (size_t)j * (size_t)w + (size_t)i;
        const size_t from = (size_t)(at + j - c->y) * (size_t)c->width + (size_t)(x + i - c->x);
        for (size_t p = 0; p < 3; p++) {
          const float own = sm_unit(band[4 * to + p]);
          const float details = spread[SM_CORRECTION_TARGET * pixels + to] * own +
                                spread[SM_CORRECTION_COLLAGE * pixels + to] * sm_collage_at(c, clone, p * all + from);
          const float unit = sm_unit(spread[p * pixels + to] + details); /* finite whatever the network gave */
          band[4 * to + p] = c->mask[from] > 0 ? own + (float)strength * (unit - own) : own;
        }
        band[4 * to + 3] = sm_unit(band[4 * to + 3]);
      }
    if (result->write(result->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(spread);
  return status;
}
