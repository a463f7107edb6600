/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "train/layers.h"

/* [1,3,3,1] / 8 along each axis, times sqrt(gain). */
typedef struct blur {
  const real *in;
  real *out, *row; /* row: one per worker, of the input's padded width */
  size_t row_each;
  int h, w, oh, ow, pad, add;
  real one, three; /* taps of the vertical pass; the horizontal one has 1 and 3 */
} blur;

/* out[y][x] (+)= sum k[u] k[v] in[y - pad + u][x - pad + v]. */
static void plain_task(void *context, int map, int worker) {
  const blur *b = context;
  const real *in = b->in + (size_t)map * (size_t)b->h * (size_t)b->w;
  real *out = b->out + (size_t)map * (size_t)b->oh * (size_t)b->ow, *row = b->row + (size_t)worker * b->row_each;
  for (int x = 0; x < b->w + 2 * b->pad; x++) row[x] = 0;
  for (int y = 0; y < b->oh; y++, out += b->ow) {
    real *mid = row + b->pad;
    const real tap[4] = {b->one, b->three, b->three, b->one};
    int first = y - b->pad, inside = first >= 0 && first + 3 < b->h;
    const real *r = in + (inside ? first : 0) * (size_t)b->w;
    size_t w = (size_t)b->w;
    if (inside) {
      for (size_t x = 0; x < w; x++) mid[x] = tap[0] * (r[x] + r[x + 3 * w]) + tap[1] * (r[x + w] + r[x + 2 * w]);
    } else {
      for (size_t x = 0; x < w; x++) mid[x] = 0;
      for (int u = 0; u < 4; u++)
        if (first + u >= 0 && first + u < b->h)
          for (size_t x = 0; x < w; x++) mid[x] += tap[u] * in[(size_t)(first + u) * w + x];
    }
    if (b->add)
      for (int x = 0; x < b->ow; x++) out[x] += row[x] + row[x + 3] + 3 * (row[x + 1] + row[x + 2]);
    else
      for (int x = 0; x < b->ow; x++) out[x] = row[x] + row[x + 3] + 3 * (row[x + 1] + row[x + 2]);
  }
}

/* Every second pixel with pad 1: out[y][x] (+)= sum k[u] k[v] in[2y - 1 + u][2x - 1 + v]. */
static void halve_task(void *context, int map, int worker) {
  const blur *b = context;
  const real *in = b->in + (size_t)map * (size_t)b->h * (size_t)b->w;
  real *out = b->out + (size_t)map * (size_t)b->oh * (size_t)b->ow, *row = b->row + (size_t)worker * b->row_each;
  row[0] = row[b->w + 1] = 0;
  for (int y = 0; y < b->oh; y++, out += b->ow) {
    const real *r1 = in + (size_t)(2 * y) * (size_t)b->w, *r2 = r1 + b->w;
    const real *r0 = y ? r1 - b->w : NULL, *r3 = 2 * y + 2 < b->h ? r2 + b->w : NULL;
    real *mid = row + 1;
    for (int x = 0; x < b->w; x++) mid[x] = b->three * (r1[x] + r2[x]) + b->one * ((r0 ? r0[x] : 0) + (r3 ? r3[x] : 0));
    for (int x = 0; x < b->ow; x++) {
      const real *m = row + 2 * x;
      real v = m[0] + m[3] + 3 * (m[1] + m[2]);
      out[x] = b->add ? out[x] + v : v;
    }
  }
}

