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

enum { MARGIN = 2, /* target pixels around the rectangle that a membrane hangs on */ CORRECTION = 4 /* planes */ };
/* Measured on truth (core/README.md, "Healing"). FITS: a collage of this misfit or less is right but for what the model
 * cannot draw. Where cloning changes a copy by less than MEETS, in numbers of -1..1, target and reference agree around the
 * mask, and a misfit of up to MEETS_MISFIT is still the model's own limit. The CHANGEs: how much change takes the pictures'
 * own detail away. The error of a model that knows every pixel is noise. */
static const double FITS = 2.5, MEETS = 0.09, MEETS_MISFIT = 9, FITTING_CHANGE = 0.6, MEETING_CHANGE = 1.5, CHANGE = 0.1,
                    LEAST_ERROR = 0.005;

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
  sm_part_of_square part; /* that sees the collage */
  stylemap_start start;   /* that was taken */
  float clone;            /* how much the collage is cloned */
  int rounds;
  double sigma;  /* the change that takes detail away */
  double usual;  /* the model's error on the target */
  double misfit; /* how many times worse the model knows what was pasted than it knows the target */
  float *target, *mask;   /* 3 and 1 planes of the square: the target; how much of the references there is */
  float *first;           /* 3: the collage, sampled */
  float *projected;       /* 3: what the model makes of the collage by itself */
  float *keep;            /* 1: how much of the collage's own detail stays; behind `projected`: CORRECTION planes */
  float *healed;          /* 3: after the last round */
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

/* The square's image of the collage cloned by `clone`. */
static stylemap_status sample(const healing *h, const sm_collage *collage, float clone, float *image,
                              stylemap_error *error) {
  sm_collage_layer of = {h->layer, collage, clone};
  const stylemap_layer picture = sm_collage_picture(&of);
  memcpy(image, h->target, 3 * (size_t)h->size * (size_t)h->size * sizeof(float));
  return h->part.width ? sm_sample_part(&picture, h->placement, h->size, &h->part, image, error) : STYLEMAP_OK;
}

/* Samples the collage cloned by `clone`, sees what the model makes of it, which is `misfit`, and how it is to be healed if
 * `fits` or its misfit says that it fits; `change`: what takes detail away then. */
static stylemap_status look(healing *h, const sm_collage *collage, float clone, bool fits, double change,
                            stylemap_error *error) {
  SM_TRY(sample(h, collage, clone, h->first, error));
  SM_TRY(reconstruct(h, h->first, h->projected, error));
  h->clone = clone;
  h->misfit = sm_change(h->first, h->projected, h->mask, (size_t)h->size * (size_t)h->size) / h->usual;
  fits = fits || h->misfit < FITS;
  h->rounds = fits ? (h->options->rounds + 1) / 2 : h->options->rounds;
  h->sigma = sm_detail_sigma(h->options->detail, fits ? change : CHANGE);
  return STYLEMAP_OK;
}

