/* SPDX-License-Identifier: GPL-3.0-or-later
 * transplant against encode, resize, blend and synth called one by one, with masks of every kind, all rules, both
 * spaces and strengths up to the ends, with and without memory, on the first and on later calls, of one reference and
 * of several; and each level of a blend or an interpolation against the formula in double. usage: transplant MODEL... */
#include "edit/edits.h"

static const stylemap_architecture shape = {64, 8, 24, 40, 2048, 0, 2, 0.01};

/* A mixture of two pictures' gamma and beta instead of the convolution of their mixture: rounding only. Measured: at
 * most 2.6e-6 of the largest magnitude on these models; the smallest of the mistakes this test is for makes 1e-3. */
static const double limit = 2e-5;
static double worst;

static void all_edits(const stylemap_model *model, const char *name) {
  static const double strengths[] = {0.5, 1, 0, 0.99};
  by_hand h = by_hand_open(model);
  float *target = new_floats(h.image), *reference = new_floats(h.image), *mask = malloc(sizeof(float) * h.image / 3);
  float *want = malloc(sizeof(float) * h.image), *got = malloc(sizeof(float) * h.image);
  float *untouched = malloc(sizeof(float) * h.image);
  stylemap_session *session[3]; /* without memory, with it, and one that keeps what it saw of other masks */
  for (int q = 0; q < 3; q++) {
    const stylemap_session_options options = {.threads = 1, .cache_bytes = q ? 1 << 28 : 0};
    CHECK(stylemap_session_open(model, &options, NULL, NULL, &session[q], NULL) == STYLEMAP_OK);
  }
  const stylemap_reference from = {reference, mask};
  CHECK(stylemap_reconstruct(h.session, target, untouched, NULL) == STYLEMAP_OK);
  for (int kind = 0; kind < MASKS; kind++) {
    draw_mask(kind, h.info->size, mask);
    /* where all cells weigh the same, one rule is enough */
    for (int which = SANITIZED ? kind % 5 : 0; which < 3 * 2 * 4; which += SANITIZED ? 5 : kind < ALL ? 1 : 3) {
      const stylemap_edit edit = {(stylemap_mask_rule)(which % 3), (stylemap_space)(which / 3 % 2),
                                  strengths[which / 6]};
      begin_by_hand(&h, target);
      blend_by_hand(&h, reference, mask, &edit);
      end_by_hand(&h, want);
      stylemap_session_forget(session[1]);
      const int calls = edit.space == STYLEMAP_SPACE_W ? 1 : 6; /* W remembers nothing */
      for (int call = 0; call < calls; call++) {
        for (size_t i = 0; i < h.image; i++) got[i] = NAN;
        CHECK(stylemap_transplant(session[call / 2], target, &from, 1, &edit, got, NULL) == STYLEMAP_OK);
        const double d = apart(got, want, h.image);
        CHECK(d <= (edit.space == STYLEMAP_SPACE_W ? 0 : limit),
              "%s, mask %d, rule %d, space %d, strength %g, session %d, call %d: %g", name, kind, edit.rule, edit.space,
              edit.strength, call / 2, call % 2, d);
        worst = fmax(worst, d);
      }
      if (edit.strength == 0 || kind == NOTHING)
        CHECK(!memcmp(got, untouched, sizeof(float) * h.image), "%s, mask %d, strength %g: not the reconstruction",
              name, kind, edit.strength);
      else if (kind != LINES || edit.rule != STYLEMAP_MASK_HALF)
        CHECK(apart(want, untouched, h.image) > 50 * limit, "%s, mask %d: nothing to compare", name, kind);
    }
  }
  for (int q = 0; q < 3; q++) stylemap_session_free(session[q]);
  free(target), free(reference), free(mask), free(want), free(got), free(untouched);
  by_hand_close(&h);
}

