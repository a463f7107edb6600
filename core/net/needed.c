/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style resizer for those parts of a pyramid that an edit reads. A style is a chain of convolutions without
 * statistics, so a part of it has the same bits as in the whole; where a small region is edited, most of the reference's
 * is never looked at. What is wanted spreads downwards by each layer's reach, then the layers run upwards over what is
 * wanted and not made yet, in cells of 4 x 4 pixels: the tiles of gamma's convolution and of the resizer's own. */
#include <math.h>
#include <string.h>

#include "net/blend.h"
#include "net/boxes.h"
#include "net/layers.h"
#include "net/tiles.h"

/* Marks the cells that hold pixels y0 .. y1 and x0 .. x1. */
static void want(stylemap_pyramid *p, int level, int y0, int y1, int x0, int x1) {
  const int last = p->side[level] - 1, n = p->cells[level];
  y0 = y0 < 0 ? 0 : y0, x0 = x0 < 0 ? 0 : x0;
  y1 = y1 > last ? last : y1, x1 = x1 > last ? last : x1;
  for (int r = y0 / 4; r <= y1 / 4; r++)
    for (int c = x0 / 4; c <= x1 / 4; c++) p->wanted[level][r * n + c] = 1;
}

/* What gamma's and beta's convolutions read of a level. */
static void want_styles(const sm_network *network, stylemap_pyramid *p, int level, sm_part part, const float *weight,
                        double strength) {
  const sm_level_modulation m = sm_modulation_of(network, level);
  const float *w = sm_level_weight(&network->config, weight, m.side);
  memset(p->wanted[level], 0, sm_pixels(p->cells[level]));
  for (int i = 0; i < m.tiles; i++) {
    const int y = i / m.columns * m.step, x = i % m.columns * m.step;
    const float one = sm_window_weight(w, m.side, i / m.columns, i % m.columns, m.step);
    if (part == SM_OF_TARGET ? one != 1 || strength < 1 : one != 0 && strength > 0)
      want(p, level, y - 1, y + m.step, x - 1, x + m.step);
  }
}

/* A layer of the resizer: side -> side, or (`up`) side / 2 -> side; small maps are made whole. */
typedef struct layer {
  const sm_conv *conv;
  int up, whole, side;
} layer;

static layer layer_of(const stylemap_session *s, const stylemap_pyramid *p, int level) {
  const int up = level > 0 && level % 2 == 0, side = p->side[level];
  return (layer){&s->net->resizer[level], up, !up && sm_method_for(3, side, side) != SM_WINOGRAD, side};
}

/* Drops what is made already from a level's wishes, and wants of the level below what the rest is made from. */
static void want_below(const stylemap_session *s, stylemap_pyramid *p, int level) {
  const layer a = layer_of(s, p, level);
  const int n = p->cells[level];
  int missing = 0;
  for (int i = 0; i < n * n; i++) {
    if (p->made[level][i]) p->wanted[level][i] = 0;
    missing += p->wanted[level][i];
  }
  if (missing && a.whole) memset(p->wanted[level], 1, sm_pixels(n));
  if (level == 0) return;
  for (int i = 0; i < n * n; i++) {
    if (!p->wanted[level][i]) continue;
    int y0 = i / n * 4, x0 = i % n * 4, y1 = y0 + 3, x1 = x0 + 3;
    if (a.up) sm_up_reads(&y0, &y1), sm_up_reads(&x0, &x1);
    else y0--, x0--, y1++, x1++;
    want(p, level - 1, y0, y1, x0, x1);
  }
}

static void make(stylemap_session *s, const float *stylemap, stylemap_pyramid *p, int level) {
  const layer a = layer_of(s, p, level);
  const float *below = level ? p->level[level - 1] : s->buffer.a;
  const int n = p->cells[level];
  int32_t *list = s->tile_list;
  int count = 0;
  for (int i = 0; i < n * n; i++) count += p->wanted[level][i];
  if (!count) return;
  if (level == 0) sm_pack(stylemap, s->net->config.dim, sm_pixels(a.side), s->buffer.a);
  const int all = count == n * n;
  count = !all && a.up ? sm_up_tiles(p->wanted[level], a.side, list) : 0;
  for (int i = 0; !all && !a.up && i < n * n; i++)
    if (p->wanted[level][i]) list[count++] = i;
  if (all) list = NULL;
  if (a.up)
    sm_conv_up_tiles(s, a.conv, below, a.side / 2, s->buffer.b, list, count, all ? NULL : p->wanted[level], p->level[level]);
  else
    sm_conv_same_tiles(s, a.conv, below, a.side, sqrt(2), list, count, NULL, NULL, p->level[level]);
  if (s->stopped) return;
  for (int i = 0; i < n * n; i++) p->made[level][i] |= p->wanted[level][i];
}

/* What is wanted of each level; with what the resizer makes that from. */
static stylemap_status make_wanted(stylemap_session *s, const float *stylemap, stylemap_pyramid *p, stylemap_error *error) {
  sm_work_begin(s, STYLEMAP_PHASE_RESIZE, 0);
  const double done = s->done + sm_resize_work(&s->net->config);
  for (int l = p->levels - 1; l >= 0; l--) want_below(s, p, l);
  for (int l = 0; l < p->levels && !s->stopped; l++) make(s, stylemap, p, l);
  s->done = done; /* what was not needed counts, too */
  return sm_work_end(s, error);
}

stylemap_status sm_resize_needed(stylemap_session *s, const float *stylemap, stylemap_pyramid *p, sm_part part,
                                 const float *weight, double strength, stylemap_error *error) {
  for (int l = 0; l < p->levels; l++) {
    if (weight) want_styles(s->net, p, l, part, weight, strength);
    else memset(p->wanted[l], 1, sm_pixels(p->cells[l]));
  }
  return make_wanted(s, stylemap, p, error);
}

stylemap_status sm_resize_window(stylemap_session *s, const float *stylemap, stylemap_pyramid *p, const sm_window *w,
                                 stylemap_error *error) {
  for (int l = 0; l < p->levels; l++) {
    const sm_cells *c = &w->cells[l];
    memset(p->wanted[l], l < w->first, sm_pixels(p->cells[l]));
    if (l >= w->first) want(p, l, 4 * c->y0 - 1, 4 * c->y1, 4 * c->x0 - 1, 4 * c->x1);
  }
  return make_wanted(s, stylemap, p, error);
}
