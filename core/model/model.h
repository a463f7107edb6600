/* SPDX-License-Identifier: GPL-3.0-or-later
 * FILE -> NAMED TENSORS -> BOUND WEIGHTS. What the rest of core may know of a model. */
#pragma once
#include "net/network.h"

/* The bound network of an opened model; NULL if it was only inspected. */
const sm_network *sm_model_network(const stylemap_model *model);
