/* SPDX-License-Identifier: GPL-3.0-or-later
 * Turned maps, piece by piece of the output: the part of the layer that a piece shows is shrunk, upright, to about half
 * the output's pitch, and points of that are taken, several a pixel where it was shrunk. */
#include "frame/warp.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { PIECE = 128 }; /* output pixels a side */

typedef struct points {
  const float *planes;
  int count, width, height; /* of planes[count][height][width] */
  sm_resampling how;
} points;

static int clamp(int v, int top) { return v < 0 ? 0 : v > top ? top : v; }

/* Weights of the four (two, for a mask) pixels around `at`, pixel centres being whole numbers; returns the first. */
static int around(sm_resampling how, double at, float weight[4]) {
  const int i = (int)floor(at);
  const float t = (float)(at - i), u = 1 - t;
  if (how == SM_RESAMPLE_COVER) {
    weight[0] = u, weight[1] = t;
    return i;
  }
  weight[0] = -0.5f * t * u * u;
  weight[1] = 1 + t * t * (1.5f * t - 2.5f);
  weight[2] = 1 + u * u * (1.5f * u - 2.5f);
  weight[3] = -0.5f * u * t * t;
  return i - 1;
}

enum { MOST_PLANES = 8 };

static void add_point(const points *p, double x, double y, double *sum) {
  float across[4], down[4];
  const size_t w = (size_t)p->width, plane = w * (size_t)p->height;
  const int taps = p->how == SM_RESAMPLE_COVER ? 2 : 4;
  const int x0 = around(p->how, x, across), y0 = around(p->how, y, down);
  if (taps == 4 && x0 >= 0 && y0 >= 0 && x0 + 4 <= p->width && y0 + 4 <= p->height) { /* no edge: in fours */
    const float *at = p->planes + (size_t)y0 * w + (size_t)x0;
    for (int c = 0; c < p->count; c++, at += plane) {
      float row[4];
      for (size_t i = 0; i < 4; i++)
        row[i] = down[0] * at[i] + down[1] * at[w + i] + down[2] * at[2 * w + i] + down[3] * at[3 * w + i];
      sum[c] += (double)(across[0] * row[0] + across[1] * row[1] + across[2] * row[2] + across[3] * row[3]);
    }
    return;
  }
  for (int j = 0; j < taps; j++) {
    const size_t row = (size_t)clamp(y0 + j, p->height - 1) * w;
    for (int i = 0; i < taps; i++) {
      const float weight = across[i] * down[j];
      const float *at = p->planes + row + (size_t)clamp(x0 + i, p->width - 1);
      for (int c = 0; c < p->count; c++) sum[c] += (double)(weight * at[(size_t)c * plane]);
    }
  }
}

/* The average of each x each points of the output pixel whose corner is (x, y); map: into the planes' pixels. */
static void add_pixel(const points *p, const sm_affine *map, double x, double y, int each, double *sum) {
  for (int k = 0; k < each * each; k++) {
    double px, py;
    sm_affine_at(map, x + (k % each + 0.5) / each, y + (k / each + 0.5) / each, &px, &py);
    add_point(p, px - 0.5, py - 0.5, sum);
  }
  for (int c = 0; c < p->count; c++) sum[c] /= each * each;
}

/* The box around what the rectangle shows, in layer pixels. */
static void reach(const sm_affine *map, double x, double y, double w, double h, double box[4]) {
  box[0] = box[1] = INFINITY, box[2] = box[3] = -INFINITY;
  for (int k = 0; k < 4; k++) {
    double px, py;
    sm_affine_at(map, x + (k & 1 ? w : 0), y + (k & 2 ? h : 0), &px, &py);
    box[0] = fmin(box[0], px), box[1] = fmin(box[1], py);
    box[2] = fmax(box[2], px), box[3] = fmax(box[3], py);
  }
}

static double within(double v, double least, double most) { return v < least ? least : v > most ? most : v; }

