/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a result layer was made of and how, kept on it as a parasite, also in XCF files: for Edit Again. */
#pragma once
#include "gimp/flow.h"
#include "gimp/result.h"

/* `layer` is result_new's of the plan; `request` has what was selected, `made` where target and reference were found. */
void recipe_write(LayerRef layer, const Procedure *procedure, const FlowOptions *options, const ResultPlan *plan,
                  const EditRequest *request, const EditResult *made);

/* Of a copy of a result, which is another result or none. The layer is in no image yet. */
void recipe_forget(LayerRef layer);

typedef struct {
  const Procedure *procedure;
  LayerRef target;
  gchar *warning; /* what is not as it was then, a sentence or more; NULL: all is; g_free */
} Recipe;

/* Fills `options` (as options_defaults left them) with what `layer` was made by, and says by `replaces` that the new one is
 * to take its place. FALSE with a sentence where it was made by nothing, or its target or (for a script: `strict`) its
 * reference or model is gone. */
gboolean recipe_read(ImageRef image, DrawableRef layer, gboolean strict, FlowOptions *options, Recipe *recipe,
                     GError **error);

/* Whether the recipe, with squares at `places`, would make of these pictures the very layer that is there: kept_read's. That its model is
 * not there any more takes nothing from that. */
gboolean recipe_kept(LayerRef layer, LayerRef target, const FlowPlaces *places, GeglBuffer *pixels, GeglBuffer *const *references,
                     GeglBuffer **picture, GeglBuffer **weights);
