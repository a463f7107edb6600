/* SPDX-License-Identifier: GPL-3.0-or-later
 * layer -> collage -> sample -> rounds of encode, blend, synth -> correction of the collage -> paste. Projecting a
 * collage on a generator: Chai, Wulff, Isola, Using latent space regression to analyze and leverage compositionality in
 * GANs (ICLR 2021); here through the paper's own blend of style maps. */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "edit/collage.h"
#include "edit/detail.h"
#include "frame/frame.h"
#include "frame/warp.h"
#include "network/network.h"
#include "net/boxes.h"

enum { MARGIN = 2, /* target pixels around the rectangle that a membrane hangs on */ CORRECTION = 7 /* planes */ };
/* Measured on truth (core/README.md, "Healing"): a cloned collage of this misfit or less is right but for what the model
 * cannot draw; and how much change, in numbers of -1..1, takes the pictures' own detail away, there and elsewhere. The
 * error of a model that knows every pixel is noise. */
static const double FITS = 2.5, FITTING_CHANGE = 0.6, CHANGE = 0.1, LEAST_ERROR = 0.005;

void stylemap_heal_defaults(stylemap_heal_options *o) {
  *o = (stylemap_heal_options){.start = STYLEMAP_START_FIT, .rounds = 4, .detail = 0.5, .strength = 1,
                               .rule = STYLEMAP_MASK_ANY};
}

/* What is asked for, and the square's numbers. */
typedef struct healing {
  stylemap_session *session;
  const stylemap_heal_options *options;
  const stylemap_layer *layer; /* the target */
  const stylemap_placement *placement;
  const stylemap_piece *pieces;
  int count;
  int x, y, width, height; /* of the collage, on the target */
  int size;
  stylemap_start start; /* that was taken */
  int rounds;
  double usual;  /* the model's error on the target; 0: not looked at yet */
  double misfit; /* how many times worse the model knows what was pasted than it knows the target */
  float *target, *mask;   /* 3 and 1 planes of the square: the target; how much of the references there is */
  float *first;           /* 3: the collage, sampled */
  float *projected;       /* 3: what the model makes of the collage by itself */
  float *healed;          /* 3: after the last round; with `projected` and `keep` one block of CORRECTION planes */
  float *keep;            /* 1: how much of the collage's own detail stays */
} healing;

static float clipped(float v) { return v < -1 ? -1 : v > 1 ? 1 : v; }

/* x := target + mask (x - target), x clipped to -1..1. */
static void put_back(const healing *h, float *x) {
  const size_t plane = (size_t)h->size * (size_t)h->size;
  for (size_t i = 0; i < 3 * plane; i++) x[i] = h->target[i] + h->mask[i % plane] * (clipped(x[i]) - h->target[i]);
}

/* out := G(E(image)), clipped to -1..1. */
static stylemap_status reconstruct(const healing *h, const float *image, float *out, stylemap_error *error) {
  const size_t numbers = 3 * (size_t)h->size * (size_t)h->size;
  SM_TRY(stylemap_reconstruct(h->session, image, out, error));
  for (size_t i = 0; i < numbers; i++) out[i] = clipped(out[i]);
  return STYLEMAP_OK;
}

/* Root of the mean squared difference, weighed by `mask` or everywhere (NULL). */
static double distance(const float *a, const float *b, const float *mask, size_t plane) {
  double sum = 0, weights = 0;
  for (size_t i = 0; i < plane; i++) {
    const double w = mask ? mask[i] : 1;
    for (size_t p = 0; p < 3; p++) sum += w * pow((double)a[p * plane + i] - b[p * plane + i], 2) / 3;
    weights += w;
  }
  return weights > 0 ? sqrt(sum / weights) : 0;
}