/* Its transpose: out[2m] = 3 in[m] + in[m - 1], out[2m + 1] = 3 in[m] + in[m + 1], along each axis. */
static void double_task(void *context, int map, int worker) {
  const blur *b = context;
  const real *in = b->in + (size_t)map * (size_t)b->h * (size_t)b->w;
  real *out = b->out + (size_t)map * (size_t)b->oh * (size_t)b->ow, *row = b->row + (size_t)worker * b->row_each;
  row[0] = row[b->w + 1] = 0;
  for (int y = 0; y < b->oh; y++, out += b->ow) {
    const real *near = in + (size_t)(y / 2) * (size_t)b->w;
    int other = y % 2 ? y / 2 + 1 : y / 2 - 1;
    const real *far = other >= 0 && other < b->h ? in + (size_t)other * (size_t)b->w : NULL;
    real *mid = row + 1;
    if (far)
      for (int x = 0; x < b->w; x++) mid[x] = b->three * near[x] + b->one * far[x];
    else
      for (int x = 0; x < b->w; x++) mid[x] = b->three * near[x];
    for (int x = 0; x < b->w; x++) {
      real even = 3 * mid[x] + mid[x - 1], odd = 3 * mid[x] + mid[x + 1];
      out[2 * x] = b->add ? out[2 * x] + even : even;
      out[2 * x + 1] = b->add ? out[2 * x + 1] + odd : odd;
    }
  }
}

typedef enum { PLAIN, HALVE, DOUBLE } kind;

static void run(sm_tape *tape, kind k, const real *in, int maps, int h, int w, int pad, double gain, int add, int oh,
                int ow, real *out) {
  size_t each = (size_t)w + 2 * (size_t)(k == PLAIN ? pad : 1);
  real *rows = sm_take(tape->shop, each * (size_t)sm_workshop_threads(tape->shop));
  if (!rows) {
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  /* 1 / 64 in all: the horizontal pass has whole taps, so the vertical one carries the rest */
  blur b = {in, out, rows, each, h, w, oh, ow, pad, add, (real)(gain / 64), (real)(3 * gain / 64)};
  sm_workshop_run(tape->shop, maps, k == PLAIN ? plain_task : k == HALVE ? halve_task : double_task, &b);
  sm_give(tape->shop, rows);
}

static void forward(sm_tape *tape, const sm_op *op, const real *in, real *out) {
  const sm_variable *x = op->a, *y = op->out;
  run(tape, op->mode, in, x->n * x->c, x->h, x->w, op->k, op->scale, 0, y->h, y->w, out);
}

static void backward(sm_tape *tape, sm_op *op) {
  const sm_variable *x = op->a, *y = op->out;
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (!dx) return;
  kind k = op->mode == PLAIN ? PLAIN : op->mode == HALVE ? DOUBLE : HALVE;
  run(tape, k, y->grad, y->n * y->c, y->h, y->w, 3 - op->k, op->scale, add, x->h, x->w, dx);
}

static void tangent(sm_tape *tape, sm_op *op) {
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (op->out->tangent) forward(tape, op, op->a->tangent, op->out->tangent);
  else tape->status = STYLEMAP_NO_MEMORY;
}

static const sm_op_class blur_class = {backward, tangent};

static sm_variable *layer(sm_tape *tape, sm_variable *x, kind k, int pad, double gain, int h, int w) {
  sm_variable *out = sm_tape_value(tape, x->n, x->c, h, w);
  sm_op *op = out ? sm_tape_record(tape, &blur_class, x, NULL, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  op->mode = k;
  op->k = pad;
  op->scale = gain;
  forward(tape, op, x->data, out->data);
  return out;
}

sm_variable *sm_layer_blur(sm_tape *tape, sm_variable *x, int pad, double gain) {
  if (tape->status != STYLEMAP_OK) return NULL;
  return layer(tape, x, PLAIN, pad, gain, x->h + 2 * pad - 3, x->w + 2 * pad - 3);
}

sm_variable *sm_layer_blur_halve(sm_tape *tape, sm_variable *x) {
  if (tape->status != STYLEMAP_OK) return NULL;
  return layer(tape, x, HALVE, 1, 1, x->h / 2, x->w / 2);
}

sm_variable *sm_layer_blur_double(sm_tape *tape, sm_variable *x) {
  if (tape->status != STYLEMAP_OK) return NULL;
  return layer(tape, x, DOUBLE, 1, 4, 2 * x->h, 2 * x->w);
}
