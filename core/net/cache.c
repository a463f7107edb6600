/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/cache.h"

#include <string.h>

#include "base/memory.h"
#include "net/modulate.h"
#include "net/session.h"

/* Two multiply-and-rotate lanes over 64-bit words: content, not secrets. */
sm_digest sm_digest_of(const void *data, size_t bytes) {
  const unsigned char *p = data;
  uint64_t a = 0x9e3779b97f4a7c15u ^ bytes, b = 0xc2b2ae3d27d4eb4fu;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t w = 0;
    memcpy(&w, p + i, bytes - i < 8 ? bytes - i : 8);
    a = (a ^ w) * 0xff51afd7ed558ccdu;
    a ^= a >> 32;
    b = (b + w) * 0x94d049bb133111ebu;
    b = b << 31 | b >> 33;
  }
  return (sm_digest){{a, b}};
}

sm_digest sm_digest_both(sm_digest a, sm_digest b) {
  sm_digest both[2] = {a, b};
  return sm_digest_of(both, sizeof both);
}

static int same(sm_digest a, sm_digest b) { return a.word[0] == b.word[0] && a.word[1] == b.word[1]; }

/* What a picture holds without its modulations; the stylemap is too small to count. */
static size_t pyramid_bytes(const sm_config *c) {
  size_t floats = 0;
  for (int l = 0; l < sm_level_count(c); l++) {
    int channels, side;
    sm_level_shape(c, l, &channels, &side);
    floats += sm_map_floats(channels, side, side);
  }
  return floats * sizeof(float);
}

static sm_modulations *modulations_new(const sm_network *n) {
  sm_modulations *m = sm_calloc(1, sizeof *m);
  if (!m) return NULL;
  size_t floats = 0, bytes = 0, at[SM_MAX_LEVELS];
  for (int l = 0; l < sm_level_count(&n->config); l++) {
    sm_level_modulation v = sm_modulation_of(n, l);
    at[l] = floats;
    floats += sm_map_floats(v.channels, v.side, v.side) + sm_map_floats(v.beta_channels, v.side, v.side);
    bytes += (size_t)v.tiles;
  }
  /* Not cleared: a page is not touched before a tile of it is computed. */
  m->memory = sm_alloc(floats, sizeof(float));
  unsigned char *valid = sm_calloc(bytes, 1);
  m->bytes = floats * sizeof(float) + bytes;
  if (!m->memory || !valid) {
    sm_free(m->memory);
    sm_free(valid);
    sm_free(m);
    return NULL;
  }
  for (int l = 0; l < sm_level_count(&n->config); l++) {
    sm_level_modulation v = sm_modulation_of(n, l);
    m->gamma[l] = m->memory + at[l];
    m->beta[l] = m->gamma[l] + sm_map_floats(v.channels, v.side, v.side);
    m->valid[l] = valid;
    valid += v.tiles;
  }
  return m;
}

static void modulations_drop(sm_cache *cache, sm_modulations **m) {
  if (!*m) return;
  cache->bytes -= (*m)->bytes;
  sm_free((*m)->memory);
  sm_free((*m)->valid[0]);
  sm_free(*m);
  *m = NULL;
}

static void picture_drop(sm_cache *cache, sm_picture *p) {
  if (!p->taken) return;
  modulations_drop(cache, &p->modulations);
  cache->bytes -= p->bytes;
  stylemap_pyramid_free(p->pyramid);
  sm_free(p->stylemap);
  memset(p, 0, sizeof *p);
}

/* Drops the longest unused picture that is neither `a` nor `b`; 0 if there is none. */
static int drop_oldest(sm_cache *cache, const sm_picture *a, const sm_picture *b) {
  sm_picture *oldest = NULL;
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    if (p->taken && p != a && p != b && (!oldest || p->used < oldest->used)) oldest = p;
  }
  if (!oldest) return 0;
  picture_drop(cache, oldest);
  return 1;
}

static int make_room(sm_cache *cache, size_t bytes, const sm_picture *a, const sm_picture *b, int keep_blended) {
  if (bytes > cache->budget) return 0;
  while (cache->bytes > cache->budget - bytes) {
    if (drop_oldest(cache, a, b)) continue;
    if (keep_blended || !cache->blended.modulations) return 0;
    modulations_drop(cache, &cache->blended.modulations);
  }
  return 1;
}

