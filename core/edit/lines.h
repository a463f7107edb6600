/* SPDX-License-Identifier: GPL-3.0-or-later
 * A picture's lines in a drawing's colours, on more pixels than the model draws. */
#pragma once
#include "frame/frame.h"

/* Adds to edges[3][factor size][factor size], where `part` of the square reaches, the fine lines of a picture in the drawing's colours:
 * `left` (a plane of size x size, 0..1) times how surely the drawing has them, which is added to `kept` (a plane). `before`: what the
 * square sees of the picture, `drawn`: the drawing, 3 planes each, -1..1; `fine`: the picture on factor times the pixels. Around each pixel
 * the colours of `drawn` are those of `before` through one affine map by least squares (the linear model of He, Sun, Tang, Guided image
 * filtering, ECCV 2010, with a guide of three channels): what was blue beside a black line and brown is pink beside that line and brown. */
stylemap_status sm_lines_recoloured(const float *before, const float *drawn, const float *left, const float *fine, int size, int factor,
                                    const sm_part_of_square *part, float *kept, float *edges, stylemap_error *error);
/* Takes `followed` (a plane) times those lines in their own colours away, which are laid in otherwise. */
stylemap_status sm_lines_less(const float *before, const float *followed, const float *fine, int size, int factor,
                              const sm_part_of_square *part, float *edges, stylemap_error *error);
