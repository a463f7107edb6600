/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "network/describe.h"

/* Shows a bound slot's numbers (stylemap_model_weights); integers are none. */
void sm_weights_show(const sm_slot *slot, stylemap_take_weights take, void *data);
