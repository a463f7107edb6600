/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mapping network f: z -> stylemap. The same bits on every machine: plain sums in a fixed order. */
#pragma once
#include "base/error.h"
#include "network/network.h"

/* The average of map(z) over 5,000 z, stylemap_random(0, 0..4999): what a converted file stores as w_mean. */
stylemap_status sm_mean_stylemap(const sm_network *network, float *mean, stylemap_error *error);
