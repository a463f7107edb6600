/* SPDX-License-Identifier: GPL-3.0-or-later
 * Placing: a model of random weights learns from drawn faces where faces lie, finds them moved, turned and scaled, says so
 * of noise that it does not know, and keeps what it has learnt in its file.
 * usage: place SCRATCH */
#include <unistd.h>

#include "edit/place.h"
#include "harness.h"
#include "model/bind.h"

enum { S = 32, W = 150, H = 110, PICTURES = 120, PLACES = 6 };

static stylemap_error error;

static int same(const stylemap_placement *a, const stylemap_placement *b) {
  return a->x == b->x && a->y == b->y && a->side == b->side && a->angle == b->angle && a->mirror == b->mirror;
}

/* A face of variant `n` at u, v, which are 0..1 on the model's square. */
static void face(unsigned n, double u, double v, float *rgb) {
  const double skin = 0.45 + 0.1 * (n % 5), back = 0.1 + 0.13 * (n / 5 % 4);
  const double d = hypot((u - 0.5) / 0.36, (v - 0.52) / 0.42);
  const double left = hypot(u - 0.36, v - 0.42), right = hypot(u - 0.64, v - 0.42);
  double c[3] = {back, 0.8 - back, 0.3 + 0.1 * (n % 3)};
  if (d < 1) c[0] = skin + 0.1, c[1] = skin, c[2] = skin - 0.15;
  if (d < 1 && v < 0.22 + 0.02 * (n % 4)) c[0] = c[1] = c[2] = 0.08 * (n % 4);
  if (left < 0.07 || right < 0.07) c[0] = c[1] = c[2] = 0.05;
  if (fabs(u - 0.5) < 0.14 && fabs(v - 0.72) < 0.04) c[0] = 0.8, c[1] = 0.1, c[2] = 0.1;
  for (int k = 0; k < 3; k++) rgb[k] = (float)c[k];
}

/* Averaged over 3 x 3 places of a pixel. */
static void draw(unsigned n, const sm_affine *to_square, int w, int h, float *rgba) {
  for (int i = 0; i < w * h; i++, rgba += 4) {
    float sum[3] = {0}, one[3];
    for (int k = 0; k < 9; k++) {
      double u, v;
      sm_affine_at(to_square, i % w + (k % 3 + 0.5) / 3, i / w + (k / 3 + 0.5) / 3, &u, &v);
      face(n, u, v, one);
      for (int c = 0; c < 3; c++) sum[c] += one[c] / 9;
    }
    memcpy(rgba, sum, sizeof sum);
    rgba[3] = 1;
  }
}

enum { EARLY = 500, LATE = 40 };
static uint64_t asked[1 << 14]; /* which pictures, in order */
static size_t asked_count;

static int give(void *data, uint64_t index, float *image) {
  asked[asked_count++ % (1 << 14)] = index;
  static float drawn[PICTURES][S * S * 4];
  float *rgba = drawn[index];
  const stylemap_placement all = {.x = S / 2.0, .y = S / 2.0, .side = S};
  const sm_affine square = sm_affine_of(&all, 1), to = sm_affine_inverse(&square);
  if (rgba[3] != 1) draw((unsigned)index, &to, S, S, rgba);
  for (int i = 0; i < S * S; i++)
    for (int c = 0; c < 3; c++) image[c * S * S + i] = 2 * rgba[4 * i + c] - 1;
  return 0;
}

static int read_layer(void *data, int x, int y, int w, int h, float *to) {
  const float *pixels = data;
  for (int j = 0; j < h; j++) memcpy(to + 4 * j * w, pixels + 4 * ((y + j) * W + x), sizeof(float) * 4 * (size_t)w);
  return 0;
}

static stylemap_model *new_model(void) {
  const stylemap_architecture a = {S, 4, 16, 16, 512, 0, 2, 0.01};
  stylemap_model *m = NULL;
  CHECK(stylemap_model_random(&a, 5, &m, &error) == STYLEMAP_OK, "%s", error.message);
  return m;
}

static int stop_at(void *data, double fraction) { return fraction > *(double *)data; }

static stylemap_status learn(stylemap_model *m, int threads, double stop, stylemap_place_lesson *lesson) {
  const stylemap_place_options o = {PICTURES, give, stop_at, &stop, 600, threads};
  return stylemap_place_learn(m, &o, lesson, &error);
}

static stylemap_status find(const stylemap_model *m, int threads, float *pixels, const stylemap_placement *near, int keep,
                            stylemap_placement *found, stylemap_place_report *report) {
  stylemap_layer layer = {W, H, pixels, read_layer, NULL};
  stylemap_session *s = NULL;
  CHECK(stylemap_session_new(m, threads, NULL, NULL, &s, &error) == STYLEMAP_OK);
  const stylemap_status status = stylemap_place(s, &layer, near, keep, found, report, &error);
  stylemap_session_free(s);
  return status;
}

static float pixels[W * H * 4];

