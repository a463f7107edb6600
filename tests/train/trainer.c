/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public trainer: a run that was saved and loaded gives the same bits as one that was not, at any thread count;
 * damaged states are refused; an export is the trainer's averaged network; two ranks equal one.
 * usage: trainer FOLDER (for its files) */
#include "train/trainer.h"
#include "train/draw.h"
#include "train/runs.h"
#include "grad/layers.h"

#include <pthread.h>

/* The bytes of everything that is trained. */
static void check_equal(const stylemap_trainer *a, const stylemap_trainer *b, double limit) {
  const sm_parameters *w[2][3] = {{&a->learner->generator, &a->learner->encoder, &a->learner->discriminator},
                                  {&b->learner->generator, &b->learner->encoder, &b->learner->discriminator}};
  double worst = 0;
  int same = 1;
  for (int n = 0; n < 3; n++) {
    CHECK(w[0][n]->steps == w[1][n]->steps);
    for (int i = 0; i < w[0][n]->count; i++) {
      const sm_parameter *p = &w[0][n]->parameter[i], *q = &w[1][n]->parameter[i];
      for (size_t k = 0; k < p->count; k++) {
        worst = fmax(worst, fabs((double)p->value[k] - q->value[k]));
        same &= p->value[k] == q->value[k] && p->moment[k] == q->moment[k] && p->square[k] == q->square[k];
        if (p->average) same &= p->average[k] == q->average[k];
      }
    }
  }
  if (limit == 0) CHECK(same, "largest difference of a weight %g", worst);
  else CHECK_NEAR(worst, 0, limit);
}

/* Annealing from 1 to 5: the rate that it says at every step, the full one before and after. */
static void anneal(void) {
  static const double part[] = {1, 1, 0.75, 0.5, 0.25, 1};
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM), by_hand = o;
  o.anneal_from = 1, o.anneal_to = 5;
  stylemap_trainer *a = new_trainer(&o, 2), *b = new_trainer(&by_hand, 2);
  for (int i = 0; i < 6; i++) {
    by_hand.learning_rate = o.learning_rate * part[i];
    CHECK(stylemap_trainer_change(b, &by_hand, &error) == STYLEMAP_OK);
    steps(a, 1);
    steps(b, 1);
    check_equal(a, b, 0);
  }
  stylemap_trainer_free(a);
  stylemap_trainer_free(b);
}

/* The average remembers as far back as a tenth of the run, until `ema` allows no more: by the formula. */
static void young_averages(void) {
  enum { STEPS = 8 };
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  o.ema = 0.4; /* reached at iteration 5 */
  stylemap_trainer *t = new_trainer(&o, 2);
  const sm_parameter *p = sm_find_parameter(&t->learner->generator, "decoder.convs.0.conv1.conv.weight");
  if (!CHECK(p && p->average)) exit(1);
  double *average = malloc(p->count * sizeof *average);
  for (size_t k = 0; k < p->count; k++) average[k] = p->average[k];
  for (int i = 0; i < STEPS; i++) {
    const double decay = fmin(o.ema, (1.0 + i) / (10 + i));
    double moved = 0;
    steps(t, 1);
    for (size_t k = 0; k < p->count; k++) {
      average[k] = decay * average[k] + (1 - decay) * p->value[k];
      moved = fmax(moved, fabs(average[k] - p->average[k]));
    }
    CHECK(moved < 1e-5, "iteration %d: %g", i, moved);
  }
  free(average);
  stylemap_trainer_free(t);
}

