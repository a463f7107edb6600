/* SPDX-License-Identifier: GPL-3.0-or-later
 * The principal parts by subspace iteration: all directions at once are multiplied by the codes and back, and made orthonormal by
 * the Cholesky factor of their products. Within what they span any factor of the covariance will do. */
#include "train/gaussian.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { ROUNDS = 6, ROWS = 16 /* of a task */, NUMBERS = 256 /* of a task: their parts stay in the cache */ };
static const double THROUGH = 3; /* what is added to z on its way through the layers, so that it stays above 0 */
static const double LEAST = 1e-9; /* of the greatest pivot: below is nothing but rounding */

typedef struct gaussian {
  const real *codes; /* count x numbers */
  size_t count, numbers, parts;
  real *mean;        /* numbers */
  real *axes;        /* numbers x parts */
  real *along;       /* count x parts: the codes' coordinates */
  double *products, *factor; /* parts x parts; the latter's upper half is 0 */
} gaussian;

/* What sqrt(2) lrelu made w of. */
static inline real before(real w) { return (w > 0 ? w : 5 * w) * (real)0.7071067811865476; }

SM_CLONES static void project(const gaussian *g, size_t first, size_t end) {
  for (size_t r = first; r < end; r++) {
    const real *w = g->codes + r * g->numbers;
    real *to = g->along + r * g->parts;
    memset(to, 0, g->parts * sizeof *to);
    for (size_t i = 0; i < g->numbers; i++) {
      const real u = before(w[i]) - g->mean[i], *axis = g->axes + i * g->parts;
      for (size_t k = 0; k < g->parts; k++) to[k] += u * axis[k];
    }
  }
}

SM_CLONES static void multiply_back(const gaussian *g, size_t first, size_t end) {
  memset(g->axes + first * g->parts, 0, (end - first) * g->parts * sizeof *g->axes);
  for (size_t r = 0; r < g->count; r++) {
    const real *w = g->codes + r * g->numbers, *from = g->along + r * g->parts;
    for (size_t i = first; i < end; i++) {
      const real u = before(w[i]) - g->mean[i];
      real *axis = g->axes + i * g->parts;
      for (size_t k = 0; k < g->parts; k++) axis[k] += u * from[k];
    }
  }
}

static size_t end_of(size_t first, size_t most, size_t count) { return first + most < count ? first + most : count; }

static void task_project(void *data, int task, int worker) {
  const gaussian *g = data;
  const size_t first = (size_t)task * ROWS;
  project(g, first, end_of(first, ROWS, g->count));
  (void)worker;
}

static void task_back(void *data, int task, int worker) {
  const gaussian *g = data;
  const size_t first = (size_t)task * NUMBERS;
  multiply_back(g, first, end_of(first, NUMBERS, g->numbers));
  (void)worker;
}

static int tasks(size_t count, size_t each) { return (int)((count + each - 1) / each); }

/* The products of the columns of x, rows x parts, over `by`; and their Cholesky factor, with 0 where one depends on others. */
static void factorise(const gaussian *g, const real *x, size_t rows, double by) {
  const size_t n = g->parts;
  double greatest = 0;
  memset(g->products, 0, n * n * sizeof *g->products);
  for (size_t r = 0; r < rows; r++)
    for (size_t k = 0; k < n; k++)
      for (size_t l = 0; l <= k; l++) g->products[k * n + l] += (double)x[r * n + k] * x[r * n + l];
  memset(g->factor, 0, n * n * sizeof *g->factor);
  for (size_t k = 0; k < n; k++) greatest = fmax(greatest, g->products[k * n + k] / by);
  for (size_t l = 0; l < n; l++)
    for (size_t k = l; k < n; k++) {
      double rest = g->products[k * n + l] / by;
      for (size_t j = 0; j < l; j++) rest -= g->factor[k * n + j] * g->factor[l * n + j];
      if (k == l) g->factor[k * n + k] = rest > LEAST * greatest ? sqrt(rest) : 0;
      else if (g->factor[l * n + l] > 0) g->factor[k * n + l] = rest / g->factor[l * n + l];
    }
}

