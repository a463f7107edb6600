/* SPDX-License-Identifier: GPL-3.0-or-later
 * gamma and beta are 3x3 convolutions of the style map, so where the weight of the reference is the same in a tile's
 * whole window, they are the same mixture of the two pictures' gamma and beta. Only tiles on the mask's edge need the
 * convolution of the blended map. All three kinds are remembered; the results have the same bits either way. */
#include "net/modulate.h"

#include <math.h>
#include <string.h>

#include "net/session.h"

sm_level_modulation sm_modulation_of(const sm_network *n, int level) {
  const sm_config *c = &n->config;
  const int last = level == sm_level_count(c) - 1, i = (level - 1) / 2;
  sm_level_modulation m = {.to_rgb = last, .side = c->spatial << (level / 2)};
  if (last) m.layer = &n->to_rgb;
  else if (level == 0) m.layer = &n->conv1;
  else m.layer = level % 2 ? &n->blocks[i].conv1 : &n->blocks[i].conv2;
  m.channels = m.layer->gamma.cout;
  m.beta_channels = last ? 3 : m.channels;
  int rows, columns, step;
  sm_tiling(sm_method_for(3, m.side, m.side), m.side, m.side, &rows, &columns, &step);
  m.tiles = rows * columns;
  return m;
}

const float *sm_level_weight(const sm_config *c, const float *weight, int side) {
  for (int s = c->size; s > side; s /= 2) weight += sm_pixels(s);
  return weight;
}

static sm_convolution gamma_beta(const sm_level_modulation *m, const float *const *style) {
  sm_convolution c = {.method = sm_method_for(3, m->side, m->side), .filter = sm_filter_of(&m->layer->gamma, 1),
                      .height = m->side, .width = m->side, .pictures = 1, .in = style};
  if (!m->to_rgb) c.second = sm_filter_of(&m->layer->beta, 1);
  return c;
}

/* to_rgb's beta: 3 channels, the 1x1 already in the weights. */
static sm_convolution rest_of(const stylemap_session *s, const sm_level_modulation *m, const float *const *style) {
  return (sm_convolution){.method = sm_method_for(3, m->side, m->side),
                          .filter = {s->rgb_beta, 0, 3, m->layer->gamma.cin, 9, 1},
                          .height = m->side, .width = m->side, .pictures = 1, .in = style};
}

/* A set of tiles of one source. */
typedef struct tiles {
  const float *style, *other, *weight; /* other NULL: one picture */
  const int32_t *list;                 /* NULL: all */
  int count;
} tiles;

static void pick(sm_convolution *c, const tiles *t) {
  c->other = t->other;
  c->alpha = t->weight;
  c->tiles = t->list;
  c->tile_count = t->count;
}

/* Straight to the modulated map. */
static void convolve_modulated(stylemap_session *s, const sm_level_modulation *m, const tiles *t, const float *x,
                               float *rest, float *out) {
  sm_convolution c = gamma_beta(m, &t->style);
  double part = t->list ? (double)t->count / m->tiles : 1;
  c.out = (sm_output){.maps = &out, .bias = s->bias, .bias2 = m->to_rgb ? NULL : s->bias2, .slope = 1,
                      .x = &x,
                      .norm_scale = s->norm_scale, .norm_shift = s->norm_shift};
  pick(&c, t);
  sm_run(s, &c, part);
  if (!m->to_rgb) return;
  c = rest_of(s, m, &t->style);
  c.out = (sm_output){.maps = &rest, .bias = s->bias2, .slope = 1};
  pick(&c, t);
  sm_run(s, &c, part);
}

/* Into a memory of modulations. */
static void convolve_kept(stylemap_session *s, const sm_level_modulation *m, int level, const tiles *t,
                          sm_modulations *to) {
  if (!t->count || s->stopped) return;
  sm_convolution c = gamma_beta(m, &t->style);
  double part = (double)t->count / m->tiles;
  c.out = (sm_output){.maps = &to->gamma[level], .bias = s->bias, .bias2 = s->bias2, .slope = 1};
  if (!m->to_rgb) c.out.second = &to->beta[level];
  pick(&c, t);
  sm_run(s, &c, part);
  if (m->to_rgb) {
    c = rest_of(s, m, &t->style);
    c.out = (sm_output){.maps = &to->beta[level], .bias = s->bias2, .slope = 1};
    pick(&c, t);
    sm_run(s, &c, part);
  }
  if (s->stopped) return;
  for (int i = 0; i < t->count; i++) to->valid[level][t->list[i]] = 1;
}

