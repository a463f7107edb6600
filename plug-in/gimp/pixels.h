/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIMP's drawables <-> buffers of this process. Main thread only. */
#pragma once
#include "gimp/compat.h"
#include <gegl.h>

/* A buffer of the drawable's size that holds the pixels of `area` (the rest stays empty and costs nothing), in
 * the drawable's own depth and in the colour space of its image's profile. */
GeglBuffer *pixels_copy(DrawableRef drawable, const GeglRectangle *area);

/* The selection, canvas-sized, or NULL if nothing is selected. */
GeglBuffer *pixels_copy_selection(ImageRef image);

/* Fills `drawable` from `picture`, whose extent has its size; what is not a finite number becomes 0. */
void pixels_write(DrawableRef drawable, GeglBuffer *picture);

/* Fills a layer mask from `mask` ("Y float", extent `area`), times the part `area` of `other` (a layer mask in the same
 * coordinates, or NO_ITEM). */
void pixels_write_mask(DrawableRef drawable, GeglBuffer *mask, DrawableRef other);
