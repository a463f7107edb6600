/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public trainer: options, steps, sharing. state.c saves and loads, export.c writes models. */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "train/draw.h"
#include "train/mixture.h"
#include "train/spoil.h"

void stylemap_train_defaults(stylemap_train_options *o) {
  *o = (stylemap_train_options){.size = 128,
                                .latent_spatial_size = 8,
                                .latent_channel_size = 64,
                                .mapping_layer_num = 8,
                                .base = 2048,
                                .cap = 128,
                                .norm = STYLEMAP_LAYER_NORM,
                                .lr_mul = 0.01,
                                .batch = 16,
                                .seed = 1,
                                .learning_rate = 0.002,
                                .beta2 = 0.99,
                                .ema = 0.999,
                                .adversarial = 1,
                                .w_reconstruction = 1,
                                .in_domain = 1,
                                .mse = 1,
                                .perceptual = 1,
                                .edges = 1,
                                .matching = 1,
                                .r1 = 10,
                                .r1_every = 16};
}

/* Samples among which a picture's nearest is sought during the warm-up: a few times the batch, for little time. */
enum { CANDIDATES = 256 };

static int weight_ok(double v) { return v >= 0 && v <= 1e6; }

static stylemap_status check(const stylemap_train_options *o, stylemap_error *error) {
  const char *wrong = NULL;
  if (o->batch < 1 || o->batch > 4096 || (o->batch > 4 && o->batch % 4)) wrong = "batch";
  else if (!(o->learning_rate > 0 && o->learning_rate <= 1)) wrong = "learning_rate";
  else if (!(o->d_rate >= 0 && o->d_rate <= 1)) wrong = "d_rate";
  else if (!(o->beta1 >= 0 && o->beta1 < 1)) wrong = "beta1";
  else if (!(o->beta2 > 0 && o->beta2 < 1)) wrong = "beta2";
  else if (!(o->ema >= 0 && o->ema < 1)) wrong = "ema";
  else if (!weight_ok(o->adversarial)) wrong = "adversarial";
  else if (!weight_ok(o->w_reconstruction)) wrong = "w_reconstruction";
  else if (!weight_ok(o->in_domain)) wrong = "in_domain";
  else if (!weight_ok(o->mse)) wrong = "mse";
  else if (!weight_ok(o->perceptual)) wrong = "perceptual";
  else if (!weight_ok(o->edges)) wrong = "edges";
  else if (!weight_ok(o->frequencies)) wrong = "frequencies";
  else if (!weight_ok(o->matching)) wrong = "matching";
  else if (!weight_ok(o->features)) wrong = "features";
  else if (!weight_ok(o->mixtures)) wrong = "mixtures";
  else if (!weight_ok(o->r1) || o->r1_every < 1) wrong = "r1";
  else if (!(o->augment >= 0 && o->augment <= 1)) wrong = "augment";
  else if (!(o->heal >= 0 && o->heal <= 1)) wrong = "heal";
  else if (o->anneal_from > o->anneal_to) wrong = "anneal_from";
  if (!wrong) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The training option %1 is out of its range."), wrong, NULL);
}

/* What a step is shown, whose size is the batch's; made when it is needed. */
static void free_views(stylemap_trainer *t) {
  sm_free(t->seen);
  sm_free(t->given);
  sm_free(t->mixtures);
  sm_free(t->views);
  t->seen = NULL;
  t->given = NULL;
  t->any_given = 0;
  t->mixtures = NULL;
  t->views = NULL;
}

