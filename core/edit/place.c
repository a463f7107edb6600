/* SPDX-License-Identifier: GPL-3.0-or-later
 * Placement found by the model: supervised descent on the encoder's stylemap. Regressors, taught by pictures shifted at
 * random (place-learn.c), tell from a square's stylemap how the square should move; each step is an encode. Squares of
 * several sizes all over the layer are the starts, a score that is regressed beside the shift picks those that are
 * followed, and the reconstruction's error has the last word. */
#include "edit/place.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "frame/warp.h"
#include "model/bind.h"
#include "net/boxes.h"

enum {
  MOST_STARTS = 128,
  FOLLOWED = 4,     /* starts of a round that are descended from */
  JUDGED = 2,       /* of their ends, those that are polished and reconstructed */
  COPY_PIXELS = 4 << 20,
  USUAL_ENCODES = 100, USUAL_SYNTHESES = 4, /* for the progress: between what is found and what is not */
};
static const double keep_below = 5; /* times the usual error: the start is good as it is */
/* Of the least score that is sure: an end below it is not polished. Four of 592 subjects that were found scored less before that, and six
 * tenths of what was followed in vain. */
static const double hopeless = 0.6;

const sm_shift sm_place_reach[SM_PLACE_STAGES] = {
    {0.45, 0.45, 0.5, 0.7}, {0.2, 0.2, 0.25, 0.35}, {0.07, 0.07, 0.1, 0.15}};

/* ---------------------------------------------------------------------------------------------- shifts */

stylemap_placement sm_place_move(const stylemap_placement *p, const sm_shift *s) {
  const double side = p->mirror ? -1 : 1, c = cos(p->angle), n = sin(p->angle);
  stylemap_placement moved = *p;
  moved.x += p->side * (c * side * s->x - n * s->y);
  moved.y += p->side * (n * side * s->x + c * s->y);
  moved.side *= exp(s->scale);
  moved.angle += side * s->angle;
  return moved;
}

sm_shift sm_shift_inverse(const sm_shift *s) {
  const double k = exp(-s->scale), c = k * cos(s->angle), n = k * sin(s->angle);
  return (sm_shift){-(c * s->x + n * s->y), n * s->x - c * s->y, -s->scale, -s->angle};
}

/* ---------------------------------------------------------------------------------------- regressors */

void sm_place_pool(const sm_config *c, const float *stylemap, float *features) {
  const int side = sm_place_side(c), cell = c->spatial / side;
  for (int d = 0; d < c->dim; d++)
    for (int i = 0; i < side * side; i++) {
      double sum = 0;
      for (int k = 0; k < cell * cell; k++) {
        const int y = i / side * cell + k / cell, x = i % side * cell + k % cell;
        sum += (double)stylemap[((size_t)d * (size_t)c->spatial + (size_t)y) * (size_t)c->spatial + (size_t)x];
      }
      features[d * side * side + i] = (float)(sum / (cell * cell));
    }
}

static double within(double value, double reach) { return value < -reach ? -reach : value > reach ? reach : value; }

sm_shift sm_place_guess(const sm_place *place, int stage, const float *features, double *score) {
  const size_t count = (size_t)place->features;
  double out[SM_PLACE_ROWS];
  for (int r = 0; r < SM_PLACE_ROWS; r++) {
    const float *row = place->regress + (size_t)(stage * SM_PLACE_ROWS + r) * (count + 1);
    out[r] = (double)row[count];
    for (size_t i = 0; i < count; i++) out[r] += (double)row[i] * (double)features[i];
    if (!isfinite(out[r])) out[r] = 0;
  }
  if (score) *score = out[SM_PLACE_ROWS - 1];
  const sm_shift *reach = &sm_place_reach[stage];
  return (sm_shift){within(out[0], reach->x), within(out[1], reach->y), within(out[2], reach->scale),
                    within(out[3], reach->angle)};
}

/* How well a square lies: the mean of the stages' scores. Each knows other things that are not the subject, and what lies well is
 * told by all of them; the least of them is as low for a subject on a ground of another kind as for a landscape. */
static double score_of(const sm_place *place, const float *features) {
  double sum = 0, score;
  for (int stage = 0; stage < SM_PLACE_STAGES; stage++) {
    sm_place_guess(place, stage, features, &score);
    sum += score;
  }
  return sum / SM_PLACE_STAGES;
}

