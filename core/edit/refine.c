/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the encoder's stylemap downhill to the picture: L-BFGS on the stylemap w and on offsets d that are added to the
 * levels of its pyramid, together. It goes where the gradient is large, and so finds offsets near the shortest ones
 * that do; these survive a transplant. Adam moves every number by the same amount, which leaves blotches there. The
 * best styles on the way are the result, the encoder's among them. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "network/network.h"
#include "net/session.h"
#include "grad/layers.h"
#include "grad/learner.h"
#include "grad/loss.h"

enum {
  MEMORY = 4,         /* pairs of L-BFGS */
  PATIENCE = 10,      /* evaluations without a gain of a thousandth */
  BUDGET = 512 << 20, /* bytes of all vectors: in wide models only the coarser levels have offsets */
};
static const double good_enough = 5e-6; /* mean squared: what rounding to 8 bits makes */
static const double usual_unit = 4;     /* of offsets, in units of w */

typedef struct refining {
  stylemap_session *session;
  sm_workshop *shop;
  sm_learner *learner;
  const float *image;
  int steps, taken;
  int levels, moved; /* levels with offsets: 0 .. moved - 1 */
  int channels[SM_MAX_LEVELS], side[SM_MAX_LEVELS];
  size_t first[SM_MAX_LEVELS + 1]; /* where a level begins behind the others */
  size_t w_count, count;           /* numbers of w, of (w, d) */
  float unit;                      /* of offsets, in units of w */
  float *memory;                   /* all of the following */
  float *x, *to, *grad, *grad_to, *direction, *best, *s[MEMORY], *y[MEMORY]; /* each like (w, d) */
  float *pyramid;                  /* the one being evaluated, level behind level */
  stylemap_progress progress;      /* of the session, or NULL */
  void *progress_data;
  int stopped;
  double rho[MEMORY], best_mse;
  int pairs, next; /* of steps `s` and changes of the gradient `y` */
} refining;

/* ------------------------------------------------------------------------------------------- evaluation */

static void lay_out(refining *r, const sm_config *c) {
  r->levels = sm_level_count(c);
  r->w_count = r->count = (size_t)c->dim * sm_pixels(c->spatial);
  for (int i = 0; i < r->levels; i++) {
    sm_level_shape(c, i, &r->channels[i], &r->side[i]);
    r->first[i + 1] = r->first[i] + (size_t)r->channels[i] * sm_pixels(r->side[i]);
    size_t count = r->w_count + r->first[i + 1];
    if (!(r->unit > 0) || count > BUDGET / sizeof(float) / (6 + 2 * MEMORY)) continue;
    r->moved = i + 1;
    r->count = count;
  }
}

static stylemap_status take_memory(refining *r, stylemap_error *error) {
  float **vector[6] = {&r->x, &r->to, &r->grad, &r->grad_to, &r->direction, &r->best};
  size_t count = (6 + 2 * MEMORY) * r->count + r->first[r->levels];
  float *at = r->memory = sm_calloc(count, sizeof *at);
  if (!at) return sm_no_memory(error, count * sizeof *at);
  for (int i = 0; i < 6; i++, at += r->count) *vector[i] = at;
  for (int i = 0; i < MEMORY; i++, at += 2 * r->count) {
    r->s[i] = at;
    r->y[i] = at + r->count;
  }
  r->pyramid = at;
  return STYLEMAP_OK;
}

/* The pyramid of x = (w, d) into r->pyramid; `tape` keeps what the way back from `level` to `w` needs. */
static void build_pyramid(refining *r, sm_tape *tape, const float *x, sm_variable **w, sm_variable **level) {
  const sm_config *c = &r->learner->network.config;
  *w = sm_tape_leaf(tape, 1, c->dim, c->spatial, c->spatial, x, 1);
  sm_learn_resize(tape, r->learner, *w, level);
  for (int i = 0; i < r->levels; i++) {
    level[i] = sm_layer_leave(tape, level[i]);
    if (tape->status != STYLEMAP_OK) return;
    size_t count = r->first[i + 1] - r->first[i];
    const float *d = x + r->w_count + r->first[i];
    float *to = r->pyramid + r->first[i];
    memcpy(to, level[i]->data, sizeof(float) * count);
    for (size_t k = 0; i < r->moved && k < count; k++) to[k] += r->unit * d[k];
  }
}

