/* SPDX-License-Identifier: GPL-3.0-or-later
 * References laid over a target, as a person would paste them, at the target's own resolution. */
#pragma once
#include "base/error.h"
#include "base/workers.h"
#include "frame/affine.h"

/* What lies on a rectangle of the target layer. Numbers are R'G'B' 0..1, planes of height x width. */
typedef struct sm_collage {
  int x, y, width, height; /* on the target layer; x and y are multiples of the cell */
  float *colours; /* 3 planes: references copied over the target */
  float *mask;    /* 1 plane: how much of any reference there is */
  int cell, across, down; /* the side of a cell, a power of two, mostly 1; cells */
  float *cells; /* what the others are part of, all of cells: */
  float *added; /* 3 planes: what the references add to what is seen of the target, on average */
  float *cover, *seen; /* 1 each: the averages of the mask, and of what the target lets through at all */
  float *shift; /* 3 planes: what cloning adds to a reference's colours, mostly smooth; or NULL */
  float *tone;  /* 3 planes: what toning adds (tone.h); or NULL */
} sm_collage;

/* Beside the copy. */
typedef enum sm_collage_colours { SM_COLLAGE_COPIED, SM_COLLAGE_CLONED, SM_COLLAGE_TONED } sm_collage_colours;

/* Reads, places and lays the pieces one over the other, for a square of `size` pixels. `colours`: CLONED with what the membrane of each, over
 * those below it, adds, so that one collage serves as copied, cloned and everything between; TONED with that and what toning adds. It begins at whole
 * cells of the layer: up to a cell further left and up. Free with sm_collage_free. */
stylemap_status sm_collage_new(sm_pool *pool, const stylemap_layer *target, const stylemap_placement *placement, int size,
                               const stylemap_piece *pieces, int count, sm_collage_colours colours, int x, int y, int width, int height,
                               sm_collage *collage, stylemap_error *error);
void sm_collage_free(sm_collage *collage);
/* Adds an offset (of numbers -1..1) to the references' colours, for good. */
void sm_collage_shift(sm_collage *collage, const float offset[3]);
/* From now on cloning is toning. */
void sm_collage_tone(sm_collage *collage);

/* Target pixels -> reference pixels, where the reference's square is laid on the target's. */
sm_affine sm_collage_map(const stylemap_placement *target, const stylemap_placement *reference);

/* n pixels of the collage's row y, from x on, cloned by `clone` (0..1; no NULL shift where it is above 0), in three
 * planes. */
void sm_collage_row(const sm_collage *c, float clone, int y, int x, int n, float *pixels);

/* The collage as the square sees it, in layers of the target's cells, to be sampled at what `placement` becomes: what the
 * copy adds to the target and what cloning or toning adds to the copy, both halved, above middle grey; and the mask. They live as
 * long as the collage. */
typedef enum sm_collage_what { SM_COLLAGE_ADDED, SM_COLLAGE_SHIFT, SM_COLLAGE_TONE, SM_COLLAGE_MASK } sm_collage_what;
stylemap_layer sm_collage_cells(sm_collage *collage, sm_collage_what what, const stylemap_layer *target,
                                stylemap_placement *placement);
