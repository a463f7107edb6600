/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: where a picture shows what a model has learnt. */
#ifndef STYLEMAP_PLACE_H
#define STYLEMAP_PLACE_H

#include "stylemap/frame.h"
#include "stylemap/net.h"

typedef struct stylemap_place_report {
  int sure;            /* the model knows the picture there; 0: nothing better than the start was found */
  double error;        /* mean squared error of the model's reconstruction at the placement (-1..1) */
  double start_error;  /* the same where the search began */
  double usual_error;  /* the same of pictures that the model knows */
  int encodes, syntheses; /* that it took */
} stylemap_place_report;

/* Where on the layer the model's subject lies as the model knows it (centre, side and angle; mirror is the start's): the
 * model must have learnt it (stylemap_info.places). `near` NULL: all of the layer is searched, squares from a third of
 * its shorter side up; else squares of about that side and angle around it, as where a user has selected one of several
 * faces. With `keep` the start (`near`, or the centred square) stays where the model is sure of it and its error there is at
 * most five times its usual one, which costs an encode and a synthesis.
 * Where nothing is found of which the model is sure, `placement` is the start and the call succeeds: see the report,
 * which may be NULL. Some 12 to 60 encodes, and 90 to 150 where nothing is found; the layer is copied once, at the size that they need, so an edit of 4,000 pixels
 * reads it once or twice. */
STYLEMAP_API stylemap_status stylemap_place(stylemap_session *session, const stylemap_layer *layer,
                                            const stylemap_placement *near, int keep, stylemap_placement *placement,
                                            stylemap_place_report *report, stylemap_error *error);

/* Whether the model knows its subject at `placement`, as surely as stylemap_place is sure of what it finds. An encode and a synthesis;
 * BAD_ARGUMENT where the model has not learnt it. */
STYLEMAP_API stylemap_status stylemap_place_is_known(stylemap_session *session, const stylemap_layer *layer,
                                                     const stylemap_placement *placement, int *known, stylemap_error *error);

/* Where in a reference that shows the same as the target, another picture of a series, say, the square lies as the target's does:
 * `place` moves, turns and grows by little, from where about it must be (some 15 of 128 pixels off at most), to where the lines
 * of both agree best, beside what the target's mask covers (a layer of the target's size, or NULL). `agreement`: the cosine of
 * their gradients there, 1 for the same picture in another light; two different people come to .7 at most, and mean nothing.
 * Mirror stays. Needs no model; reads both layers once. */
STYLEMAP_API stylemap_status stylemap_align(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                                            const stylemap_layer *reference, stylemap_placement *place, double *agreement,
                                            stylemap_error *error);

/* Where in a reference that has the target's outlines, another one of a series of drawings, say, the square lies as the target's does: as
 * stylemap_align, but `place` must be known to about 3 of 128 pixels, lines of other colours agree, too, and what is seen is 256 pixels
 * a side where both have as many. `clear`: how much better they agree there (a cosine) than more than a pixel and a half away; from
 * about .06 on they agree in earnest. Some 170 looks at squares of 128 pixels or a few at 256. */
STYLEMAP_API stylemap_status stylemap_align_lines(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                                                  const stylemap_layer *reference, stylemap_placement *place, double *clear,
                                                  stylemap_error *error);

typedef struct stylemap_place_options {
  uint64_t pictures; /* there are so many: 16 or more, with their subject where the model wants it */
  /* Puts picture `index` at `image` (3 x S x S), on the calling thread; non-zero: it cannot, and the call ends CANCELLED. */
  int (*picture)(void *data, uint64_t index, float *image);
  /* Or NULL. Non-zero cancels, and the model stays as it was. */
  int (*progress)(void *data, double fraction);
  void *data;
  int samples; /* encodes for each of three stages; 0: 10,000 */
  int threads; /* 0 = one per available core */
} stylemap_place_options;

typedef struct stylemap_place_lesson {
  double half, tenth; /* corners' mean distance from where they belong, in pixels of S: the median, and what one in ten
                         exceeds, of pictures kept back, moved, turned, scaled and in other surroundings */
} stylemap_place_lesson;

/* Teaches an opened model to find its subject, from pictures such as it was trained on. The model must serve no session
 * yet; stylemap_save then writes what it has learnt (place.*, about 250 KB). Failure leaves the model as it was; where the
 * pictures do not teach it (they show different things in different places, or the model does not know them), that is
 * BAD_ARGUMENT. The same at any thread count. */
STYLEMAP_API stylemap_status stylemap_place_learn(stylemap_model *model, const stylemap_place_options *options,
                                                  stylemap_place_lesson *lesson, stylemap_error *error);

#endif
