/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parts of a style pyramid against the whole, bit for bit, and edits that read parts only against sessions that hold
 * other pictures' numbers where nothing was made. */
#include "harness.h"
#include "network/network.h"
#include "kernels/kernels.h"
#include "net/blend.h"
#include "net/boxes.h"
#include "net/tiles.h"

enum { SIZE = 64, MASKS = 6 };

static const stylemap_architecture shape = {SIZE, 8, 24, 40, 2048, 0, 2, 0.01};

static float *floats(size_t count) {
  float *v = malloc(sizeof(float) * count);
  for (size_t i = 0; i < count; i++) v[i] = harness_float();
  return v;
}

/* Nothing, a corner, a soft spot, half of all, two far apart, everything. */
static void draw(int kind, float *mask) {
  for (int y = 0; y < SIZE; y++)
    for (int x = 0; x < SIZE; x++) {
      double r = hypot(x - 40.5, y - 21.5);
      mask[y * SIZE + x] = kind == 0   ? 0
                           : kind == 1 ? x < 5 && y < 3
                           : kind == 2 ? (float)(r < 6 ? 1 : r > 9 ? 0 : (9 - r) / 3)
                           : kind == 3 ? x >= SIZE / 2
                           : kind == 4 ? (x < 3 && y > 60) || (x > 58 && y < 9)
                                       : 1;
    }
}

static size_t made(const stylemap_pyramid *p) {
  size_t count = 0;
  for (int l = 0; l < p->levels; l++)
    for (size_t i = 0; i < sm_pixels(p->cells[l]); i++) count += p->made[l][i];
  return count;
}

/* How many numbers of cells that are made differ from `whole`'s. */
static size_t wrong(const stylemap_pyramid *p, const stylemap_pyramid *whole) {
  size_t count = 0;
  for (int l = 0; l < p->levels; l++)
    for (int b = 0; b < sm_blocks(p->channels[l]); b++)
      for (int y = 0; y < p->side[l]; y++)
        for (int x = 0; x < p->side[l]; x++) {
          size_t at = (size_t)((b * p->side[l] + y) * p->side[l] + x) * SM_BLOCK;
          if (p->made[l][y / 4 * p->cells[l] + x / 4])
            count += memcmp(p->level[l] + at, whole->level[l] + at, SM_BLOCK * sizeof(float)) != 0;
        }
  return count;
}

/* What gamma's windows read must be made. */
static int covers(const sm_network *n, const stylemap_pyramid *p, const float *weight, sm_part part) {
  for (int l = 0; l < p->levels; l++) {
    const sm_level_modulation m = sm_modulation_of(n, l);
    const float *w = sm_level_weight(&n->config, weight, m.side);
    for (int i = 0; i < m.tiles; i++) {
      const int row = i / m.columns, column = i % m.columns;
      if (sm_window_weight(w, m.side, row, column, m.step) == (part == SM_OF_TARGET ? 1 : 0)) continue;
      for (int y = row * m.step - 1; y <= (row + 1) * m.step; y++)
        for (int x = column * m.step - 1; x <= (column + 1) * m.step; x++)
          if (y >= 0 && x >= 0 && y < m.side && x < m.side && !p->made[l][y / 4 * p->cells[l] + x / 4]) return 0;
    }
  }
  return 1;
}