/* The collage that is healed. */
static stylemap_status begin(healing *h, sm_collage *collage, stylemap_error *error) {
  const size_t plane = (size_t)h->size * (size_t)h->size;
  const stylemap_start start = h->options->start;
  SM_TRY(sm_collage_new(h->layer, h->placement, h->pieces, h->count, start != STYLEMAP_START_COPY, h->x, h->y, h->width,
                        h->height, collage, error));
  const sm_collage nothing = {0};
  sm_collage_layer plain = {h->layer, &nothing, 0}, of = {h->layer, collage, 0};
  const stylemap_layer before = sm_collage_picture(&plain), mask = sm_collage_mask(&of);
  h->part = sm_part_seeing(h->placement, h->size, h->x, h->y, h->width, h->height);
  memset(h->mask, 0, plane * sizeof(float));
  SM_TRY(stylemap_sample(&before, h->placement, h->size, h->target, error));
  if (h->part.width) SM_TRY(sm_sample_mask_part(&mask, h->placement, h->size, &h->part, h->mask, error));
  SM_TRY(stylemap_probe(h->session, h->target, &h->usual, error));
  h->usual = fmax(sqrt(h->usual), LEAST_ERROR);
  h->start = start == STYLEMAP_START_FIT ? STYLEMAP_START_CLONE : start;
  const float clone = start == STYLEMAP_START_COPY ? 0 : start == STYLEMAP_START_MEAN ? 0.5f : 1;
  SM_TRY(look(h, collage, clone, false, FITTING_CHANGE, error));
  if (start != STYLEMAP_START_FIT || h->misfit < FITS) return STYLEMAP_OK;
  SM_TRY(sample(h, collage, 0, h->healed, error)); /* which is not in use yet */
  if (h->misfit < MEETS_MISFIT && sm_change(h->first, h->healed, h->mask, plane) < MEETS) {
    h->start = STYLEMAP_START_MEAN;
    return look(h, collage, 0.5f, true, MEETING_CHANGE, error);
  }
  h->start = STYLEMAP_START_COPY;
  return look(h, collage, 0, false, FITTING_CHANGE, error);
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

/* healed + keep (collage - projected), by the strength over the target. `projected` is used up. */
static stylemap_status correct(healing *h, const sm_collage *c, int x, int y, int w, int height,
                               const stylemap_layer *result, stylemap_error *error) {
  const sm_affine square = sm_affine_of(h->placement, h->size);
  const size_t plane = (size_t)c->width * (size_t)c->height, small = (size_t)h->size * (size_t)h->size;
  const float strength = (float)h->options->strength;
  float *added = h->projected; /* 0..1: what comes on top of keep x collage; `keep` follows */
  for (size_t i = 0; i < 3 * small; i++) {
    const float keep = h->keep[i % small];
    added[i] = (h->healed[i] + 1 - keep * (h->projected[i] + 1)) / 2;
  }
  int rows = sm_band_rows(w, CORRECTION + 4);
  rows = rows > height ? height : rows;
  float *spread = sm_alloc((size_t)rows * (size_t)w, (CORRECTION + 4) * sizeof(float));
  if (!spread) return sm_no_memory(error, (size_t)rows * (size_t)w * (CORRECTION + 4) * sizeof(float));
  float *band = spread + CORRECTION * (size_t)rows * (size_t)w;
  stylemap_status status = STYLEMAP_OK;
  for (int at = y; at < y + height; at += rows) {
    const int n = y + height - at < rows ? y + height - at : rows;
    const size_t pixels = (size_t)n * (size_t)w;
    if (h->layer->read(h->layer->data, x, at, w, n, band)) {
      status = sm_layer_stopped(error);
      goto done;
    }
    SM_TRY_DONE(sm_spread(added, CORRECTION, h->size, &square, x, at, w, n, spread, error));
    for (int j = 0; j < n; j++)
      for (int i = 0; i < w; i++) {
        const size_t to = (size_t)j * (size_t)w + (size_t)i;
        const size_t from = (size_t)(at + j - c->y) * (size_t)c->width + (size_t)(x + i - c->x);
        const float keep = spread[3 * pixels + to];
        for (size_t p = 0; p < 3; p++) {
          const float target = sm_unit(band[4 * to + p]), collage = sm_collage_at(c, h->clone, p * plane + from);
          const float unit = sm_unit(spread[p * pixels + to] + keep * collage); /* finite whatever the network gave */
          band[4 * to + p] = c->mask[from] > 0 ? target + strength * (unit - target) : target;
        }
        band[4 * to + 3] = sm_unit(band[4 * to + 3]);
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
  SM_TRY(sm_check_rectangle(target, x, y, w, h, error));
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
  enum { PLANES = 3 + 1 + 3 + CORRECTION + 3 };
  float *squares = sm_alloc(plane * PLANES, sizeof(float));
  if (!squares) return sm_no_memory(error, plane * PLANES * sizeof(float));
  heals.target = squares;
  heals.mask = squares + 3 * plane;
  heals.first = squares + 4 * plane;
  heals.projected = squares + 7 * plane;
  heals.keep = squares + 10 * plane;
  heals.healed = squares + 11 * plane;
  const double edit = sm_encode_work(c) + sm_resize_work(c) + sm_synth_work(c);
  const int pictures = options->rounds + (options->start == STYLEMAP_START_FIT ? 3 : 2);
  sm_work_begin(s, STYLEMAP_PHASE_SAMPLE, pictures * edit);
  SM_TRY_DONE(begin(&heals, &collage, error));
  SM_TRY_DONE(rounds(&heals, error));
  const double change = sm_change(heals.healed, heals.first, heals.mask, plane);
  sm_detail_to_keep(heals.first, heals.healed, c->size, heals.sigma, heals.keep, heals.target); /* which is done with */
  SM_TRY_DONE(correct(&heals, &collage, x, y, w, h, result, error));
  if (report) *report = (stylemap_heal_report){heals.start, heals.rounds, heals.misfit, change};
done:
  ended = sm_work_end(s, status == STYLEMAP_OK ? error : NULL);
  sm_collage_free(&collage);
  sm_free(squares);
  return status == STYLEMAP_OK ? ended : status;
}
