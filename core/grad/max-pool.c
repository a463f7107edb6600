/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/layers.h"

/* Where the largest of the four lies is found again from the input: the first of equals. `w`: numbers of a row. */
static int largest(const real *c, size_t w) {
  int at = 0;
  const real v[4] = {c[0], c[SM_LANE], c[w], c[w + SM_LANE]};
  for (int i = 1; i < 4; i++)
    if (v[i] > v[at]) at = i;
  return at;
}

typedef struct pooling {
  const sm_variable *x, *y;
  real *dx;
} pooling;

static void pool_task(void *context, int map, int worker) {
  const pooling *p = context;
  size_t w = (size_t)p->x->w * SM_LANE, oh = (size_t)p->y->h, ow = (size_t)p->y->w * SM_LANE;
  size_t first = (size_t)map * (size_t)p->x->h * w;
  for (size_t i = 0; i < oh; i++)
    for (size_t j = 0; j < ow; j++) {
      size_t at = first + 2 * i * w + j / SM_LANE * 2 * SM_LANE + j % SM_LANE, out = (size_t)map * oh * ow + i * ow + j;
      int k = largest(p->x->data + at, w);
      size_t from = at + (size_t)(k / 2) * w + (size_t)(k % 2) * SM_LANE;
      if (p->dx) p->dx[from] += p->y->grad[out];
      else p->y->data[out] = p->x->data[from];
    }
}

static void pool_backward(sm_tape *tape, sm_op *op) {
  int add;
  pooling p = {op->a, op->out, sm_gradient_of(tape, op->a, &add)};
  if (!p.dx) return;
  size_t count = sm_variable_count(op->a);
  if (!add)
    for (size_t i = 0; i < count; i++) p.dx[i] = 0;
  sm_workshop_run(tape->shop, op->a->n * sm_variable_blocks(op->a), pool_task, &p);
}

static const sm_op_class pool_class = {pool_backward, NULL};

sm_variable *sm_layer_max_pool(sm_tape *tape, sm_variable *x) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = sm_tape_map(tape, x->n, x->c, x->h / 2, x->w / 2);
  if (!out || !sm_tape_record(tape, &pool_class, x, NULL, NULL, NULL, out)) return NULL;
  pooling p = {x, out, NULL};
  sm_workshop_run(tape->shop, x->n * sm_variable_blocks(x), pool_task, &p);
  return out;
}

static void scale_backward(sm_tape *tape, sm_op *op) {
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (!dx) return;
  size_t pixels = (size_t)op->a->h * (size_t)op->a->w, count = sm_variable_count(op->a);
  for (size_t i = 0; i < count; i++) {
    real v = op->out->grad[i] * (real)op->statistics[i / pixels % 3];
    dx[i] = add ? dx[i] + v : v;
  }
}

static const sm_op_class scale_class = {scale_backward, NULL};

sm_variable *sm_layer_scale_shift(sm_tape *tape, sm_variable *x, const double *scale, const double *shift) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = sm_tape_value(tape, x->n, x->c, x->h, x->w);
  sm_op *op = out ? sm_tape_record(tape, &scale_class, x, NULL, NULL, NULL, out) : NULL;
  if (!op || !(op->statistics = sm_tape_statistics(tape, 3))) return NULL;
  size_t pixels = (size_t)x->h * (size_t)x->w, count = sm_variable_count(x);
  for (int c = 0; c < 3; c++) op->statistics[c] = scale[c];
  for (size_t i = 0; i < count; i++) {
    size_t c = i / pixels % 3;
    out->data[i] = (real)(x->data[i] * scale[c] + shift[c]);
  }
  return out;
}
