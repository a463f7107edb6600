/* SPDX-License-Identifier: GPL-3.0-or-later
 * The square's tensor -> layer pixels, with what larger pictures show beyond the model's resolution:
 * image + the sum of weight * keep * (picture - what the model saw of it). */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/collage.h"
#include "edit/crisp.h"
#include "edit/detail.h"
#include "edit/lines.h"
#include "frame/frame.h"
#include "frame/warp.h"

enum {
  MOST = 16,  /* pictures */
  SOURCE = 4, /* planes of each: what was seen, how much stays */
  COLOURS = 4,
  BAND = 3 + SOURCE + COLOURS + 4
};

/* NaN is mid-grey. */
static float real_of(float v) { return isfinite(v) ? v : v > 0 ? 1 : v < 0 ? -1 : 0; }

/* The image, and of each picture what was seen and how much of its detail stays; `work` is one plane. */
static void fill(const float *image, const stylemap_detail *details, int count, double detail, int size, float *planes,
                 float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  for (size_t i = 0; i < 3 * plane; i++) planes[i] = real_of(image[i]);
  for (int k = 0; k < count; k++) {
    float *seen = planes + (3 + SOURCE * (size_t)k) * plane;
    for (size_t i = 0; i < 3 * plane; i++) seen[i] = real_of(details[k].seen[i]);
    sm_detail_changed(seen, planes, size, seen + 3 * plane, work);
    sm_detail_keep(seen + 3 * plane, plane, sm_detail_sigma(detail, SM_DETAIL_NEW), seen + 3 * plane);
  }
}

/* On more pixels than the square's: the pictures' lines that the image has, in its colours, and its own edges, crisp where little of any
 * picture's detail stays. `work` is two planes. */
static stylemap_status sharpen(const float *planes, const stylemap_detail *details, int count, double detail, int size,
                               const sm_part_of_square *part, float *work, const sm_edges *edges, stylemap_error *error) {
  static const float of_all = 1e-6f;
  const size_t plane = (size_t)size * (size_t)size, numbers = 3 * plane * (size_t)(edges->factor * edges->factor);
  const float by = (float)fmin(2 * detail, 1);
  float *kept = work, *left = work + plane, *fine = sm_alloc(numbers, sizeof *fine), weights = 0;
  stylemap_status status = STYLEMAP_OK;
  if (!fine) return sm_no_memory(error, numbers * sizeof *fine);
  memset(kept, 0, plane * sizeof *kept);
  for (int k = 0; k < count; k++) {
    const float *stays = planes + (6 + SOURCE * (size_t)k) * plane;
    weights += (float)details[k].weight;
    for (size_t i = 0; i < plane; i++) kept[i] += (float)details[k].weight * stays[i];
  }
  for (int k = 0; k < count; k++) {
    const float *seen = planes + (3 + SOURCE * (size_t)k) * plane, share = (float)details[k].weight / (weights + of_all);
    for (size_t i = 0; i < plane; i++) left[i] = by * share * fmaxf(1 - kept[i], 0); /* less for later ones where lines are laid already */
    SM_TRY_DONE(stylemap_sample(details[k].picture, &details[k].placement, edges->factor * size, fine, error));
    SM_TRY_DONE(sm_lines_recoloured(seen, planes, left, fine, size, edges->factor, part, kept, edges->planes, error));
  }
  SM_TRY_DONE(sm_crisp(planes, kept, size, edges->factor, part, by, edges->planes, error));
done:
  sm_free(fine);
  return status;
}

/* Adds a picture's detail to the spread image; `colours`: it, times alpha, and its alpha. */
static void add(float *spread, const float *source, const float *colours, float weight, size_t pixels) {
  for (size_t i = 0; i < pixels; i++) {
    const float alpha = colours[3 * pixels + i], keep = weight * source[3 * pixels + i];
    for (size_t p = 0; p < 3 && alpha > 0; p++)
      spread[p * pixels + i] += keep * (2 * sm_unit(colours[p * pixels + i] / alpha) - 1 - source[p * pixels + i]);
  }
}

