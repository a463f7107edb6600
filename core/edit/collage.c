/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/collage.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/membrane.h"
#include "frame/frame.h"
#include "frame/warp.h"

static size_t pixels_of(const sm_collage *c) { return (size_t)c->width * (size_t)c->height; }

/* Whole pixels stay whole: what rounding made of a shift by pixels is one again. */
static double snap(double v, double within) { return fabs(v - round(v)) < within ? round(v) : v; }

sm_affine sm_collage_map(const stylemap_placement *target, const stylemap_placement *reference) {
  const sm_affine t = sm_affine_of(target, 1), from = sm_affine_inverse(&t), to = sm_affine_of(reference, 1);
  sm_affine map = sm_affine_then(&from, &to);
  map.xx = snap(map.xx, 1e-9), map.yy = snap(map.yy, 1e-9), map.xy = snap(map.xy, 1e-9), map.yx = snap(map.yx, 1e-9);
  map.x0 = snap(map.x0, 1e-6), map.y0 = snap(map.y0, 1e-6);
  return map;
}

/* Fills the colours with the target's, and `hidden` (or NULL) where hardly anything of them is seen. */
static stylemap_status read_target(const stylemap_layer *target, sm_collage *c, unsigned char *hidden,
                                   stylemap_error *error) {
  int rows = sm_band_rows(c->width, 4);
  rows = rows > c->height ? c->height : rows;
  const size_t plane = pixels_of(c), floats = 4 * (size_t)rows * (size_t)c->width;
  float *band = sm_alloc(floats, sizeof *band);
  if (!band) return sm_no_memory(error, floats * sizeof *band);
  for (int y = 0; y < c->height; y += rows) {
    const int n = c->height - y < rows ? c->height - y : rows;
    if (target->read(target->data, c->x, c->y + y, c->width, n, band)) {
      sm_free(band);
      return sm_layer_stopped(error);
    }
    const size_t at = (size_t)y * (size_t)c->width;
    for (size_t i = 0; i < (size_t)n * (size_t)c->width; i++) {
      for (size_t p = 0; p < 3; p++) c->colours[p * plane + at + i] = sm_unit(band[4 * i + p]);
      if (hidden) hidden[at + i] = !(band[4 * i + 3] >= 0.5f);
    }
  }
  sm_free(band);
  return STYLEMAP_OK;
}

/* R'G'B' times alpha and alpha -> R'G'B', where there is any. */
static void unmultiply(float *placed, size_t plane) {
  const float *alpha = placed + 3 * plane;
  for (size_t i = 0; i < plane; i++)
    for (size_t p = 0; p < 3 && alpha[i] != 1; p++)
      placed[p * plane + i] = alpha[i] > 0 ? placed[p * plane + i] / alpha[i] : 0;
}

static stylemap_status read_mask_of(const stylemap_piece *piece, const sm_collage *c, float *mask, stylemap_error *error) {
  const int rows = sm_band_rows(c->width, 1);
  for (int y = 0; y < c->height; y += rows) {
    const int n = c->height - y < rows ? c->height - y : rows;
    if (piece->mask->read(piece->mask->data, c->x, c->y + y, c->width, n, mask + (size_t)y * (size_t)c->width))
      return sm_layer_stopped(error);
  }
  return STYLEMAP_OK;
}

/* Lays one piece. `work`: 5 planes, and a plane of bytes behind them; `hidden` as read_target has filled it. Below the
 * first piece mask and shift are 0, and not looked at. */
static stylemap_status lay(sm_collage *c, const stylemap_placement *placement, const stylemap_piece *piece, int first,
                           const unsigned char *hidden, float *work, stylemap_error *error) {
  const size_t plane = pixels_of(c);
  const sm_affine map = sm_collage_map(placement, &piece->placement);
  float *placed = work, *weight = work + 4 * plane;
  const float *alpha = work + 3 * plane;
  unsigned char *inside = (unsigned char *)(work + 5 * plane);
  SM_TRY(sm_warp(piece->picture, SM_PLANES_COLOURS, SM_RESAMPLE_PICTURE, &map, c->x, c->y, c->width, c->height, placed,
                 error));
  unmultiply(placed, plane);
  SM_TRY(read_mask_of(piece, c, weight, error));
  for (size_t i = 0; i < plane; i++) {
    const float m = sm_unit(weight[i]);
    if (c->shift) inside[i] = m > 0 || alpha[i] < 0.5f || hidden[i]; /* hidden colours say nothing */
    weight[i] = m * alpha[i];
    c->mask[i] = first ? weight[i] : c->mask[i] + weight[i] * (1 - c->mask[i]);
  }
  /* where the membrane hangs no weight is, so the colours there stay: they leave their place to the difference */
  for (size_t p = 0; p < 3; p++) {
    float *reference = placed + p * plane, *colours = c->colours + p * plane;
    const float *shift = c->shift ? c->shift + p * plane : NULL;
    for (size_t i = 0; i < plane; i++) {
      const float r = reference[i];
      if (shift && !inside[i]) reference[i] = colours[i] + (first ? 0 : shift[i]) - r;
      colours[i] += weight[i] * (r - colours[i]);
    }
  }
  if (!c->shift) return STYLEMAP_OK;
  SM_TRY(sm_membrane(placed, inside, c->width, c->height, error));
  for (size_t p = 0; p < 3; p++) {
    float *shift = c->shift + p * plane;
    const float *difference = placed + p * plane;
    for (size_t i = 0; i < plane; i++)
      shift[i] = first ? weight[i] * difference[i] : shift[i] + weight[i] * (difference[i] - shift[i]);
  }
  return STYLEMAP_OK;
}

