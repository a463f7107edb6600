/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spatially varying modulation (the paper's equation 1): x -> norm(x) * gamma(style) + beta(style), at every level of
 * the pyramid, computed from the style maps or put together from what the session remembers. */
#pragma once
#include "net/cache.h"
#include "network/network.h"

/* Which modulation a level of the pyramid feeds. */
typedef struct sm_level_modulation {
  const sm_styled *layer;
  int to_rgb;             /* the last level: beta goes through the 1x1 to three channels */
  int channels, side;     /* of what is modulated, and of gamma */
  int beta_channels;      /* channels, or 3 */
  int rows, columns, step, tiles; /* of gamma's convolution */
} sm_level_modulation;

sm_level_modulation sm_modulation_of(const sm_network *network, int level);
/* Of one tile's record, see cache.h. */
size_t sm_record_floats(const sm_network *network, int level);

/* The weight of the reference all over the window of a tile of gamma's convolution; -1 where it varies. `weight`: the
 * level's, side x side. */
float sm_window_weight(const float *weight, int side, int row, int column, int step);

/* Where a tile's gamma and beta come from: *from + t (*to - *from); `from` NULL: written already. */
typedef struct sm_tile_mix {
  const float *from, *to;
  float t;
} sm_tile_mix;

/* Where gamma and beta come from. */
typedef struct sm_styles {
  const stylemap_pyramid *target;
  const stylemap_pyramid *reference; /* NULL: the target alone */
  const float *weight;  /* sm_weights': of the reference, at full strength */
  float strength;       /* multiplies the weight */
  sm_modulations *of_target, *of_reference; /* remembered, or NULL */
  sm_modulations *of_blend;                 /* the same at full strength, where weights vary; or NULL */
} sm_styles;

/* Weights of a level within `weight`: S x S, then S / 2 x S / 2, ... */
const float *sm_level_weight(const sm_config *config, const float *weight, int side);

/* out := level `level`'s modulation of x (both maps). For to_rgb, `out` lacks the beta and `rest`, a map of one block,
 * takes what must be added after the 1x1 convolution. `out` may be `x`. The `scratch` memory is for mixtures that no
 * memory remembers: at least two records. */
void sm_modulate_level(stylemap_session *session, const sm_styles *styles, int level, const float *x, float *rest,
                       float *out, float *scratch, size_t scratch_floats);
