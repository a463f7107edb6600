/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder E: image -> stylemap. Shape for shape as net/encode.c. */
#include "train/layers.h"
#include "train/learner.h"

sm_variable *sm_learn_conv(sm_tape *tape, const sm_learn_layer *l, sm_variable *x, int k) {
  x = sm_layer_conv(tape, x, l->weight, k, sm_learn_scale(l->weight));
  return l->bias ? sm_layer_lrelu(tape, x, l->bias, 1) : x;
}

sm_variable *sm_learn_halve(sm_tape *tape, const sm_learn_residual *b, sm_variable *x) {
  sm_variable *main = sm_layer_blur(tape, sm_learn_conv(tape, &b->conv1, x, 3), 2, 1);
  main = sm_layer_conv_down(tape, main, b->conv2.weight, 3, sm_learn_scale(b->conv2.weight));
  main = sm_layer_lrelu(tape, main, b->conv2.bias, 1);
  /* only the pixels that the stride keeps are blurred */
  sm_variable *skip = sm_learn_conv(tape, &b->skip, sm_layer_blur_halve(tape, x), 1);
  return sm_layer_join(tape, main, skip);
}

sm_variable *sm_learn_encode(sm_tape *tape, const sm_learner *l, sm_variable *image) {
  sm_variable *x = sm_learn_conv(tape, &l->from_rgb, image, 1);
  for (int i = 0; i < l->config.blocks; i++) x = sm_learn_halve(tape, &l->residual[i], x);
  return sm_learn_conv(tape, &l->final_conv, x, 3);
}
