/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap interpolate, stylemap sample: rows of pictures, named by a pattern. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/edit.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/mix.h"
#include "host/words.h"

/* Where each picture of a row goes. FALSE where a name is no output, or the first cannot be written. */
static gboolean check_row(const gchar *output, gint count, Pattern *pattern, GError **error) {
  if (!cli_need_output(output, error) || !pattern_parse(output, count, pattern, error)) return FALSE;
  g_autofree gchar *first = pattern_path(pattern, 1);
  return output_check(first, error);
}

typedef struct {
  const Engine *engine;
  const Pattern *pattern;
  gint depth;
} Row;

/* An EditTake. */
static gboolean write_row(gpointer data, gint n, const gfloat *image, GError **error) {
  const Row *row = data;
  g_autofree gchar *path = pattern_path(row->pattern, n + 1);
  return square_write(row->engine, image, row->depth, path, error);
}

/* ------------------------------------------------------------------------------------- interpolate */

typedef struct {
  gint frames, pages[2];
  stylemap_space space;
  Easing easing;
  Place places[2];
  gboolean whole;
  gdouble detail; /* percent; -1: not given */
} Interpolation;

enum { USUAL_DETAIL = 50 }; /* as in GIMP */

static void say_findings(const Engine *engine, const EditRequest *request, const EditResult *result) {
  cli_say_findings(engine, result, request->references[0].picture.find == FIND_AUTO);
}

/* Each frame in a copy of A; one by one, since as layers all of them may not find room. */
static gboolean draw_whole(Engine *engine, const EditRequest *request, const Input *a, const Pattern *pattern, GError **error) {
  EditRequest one = *request;
  gboolean done = TRUE;
  for (gint n = 0; n < request->frames && done; n++) {
    EditResult result = { 0 };
    Input frame = *a;
    g_autofree gchar *path = pattern_path(pattern, n + 1);
    one.single = n + 1;
    engine_run(engine, n, request->frames);
    if (!edit_run(engine, &one, &result, error)) return FALSE;
    if (!n) say_findings(engine, request, &result);
    frame.picture.buffer = gegl_buffer_dup(a->picture.buffer);
    layer_composite(frame.picture.buffer, result.layers[0], result.mask.weights, &result.mask.bounds, FALSE);
    done = input_save(engine, &frame, path, error);
    if (done && !n) input_note(&frame, path);
    g_object_unref(frame.picture.buffer);
    edit_result_clear(&result);
  }
  return done;
}

static gboolean draw_squares(Engine *engine, EditRequest *request, const Input *a, const Pattern *pattern, GError **error) {
  EditResult result = { 0 };
  Row row = { engine, pattern, a->depth };
  request->squares = TRUE;
  request->take = write_row;
  request->take_data = &row;
  if (!edit_run(engine, request, &result, error)) return FALSE;
  say_findings(engine, request, &result);
  edit_result_clear(&result);
  return TRUE;
}

static gboolean interpolate(Engine *engine, gchar **pictures, const Interpolation *options, const Pattern *pattern, GError **error) {
  Input a = { 0 }, b = { 0 };
  stylemap_placement at[2] = { 0 };
  gboolean done = input_read(&a, engine, pictures[0], options->pages[0], TRUE, error) &&
                  input_read(&b, engine, pictures[1], options->pages[1], TRUE, error);
  if (done) {
    input_place(&a, &options->places[0], NULL, &at[0]);
    input_place(&b, &options->places[1], &at[0], &at[1]);
    const EditReference last = { .picture = b.picture, .as_placed = options->places[1].kind == PLACE_AS_PLACED };
    EditRequest request = { .kind = EDIT_INTERPOLATE, .target = a.picture, .references = &last, .n_references = 1,
                            .edit.space = options->space, .frames = options->frames, .easing = options->easing };
    if (options->whole) request.heal.detail = (options->detail == -1 ? USUAL_DETAIL : options->detail) / 100;
    done = options->whole ? draw_whole(engine, &request, &a, pattern, error) : draw_squares(engine, &request, &a, pattern, error);
  }
  input_clear(&a);
  input_clear(&b);
  return done;
}

/* What hangs on the pictures' names. */
static gboolean check_interpolation(const Interpolation *options, gchar **pictures, const gchar *output, GError **error) {
  if (!options->whole && options->detail != -1)
    cli_usage(error, _("--detail is what the pictures show beyond the model's own square, which has none: it belongs to --whole."));
  else if (options->whole && (is_tensor_path(pictures[0]) || is_tensor_path(output)))
    cli_usage(error, _("--whole draws into copies of the picture A, and a tensor is the model's square alone."));
  else if (options->places[0].kind == PLACE_SELECTION)
    cli_usage(error, _("--placement selection is around a mask, and there is none here."));
  else if (options->places[1].kind == PLACE_AS_PLACED && is_tensor_path(pictures[0]))
    cli_usage(error, _("--b-placement as-placed is as A's, and a tensor is the model's square already."));
  else return TRUE;
  return FALSE;
}

