/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tiles.h"

#include <assert.h>

#include "kernels/convolve.h"
#include "net/pyramid.h"

sm_level_modulation sm_modulation_of(const sm_network *n, int level) {
  assert(level >= 0 && level < sm_level_count(&n->config));
  const sm_config *c = &n->config;
  const int last = level == sm_level_count(c) - 1, i = (level - 1) / 2;
  sm_level_modulation m = {.to_rgb = last, .side = c->spatial << (level / 2)};
  if (last) m.layer = &n->to_rgb;
  else if (level == 0) m.layer = &n->conv1;
  else m.layer = level % 2 ? &n->blocks[i].conv1 : &n->blocks[i].conv2;
  m.channels = m.layer->gamma.cout;
  m.beta_channels = last ? 3 : m.channels;
  sm_tiling(sm_method_for(3, m.side, m.side), m.side, m.side, &m.rows, &m.columns, &m.step);
  m.tiles = m.rows * m.columns;
  return m;
}

size_t sm_gamma_floats(const sm_level_modulation *m) { return sm_map_floats(m->channels, m->step, m->step); }

size_t sm_record_floats(const sm_level_modulation *m) {
  return sm_gamma_floats(m) + sm_map_floats(m->beta_channels, m->step, m->step);
}

float sm_window_weight(const float *weight, int side, int row, int column, int step) {
  assert(weight && row >= 0 && column >= 0 && row * step < side && column * step < side);
  int y0 = row * step - 1, x0 = column * step - 1, y1 = y0 + step + 2, x1 = x0 + step + 2;
  y0 = y0 < 0 ? 0 : y0, x0 = x0 < 0 ? 0 : x0;
  y1 = y1 > side ? side : y1, x1 = x1 > side ? side : x1;
  float first = weight[y0 * side + x0];
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      if (weight[y * side + x] != first) return -1;
  return first;
}

size_t sm_statistics_floats(const sm_network *n, int level) {
  size_t floats = 0;
  for (int l = 0; l < level; l++) floats += 2 * sm_map_floats(sm_modulation_of(n, l).channels, 1, 1);
  return floats;
}

/* Of a side 2 s + 1 wide before the blur, whose pixel y reads pixels y - 1 .. y + 2 of it; a tile covers 4 x 4 pixels of the
 * smaller map, from 3 row - 1 on. */
enum { UP_STEP = 6 };

void sm_up_reads(int *first, int *last) {
  const int y0 = *first - 1, y1 = *last + 2;
  *first = (y0 < 0 ? 0 : y0) / UP_STEP * 3 - 1;
  *last = y1 / UP_STEP * 3 + 2;
}

/* Whether a tile is read by a marked cell. */
static int feeds(const unsigned char *cells, int side, int row, int column) {
  const int n = side / 4, last = side - 1;
  int y0 = UP_STEP * row - 2, x0 = UP_STEP * column - 2, y1 = UP_STEP * row + UP_STEP, x1 = UP_STEP * column + UP_STEP;
  y0 = y0 < 0 ? 0 : y0, x0 = x0 < 0 ? 0 : x0;
  y1 = y1 > last ? last : y1, x1 = x1 > last ? last : x1;
  for (int r = y0 / 4; r <= y1 / 4; r++)
    for (int c = x0 / 4; c <= x1 / 4; c++)
      if (cells[r * n + c]) return 1;
  return 0;
}

int sm_up_tiles(const unsigned char *cells, int side, int32_t *list) {
  int rows, columns, step, count = 0;
  sm_tiling(SM_UP, side / 2, side / 2, &rows, &columns, &step);
  for (int i = 0; i < rows * columns; i++)
    if (feeds(cells, side, i / columns, i % columns)) list[count++] = i;
  return count;
}
