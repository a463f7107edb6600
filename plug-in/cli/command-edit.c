/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap reconstruct, stylemap transplant: edits of a picture, fitted back into it as in GIMP. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/cli.h"
#include "cli/edit-options.h"
#include "host/job.h"
#include "host/layer.h"
#include "picture/picture.h"

gboolean edit_parse_space(const gchar *text, stylemap_space *space, GError **error) {
  if (!text) return TRUE;
  if (g_ascii_strcasecmp(text, "w+") == 0) *space = STYLEMAP_SPACE_W_PLUS;
  else if (g_ascii_strcasecmp(text, "w") == 0) *space = STYLEMAP_SPACE_W;
  else {
    cli_usage(error, _("--space must be w or w+, not \"%s\"."), text);
    return FALSE;
  }
  return TRUE;
}

gboolean edit_parse_rule(const gchar *text, stylemap_mask_rule *rule, GError **error) {
  static const gchar *const names[] = { "soft", "any", "half" };
  if (!text) return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    if (g_ascii_strcasecmp(text, names[i]) == 0) {
      *rule = (stylemap_mask_rule)i;
      return TRUE;
    }
  cli_usage(error, _("--mask-rule must be soft, any or half, not \"%s\"."), text);
  return FALSE;
}

/* One edit: the options of both commands, and their arguments. */
typedef struct {
  const gchar *model, *target, *reference, *mask; /* the last two NULL in a reconstruction */
  gint page, reference_page, mask_page;
  gchar *output;
  gboolean raw;
  gdouble feather;
  gint refine;
  stylemap_edit edit;
} Edit;

/* What an edit came to. */
typedef struct {
  gdouble mse; /* of a reconstruction */
  gint n_refined;
  stylemap_refine_report refined[2];
} Outcome;

/* ------------------------------------------------------------------------------------ into a picture */

/* A picture file, or a tensor `image` seen as a picture: `picture` is NULL for the latter. */
static GeglBuffer *load_buffer(const Net *net, const gchar *path, gint page, Picture **picture, GError **error) {
  if (!is_tensor_path(path)) {
    *picture = picture_load_noting(path, page, error);
    return *picture ? g_object_ref((*picture)->buffer) : NULL;
  }
  g_autofree gfloat *image = square_read(net, path, 0, NULL, error);
  if (!image) return NULL;
  return square_buffer(net, image, babl_format("R'G'B' float"));
}

/* A mask over the square from a file with a tensor `mask`, whose numbers must be weights. */
static gfloat *mask_tensor(const Edit *edit, const Net *net, GError **error) {
  gint size = net->info->size;
  gsize cells = (gsize)size * (gsize)size;
  g_autofree gfloat *values = g_new(gfloat, cells);
  if (!tensor_read(edit->mask, "mask", (gint[]){ 1, 1, size, size }, values, error)) return NULL;
  for (gsize i = 0; i < cells; i++)
    if (!(values[i] >= 0 && values[i] <= 1)) {
      g_autofree gchar *name = g_filename_display_name(edit->mask);
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The tensor mask of %s holds a number that is not in 0 to 1."),
                  name);
      return NULL;
    }
  return g_steal_pointer(&values);
}

static GeglBuffer *load_mask(const Edit *edit, const Net *net, gint width, gint height, GError **error) {
  if (!is_tensor_path(edit->mask)) return picture_load_mask(edit->mask, edit->mask_page, width, height, error);
  gint size = net->info->size;
  g_autofree gfloat *values = mask_tensor(edit, net, error);
  if (!values) return NULL;
  if (width != size || height != size) {
    g_autofree gchar *name = g_filename_display_name(edit->mask);
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The mask %s covers the model's square (%d x %d), not the picture (%d x %d): give a mask picture of "
                  "the picture's size, or write the square itself (--raw or a .safetensors output)."),
                name, size, size, width, height);
    return NULL;
  }
  GeglBuffer *mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), babl_format("Y float"));
  gegl_buffer_set(mask, NULL, 0, babl_format("Y float"), values, GEGL_AUTO_ROWSTRIDE);
  return mask;
}

