/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mixtures of two pictures: what they are made of, what a step asks of them, and that views of D's are its own affair. */
#include "train/mixture.h"
#include "base/memory.h"
#include "grad/layers.h"
#include "harness.h"
#include "train/draw.h"
#include "train/trainer.h"

enum { SIZE = 32, PLANE = SIZE * SIZE, PICTURE = 3 * PLANE, BATCH = 8 };
static stylemap_error error;
static float images[BATCH * PICTURE];

static stylemap_trainer *trainer_of(double mixtures, double augment) {
  stylemap_train_options o;
  stylemap_trainer *t = NULL;
  stylemap_train_defaults(&o);
  o.size = SIZE, o.latent_channel_size = 6, o.mapping_layer_num = 2, o.base = 128, o.cap = 10, o.batch = BATCH;
  o.adversarial = o.in_domain = o.w_reconstruction = 0, o.r1 = 0;
  o.mixtures = mixtures, o.augment = augment, o.seed = 9, o.learning_rate = 1e-12;
  CHECK(stylemap_trainer_new(&o, 2, &t, &error) == STYLEMAP_OK, "%s", error.message);
  return t;
}

/* All kinds come, and each is filled in as it says. */
static void filled(void) {
  stylemap_trainer *t = trainer_of(0, 0);
  const sm_config *c = &t->learner->network.config;
  static float collage[PICTURE], mask[PLANE];
  int seen[SM_MIXINGS] = {0};
  sm_mixtures *m = sm_mixtures_new(c, BATCH);
  if (!CHECK(m)) return;
  for (int n = 0; n < 60; n++) {
    const sm_mixture mixture = sm_mixture_draw(3, (uint64_t)n, SIZE), again = sm_mixture_draw(3, (uint64_t)n, SIZE);
    CHECK(mixture.how == again.how && !memcmp(&mixture.collage, &again.collage, sizeof mixture.collage));
    const int place = n % BATCH, how = (int)mixture.how;
    if (!CHECK(how >= 0 && how < SM_MIXINGS)) break;
    seen[how]++;
    const float *x = images, *other = images + PICTURE, *second = m->second + place * PICTURE;
    sm_mixtures_fill(m, c, place, &mixture, x, other);
    sm_damage_apply(&mixture.collage, x, other, SIZE, collage);
    sm_damage_mask(&mixture.collage, SIZE, mask);
    CHECK(!memcmp(second, how == SM_BLENDED ? other : collage, sizeof collage), "picture %d: what is shown", n);
    CHECK(!memcmp(m->mask + place * PLANE, mask, sizeof mask), "picture %d: the mask", n);
    for (int level = 0; level <= c->blocks; level++) {
      const int side = c->spatial << level, step = SIZE / side;
      const float *to = m->level[level] + place * side * side;
      for (int i = 0; i < side * side; i++) {
        double sum = 0;
        for (int k = 0; k < step * step; k++)
          sum += mask[(i / side * step + k / step) * SIZE + i % side * step + k % step];
        const double want = how == SM_REBUILT ? 1 : how == SM_HEALED ? sum > 0 : sum / (step * step);
        CHECK_NEAR(to[i], want, 1e-6, "picture %d, level %d, place %d", n, level, i);
      }
    }
  }
  for (int i = 0; i < SM_MIXINGS; i++) CHECK(seen[i] > 5, "kind %d came %d times of 60", i, seen[i]);
  sm_free(m);
  stylemap_trainer_free(t);
}

