/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: numbers about pictures. */
#ifndef STYLEMAP_MEASURE_H
#define STYLEMAP_MEASURE_H

#include "stylemap/base.h"

/* Mean squared difference over `count` numbers, `a` clipped to -1..1 first. */
STYLEMAP_API double stylemap_mse(const float *a, const float *b, size_t count);
/* Mean absolute difference of neighbours, across and down, of an image clipped to -1..1: 0 is flat, 2 the most. NaN
 * counts as 0. */
STYLEMAP_API double stylemap_sharpness(const float *image, int size);

#endif
