/* SPDX-License-Identifier: GPL-3.0-or-later
 * The generator's main path: style pyramid -> image, by spatially varying modulation. */
#include <math.h>

#include "grad/layers.h"
#include "grad/learner.h"

static sm_variable *styled(sm_tape *tape, const sm_learner *l, const sm_styled *s, sm_variable *x, sm_variable *style,
                           sm_walk walk, double gain) {
  const sm_learn_layer *gamma = sm_layer_of(l, &s->gamma), *beta = sm_layer_of(l, &s->beta);
  const sm_learn_layer *conv = sm_layer_of(l, &s->conv);
  sm_modulation m = {.gamma = gamma->weight,
                     .gamma_bias = gamma->bias,
                     .beta = beta->weight,
                     .beta_bias = beta->bias,
                     .scale = sm_learn_scale(gamma->weight),
                     .norm = l->network.config.norm,
                     .running = conv->running};
  sm_form form = {.walk = walk,
                  .k = s->conv.k,
                  .scale = sm_learn_scale(conv->weight),
                  .bias = conv->bias,
                  .slope = 0.2,
                  .gain = gain};
  return sm_layer_conv(tape, sm_layer_modulate(tape, x, sm_layer_enter(tape, style), &m), conv->weight, &form);
}

/* (main + skip) / sqrt(2), see sm_learn_halve. */
sm_variable *sm_learn_synth(sm_tape *tape, const sm_learner *l, sm_variable *const *pyramid, int n) {
  const double root = sqrt(2);
  const sm_network *net = &l->network;
  const int blocks = net->config.blocks;
  sm_variable *x = styled(tape, l, &net->conv1, sm_layer_constant(tape, l->input, n), pyramid[0], SM_WALK_SAME, root);
  for (int i = 0; i < blocks; i++) {
    sm_variable *main = styled(tape, l, &net->blocks[i].conv1, x, pyramid[2 * i + 1], SM_WALK_UP, root);
    main = styled(tape, l, &net->blocks[i].conv2, main, pyramid[2 * i + 2], SM_WALK_SAME, 1);
    sm_parameter *skip = sm_layer_of(l, &net->blocks[i].skip)->weight; /* the 1x1 before the zero insertion */
    sm_form form = {.walk = SM_WALK_SAME, .k = 1, .scale = sm_learn_scale(skip) / root, .slope = 1, .gain = 1};
    sm_variable *low = sm_layer_conv(tape, x, skip, &form);
    x = sm_layer_blur_double(tape, low, main);
    sm_tape_drop(tape, low);
  }
  x = styled(tape, l, &net->to_rgb, x, pyramid[2 * blocks + 1], SM_WALK_SAME, root);
  return sm_layer_leave(tape, x);
}

sm_variable *sm_learn_generate(sm_tape *tape, const sm_learner *l, sm_variable *stylemap) {
  sm_variable *pyramid[SM_MAX_LEVELS] = {0};
  sm_learn_resize(tape, l, stylemap, pyramid);
  return sm_learn_synth(tape, l, pyramid, stylemap ? stylemap->n : 1);
}