/* Lays the collage that begins with `start`, samples it, and sees what the model makes of it, which is `misfit`. */
static stylemap_status lay(healing *h, stylemap_start start, sm_collage *collage, stylemap_error *error) {
  const size_t plane = (size_t)h->size * (size_t)h->size;
  sm_collage_free(collage);
  SM_TRY(sm_collage_new(h->layer, h->placement, h->pieces, h->count, start, h->x, h->y, h->width, h->height, collage,
                        error));
  sm_collage_layer plain = {h->layer, collage, collage->target}, of = {h->layer, collage, collage->colours};
  const stylemap_layer before = sm_collage_picture(&plain), picture = sm_collage_picture(&of), mask = sm_collage_mask(&of);
  if (h->usual == 0) { /* the first collage: target and mask are those of every other */
    SM_TRY(stylemap_sample(&before, h->placement, h->size, h->target, error));
    SM_TRY(stylemap_sample_mask(&mask, h->placement, h->size, h->mask, error));
    SM_TRY(reconstruct(h, h->target, h->projected, error));
    h->usual = fmax(distance(h->target, h->projected, NULL, plane), LEAST_ERROR);
  }
  SM_TRY(stylemap_sample(&picture, h->placement, h->size, h->first, error));
  SM_TRY(reconstruct(h, h->first, h->projected, error));
  h->start = start;
  h->misfit = distance(h->first, h->projected, h->mask, plane) / h->usual;
  h->rounds = h->misfit < FITS ? (h->options->rounds + 1) / 2 : h->options->rounds;
  return STYLEMAP_OK;
}

/* The collage that is healed. */
static stylemap_status begin(healing *h, sm_collage *collage, stylemap_error *error) {
  if (h->options->start != STYLEMAP_START_FIT) return lay(h, h->options->start, collage, error);
  SM_TRY(lay(h, STYLEMAP_START_CLONE, collage, error));
  return h->misfit < FITS ? STYLEMAP_OK : lay(h, STYLEMAP_START_COPY, collage, error);
}

static stylemap_status rounds(healing *h, stylemap_error *error) {
  const stylemap_edit edit = {.rule = h->options->rule, .space = STYLEMAP_SPACE_W_PLUS, .strength = 1};
  const stylemap_reference healed = {h->healed, h->mask};
  memcpy(h->healed, h->first, 3 * (size_t)h->size * (size_t)h->size * sizeof(float));
  for (int k = 0; k < h->rounds; k++) {
    SM_TRY(stylemap_transplant(h->session, h->target, &healed, 1, &edit, h->healed, error));
    put_back(h, h->healed);
  }
  return STYLEMAP_OK;
}