/* One piece: `out` points at its first pixel, in planes of `plane` floats and rows of `stride`. */
static stylemap_status warp_piece(const stylemap_layer *layer, sm_planes planes, sm_resampling how, const sm_affine *map,
                                  int x, int y, int w, int h, float *out, size_t stride, size_t plane,
                                  stylemap_error *error) {
  const double scale = sm_affine_scale(map), pitch = scale > 2 ? scale / 2 : 1, margin = 3 * pitch;
  const int each = how == SM_RESAMPLE_COVER ? 4 : scale > 1 ? 2 : 1;
  double box[4];
  reach(map, x, y, w, h, box);
  /* whole pitches, so that pieces agree on what they read, with a margin for the cubic's taps; beyond the layer nothing
     new is to be seen */
  const double left = pitch * floor(within(box[0] - margin, -margin, layer->width) / pitch);
  const double top = pitch * floor(within(box[1] - margin, -margin, layer->height) / pitch);
  const double right = within(box[2] + margin, left + 1, layer->width + margin);
  const double bottom = within(box[3] + margin, top + 1, layer->height + margin);
  points p = {.count = (int)planes, .how = how, .width = (int)ceil((right - left) / pitch),
              .height = (int)ceil((bottom - top) / pitch)};
  const size_t floats = (size_t)p.count * (size_t)p.width * (size_t)p.height;
  float *read = sm_alloc(floats, sizeof *read);
  if (!read) return sm_no_memory(error, floats * sizeof *read);
  stylemap_status status = sm_stream(layer, planes, how, left, top, pitch, p.width, p.height, read, error);
  p.planes = read;
  const sm_affine shrink = {.xx = 1 / pitch, .yy = 1 / pitch, .x0 = -left / pitch, .y0 = -top / pitch};
  const sm_affine to_read = sm_affine_then(map, &shrink);
  for (int j = 0; j < h && status == STYLEMAP_OK; j++)
    for (int i = 0; i < w; i++) {
      double sum[MOST_PLANES] = {0};
      add_pixel(&p, &to_read, x + i, y + j, each, sum);
      for (int c = 0; c < p.count; c++) out[(size_t)c * plane + (size_t)j * stride + (size_t)i] = (float)sum[c];
    }
  sm_free(read);
  return status;
}

stylemap_status sm_warp(const stylemap_layer *layer, sm_planes planes, sm_resampling how, const sm_affine *map, int x,
                        int y, int width, int height, float *out, stylemap_error *error) {
  if (sm_affine_upright(map))
    return sm_stream(layer, planes, how, map->x0 + map->xx * x, map->y0 + map->yy * y, map->xx, width, height, out,
                     error);
  const size_t stride = (size_t)width, plane = stride * (size_t)height;
  for (int j = 0; j < height; j += PIECE)
    for (int i = 0; i < width; i += PIECE) {
      const int w = width - i < PIECE ? width - i : PIECE, h = height - j < PIECE ? height - j : PIECE;
      SM_TRY(warp_piece(layer, planes, how, map, x + i, y + j, w, h, out + (size_t)j * stride + (size_t)i, stride,
                        plane, error));
    }
  return STYLEMAP_OK;
}

/* Upright: across, then down. */
static stylemap_status spread_upright(const float *planes, int count, int size, const sm_affine *map, int x, int y,
                                      int width, int height, float *out, stylemap_error *error) {
  const size_t w = (size_t)width, side = (size_t)size;
  sm_axis across = {0}, down = {0};
  float *row = NULL;
  stylemap_status status;
  SM_TRY_DONE(sm_axis_new(SM_RESAMPLE_PICTURE, map->x0, map->xx, x, width, size, &across, error));
  SM_TRY_DONE(sm_axis_new(SM_RESAMPLE_PICTURE, map->y0, map->yy, y, height, size, &down, error));
  const int first = down.first[0], end = down.first[height - 1] + down.taps[height - 1];
  const size_t high = (size_t)(end - first);
  row = sm_alloc(high * w, sizeof *row);
  if (!row) {
    status = sm_no_memory(error, high * w * sizeof *row);
    goto done;
  }
  for (size_t c = 0; c < (size_t)count; c++) {
    for (size_t i = 0; i < high; i++) {
      const float *from = planes + (c * side + i + (size_t)first) * side;
      for (size_t o = 0; o < w; o++) {
        const float *weight = across.weight + o * (size_t)across.most;
        float sum = 0;
        for (int t = 0; t < across.taps[o]; t++) sum += weight[t] * from[across.first[o] + t];
        row[i * w + o] = sum;
      }
    }
    for (size_t j = 0; j < (size_t)height; j++) {
      const float *weight = down.weight + j * (size_t)down.most;
      float *to = out + (c * (size_t)height + j) * w;
      memset(to, 0, w * sizeof *to);
      for (int t = 0; t < down.taps[j]; t++) {
        const float *from = row + (size_t)(down.first[j] - first + t) * w;
        for (size_t o = 0; o < w; o++) to[o] += weight[t] * from[o];
      }
    }
  }
done:
  sm_free(row);
  sm_axis_free(&down);
  sm_axis_free(&across);
  return status;
}

stylemap_status sm_spread(const float *planes, int count, int size, const sm_affine *square, int x, int y, int width,
                          int height, float *out, stylemap_error *error) {
  assert(count <= MOST_PLANES);
  const sm_affine map = sm_affine_inverse(square);
  if (sm_affine_upright(&map)) return spread_upright(planes, count, size, &map, x, y, width, height, out, error);
  const double scale = sm_affine_scale(&map);
  const int each = scale > 1 ? (int)ceil(2 * scale) : 1;
  const points p = {.planes = planes, .count = count, .width = size, .height = size, .how = SM_RESAMPLE_PICTURE};
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++) {
      double sum[MOST_PLANES] = {0};
      add_pixel(&p, &map, x + i, y + j, each, sum);
      for (int c = 0; c < count; c++) out[((size_t)c * (size_t)height + (size_t)j) * (size_t)width + (size_t)i] = (float)sum[c];
    }
  return STYLEMAP_OK;
}
