/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mapping network, taught by itself: the adversarial game of the paper's joint training, but played in W. A critic
 * that sees stylemaps (three hidden layers and the minibatch deviation) takes the discriminator's part, so neither
 * generator nor discriminator runs, and a step costs a seventeenth of a joint one, for four times as many samples. What
 * is lost: samples cannot be better than what the generator makes of the encoder's stylemaps. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "train/draw.h"
#include "grad/layers.h"
#include "grad/loss.h"
#include "train/gaussian.h"
#include "train/trainer.h"

enum { BATCH = 64, R1_EVERY = 16, MOST_NUMBERS = 64 << 20 };
static const double rate = 0.002, beta2 = 0.99, gamma_r1 = 3, decay = 0.998;

typedef struct samples {
  stylemap_trainer *trainer;
  sm_workshop *shop;
  sm_learner *learner;
  sm_parameters mapping; /* the first of the generator's */
  sm_critic critic;
  uint64_t seed;
  int numbers;           /* of a stylemap */
  uint64_t count;
  real *codes;           /* count x numbers: the pictures' stylemaps, planes, without their mean */
  sm_parameter centre;   /* its negative, for the samples */
  double spread;         /* root of their mean variance: the critic's unit */
  real *batch, *z;
} samples;

/* Values and averages of `w` change places. */
static void swap_averages(sm_parameters *w) {
  for (int i = 0; i < w->count; i++) {
    real *value = w->parameter[i].value;
    w->parameter[i].value = w->parameter[i].average;
    w->parameter[i].average = value;
  }
}

static stylemap_status encode(samples *s, const real *images, int n, real *codes) {
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  const int size = s->learner->network.config.size;
  sm_learn(&s->learner->encoder, 0);
  sm_variable *image = sm_tape_leaf(&tape, n, 3, size, size, images, 0);
  const sm_variable *w = sm_layer_leave(&tape, sm_learn_encode(&tape, s->learner, image));
  const stylemap_status status = tape.status;
  if (status == STYLEMAP_OK) memcpy(codes, w->data, sizeof(real) * (size_t)n * (size_t)s->numbers);
  sm_tape_clear(&tape);
  return status;
}

/* The `number`th of `count` places spread evenly over `all`. */
static uint64_t spread_over(uint64_t number, uint64_t count, uint64_t all) {
  return all / count * number + all % count * number / count;
}

/* Fills `codes`; *ended if the host wishes to end. */
static stylemap_status encode_pictures(samples *s, const stylemap_samples_options *o, int *ended) {
  const int batch = s->trainer->options.batch, at_once = batch < 8 ? batch : 8;
  const sm_config *c = &s->learner->network.config;
  const size_t each = 3 * (size_t)c->size * (size_t)c->size;
  real *images = sm_take(s->shop, each * (size_t)at_once);
  if (!images) return STYLEMAP_NO_MEMORY;
  stylemap_status status = STYLEMAP_OK;
  swap_averages(&s->learner->encoder);
  for (uint64_t i = 0; status == STYLEMAP_OK && !*ended && i < s->count; i += (uint64_t)at_once) {
    const int n = s->count - i < (uint64_t)at_once ? (int)(s->count - i) : at_once;
    for (int k = 0; k < n && status == STYLEMAP_OK; k++) {
      const uint64_t number = i + (uint64_t)k, index = spread_over(number, s->count, o->pictures);
      const int mirrored = s->trainer->options.mirror && number % 2;
      if (o->picture(o->data, index, mirrored, images + each * (size_t)k)) status = STYLEMAP_CANCELLED;
    }
    if (status == STYLEMAP_OK) status = encode(s, images, n, s->codes + i * (uint64_t)s->numbers);
    const uint64_t left = s->count - i - (uint64_t)n;
    if (o->progress && status == STYLEMAP_OK) *ended = o->progress(o->data, -(int)left, 0, 0) != 0;
  }
  swap_averages(&s->learner->encoder);
  sm_give(s->shop, images);
  return status;
}