static int is_known(const stylemap_model *m, const stylemap_placement *at) {
  stylemap_layer layer = {W, H, pixels, read_layer, NULL};
  stylemap_session *s = NULL;
  int known = -1;
  CHECK(stylemap_session_new(m, 1, NULL, NULL, &s, &error) == STYLEMAP_OK && stylemap_place_is_known(s, &layer, at, &known, &error) == STYLEMAP_OK &&
        (known & ~1) == 0, "%s", error.message);
  CHECK(stylemap_place_is_known(s, &layer, NULL, &known, &error) == STYLEMAP_BAD_ARGUMENT && stylemap_place_is_known(s, &layer, at, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_session_free(s);
  return known;
}

/* Those that say what is usual are others than those that were learnt from. */
static void test_kept_back(void) {
  CHECK(asked_count > EARLY + LATE && asked_count < 1 << 14, "%zu", asked_count);
  int early[PICTURES] = {0}, both = 0;
  for (size_t i = 0; i < EARLY; i++) early[asked[i]] = 1;
  for (size_t i = asked_count - LATE; i < asked_count; i++) both += early[asked[i]];
  CHECK(both == 0, "%d", both);
}

static void test_found(const stylemap_model *m) {
  double off[PLACES];
  int sure = 0, near_ones = 0, known = 0;
  for (int i = 0; i < PLACES; i++) {
    const stylemap_placement truth = {.x = 40 + 70 * (i % 5) / 4.0, .y = 42 + 26 * (i % 3) / 2.0, .side = 62 + 8 * i, .angle = 0.08 * (i % 7 - 3)};
    const sm_affine square = sm_affine_of(&truth, 1), to = sm_affine_inverse(&square);
    stylemap_placement found, again;
    stylemap_place_report report;
    draw((unsigned)(200 + i), &to, W, H, pixels);
    CHECK(find(m, 1, pixels, NULL, 0, &found, &report) == STYLEMAP_OK, "%s", error.message);
    off[i] = S * stylemap_placement_distance(&found, &truth);
    sure += report.sure;
    near_ones += report.sure && off[i] < 4;
    CHECK(report.encodes > 5 && report.encodes < 140 && report.syntheses > 0 && report.syntheses <= 10);
    stylemap_placement beside = truth;
    beside.x += truth.side / 3;
    known += report.sure && is_known(m, &found);
    CHECK(!is_known(m, &beside), "and not beside");
    if (i % 5) continue;
    CHECK(find(m, 2, pixels, NULL, 0, &again, NULL) == STYLEMAP_OK);
    CHECK(same(&found, &again), "the same at any number of threads");
    /* where it is, it stays */
    CHECK(find(m, 1, pixels, &truth, 1, &again, &report) == STYLEMAP_OK && report.sure && report.encodes == 1);
    CHECK(same(&again, &truth), "the start is kept");
    CHECK(find(m, 1, pixels, &truth, 0, &again, &report) == STYLEMAP_OK && report.encodes > 1, "unless it need not be");
  }
  CHECK(known >= sure - 1, "%d of %d are known where they were found", known, sure); /* a limit may lie between the copy and the layer */
  CHECK(sure >= 5 && near_ones >= sure - 1, "%d of 6 found, %d of them well", sure, near_ones);
}

static void test_unknown(const stylemap_model *m) {
  stylemap_placement found, start;
  stylemap_place_report report;
  stylemap_fit(W, H, &start);
  for (int kind = 0; kind < 2; kind++) {
    for (int i = 0; i < W * H * 4; i++)
      pixels[i] = i % 4 == 3 ? 1 : kind == 0 ? 0.5f + 0.5f * harness_float() : 0.4f;
    CHECK(find(m, 1, pixels, NULL, 0, &found, &report) == STYLEMAP_OK);
    CHECK(!report.sure, "kind %d", kind);
    CHECK(same(&found, &start), "the start is kept where it is not sure");
    CHECK(find(m, 1, pixels, NULL, 1, &found, &report) == STYLEMAP_OK && !report.sure && same(&found, &start),
          "emptiness is drawn well and yet not known, kind %d", kind);
  }
}

static int polls, poll_stop;
static int poll(void *data, stylemap_phase phase, double fraction) { return ++polls == poll_stop; }

/* Cancelled anywhere, a search leaves what it was to fill. */
static void test_cancel(const stylemap_model *m) {
  stylemap_layer layer = {W, H, pixels, read_layer, NULL};
  stylemap_session *s = NULL;
  int cancelled = 0;
  CHECK(stylemap_session_new(m, 1, poll, NULL, &s, &error) == STYLEMAP_OK);
  stylemap_placement found = {.side = 7};
  stylemap_place_report report = {.encodes = -1};
  polls = poll_stop = 0;
  CHECK(stylemap_place(s, &layer, NULL, 0, &found, &report, &error) == STYLEMAP_OK && report.encodes > 0);
  const int most = polls;
  CHECK(most > 10, "%d polls", most);
  for (poll_stop = 1; poll_stop < most; poll_stop += 1 + most / 12) {
    found = (stylemap_placement){.side = 7}, report.encodes = -1, polls = 0;
    stylemap_session_forget(s);
    const stylemap_status status = stylemap_place(s, &layer, NULL, 0, &found, &report, &error);
    CHECK(status == STYLEMAP_CANCELLED && found.side == 7 && found.x == 0 && report.encodes == -1, "at poll %d: %d", poll_stop, status);
    cancelled += status == STYLEMAP_CANCELLED;
  }
  CHECK(cancelled > 5);
  stylemap_session_free(s);
}

/* `from`, of which the first `old` is replaced by `new` of the same length. */
static void patch(const char *from, const char *to, const char *old, const char *new) {
  FILE *f = fopen(from, "rb");
  fseek(f, 0, SEEK_END);
  const size_t size = (size_t)ftell(f), length = strlen(old);
  char *bytes = malloc(size);
  rewind(f);
  CHECK(fread(bytes, 1, size, f) == size);
  fclose(f);
  size_t i = 0;
  while (i + length < size && memcmp(bytes + i, old, length) != 0) i++;
  CHECK(i + length < size);
  memcpy(bytes + i, new, length);
  f = fopen(to, "wb");
  fwrite(bytes, 1, size, f);
  fclose(f);
  free(bytes);
}

static void refused(const char *path, const char *rule, const char *word) {
  stylemap_model *m = NULL;
  CHECK(stylemap_inspect(path, &m, &error) == STYLEMAP_REFUSED && !m, "%s", rule);
  CHECK_TEXT(error.rule, rule);
  CHECK(strstr(error.message, word), "%s", error.message);
}

static void test_file(stylemap_model *m, const char *scratch) {
  char path[512], bad[512];
  snprintf(path, sizeof path, "%s/place.safetensors", scratch);
  snprintf(bad, sizeof bad, "%s/place-bad.safetensors", scratch);
  stylemap_model *b = NULL;
  CHECK(stylemap_save(m, path, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_open(path, 0, NULL, NULL, &b, &error) == STYLEMAP_OK, "%s", error.message);
  const size_t count = (size_t)(SM_PLACE_STAGES * SM_PLACE_ROWS * (m->place.features + 1));
  CHECK(b && stylemap_model_info(b)->places && b->place.features == m->place.features &&
        memcmp(b->place.regress, m->place.regress, count * sizeof(float)) == 0 &&
        memcmp(b->place.limits, m->place.limits, sizeof m->place.limits) == 0);
  const stylemap_save_options half = {.half = 1};
  stylemap_close(b);
  b = NULL;
  CHECK(stylemap_save(m, bad, &half, NULL, &error) == STYLEMAP_OK &&
        stylemap_open(bad, 0, NULL, NULL, &b, &error) == STYLEMAP_OK && stylemap_model_info(b)->places);
  stylemap_close(b);
  patch(path, bad, "\"place.limits\"", "\"space.limits\"");
  refused(bad, "M3", "place.limits");
  patch(path, bad, "[3,5,257]", "[5,3,257]");
  refused(bad, "M4", "place.regress");
  const float was = m->place.limits[1];
  m->place.limits[1] = NAN;
  CHECK(stylemap_save(m, bad, NULL, NULL, &error) == STYLEMAP_OK);
  refused(bad, "M5", "place.limits");
  m->place.limits[1] = was;
  unlink(path);
  unlink(bad);
}

int main(int argc, char **argv) {
  harness_seed();
  stylemap_model *m = new_model(), *other = new_model();
  stylemap_placement found = {.side = 7};
  stylemap_place_lesson lesson, again;
  CHECK(find(m, 1, pixels, NULL, 0, &found, NULL) == STYLEMAP_BAD_ARGUMENT && found.side == 7);
  CHECK(strstr(error.message, "learn-place"), "%s", error.message);
  CHECK(learn(m, 1, 0.5, NULL) == STYLEMAP_CANCELLED && !m->place.features && !stylemap_model_info(m)->places);
  asked_count = 0;
  CHECK(learn(m, 1, 2, &lesson) == STYLEMAP_OK && stylemap_model_info(m)->places, "%s", error.message);
  test_kept_back();
  printf("lesson: %.2f and %.2f pixels\n", lesson.half, lesson.tenth);
  CHECK(lesson.half < 2 && lesson.tenth < 9);
  CHECK(learn(other, 2, 2, &again) == STYLEMAP_OK && again.half == lesson.half);
  CHECK(memcmp(other->place.regress, m->place.regress,
               sizeof(float) * (size_t)(SM_PLACE_STAGES * SM_PLACE_ROWS * (m->place.features + 1))) == 0,
        "the same at any number of threads");
  test_found(m);
  test_unknown(m);
  test_cancel(m);
  test_file(m, argv[1]);
  stylemap_close(other);
  stylemap_close(m);
  return harness_end();
}
