/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap reconstruct, stylemap transplant: edits of a picture, fitted back into it as in GIMP. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/cli.h"
#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"
#include "host/words.h"
#include "picture/picture.h"

/* One edit: the options of both commands, and their arguments. */
typedef struct {
  const gchar *model, *target, *reference, *mask; /* the last two NULL in a reconstruction */
  gint page, reference_page, mask_page;
  gchar *placement, *reference_placement;
  Place place, reference_place; /* what these say */
  gchar *output;
  gboolean raw, extend;
  gdouble feather;
  gint refine;
  EditMethod method;
  stylemap_edit edit;
  stylemap_heal_options heal;
} Edit;

/* The result lands in the target picture, or it is the network's own square. */
static gboolean is_square(const Edit *edit) {
  return edit->raw || is_tensor_path(edit->output);
}

/* ------------------------------------------------------------------------------------------ inputs */

typedef struct {
  Input target, reference;
  GeglBuffer *mask;
  gfloat *weights; /* a mask tensor */
} Inputs;

static void inputs_clear(Inputs *inputs) {
  input_clear(&inputs->target);
  input_clear(&inputs->reference);
  g_clear_object(&inputs->mask);
  g_clear_pointer(&inputs->weights, g_free);
}

/* A mask over the square from a file with a tensor `mask`, whose numbers must be weights. */
static gfloat *mask_tensor(const Edit *edit, const Engine *engine, GError **error) {
  gint size = engine->info->size;
  g_autofree gfloat *values = g_new(gfloat, engine->mask_count);
  if (!tensor_read(edit->mask, "mask", (gint[]){ 1, 1, size, size }, values, error)) return NULL;
  for (gsize i = 0; i < engine->mask_count; i++)
    if (!(values[i] >= 0 && values[i] <= 1)) {
      g_autofree gchar *name = g_filename_display_name(edit->mask);
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                  _("The tensor mask of %s holds a number that is not in 0 to 1."), name);
      return NULL;
    }
  return g_steal_pointer(&values);
}

static gboolean read_mask(const Edit *edit, const Engine *engine, Inputs *inputs, GError **error) {
  gint width = gegl_buffer_get_width(inputs->target.picture.buffer);
  gint height = gegl_buffer_get_height(inputs->target.picture.buffer);
  if (!is_tensor_path(edit->mask)) {
    inputs->mask = picture_load_mask(edit->mask, edit->mask_page, width, height, error);
    return inputs->mask != NULL;
  }
  if (is_square(edit) && edit->feather > 0) {
    cli_usage(error, _("--feather works on mask pictures, not on a tensor."));
    return FALSE;
  }
  gint size = engine->info->size;
  inputs->weights = mask_tensor(edit, engine, error);
  if (!inputs->weights || is_square(edit)) return inputs->weights != NULL;
  if (width != size || height != size) {
    g_autofree gchar *name = g_filename_display_name(edit->mask);
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The mask %s covers the model's square (%d x %d), not the picture (%d x %d): give a mask picture of "
                  "the picture's size, or write the square itself (--raw or a .safetensors output)."),
                name, size, size, width, height);
    return FALSE;
  }
  inputs->mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), babl_format("Y float"));
  gegl_buffer_set(inputs->mask, NULL, 0, babl_format("Y float"), inputs->weights, GEGL_AUTO_ROWSTRIDE);
  g_clear_pointer(&inputs->weights, g_free);
  return TRUE;
}

/* `engine` may be NULL where no tensors are named. */
static gboolean read_inputs(const Edit *edit, const Engine *engine, Inputs *inputs, GError **error) {
  picture_init();
  return input_read(&inputs->target, engine, edit->target, edit->page, FALSE, error) &&
         (!edit->reference ||
          input_read(&inputs->reference, engine, edit->reference, edit->reference_page, FALSE, error)) &&
         (!edit->mask || read_mask(edit, engine, inputs, error));
}

/* ------------------------------------------------------------------------------------------ output */

/* The result in the target, with the target's size, depth, alpha, profile and EXIF. */
static gboolean write_picture(const Edit *edit, Input *target, const EditResult *result, GError **error) {
  GeglBuffer *buffer = target->picture.buffer;
  PictureForm form;
  layer_composite(buffer, result->layers[0], result->mask.weights, &result->mask.bounds,
                  edit->extend);
  if (babl_format_has_alpha(gegl_buffer_get_format(buffer)) &&
      picture_form_of_output(edit->output, &form, NULL) && form == PICTURE_JPEG)
    cli_note(_("JPEG holds no transparency: what was transparent is white."));
  if (target->file) target->file->note = NULL;
  if (!progress_go_on(error) || !picture_save(buffer, target->file, edit->output, error)) return FALSE;
  if (target->file && target->file->note) cli_note("%s", target->file->note);
  return TRUE;
}