static gboolean run_interpolate(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL, *space_name = NULL, *easing_name = NULL, *place = NULL, *b_place = NULL;
  Interpolation options = { .detail = -1 };
  const GOptionEntry entries[] = {
    { "frames", 0, 0, G_OPTION_ARG_INT, &options.frames, N_("How many pictures, the first is A's and the last B's"), "N" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &space_name, N_("Where to interpolate: w (the paper) or w+"), "w|w+" },
    { "easing", 0, 0, G_OPTION_ARG_STRING, &easing_name,
      N_("At even steps (linear), or slowly away and slowly there (smooth)"), "linear|smooth" },
    { "whole", 0, 0, G_OPTION_ARG_NONE, &options.whole, N_("Frames as large as A, drawn into copies of it, not the model's own square"),
      NULL },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &options.detail,
      N_("With --whole: how much of what both pictures show beyond the model's resolution stays where a frame looks like them, from 0 "
         "to 100 (50)"), "PERCENT" },
    { "placement", 0, 0, G_OPTION_ARG_STRING, &place,
      N_("Where the model looks in A: centre and side of its square, in pixels, and by how many degrees it is turned; or centre "
         "(default), bounds, faces, model, auto, or points, as for transplant"), "X,Y,SIDE[,ANGLE]" },
    { "b-placement", 0, 0, G_OPTION_ARG_STRING, &b_place, N_("The same of B; or as-placed: as A's"), "X,Y,SIDE[,ANGLE]" },
    { "mirror", 0, 0, G_OPTION_ARG_NONE, &options.places[1].mirror, N_("Exchange B's left and right"), NULL },
    CLI_PAGE_A_AND_B(options.pages),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Their names, with %d or %0Nd for the number"),
      N_("PATTERN") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 3, error);
  gint space = STYLEMAP_SPACE_W, easing = EASING_LINEAR;
  Pattern pattern = { 0 };
  if (!given || !cli_word("--space", space_name, words_spaces, &space, error) ||
      !cli_word("--easing", easing_name, words_easings, &easing, error) ||
      !cli_check_range("--detail", options.detail == -1 ? 0 : options.detail, 0, 100, error) ||
      !cli_read_place("--placement", place, given[1], FALSE, PLACE_CENTRE, &options.places[0], error) ||
      !cli_read_place("--b-placement", b_place, given[2], TRUE, PLACE_CENTRE, &options.places[1], error) ||
      !cli_check_page("--page", options.pages[0], given[1], error) || !cli_check_page("--b-page", options.pages[1], given[2], error))
    return FALSE;
  options.space = (stylemap_space)space;
  options.easing = (Easing)easing;
  if (options.frames < 2 || options.frames > EDIT_MOST_FRAMES) {
    cli_usage(error, _("--frames must be given, from 2 to %d."), EDIT_MOST_FRAMES);
    return FALSE;
  }
  g_autoptr(Engine) engine = NULL;
  gboolean done = check_row(output, options.frames, &pattern, error) && check_interpolation(&options, given + 1, output, error) &&
                  cli_open(&engine, given[0], error) && interpolate(engine, given + 1, &options, &pattern, error);
  pattern_clear(&pattern);
  return done;
}

const Command command_interpolate = {
  "interpolate", N_("MODEL A B --frames N -o PATTERN"), N_("Make a row of pictures that leads from A to B."),
  "  stylemap interpolate toon-portraits-128 a.png b.png --frames 16 -o frame-%02d.png\n"
  "  stylemap interpolate toon-portraits-128 a.png b.png --frames 16 --whole --placement auto --b-placement auto -o frame-%02d.png\n",
  run_interpolate,
};

/* ------------------------------------------------------------------------------------------ sample */

typedef struct {
  gint64 seed;
  gint count;
  gdouble truncation;
  const gchar *z_file;
} SampleOptions;

static gboolean sample(Engine *engine, const SampleOptions *options, const Pattern *pattern, GError **error) {
  gint dim = engine->info->latent_channel_size;
  Row row = { engine, pattern, 8 };
  if (!options->z_file)
    return mix_samples(engine, (guint64)options->seed, options->count, options->truncation, write_row, &row, error);
  g_autofree gfloat *z = g_new(gfloat, (gsize)dim), *image = engine_new_image(engine);
  return tensor_read(options->z_file, "z", (gint[]){ 1, dim, 0 }, z, error) &&
         engine_part(engine, STYLEMAP_PHASE_MAP, 0, 1, error) &&
         engine_sample(engine, z, options->truncation, image, error) && write_row(&row, 0, image, error);
}

static gboolean run_sample(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL, *z_file = NULL;
  SampleOptions options = { 0, 1, 0.7, NULL };
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_("Which pictures; the same on every machine (0)"), "N" },
    { "count", 0, 0, G_OPTION_ARG_INT, &options.count, N_("How many (1)"), "N" },
    { "truncation", 0, 0, G_OPTION_ARG_DOUBLE, &options.truncation,
      N_("Nearer to the mean picture (0) or freer (1); 0.7"), "T" },
    { "z", 0, 0, G_OPTION_ARG_FILENAME, &z_file, N_("The noise itself, a tensor \"z\", in place of a seed"),
      N_("FILE.safetensors") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Their names, with %d or %0Nd for the number"),
      N_("PATTERN") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 1, error);
  Pattern pattern = { 0 };
  if (!given || !cli_check_range("--truncation", options.truncation, -10, 10, error)) return FALSE;
  if (options.count < 1 || options.count > 100000 || options.seed < 0) {
    cli_usage(error, options.seed < 0 ? _("--seed must be 0 or more.") : _("--count must be 1 or more."));
    return FALSE;
  }
  if (z_file && (options.count != 1 || options.seed != 0)) {
    cli_usage(error, _("--z is one picture's noise: it takes neither --seed nor --count."));
    return FALSE;
  }
  options.z_file = z_file;
  g_autoptr(Engine) engine = NULL;
  gboolean done = check_row(output, options.count, &pattern, error) && cli_open(&engine, given[0], error) &&
                  sample(engine, &options, &pattern, error);
  pattern_clear(&pattern);
  return done;
}

const Command command_sample = {
  "sample", N_("MODEL -o PATTERN"), N_("Make pictures that never were."),
  "  stylemap sample toon-portraits-128 -o one.png\n"
  "  stylemap sample toon-portraits-128 --seed 7 --count 20 -o toon-%03d.png\n",
  run_sample,
};