/* The memory whose size is the batch's. */
static stylemap_status take_noise(stylemap_trainer *t, stylemap_error *error) {
  size_t count = (size_t)(2 * (t->options.batch / t->ranks) + CANDIDATES) * (size_t)t->options.latent_channel_size;
  float *noise = sm_alloc(count, sizeof(float));
  if (!noise) return sm_no_memory(error, count * sizeof(float));
  sm_free(t->noise);
  t->noise = noise;
  free_views(t);
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_new(const stylemap_train_options *o, int threads, stylemap_trainer **out,
                                     stylemap_error *error) {
  if (!o || !out) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A trainer needs its options."), NULL);
  sm_config config;
  SM_TRY(check(o, error));
  SM_TRY(sm_learner_config(&config, o->size, o->latent_spatial_size, o->latent_channel_size, o->base, o->cap,
                           o->small_generator, o->norm, o->mapping_layer_num, o->lr_mul, error));
  stylemap_trainer *t = sm_calloc(1, sizeof *t);
  if (!t) return sm_no_memory(error, sizeof *t);
  t->options = *o;
  t->ranks = 1;
  stylemap_status status = STYLEMAP_OK;
  SM_TRY_DONE(take_noise(t, error));
  SM_TRY_DONE(sm_learner_new(&config, o->seed, &t->learner, error));
  SM_TRY_DONE(sm_workshop_new(threads, &t->shop, error));
  *out = t;
  t = NULL;
done:
  stylemap_trainer_free(t);
  return status;
}

void stylemap_trainer_free(stylemap_trainer *t) {
  if (!t) return;
  sm_perceiver_clear(&t->perceiver);
  sm_workshop_free(t->shop);
  sm_learner_free(t->learner);
  sm_free(t->shared);
  sm_free(t->noise);
  free_views(t);
  sm_free(t->focus);
  sm_free(t);
}

stylemap_status stylemap_trainer_focus(stylemap_trainer *t, const float *weights, stylemap_error *error) {
  if (!t) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There is no trainer."), NULL);
  const size_t side = (size_t)t->options.size, pixels = side * side;
  for (size_t i = 0; weights && i < pixels; i++)
    if (!(weights[i] >= 0 && weights[i] <= 1e6f))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The training option %1 is out of its range."), "focus",
                     NULL);
  real *focus = weights ? sm_alloc(pixels, sizeof *focus) : NULL;
  if (weights && !focus) return sm_no_memory(error, pixels * sizeof *focus);
  for (size_t y = 0; focus && y < side; y++)
    for (size_t x = 0; x < side; x++) {
      const float here = weights[y * side + x], there = weights[y * side + side - 1 - x];
      focus[y * side + x] = t->options.mirror ? (here + there) / 2 : here;
    }
  sm_free(t->focus);
  t->focus = focus;
  return STYLEMAP_OK;
}

const stylemap_train_options *stylemap_trainer_options(const stylemap_trainer *t) { return t ? &t->options : NULL; }

uint64_t stylemap_trainer_iteration(const stylemap_trainer *t) { return t ? t->iteration : 0; }

stylemap_status stylemap_trainer_change(stylemap_trainer *t, const stylemap_train_options *o, stylemap_error *error) {
  if (!t || !o) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A trainer needs its options."), NULL);
  SM_TRY(check(o, error));
  const stylemap_train_options *old = &t->options;
  const char *wrong = NULL;
  if (o->size != old->size) wrong = "size";
  else if (o->latent_spatial_size != old->latent_spatial_size) wrong = "latent_spatial_size";
  else if (o->latent_channel_size != old->latent_channel_size) wrong = "latent_channel_size";
  else if (o->mapping_layer_num != old->mapping_layer_num) wrong = "mapping_layer_num";
  else if (o->base != old->base) wrong = "base";
  else if (o->cap != old->cap) wrong = "cap";
  else if (!o->small_generator != !old->small_generator) wrong = "small_generator";
  else if (o->norm != old->norm) wrong = "norm";
  else if (o->lr_mul != old->lr_mul) wrong = "lr_mul";
  else if (t->ranks > 1 && o->batch != old->batch) wrong = "batch";
  else if (!o->mirror != !old->mirror) wrong = "mirror";
  else if (o->seed != old->seed) wrong = "seed";
  if (wrong)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The training option %1 belongs to the run and cannot be changed when it goes on."), wrong,
                   NULL);
  stylemap_train_options before = *old;
  t->options = *o;
  if (o->batch == before.batch) return STYLEMAP_OK;
  stylemap_status status = take_noise(t, error);
  if (status != STYLEMAP_OK) t->options = before;
  return status;
}

