/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spoilt pictures: what a damage may be, where it changes a picture and where not, and that a step of the trainer shows
 * the encoder the spoilt picture and asks for the whole one. */
#include "train/spoil.h"
#include "grad/layers.h"
#include "harness.h"
#include "stylemap.h"
#include "train/trainer.h"

enum { SIZE = 32, PLANE = SIZE * SIZE, PICTURE = 3 * PLANE, BATCH = 4 };

static void random_picture(float *x) {
  for (int i = 0; i < PICTURE; i++) x[i] = harness_float();
}

static void draws(void) {
  enum { COUNT = 4000 };
  int spoilt = 0, moved = 0, coloured = 0, rimmed = 0;
  for (int n = 0; n < COUNT; n++) {
    const sm_damage d = sm_damage_draw(3, (uint64_t)n, 0.65, 128), again = sm_damage_draw(3, (uint64_t)n, 0.65, 128);
    CHECK(!memcmp(&d, &again, sizeof d), "picture %d", n);
    CHECK(!sm_damage_draw(3, (uint64_t)n, 0, 128).spoilt && sm_damage_draw(3, (uint64_t)n, 1, 128).spoilt);
    if (!d.spoilt) continue;
    spoilt++;
    moved += d.dx != 0;
    coloured += d.gain[0] != 1;
    rimmed += d.rim > 0;
    CHECK(d.x >= 25.6 && d.x <= 102.4 && d.y >= 12.8 && d.y <= 108.8 && d.rx >= 7.68 && d.rx <= 51.2 && d.ry >= 7.68 &&
              d.ry <= 46.1 && d.edge >= 0.5 && d.edge <= 6.5 && d.rim <= 0.75,
          "picture %d", n);
  }
  /* five deviations of these shares */
  CHECK_NEAR(spoilt / (double)COUNT, 0.65, 0.038);
  CHECK_NEAR(moved / (double)spoilt, 0.75, 0.043);
  CHECK_NEAR(coloured / (double)spoilt, 0.7, 0.045);
  CHECK_NEAR(rimmed / (double)spoilt, 0.25, 0.043);
  const sm_damage small = sm_damage_draw(3, 7, 1, 64), large = sm_damage_draw(3, 7, 1, 128);
  CHECK_NEAR(large.rx, 2 * small.rx, 1e-12);
  CHECK_NEAR(large.edge, 2 * small.edge, 1e-12);
  CHECK(sm_damage_draw(4, 7, 1, 128).x != large.x, "the seed counts");
}

