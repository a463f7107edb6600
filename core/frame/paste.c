/* SPDX-License-Identifier: GPL-3.0-or-later
 * The square's tensor -> layer pixels. */
#include "base/memory.h"
#include "frame/frame.h"
#include "frame/resample.h"

typedef struct paste_run {
  const float *image;
  int size;
  const stylemap_placement *placement;
  int x, w;            /* columns of the rectangle */
  sm_axis across;      /* one entry a column */
  float *rows;         /* 3 x (image rows of a band) x w: the image, resampled across */
  size_t rows_floats;
} paste_run;

static stylemap_status grow(paste_run *r, size_t floats, stylemap_error *error) {
  if (floats <= r->rows_floats) return STYLEMAP_OK;
  sm_free(r->rows);
  r->rows = sm_alloc(floats, sizeof(float));
  r->rows_floats = r->rows ? floats : 0;
  return r->rows ? STYLEMAP_OK : sm_no_memory(error, floats * sizeof(float));
}

/* Rows y .. y + n - 1 of the rectangle; `band` holds the target's pixels and receives the result. */
static stylemap_status paste_band(paste_run *r, int y, int n, float *band, stylemap_error *error) {
  const stylemap_placement *p = r->placement;
  double left = p->x - p->side / 2, top = p->y - p->side / 2, step = r->size / p->side;
  size_t size = (size_t)r->size, w = (size_t)r->w;
  sm_axis down;
  SM_TRY(sm_axis_new(SM_FILTER_PICTURE, -top * step, step, y, n, r->size, &down, error));
  int i0 = down.first[0], i1 = down.first[n - 1] + down.taps[n - 1];
  size_t high = (size_t)(i1 - i0);
  stylemap_status status;
  SM_TRY_DONE(grow(r, 3 * high * w, error));
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < high; i++) {
      const float *from = r->image + (c * size + i + (size_t)i0) * size;
      for (size_t o = 0; o < w; o++) {
        const float *weight = r->across.weight + o * (size_t)r->across.most;
        float sum = 0;
        for (int t = 0; t < r->across.taps[o]; t++) sum += weight[t] * from[r->across.first[o] + t];
        r->rows[(c * high + i) * w + o] = sum;
      }
    }
  for (int j = 0; j < n; j++) {
    if (y + j + 0.5 < top || y + j + 0.5 > top + p->side) continue;
    const float *weight = down.weight + (size_t)j * (size_t)down.most;
    for (size_t o = 0; o < w; o++) {
      double centre = r->x + (double)o + 0.5;
      if (centre < left || centre > left + p->side) continue;
      float *px = band + ((size_t)j * w + o) * 4;
      for (size_t c = 0; c < 3; c++) {
        float sum = 0;
        for (int t = 0; t < down.taps[j]; t++)
          sum += weight[t] * r->rows[(c * high + (size_t)(down.first[j] - i0 + t)) * w + o];
        float v = (sum + 1) * 0.5f;
        px[c] = !(v > 0) ? 0 : v > 1 ? 1 : v; /* finite whatever the network gave */
      }
    }
  }
done:
  sm_axis_free(&down);
  return status;
}

stylemap_status stylemap_paste(const float *image, int size, const stylemap_placement *p, const stylemap_layer *target,
                               int x, int y, int w, int h, const stylemap_layer *result, stylemap_error *error) {
  SM_TRY(sm_check_placement(target, p, size, error));
  if (!image || !result || x < 0 || y < 0 || w < 1 || h < 1 || w > target->width - x || h > target->height - y)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The pasted rectangle is not on the layer."), NULL);
  paste_run r = {.image = image, .size = size, .placement = p, .x = x, .w = w};
  double step = size / p->side;
  stylemap_status status;
  float *band = NULL;
  SM_TRY_DONE(sm_axis_new(SM_FILTER_PICTURE, -(p->x - p->side / 2) * step, step, x, w, size, &r.across, error));
  int rows = sm_band_rows(w, 4);
  if (rows > h) rows = h;
  band = sm_alloc((size_t)rows * (size_t)w * 4, sizeof(float));
  if (!band) {
    status = sm_no_memory(error, (uint64_t)rows * (uint64_t)w * 4 * sizeof(float));
    goto done;
  }
  for (int at = y; at < y + h; at += rows) {
    int n = y + h - at < rows ? y + h - at : rows;
    if (target->read(target->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(paste_band(&r, at, n, band, error));
    if (result->write(result->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(band);
  sm_free(r.rows);
  sm_axis_free(&r.across);
  return status;
}
