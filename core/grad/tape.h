/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reverse-mode differentiation for the trainer. The boxes (encode.c, map.c, resize.c, synth.c, discriminate.c) call
 * layers; a layer computes at once and writes itself on a tape; sm_tape_backward reads the tape from its end.
 *
 * Failures are sticky: after one, layers return NULL and accept NULL, so a box needs no checks; whoever reads a
 * result looks at sm_tape.status first.
 *
 * Maps lie as the kernels want them (kernels.h): N, blocks of 16 channels, H, W, 16, padded channels 0; vectors, and
 * images where they enter and leave, are planes, N C H W. In double a block is one channel, and both are the same.
 * Sums over pixels or pictures are made in double, or in short runs, in an order that depends neither on the number
 * of threads nor on their speed: a step gives the same bits every time. */
#pragma once
#include "base/workers.h"
#include "grad/real.h"

#ifdef SM_TRAIN_DOUBLE
enum { SM_LANE = 1 };
#else
enum { SM_LANE = 16 }; /* channels of a block */
#endif

/* Loops over blocks are written for the compiler's vectors: built for several instruction sets, chosen when the
 * program starts. Nothing is fused, so the bits are the same on all of them. */
#if defined __x86_64__ && defined __gnu_linux__ && !defined __SANITIZE_ADDRESS__ && \
  !defined __SANITIZE_THREAD__ && !defined SM_TRAIN_DOUBLE
#define SM_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define SM_CLONES
#endif

/* Reused memory and the workers; shared by the tapes of one trainer, one thread at a time. */
typedef struct sm_workshop sm_workshop;

stylemap_status sm_workshop_new(int threads, sm_workshop **shop, stylemap_error *error);
void sm_workshop_free(sm_workshop *shop);
/* Runs task(context, index, worker) for 0 .. count - 1 on all workers. */
void sm_workshop_run(sm_workshop *shop, int count, sm_task *task, void *context);
/* From now on `poll` is asked between tasks, on the calling thread. Once it has returned non-zero the workshop is
 * stopped: nothing is computed any more, what it was computing is undefined, and its tapes fail with CANCELLED. */
void sm_workshop_ask(sm_workshop *shop, int (*poll)(void *data), void *data);
/* For others who run tasks in its pool: asks, as above. `shop` is a sm_workshop. */
int sm_workshop_poll(void *shop);
int sm_workshop_threads(const sm_workshop *shop);
sm_pool *sm_workshop_pool(const sm_workshop *shop);
/* The kernels that convolutions run on: the machine's best, until a test says otherwise. */
const struct sm_kernels *sm_workshop_kernels(const sm_workshop *shop);
void sm_workshop_use(sm_workshop *shop, const struct sm_kernels *kernels);
/* `count` numbers, not cleared; NULL without memory. */
real *sm_take(sm_workshop *shop, size_t count);
void sm_give(sm_workshop *shop, real *block);

/* A trained tensor. The optimisers' fields are optimise.c's and muon.c's. */
typedef struct sm_parameter {
  char name[64]; /* as in the state dict of its network */
  int rank, shape[5];
  size_t count;
  real *value, *grad;
  real *moment, *square; /* Adam */
  real *average;         /* EMA; NULL for a discriminator */
  int learn;             /* layers add to `grad` */
  real pace;             /* the optimiser's rate is multiplied by it; usually 1, or */
  real own_pace;         /* where its network is taught alone (sm_slot.pace) */
} sm_parameter;

typedef struct sm_variable {
  int n, c, h, w;
  int lane;      /* SM_LANE or, for planes, 1 */
  real *data;    /* NULL once dropped */
  real *grad;    /* NULL: none yet */
  real *tangent; /* of the second derivative's pass (sm_tape_tangent) */
  int wants;     /* a gradient is wanted */
  int borrowed;  /* `data` is not the tape's to free */
} sm_variable;

typedef struct sm_tape sm_tape;
typedef struct sm_op sm_op;

typedef struct sm_op_class {
  void (*backward)(sm_tape *tape, sm_op *op);
  void (*tangent)(sm_tape *tape, sm_op *op); /* only the discriminator's layers have one */
} sm_op_class;

