/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/window.h"

#include <assert.h>
#include <string.h>

#include "net/pyramid.h"

/* Of pixels first .. last of a side. */
static void cells_of(int first, int last, int side, int *from, int *to) {
  *from = first < 0 ? 0 : first / 4;
  *to = (last >= side ? side - 1 : last) / 4 + 1;
}

/* What level `level` must modulate for the cells of the level above it: conv2's 3x3, or conv1's with the blur behind it, from
 * the side below. The skip's part of that is smaller. */
static sm_cells below(sm_cells c, int level, int side) {
  int y0 = 4 * c.y0, x0 = 4 * c.x0, y1 = 4 * c.y1 - 1, x1 = 4 * c.x1 - 1;
  if (level % 2) {
    sm_up_reads(&y0, &y1);
    sm_up_reads(&x0, &x1);
  } else {
    y0--, x0--, y1++, x1++;
  }
  cells_of(y0, y1, side, &c.y0, &c.y1);
  cells_of(x0, x1, side, &c.x0, &c.x1);
  return c;
}

sm_window sm_window_of(const sm_network *n, int x, int y, int width, int height) {
  const int levels = sm_level_count(&n->config), size = n->config.size;
  sm_window w = {.first = levels};
  sm_cells c;
  assert(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= size && y + height <= size);
  cells_of(y, y + height - 1, size, &c.y0, &c.y1);
  cells_of(x, x + width - 1, size, &c.x0, &c.x1);
  for (int l = levels - 1; l > 1; l--) {
    const sm_level_modulation m = sm_modulation_of(n, l);
    if (l < levels - 1) c = below(c, l, m.side);
    const int tiles = (c.y1 - c.y0) * (c.x1 - c.x0);
    if (m.step != 4 || 4 * tiles > 3 * m.tiles) break; /* too little is saved for statistics that are not its own */
    w.first = l;
    w.cells[l] = c;
    w.saved += 16.0 * (m.tiles - tiles) * 9 * m.layer->gamma.cin * (m.channels + m.beta_channels);
  }
  return w;
}

int sm_window_tiles(const sm_window *w, const sm_network *n, int level, int32_t *list) {
  const sm_cells *c = &w->cells[level];
  const int columns = sm_modulation_of(n, level).columns;
  int count = 0;
  assert(level >= w->first);
  for (int y = c->y0; y < c->y1; y++)
    for (int x = c->x0; x < c->x1; x++) list[count++] = y * columns + x;
  return count;
}

void sm_window_mark(const sm_window *w, const sm_network *n, int level, unsigned char *cells) {
  const sm_cells *c = &w->cells[level];
  const sm_level_modulation m = sm_modulation_of(n, level);
  assert(level >= w->first);
  memset(cells, 0, (size_t)m.tiles);
  for (int y = c->y0; y < c->y1; y++) memset(cells + y * m.columns + c->x0, 1, (size_t)(c->x1 - c->x0));
}