static void parts(const stylemap_model *model, const char *kernels) {
  const sm_network *n = sm_model_network(model);
  const stylemap_session_options options = {2, kernels, 0};
  stylemap_session *s;
  stylemap_error e;
  stylemap_pyramid *whole, *p;
  if (stylemap_session_open(model, &options, NULL, NULL, &s, &e) != STYLEMAP_OK) return;
  float *w = floats((size_t)n->config.dim * sm_pixels(n->config.spatial)), *mask = malloc(sizeof(float) * SIZE * SIZE);
  float *weight = malloc(sizeof(float) * sm_weight_floats(&n->config));
  CHECK(stylemap_pyramid_new(model, &whole, &e) == STYLEMAP_OK && stylemap_pyramid_new(model, &p, &e) == STYLEMAP_OK);
  CHECK(stylemap_resize(s, w, whole, &e) == STYLEMAP_OK);
  const size_t all = made(whole);
  int some = 0;
  for (int first = 0; first < MASKS; first++)
    for (int part = SM_OF_TARGET; part <= SM_OF_REFERENCE; part++) {
      for (int l = 0; l < p->levels; l++)
        for (size_t i = 0; i < sm_map_floats(p->channels[l], p->side[l], p->side[l]); i++) p->level[l][i] = NAN;
      sm_pyramid_mark(p, 0);
      for (int then = 0; then < 2; then++) { /* a mask, and another one on top of it */
        const size_t before = made(p);
        draw((first + 2 * then) % MASKS, mask);
        CHECK(sm_weights(&n->config, mask, STYLEMAP_MASK_SOFT, 1, weight, &e) == STYLEMAP_OK);
        CHECK(sm_resize_needed(s, w, p, part, weight, 1, &e) == STYLEMAP_OK);
        CHECK(wrong(p, whole) == 0, "%s: masks %d, %d, part %d", stylemap_session_kernels(s), first, then, part);
        CHECK(covers(n, p, weight, part));
        CHECK(made(p) >= before);
        some += made(p) > before && made(p) < all;
      }
      CHECK(sm_resize_needed(s, w, p, part, NULL, 1, &e) == STYLEMAP_OK);
      CHECK(made(p) == all && wrong(p, whole) == 0);
    }
  CHECK(some > 4, "only %d times was a part made", some);
  p->level[p->levels - 1][5]++; /* the comparison can fail */
  CHECK(wrong(p, whole) == 1);
  stylemap_pyramid_free(whole);
  stylemap_pyramid_free(p);
  stylemap_session_free(s);
  free(w), free(mask), free(weight);
}

static void edits(const stylemap_model *model) {
  enum { PICTURES = 3, IMAGE = 3 * SIZE * SIZE };
  const stylemap_session_options options = {2, NULL, 1 << 28};
  stylemap_session *stale, *fresh;
  stylemap_error e;
  float *picture[PICTURES], *mask = malloc(sizeof(float) * SIZE * SIZE), *a = floats(IMAGE), *b = floats(IMAGE);
  for (int i = 0; i < PICTURES; i++) picture[i] = floats(IMAGE);
  CHECK(stylemap_session_open(model, &options, NULL, NULL, &stale, &e) == STYLEMAP_OK);
  for (int step = 0; step < 2 * MASKS; step++) {
    const float *target = picture[step % PICTURES], *reference = picture[(step + 1 + step / PICTURES % 2) % PICTURES];
    const stylemap_edit edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, step % 4 == 3 ? 0.5 : 1};
    draw(5 - step % MASKS, mask);
    if (step % 3 == 0) stylemap_session_forget(stale);
    CHECK(stylemap_transplant(stale, target, &(stylemap_reference){reference, mask}, 1, &edit, a, &e) == STYLEMAP_OK);
    CHECK(stylemap_session_open(model, &options, NULL, NULL, &fresh, &e) == STYLEMAP_OK);
    CHECK(stylemap_transplant(fresh, target, &(stylemap_reference){reference, mask}, 1, &edit, b, &e) == STYLEMAP_OK);
    CHECK(memcmp(a, b, IMAGE * sizeof *a) == 0, "step %d", step);
    stylemap_session_free(fresh);
  }
  stylemap_session_free(stale);
  for (int i = 0; i < PICTURES; i++) free(picture[i]);
  free(mask), free(a), free(b);
}

int main(void) {
  harness_seed();
  stylemap_model *model;
  stylemap_error e;
  if (!CHECK(stylemap_model_random(&shape, 1, &model, &e) == STYLEMAP_OK)) return harness_end();
  static const char *const sets[] = {"portable", "avx2", "avx512", "neon"};
  for (int i = 0; i < 4; i++) parts(model, sets[i]);
  edits(model);
  stylemap_close(model);
  return harness_end();
}
