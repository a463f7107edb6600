/* SPDX-License-Identifier: GPL-3.0-or-later
 * A reference as it lies over the target, by both squares. */
#pragma once
#include <gegl.h>
#include "stylemap.h"

/* Where an upright square of the target, `side` wide around (x, y), lies on the reference; `target` and `reference`: where
 * the model's square lies on each. */
stylemap_placement across_square (const stylemap_placement *target, const stylemap_placement *reference, gdouble x, gdouble y,
                                  gdouble side);

/* The alpha of `picture`, as a mask that core samples; borrows `picture`. */
stylemap_layer across_alpha (const stylemap_layer *picture);

/* How much the reference shows over each pixel of a width x height target: "Y float", 0 outside the square. NULL with an
 * error. */
GeglBuffer *across_mask (GeglBuffer *picture, const stylemap_placement *reference, const stylemap_placement *target, gint width,
                         gint height, GError **error);
