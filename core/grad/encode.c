/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder E: image -> stylemap. Shape for shape as net/encode.c. */
#include <math.h>

#include "grad/layers.h"
#include "grad/learner.h"

sm_variable *sm_learn_conv(sm_tape *tape, const sm_learner *l, const sm_conv *conv, sm_variable *x, sm_walk walk) {
  const sm_learn_layer *layer = sm_layer_of(l, conv);
  return sm_layer_conv(tape, x, layer->weight,
                       &(sm_form){.walk = walk,
                                  .k = conv->k,
                                  .scale = sm_learn_scale(layer->weight),
                                  .bias = layer->bias,
                                  .slope = 0.2,
                                  .gain = sqrt(2)});
}

/* (main + skip) / sqrt(2): main's activation would have the gain sqrt(2), so it has none; the skip's scale takes the
 * rest. */
sm_variable *sm_learn_halve(sm_tape *tape, const sm_learner *l, const sm_residual *b, sm_variable *x) {
  const sm_learn_layer *second = sm_layer_of(l, &b->conv2);
  sm_parameter *skip = sm_layer_of(l, &b->skip)->weight;
  sm_variable *main = sm_learn_conv(tape, l, &b->conv1, x, SM_WALK_SAME);
  main = sm_layer_conv(tape, main, second->weight,
                       &(sm_form){.walk = SM_WALK_DOWN,
                                  .k = 3,
                                  .scale = sm_learn_scale(second->weight),
                                  .bias = second->bias,
                                  .slope = 0.2,
                                  .gain = 1});
  sm_variable *half = sm_layer_blur_halve(tape, x); /* only the pixels that the stride keeps are blurred */
  return sm_layer_conv(tape, half, skip,
                       &(sm_form){.walk = SM_WALK_SAME,
                                  .k = 1,
                                  .scale = sqrt(0.5) * sm_learn_scale(skip),
                                  .slope = 1,
                                  .gain = 1,
                                  .add = main});
}

sm_variable *sm_learn_encode(sm_tape *tape, const sm_learner *l, sm_variable *image) {
  const sm_network *n = &l->network;
  sm_variable *x = sm_learn_conv(tape, l, &n->from_rgb, sm_layer_enter(tape, image), SM_WALK_SAME);
  for (int i = 0; i < n->config.blocks; i++) x = sm_learn_halve(tape, l, &n->encoder[i], x);
  return sm_learn_conv(tape, l, &n->final_conv, x, SM_WALK_SAME);
}
