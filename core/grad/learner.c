/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every trained tensor, made over the description of the network. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "grad/learner.h"

static int power_of_two(int v) { return v > 0 && (v & (v - 1)) == 0; }

stylemap_status sm_learner_config(sm_config *c, int size, int spatial, int dim, int base, int cap, int small,
                                  stylemap_norm norm, int mapping, double lr_mul, stylemap_error *error) {
  if (!power_of_two(size) || size < 8 || size > 2048)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The size must be a power of two from 8 to 2048."), NULL);
  if (!power_of_two(spatial) || spatial < 4 || spatial >= size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The stylemap's side must be a power of two, at least 4 and smaller than the size."), NULL);
  if (dim < 1 || dim > 4096 || cap < 1 || cap > 4096 || base < size || base > 1 << 24 || mapping < 1 ||
      mapping > SM_MAX_MAPPING || !(lr_mul > 0 && lr_mul <= 1) || (unsigned)norm > STYLEMAP_BATCH_NORM)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The network's widths are out of range: base must be at least the size, cap and the "
                           "stylemap's channels lie between 1 and 4096, the mapping layers between 1 and 64."),
                   NULL);
  *c = (sm_config){.size = size,
                   .spatial = spatial,
                   .dim = dim,
                   .mapping = mapping,
                   .lr_mul = lr_mul,
                   .norm = norm,
                   .small = small != 0};
  sm_config_widths(c, base, cap);
  return STYLEMAP_OK;
}

static sm_parameters *weights_of(sm_learner *l, int state) {
  return state == SM_G ? &l->generator : state == SM_E ? &l->encoder : &l->discriminator;
}

/* -------------------------------------------------------------------------------------- construction */

static void describe(sm_parameter *p, const sm_slot *slot) {
  *p = (sm_parameter){.rank = slot->rank, .count = (size_t)slot->numel, .pace = 1, .own_pace = (real)slot->pace};
  memcpy(p->name, slot->name, sizeof p->name);
  for (int i = 0; i < slot->rank; i++) p->shape[i] = (int)slot->size[i];
}

/* Memory and first values. */
static stylemap_status begin(sm_parameter *p, const sm_slot *slot, uint64_t seed, int averaged) {
  p->value = sm_calloc(p->count * (size_t)(4 + averaged), sizeof(real));
  if (!p->value) return STYLEMAP_NO_MEMORY;
  p->grad = p->value + p->count;
  p->moment = p->grad + p->count;
  p->square = p->moment + p->count;
  p->average = averaged ? p->square + p->count : NULL;
  sm_random stream = sm_random_stream(seed, (uint64_t)slot->number);
  for (size_t i = 0; i < p->count; i++) p->value[i] = (real)sm_slot_first(slot, i, &stream);
  if (averaged) memcpy(p->average, p->value, p->count * sizeof(real));
  return STYLEMAP_OK;
}

static int open_weights(sm_parameters *w, int count) {
  w->count = count;
  return (w->parameter = sm_calloc((size_t)count, sizeof *w->parameter)) != NULL;
}

static void free_weights(sm_parameters *w) {
  for (int i = 0; w->parameter && i < w->count; i++) sm_free(w->parameter[i].value);
  sm_free(w->parameter);
}

static stylemap_status count_slot(void *context, const sm_slot *slot) {
  if (slot->number >= 0) weights_of(context, slot->state)->count++;
  return STYLEMAP_OK;
}

static stylemap_status enter_slot(void *context, const sm_slot *slot) {
  sm_learner *l = context;
  sm_learn_layer *layer = slot->layer >= 0 ? &l->layer[slot->layer] : NULL;
  if (slot->role == SM_MEAN) {
    layer->running = sm_alloc(2 * (size_t)slot->numel, sizeof(real));
    return layer->running ? STYLEMAP_OK : STYLEMAP_NO_MEMORY;
  }
  sm_parameter *p = sm_parameter_of(l, slot);
  if (!p) return STYLEMAP_OK;
  describe(p, slot);
  *(!layer ? &l->input : slot->role == SM_WEIGHT ? &layer->weight : &layer->bias) = p;
  return STYLEMAP_OK;
}

stylemap_status sm_learner_open(const sm_network *network, int which, sm_learner **out) {
  sm_learner *l = *out = sm_calloc(1, sizeof *l);
  if (!l) return STYLEMAP_NO_MEMORY;
  l->network = *network;
  l->generator = (sm_parameters){.name = "generator", .ema = sm_state_names[SM_G]};
  l->encoder = (sm_parameters){.name = "encoder", .ema = sm_state_names[SM_E]};
  l->discriminator = (sm_parameters){.name = "discriminator"};
  sm_network_walk(&l->network, which, count_slot, l);
  for (int state = 0; state < SM_NETWORKS; state++) {
    sm_parameters *w = weights_of(l, state);
    if (!open_weights(w, w->count)) return STYLEMAP_NO_MEMORY;
  }
  return sm_network_walk(&l->network, which, enter_slot, l);
}

typedef struct beginning {
  sm_learner *learner;
  uint64_t seed;
} beginning;

