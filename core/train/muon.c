/* SPDX-License-Identifier: GPL-3.0-or-later
 * Orthogonalised momentum ("Muon", Jordan et al. 2024): a convolution's step is its momentum with all singular values
 * made about 1, so that what few pictures or faint details ask for moves the weights as far as what all of them ask
 * for. Adam, which scales every number by itself, is led by the loudest directions.
 *
 * With M = U S V' (rows <= columns), five rounds X := a X + b X X' X + c (X X')^2 X bring M / |M| near U V'. Every
 * round multiplies by a polynomial of the Gram matrix X X', so only that small matrix is iterated: Q collects the
 * product, and X is read twice, at the beginning and at the end. */
#include <math.h>
#include <string.h>

#include "train/optimise.h"

enum { ROUNDS = 5, ROWS = 4, STRIP = 32 };
static const real momentum = (real)0.95;
static const real slope = (real)3.4445, cubic = (real)-4.7750, quintic = (real)2.0315;

typedef struct muon {
  sm_parameters *weights;
  real rate, beta2, rest2, *room;
  size_t room_each;
} muon;

/* c := a b, m x n of k products; a's element (i, p) is a[i * ai + p * ap], b and c have rows of n. */
SM_CLONES static void multiply(int m, int n, int k, const real *a, size_t ai, size_t ap, const real *b, real *c) {
  const size_t width = (size_t)n;
  for (int i = 0; i < m; i += ROWS) {
    const int rows = m - i < ROWS ? m - i : ROWS;
    const real *left[ROWS];
    for (int r = 0; r < ROWS; r++) left[r] = a + (size_t)(r < rows ? i + r : i) * ai;
    for (int j = 0; j < n; j += STRIP) {
      const int count = n - j < STRIP ? n - j : STRIP;
      real sum[ROWS][STRIP] = {{0}};
      if (count == STRIP)
        for (size_t p = 0; p < (size_t)k; p++) {
          const real *right = b + p * width + j;
          for (int r = 0; r < ROWS; r++)
            for (int l = 0; l < STRIP; l++) sum[r][l] += left[r][p * ap] * right[l];
        }
      else
        for (size_t p = 0; p < (size_t)k; p++)
          for (int r = 0; r < ROWS; r++)
            for (int l = 0; l < count; l++) sum[r][l] += left[r][p * ap] * b[p * width + (size_t)(j + l)];
      for (int r = 0; r < rows; r++) memcpy(c + (size_t)(i + r) * width + j, sum[r], sizeof(real) * (size_t)count);
    }
  }
}

static void step_matrix(const muon *o, sm_parameter *p, real *room) {
  const int out = sm_muon_rows(p), in = (int)(p->count / (size_t)out), flip = out > in;
  const int rows = flip ? in : out, columns = flip ? out : in;
  const size_t square = (size_t)rows * (size_t)rows;
  real *x = room, *gram = x + p->count, *q = gram + square, *s = q + square, *t = s + square, *made = t + square;
  double norm = 0, given = 0;
  for (size_t i = 0; i < p->count; i++) {
    p->moment[i] = momentum * p->moment[i] + (1 - momentum) * p->grad[i];
    const real g = momentum * p->moment[i] + (1 - momentum) * p->grad[i]; /* Nesterov's */
    /* for Adam, should the run go on with it */
    p->square[i] = o->beta2 * p->square[i] + o->rest2 * p->grad[i] * p->grad[i];
    given += (double)p->grad[i] * p->grad[i];
    norm += (double)g * g;
    x[i] = g;
  }
  if (given == 0 || norm == 0) return; /* nothing was asked for: momentum alone would go on at full size for ever */
  const double unit = 1 / sqrt(norm);
  for (size_t i = 0; i < p->count; i++) x[i] = (real)(x[i] * unit);
  /* x is out x in; the Gram matrix is of the smaller side. Its left factor goes through x along either. */
  if (flip) {
    multiply(rows, rows, columns, x, 1, (size_t)in, x, gram);
  } else {
    for (size_t i = 0; i < (size_t)rows; i++)
      for (size_t j = 0; j < (size_t)columns; j++) made[j * (size_t)rows + i] = x[i * (size_t)columns + j];
    multiply(rows, rows, columns, made, 1, (size_t)rows, made, gram);
  }
  memset(q, 0, sizeof(real) * square);
  for (size_t i = 0; i < (size_t)rows; i++) q[i * (size_t)rows + i] = 1;
  for (int round = 0; round < ROUNDS; round++) {
    const size_t r = (size_t)rows;
    multiply(rows, rows, rows, gram, r, 1, gram, s);
    for (size_t i = 0; i < square; i++) s[i] = cubic * gram[i] + quintic * s[i];
    for (size_t i = 0; i < r; i++) s[i * r + i] += slope;
    multiply(rows, rows, rows, s, r, 1, q, t);
    memcpy(q, t, sizeof(real) * square);
    if (round + 1 == ROUNDS) break;
    multiply(rows, rows, rows, s, r, 1, gram, t);
    multiply(rows, rows, rows, t, r, 1, s, gram);
  }
  if (flip) multiply(out, in, in, x, (size_t)in, 1, q, made);
  else multiply(rows, columns, rows, q, (size_t)rows, 1, x, made);
  /* as far as Adam's steps usually are with beta1 0.9 */
  const real rate = o->rate * p->pace * (real)(0.2 * sqrt(columns));
  for (size_t i = 0; i < p->count; i++) p->value[i] -= rate * made[i];
}

static void muon_task(void *context, int index, int worker) {
  const muon *o = context;
  sm_parameter *p = &o->weights->parameter[index];
  if (sm_muon_rows(p)) step_matrix(o, p, o->room + (size_t)worker * o->room_each);
}

int sm_muon_rows(const sm_parameter *p) {
  if (p->rank == 5) return p->shape[1]; /* 1 x cout x cin x k x k */
  return p->rank == 4 && p->shape[0] > 1 ? p->shape[0] : 0;
}

stylemap_status sm_muon_step(sm_workshop *shop, sm_parameters *w, const sm_adam *a) {
  muon o = {.weights = w, .rate = (real)a->rate, .beta2 = (real)a->beta2, .rest2 = (real)(1 - a->beta2)};
  for (int i = 0; i < w->count; i++) {
    const sm_parameter *p = &w->parameter[i];
    const size_t out = (size_t)sm_muon_rows(p);
    if (!out) continue;
    const size_t in = p->count / out, rows = out < in ? out : in;
    const size_t needed = 2 * p->count + 4 * rows * rows;
    if (needed > o.room_each) o.room_each = needed;
  }
  o.room = sm_take(shop, o.room_each * (size_t)sm_workshop_threads(shop));
  if (!o.room) return STYLEMAP_NO_MEMORY;
  sm_workshop_run(shop, w->count, muon_task, &o);
  sm_give(shop, o.room);
  return STYLEMAP_OK;
}
