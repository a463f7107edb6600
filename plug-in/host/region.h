/* SPDX-License-Identifier: GPL-3.0-or-later
 * A region that the model's file tells (words_regions) as a mask on a picture: nothing has to be drawn. */
#pragma once
#include "host/engine.h"
#include <gegl.h>

/* The region over a width x height picture on which the model's square lies at `placement`: a new "Y float" buffer. Places
 * that show the part in less than a quarter of pictures are 0, in more than three quarters 1. NULL, and a sentence, where
 * the model's file does not tell the region. */
GeglBuffer *region_mask (const Engine *engine, stylemap_region region, const stylemap_placement *placement, gint width,
                         gint height, GError **error);
