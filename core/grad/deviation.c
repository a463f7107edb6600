/* SPDX-License-Identifier: GPL-3.0-or-later
 * The minibatch standard deviation (Karras et al., ICLR 2018): the one layer of the discriminator that is not
 * piecewise linear, so the one that R1's second derivative meets.
 *
 * The batch is g x m, g = min(N, 4): picture a m + j is member a of group j. With d_a = x_a - mean over the group,
 * v = mean of d_a^2, r = sqrt(v + 1e-8): s_j = mean of r over C H W, one number a group. */
#include <math.h>
#include <string.h>

#include "grad/layers.h"

typedef struct groups {
  int g, m;
  size_t count;  /* C H W of the input */
  size_t pixels; /* H W */
} groups;

static groups groups_of(const sm_variable *x) {
  int g = x->n < 4 ? x->n : 4;
  return (groups){g, x->n / g, (size_t)x->c * (size_t)x->h * (size_t)x->w, (size_t)x->h * (size_t)x->w};
}

static double mean_at(const groups *s, const real *x, int j, size_t i) {
  double sum = 0;
  for (int a = 0; a < s->g; a++) sum += x[(size_t)(a * s->m + j) * s->count + i];
  return sum / s->g;
}

/* r at element i of group j; *mean is the group's. */
static double deviation_at(const groups *s, const real *x, int j, size_t i, double *mean) {
  double squares = 0;
  *mean = mean_at(s, x, j, i);
  for (int a = 0; a < s->g; a++) {
    double d = x[(size_t)(a * s->m + j) * s->count + i] - *mean;
    squares += d * d;
  }
  return sqrt(squares / s->g + 1e-8);
}

/* The first maps of every picture from `x`, the last one filled with `last`[group]. */
static void append(const groups *s, const real *x, const double *last, real *out) {
  for (int n = 0; n < s->g * s->m; n++, out += s->count + s->pixels) {
    memcpy(out, x + (size_t)n * s->count, sizeof(real) * s->count);
    for (size_t i = 0; i < s->pixels; i++) out[s->count + i] = (real)last[n % s->m];
  }
}

/* d loss / d s_j: the sum over the appended maps of the group's members. */
static double group_gradient(const groups *s, const real *grad, int j) {
  double sum = 0;
  for (int a = 0; a < s->g; a++) {
    const real *map = grad + (size_t)(a * s->m + j) * (s->count + s->pixels) + s->count;
    for (size_t i = 0; i < s->pixels; i++) sum += map[i];
  }
  return sum;
}

static void backward(sm_tape *tape, sm_op *op) {
  groups s = groups_of(op->a);
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (!dx) return;
  const real *x = op->a->data, *dy = op->out->grad;
  for (int j = 0; j < s.m; j++) {
    double k = group_gradient(&s, dy, j) / (s.g * (double)s.count);
    for (size_t i = 0; i < s.count; i++) {
      double mean, r = deviation_at(&s, x, j, i, &mean);
      for (int a = 0; a < s.g; a++) {
        size_t n = (size_t)(a * s.m + j), at = n * s.count + i;
        real v = (real)(dy[n * (s.count + s.pixels) + i] + k * (x[at] - mean) / r);
        dx[at] = add ? dx[at] + v : v;
      }
    }
  }
}

static void tangent(sm_tape *tape, sm_op *op) {
  groups s = groups_of(op->a);
  const real *x = op->a->data, *t = op->a->tangent;
  double *last = sm_tape_statistics(tape, (size_t)s.m);
  real *bent = sm_take(tape->shop, sm_variable_count(op->a));
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (!last || !bent || !op->out->tangent) {
    sm_give(tape->shop, bent);
    sm_release_statistics(last);
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  for (int j = 0; j < s.m; j++) {
    double k = group_gradient(&s, op->out->grad, j) / (s.g * (double)s.count), sum = 0;
    for (size_t i = 0; i < s.count; i++) {
      double mean, r = deviation_at(&s, x, j, i, &mean), t_mean = mean_at(&s, t, j, i), q = 0;
      for (int a = 0; a < s.g; a++) {
        size_t at = (size_t)(a * s.m + j) * s.count + i;
        q += (x[at] - mean) * t[at];
      }
      sum += q / r;
      for (int a = 0; a < s.g; a++) {
        size_t at = (size_t)(a * s.m + j) * s.count + i;
        bent[at] = (real)(k * ((t[at] - t_mean) / r - q * (x[at] - mean) / (s.g * r * r * r)));
      }
    }
    last[j] = sum / (s.g * (double)s.count);
  }
  append(&s, t, last, op->out->tangent);
  sm_release_statistics(last);
  tape->curvature.at = op->a;
  tape->curvature.end = (int)(op - tape->ops);
  tape->curvature.grad = bent;
}

static const sm_op_class deviation_class = {backward, tangent};

sm_variable *sm_layer_deviation(sm_tape *tape, sm_variable *x) {
  if (tape->status != STYLEMAP_OK) return NULL;
  groups s = groups_of(x);
  sm_variable *out = sm_tape_value(tape, x->n, x->c + 1, x->h, x->w);
  double *last = out ? sm_tape_statistics(tape, (size_t)s.m) : NULL;
  if (last && sm_tape_record(tape, &deviation_class, x, NULL, NULL, NULL, out)) {
    for (int j = 0; j < s.m; j++) {
      double sum = 0, mean;
      for (size_t i = 0; i < s.count; i++) sum += deviation_at(&s, x->data, j, i, &mean);
      last[j] = sum / (double)s.count;
    }
    append(&s, x->data, last, out->data);
  }
  sm_release_statistics(last);
  return tape->status == STYLEMAP_OK ? out : NULL;
}
