/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/finish.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/correct.h"
#include "edit/crisp.h"
#include "edit/detail.h"
#include "edit/lines.h"

static const double SAME = 0.04; /* of a pixel and its surroundings to the target, numbers of -1..1: five levels of 255 */
static const double SAME_GRAIN = 0.12; /* and to a collage of photographs: of two squares, as much as a model of theirs is off */

/* Of the collage and of the target, planes: how much of a drawing is left for its lines, and how much of them is laid in. */
typedef struct lines {
  float *left, *followed;
} lines;

enum { COLLAGE, TARGET, KINDS };
enum { WORK = 2 * KINDS + KINDS + 6 /* planes */ };

/* Of the target's detail nothing stays, `by` (0..1), where it has plain lines that the drawing lacks: an open eye that was closed. */
static void forget_lines(const sm_drawn *d, float by, float *work) {
  const size_t plane = (size_t)d->size * (size_t)d->size;
  float *kept = d->added + SM_CORRECTION_TARGET * plane, *foreign = work;
  sm_detail_foreign(d->of_target, d->drawing, d->size, foreign, work + plane);
  for (size_t i = 0; i < plane; i++) {
    const float less = by * foreign[i] * kept[i];
    for (size_t p = 0; p < 3; p++) d->added[p * plane + i] += less * (d->own[p * plane + i] + 1) / 2;
    kept[i] -= less;
  }
}

/* The drawing has no more pixels than the square. Where it has the collage's lines, or the target's, in whatever colours, those are
 * laid into it as sharp as the layers have them, in its own contrast: `by` (0..1) of what no detail is kept for already. */
static void follow_lines(const sm_drawn *d, float by, const lines of[KINDS], float *work) {
  const size_t plane = (size_t)d->size * (size_t)d->size;
  const float *kept_target = d->added + SM_CORRECTION_TARGET * plane, *kept_collage = d->added + SM_CORRECTION_COLLAGE * plane;
  float *gains = work, *rest = work + KINDS * plane;
  sm_detail_followed(d->of_collage, d->drawing, d->size, of[COLLAGE].followed, gains, rest);
  sm_detail_followed(d->of_target, d->drawing, d->size, of[TARGET].followed, gains + plane, rest);
  for (size_t i = 0; i < plane; i++) {
    const float left = by * fmaxf(1 - kept_target[i] - kept_collage[i], 0), c = of[COLLAGE].followed[i], t = of[TARGET].followed[i];
    const float share = (c * c + 5e-7f) / (c * c + t * t + 1e-6f); /* of the picture whose lines they rather are */
    of[COLLAGE].left[i] = left * share, of[TARGET].left[i] = left * (1 - share);
    of[COLLAGE].followed[i] = left * share * c * gains[i], of[TARGET].followed[i] = left * (1 - share) * t * gains[plane + i];
  }
  sm_correction_follow(d->of_collage, of[COLLAGE].followed, d->size, SM_CORRECTION_COLLAGE, d->added);
  sm_correction_follow(d->of_target, of[TARGET].followed, d->size, SM_CORRECTION_TARGET, d->added);
}

/* Where what comes out is the target, or the collage, but for what a model's colours are off, that itself stays, `by` (0..1): a plain wall
 * has no tint, and grain is what it was. */
static void stay(const sm_drawn *d, int kind, double sigma, float by, const lines of[KINDS], float *work) {
  const size_t plane = (size_t)d->size * (size_t)d->size;
  float *kept[KINDS] = {d->added + SM_CORRECTION_COLLAGE * plane, d->added + SM_CORRECTION_TARGET * plane};
  float *image = work, *same = work + 3 * plane, *used = work + 4 * plane;
  for (size_t i = 0; i < 3 * plane; i++)
    image[i] = 2 * d->added[i] - 1 + kept[TARGET][i % plane] * (d->of_target[i] + 1) + kept[COLLAGE][i % plane] * (d->of_collage[i] + 1);
  sm_detail_changed(kind == TARGET ? d->of_target : d->of_collage, image, d->size, same, used);
  sm_detail_keep(same, plane, sigma, same);
  for (size_t i = 0; i < plane; i++) {
    const float stays = by * same[i], rest = 1 - stays;
    for (size_t p = 0; p < 3; p++) d->added[p * plane + i] *= rest;
    for (int k = 0; k < KINDS; k++) kept[k][i] *= rest, of[k].left[i] *= rest, of[k].followed[i] *= rest;
    kept[kind][i] += stays;
  }
}

/* The target as a model sees it: a colour is what it is however little of it is let through. */
static int read_seen(void *target, int x, int y, int w, int h, float *pixels) {
  const stylemap_layer *layer = target;
  if (layer->read(layer->data, x, y, w, h, pixels)) return 1;
  for (size_t i = 0; i < (size_t)w * (size_t)h; i++) pixels[4 * i + 3] = pixels[4 * i + 3] > 0 ? 1 : 0;
  return 0;
}

stylemap_layer sm_seen(const stylemap_layer *layer) {
  return (stylemap_layer){layer->width, layer->height, (void *)layer, read_seen, NULL};
}

