/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parts of the square that are drawn by themselves. With the statistics of the whole drawing they are that to rounding,
 * wherever they lie, and nothing is read that was not made; with others they are not, and sm_reconstruct_part is near. What
 * a session remembers stays the same to the bit. usage: window MODEL... */
#include "edit/edits.h"
#include "edit/transplant.h"
#include "kernels/kernels.h"
#include "net/boxes.h"

static const stylemap_architecture shape = {128, 8, 24, 40, 4096, 0, 2, 0.01};
static const double limit = 2e-5; /* as in transplant.c; the larger tiles of whole maps round otherwise */

static void poison(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = NAN;
}

/* Largest difference in the part, by the whole's largest number. */
static double apart_in(const float *a, const float *b, int size, const sm_part_of_square *part) {
  double most = 0;
  for (int p = 0; p < 3; p++)
    for (int y = part->y; y < part->y + part->height; y++)
      most = fmax(most, apart(a + (p * size + y) * size + part->x, b + (p * size + y) * size + part->x, (size_t)part->width));
  return most;
}

static void synthesise(stylemap_session *s, const sm_styles *styles, float *image) {
  poison(s->buffer.a, s->buffer.floats), poison(s->buffer.b, s->buffer.floats);
  sm_work_begin(s, STYLEMAP_PHASE_SYNTH, 0);
  sm_synth_run(s, styles, image);
  CHECK(sm_work_end(s, NULL) == STYLEMAP_OK);
}

/* One window, with the whole's statistics, then with others. Returns whether it is one. */
static int one(const by_hand *h, const sm_part_of_square *part, const float *statistics, const float *want, float *got,
               const char *name) {
  const sm_network *n = sm_model_network(h->model);
  const int levels = sm_level_count(&n->config), size = n->config.size;
  const sm_window w = sm_window_of(n, part->x, part->y, part->width, part->height);
  const size_t floats = sm_statistics_floats(n, levels);
  float *others = malloc(sizeof(float) * floats);
  for (int l = 0; l < levels; l++)
    poison(h->reference->level[l], sm_map_floats(h->reference->channels[l], h->reference->side[l], h->reference->side[l]));
  sm_pyramid_mark(h->reference, 0);
  CHECK(sm_resize_window(h->session, h->w, h->reference, &w, NULL) == STYLEMAP_OK);
  for (size_t i = 0; i < floats; i++) others[i] = i < sm_statistics_floats(n, w.first) ? NAN : statistics[i];
  synthesise(h->session, &(sm_styles){.target = h->reference, .window = &w, .statistics = others}, got);
  const double d = apart_in(got, want, size, part);
  CHECK(w.first == levels ? !memcmp(got, want, sizeof(float) * h->image) : d <= limit, "%s, %d %d %d %d from level %d: %g", name,
        part->x, part->y, part->width, part->height, w.first, d);
  CHECK((w.first < levels) == (w.saved > 0) && w.first > 1);
  for (size_t i = 0; i < floats; i++) others[i] *= 1.1f;
  synthesise(h->session, &(sm_styles){.target = h->reference, .window = &w, .statistics = others}, got);
  const double changed = apart_in(got, want, size, part);
  CHECK(w.first == levels || n->config.norm == STYLEMAP_BATCH_NORM ? changed <= limit : changed > 10 * limit, "%s: %g", name, changed);
  free(others);
  return w.first < levels;
}

static void windows(const stylemap_model *model, const char *name) {
  by_hand h = by_hand_open(model);
  const sm_network *n = sm_model_network(model);
  const int size = n->config.size, few = size / 10 + 1;
  const sm_part_of_square parts[] = {{0, 0, few, few},  {size - few, 0, few, few}, {0, size - few, few, few}, {size - few, size - few, few, few},
                                     {size / 3, 0, few, few}, {0, size / 2 + 1, 1, 1}, {size / 2 - 1, size / 3, few, 2 * few},
                                     {size - 1, size / 4, 1, few}, {size / 4 + 3, size - 3, 2 * few, 3}, {0, 0, size, size}};
  float *image = new_floats(h.image), *want = malloc(sizeof(float) * h.image), *got = malloc(sizeof(float) * h.image);
  float *statistics = malloc(sizeof(float) * sm_statistics_floats(n, sm_level_count(&n->config)));
  begin_by_hand(&h, image);
  synthesise(h.session, &(sm_styles){.target = h.target, .statistics = statistics}, want);
  int in_part = 0, last = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) in_part += last = one(&h, &parts[i], statistics, want, got, name);
  CHECK(in_part > 3 && !last, "%s: %d in part", name, in_part);
  free(image), free(want), free(got), free(statistics);
  by_hand_close(&h);
}