static stylemap_status begin_slot(void *context, const sm_slot *slot) {
  const beginning *b = context;
  real *running = sm_running_of(b->learner, slot);
  for (size_t i = 0; running && i < (size_t)slot->numel; i++) running[i] = (real)sm_slot_first(slot, i, NULL);
  sm_parameter *p = sm_parameter_of(b->learner, slot);
  return p ? begin(p, slot, 3 * b->seed + (uint64_t)slot->state, slot->state != SM_D) : STYLEMAP_OK;
}

stylemap_status sm_learner_new(const sm_config *config, uint64_t seed, sm_learner **out, stylemap_error *error) {
  const sm_network network = {.config = *config};
  beginning b = {.seed = seed};
  stylemap_status status = sm_learner_open(&network, SM_OF_TRAINER, &b.learner);
  if (status == STYLEMAP_OK) status = sm_network_walk(&b.learner->network, SM_OF_TRAINER, begin_slot, &b);
  if (status != STYLEMAP_OK) {
    sm_learner_free(b.learner);
    return sm_no_memory(error, 0);
  }
  *out = b.learner;
  return STYLEMAP_OK;
}

void sm_learner_free(sm_learner *l) {
  if (!l) return;
  for (int i = 0; i < SM_MAX_LAYERS; i++) sm_free(l->layer[i].running);
  for (int state = 0; state < SM_NETWORKS; state++) {
    sm_parameters *w = weights_of(l, state);
    if (l->borrows) sm_free(w->parameter);
    else free_weights(w);
  }
  sm_free(l->borrowed);
  sm_free(l);
}

static stylemap_status critic_layer(sm_critic *critic, int i, int in, int out, uint64_t seed) {
  sm_learn_layer *l = &critic->layer[i];
  sm_slot weight = {.rank = 2, .size = {out, in}, .numel = (int64_t)out * in, .number = 2 * i, .pace = 1};
  weight.deviation = 1;
  sm_slot bias = {.rank = 1, .size = {out}, .numel = out, .number = 2 * i + 1, .pace = 1};
  snprintf(weight.name, sizeof weight.name, "linear.%d.weight", i);
  snprintf(bias.name, sizeof bias.name, "linear.%d.bias", i);
  l->weight = &critic->weights.parameter[weight.number];
  l->bias = &critic->weights.parameter[bias.number];
  describe(l->weight, &weight);
  describe(l->bias, &bias);
  SM_TRY(begin(l->weight, &weight, seed, 0));
  return begin(l->bias, &bias, seed, 0);
}

stylemap_status sm_critic_init(sm_critic *critic, int numbers, uint64_t seed, stylemap_error *error) {
  enum { WIDTH = 256 };
  *critic = (sm_critic){.weights = {.name = "critic"}};
  int good = open_weights(&critic->weights, 2 * 4) && critic_layer(critic, 0, numbers, WIDTH, seed) == STYLEMAP_OK &&
             critic_layer(critic, 1, WIDTH, WIDTH, seed) == STYLEMAP_OK &&
             critic_layer(critic, 2, WIDTH + 1, WIDTH, seed) == STYLEMAP_OK && /* and the deviation */
             critic_layer(critic, 3, WIDTH, 1, seed) == STYLEMAP_OK;
  return good ? STYLEMAP_OK : sm_no_memory(error, 0);
}

void sm_critic_clear(sm_critic *critic) {
  free_weights(&critic->weights);
  *critic = (sm_critic){0};
}

/* -------------------------------------------------------------------------------------------- access */

sm_parameter *sm_parameter_of(const sm_learner *l, const sm_slot *slot) {
  const sm_parameters *w = slot->state == SM_G ? &l->generator : slot->state == SM_E ? &l->encoder : &l->discriminator;
  assert(slot->number < w->count);
  return slot->number >= 0 ? &w->parameter[slot->number] : NULL;
}

real *sm_running_of(const sm_learner *l, const sm_slot *slot) {
  if (slot->role != SM_MEAN && slot->role != SM_VARIANCE) return NULL;
  real *running = l->layer[slot->layer].running;
  return slot->role == SM_MEAN ? running : running + slot->numel;
}

void sm_pace(sm_parameters *w, int own) {
  for (int i = 0; i < w->count; i++) w->parameter[i].pace = own ? w->parameter[i].own_pace : 1;
}

sm_parameter *sm_find_parameter(const sm_parameters *w, const char *name) {
  for (int i = 0; i < w->count; i++)
    if (!strcmp(w->parameter[i].name, name)) return &w->parameter[i];
  return NULL;
}

void sm_learn(sm_parameters *w, int learn) {
  for (int i = 0; i < w->count; i++) w->parameter[i].learn = learn;
}

void sm_clear_gradients(sm_parameters *w) {
  for (int i = 0; i < w->count; i++) memset(w->parameter[i].grad, 0, sizeof(real) * w->parameter[i].count);
}

double sm_learn_scale(const sm_parameter *weight) {
  double fan_in = 1;
  for (int i = weight->rank == 5 ? 2 : 1; i < weight->rank; i++) fan_in *= weight->shape[i];
  return 1 / sqrt(fan_in);
}