/* Takes the mean from all codes, and finds their spread. */
static void centre_codes(samples *s) {
  double variance = 0;
  for (size_t k = 0, numbers = (size_t)s->numbers; k < numbers; k++) {
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < s->count; i++) sum += s->codes[i * numbers + k];
    s->centre.value[k] = (real)(-sum / (double)s->count);
    for (uint64_t i = 0; i < s->count; i++) {
      real *code = &s->codes[i * numbers + k];
      *code += s->centre.value[k];
      squares += (double)*code * *code;
    }
    variance += squares / (double)s->count;
  }
  s->spread = variance > 0 ? sqrt(variance / s->numbers) : 1;
}

/* n x 1. */
static sm_variable *judge(sm_tape *tape, const samples *s, sm_variable *x) {
  const sm_learn_layer *l = s->critic.layer;
  double unit = s->spread;
  for (int i = 0; i < 3; i++, unit = 1) {
    x = sm_layer_linear(tape, x, l[i].weight, sm_learn_scale(l[i].weight) / unit, l[i].weight->shape[0], 1, 1);
    x = sm_layer_lrelu(tape, x, l[i].bias, 1);
    if (i == 1) x = sm_layer_deviation(tape, x);
  }
  x = sm_layer_linear(tape, x, l[3].weight, sm_learn_scale(l[3].weight), 1, 1, 1);
  return sm_layer_bias(tape, x, l[3].bias);
}

static sm_variable *samples_of(sm_tape *tape, samples *s, uint64_t number) {
  sm_draw_candidates(s->seed, number, s->z, BATCH * s->learner->network.config.dim);
  return sm_layer_bias(tape, sm_layer_leave(tape, sm_learn_map(tape, s->learner, s->z, BATCH)), &s->centre);
}

/* Some pictures' stylemaps, and their penalty where it is due. */
static stylemap_status judge_pictures(samples *s, uint64_t step, int penalty, double *loss) {
  for (int i = 0; i < BATCH; i++) {
    const uint64_t at = sm_draw_picture(s->seed, s->count, step * BATCH + (uint64_t)i);
    memcpy(s->batch + (size_t)i * (size_t)s->numbers, s->codes + at * (uint64_t)s->numbers,
           sizeof(real) * (size_t)s->numbers);
  }
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  sm_variable *w = sm_tape_leaf(&tape, BATCH, s->numbers, 1, 1, s->batch, penalty), *d = judge(&tape, s, w);
  if (penalty) {
    sm_loss_r1(&tape, w, d, gamma_r1 / 2 * R1_EVERY * s->spread * s->spread);
  } else {
    *loss += sm_loss_logistic(&tape, d, -1, 1);
    sm_tape_backward(&tape, 0, tape.op_count);
  }
  const stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  return status;
}

static stylemap_status critic_step(samples *s, uint64_t step, double *loss) {
  const sm_adam plain = {rate, 0, beta2, 1e-8, 0}, adam = sm_lazy_adam(&plain, R1_EVERY);
  sm_parameters *w = &s->critic.weights;
  sm_learn(&s->mapping, 0);
  sm_learn(w, 1);
  sm_clear_gradients(w);
  SM_TRY(judge_pictures(s, step, 0, loss));
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  sm_variable *d = judge(&tape, s, samples_of(&tape, s, 2 * step));
  *loss += sm_loss_logistic(&tape, d, 1, 1);
  sm_tape_backward(&tape, 0, tape.op_count);
  const stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  SM_TRY(status);
  sm_adam_step(s->shop, w, &adam);
  if (step % R1_EVERY) return STYLEMAP_OK;
  sm_clear_gradients(w);
  SM_TRY(judge_pictures(s, step, 1, loss));
  sm_adam_step(s->shop, w, &adam);
  return STYLEMAP_OK;
}

static stylemap_status mapping_step(samples *s, uint64_t step, double *loss) {
  const sm_adam adam = {rate, 0, beta2, 1e-8, 0};
  sm_learn(&s->mapping, 1);
  sm_learn(&s->critic.weights, 0);
  sm_clear_gradients(&s->mapping);
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  *loss = sm_loss_logistic(&tape, judge(&tape, s, samples_of(&tape, s, 2 * step + 1)), -1, 1);
  sm_tape_backward(&tape, 0, tape.op_count);
  const stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  SM_TRY(status);
  sm_adam_step(s->shop, &s->mapping, &adam);
  const double young = ((double)step + 1) / ((double)step + 10);
  sm_average(&s->mapping, young < decay ? young : decay);
  return STYLEMAP_OK;
}

