/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spatially varying modulation: norm(x) * gamma + beta, with gamma and beta as convolutions of the style. */
#include <math.h>
#include <string.h>

#include "grad/layers.h"

/* Statistics belong to a set of maps: one picture's (LayerNorm), one map (InstanceNorm), one channel of the batch
 * (BatchNorm). Every task is one block of one picture; sums of a set are made from its maps' sums in rising order.
 * Maps are numbered picture by picture, padded channels included. */
typedef struct modulation {
  const real *x, *gamma, *dy;
  real *y, *dx, *dgamma;
  int n, channels, padded, add_dx;
  size_t pixels;
  stylemap_norm norm;
  double *mean, *rstd; /* per map: mean and 1 / sqrt(var + eps) of its set; 0 for padded channels */
  double *sums[4];     /* per map: scratch; backward: of dy gamma, dy gamma xhat, dy, dy xhat */
} modulation;

enum { RUN = 64 /* pixels summed in short before they go to the double sums */, STATISTICS = 6 };

SM_CLONES static void sum_block(const real *x, size_t pixels, double *sums) {
  for (size_t p = 0; p < pixels; p += RUN) {
    size_t end = pixels - p < RUN ? pixels : p + RUN;
    real sum[SM_LANE] = {0};
    for (size_t i = p; i < end; i++)
      for (size_t l = 0; l < SM_LANE; l++) sum[l] += x[i * SM_LANE + l];
    for (int l = 0; l < SM_LANE; l++) sums[l] += sum[l];
  }
}

SM_CLONES static void squares_block(const real *x, const real *mean, size_t pixels, double *sums) {
  for (size_t p = 0; p < pixels; p += RUN) {
    size_t end = pixels - p < RUN ? pixels : p + RUN;
    real sum[SM_LANE] = {0};
    for (size_t i = p; i < end; i++)
      for (size_t l = 0; l < SM_LANE; l++) {
        real d = x[i * SM_LANE + l] - mean[l];
        sum[l] += d * d;
      }
    for (int l = 0; l < SM_LANE; l++) sums[l] += sum[l];
  }
}

SM_CLONES static void modulate_block(const real *x, const real *mean, const real *rstd, const real *gamma,
                                     size_t pixels, real *y) {
  for (size_t i = 0; i < pixels * SM_LANE; i += SM_LANE)
    for (size_t l = 0; l < SM_LANE; l++) y[i + l] += (x[i + l] - mean[l]) * rstd[l] * gamma[i + l];
}

/* The sums that the norm's gradient and the biases need, and gamma's gradient. */
SM_CLONES static void reduce_block(const real *x, const real *mean, const real *rstd, const real *gamma,
                                   const real *dy, size_t pixels, real *dgamma, double *const sums[4]) {
  for (size_t p = 0; p < pixels; p += RUN) {
    size_t end = pixels - p < RUN ? pixels : p + RUN;
    real sum[4][SM_LANE] = {{0}};
    for (size_t i = p; i < end; i++)
      for (size_t l = 0; l < SM_LANE; l++) {
        size_t at = i * SM_LANE + l;
        real hat = (x[at] - mean[l]) * rstd[l], g = dy[at] * gamma[at], t = dy[at] * hat;
        sum[0][l] += g;
        sum[1][l] += g * hat;
        sum[2][l] += dy[at];
        sum[3][l] += t;
        dgamma[at] = t;
      }
    for (int k = 0; k < 4; k++)
      for (int l = 0; l < SM_LANE; l++) sums[k][l] += sum[k][l];
  }
}

SM_CLONES static void spread_block(const real *x, const real *mean, const real *rstd, const real *gamma,
                                   const real *dy, const real *s, const real *d, size_t pixels, int add, real *dx) {
  for (size_t i = 0; i < pixels * SM_LANE; i += SM_LANE)
    for (size_t l = 0; l < SM_LANE; l++) {
      size_t at = i + l;
      real v = rstd[l] * (dy[at] * gamma[at] - s[l] - (x[at] - mean[l]) * rstd[l] * d[l]);
      dx[at] = add ? dx[at] + v : v;
    }
}

/* Of the maps of block `index`, as short numbers. */
static void short_of(const double *values, int index, real to[SM_LANE]) {
  for (int l = 0; l < SM_LANE; l++) to[l] = (real)values[index * SM_LANE + l];
}

static void sum_task(void *context, int index, int worker) {
  const modulation *m = context;
  sum_block(m->x + (size_t)index * m->pixels * SM_LANE, m->pixels, m->sums[0] + index * SM_LANE);
}

static void squares_task(void *context, int index, int worker) {
  const modulation *m = context;
  real mean[SM_LANE];
  short_of(m->mean, index, mean);
  squares_block(m->x + (size_t)index * m->pixels * SM_LANE, mean, m->pixels, m->sums[0] + index * SM_LANE);
}

