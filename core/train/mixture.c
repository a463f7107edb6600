/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/mixture.h"

#include <string.h>

#include "base/memory.h"
#include "train/draw.h"

sm_mixture sm_mixture_draw(uint64_t seed, uint64_t number, int size) {
  sm_random r = sm_draw_mixture(seed, number);
  return (sm_mixture){sm_collage_draw(seed, number, size), (sm_mixing)(sm_random_bits(&r) % SM_MIXINGS)};
}

static size_t pixels_of(const sm_config *c, int resolution) {
  const size_t side = (size_t)c->spatial << resolution;
  return side * side;
}

sm_mixtures *sm_mixtures_new(const sm_config *c, int count) {
  const size_t whole = (size_t)c->size * (size_t)c->size;
  size_t numbers = 4 * whole; /* a picture and its mask */
  for (int i = 0; i <= c->blocks; i++) numbers += pixels_of(c, i);
  sm_mixtures *m = sm_alloc(1, sizeof *m + (size_t)count * numbers * sizeof(real));
  if (!m) return NULL;
  real *at = (real *)(m + 1);
  m->second = at;
  m->mask = at += 3 * whole * (size_t)count;
  at += whole * (size_t)count;
  for (int i = 0; i <= c->blocks; i++) {
    m->level[i] = at;
    at += pixels_of(c, i) * (size_t)count;
  }
  return m;
}

/* The means over squares, or whether anything of them is above 0. */
static void pool(const real *mask, int size, int side, int any, real *to) {
  const int step = size / side;
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) {
      double sum = 0;
      for (int v = 0; v < step; v++)
        for (int u = 0; u < step; u++) sum += mask[(y * step + v) * size + x * step + u];
      to[y * side + x] = any ? sum > 0 : (real)(sum / (step * step));
    }
}

void sm_mixtures_fill(sm_mixtures *m, const sm_config *c, int place, const sm_mixture *mixture, const float *x,
                      const float *other) {
  const size_t whole = (size_t)c->size * (size_t)c->size, at = (size_t)place;
  real *second = m->second + 3 * whole * at, *mask = m->mask + whole * at;
  if (mixture->how == SM_BLENDED) memcpy(second, other, 3 * whole * sizeof *second);
  else sm_damage_apply(&mixture->collage, x, other, c->size, second);
  sm_damage_mask(&mixture->collage, c->size, mask);
  for (int i = 0; i <= c->blocks; i++) {
    real *to = m->level[i] + pixels_of(c, i) * at;
    if (mixture->how != SM_REBUILT) pool(mask, c->size, c->spatial << i, mixture->how == SM_HEALED, to);
    else for (size_t k = 0; k < pixels_of(c, i); k++) to[k] = 1;
  }
}