/* Several references are one blend after the other, in sessions that forget, and that have seen their pictures. */
static void several(const stylemap_model *model, const char *name) {
  enum { MOST = 5 };
  static const double strengths[] = {1, 0.6};
  static const int kinds[MOST] = {DISC, CORNER, LINES, STRIPES, NOISE};
  by_hand h = by_hand_open(model);
  float *target = new_floats(h.image), *want = malloc(sizeof(float) * h.image), *got = malloc(sizeof(float) * h.image);
  float *image[MOST], *mask[MOST];
  stylemap_reference references[MOST];
  for (int i = 0; i < MOST; i++) {
    image[i] = i == 4 ? image[1] : new_floats(h.image); /* one of them twice */
    draw_mask(kinds[i], h.info->size, mask[i] = malloc(sizeof(float) * h.image / 3));
    references[i] = (stylemap_reference){image[i], mask[i]};
  }
  static const size_t budgets[] = {0, 1 << 28};
  for (int q = 0; q < 2; q++) {
    const stylemap_session_options options = {.threads = 1, .cache_bytes = budgets[q]};
    stylemap_session *session;
    CHECK(stylemap_session_open(model, &options, NULL, NULL, &session, NULL) == STYLEMAP_OK);
    for (int which = 0; which < 3 * 2 * 2 * 3; which += SANITIZED ? 5 : 1) {
      const stylemap_edit edit = {(stylemap_mask_rule)(which % 3), (stylemap_space)(which / 3 % 2),
                                  strengths[which / 6 % 2]};
      const int count = (int[]){3, 2, MOST}[which / 12];
      begin_by_hand(&h, target);
      for (int i = 0; i < count; i++) blend_by_hand(&h, image[i], mask[i], &edit);
      end_by_hand(&h, want);
      for (int call = 0; call < 1 + q; call++) {
        for (size_t i = 0; i < h.image; i++) got[i] = NAN;
        CHECK(stylemap_transplant(session, target, references, count, &edit, got, NULL) == STYLEMAP_OK);
        const double d = apart(got, want, h.image);
        CHECK(d <= (edit.space == STYLEMAP_SPACE_W ? 0 : limit), "%s, %d references, rule %d, space %d, strength %g: %g",
              name, count, edit.rule, edit.space, edit.strength, d);
        worst = fmax(worst, d);
      }
      if (count != 3) continue;
      stylemap_reference other[3] = {references[1], references[0], references[2]};
      CHECK(stylemap_transplant(session, target, other, 3, &edit, got, NULL) == STYLEMAP_OK);
      CHECK(apart(got, want, h.image) > 50 * limit, "%s: the order does not matter", name);
    }
    stylemap_session_free(session);
  }
  for (int i = 0; i < MOST; i++) {
    if (i < 4) free(image[i]);
    free(mask[i]);
  }
  free(target), free(want), free(got);
  by_hand_close(&h);
}

/* A level's weight of cell (y, x), in double. */
static double weight_of(const float *mask, int size, int side, int y, int x, stylemap_mask_rule rule) {
  const int cell = size / side;
  double sum = 0, top = 0;
  for (int i = 0; i < cell * cell; i++) {
    const double m = mask[(y * cell + i / cell) * size + x * cell + i % cell];
    sum += m;
    top = fmax(top, m);
  }
  const double mean = sum / (cell * cell);
  return rule == STYLEMAP_MASK_ANY ? top > 0 : rule == STYLEMAP_MASK_HALF ? mean > 0.5 : mean;
}

/* Whether `got` is a + t (b - a): a's or b's bits at the ends, else as near as three roundings leave it. */
static int is_between(float a, float b, double t, float got) {
  if (t == 0 || t == 1) return !memcmp(&got, t == 0 ? &a : &b, sizeof got);
  return fabs(a + t * ((double)b - a) - got) <= 3 * 6e-8 * (fabs(a) + fabs(b));
}

/* Numbers of a level that are not what `t`, or each cell's weight, makes of a's and b's. */
static int wrong(const by_hand *h, int level, const stylemap_pyramid *a, const stylemap_pyramid *b, double t,
                 const float *mask, stylemap_mask_rule rule, const stylemap_pyramid *result) {
  int channels, side, count = 0;
  CHECK(stylemap_pyramid_shape(h->model, level, &channels, &side) == STYLEMAP_OK);
  const int pixels = side * side;
  float *v = malloc(sizeof(float) * 3 * (size_t)(channels * pixels));
  float *from = v, *to = v + channels * pixels, *got = to + channels * pixels;
  CHECK(stylemap_pyramid_get(a, level, from) == STYLEMAP_OK && stylemap_pyramid_get(b, level, to) == STYLEMAP_OK &&
        stylemap_pyramid_get(result, level, got) == STYLEMAP_OK);
  for (int at = 0; at < pixels; at++) {
    const double w = mask ? weight_of(mask, h->info->size, side, at / side, at % side, rule) : 1;
    for (int i = at; i < channels * pixels; i += pixels) count += !is_between(from[i], to[i], w * t, got[i]);
  }
  free(v);
  return count;
}

