/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "train/layers.h"

typedef struct activation {
  const real *from, *sign; /* sign: the layer's output, which keeps the sign of what went in */
  const real *bias;
  real *to, slope, gain, lr_mul;
  int channels, n;
  size_t pixels;
} activation;

/* Runs at least this many numbers a task: a linear layer's maps have one pixel each. */
enum { CHUNK = 4096 };

static int chunks(const activation *a, int *each) {
  *each = a->pixels >= CHUNK ? 1 : (int)(CHUNK / a->pixels);
  return (a->n * a->channels + *each - 1) / *each;
}

static void forward_task(void *context, int index, int worker) {
  const activation *a = context;
  int each, total = a->n * a->channels;
  chunks(a, &each);
  for (int map = index * each; map < total && map < (index + 1) * each; map++) {
    real bias = a->bias ? a->bias[map % a->channels] * a->lr_mul : 0, *v = a->to + (size_t)map * a->pixels;
    real high = a->gain, low = a->gain * a->slope;
    for (size_t i = 0; i < a->pixels; i++) {
      real t = v[i] + bias;
      v[i] = t * (t > 0 ? high : low);
    }
  }
}

/* to := from * f'(.), f' read from the output's sign. */
static void mask_task(void *context, int index, int worker) {
  const activation *a = context;
  int each, total = a->n * a->channels;
  chunks(a, &each);
  for (int map = index * each; map < total && map < (index + 1) * each; map++) {
    size_t at = (size_t)map * a->pixels;
    real high = a->gain, low = a->gain * a->slope;
    for (size_t i = at; i < at + a->pixels; i++) a->to[i] = a->from[i] * (a->sign[i] > 0 ? high : low);
  }
}

static void bias_task(void *context, int c, int worker) {
  const activation *a = context;
  double sum = 0;
  for (int n = 0; n < a->n; n++) {
    const real *v = a->from + ((size_t)n * (size_t)a->channels + (size_t)c) * a->pixels;
    double lane[8] = {0};
    size_t i = 0;
    for (; i + 8 <= a->pixels; i += 8)
      for (int l = 0; l < 8; l++) lane[l] += v[i + (size_t)l];
    for (; i < a->pixels; i++) sum += v[i];
    for (int l = 0; l < 8; l++) sum += lane[l];
  }
  a->to[c] += (real)(sum * a->lr_mul);
}

static activation activation_of(const sm_op *op) {
  const sm_variable *v = op->a;
  int channels = op->parameter ? (int)op->parameter->count : v->c;
  return (activation){.slope = (real)op->slope,
                      .gain = (real)op->scale,
                      .lr_mul = (real)op->lr_mul,
                      .channels = channels,
                      .n = v->n,
                      .pixels = sm_variable_count(v) / (size_t)v->n / (size_t)channels};
}

static void mask(sm_tape *tape, const activation *base, const real *sign, const real *from, real *to) {
  activation a = *base;
  int each;
  a.from = from;
  a.to = to;
  a.sign = sign;
  sm_workshop_run(tape->shop, chunks(&a, &each), mask_task, &a);
}

/* The gradient block goes from the output to the input, masked in place. */
static void backward(sm_tape *tape, sm_op *op) {
  activation a = activation_of(op);
  real *grad = op->out->grad;
  op->out->grad = NULL;
  if (op->slope != 1 || op->scale != 1) mask(tape, &a, op->out->data, grad, grad);
  if (op->learn && !tape->skip_weights) {
    a.from = grad;
    a.to = op->parameter->grad;
    sm_workshop_run(tape->shop, a.channels, bias_task, &a);
  }
  sm_gradient_give(tape, op->a, grad);
}

/* The bias adds nothing to a tangent, and the masks do not move. */
static void tangent(sm_tape *tape, sm_op *op) {
  activation a = activation_of(op);
  op->out->tangent = op->a->tangent;
  op->a->tangent = NULL;
  mask(tape, &a, op->out->data, op->out->tangent, op->out->tangent);
}

static const sm_op_class activate_class = {backward, tangent};

sm_variable *sm_layer_activate(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul, double slope,
                               double gain) {
  sm_variable *out = tape->status == STYLEMAP_OK ? sm_tape_adopt(tape, x, x->c) : NULL;
  sm_op *op = out ? sm_tape_record(tape, &activate_class, x, NULL, NULL, bias, out) : NULL;
  if (!op) return NULL;
  op->slope = slope;
  op->scale = gain;
  op->lr_mul = lr_mul;
  activation a = activation_of(op);
  int each;
  a.bias = bias ? bias->value : NULL;
  a.to = out->data;
  sm_workshop_run(tape->shop, chunks(&a, &each), forward_task, &a);
  return out;
}

sm_variable *sm_layer_lrelu(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul) {
  return sm_layer_activate(tape, x, bias, lr_mul, 0.2, sqrt(2));
}

sm_variable *sm_layer_bias(sm_tape *tape, sm_variable *x, sm_parameter *bias) {
  return sm_layer_activate(tape, x, bias, 1, 1, 1);
}

typedef struct joint {
  const real *a, *from;
  real *to;
  size_t count;
  int add;
} joint;

enum { STRETCH = 1 << 16 };
static const real half_root = (real)0.70710678118654752440;

static void join_task(void *context, int index, int worker) {
  const joint *j = context;
  size_t first = (size_t)index * STRETCH, end = first + STRETCH < j->count ? first + STRETCH : j->count;
  for (size_t i = first; i < end; i++) j->to[i] = (j->a[i] + j->to[i]) * half_root;
}

static void share_task(void *context, int index, int worker) {
  const joint *j = context;
  size_t first = (size_t)index * STRETCH, end = first + STRETCH < j->count ? first + STRETCH : j->count;
  if (j->add)
    for (size_t i = first; i < end; i++) j->to[i] += j->from[i] * half_root;
  else
    for (size_t i = first; i < end; i++) j->to[i] = j->from[i] * half_root;
}

static void stretch(sm_tape *tape, sm_task *task, joint *j) {
  sm_workshop_run(tape->shop, (int)((j->count + STRETCH - 1) / STRETCH), task, j);
}

static void join_backward(sm_tape *tape, sm_op *op) {
  joint j = {.from = op->out->grad, .count = sm_variable_count(op->out)};
  j.to = sm_gradient_of(tape, op->a, &j.add);
  if (j.to) stretch(tape, share_task, &j);
  j.to = sm_gradient_of(tape, op->b, &j.add);
  if (j.to) stretch(tape, share_task, &j);
}

static void join_tangent(sm_tape *tape, sm_op *op) {
  joint j = {.a = op->a->tangent, .to = op->b->tangent, .count = sm_variable_count(op->out)};
  op->out->tangent = op->b->tangent;
  op->b->tangent = NULL;
  stretch(tape, join_task, &j);
}

static const sm_op_class join_class = {join_backward, join_tangent};

sm_variable *sm_layer_join(sm_tape *tape, sm_variable *a, sm_variable *b) {
  sm_variable *out = tape->status == STYLEMAP_OK ? sm_tape_adopt(tape, b, b->c) : NULL;
  sm_op *op = out ? sm_tape_record(tape, &join_class, a, b, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  joint j = {.a = a->data, .to = out->data, .count = sm_variable_count(out)};
  stretch(tape, join_task, &j);
  return out;
}
