/* SPDX-License-Identifier: GPL-3.0-or-later
 * The discriminator D. */
#include "grad/layers.h"
#include "grad/learner.h"

sm_variable *sm_learn_discriminate(sm_tape *tape, const sm_learner *l, sm_variable *image,
                                   sm_variable **features) {
  const sm_discriminator *d = &l->network.discriminator;
  sm_variable *x = sm_learn_conv(tape, l, &d->from_rgb, sm_layer_enter(tape, image), SM_WALK_SAME);
  for (int i = 0; i < sm_discriminator_blocks(&l->network.config); i++) {
    x = sm_learn_halve(tape, l, &d->blocks[i], x);
    if (features) features[i] = x;
  }
  x = sm_layer_deviation(tape, sm_layer_leave(tape, x));
  x = sm_layer_leave(tape, sm_learn_conv(tape, l, &d->final_conv, sm_layer_enter(tape, x), SM_WALK_SAME));
  const sm_learn_layer *first = sm_layer_of(l, &d->linear1), *second = sm_layer_of(l, &d->linear2);
  x = sm_layer_linear(tape, x, first->weight, sm_learn_scale(first->weight), d->linear1.cout, 1, 1);
  x = sm_layer_lrelu(tape, x, first->bias, 1);
  x = sm_layer_linear(tape, x, second->weight, sm_learn_scale(second->weight), 1, 1, 1);
  return sm_layer_bias(tape, x, second->bias);
}
