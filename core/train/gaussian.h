/* SPDX-License-Identifier: GPL-3.0-or-later
 * A mapping network whose samples are normally distributed as pictures' stylemaps are. */
#pragma once
#include "grad/learner.h"

/* Sets values and averages of `mapping` (weight and bias of each layer in turn) so that its samples have the mean of the stylemaps
 * `codes`, count x D x P x P as the encoder gives them, and their covariance in the D directions in which they vary most: both
 * before the last activation, which the network's last layer has, too. The layers before it let z through, which is bent only where
 * it is below -3. The result does not depend on the threads. */
stylemap_status sm_gaussian_mapping(sm_workshop *shop, const sm_config *config, const real *codes, uint64_t count,
                                    sm_parameters *mapping);