/* Target and collage on factor times the square's pixels, where the part reaches: 3 planes each; 3 more are used up. */
static stylemap_status sample_finer(const sm_drawn *d, int factor, float *target, float *collage, float *work, stylemap_error *error) {
  const int size = factor * d->size;
  const size_t plane = (size_t)size * (size_t)size;
  const sm_crisp_rectangle r = sm_crisp_reach(&d->part, d->size, factor);
  const sm_part_of_square part = {r.x, r.y, r.width, r.height};
  const stylemap_layer seen = sm_seen(d->target);
  const struct {
    sm_collage_what what;
    float weight; /* what is added is halved there */
  } added[] = {{SM_COLLAGE_ADDED, 2}, {SM_COLLAGE_SHIFT, 2 * d->clone}};
  SM_TRY(sm_sample_part(&seen, d->placement, size, &part, target, error));
  memcpy(collage, target, 3 * plane * sizeof *collage);
  for (int k = 0; k < (d->clone > 0 ? 2 : 1); k++) {
    stylemap_placement placement = *d->placement;
    const stylemap_layer cells = sm_collage_cells(d->collage, added[k].what, d->target, &placement);
    SM_TRY(sm_sample_part(&cells, &placement, size, &part, work, error));
    for (size_t i = 0; i < 3 * plane; i++) collage[i] += added[k].weight * work[i];
  }
  if (!d->offset) return STYLEMAP_OK;
  stylemap_placement placement = *d->placement;
  const stylemap_layer mask = sm_collage_cells(d->collage, SM_COLLAGE_MASK, d->target, &placement);
  SM_TRY(sm_sample_mask_part(&mask, &placement, size, &part, work, error));
  for (size_t i = 0; i < 3 * plane; i++) collage[i] += work[i % plane] * d->offset[i / plane];
  return STYLEMAP_OK;
}

/* On more pixels than the square's: lines in the drawing's colours, and its own edges, crisp where no other detail stays. */
static stylemap_status find_edges(const sm_drawn *d, float by, const lines of[KINDS], float *kept, const sm_edges *edges,
                                  stylemap_error *error) {
  const size_t plane = (size_t)d->size * (size_t)d->size, finer = 3 * plane * (size_t)(edges->factor * edges->factor);
  const float *target = d->added + SM_CORRECTION_TARGET * plane, *collage = d->added + SM_CORRECTION_COLLAGE * plane;
  float *fine = sm_calloc(3 * finer, sizeof *fine);
  stylemap_status status;
  if (!fine) return sm_no_memory(error, 3 * finer * sizeof *fine);
  for (size_t i = 0; i < plane; i++) kept[i] = target[i] + collage[i] - of[COLLAGE].followed[i] - of[TARGET].followed[i];
  SM_TRY_DONE(sample_finer(d, edges->factor, fine, fine + finer, fine + 2 * finer, error));
  const float *seen[KINDS] = {d->of_collage, d->of_target}, *pictures[KINDS] = {fine + finer, fine};
  for (int k = 0; k < KINDS; k++)
    SM_TRY_DONE(sm_lines_recoloured(seen[k], d->drawing, of[k].left, pictures[k], d->size, edges->factor, &d->part, kept, edges->planes, error));
  SM_TRY_DONE(sm_crisp(d->drawing, kept, d->size, edges->factor, &d->part, by, edges->planes, error));
  for (int k = 0; k < KINDS; k++)
    SM_TRY_DONE(sm_lines_less(seen[k], of[k].followed, pictures[k], d->size, edges->factor, &d->part, edges->planes, error));
done:
  sm_free(fine);
  return status;
}

stylemap_status sm_finish(sm_pool *pool, const sm_drawn *d, double by, double strength, int x, int y, int w, int h,
                          const stylemap_layer *result, stylemap_error *error) {
  const int factor = by > 0 ? sm_crisp_factor(d->placement, d->size) : 1;
  const size_t plane = (size_t)d->size * (size_t)d->size, numbers = WORK * plane + (factor > 1 ? 3 * plane * (size_t)(factor * factor) : 0);
  stylemap_status status;
  float *memory = sm_calloc(numbers, sizeof *memory);
  if (!memory) return sm_no_memory(error, numbers * sizeof *memory);
  float *work = memory + 2 * KINDS * plane;
  const lines of[KINDS] = {{memory, memory + plane}, {memory + 2 * plane, memory + 3 * plane}};
  const sm_edges edges = {factor, factor > 1 ? memory + WORK * plane : NULL};
  if (by > 0) {
    forget_lines(d, (float)by, work);
    follow_lines(d, (float)by, of, work);
    if (d->clone >= 1) stay(d, COLLAGE, SAME_GRAIN, (float)by * d->grain, of, work); /* its colours meet the target's at the edge */
    stay(d, TARGET, SAME, (float)by, of, work);
  }
  if (factor > 1) SM_TRY_DONE(find_edges(d, (float)by, of, work, &edges, error));
  if (d->offset) sm_collage_shift(d->collage, d->offset);
  SM_TRY_DONE(sm_correct(pool, d->target, d->placement, d->added, d->size, &edges, d->collage, d->clone, strength, x, y, w, h, result, error));
done:
  sm_free(memory);
  return status;
}
