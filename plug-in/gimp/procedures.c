/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/procedures.h"
#include "host/words.h"
#include <glib/gi18n-lib.h>

static Argument arguments[] = {
  [ARGUMENT_RUN_MODE] = { ARGUMENT_RUN_MODE, ARGUMENT_IS_INT, "run-mode",
    "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }", 0, 2, 0, NULL },
  [ARGUMENT_IMAGE] = { ARGUMENT_IMAGE, ARGUMENT_IS_ITEM, "image", "The image", 0, 0, 0, NULL },
  [ARGUMENT_DRAWABLE] = { ARGUMENT_DRAWABLE, ARGUMENT_IS_ITEM, "drawable",
    "The target: the layer to edit (it stays as it is; the result is a new layer above it)", 0, 0, 0, NULL },
  [ARGUMENT_REFERENCE] = { ARGUMENT_REFERENCE, ARGUMENT_IS_ITEM, "reference",
    "The reference: another layer, of this or of any other open image", 0, 0, 0, NULL },
  [ARGUMENT_MODEL] = { ARGUMENT_MODEL, ARGUMENT_IS_TEXT, "model",
    "The model: a file (with a / in it, or ending in .pt or .safetensors) or the name of an installed model; "
    "\"\" = the one of the settings file, else the toon portraits that come with the plug-in", 0, 0, 0, NULL },
  [ARGUMENT_DIRECTIONS] = { ARGUMENT_DIRECTIONS, ARGUMENT_IS_TEXT, "directions",
    "What is changed and how far: NAME=AMOUNT of the model's directions, with commas between several, as in "
    "beard=1,hair-light=-0.5; 1 leads from the pictures without the thing to those with it, -1 back (-20 <= amount <= 20)",
    0, 0, 0, NULL },
  [ARGUMENT_STRENGTH] = { ARGUMENT_STRENGTH, ARGUMENT_IS_FLOAT, "strength",
    "How much of the reference is taken (0 <= strength <= 1; 0 = the target itself, or by the method styles the model's "
    "picture of it)", 0, 1, 1, NULL },
  [ARGUMENT_MASK_RULE] = { ARGUMENT_MASK_RULE, ARGUMENT_IS_INT, "mask-rule",
    "Styles: how the selection becomes weights of the style map's cells { SOFT (0): its average over the cell, "
    "ANY (1): every cell it touches, HALF (2): every cell it covers by more than half }", 0, 2, 0, words_rules },
  [ARGUMENT_SPACE] = { ARGUMENT_SPACE, ARGUMENT_IS_INT, "space",
    "Styles: where the style maps are blended { W+ (0): at every level of the style pyramid, W (1): once, before it }",
    0, 1, 0, words_spaces },
  [ARGUMENT_FEATHER] = { ARGUMENT_FEATHER, ARGUMENT_IS_FLOAT, "feather",
    "Radius in pixels by which a copy of the selection is feathered (0 <= feather <= 10000)", 0, EDIT_MOST_FEATHER, 10, NULL },
  [ARGUMENT_METHOD] = { ARGUMENT_METHOD, ARGUMENT_IS_CHOICE, "method",
    "How the reference comes in { heal: pasted, then mended by the model at the layer's own resolution, styles: drawn anew "
    "from both layers' style maps }", 0, 1, EDIT_HEAL, words_methods },
  [ARGUMENT_COLLAGE] = { ARGUMENT_COLLAGE, ARGUMENT_IS_CHOICE, "collage",
    "Heal: what is mended { copy: the reference as it is, clone: its colours moved to the target's light, mean: the mean "
    "of both, auto: clone where the model finds that it fits, mean where both layers agree around the mask, else copy }", 0, 3, 0, words_collages },
  [ARGUMENT_ROUNDS] = { ARGUMENT_ROUNDS, ARGUMENT_IS_INT, "rounds",
    "Heal: how often it is mended, half as often where it fits (1 <= rounds <= 16)", 1, 16, 0, NULL },
  [ARGUMENT_DETAIL] = { ARGUMENT_DETAIL, ARGUMENT_IS_FLOAT, "detail",
    "Heal and adjust: how much of the layers' own lines and grain stays (0 <= detail <= 100; 0 = the model's drawing alone)", 0, 100, 0,
    NULL },
  [ARGUMENT_EXTEND] = { ARGUMENT_EXTEND, ARGUMENT_IS_FLAG, "extend",
    "Whether the reference comes in where the target is transparent, too", 0, 1, 0, NULL },
  [ARGUMENT_PLACEMENT] = { ARGUMENT_PLACEMENT, ARGUMENT_IS_TEXT, "placement",
    "Where the model looks: X,Y,SIDE or X,Y,SIDE,ANGLE, its square's centre and side in pixels of the layer, from the "
    "layer's upper left corner, and by how many degrees it is turned clockwise; \"\" or centre = the largest centred square",
    0, 0, 0, NULL },
  [ARGUMENT_REFERENCE_PLACEMENT] = { ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_IS_TEXT, "reference-placement",
    "The same of the reference, in its own pixels; or as-placed = where the target's square lies on the canvas; or auto = "
    "where the model finds its subject, if it has learnt to and is sure, else centre; \"\" = auto for heal, else centre",
    0, 0, 0, NULL },
  [ARGUMENT_MIRROR] = { ARGUMENT_MIRROR, ARGUMENT_IS_FLAG, "mirror",
    "Whether the reference's left and right are exchanged", 0, 1, 0, NULL },
  [ARGUMENT_FRAMES] = { ARGUMENT_FRAMES, ARGUMENT_IS_INT, "frames",
    "How many frames, the first like the target and the last like the reference (2 <= frames <= 1000)",
    2, 1000, 10, NULL },
  [ARGUMENT_FRAME_MS] = { ARGUMENT_FRAME_MS, ARGUMENT_IS_INT, "frame-ms",
    "How long a frame is shown, in milliseconds, as its layer's name tells GIMP's animation tools "
    "(1 <= frame-ms <= 60000)", 1, 60000, 100, NULL },
  [ARGUMENT_REFINE_STEPS] = { ARGUMENT_REFINE_STEPS, ARGUMENT_IS_INT, "refine-steps",
    "How many steps of descent bring the styles nearer to each picture than the encoder does (1 <= refine-steps <= "
    "100000; 100 is a good number)", 1, EDIT_MOST_REFINE, 100, NULL },
};

