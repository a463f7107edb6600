/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small runs of the public trainer, for its tests: three files to write, options, steps on pictures by a formula. */
#pragma once
#include <unistd.h>

#include "harness.h"
#include "stylemap.h"

enum { SIZE = 16, BATCH = 8, PICTURES = 5 };
static char path[3][512];
static stylemap_error error;
static float images[BATCH * 3 * SIZE * SIZE];

static inline stylemap_train_options options(stylemap_norm norm) {
  stylemap_train_options o;
  stylemap_train_defaults(&o);
  o.size = SIZE;
  o.latent_channel_size = 6;
  o.mapping_layer_num = 3;
  o.base = 128;
  o.cap = 10;
  o.norm = norm;
  o.batch = BATCH;
  o.r1_every = 2;
  o.warm_up = 1;
  o.mirror = 1;
  o.seed = 5;
  return o;
}

static inline stylemap_trainer *new_trainer(const stylemap_train_options *o, int threads) {
  stylemap_trainer *t = NULL;
  CHECK(stylemap_trainer_new(o, threads, &t, &error) == STYLEMAP_OK, "%s", error.message);
  return t;
}

/* Pictures that depend on the step and on what draw says. */
static inline void fill(const stylemap_trainer *t, int count) {
  uint64_t indices[BATCH];
  unsigned char mirrored[BATCH];
  CHECK(stylemap_trainer_draw(t, PICTURES, indices, mirrored, &error) == STYLEMAP_OK);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < 3 * SIZE * SIZE; k++)
      images[i * 3 * SIZE * SIZE + k] = sinf((float)(indices[i] * 7 + mirrored[i]) + 0.1f * (float)k);
}

static inline void steps(stylemap_trainer *t, int count) {
  for (int i = 0; i < count; i++) {
    stylemap_train_losses losses;
    fill(t, BATCH);
    CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
    CHECK(isfinite(losses.mse) && losses.mse > 0);
  }
}

static inline void name_files(const char *folder, const char *name) {
  for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s/%s-%d.safetensors", folder, name, i);
}

static inline int runs_end(void) {
  for (int i = 0; i < 3; i++) unlink(path[i]);
  return harness_end();
}
