/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/convolve.h"

#include <assert.h>
#include <string.h>

enum { COLUMN = 96 * 1024 /* numbers of one worker's columns: they stay in its L2 */, PACE = 16 };

/* The taps that make one set of output pixels: one set, or for UP four (even and odd rows and columns). */
typedef struct phase {
  int taps, tap[9], dy[9], dx[9];
  int rows, cols;       /* output pixels of the set, per picture */
  int first_y, first_x; /* in the output */
  int strip, strips;    /* pixels of all pictures one after the other, cut into strips */
  const real *weight;   /* cout x cin x taps */
} phase;

typedef struct plan {
  const sm_pass *c;
  const real *in, *delta;
  real *out, *scratch;
  size_t scratch_each;
  int oh, ow, step_in, step_out, add, phases, groups;
  phase phase[4];
} plan;

int sm_convolved_side(sm_walk walk, int k, int side) {
  return walk == SM_WALK_SAME ? side : walk == SM_WALK_DOWN ? (side - k) / 2 + 1 : 2 * (side - 1) + k;
}

static void plan_phases(plan *p) {
  const sm_pass *c = p->c;
  int up = c->walk == SM_WALK_UP, pad = c->walk == SM_WALK_SAME ? c->k / 2 : 0;
  p->step_in = c->walk == SM_WALK_DOWN ? 2 : 1;
  p->step_out = up ? 2 : 1;
  p->oh = sm_convolved_side(c->walk, c->k, c->h);
  p->ow = sm_convolved_side(c->walk, c->k, c->w);
  for (int a = 0; a < (up ? 2 : 1); a++)
    for (int b = 0; b < (up ? 2 : 1); b++) {
      phase f = {.first_y = a,
                 .first_x = b,
                 .rows = up ? (p->oh - a + 1) / 2 : p->oh,
                 .cols = up ? (p->ow - b + 1) / 2 : p->ow};
      for (int u = 0; u < c->k; u++)
        for (int v = 0; v < c->k; v++) {
          if (up && (u % 2 != a || v % 2 != b)) continue;
          f.tap[f.taps] = u * c->k + v;
          f.dy[f.taps] = up ? -(u / 2) : u - pad;
          f.dx[f.taps] = up ? -(v / 2) : v - pad;
          f.taps++;
        }
      assert(f.taps); /* k = 1 goes through SAME, and zeros are inserted by the blur */
      int k = f.taps * c->cin, pixels = c->n * f.rows * f.cols;
      f.strip = COLUMN / k / PACE * PACE;
      if (f.strip < 4 * PACE) f.strip = 4 * PACE;
      if (f.strip > pixels) f.strip = pixels;
      f.strips = (pixels + f.strip - 1) / f.strip;
      p->phase[p->phases++] = f;
    }
}

/* cin * taps rows of `count` pixels from pixel `first` of the set: the input under every tap. */
static void gather(const plan *p, const phase *f, int first, int count, real *column) {
  const sm_pass *s = p->c;
  size_t map_size = (size_t)s->h * (size_t)s->w;
  for (int c = 0; c < s->cin; c++)
    for (int t = 0; t < f->taps; t++, column += count) {
      int line = first / f->cols, x = first % f->cols; /* line: over all pictures */
      for (int i = 0; i < count; line++, x = 0) {
        int n = f->cols - x < count - i ? f->cols - x : count - i;
        int picture = line / f->rows, iy = (line - picture * f->rows) * p->step_in + f->dy[t];
        real *to = column + i;
        i += n;
        if (iy < 0 || iy >= s->h) {
          memset(to, 0, sizeof(real) * (size_t)n);
          continue;
        }
        const real *row = s->w * (size_t)iy + p->in + ((size_t)picture * (size_t)s->cin + (size_t)c) * map_size;
        int ix = x * p->step_in + f->dx[t], j = 0;
        for (; j < n && ix < 0; j++, ix += p->step_in) to[j] = 0;
        int room = ix < s->w ? (s->w - 1 - ix) / p->step_in + 1 : 0, end = n - j < room ? n : j + room;
        if (p->step_in == 1) {
          if (end > j) memcpy(to + j, row + ix, sizeof(real) * (size_t)(end - j));
          j = end;
        } else {
          for (; j < end; j++, ix += 2) to[j] = row[ix];
        }
        for (; j < n; j++) to[j] = 0;
      }
    }
}

