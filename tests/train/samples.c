/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mapping network taught by itself: samples come nearer to the pictures' stylemaps, and these to samples, nothing
 * else changes, threads do not matter, it begins with the averaged encoder and a Gaussian, a run goes on the same with or without
 * being saved, and every way of ending early keeps what it promises. usage: samples FOLDER (for its files) */
#include "train/trainer.h"
#include "harness.h"
#include "stylemap.h"
#include "train/draw.h"
#include "grad/layers.h"

enum { SIZE = 16, BATCH = 8, STEPS_BEFORE = 3, PICTURES = 40, STEPS = SANITIZED ? 20 : 300, SAMPLES = 64 };
enum { DIM = 6, SPATIAL = 8, NUMBERS = DIM * SPATIAL * SPATIAL };
static stylemap_error error;

/* Pictures from one with a bright left half to one with a bright right half, the same from its end where mirrored. */
static void draw(uint64_t index, int mirrored, float *image) {
  const float t = ((float)index + 0.5f) / PICTURES, left = 1.6f * (mirrored ? 1 - t : t) - 0.8f;
  for (int k = 0; k < 3 * SIZE * SIZE; k++) image[k] = k % SIZE < SIZE / 2 ? left : -left;
}

typedef struct host {
  int asked, told, refuse_at, end_at, mirror;
} host;

static int give(void *data, uint64_t index, int mirrored, float *image) {
  host *h = data;
  CHECK(index == (uint64_t)h->asked && mirrored == (h->mirror && index % 2));
  draw(index, mirrored, image);
  return ++h->asked == h->refuse_at;
}

static int tell(void *data, int step, double critic, double mapping) {
  host *h = data;
  if (step <= 0) CHECK(step == h->asked - PICTURES && !h->told);
  else CHECK(step == h->told + 1 && isfinite(critic) && critic > 0 && isfinite(mapping) && mapping > 0);
  h->told = step > 0 ? step : 0;
  return h->end_at && step == h->end_at;
}

static void step(stylemap_trainer *t) {
  static float images[BATCH * 3 * SIZE * SIZE];
  stylemap_train_losses losses;
  for (int i = 0; i < BATCH; i++)
    draw(stylemap_trainer_iteration(t) * BATCH + (uint64_t)i, 0, images + i * 3 * SIZE * SIZE);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
}

/* After some steps of a warm-up: averages differ from values, and Adam has moments. */
static stylemap_trainer *new_trainer(int threads, int mirror) {
  stylemap_train_options o;
  stylemap_trainer *t = NULL;
  stylemap_train_defaults(&o);
  o.warm_up = STEPS_BEFORE + 1, o.mirror = mirror;
  o.size = SIZE, o.latent_channel_size = DIM, o.mapping_layer_num = 3, o.base = 128, o.cap = 10, o.batch = BATCH;
  CHECK(stylemap_trainer_new(&o, threads, &t, &error) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < STEPS_BEFORE; i++) step(t);
  return t;
}

static stylemap_status teach(stylemap_trainer *t, int steps, host *h) {
  const stylemap_samples_options o = {steps, PICTURES, give, tell, h};
  return stylemap_trainer_samples(t, &o, &error);
}

/* Stylemaps of all pictures, and of SAMPLES samples. */
static void stylemaps(const stylemap_trainer *t, float *codes, float *samples) {
  float *images = calloc(PICTURES * 3 * SIZE * SIZE, sizeof *images), z[SAMPLES * DIM];
  for (int i = 0; i < PICTURES; i++) draw((uint64_t)i, 0, images + i * 3 * SIZE * SIZE);
  sm_draw_candidates(99, 0, z, SAMPLES * DIM);
  sm_tape tape;
  sm_tape_open(&tape, t->shop);
  const sm_variable *w = sm_layer_leave(
      &tape, sm_learn_encode(&tape, t->learner, sm_tape_leaf(&tape, PICTURES, 3, SIZE, SIZE, images, 0)));
  const sm_variable *s = sm_layer_leave(&tape, sm_learn_map(&tape, t->learner, z, SAMPLES));
  if (CHECK(tape.status == STYLEMAP_OK)) {
    memcpy(codes, w->data, sizeof(float) * PICTURES * NUMBERS);
    memcpy(samples, s->data, sizeof(float) * SAMPLES * NUMBERS);
  }
  sm_tape_clear(&tape);
  free(images);
}

