/* SPDX-License-Identifier: GPL-3.0-or-later
 * What must matter to a step, and what not: Muon in both phases, the discriminator's own rate to it alone, and on which
 * side a focus lies where pictures are mirrored. And the gradient of the discriminator's view is that of the loss which
 * is told. */
#include "harness.h"
#include "train/trainer.h"

enum { SIZE = 16, BATCH = 4 };
static stylemap_error error;

static stylemap_trainer *stepped(int muon, int warm_up, const float *focus, int mirror) {
  static float images[BATCH * 3 * SIZE * SIZE];
  stylemap_train_options o;
  stylemap_trainer *t = NULL;
  stylemap_train_losses losses;
  stylemap_train_defaults(&o);
  o.size = SIZE, o.latent_channel_size = 6, o.mapping_layer_num = 2, o.base = 128, o.cap = 10, o.batch = BATCH;
  o.muon = muon, o.warm_up = warm_up, o.mirror = mirror;
  for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) images[i] = (float)sin(0.37 * i + 0.1 * (i % 13));
  CHECK(stylemap_trainer_new(&o, 1, &t, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_focus(t, focus, &error) == STYLEMAP_OK);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  return t;
}

static int same(stylemap_trainer *a, stylemap_trainer *b) {
  const sm_parameters *p[2] = {&a->learner->generator, &a->learner->encoder};
  const sm_parameters *q[2] = {&b->learner->generator, &b->learner->encoder};
  int equal = 1;
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < p[k]->count; i++)
      equal &= !memcmp(p[k]->parameter[i].value, q[k]->parameter[i].value, sizeof(real) * p[k]->parameter[i].count);
  stylemap_trainer_free(a), stylemap_trainer_free(b);
  return equal;
}

/* Adam's first step is its rate, for every number with a gradient. `furthest`: of any of D's numbers. */
static stylemap_trainer *stepped_at(double d_rate, double *furthest) {
  static float images[BATCH * 3 * SIZE * SIZE];
  stylemap_train_options o;
  stylemap_trainer *t = NULL, *before = NULL;
  stylemap_train_losses losses;
  stylemap_train_defaults(&o);
  o.size = SIZE, o.latent_channel_size = 6, o.mapping_layer_num = 2, o.base = 128, o.cap = 10, o.batch = BATCH;
  o.adversarial = o.w_reconstruction = o.in_domain = o.r1 = 0, o.mixtures = 1e-30;
  o.learning_rate = 0.004, o.d_rate = d_rate, o.anneal_to = 2; /* a rate that falls does not concern D */
  for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) images[i] = (float)sin(0.37 * i + 0.1 * (i % 13));
  CHECK(stylemap_trainer_new(&o, 1, &t, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_new(&o, 1, &before, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  *furthest = 0;
  const sm_parameters *p = &t->learner->discriminator, *q = &before->learner->discriminator;
  for (int i = 0; i < p->count; i++)
    for (size_t k = 0; k < p->parameter[i].count; k++)
      *furthest = fmax(*furthest, fabs((double)p->parameter[i].value[k] - q->parameter[i].value[k]));
  stylemap_trainer_free(before);
  return t;
}

static void d_rates(void) {
  double far[3];
  stylemap_trainer *own = stepped_at(0.001, &far[0]), *twice = stepped_at(0.002, &far[1]), *none = stepped_at(0, &far[2]);
  CHECK_NEAR(far[0], 0.001, 1e-6);
  CHECK_NEAR(far[1], 0.002, 1e-6);
  CHECK_NEAR(far[2], 0.004, 1e-6, "--rate, where it has none of its own");
  CHECK(same(own, twice), "D's rate moves generator or encoder");
  stylemap_trainer_free(none);
}

/* The loss of a step that moves nothing, after generator and encoder went `far` along `way`. */
static double features_at(stylemap_trainer *t, const float *image, float *const *way, double far) {
  sm_parameters *w[2] = {&t->learner->generator, &t->learner->encoder};
  stylemap_train_losses losses;
  for (int back = 0; back < 2; back++) {
    for (int k = 0, n = 0; k < 2; k++)
      for (int i = 0; i < w[k]->count; i++, n++)
        for (size_t j = 0; way && j < w[k]->parameter[i].count; j++)
          w[k]->parameter[i].value[j] += (float)(back ? -far : far) * way[n][j];
    if (!back) CHECK(stylemap_trainer_step(t, image, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  }
  return losses.features;
}

/* Along its gradient the loss changes by the square of that: measured 1.0004; a gradient that counted both blocks in
 * full would promise twice as much. */
static void features(void) {
  static float images[BATCH * 3 * SIZE * SIZE];
  enum { MOST = 1024 };
  stylemap_train_options o;
  stylemap_trainer *t = NULL;
  float *way[MOST];
  int count = 0;
  stylemap_train_defaults(&o);
  o.size = SIZE, o.latent_channel_size = 6, o.mapping_layer_num = 2, o.base = 128, o.cap = 10, o.batch = BATCH;
  o.adversarial = o.w_reconstruction = o.in_domain = o.mse = o.perceptual = o.edges = o.matching = o.r1 = 0;
  o.features = 1, o.warm_up = 0, o.learning_rate = 1e-12;
  for (int i = 0; i < BATCH * 3 * SIZE * SIZE; i++) images[i] = (float)sin(0.37 * i + 0.1 * (i % 13));
  if (!CHECK(stylemap_trainer_new(&o, 1, &t, &error) == STYLEMAP_OK, "%s", error.message)) return;
  const double loss = features_at(t, images, NULL, 0);
  double squares = 0;
  const sm_parameters *w[2] = {&t->learner->generator, &t->learner->encoder};
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < w[k]->count && count < MOST; i++) {
      const sm_parameter *p = &w[k]->parameter[i];
      way[count] = malloc(sizeof(float) * p->count);
      for (size_t j = 0; j < p->count; j++) {
        way[count][j] = p->grad[j];
        squares += (double)p->grad[j] * p->grad[j];
      }
      count++;
    }
  CHECK(loss > 0 && squares > 0);
  const double far = 0.01 * loss / squares;
  const double change = features_at(t, images, way, far) - features_at(t, images, way, -far);
  CHECK_NEAR(change / (2 * far * squares), 1, 0.05);
  printf("%.4f of what the gradient promises\n", change / (2 * far * squares));
  for (int i = 0; i < count; i++) free(way[i]);
  stylemap_trainer_free(t);
}

int main(void) {
  static float left[SIZE * SIZE], right[SIZE * SIZE];
  for (int i = 0; i < SIZE * SIZE; i++) {
    left[i] = i % SIZE < 5 ? 3 : 1;
    right[i] = i % SIZE >= SIZE - 5 ? 3 : 1;
  }
  CHECK(!same(stepped(1, 0, NULL, 0), stepped(0, 0, NULL, 0)), "no Muon in the joint phase");
  CHECK(!same(stepped(1, 4, NULL, 0), stepped(0, 4, NULL, 0)), "no Muon in the warm-up");
  CHECK(same(stepped(0, 0, left, 1), stepped(0, 0, right, 1)), "a focus is not mirrored");
  CHECK(!same(stepped(0, 0, left, 0), stepped(0, 0, right, 0)), "a focus does not matter");
  d_rates();
  features();
  return harness_end();
}
