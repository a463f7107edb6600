/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: what is done to pictures. Transplant, reconstruct, interpolate, refine, heal. */
#ifndef STYLEMAP_EDIT_H
#define STYLEMAP_EDIT_H

#include "stylemap/frame.h"
#include "stylemap/net.h"

typedef enum stylemap_space { STYLEMAP_SPACE_W_PLUS, STYLEMAP_SPACE_W } stylemap_space;

typedef struct stylemap_edit {
  stylemap_mask_rule rule;
  stylemap_space space;
  double strength; /* 0..1 */
} stylemap_edit;

/* What is taken from one picture. */
typedef struct stylemap_reference {
  const float *image;
  const float *mask; /* where it is taken */
} stylemap_reference;

/* The main job on square tensors: image := G(blend(E(target), E(reference), mask)). `count` references, 1 or more, are
 * blended in one after the other, so later ones lie above earlier ones. */
STYLEMAP_API stylemap_status stylemap_transplant(stylemap_session *session, const float *target,
                                                 const stylemap_reference *references, int count,
                                                 const stylemap_edit *edit, float *image, stylemap_error *error);
/* image := G(E(target)). */
STYLEMAP_API stylemap_status stylemap_reconstruct(stylemap_session *session, const float *target, float *image,
                                                  stylemap_error *error);
/* How well the model knows an image: what stylemap_mse says of its reconstruction. A session remembers it with the image's
 * styles. */
STYLEMAP_API stylemap_status stylemap_probe(stylemap_session *session, const float *image, double *mse,
                                            stylemap_error *error);

/* Takes frame `number` (from 0) of a row, an image that is valid during the call; non-zero ends the row with
 * STYLEMAP_CANCELLED. On the calling thread. */
typedef int (*stylemap_frame)(void *data, int number, const float *image);
/* A row of `frames` (2 or more) pictures that leads from stylemap `a` to `b`, at t = 0, 1 / (frames - 1), ... 1, in even
 * steps in W or W+. The first and the last frame are G of a and of b, bit for bit. */
STYLEMAP_API stylemap_status stylemap_interpolate(stylemap_session *session, const float *a, const float *b,
                                                  stylemap_space space, int frames, stylemap_frame take, void *data,
                                                  stylemap_error *error);
/* The same at the t that `at` has for each of 1 frame or more, 0 to 1 each. */
STYLEMAP_API stylemap_status stylemap_interpolate_at(stylemap_session *session, const float *a, const float *b,
                                                     stylemap_space space, const double *at, int frames,
                                                     stylemap_frame take, void *data, stylemap_error *error);

/* ------------------------------------------------------------------------------------------ refining */

typedef struct stylemap_refine_options {
  int steps;      /* of gradient descent, each about five times the work of a synthesis */
  double offsets; /* how freely the style pyramid may leave what the stylemap gives: 0 not at all, 1 as is usual */
} stylemap_refine_options;

typedef struct stylemap_refine_report {
  double before, after; /* mean squared difference from the image, output clipped */
  int steps;            /* taken; fewer than asked where nothing improved any more */
} stylemap_refine_report;

/* Fills `pyramid` with styles that reproduce `image` better than the encoder's: never worse. Only models with the
 * standard blur kernels. Progress is told as STYLEMAP_PHASE_REFINE; a call that fails leaves both outputs as they were. */
STYLEMAP_API stylemap_status stylemap_refine(stylemap_session *session, const float *image,
                                             const stylemap_refine_options *options, stylemap_pyramid *pyramid,
                                             stylemap_refine_report *report, stylemap_error *error);

/* -------------------------------------------------------------------------------------------- detail */

/* A picture whose square, at its placement, is laid on the target's. */
typedef struct stylemap_detail {
  const stylemap_layer *picture;
  stylemap_placement placement;
  const float *seen; /* 3 x size x size: what a model sees or draws of it */
  double weight;     /* 0..1 */
} stylemap_detail;

/* stylemap_paste, with what the `count` (1 to 16) pictures show beyond the square's resolution: picture - seen is added, times
 * its weight, where `image` differs little from what was seen. `detail` is stylemap_heal_options.detail: 0 is
 * stylemap_paste, 1 adds all of it, so that what comes out is the target with the model's correction alone, at full size.
 * At 1:1 there is none to add to a drawing of what was sampled. What is transparent in a picture adds nothing. On a layer with more
 * pixels than the square, where none of that stays, lines that the image has from a picture are as sharp as there, in the image's colours,
 * and its own edges are crisp: all from a `detail` of 0.5 on. */