/* Stylemaps of all pictures by the averaged encoder, from which samples are taught. */
static void averaged_codes(stylemap_trainer *t, float *codes) {
  static float unused[SAMPLES * NUMBERS];
  sm_parameters *e = &t->learner->encoder;
  for (int i = 0; i < e->count; i++) memcpy(e->parameter[i].value, e->parameter[i].average, sizeof(real) * e->parameter[i].count);
  stylemaps(t, codes, unused);
}

/* Mean over `a` of the distance to the nearest of `b`. */
static double nearest(const float *a, int count_a, const float *b, int count_b) {
  double sum = 0;
  for (int i = 0; i < count_a; i++) {
    double least = INFINITY;
    for (int j = 0; j < count_b; j++) {
      double squares = 0;
      for (int k = 0; k < NUMBERS; k++) {
        const double d = (double)a[i * NUMBERS + k] - b[j * NUMBERS + k];
        squares += d * d;
      }
      least = fmin(least, squares);
    }
    sum += sqrt(least);
  }
  return sum / count_a;
}

/* Whether parameters from `first` on are the same in both. */
static int same(const sm_parameters *a, const sm_parameters *b, int first) {
  int equal = a->steps == b->steps;
  for (int i = first; i < a->count; i++) {
    const sm_parameter *p = &a->parameter[i], *q = &b->parameter[i];
    const size_t bytes = sizeof(real) * p->count;
    equal &= !memcmp(p->value, q->value, bytes) && !memcmp(p->moment, q->moment, bytes);
    if (p->average) equal &= !memcmp(p->average, q->average, bytes);
  }
  return equal;
}

static int all_same(const stylemap_trainer *a, const stylemap_trainer *b, int first) {
  return same(&a->learner->generator, &b->learner->generator, first) &&
         same(&a->learner->encoder, &b->learner->encoder, 0) &&
         same(&a->learner->discriminator, &b->learner->discriminator, 0);
}

static void learns(void) {
  static float codes[PICTURES * NUMBERS], before[SAMPLES * NUMBERS], after[SAMPLES * NUMBERS];
  stylemap_trainer *old = new_trainer(2, 0), *t = new_trainer(2, 0), *single = new_trainer(1, 0);
  host h = {0}, other = {0};
  stylemaps(old, codes, before);
  CHECK(teach(t, STEPS, &h) == STYLEMAP_OK, "%s", error.message);
  CHECK(h.asked == PICTURES && h.told == STEPS);
  stylemaps(t, codes, after);
  const double near[2] = {nearest(before, SAMPLES, codes, PICTURES), nearest(after, SAMPLES, codes, PICTURES)};
  const double reach[2] = {nearest(codes, PICTURES, before, SAMPLES), nearest(codes, PICTURES, after, SAMPLES)};
  CHECK(SANITIZED || near[1] < 0.5 * near[0], "a sample's way to a picture: %g, then %g", near[0], near[1]);
  CHECK(SANITIZED || reach[1] < 0.95 * reach[0], "a picture's way to a sample: %g, then %g", reach[0], reach[1]);
  const sm_parameters *g = &t->learner->generator;
  const int mapping = 2 * t->learner->network.config.mapping;
  CHECK(all_same(old, t, mapping), "something else has changed");
  for (int i = 0; i < mapping; i++)
    CHECK(memcmp(g->parameter[i].average, old->learner->generator.parameter[i].average,
                 sizeof(real) * g->parameter[i].count), "%s stays as it was", g->parameter[i].name);
  CHECK(teach(single, STEPS, &other) == STYLEMAP_OK, "%s", error.message);
  CHECK(all_same(single, t, 0), "threads matter");
  stylemap_trainer_free(old), stylemap_trainer_free(t), stylemap_trainer_free(single);
}

/* Stylemaps before the last activation. */
static double before(float w) { return (w > 0 ? w : 5 * (double)w) * sqrt(0.5); }