/* -------------------------------------------------------------------------------------------- pictures */

static int read_still(void *data, int x, int y, int width, int height, float *pixels) {
  const sm_still *s = data;
  const size_t plane = (size_t)s->width * (size_t)s->height;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++, pixels += 4) {
      const float *from = s->planes + (size_t)(y + j) * (size_t)s->width + (size_t)(x + i);
      for (size_t c = 0; c < 3; c++) pixels[c] = from[c * plane];
      pixels[3] = 1;
    }
  return 0;
}

stylemap_layer sm_still_layer(sm_still *s) { return (stylemap_layer){s->width, s->height, s, read_still, NULL}; }

/* The layer at `step` of its pixels a pixel. A search looks at a layer some fifty times: this is read instead. */
static stylemap_status copy_layer(const stylemap_layer *layer, double step, sm_still *still, stylemap_error *error) {
  still->width = (int)ceil(layer->width / step);
  still->height = (int)ceil(layer->height / step);
  const size_t count = 3 * (size_t)still->width * (size_t)still->height;
  still->planes = sm_alloc(count, sizeof(float));
  if (!still->planes) return sm_no_memory(error, count * sizeof(float));
  const sm_affine map = {.xx = step, .yy = step};
  return sm_warp(layer, SM_PLANES_PICTURE, SM_RESAMPLE_PICTURE, &map, 0, 0, still->width, still->height, still->planes,
                 error);
}

/* ---------------------------------------------------------------------------------------------- search */

stylemap_status sm_place_search_new(stylemap_session *session, const sm_place *place, sm_place_search *s,
                                    stylemap_error *error) {
  const sm_config *c = &session->net->config;
  const size_t image = 3 * sm_pixels(c->size), stylemap = (size_t)c->dim * sm_pixels(c->spatial);
  const size_t count = 2 * image + stylemap + (size_t)sm_place_features(c);
  *s = (sm_place_search){.session = session, .place = place, .image = sm_alloc(count, sizeof(float))};
  if (!s->image) return sm_no_memory(error, count * sizeof(float));
  s->again = s->image + image;
  s->stylemap = s->again + image;
  s->features = s->stylemap + stylemap;
  const stylemap_status status = stylemap_pyramid_new(session->model, &s->pyramid, error);
  if (status != STYLEMAP_OK) sm_free(s->image);
  return status;
}

void sm_place_search_free(sm_place_search *s) {
  stylemap_pyramid_free(s->pyramid);
  sm_free(s->image);
}

stylemap_status sm_place_see(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *p,
                             stylemap_error *error) {
  const sm_config *c = &s->session->net->config;
  SM_TRY(stylemap_sample(layer, p, c->size, s->image, error));
  SM_TRY(stylemap_encode(s->session, s->image, s->stylemap, error));
  s->encodes++;
  sm_place_pool(c, s->stylemap, s->features);
  return STYLEMAP_OK;
}

/* Of the middle half of both sides, where the subject is and no surroundings: the mean squared error, by the variance there. */
static double share_of(const float *image, const float *again, int size) {
  const int from = size / 4, side = size - 2 * from;
  double error = 0, variance = 0;
  for (int c = 0; c < 3; c++) {
    double sum = 0, squares = 0;
    for (int i = 0; i < side * side; i++) {
      const size_t at = (size_t)c * sm_pixels(size) + (size_t)(from + i / side) * (size_t)size + (size_t)(from + i % side);
      const double value = (double)image[at], off = (double)again[at] - value;
      sum += value;
      squares += value * value;
      error += off * off;
    }
    variance += squares - sum * sum / ((double)side * side);
  }
  const double a_level = 1e-4 * 3 * side * side; /* noise of 8 bits: emptiness is drawn well */
  return error / (variance + a_level);
}

stylemap_status sm_place_judge(sm_place_search *s, sm_place_found *found, stylemap_error *error) {
  const int size = s->session->net->config.size;
  SM_TRY(stylemap_resize(s->session, s->stylemap, s->pyramid, error));
  SM_TRY(stylemap_synth(s->session, s->pyramid, s->again, error));
  s->syntheses++;
  found->score = score_of(s->place, s->features);
  found->error = stylemap_mse(s->again, s->image, 3 * sm_pixels(size));
  found->share = share_of(s->image, s->again, size);
  return STYLEMAP_OK;
}

