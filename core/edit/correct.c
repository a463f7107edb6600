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

void sm_correction_follow(const float *seen, const float *follow, int size, int of, float *added) {
  const size_t plane = (size_t)size * (size_t)size;
  for (size_t i = 0; i < 3 * plane; i++) added[i] -= follow[i % plane] * (seen[i] + 1) / 2;
  for (size_t i = 0; i < plane; i++) added[(size_t)of * plane + i] += follow[i];
}

/* Rows of the layer from x, y on: the correction's planes spread there, 3 of edges or none, the collage's 3, the layer's
 * pixels. */
typedef struct corrected {
  const sm_collage *collage;
  float clone, strength;
  int x, y, width, height;
  const float *spread, *edges;
  float *laid, *pixels;
} corrected;

enum { ROWS = 16 /* that a task corrects */, AT_ONCE = 256 /* pixels, apart by colour */ };

static void correct_row(const corrected *r, size_t row) {
  const sm_collage *c = r->collage;
  const size_t n = (size_t)r->width, plane = (size_t)r->height * n, at = row * n;
  const int x = r->x - c->x, y = r->y + (int)row - c->y;
  const float *mask = c->mask + (size_t)y * (size_t)c->width + (size_t)x, *spread = r->spread + at;
  const float *of_target = spread + SM_CORRECTION_TARGET * plane, *of_collage = spread + SM_CORRECTION_COLLAGE * plane;
  float *laid = r->laid + 3 * at, colours[4][AT_ONCE];
  sm_collage_row(c, r->clone, y, x, r->width, laid);
  for (size_t i = 0; i < n; i += AT_ONCE) {
    const size_t count = n - i < AT_ONCE ? n - i : AT_ONCE;
    float *pixels = r->pixels + 4 * (at + i);
    for (size_t p = 0; p < 4; p++)
      for (size_t k = 0; k < count; k++) colours[p][k] = sm_unit(pixels[4 * k + p]);
    for (size_t p = 0; p < 3; p++) {
      const float *added = spread + p * plane + i, *edge = r->edges ? r->edges + p * plane + at + i : NULL, *collage = laid + p * n + i;
      for (size_t k = 0; k < count; k++) {
        const float own = colours[p][k], strength = mask[i + k] > 0 ? r->strength : 0;
        const float crisp = edge ? edge[k] / 2 : 0;
        const float unit = sm_unit(added[k] + crisp + of_target[i + k] * own + of_collage[i + k] * collage[k]); /* finite whatever the network gave */
        colours[p][k] = own + strength * (unit - own);
      }
    }
    for (size_t k = 0; k < count; k++)
      for (size_t p = 0; p < 4; p++) pixels[4 * k + p] = colours[p][k];
  }
}

static void task_correct(void *data, int task, int worker) {
  const corrected *r = data;
  for (int row = task * ROWS; row < r->height && row < (task + 1) * ROWS; row++) correct_row(r, (size_t)row);
  (void)worker;
}

stylemap_status sm_correct(sm_pool *pool, const stylemap_layer *target, const stylemap_placement *placement, const float *added,
                           int size, const sm_edges *edges, const sm_collage *c, float clone, double strength, int x, int y, int w, int h,
                           const stylemap_layer *result, stylemap_error *error) {
  enum { PLANES = SM_CORRECTION_PLANES + 3 + 3 + 4 };
  const sm_affine square = sm_affine_of(placement, size), finer = sm_affine_of(placement, edges->factor * size);
  int rows = sm_band_rows(w, PLANES);
  rows = rows > h ? h : rows;
  const size_t most = (size_t)rows * (size_t)w;
  float *spread = sm_alloc(PLANES * most, sizeof(float));
  if (!spread) return sm_no_memory(error, PLANES * most * sizeof(float));
  corrected r = {.collage = c, .clone = clone, .strength = (float)strength, .x = x, .width = w, .spread = spread,
                 .edges = edges->planes ? spread + SM_CORRECTION_PLANES * most : NULL,
                 .laid = spread + (SM_CORRECTION_PLANES + 3) * most, .pixels = spread + (SM_CORRECTION_PLANES + 6) * most};
  stylemap_status status = STYLEMAP_OK;
  for (r.y = y; r.y < y + h; r.y += rows) {
    r.height = y + h - r.y < rows ? y + h - r.y : rows;
    if (target->read(target->data, x, r.y, w, r.height, r.pixels)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(sm_spread(added, SM_CORRECTION_PLANES, size, &square, x, r.y, w, r.height, spread, error));
    if (edges->planes)
      SM_TRY_DONE(sm_spread(edges->planes, 3, edges->factor * size, &finer, x, r.y, w, r.height, spread + SM_CORRECTION_PLANES * most, error));
    sm_pool_run(pool, (r.height + ROWS - 1) / ROWS, task_correct, &r, NULL, NULL);
    if (result->write(result->data, x, r.y, w, r.height, r.pixels)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(spread);
  return status;
}
