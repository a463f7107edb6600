/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style resizer: stylemap -> style pyramid. */
#include "grad/layers.h"
#include "grad/learner.h"

void sm_learn_resize(sm_tape *tape, const sm_learner *l, sm_variable *stylemap, sm_variable **pyramid) {
  sm_variable *x = sm_layer_enter(tape, stylemap);
  for (int i = 0; i < 2 + 2 * l->network.config.blocks; i++)
    pyramid[i] = x = sm_learn_conv(tape, l, &l->network.resizer[i], x, i < 2 || i % 2 ? SM_WALK_SAME : SM_WALK_UP);
}
