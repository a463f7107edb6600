/* SPDX-License-Identifier: GPL-3.0-or-later
 * layer -> collages -> sample -> rounds of encode, blend, synth -> choose -> correction of the collage -> paste. Projecting
 * a collage on a generator: Chai, Wulff, Isola, Using latent space regression to analyze and leverage compositionality in
 * GANs (ICLR 2021); here through the paper's own blend of style maps. */
#include "edit/heal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "edit/collage.h"
#include "edit/correct.h"
#include "edit/detail.h"
#include "edit/finish.h"
#include "edit/transplant.h"
#include "frame/frame.h"
#include "network/network.h"
#include "net/boxes.h"

enum { MARGIN = 2 /* target pixels around the rectangle that a membrane hangs on */, STAGES = 3 /* rounds that are looked at */ };
static const double PROMISING = 0.8; /* promises further apart from the best one's: a collage is not drawn */
enum { TRIED = 3 /* collages that are drawn for a round at most; the best one is gone on with */ };
static const double FURTHER = 0.1; /* of regret that a stage must be better: what is drawn again is sometimes drawn wrongly */
static const double WORTH = 0.05; /* of regret that a further stage must take, for another to be drawn */
static const double WORTH_A_PART = 5e9; /* multiply-adds less of gamma and beta: some 40 ms of a processor */
static const double LEAST_ERROR = 0.005; /* that of a model that knows every pixel is noise */
/* How detail stays: sigma, and if the target's does, too. */
static const struct { double sigma; bool both; } details[] = {{0.03, false}, {0.1, false}, {0.6, false}, {1.5, false}, {0.35, true}, {1.5, true}};

void stylemap_heal_defaults(stylemap_heal_options *o) {
  *o = (stylemap_heal_options){.start = STYLEMAP_START_FIT, .rounds = 4, .detail = 0.5, .strength = 1,
                               .rule = STYLEMAP_MASK_ANY};
}

void stylemap_heal_as_reported(stylemap_heal_options *o, const stylemap_heal_report *report) {
  o->start = report->start, o->rounds = report->rounds, o->sigma = report->sigma, o->both = report->both;
  memcpy(o->offset, report->offset, sizeof o->offset);
}

/* A collage in the square, and what comes out of it. Squares of 3 planes. */
typedef struct drawing {
  float clone;  /* how much it is cloned */
  bool matched, toned; /* is it copied in the target's colours? each part in its own? */
  int made;    /* stages */
  double misfit;
  float *first;          /* the collage, sampled */
  float *projected;      /* what the model makes of it by itself */
  float *stages[STAGES]; /* after so many rounds */
} drawing;

enum { DRAWING_PLANES = 3 * (2 + STAGES), DRAWINGS = 4 };

/* What is asked for, and the square's numbers. */
typedef struct healing {
  stylemap_session *session;
  const stylemap_heal_options *options;
  const stylemap_layer *layer; /* the target */
  const stylemap_placement *placement;
  const stylemap_piece *pieces;
  int count;
  int size;
  sm_part_of_square part; /* that sees the collage */
  sm_collage collage;
  int stages, rounds[STAGES];
  double usual;           /* the model's error on the target */
  float *target, *mask;   /* 3 and 1 planes of the square: the target; how much of the references there is */
  float *own;             /* 3: what the model makes of the target */
  float *image;           /* 3: a candidate */
  float *added;           /* the correction */
  float *from_collage, *from_target; /* 1 each: how far the drawing is from either */
  drawing drawings[DRAWINGS];
  float offset[3]; /* from the references' colours to the target's, numbers of -1..1 */
  drawing *best;
  int stage;       /* of the best */
  sm_candidate as; /* the best */
  double regret;
  sm_candidate_take take;
  void *data;
} healing;

static float cloned_by(stylemap_start start) {
  return start == STYLEMAP_START_CLONE ? 1 : start == STYLEMAP_START_MEAN ? 0.5f : 0;
}

static float clipped(float v) { return v < -1 ? -1 : v > 1 ? 1 : v; }

static size_t plane_of(const healing *h) { return (size_t)h->size * (size_t)h->size; }

