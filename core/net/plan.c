/* SPDX-License-Identifier: GPL-3.0-or-later
 * A session opens: all its scratch memory is planned before any work. */
#include "base/memory.h"
#include "net/blend.h"
#include "net/boxes.h"
#include "net/tiles.h"

enum { DEFAULT_CACHE = 1 << 30 };

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static int wider(int a, int b) { return a > b ? a : b; }

/* Floats of each part of the arena. */
typedef struct parts {
  size_t map, skip, channels, rgb_beta, weight, tiles;
} parts;

static parts parts_of(const sm_network *n) {
  const sm_config *c = &n->config;
  parts p = {0};
  int widest = c->dim;
  p.map = larger(sm_map_floats(3, c->size, c->size), sm_map_floats(c->dim, c->spatial, c->spatial));
  for (int i = 0; i <= c->blocks; i++) {
    const int side = c->spatial << i, w = c->width[i], e = c->encoder[i], style = sm_style_width(c, i);
    widest = wider(widest, wider(wider(w, e), style));
    p.map = larger(p.map, larger(sm_map_floats(w, side, side), sm_map_floats(e, side, side)));
    if (i == 0) continue;
    const int half = side / 2;
    p.map = larger(p.map, larger(sm_wide_floats(w, half, half), sm_wide_floats(style, half, half)));
    p.skip = larger(p.skip, larger(sm_map_floats(w, half, half), sm_map_floats(e, half, half)));
  }
  p.channels = (size_t)sm_blocks(widest) * SM_BLOCK;
  p.rgb_beta = (27 * (size_t)n->to_rgb.beta.cin + 3 + 15) / 16 * 16;
  p.weight = (sm_weight_floats(c) + 15) / 16 * 16;
  for (int l = 0; l < sm_level_count(c); l++) {
    sm_level_modulation m = sm_modulation_of(n, l);
    p.tiles = larger(p.tiles, (size_t)m.tiles);
    p.map = larger(p.map, (m.to_rgb ? sm_map_floats(3, m.side, m.side) : 0) + 2 * sm_record_floats(&m));
  }
  p.tiles = (p.tiles + 15) / 16 * 16;
  return p;
}

/* Runs the boxes on no memory, for what the convolutions need; statistics need two doubles a channel and band. */
static void plan_work(stylemap_session *s, const parts *p) {
  sm_styles styles = {0};
  s->planning = 1;
  s->work.shared_floats = 64 * p->channels;
  sm_encode_run(s, NULL, NULL);
  sm_resize_run(s, NULL, NULL);
  sm_synth_run(s, &styles, NULL);
  s->planning = 0;
}

/* A tile's weight, place in a list, mix and two records. */
enum { TILE_FLOATS = 2 + (sizeof(sm_tile_mix) + 2 * sizeof(float *)) / sizeof(float) };

static stylemap_status arena_new(stylemap_session *s, stylemap_error *error) {
  const parts p = parts_of(s->net);
  plan_work(s, &p);
  const size_t threads = (size_t)sm_pool_threads(s->pool);
  const size_t floats = 2 * p.map + p.skip + 7 * p.channels + p.rgb_beta + p.weight +
                        TILE_FLOATS * p.tiles + s->work.shared_floats + s->work.own_floats * threads;
  float *at = s->arena = sm_alloc(floats, sizeof(float));
  if (!at) return sm_no_memory(error, floats * sizeof(float));
  s->bytes = floats * sizeof(float);
#define PART(pointer, count) ((pointer) = at, at += (count))
  PART(s->buffer.a, p.map);
  PART(s->buffer.b, p.map);
  s->buffer.floats = p.map;
  PART(s->buffer.skip, p.skip);
  PART(s->bias, p.channels);
  PART(s->bias2, p.channels);
  PART(s->norm_scale, p.channels);
  PART(s->norm_shift, p.channels);
  PART(s->colour, 3 * p.channels);
  PART(s->rgb_beta, p.rgb_beta);
  PART(s->weight, p.weight);
  PART(s->tile_weight, p.tiles);
  s->tile_list = (int32_t *)(void *)at, at += p.tiles;
  s->mix = (sm_tile_mix *)(void *)at, at += p.tiles * sizeof *s->mix / sizeof(float);
  s->record = (float **)(void *)at, at += 2 * p.tiles * sizeof *s->record / sizeof(float);
  PART(s->work.shared, s->work.shared_floats);
  PART(s->work.own, s->work.own_floats * threads);
#undef PART
  sm_fold_rgb(s->net, s->rgb_beta);
  return STYLEMAP_OK;
}

stylemap_status stylemap_session_open(const stylemap_model *model, const stylemap_session_options *options,
                                      stylemap_progress progress, void *data, stylemap_session **out,
                                      stylemap_error *error) {
  const sm_network *net = model ? sm_model_network(model) : NULL;
  if (!net || !options || !out)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A session needs an opened model."), NULL);
  const sm_kernels *kernels = options->kernels ? sm_kernels_named(options->kernels) : sm_kernels_best();
  if (!kernels)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("This machine cannot run the instruction set \"%1\"."),
                   options->kernels, NULL);
  stylemap_session *s = sm_calloc(1, sizeof *s);
  if (!s) return sm_no_memory(error, sizeof *s);
  s->model = model;
  s->net = net;
  s->progress = progress;
  s->progress_data = data;
  s->cache = (sm_cache){.net = net, .budget = options->cache_bytes};
  stylemap_status status = sm_pool_new(options->threads, &s->pool, error);
  if (status == STYLEMAP_OK) {
    s->work = (sm_convolver){.kernels = kernels, .pool = s->pool, .poll = sm_poll, .poll_data = s};
    status = arena_new(s, error);
  }
  if (status == STYLEMAP_OK) *out = s;
  else stylemap_session_free(s);
  return status;
}

stylemap_status stylemap_session_new(const stylemap_model *model, int threads, stylemap_progress progress, void *data,
                                     stylemap_session **out, stylemap_error *error) {
  stylemap_session_options options = {.threads = threads, .cache_bytes = DEFAULT_CACHE};
  return stylemap_session_open(model, &options, progress, data, out, error);
}

void stylemap_session_free(stylemap_session *s) {
  if (!s) return;
  sm_cache_free(&s->cache);
  sm_pool_free(s->pool);
  sm_free(s->arena);
  sm_free(s);
}