/* -------------------------------------------------------------------------------------------- both */

static gboolean read_place(const gchar *option, const gchar *text, const gchar *path, gboolean reference, PlaceKind usual,
                           Place *place, GError **error) {
  g_autoptr(GError) fault = NULL;
  if (!place_parse(option, text, reference, usual, place, &fault)) cli_usage(error, "%s", fault->message);
  else if (path && is_tensor_path(path) && (text || place->mirror))
    cli_usage(error, _("%s takes a part of a picture, and a tensor is the model's square already."),
              text ? option : "--mirror");
  else return TRUE;
  return FALSE;
}

/* Where the squares lie, in `at` (of the target, of the reference), unless they are there already. */
static void place_inputs(const Edit *edit, Inputs *inputs, stylemap_placement *at) {
  const GeglRectangle *target = gegl_buffer_get_extent(inputs->target.picture.buffer);
  place_find(&edit->place, target->width, target->height, NULL, 0, 0, &at[0]);
  if (!is_tensor_path(edit->target)) inputs->target.picture.placement = &at[0];
  if (!edit->reference || is_tensor_path(edit->reference)) return;
  const GeglRectangle *reference = gegl_buffer_get_extent(inputs->reference.picture.buffer);
  place_find(&edit->reference_place, reference->width, reference->height, &at[0], 0, 0, &at[1]);
  inputs->reference.picture.placement = &at[1];
  inputs->reference.picture.find = edit->reference_place.kind == PLACE_AUTO;
}

/* TRUE. What was asked for by name and is not there is told, too. */
static gboolean say_findings(const Edit *edit, const Engine *engine, const EditResult *result) {
  g_auto(GStrv) notes = edit_findings(result);
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  if (edit->reference_place.kind == PLACE_AUTO && !*notes && (edit->reference_placement || engine->info->places))
    cli_note("%s", engine->info->places ? _("The model is not sure of its subject in the target or in the reference: the "
                                            "reference's centred square is taken.")
                                        : _("The model has not learnt to find its subject: the reference's centred square is "
                                            "taken."));
  return TRUE;
}

static gboolean run_edit(Edit *edit, EditResult *result, GError **error) {
  if (!cli_need_output(edit->output, error) || !output_check(edit->output, error) ||
      !cli_check_range("--refine", edit->refine, 0, EDIT_MOST_REFINE, error) ||
      !read_place("--placement", edit->placement, edit->target, FALSE, PLACE_CENTRE, &edit->place, error) ||
      !read_place("--reference-placement", edit->reference_placement, edit->reference, TRUE,
                  edit->method == EDIT_HEAL ? PLACE_AUTO : PLACE_CENTRE, &edit->reference_place, error) ||
      !cli_check_page("--page", edit->page, edit->target, error) ||
      (edit->reference && (!cli_check_page("--reference-page", edit->reference_page, edit->reference, error) ||
                           !cli_check_page("--mask-page", edit->mask_page, edit->mask, error))))
    return FALSE;
  if (edit->extend && is_square(edit)) {
    cli_usage(error, _("--extend changes the target's outline, and the model's own square has none."));
    return FALSE;
  }
  if (edit->refine && edit->edit.space == STYLEMAP_SPACE_W) {
    cli_usage(error, _("--refine works in w+: leave out --space w."));
    return FALSE;
  }
  gboolean tensors = is_tensor_path(edit->target) || (edit->reference && is_tensor_path(edit->reference)) ||
                     (edit->mask && is_tensor_path(edit->mask));
  g_autoptr(Engine) engine = NULL;
  Inputs inputs = { 0 };
  stylemap_placement at[2];
  /* What is wrong with the pictures is told before the model is opened, whose shapes only tensors need. */
  gboolean done = (!tensors || cli_open(&engine, edit->model, error)) && read_inputs(edit, engine, &inputs, error);
  if (done) {
    place_inputs(edit, &inputs, at);
    const EditReference reference = { inputs.reference.picture, NULL };
    const EditRequest request = { .kind = edit->reference ? EDIT_TRANSPLANT : EDIT_RECONSTRUCT,
                                  .target = inputs.target.picture, .references = &reference,
                                  .n_references = edit->reference != NULL,
                                  .mask = { .selection = inputs.mask, .feather = edit->feather },
                                  .weights = inputs.weights, .method = edit->method, .edit = edit->edit,
                                  .heal = edit->heal, .extend = edit->extend, .refine = edit->refine,
                                  .squares = is_square(edit) };
    done = edit_prepare(&request, result, error);
    if (done) {
      g_auto(GStrv) notes = edit_notes(&request, result);
      for (gchar **note = notes; *note; note++) cli_note("%s", *note);
    }
    done = done && (engine || cli_open_for(&engine, edit->model, &inputs.target.picture, error)) &&
           edit_run(engine, &request, result, error) && say_findings(edit, engine, result) &&
           (is_square(edit) ? square_write(engine, result->image, inputs.target.depth, edit->output, error)
                            : write_picture(edit, &inputs.target, result, error));
  }
  inputs_clear(&inputs);
  if (!done) edit_result_clear(result);
  return done;
}

