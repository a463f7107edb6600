/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/session.h"

#include <math.h>

#include "base/memory.h"
#include "network/network.h"

enum { DEFAULT_CACHE = 1 << 30 };

int sm_level_count(const sm_config *c) { return 2 + 2 * c->blocks; }

void sm_level_shape(const sm_config *c, int level, int *channels, int *side) {
  int i = level / 2; /* levels 0 and 1 at P, 2 and 3 at 2P, ... */
  *channels = sm_style_width(c, i);
  *side = c->spatial << i;
}

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
    p.map = larger(p.map, (m.to_rgb ? sm_map_floats(3, m.side, m.side) : 0) + 2 * sm_record_floats(n, l));
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

/* to_rgb's 1x1 over beta's convolution, and over its bias, in double. */
static void fold_rgb(const sm_network *n, float *out) {
  const sm_conv *rgb = &n->to_rgb.conv, *beta = &n->to_rgb.beta;
  const double scale = sqrt(2) / sqrt(rgb->cin);
  const size_t taps = (size_t)beta->cin * 9;
  const double each = 1 / sqrt((double)taps);
  for (size_t o = 0; o < 3; o++) {
    double bias = 0;
    for (size_t t = 0; t < taps; t++) {
      double sum = 0;
      for (size_t j = 0; j < (size_t)rgb->cin; j++)
        sum += (double)rgb->weight[o * (size_t)rgb->cin + j] * beta->weight[j * taps + t];
      out[o * taps + t] = (float)(sum * scale * each);
    }
    for (size_t j = 0; j < (size_t)rgb->cin; j++) bias += (double)rgb->weight[o * (size_t)rgb->cin + j] * beta->bias[j];
    out[3 * taps + o] = (float)(bias * scale);
  }
}

static int poll(void *data) {
  stylemap_session *s = data;
  if (!s->progress || s->stopped) return s->stopped;
  double f = s->total > 0 ? s->done / s->total : 0;
  s->stopped = s->progress(s->progress_data, s->phase, f < 1 ? f : 1) != 0;
  return s->stopped;
}

void sm_work_begin(stylemap_session *s, stylemap_phase phase, double multiply_adds) {
  if (s->depth++ == 0) {
    s->done = 0;
    s->total = multiply_adds;
    s->stopped = 0;
  }
  s->phase = phase;
}

stylemap_status sm_work_end(stylemap_session *s, stylemap_error *error) {
  if (--s->depth == 0 && !s->stopped) {
    s->done = s->total;
    poll(s);
  }
  if (!s->stopped) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
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
  fold_rgb(s->net, s->rgb_beta);
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
  s->cache.budget = options->cache_bytes;
  stylemap_status status = sm_pool_new(options->threads, &s->pool, error);
  if (status == STYLEMAP_OK) {
    s->work = (sm_convolver){.kernels = kernels, .pool = s->pool, .poll = poll, .poll_data = s};
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

size_t stylemap_session_bytes(const stylemap_session *s) { return s->bytes; }
int stylemap_session_threads(const stylemap_session *s) { return sm_pool_threads(s->pool); }
const char *stylemap_session_kernels(const stylemap_session *s) { return s->work.kernels->name; }
void stylemap_session_forget(stylemap_session *s) { sm_cache_forget(&s->cache); }
