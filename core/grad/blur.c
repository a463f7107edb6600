/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "grad/layers.h"
#include "network/blur.h"

/* The blur of one block of one picture: the horizontal pass has whole taps (the outer ones are 1), so the vertical one
 * carries the gain and what they sum to. */
typedef struct blur {
  const real *in, *plus;
  real *out, *row; /* row: one per worker, of the input's padded width */
  size_t row_each;
  size_t h, w; /* of the smaller side */
  int add;
  real outer, inner;
} blur;

SM_CLONES static void halve_column(const real *r0, const real *r1, const real *r2, const real *r3, real outer,
                                   real inner, size_t count, real *to) {
  for (size_t i = 0; i < count; i++) to[i] = inner * (r1[i] + r2[i]) + outer * (r0[i] + r3[i]);
}

SM_CLONES static void halve_row(const real *m, size_t w, int add, real *out) {
  for (size_t x = 0; x < w; x++)
    for (size_t l = 0; l < SM_LANE; l++) {
      const real *p = m + 2 * x * SM_LANE + l;
      real v = p[0] + p[3 * SM_LANE] + SM_TAP_INNER * (p[SM_LANE] + p[2 * SM_LANE]);
      out[x * SM_LANE + l] = add ? out[x * SM_LANE + l] + v : v;
    }
}

/* Every second pixel with pad 1: out[y][x] (+)= sum k[u] k[v] in[2y - 1 + u][2x - 1 + v]. */
static void halve_task(void *context, int map, int worker) {
  const blur *b = context;
  size_t line = 2 * b->w * SM_LANE;
  const real *in = b->in + (size_t)map * 2 * b->h * line;
  real *out = b->out + (size_t)map * b->h * b->w * SM_LANE, *row = b->row + (size_t)worker * b->row_each;
  real *none = row + line + 2 * SM_LANE;
  memset(row, 0, sizeof(real) * SM_LANE);
  memset(row + line + SM_LANE, 0, sizeof(real) * (SM_LANE + line));
  for (size_t y = 0; y < b->h; y++, out += b->w * SM_LANE) {
    const real *r1 = in + 2 * y * line, *r2 = r1 + line;
    const real *r0 = y ? r1 - line : none, *r3 = y + 1 < b->h ? r2 + line : none;
    halve_column(r0, r1, r2, r3, b->outer, b->inner, line, row + SM_LANE);
    halve_row(row, b->w, b->add, out);
  }
}

SM_CLONES static void double_column(const real *near, const real *far, real outer, real inner, size_t count, real *to) {
  for (size_t i = 0; i < count; i++) to[i] = inner * near[i] + outer * far[i];
}

SM_CLONES static void double_row(const real *m, size_t w, const real *plus, real *out) {
  for (size_t x = 0; x < w; x++)
    for (size_t l = 0; l < SM_LANE; l++) {
      const real *p = m + x * SM_LANE + l;
      size_t to = 2 * x * SM_LANE + l;
      real near = SM_TAP_INNER * p[0], even = near + p[-SM_LANE], odd = near + p[SM_LANE];
      out[to] = plus ? plus[to] + even : even;
      out[to + SM_LANE] = plus ? plus[to + SM_LANE] + odd : odd;
    }
}

/* Its transpose: out[2m] = inner in[m] + outer in[m - 1], out[2m + 1] = inner in[m] + outer in[m + 1], along each axis;
 * plus `plus`. */
static void double_task(void *context, int map, int worker) {
  const blur *b = context;
  size_t line = b->w * SM_LANE, from = (size_t)map * b->h * line, to = 4 * from;
  real *row = b->row + (size_t)worker * b->row_each, *none = row + line + 2 * SM_LANE;
  memset(row, 0, sizeof(real) * SM_LANE);
  memset(row + line + SM_LANE, 0, sizeof(real) * (SM_LANE + line));
  for (size_t y = 0; y < 2 * b->h; y++, to += 2 * line) {
    const real *near = b->in + from + y / 2 * line;
    const real *far = y % 2 ? (y / 2 + 1 < b->h ? near + line : none) : y ? near - line : none;
    double_column(near, far, b->outer, b->inner, line, row + SM_LANE);
    double_row(row + SM_LANE, b->w, b->plus ? b->plus + to : NULL, b->out + to);
  }
}

typedef enum { HALVE, DOUBLE } kind;

/* h, w: the smaller side's. `plus` is a map like `out`, `out` itself, or NULL. */
static void run(sm_tape *tape, kind k, const real *in, int maps, int h, int w, double gain, const real *plus,
                real *out) {
  size_t line = (size_t)w * SM_LANE * (k == HALVE ? 2 : 1), each = 2 * line + 2 * SM_LANE;
  real *rows = sm_take(tape->shop, each * (size_t)sm_workshop_threads(tape->shop));
  if (!rows) {
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  blur b = {in, plus, out, rows, each, (size_t)h, (size_t)w, plus != NULL,
            (real)(SM_TAP_OUTER * gain / SM_TAPS_SQUARED), (real)(SM_TAP_INNER * gain / SM_TAPS_SQUARED)};
  sm_workshop_run(tape->shop, maps, k == HALVE ? halve_task : double_task, &b);
  sm_give(tape->shop, rows);
}

static void forward(sm_tape *tape, const sm_op *op, const real *in, const real *plus, real *out) {
  const sm_variable *x = op->a, *y = op->out;
  int halve = op->mode == HALVE;
  run(tape, op->mode, in, x->n * sm_variable_blocks(x), halve ? y->h : x->h, halve ? y->w : x->w, op->scale, plus, out);
}

static void backward(sm_tape *tape, sm_op *op) {
  const sm_variable *x = op->a, *y = op->out;
  int add, halve = op->mode == HALVE;
  real *dx = sm_gradient_of(tape, op->a, &add), *grad = op->out->grad;
  if (dx)
    run(tape, halve ? DOUBLE : HALVE, grad, x->n * sm_variable_blocks(x), halve ? y->h : x->h, halve ? y->w : x->w,
        op->scale, add ? dx : NULL, dx);
  if (!op->b) return;
  op->out->grad = NULL; /* goes on as that of what was added */
  sm_gradient_give(tape, op->b, grad);
}

static void tangent(sm_tape *tape, sm_op *op) {
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (op->out->tangent) forward(tape, op, op->a->tangent, NULL, op->out->tangent);
  else tape->status = STYLEMAP_NO_MEMORY;
}

static const sm_op_class halve_class = {backward, tangent}, double_class = {backward, NULL};

static sm_variable *layer(sm_tape *tape, sm_variable *x, sm_variable *add, kind k, double gain, int h, int w) {
  sm_variable *out = sm_tape_map(tape, x->n, x->c, h, w);
  sm_op *op = out ? sm_tape_record(tape, k == HALVE ? &halve_class : &double_class, x, add, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  op->mode = k;
  op->scale = gain;
  forward(tape, op, x->data, add ? add->data : NULL, out->data);
  return out;
}

sm_variable *sm_layer_blur_halve(sm_tape *tape, sm_variable *x) {
  if (tape->status != STYLEMAP_OK) return NULL;
  return layer(tape, x, NULL, HALVE, SM_GAIN_HALVE, x->h / 2, x->w / 2);
}

sm_variable *sm_layer_blur_double(sm_tape *tape, sm_variable *x, sm_variable *add) {
  if (tape->status != STYLEMAP_OK) return NULL;
  return layer(tape, x, add, DOUBLE, SM_GAIN_DOUBLE, 2 * x->h, 2 * x->w);
}
