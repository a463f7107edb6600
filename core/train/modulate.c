/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "train/layers.h"

/* Statistics belong to a set of maps: one picture's (LayerNorm), one map (InstanceNorm), one channel of the batch
 * (BatchNorm). Every task is one map (n, c); sums of a set are made from its maps' sums in rising order. */
typedef struct modulation {
  const real *x, *gamma, *dy;
  real *y, *dx, *dgamma;
  int n, channels, add_dx, add_gamma;
  size_t pixels;
  stylemap_norm norm;
  double *mean, *rstd; /* per map: mean and 1 / sqrt(var + eps) of its set */
  double *sum, *dot;   /* per map */
} modulation;

static double sum_of(const real *v, size_t count) {
  double lane[8] = {0}, sum = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int l = 0; l < 8; l++) lane[l] += v[i + (size_t)l];
  for (; i < count; i++) sum += v[i];
  for (int l = 0; l < 8; l++) sum += lane[l];
  return sum;
}

static void sum_task(void *context, int map, int worker) {
  const modulation *m = context;
  m->sum[map] = sum_of(m->x + (size_t)map * m->pixels, m->pixels);
}

static void squares_task(void *context, int map, int worker) {
  const modulation *m = context;
  const real *x = m->x + (size_t)map * m->pixels;
  double lane[8] = {0}, sum = 0, mean = m->mean[map];
  size_t i = 0;
  for (; i + 8 <= m->pixels; i += 8)
    for (int l = 0; l < 8; l++) {
      double d = x[i + (size_t)l] - mean;
      lane[l] += d * d;
    }
  for (; i < m->pixels; i++) sum += (x[i] - mean) * (x[i] - mean);
  for (int l = 0; l < 8; l++) sum += lane[l];
  m->sum[map] = sum;
}

/* values[map] := the sum over the map's set; returns the numbers in a set. */
static double gather_sets(const modulation *m, double *values) {
  if (m->norm == STYLEMAP_LAYER_NORM) {
    for (int n = 0; n < m->n; n++) {
      double sum = 0, *v = values + (size_t)n * (size_t)m->channels;
      for (int c = 0; c < m->channels; c++) sum += v[c];
      for (int c = 0; c < m->channels; c++) v[c] = sum;
    }
    return (double)m->channels * (double)m->pixels;
  }
  if (m->norm == STYLEMAP_INSTANCE_NORM) return (double)m->pixels;
  for (int c = 0; c < m->channels; c++) {
    double sum = 0;
    for (int n = 0; n < m->n; n++) sum += values[n * m->channels + c];
    for (int n = 0; n < m->n; n++) values[n * m->channels + c] = sum;
  }
  return (double)m->n * (double)m->pixels;
}

static void modulate_task(void *context, int map, int worker) {
  const modulation *m = context;
  size_t at = (size_t)map * m->pixels;
  real mean = (real)m->mean[map], rstd = (real)m->rstd[map];
  for (size_t i = at; i < at + m->pixels; i++) m->y[i] += (m->x[i] - mean) * rstd * m->gamma[i];
}

/* The two sums that the norm's gradient needs: of dy gamma, and of dy gamma xhat. */
static void reduce_task(void *context, int map, int worker) {
  const modulation *m = context;
  size_t at = (size_t)map * m->pixels;
  real mean = (real)m->mean[map], rstd = (real)m->rstd[map];
  double sum[8] = {0}, dot[8] = {0}, s = 0, d = 0;
  const real *x = m->x + at, *dy = m->dy + at, *gamma = m->gamma + at;
  size_t i = 0;
  for (; i + 8 <= m->pixels; i += 8)
    for (size_t l = 0; l < 8; l++) {
      real g = dy[i + l] * gamma[i + l];
      sum[l] += g;
      dot[l] += g * ((x[i + l] - mean) * rstd);
    }
  for (; i < m->pixels; i++) {
    real g = dy[i] * gamma[i];
    s += g;
    d += g * ((x[i] - mean) * rstd);
  }
  for (int l = 0; l < 8; l++) {
    s += sum[l];
    d += dot[l];
  }
  m->sum[map] = s;
  m->dot[map] = d;
  if (!m->dgamma) return;
  real *to = m->dgamma + at;
  for (i = 0; i < m->pixels; i++) {
    real v = dy[i] * ((x[i] - mean) * rstd);
    to[i] = m->add_gamma ? to[i] + v : v;
  }
}

