/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/cache.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/convolve.h"
#include "net/tiles.h"

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

/* What a picture holds without its modulations; stylemap and statistics are too small to count. */
static size_t picture_bytes(const sm_config *c) {
  size_t floats = 3 * sm_pixels(c->size);
  for (int l = 0; l < sm_level_count(c); l++) {
    int channels, side;
    sm_level_shape(c, l, &channels, &side);
    floats += sm_map_floats(channels, side, side);
  }
  return floats * sizeof(float);
}

/* The pointers to records, none yet. */
static sm_modulations *modulations_new(const sm_network *n) {
  size_t tiles = 0;
  for (int l = 0; l < sm_level_count(&n->config); l++) tiles += (size_t)sm_modulation_of(n, l).tiles;
  sm_modulations *m = sm_calloc(1, sizeof *m);
  float **tile = sm_calloc(tiles, sizeof *tile);
  if (!m || !tile) {
    sm_free(m);
    sm_free(tile);
    return NULL;
  }
  for (int l = 0; l < sm_level_count(&n->config); l++) {
    m->tile[l] = tile;
    m->tiles[l] = sm_modulation_of(n, l).tiles;
    tile += m->tiles[l];
  }
  return m;
}

static void modulations_free(sm_modulations **m) {
  if (!*m) return;
  sm_free((*m)->tile[0]);
  sm_free(*m);
  *m = NULL;
}

/* ------------------------------------------------------------------------------------------------ records */

typedef struct sm_chunk {
  struct sm_chunk *next;
  float *memory;
} sm_chunk;

void sm_cache_return(sm_cache *cache, int level, float *record) {
  assert(level >= 0 && level < sm_level_count(&cache->net->config) && record);
  sm_shelf *shelf = &cache->shelf[level];
  memcpy(record, &shelf->free, sizeof shelf->free);
  shelf->free = record;
}

/* All of a picture's records, so that the next picture's come in the order of the memory. */
static void give_back(sm_cache *cache, sm_modulations *m) {
  if (!m || !m->records) return;
  for (int l = 0; l < SM_MAX_LEVELS && m->tile[l]; l++)
    for (int i = m->tiles[l]; i-- > 0;) {
      if (!m->tile[l][i]) continue;
      sm_cache_return(cache, l, m->tile[l][i]);
      m->tile[l][i] = NULL;
    }
  m->records = 0;
}

static int in_use(const sm_cache *cache, const sm_picture *p) { return p->used > cache->began; }

static int fits(const sm_cache *cache, size_t bytes) {
  return bytes <= cache->budget && cache->bytes <= cache->budget - bytes;
}

/* Large levels by the piece, small ones at once. */
static int new_chunk(sm_cache *cache, int level) {
  enum { CHUNK = 8 << 20 };
  const sm_level_modulation m = sm_modulation_of(cache->net, level);
  const size_t record = sm_record_floats(&m) * sizeof(float);
  size_t tiles = (size_t)m.tiles;
  if (tiles * record > CHUNK && record <= CHUNK) tiles = CHUNK / record;
  const size_t bytes = tiles * record;
  if (!fits(cache, bytes) || cache->record_bytes + bytes > cache->record_limit) return 0;
  sm_chunk *chunk = sm_alloc(1, sizeof *chunk);
  float *memory = sm_alloc(tiles, record);
  if (!chunk || !memory) {
    sm_free(chunk);
    sm_free(memory);
    return 0;
  }
  *chunk = (sm_chunk){cache->chunks, memory};
  cache->chunks = chunk;
  cache->bytes += bytes;
  cache->record_bytes += bytes;
  cache->shelf[level].next = memory;
  cache->shelf[level].left = (int)tiles;
  return 1;
}

/* Gives back the records of what is not in use, the longest unused first; 0 if there are none. */
static int give_way(sm_cache *cache) {
  sm_modulations *oldest = NULL;
  uint64_t used = UINT64_MAX;
  if (!cache->blending && cache->blended.modulations && cache->blended.modulations->records)
    oldest = cache->blended.modulations;
  for (int i = 0; i < SM_CACHE_PICTURES && !(oldest && used == UINT64_MAX); i++) {
    sm_picture *p = &cache->picture[i];
    if (in_use(cache, p) || !p->modulations || !p->modulations->records || p->used >= used) continue;
    oldest = p->modulations;
    used = p->used;
  }
  give_back(cache, oldest);
  return oldest != NULL;
}

float *sm_cache_record(sm_cache *cache, int level) {
  assert(level >= 0 && level < sm_level_count(&cache->net->config));
  sm_shelf *shelf = &cache->shelf[level];
  while (!shelf->free && !shelf->left)
    if (!new_chunk(cache, level) && !give_way(cache)) return NULL;
  float *record = shelf->free;
  if (record) {
    memcpy(&shelf->free, record, sizeof shelf->free);
    return record;
  }
  const sm_level_modulation m = sm_modulation_of(cache->net, level);
  record = shelf->next;
  shelf->next += sm_record_floats(&m);
  shelf->left--;
  return record;
}

/* ----------------------------------------------------------------------------------------------- pictures */

void sm_cache_begin(sm_cache *cache) {
  cache->began = cache->clock;
  cache->blending = 0;
}

void sm_cache_allow(sm_cache *cache, double strength) {
  enum { FIRST_PART = 11 };
  int again = 1;
  for (int i = 0; i < SM_CACHE_PICTURES; i++)
    if (in_use(cache, &cache->picture[i]) && cache->picture[i].uses++ < 1) again = 0;
  cache->record_limit = again || strength < 1 ? cache->budget : cache->budget / FIRST_PART;
}