/* x := target + mask (x - target), x clipped to -1..1. */
static void put_back(const healing *h, float *x) {
  const size_t plane = plane_of(h);
  for (size_t p = 0; p < 3; p++)
    for (size_t i = 0; i < plane; i++) {
      const float t = h->target[p * plane + i];
      x[p * plane + i] = t + h->mask[i] * (clipped(x[p * plane + i]) - t);
    }
}

/* out := G(E(image)), clipped to -1..1; of a collage, in a draft, about that, where it is seen. */
static stylemap_status reconstruct(const healing *h, const float *image, bool collage, float *out, stylemap_error *error) {
  const size_t numbers = 3 * plane_of(h);
  const bool about = collage && h->options->draft && h->options->sigma > 0;
  if (about) SM_TRY(sm_reconstruct_part(h->session, image, h->target, &h->part, WORTH_A_PART, out, error));
  else SM_TRY(stylemap_reconstruct(h->session, image, out, error));
  for (size_t i = 0; i < numbers; i++) out[i] = clipped(out[i]);
  return STYLEMAP_OK;
}

/* to := from + weight * what the collage adds. `from` is not `to`. */
static stylemap_status add(healing *h, sm_collage_what what, float weight, const float *from, float *to, stylemap_error *error) {
  stylemap_placement placement = *h->placement;
  const stylemap_layer cells = sm_collage_cells(&h->collage, what, h->layer, &placement);
  memset(to, 0, 3 * plane_of(h) * sizeof(float));
  if (h->part.width) SM_TRY(sm_sample_part(&cells, &placement, h->size, &h->part, to, error));
  for (size_t i = 0; i < 3 * plane_of(h); i++) to[i] = clipped(from[i] + 2 * weight * to[i]);
  return STYLEMAP_OK;
}

/* The collage, copied. */
static stylemap_status lay(healing *h, drawing *d, stylemap_error *error) {
  d->clone = 0, d->matched = d->toned = false, d->made = 0;
  return add(h, SM_COLLAGE_ADDED, 1, h->target, d->first, error);
}

static stylemap_status lay_cloned(healing *h, float clone, const drawing *copy, drawing *d, stylemap_error *error) {
  d->clone = clone, d->matched = d->toned = false, d->made = 0;
  return add(h, SM_COLLAGE_SHIFT, clone, copy->first, d->first, error);
}

static stylemap_status lay_toned(healing *h, const drawing *copy, drawing *d, stylemap_error *error) {
  d->clone = 0, d->matched = false, d->toned = true, d->made = 0;
  return add(h, SM_COLLAGE_TONE, 1, copy->first, d->first, error);
}

/* The copy in the target's colours; `copy` may be `d`. */
static void match(const healing *h, const drawing *copy, drawing *d) {
  const size_t plane = plane_of(h);
  d->clone = 0, d->matched = true, d->toned = false, d->made = 0;
  for (size_t i = 0; i < 3 * plane; i++) d->first[i] = clipped(copy->first[i] + h->mask[i % plane] * h->offset[i / plane]);
}

/* What the model makes of the collage, which is its misfit. */
static stylemap_status look(healing *h, drawing *d, stylemap_error *error) {
  SM_TRY(reconstruct(h, d->first, true, d->projected, error));
  d->misfit = sm_change(d->first, d->projected, h->mask, plane_of(h)) / h->usual;
  return STYLEMAP_OK;
}

/* The target's square, and the mask's. */
static stylemap_status begin(healing *h, stylemap_error *error) {
  const size_t plane = plane_of(h);
  const sm_collage *c = &h->collage;
  const stylemap_layer seen = sm_seen(h->layer);
  stylemap_placement placement = *h->placement;
  const stylemap_layer mask = sm_collage_cells(&h->collage, SM_COLLAGE_MASK, h->layer, &placement);
  h->part = sm_part_seeing(h->placement, h->size, c->x, c->y, c->width, c->height);
  memset(h->mask, 0, plane * sizeof(float));
  if (h->options->seen) memcpy(h->target, h->options->seen, 3 * plane * sizeof(float));
  else SM_TRY(stylemap_sample(&seen, h->placement, h->size, h->target, error));
  if (h->part.width) SM_TRY(sm_sample_mask_part(&mask, &placement, h->size, &h->part, h->mask, error));
  return STYLEMAP_OK;
}