/* Not off the layer, nor to squares that nobody means. */
static stylemap_placement bounded(const stylemap_layer *layer, stylemap_placement p) {
  const double most = 4.0 * (layer->width > layer->height ? layer->width : layer->height);
  p.x = within(p.x - layer->width / 2.0, layer->width / 2.0) + layer->width / 2.0;
  p.y = within(p.y - layer->height / 2.0, layer->height / 2.0) + layer->height / 2.0;
  p.side = p.side < 2 ? 2 : p.side > most ? most : p.side;
  p.angle = remainder(p.angle, 2 * 3.14159265358979323846);
  return p;
}

stylemap_status sm_place_descend(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *from,
                                 sm_place_found *found, stylemap_error *error) {
  static const int stages[] = {0, 1, 1, 2, 2};
  found->placement = *from;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    SM_TRY(sm_place_see(s, layer, &found->placement, error));
    const sm_shift shift = sm_place_guess(s->place, stages[i], s->features, NULL);
    found->score = score_of(s->place, s->features);
    found->placement = bounded(layer, sm_place_move(&found->placement, &shift));
  }
  return STYLEMAP_OK;
}

stylemap_status sm_place_finish(sm_place_search *s, const stylemap_layer *layer, sm_place_found *found,
                                stylemap_error *error) {
  /* what several squares around the place say, on average: each errs in its own way */
  static const sm_shift around[] = {
      {0.03, 0.01, 0.03, 0.04}, {-0.01, 0.03, -0.03, 0.04}, {-0.03, -0.01, 0.03, -0.04}, {0.01, -0.03, -0.03, -0.04}};
  enum { AROUND = sizeof around / sizeof *around };
  stylemap_placement mean = found->placement;
  const stylemap_placement before = mean;
  for (int i = 0; i < AROUND; i++) {
    const stylemap_placement there = sm_place_move(&before, &around[i]);
    SM_TRY(sm_place_see(s, layer, &there, error));
    const sm_shift shift = sm_place_guess(s->place, SM_PLACE_STAGES - 1, s->features, NULL);
    const stylemap_placement says = sm_place_move(&there, &shift);
    mean.x += (says.x - before.x) / AROUND;
    mean.y += (says.y - before.y) / AROUND;
    mean.side *= exp(log(says.side / before.side) / AROUND);
    mean.angle += (says.angle - before.angle) / AROUND;
  }
  found->placement = bounded(layer, mean);
  SM_TRY(sm_place_see(s, layer, &found->placement, error));
  return sm_place_judge(s, found, error);
}

/* ----------------------------------------------------------------------------------------------- starts */

/* Squares of `side` over the rectangle, `apart` sides from one another at most, behind the `count` there are. */
static int spread_starts(const stylemap_placement *like, double x, double y, double w, double h, double side,
                         double apart, stylemap_placement *starts, int count) {
  const double free_w = w > side ? w - side : 0, free_h = h > side ? h - side : 0;
  const int across = (int)ceil(free_w / (apart * side)) + 1, down = (int)ceil(free_h / (apart * side)) + 1;
  for (int i = 0; i < across * down && count < MOST_STARTS; i++, count++) {
    starts[count] = *like;
    starts[count].x = x + w / 2 + (across > 1 ? free_w * (i % across / (across - 1.0) - 0.5) : 0);
    starts[count].y = y + h / 2 + (down > 1 ? free_h * (i / across / (down - 1.0) - 0.5) : 0);
    starts[count].side = side;
  }
  return count;
}

void sm_place_keep_best(sm_place_start *best, int *count, int most, const sm_place_start *start) {
  int at = *count, same = -1;
  for (int k = 0; k < *count; k++)
    if (stylemap_placement_distance(&start->placement, &best[k].placement) < 0.15) same = k;
  if (same >= 0) {
    if (start->score <= best[same].score) return;
    at = same;
  } else if (*count < most) {
    ++*count;
  } else if (start->score <= best[--at].score) {
    return;
  }
  for (; at > 0 && best[at - 1].score < start->score; at--) best[at] = best[at - 1];
  best[at] = *start;
}

/* Looks at all starts, and leaves the best FOLLOWED that lie apart, best first; each already moved by what the first
 * stage says of it. */
