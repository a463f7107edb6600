/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the model's square lies on a layer. */
#include <math.h>

#include "stylemap.h"

void stylemap_fit(int width, int height, stylemap_placement *p) {
  int side = width < height ? width : height;
  /* whole pixels, so that a square of the model's own size is copied and not resampled */
  *p = (stylemap_placement){.x = (width - side) / 2 + side / 2.0, .y = (height - side) / 2 + side / 2.0,
                            .side = side, .angle = 0};
}

static void span(double centre, double side, int size, int *first, int *count) {
  double from = floor(centre - side / 2), to = ceil(centre + side / 2);
  int a = from < 0 ? 0 : from > size ? size : (int)from, b = to < a ? a : to > size ? size : (int)to;
  *first = a;
  *count = b - a;
}

void stylemap_bounds(const stylemap_placement *p, int width, int height, int *x, int *y, int *w, int *h) {
  span(p->x, p->side, width, x, w);
  span(p->y, p->side, height, y, h);
}
