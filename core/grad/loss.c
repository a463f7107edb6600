/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/loss.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

real *sm_seed_gradient(sm_tape *tape, sm_variable *value) {
  int add = 0;
  real *grad = sm_gradient_of(tape, value, &add);
  if (grad && !add) memset(grad, 0, sizeof(real) * sm_variable_count(value));
  return grad;
}

double sm_loss_logistic(sm_tape *tape, sm_variable *d, int sign, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  real *grad = sm_seed_gradient(tape, d);
  double sum = 0;
  for (int i = 0; i < d->n; i++) {
    double v = sign * (double)d->data[i];
    sum += v > 0 ? v + log1p(exp(-v)) : log1p(exp(v));
    if (grad) grad[i] += (real)(weight * sign / (1 + exp(-v)) / d->n);
  }
  return sum / d->n;
}

enum { STRETCH = 1 << 15 };

typedef struct squares {
  const real *a, *b, *focus;
  real *grad, scale;
  double *sum;
  size_t count, pixels;
} squares;

static void squares_task(void *context, int index, int worker) {
  const squares *s = context;
  size_t i = (size_t)index * STRETCH, end = i + STRETCH < s->count ? i + STRETCH : s->count;
  double sum = 0;
  for (; i < end; i++) {
    real d = s->a[i] - s->b[i];
    sum += (double)d * d;
    if (s->grad) s->grad[i] += s->scale * d * (s->focus ? s->focus[i % s->pixels] : 1);
  }
  s->sum[index] = sum;
}

double sm_loss_squares(sm_tape *tape, sm_variable *value, const real *target, const real *focus, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  size_t count = sm_variable_count(value);
  double numbers = (double)value->n * value->c * (double)sm_variable_pixels(value);
  int tasks = (int)((count + STRETCH - 1) / STRETCH);
  squares s = {value->data,
               target,
               focus,
               sm_seed_gradient(tape, value),
               (real)(2 * weight / numbers),
               sm_tape_statistics(tape, (size_t)tasks),
               count,
               sm_variable_pixels(value)};
  if (!s.sum) return 0;
  sm_workshop_run(tape->shop, tasks, squares_task, &s);
  double sum = 0;
  for (int i = 0; i < tasks; i++) sum += s.sum[i];
  sm_release_statistics(s.sum);
  return sum / numbers;
}

typedef struct edges {
  const real *a, *b;
  real *grad, *room; /* room: per worker, differences and their gradients at every scale */
  size_t room_each;
  double *sum, weight;
  int side, levels, maps;
} edges;

static int sign_of(real v) { return (v > 0) - (v < 0); }

/* Mean over maps and pixels of |d|, |dx d|, |dy d| at one scale; adds the gradient to g. */
static double edges_at(const real *d, real *g, int side, double each, double weight) {
  double level = 0;
  size_t w = (size_t)side;
  real full = (real)(weight * each / (double)(w * w)), inner = (real)(weight * each / (double)(w * (w - 1)));
  double sums[2] = {0};
  for (size_t y = 0; y < w; y++)
    for (size_t x = 0; x < w; x++) {
      size_t at = y * w + x;
      sums[0] += fabs((double)d[at]);
      g[at] += full * (real)sign_of(d[at]);
      if (x + 1 < w) {
        real e = d[at + 1] - d[at], s = inner * (real)sign_of(e);
        sums[1] += fabs((double)e);
        g[at + 1] += s;
        g[at] -= s;
      }
      if (y + 1 < w) {
        real e = d[at + w] - d[at], s = inner * (real)sign_of(e);
        sums[1] += fabs((double)e);
        g[at + w] += s;
        g[at] -= s;
      }
    }
  level = sums[0] / (double)(w * w) + sums[1] / (double)(w * (w - 1));
  return level * each;
}