struct sm_op {
  const sm_op_class *class;
  sm_variable *a, *b, *c, *out;
  sm_parameter *parameter;
  sm_parameter *bias, *parameter2, *bias2;
  int learn; /* parameter->learn when recorded */
  int mode, k;
  double scale, slope, gain, lr_mul;
  const void *given; /* the caller's, which outlives the tape's use */
  real *saved;       /* the tape's, freed with it */
  double *statistics;
};

struct sm_tape {
  sm_workshop *shop;
  stylemap_status status;
  sm_variable **values;
  sm_op *ops;
  int value_count, value_room, op_count, op_room;
  int evaluate;     /* BatchNorm2d takes the running statistics */
  int skip_weights; /* sm_tape_backward leaves parameters alone */
  int keep;         /* sm_tape_backward keeps the gradients that sm_tape_tangent needs */
  struct sm_curvature {
    sm_variable *at; /* NULL: none */
    int end;         /* operations before this one lie below `at` */
    real *grad;
  } curvature; /* filled by sm_tape_tangent */
};

void sm_tape_open(sm_tape *tape, sm_workshop *shop);
/* Looks at the workshop, too: 0, and the tape has failed, if that was stopped meanwhile. */
int sm_tape_goes_on(sm_tape *tape);
/* Gives everything back; the tape is then empty and usable again. */
void sm_tape_clear(sm_tape *tape);

/* A value of the caller's numbers, planes, which must outlive the tape's use. */
sm_variable *sm_tape_leaf(sm_tape *tape, int n, int c, int h, int w, const real *data, int wants);
/* Planes; a map in blocks. */
sm_variable *sm_tape_value(sm_tape *tape, int n, int c, int h, int w);
sm_variable *sm_tape_map(sm_tape *tape, int n, int c, int h, int w);
/* A value that takes over `from`'s numbers: for layers that work in place. */
sm_variable *sm_tape_adopt(sm_tape *tape, sm_variable *from, int c);
/* Records an operation; out->wants follows from its inputs and parameter. NULL without memory. */
sm_op *sm_tape_record(sm_tape *tape, const sm_op_class *class, sm_variable *a, sm_variable *b, sm_variable *c,
                      sm_parameter *parameter, sm_variable *out);
/* The numbers of `value` are not needed by any backward pass. */
void sm_tape_drop(sm_tape *tape, sm_variable *value);

/* Cleared double numbers, kept in op->statistics (then the tape's) or released. NULL without memory. */
double *sm_tape_statistics(sm_tape *tape, size_t count);
void sm_release_statistics(double *statistics);

/* The gradient block of `value`; *add says whether to add to it or to overwrite it. NULL if it wants none or on
 * failure. */
real *sm_gradient_of(sm_tape *tape, sm_variable *value, int *add);
/* Hands the block `grad` (from sm_take) to `value` as its gradient, or adds it and gives it back. */
void sm_gradient_give(sm_tape *tape, sm_variable *value, real *grad);
/* to += from, or, without `add`, to := from; `to` stays the caller's. */
void sm_accumulate(sm_tape *tape, const real *from, int add, size_t count, real *to);

/* From operation end - 1 down to operation `first`. Losses have put gradients on the values they read. */
void sm_tape_backward(sm_tape *tape, int first, int end);

/* Second derivative (R1). After a backward pass with `keep` and `skip_weights`, and with a tangent on a leaf: carries
 * the tangent forward through every operation, and adds to the parameters the gradient of the directional derivative
 * sum(out.grad * out.tangent). What an operation's curvature sends back to the numbers of its input is left in
 * `curvature` (one operation at most, the deviation layer); it must then go backward from there. */
void sm_tape_tangent(sm_tape *tape);
/* Gives all gradients and tangents back, keeps the numbers. */
void sm_tape_forget(sm_tape *tape);

static inline int sm_variable_blocks(const sm_variable *v) { return (v->c + v->lane - 1) / v->lane; }
static inline size_t sm_variable_pixels(const sm_variable *v) { return (size_t)v->h * (size_t)v->w; }
/* Stored numbers, padded channels included. */
static inline size_t sm_variable_count(const sm_variable *v) {
  return (size_t)v->n * (size_t)(sm_variable_blocks(v) * v->lane) * sm_variable_pixels(v);
}
