/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of edits are written with: masks of every kind, and an edit done by hand, one public box at a time. */
#pragma once
#include "harness.h"
#include "stylemap.h"

/* A soft disc, lines of one pixel, stripes of one weight each, noise, a corner, everything, nothing. */
enum { DISC, LINES, STRIPES, NOISE, CORNER, ALL, NOTHING, MASKS };

static inline void draw_mask(int kind, int size, float *mask) {
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      const double r = hypot(x - size * 0.6, y - size * 0.35) / size;
      mask[y * size + x] = kind == DISC   ? (float)(r < 0.25 ? 1 : r > 0.35 ? 0 : (0.35 - r) / 0.1)
                           : kind == LINES ? (y == size / 3 || x == y ? 1 : x == size / 2 ? 0.3f : 0)
                           : kind == STRIPES ? 0.25f * (float)(x * 5 / size)
                           : kind == NOISE ? fabsf(harness_float())
                           : kind == CORNER ? x < size / 2 && y < size / 2
                                       : kind == ALL;
    }
}

static inline float *new_floats(size_t count) {
  float *v = malloc(sizeof(float) * count);
  for (size_t i = 0; i < count; i++) v[i] = harness_float();
  return v;
}

/* A model, a session that remembers nothing for the boxes, and room for an edit by hand. */
typedef struct by_hand {
  const stylemap_model *model;
  const stylemap_info *info;
  stylemap_session *session;
  stylemap_pyramid *target, *reference;
  float *w, *w_reference;
  size_t image, codes;
} by_hand;

static inline by_hand by_hand_open(const stylemap_model *model) {
  by_hand h = {.model = model, .info = stylemap_model_info(model)};
  const stylemap_session_options options = {.threads = 1};
  h.image = 3 * (size_t)h.info->size * (size_t)h.info->size;
  h.codes = (size_t)(h.info->latent_channel_size * h.info->latent_spatial_size * h.info->latent_spatial_size);
  h.w = malloc(sizeof(float) * h.codes);
  h.w_reference = malloc(sizeof(float) * h.codes);
  CHECK(stylemap_session_open(model, &options, NULL, NULL, &h.session, NULL) == STYLEMAP_OK &&
        stylemap_pyramid_new(model, &h.target, NULL) == STYLEMAP_OK &&
        stylemap_pyramid_new(model, &h.reference, NULL) == STYLEMAP_OK);
  return h;
}

static inline void by_hand_close(by_hand *h) {
  stylemap_pyramid_free(h->target);
  stylemap_pyramid_free(h->reference);
  stylemap_session_free(h->session);
  free(h->w), free(h->w_reference);
}

static inline void begin_by_hand(by_hand *h, const float *target) {
  CHECK(stylemap_encode(h->session, target, h->w, NULL) == STYLEMAP_OK &&
        stylemap_resize(h->session, h->w, h->target, NULL) == STYLEMAP_OK);
}

static inline void blend_by_hand(by_hand *h, const float *reference, const float *mask, const stylemap_edit *edit) {
  CHECK(stylemap_encode(h->session, reference, h->w_reference, NULL) == STYLEMAP_OK);
  if (edit->space == STYLEMAP_SPACE_W)
    CHECK(stylemap_blend_w(h->model, h->w, h->w_reference, mask, edit->rule, edit->strength, NULL) == STYLEMAP_OK &&
          stylemap_resize(h->session, h->w, h->target, NULL) == STYLEMAP_OK);
  else
    CHECK(stylemap_resize(h->session, h->w_reference, h->reference, NULL) == STYLEMAP_OK &&
          stylemap_blend(h->target, h->reference, mask, edit->rule, edit->strength, NULL) == STYLEMAP_OK);
}

static inline void end_by_hand(by_hand *h, float *image) {
  CHECK(stylemap_synth(h->session, h->target, image, NULL) == STYLEMAP_OK);
}

/* Largest difference in units of the largest magnitude or 1; NaN is infinite. */
static inline double apart(const float *a, const float *b, size_t count) {
  double most = 0, size = 1;
  for (size_t i = 0; i < count; i++) {
    const double d = fabs((double)a[i] - b[i]);
    if (!(d <= most)) most = isnan(d) ? INFINITY : d;
    size = fmax(size, fabs(b[i]));
  }
  return most / size;
}
