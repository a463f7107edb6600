/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every allocation of a training run fails once, one after the other: NO_MEMORY with a sentence, no trainer, no file; a run
 * that is loaded again after it goes on to the same bits.
 * usage: memory FOLDER [STEP] (for its files; of a step's hundreds of allocations only each STEP-th is tried) */
#include "failing.h"
#include "train/runs.h"

static stylemap_trainer *trainer, *made;
static stylemap_train_losses losses;
static stylemap_train_options chosen;

static stylemap_status loaded(void) {
  stylemap_trainer_free(trainer);
  trainer = NULL;
  return stylemap_trainer_load(path[0], 2, &trainer, &error);
}
static stylemap_status create(void) { return stylemap_trainer_new(&chosen, 2, &made, &error); }
static stylemap_status load(void) { return stylemap_trainer_load(path[0], 2, &made, &error); }
static void free_made(int ok) {
  CHECK(ok == (made != NULL));
  stylemap_trainer_free(made);
  made = NULL;
}
static stylemap_status step(void) { return stylemap_trainer_step(trainer, images, &losses, &error); }
static stylemap_status save(void) { return stylemap_trainer_save(trainer, path[1], &error); }
static stylemap_status export(void) { return stylemap_trainer_export(trainer, path[2], NULL, NULL, &error); }
static void no_file(int ok) {
  for (int i = 1; i < 3; i++) {
    CHECK(ok || access(path[i], F_OK) != 0, "%s is there", path[i]);
    unlink(path[i]);
  }
}
static int picture(void *data, uint64_t index, int mirrored, float *image) {
  memcpy(image, images + index * 3 * SIZE * SIZE, sizeof(float) * 3 * SIZE * SIZE);
  return 0;
}
static stylemap_status samples(void) {
  const stylemap_samples_options options = {.steps = 1, .pictures = PICTURES, .picture = picture};
  return stylemap_trainer_samples(trainer, &options, &error);
}

int main(int argc, char **argv) {
  harness_seed();
  if (!CHECK(argc >= 2)) return 1;
  failing_step = argc > 2 ? atol(argv[2]) : 1;
  name_files(argv[1], "memory");
  chosen = options(STYLEMAP_LAYER_NORM);
  chosen.batch = 4;
  chosen.warm_up = 0; /* the discriminator learns, too */
  chosen.r1_every = 1;
  chosen.heal = 0.5, chosen.augment = 0.5, chosen.mixtures = 1, chosen.features = 1, chosen.frequencies = 1;
  trainer = new_trainer(&chosen, 2);
  fill(trainer, 4);
  CHECK(step() == STYLEMAP_OK && stylemap_trainer_save(trainer, path[0], &error) == STYLEMAP_OK, "%s", error.message);
  const failing_output result = {&losses, sizeof losses};
  const failing_call calls[] = {
      {"a trainer", NULL, create, free_made, .least = 20, .optional = 1}, /* fewer threads */
      {"a state is read", NULL, load, free_made, .least = 20, .optional = 1},
      {"a step", loaded, step, NULL, {result}, .least = 20},
      {"the mapping network by itself", loaded, samples, NULL, .least = 10},
      {"a state is written", loaded, save, no_file, .least = 3},
      {"a model is written", loaded, export, no_file, .least = 3, .optional = 1},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) failing_each(&calls[i], &error);
  stylemap_trainer_free(trainer);
  return runs_end();
}
