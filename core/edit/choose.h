/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which candidate of a healed edit is the best: a small regression looks at each and says how far from the truth it is
 * likely to be. Learned on edits whose truth is known (tests/bench/truth/learn_choice.py). */
#pragma once
#include "base/error.h"

/* How an edit is healed. */
typedef struct sm_candidate {
  float clone;  /* how much its collage is cloned, 0..1 */
  int matched;  /* its collage is copied in the target's colours */
  int toned;    /* each part of it in its own of them */
  int rounds;   /* of projection; 0: the collage itself, whose sigma is 1 and misfit 1 */
  int both;     /* detail comes from the target, too, where the drawing agrees with that */
  double sigma; /* the change that takes detail away, numbers of -1..1 */
} sm_candidate;

/* What is the same for all candidates of an edit. Pictures are squares of 3 planes, numbers -1..1. */
typedef struct sm_scene {
  int size, step;            /* of the square; pixels of it that are seen as one, so that about 128 a side remain */
  int left, top, right, bottom; /* the part, seen small, in which there is anything of the mask or its edge */
  double usual;              /* the model's error on the target, root of the mean square */
  double misfit;             /* of the candidate's collage (stylemap_heal_report) */
  double differ;             /* root of the mean squared difference of copy and clone in the mask */
  float offset[3];           /* what the reference's colours lack to be the target's, as it seems around the mask's edge */
  double agrees;             /* how much nearer they are with it: log of the robust distance without over that with it */
  double drawn;              /* 0..1: so much of the target in the part is flat as in drawn pictures, not in photographs */
  double apart, apart_edge;  /* log of how far reference and target are apart, in the mask and at its edge */
  float *planes;             /* all that follows */
  float *target, *reference; /* 3 planes each, seen small, as all below */
  float *edges[3];           /* target's, reference's, the candidate's luminance gradient, 2 planes each */
  float *weights;            /* how much of the reference there is */
  float *seen, *first;       /* 3 planes each: the candidate, its collage */
  float *marks;              /* 1: mask without its edge; 2: its edge; 0 */
  float *light;              /* a plane of work */
} sm_scene;

enum { SM_CHOICE_SEEN = 24 /* numbers that are seen of a candidate */ };

/* `reference`: the reference where the target is, beyond the mask, too. Free with sm_scene_free. */
stylemap_status sm_scene_new(int size, const float *target, const float *reference, const float *mask, sm_scene *scene,
                             stylemap_error *error);
void sm_scene_free(sm_scene *scene);
/* scene->drawn alone. */
stylemap_status sm_scene_drawn(int size, const float *target, const float *mask, double *drawn, stylemap_error *error);
/* The collage of the candidates that are seen next. */
void sm_scene_collage(sm_scene *scene, const float *first);
/* What is seen of the candidate that came out as `image`. The edge, where collages fail: gradients
 * that neither picture has, a jump; inside: are these the reference's edges, in whose colours; and what there was to heal. */
void sm_scene_see(sm_scene *scene, const sm_candidate *candidate, const float *image, float seen[SM_CHOICE_SEEN]);
/* How bad a collage is to begin with, by what is seen of it itself. */
double sm_choice_start(const float seen[SM_CHOICE_SEEN]);
/* How bad a candidate is: the log of MSE x (1 - SSIM) that is to be expected, against the candidates' middle, and how far its lines
 * are from the reference's. */
double sm_choice_regret(const float seen[SM_CHOICE_SEEN]);
/* The same among candidates that keep more or less detail of one drawing: lines of what is drawn count for more there. */
double sm_choice_detail(const float seen[SM_CHOICE_SEEN]);

/* A regression of one hidden layer (choice-weights.h). */
typedef struct sm_choice_net {
  int hidden;
  const float *means, *deviations;        /* of what is seen */
  const float (*weights)[SM_CHOICE_SEEN]; /* a row for each hidden number, which counts where it is positive */
  const float *biases, *outputs;
  double bias;
} sm_choice_net;