/* By what a session remembers of another picture. */
static void drafts(const stylemap_model *model, const char *name) {
  by_hand h = by_hand_open(model);
  const int size = h.info->size;
  const sm_part_of_square part = {size / 3, size / 4, size / 4, size / 4}, all = {0, 0, size, size}, none = {0};
  const stylemap_session_options options = {.threads = 2, .cache_bytes = 1 << 28};
  float *like = new_floats(h.image), *image = malloc(sizeof(float) * h.image), *drawn = malloc(sizeof(float) * h.image);
  float *want = malloc(sizeof(float) * h.image), *got = malloc(sizeof(float) * h.image);
  stylemap_session *s;
  memcpy(image, like, sizeof(float) * h.image);
  for (int y = part.y + 2; y < part.y + part.height - 2; y++)
    for (int x = part.x + 2; x < part.x + part.width - 2; x++) image[y * size + x] = harness_float();
  CHECK(stylemap_session_open(model, &options, NULL, NULL, &s, NULL) == STYLEMAP_OK);
  CHECK(stylemap_reconstruct(h.session, like, drawn, NULL) == STYLEMAP_OK && stylemap_reconstruct(h.session, image, want, NULL) == STYLEMAP_OK);
  const size_t bytes = sizeof(float) * h.image;
#define DRAWN(of, least) (CHECK(sm_reconstruct_part(s, image, like, of, least, got, NULL) == STYLEMAP_OK), apart(got, want, h.image))
  CHECK(DRAWN(&part, 0) <= limit, "nothing is known of the other");
  for (int i = 0; i < 3; i++) {
    stylemap_session_forget(s);
    CHECK(stylemap_reconstruct(s, like, got, NULL) == STYLEMAP_OK && apart(got, drawn, h.image) <= limit);
    CHECK(DRAWN(i == 1 ? &all : i == 2 ? &none : &part, i ? 0 : INFINITY) <= limit, "%s: whole, %d", name, i);
  }
  stylemap_session_forget(s);
  CHECK(stylemap_reconstruct(s, like, drawn, NULL) == STYLEMAP_OK);
  DRAWN(&part, 0);
  const double d = apart_in(got, want, size, &part);
  const int in_part = h.info->norm != STYLEMAP_INSTANCE_NORM;
  CHECK(!in_part || h.info->norm == STYLEMAP_BATCH_NORM ? d <= limit : d > 0 && d < 0.05, "%s: %g", name, d);
  printf("%s: with the other picture's statistics off by %.2g of the largest number, another picture would be by %.2g\n", name, d,
         apart_in(drawn, want, size, &part));
  CHECK(apart_in(drawn, want, size, &part) > 2 * d);
  for (int p = 0; in_part && p < 3; p++)
    for (int y = part.y; y < part.y + part.height; y++)
      memcpy(got + (p * size + y) * size + part.x, drawn + (p * size + y) * size + part.x, sizeof(float) * (size_t)part.width);
  CHECK(!in_part || !memcmp(got, drawn, bytes), "%s: it is the other outside", name);
  /* what is drawn whole after it is what it would have been, and then taken for the part as well */
  stylemap_session *fresh;
  CHECK(stylemap_session_open(model, &options, NULL, NULL, &fresh, NULL) == STYLEMAP_OK);
  CHECK(stylemap_reconstruct(fresh, image, want, NULL) == STYLEMAP_OK && stylemap_reconstruct(s, image, got, NULL) == STYLEMAP_OK);
  CHECK(!memcmp(got, want, bytes), "%s: a draft changes what is drawn after it", name);
  CHECK(DRAWN(&part, 0) == 0 && !memcmp(got, want, bytes));
  stylemap_session_free(fresh);
  stylemap_session_free(s);
  free(like), free(image), free(drawn), free(want), free(got);
  by_hand_close(&h);
}

int main(int argc, char **argv) {
  harness_seed();
  CHECK(argc > 1, "no model file given");
  for (int i = 0; i < argc; i++) {
    stylemap_model *model = NULL;
    stylemap_error error;
    const stylemap_status status = i ? stylemap_open(argv[i], 0, NULL, NULL, &model, &error) : stylemap_model_random(&shape, 4, &model, &error);
    if (!CHECK(status == STYLEMAP_OK, "%s", error.message)) continue;
    windows(model, i ? argv[i] : "random");
    drafts(model, i ? argv[i] : "random");
    stylemap_close(model);
  }
  return harness_end();
}