#define PLACEMENT(text) \
  { "placement", 0, 0, G_OPTION_ARG_STRING, &(text), \
    N_("Where the model looks: centre and side of its square, in the picture's pixels, and by how many degrees it is turned"), \
    "X,Y,SIDE[,ANGLE]" }

static gboolean run_reconstruct(const Command *command, gchar **arguments, GError **error) {
  Edit edit = { .edit.space = STYLEMAP_SPACE_W_PLUS };
  EditResult result = { 0 };
  const GOptionEntry entries[] = {
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit.refine, N_("Come nearer to the pictures, in so many steps (slower)"),
      N_("STEPS") },
    PLACEMENT(edit.placement),
    CLI_PAGE(edit.page),
    { "raw", 0, 0, G_OPTION_ARG_NONE, &edit.raw, N_("Write the model's own S x S square"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &edit.output, N_("The picture"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  gboolean done = given != NULL;
  if (done) {
    edit.model = given[0];
    edit.target = given[1];
    done = run_edit(&edit, &result, error);
  }
  g_free(edit.placement);
  if (done) {
    Number a, b;
    progress_end();
    if (result.n_refined) g_print("MSE before %s\n", cli_number(&a, "%.6f", result.refined[0].before));
    g_print("MSE %s  PSNR %s dB\n", cli_number(&a, "%.6f", result.error),
            cli_number(&b, "%.2f", 10 * log10(4 / result.error)));
  }
  edit_result_clear(&result);
  g_free(edit.output);
  return done;
}

const Command command_reconstruct = {
  "reconstruct", N_("MODEL PICTURE -o PICTURE"), N_("Show what the model makes of a picture, and how near it comes."),
  "  stylemap reconstruct toon-portraits-128 me.png -o again.png\n"
  "  stylemap reconstruct --raw toon-portraits-128 me.png -o square.png\n",
  run_reconstruct,
};

/* The options of one method are wrong with the other. */
static gboolean check_method(const Edit *edit, gboolean of_styles, gboolean of_heal, GError **error) {
  if (edit->method == EDIT_HEAL && (of_styles || edit->refine))
    cli_usage(error, _("--mask-rule, --space and --refine belong to --method styles."));
  else if (edit->method == EDIT_STYLES && of_heal)
    cli_usage(error, _("--collage, --rounds and --detail belong to --method heal."));
  else return TRUE;
  return FALSE;
}

static gboolean run_transplant(const Command *command, gchar **arguments, GError **error) {
  Edit edit = { .method = EDIT_HEAL, .edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1.0 } };
  g_autofree gchar *mask = NULL, *rule = NULL, *space = NULL, *method = NULL, *collage = NULL;
  gint rounds = 0, start = -1, way = EDIT_HEAL, rule_number = edit.edit.rule, space_number = edit.edit.space;
  gdouble detail = -1;
  EditResult result = { 0 };
  const GOptionEntry entries[] = {
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &mask, N_("White where the reference comes in; as large as the target"),
      N_("PICTURE") },
    { "method", 0, 0, G_OPTION_ARG_STRING, &method,
      N_("Heal a collage (heal, the default), or blend style maps alone, as in the paper (styles)"), "heal|styles" },
    { "collage", 0, 0, G_OPTION_ARG_STRING, &collage,
      N_("What is healed: the reference as it is, cloned to the target's light, their mean, or what fits (auto)"),
      "auto|copy|clone|mean" },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, N_("How often it is healed, 1 to 16; half as often where the collage fits"), "N" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &detail,
      N_("From 0, the model's drawing alone, to 100, all lines and grain of the collage"), "PERCENT" },
    { "mask-rule", 0, 0, G_OPTION_ARG_STRING, &rule,
      N_("Styles: how a style's cell follows the mask: by its part (soft), if touched (any), if half covered (half)"),
      "soft|any|half" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &space, N_("Styles: blend every level (w+) or once (w); default w+"), "w+|w" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &edit.edit.strength, N_("From 0, nothing, to 1, all (default)"), "X" },
    { "feather", 0, 0, G_OPTION_ARG_DOUBLE, &edit.feather, N_("Soften the mask's edge, in pixels"), "PX" },
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit.refine,
      N_("Styles: come nearer to the pictures first, in so many steps (slower)"), N_("STEPS") },
    { "extend", 0, 0, G_OPTION_ARG_NONE, &edit.extend,
      N_("Let the reference come in where the target is transparent, too"), NULL },
    PLACEMENT(edit.placement),
    { "reference-placement", 0, 0, G_OPTION_ARG_STRING, &edit.reference_placement,
      N_("The same of the reference; or auto, where the model finds it (the default of heal), centre, or as-placed: as the "
         "target's"),
      "X,Y,SIDE[,ANGLE]" },
    { "mirror", 0, 0, G_OPTION_ARG_NONE, &edit.reference_place.mirror, N_("Exchange the reference's left and right"), NULL },
    CLI_PAGE(edit.page),
    { "reference-page", 0, 0, G_OPTION_ARG_INT, &edit.reference_page, N_("The same of the reference"), "N" },
    { "mask-page", 0, 0, G_OPTION_ARG_INT, &edit.mask_page, N_("The same of the mask"), "N" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &edit.raw, N_("Write the model's own S x S square"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &edit.output, N_("The picture"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 3, error);
  gboolean done = given && cli_word("--method", method, words_methods, &way, error) &&
                  cli_word("--collage", collage, words_collages, &start, error) &&
                  cli_check_range("--rounds", rounds ? rounds : 1, 1, 16, error) &&
                  cli_check_range("--detail", detail == -1 ? 0 : detail, 0, 100, error) &&
                  cli_word("--mask-rule", rule, words_rules, &rule_number, error) &&
                  cli_word("--space", space, words_spaces, &space_number, error) &&
                  cli_check_range("--strength", edit.edit.strength, 0, 1, error) &&
                  cli_check_range("--feather", edit.feather, 0, EDIT_MOST_FEATHER, error);
  edit.method = (EditMethod)way;
  edit.edit.rule = (stylemap_mask_rule)rule_number;
  edit.edit.space = (stylemap_space)space_number;
  stylemap_heal_defaults(&edit.heal);
  if (rounds) edit.heal.rounds = rounds;
  if (start >= 0) edit.heal.start = (stylemap_start)start;
  if (detail >= 0) edit.heal.detail = detail / 100;
  done = done && check_method(&edit, rule || space, collage || rounds || detail != -1, error);
  if (done && !mask) {
    cli_usage(error, _("Which part? Name a picture with --mask, white where the reference shall come in."));
    done = FALSE;
  }
  if (done) {
    edit.model = given[0];
    edit.target = given[1];
    edit.reference = given[2];
    edit.mask = mask;
    done = run_edit(&edit, &result, error);
  }
  if (done) progress_end();
  for (gint i = 0; done && i < result.n_refined; i++) {
    static const gchar *const names[] = { "target", "reference" };
    Number a, b;
    g_print("%s: MSE before %s, refined %s\n", names[i], cli_number(&a, "%.6f", result.refined[i].before),
            cli_number(&b, "%.6f", result.refined[i].after));
  }
  edit_result_clear(&result);
  g_free(edit.placement);
  g_free(edit.reference_placement);
  g_free(edit.output);
  return done;
}

const Command command_transplant = {
  "transplant", N_("MODEL TARGET REFERENCE --mask PICTURE -o PICTURE"),
  N_("Bring a reference's content into the mask of a picture."),
  "  stylemap transplant toon-portraits-128 me.png friend.png --mask eyes.png -o us.png\n"
  "  stylemap transplant \"\" me.jpg friend.jpg --mask hair.png --feather 12 --strength 0.8 -o us.jpg\n",
  run_transplant,
};
