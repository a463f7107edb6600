/* SPDX-License-Identifier: GPL-3.0-or-later
 * The membrane of Poisson cloning: what takes the difference of two pictures at a region's edge smoothly inwards (Perez,
 * Gangnet, Blake, Poisson image editing, SIGGRAPH 2003; with the reference's own gradients, clone = reference + membrane
 * of target - reference). */
#pragma once
#include "base/error.h"

/* `values`: 3 planes of height x width. Where `inside` is not 0 they are replaced by the harmonic function that the other
 * values around the region prescribe (no flow through the rectangle's own edge); what is not inside is left as it is.
 * Solved from coarse to fine, relaxed at every level: within about 1/500 of the range of the values around it. */
stylemap_status sm_membrane(float *values, const unsigned char *inside, int width, int height, stylemap_error *error);
