/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/tape.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "kernels/kernels.h"

typedef struct block {
  real *at;
  size_t count;
  int used;
} block;

struct sm_workshop {
  sm_pool *pool;
  const sm_kernels *kernels;
  block *blocks;
  size_t count, room;
  int (*poll)(void *data);
  void *poll_data;
  int stopped;
};

stylemap_status sm_workshop_new(int threads, sm_workshop **out, stylemap_error *error) {
  sm_workshop *shop = sm_calloc(1, sizeof *shop);
  if (!shop) return sm_no_memory(error, sizeof *shop);
  stylemap_status status = sm_pool_new(threads, &shop->pool, error);
  if (status != STYLEMAP_OK) {
    sm_free(shop);
    return status;
  }
  shop->kernels = sm_kernels_best();
  *out = shop;
  return STYLEMAP_OK;
}

void sm_workshop_free(sm_workshop *shop) {
  if (!shop) return;
  for (size_t i = 0; i < shop->count; i++) sm_free(shop->blocks[i].at);
  sm_free(shop->blocks);
  sm_pool_free(shop->pool);
  sm_free(shop);
}

void sm_workshop_run(sm_workshop *shop, int count, sm_task *task, void *context) {
  if (!shop->stopped) sm_pool_run(shop->pool, count, task, context, shop->poll ? sm_workshop_poll : NULL, shop);
}

void sm_workshop_ask(sm_workshop *shop, int (*poll)(void *), void *data) {
  shop->poll = poll;
  shop->poll_data = data;
}

int sm_workshop_poll(void *data) {
  sm_workshop *shop = data;
  if (!shop->stopped && shop->poll) shop->stopped = shop->poll(shop->poll_data) != 0;
  return shop->stopped;
}

const sm_kernels *sm_workshop_kernels(const sm_workshop *shop) { return shop->kernels; }

void sm_workshop_use(sm_workshop *shop, const sm_kernels *kernels) { shop->kernels = kernels; }

sm_pool *sm_workshop_pool(const sm_workshop *shop) { return shop->pool; }

int sm_workshop_threads(const sm_workshop *shop) { return sm_pool_threads(shop->pool); }

/* The smallest free block that wastes less than a quarter; else a new one. A step repeats the same sizes, so after
 * the first two iterations nothing new is taken. */
real *sm_take(sm_workshop *shop, size_t count) {
  block *best = NULL;
  for (size_t i = 0; i < shop->count; i++) {
    block *b = &shop->blocks[i];
    if (!b->used && b->count >= count && b->count <= count + count / 4 + 1024 && (!best || b->count < best->count))
      best = b;
  }
  if (!best) {
    if (shop->count == shop->room) {
      size_t room = shop->room ? 2 * shop->room : 256;
      block *grown = sm_grow(shop->blocks, shop->room, room, sizeof *grown);
      if (!grown) return NULL;
      shop->blocks = grown;
      shop->room = room;
    }
    real *at = sm_alloc(count ? count : 1, sizeof *at);
    if (!at) return NULL;
    best = &shop->blocks[shop->count++];
    *best = (block){at, count, 0};
  }
  best->used = 1;
  return best->at;
}

void sm_give(sm_workshop *shop, real *at) {
  if (!at) return;
  for (size_t i = 0; i < shop->count; i++)
    if (shop->blocks[i].at == at) {
      assert(shop->blocks[i].used);
      shop->blocks[i].used = 0;
      return;
    }
  assert(!"a block of another workshop");
}

void sm_tape_open(sm_tape *tape, sm_workshop *shop) { *tape = (sm_tape){.shop = shop, .status = STYLEMAP_OK}; }

void sm_tape_clear(sm_tape *tape) {
  for (int i = 0; i < tape->value_count; i++) {
    sm_variable *v = tape->values[i];
    if (!v->borrowed) sm_give(tape->shop, v->data);
    sm_give(tape->shop, v->grad);
    sm_give(tape->shop, v->tangent);
    sm_free(v);
  }
  for (int i = 0; i < tape->op_count; i++) {
    sm_give(tape->shop, tape->ops[i].saved);
    sm_free(tape->ops[i].statistics);
  }
  sm_give(tape->shop, tape->curvature.grad);
  sm_free(tape->values);
  sm_free(tape->ops);
  sm_tape_open(tape, tape->shop);
}

int sm_tape_goes_on(sm_tape *tape) {
  if (tape->status == STYLEMAP_OK && tape->shop->stopped) tape->status = STYLEMAP_CANCELLED;
  return tape->status == STYLEMAP_OK;
}

static sm_variable *new_value(sm_tape *tape, int n, int c, int h, int w) {
  if (!sm_tape_goes_on(tape)) return NULL;
  if (tape->value_count == tape->value_room) {
    int room = tape->value_room ? 2 * tape->value_room : 64;
    sm_variable **grown = sm_grow(tape->values, (size_t)tape->value_room, (size_t)room, sizeof *grown);
    if (!grown) {
      tape->status = STYLEMAP_NO_MEMORY;
      return NULL;
    }
    tape->values = grown;
    tape->value_room = room;
  }
  sm_variable *v = sm_calloc(1, sizeof *v);
  if (!v) {
    tape->status = STYLEMAP_NO_MEMORY;
    return NULL;
  }
  tape->values[tape->value_count++] = v;
  v->n = n;
  v->c = c;
  v->h = h;
  v->w = w;
  v->lane = 1;
  return v;
}