static size_t weights_size(const sm_parameters *w) {
  size_t count = 0;
  for (int i = 0; i < w->count; i++) count += w->parameter[i].count;
  return count;
}

stylemap_status stylemap_trainer_share(stylemap_trainer *t, int rank, int ranks, stylemap_all_reduce sum, void *data,
                                       stylemap_error *error) {
  if (!t || !sum || ranks < 1 || rank < 0 || rank >= ranks || t->options.batch % ranks ||
      (t->options.batch / ranks > 4 && t->options.batch / ranks % 4))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The batch must divide into equal parts for all ranks, and a part above 4 by 4."), NULL);
  size_t most = weights_size(&t->learner->generator), e = weights_size(&t->learner->encoder);
  size_t d = weights_size(&t->learner->discriminator);
  if (e > most) most = e;
  if (d > most) most = d;
  float *shared = sm_alloc(most, sizeof *shared);
  if (!shared) return sm_no_memory(error, most * sizeof *shared);
  sm_free(t->shared);
  t->shared = shared;
  t->rank = rank;
  t->ranks = ranks;
  t->sum = sum;
  t->sum_data = data;
  return take_noise(t, error);
}

static stylemap_status share_gradients(void *data, const char *step, sm_parameters *w) {
  stylemap_trainer *t = data;
  float *at = t->shared;
  for (int i = 0; i < w->count; at += w->parameter[i++].count)
    memcpy(at, w->parameter[i].grad, sizeof(float) * w->parameter[i].count);
  if (t->sum(t->sum_data, t->shared, (size_t)(at - t->shared))) return STYLEMAP_CANCELLED;
  at = t->shared;
  for (int i = 0; i < w->count; at += w->parameter[i++].count)
    for (size_t k = 0; k < w->parameter[i].count; k++) w->parameter[i].grad[k] = at[k] / (float)t->ranks;
  return STYLEMAP_OK;
}

/* The number, over the whole run, of the first picture of this rank's next step. */
static uint64_t first_number(const stylemap_trainer *t) {
  uint64_t batch = (uint64_t)t->options.batch;
  return t->iteration * batch + (uint64_t)t->rank * (batch / (uint64_t)t->ranks);
}

stylemap_status stylemap_trainer_draw(const stylemap_trainer *t, uint64_t pictures, uint64_t *indices,
                                      unsigned char *mirrored, stylemap_error *error) {
  if (!t || !pictures || !indices || !mirrored)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no pictures to train on."), NULL);
  for (int i = 0; i < t->options.batch / t->ranks; i++) {
    uint64_t number = first_number(t) + (uint64_t)i;
    indices[i] = sm_draw_picture(t->options.seed, pictures, number);
    mirrored[i] = t->options.mirror && sm_draw_mirror(t->options.seed, number);
  }
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_draw_pairs(const stylemap_trainer *t, uint64_t pairs, int64_t *indices,
                                            stylemap_error *error) {
  if (!t || !indices || pairs > INT64_MAX)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The trainer needs room for the pairs that it chooses."),
                   NULL);
  const stylemap_train_options *o = &t->options;
  for (int i = 0; i < o->batch / t->ranks; i++) {
    const uint64_t number = first_number(t) + (uint64_t)i;
    const int spoilt = sm_damage_draw(o->seed, number, o->heal, o->size).spoilt;
    indices[i] = spoilt ? sm_draw_pair(o->seed, number, pairs) : -1;
  }
  return STYLEMAP_OK;
}

