/* SPDX-License-Identifier: GPL-3.0-or-later
 * The square's tensor -> layer pixels. */
#include <math.h>

#include "base/memory.h"
#include "frame/frame.h"
#include "frame/warp.h"

/* The pixels of a band whose centres the square covers; `spread` is 3 planes of it. */
static void lay(const sm_affine *to_square, int size, int x, int y, int w, int h, const float *spread, float *band) {
  const size_t plane = (size_t)w * (size_t)h;
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w; i++) {
      double u, v;
      sm_affine_at(to_square, x + i + 0.5, y + j + 0.5, &u, &v);
      if (u < 0 || v < 0 || u > size || v > size) continue;
      const size_t at = (size_t)j * (size_t)w + (size_t)i;
      for (size_t c = 0; c < 3; c++) {
        const float value = (spread[c * plane + at] + 1) * 0.5f;
        band[4 * at + c] = !(value > 0) ? 0 : value > 1 ? 1 : value; /* finite whatever the network gave */
      }
    }
}

/* `image` itself, or where not all of it is finite a copy: NaN is mid-grey, infinity white or black. `*own` is to be
 * freed. NULL: no memory. */
static const float *all_finite(const float *image, size_t count, float **own) {
  size_t i = 0;
  *own = NULL;
  while (i < count && isfinite(image[i])) i++;
  if (i == count) return image;
  *own = sm_alloc(count, sizeof **own);
  for (i = 0; *own && i < count; i++) (*own)[i] = isfinite(image[i]) ? image[i] : image[i] > 0 ? 1 : image[i] < 0 ? -1 : 0;
  return *own;
}

stylemap_status stylemap_paste(const float *image, int size, const stylemap_placement *p, const stylemap_layer *target,
                               int x, int y, int w, int h, const stylemap_layer *result, stylemap_error *error) {
  SM_TRY(sm_check_placement(target, p, size, error));
  if (!image || !result || x < 0 || y < 0 || w < 1 || h < 1 || w > target->width - x || h > target->height - y)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The pasted rectangle is not on the layer."), NULL);
  const sm_affine square = sm_affine_of(p, size), to_square = sm_affine_inverse(&square);
  int rows = sm_band_rows(w, 4);
  if (rows > h) rows = h;
  const size_t pixels = (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  float *own, *band = sm_alloc(pixels * 7, sizeof(float)), *spread = band ? band + 4 * pixels : NULL;
  const size_t count = 3 * (size_t)size * (size_t)size;
  const float *from = all_finite(image, count, &own);
  if (!band || !from) {
    status = sm_no_memory(error, (pixels * 7 + count) * sizeof(float));
    goto done;
  }
  for (int at = y; at < y + h; at += rows) {
    int n = y + h - at < rows ? y + h - at : rows;
    if (target->read(target->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(sm_spread(from, 3, size, &square, x, at, w, n, spread, error));
    lay(&to_square, size, x, at, w, n, spread, band);
    if (result->write(result->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(own);
  sm_free(band);
  return status;
}
