/* SPDX-License-Identifier: GPL-3.0-or-later
 * The generator's main path: style pyramid -> image, by spatially varying modulation. */
#include "train/layers.h"
#include "train/learner.h"

static sm_variable *modulate(sm_tape *tape, const sm_learner *l, const sm_learn_styled *s, sm_variable *x,
                             sm_variable *style) {
  sm_variable *gamma = sm_layer_conv(tape, style, s->gamma.weight, 3, sm_learn_scale(s->gamma.weight));
  gamma = sm_layer_bias(tape, gamma, s->gamma.bias);
  sm_variable *beta = sm_layer_conv(tape, style, s->beta.weight, 3, sm_learn_scale(s->beta.weight));
  beta = sm_layer_bias(tape, beta, s->beta.bias);
  return sm_layer_modulate(tape, x, gamma, beta, l->config.norm, s->running);
}

static sm_variable *styled(sm_tape *tape, const sm_learner *l, const sm_learn_styled *s, sm_variable *x,
                           sm_variable *style, int k, int up) {
  x = modulate(tape, l, s, x, style);
  double scale = sm_learn_scale(s->conv.weight);
  if (up) {
    sm_variable *wide = sm_layer_conv_up(tape, x, s->conv.weight, k, scale);
    x = sm_layer_blur(tape, wide, 1, 4);
    sm_tape_drop(tape, wide);
  } else {
    x = sm_layer_conv(tape, x, s->conv.weight, k, scale);
  }
  return sm_layer_lrelu(tape, x, s->conv.bias, 1);
}

sm_variable *sm_learn_synth(sm_tape *tape, const sm_learner *l, sm_variable *const *pyramid, int n) {
  sm_variable *x = styled(tape, l, &l->conv1, sm_layer_constant(tape, l->input, n), pyramid[0], 3, 0);
  for (int i = 0; i < l->config.blocks; i++) {
    sm_variable *main = styled(tape, l, &l->blocks[i].conv1, x, pyramid[2 * i + 1], 3, 1);
    main = styled(tape, l, &l->blocks[i].conv2, main, pyramid[2 * i + 2], 3, 0);
    sm_variable *low = sm_learn_conv(tape, &l->blocks[i].skip, x, 1); /* the 1x1 before the zero insertion */
    sm_variable *skip = sm_layer_blur_double(tape, low);
    sm_tape_drop(tape, low);
    x = sm_layer_join(tape, main, skip);
  }
  return styled(tape, l, &l->to_rgb, x, pyramid[2 * l->config.blocks + 1], 1, 0);
}

sm_variable *sm_learn_generate(sm_tape *tape, const sm_learner *l, sm_variable *stylemap) {
  sm_variable *pyramid[SM_MAX_LEVELS] = {0};
  sm_learn_resize(tape, l, stylemap, pyramid);
  return sm_learn_synth(tape, l, pyramid, stylemap ? stylemap->n : 1);
}
