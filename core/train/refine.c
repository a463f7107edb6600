/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the encoder's stylemap downhill to the picture: Adam on the stylemap, then on the style pyramid. The best styles
 * on the way are the result, the encoder's among them. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/model.h"
#include "model/names.h"
#include "net/session.h"
#include "train/layers.h"
#include "train/learner.h"
#include "train/loss.h"
#include "train/trainer.h"

enum {
  PATIENCE = 30,                     /* steps without a gain of a thousandth */
  MOST_WIDENED = 8 * SM_MAX_LEVELS,  /* convolutions of a model, and more */
};
static const double default_rate = 0.03, beta1 = 0.9, beta2 = 0.99;

/* What is moved: the stylemap, or the levels of a pyramid. */
typedef struct variable {
  int channels, side;
  size_t count;
  float *value, *moment, *square, *best; /* one block, `value`'s */
} variable;

typedef struct refining {
  stylemap_session *session;
  sm_workshop *shop;
  sm_learner *learner;
  const float *image;
  variable w, level[SM_MAX_LEVELS];
  int levels, steps, taken;
  double best, rate;
  int best_is_pyramid;
} refining;

/* --------------------------------------------------------------------------------- the model's weights */

typedef struct borrowing {
  sm_learner *learner;
  float *widened[MOST_WIDENED]; /* fp16 weights as floats */
  int count;
  stylemap_error *error;
} borrowing;

static stylemap_status widen(borrowing *b, const sm_slot *slot, sm_parameter *p) {
  const size_t numel = (size_t)slot->numel;
  assert(b->count < MOST_WIDENED);
  p->value = sm_alloc(numel, sizeof(float));
  if (!p->value) return sm_no_memory(b->error, numel * sizeof(float));
  for (size_t i = 0; i < numel; i++) p->value[i] = sm_slot_value(slot, i);
  b->widened[b->count++] = p->value;
  return STYLEMAP_OK;
}

static int standard_kernel(const float *kernel, int up) {
  static const double tap[4] = {1, 3, 3, 1};
  for (int i = 0; i < 16; i++)
    if (!(fabs(tap[i / 4] * tap[i % 4] / (up ? 16 : 64) - kernel[i]) <= 1e-6)) return 0;
  return 1;
}

static stylemap_status borrow(void *context, const sm_slot *slot) {
  borrowing *b = context;
  size_t length = strlen(slot->name);
  if (!slot->to) return STYLEMAP_OK;
  if (length > 6 && !strcmp(slot->name + length - 6, "kernel")) {
    if (standard_kernel(*slot->to, slot->state == SM_G)) return STYLEMAP_OK;
    return sm_fail(b->error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("This model has a blur kernel of its own (%1): its styles cannot be refined."), slot->name,
                   NULL);
  }
  sm_parameter *p = sm_find_parameter(slot->state == SM_G ? &b->learner->generator : &b->learner->encoder, slot->name);
  if (p) {
    p->value = (float *)*slot->to; /* never written: nothing learns */
    return *slot->to ? STYLEMAP_OK : widen(b, slot, p);
  }
  char layer[64];
  int channels;
  float *running;
  for (int i = 0; (running = sm_learner_running(b->learner, i, &channels, layer)); i++)
    if (!strncmp(slot->name, layer, strlen(layer)) && slot->name[strlen(layer)] == '.' &&
        slot->numel == (int64_t)channels) {
      int var = strstr(slot->name, "running_var") != NULL;
      memcpy(running + (var ? channels : 0), *slot->to, sizeof(float) * (size_t)channels);
    }
  return STYLEMAP_OK;
}

/* ------------------------------------------------------------------------------------------- descent */

static stylemap_status variable_new(variable *v, int channels, int side, stylemap_error *error) {
  *v = (variable){.channels = channels, .side = side, .count = (size_t)channels * sm_pixels(side)};
  v->value = sm_calloc(4 * v->count, sizeof(float));
  if (!v->value) return sm_no_memory(error, 4 * v->count * sizeof(float));
  v->moment = v->value + v->count;
  v->square = v->moment + v->count;
  v->best = v->square + v->count;
  return STYLEMAP_OK;
}

static void variable_step(variable *v, const float *grad, double rate, int step) {
  float r = (float)(rate / (1 - pow(beta1, step))), root = (float)(1 / sqrt(1 - pow(beta2, step)));
  float b1 = (float)beta1, b2 = (float)beta2, c1 = (float)(1 - beta1), c2 = (float)(1 - beta2);
  for (size_t i = 0; i < v->count; i++) {
    v->moment[i] = b1 * v->moment[i] + c1 * grad[i];
    v->square[i] = b2 * v->square[i] + c2 * grad[i] * grad[i];
    v->value[i] -= r * v->moment[i] / (sqrtf(v->square[i]) * root + 1e-8f);
  }
}