static void scatter(const plan *p, const phase *f, int first, int count, const real *product) {
  int cout = p->c->cout;
  for (int line = first / f->cols, x = first % f->cols, i = 0; i < count; line++, x = 0) {
    int n = f->cols - x < count - i ? f->cols - x : count - i;
    int picture = line / f->rows, y = f->first_y + (line - picture * f->rows) * p->step_out;
    for (int o = 0; o < cout; o++) {
      const real *from = product + (size_t)o * (size_t)count + i;
      real *to = p->out + (((size_t)picture * (size_t)cout + (size_t)o) * (size_t)p->oh + (size_t)y) * (size_t)p->ow +
                 f->first_x + x * p->step_out;
      if (p->step_out == 1 && !p->add) memcpy(to, from, sizeof(real) * (size_t)n);
      else if (p->step_out == 1)
        for (int j = 0; j < n; j++) to[j] += from[j];
      else if (!p->add)
        for (int j = 0; j < n; j++) to[2 * j] = from[j];
      else
        for (int j = 0; j < n; j++) to[2 * j] += from[j];
    }
    i += n;
  }
}

static void convolve_task(void *context, int index, int worker) {
  const plan *p = context;
  const sm_pass *c = p->c;
  const phase *f = p->phase;
  while (index >= f->strips) index -= f++->strips;
  int pixels = f->rows * f->cols, first = index * f->strip;
  int count = c->n * pixels - first < f->strip ? c->n * pixels - first : f->strip, k = c->cin * f->taps;
  real *column = p->scratch + (size_t)worker * p->scratch_each, *product = column + (size_t)k * (size_t)f->strip;

  int picture = first / pixels, within = first - picture * pixels,
      direct = p->step_out == 1 && within + count <= pixels;
  const real *b = column;
  size_t ldb = (size_t)count;
  if (c->k == 1 && direct) {
    b = p->in + (size_t)picture * (size_t)c->cin * (size_t)pixels + within;
    ldb = (size_t)pixels;
  } else {
    gather(p, f, first, count, column);
  }
  if (direct) {
    real *out = p->out + (size_t)picture * (size_t)c->cout * (size_t)pixels + within;
    sm_product(0, c->cout, count, k, c->scale, f->weight, (size_t)k, b, ldb, p->add, out, (size_t)pixels);
  } else {
    sm_product(0, c->cout, count, k, c->scale, f->weight, (size_t)k, b, ldb, 0, product, (size_t)count);
    scatter(p, f, first, count, product);
  }
}

/* The taps of each set side by side, in this run's order of channels. */
static void arrange(const sm_pass *c, phase *f, const real *weight, int adjoint, real *to) {
  int kk = c->k * c->k;
  f->weight = to;
  for (int o = 0; o < c->cout; o++)
    for (int i = 0; i < c->cin; i++) {
      const real *w = weight + (size_t)(adjoint ? i * c->cout + o : o * c->cin + i) * (size_t)kk;
      for (int t = 0; t < f->taps; t++) *to++ = w[adjoint && c->walk == SM_WALK_SAME ? kk - 1 - f->tap[t] : f->tap[t]];
    }
}

#ifndef SM_TRAIN_DOUBLE
/* Through the kernels of the sessions. */
static stylemap_status convolve_same(sm_workshop *shop, const sm_pass *c, const real *weight, int adjoint,
                                     const real *in, int add, real *out) {
  plan p = {.c = c};
  plan_phases(&p);
  real *arranged = sm_take(shop, (size_t)c->cout * (size_t)c->cin * 9);
  if (!arranged) return STYLEMAP_NO_MEMORY;
  arrange(c, &p.phase[0], weight, adjoint, arranged);
  stylemap_status status = sm_fast_convolve(shop, c, !adjoint, arranged, in, add, out);
  sm_give(shop, arranged);
  return status;
}
#endif