static void orthonormalise(const gaussian *g) {
  const size_t n = g->parts;
  factorise(g, g->axes, g->numbers, 1);
  for (size_t i = 0; i < g->numbers; i++) {
    real *axis = g->axes + i * n;
    for (size_t k = 0; k < n; k++) {
      double rest = axis[k];
      for (size_t l = 0; l < k; l++) rest -= g->factor[k * n + l] * axis[l];
      axis[k] = g->factor[k * n + k] > 0 ? (real)(rest / g->factor[k * n + k]) : 0;
    }
  }
}

/* Mean and axes; then the axes times a factor of the covariance. */
static void find_parts(sm_workshop *shop, gaussian *g) {
  const size_t n = g->parts;
  for (size_t i = 0; i < g->numbers; i++) {
    double sum = 0;
    for (size_t r = 0; r < g->count; r++) sum += before(g->codes[r * g->numbers + i]);
    g->mean[i] = (real)(sum / (double)g->count);
    for (size_t k = 0; k < n; k++) g->axes[i * n + k] = before(g->codes[k * g->count / n * g->numbers + i]) - g->mean[i];
  }
  for (int round = 0; round < ROUNDS; round++) {
    orthonormalise(g);
    sm_workshop_run(shop, tasks(g->count, ROWS), task_project, g);
    sm_workshop_run(shop, tasks(g->numbers, NUMBERS), task_back, g);
  }
  orthonormalise(g);
  sm_workshop_run(shop, tasks(g->count, ROWS), task_project, g);
  factorise(g, g->along, g->count, (double)g->count);
  for (size_t i = 0; i < g->numbers; i++) {
    real *axis = g->axes + i * n;
    for (size_t k = 0; k < n; k++) {
      double sum = 0;
      for (size_t l = k; l < n; l++) sum += axis[l] * g->factor[l * n + k];
      axis[k] = (real)sum;
    }
  }
}

static void set(sm_parameter *p, size_t at, double value) { p->value[at] = p->average[at] = (real)value; }

static void clear(sm_parameter *p) {
  memset(p->value, 0, p->count * sizeof *p->value);
  memset(p->average, 0, p->count * sizeof *p->average);
}

/* Identities, which take back the activation's gain, and the Gaussian last. */
static void fill(const gaussian *g, const sm_config *c, sm_parameters *mapping) {
  const size_t dim = (size_t)c->dim;
  const double added = c->mapping > 1 ? THROUGH : 0;
  for (int i = 0; i < c->mapping; i++) {
    sm_parameter *weight = &mapping->parameter[2 * i], *bias = weight + 1;
    const double unit = c->lr_mul * sm_learn_scale(weight);
    const int last = i == c->mapping - 1;
    clear(weight), clear(bias);
    for (size_t k = 0; k < dim && !last; k++) {
      set(weight, k * dim + k, sqrt(0.5) / unit);
      set(bias, k, i ? 0 : sqrt(0.5) * added / c->lr_mul);
    }
    for (size_t k = 0; k < g->numbers && last; k++) {
      const real *axis = g->axes + k * g->parts;
      double mean = g->mean[k];
      for (size_t l = 0; l < g->parts; l++) {
        set(weight, k * dim + l, axis[l] / unit);
        mean -= added * axis[l];
      }
      set(bias, k, mean / c->lr_mul);
    }
  }
}

stylemap_status sm_gaussian_mapping(sm_workshop *shop, const sm_config *c, const real *codes, uint64_t count,
                                    sm_parameters *mapping) {
  gaussian g = {.codes = codes, .count = (size_t)count, .numbers = (size_t)c->dim * (size_t)c->spatial * (size_t)c->spatial,
                .parts = (size_t)c->dim < (size_t)count ? (size_t)c->dim : (size_t)count};
  real *memory = sm_alloc(g.numbers + (g.numbers + g.count) * g.parts, sizeof *memory);
  double *squares = sm_alloc(2 * g.parts * g.parts, sizeof *squares);
  if (memory && squares) {
    g.mean = memory, g.axes = memory + g.numbers, g.along = g.axes + g.numbers * g.parts;
    g.products = squares, g.factor = squares + g.parts * g.parts;
    find_parts(shop, &g);
    fill(&g, c, mapping);
  }
  const stylemap_status status = memory && squares ? STYLEMAP_OK : STYLEMAP_NO_MEMORY;
  sm_free(memory);
  sm_free(squares);
  return status;
}