/* One evaluation, and, unless it is the last, one step of the phase's variables. `of` counts the phase's steps. */
static stylemap_status descend(refining *r, variable *v, int count, int pyramid, int step, int of) {
  const sm_config *c = &r->learner->config;
  sm_tape tape;
  sm_variable *leaf[SM_MAX_LEVELS];
  sm_tape_open(&tape, r->shop);
  tape.evaluate = 1;
  for (int i = 0; i < count; i++) leaf[i] = sm_tape_leaf(&tape, 1, v[i].channels, v[i].side, v[i].side, v[i].value, 1);
  sm_variable *y = pyramid ? sm_learn_synth(&tape, r->learner, leaf, 1) : sm_learn_generate(&tape, r->learner, leaf[0]);
  if (tape.status == STYLEMAP_OK) {
    double mse = stylemap_mse(y->data, r->image, 3 * sm_pixels(c->size));
    if (mse < r->best) {
      r->best = mse;
      r->best_is_pyramid = pyramid;
      for (int i = 0; i < count; i++) memcpy(v[i].best, v[i].value, sizeof(float) * v[i].count);
    }
    if (step < of) {
      sm_loss_squares(&tape, y, r->image, 1);
      sm_tape_backward(&tape, 0, tape.op_count);
      double rate = r->rate * (0.1 + 0.45 * (1 + cos(3.14159265358979 * step / of)));
      for (int i = 0; tape.status == STYLEMAP_OK && i < count; i++) variable_step(&v[i], leaf[i]->grad, rate, step + 1);
    }
  }
  stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  return status;
}

static stylemap_status phase(refining *r, variable *v, int count, int pyramid, int steps, stylemap_error *error) {
  double last = r->best;
  for (int step = 0, since = 0; step <= steps; step++) {
    stylemap_status status = descend(r, v, count, pyramid, step, steps);
    if (status == STYLEMAP_NO_MEMORY) return sm_no_memory(error, 0);
    if (status != STYLEMAP_OK) return status;
    since = r->best < 0.999 * last ? 0 : since + 1;
    if (!since) last = r->best;
    if (step == steps || since > PATIENCE) break;
    r->taken++;
    stylemap_session *s = r->session;
    if (s->progress && s->progress(s->progress_data, STYLEMAP_PHASE_REFINE, fmin(1, r->taken / (double)r->steps)))
      return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
  }
  return STYLEMAP_OK;
}

/* The pyramid of the best stylemap, as where the second phase starts. */
static stylemap_status pyramid_of_best(refining *r, stylemap_error *error) {
  const variable *w = &r->w;
  sm_variable *level[SM_MAX_LEVELS] = {0};
  sm_tape tape;
  sm_tape_open(&tape, r->shop);
  sm_learn_resize(&tape, r->learner, sm_tape_leaf(&tape, 1, w->channels, w->side, w->side, w->best, 0), level);
  for (int i = 0; i < r->levels; i++) {
    sm_variable *planes = sm_layer_leave(&tape, level[i]);
    if (tape.status == STYLEMAP_OK) memcpy(r->level[i].value, planes->data, sizeof(float) * r->level[i].count);
  }
  stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  return status == STYLEMAP_OK ? status : sm_no_memory(error, 0);
}

stylemap_status stylemap_refine(stylemap_session *s, const float *image, const stylemap_refine_options *o,
                                stylemap_pyramid *pyramid, stylemap_refine_report *report, stylemap_error *error) {
  if (!s || !image || !o || !pyramid || pyramid->size != s->net->config.size || o->steps < 0 || o->steps > 100000 ||
      !(o->rate >= 0 && o->rate <= 10) || !(o->pyramid >= 0 && o->pyramid <= 1))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("refine needs an image, a pyramid of the session's model, 0 to 100000 steps, and a part of "
                           "them from 0 to 1."),
                   NULL);
  refining r = {
      .session = s, .image = image, .steps = o->steps, .best = INFINITY, .rate = o->rate > 0 ? o->rate : default_rate};
  sm_network network = *s->net; /* the walk sets the layers' sizes again */
  const sm_config *c = &network.config;
  borrowing b = {.error = error};
  int on_pyramid = (int)(o->steps * o->pyramid);
  stylemap_status status = STYLEMAP_OK;
  SM_TRY_DONE(sm_learner_shell(c, &r.learner, error));
  b.learner = r.learner;
  for (int state = 0; state < SM_STATES; state++) SM_TRY_DONE(sm_names_walk(&network, state, borrow, &b));
  SM_TRY_DONE(sm_workshop_new(sm_pool_threads(s->pool), &r.shop, error));
  SM_TRY_DONE(variable_new(&r.w, c->dim, c->spatial, error));
  SM_TRY_DONE(stylemap_encode(s, image, r.w.value, error));
  memcpy(r.w.best, r.w.value, sizeof(float) * r.w.count);

  SM_TRY_DONE(phase(&r, &r.w, 1, 0, 0, error));
  double before = r.best;
  SM_TRY_DONE(phase(&r, &r.w, 1, 0, o->steps - on_pyramid, error));
  if (on_pyramid) {
    r.levels = sm_level_count(c);
    for (int i = 0; i < r.levels; i++) {
      int channels, side;
      sm_level_shape(c, i, &channels, &side);
      SM_TRY_DONE(variable_new(&r.level[i], channels, side, error));
    }
    SM_TRY_DONE(pyramid_of_best(&r, error));
    SM_TRY_DONE(phase(&r, r.level, r.levels, 1, on_pyramid, error));
  }
  if (r.best_is_pyramid)
    for (int i = 0; i < r.levels; i++)
      sm_pack(r.level[i].best, r.level[i].channels, sm_pixels(r.level[i].side), pyramid->level[i]);
  else SM_TRY_DONE(stylemap_resize(s, r.w.best, pyramid, error));
  if (report) *report = (stylemap_refine_report){before, r.best, r.taken};
done:
  for (int i = 0; i < r.levels; i++) sm_free(r.level[i].value);
  sm_free(r.w.value);
  sm_workshop_free(r.shop);
  sm_learner_free(r.learner);
  for (int i = 0; i < b.count; i++) sm_free(b.widened[i]);
  return status;
}