/* What the model makes of the target. */
static stylemap_status look_at_target(healing *h, stylemap_error *error) {
  SM_TRY(reconstruct(h, h->target, false, h->own, error));
  h->usual = fmax(sm_change(h->target, h->own, NULL, plane_of(h)), LEAST_ERROR);
  return STYLEMAP_OK;
}

/* The references where the target is, a little beyond the mask, too: `image` is used up. */
static stylemap_status references(const healing *h, float *square, stylemap_error *error) {
  const int size = h->size, around = 4 * (size > 128 ? size / 128 : 1);
  const size_t plane = plane_of(h);
  const int x = h->part.x > around ? h->part.x - around : 0, y = h->part.y > around ? h->part.y - around : 0;
  const int right = h->part.x + h->part.width + around, bottom = h->part.y + h->part.height + around;
  const sm_part_of_square part = {x, y, (right < size ? right : size) - x, (bottom < size ? bottom : size) - y};
  memcpy(square, h->target, 3 * plane * sizeof(float));
  if (!h->part.width) return STYLEMAP_OK;
  SM_TRY(sm_sample_part(h->pieces[0].picture, &h->pieces[0].placement, size, &part, square, error));
  for (int k = 1; k < h->count; k++) {
    float *mask = h->from_collage; /* which is not in use yet */
    memset(mask, 0, plane * sizeof(float));
    memcpy(h->image, square, 3 * plane * sizeof(float));
    SM_TRY(sm_sample_part(h->pieces[k].picture, &h->pieces[k].placement, size, &part, h->image, error));
    SM_TRY(sm_sample_mask_part(h->pieces[k].mask, h->placement, size, &part, mask, error));
    for (size_t i = 0; i < 3 * plane; i++) square[i] += mask[i % plane] * (h->image[i] - square[i]);
  }
  return STYLEMAP_OK;
}

/* Goes on with the rounds to `stage`. The first is what the model makes of the collage, which is the target outside the mask
 * anyway; the others blend with the target's style maps. */
static stylemap_status draw(const healing *h, drawing *d, int stage, stylemap_error *error) {
  const stylemap_edit edit = {.rule = h->options->rule, .space = STYLEMAP_SPACE_W_PLUS, .strength = 1};
  for (; d->made <= stage; d->made++) {
    float *x = d->stages[d->made];
    const stylemap_reference reference = {x, h->mask};
    memcpy(x, d->made ? d->stages[d->made - 1] : d->projected, 3 * plane_of(h) * sizeof(float));
    if (!d->made) put_back(h, x);
    for (int k = d->made ? h->rounds[d->made - 1] : 1; k < h->rounds[d->made]; k++) {
      SM_TRY(stylemap_transplant(h->session, h->target, &reference, 1, &edit, x, error));
      put_back(h, x);
    }
  }
  return STYLEMAP_OK;
}

/* How far the drawing is from the collage and from the target; `image` is used up. */
static void compare(const healing *h, const drawing *d, int stage) {
  sm_detail_changed(d->first, d->stages[stage], h->size, h->from_collage, h->image);
  sm_detail_changed(h->target, d->stages[stage], h->size, h->from_target, h->image);
}

/* The correction's planes of detail, as the candidate has it. */
static void keep(const healing *h, bool both, double sigma) {
  const size_t plane = plane_of(h);
  float *target = h->added + SM_CORRECTION_TARGET * plane, *collage = h->added + SM_CORRECTION_COLLAGE * plane;
  if (both) {
    sm_detail_keep_both(h->from_collage, h->from_target, plane, sigma, collage, target);
  } else {
    sm_detail_keep(h->from_collage, plane, sigma, collage);
    memset(target, 0, plane * sizeof(float));
  }
}

/* The candidate that keeps detail so, into `image`, which is the target where there is no mask. */
static void compose(const healing *h, const drawing *d, const float *drawn, const sm_candidate *candidate) {
  const size_t plane = plane_of(h);
  const float *target = h->added + SM_CORRECTION_TARGET * plane, *collage = h->added + SM_CORRECTION_COLLAGE * plane;
  keep(h, candidate->both, candidate->sigma);
  for (size_t p = 0; p < 3 * plane; p += plane)
    for (size_t i = 0; i < plane; i++) {
      if (!(h->mask[i] > 0)) continue;
      const float t = h->target[p + i], with = drawn[p + i] + collage[i] * (d->first[p + i] - d->projected[p + i]) +
                                               target[i] * (t - h->own[p + i]);
      h->image[p + i] = t + h->mask[i] * (clipped(with) - t);
    }
}