static void resume(stylemap_norm norm) {
  stylemap_train_options o = options(norm);
  if (norm == STYLEMAP_LAYER_NORM) {
    o.muon = 1, o.heal = 0.6, o.anneal_from = 2, o.anneal_to = 5;
    o.warm_up = 2, o.mixtures = 0.5, o.augment = 0.5, o.d_rate = 0.001; /* saved after a joint step, before two more */
  }
  stylemap_trainer *whole = new_trainer(&o, 2), *broken = new_trainer(&o, 1), *loaded = NULL;
  steps(whole, 5);
  steps(broken, 3);
  CHECK(stylemap_trainer_save(broken, path[0], &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_load(path[0], 3, &loaded, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(!memcmp(stylemap_trainer_options(loaded), &o, sizeof o));
  CHECK(stylemap_trainer_iteration(loaded) == 3);
  check_equal(broken, loaded, 0);
  steps(loaded, 2);
  check_equal(whole, loaded, 0);
  CHECK(stylemap_trainer_save(whole, path[0], &error) == STYLEMAP_OK);
  CHECK(stylemap_trainer_save(loaded, path[1], &error) == STYLEMAP_OK);
  stylemap_trainer_free(whole);
  stylemap_trainer_free(broken);
  stylemap_trainer_free(loaded);
}

static char *slurp(const char *name, size_t *size) {
  FILE *f = fopen(name, "rb");
  if (!CHECK(f, "%s", name)) exit(1);
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  char *bytes = malloc(*size + 1);
  CHECK(fread(bytes, 1, *size, f) == *size);
  fclose(f);
  return bytes;
}

static void spill(const char *name, const char *bytes, size_t size) {
  FILE *f = fopen(name, "wb");
  CHECK(f && fwrite(bytes, 1, size, f) == size);
  fclose(f);
}

/* One byte changed anywhere, or the file cut: refused, and nothing is made. */
static void damaged(void) {
  size_t size, other;
  char *bytes = slurp(path[0], &size), *again = slurp(path[1], &other);
  CHECK(size == other && !memcmp(bytes, again, size)); /* two states of the same step are the same file */
  free(again);
  for (int i = 0; i < 60; i++) {
    size_t at = i < 20 ? harness_bits() % 4096 : harness_bits() % size; /* header, and anywhere */
    char old = bytes[at];
    bytes[at] = (char)(old ^ (1 << harness_bits() % 8));
    spill(path[1], bytes, size);
    bytes[at] = old;
    stylemap_trainer *t = NULL;
    stylemap_status status = stylemap_trainer_load(path[1], 1, &t, &error);
    CHECK((status == STYLEMAP_REFUSED || status == STYLEMAP_BAD_ARGUMENT) && !t && error.message[0],
          "byte %zu of %zu gives status %d", at, size, status);
    stylemap_trainer_free(t);
  }
  const size_t cuts[] = {0, 5, 9, 10, 200, size / 2, size - 1};
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    spill(path[1], bytes, cuts[i]);
    stylemap_trainer *t = NULL;
    CHECK(stylemap_trainer_load(path[1], 1, &t, &error) == STYLEMAP_REFUSED && !t, "cut to %zu", cuts[i]);
  }
  /* options of a run that no such file holds are seen before memory is taken for it */
  static const char old[] = "\"latent_channel_size\":\"6\"", wide[] = "\"latent_channel_size\":\"4096\"";
  char *at = memmem(bytes, size, old, sizeof old - 1), *more = malloc(size + 3);
  if (CHECK(at)) {
    const size_t before = (size_t)(at - bytes), behind = before + sizeof old - 1;
    memcpy(more, bytes, before);
    memcpy(more + before, wide, sizeof wide - 1);
    memcpy(more + before + sizeof wide - 1, bytes + behind, size - behind);
    uint64_t header;
    memcpy(&header, more, 8);
    header += 3;
    memcpy(more, &header, 8);
    spill(path[1], more, size + 3);
    stylemap_trainer *t = NULL;
    CHECK(stylemap_trainer_load(path[1], 1, &t, &error) == STYLEMAP_REFUSED && !t && !strcmp(error.rule, "T3"), "%s",
          error.message);
  }
  free(more);
  free(bytes);
}

static int stop(void *data, stylemap_phase phase, double fraction) { return phase == STYLEMAP_PHASE_REFINE; }

/* `out` is the reconstruction of the first picture. */
static void refined(stylemap_model *model, stylemap_session *session, const float *out) {
  const size_t count = 3 * SIZE * SIZE;
  double start = stylemap_mse(out, images, count);
  stylemap_pyramid *p = NULL;
  stylemap_refine_report report;
  float again[3 * SIZE * SIZE];
  CHECK(stylemap_pyramid_new(model, &p, &error) == STYLEMAP_OK);
  const stylemap_refine_options none = {0, 1}, w = {12, 0}, both = {12, 1}, wild = {6, 1000};
  CHECK(stylemap_refine(session, images, &none, p, &report, &error) == STYLEMAP_OK, "%s", error.message);
  /* the trainer's forward pass against the session's: see below */
  CHECK_NEAR(report.before, start, 1e-4 * start);
  CHECK(report.after == report.before && report.steps == 0);
  CHECK(stylemap_refine(session, images, &w, p, &report, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(report.after < report.before && report.steps > 0, "%g to %g", report.before, report.after);
  double on_w = report.after;
  CHECK(stylemap_refine(session, images, &both, p, &report, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(report.after < on_w, "%g to %g", on_w, report.after);
  CHECK(stylemap_synth(session, p, again, &error) == STYLEMAP_OK);
  CHECK_NEAR(stylemap_mse(again, images, count), report.after, 1e-3 * report.after);
  CHECK(stylemap_refine(session, images, &wild, p, &report, &error) == STYLEMAP_OK);
  CHECK(report.after <= report.before, "wild offsets: %g to %g", report.before, report.after);
  const stylemap_refine_options wrong[] = {{-1, 0}, {100001, 0}, {1, -1}, {1, NAN}, {1, 1001}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECK(stylemap_refine(session, images, &wrong[i], p, &report, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_pyramid_free(p);

  stylemap_session *stopping = NULL;
  CHECK(stylemap_session_new(model, 1, stop, NULL, &stopping, &error) == STYLEMAP_OK);
  CHECK(stylemap_pyramid_new(model, &p, &error) == STYLEMAP_OK);
  CHECK(stylemap_refine(stopping, images, &both, p, &report, &error) == STYLEMAP_CANCELLED);
  stylemap_pyramid_free(p);
  stylemap_session_free(stopping);
}

static void exported(stylemap_norm norm) {
  stylemap_train_options o = options(norm);
  stylemap_trainer *t = new_trainer(&o, 2);
  steps(t, 3);
  const char *texts[] = {"dataset", "a test", NULL};
  stylemap_save_options save = {.texts = texts};
  CHECK(stylemap_trainer_export(t, path[2], &save, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_model *model = NULL;
  stylemap_session *session = NULL;
  CHECK(stylemap_open(path[2], 0, NULL, NULL, &model, &error) == STYLEMAP_OK, "%s", error.message);
  if (!model) exit(1);
  CHECK_TEXT(stylemap_model_text(model, "dataset"), "a test");
  CHECK(stylemap_session_new(model, 2, NULL, NULL, &session, &error) == STYLEMAP_OK, "%s", error.message);
  float out[3 * SIZE * SIZE];
  CHECK(stylemap_reconstruct(session, images, out, &error) == STYLEMAP_OK, "%s", error.message);

  refined(model, session, out);

  /* the trainer's own forward pass with the averages in the place of the weights; not for BatchNorm, which takes the
   * batch's statistics in training */
  sm_parameters *w[] = {&t->learner->generator, &t->learner->encoder};
  for (int n = 0; n < 2; n++)
    for (int i = 0; i < w[n]->count; i++)
      memcpy(w[n]->parameter[i].value, w[n]->parameter[i].average, sizeof(float) * w[n]->parameter[i].count);
  sm_tape tape;
  sm_tape_open(&tape, t->shop);
  sm_variable *x = sm_tape_leaf(&tape, 1, 3, SIZE, SIZE, images, 0);
  sm_variable *y = sm_learn_generate(&tape, t->learner, sm_learn_encode(&tape, t->learner, x));
  double top = 0, off = 0;
  for (int k = 0; k < 3 * SIZE * SIZE; k++) {
    top = fmax(top, fabs((double)y->data[k]));
    off = fmax(off, fabs((double)y->data[k] - out[k]));
  }
  /* two float programs with other orders of sums, 12 layers: measured 2e-6 */
  if (norm != STYLEMAP_BATCH_NORM) CHECK_NEAR(off, 0, 2e-5 * fmax(top, 1));
  sm_tape_clear(&tape);
  stylemap_session_free(session);
  stylemap_close(model);
  stylemap_trainer_free(t);
}

/* One number of the averages that is none: no file, and a sentence with the tensor's name. */
static void astray(void) {
  const stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  stylemap_trainer *t = new_trainer(&o, 1);
  static const float wrong[] = {NAN, INFINITY};
  for (int i = 0; i < 2; i++) {
    sm_parameter *p = &t->learner->encoder.parameter[i];
    const float was = p->average[p->count - 1];
    p->average[p->count - 1] = wrong[i];
    unlink(path[2]);
    CHECK(stylemap_trainer_export(t, path[2], NULL, NULL, &error) == STYLEMAP_REFUSED);
    CHECK_TEXT(error.rule, "M5");
    CHECK(strstr(error.message, p->name) && access(path[2], F_OK) != 0, "%s", error.message);
    p->average[p->count - 1] = was;
  }
  CHECK(stylemap_trainer_export(t, path[2], NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_trainer_free(t);
}

/* Two ranks as two threads that meet at a barrier. */
static pthread_barrier_t meet;
static float *parts[2];

static int sum(void *data, float *values, size_t count) {
  int rank = *(int *)data;
  parts[rank] = values;
  pthread_barrier_wait(&meet);
  float *total = malloc(count * sizeof *total);
  for (size_t i = 0; i < count; i++) total[i] = parts[0][i] + parts[1][i];
  pthread_barrier_wait(&meet);
  memcpy(values, total, count * sizeof *total);
  free(total);
  return 0;
}

typedef struct part {
  stylemap_trainer *t;
  float *images;
  int rank, status;
} part;

static void *run_rank(void *data) {
  part *p = data;
  stylemap_train_losses losses;
  p->status = 0;
  for (int i = 0; i < 2; i++) p->status |= stylemap_trainer_step(p->t, p->images, &losses, NULL) != STYLEMAP_OK;
  return NULL;
}

static void ranks(void) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  /* without D: its deviation layer sees the groups of its own batch, as in the published code. With betas that do not
   * turn rounding into signs. */
  o.adversarial = o.in_domain = 0;
  o.warm_up = 0;
  o.beta1 = 0.9;
  o.mirror = 0;
  o.heal = 0.65;
  stylemap_trainer *one = new_trainer(&o, 1);
  part p[2];
  pthread_t threads[2];
  pthread_barrier_init(&meet, NULL, 2);
  fill(one, BATCH);
  stylemap_train_losses losses;
  for (int i = 0; i < 2; i++)
    CHECK(stylemap_trainer_step(one, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  for (int r = 0; r < 2; r++) {
    p[r] = (part){new_trainer(&o, 1), images + r * BATCH / 2 * 3 * SIZE * SIZE, r, 1};
    CHECK(stylemap_trainer_share(p[r].t, r, 2, sum, &p[r].rank, &error) == STYLEMAP_OK, "%s", error.message);
  }
  for (int r = 0; r < 2; r++) pthread_create(&threads[r], NULL, run_rank, &p[r]);
  for (int r = 0; r < 2; r++) pthread_join(threads[r], NULL);
  CHECK(!p[0].status && !p[1].status);
  check_equal(p[0].t, p[1].t, 0);
  /* rates of 0.002 on weights of size up to 300 (mapping): two steps apart by rounding of the gradients */
  check_equal(one, p[0].t, 1e-4);
  CHECK(stylemap_trainer_share(one, 0, 3, sum, &p[0].rank, &error) == STYLEMAP_BAD_ARGUMENT);
  for (int r = 0; r < 2; r++) stylemap_trainer_free(p[r].t);
  stylemap_trainer_free(one);
  pthread_barrier_destroy(&meet);
}

static void draws(void) {
  const uint64_t sizes[] = {1, 2, 5, 64, 65, 1000};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    uint64_t n = sizes[s], moved = 0, again = 0;
    char *seen = calloc(n, 2);
    for (uint64_t pass = 0; pass < 2; pass++)
      for (uint64_t i = 0; i < n; i++) {
        uint64_t k = sm_draw_picture(9, n, pass * n + i);
        if (CHECK(k < n)) CHECK(!seen[pass * n + k]++, "picture %d of %d twice", (int)k, (int)n);
        moved += k != i;
        again += pass && k == sm_draw_picture(9, n, i);
      }
    CHECK(n < 64 || moved > n);
    CHECK(n < 64 || again < n / 4, "%d of %d pictures come when they came before", (int)again, (int)n);
    free(seen);
  }
  int mirrored = 0;
  for (uint64_t i = 0; i < 1000; i++) mirrored += sm_draw_mirror(3, i);
  CHECK(mirrored > 400 && mirrored < 600, "%d of 1000 mirrored", mirrored);
  /* every picture has a z of its own for each use, and other seeds have others */
  float z[48][4], again[4];
  for (int i = 0; i < 48; i++) sm_draw_noise(1 + (uint64_t)i / 32, (uint64_t)i / 2 % 16, i % 2, z[i], 4);
  for (int i = 0; i < 48; i++)
    for (int k = 0; k < i; k++) CHECK(memcmp(z[i], z[k], sizeof z[i]), "noise %d is noise %d", i, k);
  sm_draw_noise(1, 3, 1, again, 4);
  CHECK(!memcmp(z[7], again, sizeof again));
  for (int i = 0; i < 16; i++) sm_draw_candidates(1, (uint64_t)i, z[i], 4);
  for (int i = 0; i < 16; i++)
    for (int k = 0; k < i; k++) CHECK(memcmp(z[i], z[k], sizeof z[i]), "candidates %d are candidates %d", i, k);
}

/* What a step takes are the z of its own pictures' numbers, in the run's order. */
static void noise_of_a_step(void) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  stylemap_trainer *t = new_trainer(&o, 1);
  const int dim = o.latent_channel_size;
  float *z = calloc((size_t)dim, sizeof *z);
  for (uint64_t step = 0; step < 2; step++) {
    steps(t, 1);
    for (int use = 0; use < 2; use++)
      for (int i = 0; i < o.batch; i++) {
        sm_draw_noise(o.seed, step * (uint64_t)o.batch + (uint64_t)i, use, z, dim);
        CHECK(!memcmp(z, t->noise + (use * o.batch + i) * dim, sizeof *z * (size_t)dim), "step %d, picture %d", (int)step,
              i);
      }
  }
  free(z);
  stylemap_trainer_free(t);
}

static void arguments(void) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM), wrong;
  stylemap_trainer *t = NULL;
  wrong = o, wrong.size = 48;
  CHECK(stylemap_trainer_new(&wrong, 1, &t, &error) == STYLEMAP_BAD_ARGUMENT && !t);
  wrong = o, wrong.batch = 6;
  CHECK(stylemap_trainer_new(&wrong, 1, &t, &error) == STYLEMAP_BAD_ARGUMENT && !t);
  CHECK(strstr(error.message, "batch"));
  wrong = o, wrong.learning_rate = NAN;
  CHECK(stylemap_trainer_new(&wrong, 1, &t, &error) == STYLEMAP_BAD_ARGUMENT && !t);
  t = new_trainer(&o, 1);
  wrong = o, wrong.cap = 11;
  CHECK(stylemap_trainer_change(t, &wrong, &error) == STYLEMAP_BAD_ARGUMENT && strstr(error.message, "cap"));
  wrong = o, wrong.anneal_from = 2, wrong.anneal_to = 1;
  CHECK(stylemap_trainer_change(t, &wrong, &error) == STYLEMAP_BAD_ARGUMENT && strstr(error.message, "anneal"));
  wrong = o, wrong.learning_rate = 1e-4;
  CHECK(stylemap_trainer_change(t, &wrong, &error) == STYLEMAP_OK);
  CHECK(stylemap_trainer_options(t)->learning_rate == 1e-4);
  static float focus[SIZE * SIZE];
  CHECK(stylemap_trainer_focus(NULL, focus, &error) == STYLEMAP_BAD_ARGUMENT);
  focus[SIZE * SIZE - 1] = NAN;
  CHECK(stylemap_trainer_focus(t, focus, &error) == STYLEMAP_BAD_ARGUMENT && strstr(error.message, "focus"));
  focus[SIZE * SIZE - 1] = -1;
  CHECK(stylemap_trainer_focus(t, focus, &error) == STYLEMAP_BAD_ARGUMENT);
  focus[SIZE * SIZE - 1] = 1e6f;
  CHECK(stylemap_trainer_focus(t, focus, &error) == STYLEMAP_OK);
  CHECK(stylemap_trainer_focus(t, NULL, &error) == STYLEMAP_OK);
  wrong = o, wrong.batch = BATCH / 2;
  stylemap_train_losses losses;
  CHECK(stylemap_trainer_change(t, &wrong, &error) == STYLEMAP_OK);
  fill(t, BATCH / 2);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK && isfinite(losses.mse));
  CHECK(stylemap_trainer_save(t, "/nowhere/at/all", &error) == STYLEMAP_FILE_ERROR);
  CHECK(stylemap_trainer_load("/nowhere/at/all", 1, &t, &error) == STYLEMAP_FILE_ERROR);
  stylemap_trainer_free(t);
}

static stylemap_train_losses losses_after(const stylemap_train_options *o, int count) {
  stylemap_train_losses losses = {0};
  stylemap_trainer *t = new_trainer(o, 2);
  for (int i = 0; i < count; i++) {
    fill(t, BATCH);
    CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  }
  stylemap_trainer_free(t);
  return losses;
}

/* The warm-up brings samples near the stylemaps; the joint phase does not match, and it alone knows features. */
static void extra_losses(void) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  o.warm_up = 1000;
  o.beta1 = 0.9;
  o.features = 1;
  double first = losses_after(&o, 1).matching, last = losses_after(&o, 60).matching;
  CHECK(first > 0 && last < 0.9 * first, "%g then %g", first, last);
  CHECK(losses_after(&o, 1).features == 0);
  o.warm_up = 0;
  stylemap_train_losses with = losses_after(&o, 2);
  CHECK(with.features > 0 && isfinite(with.features) && with.matching == 0);
  o.features = 0;
  stylemap_train_losses without = losses_after(&o, 2);
  CHECK(without.features == 0 && without.mse != with.mse);
}

static void same_values(const sm_parameters *a, const char *name_a, const sm_parameters *b, const char *name_b) {
  const sm_parameter *p = sm_find_parameter(a, name_a), *q = sm_find_parameter(b, name_b);
  if (!CHECK(p && q && p->count == q->count, "%s", name_a)) return;
  /* the model holds the averages, and both the values and the averages start from them */
  CHECK(memcmp(p->average, q->value, p->count * sizeof *p->value) == 0, "%s", name_a);
  CHECK(memcmp(p->average, q->average, p->count * sizeof *p->value) == 0, "%s", name_a);
}

/* A run that starts from a model of its own size has all of its weights; one of twice the size its inner blocks. */
static void starts(stylemap_norm norm) {
  stylemap_train_options o = options(norm), like;
  stylemap_trainer *from = new_trainer(&o, 2);
  steps(from, 3);
  CHECK(stylemap_trainer_export(from, path[0], NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  like = options(STYLEMAP_INSTANCE_NORM);
  like.size = like.base = like.cap = like.latent_channel_size = 64;
  CHECK(stylemap_train_like(path[0], &like, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(like.size == o.size && like.latent_channel_size == o.latent_channel_size && like.norm == o.norm);
  CHECK(like.base == o.base && like.cap == o.cap && like.mapping_layer_num == o.mapping_layer_num);

  const sm_learner *a = from->learner;
  int taken = 0;
  stylemap_trainer *same = new_trainer(&like, 1);
  CHECK(stylemap_trainer_start(same, path[0], &taken, &error) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < a->generator.count; i++)
    same_values(&a->generator, a->generator.parameter[i].name, &same->learner->generator,
                a->generator.parameter[i].name);
  for (int i = 0; i < a->encoder.count; i++)
    same_values(&a->encoder, a->encoder.parameter[i].name, &same->learner->encoder, a->encoder.parameter[i].name);
  int running = norm == STYLEMAP_BATCH_NORM ? 2 * (2 * a->network.config.blocks + 2) : 0;
  CHECK(taken == a->generator.count + a->encoder.count + running, "%d", taken);
  if (running) {
    const sm_conv *last = &a->network.to_rgb.conv;
    const real *p = sm_layer_of(a, last)->running, *q = sm_layer_of(same->learner, last)->running;
    CHECK(p && q && memcmp(p, q, sizeof *p * 2 * (size_t)last->cin) == 0);
  }
  steps(same, 1);
  CHECK(stylemap_trainer_start(same, path[0], &taken, &error) == STYLEMAP_BAD_ARGUMENT);

  like.size *= 2;
  stylemap_trainer *grown = new_trainer(&like, 1), *first = new_trainer(&like, 1);
  CHECK(stylemap_trainer_start(grown, path[0], &taken, &error) == STYLEMAP_OK, "%s", error.message);
  const sm_learner *b = grown->learner;
  same_values(&a->generator, "decoder.input.input", &b->generator, "decoder.input.input");
  same_values(&a->generator, "mapping_z.1.weight", &b->generator, "mapping_z.1.weight");
  same_values(&a->generator, "decoder.convs.0.conv1.conv.weight", &b->generator, "decoder.convs.0.conv1.conv.weight");
  same_values(&a->encoder, "convs.0.conv2.1.weight", &b->encoder, "convs.1.conv2.1.weight");
  same_values(&a->encoder, "final_conv.0.weight", &b->encoder, "final_conv.0.weight");
  const sm_parameter *outer = sm_find_parameter(&b->encoder, "convs.0.conv1.0.weight");
  const sm_parameter *noise = sm_find_parameter(&first->learner->encoder, "convs.0.conv1.0.weight");
  if (CHECK(outer && noise)) CHECK(memcmp(outer->value, noise->value, outer->count * sizeof *outer->value) == 0);

  like.size /= 2;
  like.latent_channel_size++;
  stylemap_trainer *other = new_trainer(&like, 1);
  CHECK(stylemap_trainer_start(other, path[0], &taken, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_trainer_start(other, "nothing.safetensors", &taken, &error) == STYLEMAP_FILE_ERROR);
  stylemap_trainer_free(other);
  stylemap_trainer_free(first);
  stylemap_trainer_free(grown);
  stylemap_trainer_free(same);
  stylemap_trainer_free(from);
}

int main(int argc, char **argv) {
  harness_seed();
  name_files(argc > 1 ? argv[1] : ".", "trainer");
  resume(STYLEMAP_LAYER_NORM);
  damaged();
  resume(STYLEMAP_BATCH_NORM);
  exported(STYLEMAP_LAYER_NORM);
  exported(STYLEMAP_INSTANCE_NORM);
  exported(STYLEMAP_BATCH_NORM);
  astray();
  extra_losses();
  starts(STYLEMAP_LAYER_NORM);
  starts(STYLEMAP_BATCH_NORM);
  ranks();
  draws();
  noise_of_a_step();
  anneal();
  young_averages();
  arguments();
  return runs_end();
}