static void lay(const sm_affine *to_square, int size, int x, int y, int w, int h, const float *spread, float *band) {
  const size_t pixels = (size_t)w * (size_t)h;
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w; i++) {
      const size_t at = (size_t)j * (size_t)w + (size_t)i;
      double u, v;
      sm_affine_at(to_square, x + i + 0.5, y + j + 0.5, &u, &v);
      for (size_t p = 0; p < 3 && u >= 0 && v >= 0 && u <= size && v <= size; p++)
        band[4 * at + p] = sm_unit((spread[p * pixels + at] + 1) / 2);
    }
}

static stylemap_status check(const stylemap_detail *details, int count, double detail, int size, stylemap_error *error) {
  int complete = details && count >= 1 && count <= MOST && detail >= 0 && detail <= 1;
  for (int k = 0; complete && k < count; k++) complete = details[k].seen && details[k].weight >= 0 && details[k].weight <= 1;
  if (!complete)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("Detail comes from 1 to 16 pictures that the model saw, with weights and an amount from 0 to 1."), NULL);
  for (int k = 0; k < count; k++) SM_TRY(sm_check_placement(details[k].picture, &details[k].placement, size, error));
  return STYLEMAP_OK;
}

stylemap_status stylemap_paste_detailed(const float *image, int size, const stylemap_placement *placement,
                                        const stylemap_layer *target, const stylemap_detail *details, int count,
                                        double detail, int x, int y, int w, int h, const stylemap_layer *result,
                                        stylemap_error *error) {
  SM_TRY(sm_check_placement(target, placement, size, error));
  SM_TRY(sm_check_rectangle(target, x, y, w, h, error));
  SM_TRY(check(details, count, detail, size, error));
  if (!image || !result) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A paste needs an image and a result."), NULL);
  const sm_affine square = sm_affine_of(placement, size), to_square = sm_affine_inverse(&square);
  const sm_part_of_square part = sm_part_seeing(placement, size, x, y, w, h);
  const int factor = detail > 0 ? sm_crisp_factor(placement, size) : 1; /* at 0 as stylemap_paste */
  const sm_affine finer = sm_affine_of(placement, factor * size);
  const size_t small = (size_t)size * (size_t)size, kinds = 3 + SOURCE * (size_t)count, large = (size_t)(factor * factor) * small;
  int rows = sm_band_rows(w, BAND);
  rows = rows > h ? h : rows;
  const size_t most = (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  float *planes = sm_alloc(small * (kinds + 2), sizeof(float)), *spread = sm_alloc(most * BAND, sizeof(float));
  const sm_edges edges = {factor, factor > 1 ? sm_calloc(3 * large, sizeof(float)) : NULL};
  float *shown = spread ? spread + 3 * most : NULL, *colours = spread ? shown + SOURCE * most : NULL;
  float *band = spread ? colours + COLOURS * most : NULL;
  if (!planes || !spread || (factor > 1 && !edges.planes)) {
    status = sm_no_memory(error, (small * (kinds + 2) + most * BAND + 3 * large) * sizeof(float));
    goto done;
  }
  fill(image, details, count, detail, size, planes, planes + kinds * small);
  if (edges.planes) SM_TRY_DONE(sharpen(planes, details, count, detail, size, &part, planes + kinds * small, &edges, error));
  for (int at = y; at < y + h; at += rows) {
    const int n = y + h - at < rows ? y + h - at : rows;
    const size_t pixels = (size_t)n * (size_t)w;
    SM_TRY_DONE(sm_spread(planes, 3, size, &square, x, at, w, n, spread, error));
    if (edges.planes) {
      SM_TRY_DONE(sm_spread(edges.planes, 3, factor * size, &finer, x, at, w, n, shown, error));
      for (size_t i = 0; i < 3 * pixels; i++) spread[i] += shown[i];
    }
    for (int k = 0; k < count; k++) {
      const float *source = planes + (3 + SOURCE * (size_t)k) * small;
      const sm_affine map = sm_collage_map(placement, &details[k].placement);
      SM_TRY_DONE(sm_warp(details[k].picture, SM_PLANES_COLOURS, SM_RESAMPLE_PICTURE, &map, x, at, w, n, colours, error));
      SM_TRY_DONE(sm_spread(source, SOURCE, size, &square, x, at, w, n, shown, error));
      add(spread, shown, colours, (float)details[k].weight, pixels);
    }
    if (target->read(target->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    lay(&to_square, size, x, at, w, n, spread, band);
    if (result->write(result->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(planes);
  sm_free(edges.planes);
  sm_free(spread);
  return status;
}