static stylemap_status need_seen(stylemap_trainer *t, stylemap_error *error) {
  const size_t count = (size_t)(t->options.batch / t->ranks);
  const size_t numbers = count * 3 * (size_t)t->options.size * (size_t)t->options.size;
  if (!t->seen) t->seen = sm_alloc(numbers, sizeof *t->seen);
  if (!t->given) t->given = sm_calloc(count, sizeof *t->given);
  return t->seen && t->given ? STYLEMAP_OK : sm_no_memory(error, numbers * sizeof *t->seen);
}

stylemap_status stylemap_trainer_show(stylemap_trainer *t, int place, const float *image, stylemap_error *error) {
  if (!t || !image || place < 0 || place >= t->options.batch / t->ranks)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A picture to show needs a place in the trainer's step."),
                   NULL);
  const size_t each = 3 * (size_t)t->options.size * (size_t)t->options.size;
  SM_TRY(need_seen(t, error));
  memcpy(t->seen + (size_t)place * each, image, each * sizeof *image);
  t->given[place] = 1;
  t->any_given = 1;
  return STYLEMAP_OK;
}

static double rate_of(const stylemap_trainer *t) {
  const stylemap_train_options *o = &t->options;
  if (t->iteration < o->anneal_from || t->iteration >= o->anneal_to) return o->learning_rate;
  return o->learning_rate * (double)(o->anneal_to - t->iteration) / (double)(o->anneal_to - o->anneal_from);
}

/* The averages follow closely at first, as far back as a tenth of the run; `ema` is where that ends. It depends on the
 * iteration only, so a run that goes on is exact. */
static double decay_of(const stylemap_trainer *t) {
  const double young = (1 + (double)t->iteration) / (10 + (double)t->iteration);
  return young < t->options.ema ? young : t->options.ema;
}

typedef struct showing {
  const stylemap_trainer *trainer;
  const float *images;
  int count;
} showing;

static void spoil_task(void *context, int index, int worker) {
  const showing *s = context;
  const stylemap_train_options *o = &s->trainer->options;
  const size_t each = 3 * (size_t)o->size * (size_t)o->size;
  const float *other = s->images + (size_t)sm_damage_other(index, s->count) * each;
  const sm_damage damage =
      sm_damage_draw(o->seed, first_number(s->trainer) + (uint64_t)index, o->heal, o->size);
  (void)worker;
  if (s->trainer->given[index]) return;
  sm_damage_apply(&damage, s->images + (size_t)index * each, other, o->size, s->trainer->seen + (size_t)index * each);
}

static void mix_task(void *context, int index, int worker) {
  const showing *s = context;
  const stylemap_train_options *o = &s->trainer->options;
  const size_t each = 3 * (size_t)o->size * (size_t)o->size;
  const float *other = s->images + (size_t)sm_damage_other(index, s->count) * each;
  const sm_mixture mixture = sm_mixture_draw(o->seed, first_number(s->trainer) + (uint64_t)index, o->size);
  (void)worker;
  sm_mixtures_fill(s->trainer->mixtures, &s->trainer->learner->network.config, index, &mixture,
                   s->images + (size_t)index * each, other);
}

/* Makes what the networks are shown beside the pictures themselves. */
static stylemap_status show(stylemap_trainer *t, const float *images, int heal, int mix, int views,
                            stylemap_error *error) {
  const stylemap_train_options *o = &t->options;
  const int count = o->batch / t->ranks;
  showing s = {t, images, count};
  if (heal) SM_TRY(need_seen(t, error));
  if (mix && !t->mixtures) t->mixtures = sm_mixtures_new(&t->learner->network.config, count);
  if (views && !t->views) t->views = sm_alloc((size_t)SM_VIEWS * (size_t)count, sizeof *t->views);
  if ((mix && !t->mixtures) || (views && !t->views))
    return sm_no_memory(error, (size_t)SM_VIEWS * (size_t)count * sizeof *t->views);
  if (heal) sm_workshop_run(t->shop, count, spoil_task, &s);
  if (mix) sm_workshop_run(t->shop, count, mix_task, &s);
  for (int use = 0; views && use < SM_VIEWS; use++)
    for (int i = 0; i < count; i++)
      t->views[use * count + i] =
          sm_draw_view(o->seed, first_number(t) + (uint64_t)i, use, o->augment, o->size);
  return STYLEMAP_OK;
}