static stylemap_status best_starts(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *starts,
                                   int count, sm_place_start *best, int *found, stylemap_error *error) {
  *found = 0;
  for (int i = 0; i < count; i++) {
    sm_place_start one;
    SM_TRY(sm_place_see(s, layer, &starts[i], error));
    const sm_shift shift = sm_place_guess(s->place, 0, s->features, &one.score);
    one.placement = bounded(layer, sm_place_move(&starts[i], &shift));
    sm_place_keep_best(best, found, FOLLOWED, &one);
  }
  return STYLEMAP_OK;
}

static int is_sure(const sm_place *place, const sm_place_found *found) {
  return found->share <= (double)place->limits[SM_PLACE_SHARE] && found->score >= (double)place->limits[SM_PLACE_SCORE];
}

static int is_hopeless(const sm_place *place, const sm_place_found *found) {
  const double least = (double)place->limits[SM_PLACE_SCORE];
  return found->score < least - (1 - hopeless) * fabs(least);
}

/* One round over some starts. */
static stylemap_status search_round(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *starts,
                                    int count, sm_place_found *found, stylemap_error *error) {
  sm_place_start best[FOLLOWED];
  sm_place_found ends[FOLLOWED];
  int followed, judged = 0;
  SM_TRY(best_starts(s, layer, starts, count, best, &followed, error));
  for (int i = 0; i < followed; i++) {
    sm_place_found end;
    SM_TRY(sm_place_descend(s, layer, &best[i].placement, &end, error));
    int at = judged++;
    for (; at > 0 && ends[at - 1].score < end.score; at--) ends[at] = ends[at - 1];
    ends[at] = end;
  }
  for (int i = 0; i < judged && i < JUDGED && !is_hopeless(s->place, &ends[i]); i++) {
    if (i && stylemap_placement_distance(&ends[i].placement, &ends[0].placement) < 0.1) continue;
    SM_TRY(sm_place_finish(s, layer, &ends[i], error));
    const int better = is_sure(s->place, &ends[i]) - is_sure(s->place, found);
    if (better > 0 || (better == 0 && ends[i].score > found->score)) *found = ends[i];
  }
  return STYLEMAP_OK;
}

static stylemap_placement scaled(const stylemap_placement *p, double by) {
  stylemap_placement q = *p;
  q.x *= by, q.y *= by, q.side *= by;
  return q;
}

/* All rounds, on a copy of the layer at `step`. The first begins with the middle alone, where subjects mostly are: what is
 * sure of it needs no other starts. Beside a square that is told to be `near` there is no third: it
 * was right in three of 336 searches around parts of heads, all of which another size of square had found (core/README.md, "Placing"). */
static stylemap_status search_all(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *near,
                                  const stylemap_placement *middle, double step, sm_place_found *found,
                                  stylemap_error *error) {
  sm_still still = {0};
  stylemap_placement starts[MOST_STARTS];
  stylemap_status status;
  SM_TRY_DONE(copy_layer(layer, step, &still, error));
  const stylemap_layer copy = sm_still_layer(&still);
  const double w = layer->width / step, h = layer->height / step, least = w < h ? w : h;
  for (int round = -1; round < (near ? 1 : 2) && !is_sure(s->place, found); round++) {
    int count = 1;
    if (round < 0) {
      starts[0] = scaled(middle, 1 / step);
    } else if (near) {
      const stylemap_placement p = scaled(near, 1 / step);
      const double half = 0.75 * p.side;
      count = spread_starts(&p, p.x - half, p.y - half, 2 * half, 2 * half, p.side, 0.4, starts, 0);
    } else {
      const stylemap_placement upright = {0};
      count = round ? 0 : spread_starts(&upright, 0, 0, w, h, least, 0.4, starts, 0);
      count = spread_starts(&upright, 0, 0, w, h, least * (round ? 0.38 : 0.62), 0.4, starts, count);
    }
    SM_TRY_DONE(search_round(s, &copy, starts, count, found, error));
  }
done:
  sm_free(still.planes);
  return status;
}

/* Whole sixteenths of a pixel, and of a degree: what is told can be written down. */
static stylemap_placement rounded(stylemap_placement p) {
  const double turn = 16 * 180 / 3.14159265358979323846;
  p.x = round(16 * p.x) / 16;
  p.y = round(16 * p.y) / 16;
  p.side = round(16 * p.side) / 16;
  p.angle = round(turn * p.angle) / turn;
  return p;
}