void sm_cache_clear(sm_cache *cache) {
  modulations_drop(cache, &cache->blended.modulations);
  while (drop_oldest(cache, NULL, NULL)) continue;
}

void sm_cache_set_budget(sm_cache *cache, size_t budget) {
  cache->budget = budget;
  make_room(cache, 0, NULL, NULL, 0);
}

stylemap_status sm_cache_recall(stylemap_session *s, const float *image, const sm_picture *pinned, sm_picture **out,
                                stylemap_error *error) {
  sm_cache *cache = &s->cache;
  const sm_config *c = &s->net->config;
  const size_t bytes = pyramid_bytes(c);
  *out = NULL;
  if (!cache->budget) return STYLEMAP_OK;
  sm_digest digest = sm_digest_of(image, sizeof(float) * 3 * sm_pixels(c->size));
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    if (!p->taken || !same(p->image, digest)) continue;
    p->used = ++cache->clock;
    s->done += sm_encode_work(c) + sm_resize_work(c);
    *out = p;
    return STYLEMAP_OK;
  }
  /* two pictures belong to an edit: where not both fit, neither is kept */
  if (!make_room(cache, pinned ? bytes : 2 * bytes, pinned, NULL, 0)) return STYLEMAP_OK;
  sm_picture *p = NULL;
  for (;;) {
    for (int i = 0; i < SM_CACHE_PICTURES && !p; i++)
      if (!cache->picture[i].taken) p = &cache->picture[i];
    if (p || !drop_oldest(cache, pinned, NULL)) break;
  }
  if (!p) return STYLEMAP_OK;
  p->stylemap = sm_alloc((size_t)c->dim * sm_pixels(c->spatial), sizeof(float));
  if (!p->stylemap || stylemap_pyramid_new(s->model, &p->pyramid, NULL) != STYLEMAP_OK) {
    sm_free(p->stylemap);
    memset(p, 0, sizeof *p);
    return STYLEMAP_OK;
  }
  p->taken = 1;
  p->bytes = bytes;
  p->image = digest;
  p->used = ++cache->clock;
  cache->bytes += bytes;
  stylemap_status status = stylemap_encode(s, image, p->stylemap, error);
  if (status == STYLEMAP_OK) status = stylemap_resize(s, p->stylemap, p->pyramid, error);
  if (status == STYLEMAP_OK) *out = p;
  else picture_drop(cache, p);
  return status;
}

static sm_modulations *keep(stylemap_session *s, const sm_picture *a, const sm_picture *b, int keep_blended) {
  size_t floats = 0;
  for (int l = 0; l < sm_level_count(&s->net->config); l++) {
    sm_level_modulation v = sm_modulation_of(s->net, l);
    floats += sm_map_floats(v.channels, v.side, v.side) + sm_map_floats(v.beta_channels, v.side, v.side);
  }
  if (!make_room(&s->cache, floats * sizeof(float) + (1 << 20), a, b, keep_blended)) return NULL;
  sm_modulations *m = modulations_new(s->net);
  if (m) s->cache.bytes += m->bytes;
  return m;
}

sm_modulations *sm_cache_modulations(stylemap_session *s, sm_picture *picture, const sm_picture *pinned) {
  if (!picture->modulations) picture->modulations = keep(s, picture, pinned, 0);
  return picture->modulations;
}

sm_modulations *sm_cache_blended(stylemap_session *s, sm_digest key) {
  sm_blended *b = &s->cache.blended;
  if (b->modulations && !same(b->key, key)) {
    /* another edit: the memory serves again */
    for (int l = 0; l < sm_level_count(&s->net->config); l++)
      memset(b->modulations->valid[l], 0, (size_t)sm_modulation_of(s->net, l).tiles);
    b->key = key;
  }
  if (!b->modulations) {
    const sm_picture *newest[2] = {NULL, NULL};
    for (int i = 0; i < SM_CACHE_PICTURES; i++) {
      const sm_picture *p = &s->cache.picture[i];
      if (!p->taken) continue;
      if (!newest[0] || p->used > newest[0]->used) newest[1] = newest[0], newest[0] = p;
      else if (!newest[1] || p->used > newest[1]->used) newest[1] = p;
    }
    b->modulations = keep(s, newest[0], newest[1], 1);
    b->key = key;
  }
  return b->modulations;
}
