/* SPDX-License-Identifier: GPL-3.0-or-later
 * An edit of smaller pictures: what a preview runs in place of the edit itself, through the same flow. */
#pragma once
#include "host/edit.h"

/* Smaller pictures that were made before, so that a square that moves makes no new ones. */
typedef struct ScaledCache ScaledCache;
ScaledCache *scaled_cache_new (void);
void         scaled_cache_free (ScaledCache *cache);

/* `picture` at `scale` (above 0, at most 1) in its own format, extent at 0,0; pixel i covers i / scale .. (i + 1) / scale.
 * At 1 the picture itself. A new reference; the cache keeps some of them, and `picture`, alive. */
GeglBuffer *scaled_picture (ScaledCache *cache, GeglBuffer *picture, gdouble scale);

/* A request and all that it points to. */
typedef struct {
  EditRequest request;
  gdouble scale;             /* of the target, the mask and the result: pixels of them for one of the whole ones */
  gdouble *reference_scales; /* of each reference */
  stylemap_placement target, *places;
  EditReference *references;
  MaskSource *masks;
  gchar *directions;
} ScaledEdit;

/* A copy of `request` that keeps its buffers and placements; it must have no image, stylemap, weights, amounts or take. */
void scaled_copy (const EditRequest *request, ScaledEdit *copy);
/* Lets go of all that is not of the request's pictures. */
void scaled_cache_keep (ScaledCache *cache, const EditRequest *request);
/* `request` with its target at `scale`; each reference becomes as small as leaves its square as many pixels as the
 * target's, but not where it is still to be found. */
void scaled_edit (ScaledCache *cache, const EditRequest *request, gdouble scale, ScaledEdit *scaled);
void scaled_clear (ScaledEdit *scaled);
/* Whether they are transplants, at one scale, that differ in strength and detail alone. */
gboolean scaled_same_square (const ScaledEdit *a, const ScaledEdit *b);
/* The target in `area` with the layer laid over its place, as a host would do it. */
GeglBuffer *scaled_laid (const ScaledEdit *scaled, GeglBuffer *layer, const Mask *mask, const GeglRectangle *area);
/* The layer of an edit of one reference without the model: its square laid into the target's. NULL: failed. */
GeglBuffer *scaled_coarse (const ScaledEdit *scaled, const Mask *mask, GError **error);