/* Draws a collage's next stage, and looks at its candidates: the least regret among them, and the best so far of all. */
static stylemap_status draw_and_look(healing *h, sm_scene *scene, drawing *d, double *least, stylemap_error *error) {
  const int stage = d->made;
  SM_TRY(draw(h, d, stage, error));
  compare(h, d, stage);
  memcpy(h->image, h->target, 3 * plane_of(h) * sizeof(float));
  scene->misfit = d->misfit;
  sm_scene_collage(scene, d->first);
  sm_candidate sharpest;
  double least_detail = INFINITY;
  *least = INFINITY;
  for (size_t k = 0; k < sizeof details / sizeof *details; k++) {
    float seen[SM_CHOICE_SEEN];
    const sm_candidate candidate = {d->clone, d->matched, d->toned, h->rounds[stage], details[k].both, details[k].sigma};
    compose(h, d, d->stages[stage], &candidate);
    sm_scene_see(scene, &candidate, h->image, seen);
    if (h->take) h->take(h->data, &candidate, seen, h->image);
    const double regret = sm_choice_regret(seen) + FURTHER * stage;
    const double detail = sm_choice_detail(seen);
    *least = fmin(*least, regret);
    if (k == 0 || detail < least_detail) least_detail = detail, sharpest = candidate;
    if (!h->best || regret < h->regret) h->best = d, h->stage = stage, h->regret = regret;
  }
  if (h->best == d && h->stage == stage) h->as = sharpest; /* of one drawing the one with the reference's lines */
  return STYLEMAP_OK;
}

/* How good a collage is to begin with, before the model is asked. */
static double promise(healing *h, sm_scene *scene, const drawing *d) {
  const sm_candidate itself = {d->clone, d->matched, d->toned, 0, false, 1};
  float seen[SM_CHOICE_SEEN];
  memcpy(h->image, d->first, 3 * plane_of(h) * sizeof(float));
  put_back(h, h->image);
  scene->misfit = 1;
  sm_scene_collage(scene, d->first);
  sm_scene_see(scene, &itself, h->image, seen);
  if (h->take) h->take(h->data, &itself, seen, h->image);
  return sm_choice_start(seen);
}

static void exchange(drawing *a, drawing *b) {
  const drawing moved = *a;
  *a = *b, *b = moved;
}

/* The drawings' collages, after lay_all. */
enum { COPIED, CLONED, TONED, MATCHED };

/* The first drawing's collage, after lay_all, becomes the one that is cloned, matched or toned so. */
static stylemap_status lay_as(healing *h, float clone, bool matched, bool toned, stylemap_error *error) {
  drawing *d = h->drawings;
  if (matched) match(h, &d[COPIED], &d[COPIED]);
  if (toned) exchange(&d[COPIED], &d[TONED]);
  if (clone > 0) exchange(&d[COPIED], &d[CLONED]);
  return clone > 0 && clone < 1 ? lay_cloned(h, clone, &d[CLONED], &d[COPIED], error) : STYLEMAP_OK;
}

/* The copy, the clone, the toned one, and the references, in the square that is drawn first. */
static stylemap_status lay_all(healing *h, bool told, stylemap_error *error) {
  drawing *d = h->drawings;
  SM_TRY(lay(h, &d[COPIED], error));
  if (h->collage.shift) SM_TRY(lay_cloned(h, 1, &d[COPIED], &d[CLONED], error));
  if (h->collage.tone) SM_TRY(lay_toned(h, &d[COPIED], &d[TONED], error));
  return told ? STYLEMAP_OK : references(h, d[COPIED].stages[0], error);
}

/* All that decides how the square is healed, when all is laid. */
static sm_digest key_of(const healing *h, bool told) {
  const stylemap_heal_options *o = h->options;
  const double asked[] = {o->start, o->rounds, o->rule, o->sigma, o->both, o->draft, o->film, (double)o->offset[0], (double)o->offset[1], (double)o->offset[2]};
  const float *squares[] = {h->target, h->drawings[COPIED].first, h->drawings[CLONED].first, h->drawings[TONED].first, h->drawings[COPIED].stages[0]};
  const size_t plane = plane_of(h) * sizeof(float);
  sm_digest key = sm_digest_both(sm_digest_of(asked, sizeof asked), sm_digest_of(h->mask, plane));
  for (int k = 0; k < (told ? 4 : 5); k++) key = sm_digest_both(key, sm_digest_of(squares[k], 3 * plane));
  return key;
}