static const ArgumentId transplant_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_FEATHER,
  /* by name */
  ARGUMENT_METHOD, ARGUMENT_COLLAGE, ARGUMENT_ROUNDS, ARGUMENT_DETAIL, ARGUMENT_EXTEND,
  ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_MIRROR,
};
static const ArgumentId reconstruct_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_MODEL,
  /* by name */
  ARGUMENT_PLACEMENT,
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

static const ArgumentId adjust_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_DIRECTIONS, ARGUMENT_MODEL,
  /* by name */
  ARGUMENT_FEATHER, ARGUMENT_DETAIL, ARGUMENT_PLACEMENT,
};

static const ArgumentId again_arguments[] = { ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE };

#define SQUARE_HELP \
  " The model sees the layer's centred square of side min(width, height), or the one that is placed; only what lies in it" \
  " can change." \
  " The selection becomes the layer mask of the result, which is cropped to it; without a selection the whole" \
  " square is edited. Works at every precision, in RGB and grey; indexed images must be converted to RGB first."

static const Procedure procedures[] = {
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant", N_("StyleMap _Transplant..."), N_("StyleMap Transplant"),
    N_("Transplants what the selection covers from a reference layer, so that it belongs there"),
    "Method heal: pastes what the selection covers of the reference layer, has a StyleMapGAN model make a picture of that "
    "together with the target, and applies what it changed to the paste, at the layer's own resolution. Method styles: "
    "encodes both layers, blends their style maps by the selection and synthesises the picture. It comes on a new layer "
    "above the target." SQUARE_HELP,
    transplant_arguments, G_N_ELEMENTS(transplant_arguments), 9, FALSE },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct", N_("StyleMap _Reconstruct..."), N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it"),
    "Encodes the layer to a style map with a StyleMapGAN model and synthesises it again, on a new layer above it: "
    "the best that this model can do for this picture." SQUARE_HELP,
    reconstruct_arguments, G_N_ELEMENTS(reconstruct_arguments), 4, FALSE },
  { EDIT_INTERPOLATE, "plug-in-stylemap-interpolate", N_("StyleMap _Interpolate..."), N_("StyleMap Interpolate"),
    N_("Makes frames that turn one layer into another"),
    "Encodes the target layer and the reference layer with a StyleMapGAN model and synthesises pictures at equal "
    "steps between their style maps, each on a new layer above the target, the first frame lowest, named for "
    "GIMP's animation tools." SQUARE_HELP,
    interpolate_arguments, G_N_ELEMENTS(interpolate_arguments), G_N_ELEMENTS(interpolate_arguments), FALSE },
  { EDIT_ADJUST, "plug-in-stylemap-adjust", N_("StyleMap _Adjust..."), N_("StyleMap Adjust"),
    N_("Changes what a model has learnt to change: a beard, the hair's colour, where the light comes from"),
    "Moves the layer's style map along directions that the model brings with it, as far as the selection covers its cells, "
    "and applies what that changes in the model's drawing to the layer, at the layer's own resolution. It comes on a new "
    "layer above the target." SQUARE_HELP,
    adjust_arguments, G_N_ELEMENTS(adjust_arguments), 5, FALSE },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-edit-again", N_("StyleMap Edit _Again..."), N_("StyleMap Edit Again"),
    N_("Makes a result anew, with everything it was made by to change"),
    "The layer is one that plug-in-stylemap-transplant, -reconstruct or -adjust made, also in a file that was saved and opened. What "
    "it was made by, its target, reference, selection, placement, method, options and model, is kept on it. The new result "
    "takes its place. It is an error where the target, the reference or the model is not there any more.",
    again_arguments, G_N_ELEMENTS(again_arguments), G_N_ELEMENTS(again_arguments), TRUE },
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant-refined", NULL, N_("StyleMap Transplant"),
    N_("Transplants what the selection covers from a reference layer, from refined styles"),
    "As plug-in-stylemap-transplant by the method styles in space W+, after both layers' styles have been brought nearer to the pictures by "
    "descent, which takes some seconds to minutes. How near, before and after, is written to standard error and into "
    "the new layer's name." SQUARE_HELP,
    transplant_refined_arguments, G_N_ELEMENTS(transplant_refined_arguments), G_N_ELEMENTS(transplant_refined_arguments), FALSE },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct-refined", NULL, N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it, from refined styles"),
    "As plug-in-stylemap-reconstruct, after the layer's style has been brought nearer to the picture by descent, which "
    "takes some seconds to minutes. How near, before and after, is written to standard error and into the new layer's "
    "name." SQUARE_HELP,
    reconstruct_refined_arguments, G_N_ELEMENTS(reconstruct_refined_arguments), G_N_ELEMENTS(reconstruct_refined_arguments), FALSE },
};

const Argument *procedures_argument(ArgumentId id) {
  if (arguments[ARGUMENT_ROUNDS].default_value == 0) { /* as the library has them */
    stylemap_heal_options heal;

    stylemap_heal_defaults(&heal);
    arguments[ARGUMENT_COLLAGE].default_value = heal.start;
    arguments[ARGUMENT_ROUNDS].default_value = heal.rounds;
    arguments[ARGUMENT_DETAIL].default_value = 100 * heal.detail;
  }
  return &arguments[id];
}

gboolean procedures_refines(const Procedure *procedure) {
  return !procedure->again && (procedure->kind == EDIT_TRANSPLANT || procedure->kind == EDIT_RECONSTRUCT);
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
