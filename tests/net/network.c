/* SPDX-License-Identifier: GPL-3.0-or-later
 * The boxes of the network against the oracle in double, on every model file named on the command line. */
#include <unistd.h>

#include "harness.h"
#include "network/network.h"
#include "net/map.h"
#include "oracle.h"

static float *random_floats(size_t count, float scale) {
  float *v = malloc(sizeof(float) * count);
  for (size_t i = 0; i < count; i++) v[i] = scale * harness_float();
  return v;
}

static float *poisoned(size_t count) { /* one more, watched */
  float *v = malloc(sizeof(float) * (count + 1));
  for (size_t i = 0; i <= count; i++) v[i] = NAN;
  return v;
}

/* The tolerance of the project: 1e-4 x max(1, largest magnitude). Random models amplify rounding less than that
 * by a factor of 20 or more; the printed figure says how much. */
static void agrees(const char *what, const char *file, const float *got, oracle_map want) {
  size_t count = (size_t)want.c * (size_t)want.h * (size_t)want.w;
  double d = oracle_difference(got, want), size = fmax(1, oracle_largest(want));
  printf("  %-10s difference %.2e of %.2e\n", what, d, size);
  CHECK(d <= 1e-4 * size, "%s of %s: %g", what, file, d);
  CHECK(isnan(got[count]), "%s writes past its end", what);
}

static void blends(const stylemap_model *model, stylemap_pyramid *a, stylemap_pyramid *b, const oracle_map *la,
                   const oracle_map *lb, int rule, double strength) {
  const stylemap_info *info = stylemap_model_info(model);
  int size = info->size;
  float *mask = malloc(sizeof(float) * (size_t)(size * size));
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      double r = hypot(x - size * 0.4, y - size * 0.55) / size;
      mask[y * size + x] = r < 0.2 ? 1 : r > 0.3 ? 0 : (float)((0.3 - r) / 0.1);
    }
  stylemap_pyramid *out;
  CHECK(stylemap_pyramid_new(model, &out, NULL) == STYLEMAP_OK);
  CHECK(stylemap_mix(out, a, 0, info->levels, NULL) == STYLEMAP_OK);
  CHECK(stylemap_blend(out, b, mask, (stylemap_mask_rule)rule, strength, NULL) == STYLEMAP_OK);
  for (int l = 0; l < info->levels; l++) {
    oracle_map want = oracle_new(la[l].c, la[l].h, la[l].w);
    size_t count = (size_t)want.c * (size_t)want.h * (size_t)want.w;
    memcpy(want.v, la[l].v, sizeof(double) * count);
    oracle_blend(want, lb[l], mask, size, rule, strength);
    float *got = poisoned(count);
    CHECK(stylemap_pyramid_get(out, l, got) == STYLEMAP_OK);
    double d = oracle_difference(got, want);
    CHECK(d <= 1e-4 * fmax(1, oracle_largest(want)), "blend rule %d level %d: %g", rule, l, d);
    free(got);
    free(want.v);
  }
  stylemap_pyramid_free(out);
  free(mask);
}

static int cancel_at_once(void *data, stylemap_phase phase, double fraction) { return 1; }
typedef struct watch {
  double last;
  int calls, falls;
} watch;
static int watch_progress(void *data, stylemap_phase phase, double fraction) {
  watch *w = data;
  w->calls++;
  if (!(fraction >= w->last && fraction <= 1)) w->falls++;
  w->last = fraction;
  return 0;
}

