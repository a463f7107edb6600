/* SPDX-License-Identifier: GPL-3.0-or-later
 * In which colour space a new layer has to composite so that nothing changes where its mask is 0. */
#pragma once
#include "gimp/compat.h"
#include <gegl.h>

/* For a Normal layer with the extent `area` (canvas pixels) that comes to lie at `position` in `parent` (NO_ITEM = the
 * image): FALSE where no space leaves every bit as it was. `opaque`: the layer that it comes to lie on is opaque all
 * over the canvas. The image's own encoding is preferred, in which every host blends. */
gboolean stack_space(ImageRef image, ItemRef parent, gint position, const GeglRectangle *area, gboolean opaque,
                     GimpLayerColorSpace *space);