/* Before any step: means and deviations of samples are those of the stylemaps, where these vary in no more directions than there
 * are; and nothing of it hangs on what the mapping network was. */
static void begins_as_gaussian(void) {
  static float codes[PICTURES * NUMBERS], samples[SAMPLES * NUMBERS], others[SAMPLES * NUMBERS];
  stylemap_trainer *t = new_trainer(2, 0), *other = new_trainer(1, 0);
  host h = {0}, other_host = {0};
  double shift = 0, spread = 0, of_codes = 0, of_samples = 0;
  for (int i = 0; i < 2 * other->learner->network.config.mapping; i++)
    other->learner->generator.parameter[i].average[0] += 1;
  CHECK(teach(t, 0, &h) == STYLEMAP_OK && teach(other, 0, &other_host) == STYLEMAP_OK, "%s", error.message);
  CHECK(h.asked == PICTURES && !h.told);
  stylemaps(t, codes, samples), stylemaps(other, codes, others);
  CHECK(!memcmp(samples, others, sizeof samples), "what it was before matters");
  averaged_codes(t, codes);
  for (int k = 0; k < NUMBERS; k++) {
    double mean[2] = {0}, square[2] = {0};
    for (int i = 0; i < PICTURES; i++) mean[0] += before(codes[i * NUMBERS + k]) / PICTURES;
    for (int i = 0; i < SAMPLES; i++) mean[1] += before(samples[i * NUMBERS + k]) / SAMPLES;
    for (int i = 0; i < PICTURES; i++) square[0] += pow(before(codes[i * NUMBERS + k]) - mean[0], 2) / PICTURES;
    for (int i = 0; i < SAMPLES; i++) square[1] += pow(before(samples[i * NUMBERS + k]) - mean[1], 2) / SAMPLES;
    shift += pow(mean[1] - mean[0], 2), spread += square[0];
    of_codes += sqrt(square[0]), of_samples += sqrt(square[1]);
  }
  CHECK(sqrt(shift / spread) < 3 / sqrt(SAMPLES), "the mean is off by %g deviations", sqrt(shift / spread));
  CHECK(fabs(of_samples / of_codes - 1) < 0.2, "deviations of %g instead of %g", of_samples / NUMBERS, of_codes / NUMBERS);
  stylemap_trainer_free(t), stylemap_trainer_free(other);
}

/* After one step the average has followed nine tenths of the way, as a young one does; and the squares are those of the
 * one gradient, as old moments would have them, not the hundredth of them that Adam begins with. */
static void one_step(void) {
  stylemap_trainer *old = new_trainer(1, 0), *t = new_trainer(1, 0);
  host none = {0};
  CHECK(teach(old, 0, &none) == STYLEMAP_OK, "%s", error.message);
  host h = {0};
  int moved = 0, wrong = 0, young = 0;
  CHECK(teach(t, 1, &h) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < 2 * t->learner->network.config.mapping; i++) {
    const sm_parameter *p = &t->learner->generator.parameter[i], *q = &old->learner->generator.parameter[i];
    for (size_t k = 0; k < p->count; k++) {
      const double way = (double)p->value[k] - q->average[k], followed = (double)p->average[k] - q->average[k];
      const double square = (double)p->moment[k] * p->moment[k]; /* beta1 is 0: the moment is the gradient */
      if (square < 1e-24) continue;
      moved++;
      wrong += !(fabs(followed - 0.9 * way) <= 0.01 * fabs(way));
      young += !(fabs(p->square[k] - square) <= 1e-4 * square);
    }
  }
  CHECK(moved > 100, "%d numbers", moved);
  CHECK(wrong == 0, "%d of %d averages", wrong, moved);
  CHECK(young == 0, "%d of %d moments", young, moved);
  stylemap_trainer_free(old), stylemap_trainer_free(t);
}