/* The result in the target, with the target's size, depth, alpha, profile and EXIF. */
static gboolean edit_picture(const Edit *edit, const Net *net, Outcome *outcome, GError **error) {
  Picture *target = NULL, *reference = NULL;
  picture_init();
  g_autoptr(GeglBuffer) target_buffer = load_buffer(net, edit->target, edit->page, &target, error);
  g_autoptr(GeglBuffer) reference_buffer =
    target_buffer && edit->reference ? load_buffer(net, edit->reference, edit->reference_page, &reference, error) : NULL;
  picture_free(reference);
  gboolean done = target_buffer && (!edit->reference || reference_buffer);
  g_autoptr(GeglBuffer) mask = NULL;
  if (done && edit->mask) {
    mask = load_mask(edit, net, gegl_buffer_get_width(target_buffer), gegl_buffer_get_height(target_buffer), error);
    done = mask != NULL;
  }
  JobRequest request = { .kind = edit->reference ? JOB_TRANSPLANT : JOB_RECONSTRUCT, .model = edit->model,
                         .target = target_buffer, .reference = reference_buffer, .selection = mask,
                         .feather = edit->feather, .edit = edit->edit, .refine = edit->refine,
                         .threads = common.threads };
  JobResult result = { 0 };
  progress_part(0, 1);
  done = done && progress_go_on(error) && job_run(&request, progress_job, NULL, &result, error);
  if (done) {
    *outcome = (Outcome){ result.error, result.n_refined, { result.refined[0], result.refined[1] } };
    layer_composite(target_buffer, result.layers[0], result.mask, &result.bounds);
    PictureForm form;
    if (babl_format_has_alpha(gegl_buffer_get_format(target_buffer)) &&
        picture_form_of_output(edit->output, &form, NULL) && form == PICTURE_JPEG)
      cli_note(_("JPEG holds no transparency: what was transparent is white."));
    if (target) target->note = NULL;
    done = progress_go_on(error) && picture_save(target_buffer, target, edit->output, error);
    if (done && target && target->note) cli_note("%s", target->note);
    job_result_clear(&result);
  }
  picture_free(target);
  return done;
}

/* ------------------------------------------------------------------------------ the network's square */

/* The mask over the square: a tensor, or the mask picture feathered and averaged as in the picture's edit. */
static gfloat *square_mask(const Edit *edit, const Net *net, gint width, gint height, GError **error) {
  gint size = net->info->size;
  if (is_tensor_path(edit->mask)) {
    if (edit->feather > 0) {
      cli_usage(error, _("--feather works on mask pictures, not on a tensor."));
      return NULL;
    }
    return mask_tensor(edit, net, error);
  }
  g_autofree gfloat *values = g_new(gfloat, (gsize)size * (gsize)size);
  g_autoptr(GeglBuffer) selection = picture_load_mask(edit->mask, edit->mask_page, width, height, error);
  g_autoptr(GeglBuffer) mask = NULL;
  GeglRectangle bounds;
  if (!selection || !job_mask(selection, 0, 0, edit->feather, width, height, &mask, &bounds, error)) return NULL;
  stylemap_layer layer = job_mask_layer(mask, width, height);
  stylemap_placement placement;
  stylemap_error core;
  stylemap_fit(width, height, &placement);
  if (stylemap_sample_mask(&layer, &placement, size, values, &core) != STYLEMAP_OK) {
    say_error(error, &core);
    return NULL;
  }
  return g_steal_pointer(&values);
}

static void refinement_part(gpointer data, gdouble from, gdouble to) {
  progress_part(0.3 + 0.7 * from, 0.3 + 0.7 * to);
}

static gboolean edit_square(const Edit *edit, const Net *net, Outcome *outcome, GError **error) {
  stylemap_error core;
  stylemap_status status;
  gint depth = 8, width = 0, height = 0;
  progress_part(0.2, 0.3);
  g_autofree gfloat *target = square_read_sized(net, edit->target, edit->page, &depth, &width, &height, error);
  if (!target) return FALSE;
  g_autofree gfloat *image = g_new(gfloat, net->image_count);
  g_autofree gfloat *reference = NULL, *mask = NULL;
  if (edit->reference) {
    reference = square_read(net, edit->reference, edit->reference_page, NULL, error);
    mask = reference ? square_mask(edit, net, width, height, error) : NULL;
    if (!mask) return FALSE;
  }
  progress_part(0.3, 1);
  if (edit->refine > 0) {
    const JobRefinement job = { .session = net->session, .model = net->model, .target = target,
                                .reference = reference, .mask = mask, .edit = &edit->edit, .steps = edit->refine,
                                .part = refinement_part };
    status = job_refined_edit(&job, image, outcome->refined, &core);
    outcome->n_refined = reference ? 2 : 1;
  } else if (edit->reference) {
    status = stylemap_transplant(net->session, target, reference, mask, &edit->edit, image, &core);
  } else {
    status = stylemap_reconstruct(net->session, target, image, &core);
  }
  if (status == STYLEMAP_OK && !edit->reference) outcome->mse = stylemap_mse(image, target, net->image_count);
  if (status != STYLEMAP_OK) {
    say_error(error, &core);
    return FALSE;
  }
  return progress_go_on(error) && square_write(net, image, depth, edit->output, error);
}

/* -------------------------------------------------------------------------------------------- both */

