/* SPDX-License-Identifier: GPL-3.0-or-later
 * The new layer that an edit leaves: what it is, where it lies, and that it remembers whose result it is. Main thread. */
#pragma once
#include "gimp/compat.h"
#include <gegl.h>

/* A result is a layer with a mask above its target where that shows the edit and not a bit besides. Else it is a copy
 * of the target with the edit in it, which takes the target's place: the target is hidden. What goes beyond the target's
 * outline is always such a copy, since a layer above is clipped to what lies beneath. */
typedef struct {
  ImageRef image;
  LayerRef target;
  LayerRef shown; /* what shows the target: itself, or the newest visible copy of it where it is hidden */
  LayerRef *earlier; /* visible results above it, lowest first, which a copy takes in and hides */
  gint n_earlier;
  ItemRef parent;
  gint position;              /* in `parent`: above the target and all earlier results of it */
  gboolean extend;            /* the copy gets the result's own alpha */
  const gchar *why_copy;      /* a clause, translated; NULL: a layer above */
  GimpLayerColorSpace space;  /* of a layer above */
} ResultPlan;

/* `square` is a copy of what the model sees of the target, its part `seen`, as flow_copy_target makes it; `bounds` (layer
 * pixels) is where the edit may change something; `extend`: beyond the target's outline, too. */
void result_plan(ResultPlan *plan, ImageRef image, LayerRef target, GeglBuffer *square, const GeglRectangle *seen,
                 const GeglRectangle *bounds, gboolean extend);
void result_plan_clear(ResultPlan *plan);

/* What a plan means for the user, before the edit and after it; to be freed. NULL for a layer above that is seen. */
gchar *result_note(const ResultPlan *plan);

/* A layer that is not in the image yet: nothing of it can be seen or undone. `picture` and `mask` have the extent
 * `bounds`. NO_ITEM where GIMP cannot make it. */
LayerRef result_new(const ResultPlan *plan, const gchar *name, GeglBuffer *picture, GeglBuffer *mask);

/* Puts the layers where they belong, lowest first, in one undo step. On FALSE the image is as it was and the layers are
 * gone. Of several copies only the uppermost is visible: they would be seen through each other. */
gboolean result_insert(const ResultPlan *plan, const LayerRef *layers, gint n_layers);

/* The layer that `layer` is a result of, or NO_ITEM; also after the image was saved and opened again. */
LayerRef result_target(ImageRef image, DrawableRef layer);

/* The item of the image itself in which one lies: a group, or the item. */
ItemRef result_outermost(ItemRef item);

/* A layer that is a whole frame of an animation of `target` (film.h), and whether an item is such a one. */
void result_remember_frame(LayerRef layer, LayerRef target);
gboolean result_is_frame(ItemRef item);

/* An earlier result whose place a new one is to take: it goes out of sight, and its target comes back where it had hidden
 * it, so that the plan for the new one is what it would be without it. All in the caller's undo group. */
typedef struct {
  ImageRef image;
  LayerRef earlier, target;
  gboolean was_visible, showed_target;
} ResultAside;
void result_step_aside(ResultAside *aside, ImageRef image, LayerRef earlier, LayerRef target);
/* `layer` takes its place, and it goes; NO_ITEM: there is none, and it comes back. */
void result_replace(const ResultAside *aside, LayerRef layer);
