/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style resizer (the paper's section 3.3): stylemap -> style pyramid (W+), and the pyramid itself. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "network/network.h"
#include "net/session.h"

double sm_resize_work(const sm_config *c) {
  double s0 = sm_style_width(c, 0), work = 9 * (c->dim * s0 + s0 * s0) * (double)sm_pixels(c->spatial);
  for (int i = 1; i <= c->blocks; i++) {
    double a = sm_style_width(c, i - 1), b = sm_style_width(c, i), pixels = (double)sm_pixels(c->spatial << i);
    work += 9 * a * b * pixels / 4 + 9 * b * b * pixels;
  }
  return work;
}

void sm_resize_run(stylemap_session *s, const float *stylemap, stylemap_pyramid *p) {
  const sm_network *n = s->net;
  const sm_config *c = &n->config;
  if (!s->planning) sm_pack(stylemap, c->dim, sm_pixels(c->spatial), s->buffer.a);
  for (int l = 0; l < sm_level_count(c); l++) {
    const float *below = s->planning ? NULL : l ? p->level[l - 1] : s->buffer.a;
    float *out = s->planning ? NULL : p->level[l];
    const int side = c->spatial << (l / 2);
    if (l == 0 || l % 2) sm_conv_same_tiles(s, &n->resizer[l], below, side, sqrt(2), NULL, 0, out);
    else sm_conv_up(s, &n->resizer[l], below, side / 2, s->buffer.b, out);
  }
}

stylemap_status stylemap_resize(stylemap_session *s, const float *stylemap, stylemap_pyramid *pyramid,
                                stylemap_error *error) {
  if (!s || !stylemap || !pyramid || pyramid->levels != sm_level_count(&s->net->config) ||
      pyramid->size != s->net->config.size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("resize needs a pyramid of the session's model."), NULL);
  sm_work_begin(s, STYLEMAP_PHASE_RESIZE, sm_resize_work(&s->net->config));
  sm_resize_run(s, stylemap, pyramid);
  sm_pyramid_mark(pyramid, !s->stopped);
  return sm_work_end(s, error);
}

stylemap_status stylemap_pyramid_new(const stylemap_model *model, stylemap_pyramid **out, stylemap_error *error) {
  const sm_network *n = model ? sm_model_network(model) : NULL;
  if (!n || !out) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A pyramid needs an opened model."), NULL);
  stylemap_pyramid *p = sm_calloc(1, sizeof *p);
  if (!p) return sm_no_memory(error, sizeof *p);
  p->levels = sm_level_count(&n->config);
  p->size = n->config.size;
  size_t floats = 0, cells = 0;
  for (int l = 0; l < p->levels; l++) {
    sm_level_shape(&n->config, l, &p->channels[l], &p->side[l]);
    floats += sm_map_floats(p->channels[l], p->side[l], p->side[l]);
    p->cells[l] = (p->side[l] + 3) / 4;
    cells += sm_pixels(p->cells[l]);
  }
  float *at = sm_alloc(floats, sizeof(float));
  unsigned char *cell = sm_calloc(2 * cells, 1);
  if (!at || !cell) {
    sm_free(at);
    sm_free(cell);
    sm_free(p);
    return sm_no_memory(error, floats * sizeof(float));
  }
  for (int l = 0; l < p->levels; l++) {
    p->level[l] = at;
    p->made[l] = cell;
    p->wanted[l] = cell + cells;
    at += sm_map_floats(p->channels[l], p->side[l], p->side[l]);
    cell += sm_pixels(p->cells[l]);
  }
  *out = p;
  return STYLEMAP_OK;
}

void stylemap_pyramid_free(stylemap_pyramid *p) {
  if (!p) return;
  sm_free(p->level[0]);
  sm_free(p->made[0]);
  sm_free(p);
}

stylemap_status stylemap_pyramid_shape(const stylemap_model *model, int level, int *channels, int *side) {
  const sm_network *n = model ? sm_model_network(model) : NULL;
  if (!n || level < 0 || level >= sm_level_count(&n->config)) return STYLEMAP_BAD_ARGUMENT;
  sm_level_shape(&n->config, level, channels, side);
  return STYLEMAP_OK;
}

stylemap_status stylemap_pyramid_get(const stylemap_pyramid *p, int level, float *values) {
  if (!p || !values || level < 0 || level >= p->levels) return STYLEMAP_BAD_ARGUMENT;
  sm_unpack(p->level[level], p->channels[level], sm_pixels(p->side[level]), values);
  return STYLEMAP_OK;
}