/* The collages that are drawn, the most promising first. */
static stylemap_status begin_with(healing *h, sm_scene *scene, int *count, stylemap_error *error) {
  const stylemap_start start = h->options->start;
  const int all = h->options->film ? DRAWINGS - 1 : DRAWINGS;
  drawing *d = h->drawings;
  double promises[DRAWINGS];
  SM_TRY(sm_scene_new(h->size, h->target, d[COPIED].stages[0], h->mask, scene, error));
  scene->usual = h->usual, scene->differ = sm_change(d[COPIED].first, d[CLONED].first, h->mask, plane_of(h));
  memcpy(h->offset, scene->offset, sizeof h->offset);
  *count = 1;
  if (start != STYLEMAP_START_FIT) return lay_as(h, cloned_by(start), start == STYLEMAP_START_MATCH, start == STYLEMAP_START_TONE, error);
  match(h, &d[COPIED], &d[MATCHED]);
  if (h->options->film) exchange(&d[TONED], &d[MATCHED]); /* and so out of what is counted */
  for (int k = 0; k < all; k++) {
    promises[k] = promise(h, scene, &d[k]);
    for (int i = k; i > 0 && promises[i] < promises[i - 1]; i--) {
      const double promised = promises[i];
      promises[i] = promises[i - 1], promises[i - 1] = promised;
      exchange(&d[i], &d[i - 1]);
    }
  }
  while (*count < TRIED && promises[*count] - promises[0] <= PROMISING) ++*count;
  if (h->take) *count = all;
  return STYLEMAP_OK;
}

/* The most promising collages are drawn for a round, and the best one gone on with while that is worth it; all of all, if somebody takes
 * them. */
static stylemap_status draw_and_choose(healing *h, stylemap_error *error) {
  double least[DRAWINGS], best = INFINITY;
  int count = 0;
  sm_scene scene = {0};
  stylemap_status status;
  SM_TRY_DONE(begin_with(h, &scene, &count, error));
  for (int k = 0; k < count; k++) {
    SM_TRY_DONE(look(h, &h->drawings[k], error));
    SM_TRY_DONE(draw_and_look(h, &scene, &h->drawings[k], &least[k], error));
    best = fmin(best, least[k]);
  }
  for (int k = 0; k < count; k++) {
    bool worth = least[k] <= best;
    while (h->drawings[k].made < h->stages && (worth || h->take)) {
      double now;
      SM_TRY_DONE(draw_and_look(h, &scene, &h->drawings[k], &now, error));
      worth = now < least[k] - WORTH;
      least[k] = fmin(least[k], now);
    }
  }
done:
  sm_scene_free(&scene);
  return status;
}

/* As it was chosen before. */
static stylemap_status draw_as_told(healing *h, stylemap_error *error) {
  const stylemap_heal_options *o = h->options;
  h->best = &h->drawings[0];
  h->as = (sm_candidate){cloned_by(o->start), o->start == STYLEMAP_START_MATCH, o->start == STYLEMAP_START_TONE, o->rounds, o->both, o->sigma};
  memcpy(h->offset, o->offset, sizeof h->offset);
  SM_TRY(lay_as(h, h->as.clone, h->as.matched, h->as.toned, error));
  SM_TRY(look(h, h->best, error));
  return draw(h, h->best, 0, error);
}

static void remember(const healing *h, sm_digest key) {
  const size_t square = 3 * plane_of(h);
  sm_healed *healed = sm_cache_heal(&h->session->cache, key);
  if (!healed) return;
  const double about[SM_HEALED_ABOUT] = {h->as.clone, h->as.matched, h->as.toned, h->as.rounds, h->as.both, h->as.sigma, h->best->misfit,
                                         h->offset[0], h->offset[1], h->offset[2]};
  memcpy(healed->about, about, sizeof about);
  memcpy(healed->planes, h->best->stages[h->stage], square * sizeof(float));
  memcpy(healed->planes + square, h->best->projected, square * sizeof(float));
  memcpy(healed->planes + 2 * square, h->own, square * sizeof(float));
  healed->taken = 1;
}