static void modulate_task(void *context, int index, int worker) {
  const modulation *m = context;
  size_t at = (size_t)index * m->pixels * SM_LANE;
  real mean[SM_LANE], rstd[SM_LANE];
  short_of(m->mean, index, mean);
  short_of(m->rstd, index, rstd);
  modulate_block(m->x + at, mean, rstd, m->gamma + at, m->pixels, m->y + at);
}

static void reduce_task(void *context, int index, int worker) {
  const modulation *m = context;
  size_t at = (size_t)index * m->pixels * SM_LANE;
  real mean[SM_LANE], rstd[SM_LANE];
  short_of(m->mean, index, mean);
  short_of(m->rstd, index, rstd);
  double *sums[4];
  for (int k = 0; k < 4; k++) sums[k] = m->sums[k] + index * SM_LANE;
  reduce_block(m->x + at, mean, rstd, m->gamma + at, m->dy + at, m->pixels, m->dgamma + at, sums);
}

static void spread_task(void *context, int index, int worker) {
  const modulation *m = context;
  size_t at = (size_t)index * m->pixels * SM_LANE;
  real mean[SM_LANE], rstd[SM_LANE], s[SM_LANE], d[SM_LANE];
  short_of(m->mean, index, mean);
  short_of(m->rstd, index, rstd);
  short_of(m->sums[0], index, s);
  short_of(m->sums[1], index, d);
  spread_block(m->x + at, mean, rstd, m->gamma + at, m->dy + at, s, d, m->pixels, m->add_dx, m->dx + at);
}

/* values[map] := the sum over the map's set, padded channels left out; returns the numbers in a set. */
static double gather_sets(const modulation *m, double *values) {
  if (m->norm == STYLEMAP_LAYER_NORM) {
    for (int n = 0; n < m->n; n++) {
      double sum = 0, *v = values + (size_t)n * (size_t)m->padded;
      for (int c = 0; c < m->channels; c++) sum += v[c];
      for (int c = 0; c < m->channels; c++) v[c] = sum;
    }
    return (double)m->channels * (double)m->pixels;
  }
  if (m->norm == STYLEMAP_INSTANCE_NORM) return (double)m->pixels;
  for (int c = 0; c < m->channels; c++) {
    double sum = 0;
    for (int n = 0; n < m->n; n++) sum += values[n * m->padded + c];
    for (int n = 0; n < m->n; n++) values[n * m->padded + c] = sum;
  }
  return (double)m->n * (double)m->pixels;
}

static modulation modulation_of(const sm_op *op) {
  const sm_variable *x = op->a;
  int padded = sm_variable_blocks(x) * SM_LANE;
  size_t maps = (size_t)(x->n * padded);
  double *s = op->statistics;
  return (modulation){.x = x->data,
                      .gamma = op->saved,
                      .n = x->n,
                      .channels = x->c,
                      .padded = padded,
                      .pixels = sm_variable_pixels(x),
                      .norm = op->mode,
                      .mean = s,
                      .rstd = s + maps,
                      .sums = {s + 2 * maps, s + 3 * maps, s + 4 * maps, s + 5 * maps}};
}

static sm_pass pass_of(const sm_op *op, int adjoint) {
  const sm_variable *x = op->a, *style = op->b;
  return (sm_pass){.walk = SM_WALK_SAME,
                   .k = 3,
                   .cin = adjoint ? x->c : style->c,
                   .cout = adjoint ? style->c : x->c,
                   .n = x->n,
                   .h = x->h,
                   .w = x->w,
                   .scale = (real)op->scale,
                   .adjoint = adjoint};
}

/* What the sums of dy xhat and dy are for: gamma's and beta's biases. */
static void bias_gradients(const modulation *m, sm_parameter *gamma, sm_parameter *beta) {
  for (int c = 0; c < m->channels; c++) {
    double g = 0, b = 0;
    for (int n = 0; n < m->n; n++) {
      b += m->sums[2][n * m->padded + c];
      g += m->sums[3][n * m->padded + c];
    }
    gamma->grad[c] += (real)g;
    beta->grad[c] += (real)b;
  }
}

/* From gamma's and beta's gradients to the style and the weights. */
static stylemap_status style_backward(sm_tape *tape, const sm_op *op, const real *dgamma, const real *dbeta) {
  const sm_parameter *weight[2] = {op->parameter, op->parameter2};
  const real *delta[2] = {dgamma, dbeta};
  if (op->learn && !tape->skip_weights) {
    sm_pass pass = pass_of(op, 0);
    real *grad[2] = {weight[0]->grad, weight[1]->grad};
    stylemap_status status = sm_convolve_weight(tape->shop, &pass, op->b->data, delta, 2, 0, grad);
    if (status != STYLEMAP_OK) return status;
  }
  int add;
  real *ds = sm_gradient_of(tape, op->b, &add);
  sm_pass pass = pass_of(op, 1);
  stylemap_status status = STYLEMAP_OK;
  for (int i = 0; ds && i < 2 && status == STYLEMAP_OK; i++) {
    sm_target target = {.weight = weight[i]->value, .slope = 1, .add = add || i ? ds : NULL, .out = ds};
    status = sm_convolve(tape->shop, &pass, delta[i], &target, 1);
  }
  return status;
}

