/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spatially varying modulation (the paper's equation 1): x -> norm(x) * gamma(style) + beta(style), at every level of
 * the pyramid, computed from the style maps or put together from what the session remembers. */
#pragma once
#include "net/session.h"
#include "net/window.h"

/* Where a tile's gamma and beta come from: *from + t (*to - *from); `from` NULL: written already. */
struct sm_tile_mix {
  const float *from, *to;
  float t;
};

/* Where gamma and beta come from. */
typedef struct sm_styles {
  const stylemap_pyramid *target;
  const stylemap_pyramid *reference; /* NULL: the target alone */
  const float *weight;  /* sm_weights': of the reference, at full strength */
  float strength;       /* multiplies the weight */
  sm_modulations *of_target, *of_reference; /* remembered, or NULL */
  sm_modulations *of_blend;                 /* the same at full strength, where weights vary; or NULL */
  const sm_window *window; /* draws that alone, of the target; or NULL: all */
  float *statistics; /* what the normalisations multiply by and add, sm_statistics_floats: where they are written to; with a
                        window, where those of the levels that are made in part are read. NULL: nowhere */
} sm_styles;

/* out := level `level`'s modulation of x (both maps). For to_rgb, `out` lacks the beta and `rest`, a map of one block,
 * takes what must be added after the 1x1 convolution. `out` may be `x`. The `scratch` memory is for mixtures that no
 * memory remembers: at least two records. */
void sm_modulate_level(stylemap_session *session, const sm_styles *styles, int level, const float *x, float *rest,
                       float *out, float *scratch, size_t scratch_floats);