static void applied(void) {
  static float x[PICTURE], other[PICTURE], out[PICTURE + 1];
  random_picture(x);
  random_picture(other);
  sm_damage d = {0};
  out[PICTURE] = 7;
  sm_damage_apply(&d, x, other, SIZE, out);
  CHECK(!memcmp(x, out, sizeof x) && out[PICTURE] == 7, "not spoilt: the picture");

  /* colours alone: by their formula inside, nothing outside; the rim is the other picture */
  d = (sm_damage){.spoilt = 1, .x = 16, .y = 14, .rx = 8, .ry = 5, .edge = 1, .scale = 1, .gain = {1.5, 1, 0.5},
                  .offset = {0.1, -0.2, 0}};
  for (int rim = 0; rim < 2; rim++) {
    d.rim = rim ? 0.5 : 0;
    sm_damage_apply(&d, x, other, SIZE, out);
    int inside = 0, edge = 0, changed = 0;
    for (int i = 0; i < PICTURE; i++) {
      const int c = i / PLANE, row = i % PLANE / SIZE, column = i % SIZE;
      const double u = (column - d.x) / d.rx, v = (row - d.y) / d.ry, radius = sqrt(u * u + v * v);
      if (radius > 1.11) CHECK(out[i] == x[i], "outside, number %d", i);
      else if (radius > 0.89) edge++, changed += out[i] != x[i];
      else {
        const float from = rim && radius >= 0.5 ? other[i] : x[i];
        CHECK_NEAR(out[i], fmax(-1, fmin(1, from * d.gain[c] + d.offset[c])), 1e-6, "number %d", i);
        inside++;
      }
    }
    CHECK(inside > 250 && edge > 50 && changed > edge / 2);
  }
  CHECK(out[PICTURE] == 7);

  /* a shift by whole pixels, and a turn by a quarter */
  d = (sm_damage){.spoilt = 1, .x = 16, .y = 16, .rx = 6, .ry = 6, .edge = 0.01, .scale = 1, .gain = {1, 1, 1}, .dx = 3,
                  .dy = -2};
  sm_damage_apply(&d, x, other, SIZE, out);
  CHECK_NEAR(out[16 * SIZE + 17], x[14 * SIZE + 20], 1e-6);
  d.dx = d.dy = 0, d.turn = 3.14159265358979323846 / 2;
  sm_damage_apply(&d, x, other, SIZE, out);
  CHECK_NEAR(out[16 * SIZE + 19], x[13 * SIZE + 16], 1e-5, "what lay above comes to the right");
  d.turn = 0, d.scale = 2;
  sm_damage_apply(&d, x, other, SIZE, out);
  CHECK_NEAR(out[16 * SIZE + 20], x[16 * SIZE + 18], 1e-6, "twice as large");

  /* content from beyond the picture is its edge */
  d = (sm_damage){.spoilt = 1, .x = 2, .y = 2, .rx = 9, .ry = 9, .edge = 1, .scale = 1, .gain = {1, 1, 1}, .dx = -400,
                  .dy = 400};
  sm_damage_apply(&d, x, other, SIZE, out);
  for (int i = 0; i < PICTURE; i++) CHECK(isfinite(out[i]));
  CHECK_NEAR(out[2 * SIZE + 2], x[(SIZE - 1) * SIZE], 0.01);
}

static void others(void) {
  for (int count = 1; count < 9; count++)
    for (int i = 0; i < count; i++) {
      const int other = sm_damage_other(i, count);
      CHECK(other >= 0 && other < count && (other != i || count == 1), "%d of %d", i, count);
    }
  for (int i = 0; i < 4; i++) CHECK(4 + sm_damage_other(i, 4) == sm_damage_other(4 + i, 8), "the same on two ranks");
}

/* A collage is a soft piece of the other picture, whatever lies at its middle too. */
static void collages(void) {
  static float x[PICTURE], other[PICTURE], out[PICTURE], mask[PLANE];
  for (int i = 0; i < PICTURE; i++) x[i] = -0.5f, other[i] = 0.5f;
  for (int n = 0; n < 200; n++) {
    const sm_damage d = sm_collage_draw(3, (uint64_t)n, SIZE), again = sm_collage_draw(3, (uint64_t)n, SIZE);
    CHECK(!memcmp(&d, &again, sizeof d) && d.spoilt);
    sm_damage_apply(&d, x, other, SIZE, out);
    const int at = (int)d.y * SIZE + (int)d.x;
    CHECK(out[at] == 0.5f || d.rx < 2 || d.ry < 2, "picture %d: %g in the middle", n, out[at]);
    double sum = 0;
    for (int i = 0; i < PICTURE; i++) sum += out[i] + 0.5;
    const double area = 3.14159265 * d.rx * d.ry;
    sm_damage_mask(&d, SIZE, mask);
    for (int i = 0; i < PICTURE; i++) CHECK_NEAR(out[i], mask[i % PLANE] - 0.5, 1e-6, "picture %d: mask", n);
    CHECK(sum / 3 > 0.3 * area && sum / 3 < 1.5 * area + 4, "picture %d: %g of %g", n, sum / 3, area);
  }
  CHECK(sm_collage_draw(3, 1, SIZE).x != sm_damage_draw(3, 1, 1, SIZE).x, "a stream of its own");
}

static stylemap_trainer *small_trainer(double heal, int batch) {
  stylemap_train_options o;
  stylemap_train_defaults(&o);
  o.size = SIZE, o.latent_channel_size = 6, o.mapping_layer_num = 2, o.base = 128, o.cap = 10, o.batch = batch;
  o.warm_up = 10, o.matching = 0, o.heal = heal, o.seed = 9;
  stylemap_trainer *t = NULL;
  stylemap_error error;
  CHECK(stylemap_trainer_new(&o, 2, &t, &error) == STYLEMAP_OK, "%s", error.message);
  return t;
}

