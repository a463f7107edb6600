/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap apply: an edit by directions, fitted back into the picture as in GIMP. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/edit.h"
#include "host/adjust.h"
#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"
#include "picture/picture.h"

typedef struct {
  const gchar *model, *target;
  gchar **files;      /* of directions beside the model's own */
  gchar **directions; /* names or files that hold one, and "=AMOUNT" behind them or not */
  gchar *mask, *placement, *output, *softness;
  gdouble amount, feather, detail;
  gint page, mask_page;
  gboolean raw;
} Apply;

/* The result in the target, with the target's size, depth, alpha, profile and EXIF. */
static gboolean write_picture(const Apply *apply, const Engine *engine, Input *target, const EditResult *result, GError **error) {
  layer_composite(target->picture.buffer, result->layers[0], result->mask.weights, &result->mask.bounds, FALSE);
  return input_write(engine, target, apply->output, error);
}

/* The name of a file's only direction, which becomes one of the model's. */
static const gchar *read_one(Engine *engine, const gchar *path, GError **error) {
  stylemap_error core;
  int count = 0;
  if (!say_status(stylemap_directions_read(engine->model, path, &count, &core), &core, error)) return NULL;
  if (count == 1) return stylemap_direction_name(engine->model, stylemap_direction_count(engine->model) - 1);
  g_autofree gchar *name = g_filename_display_name(path);
  cli_usage(error, _("%s holds %d directions. Name the file with --from, and one of them with --direction."), name, count);
  return NULL;
}

