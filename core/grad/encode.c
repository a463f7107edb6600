/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder E: image -> stylemap. Shape for shape as net/encode.c. */
#include <math.h>

#include "grad/layers.h"
#include "grad/learner.h"

sm_variable *sm_learn_conv(sm_tape *tape, const sm_learn_layer *l, sm_variable *x, sm_walk walk, int k) {
  return sm_layer_conv(tape, x, l->weight,
                       &(sm_form){.walk = walk,
                                  .k = k,
                                  .scale = sm_learn_scale(l->weight),
                                  .bias = l->bias,
                                  .slope = 0.2,
                                  .gain = sqrt(2)});
}

/* (main + skip) / sqrt(2): main's activation would have the gain sqrt(2), so it has none; the skip's scale takes the
 * rest. */
sm_variable *sm_learn_halve(sm_tape *tape, const sm_learn_residual *b, sm_variable *x) {
  sm_variable *main = sm_learn_conv(tape, &b->conv1, x, SM_WALK_SAME, 3);
  main = sm_layer_conv(tape, main, b->conv2.weight,
                       &(sm_form){.walk = SM_WALK_DOWN,
                                  .k = 3,
                                  .scale = sm_learn_scale(b->conv2.weight),
                                  .bias = b->conv2.bias,
                                  .slope = 0.2,
                                  .gain = 1});
  sm_variable *half = sm_layer_blur_halve(tape, x); /* only the pixels that the stride keeps are blurred */
  return sm_layer_conv(tape, half, b->skip.weight,
                       &(sm_form){.walk = SM_WALK_SAME,
                                  .k = 1,
                                  .scale = sqrt(0.5) * sm_learn_scale(b->skip.weight),
                                  .slope = 1,
                                  .gain = 1,
                                  .add = main});
}

sm_variable *sm_learn_encode(sm_tape *tape, const sm_learner *l, sm_variable *image) {
  sm_variable *x = sm_learn_conv(tape, &l->from_rgb, sm_layer_enter(tape, image), SM_WALK_SAME, 1);
  for (int i = 0; i < l->config.blocks; i++) x = sm_learn_halve(tape, &l->residual[i], x);
  return sm_learn_conv(tape, &l->final_conv, x, SM_WALK_SAME, 3);
}
