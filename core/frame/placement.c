/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the model's square lies on a layer. */
#include <math.h>

#include "frame/affine.h"
#include "frame/frame.h"

void stylemap_fit(int width, int height, stylemap_placement *p) {
  int side = width < height ? width : height;
  /* whole pixels, so that a square of the model's own size is copied and not resampled */
  *p = (stylemap_placement){.x = (width - side) / 2 + side / 2.0, .y = (height - side) / 2 + side / 2.0, .side = side};
}

sm_affine sm_affine_of(const stylemap_placement *p, int size) {
  const double step = p->side / size, half = size / 2.0, across = p->mirror ? -step : step;
  sm_affine a = {.xx = across, .yy = step};
  if (p->angle != 0) {
    const double c = cos(p->angle), s = sin(p->angle);
    a = (sm_affine){.xx = across * c, .xy = -step * s, .yx = across * s, .yy = step * c};
  }
  a.x0 = p->x - half * (a.xx + a.xy);
  a.y0 = p->y - half * (a.yx + a.yy);
  return a;
}

sm_affine sm_affine_inverse(const sm_affine *a) {
  const double d = a->xx * a->yy - a->xy * a->yx;
  sm_affine i = {.xx = a->yy / d, .xy = -a->xy / d, .yx = -a->yx / d, .yy = a->xx / d};
  i.x0 = -(i.xx * a->x0 + i.xy * a->y0);
  i.y0 = -(i.yx * a->x0 + i.yy * a->y0);
  return i;
}

sm_affine sm_affine_then(const sm_affine *a, const sm_affine *b) {
  return (sm_affine){.xx = b->xx * a->xx + b->xy * a->yx,
                     .xy = b->xx * a->xy + b->xy * a->yy,
                     .x0 = b->xx * a->x0 + b->xy * a->y0 + b->x0,
                     .yx = b->yx * a->xx + b->yy * a->yx,
                     .yy = b->yx * a->xy + b->yy * a->yy,
                     .y0 = b->yx * a->x0 + b->yy * a->y0 + b->y0};
}

double sm_affine_scale(const sm_affine *a) { return sqrt(fabs(a->xx * a->yy - a->xy * a->yx)); }

static void span(double from, double to, int size, int *first, int *count) {
  from = floor(from), to = ceil(to);
  int a = from < 0 ? 0 : from > size ? size : (int)from, b = to < a ? a : to > size ? size : (int)to;
  *first = a;
  *count = b - a;
}

void stylemap_bounds(const stylemap_placement *p, int width, int height, int *x, int *y, int *w, int *h) {
  /* half of what the turned square measures across and down */
  const double half = p->side / 2 * (p->angle == 0 ? 1 : fabs(cos(p->angle)) + fabs(sin(p->angle)));
  span(p->x - half, p->x + half, width, x, w);
  span(p->y - half, p->y + half, height, y, h);
}

double stylemap_placement_distance(const stylemap_placement *a, const stylemap_placement *b) {
  const sm_affine p = sm_affine_of(a, 1), q = sm_affine_of(b, 1);
  double sum = 0;
  for (int k = 0; k < 4; k++) {
    double x, y, u, v;
    sm_affine_at(&p, k & 1, k >> 1, &x, &y);
    sm_affine_at(&q, k & 1, k >> 1, &u, &v);
    sum += hypot(x - u, y - v) / 4;
  }
  return sum / b->side;
}

sm_part_of_square sm_part_seeing(const stylemap_placement *p, int size, int x, int y, int w, int h) {
  const sm_affine square = sm_affine_of(p, size), from_layer = sm_affine_inverse(&square);
  const double reach = 2 + 3 * fmax(size / p->side, 1); /* of a cubic, and more, in the square's pixels */
  double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
  sm_part_of_square part;
  for (int k = 0; k < 4; k++) {
    double u, v;
    sm_affine_at(&from_layer, x + (k & 1 ? w : 0), y + (k & 2 ? h : 0), &u, &v);
    box[0] = fmin(box[0], u - reach), box[1] = fmin(box[1], v - reach);
    box[2] = fmax(box[2], u + reach), box[3] = fmax(box[3], v + reach);
  }
  span(box[0], box[2], size, &part.x, &part.width);
  span(box[1], box[3], size, &part.y, &part.height);
  if (part.width == 0 || part.height == 0) part.width = part.height = 0;
  return part;
}