static void backward(sm_tape *tape, sm_op *op) {
  modulation m = modulation_of(op);
  int maps = m.n * m.padded, blocks = maps / SM_LANE;
  size_t count = sm_variable_count(op->a);
  real *dgamma = sm_take(tape->shop, count);
  if (!dgamma) {
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  m.dy = op->out->grad;
  m.dgamma = dgamma;
  memset(m.sums[0], 0, 4 * sizeof(double) * (size_t)maps);
  sm_workshop_run(tape->shop, blocks, reduce_task, &m);
  if (op->learn && !tape->skip_weights) bias_gradients(&m, op->bias, op->bias2);
  m.dx = sm_gradient_of(tape, op->a, &m.add_dx);
  if (m.dx) {
    /* fixed statistics do not move with x */
    double set = tape->evaluate && m.norm == STYLEMAP_BATCH_NORM ? INFINITY : gather_sets(&m, m.sums[0]);
    if (isfinite(set)) gather_sets(&m, m.sums[1]);
    for (int i = 0; i < maps; i++) {
      m.sums[0][i] /= set;
      m.sums[1][i] /= set;
    }
    sm_workshop_run(tape->shop, blocks, spread_task, &m);
  }
  if (tape->status == STYLEMAP_OK) {
    const stylemap_status status = style_backward(tape, op, dgamma, m.dy);
    if (status != STYLEMAP_OK) tape->status = status; /* sm_gradient_of may have set its own */
  }
  sm_give(tape->shop, dgamma);
}

static const sm_op_class modulate_class = {backward, NULL};

/* mean and rstd of every map; moves BatchNorm's running ones. */
static void statistics(sm_tape *tape, modulation *m, real *running) {
  int maps = m->n * m->padded, c = m->channels;
  if (tape->evaluate && m->norm == STYLEMAP_BATCH_NORM) {
    for (int i = 0; i < maps; i++) {
      int k = i % m->padded;
      m->mean[i] = k < c ? running[k] : 0;
      m->rstd[i] = k < c ? 1 / sqrt(running[c + k] + 1e-5) : 0;
    }
    return;
  }
  double *sum = m->sums[0];
  sm_workshop_run(tape->shop, maps / SM_LANE, sum_task, m);
  double set = gather_sets(m, sum);
  for (int i = 0; i < maps; i++) m->mean[i] = i % m->padded < c ? sum[i] / set : 0;
  memset(sum, 0, sizeof *sum * (size_t)maps);
  sm_workshop_run(tape->shop, maps / SM_LANE, squares_task, m);
  gather_sets(m, sum);
  for (int i = 0; i < maps; i++) m->rstd[i] = i % m->padded < c ? 1 / sqrt(sum[i] / set + 1e-5) : 0;
  if (m->norm == STYLEMAP_BATCH_NORM && running)
    for (int k = 0; k < c; k++) {
      running[k] += (real)(0.1 * (m->mean[k] - running[k]));
      running[c + k] += (real)(0.1 * (sum[k] / (set > 1 ? set - 1 : 1) - running[c + k]));
    }
}

sm_variable *sm_layer_modulate(sm_tape *tape, sm_variable *x, sm_variable *style, const sm_modulation *s) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = sm_tape_map(tape, x->n, x->c, x->h, x->w);
  sm_op *op = out ? sm_tape_record(tape, &modulate_class, x, style, NULL, s->gamma, out) : NULL;
  if (!op) return NULL;
  op->parameter2 = s->beta;
  op->bias = s->gamma_bias;
  op->bias2 = s->beta_bias;
  op->mode = s->norm;
  op->scale = s->scale;
  op->statistics = sm_tape_statistics(tape, STATISTICS * (size_t)(x->n * sm_variable_blocks(x) * SM_LANE));
  op->saved = sm_take(tape->shop, sm_variable_count(x));
  if (!op->saved || !op->statistics) {
    tape->status = STYLEMAP_NO_MEMORY;
    return NULL;
  }
  sm_pass pass = pass_of(op, 0);
  sm_target target[2] = {
      {.weight = s->gamma->value, .bias = s->gamma_bias->value, .bias_scale = 1, .slope = 1, .out = op->saved},
      {.weight = s->beta->value, .bias = s->beta_bias->value, .bias_scale = 1, .slope = 1, .out = out->data}};
  tape->status = sm_convolve(tape->shop, &pass, style->data, target, 2);
  if (tape->status != STYLEMAP_OK) return NULL;
  modulation m = modulation_of(op);
  m.y = out->data;
  statistics(tape, &m, s->running);
  sm_workshop_run(tape->shop, m.n * m.padded / SM_LANE, modulate_task, &m);
  return out;
}
