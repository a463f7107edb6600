/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a session remembers of the pictures it has seen, so that a second edit of them computes only what changed.
 * Optional memory outside the session's plan: within a budget, the longest unused is dropped first, and where there
 * is no memory, nothing is kept. Never an error, and never another result. */
#pragma once
#include "net/pyramid.h"

/* gamma and beta of one style pyramid, tile by tile as they were needed. A tile's record is gamma, a map of the
 * tile's pixels in the channels that the level modulates, then beta, the same; for to_rgb one block: its 1x1 over
 * beta, see synth.c. */
typedef struct sm_modulations {
  float **tile[SM_MAX_LEVELS]; /* the record of each tile of gamma's convolution, or NULL */
  int tiles[SM_MAX_LEVELS];
  int records;                 /* that are held */
} sm_modulations;

typedef struct sm_digest {
  uint64_t word[2];
} sm_digest;

typedef struct sm_picture {
  int taken; /* the rest describes `image`; else only the memory is there */
  sm_digest image;
  uint64_t used; /* when: the cache's clock */
  int uses;      /* edits; drafts do not count */
  int redrawn; /* `drawn` is known */
  float *stylemap, *drawn; /* and what the network makes of it */
  float *statistics;       /* with which; known if `drawn` is. See sm_styles */
  stylemap_pyramid *pyramid;   /* or NULL: an empty place */
  sm_modulations *modulations; /* or NULL */
} sm_picture;

/* Modulations of a blend at full strength, where the mask's edge passes: what a change of strength scales. */
typedef struct sm_blended {
  sm_digest key; /* both pictures and the weights */
  sm_modulations *modulations;
} sm_blended;

/* A healed square (edit/heal.c), which detail and strength do not change. */
enum { SM_HEALED_ABOUT = 10, SM_HEALED_PLANES = 9 };
typedef struct sm_healed {
  int taken;
  sm_digest key; /* all that it was made of */
  double about[SM_HEALED_ABOUT];
  float *planes; /* SM_HEALED_PLANES of the square */
} sm_healed;

/* A level's records: those given back, and what is left of the newest chunk. */
typedef struct sm_shelf {
  float *free, *next;
  int left;
} sm_shelf;

enum { SM_CACHE_PICTURES = 4 };

typedef struct sm_cache {
  const sm_network *net;
  size_t budget, bytes;
  size_t record_bytes, record_limit; /* of `bytes`; what may be asked for in this edit */
  uint64_t clock;
  sm_picture picture[SM_CACHE_PICTURES];
  sm_blended blended;
  sm_healed healed; /* the last one */
  sm_shelf shelf[SM_MAX_LEVELS];
  struct sm_chunk *chunks;
  uint64_t began; /* the edit that is under way; what is used since then is not dropped */
  int blending;   /* it needs `blended`, too */
} sm_cache;

sm_digest sm_digest_of(const void *data, size_t bytes);
/* The digest of two. */
sm_digest sm_digest_both(sm_digest a, sm_digest b);

/* Drops the contents and keeps the memory for the next ones. */
void sm_cache_forget(sm_cache *cache);
void sm_cache_free(sm_cache *cache);
/* Where memory runs out elsewhere: gives everything back; 0 if there was nothing. */
int sm_cache_drop(sm_cache *cache);

/* A new edit begins: no picture is in use. */
void sm_cache_begin(sm_cache *cache);
/* The place of an image, in use from now on; NULL where it cannot be kept. If it is not taken, nothing is known of the
 * image yet: who has filled the stylemap takes it. Of the pyramid there are the cells that are marked as made. */
sm_picture *sm_cache_picture(sm_cache *cache, const float *image);
/* An image of which is known what the network makes of it, in use from now on, or NULL; and something to remember, where there is
 * room. */
const sm_picture *sm_cache_redrawn(sm_cache *cache, const float *image);
void sm_cache_redraw(sm_cache *cache, const float *image, const float *drawn);
/* How much memory this edit may ask for. Most pairs of pictures are edited once, and modulations are the largest part
 * of what is kept: so the first edit at full strength keeps a small part of them, where a byte saves most work, and
 * only a second one, or the first of a sweep, as many as the budget allows. */
void sm_cache_allow(sm_cache *cache, double strength);
/* The modulations of the blend that `key` names, and of the pictures in use. NULL where there is no memory. */
sm_modulations *sm_cache_blended(sm_cache *cache, sm_digest key);
/* Memory for one tile of a level, its number of floats sm_record_floats; NULL where there is none. */
float *sm_cache_record(sm_cache *cache, int level);
/* Back from one that was not filled. */
void sm_cache_return(sm_cache *cache, int level, float *record);
/* The healed square of that key, or NULL; and one to fill in its place, not taken yet, or NULL where there is no room. */
const sm_healed *sm_cache_healed(const sm_cache *cache, sm_digest key);
sm_healed *sm_cache_heal(sm_cache *cache, sm_digest key);