/* One step; `pair`, or NULL, is what the encoder is shown at place 1. */
static double step_mse(double heal, const float *images, const float *pair) {
  stylemap_trainer *t = small_trainer(heal, BATCH);
  stylemap_train_losses losses = {0};
  stylemap_error error;

  /* by hand, before the step moves the weights */
  static float seen[BATCH * PICTURE];
  for (int i = 0; i < BATCH; i++) {
    const sm_damage d = sm_damage_draw(t->options.seed, (uint64_t)i, heal, SIZE);
    sm_damage_apply(&d, images + i * PICTURE, images + (i ^ 1) * PICTURE, SIZE, seen + i * PICTURE);
  }
  if (pair) memcpy(seen + PICTURE, pair, sizeof(float) * PICTURE);
  sm_tape tape;
  sm_tape_open(&tape, t->shop);
  const sm_variable *made = sm_learn_generate(
      &tape, t->learner, sm_learn_encode(&tape, t->learner, sm_tape_leaf(&tape, BATCH, 3, SIZE, SIZE, seen, 0)));
  double expected = 0;
  for (int i = 0; i < BATCH * PICTURE; i++) expected += pow((double)made->data[i] - images[i], 2);
  expected /= BATCH * PICTURE;
  sm_tape_clear(&tape);

  if (pair) CHECK(stylemap_trainer_show(t, 1, pair, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK_NEAR(losses.mse, expected, 1e-5 * expected, "share %g", heal);
  CHECK(!t->any_given && (!t->given || !t->given[1]), "a pair is of one step");
  stylemap_trainer_free(t);
  return losses.mse;
}

/* Half of the spoilt pictures are pairs, the others none; the same again, and on two ranks. */
static void pairs(void) {
  enum { MANY = 2000 };
  stylemap_error error;
  stylemap_trainer *t = small_trainer(0.65, MANY);
  static int64_t indices[MANY], again[MANY];
  int taken = 0, seen[7] = {0};
  CHECK(stylemap_trainer_draw_pairs(t, 7, indices, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_draw_pairs(t, 7, again, &error) == STYLEMAP_OK && !memcmp(indices, again, sizeof again));
  for (int i = 0; i < MANY; i++) {
    CHECK(indices[i] >= -1 && indices[i] < 7, "pair %lld", (long long)indices[i]);
    if (indices[i] < 0) continue;
    taken++, seen[indices[i]]++;
    CHECK(sm_damage_draw(9, (uint64_t)i, 0.65, SIZE).spoilt, "picture %d was to be shown as it is", i);
  }
  CHECK_NEAR(taken / (double)MANY, 0.325, 0.053); /* five deviations */
  for (int i = 0; i < 7; i++) CHECK_NEAR(seen[i] / (double)taken, 1 / 7.0, 0.07, "pair %d", i);
  stylemap_trainer_free(t);

  t = small_trainer(0, BATCH);
  CHECK(stylemap_trainer_draw_pairs(t, 7, indices, &error) == STYLEMAP_OK && indices[0] < 0 && indices[BATCH - 1] < 0);
  static float x[PICTURE];
  CHECK(stylemap_trainer_show(t, BATCH, x, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_trainer_show(t, -1, x, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_trainer_free(t);
}

int main(void) {
  harness_seed();
  draws();
  applied();
  others();
  static float images[BATCH * PICTURE];
  for (int i = 0; i < BATCH; i++) random_picture(images + i * PICTURE);
  static float pair[PICTURE];
  random_picture(pair);
  const double plain = step_mse(0, images, NULL), healed = step_mse(1, images, NULL);
  const double paired = step_mse(0, images, pair), both = step_mse(1, images, pair);
  collages();
  pairs();
  CHECK(fabs(plain - healed) > 1e-4 * plain, "%.9g and %.9g: nothing was spoilt", plain, healed);
  CHECK(fabs(plain - paired) > 1e-4 * plain && fabs(healed - both) > 1e-4 * healed, "the pair was not shown");
  return harness_end();
}