static void all_levels(const stylemap_model *model, const char *name) {
  static const double steps[] = {0, 0.25, 1.0 / 3, 0.5, 0.9, 1};
  by_hand h = by_hand_open(model);
  stylemap_pyramid *out;
  float *a = new_floats(h.codes), *b = new_floats(h.codes), *mask = malloc(sizeof(float) * h.image / 3);
  CHECK(stylemap_pyramid_new(model, &out, NULL) == STYLEMAP_OK);
  CHECK(stylemap_resize(h.session, a, h.target, NULL) == STYLEMAP_OK &&
        stylemap_resize(h.session, b, h.reference, NULL) == STYLEMAP_OK);
  for (int kind = 0; kind < MASKS; kind++)
    for (int which = SANITIZED ? kind % 5 : 0; which < 3 * 6; which += SANITIZED ? 5 : 1) {
      const stylemap_mask_rule rule = (stylemap_mask_rule)(which % 3);
      const double strength = steps[which / 3];
      draw_mask(kind, h.info->size, mask);
      CHECK(stylemap_mix(out, h.target, 0, h.info->levels, NULL) == STYLEMAP_OK);
      CHECK(stylemap_blend(out, h.reference, mask, rule, strength, NULL) == STYLEMAP_OK);
      for (int l = 0; l < h.info->levels; l++) {
        const int count = wrong(&h, l, h.target, h.reference, strength, mask, rule, out);
        CHECK(count == 0, "%s, mask %d, rule %d, strength %g, level %d: %d wrong", name, kind, rule, strength, l, count);
      }
    }
  for (int which = 0; which < 3 * 6; which++) { /* into a pyramid of its own, into the first, into the second */
    const double t = steps[which / 3];
    stylemap_pyramid *to = out;
    if (which % 3) {
      CHECK(stylemap_mix(out, which % 3 == 1 ? h.target : h.reference, 0, h.info->levels, NULL) == STYLEMAP_OK);
      CHECK(stylemap_lerp(which % 3 == 1 ? out : h.target, which % 3 == 1 ? h.reference : out, t, to, NULL) ==
            STYLEMAP_OK);
    } else {
      CHECK(stylemap_lerp(h.target, h.reference, t, to, NULL) == STYLEMAP_OK);
    }
    for (int l = 0; l < h.info->levels; l++) {
      const int count = wrong(&h, l, h.target, h.reference, t, NULL, STYLEMAP_MASK_SOFT, out);
      CHECK(count == 0, "%s, lerp %d at %g, level %d: %d wrong", name, which % 3, t, l, count);
    }
  }
  for (int first = 0; first <= h.info->levels; first++)
    for (int last = first; last <= h.info->levels; last++) {
      CHECK(stylemap_mix(out, h.target, 0, h.info->levels, NULL) == STYLEMAP_OK &&
            stylemap_mix(out, h.reference, first, last, NULL) == STYLEMAP_OK);
      for (int l = 0; l < h.info->levels; l++)
        CHECK(wrong(&h, l, h.target, h.reference, l >= first && l < last, NULL, STYLEMAP_MASK_SOFT, out) == 0,
              "%s, levels %d .. %d mixed in, level %d", name, first, last - 1, l);
    }
  CHECK(stylemap_mix(out, h.reference, -1, 1, NULL) == STYLEMAP_BAD_ARGUMENT &&
        stylemap_mix(out, h.reference, 2, 1, NULL) == STYLEMAP_BAD_ARGUMENT &&
        stylemap_mix(out, h.reference, 0, h.info->levels + 1, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(wrong(&h, 0, h.target, h.reference, 0.5, NULL, STYLEMAP_MASK_SOFT, h.target) > 0); /* it can fail */
  stylemap_pyramid_free(out);
  free(a), free(b), free(mask);
  by_hand_close(&h);
}

int main(int argc, char **argv) {
  harness_seed();
  CHECK(argc > 1, "no model file given");
  for (int i = 0; i < argc; i++) {
    stylemap_model *model;
    stylemap_error e = {0};
    const stylemap_status status =
        i ? stylemap_open(argv[i], 0, NULL, NULL, &model, &e) : stylemap_model_random(&shape, 1, &model, &e);
    if (!CHECK(status == STYLEMAP_OK, "%s: %s", argv[i], e.message)) continue;
    all_edits(model, i ? argv[i] : "random");
    several(model, i ? argv[i] : "random");
    all_levels(model, i ? argv[i] : "random");
    stylemap_close(model);
  }
  printf("largest difference from the boxes one by one: %.1e, limit %.1e\n", worst, limit);
  return harness_end();
}