/* D's loss of what the network makes of the mixtures, picture by picture, with the network's own boxes. */
static double by_hand(stylemap_trainer *t, double augment) {
  const sm_config *c = &t->learner->network.config;
  sm_mixtures *m = sm_mixtures_new(c, BATCH);
  static float mixed[BATCH * PICTURE], shown[BATCH * PICTURE];
  double loss = 0;
  for (int i = 0; i < BATCH; i++) {
    const sm_mixture mixture = sm_mixture_draw(9, (uint64_t)i, SIZE);
    sm_mixtures_fill(m, c, i, &mixture, images + i * PICTURE, images + (i ^ 1) * PICTURE);
  }
  sm_tape tape;
  sm_tape_open(&tape, t->shop);
  sm_variable *styles[2][SM_MAX_LEVELS], *blended[SM_MAX_LEVELS];
  for (int k = 0; k < 2; k++) {
    sm_variable *x = sm_tape_leaf(&tape, BATCH, 3, SIZE, SIZE, k ? m->second : images, 0);
    sm_learn_resize(&tape, t->learner, sm_learn_encode(&tape, t->learner, x), styles[k]);
  }
  for (int l = 0; l < 2 + 2 * c->blocks; l++) {
    const sm_variable *a = sm_layer_leave(&tape, styles[0][l]), *b = sm_layer_leave(&tape, styles[1][l]);
    sm_variable *to = blended[l] = sm_tape_value(&tape, a->n, a->c, a->h, a->w);
    for (int i = 0, pixels = a->h * a->w; i < a->n * a->c * pixels; i++) {
      const float share = m->level[l / 2][i / (a->c * pixels) * pixels + i % pixels];
      to->data[i] = (1 - share) * a->data[i] + share * b->data[i];
    }
  }
  const sm_variable *made = sm_learn_synth(&tape, t->learner, blended, BATCH);
  for (int i = 0; i < BATCH * PICTURE; i++) {
    const float share = m->mask[i / PICTURE * PLANE + i % PLANE];
    mixed[i] = (1 - share) * images[i] + share * made->data[i];
  }
  for (int i = 0; i < BATCH; i++) {
    const sm_view view = sm_draw_view(9, (uint64_t)i, SM_G_MIXED, augment, SIZE);
    sm_view_apply(&view, mixed + i * PICTURE, SIZE, shown + i * PICTURE);
  }
  const sm_variable *d =
      sm_learn_discriminate(&tape, t->learner, sm_tape_leaf(&tape, BATCH, 3, SIZE, SIZE, shown, 0), NULL);
  for (int i = 0; i < BATCH; i++) loss += log1p(exp(-(double)d->data[i])) / BATCH;
  sm_tape_clear(&tape);
  sm_free(m);
  return loss;
}

/* One step, whose rate is next to nothing, so that D is still the one that it was. Returns what is asked of E. */
static double step(double mixtures, double augment) {
  stylemap_trainer *t = trainer_of(mixtures, augment);
  stylemap_train_losses losses = {0};
  const double expected = by_hand(t, augment);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  if (mixtures > 0) {
    CHECK_NEAR(losses.mixtures, expected, 1e-4 * expected);
    CHECK(losses.d_adversarial > 0);
  } else CHECK(losses.mixtures == 0 && losses.d_adversarial == 0);
  double asked = 0;
  for (int i = 0; i < t->learner->encoder.count; i++)
    for (size_t k = 0; k < t->learner->encoder.parameter[i].count; k++)
      asked += fabs((double)t->learner->encoder.parameter[i].grad[k]);
  stylemap_trainer_free(t);
  return asked;
}

/* Views: each change by its share, none at 0, another for every use. */
static void views(void) {
  enum { COUNT = 2000 };
  int coloured = 0, moved = 0, covered = 0;
  for (int n = 0; n < COUNT; n++) {
    const sm_view none = sm_draw_view(3, (uint64_t)n, SM_D_REAL, 0, 128), v = sm_draw_view(3, (uint64_t)n, SM_D_REAL, 0.4, 128);
    CHECK(none.brightness == 0 && none.saturation == 1 && none.contrast == 1 && !none.dx && !none.dy && !none.covered);
    CHECK(fabs(v.brightness) <= 0.5 && v.saturation >= 0 && v.saturation <= 2 && v.contrast >= 0.5 && v.contrast <= 1.5);
    CHECK(v.dx >= -16 && v.dx <= 16 && v.dy >= -16 && v.dy <= 16 && (v.covered == 0 || v.covered == 64));
    coloured += v.brightness != 0, moved += v.dx || v.dy, covered += v.covered > 0;
  }
  CHECK_NEAR(coloured / (double)COUNT, 0.4, 0.055); /* five deviations */
  CHECK_NEAR(moved / (double)COUNT, 0.4, 0.055);
  CHECK_NEAR(covered / (double)COUNT, 0.4, 0.055);
  CHECK(sm_draw_view(3, 7, SM_D_REAL, 1, 128).brightness != sm_draw_view(3, 7, SM_D_MADE, 1, 128).brightness);
  CHECK(sm_draw_view(3, 7, SM_D_REAL, 1, 128).brightness != sm_draw_view(4, 7, SM_D_REAL, 1, 128).brightness);
}

int main(void) {
  harness_seed();
  for (int i = 0; i < BATCH * PICTURE; i++) images[i] = harness_float();
  filled();
  views();
  const double without = step(0, 0), with = step(2, 0), seen = step(2, 1);
  CHECK(fabs(with - without) > 1e-3 * without, "%g and %g: nothing is asked of mixtures", with, without);
  CHECK(fabs(with - seen) > 1e-5 * with, "%g and %g: D sees them all the same", with, seen);
  return harness_end();
}
