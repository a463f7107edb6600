/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/convolve.h"
#include "train/layers.h"

static sm_pass run_of(const sm_op *op, const sm_variable *in, int cin, int cout, sm_walk walk) {
  return (sm_pass){
      .walk = walk, .k = op->k, .cin = cin, .cout = cout, .n = in->n, .h = in->h, .w = in->w, .scale = (real)op->scale};
}

/* The data gradient of a stride-1 convolution is one with mirrored weights; those of the strided and the transposed
 * one are each other. */
static sm_walk adjoint_walk(sm_walk walk) {
  return walk == SM_WALK_SAME ? SM_WALK_SAME : walk == SM_WALK_DOWN ? SM_WALK_UP : SM_WALK_DOWN;
}

static stylemap_status weight_gradient(sm_tape *tape, const sm_op *op, const real *in, const real *delta) {
  if (op->mode != SM_WALK_UP) {
    sm_pass run = run_of(op, op->a, op->a->c, op->out->c, op->mode);
    return sm_convolve_weight(tape->shop, &run, in, delta, 0, op->parameter->grad);
  }
  /* y[2i + u] += x[i] w[u] is, for w, the strided convolution of delta correlated with x */
  sm_pass run = run_of(op, op->out, op->out->c, op->a->c, SM_WALK_DOWN);
  return sm_convolve_weight(tape->shop, &run, delta, in, 1, op->parameter->grad);
}

static void backward(sm_tape *tape, sm_op *op) {
  if (op->learn && !tape->skip_weights) {
    stylemap_status status = weight_gradient(tape, op, op->a->data, op->out->grad);
    if (status != STYLEMAP_OK) tape->status = status;
  }
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (!dx) return;
  sm_pass run = run_of(op, op->out, op->out->c, op->a->c, adjoint_walk(op->mode));
  stylemap_status status = sm_convolve(tape->shop, &run, op->parameter->value, 1, op->out->grad, add, dx);
  if (status != STYLEMAP_OK) tape->status = status;
}

/* Linear in x, so the tangent goes through the same convolution; linear in w, so what the tangent gives w is the weight
 * gradient with the tangent in the place of x. */
static void tangent(sm_tape *tape, sm_op *op) {
  sm_pass run = run_of(op, op->a, op->a->c, op->out->c, op->mode);
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  stylemap_status status = op->out->tangent ? STYLEMAP_OK : STYLEMAP_NO_MEMORY;
  if (status == STYLEMAP_OK)
    status = sm_convolve(tape->shop, &run, op->parameter->value, 0, op->a->tangent, 0, op->out->tangent);
  if (status == STYLEMAP_OK && op->learn) status = weight_gradient(tape, op, op->a->tangent, op->out->grad);
  if (status != STYLEMAP_OK) tape->status = status;
}

static const sm_op_class conv_class = {backward, tangent};

static sm_variable *conv(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale, sm_walk walk) {
  if (tape->status != STYLEMAP_OK) return NULL;
  int cout = (int)(weight->count / ((size_t)x->c * (size_t)(k * k)));
  sm_variable *out =
      sm_tape_value(tape, x->n, cout, sm_convolved_side(walk, k, x->h), sm_convolved_side(walk, k, x->w));
  sm_op *op = out ? sm_tape_record(tape, &conv_class, x, NULL, NULL, weight, out) : NULL;
  if (!op) return NULL;
  op->mode = walk;
  op->k = k;
  op->scale = scale;
  sm_pass run = run_of(op, x, x->c, cout, walk);
  tape->status = sm_convolve(tape->shop, &run, weight->value, 0, x->data, 0, out->data);
  return out;
}

sm_variable *sm_layer_conv(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale) {
  return conv(tape, x, weight, k, scale, SM_WALK_SAME);
}

sm_variable *sm_layer_conv_down(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale) {
  return conv(tape, x, weight, k, scale, SM_WALK_DOWN);
}

sm_variable *sm_layer_conv_up(sm_tape *tape, sm_variable *x, sm_parameter *weight, int k, double scale) {
  return conv(tape, x, weight, k, scale, SM_WALK_UP);
}
