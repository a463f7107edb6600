/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mapping network: z -> stylemap. */
#include "grad/layers.h"
#include "grad/learner.h"

sm_variable *sm_learn_map(sm_tape *tape, const sm_learner *l, const real *z, int n) {
  const sm_config *c = &l->network.config;
  sm_variable *x = sm_layer_pixel_norm(tape, z, n, c->dim);
  for (int i = 0; i < c->mapping; i++) {
    const sm_learn_layer *layer = sm_layer_of(l, &l->network.mapping[i]);
    sm_parameter *w = layer->weight;
    int last = i == c->mapping - 1, side = last ? c->spatial : 1;
    x = sm_layer_linear(tape, x, w, c->lr_mul * sm_learn_scale(w), c->dim, side, side);
    x = sm_layer_lrelu(tape, x, layer->bias, c->lr_mul);
  }
  return sm_layer_enter(tape, x);
}
