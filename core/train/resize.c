/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style resizer: stylemap -> style pyramid. */
#include "train/layers.h"
#include "train/learner.h"

void sm_learn_resize(sm_tape *tape, const sm_learner *l, sm_variable *stylemap, sm_variable **pyramid) {
  sm_variable *x = stylemap;
  for (int i = 0; i < 2 + 2 * l->config.blocks; i++) {
    const sm_learn_layer *layer = &l->resizer[i];
    if (i < 2 || i % 2) {
      x = sm_learn_conv(tape, layer, x, 3);
    } else {
      sm_variable *wide = sm_layer_conv_up(tape, x, layer->weight, 3, sm_learn_scale(layer->weight));
      x = sm_layer_blur(tape, wide, 1, 4);
      sm_tape_drop(tape, wide);
      x = sm_layer_lrelu(tape, x, layer->bias, 1);
    }
    pyramid[i] = x;
  }
}