stylemap_status sm_convolve(sm_workshop *shop, const sm_pass *c, const real *weight, int adjoint, const real *in,
                            int add, real *out) {
#ifndef SM_TRAIN_DOUBLE
  if (c->walk == SM_WALK_SAME && c->k == 3) return convolve_same(shop, c, weight, adjoint, in, add, out);
#endif
  plan p = {.c = c, .in = in, .out = out, .add = add};
  plan_phases(&p);
  size_t weights = (size_t)c->cout * (size_t)c->cin * (size_t)(c->k * c->k);
  int tasks = 0;
  for (int i = 0; i < p.phases; i++) {
    size_t each = (size_t)(p.phase[i].taps * c->cin + c->cout) * (size_t)p.phase[i].strip;
    if (each > p.scratch_each) p.scratch_each = each;
    tasks += p.phase[i].strips;
  }
  real *block = sm_take(shop, weights + p.scratch_each * (size_t)sm_workshop_threads(shop));
  if (!block) return STYLEMAP_NO_MEMORY;
  p.scratch = block + weights;
  real *at = block;
  for (int i = 0; i < p.phases; i++) {
    arrange(c, &p.phase[i], weight, adjoint, at);
    at += (size_t)p.phase[i].taps * (size_t)c->cin * (size_t)c->cout;
  }
  sm_workshop_run(shop, tasks, convolve_task, &p);
  sm_give(shop, block);
  return STYLEMAP_OK;
}

#ifdef SM_TRAIN_DOUBLE
/* One group of strips into a sum of its own; groups do not depend on the number of workers. */
static void weight_task(void *context, int group, int worker) {
  const plan *p = context;
  const sm_pass *c = p->c;
  const phase *f = p->phase;
  int pixels = f->rows * f->cols, k = c->cin * f->taps;
  size_t weights = (size_t)c->cout * (size_t)k;
  real *sum = p->out + (size_t)group * weights, *column = p->scratch + (size_t)worker * p->scratch_each;
  int first_picture = group * c->n / p->groups, end_picture = (group + 1) * c->n / p->groups, fresh = 1;
  for (int picture = first_picture; picture < end_picture; picture++)
    for (int at = 0; at < pixels; at += f->strip, fresh = 0) {
      int count = pixels - at < f->strip ? pixels - at : f->strip;
      const real *delta = p->delta + (size_t)picture * (size_t)c->cout * (size_t)pixels + at, *b = column;
      size_t ldb = (size_t)count;
      if (c->k == 1) {
        b = p->in + (size_t)picture * (size_t)c->cin * (size_t)pixels + at;
        ldb = (size_t)pixels;
      } else {
        gather(p, f, picture * pixels + at, count, column);
      }
      sm_product(1, c->cout, k, count, c->scale, delta, (size_t)pixels, b, ldb, fresh ? 0 : 1, sum, (size_t)k);
    }
}

#endif

stylemap_status sm_convolve_weight(sm_workshop *shop, const sm_pass *c, const real *in, const real *delta,
                                   int exchanged, real *grad) {
  assert(c->walk != SM_WALK_UP);
#ifndef SM_TRAIN_DOUBLE
  return sm_fast_weight(shop, c, in, delta, exchanged, grad);
#else
  plan p = {.c = c, .in = in, .delta = delta};
  plan_phases(&p);
  phase *f = &p.phase[0];
  if (f->strip > f->rows * f->cols) f->strip = f->rows * f->cols;
  int kk = c->k * c->k, k = c->cin * kk;
  size_t weights = (size_t)c->cout * (size_t)k;
  p.groups = c->n < 16 ? c->n : 16;
  p.scratch_each = (size_t)k * (size_t)f->strip;
  real *block = sm_take(shop, weights * (size_t)p.groups + p.scratch_each * (size_t)sm_workshop_threads(shop));
  if (!block) return STYLEMAP_NO_MEMORY;
  p.out = block;
  p.scratch = block + weights * (size_t)p.groups;
  sm_workshop_run(shop, p.groups, weight_task, &p);
  for (int g = 1; g < p.groups; g++)
    for (size_t i = 0; i < weights; i++) block[i] += block[(size_t)g * weights + i];
  if (!exchanged) {
    for (size_t i = 0; i < weights; i++) grad[i] += block[i];
  } else {
    for (int o = 0; o < c->cout; o++)
      for (int i = 0; i < c->cin; i++)
        for (int t = 0; t < kk; t++)
          grad[((size_t)i * (size_t)c->cout + (size_t)o) * (size_t)kk + (size_t)t] +=
              block[(size_t)o * (size_t)k + (size_t)(i * kk + t)];
  }
  sm_give(shop, block);
  return STYLEMAP_OK;
#endif
}
