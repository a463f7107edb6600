/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a reference has beyond the target's outline, brought into the target. */
#pragma once
#include "host/mask.h"

/* Changes the pixels of `target` in which e = strength x mask x the reference's alpha, both squares laid on one another,
 * is above the target's alpha t: the alpha becomes e, the colours (t target + (e - t) reference) / e. All others stay
 * what they are. Reads `reference` as core reads layers (R'G'B'A). Without an alpha
 * channel in `target` nothing changes. FALSE with a sentence. */
gboolean extend_layer (GeglBuffer *target, const stylemap_placement *square, const stylemap_layer *reference,
                       const stylemap_placement *reference_square, const Mask *mask, gdouble strength, GError **error);
