/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: sessions, style pyramids, and the boxes of the paper's figure 2. */
#ifndef STYLEMAP_NET_H
#define STYLEMAP_NET_H

#include "stylemap/model.h"

typedef struct stylemap_session stylemap_session;
typedef struct stylemap_pyramid stylemap_pyramid;

/* Plans all scratch memory before any work, so that no later call fails for memory half way.
 * `threads`: 0 = one per available core. `progress` may be NULL. */
STYLEMAP_API stylemap_status stylemap_session_new(const stylemap_model *model, int threads,
                                                  stylemap_progress progress, void *data,
                                                  stylemap_session **session, stylemap_error *error);

typedef struct stylemap_session_options {
  int threads;         /* 0 = one per available core */
  const char *kernels; /* "avx512", "avx2", "neon" or "portable"; NULL = the best this machine can run */
  size_t cache_bytes;  /* optional memory beyond the plan: style maps, pyramids and modulations of pictures that
                          transplant and reconstruct have seen, so that the next edit of them computes only what
                          changed. A pair's first edit at full strength takes its pyramids and at most an eleventh of
                          this; a second one, or one at a lower strength, all it can use. 0 = nothing is kept;
                          stylemap_session_new allows 1 GiB. Results do not depend on it, not by a bit */
} stylemap_session_options;
STYLEMAP_API stylemap_status stylemap_session_open(const stylemap_model *model, const stylemap_session_options *options,
                                                   stylemap_progress progress, void *data, stylemap_session **session,
                                                   stylemap_error *error);
STYLEMAP_API void stylemap_session_free(stylemap_session *session);
STYLEMAP_API int stylemap_session_threads(const stylemap_session *session);
STYLEMAP_API const char *stylemap_session_kernels(const stylemap_session *session);
/* Forgets earlier pictures; their memory waits for the next ones. */
STYLEMAP_API void stylemap_session_forget(stylemap_session *session);
STYLEMAP_API size_t stylemap_session_bytes(const stylemap_session *session); /* the plan's size */

STYLEMAP_API stylemap_status stylemap_pyramid_new(const stylemap_model *model, stylemap_pyramid **pyramid,
                                                  stylemap_error *error);
STYLEMAP_API void stylemap_pyramid_free(stylemap_pyramid *pyramid);
/* Channels and side of level `level` (0 .. levels - 1) of the model's pyramids. */
STYLEMAP_API stylemap_status stylemap_pyramid_shape(const stylemap_model *model, int level, int *channels, int *side);
/* Copies level `level` out as C H W floats. */
STYLEMAP_API stylemap_status stylemap_pyramid_get(const stylemap_pyramid *pyramid, int level, float *values);

/* The boxes of the paper's figure 2. */
STYLEMAP_API stylemap_status stylemap_encode(stylemap_session *session, const float *image, float *stylemap,
                                             stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_map(stylemap_session *session, const float *z, float *stylemap,
                                          stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_resize(stylemap_session *session, const float *stylemap,
                                             stylemap_pyramid *pyramid, stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_synth(stylemap_session *session, const stylemap_pyramid *pyramid, float *image,
                                            stylemap_error *error);

/* How a level's weights come from the mask (docs: core/README.md, "mask rules"). */
typedef enum stylemap_mask_rule {
  STYLEMAP_MASK_SOFT, /* the mask averaged over the level's cells */
  STYLEMAP_MASK_ANY,  /* 1 where the mask touches the cell (the paper's tables) */
  STYLEMAP_MASK_HALF, /* 1 where the average is above 0.5 (the published demo) */
} stylemap_mask_rule;

/* target := target + weight * (reference - target) at every level; strength 0..1 multiplies the weight after
 * the rule. stylemap_blend_w does the same once, on the P x P stylemap (the paper's W). */
STYLEMAP_API stylemap_status stylemap_blend(stylemap_pyramid *target, const stylemap_pyramid *reference,
                                            const float *mask, stylemap_mask_rule rule, double strength,
                                            stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_blend_w(const stylemap_model *model, float *target, const float *reference,
                                              const float *mask, stylemap_mask_rule rule, double strength,
                                              stylemap_error *error);

/* out := a + t (b - a), all levels; `out` may be `a` or `b`. */
STYLEMAP_API stylemap_status stylemap_lerp(const stylemap_pyramid *a, const stylemap_pyramid *b, double t,
                                           stylemap_pyramid *out, stylemap_error *error);
/* Copies levels first .. last - 1 of `from` into `to` (style mixing). */
STYLEMAP_API stylemap_status stylemap_mix(stylemap_pyramid *to, const stylemap_pyramid *from, int first, int last,
                                          stylemap_error *error);

/* N(0,1) noise of our own documented generator (core/base/random.c): the same on every machine.
 * Picture `index` (from 0) of seed `seed`. */
STYLEMAP_API void stylemap_random(uint64_t seed, uint64_t index, float *z, int count);
/* Mean stylemap of 5,000 z of seed 0: the file's w_mean, else computed. */
STYLEMAP_API stylemap_status stylemap_mean(stylemap_session *session, float *stylemap, stylemap_error *error);

#endif