/* The loss at x and its gradient; keeps x if it is the best so far. */
static stylemap_status evaluate(refining *r, const float *x, double *loss, float *grad) {
  const sm_config *c = &r->learner->network.config;
  sm_tape styles, picture;
  sm_variable *w, *level[SM_MAX_LEVELS] = {0}, *leaf[SM_MAX_LEVELS];
  sm_tape_open(&styles, r->shop);
  sm_tape_open(&picture, r->shop);
  styles.evaluate = picture.evaluate = 1;
  build_pyramid(r, &styles, x, &w, level);
  picture.status = styles.status;
  for (int i = 0; i < r->levels; i++)
    leaf[i] = sm_tape_leaf(&picture, 1, r->channels[i], r->side[i], r->side[i], r->pyramid + r->first[i], 1);
  sm_variable *y = sm_learn_synth(&picture, r->learner, leaf, 1);
  if (sm_tape_goes_on(&picture)) {
    double mse = stylemap_mse(y->data, r->image, 3 * sm_pixels(c->size));
    if (mse < r->best_mse) {
      r->best_mse = mse;
      memcpy(r->best, x, sizeof(float) * r->count);
    }
    *loss = sm_loss_squares(&picture, y, r->image, NULL, 1);
    sm_tape_backward(&picture, 0, picture.op_count);
  }
  for (int i = 0; sm_tape_goes_on(&picture) && i < r->levels; i++) {
    int add;
    size_t count = r->first[i + 1] - r->first[i];
    float *g = grad + r->w_count + r->first[i], *back = sm_gradient_of(&styles, level[i], &add);
    const float *found = leaf[i]->grad;
    for (size_t k = 0; i < r->moved && k < count; k++) g[k] = r->unit * found[k];
    for (size_t k = 0; back && k < count; k++) back[k] = add ? back[k] + found[k] : found[k];
  }
  if (picture.status == STYLEMAP_OK) sm_tape_backward(&styles, 0, styles.op_count);
  sm_tape_goes_on(&styles);
  stylemap_status status = picture.status == STYLEMAP_OK ? styles.status : picture.status;
  if (status == STYLEMAP_OK) memcpy(grad, w->grad, sizeof(float) * r->w_count);
  sm_tape_clear(&picture);
  sm_tape_clear(&styles);
  return status;
}

/* Asked between tiles, of the encoder as of an evaluation. Before the first step, and while a step is being evaluated,
 * the fraction stays. */
static int poll(void *data) {
  refining *r = data;
  const double done = r->taken > 1 ? (r->taken - 1) / (double)r->steps : 0;
  if (r->progress && !r->stopped) r->stopped = r->progress(r->progress_data, STYLEMAP_PHASE_REFINE, done) != 0;
  return r->stopped;
}

static stylemap_status told(stylemap_status status, stylemap_error *error) {
  if (status == STYLEMAP_NO_MEMORY) return sm_no_memory(error, 0);
  if (status == STYLEMAP_CANCELLED) return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
  return status;
}

static stylemap_status try_at(refining *r, const float *x, double *loss, float *grad, stylemap_error *error) {
  return told(evaluate(r, x, loss, grad), error);
}

/* ---------------------------------------------------------------------------------------------- descent */

/* direction := -H grad, H the inverse of the curvature that the pairs tell (Nocedal and Wright, algorithm 7.4). */
static void choose_direction(refining *r) {
  size_t n = r->count;
  float *q = r->direction;
  double alpha[MEMORY];
  for (size_t i = 0; i < n; i++) q[i] = -r->grad[i];
  for (int k = 1; k <= r->pairs; k++) {
    int at = (r->next - k + MEMORY) % MEMORY;
    alpha[at] = r->rho[at] * sm_dot(r->s[at], q, n);
    poll(r); /* the vectors are long; what it says, the next evaluation hears */
    for (size_t i = 0; i < n; i++) q[i] -= (float)alpha[at] * r->y[at][i];
    if (k < r->pairs) continue;
    int last = (r->next - 1 + MEMORY) % MEMORY;
    float scale = (float)(1 / (r->rho[last] * sm_dot(r->y[last], r->y[last], n)));
    for (size_t i = 0; i < n; i++) q[i] *= scale;
  }
  for (int k = r->pairs; k > 0; k--) {
    int at = (r->next - k + MEMORY) % MEMORY;
    float change = (float)(alpha[at] - r->rho[at] * sm_dot(r->y[at], q, n));
    for (size_t i = 0; i < n; i++) q[i] += change * r->s[at][i];
  }
}

static void remember_step(refining *r) {
  float *s = r->s[r->next], *y = r->y[r->next];
  for (size_t i = 0; i < r->count; i++) {
    s[i] = r->to[i] - r->x[i];
    y[i] = r->grad_to[i] - r->grad[i];
  }
  double sy = sm_dot(s, y, r->count);
  if (!(sy > 1e-10 * sm_dot(y, y, r->count))) return; /* no curvature to learn from */
  r->rho[r->next] = 1 / sy;
  r->next = (r->next + 1) % MEMORY;
  if (r->pairs < MEMORY) r->pairs++;
}

