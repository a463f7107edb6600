/* SPDX-License-Identifier: GPL-3.0-or-later
 * gamma and beta are 3x3 convolutions of the style map, so where the weight of the reference is the same in a tile's
 * whole window, they are the same mixture of the two pictures' gamma and beta. Only tiles on the mask's edge need the
 * convolution of the blended map, at full strength: a lower strength is again a mixture, of it and the target's. What
 * is remembered decides how much is computed, never what: the results have the same bits either way. */
#include "net/modulate.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "net/blend.h"
#include "net/layers.h"
#include "net/tiles.h"

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

/* The sources of modulations: the pictures, and their blend at full strength. Where a window has one weight, 0 or 1,
 * the blend is the picture, bit for bit: so tiles that need one source each, whichever it is, go together as ANY. */
enum { TARGET, REFERENCE, BLEND, SOURCES, ANY = SOURCES };

/* A set of tiles of one source. */
typedef struct tiles {
  const float *style, *other, *weight; /* other NULL: one picture */
  int32_t *list;                       /* NULL: all */
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

/* Into records, s->record[] of each tile. */
static void convolve_records(stylemap_session *s, const sm_level_modulation *m, const tiles *t) {
  if (!t->count || s->stopped) return;
  sm_convolution c = gamma_beta(m, &t->style);
  float **beta = s->record + m->tiles;
  for (int i = 0; i < t->count; i++) beta[i] = s->record[i] + sm_gamma_floats(m);
  c.apart = 1;
  c.out = (sm_output){.maps = s->record, .bias = s->bias, .bias2 = s->bias2, .slope = 1};
  if (!m->to_rgb) c.out.second = beta;
  pick(&c, t);
  sm_run(s, &c, (double)t->count / m->tiles);
  if (!m->to_rgb) return;
  c = rest_of(s, m, &t->style);
  c.apart = 1;
  c.out = (sm_output){.maps = beta, .bias = s->bias2, .slope = 1};
  pick(&c, t);
  sm_run(s, &c, (double)t->count / m->tiles);
}

static int is_in_part(const sm_styles *styles, int level) { return styles->window && level >= styles->window->first; }

/* norm(x) = x * norm_scale + norm_shift. */
static void normalise(stylemap_session *s, const sm_styles *styles, int level, const sm_styled *l, const float *x, int side) {
  const int channels = l->gamma.cout, padded = sm_blocks(channels) * SM_BLOCK;
  if (s->net->config.norm == STYLEMAP_BATCH_NORM) {
    for (int c = 0; c < padded; c++) {
      double rstd = c < channels ? 1 / sqrt(l->var[c] + 1e-5) : 0;
      s->norm_scale[c] = (float)rstd;
      s->norm_shift[c] = c < channels ? (float)(-l->mean[c] * rstd) : 0;
    }
    return;
  }
  float *scale = styles->statistics ? styles->statistics + sm_statistics_floats(s->net, level) : NULL;
  const size_t each = (size_t)padded * sizeof *scale;
  if (is_in_part(styles, level)) {
    memcpy(s->norm_scale, scale, each);
    memcpy(s->norm_shift, scale + padded, each);
    return;
  }
  sm_normalise(&s->work, x, channels, side, side, s->net->config.norm == STYLEMAP_LAYER_NORM, s->norm_scale,
               s->norm_shift);
  if (styles->window || !scale) return;
  memcpy(scale, s->norm_scale, each);
  memcpy(scale + padded, s->norm_shift, each);
}

/* One level put together from records. */
typedef struct assembly {
  const stylemap_session *s;
  const sm_level_modulation *m;
  const float *x, *scale, *shift;
  size_t at;                  /* of gamma or beta in a record */
  size_t beta;                /* of beta from there on; 0: none */
  int blocks;
  float *out;
} assembly;

/* What the tile beside the one at `x` will read: too few pixels a line for the processor to see a stream in them. */
static void prefetch_beside(const float *x, size_t line, size_t step) {
  for (size_t r = 0; r < step; r++)
    for (size_t c = step; c < 2 * step; c++) __builtin_prefetch(x + r * line + c * SM_BLOCK, 0, 2);
}

/* One row of tiles. */
static void task_assemble(void *context, int row, int worker) {
  const assembly *a = context;
  const sm_level_modulation *m = a->m;
  const size_t line = (size_t)m->side * SM_BLOCK, step = (size_t)m->step, each = step * step * SM_BLOCK;
  const sm_tile_mix *mix = a->s->mix + (size_t)row * (size_t)m->columns;
  (void)worker;
  for (int column = 0; column < m->columns; column++, mix++) {
    if (!mix->from) continue;
    const float *from = mix->from + a->at, *to = mix->to ? mix->to + a->at : NULL;
    size_t at = (size_t)row * step * line + (size_t)column * step * SM_BLOCK;
    const int beside = column + 1 < m->columns && mix[1].from;
    for (int block = 0; block < a->blocks; block++, at += line * (size_t)m->side, from += each, to += to ? each : 0) {
      if (beside) prefetch_beside(a->x + at, line, step);
      a->s->work.kernels->modulate(a->x + at, line, a->scale + block * SM_BLOCK,
                                   a->shift + block * SM_BLOCK, from, a->beta ? from + a->beta : NULL, to,
                                   to && a->beta ? to + a->beta : NULL, mix->t, step, step, a->out + at);
    }
  }
}

/* Writes the tiles that s->mix names. */
static void assemble(stylemap_session *s, const sm_level_modulation *m, const float *x, float *rest, float *out) {
  if (s->stopped) return;
  assembly a = {.s = s, .m = m, .x = x, .scale = s->norm_scale, .shift = s->norm_shift, .out = out,
                .blocks = sm_blocks(m->channels), .beta = m->to_rgb ? 0 : sm_gamma_floats(m)};
  sm_pool_run(s->pool, m->rows, task_assemble, &a, s->work.poll, s->work.poll_data);
  if (!m->to_rgb || s->stopped) return;
  /* the rest: (0 x + 1) beta, for any x */
  float zero[SM_BLOCK] __attribute__((aligned(64))) = {0}, one[SM_BLOCK] __attribute__((aligned(64)));
  for (int i = 0; i < SM_BLOCK; i++) one[i] = 1;
  a.scale = zero, a.shift = one, a.at = sm_gamma_floats(m), a.blocks = 1, a.out = rest;
  sm_pool_run(s->pool, m->rows, task_assemble, &a, s->work.poll, s->work.poll_data);
}

/* A level whose tiles have several sources. */
typedef struct level_work {
  stylemap_session *s;
  const sm_level_modulation *m;
  int level;
  float strength;
  tiles source[SOURCES + 1];
  sm_modulations *kept[SOURCES];
} level_work;

/* The sources of a tile, as bits, and how far the second one counts. */
static unsigned needs(const level_work *k, int tile, float *t) {
  const float w = k->s->tile_weight[tile];
  *t = w < 0 ? k->strength : w * k->strength;
  if (*t == 0) return 1 << TARGET;
  if (w < 0) return k->strength == 1 ? 1 << BLEND : 1 << TARGET | 1 << BLEND;
  return *t == 1 ? 1 << REFERENCE : 1 << TARGET | 1 << REFERENCE;
}

static int is_single(unsigned need) { return !(need & (need - 1)); }

/* The one that a tile with a single need comes from. */
static int only_source(unsigned need) { return need == 1 << TARGET ? TARGET : need == 1 << REFERENCE ? REFERENCE : BLEND; }

static const float *record_of(const level_work *k, int source, int tile) {
  return k->kept[source] ? k->kept[source]->tile[k->level][tile] : NULL;
}

/* Computes and remembers what mixtures need of one source, or (ANY) what single needs are, and is not there yet, while
 * there is memory for it. A blend by itself is used once. */
static void remember(level_work *k, int source) {
  stylemap_session *s = k->s;
  tiles *t = &k->source[source];
  t->count = 0;
  for (int i = 0; i < k->m->tiles; i++) {
    float mix;
    const unsigned need = needs(k, i, &mix);
    const int of = source == ANY ? only_source(need) : source;
    if (is_single(need) != (source == ANY) || need == 1 << BLEND) continue;
    if (!(need & 1u << of) || !k->kept[of] || record_of(k, of, i)) continue;
    if (!(s->record[t->count] = sm_cache_record(&s->cache, k->level))) break;
    t->list[t->count++] = i;
  }
  convolve_records(s, k->m, t);
  for (int i = 0; i < t->count; i++) {
    if (s->stopped) {
      sm_cache_return(&s->cache, k->level, s->record[i]);
      continue;
    }
    float mix;
    sm_modulations *kept = k->kept[source == ANY ? only_source(needs(k, t->list[i], &mix)) : source];
    kept->tile[k->level][t->list[i]] = s->record[i];
    kept->records++;
  }
}

/* The tiles with a single need that are not remembered. */
static void straight(level_work *k, const float *x, float *rest, float *out) {
  tiles *t = &k->source[ANY];
  t->count = 0;
  for (int i = 0; i < k->m->tiles; i++) {
    float mix;
    const unsigned need = needs(k, i, &mix);
    if (is_single(need) && !record_of(k, only_source(need), i)) t->list[t->count++] = i;
  }
  if (t->count) convolve_modulated(k->s, k->m, t, x, rest, out);
}

/* Names the records of tile `i`, those that are there. */
static void name(const level_work *k, int i, unsigned need, float t) {
  sm_tile_mix *mix = &k->s->mix[i];
  *mix = (sm_tile_mix){.t = t};
  for (int q = 0; q < SOURCES; q++) {
    if (!(need & 1u << q)) continue;
    if (mix->from) mix->to = record_of(k, q, i);
    else mix->from = record_of(k, q, i);
  }
}

/* Mixtures whose records are not all there: as many at a time as the scratch memory holds. */
static void mixtures(level_work *k, const float *x, float *rest, float *out, float *scratch, size_t scratch_floats) {
  stylemap_session *s = k->s;
  const size_t each = sm_record_floats(k->m);
  const int at_once = (int)(scratch_floats / (2 * each));
  assert(at_once > 0);
  for (int i = 0; i < k->m->tiles;) {
    const int first = i;
    int count = 0;
    for (int q = 0; q < SOURCES; q++) {
      tiles *source = &k->source[q];
      source->count = 0;
      for (i = first, count = 0; i < k->m->tiles && count < at_once; i++) {
        float t;
        unsigned need = needs(k, i, &t);
        int missing = 0;
        if (is_single(need)) continue;
        for (int r = 0; r < SOURCES; r++) missing |= need & 1u << r && !record_of(k, r, i);
        if (!missing) continue;
        float *own = scratch + (size_t)(2 * count++ + (q != TARGET)) * each;
        if (q == TARGET) name(k, i, 0, t);
        if (!(need & 1u << q)) continue;
        const float *there = record_of(k, q, i);
        if (q == TARGET) s->mix[i].from = there ? there : own;
        else s->mix[i].to = there ? there : own;
        if (there) continue;
        s->record[source->count] = own;
        source->list[source->count++] = i;
      }
      convolve_records(s, k->m, source);
    }
    if (!count) return;
    assemble(s, k->m, x, rest, out);
    for (int j = first; j < i; j++) s->mix[j].from = NULL;
  }
}

static void from_sources(stylemap_session *s, const sm_styles *styles, int level, const sm_level_modulation *m,
                         const float *x, float *rest, float *out, float *scratch, size_t scratch_floats) {
  level_work k = {.s = s, .m = m, .level = level, .strength = styles->strength,
                  .kept = {styles->of_target, styles->of_reference, styles->of_blend}};
  const float *weight = styles->reference ? sm_level_weight(&s->net->config, styles->weight, m->side) : NULL;
  for (int q = 0; q <= ANY; q++)
    k.source[q] = (tiles){.style = styles->target->level[level], .list = s->tile_list};
  if (weight) {
    k.source[REFERENCE].style = k.source[BLEND].other = styles->reference->level[level];
    k.source[BLEND].weight = weight;
    if (styles->strength > 0) k.source[ANY] = k.source[BLEND];
  }
  for (int i = 0; i < m->tiles; i++) {
    s->tile_weight[i] = weight ? sm_window_weight(weight, m->side, i / m->columns, i % m->columns, m->step) : 0;
    s->mix[i].from = NULL;
  }
  for (int q = 0; q <= ANY; q++) remember(&k, q);
  straight(&k, x, rest, out);
  mixtures(&k, x, rest, out, scratch, scratch_floats);
  for (int i = 0; i < m->tiles; i++) {
    float t;
    unsigned need = needs(&k, i, &t);
    name(&k, i, need, t);
    /* written already: straight, or from the scratch memory */
    if (!is_single(need) && !s->mix[i].to) s->mix[i].from = NULL;
  }
  assemble(s, m, x, rest, out);
}

void sm_modulate_level(stylemap_session *s, const sm_styles *styles, int level, const float *x, float *rest,
                       float *out, float *scratch, size_t scratch_floats) {
  assert(level >= 0 && level < sm_level_count(&s->net->config));
  assert(s->planning || (styles->target && x && out && scratch && scratch != x && scratch != out));
  assert(!styles->window || (!styles->of_target && !styles->reference && styles->statistics));
  assert(!styles->reference || (styles->weight && styles->strength >= 0 && styles->strength <= 1));
  const sm_level_modulation m = sm_modulation_of(s->net, level);
  if (!s->planning && !s->stopped) {
    normalise(s, styles, level, m.layer, x, m.side);
    sm_pad_bias(m.layer->gamma.bias, m.channels, 1, s->bias);
    if (m.to_rgb) sm_pad_bias(s->rgb_beta + (size_t)27 * (size_t)m.layer->gamma.cin, 3, 1, s->bias2);
    else sm_pad_bias(m.layer->beta.bias, m.channels, 1, s->bias2);
  }
  if (s->stopped) return;
  if (!s->planning && (styles->of_target || styles->reference)) {
    from_sources(s, styles, level, &m, x, rest, out, scratch, scratch_floats);
    return;
  }
  tiles made = {.style = s->planning ? NULL : styles->target->level[level]};
  if (is_in_part(styles, level)) {
    made.list = s->tile_list;
    made.count = sm_window_tiles(styles->window, s->net, level, made.list);
  }
  convolve_modulated(s, &m, &made, x, rest, out);
}
