/* SPDX-License-Identifier: GPL-3.0-or-later
 * What placing needs to know, learnt from the model's own pictures: shifted squares of them in drawn surroundings are
 * encoded, and ridge regressions tell from the stylemap how to shift back. A part of the pictures is kept back, and says
 * afterwards how good it is, and which errors and scores are usual. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "edit/place.h"
#include "edit/ridge.h"
#include "model/bind.h"

enum {
  LEAST_PICTURES = 16,
  KEPT_BACK = 8, /* one in so many */
  USUAL_SAMPLES = 10000, BEFORE = 256,
  MOST_TRIALS = 200, LEAST_TRIALS = 40,
  BATCH = SM_RIDGE_BATCH / 4, /* pictures in memory at once */
};
static const double penalty_share = 0.02; /* of the mean variance: between 0.003 and 0.1 nothing changes much */
static const double score_widths[SM_PLACE_STAGES] = {0.2, 0.1, 0.05}; /* corner distances, in sides */

typedef struct learning {
  const stylemap_place_options *options;
  const sm_config *config;
  stylemap_session *session;
  sm_place place;
  sm_ridge ridge;
  size_t features;
  float *pictures, *others, *scenes; /* BATCH images each, one block */
  sm_random streams[BATCH];
  sm_shift shifts[BATCH];
  float *stylemap, *seen; /* seen: SM_RIDGE_BATCH rows of ridge.width */
  float told[SM_RIDGE_BATCH * SM_PLACE_ROWS];
  double *mean, *spread, *weights;
  size_t image;
  int trials;
  double done, total;
  stylemap_error *error;
} learning;