void sm_cache_forget(sm_cache *cache) {
  for (int i = SM_CACHE_PICTURES; i-- > 0;) {
    cache->picture[i].taken = 0;
    give_back(cache, cache->picture[i].modulations);
  }
  give_back(cache, cache->blended.modulations);
  cache->healed.taken = 0;
}

void sm_cache_free(sm_cache *cache) {
  sm_free(cache->healed.planes);
  modulations_free(&cache->blended.modulations);
  for (int i = 0; i < SM_CACHE_PICTURES; i++) {
    sm_picture *p = &cache->picture[i];
    modulations_free(&p->modulations);
    stylemap_pyramid_free(p->pyramid);
    sm_free(p->stylemap);
    sm_free(p->drawn);
    sm_free(p->statistics);
    *p = (sm_picture){0};
  }
  for (sm_chunk *chunk = cache->chunks, *next; chunk; chunk = next) {
    next = chunk->next;
    sm_free(chunk->memory);
    sm_free(chunk);
  }
  *cache = (sm_cache){.net = cache->net, .budget = cache->budget};
}

int sm_cache_drop(sm_cache *cache) {
  const int any = cache->bytes > 0;
  sm_cache_free(cache);
  return any;
}

/* A place with memory for a picture; NULL where there is none. Memory is handed on, not given back and asked for
 * again: its pages are there already. */
static sm_picture *place_for(sm_cache *cache) {
  const sm_config *c = &cache->net->config;
  const size_t bytes = picture_bytes(c);
  sm_picture *first = NULL, *empty = NULL;
  for (int i = SM_CACHE_PICTURES; i-- > 0;) {
    sm_picture *p = &cache->picture[i];
    if (!p->pyramid) empty = p;
    else if (!in_use(cache, p) && (!first || p->taken < first->taken || (p->taken == first->taken && p->used < first->used)))
      first = p; /* forgotten, else the longest unused */
  }
  if ((first && !first->taken) || !empty || !fits(cache, bytes)) return first;
  empty->stylemap = sm_alloc((size_t)c->dim * sm_pixels(c->spatial), sizeof(float));
  empty->drawn = sm_alloc(3 * sm_pixels(c->size), sizeof(float));
  empty->statistics = sm_alloc(sm_statistics_floats(cache->net, sm_level_count(c)), sizeof(float));
  empty->modulations = modulations_new(cache->net);
  if (empty->stylemap && empty->drawn && empty->statistics && empty->modulations && sm_pyramid_new(c, &empty->pyramid, NULL) == STYLEMAP_OK) {
    cache->bytes += bytes;
    return empty;
  }
  sm_free(empty->stylemap);
  sm_free(empty->drawn);
  sm_free(empty->statistics);
  modulations_free(&empty->modulations);
  *empty = (sm_picture){0};
  return first;
}

static sm_picture *find(sm_cache *cache, sm_digest digest) {
  for (int i = 0; i < SM_CACHE_PICTURES; i++)
    if (cache->picture[i].taken && same(cache->picture[i].image, digest)) return &cache->picture[i];
  return NULL;
}

static sm_digest digest_of(const sm_cache *cache, const float *image) {
  return sm_digest_of(image, sizeof(float) * 3 * sm_pixels(cache->net->config.size));
}

const sm_picture *sm_cache_redrawn(sm_cache *cache, const float *image) {
  sm_picture *p = find(cache, digest_of(cache, image));
  if (!p || !p->redrawn) return NULL;
  p->used = ++cache->clock;
  return p;
}

void sm_cache_redraw(sm_cache *cache, const float *image, const float *drawn) {
  sm_picture *p = find(cache, digest_of(cache, image));
  if (!p) return;
  memcpy(p->drawn, drawn, 3 * sm_pixels(cache->net->config.size) * sizeof(float));
  p->redrawn = 1;
}

sm_picture *sm_cache_picture(sm_cache *cache, const float *image) {
  if (cache->budget / 2 < picture_bytes(&cache->net->config)) return NULL; /* two pictures at least, or none */
  const sm_digest digest = digest_of(cache, image);
  sm_picture *p = find(cache, digest);
  if (!p) {
    if (!(p = place_for(cache))) return NULL;
    p->taken = p->uses = p->redrawn = 0;
    p->image = digest;
    give_back(cache, p->modulations);
    sm_pyramid_mark(p->pyramid, 0);
  }
  p->used = ++cache->clock;
  return p;
}

sm_modulations *sm_cache_blended(sm_cache *cache, sm_digest key) {
  sm_blended *blended = &cache->blended;
  if (!blended->modulations) blended->modulations = modulations_new(cache->net);
  else if (!same(blended->key, key)) give_back(cache, blended->modulations);
  blended->key = key;
  cache->blending = 1;
  return blended->modulations;
}

const sm_healed *sm_cache_healed(const sm_cache *cache, sm_digest key) {
  return cache->healed.taken && same(cache->healed.key, key) ? &cache->healed : NULL;
}

sm_healed *sm_cache_heal(sm_cache *cache, sm_digest key) {
  const size_t plane = sm_pixels(cache->net->config.size) * sizeof(float), bytes = SM_HEALED_PLANES * plane;
  sm_healed *healed = &cache->healed;
  if (!healed->planes) {
    if (!fits(cache, bytes) || !(healed->planes = sm_alloc(SM_HEALED_PLANES, plane))) return NULL;
    cache->bytes += bytes;
  }
  healed->taken = 0;
  healed->key = key;
  return healed;
}