static stylemap_status place(sm_place_search *s, const stylemap_layer *layer, const stylemap_placement *near, int keep,
                             stylemap_placement *placement, stylemap_place_report *report, stylemap_error *error) {
  const int size = s->session->net->config.size;
  sm_place_found found = {.score = -INFINITY, .error = INFINITY, .share = INFINITY}, start = {0};
  if (near) start.placement = *near;
  else stylemap_fit(layer->width, layer->height, &start.placement);
  SM_TRY(sm_place_see(s, layer, &start.placement, error));
  SM_TRY(sm_place_judge(s, &start, error));
  int sure = keep && start.error <= keep_below * (double)s->place->limits[SM_PLACE_USUAL] &&
             is_sure(s->place, &start); /* emptiness is drawn well */
  if (sure) {
    found = start;
  } else {
    /* squares shrink on their way */
    const double least = near ? 0.6 * near->side : 0.38 * (layer->width < layer->height ? layer->width : layer->height);
    double step = least / size;
    const double fits = sqrt((double)layer->width * layer->height / COPY_PIXELS);
    step = step < 1 ? 1 : step;
    step = step < fits ? fits : step;
    SM_TRY(search_all(s, layer, near, &start.placement, step, &found, error));
    sure = is_sure(s->place, &found);
    found.placement = scaled(&found.placement, step);
    if (sure && found.placement.side < step * size) SM_TRY(sm_place_finish(s, layer, &found, error));
    found.placement = rounded(found.placement);
    sure = is_sure(s->place, &found);
  }
  *placement = sure ? found.placement : start.placement;
  *report = (stylemap_place_report){.sure = sure,
                                    .error = sure ? found.error : start.error,
                                    .start_error = start.error,
                                    .usual_error = (double)s->place->limits[SM_PLACE_USUAL],
                                    .encodes = s->encodes,
                                    .syntheses = s->syntheses};
  return STYLEMAP_OK;
}

/* What is asked of both: what the model has learnt, and a session's search. */
static stylemap_status begin(stylemap_session *session, const stylemap_layer *layer, int asked, int encodes, int syntheses,
                             sm_place_search *s, stylemap_error *error) {
  if (!session || !layer || layer->width < 1 || layer->height < 1 || !asked)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A placement is found on a layer, by a session."), NULL);
  const sm_place *knows = &session->model->place;
  if (!knows->features)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("This model has not learnt to find its subject in a picture. \"stylemap learn-place\" "
                           "teaches it."), NULL);
  const sm_config *c = &session->net->config;
  SM_TRY(sm_place_search_new(session, knows, s, error));
  sm_work_begin(session, STYLEMAP_PHASE_ENCODE, encodes * sm_encode_work(c) + syntheses * (sm_resize_work(c) + sm_synth_work(c)));
  return STYLEMAP_OK;
}

static stylemap_status end(sm_place_search *s, stylemap_status status, stylemap_error *error) {
  const stylemap_status ended = sm_work_end(s->session, status == STYLEMAP_OK ? error : NULL);
  sm_place_search_free(s);
  return status == STYLEMAP_OK ? ended : status;
}

stylemap_status stylemap_place(stylemap_session *session, const stylemap_layer *layer, const stylemap_placement *near,
                               int keep, stylemap_placement *placement, stylemap_place_report *report,
                               stylemap_error *error) {
  sm_place_search s;
  stylemap_place_report told;
  stylemap_placement found;
  SM_TRY(begin(session, layer, placement != NULL, USUAL_ENCODES, USUAL_SYNTHESES, &s, error));
  SM_TRY(end(&s, place(&s, layer, near, keep, &found, &told, error), error));
  *placement = found;
  if (report) *report = told;
  return STYLEMAP_OK;
}

stylemap_status stylemap_place_is_known(stylemap_session *session, const stylemap_layer *layer, const stylemap_placement *placement,
                                        int *known, stylemap_error *error) {
  sm_place_search s;
  sm_place_found there;
  SM_TRY(begin(session, layer, placement && known, 1, 1, &s, error));
  stylemap_status status = sm_place_see(&s, layer, placement, error);
  if (status == STYLEMAP_OK) status = sm_place_judge(&s, &there, error);
  SM_TRY(end(&s, status, error));
  *known = is_sure(s.place, &there);
  return STYLEMAP_OK;
}
