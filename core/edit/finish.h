/* SPDX-License-Identifier: GPL-3.0-or-later
 * From what the model drew in the square to the layer's own pixels: lines of collage and target that the drawing has, in its colours;
 * the target itself where nothing is new, and a photograph's own grain; crisp edges where the layer has more pixels than the square. */
#pragma once
#include "edit/collage.h"
#include "frame/frame.h"

/* What was drawn. Squares of `size` x `size`, 3 planes each, -1..1. */
typedef struct sm_drawn {
  const stylemap_layer *target;
  const stylemap_placement *placement;
  sm_collage *collage;
  sm_part_of_square part; /* that sees the collage */
  int size;
  float clone;         /* how much the collage is cloned */
  const float *offset; /* from the references' colours to the target's, if it is matched, or NULL */
  const float *of_target, *of_collage; /* the two as the square sees them */
  const float *own;    /* what the model makes of the target */
  const float *drawing;
  float grain; /* 0..1: how far the target has grain, as photographs have, and drawings have none */
  float *added; /* correct.h: the correction, with what is kept of the target's detail and of the collage's; used up */
} sm_drawn;

/* The layer as a model sees it, however little of a pixel is let through; lives as long as the layer. */
stylemap_layer sm_seen(const stylemap_layer *layer);

/* Writes the rectangle of `result`. `by`, 0..1: how much of that is done beside the correction itself, nothing at 0. */
stylemap_status sm_finish(sm_pool *pool, const sm_drawn *drawn, double by, double strength, int x, int y, int w, int h,
                          const stylemap_layer *result, stylemap_error *error);
