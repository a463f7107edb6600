/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style pyramid (W+): one map a level, in the kernels' layout. */
#include "net/pyramid.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/convolve.h"

int sm_level_count(const sm_config *c) { return 2 + 2 * c->blocks; }

void sm_level_shape(const sm_config *c, int level, int *channels, int *side) {
  assert(level >= 0 && level < sm_level_count(c));
  int i = level / 2; /* levels 0 and 1 at P, 2 and 3 at 2P, ... */
  *channels = sm_style_width(c, i);
  *side = c->spatial << i;
}

void sm_pyramid_mark(stylemap_pyramid *p, int made) {
  for (int l = 0; l < p->levels; l++) memset(p->made[l], made, sm_pixels(p->cells[l]));
}

stylemap_status sm_pyramid_new(const sm_config *c, stylemap_pyramid **out, stylemap_error *error) {
  stylemap_pyramid *p = sm_calloc(1, sizeof *p);
  if (!p) return sm_no_memory(error, sizeof *p);
  p->levels = sm_level_count(c);
  p->size = c->size;
  size_t floats = 0, cells = 0;
  for (int l = 0; l < p->levels; l++) {
    sm_level_shape(c, l, &p->channels[l], &p->side[l]);
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

stylemap_status stylemap_pyramid_new(const stylemap_model *model, stylemap_pyramid **out, stylemap_error *error) {
  const sm_network *n = model ? sm_model_network(model) : NULL;
  if (!n || !out) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A pyramid needs an opened model."), NULL);
  return sm_pyramid_new(&n->config, out, error);
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