static void flow(const stylemap_model *model, const float *x, const float *y) {
  const stylemap_info *info = stylemap_model_info(model);
  size_t image = 3 * (size_t)info->size * (size_t)info->size;
  float *mask = calloc(image / 3, sizeof(float)), *one = poisoned(image), *two = poisoned(image), *rec = poisoned(image);
  stylemap_session *s;
  watch w = {0};
  stylemap_edit edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1};
  const stylemap_reference from = {y, mask};
  CHECK(stylemap_session_new(model, 1, watch_progress, &w, &s, NULL) == STYLEMAP_OK);
  CHECK(stylemap_session_bytes(s) > image * sizeof(float));
  CHECK(stylemap_reconstruct(s, x, rec, NULL) == STYLEMAP_OK);
  w = (watch){0};
  CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, NULL) == STYLEMAP_OK);
  CHECK(w.calls > 10 && w.falls == 0 && w.last == 1, "progress rises to 1: %d calls, %d falls, last %g", w.calls, w.falls, w.last);
  CHECK(memcmp(one, rec, image * sizeof(float)) == 0, "an empty mask gives the reconstruction");
  for (size_t i = 0; i < image / 3; i++) mask[i] = 1;
  CHECK(stylemap_reconstruct(s, y, rec, NULL) == STYLEMAP_OK);
  for (int space = 0; space < 2; space++) {
    edit.space = (stylemap_space)space;
    edit.strength = 1;
    CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, NULL) == STYLEMAP_OK);
    CHECK(memcmp(one, rec, image * sizeof(float)) == 0, "a full mask gives the reference's reconstruction");
    edit.strength = 0.5;
    CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, NULL) == STYLEMAP_OK);
    CHECK(memcmp(one, rec, image * sizeof(float)) != 0);
  }
  stylemap_session_free(s);

  CHECK(stylemap_session_new(model, 3, NULL, NULL, &s, NULL) == STYLEMAP_OK);
  CHECK(stylemap_transplant(s, x, &from, 1, &edit, two, NULL) == STYLEMAP_OK);
  double worst = 0, largest = 1;
  for (size_t i = 0; i < image; i++) worst = fmax(worst, fabs(one[i] - two[i])), largest = fmax(largest, fabs(one[i]));
  CHECK(worst <= 1e-5 * largest, "three threads against one: %g", worst);
  CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, NULL) == STYLEMAP_OK);
  CHECK(memcmp(one, two, image * sizeof(float)) == 0, "the same from run to run");
  stylemap_error e;
  edit.strength = 1.5;
  CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT && strstr(e.message, "strength"));
  edit.strength = 1;
  mask[3] = NAN;
  CHECK(stylemap_transplant(s, x, &from, 1, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT && strstr(e.message, "mask"));
  mask[3] = 0;
  CHECK(stylemap_transplant(s, x, &(stylemap_reference){NULL, mask}, 1, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_transplant(s, x, &(stylemap_reference){y, NULL}, 1, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_transplant(s, x, &from, 0, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_transplant(s, x, NULL, 1, &edit, one, &e) == STYLEMAP_BAD_ARGUMENT);
  CHECK(memcmp(one, two, image * sizeof(float)) == 0, "failure leaves the output");
  stylemap_session_free(s);

  CHECK(stylemap_session_new(model, 2, cancel_at_once, NULL, &s, NULL) == STYLEMAP_OK);
  CHECK(stylemap_reconstruct(s, x, one, &e) == STYLEMAP_CANCELLED);
  CHECK(memcmp(one, two, image * sizeof(float)) == 0, "cancel leaves the output");
  stylemap_session_free(s);
  free(mask), free(one), free(two), free(rec);
}

/* What a session remembers changes how much is computed, never a bit of the result: edits of three pictures in any
 * order by sessions that keep all they can, start anew each time, or have room for nothing, for two pyramids alone, or
 * for some of what they want to keep. */
static void memory(const stylemap_model *model, const float *x, const float *y) {
  const stylemap_info *info = stylemap_model_info(model);
  const int size = info->size;
  const size_t image = 3 * (size_t)size * (size_t)size;
  float *mask = malloc(sizeof(float) * (image / 3)), *a = poisoned(image), *b = poisoned(image), *z = poisoned(image);
  for (size_t i = 0; i < image; i++) z[i] = 0.5f * (x[i] + y[i]);
  const float *const picture[3] = {x, y, z};
  size_t pyramid = 0;
  for (int l = 0; l < info->levels; l++) {
    int channels, side;
    CHECK(stylemap_pyramid_shape(model, l, &channels, &side) == STYLEMAP_OK);
    pyramid += (size_t)((channels + 15) / 16 * 16) * (size_t)side * (size_t)side * 4;
  }
  enum { WARM, COLD, NONE, PYRAMIDS, SOME, MORE, SESSIONS };
  const size_t budget[SESSIONS] = {[WARM] = 1 << 30, [COLD] = 1 << 30, [PYRAMIDS] = 2 * pyramid,
                                   [SOME] = 3 * pyramid, [MORE] = 6 * pyramid};
  stylemap_session *session[SESSIONS];
  for (int q = 0; q < SESSIONS; q++) {
    stylemap_session_options options = {2, NULL, budget[q]};
    CHECK(stylemap_session_open(model, &options, NULL, NULL, &session[q], NULL) == STYLEMAP_OK);
  }
  for (int step = 0; step < 15; step++) {
    const double cx = size * (0.3 + 0.1 * (step / 3 % 3)), strength = step % 3 == 0 ? 1 : step % 3 == 1 ? 0.4 : 0;
    for (int v = 0; v < size; v++)
      for (int u = 0; u < size; u++) {
        double r = hypot(u - cx, v - size * 0.5) / size;
        mask[v * size + u] = r < 0.2 ? 1 : r > 0.3 ? 0 : (float)((0.3 - r) / 0.1);
        if (step >= 12) mask[v * size + u] = 0.25f * (float)(u * 4 / size); /* some weights are neither 0 nor 1 */
      }
    stylemap_edit edit = {step % 9 < 6 ? STYLEMAP_MASK_SOFT : STYLEMAP_MASK_HALF, STYLEMAP_SPACE_W_PLUS, strength};
    const float *from = picture[step % 5 == 4], *to = picture[step % 5 == 4 ? 0 : 1 + step / 5 % 2];
    stylemap_session_forget(session[COLD]);
    CHECK(stylemap_transplant(session[WARM], from, &(stylemap_reference){to, mask}, 1, &edit, a, NULL) == STYLEMAP_OK);
    for (int q = COLD; q < SESSIONS; q++) {
      CHECK(stylemap_transplant(session[q], from, &(stylemap_reference){to, mask}, 1, &edit, b, NULL) == STYLEMAP_OK);
      CHECK(memcmp(a, b, image * sizeof(float)) == 0, "step %d, session %d", step, q);
    }
  }
  CHECK(stylemap_reconstruct(session[NONE], z, a, NULL) == STYLEMAP_OK);
  for (int q = 0; q < 2 * SESSIONS; q++) {
    CHECK(stylemap_reconstruct(session[q / 2], z, b, NULL) == STYLEMAP_OK);
    CHECK(memcmp(a, b, image * sizeof(float)) == 0, "reconstruction, session %d", q / 2);
  }
  for (int q = 0; q < SESSIONS; q++) stylemap_session_free(session[q]);
  CHECK(isnan(a[image]) && isnan(b[image]));
  free(mask), free(a), free(b), free(z);
}

/* Every instruction set of this machine gives the same image, but for rounding. */
static void instruction_sets(const stylemap_model *model, const float *x) {
  const size_t image = 3 * (size_t)stylemap_model_info(model)->size * (size_t)stylemap_model_info(model)->size;
  float *first = poisoned(image), *next = poisoned(image);
  int sets = 0;
  static const char *const names[] = {"portable", "avx2", "avx512", "neon"};
  for (int i = 0; i < 4; i++) {
    stylemap_session_options options = {1, names[i], 0};
    stylemap_session *s;
    stylemap_error e;
    stylemap_status status = stylemap_session_open(model, &options, NULL, NULL, &s, &e);
    if (status != STYLEMAP_OK) {
      CHECK(status == STYLEMAP_BAD_ARGUMENT && strstr(e.message, names[i]));
      continue;
    }
    CHECK_TEXT(stylemap_session_kernels(s), names[i]);
    CHECK(stylemap_session_threads(s) == 1);
    CHECK(stylemap_reconstruct(s, x, sets++ ? next : first, NULL) == STYLEMAP_OK);
    double worst = 0, limit = 1;
    for (size_t k = 0; sets > 1 && k < image; k++)
      worst = fmax(worst, fabs(first[k] - next[k])), limit = fmax(limit, fabs(first[k]));
    CHECK(worst <= 2e-5 * limit, "%s: %g", names[i], worst);
    stylemap_session_free(s);
  }
  CHECK(sets > 0);
  free(first), free(next);
}

static void model_agrees(const char *file) {
  stylemap_model *model;
  stylemap_error e;
  if (!CHECK(stylemap_open(file, 0, NULL, NULL, &model, &e) == STYLEMAP_OK, "%s", file)) {
    fprintf(stderr, "%s\n", e.message);
    return;
  }
  printf("%s\n", file);
  const sm_network *n = sm_model_network(model);
  const sm_config *c = &n->config;
  size_t image = 3 * (size_t)c->size * (size_t)c->size, map = (size_t)c->dim * (size_t)(c->spatial * c->spatial);
  stylemap_session *s;
  CHECK(stylemap_session_new(model, 2, NULL, NULL, &s, &e) == STYLEMAP_OK);
  float *x = random_floats(image, 1), *y = random_floats(image, 1), *z = random_floats((size_t)c->dim, 2);
  float *w = poisoned(map), *wy = poisoned(map), *out = poisoned(image);

  CHECK(stylemap_encode(s, x, w, &e) == STYLEMAP_OK);
  oracle_map ow = oracle_encode(n, x), owz = oracle_mapping(n, z);
  agrees("encode", file, w, ow);
  CHECK(stylemap_map(s, z, wy, &e) == STYLEMAP_OK);
  agrees("map", file, wy, owz);

  CHECK(stylemap_encode(s, y, wy, &e) == STYLEMAP_OK);
  oracle_map owy = oracle_encode(n, y), la[SM_MAX_LEVELS], lb[SM_MAX_LEVELS];
  stylemap_pyramid *pa, *pb;
  CHECK(stylemap_pyramid_new(model, &pa, &e) == STYLEMAP_OK && stylemap_pyramid_new(model, &pb, &e) == STYLEMAP_OK);
  CHECK(stylemap_resize(s, w, pa, &e) == STYLEMAP_OK && stylemap_resize(s, wy, pb, &e) == STYLEMAP_OK);
  oracle_resize(n, ow, la);
  oracle_resize(n, owy, lb);
  int levels = stylemap_model_info(model)->levels;
  CHECK(levels == 2 + 2 * c->blocks);
  for (int l = 0; l < levels; l++) {
    int channels, side;
    CHECK(stylemap_pyramid_shape(model, l, &channels, &side) == STYLEMAP_OK && channels == la[l].c && side == la[l].h);
    float *level = poisoned((size_t)channels * (size_t)(side * side));
    CHECK(stylemap_pyramid_get(pa, l, level) == STYLEMAP_OK);
    agrees("level", file, level, la[l]);
    free(level);
  }
  CHECK(stylemap_pyramid_shape(model, levels, &levels, &levels) == STYLEMAP_BAD_ARGUMENT);

  CHECK(stylemap_synth(s, pa, out, &e) == STYLEMAP_OK);
  oracle_map image_a = oracle_synth(n, la);
  agrees("synth", file, out, image_a);
  for (int rule = 0; rule < 3; rule++) blends(model, pa, pb, la, lb, rule, rule == 1 ? 0.6 : 1);
  flow(model, x, y);
  memory(model, x, y);
  instruction_sets(model, x);

  for (int l = 0; l < 2 + 2 * c->blocks; l++) free(la[l].v), free(lb[l].v);
  free(ow.v), free(owy.v), free(owz.v), free(image_a.v);
  free(x), free(y), free(z), free(w), free(wy), free(out);
  stylemap_pyramid_free(pa);
  stylemap_pyramid_free(pb);
  stylemap_session_free(s);
  stylemap_close(model);
}

/* The same with weights that stay fp16 in memory, as they are in the file. */
static void halves_agree(const char *file) {
  char path[] = "/tmp/stylemap-test-XXXXXX.safetensors";
  int handle = mkstemps(path, 12);
  stylemap_model *model, *again;
  const stylemap_save_options options = {.half = 1};
  CHECK(handle >= 0 && close(handle) == 0);
  if (!CHECK(stylemap_open(file, 0, NULL, NULL, &model, NULL) == STYLEMAP_OK, "%s", file)) return;
  CHECK(stylemap_save(model, path, &options, NULL, NULL) == STYLEMAP_OK);
  if (CHECK(stylemap_open(path, 0, NULL, NULL, &again, NULL) == STYLEMAP_OK)) {
    const sm_network *n = sm_model_network(again);
    CHECK(n->resizer[0].half && !n->resizer[0].weight && n->blocks[0].conv1.gamma.half && n->encoder[0].skip.half);
    CHECK(n->from_rgb.weight && n->to_rgb.conv.weight && n->to_rgb.beta.weight && n->mapping[0].weight);
    stylemap_close(again);
    model_agrees(path);
  }
  stylemap_close(model);
  remove(path);
}

int main(int argc, char **argv) {
  harness_seed();
  for (int i = 1; i < argc; i++) model_agrees(argv[i]);
  if (argc > 1) halves_agree(argv[1]);
  CHECK(argc > 1, "no model file given");
  return harness_end();
}
