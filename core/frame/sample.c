/* SPDX-License-Identifier: GPL-3.0-or-later
 * Layer pixels -> the square's tensor. Source rows stream through once; each is resampled across and added to
 * the output rows it belongs to, so a layer of any size needs one band of memory. */
#include <math.h>

#include "base/memory.h"
#include "frame/frame.h"
#include "frame/resample.h"

stylemap_status sm_check_placement(const stylemap_layer *layer, const stylemap_placement *p, int size,
                                   stylemap_error *error) {
  if (!layer || !p || layer->width < 1 || layer->height < 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The layer has no pixels."), NULL);
  if (size < 1 || !isfinite(p->x) || !isfinite(p->y) || !(p->side >= 1 && p->side <= 1 << 20) ||
      !(fabs(p->x) <= 1 << 24) || !(fabs(p->y) <= 1 << 24))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The model's square is not on the layer."), NULL);
  if (p->angle != 0)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A turned square is not supported yet."), NULL);
  return STYLEMAP_OK;
}

stylemap_status sm_layer_stopped(stylemap_error *error) {
  return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

/* Adds source row `row` (already `planes` x size wide) to the output rows that take it. Rows come in rising
 * order, so `*next` skips the output rows that are complete. */
static void add_row(const sm_axis *down, int row, const float *across, int planes, int size, int *next, float *out) {
  while (*next < size && down->first[*next] + down->taps[*next] <= row) ++*next;
  for (int o = *next; o < size && down->first[o] <= row; o++) {
    int t = row - down->first[o];
    if (t >= down->taps[o]) continue;
    float w = down->weight[(size_t)o * (size_t)down->most + (size_t)t];
    for (int p = 0; p < planes; p++) {
      float *to = out + ((size_t)p * (size_t)size + (size_t)o) * (size_t)size;
      const float *from = across + (size_t)p * (size_t)size;
      for (int i = 0; i < size; i++) to[i] += w * from[i];
    }
  }
}

/* `planes` 3: R'G'B'A over mid-grey; 1: a mask. `out` planes x size x size, set to 0 before. */
static stylemap_status stream(const stylemap_layer *layer, const stylemap_placement *p, int size, sm_filter filter,
                              int planes, float *out, stylemap_error *error) {
  int channels = planes == 3 ? 4 : 1, next = 0;
  double left = p->x - p->side / 2, top = p->y - p->side / 2, step = p->side / size;
  stylemap_status status;
  sm_axis across = {0}, down = {0};
  float *band = NULL, *row = NULL;
  SM_TRY_DONE(sm_axis_new(filter, left, step, 0, size, layer->width, &across, error));
  SM_TRY_DONE(sm_axis_new(filter, top, step, 0, size, layer->height, &down, error));

  int x0 = across.first[0], x1 = across.first[size - 1] + across.taps[size - 1];
  int y0 = down.first[0], y1 = down.first[size - 1] + down.taps[size - 1], width = x1 - x0;
  int rows = sm_band_rows(width, channels);
  if (rows > y1 - y0) rows = y1 - y0;
  size_t floats = (size_t)rows * (size_t)width * (size_t)channels;
  band = sm_alloc(floats, sizeof(float));
  row = sm_alloc((size_t)planes * (size_t)size, sizeof(float));
  if (!band || !row) {
    status = sm_no_memory(error, floats * sizeof(float));
    goto done;
  }
  for (int y = y0; y < y1; y += rows) {
    int n = y1 - y < rows ? y1 - y : rows;
    if (layer->read(layer->data, x0, y, width, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    if (planes == 3) /* what is transparent becomes mid-grey */
      for (size_t i = 0; i < (size_t)n * (size_t)width; i++) {
        float *px = band + 4 * i, a = px[3] >= 0 ? (px[3] <= 1 ? px[3] : 1) : 0;
        for (int c = 0; c < 3; c++) {
          float v = px[c] >= 0 ? (px[c] <= 1 ? px[c] : 1) : 0; /* NaN becomes 0 */
          px[c] = a == 1 ? v : v * a + 0.5f * (1 - a);
        }
      }
    for (int r = 0; r < n; r++) {
      for (int o = 0; o < size; o++) {
        const float *w = across.weight + (size_t)o * (size_t)across.most;
        const float *from = band + ((size_t)r * (size_t)width + (size_t)(across.first[o] - x0)) * (size_t)channels;
        float sum[3] = {0};
        for (int t = 0; t < across.taps[o]; t++)
          for (int c = 0; c < planes; c++) sum[c] += w[t] * from[(size_t)t * (size_t)channels + (size_t)c];
        for (int c = 0; c < planes; c++) row[(size_t)c * (size_t)size + (size_t)o] = sum[c];
      }
      add_row(&down, y + r, row, planes, size, &next, out);
    }
  }
done:
  sm_free(row);
  sm_free(band);
  sm_axis_free(&down);
  sm_axis_free(&across);
  return status;
}

/* Samples into a block of its own, so that the caller's stays untouched on failure. */
static stylemap_status sample(const stylemap_layer *layer, const stylemap_placement *p, int size, sm_filter filter,
                              int planes, float **out, stylemap_error *error) {
  SM_TRY(sm_check_placement(layer, p, size, error));
  size_t count = (size_t)planes * (size_t)size * (size_t)size;
  *out = sm_calloc(count, sizeof(float));
  if (!*out) return sm_no_memory(error, count * sizeof(float));
  stylemap_status status = stream(layer, p, size, filter, planes, *out, error);
  if (status != STYLEMAP_OK) sm_free(*out);
  return status;
}

stylemap_status stylemap_sample(const stylemap_layer *layer, const stylemap_placement *p, int size, float *image,
                                stylemap_error *error) {
  float *out;
  SM_TRY(sample(layer, p, size, SM_FILTER_PICTURE, 3, &out, error));
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
  SM_TRY(sample(mask, p, size, SM_FILTER_COVER, 1, &out, error));
  for (size_t i = 0; i < (size_t)size * (size_t)size; i++) values[i] = !(out[i] > 0) ? 0 : out[i] > 1 ? 1 : out[i];
  sm_free(out);
  return STYLEMAP_OK;
}
