/* SPDX-License-Identifier: GPL-3.0-or-later
 * Convolution, bias, leaky ReLU and addition, in one. */
#include <assert.h>

#include "grad/layers.h"
#include "network/blur.h"

static sm_pass pass_of(const sm_op *op, const sm_variable *in, int cout, sm_walk walk, int adjoint) {
  return (sm_pass){.walk = walk,
                   .k = op->k,
                   .cin = in->c,
                   .cout = cout,
                   .n = in->n,
                   .h = in->h,
                   .w = in->w,
                   .scale = (real)op->scale,
                   .gain = op->mode == SM_WALK_UP ? SM_GAIN_DOUBLE : SM_GAIN_HALVE,
                   .adjoint = adjoint};
}

/* The data gradient of a stride-1 convolution is one with mirrored weights; those of the strided and the transposed
 * one, blurs included, are each other. */
static sm_walk adjoint_walk(sm_walk walk) {
  return walk == SM_WALK_SAME ? SM_WALK_SAME : walk == SM_WALK_DOWN ? SM_WALK_UP : SM_WALK_DOWN;
}

static void weight_gradient(sm_tape *tape, const sm_op *op, const real *in, const real *delta) {
  stylemap_status status;
  if (op->mode != SM_WALK_UP) {
    sm_pass pass = pass_of(op, op->a, op->out->c, op->mode, 0);
    status = sm_convolve_weight(tape->shop, &pass, in, &delta, 1, 0, &op->parameter->grad);
  } else {
    /* y[2i + u] += x[i] w[u] is, for w, the strided convolution of delta correlated with x */
    sm_pass pass = pass_of(op, op->out, op->a->c, SM_WALK_DOWN, 0);
    status = sm_convolve_weight(tape->shop, &pass, delta, &in, 1, 1, &op->parameter->grad);
  }
  if (status != STYLEMAP_OK) tape->status = status;
}

/* The gradient of what goes into the activation is left in out->grad. */
static void backward(sm_tape *tape, sm_op *op) {
  real *grad = op->out->grad;
  int weigh = op->learn && !tape->skip_weights;
  if (op->slope != 1 || (op->bias && weigh))
    sm_mask_sums(tape, op->out, op->slope, op->gain, grad, weigh ? op->bias : NULL);
  if (weigh) weight_gradient(tape, op, op->a->data, grad);
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (dx) {
    sm_pass pass = pass_of(op, op->out, op->a->c, adjoint_walk(op->mode), 1);
    sm_target target = {.weight = op->parameter->value, .slope = 1, .add = add ? dx : NULL, .out = dx};
    stylemap_status status = sm_convolve(tape->shop, &pass, grad, &target, 1);
    if (status != STYLEMAP_OK) tape->status = status;
  }
  if (!op->b || !op->b->wants) return;
  if (!tape->keep) {
    op->out->grad = NULL;
    sm_gradient_give(tape, op->b, grad);
    return;
  }
  real *to = sm_gradient_of(tape, op->b, &add);
  if (to) sm_accumulate(tape, grad, add, sm_variable_count(op->out), to);
}

/* Linear in x, so the tangent goes through the same convolution and mask; linear in w, so what the tangent gives w is
 * the weight gradient with the tangent in the place of x. */
static void tangent(sm_tape *tape, sm_op *op) {
  sm_pass pass = pass_of(op, op->a, op->out->c, op->mode, 0);
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (!op->out->tangent) {
    tape->status = STYLEMAP_NO_MEMORY;
    return;
  }
  sm_target target = {
      .weight = op->parameter->value, .slope = 1, .add = op->b ? op->b->tangent : NULL, .out = op->out->tangent};
  stylemap_status status = sm_convolve(tape->shop, &pass, op->a->tangent, &target, 1);
  if (status != STYLEMAP_OK) tape->status = status;
  else if (op->slope != 1) sm_mask_sums(tape, op->out, op->slope, op->gain, op->out->tangent, NULL);
  if (tape->status == STYLEMAP_OK && op->learn) weight_gradient(tape, op, op->a->tangent, op->out->grad);
}

static const sm_op_class conv_class = {backward, tangent};

sm_variable *sm_layer_conv(sm_tape *tape, sm_variable *x, sm_parameter *weight, const sm_form *form) {
  if (tape->status != STYLEMAP_OK) return NULL;
  assert(x->lane == SM_LANE && form->gain > 0 && (form->slope != 1 || form->gain == 1) &&
         (form->slope == 1 || !form->add));
  int cout = (int)(weight->count / ((size_t)x->c * (size_t)(form->k * form->k)));
  sm_variable *out =
      sm_tape_map(tape, x->n, cout, sm_convolved_side(form->walk, x->h), sm_convolved_side(form->walk, x->w));
  sm_op *op = out ? sm_tape_record(tape, &conv_class, x, form->add, NULL, weight, out) : NULL;
  if (!op) return NULL;
  op->bias = form->bias;
  op->mode = form->walk;
  op->k = form->k;
  op->scale = form->scale;
  op->slope = form->slope;
  op->gain = form->gain;
  /* a gain behind the leaky ReLU is one before it */
  sm_pass pass = pass_of(op, x, cout, form->walk, 0);
  pass.scale = (real)(form->scale * form->gain);
  sm_target target = {.weight = weight->value,
                      .bias = form->bias ? form->bias->value : NULL,
                      .bias_scale = (real)form->gain,
                      .slope = (real)form->slope,
                      .add = form->add ? form->add->data : NULL,
                      .out = out->data};
  tape->status = sm_convolve(tape->shop, &pass, x->data, &target, 1);
  return tape->status == STYLEMAP_OK ? out : NULL;
}
