/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blending by masks, as an edit does it: of style maps at every level, and of pictures. */
#include "grad/layers.h"

typedef enum { BLEND, FIRST, SECOND } part; /* the result, or the gradient of either side */

typedef struct blending {
  const real *a, *b, *mask; /* of a gradient: `a` alone */
  real *out;
  part part;
  int blocks, add;
  size_t pixels, lane;
} blending;

SM_CLONES static void mix(const real *a, const real *b, const real *mask, size_t pixels, size_t lane, real *out) {
  for (size_t i = 0; i < pixels; i++)
    for (size_t l = i * lane; l < (i + 1) * lane; l++) out[l] = a[l] + mask[i] * (b[l] - a[l]);
}

SM_CLONES static void weigh(const real *grad, const real *mask, int rest, int add, size_t pixels, size_t lane,
                            real *out) {
  for (size_t i = 0; i < pixels; i++) {
    const real factor = rest ? 1 - mask[i] : mask[i];
    for (size_t l = i * lane; l < (i + 1) * lane; l++) out[l] = add ? out[l] + factor * grad[l] : factor * grad[l];
  }
}

static void blend_task(void *context, int index, int worker) {
  const blending *b = context;
  const size_t at = (size_t)index * b->pixels * b->lane;
  const real *mask = b->mask + (size_t)(index / b->blocks) * b->pixels;
  (void)worker;
  if (b->part == BLEND) mix(b->a + at, b->b + at, mask, b->pixels, b->lane, b->out + at);
  else weigh(b->a + at, mask, b->part == FIRST, b->add, b->pixels, b->lane, b->out + at);
}

static void run(sm_tape *tape, const sm_variable *like, blending b) {
  b.blocks = sm_variable_blocks(like);
  b.pixels = sm_variable_pixels(like);
  b.lane = (size_t)like->lane;
  sm_workshop_run(tape->shop, like->n * b.blocks, blend_task, &b);
}

static void backward(sm_tape *tape, sm_op *op) {
  sm_variable *side[2] = {op->a, op->b};
  for (int i = 0; i < 2; i++) {
    int add;
    real *grad = sm_gradient_of(tape, side[i], &add);
    if (grad)
      run(tape, op->out,
          (blending){.a = op->out->grad, .mask = op->given, .out = grad, .part = i ? SECOND : FIRST, .add = add});
  }
}

static const sm_op_class blend_class = {backward, NULL};

sm_variable *sm_layer_blend(sm_tape *tape, sm_variable *a, sm_variable *b, const real *mask) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = (a->lane == 1 ? sm_tape_value : sm_tape_map)(tape, a->n, a->c, a->h, a->w);
  sm_op *op = out ? sm_tape_record(tape, &blend_class, a, b, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  op->given = mask;
  run(tape, out, (blending){.a = a->data, .b = b->data, .mask = mask, .out = out->data, .part = BLEND});
  return out;
}
