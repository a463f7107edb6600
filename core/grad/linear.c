/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "grad/layers.h"

enum { ROWS = 32 /* of the weight, a task */ };

typedef struct product {
  const real *x, *w, *dy;
  real *y, *dw, *dx;
  int n, k, m;
  int add; /* to dx */
  real scale;
} product;

static void forward_task(void *context, int index, int worker) {
  const product *p = context;
  int first = index * ROWS, rows = p->m - first < ROWS ? p->m - first : ROWS;
  sm_product(1, p->n, rows, p->k, p->scale, p->x, (size_t)p->k, p->w + (size_t)first * (size_t)p->k, (size_t)p->k, 0,
             p->y + first, (size_t)p->m);
}

static void weight_task(void *context, int index, int worker) {
  const product *p = context;
  int end = (index + 1) * ROWS < p->m ? (index + 1) * ROWS : p->m;
  for (int o = index * ROWS; o < end; o++) {
    real *to = p->dw + (size_t)o * (size_t)p->k;
    for (int n = 0; n < p->n; n++) {
      const real *x = p->x + (size_t)n * (size_t)p->k;
      real g = p->dy[(size_t)n * (size_t)p->m + (size_t)o] * p->scale;
      for (int i = 0; i < p->k; i++) to[i] += g * x[i];
    }
  }
}

static product product_of(const sm_op *op) {
  int n = op->a->n;
  return (product){.n = n,
                   .k = (int)(sm_variable_count(op->a) / (size_t)n),
                   .m = (int)(sm_variable_count(op->out) / (size_t)n),
                   .w = op->parameter->value,
                   .scale = (real)op->scale};
}

static void forward(sm_tape *tape, const sm_op *op, const real *x, real *y) {
  product p = product_of(op);
  p.x = x;
  p.y = y;
  sm_workshop_run(tape->shop, (p.m + ROWS - 1) / ROWS, forward_task, &p);
}

static void weight_gradient(sm_tape *tape, const sm_op *op, const real *x) {
  product p = product_of(op);
  p.x = x;
  p.dy = op->out->grad;
  p.dw = op->parameter->grad;
  sm_workshop_run(tape->shop, (p.m + ROWS - 1) / ROWS, weight_task, &p);
}

static void input_task(void *context, int n, int worker) {
  const product *p = context;
  sm_product(0, 1, p->k, p->m, p->scale, p->dy + (size_t)n * (size_t)p->m, (size_t)p->m, p->w, (size_t)p->k, p->add,
             p->dx + (size_t)n * (size_t)p->k, (size_t)p->k);
}

static void backward(sm_tape *tape, sm_op *op) {
  if (op->learn && !tape->skip_weights) weight_gradient(tape, op, op->a->data);
  product p = product_of(op);
  p.dx = sm_gradient_of(tape, op->a, &p.add);
  p.dy = op->out->grad;
  if (p.dx) sm_workshop_run(tape->shop, p.n, input_task, &p);
}

static void tangent(sm_tape *tape, sm_op *op) {
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (!op->out->tangent) {
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  forward(tape, op, op->a->tangent, op->out->tangent);
  if (op->learn) weight_gradient(tape, op, op->a->tangent);
}

static const sm_op_class linear_class = {backward, tangent};

sm_variable *sm_layer_linear(sm_tape *tape, sm_variable *x, sm_parameter *weight, double scale, int c, int h, int w) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = sm_tape_value(tape, x->n, c, h, w);
  sm_op *op = out ? sm_tape_record(tape, &linear_class, x, NULL, NULL, weight, out) : NULL;
  if (!op) return NULL;
  op->scale = scale;
  forward(tape, op, x->data, out->data);
  return out;
}

sm_variable *sm_layer_pixel_norm(sm_tape *tape, const real *z, int n, int dim) {
  sm_variable *out = sm_tape_value(tape, n, dim, 1, 1);
  if (!out) return NULL;
  for (int i = 0; i < n; i++) {
    double squares = 0;
    for (int k = 0; k < dim; k++) squares += z[i * dim + k] * z[i * dim + k];
    for (int k = 0; k < dim; k++) out->data[i * dim + k] = (real)(z[i * dim + k] / sqrt(squares / dim + 1e-8));
  }
  return out;
}

/* Where number `i` of the constant, planes, lies in a map. */
static size_t place(const sm_variable *v, size_t i) {
  size_t pixels = sm_variable_pixels(v), c = i / pixels;
  return (c / SM_LANE * pixels + i % pixels) * SM_LANE + c % SM_LANE;
}

static void constant_backward(sm_tape *tape, sm_op *op) {
  size_t picture = sm_variable_count(op->out) / (size_t)op->out->n;
  if (op->learn && !tape->skip_weights)
    for (size_t i = 0; i < op->parameter->count; i++) {
      double sum = 0;
      for (int n = 0; n < op->out->n; n++) sum += op->out->grad[(size_t)n * picture + place(op->out, i)];
      op->parameter->grad[i] += (real)sum;
    }
}

static const sm_op_class constant_class = {constant_backward, NULL};

sm_variable *sm_layer_constant(sm_tape *tape, sm_parameter *input, int n) {
  const int *s = input->shape;
  sm_variable *out = sm_tape_map(tape, n, s[1], s[2], s[3]);
  if (!out || !sm_tape_record(tape, &constant_class, NULL, NULL, NULL, input, out)) return NULL;
  size_t picture = sm_variable_count(out) / (size_t)n;
  memset(out->data, 0, sizeof(real) * picture);
  for (size_t i = 0; i < input->count; i++) out->data[place(out, i)] = input->value[i];
  for (int i = 1; i < n; i++) memcpy(out->data + (size_t)i * picture, out->data, sizeof(real) * picture);
  return out;
}