static gboolean run_edit(const Edit *edit, Outcome *outcome, GError **error) {
  if (!cli_need_output(edit->output, error) || !output_check(edit->output, error) ||
      !cli_check_range("--refine", edit->refine, 0, 100000, error) ||
      !cli_check_page("--page", edit->page, edit->target, error) ||
      (edit->reference && (!cli_check_page("--reference-page", edit->reference_page, edit->reference, error) ||
                           !cli_check_page("--mask-page", edit->mask_page, edit->mask, error))))
    return FALSE;
  if (edit->refine && edit->edit.space == STYLEMAP_SPACE_W) {
    cli_usage(error, _("--refine works in w+: leave out --space w."));
    return FALSE;
  }
  gboolean square = edit->raw || is_tensor_path(edit->output);
  gboolean tensors = is_tensor_path(edit->target) || (edit->reference && is_tensor_path(edit->reference)) ||
                     (edit->mask && is_tensor_path(edit->mask));
  Net net = { 0 };
  progress_part(0, 0.2);
  /* The job opens the model itself; here it is needed for the square and for the shapes of tensors. */
  gboolean done = (!square && !tensors) || net_open(&net, edit->model, error);
  if (done) done = square ? edit_square(edit, &net, outcome, error) : edit_picture(edit, &net, outcome, error);
  net_close(&net);
  return done;
}

static gboolean run_reconstruct(const Command *command, gchar **arguments, GError **error) {
  Edit edit = { .edit.space = STYLEMAP_SPACE_W_PLUS };
  Outcome outcome = { 0 };
  const GOptionEntry entries[] = {
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit.refine, N_("Come nearer to the pictures, in so many steps (slower)"),
      N_("STEPS") },
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
    done = run_edit(&edit, &outcome, error);
  }
  if (done) {
    Number a, b;
    progress_end();
    if (outcome.n_refined) g_print("MSE before %s\n", cli_number(&a, "%.6f", outcome.refined[0].before));
    g_print("MSE %s  PSNR %s dB\n", cli_number(&a, "%.6f", outcome.mse),
            cli_number(&b, "%.2f", 10 * log10(4 / outcome.mse)));
  }
  g_free(edit.output);
  return done;
}

const Command command_reconstruct = {
  "reconstruct", N_("MODEL PICTURE -o PICTURE"), N_("Show what the model makes of a picture, and how near it comes."),
  "  stylemap reconstruct toon-portraits-128 me.png -o again.png\n"
  "  stylemap reconstruct --raw toon-portraits-128 me.png -o square.png\n",
  run_reconstruct,
};

static gboolean run_transplant(const Command *command, gchar **arguments, GError **error) {
  Edit edit = { .edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1.0 } };
  g_autofree gchar *mask = NULL, *rule = NULL, *space = NULL;
  Outcome outcome = { 0 };
  const GOptionEntry entries[] = {
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &mask, N_("White where the reference comes in; as large as the target"),
      N_("PICTURE") },
    { "mask-rule", 0, 0, G_OPTION_ARG_STRING, &rule,
      N_("How a style's cell follows the mask: by its part (soft), if touched (any), if half covered (half)"),
      "soft|any|half" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &space, N_("Blend every level (w+) or once (w); default w+"), "w+|w" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &edit.edit.strength, N_("From 0, nothing, to 1, all (default)"), "X" },
    { "feather", 0, 0, G_OPTION_ARG_DOUBLE, &edit.feather, N_("Soften the mask's edge, in pixels"), "PX" },
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit.refine, N_("Come nearer to the pictures, in so many steps (slower)"),
      N_("STEPS") },
    CLI_PAGE(edit.page),
    { "reference-page", 0, 0, G_OPTION_ARG_INT, &edit.reference_page, N_("The same of the reference"), "N" },
    { "mask-page", 0, 0, G_OPTION_ARG_INT, &edit.mask_page, N_("The same of the mask"), "N" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &edit.raw, N_("Write the model's own S x S square"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &edit.output, N_("The picture"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 3, error);
  gboolean done = given && edit_parse_rule(rule, &edit.edit.rule, error) &&
                  edit_parse_space(space, &edit.edit.space, error) &&
                  cli_check_range("--strength", edit.edit.strength, 0, 1, error) &&
                  cli_check_range("--feather", edit.feather, 0, 10000, error);
  if (done && !mask) {
    cli_usage(error, _("Which part? Name a picture with --mask, white where the reference shall come in."));
    done = FALSE;
  }
  if (done) {
    edit.model = given[0];
    edit.target = given[1];
    edit.reference = given[2];
    edit.mask = mask;
    done = run_edit(&edit, &outcome, error);
  }
  if (done) progress_end();
  for (gint i = 0; done && i < outcome.n_refined; i++) {
    static const gchar *const names[] = { "target", "reference" };
    Number a, b;
    g_print("%s: MSE before %s, refined %s\n", names[i], cli_number(&a, "%.6f", outcome.refined[i].before),
            cli_number(&b, "%.6f", outcome.refined[i].after));
  }
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
