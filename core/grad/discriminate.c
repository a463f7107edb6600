/* SPDX-License-Identifier: GPL-3.0-or-later
 * The discriminator D. */
#include "grad/layers.h"
#include "grad/learner.h"

sm_variable *sm_learn_discriminate(sm_tape *tape, const sm_learner *l, sm_variable *image,
                                   sm_variable **features) {
  sm_variable *x = sm_learn_conv(tape, &l->d_from_rgb, sm_layer_enter(tape, image), SM_WALK_SAME, 1);
  for (int i = 0; i < l->d_blocks; i++) {
    x = sm_learn_halve(tape, &l->d_residual[i], x);
    if (features) features[i] = x;
  }
  x = sm_layer_deviation(tape, sm_layer_leave(tape, x));
  x = sm_layer_leave(tape, sm_learn_conv(tape, &l->d_final_conv, sm_layer_enter(tape, x), SM_WALK_SAME, 3));
  sm_parameter *w1 = l->d_linear1.weight, *w2 = l->d_linear2.weight;
  x = sm_layer_linear(tape, x, w1, sm_learn_scale(w1), w1->shape[0], 1, 1);
  x = sm_layer_lrelu(tape, x, l->d_linear1.bias, 1);
  x = sm_layer_linear(tape, x, w2, sm_learn_scale(w2), 1, 1, 1);
  return sm_layer_bias(tape, x, l->d_linear2.bias);
}