/* healed + keep (collage - projected), by the strength over the target. */
static stylemap_status correct(const healing *h, const stylemap_placement *placement, const sm_collage *c, int x, int y,
                               int w, int height, const stylemap_layer *result, stylemap_error *error) {
  const sm_affine square = sm_affine_of(placement, h->size);
  const size_t plane = (size_t)c->width * (size_t)c->height;
  const float strength = (float)h->options->strength;
  int rows = sm_band_rows(w, CORRECTION + 4);
  rows = rows > height ? height : rows;
  float *spread = sm_alloc((size_t)rows * (size_t)w, (CORRECTION + 4) * sizeof(float));
  if (!spread) return sm_no_memory(error, (size_t)rows * (size_t)w * (CORRECTION + 4) * sizeof(float));
  float *band = spread + CORRECTION * (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  for (int at = y; at < y + height; at += rows) {
    const int n = y + height - at < rows ? y + height - at : rows;
    const size_t pixels = (size_t)n * (size_t)w;
    SM_TRY_DONE(sm_spread(h->projected, CORRECTION, h->size, &square, x, at, w, n, spread, error));
    for (int j = 0; j < n; j++)
      for (int i = 0; i < w; i++) {
        const size_t to = (size_t)j * (size_t)w + (size_t)i;
        const size_t from = (size_t)(at + j - c->y) * (size_t)c->width + (size_t)(x + i - c->x);
        const float keep = spread[6 * pixels + to];
        for (size_t p = 0; p < 3; p++) {
          const float collage = c->colours[p * plane + from], target = c->target[p * plane + from];
          const float made = (spread[(3 + p) * pixels + to] - keep * spread[p * pixels + to] + 1 - keep) / 2 + keep * collage;
          const float unit = sm_unit(made); /* finite whatever the network gave */
          band[4 * to + p] = c->mask[from] > 0 ? target + strength * (unit - target) : target;
        }
        band[4 * to + 3] = c->alpha[from];
      }
    if (result->write(result->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
  }
done:
  sm_free(spread);
  return status;
}

static stylemap_status check(const stylemap_layer *target, const stylemap_placement *placement,
                             const stylemap_piece *pieces, int count, const stylemap_heal_options *o, int x, int y, int w,
                             int h, int size, stylemap_error *error) {
  SM_TRY(sm_check_placement(target, placement, size, error));
  if (x < 0 || y < 0 || w < 1 || h < 1 || w > target->width - x || h > target->height - y)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The pasted rectangle is not on the layer."), NULL);
  if (!pieces || count < 1 || count > 1000 || o->rounds < 1 || o->rounds > 16 || !(o->detail >= 0 && o->detail <= 1) ||
      !(o->strength >= 0 && o->strength <= 1) || (unsigned)o->start > STYLEMAP_START_FIT ||
      (unsigned)o->rule > STYLEMAP_MASK_HALF)
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

stylemap_status stylemap_heal(stylemap_session *s, const stylemap_layer *target, const stylemap_placement *placement,
                              const stylemap_piece *pieces, int count, const stylemap_heal_options *options, int x,
                              int y, int w, int h, const stylemap_layer *result, stylemap_heal_report *report,
                              stylemap_error *error) {
  if (!s || !options || !result)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("heal needs a session, options and a result."), NULL);
  const sm_config *c = &s->net->config;
  healing heals = {.session = s, .options = options, .layer = target, .placement = placement, .pieces = pieces,
                   .count = count, .size = c->size};
  SM_TRY(check(target, placement, pieces, count, options, x, y, w, h, c->size, error));
  heals.x = x > MARGIN ? x - MARGIN : 0, heals.y = y > MARGIN ? y - MARGIN : 0;
  heals.width = (target->width - x - w > MARGIN ? x + w + MARGIN : target->width) - heals.x;
  heals.height = (target->height - y - h > MARGIN ? y + h + MARGIN : target->height) - heals.y;
  const size_t plane = sm_pixels(c->size);
  sm_collage collage = {0};
  stylemap_status status, ended;
  float *squares = sm_alloc(plane * (3 + 1 + 3 + CORRECTION), sizeof(float));
  if (!squares) return sm_no_memory(error, plane * (3 + 1 + 3 + CORRECTION) * sizeof(float));
  heals.target = squares;
  heals.mask = squares + 3 * plane;
  heals.first = squares + 4 * plane;
  heals.projected = squares + 7 * plane;
  heals.healed = squares + 10 * plane;
  heals.keep = squares + 13 * plane;
  const double edit = sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c);
  const int pictures = options->rounds + (options->start == STYLEMAP_START_FIT ? 3 : 2);
  sm_work_begin(s, STYLEMAP_PHASE_SAMPLE, pictures * edit);
  SM_TRY_DONE(begin(&heals, &collage, error));
  SM_TRY_DONE(rounds(&heals, error));
  const double change = distance(heals.healed, heals.first, heals.mask, plane);
  sm_detail_to_keep(heals.first, heals.healed, c->size,
                    sm_detail_sigma(options->detail, heals.misfit < FITS ? FITTING_CHANGE : CHANGE), heals.keep,
                    heals.target); /* which is done with */
  SM_TRY_DONE(correct(&heals, placement, &collage, x, y, w, h, result, error));
  if (report) *report = (stylemap_heal_report){heals.start, heals.rounds, heals.misfit, change};
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  sm_collage_free(&collage);
  sm_free(squares);
  return status == STYLEMAP_OK ? ended : status;
}
