/* SPDX-License-Identifier: GPL-3.0-or-later
 * Between planes and the tape's maps. */
#include "grad/layers.h"

/* One block of 16 channels of one picture. */
typedef struct conversion {
  const real *from;
  real *to;
  int channels, blocks, add;
  size_t pixels;
} conversion;

/* Sixteen rows of `pixels` numbers <-> `pixels` rows of sixteen; `rows` of the sixteen exist. */
SM_CLONES static void gather_rows(const real *from, int rows, size_t pixels, int add, real *to) {
  for (size_t i = 0; i < pixels; i++)
    for (int c = 0; c < SM_LANE; c++) {
      real v = c < rows ? from[(size_t)c * pixels + i] : 0;
      to[i * SM_LANE + (size_t)c] = add ? to[i * SM_LANE + (size_t)c] + v : v;
    }
}

SM_CLONES static void spread_rows(const real *from, int rows, size_t pixels, int add, real *to) {
  for (int c = 0; c < rows; c++)
    for (size_t i = 0; i < pixels; i++) {
      real v = from[i * SM_LANE + (size_t)c];
      to[(size_t)c * pixels + i] = add ? to[(size_t)c * pixels + i] + v : v;
    }
}

static int rows_at(const conversion *p, int index, size_t *planes) {
  int c = index % p->blocks * SM_LANE;
  *planes = ((size_t)(index / p->blocks) * (size_t)p->channels + (size_t)c) * p->pixels;
  return p->channels - c < SM_LANE ? p->channels - c : SM_LANE;
}

static void pack_task(void *context, int index, int worker) {
  const conversion *p = context;
  size_t planes;
  int rows = rows_at(p, index, &planes);
  gather_rows(p->from + planes, rows, p->pixels, p->add, p->to + (size_t)index * p->pixels * SM_LANE);
}

static void unpack_task(void *context, int index, int worker) {
  const conversion *p = context;
  size_t planes;
  int rows = rows_at(p, index, &planes);
  spread_rows(p->from + (size_t)index * p->pixels * SM_LANE, rows, p->pixels, p->add, p->to + planes);
}

/* `map` is either side of the conversion: what counts is its shape. */
static void convert(sm_tape *tape, const sm_variable *map, int pack, const real *from, int add, real *to) {
  conversion p = {from, to, map->c, (map->c + SM_LANE - 1) / SM_LANE, add, sm_variable_pixels(map)};
  sm_workshop_run(tape->shop, map->n * p.blocks, pack ? pack_task : unpack_task, &p);
}

static void backward(sm_tape *tape, sm_op *op) {
  int add;
  real *dx = sm_gradient_of(tape, op->a, &add);
  if (dx) convert(tape, op->a, !op->mode, op->out->grad, add, dx);
}

static void tangent(sm_tape *tape, sm_op *op) {
  op->out->tangent = sm_take(tape->shop, sm_variable_count(op->out));
  if (op->out->tangent) convert(tape, op->a, op->mode, op->a->tangent, 0, op->out->tangent);
  else tape->status = STYLEMAP_NO_MEMORY;
}

static const sm_op_class convert_class = {backward, tangent};

static sm_variable *layer(sm_tape *tape, sm_variable *x, int pack) {
  if (tape->status != STYLEMAP_OK || x->lane == (pack ? SM_LANE : 1)) return x;
  sm_variable *out = (pack ? sm_tape_map : sm_tape_value)(tape, x->n, x->c, x->h, x->w);
  sm_op *op = out ? sm_tape_record(tape, &convert_class, x, NULL, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  op->mode = pack;
  convert(tape, x, pack, x->data, 0, out->data);
  return out;
}

sm_variable *sm_layer_enter(sm_tape *tape, sm_variable *x) { return layer(tape, x, 1); }

sm_variable *sm_layer_leave(sm_tape *tape, sm_variable *x) { return layer(tape, x, 0); }
