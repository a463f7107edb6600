/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a session remembers of the pictures it has seen, so that a second edit of them computes only what changed.
 * Optional memory outside the session's plan: within a budget, the longest unused is dropped first, and where there
 * is no memory, nothing is kept. Never an error. */
#pragma once
#include "net/network.h"

/* gamma and beta of every level for one style pyramid, filled tile by tile as they are needed. */
typedef struct sm_modulations {
  float *gamma[SM_MAX_LEVELS]; /* a map of the channels that the level modulates */
  float *beta[SM_MAX_LEVELS];  /* the same; for to_rgb one block: its 1x1 over beta, see synth.c */
  unsigned char *valid[SM_MAX_LEVELS]; /* of each tile of gamma's convolution */
  float *memory;
  size_t bytes;
} sm_modulations;

typedef struct sm_digest {
  uint64_t word[2];
} sm_digest;

typedef struct sm_picture {
  int taken; /* what follows describes `image`; else only the memory is there */
  sm_digest image;
  uint64_t used; /* when: the cache's clock */
  float *stylemap;
  stylemap_pyramid *pyramid;   /* or NULL: an empty place */
  sm_modulations *modulations; /* or NULL */
} sm_picture;

/* Modulations of a blend at full strength, where the mask's edge passes: what a change of strength scales. */
typedef struct sm_blended {
  int taken;
  sm_digest key; /* both pictures and the weights */
  sm_modulations *modulations;
} sm_blended;

enum { SM_CACHE_PICTURES = 4 };

typedef struct sm_cache {
  size_t budget, bytes;
  uint64_t clock;
  sm_picture picture[SM_CACHE_PICTURES];
  sm_blended blended;
} sm_cache;

sm_digest sm_digest_of(const void *data, size_t bytes);
/* The digest of two. */
sm_digest sm_digest_both(sm_digest a, sm_digest b);

/* Drops the contents and keeps the memory for the next ones. */
void sm_cache_forget(sm_cache *cache);
void sm_cache_free(sm_cache *cache);

/* The stylemap and pyramid of an image, recalled or computed and kept. `*picture` is NULL where they cannot be kept
 * (nothing was computed then). `pinned` (or NULL) is not dropped to make room. */
stylemap_status sm_cache_recall(stylemap_session *session, const float *image, const sm_picture *pinned,
                                sm_picture **picture, stylemap_error *error);
/* A picture's modulations; NULL where there is no room. `other` (or NULL) keeps its own. */
sm_modulations *sm_cache_modulations(stylemap_session *session, sm_picture *picture, const sm_picture *other);
/* The modulations of the blend of `a` and `b` that `key` names. */
sm_modulations *sm_cache_blended(stylemap_session *session, sm_digest key, const sm_picture *a, const sm_picture *b);