/* norm(x) = x * norm_scale + norm_shift. */
static void normalise(stylemap_session *s, const sm_styled *l, const float *x, int side) {
  const int channels = l->gamma.cout, padded = sm_blocks(channels) * SM_BLOCK;
  if (s->net->config.norm == STYLEMAP_BATCH_NORM) {
    for (int c = 0; c < padded; c++) {
      double rstd = c < channels ? 1 / sqrt(l->var[c] + 1e-5) : 0;
      s->norm_scale[c] = (float)rstd;
      s->norm_shift[c] = c < channels ? (float)(-l->mean[c] * rstd) : 0;
    }
    return;
  }
  sm_normalise(&s->work, x, channels, side, side, s->net->config.norm == STYLEMAP_LAYER_NORM, s->norm_scale,
               s->norm_shift);
}

/* How a tile's gamma comes about: -1 = the edge, else the weight of the reference all over its window. */
static float window_weight(const float *weight, int side, int row, int column, int step) {
  int y0 = row * step - 1, x0 = column * step - 1, y1 = y0 + step + 2, x1 = x0 + step + 2;
  y0 = y0 < 0 ? 0 : y0, x0 = x0 < 0 ? 0 : x0;
  y1 = y1 > side ? side : y1, x1 = x1 > side ? side : x1;
  float first = weight[y0 * side + x0];
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      if (weight[y * side + x] != first) return -1;
  return first;
}

/* One level put together from memories. */
typedef struct assembly {
  stylemap_session *s;
  const sm_styles *styles;
  int level, side, step, rows, columns, blocks;
  const float *tile_weight;   /* of each tile, see window_weight */
  int done_edge;              /* edge tiles of the output are written already */
  const float *x, *scale, *shift;
  float *const *target, *const *reference, *const *blend; /* gamma and beta of each memory */
  float *out;
} assembly;

/* One row of tiles of one block: runs of tiles of a kind. */
static void task_assemble(void *context, int index, int worker) {
  const assembly *a = context;
  (void)worker;
  const int block = index / a->rows, row = index % a->rows;
  const float strength = a->styles->strength, *weight = a->tile_weight + (size_t)row * (size_t)a->columns;
  for (int first = 0, last; first < a->columns; first = last) {
    for (last = first + 1; last < a->columns && weight[last] == weight[first];) last++;
    if (weight[first] < 0 && a->done_edge) continue;
    float *const *from = a->target, *const *to = NULL;
    float t = 0;
    if (weight[first] < 0) {
      to = a->blend, t = strength;
    } else if (weight[first] * strength == 1) {
      from = a->reference;
    } else if (weight[first] * strength > 0) {
      to = a->reference, t = weight[first] * strength;
    }
    int x0 = first * a->step, x1 = last * a->step > a->side ? a->side : last * a->step;
    for (int y = row * a->step; y < (row + 1) * a->step && y < a->side; y++) {
      size_t at = (((size_t)block * (size_t)a->side + (size_t)y) * (size_t)a->side + (size_t)x0) * 16;
      a->s->work.kernels->modulate((a->x ? a->x : from[0]) + at, a->scale + block * 16, a->shift + block * 16,
                                   from[0] + at, from[1] ? from[1] + at : NULL, to ? to[0] + at : NULL,
                                   to && to[1] ? to[1] + at : NULL, t, (size_t)(x1 - x0), a->out + at);
    }
  }
}

static void assemble(assembly *a, int channels) {
  if (a->s->stopped) return;
  a->blocks = sm_blocks(channels);
  sm_pool_run(a->s->pool, a->blocks * a->rows, task_assemble, a, a->s->work.poll, a->s->work.poll_data);
}

