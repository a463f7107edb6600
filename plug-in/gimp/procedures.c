/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/procedures.h"
#include "gimp/alone.h"
#include "gimp/options.h"
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
  [ARGUMENT_WITH] = { ARGUMENT_WITH, ARGUMENT_IS_ITEM, "with",
    "A layer group: each layer in it is a picture of what is to be learnt", 0, 0, 0, NULL },
  [ARGUMENT_WITHOUT] = { ARGUMENT_WITHOUT, ARGUMENT_IS_ITEM, "without",
    "A layer group of pictures without it, of any open image", 0, 0, 0, NULL },
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
    "Radius in pixels by which a copy of the selection is feathered (0 <= feather <= 10000; -1 = by size: a 128th of the model's "
    "square on the layer, less where little is selected or where the selection is soft already)", MASK_BY_SIZE, EDIT_MOST_FEATHER,
    MASK_BY_SIZE, NULL },
  [ARGUMENT_METHOD] = { ARGUMENT_METHOD, ARGUMENT_IS_CHOICE, "method",
    "How the reference comes in { heal: pasted, then mended by the model at the layer's own resolution, styles: drawn anew "
    "from both layers' style maps }", 0, 1, EDIT_HEAL, words_methods },
  [ARGUMENT_COLLAGE] = { ARGUMENT_COLLAGE, ARGUMENT_IS_CHOICE, "collage",
    "Heal: what is mended { copy: the reference as it is, clone: its colours moved to the target's light, mean: the mean "
    "of both, match: as it is, with one offset of all its colours, auto: whichever comes out best, tone: each of its parts "
    "in its own of the target's colours }", 0, 5, 0, words_collages },
  [ARGUMENT_MATCH_COLOURS] = { ARGUMENT_MATCH_COLOURS, ARGUMENT_IS_FLAG, "match-colours",
    "Heal: whether the reference is mended in the target's light whatever fits better, as with collage clone: for the colours of "
    "another camera", 0, 1, 0, NULL },
  [ARGUMENT_ROUNDS] = { ARGUMENT_ROUNDS, ARGUMENT_IS_INT, "rounds",
    "Heal: how often it is mended at most, less often where that comes out better (1 <= rounds <= 16)", 1, 16, 0, NULL },
  [ARGUMENT_DETAIL] = { ARGUMENT_DETAIL, ARGUMENT_IS_FLOAT, "detail",
    "Heal and adjust: how much of the layers' own lines and grain stays (0 <= detail <= 100; 0 = the model's drawing alone)", 0, 100, 0,
    NULL },
  [ARGUMENT_EXTEND] = { ARGUMENT_EXTEND, ARGUMENT_IS_FLAG, "extend",
    "Whether the reference comes in where the target is transparent, too", 0, 1, 0, NULL },
  [ARGUMENT_PLACEMENT] = { ARGUMENT_PLACEMENT, ARGUMENT_IS_TEXT, "placement",
    "Where the model looks: X,Y,SIDE or X,Y,SIDE,ANGLE, its square's centre and side in pixels of the layer, from the "
    "layer's upper left corner, and by how many degrees it is turned clockwise; or centre = the largest centred square, bounds = "
    "around the whole layer, selection = around the selection, path or path:NAME = by the image's active path, or the one of that "
    "name, whose two points lie on the eyes, or four on the eyes and the corners of the mouth (also as numbers, X,Y X,Y), faces = "
    "on the face nearest to the selection, model = where the model finds its subject, auto = where the model does not know "
    "the centre, faces, else model; \"\" = auto for heal, else centre",
    0, 0, 0, NULL },
  [ARGUMENT_REFERENCE_PLACEMENT] = { ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_IS_TEXT, "reference-placement",
    "The same of the reference, in its own pixels, a path of its own image; or as-placed = where the target's square lies on "
    "the canvas; there is no selection; auto = faces, else model, else centre; \"\" = auto for heal, else centre",
    0, 0, 0, NULL },
  [ARGUMENT_MIRROR] = { ARGUMENT_MIRROR, ARGUMENT_IS_FLAG, "mirror",
    "Whether the reference's left and right are exchanged", 0, 1, 0, NULL },
  [ARGUMENT_REGION] = { ARGUMENT_REGION, ARGUMENT_IS_CHOICE, "region",
    "Where the reference comes in { selection: what is selected, alpha: where it shows something, by its layer mask and its "
    "transparency, eyes, mouth, hair, face, background: as the model's file tells }", 0, 6, REGION_SELECTION, options_regions },
  [ARGUMENT_VISIBLE] = { ARGUMENT_VISIBLE, ARGUMENT_IS_FLAG, "visible",
    "Whether the reference is what the image shows, and no layer", 0, 1, 0, NULL },
  [ARGUMENT_REFERENCES] = { ARGUMENT_REFERENCES, ARGUMENT_IS_TEXT, "references",
    "More references, each above the ones before, with semicolons between them: a layer's number, or visible = what the image "
    "shows, and perhaps region= (alpha by itself), placement= as "
    "reference-placement, and mirror=yes, as in 12 placement=as-placed; 14 region=selection mirror=yes", 0, 0, 0, NULL },
  [ARGUMENT_FRAMES] = { ARGUMENT_FRAMES, ARGUMENT_IS_INT, "frames",
    "How many frames, the first like the target and the last like the reference (2 <= frames <= 1000)",
    2, 1000, 10, NULL },
  [ARGUMENT_FRAME_MS] = { ARGUMENT_FRAME_MS, ARGUMENT_IS_INT, "frame-ms",
    "How long a frame is shown, in milliseconds, as its layer's name tells GIMP's animation tools "
    "(1 <= frame-ms <= 60000)", 1, 60000, 100, NULL },
  [ARGUMENT_RECONSTRUCT_DETAIL] = { ARGUMENT_RECONSTRUCT_DETAIL, ARGUMENT_IS_FLOAT, "detail",
    "How much of what the layer shows beyond the model's resolution stays (0 <= detail <= 100; 0 = the model's drawing alone, "
    "100 = the layer with the model's correction at full size)", 0, 100, 0, NULL },
  [ARGUMENT_FRAMES_DETAIL] = { ARGUMENT_FRAMES_DETAIL, ARGUMENT_IS_FLOAT, "detail",
    "How much of what both layers show beyond the model's resolution stays, where a frame looks like them (0 <= detail <= 100; 0 = "
    "the model's drawing alone)", 0, 100, 50, NULL },
  [ARGUMENT_REFINE_STEPS] = { ARGUMENT_REFINE_STEPS, ARGUMENT_IS_INT, "refine-steps",
    "How many steps of descent bring the styles nearer to each picture than the encoder does (1 <= refine-steps <= "
    "100000; 100 is a good number)", 1, EDIT_MOST_REFINE, 100, NULL },
  [ARGUMENT_STRENGTH_FROM] = { ARGUMENT_STRENGTH_FROM, ARGUMENT_IS_FLOAT, "strength-from",
    "The strength of the first frame; strength is the last one's (0 <= strength-from <= 1)", 0, 1, 0, NULL },
  [ARGUMENT_EASING] = { ARGUMENT_EASING, ARGUMENT_IS_CHOICE, "easing",
    "How the frames come from the first to the last { linear: at even steps, smooth: slowly away, slowly there }", 0, 1, EASING_LINEAR,
    words_easings },
  [ARGUMENT_PING_PONG] = { ARGUMENT_PING_PONG, ARGUMENT_IS_FLAG, "ping-pong",
    "Whether the frames go back, too, so that the last is followed by the first: there are 2 x frames - 2 of them then", 0, 1, 0, NULL },
  [ARGUMENT_INTO] = { ARGUMENT_INTO, ARGUMENT_IS_CHOICE, "into",
    "What frames are { image: the whole picture each, as it is seen without the references, on top of this image, whose other layers "
    "are hidden, new-image: the same in a new image that holds nothing else, patches: only what is drawn, above the target }", 0, 2,
    INTO_IMAGE, options_into },
  [ARGUMENT_BOUNDARY] = { ARGUMENT_BOUNDARY, ARGUMENT_IS_INT, "boundary",
    "From which level of the style pyramid on the styles are the reference's (1 <= boundary <= 31; level 0 is the "
    "coarsest, and models of 128 pixels have 8 or 10)", 1, 31, 2, NULL },
  [ARGUMENT_LEVELS] = { ARGUMENT_LEVELS, ARGUMENT_IS_TEXT, "levels",
    "In place of the boundary the levels themselves that are the reference's, such as 2,5,7-9; \"\" = the boundary", 0, 0, 0,
    NULL },
  [ARGUMENT_SEED] = { ARGUMENT_SEED, ARGUMENT_IS_INT, "seed",
    "Which pictures; the same ones on every machine (0 <= seed <= 2147483647)", 0, G_MAXINT32, 0, NULL },
  [ARGUMENT_TRUNCATION] = { ARGUMENT_TRUNCATION, ARGUMENT_IS_FLOAT, "truncation",
    "How far from the mean picture (0 <= truncation <= 2; 0 = the mean picture, 1 = as the model has learnt)", 0, 2, 0.7, NULL },
  [ARGUMENT_COUNT] = { ARGUMENT_COUNT, ARGUMENT_IS_INT, "count", "How many pictures, a layer each (1 <= count <= 100)", 1, 100, 1,
    NULL },
  [ARGUMENT_SHEET] = { ARGUMENT_SHEET, ARGUMENT_IS_FLAG, "sheet",
    "Whether they lie side by side, on a contact sheet, and not over each other", 0, 1, 0, NULL },
  [ARGUMENT_FILE] = { ARGUMENT_FILE, ARGUMENT_IS_TEXT, "file", "The model's file, .pt or .safetensors", 0, 0, 0, NULL },
  [ARGUMENT_NAME] = { ARGUMENT_NAME, ARGUMENT_IS_TEXT, "name",
    "What the model is called from now on; \"\" = as its file, without the ending", 0, 0, 0, NULL },
  [ARGUMENT_DIRECTION] = { ARGUMENT_DIRECTION, ARGUMENT_IS_TEXT, "direction",
    "What the direction is called, 1 to 64 letters without = , and /; one of that name is replaced", 0, 0, 0, NULL },
};

