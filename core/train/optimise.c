/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/optimise.h"

#include <math.h>

typedef struct stepping {
  sm_parameters *weights;
  int muon;
  real rate, beta1, beta2, epsilon, root, rest1, rest2;
} stepping;

static void step_task(void *context, int index, int worker) {
  const stepping *s = context;
  sm_parameter *p = &s->weights->parameter[index];
  if (s->muon && sm_muon_rows(p)) return;
  real rate = s->rate * p->pace;
  for (size_t i = 0; i < p->count; i++) {
    real g = p->grad[i];
    p->moment[i] = s->beta1 * p->moment[i] + s->rest1 * g;
    p->square[i] = s->beta2 * p->square[i] + s->rest2 * g * g;
#ifdef SM_TRAIN_DOUBLE
    p->value[i] -= rate * p->moment[i] / (sqrt(p->square[i]) * s->root + s->epsilon);
#else
    p->value[i] -= rate * p->moment[i] / (sqrtf(p->square[i]) * s->root + s->epsilon);
#endif
  }
}

sm_adam sm_lazy_adam(const sm_adam *a, int every) {
  const double ratio = every / (every + 1.0);
  sm_adam lazy = *a;
  lazy.rate *= ratio;
  lazy.beta1 = pow(a->beta1, ratio);
  lazy.beta2 = pow(a->beta2, ratio);
  return lazy;
}

void sm_adam_step(sm_workshop *shop, sm_parameters *w, const sm_adam *a) {
  double t = (double)++w->steps;
  stepping s = {w,
                a->muon,
                (real)(a->rate / (1 - pow(a->beta1, t))),
                (real)a->beta1,
                (real)a->beta2,
                (real)a->epsilon,
                (real)(1 / sqrt(1 - pow(a->beta2, t))),
                (real)(1 - a->beta1),
                (real)(1 - a->beta2)};
  sm_workshop_run(shop, w->count, step_task, &s);
}

void sm_average(sm_parameters *w, double decay) {
  for (int i = 0; i < w->count; i++) {
    sm_parameter *p = &w->parameter[i];
    if (!p->average) continue;
    for (size_t k = 0; k < p->count; k++) p->average[k] += (real)(1 - decay) * (p->value[k] - p->average[k]);
  }
}