STYLEMAP_API stylemap_status stylemap_paste_detailed(const float *image, int size, const stylemap_placement *placement,
                                                     const stylemap_layer *target, const stylemap_detail *details,
                                                     int count, double detail, int x, int y, int w, int h,
                                                     const stylemap_layer *result, stylemap_error *error);

/* -------------------------------------------------------------------------------------------- healing */

/* Which collage is healed. Cloned: the reference's colours are moved by the membrane of Poisson cloning so that it meets
 * the target at the mask's edge, which takes away another light, another camera. MATCH: copied with one offset of all its
 * colours, the cast that is seen around the mask's edge. TONE: each of its parts in its own of the target's colours, where the two are seen
 * to meet at the mask's edge, so that skin becomes the target's skin and hair stays. FIT: whichever of copied, cloned, matched and toned
 * comes out best by what is seen of each. */
typedef enum stylemap_start {
  STYLEMAP_START_COPY,
  STYLEMAP_START_CLONE,
  STYLEMAP_START_MEAN,
  STYLEMAP_START_FIT,
  STYLEMAP_START_MATCH,
  STYLEMAP_START_TONE,
} stylemap_start;

/* One reference of a healed edit: its square is laid on the target's, so with the same placement on layers of one size
 * it is taken as it lies. `mask` has the target layer's size, one float a pixel, 1 = take the reference; what is
 * transparent in the reference is not taken. */
typedef struct stylemap_piece {
  const stylemap_layer *picture;
  stylemap_placement placement;
  const stylemap_layer *mask;
} stylemap_piece;

typedef struct stylemap_heal_options {
  stylemap_start start;
  int rounds;      /* of projection, 1..16: at most, fewer where that comes out better */
  double detail;   /* 0: the model's drawing alone; 0.5: the pictures' own detail where the model agrees, as much as comes
                      out best; 1: all of it */
  double strength; /* 0..1; 0 is the target */
  stylemap_mask_rule rule; /* of the blend at every level; STYLEMAP_MASK_ANY is the measured one */
  double sigma;    /* 0: how it is healed is chosen. Above 0, with `both` as a report has them: exactly so, by `start` and
                      `rounds`, which frames of a film need. The change (-1..1) that takes detail away at 0.5 */
  int both;        /* with sigma: detail comes from the target, too, where the drawing is nearer to that */
  float offset[3]; /* with sigma, for MATCH: what is added to the references' colours (-1..1) */
  int draft;       /* with sigma: the first round draws the masks' surroundings alone, normalised as the target is, where that is
                      much less work, and the session remembers the target: a preview of what comes out without, not the same */
  int film;        /* without sigma: chosen for frames of a film as well, whose colours would flicker toned: what that believes changes
                      with a pixel */
  const float *seen; /* the target's square, 3 x S x S, where it was sampled before, as if all that shows in it were opaque; or NULL */
} stylemap_heal_options;

/* What tests/bench/truth chose; strength 1. */
STYLEMAP_API void stylemap_heal_defaults(stylemap_heal_options *options);

typedef struct stylemap_heal_report {
  stylemap_start start; /* which collage was healed */
  int rounds;           /* that it took */
  double sigma;         /* and how detail stays: as in the options */
  int both;
  float offset[3];
  double misfit; /* how many times the model's error is larger on what was pasted than on the target: 1 fits, 10 does not */
  double change; /* root of the mean squared change, inside the mask, that the model made in the collage (-1..1) */
} stylemap_heal_report;

/* The options for healing exactly as the report tells, on the next frame or at another strength: nothing is chosen then. */
STYLEMAP_API void stylemap_heal_as_reported(stylemap_heal_options *options, const stylemap_heal_report *report);

/* The edit that beats copy and paste (the method: core/README.md, "Healing"): the pieces are laid over the target as a
 * collage at full resolution; what the model makes of it, with the target put back outside the mask after each round, is
 * applied to the collage as a correction, so that lines, grain and fine detail of both stay where the model agrees.
 * Writes the rectangle x, y, w, h (on the layer, w and h at least 1) of `result` as stylemap_paste does: alpha from
 * `target`, whose colours count in full where it is partly transparent, the edit at full weight wherever a mask is above 0,
 * so that the host fades it in by the mask. A few floats a pixel of the rectangle are held in memory. `report` may be
 * NULL; like `result` it is written by a call that succeeds. */
STYLEMAP_API stylemap_status stylemap_heal(stylemap_session *session, const stylemap_layer *target,
                                           const stylemap_placement *placement, const stylemap_piece *pieces, int count,
                                           const stylemap_heal_options *options, int x, int y, int w, int h,
                                           const stylemap_layer *result, stylemap_heal_report *report,
                                           stylemap_error *error);

#endif