static void from_memories(stylemap_session *s, const sm_styles *styles, int level, const sm_level_modulation *m,
                          const float *x, float *rest, float *out) {
  assembly a = {.s = s, .styles = styles, .level = level, .side = m->side, .out = out, .x = x,
                .scale = s->norm_scale, .shift = s->norm_shift};
  sm_tiling(sm_method_for(3, m->side, m->side), m->side, m->side, &a.rows, &a.columns, &a.step);
  const float *weight = styles->reference ? sm_level_weight(&s->net->config, styles->weight, m->side) : NULL;
  a.tile_weight = s->tile_weight;

  /* what is missing */
  int32_t *list = s->tile_list;
  tiles target = {styles->target->level[level], NULL, NULL, list, 0}, reference = target, edge = target;
  if (styles->reference) {
    reference.style = edge.other = styles->reference->level[level];
    edge.weight = weight;
    reference.list = list + m->tiles;
    edge.list = list + 2 * m->tiles;
  }
  const int mixed = styles->strength < 1; /* the edge is a mixture of target and blend at full strength */
  a.done_edge = !mixed || !styles->of_blend;
  for (int i = 0; i < m->tiles; i++) {
    float w = weight ? window_weight(weight, m->side, i / a.columns, i % a.columns, a.step) : 0;
    float at = w < 0 ? -1 : w * styles->strength;
    if (styles->strength == 0) w = at = 0;
    s->tile_weight[i] = w;
    if (w < 0 && (a.done_edge || !styles->of_blend->valid[level][i])) list[2 * m->tiles + edge.count++] = i;
    if (at != 1 && !(w < 0 && a.done_edge) && !styles->of_target->valid[level][i]) list[target.count++] = i;
    if (at > 0 && !styles->of_reference->valid[level][i]) list[m->tiles + reference.count++] = i;
  }
  convolve_kept(s, m, level, &target, styles->of_target);
  if (styles->reference) convolve_kept(s, m, level, &reference, styles->of_reference);
  if (a.done_edge && mixed && edge.count) {
    /* no memory for the blend: at this strength, once */
    for (size_t i = 0; i < sm_pixels(m->side); i++) s->weight_now[i] = weight[i] * styles->strength;
    edge.weight = s->weight_now;
  }
  if (a.done_edge && edge.count) convolve_modulated(s, m, &edge, x, rest, out);
  else if (edge.count) convolve_kept(s, m, level, &edge, styles->of_blend);

  const sm_modulations *memory[3] = {styles->of_target, styles->of_reference, styles->of_blend};
  float *pair[3][2] = {{NULL}};
  for (int i = 0; i < 3; i++)
    if (memory[i]) pair[i][0] = memory[i]->gamma[level], pair[i][1] = m->to_rgb ? NULL : memory[i]->beta[level];
  a.target = pair[0], a.reference = pair[1], a.blend = pair[2];
  assemble(&a, m->channels);
  if (!m->to_rgb) return;
  /* the rest: y = (0 x + 1) beta */
  static const float zero[16] = {0}, one[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  float aligned_zero[16] __attribute__((aligned(64))), aligned_one[16] __attribute__((aligned(64)));
  memcpy(aligned_zero, zero, sizeof zero);
  memcpy(aligned_one, one, sizeof one);
  for (int i = 0; i < 3; i++)
    if (memory[i]) pair[i][0] = memory[i]->beta[level];
  a.x = NULL, a.scale = aligned_zero, a.shift = aligned_one, a.out = rest;
  assemble(&a, 3);
}

void sm_modulate_level(stylemap_session *s, const sm_styles *styles, int level, const float *x, float *rest,
                       float *out) {
  const sm_level_modulation m = sm_modulation_of(s->net, level);
  if (!s->planning && !s->stopped) {
    normalise(s, m.layer, x, m.side);
    sm_pad_bias(m.layer->gamma.bias, m.channels, 1, s->bias);
    if (m.to_rgb) sm_pad_bias(s->rgb_beta + (size_t)27 * (size_t)m.layer->gamma.cin, 3, 1, s->bias2);
    else sm_pad_bias(m.layer->beta.bias, m.channels, 1, s->bias2);
  }
  if (!s->planning && styles->of_target) {
    from_memories(s, styles, level, &m, x, rest, out);
    return;
  }
  tiles all = {.style = s->planning ? NULL : styles->target->level[level]};
  convolve_modulated(s, &m, &all, x, rest, out);
}
