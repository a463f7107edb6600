/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "grad/layers.h"

/* ------------------------------------------------------------------- the backward pass of maps' activations */

enum { RUN = 64 /* pixels summed in short before they go to the double sums */ };

typedef struct masking {
  const real *out;
  real *grad, high, low;
  double *sums; /* [picture][block][lane], or NULL */
  size_t pixels;
} masking;

SM_CLONES static void mask_run(const real *out, real high, real low, size_t count, real *grad) {
  for (size_t i = 0; i < count; i++) grad[i] *= out[i] > 0 ? high : low;
}

SM_CLONES static void sum_run(const real *from, size_t pixels, double *sums) {
  real sum[SM_LANE] = {0};
  for (size_t i = 0; i < pixels; i++)
    for (int l = 0; l < SM_LANE; l++) sum[l] += from[i * SM_LANE + (size_t)l];
  for (int l = 0; l < SM_LANE; l++) sums[l] += sum[l];
}

static void mask_task(void *context, int index, int worker) {
  const masking *m = context;
  size_t at = (size_t)index * m->pixels * SM_LANE;
  for (size_t p = 0; p < m->pixels; p += RUN) {
    size_t n = m->pixels - p < RUN ? m->pixels - p : RUN, from = at + p * SM_LANE;
    if (m->low != 1 || m->high != 1) mask_run(m->out + from, m->high, m->low, n * SM_LANE, m->grad + from);
    if (m->sums) sum_run(m->grad + from, n, m->sums + index * SM_LANE);
  }
}

void sm_mask_sums(sm_tape *tape, const sm_variable *out, double slope, double gain, real *grad, sm_parameter *bias) {
  int blocks = sm_variable_blocks(out), channels = blocks * SM_LANE;
  masking m = {out->data, grad, (real)gain, (real)(gain * slope), NULL, sm_variable_pixels(out)};
  if (bias && !(m.sums = sm_tape_statistics(tape, (size_t)(out->n * channels)))) return;
  sm_workshop_run(tape->shop, out->n * blocks, mask_task, &m);
  if (!bias) return;
  for (int c = 0; c < out->c; c++) {
    double sum = 0;
    for (int n = 0; n < out->n; n++) sum += m.sums[n * channels + c];
    bias->grad[c] += (real)sum;
  }
  sm_release_statistics(m.sums);
}

/* -------------------------------------------------------------------------------------- linear layers */

/* n vectors of as many numbers as the bias has. */
typedef struct vectors {
  int n;
  size_t count;
  real slope, gain, lr_mul;
} vectors;

static vectors vectors_of(const sm_op *op) {
  size_t count = op->parameter->count;
  return (vectors){(int)(sm_variable_count(op->out) / count), count, (real)op->slope, (real)op->gain, (real)op->lr_mul};
}

static void mask(const vectors *v, const real *out, real *grad) {
  for (size_t i = 0; i < (size_t)v->n * v->count; i++) grad[i] *= v->gain * (out[i] > 0 ? 1 : v->slope);
}

/* The gradient block goes from the output to the input, masked in place. */
static void backward(sm_tape *tape, sm_op *op) {
  vectors v = vectors_of(op);
  real *grad = op->out->grad;
  op->out->grad = NULL;
  mask(&v, op->out->data, grad);
  if (op->learn && !tape->skip_weights)
    for (size_t i = 0; i < v.count; i++) {
      double sum = 0;
      for (int n = 0; n < v.n; n++) sum += grad[(size_t)n * v.count + i];
      op->parameter->grad[i] += (real)(sum * op->lr_mul);
    }
  sm_gradient_give(tape, op->a, grad);
}

/* The bias adds nothing to a tangent, and the masks do not move. */
static void tangent(sm_tape *tape, sm_op *op) {
  vectors v = vectors_of(op);
  op->out->tangent = op->a->tangent;
  op->a->tangent = NULL;
  mask(&v, op->out->data, op->out->tangent);
}

static const sm_op_class activate_class = {backward, tangent};

static sm_variable *activate(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul, double slope,
                             double gain) {
  sm_variable *out = tape->status == STYLEMAP_OK ? sm_tape_adopt(tape, x, x->c) : NULL;
  sm_op *op = out ? sm_tape_record(tape, &activate_class, x, NULL, NULL, bias, out) : NULL;
  if (!op) return NULL;
  op->slope = slope;
  op->gain = gain;
  op->lr_mul = lr_mul;
  vectors v = vectors_of(op);
  for (int n = 0; n < v.n; n++)
    for (size_t i = 0; i < v.count; i++) {
      real t = out->data[(size_t)n * v.count + i] + bias->value[i] * v.lr_mul;
      out->data[(size_t)n * v.count + i] = v.gain * (t > 0 ? t : t * v.slope);
    }
  return out;
}

sm_variable *sm_layer_lrelu(sm_tape *tape, sm_variable *x, sm_parameter *bias, double lr_mul) {
  return activate(tape, x, bias, lr_mul, 0.2, sqrt(2));
}

sm_variable *sm_layer_bias(sm_tape *tape, sm_variable *x, sm_parameter *bias) {
  return activate(tape, x, bias, 1, 1, 1);
}
