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

/* A row of the layer's pixels, corrected. `spread`: the correction's planes, `plane` apart; `laid`: the collage's, n. */
static void correct_row(const float *spread, size_t plane, const float *laid, const float *mask, float strength, size_t n,
                        float *pixels) {
  const float *of_target = spread + SM_CORRECTION_TARGET * plane, *of_collage = spread + SM_CORRECTION_COLLAGE * plane;
  for (size_t p = 0; p < 3; p++) {
    const float *added = spread + p * plane, *collage = laid + p * n;
    for (size_t i = 0; i < n; i++) {
      const float own = sm_unit(pixels[4 * i + p]);
      const float unit = sm_unit(added[i] + of_target[i] * own + of_collage[i] * collage[i]); /* finite whatever the network gave */
      pixels[4 * i + p] = mask[i] > 0 ? own + strength * (unit - own) : own;
    }
  }
  for (size_t i = 0; i < n; i++) pixels[4 * i + 3] = sm_unit(pixels[4 * i + 3]);
}

stylemap_status sm_correct(const stylemap_layer *target, const stylemap_placement *placement, const float *added, int size,
                           const sm_collage *c, float clone, double strength, int x, int y, int w, int h,
                           const stylemap_layer *result, stylemap_error *error) {
  const sm_affine square = sm_affine_of(placement, size);
  int rows = sm_band_rows(w, SM_CORRECTION_PLANES + 4);
  rows = rows > h ? h : rows;
  const size_t floats = (size_t)rows * (size_t)w * (SM_CORRECTION_PLANES + 4) + 3 * (size_t)w;
  float *spread = sm_alloc(floats, sizeof(float));
  if (!spread) return sm_no_memory(error, floats * sizeof(float));
  float *band = spread + SM_CORRECTION_PLANES * (size_t)rows * (size_t)w, *laid = band + 4 * (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  for (int at = y; at < y + h; at += rows) {
    const int n = y + h - at < rows ? y + h - at : rows;
    const size_t pixels = (size_t)n * (size_t)w;
    if (target->read(target->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(sm_spread(added, SM_CORRECTION_PLANES, size, &square, x, at, w, n, spread, error));
    for (size_t j = 0; j < (size_t)n; j++) {
      const size_t wide = (size_t)w, row = j * wide;
      const int down = at + (int)j - c->y, across = x - c->x;
      sm_collage_row(c, clone, down, across, w, laid);
      correct_row(spread + row, pixels, laid, c->mask + (size_t)down * (size_t)c->width + (size_t)across, (float)strength, wide,
                  band + 4 * row);
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