/* What adjust_parse reads, or NULL. */
static gchar *amounts_of(const Apply *apply, Engine *engine, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  stylemap_error core;
  Number number;
  for (gchar **file = apply->files; file && *file; file++)
    if (!say_status(stylemap_directions_read(engine->model, *file, NULL, &core), &core, error)) return NULL;
  for (gchar **d = apply->directions; *d; d++) {
    const gchar *equals = is_tensor_path(*d) ? NULL : strrchr(*d, '=');
    g_autofree gchar *what = g_strndup(*d, equals ? (gsize)(equals - *d) : strlen(*d));
    const gchar *name = is_tensor_path(what) ? read_one(engine, what, error) : what;
    if (!name) return NULL;
    g_string_append_printf(text, "%s%s", text->len ? "," : "", name);
    if (equals) g_string_append(text, equals);
    else g_string_append_printf(text, "=%s", cli_number(&number, "%.9g", apply->amount));
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean adjust(const Apply *apply, Engine *engine, Input *target, GeglBuffer *mask, Place *place, GError **error) {
  const gboolean square = apply->raw || is_tensor_path(apply->output);
  const GeglRectangle *extent = gegl_buffer_get_extent(target->picture.buffer);
  stylemap_placement at;
  EditResult result = { 0 };
  GeglRectangle selected;
  place_around(place, extent->width, extent->height, mask && mask_bounds(mask, &selected) ? &selected : NULL);
  input_place(target, place, NULL, &at);
  EditRequest request = { .kind = EDIT_ADJUST, .target = target->picture, .squares = square,
                          .mask = { .selection = mask, .feather = apply->feather }, .heal.detail = apply->detail / 100 };
  g_autofree gchar *text = amounts_of(apply, engine, error);
  g_autofree stylemap_amount *amounts = text ? adjust_parse(engine, text, &request.n_amounts, error) : NULL;
  request.amounts = amounts;
  if (!amounts || !edit_prepare(&request, &result, error)) return FALSE;
  g_auto(GStrv) notes = edit_notes(&request, &result);
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  gboolean done = edit_run(engine, &request, &result, error);
  g_auto(GStrv) findings = done ? edit_findings(&result) : NULL;
  for (gchar **finding = findings; finding && *finding; finding++) cli_note("%s", *finding);
  if (done && !square) {
    request.target.placement = &result.placement;
    cli_edit_say_reason(engine, &request);
  }
  done = done && (square ? square_write(engine, result.image, target->depth, apply->output, error)
                                : write_picture(apply, engine, target, &result, error));
  edit_result_clear(&result);
  return done;
}

static gboolean check(Apply *apply, Place *place, GError **error) {
  if (!apply->directions) cli_usage(error, _("Which way? Name a direction with --direction."));
  else if (apply->mask && (apply->raw || is_tensor_path(apply->output)))
    cli_usage(error, _("--mask works on pictures, not on the model's own square."));
  else
    return cli_read_place("--placement", apply->placement, apply->target, FALSE, PLACE_CENTRE, place, error) &&
           cli_need_output(apply->output, error) && output_check(apply->output, error) &&
           cli_feather(apply->softness, &apply->feather, error) &&
           cli_check_range("--detail", apply->detail, 0, 100, error) &&
           cli_check_page("--page", apply->page, apply->target, error) &&
           (!apply->mask || cli_check_page("--mask-page", apply->mask_page, apply->mask, error));
  return FALSE;
}

static gboolean run(Apply *apply, GError **error) {
  g_autoptr(Engine) engine = NULL;
  g_autoptr(GeglBuffer) mask = NULL;
  Place place = { 0 };
  Input target = { 0 };
  if (!check(apply, &place, error)) return FALSE;
  picture_init();
  gboolean done = (!is_tensor_path(apply->target) || cli_open(&engine, apply->model, error)) &&
                  input_read(&target, engine, apply->target, apply->page, FALSE, error);
  if (done && apply->mask) {
    const GeglRectangle *extent = gegl_buffer_get_extent(target.picture.buffer);
    mask = picture_load_mask(apply->mask, apply->mask_page, extent->width, extent->height, error);
    done = mask != NULL;
  }
  done = done && (engine || cli_open_for(&engine, apply->model, &(EditRequest){ .target = target.picture }, error)) &&
         adjust(apply, engine, &target, mask, &place, error);
  input_clear(&target);
  return done;
}

static gboolean run_apply(const Command *command, gchar **arguments, GError **error) {
  Apply apply = { .amount = 1, .detail = 50 };
  const GOptionEntry entries[] = {
    { "direction", 0, 0, G_OPTION_ARG_STRING_ARRAY, &apply.directions,
      N_("A direction of the model, or a file that holds one; several may be given, each as NAME=AMOUNT"), "NAME|D.safetensors" },
    { "amount", 0, 0, G_OPTION_ARG_DOUBLE, &apply.amount,
      N_("How far: 1 leads from the pictures without the thing to those with it (default), -1 back"), "X" },
    { "from", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &apply.files,
      N_("A file with directions beside the model's own; may be given more than once"), "D.safetensors" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &apply.mask, N_("White where it shall change, as large as the picture; else everywhere"),
      N_("PICTURE") },
    { "feather", 0, 0, G_OPTION_ARG_STRING, &apply.softness, CLI_FEATHER_HELP, "auto|PX" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &apply.detail,
      N_("From 0, the model's drawing alone, to 100, all lines and grain of the picture (50)"), "PERCENT" },
    { "placement", 0, 0, G_OPTION_ARG_STRING, &apply.placement,
      N_("Where the model looks: centre and side of its square, in the picture's pixels, and by how many degrees it is turned"),
      "X,Y,SIDE[,ANGLE]" },
    CLI_PAGE(apply.page),
    { "mask-page", 0, 0, G_OPTION_ARG_INT, &apply.mask_page, N_("The same of the mask"), "N" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &apply.raw, N_("Write the model's own S x S square"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &apply.output, N_("The picture"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (given) {
    apply.model = given[0];
    apply.target = given[1];
  }
  const gboolean done = given && run(&apply, error);
  g_strfreev(apply.files);
  g_strfreev(apply.directions);
  g_free(apply.mask);
  g_free(apply.placement);
  g_free(apply.softness);
  g_free(apply.output);
  return done;
}

const Command command_apply = {
  "apply", N_("MODEL PICTURE --direction NAME [--amount X] -o PICTURE"), N_("Change a picture along directions that a model has learnt."),
  "  stylemap apply toon-portraits-128 me.png --direction beard -o bearded.png\n"
  "  stylemap apply \"\" me.jpg --direction smile.safetensors --amount 0.7 --mask mouth.png --feather 8 -o smiling.jpg\n",
  run_apply,
};