stylemap_status sm_collage_new(const stylemap_layer *target, const stylemap_placement *placement,
                               const stylemap_piece *pieces, int count, int clones, int x, int y, int width, int height,
                               sm_collage *c, stylemap_error *error) {
  *c = (sm_collage){.x = x, .y = y, .width = width, .height = height};
  const size_t plane = pixels_of(c), held = (clones ? 7 : 4) * sizeof(float), more = 5 * sizeof(float) + (clones ? 2 : 0);
  stylemap_status status;
  c->colours = sm_alloc(plane, held);
  float *work = c->colours ? sm_alloc(plane, more) : NULL;
  if (!work) {
    status = sm_no_memory(error, plane * (held + more));
    goto done;
  }
  c->mask = c->colours + 3 * plane;
  c->shift = clones ? c->mask + plane : NULL;
  unsigned char *hidden = clones ? (unsigned char *)(work + 5 * plane) + plane : NULL;
  SM_TRY_DONE(read_target(target, c, hidden, error));
  for (int i = 0; i < count; i++) SM_TRY_DONE(lay(c, placement, &pieces[i], i == 0, hidden, work, error));
done:
  sm_free(work);
  if (status != STYLEMAP_OK) sm_collage_free(c);
  return status;
}

void sm_collage_shift(sm_collage *c, const float offset[3]) {
  const size_t plane = pixels_of(c);
  for (size_t p = 0; p < 3; p++)
    for (size_t i = 0; i < plane; i++) c->colours[p * plane + i] += c->mask[i] * offset[p] / 2;
}

void sm_collage_free(sm_collage *c) {
  sm_free(c->colours);
  *c = (sm_collage){0};
}

/* -------------------------------------------------------------------------------------------- as layers */

/* The part of row `y`, columns x .. x + w - 1, that the collage has: its first column in the row, its first pixel. */
static int overlap(const sm_collage *c, int x, int y, int w, int *first, size_t *at) {
  if (y < c->y || y >= c->y + c->height) return 0;
  const int from = x > c->x ? x : c->x, to = x + w < c->x + c->width ? x + w : c->x + c->width;
  *first = from - x;
  *at = (size_t)(y - c->y) * (size_t)c->width + (size_t)(from - c->x);
  return to > from ? to - from : 0;
}

static int read_picture(void *data, int x, int y, int w, int h, float *pixels) {
  const sm_collage_layer *of = data;
  const sm_collage *c = of->collage;
  if (of->target->read(of->target->data, x, y, w, h, pixels)) return 1;
  for (size_t i = 0; i < (size_t)w * (size_t)h; i++) pixels[4 * i + 3] = pixels[4 * i + 3] > 0 ? 1 : 0;
  const size_t plane = pixels_of(c);
  for (int row = 0; row < h; row++) {
    int first = 0;
    size_t at = 0;
    const int n = overlap(c, x, y + row, w, &first, &at);
    float *to = pixels + 4 * ((size_t)row * (size_t)w + (size_t)first);
    for (int i = 0; i < n; i++)
      for (size_t p = 0; p < 3; p++) to[4 * i + (int)p] = sm_collage_at(c, of->clone, p * plane + at + (size_t)i);
  }
  return 0;
}

static int read_mask(void *data, int x, int y, int w, int h, float *pixels) {
  const sm_collage_layer *of = data;
  memset(pixels, 0, sizeof(float) * (size_t)w * (size_t)h);
  for (int row = 0; row < h; row++) {
    int first = 0;
    size_t at = 0;
    const int n = overlap(of->collage, x, y + row, w, &first, &at);
    if (n) memcpy(pixels + (size_t)row * (size_t)w + first, of->collage->mask + at, sizeof(float) * (size_t)n);
  }
  return 0;
}

stylemap_layer sm_collage_picture(sm_collage_layer *of) {
  return (stylemap_layer){of->target->width, of->target->height, of, read_picture, NULL};
}

stylemap_layer sm_collage_mask(sm_collage_layer *of) {
  return (stylemap_layer){of->target->width, of->target->height, of, read_mask, NULL};
}