static void edges_task(void *context, int map, int worker) {
  const edges *e = context;
  size_t pixels = (size_t)e->side * (size_t)e->side, at = (size_t)map * pixels;
  real *d = e->room + (size_t)worker * e->room_each, *g = d + e->room_each / 2;
  for (size_t i = 0; i < pixels; i++) d[i] = e->a[at + i] - e->b[at + i];
  memset(g, 0, sizeof(real) * (e->room_each / 2));
  double sum = 0;
  size_t from[16];
  size_t offset = 0;
  for (int l = 0, side = e->side; l < e->levels; l++, side /= 2) {
    from[l] = offset;
    size_t w = (size_t)side, half = w / 2;
    real *here = d + offset, *next = here + w * w;
    sum += edges_at(here, g + offset, side, 1.0 / e->maps, e->weight);
    offset += w * w;
    if (l + 1 < e->levels)
      for (size_t y = 0; y < half; y++)
        for (size_t x = 0; x < half; x++) {
          const real *c = here + 2 * y * w + 2 * x;
          next[y * half + x] = (c[0] + c[1] + c[w] + c[w + 1]) / 4;
        }
  }
  for (int l = e->levels - 1; l > 0; l--) {
    size_t half = (size_t)(e->side >> l), w = 2 * half;
    real *coarse = g + from[l], *fine = g + from[l - 1];
    for (size_t y = 0; y < half; y++)
      for (size_t x = 0; x < half; x++) {
        real v = coarse[y * half + x] / 4, *c = fine + 2 * y * w + 2 * x;
        c[0] += v;
        c[1] += v;
        c[w] += v;
        c[w + 1] += v;
      }
  }
  e->sum[map] = sum;
  if (e->grad)
    for (size_t i = 0; i < pixels; i++) e->grad[at + i] += g[i];
}

double sm_loss_edges(sm_tape *tape, sm_variable *image, const real *target, int levels, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  edges e = {.a = image->data,
             .b = target,
             .grad = sm_seed_gradient(tape, image),
             .weight = weight,
             .side = image->w,
             .levels = 1,
             .maps = image->n * image->c};
  while (e.levels < levels && e.side >> e.levels >= 8) e.levels++;
  e.room_each = 4 * (size_t)e.side * (size_t)e.side; /* all scales together are below 4/3 of the first, twice */
  e.room = sm_take(tape->shop, e.room_each * (size_t)sm_workshop_threads(tape->shop));
  e.sum = sm_tape_statistics(tape, (size_t)e.maps);
  double sum = 0;
  if (e.room && e.sum) {
    sm_workshop_run(tape->shop, e.maps, edges_task, &e);
    for (int i = 0; i < e.maps; i++) sum += e.sum[i];
  } else {
    tape->status = STYLEMAP_NO_MEMORY;
  }
  sm_release_statistics(e.sum);
  sm_give(tape->shop, e.room);
  return sum;
}

double sm_loss_r1(sm_tape *tape, sm_variable *x, sm_variable *d, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  real *ones = sm_seed_gradient(tape, d);
  if (!ones) return 0;
  for (int i = 0; i < d->n; i++) ones[i] = 1;
  tape->keep = tape->skip_weights = 1;
  sm_tape_backward(tape, 0, tape->op_count);
  tape->keep = tape->skip_weights = 0;
  if (tape->status != STYLEMAP_OK) return 0;

  /* penalty = mean |g|^2 with g = grad_x sum D: its gradient is that of the derivative of sum D in the direction
   * 2 g / n, the direction held fixed */
  size_t count = sm_variable_count(x);
  double sum = 0;
  x->tangent = sm_take(tape->shop, count);
  if (!x->tangent) {
    tape->status = STYLEMAP_NO_MEMORY;
    return 0;
  }
  for (size_t i = 0; i < count; i++) {
    sum += (double)x->grad[i] * x->grad[i];
    x->tangent[i] = (real)(2 * weight / x->n) * x->grad[i];
  }
  sm_tape_tangent(tape);
  struct sm_curvature *bent = &tape->curvature;
  sm_tape_forget(tape);
  if (tape->status == STYLEMAP_OK && bent->at) {
    bent->at->grad = bent->grad;
    bent->grad = NULL;
    x->wants = 0;
    sm_tape_backward(tape, 0, bent->end);
    x->wants = 1;
  }
  return sum / x->n;
}