/* L-BFGS from r->x, where loss and gradient are known, by at most r->steps evaluations. */
static stylemap_status descend(refining *r, double loss, stylemap_error *error) {
  size_t n = r->count;
  double last = r->best_mse;
  for (int since = 0; r->taken < r->steps && since <= PATIENCE && r->best_mse > good_enough;) {
    choose_direction(r);
    double slope = sm_dot(r->grad, r->direction, n), found = INFINITY;
    if (!(slope < 0)) break;
    /* nothing known yet: to where a straight line would have lost a quarter */
    double t = r->pairs ? 1 : 0.25 * loss / -slope;
    for (int tries = 0; r->taken < r->steps && tries < 10; tries++) {
      for (size_t i = 0; i < n; i++) r->to[i] = r->x[i] + (float)t * r->direction[i];
      r->taken++;
      SM_TRY(try_at(r, r->to, &found, r->grad_to, error));
      if (found <= loss + 1e-4 * t * slope) break;
      double lowest = isfinite(found) ? -slope * t * t / (2 * (found - loss - slope * t)) : 0; /* of the parabola */
      t = fmax(0.1 * t, fmin(0.5 * t, lowest));
    }
    since = r->best_mse < 0.999 * last ? 0 : since + 1;
    if (!since) last = r->best_mse;
    if (!(found < loss)) break;
    remember_step(r);
    memcpy(r->x, r->to, sizeof(float) * n);
    memcpy(r->grad, r->grad_to, sizeof(float) * n);
    loss = found;
  }
  return STYLEMAP_OK;
}

static int poll_encoder(void *data, stylemap_phase phase, double fraction) { return poll(data); }

/* The encoder's stylemap, without its own fraction, which would run to the end of refinement's. */
static stylemap_status encode(refining *r, stylemap_error *error) {
  stylemap_session *s = r->session;
  s->progress = poll_encoder;
  s->progress_data = r;
  stylemap_status status = stylemap_encode(s, r->image, r->x, error);
  s->progress = r->progress;
  s->progress_data = r->progress_data;
  return status;
}

stylemap_status stylemap_refine(stylemap_session *s, const float *image, const stylemap_refine_options *o,
                                stylemap_pyramid *pyramid, stylemap_refine_report *report, stylemap_error *error) {
  if (!s || !image || !o || !pyramid || pyramid->size != s->net->config.size || o->steps < 0 || o->steps > 100000 ||
      !(o->offsets >= 0 && o->offsets <= 1000))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("refine needs an image, a pyramid of the session's model, 0 to 100000 steps, and offsets "
                           "from 0 to 1000."),
                   NULL);
  refining r = {.session = s, .image = image, .steps = o->steps, .best_mse = INFINITY,
                .unit = (float)(usual_unit * o->offsets), .progress = s->progress,
                .progress_data = s->progress_data};
  stylemap_status status = STYLEMAP_OK;
  SM_TRY_DONE(sm_learner_borrow(s->net, &r.learner, error));
  SM_TRY_DONE(sm_workshop_new(sm_pool_threads(s->pool), &r.shop, error));
  sm_workshop_ask(r.shop, poll, &r);
  lay_out(&r, &s->net->config);
  SM_TRY_DONE(take_memory(&r, error));

  double loss;
  SM_TRY_DONE(encode(&r, error));
  SM_TRY_DONE(try_at(&r, r.x, &loss, r.grad, error));
  double before = r.best_mse;
  SM_TRY_DONE(descend(&r, loss, error));

  sm_tape tape;
  sm_variable *w, *level[SM_MAX_LEVELS] = {0};
  sm_tape_open(&tape, r.shop);
  build_pyramid(&r, &tape, r.best, &w, level);
  sm_tape_goes_on(&tape);
  status = told(tape.status, error);
  sm_tape_clear(&tape);
  if (status != STYLEMAP_OK) goto done;
  for (int i = 0; i < r.levels; i++)
    sm_pack(r.pyramid + r.first[i], r.channels[i], sm_pixels(r.side[i]), pyramid->level[i]);
  if (report) *report = (stylemap_refine_report){before, r.best_mse, r.taken};
  if (r.progress) r.progress(r.progress_data, STYLEMAP_PHASE_REFINE, 1);
done:
  sm_free(r.memory);
  sm_workshop_free(r.shop);
  sm_learner_free(r.learner);
  return status;
}