static stylemap_status stopped(const learning *l) {
  return sm_fail(l->error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

static stylemap_status tell(learning *l, double work) {
  l->done += work;
  const stylemap_place_options *o = l->options;
  return o->progress && o->progress(o->data, l->done < l->total ? l->done / l->total : 1) ? stopped(l) : STYLEMAP_OK;
}

/* One of the pictures that are learnt from, or of those kept back. */
static stylemap_status take(learning *l, int back, uint32_t bits, float *image) {
  const uint64_t all = l->options->pictures, groups = all / KEPT_BACK, learnt = all - groups;
  uint64_t i = bits % (back ? groups : learnt);
  i = back ? i * KEPT_BACK + KEPT_BACK - 1 : i < groups * (KEPT_BACK - 1) ? i / (KEPT_BACK - 1) * KEPT_BACK + i % (KEPT_BACK - 1)
                                                                          : i + groups;
  return l->options->picture(l->options->data, i, image) ? stopped(l) : STYLEMAP_OK;
}

static sm_shift draw_shift(int stage, double times, sm_random *r) {
  const sm_shift *m = &sm_place_reach[stage];
  sm_shift s;
  s.x = times * sm_place_uniform(r, -m->x, m->x);
  s.y = times * sm_place_uniform(r, -m->y, m->y);
  s.scale = times * sm_place_uniform(r, -m->scale, m->scale);
  s.angle = times * sm_place_uniform(r, -m->angle, m->angle);
  return s;
}

static void scene_task(void *context, int i, int worker) {
  learning *l = context;
  const size_t at = l->image * (size_t)i;
  sm_place_scene(l->pictures + at, l->others + at, l->config->size, &l->shifts[i], &l->streams[i], l->scenes + at);
}

/* Fills `count` scenes of a stage's samples from `first` on. */
static stylemap_status draw_scenes(learning *l, int stage, int back, int first, int count) {
  for (int i = 0; i < count; i++) {
    sm_random *r = &l->streams[i];
    *r = sm_random_stream((uint64_t)(2 * stage + back + 1) << 32, (uint64_t)(first + i));
    SM_TRY(take(l, back, sm_random_bits(r), l->pictures + l->image * (size_t)i));
    SM_TRY(take(l, back, sm_random_bits(r), l->others + l->image * (size_t)i));
    const int far = stage == 0 && !back && (first + i) % 6 == 0; /* what lies elsewhere scores nothing */
    l->shifts[i] = draw_shift(stage, far ? 2 : 1, r);
  }
  sm_pool_run(l->session->pool, count, scene_task, l, NULL, NULL);
  return STYLEMAP_OK;
}

/* Shifts and score that a regressor should give for shift `s`. */
static void teach_row(int stage, const sm_shift *s, float *row) {
  const stylemap_placement usual = {.side = 1}, shifted = sm_place_move(&usual, s);
  const sm_shift back = sm_shift_inverse(s), *reach = &sm_place_reach[stage];
  const double way[4] = {back.x, back.y, back.scale, back.angle};
  const double most[4] = {1.5 * reach->x, 1.5 * reach->y, 1.5 * reach->scale, 1.5 * reach->angle};
  for (int k = 0; k < 4; k++) row[k] = (float)(way[k] < -most[k] ? -most[k] : way[k] > most[k] ? most[k] : way[k]);
  const double far = stylemap_placement_distance(&shifted, &usual) / score_widths[stage];
  row[4] = (float)exp(-far * far / 2);
}

static stylemap_status encode_features(learning *l, const float *image, float *features) {
  SM_TRY(stylemap_encode(l->session, image, l->stylemap, l->error));
  sm_place_pool(l->config, l->stylemap, features);
  return tell(l, 1);
}

/* Mean and spread of the features. */
static stylemap_status measure(learning *l) {
  double *squares = l->spread;
  for (int first = 0; first < BEFORE; first += BATCH) {
    SM_TRY(draw_scenes(l, 1, 0, first, BATCH));
    for (int i = 0; i < BATCH; i++) {
      SM_TRY(encode_features(l, l->scenes + l->image * (size_t)i, l->seen));
      for (size_t k = 0; k < l->features; k++) {
        l->mean[k] += (double)l->seen[k] / BEFORE;
        squares[k] += (double)l->seen[k] * (double)l->seen[k] / BEFORE;
      }
    }
  }
  double all = 0;
  for (size_t k = 0; k < l->features; k++) {
    const double variance = squares[k] - l->mean[k] * l->mean[k];
    l->spread[k] = variance > 0 ? sqrt(variance) : 0;
    all += l->spread[k] / (double)l->features;
  }
  /* what hardly ever moves says nothing, and would be blown up */
  for (size_t k = 0; k < l->features; k++) l->spread[k] += 0.05 * all + 1e-6;
  return STYLEMAP_OK;
}

static stylemap_status learn_stage(learning *l, int stage, int samples) {
  const size_t width = l->ridge.width, count = l->features;
  int rows = 0;
  sm_ridge_clear(&l->ridge);
  for (int first = 0; first < samples; first += BATCH) {
    const int n = samples - first < BATCH ? samples - first : BATCH;
    SM_TRY(draw_scenes(l, stage, 0, first, n));
    for (int i = 0; i < n; i++, rows++) {
      float *row = l->seen + (size_t)rows * width;
      SM_TRY(encode_features(l, l->scenes + l->image * (size_t)i, row));
      for (size_t k = 0; k < count; k++) row[k] = (float)(((double)row[k] - l->mean[k]) / l->spread[k]);
      row[count] = 1;
      for (size_t k = count + 1; k < width; k++) row[k] = 0;
      teach_row(stage, &l->shifts[i], l->told + (size_t)rows * SM_PLACE_ROWS);
    }
    if (rows + BATCH <= SM_RIDGE_BATCH && first + n < samples) continue;
    sm_ridge_add(&l->ridge, l->seen, l->told, rows);
    rows = 0;
  }
  sm_ridge_solve(&l->ridge, penalty_share, l->weights);
  for (int r = 0; r < SM_PLACE_ROWS; r++) {
    const double *from = l->weights + (size_t)r * (count + 1);
    float *to = l->place.regress + (size_t)(stage * SM_PLACE_ROWS + r) * (count + 1);
    double constant = from[count];
    for (size_t k = 0; k < count; k++) {
      to[k] = (float)(from[k] / l->spread[k]);
      constant -= from[k] / l->spread[k] * l->mean[k];
    }
    to[count] = (float)constant;
  }
  return STYLEMAP_OK;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* Value `part` (0..1) of the way up the sorted `values`. */
static double quantile(double *values, int count, double part) {
  qsort(values, (size_t)count, sizeof *values, by_value);
  return values[(int)(part * (count - 1) + 0.5)];
}

/* Places pictures that were kept back, and takes from it what is usual. */
static stylemap_status try_out(learning *l, stylemap_place_lesson *lesson) {
  double off[MOST_TRIALS], shares[MOST_TRIALS], scores[MOST_TRIALS], usual[MOST_TRIALS];
  int found_count = 0;
  const int size = l->config->size;
  sm_place_search search;
  stylemap_status status = STYLEMAP_OK;
  SM_TRY(sm_place_search_new(l->session, &l->place, &search, l->error));
  for (int i = 0; i < l->trials; i++) {
    SM_TRY_DONE(draw_scenes(l, 1, 1, i, 1));
    sm_still still = {size, size, l->pictures};
    const stylemap_layer layer = sm_still_layer(&still);
    stylemap_placement fit, belongs;
    sm_place_found placed, found;
    stylemap_fit(size, size, &fit);
    const sm_shift back = sm_shift_inverse(&l->shifts[0]);
    belongs = sm_place_move(&fit, &back);
    for (size_t k = 0; k < l->image; k++) still.planes[k] = (l->pictures[k] + 1) / 2;
    SM_TRY_DONE(sm_place_see(&search, &layer, &fit, l->error));
    SM_TRY_DONE(sm_place_judge(&search, &placed, l->error));
    usual[i] = placed.error;
    for (size_t k = 0; k < l->image; k++) still.planes[k] = (l->scenes[k] + 1) / 2;
    SM_TRY_DONE(sm_place_descend(&search, &layer, &fit, &found, l->error));
    SM_TRY_DONE(sm_place_finish(&search, &layer, &found, l->error));
    off[i] = size * stylemap_placement_distance(&found.placement, &belongs);
    if (off[i] < 0.05 * size) {
      shares[found_count] = found.share;
      scores[found_count++] = found.score;
    }
    SM_TRY_DONE(tell(l, 12));
  }
  *lesson = (stylemap_place_lesson){quantile(off, l->trials, 0.5), quantile(off, l->trials, 0.9)};
  if (found_count < l->trials / 2) {
    sm_number number;
    status = sm_fail(l->error, STYLEMAP_BAD_ARGUMENT, "",
                     SM_TEXT("The model does not learn to find its subject from these pictures (half of them end %1 "
                             "pixels off or more). They must be such as it was trained on, each with its subject in "
                             "the same place."),
                     sm_decimal(&number, (int64_t)(lesson->half + 0.5)), NULL);
    goto done;
  }
  l->place.limits[SM_PLACE_USUAL] = (float)quantile(usual, l->trials, 0.5);
  l->place.limits[SM_PLACE_SHARE] = (float)(1.5 * quantile(shares, found_count, 0.95));
  l->place.limits[SM_PLACE_SCORE] = (float)(0.7 * quantile(scores, found_count, 0.05));
done:
  sm_place_search_free(&search);
  return status;
}

static stylemap_status take_memory(learning *l) {
  const sm_config *c = l->config;
  l->features = (size_t)sm_place_features(c);
  l->image = 3 * sm_pixels(c->size);
  SM_TRY(sm_ridge_new(l->session->pool, (int)l->features + 1, SM_PLACE_ROWS, &l->ridge, l->error));
  const size_t stylemap = (size_t)c->dim * sm_pixels(c->spatial), rows = (size_t)SM_PLACE_STAGES * SM_PLACE_ROWS;
  const size_t floats = 3 * BATCH * l->image + stylemap + SM_RIDGE_BATCH * l->ridge.width;
  l->pictures = sm_alloc(floats, sizeof(float));
  l->mean = sm_calloc((2 + SM_PLACE_ROWS) * (l->features + 1), sizeof *l->mean);
  l->place.regress = sm_alloc(rows * (l->features + 1), sizeof(float));
  if (!l->pictures || !l->mean || !l->place.regress) return sm_no_memory(l->error, floats * sizeof(float));
  l->others = l->pictures + BATCH * l->image;
  l->scenes = l->others + BATCH * l->image;
  l->stylemap = l->scenes + BATCH * l->image;
  l->seen = l->stylemap + stylemap;
  l->spread = l->mean + l->features;
  l->weights = l->spread + l->features;
  l->place.features = (int)l->features;
  return STYLEMAP_OK;
}

stylemap_status stylemap_place_learn(stylemap_model *model, const stylemap_place_options *o,
                                     stylemap_place_lesson *lesson, stylemap_error *error) {
  if (!model || !model->bound || !o || !o->picture || o->samples < 0)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Learning to place needs an opened model and pictures."),
                   NULL);
  sm_number is, least;
  if (o->pictures < LEAST_PICTURES)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("Learning to place needs %2 pictures or more; there are %1."),
                   sm_decimal(&is, (int64_t)o->pictures), sm_decimal(&least, LEAST_PICTURES), NULL);
  const int samples = o->samples ? o->samples : USUAL_SAMPLES;
  learning *l = sm_calloc(1, sizeof *l);
  if (!l) return sm_no_memory(error, sizeof *l);
  *l = (learning){.options = o, .config = &model->network.config, .error = error};
  const int trials = samples / 20;
  l->trials = trials < LEAST_TRIALS ? LEAST_TRIALS : trials > MOST_TRIALS ? MOST_TRIALS : trials;
  l->total = BEFORE + 1.0 * SM_PLACE_STAGES * samples + 12.0 * l->trials;
  stylemap_place_lesson learnt;
  stylemap_status status;
  const stylemap_session_options session = {.threads = o->threads};
  SM_TRY_DONE(stylemap_session_open(model, &session, NULL, NULL, &l->session, error));
  SM_TRY_DONE(take_memory(l));
  SM_TRY_DONE(measure(l));
  for (int stage = 0; stage < SM_PLACE_STAGES; stage++) SM_TRY_DONE(learn_stage(l, stage, samples));
  SM_TRY_DONE(try_out(l, &learnt));
  sm_free(model->place.regress);
  model->place = l->place;
  model->info.places = 1;
  l->place.regress = NULL;
  if (lesson) *lesson = learnt;
done:
  sm_free(l->place.regress);
  sm_free(l->mean);
  sm_free(l->pictures);
  sm_ridge_free(&l->ridge);
  stylemap_session_free(l->session);
  sm_free(l);
  return status;
}