/* What is not an average is not looked at: other values and moments change nothing of what is learnt. */
static void begins_with_averages(void) {
  stylemap_trainer *t = new_trainer(2, 1), *other = new_trainer(2, 1);
  host h = {.mirror = 1}, same_host = {.mirror = 1};
  const sm_parameters *g = &other->learner->generator, *e = &other->learner->encoder;
  const int mapping = 2 * other->learner->network.config.mapping;
  for (int i = 0; i < mapping; i++)
    for (size_t k = 0; k < g->parameter[i].count; k++)
      g->parameter[i].value[k] += 1, g->parameter[i].moment[k] += 1, g->parameter[i].square[k] += 1;
  for (int i = 0; i < e->count; i++) e->parameter[i].value[0] += 1;
  CHECK(teach(t, 4, &h) == STYLEMAP_OK && teach(other, 4, &same_host) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < mapping; i++)
    CHECK(!memcmp(g->parameter[i].average, t->learner->generator.parameter[i].average,
                  sizeof(real) * g->parameter[i].count), "%s", g->parameter[i].name);
  stylemap_trainer_free(other);
  other = new_trainer(2, 1);
  for (int i = 0; i < other->learner->encoder.count; i++) other->learner->encoder.parameter[i].average[0] += 1;
  same_host = (host){.mirror = 1};
  CHECK(teach(other, 4, &same_host) == STYLEMAP_OK, "%s", error.message);
  CHECK(!same(&other->learner->generator, &t->learner->generator, 0), "the encoder's average does not matter");
  stylemap_trainer_free(t), stylemap_trainer_free(other);
}

/* The next steps, from the last of the warm-up into the joint phase, with and without saving between. */
static void goes_on(const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/samples-state.safetensors", folder);
  stylemap_trainer *t = new_trainer(2, 0), *loaded = NULL;
  host h = {0};
  CHECK(teach(t, 4, &h) == STYLEMAP_OK, "%s", error.message);
  for (int round = 0; round < 3; round++) {
    CHECK(stylemap_trainer_save(t, path, &error) == STYLEMAP_OK, "%s", error.message);
    CHECK(stylemap_trainer_load(path, 1, &loaded, &error) == STYLEMAP_OK, "%s", error.message);
    const sm_parameter *first = sm_layer_of(t->learner, &t->learner->network.mapping[0])->weight;
    const double before = first->value[0];
    step(t), step(loaded);
    CHECK(all_same(t, loaded, 0), "step %d after the samples differs when loaded", round + 1);
    CHECK(fabs(first->value[0] - before) < 2, "too far in step %d", round + 1);
    stylemap_trainer_free(loaded);
  }
  stylemap_trainer_free(t);
}

static int add_nothing(void *data, float *values, size_t count) { return 0; }

static void ends(void) {
  stylemap_trainer *old = new_trainer(2, 0), *t = new_trainer(2, 0), *five = new_trainer(2, 0);
  host early = {.end_at = BATCH - PICTURES}, ending = {.end_at = 5}, whole = {0};
  static const int lost[] = {1, 3, BATCH, BATCH + 1, PICTURES};
  for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
    host refusing = {.refuse_at = lost[i]};
    CHECK(teach(t, STEPS, &refusing) == STYLEMAP_CANCELLED && refusing.asked == lost[i] && !refusing.told, "%d", lost[i]);
    CHECK(all_same(old, t, 0), "picture %d, which could not be had, has changed something", lost[i]);
  }
  CHECK(teach(t, STEPS, &early) == STYLEMAP_OK && early.asked == BATCH && early.told == 0);
  CHECK(all_same(old, t, 0), "ending before the first step has changed something");
  CHECK(teach(t, STEPS, &ending) == STYLEMAP_OK && ending.told == 5);
  CHECK(teach(five, 5, &whole) == STYLEMAP_OK && all_same(five, t, 0), "what was learnt by then is not there");
  CHECK(teach(t, -1, &whole) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_trainer_samples(t, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_trainer_share(t, 0, 2, add_nothing, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(teach(t, 5, &whole) == STYLEMAP_BAD_ARGUMENT && strstr(error.message, "alone"));
  stylemap_trainer_free(old), stylemap_trainer_free(t), stylemap_trainer_free(five);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  learns();
  begins_with_averages();
  begins_as_gaussian();
  one_step();
  goes_on(argv[1]);
  ends();
  return harness_end();
}