sm_variable *sm_tape_leaf(sm_tape *tape, int n, int c, int h, int w, const real *data, int wants) {
  sm_variable *v = new_value(tape, n, c, h, w);
  if (!v) return NULL;
  v->data = (real *)data; /* read only: `borrowed` values are never written in place */
  v->borrowed = 1;
  v->wants = wants;
  return v;
}

static sm_variable *value_of(sm_tape *tape, int n, int c, int h, int w, int lane) {
  sm_variable *v = new_value(tape, n, c, h, w);
  if (v) v->lane = lane;
  if (v && !(v->data = sm_take(tape->shop, sm_variable_count(v)))) {
    tape->status = STYLEMAP_NO_MEMORY;
    return NULL;
  }
  return v;
}

sm_variable *sm_tape_value(sm_tape *tape, int n, int c, int h, int w) { return value_of(tape, n, c, h, w, 1); }

sm_variable *sm_tape_map(sm_tape *tape, int n, int c, int h, int w) { return value_of(tape, n, c, h, w, SM_LANE); }

sm_variable *sm_tape_adopt(sm_tape *tape, sm_variable *from, int c) {
  if (tape->status != STYLEMAP_OK) return NULL;
  assert(!from->borrowed && from->data);
  sm_variable *v = new_value(tape, from->n, c, from->h, from->w);
  if (!v) return NULL;
  v->lane = from->lane;
  v->data = from->data;
  from->data = NULL;
  return v;
}

sm_op *sm_tape_record(sm_tape *tape, const sm_op_class *class, sm_variable *a, sm_variable *b, sm_variable *c,
                      sm_parameter *parameter, sm_variable *out) {
  if (!sm_tape_goes_on(tape)) return NULL;
  if (tape->op_count == tape->op_room) {
    int room = tape->op_room ? 2 * tape->op_room : 64;
    sm_op *grown = sm_grow(tape->ops, (size_t)tape->op_room, (size_t)room, sizeof *grown);
    if (!grown) {
      tape->status = STYLEMAP_NO_MEMORY;
      return NULL;
    }
    tape->ops = grown;
    tape->op_room = room;
  }
  sm_op *op = &tape->ops[tape->op_count++];
  *op = (sm_op){.class = class,
                .a = a,
                .b = b,
                .c = c,
                .out = out,
                .parameter = parameter,
                .learn = parameter && parameter->learn};
  out->wants = op->learn || (a && a->wants) || (b && b->wants) || (c && c->wants);
  return op;
}

void sm_tape_drop(sm_tape *tape, sm_variable *value) {
  if (tape->status != STYLEMAP_OK || value->borrowed) return;
  sm_give(tape->shop, value->data);
  value->data = NULL;
}

double *sm_tape_statistics(sm_tape *tape, size_t count) {
  double *numbers = sm_calloc(count, sizeof *numbers);
  if (!numbers) tape->status = STYLEMAP_NO_MEMORY;
  return numbers;
}

void sm_release_statistics(double *statistics) { sm_free(statistics); }

real *sm_gradient_of(sm_tape *tape, sm_variable *value, int *add) {
  if (!value->wants || tape->status != STYLEMAP_OK) return NULL;
  *add = value->grad != NULL;
  if (!value->grad && !(value->grad = sm_take(tape->shop, sm_variable_count(value)))) tape->status = STYLEMAP_NO_MEMORY;
  return value->grad;
}

typedef struct adding {
  const real *from;
  real *to;
  size_t count;
  int add;
} adding;

enum { STRETCH = 1 << 15 };

SM_CLONES static void add_stretch(const real *from, real *to, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] += from[i];
}

static void add_task(void *context, int index, int worker) {
  const adding *a = context;
  size_t at = (size_t)index * STRETCH, count = a->count - at < STRETCH ? a->count - at : STRETCH;
  if (a->add) add_stretch(a->from + at, a->to + at, count);
  else memcpy(a->to + at, a->from + at, sizeof(real) * count);
}

void sm_accumulate(sm_tape *tape, const real *from, int add, size_t count, real *to) {
  adding a = {from, to, count, add};
  sm_workshop_run(tape->shop, (int)((count + STRETCH - 1) / STRETCH), add_task, &a);
}

void sm_gradient_give(sm_tape *tape, sm_variable *value, real *grad) {
  if (!value->wants || tape->status != STYLEMAP_OK) {
    sm_give(tape->shop, grad);
  } else if (!value->grad) {
    value->grad = grad;
  } else {
    sm_accumulate(tape, grad, 1, sm_variable_count(value), value->grad);
    sm_give(tape->shop, grad);
  }
}

void sm_tape_backward(sm_tape *tape, int first, int end) {
  for (int i = end - 1; i >= first && sm_tape_goes_on(tape); i--) {
    sm_op *op = &tape->ops[i];
    if (!op->out->grad || !op->out->wants) continue;
    op->class->backward(tape, op);
    if (tape->keep) continue;
    sm_give(tape->shop, op->out->grad);
    op->out->grad = NULL;
  }
}

void sm_tape_tangent(sm_tape *tape) {
  for (int i = 0; i < tape->op_count && tape->status == STYLEMAP_OK; i++) {
    assert(tape->ops[i].class->tangent);
    tape->ops[i].class->tangent(tape, &tape->ops[i]);
  }
}

void sm_tape_forget(sm_tape *tape) {
  for (int i = 0; i < tape->value_count; i++) {
    sm_variable *v = tape->values[i];
    sm_give(tape->shop, v->grad);
    sm_give(tape->shop, v->tangent);
    v->grad = v->tangent = NULL;
  }
}
