/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/procedures.h"
#include <glib/gi18n-lib.h>

static const Argument arguments[] = {
  [ARGUMENT_RUN_MODE] = { ARGUMENT_RUN_MODE, ARGUMENT_IS_INT, "run-mode",
    "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }", 0, 2, 0 },
  [ARGUMENT_IMAGE] = { ARGUMENT_IMAGE, ARGUMENT_IS_ITEM, "image", "The image", 0, 0, 0 },
  [ARGUMENT_DRAWABLE] = { ARGUMENT_DRAWABLE, ARGUMENT_IS_ITEM, "drawable",
    "The target: the layer to edit (it stays as it is; the result is a new layer above it)", 0, 0, 0 },
  [ARGUMENT_REFERENCE] = { ARGUMENT_REFERENCE, ARGUMENT_IS_ITEM, "reference",
    "The reference: another layer, of this or of any other open image", 0, 0, 0 },
  [ARGUMENT_MODEL] = { ARGUMENT_MODEL, ARGUMENT_IS_TEXT, "model",
    "The model: a file (with a / in it, or ending in .pt or .safetensors) or the name of an installed model; "
    "\"\" = the one of the settings file, else the toon portraits that come with the plug-in", 0, 0, 0 },
  [ARGUMENT_STRENGTH] = { ARGUMENT_STRENGTH, ARGUMENT_IS_FLOAT, "strength",
    "How much of the reference is taken (0 <= strength <= 1; 0 = the model's picture of the target itself)",
    0, 1, 1 },
  [ARGUMENT_MASK_RULE] = { ARGUMENT_MASK_RULE, ARGUMENT_IS_INT, "mask-rule",
    "How the selection becomes weights of the style map's cells { SOFT (0): its average over the cell, "
    "ANY (1): every cell it touches, HALF (2): every cell it covers by more than half }", 0, 2, 0 },
  [ARGUMENT_SPACE] = { ARGUMENT_SPACE, ARGUMENT_IS_INT, "space",
    "Where the style maps are blended { W+ (0): at every level of the style pyramid, W (1): once, before it }",
    0, 1, 0 },
  [ARGUMENT_FEATHER] = { ARGUMENT_FEATHER, ARGUMENT_IS_FLOAT, "feather",
    "Radius in pixels by which a copy of the selection is feathered (0 <= feather <= 10000)", 0, EDIT_MOST_FEATHER, 10 },
  [ARGUMENT_FRAMES] = { ARGUMENT_FRAMES, ARGUMENT_IS_INT, "frames",
    "How many frames, the first like the target and the last like the reference (2 <= frames <= 1000)",
    2, 1000, 10 },
  [ARGUMENT_FRAME_MS] = { ARGUMENT_FRAME_MS, ARGUMENT_IS_INT, "frame-ms",
    "How long a frame is shown, in milliseconds, as its layer's name tells GIMP's animation tools "
    "(1 <= frame-ms <= 60000)", 1, 60000, 100 },
  [ARGUMENT_REFINE_STEPS] = { ARGUMENT_REFINE_STEPS, ARGUMENT_IS_INT, "refine-steps",
    "How many steps of descent bring the styles nearer to each picture than the encoder does (1 <= refine-steps <= "
    "100000; 100 is a good number)", 1, EDIT_MOST_REFINE, 100 },
};

static const ArgumentId transplant_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_FEATHER,
};
static const ArgumentId reconstruct_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_MODEL,
};
static const ArgumentId transplant_refined_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE, ARGUMENT_FEATHER, ARGUMENT_REFINE_STEPS,
};
static const ArgumentId reconstruct_refined_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_MODEL, ARGUMENT_REFINE_STEPS,
};
static const ArgumentId interpolate_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_FRAMES,
  ARGUMENT_FRAME_MS,
};

#define SQUARE_HELP \
  " The model sees the layer's centred square of side min(width, height); only what lies in it can change." \
  " The selection becomes the layer mask of the result, which is cropped to it; without a selection the whole" \
  " square is edited. Works at every precision, in RGB and grey; indexed images must be converted to RGB first."

static const Procedure procedures[] = {
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant", N_("StyleMap _Transplant..."), N_("StyleMap Transplant"),
    N_("Transplants what the selection covers from a reference layer, by blending style maps"),
    "Encodes the target layer and the reference layer with a StyleMapGAN model, blends their style maps by the "
    "selection and puts the synthesised picture on a new layer above the target." SQUARE_HELP,
    transplant_arguments, G_N_ELEMENTS(transplant_arguments) },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct", N_("StyleMap _Reconstruct..."), N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it"),
    "Encodes the layer to a style map with a StyleMapGAN model and synthesises it again, on a new layer above it: "
    "the best that this model can do for this picture." SQUARE_HELP,
    reconstruct_arguments, G_N_ELEMENTS(reconstruct_arguments) },
  { EDIT_INTERPOLATE, "plug-in-stylemap-interpolate", N_("StyleMap _Interpolate..."), N_("StyleMap Interpolate"),
    N_("Makes frames that turn one layer into another"),
    "Encodes the target layer and the reference layer with a StyleMapGAN model and synthesises pictures at equal "
    "steps between their style maps, each on a new layer above the target, the first frame lowest, named for "
    "GIMP's animation tools." SQUARE_HELP,
    interpolate_arguments, G_N_ELEMENTS(interpolate_arguments) },
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant-refined", NULL, N_("StyleMap Transplant"),
    N_("Transplants what the selection covers from a reference layer, from refined styles"),
    "As plug-in-stylemap-transplant in space W+, after both layers' styles have been brought nearer to the pictures by "
    "descent, which takes some seconds to minutes. How near, before and after, is written to standard error and into "
    "the new layer's name." SQUARE_HELP,
    transplant_refined_arguments, G_N_ELEMENTS(transplant_refined_arguments) },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct-refined", NULL, N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it, from refined styles"),
    "As plug-in-stylemap-reconstruct, after the layer's style has been brought nearer to the picture by descent, which "
    "takes some seconds to minutes. How near, before and after, is written to standard error and into the new layer's "
    "name." SQUARE_HELP,
    reconstruct_refined_arguments, G_N_ELEMENTS(reconstruct_refined_arguments) },
};

const Argument *procedures_argument(ArgumentId id) {
  return &arguments[id];
}

gboolean procedures_takes(const Procedure *procedure, ArgumentId id) {
  for (gint i = 0; i < procedure->n_arguments; i++)
    if (procedure->arguments[i] == id)
      return TRUE;
  return FALSE;
}

const Procedure *procedures_find(const gchar *name) {
  for (gsize i = 0; i < G_N_ELEMENTS(procedures); i++)
    if (g_str_equal(procedures[i].name, name))
      return &procedures[i];
  return NULL;
}

const Procedure *procedures_nth(gint n) {
  return n >= 0 && n < (gint)G_N_ELEMENTS(procedures) ? &procedures[n] : NULL;
}
