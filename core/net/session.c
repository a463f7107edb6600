/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/session.h"

#include <math.h>

#include "base/memory.h"
#include "kernels/blas.h"
#include "model/model.h"

int sm_level_count(const sm_config *c) { return 2 + 2 * c->blocks; }

void sm_level_shape(const sm_config *c, int level, int *channels, int *side) {
  int i = level / 2; /* levels 0 and 1 at P, 2 and 3 at 2P, ... */
  *channels = sm_style_width(c, i);
  *side = c->spatial << i;
}

static size_t largest(size_t a, size_t b) { return a > b ? a : b; }

/* The largest map any buffer holds: see encode.c and synth.c for who holds what. */
static size_t plan_map(const sm_config *c, int *channels) {
  size_t map = 3 * sm_pixels(c->size);
  *channels = 3;
  for (int i = 0; i <= c->blocks; i++) {
    int side = c->spatial << i, w = c->width[i], e = c->encoder[i];
    int grown = i ? side + 1 : side; /* transposed result before the blur; blurred map before the stride */
    map = largest(map, (size_t)w * sm_pixels(grown));
    map = largest(map, (size_t)e * sm_pixels(grown));
    map = largest(map, (size_t)sm_style_width(c, i) * sm_pixels(grown));
    if (i < c->blocks) map = largest(map, (size_t)w * sm_pixels(side));
    *channels = w > *channels ? w : *channels;
  }
  return map;
}

static size_t plan_scratch(const sm_config *c) {
  int widest = c->dim;
  for (int i = 0; i <= c->blocks; i++) {
    if (c->width[i] > widest) widest = c->width[i];
    if (c->encoder[i] > widest) widest = c->encoder[i];
  }
  sm_plain_conv conv = {.cin = widest, .cout = widest, .k = 3};
  return sm_plain_scratch(&conv, c->size, c->size);
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

stylemap_status stylemap_session_new(const stylemap_model *model, int threads, stylemap_progress progress, void *data,
                                     stylemap_session **out, stylemap_error *error) {
  const sm_network *net = model ? sm_model_network(model) : NULL;
  if (!net || !out)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A session needs an opened model."), NULL);
  sm_blas_load();
  stylemap_session *s = sm_calloc(1, sizeof *s);
  if (!s) return sm_no_memory(error, sizeof *s);
  s->model = model;
  s->net = net;
  s->progress = progress;
  s->progress_data = data;
  stylemap_status status = sm_pool_new(threads, &s->pool, error);
  if (status != STYLEMAP_OK) goto done;

  int channels;
  size_t map = plan_map(&net->config, &channels), each = plan_scratch(&net->config);
  map = (map + 15) / 16 * 16;
  each = (each + 15) / 16 * 16;
  size_t floats = map * SM_BUFFERS + each * (size_t)sm_pool_threads(s->pool) + 2 * (size_t)channels;
  s->arena = sm_alloc(floats, sizeof(float));
  if (!s->arena) {
    status = sm_no_memory(error, floats * sizeof(float));
    goto done;
  }
  s->bytes = floats * sizeof(float);
  for (int i = 0; i < SM_BUFFERS; i++) s->buffer[i] = s->arena + map * (size_t)i;
  s->plain = (sm_plain){.pool = s->pool, .scratch = s->arena + map * SM_BUFFERS, .scratch_each = each,
                        .poll = poll, .poll_data = s};
  s->mean = s->plain.scratch + each * (size_t)sm_pool_threads(s->pool);
  s->rstd = s->mean + channels;
  *out = s;
done:
  if (status != STYLEMAP_OK) stylemap_session_free(s);
  return status;
}

void stylemap_session_free(stylemap_session *s) {
  if (!s) return;
  sm_pool_free(s->pool);
  sm_free(s->arena);
  sm_free(s);
}

size_t stylemap_session_bytes(const stylemap_session *s) { return s->bytes; }

static double conv_work(const sm_conv *c, int side) { return (double)c->cin * c->cout * c->k * c->k * (double)sm_pixels(side); }

static float conv_scale(const sm_conv *c) { return 1 / sqrtf((float)(c->cin * c->k * c->k)); }

void sm_conv_same(stylemap_session *s, const sm_conv *c, const float *in, int side, int linear, float *out) {
  if (s->stopped) return;
  sm_plain_conv conv = {SM_CONV_SAME, c->cin, c->cout, c->k, c->weight, conv_scale(c), c->bias, !linear};
  sm_plain_convolve(&s->plain, &conv, in, side, side, out);
  s->done += conv_work(c, side);
}

void sm_conv_up(stylemap_session *s, const sm_conv *c, const float *in, int side, float *wide, float *out) {
  if (s->stopped) return;
  sm_plain_conv conv = {SM_CONV_UP, c->cin, c->cout, c->k, c->weight, conv_scale(c), NULL, 0};
  if (sm_plain_convolve(&s->plain, &conv, in, side, side, wide)) return;
  sm_plain_blur(&s->plain, wide, c->cout, 2 * side + 1, c->blur, 1, 1, 1, c->bias, NULL, 1, out);
  s->done += conv_work(c, side);
}

void sm_conv_down(stylemap_session *s, const sm_conv *c, const float *in, int side, float *wide, float *out) {
  if (s->stopped) return;
  sm_plain_conv conv = {SM_CONV_DOWN, c->cin, c->cout, c->k, c->weight, conv_scale(c), c->bias, 1};
  if (sm_plain_blur(&s->plain, in, c->cin, side, c->blur, 2, 2, 1, NULL, NULL, 1, wide)) return;
  sm_plain_convolve(&s->plain, &conv, wide, side + 1, side + 1, out);
  s->done += conv_work(c, side / 2);
}