/* As if it had been drawn. */
static stylemap_status recall(healing *h, const sm_healed *healed, stylemap_error *error) {
  const size_t square = 3 * plane_of(h);
  const double *about = healed->about;
  drawing *d = h->best = &h->drawings[0];
  h->as = (sm_candidate){(float)about[0], (int)about[1], (int)about[2], (int)about[3], (int)about[4], about[5]};
  for (int p = 0; p < 3; p++) h->offset[p] = (float)about[7 + p];
  SM_TRY(lay_as(h, h->as.clone, h->as.matched, h->as.toned, error));
  d->misfit = about[6];
  memcpy(d->stages[0], healed->planes, square * sizeof(float));
  memcpy(d->projected, healed->planes + square, square * sizeof(float));
  memcpy(h->own, healed->planes + 2 * square, square * sizeof(float));
  return STYLEMAP_OK;
}

/* Draws the square, unless this was just done: then only detail or strength are others. `work`: what that takes. */
static stylemap_status heal_square(healing *h, bool told, double work, stylemap_error *error) {
  SM_TRY(lay_all(h, told, error));
  const sm_digest key = key_of(h, told);
  const sm_healed *healed = h->take ? NULL : sm_cache_healed(&h->session->cache, key);
  if (healed) {
    h->session->done += work;
    return recall(h, healed, error);
  }
  SM_TRY(look_at_target(h, error));
  SM_TRY((told ? draw_as_told : draw_and_choose)(h, error));
  remember(h, key);
  return STYLEMAP_OK;
}

static stylemap_status check(const stylemap_layer *target, const stylemap_placement *placement,
                             const stylemap_piece *pieces, int count, const stylemap_heal_options *o, int x, int y, int w,
                             int h, int size, stylemap_error *error) {
  SM_TRY(sm_check_placement(target, placement, size, error));
  SM_TRY(sm_check_rectangle(target, x, y, w, h, error));
  if (!pieces || count < 1 || count > 1000 || o->rounds < 1 || o->rounds > 16 || !(o->detail >= 0 && o->detail <= 1) ||
      !(o->strength >= 0 && o->strength <= 1) || (unsigned)o->start > STYLEMAP_START_TONE ||
      (unsigned)o->rule > STYLEMAP_MASK_HALF || !(o->sigma >= 0 && o->sigma <= 100) ||
      (o->sigma > 0 && o->start == STYLEMAP_START_FIT) || !(fabsf(o->offset[0]) + fabsf(o->offset[1]) + fabsf(o->offset[2]) <= 6))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("Healing takes at least one reference, 1 to 16 rounds, and detail and strength from 0 to 1."),
                   NULL);
  for (int i = 0; i < count; i++) {
    SM_TRY(sm_check_placement(pieces[i].picture, &pieces[i].placement, size, error));
    if (!pieces[i].mask || pieces[i].mask->width != target->width || pieces[i].mask->height != target->height)
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A mask must have the size of the target."), NULL);
  }
  return STYLEMAP_OK;
}

/* Cuts the squares' memory into what is drawn there. */
static void lay_out(healing *h, float *squares) {
  const size_t plane = plane_of(h);
  float **parts[] = {&h->target, &h->own, &h->image, &h->added, &h->mask, &h->from_collage, &h->from_target};
  const size_t planes[] = {3, 3, 3, SM_CORRECTION_PLANES, 1, 1, 1};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; squares += planes[k++] * plane) *parts[k] = squares;
  for (drawing *d = h->drawings; d < h->drawings + DRAWINGS; d++, squares += DRAWING_PLANES * plane) {
    d->first = squares, d->projected = squares + 3 * plane;
    for (int k = 0; k < STAGES; k++) d->stages[k] = squares + (size_t)(6 + 3 * k) * plane;
  }
}