static void spread_task(void *context, int map, int worker) {
  const modulation *m = context;
  size_t at = (size_t)map * m->pixels;
  real mean = (real)m->mean[map], rstd = (real)m->rstd[map], s = (real)m->sum[map], d = (real)m->dot[map];
  for (size_t i = at; i < at + m->pixels; i++) {
    real v = rstd * (m->dy[i] * m->gamma[i] - s - (m->x[i] - mean) * rstd * d);
    m->dx[i] = m->add_dx ? m->dx[i] + v : v;
  }
}

static modulation modulation_of(const sm_op *op) {
  const sm_variable *x = op->a;
  size_t maps = (size_t)x->n * (size_t)x->c;
  return (modulation){.x = x->data,
                      .gamma = op->b->data,
                      .n = x->n,
                      .channels = x->c,
                      .pixels = (size_t)x->h * (size_t)x->w,
                      .norm = op->mode,
                      .mean = op->statistics,
                      .rstd = op->statistics + maps,
                      .sum = op->statistics + 2 * maps,
                      .dot = op->statistics + 3 * maps};
}

static void backward(sm_tape *tape, sm_op *op) {
  modulation m = modulation_of(op);
  int maps = m.n * m.channels;
  m.dy = op->out->grad;
  m.dgamma = sm_gradient_of(tape, op->b, &m.add_gamma);
  sm_workshop_run(tape->shop, maps, reduce_task, &m);
  m.dx = sm_gradient_of(tape, op->a, &m.add_dx);
  if (m.dx) {
    /* fixed statistics do not move with x */
    double count = tape->evaluate && m.norm == STYLEMAP_BATCH_NORM ? INFINITY : gather_sets(&m, m.sum);
    if (isfinite(count)) gather_sets(&m, m.dot);
    for (int i = 0; i < maps; i++) {
      m.sum[i] /= count;
      m.dot[i] /= count;
    }
    sm_workshop_run(tape->shop, maps, spread_task, &m);
  }
  real *grad = op->out->grad;
  op->out->grad = NULL;
  sm_gradient_give(tape, op->c, grad);
}

static const sm_op_class modulate_class = {backward, NULL};

sm_variable *sm_layer_modulate(sm_tape *tape, sm_variable *x, sm_variable *gamma, sm_variable *beta, stylemap_norm norm,
                               real *running) {
  sm_variable *out = tape->status == STYLEMAP_OK ? sm_tape_adopt(tape, beta, beta->c) : NULL;
  sm_op *op = out ? sm_tape_record(tape, &modulate_class, x, gamma, beta, NULL, out) : NULL;
  if (!op) return NULL;
  int maps = x->n * x->c;
  op->mode = norm;
  op->statistics = sm_tape_statistics(tape, 4 * (size_t)maps);
  if (!op->statistics) return NULL;
  modulation m = modulation_of(op);
  m.y = out->data;
  if (tape->evaluate && norm == STYLEMAP_BATCH_NORM) {
    for (int i = 0; i < maps; i++) {
      m.mean[i] = running[i % x->c];
      m.rstd[i] = 1 / sqrt(running[x->c + i % x->c] + 1e-5);
    }
    sm_workshop_run(tape->shop, maps, modulate_task, &m);
    return out;
  }
  sm_workshop_run(tape->shop, maps, sum_task, &m);
  double count = gather_sets(&m, m.sum);
  for (int i = 0; i < maps; i++) m.mean[i] = m.sum[i] / count;
  sm_workshop_run(tape->shop, maps, squares_task, &m);
  gather_sets(&m, m.sum);
  for (int i = 0; i < maps; i++) m.rstd[i] = 1 / sqrt(m.sum[i] / count + 1e-5);
  if (norm == STYLEMAP_BATCH_NORM && running)
    for (int c = 0; c < x->c; c++) {
      running[c] += (real)(0.1 * (m.mean[c] - running[c]));
      running[x->c + c] += (real)(0.1 * (m.sum[c] / (count > 1 ? count - 1 : 1) - running[x->c + c]));
    }
  sm_workshop_run(tape->shop, maps, modulate_task, &m);
  return out;
}