static const ArgumentId transplant_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_FEATHER,
  /* by name */
  ARGUMENT_METHOD, ARGUMENT_COLLAGE, ARGUMENT_MATCH_COLOURS, ARGUMENT_ROUNDS, ARGUMENT_DETAIL, ARGUMENT_EXTEND,
  ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_MIRROR, ARGUMENT_REGION, ARGUMENT_VISIBLE, ARGUMENT_REFERENCES,
};
static const ArgumentId reconstruct_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_MODEL,
  /* by name */
  ARGUMENT_PLACEMENT, ARGUMENT_RECONSTRUCT_DETAIL,
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
  /* by name */
  ARGUMENT_FRAMES_DETAIL, ARGUMENT_EASING, ARGUMENT_PING_PONG, ARGUMENT_INTO, ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT,
  ARGUMENT_MIRROR,
};

static const ArgumentId adjust_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_DIRECTIONS, ARGUMENT_MODEL,
  /* by name */
  ARGUMENT_FEATHER, ARGUMENT_DETAIL, ARGUMENT_PLACEMENT,
};
static const ArgumentId strength_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_METHOD, ARGUMENT_FRAMES,
  ARGUMENT_FRAME_MS,
  /* by name */
  ARGUMENT_STRENGTH_FROM, ARGUMENT_STRENGTH, ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_FEATHER, ARGUMENT_COLLAGE,
  ARGUMENT_ROUNDS, ARGUMENT_DETAIL, ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_MIRROR, ARGUMENT_REGION,
  ARGUMENT_VISIBLE, ARGUMENT_REFERENCES, ARGUMENT_EASING, ARGUMENT_PING_PONG, ARGUMENT_INTO,
};
static const ArgumentId every_frame_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_METHOD,
  /* by name */
  ARGUMENT_STRENGTH, ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_FEATHER, ARGUMENT_COLLAGE, ARGUMENT_MATCH_COLOURS,
  ARGUMENT_ROUNDS, ARGUMENT_DETAIL, ARGUMENT_EXTEND, ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_MIRROR,
  ARGUMENT_REGION, ARGUMENT_VISIBLE, ARGUMENT_REFERENCES,
};
static const ArgumentId mix_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_IMAGE, ARGUMENT_DRAWABLE, ARGUMENT_REFERENCE, ARGUMENT_MODEL, ARGUMENT_BOUNDARY,
  /* by name */
  ARGUMENT_LEVELS, ARGUMENT_FEATHER, ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT, ARGUMENT_MIRROR,
};
static const ArgumentId random_arguments[] = {
  ARGUMENT_RUN_MODE, ARGUMENT_MODEL, ARGUMENT_SEED, ARGUMENT_TRUNCATION, ARGUMENT_COUNT, ARGUMENT_SHEET,
};
static const ArgumentId import_arguments[] = { ARGUMENT_RUN_MODE, ARGUMENT_FILE, ARGUMENT_NAME };
static const ArgumentId learn_arguments[] = { ARGUMENT_RUN_MODE, ARGUMENT_WITH, ARGUMENT_WITHOUT, ARGUMENT_DIRECTION, ARGUMENT_MODEL };
static const ArgumentId about_arguments[] = { ARGUMENT_RUN_MODE };

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
    transplant_arguments, G_N_ELEMENTS(transplant_arguments), 9, FALSE, RETURNS_LAYER, NULL },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct", N_("StyleMap _Reconstruct..."), N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it"),
    "Encodes the layer to a style map with a StyleMapGAN model and synthesises it again, on a new layer above it: "
    "the best that this model can do for this picture." SQUARE_HELP,
    reconstruct_arguments, G_N_ELEMENTS(reconstruct_arguments), 4, FALSE, RETURNS_LAYER, NULL },
  { EDIT_INTERPOLATE, "plug-in-stylemap-interpolate", N_("StyleMap _Interpolate..."), N_("StyleMap Interpolate"),
    N_("Makes frames that turn one layer into another"),
    "Encodes the target layer and the reference layer with a StyleMapGAN model and synthesises pictures at steps between their "
    "style maps, each on a new layer, the first frame lowest, named for GIMP's animation tools." SQUARE_HELP,
    interpolate_arguments, G_N_ELEMENTS(interpolate_arguments), 7, FALSE,
    RETURNS_LAYERS, NULL },
  { EDIT_ADJUST, "plug-in-stylemap-adjust", N_("StyleMap _Adjust..."), N_("StyleMap Adjust"),
    N_("Changes what a model has learnt to change: a beard, the hair's colour, where the light comes from"),
    "Moves the layer's style map along directions that the model brings with it, as far as the selection covers its cells, "
    "and applies what that changes in the model's drawing to the layer, at the layer's own resolution. It comes on a new "
    "layer above the target." SQUARE_HELP,
    adjust_arguments, G_N_ELEMENTS(adjust_arguments), 5, FALSE, RETURNS_LAYER, NULL },
  { EDIT_TRANSPLANT, "plug-in-stylemap-interpolate-strength", N_("StyleMap Transplant as _Frames..."),
    N_("StyleMap Transplant as Frames"), N_("Makes frames in which a transplant comes in little by little"),
    "Transplants as plug-in-stylemap-transplant does, by rising strength, each on a new layer, the first frame lowest, named for "
    "GIMP's animation tools." SQUARE_HELP,
    strength_arguments, G_N_ELEMENTS(strength_arguments), 8, FALSE, RETURNS_LAYERS, NULL },
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant-every-frame", N_("StyleMap Transplant on _Every Frame..."),
    N_("StyleMap Transplant on Every Frame"), N_("Makes the same transplant on every frame of an animation, without flicker"),
    "Transplants as plug-in-stylemap-transplant does, on every frame of an animation: the layers of the image, or of the group that "
    "is the drawable or that this lies in, but for the references; the lowest is the first. What is selected, placed and decided is so on "
    "the frame that is the drawable, and goes with what it shows from frame to frame. Each result has its frame's place, name, mask and mode, "
    "and the frame itself is gone; all in one undo step. Frames must be whole (Filters > Animation > Unoptimize)." SQUARE_HELP,
    every_frame_arguments, G_N_ELEMENTS(every_frame_arguments), 6, FALSE, RETURNS_FRAMES, NULL },
  { EDIT_MIX, "plug-in-stylemap-mix", N_("StyleMap _Mix Styles..."), N_("StyleMap Mix Styles"),
    N_("Draws a layer with its own coarse styles and a reference's fine ones"),
    "Encodes both layers to style maps with a StyleMapGAN model and synthesises a picture by the target's coarse levels of "
    "the style pyramid and the reference's fine ones; what a level holds each model has learnt for itself." SQUARE_HELP,
    mix_arguments, G_N_ELEMENTS(mix_arguments), 6, FALSE, RETURNS_LAYER, NULL },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-edit-again", N_("StyleMap Edit _Again..."), N_("StyleMap Edit Again"),
    N_("Makes a result anew, with everything it was made by to change"),
    "The layer is one that plug-in-stylemap-transplant, -reconstruct or -adjust made, also in a file that was saved and opened. What "
    "it was made by, its target, reference, selection, placement, method, options and model, is kept on it. The new result "
    "takes its place. It is an error where the target, the reference or the model is not there any more.",
    again_arguments, G_N_ELEMENTS(again_arguments), G_N_ELEMENTS(again_arguments), TRUE, RETURNS_LAYER, NULL },
  { 0, "plug-in-stylemap-random", N_("StyleMap Ra_ndom Portrait..."), N_("StyleMap Random Portrait"),
    N_("Makes portraits of people that never were, in a new image"),
    "Draws pictures from noise with a StyleMapGAN model, each on a layer of a new image of the model's size, number 0 on top. "
    "The same seed, truncation and model give the same pictures, as do those of the command stylemap sample.",
    random_arguments, G_N_ELEMENTS(random_arguments), G_N_ELEMENTS(random_arguments), FALSE, RETURNS_IMAGE, random_run },
  { 0, "plug-in-stylemap-import-model", N_("StyleMap Import Mo_del..."), N_("StyleMap Import Model"),
    N_("Takes another StyleMapGAN model into StyleMap's list of models"),
    "Reads a StyleMapGAN checkpoint of PyTorch (.pt) or a .safetensors file, and writes it with 16-bit floats into the user's "
    "folder of models, from where its name is enough. Returns the new file's path.",
    import_arguments, G_N_ELEMENTS(import_arguments), G_N_ELEMENTS(import_arguments), FALSE, RETURNS_TEXT, import_run },
  { 0, "plug-in-stylemap-learn-direction", N_("StyleMap _Learn a Direction..."), N_("StyleMap Learn a Direction"),
    N_("Teaches a model a change of your own, from pictures with a thing and pictures without it"),
    "Learns the way from the pictures in one layer group to those in another as a direction of a StyleMapGAN model, by the program "
    "stylemap-measure. It lies in the user's folder from then on, and plug-in-stylemap-adjust and the command stylemap apply have it "
    "with that model. Returns how many pictures there were, and how many of them, left out in turn, are told rightly.",
    learn_arguments, G_N_ELEMENTS(learn_arguments), G_N_ELEMENTS(learn_arguments), FALSE, RETURNS_TEXT, learn_run },
  { 0, "plug-in-stylemap-about", N_("StyleMap A_bout and Self-Check..."), N_("StyleMap About and Self-Check"),
    N_("Tells what is installed, and whether it works"),
    "Returns lines on the versions, the folders of models and what lies in them, the instruction set, and a run of the default "
    "model for about a second.",
    about_arguments, G_N_ELEMENTS(about_arguments), G_N_ELEMENTS(about_arguments), FALSE, RETURNS_TEXT, about_run },
  { EDIT_TRANSPLANT, "plug-in-stylemap-transplant-refined", NULL, N_("StyleMap Transplant"),
    N_("Transplants what the selection covers from a reference layer, from refined styles"),
    "As plug-in-stylemap-transplant by the method styles in space W+, after both layers' styles have been brought nearer to the pictures by "
    "descent, which takes some seconds to minutes. How near, before and after, is written to standard error and into "
    "the new layer's name." SQUARE_HELP,
    transplant_refined_arguments, G_N_ELEMENTS(transplant_refined_arguments), G_N_ELEMENTS(transplant_refined_arguments), FALSE, RETURNS_LAYER, NULL },
  { EDIT_RECONSTRUCT, "plug-in-stylemap-reconstruct-refined", NULL, N_("StyleMap Reconstruct"),
    N_("Shows a layer as the model sees it, from refined styles"),
    "As plug-in-stylemap-reconstruct, after the layer's style has been brought nearer to the picture by descent, which "
    "takes some seconds to minutes. How near, before and after, is written to standard error and into the new layer's "
    "name." SQUARE_HELP,
    reconstruct_refined_arguments, G_N_ELEMENTS(reconstruct_refined_arguments), G_N_ELEMENTS(reconstruct_refined_arguments), FALSE, RETURNS_LAYER, NULL },
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

gboolean procedures_takes(const Procedure *procedure, ArgumentId id) {
  for (gint i = 0; i < procedure->n_arguments; i++)
    if (procedure->arguments[i] == id)
      return TRUE;
  return FALSE;
}

gboolean procedures_offers_refinement(const Procedure *procedure) {
  return !procedure->alone && (procedure->kind == EDIT_TRANSPLANT || procedure->kind == EDIT_RECONSTRUCT) && !procedure->again &&
         procedure->returns == RETURNS_LAYER && !procedures_takes(procedure, ARGUMENT_REFINE_STEPS);
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
