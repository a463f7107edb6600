/* SPDX-License-Identifier: GPL-3.0-or-later
 * Source rows stream through once; each is resampled across and added to the output rows it belongs to, so a layer of
 * any size needs one band of memory. */
#include "frame/stream.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "frame/frame.h"

enum { READ_BYTES = 1 << 20 /* at once: they are in the cache when they are averaged */ };

typedef float four __attribute__((vector_size(16), aligned(4), may_alias)); /* a pixel */

/* Pixels as `read` gave them -> the numbers that are averaged. */
static void prepare(sm_planes planes, float *band, size_t pixels) {
  const size_t numbers = planes == SM_PLANES_MASK ? pixels : 4 * pixels;
  int opaque = 1;
  for (size_t i = 0; i < numbers; i++) band[i] = sm_unit(band[i]);
  if (planes == SM_PLANES_MASK) return;
  for (size_t i = 0; i < pixels; i++) opaque &= band[4 * i + 3] == 1;
  for (size_t i = 0; i < pixels && !opaque; i++) {
    float *px = band + 4 * i;
    const float a = px[3], nothing = planes == SM_PLANES_PICTURE ? 0.5f * (1 - a) : 0;
    for (int c = 0; c < 3 && a < 1; c++) px[c] = px[c] * a + nothing;
  }
}

/* Adds source row `row` (already planes x width) to the output rows that take it. Rows come in rising order, so `*next`
 * skips the output rows that are complete. */
static void add_row(const sm_axis *down, int row, const float *across, int planes, int width, int *next, float *out) {
  const int height = down->count;
  while (*next < height && down->first[*next] + down->taps[*next] <= row) ++*next;
  for (int o = *next; o < height && down->first[o] <= row; o++) {
    int t = row - down->first[o];
    if (t >= down->taps[o]) continue;
    float w = down->weight[(size_t)o * (size_t)down->most + (size_t)t];
    for (int p = 0; p < planes; p++) {
      float *to = out + ((size_t)p * (size_t)height + (size_t)o) * (size_t)width;
      const float *from = across + (size_t)p * (size_t)width;
      for (int i = 0; i < width; i++) to[i] += w * from[i];
    }
  }
}

/* A row of pixels of four numbers, from x0 on, resampled: the first `planes` of them, planes of across->count. */
static void row_across(const sm_axis *across, int x0, const float *pixels, int planes, float *row) {
  const size_t count = (size_t)across->count;
  for (size_t o = 0; o < count; o++) {
    const float *w = across->weight + o * (size_t)across->most;
    const four *from = (const four *)(pixels + 4 * (size_t)(across->first[o] - x0));
    four sum = {0};
    for (int t = 0; t < across->taps[o]; t++) sum += w[t] * from[t];
    for (int c = 0; c < planes; c++) row[(size_t)c * count + o] = sum[c];
  }
}

static void row_across_mask(const sm_axis *across, int x0, const float *pixels, float *row) {
  for (int o = 0; o < across->count; o++) {
    const float *w = across->weight + (size_t)o * (size_t)across->most, *from = pixels + (across->first[o] - x0);
    float sum = 0;
    for (int t = 0; t < across->taps[o]; t++) sum += w[t] * from[t];
    row[o] = sum;
  }
}

/* Whole pixels of the layer, one for one: nothing is averaged. */
static int is_as_it_lies(const stylemap_layer *layer, double left, double top, double step, int width, int height) {
  return step == 1 && left == floor(left) && top == floor(top) && left >= 0 && top >= 0 && left + width <= layer->width &&
         top + height <= layer->height;
}

static void copy_row(const float *pixels, size_t channels, size_t planes, size_t width, size_t plane, float *out) {
  for (size_t p = 0; p < planes; p++)
    for (size_t i = 0; i < width; i++) out[p * plane + i] = pixels[channels * i + p];
}

stylemap_status sm_stream(const stylemap_layer *layer, sm_planes planes, sm_resampling how, double left, double top,
                          double step, int width, int height, float *out, stylemap_error *error) {
  const int channels = planes == SM_PLANES_MASK ? 1 : 4, count = (int)planes;
  const int as_it_lies = is_as_it_lies(layer, left, top, step, width, height);
  int next = 0;
  stylemap_status status;
  sm_axis across = {0}, down = {0};
  float *band = NULL, *row = NULL;
  const size_t plane = (size_t)width * (size_t)height;
  if (!as_it_lies) memset(out, 0, sizeof(float) * (size_t)count * plane);
  SM_TRY_DONE(sm_axis_new(how, left, step, 0, width, layer->width, &across, error));
  SM_TRY_DONE(sm_axis_new(how, top, step, 0, height, layer->height, &down, error));

  int x0 = across.first[0], x1 = across.first[width - 1] + across.taps[width - 1];
  int y0 = down.first[0], y1 = down.first[height - 1] + down.taps[height - 1], wide = x1 - x0;
  int rows = (int)(READ_BYTES / ((size_t)wide * (size_t)channels * sizeof(float)));
  rows = rows < 1 ? 1 : rows > y1 - y0 ? y1 - y0 : rows;
  size_t floats = (size_t)rows * (size_t)wide * (size_t)channels;
  band = sm_alloc(floats, sizeof(float));
  row = sm_alloc((size_t)count * (size_t)width, sizeof(float));
  if (!band || !row) {
    status = sm_no_memory(error, floats * sizeof(float));
    goto done;
  }
  for (int y = y0; y < y1; y += rows) {
    int n = y1 - y < rows ? y1 - y : rows;
    if (layer->read(layer->data, x0, y, wide, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    prepare(planes, band, (size_t)n * (size_t)wide);
    for (int r = 0; r < n; r++) {
      const float *from = band + (size_t)r * (size_t)wide * (size_t)channels;
      if (as_it_lies) {
        copy_row(from, (size_t)channels, (size_t)count, (size_t)width, plane, out + (size_t)(y - y0 + r) * (size_t)width);
        continue;
      }
      if (channels == 1) row_across_mask(&across, x0, from, row);
      else row_across(&across, x0, from, count, row);
      add_row(&down, y + r, row, count, width, &next, out);
    }
  }
done:
  sm_free(row);
  sm_free(band);
  sm_axis_free(&down);
  sm_axis_free(&across);
  return status;
}
