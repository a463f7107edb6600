/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mixing of style maps: local editing (the paper's section 4.3, equation 5), interpolation, style mixing. */
#include "net/blend.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/convolve.h"
#include "net/pyramid.h"

/* A level's weights from the S x S mask; side divides size. */
static void level_mask(const float *mask, int size, int side, stylemap_mask_rule rule, double strength, float *out) {
  int cell = size / side;
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) {
      double sum = 0;
      float top = 0;
      for (int v = 0; v < cell; v++)
        for (int u = 0; u < cell; u++) {
          float m = mask[(size_t)(y * cell + v) * (size_t)size + (size_t)(x * cell + u)];
          sum += m;
          if (m > top) top = m;
        }
      double mean = sum / ((double)cell * cell);
      double a = rule == STYLEMAP_MASK_ANY ? top > 0 : rule == STYLEMAP_MASK_HALF ? mean > 0.5 : mean;
      out[(size_t)y * (size_t)side + (size_t)x] = (float)(a * strength);
    }
}

/* `lanes` numbers of each pixel lie side by side: 16 in a map, 1 in a C H W tensor. Exact at both ends: 0 keeps the
 * target's bits, 1 gives the reference's. */
static void blend_map(float *target, const float *reference, int parts, size_t pixels, size_t lanes,
                      const float *weight) {
  for (int p = 0; p < parts; p++)
    for (size_t i = 0; i < pixels; i++) {
      const float w = weight[i];
      size_t at = ((size_t)p * pixels + i) * lanes;
      if (w == 0) continue;
      if (w == 1) memcpy(target + at, reference + at, lanes * sizeof(float));
      else
        for (size_t l = at; l < at + lanes; l++) target[l] += w * (reference[l] - target[l]);
    }
}

size_t sm_weight_floats(const sm_config *c) {
  size_t floats = 0;
  for (int i = 0; i <= c->blocks; i++) floats += sm_pixels(c->spatial << i);
  return floats;
}

static stylemap_status check(const float *mask, int size, stylemap_mask_rule rule, double strength,
                             stylemap_error *error) {
  if ((unsigned)rule > STYLEMAP_MASK_HALF)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The mask rule is soft, any or half."), NULL);
  if (!(strength >= 0 && strength <= 1))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The strength must lie between 0 and 1."), NULL);
  for (size_t i = 0; i < sm_pixels(size); i++)
    if (!(mask[i] >= 0 && mask[i] <= 1))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The mask's values must lie between 0 and 1."), NULL);
  return STYLEMAP_OK;
}

stylemap_status sm_weights(const sm_config *c, const float *mask, stylemap_mask_rule rule, double strength,
                           float *weight, stylemap_error *error) {
  SM_TRY(check(mask, c->size, rule, strength, error));
  for (int side = c->size; side >= c->spatial; side /= 2) {
    level_mask(mask, c->size, side, rule, 1, weight);
    weight += sm_pixels(side);
  }
  return STYLEMAP_OK;
}

const float *sm_level_weight(const sm_config *c, const float *weight, int side) {
  assert(weight && side >= c->spatial && side <= c->size && c->size % side == 0);
  for (int s = c->size; s > side; s /= 2) weight += sm_pixels(s);
  return weight;
}

static int same_shape(const stylemap_pyramid *a, const stylemap_pyramid *b) {
  return a && b && a->levels == b->levels && a->size == b->size &&
         !memcmp(a->channels, b->channels, sizeof a->channels);
}

static stylemap_status different_models(stylemap_error *error) {
  return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The two style pyramids belong to different models."), NULL);
}

stylemap_status stylemap_blend(stylemap_pyramid *target, const stylemap_pyramid *reference, const float *mask,
                               stylemap_mask_rule rule, double strength, stylemap_error *error) {
  if (!mask || !same_shape(target, reference)) return different_models(error);
  SM_TRY(check(mask, target->size, rule, strength, error));
  float *weight = sm_alloc(sm_pixels(target->size), sizeof(float));
  if (!weight) return sm_no_memory(error, sm_pixels(target->size) * sizeof(float));
  for (int l = 0; l < target->levels; l++) {
    if (l % 2 == 0) level_mask(mask, target->size, target->side[l], rule, strength, weight); /* pairs share a side */
    blend_map(target->level[l], reference->level[l], sm_blocks(target->channels[l]), sm_pixels(target->side[l]),
              SM_BLOCK, weight);
  }
  sm_free(weight);
  return STYLEMAP_OK;
}

stylemap_status stylemap_blend_w(const stylemap_model *model, float *target, const float *reference, const float *mask,
                                 stylemap_mask_rule rule, double strength, stylemap_error *error) {
  const sm_network *n = model ? sm_model_network(model) : NULL;
  if (!n || !target || !reference || !mask)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("blend needs an opened model and two stylemaps."), NULL);
  const sm_config *c = &n->config;
  SM_TRY(check(mask, c->size, rule, strength, error));
  float *weight = sm_alloc(sm_pixels(c->spatial), sizeof(float));
  if (!weight) return sm_no_memory(error, sm_pixels(c->spatial) * sizeof(float));
  level_mask(mask, c->size, c->spatial, rule, strength, weight);
  blend_map(target, reference, c->dim, sm_pixels(c->spatial), 1, weight);
  sm_free(weight);
  return STYLEMAP_OK;
}

void sm_lerp(const float *a, const float *b, size_t count, double t, float *out) {
  const float f = (float)t;
  for (size_t i = 0; i < count; i++) out[i] = f == 1 ? b[i] : a[i] + f * (b[i] - a[i]);
}

stylemap_status stylemap_lerp(const stylemap_pyramid *a, const stylemap_pyramid *b, double t, stylemap_pyramid *out,
                              stylemap_error *error) {
  if (!same_shape(a, b) || !same_shape(a, out)) return different_models(error);
  if (!isfinite(t))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The interpolation step must be a finite number."), NULL);
  for (int l = 0; l < a->levels; l++)
    sm_lerp(a->level[l], b->level[l], sm_map_floats(a->channels[l], a->side[l], a->side[l]), t, out->level[l]);
  return STYLEMAP_OK;
}

stylemap_status stylemap_mix(stylemap_pyramid *to, const stylemap_pyramid *from, int first, int last,
                             stylemap_error *error) {
  if (!same_shape(to, from)) return different_models(error);
  if (first < 0 || last > to->levels || first > last)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The pyramid has no such levels."), NULL);
  for (int l = first; l < last; l++)
    memmove(to->level[l], from->level[l], sizeof(float) * sm_map_floats(to->channels[l], to->side[l], to->side[l]));
  return STYLEMAP_OK;
}
