/* SPDX-License-Identifier: GPL-3.0-or-later
 * The weights of a mask: how much of a reference each cell of each level takes. S x S of them, then S / 2 x S / 2, ...
 * P x P. */
#pragma once
#include "base/error.h"
#include "network/network.h"

/* out := a + t (b - a), exact at both ends; `out` may be `a` or `b`. */
void sm_lerp(const float *a, const float *b, size_t count, double t, float *out);

/* Fills `weight` from the mask by the rule, at full strength; `strength` is only checked. */
stylemap_status sm_weights(const sm_config *config, const float *mask, stylemap_mask_rule rule, double strength,
                           float *weight, stylemap_error *error);
size_t sm_weight_floats(const sm_config *config);
/* Those of the level of `side`, within `weight`. */
const float *sm_level_weight(const sm_config *config, const float *weight, int side);