/* The network that is taught begins as the Gaussian of the pictures' stylemaps, and learns at the full rate: lr_mul slows it down
 * beside a generator only. */
static stylemap_status begin_mapping(samples *s) {
  s->mapping = s->learner->generator;
  s->mapping.count = 2 * s->learner->network.config.mapping;
  s->mapping.steps = 0;
  SM_TRY(sm_gaussian_mapping(s->shop, &s->learner->network.config, s->codes, s->count, &s->mapping));
  sm_pace(&s->mapping, 1);
  for (int i = 0; i < s->mapping.count; i++)
    memset(s->mapping.parameter[i].square, 0, sizeof(real) * s->mapping.parameter[i].count);
  return STYLEMAP_OK;
}

/* The moments stay for the steps that follow, which take them for old ones; and the pace is theirs again. */
static void end_mapping(samples *s) {
  const double age = 1 - pow(beta2, (double)s->mapping.steps);
  sm_pace(&s->mapping, 0);
  for (int i = 0; i < s->mapping.count; i++) {
    sm_parameter *p = &s->mapping.parameter[i];
    for (size_t k = 0; age > 0 && k < p->count; k++) p->square[k] = (real)(p->square[k] / age);
  }
}

stylemap_status stylemap_trainer_samples(stylemap_trainer *t, const stylemap_samples_options *o,
                                         stylemap_error *error) {
  if (!t || !o || !o->picture || !o->pictures || o->steps < 0 || t->ranks > 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("Samples are taught by one trainer alone, which needs pictures and a number of steps."),
                   NULL);
  const sm_config *c = &t->learner->network.config;
  samples s = {.trainer = t, .shop = t->shop, .learner = t->learner, .numbers = c->dim * c->spatial * c->spatial};
  const uint64_t most = s.numbers < MOST_NUMBERS ? (uint64_t)(MOST_NUMBERS / s.numbers) : 1;
  s.count = o->pictures < most ? o->pictures : most;
  s.seed = sm_draw_game(t->options.seed, t->iteration);
  const size_t numbers = (size_t)s.numbers;
  const size_t needed = (size_t)s.count * numbers + (BATCH + 1) * numbers + BATCH * (size_t)c->dim;
  stylemap_status status = STYLEMAP_OK;
  int ended = 0;
  s.codes = sm_alloc(needed, sizeof(real));
  if (!s.codes) return sm_no_memory(error, needed * sizeof(real));
  s.batch = s.codes + (size_t)s.count * numbers;
  s.centre = (sm_parameter){.count = numbers, .value = s.batch + BATCH * numbers};
  s.z = s.centre.value + numbers;
  SM_TRY_DONE(sm_critic_init(&s.critic, s.numbers, s.seed, error));
  status = encode_pictures(&s, o, &ended);
  if (status == STYLEMAP_OK && !ended) {
    SM_TRY_DONE(begin_mapping(&s));
    centre_codes(&s);
  }
  for (int step = 0; status == STYLEMAP_OK && !ended && step < o->steps; step++) {
    double critic = 0, mapping = 0;
    status = critic_step(&s, (uint64_t)step, &critic);
    if (status == STYLEMAP_OK) status = mapping_step(&s, (uint64_t)step, &mapping);
    if (status == STYLEMAP_OK && o->progress) ended = o->progress(o->data, step + 1, critic, mapping) != 0;
  }
  end_mapping(&s);
done:
  if (status == STYLEMAP_NO_MEMORY) sm_no_memory(error, 0);
  else if (status != STYLEMAP_OK) sm_fail(error, status, "", SM_TEXT("The teaching of samples was stopped."), NULL);
  sm_critic_clear(&s.critic);
  sm_free(s.codes);
  return status;
}
