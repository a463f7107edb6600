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

static void modulations_free(sm_cache *cache, sm_modulations **m) {
  if (!*m) return;
  cache->bytes -= (*m)->bytes;
  sm_free((*m)->memory);
  sm_free((*m)->valid[0]);
  sm_free(*m);
  *m = NULL;
}

static void forget_modulations(const sm_network *n, sm_modulations *m) {
  for (int l = 0; m && l < sm_level_count(&n->config); l++)
    memset(m->valid[l], 0, (size_t)sm_modulation_of(n, l).tiles);
}

void sm_cache_forget(sm_cache *cache) {
  for (int i = 0; i < SM_CACHE_PICTURES; i++) cache->picture[i].taken = 0;
  cache->blended.taken = 0;
}

void sm_cache_free(sm_cache *cache) {
  modulations_free(cache, &cache->blended.modulations);
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    modulations_free(cache, &p->modulations);
    stylemap_pyramid_free(p->pyramid);
    sm_free(p->stylemap);
    *p = (sm_picture){0};
  }
}

static int fits(const sm_cache *cache, size_t bytes) {
  return bytes <= cache->budget && cache->bytes <= cache->budget - bytes;
}

/* The picture whose memory goes first: one that is forgotten, else the longest unused. Neither `a` nor `b`. */
static sm_picture *first_to_go(sm_cache *cache, const sm_picture *a, const sm_picture *b, int with_modulations) {
  sm_picture *first = NULL;
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    if (p == a || p == b || !(with_modulations ? p->modulations != NULL : p->pyramid != NULL)) continue;
    if (!first || p->taken < first->taken || (p->taken == first->taken && p->used < first->used)) first = p;
  }
  return first;
}

/* A place with memory for a picture; NULL where there is none. Memory is handed on, not given back and asked for
 * again: its pages are there already. */
static sm_picture *place_for(stylemap_session *s, const sm_picture *pinned) {
  sm_cache *cache = &s->cache;
  const sm_config *c = &s->net->config;
  const size_t bytes = pyramid_bytes(c);
  sm_picture *p = first_to_go(cache, pinned, NULL, 0), *empty = NULL;
  if (p && !p->taken) return p;
  for (int i = 0; i < SM_CACHE_PICTURES && !empty; i++)
    if (!cache->picture[i].pyramid) empty = &cache->picture[i];
  if (!empty || !fits(cache, bytes)) return p;
  empty->stylemap = sm_alloc((size_t)c->dim * sm_pixels(c->spatial), sizeof(float));
  if (empty->stylemap && stylemap_pyramid_new(s->model, &empty->pyramid, NULL) == STYLEMAP_OK) {
    cache->bytes += bytes;
    return empty;
  }
  sm_free(empty->stylemap);
  *empty = (sm_picture){0};
  return p;
}

stylemap_status sm_cache_recall(stylemap_session *s, const float *image, const sm_picture *pinned, sm_picture **out,
                                stylemap_error *error) {
  sm_cache *cache = &s->cache;
  const sm_config *c = &s->net->config;
  *out = NULL;
  if (cache->budget / 2 < pyramid_bytes(c)) return STYLEMAP_OK; /* an edit's two pictures, or none */
  sm_digest digest = sm_digest_of(image, sizeof(float) * 3 * sm_pixels(c->size));
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    if (!p->taken || !same(p->image, digest)) continue;
    p->used = ++cache->clock;
    s->done += sm_encode_work(c) + sm_resize_work(c);
    *out = p;
    return STYLEMAP_OK;
  }
  sm_picture *p = place_for(s, pinned);
  if (!p) return STYLEMAP_OK;
  p->taken = 0;
  forget_modulations(s->net, p->modulations);
  SM_TRY(stylemap_encode(s, image, p->stylemap, error));
  SM_TRY(stylemap_resize(s, p->stylemap, p->pyramid, error));
  p->taken = 1;
  p->image = digest;
  p->used = ++cache->clock;
  *out = p;
  return STYLEMAP_OK;
}

/* New memory, or that of a picture which is neither `a` nor `b`; nothing in it is valid. */
static sm_modulations *room_for_modulations(stylemap_session *s, const sm_picture *a, const sm_picture *b) {
  sm_cache *cache = &s->cache;
  size_t bytes = 0;
  for (int l = 0; l < sm_level_count(&s->net->config); l++) {
    sm_level_modulation v = sm_modulation_of(s->net, l);
    size_t floats = sm_map_floats(v.channels, v.side, v.side) + sm_map_floats(v.beta_channels, v.side, v.side);
    bytes += floats * sizeof(float) + (size_t)v.tiles;
  }
  if (fits(cache, bytes)) {
    sm_modulations *m = modulations_new(s->net);
    if (m) {
      cache->bytes += m->bytes;
      return m;
    }
  }
  sm_picture *from = first_to_go(cache, a, b, 1);
  if (!from) return NULL;
  sm_modulations *m = from->modulations;
  from->modulations = NULL;
  forget_modulations(s->net, m);
  return m;
}

sm_modulations *sm_cache_modulations(stylemap_session *s, sm_picture *picture, const sm_picture *other) {
  if (!picture->modulations) picture->modulations = room_for_modulations(s, picture, other);
  if (!picture->modulations && s->cache.blended.modulations) {
    picture->modulations = s->cache.blended.modulations;
    s->cache.blended = (sm_blended){0};
    forget_modulations(s->net, picture->modulations);
  }
  return picture->modulations;
}

sm_modulations *sm_cache_blended(stylemap_session *s, sm_digest key, const sm_picture *a, const sm_picture *b) {
  sm_blended *blended = &s->cache.blended;
  if (!blended->modulations) blended->modulations = room_for_modulations(s, a, b);
  else if (!blended->taken || !same(blended->key, key)) forget_modulations(s->net, blended->modulations);
  blended->taken = 1;
  blended->key = key;
  return blended->modulations;
}
