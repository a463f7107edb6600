/* SPDX-License-Identifier: GPL-3.0-or-later
 * The flow in GIMP: layers -> edit -> new layers. Needs no window; main thread only. */
#pragma once
#include "gimp/compat.h"
#include "gimp/procedures.h"
#include "host/edit.h"
#include "host/say.h"

/* What the user chooses, for all procedures; each uses the fields that its arguments name. */
typedef struct {
  DrawableRef reference; /* NO_ITEM = not chosen */
  gchar *model;          /* g_free */
  stylemap_edit edit;
  gdouble feather;
  gboolean extend; /* of transplant: EditRequest's; chosen in the dialog: the procedures' signatures are final */
  gint frames;
  gint frame_ms;
  gboolean refine; /* the pictures' styles first: not in interpolate; then `edit` works in W+ */
  gint refine_steps;
  Engine *engine; /* engine_free; what the dialog opened for the model goes on here; NULL: opened where it is needed */
} FlowOptions;

typedef struct {
  gint n_layers;
  LayerRef *layers;   /* lowest first; g_free */
  gchar **notes;      /* sentences on what the user may not expect, closed by NULL; g_strfreev */
  gboolean whole;     /* there was no selection: the whole square was edited */
  gint width, height; /* of what was edited */
  gint n_refined;
  stylemap_refine_report refined[2]; /* of the target, then of the reference */
} FlowResult;

/* Everything that can be checked before the work begins. */
gboolean flow_check(const Procedure *procedure, ImageRef image, DrawableRef target, const FlowOptions *options,
                    GError **error);

/* Edits and adds the new layers in one undo step. On FALSE the image is as it was. */
gboolean flow_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options,
                  FlowResult *result, GError **error);
void flow_result_clear(FlowResult *result);

/* What the user may not expect of an edit with this selection, as sentences closed by NULL, before it is run; `square` is
 * flow_copy_square's. g_strfreev. */
gchar **flow_notes(ImageRef image, DrawableRef target, GeglBuffer *square);

/* What the model can see of a layer, in its pixels. */
GeglRectangle flow_square(DrawableRef drawable);

/* The same, copied into memory of this process: a drawable's own buffer is a wire to
 * GIMP that only the main thread may use. */
GeglBuffer *flow_copy_square(DrawableRef drawable);
