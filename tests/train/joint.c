/* SPDX-License-Identifier: GPL-3.0-or-later
 * What must not matter to a step: Muon once the phases are joint, and on which side a focus lies where pictures are
 * mirrored. */
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

int main(void) {
  static float left[SIZE * SIZE], right[SIZE * SIZE];
  for (int i = 0; i < SIZE * SIZE; i++) {
    left[i] = i % SIZE < 5 ? 3 : 1;
    right[i] = i % SIZE >= SIZE - 5 ? 3 : 1;
  }
  CHECK(same(stepped(1, 0, NULL, 0), stepped(0, 0, NULL, 0)), "Muon in the joint phase");
  CHECK(!same(stepped(1, 4, NULL, 0), stepped(0, 4, NULL, 0)), "no Muon in the warm-up");
  CHECK(same(stepped(0, 0, left, 1), stepped(0, 0, right, 1)), "a focus is not mirrored");
  CHECK(!same(stepped(0, 0, left, 0), stepped(0, 0, right, 0)), "a focus does not matter");
  return harness_end();
}