stylemap_status stylemap_trainer_step(stylemap_trainer *t, const float *images, stylemap_train_losses *losses,
                                      stylemap_error *error) {
  if (!t || !images || !losses)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A training step needs a trainer and images."), NULL);
  const stylemap_train_options *o = &t->options;
  int batch = o->batch / t->ranks, joint = t->iteration >= o->warm_up;
  sm_step_options options = {.batch = batch,
                             .rate = rate_of(t),
                             .d_rate = o->d_rate > 0 ? o->d_rate : rate_of(t),
                             .beta1 = o->beta1,
                             .beta2 = o->beta2,
                             .epsilon = 1e-8,
                             .muon = o->muon,
                             .decay = decay_of(t),
                             .r1_every = o->r1_every,
                             .r1 = o->r1,
                             .squares = o->mse,
                             .perceptual = t->perceives ? o->perceptual : 0,
                             .edges = o->edges,
                             .frequencies = o->frequencies,
                             .matching = joint ? 0 : o->matching};
  if (joint) {
    options.g_adversarial = o->adversarial;
    options.w_reconstruction = o->w_reconstruction;
    options.in_domain = o->in_domain;
    options.features = o->features;
    options.mixtures = o->mixtures;
    options.d_adversarial = o->adversarial > 0 || o->in_domain > 0 || o->mixtures > 0;
  }
  size_t half = (size_t)batch * (size_t)o->latent_channel_size;
  for (int use = 0; use < 2; use++)
    for (int i = 0; i < batch; i++)
      sm_draw_noise(o->seed, first_number(t) + (uint64_t)i, use,
                    t->noise + (size_t)use * half + (size_t)i * (size_t)o->latent_channel_size, o->latent_channel_size);
  float *candidates = t->noise + 2 * half;
  if (options.matching > 0)
    sm_draw_candidates(o->seed, t->iteration * (uint64_t)t->ranks + (uint64_t)t->rank, candidates,
                       CANDIDATES * o->latent_channel_size);
  const int heal = o->heal > 0 || t->any_given, views = o->augment > 0 && options.d_adversarial > 0;
  SM_TRY(show(t, images, heal, options.mixtures > 0, views, error));
  sm_step step = {.shop = t->shop,
                  .learner = t->learner,
                  .options = &options,
                  .perceiver = t->perceives ? &t->perceiver : NULL,
                  .focus = t->focus,
                  .seen = heal ? t->seen : NULL,
                  .mixtures = t->mixtures,
                  .views = views ? t->views : NULL,
                  .hook = t->ranks > 1 ? share_gradients : NULL,
                  .hook_data = t,
                  .candidates = candidates,
                  .candidate_count = CANDIDATES};
  sm_step_losses found;
  stylemap_status status = sm_train_step(&step, t->iteration, images, t->noise, t->noise + half, &found);
  if (status == STYLEMAP_NO_MEMORY) return sm_no_memory(error, 0);
  if (status != STYLEMAP_OK) return sm_fail(error, status, "", SM_TEXT("The training step was stopped."), NULL);
  *losses = (stylemap_train_losses){found.g_adversarial, found.w_reconstruction, found.d_adversarial, found.r1,
                                    found.squares,       found.perceptual,       found.edges,         found.frequencies,
                                    found.in_domain,     found.matching,         found.features,      found.mixtures};
  if (t->any_given) memset(t->given, 0, (size_t)batch * sizeof *t->given);
  t->any_given = 0;
  t->iteration++;
  return STYLEMAP_OK;
}
