/* SPDX-License-Identifier: GPL-3.0-or-later
 * The flow in GIMP: layers -> edit -> new layers. Needs no window; main thread only. */
#pragma once
#include "gimp/options.h"
#include "host/say.h"

typedef struct {
  gint n_layers;
  LayerRef *layers;   /* lowest first; g_free */
  ImageRef film;      /* a new image that they are in; NO_ITEM: they are in the target's */
  gchar **findings;   /* for scripts: edit_findings; g_strfreev */
  gchar **notes;      /* sentences on what the user may not expect, closed by NULL; g_strfreev */
  gboolean whole;     /* there was no selection: the whole square was edited */
  gint width, height; /* of what was edited */
  gint n_refined;
  stylemap_refine_report refined[2]; /* of the target, then of the reference */
} FlowResult;

/* Everything that can be checked before the work begins. */
gboolean flow_check(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options,
                    GError **error);

/* FALSE and a sentence where the user did what he could with the image while it was worked on, and the target, which had this
 * size, cannot be edited any more. */
gboolean flow_still_there(ImageRef image, DrawableRef target, gint width, gint height, GError **error);

/* Edits and adds the new layers in one undo step. On FALSE the image is as it was. */
gboolean flow_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options,
                  FlowResult *result, GError **error);
void flow_result_clear(FlowResult *result);

/* Where the model's square lies on a picture, in its own pixels. */
typedef struct {
  stylemap_placement at;
  gint find; /* EditPicture's: `at` is where nothing is found */
  PlacePoints points;
  gboolean as_placed; /* EditReference's */
  gint dx, dy;
} FlowPlace;

typedef struct {
  FlowPlace target, references[OPTIONS_REFERENCES];
  gint n_references; /* 0 of a procedure without */
} FlowPlaces;
/* FALSE and a sentence where what the options say makes no sense. Of a reference that is not there it is the target's. The words path
 * and path:NAME become the points of a path of the layer's image. */
gboolean flow_places(const Procedure *procedure, ImageRef image, DrawableRef target, const FlowOptions *options,
                     FlowPlaces *places, GError **error);

/* FALSE and a sentence where what is selected cannot touch the target's square and something would come in there. */
gboolean flow_check_selection(ImageRef image, DrawableRef target, const FlowOptions *options, const stylemap_placement *placement,
                              GError **error);

/* What the user may not expect of an edit with this selection (of all of a layer, in its pixels; NULL: nothing is selected), as
 * sentences closed by NULL, before it is run. g_strfreev. */
gchar **flow_notes(GeglBuffer *pixels, GeglBuffer *selection, const stylemap_placement *placement);

/* What is selected for the edit, in the target's pixels; FALSE: nothing, all will be edited. */
gboolean flow_selected(ImageRef image, DrawableRef target, const FlowOptions *options, GeglRectangle *bounds);

/* What the model can see of a layer, in its pixels. */
GeglRectangle flow_square(DrawableRef drawable, const stylemap_placement *placement);
/* All that an edit with that square reads of a picture of this size. */
GeglRectangle flow_around(gint width, gint height, const stylemap_placement *placement);

/* The same of a layer, or all of it where `placement` is NULL, copied into memory of this process: a
 * drawable's own buffer is a wire to GIMP that only the main thread may use. */
GeglBuffer *flow_copy_target(DrawableRef drawable, const stylemap_placement *placement);
/* A reference is taken as it is seen: with its layer mask, a group merged. */
GeglBuffer *flow_copy_reference(DrawableRef drawable, const stylemap_placement *placement);
/* The same of what the image shows. */
GeglBuffer *flow_copy_visible(ImageRef image, const stylemap_placement *placement);
/* What is selected, over all of the target, in its pixels; NULL: nothing is. */
GeglBuffer *flow_copy_selection(ImageRef image, DrawableRef target);

/* What is asked of the edit, but for the pictures, the selection and where that lies; keeps `places` and `references`, which has
 * OPTIONS_REFERENCES. */
void flow_request(EditRequest *request, EditReference *references, const Procedure *procedure, const FlowOptions *options,
                  const FlowPlaces *places);
/* The same with copies of the pictures and the selection, for flow_clear_request. */
void flow_fill_request(EditRequest *request, EditReference *references, const Procedure *procedure, ImageRef image,
                       DrawableRef target, const FlowOptions *options, const FlowPlaces *places);
void flow_clear_request(EditRequest *request, EditReference *references);
