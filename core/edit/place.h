/* SPDX-License-Identifier: GPL-3.0-or-later
 * What placing and learning to place share. */
#pragma once
#include "base/random.h"
#include "frame/affine.h"
#include "model/place.h"
#include "net/session.h"

/* How a square moves, in its own frame: in sides to its right and down, then grows and turns. */
typedef struct sm_shift {
  double x, y, scale, angle; /* scale: natural logarithm */
} sm_shift;

stylemap_placement sm_place_move(const stylemap_placement *placement, const sm_shift *shift);
/* The shift that takes a shifted square back. */
sm_shift sm_shift_inverse(const sm_shift *shift);

/* A stylemap -> the features that regressors see. */
void sm_place_pool(const sm_config *config, const float *stylemap, float *features);
/* What a stage makes of features: the shift that would place the square well, kept to what the stage was taught, and
 * its score, where not NULL. */
sm_shift sm_place_guess(const sm_place *place, int stage, const float *features, double *score);

/* The largest shift of a stage: in sides, log of the scale, radians. */
extern const sm_shift sm_place_reach[SM_PLACE_STAGES];

/* A picture as it would be seen by a square that has been shifted: what surrounds it, where its layer ends and its
 * colours' cast are drawn at random. `picture` fills its own square; `other` is another one. S x S images. */
void sm_place_scene(const float *picture, const float *other, int size, const sm_shift *shift, sm_random *random,
                    float *image);
double sm_place_uniform(sm_random *random, double least, double most);

/* A picture of floats, 3 x height x width in 0..1. */
typedef struct sm_still {
  int width, height;
  float *planes;
} sm_still;
/* Valid as long as `still`. */
stylemap_layer sm_still_layer(sm_still *still);

/* A search for the subject on one layer. */
typedef struct sm_place_search {
  stylemap_session *session;
  const sm_place *place;
  int encodes, syntheses;
  float *image, *again, *stylemap, *features; /* where it last looked; one block */
  stylemap_pyramid *pyramid;
} sm_place_search;

/* Where a search may start, and the first stage's score of it. */
typedef struct sm_place_start {
  stylemap_placement placement;
  double score;
} sm_place_start;
/* Puts a start among the `*count` best, of which there are `most` at most, best first; of two that nearly lie on one
 * another the better one stays. */
void sm_place_keep_best(sm_place_start *best, int *count, int most, const sm_place_start *start);

typedef struct sm_place_found {
  stylemap_placement placement;
  double score;        /* by the regressors: 1 would be its place */
  double error, share; /* of the reconstruction, mean squared: of all of it, and of its middle by the variance there */
} sm_place_found;

stylemap_status sm_place_search_new(stylemap_session *session, const sm_place *place, sm_place_search *search,
                                    stylemap_error *error);
void sm_place_search_free(sm_place_search *search);
/* The stylemap's features at a placement. */
stylemap_status sm_place_see(sm_place_search *search, const stylemap_layer *layer, const stylemap_placement *placement,
                             stylemap_error *error);
/* Score and errors of what was last seen, which is reconstructed. */
stylemap_status sm_place_judge(sm_place_search *search, sm_place_found *found, stylemap_error *error);
/* Down the stages from `placement`, to where the model sees the subject as well placed as it can; tells the score. */
stylemap_status sm_place_descend(sm_place_search *search, const stylemap_layer *layer,
                                 const stylemap_placement *placement, sm_place_found *found, stylemap_error *error);
/* The last tenths of a pixel, and score and errors there. */
stylemap_status sm_place_finish(sm_place_search *search, const stylemap_layer *layer, sm_place_found *found,
                                stylemap_error *error);