stylemap_status sm_heal(stylemap_session *s, const stylemap_layer *target, const stylemap_placement *placement,
                        const stylemap_piece *pieces, int count, const stylemap_heal_options *options, int x, int y, int w,
                        int h, const stylemap_layer *result, stylemap_heal_report *report, sm_candidate_take take,
                        void *data, stylemap_error *error) {
  if (!s || !options || !result)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("heal needs a session, options and a result."), NULL);
  const sm_config *c = &s->net->config;
  const bool told = options->sigma > 0;
  const sm_collage_colours colours = !told || options->start == STYLEMAP_START_TONE ? SM_COLLAGE_TONED : cloned_by(options->start) > 0 ? SM_COLLAGE_CLONED : SM_COLLAGE_COPIED;
  healing heals = {.session = s, .options = options, .layer = target, .placement = placement, .pieces = pieces,
                   .count = count, .size = c->size, .take = take, .data = data};
  SM_TRY(check(target, placement, pieces, count, options, x, y, w, h, c->size, error));
  const int left = x > MARGIN ? x - MARGIN : 0, top = y > MARGIN ? y - MARGIN : 0;
  const int right = target->width - x - w > MARGIN ? x + w + MARGIN : target->width;
  const int bottom = target->height - y - h > MARGIN ? y + h + MARGIN : target->height;
  for (int k = told ? options->rounds : 1; k <= options->rounds; k = k < STAGES - 1 || k == options->rounds ? k + 1 : options->rounds)
    heals.rounds[heals.stages++] = k;
  const size_t plane = plane_of(&heals), planes = 3 + 3 + 3 + SM_CORRECTION_PLANES + 3 + DRAWINGS * DRAWING_PLANES;
  stylemap_status status, ended;
  float *squares = sm_alloc(plane * planes, sizeof(float));
  if (!squares) return sm_no_memory(error, plane * planes * sizeof(float));
  lay_out(&heals, squares);
  const double work = ((told ? 1 : 2) + options->rounds) * (sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c));
  sm_work_begin(s, STYLEMAP_PHASE_SAMPLE, work);
  SM_TRY_DONE(sm_collage_new(s->pool, target, placement, c->size, pieces, count, colours, left, top, right - left,
                             bottom - top, &heals.collage, error));
  SM_TRY_DONE(begin(&heals, error));
  SM_TRY_DONE(heal_square(&heals, told, work, error));
  const drawing *best = heals.best;
  const float *drawn = best->stages[heals.stage];
  compare(&heals, best, heals.stage);
  keep(&heals, heals.as.both, sm_detail_sigma(options->detail, heals.as.sigma));
  sm_correction(drawn, heals.own, best->projected, c->size, heals.added);
  double flat;
  SM_TRY_DONE(sm_scene_drawn(c->size, heals.target, heals.mask, &flat, error));
  if (best->toned) sm_collage_tone(&heals.collage);
  const sm_drawn all = {.target = target, .placement = placement, .collage = &heals.collage, .part = heals.part, .size = c->size,
                        .clone = best->toned ? 1 : best->clone, .offset = best->matched ? heals.offset : NULL, .of_target = heals.target,
                        .of_collage = best->first, .own = heals.own, .drawing = drawn, .grain = 1 - (float)flat, .added = heals.added};
  const double by = options->detail < 1 ? fmin(2 * options->detail, 1) : 0; /* at 1 all detail is kept already */
  SM_TRY_DONE(sm_finish(s->pool, &all, by, options->strength, x, y, w, h, result, error));
  if (report)
    *report = (stylemap_heal_report){
        .start = best->toned ? STYLEMAP_START_TONE : best->matched ? STYLEMAP_START_MATCH : best->clone < 0.25f ? STYLEMAP_START_COPY : best->clone < 0.75f ? STYLEMAP_START_MEAN : STYLEMAP_START_CLONE,
        .rounds = heals.as.rounds, .sigma = heals.as.sigma, .both = heals.as.both, .misfit = best->misfit,
        .change = sm_change(best->first, drawn, heals.mask, plane)};
  if (report && best->matched) memcpy(report->offset, heals.offset, sizeof heals.offset);
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  sm_collage_free(&heals.collage);
  sm_free(squares);
  return status == STYLEMAP_OK ? ended : status;
}

stylemap_status stylemap_heal(stylemap_session *s, const stylemap_layer *target, const stylemap_placement *placement,
                              const stylemap_piece *pieces, int count, const stylemap_heal_options *options, int x,
                              int y, int w, int h, const stylemap_layer *result, stylemap_heal_report *report,
                              stylemap_error *error) {
  return sm_heal(s, target, placement, pieces, count, options, x, y, w, h, result, report, NULL, NULL, error);
}
