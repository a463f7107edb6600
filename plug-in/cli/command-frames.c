/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap interpolate, stylemap sample: rows of pictures, named by a pattern. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/cli.h"
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

static gboolean interpolate(Engine *engine, gchar **pictures, const gint *pages, stylemap_space space,
                            gint frames, const Pattern *pattern, GError **error) {
  Input a = { 0 }, b = { 0 };
  EditResult result = { 0 };
  gboolean done =
    input_read(&a, engine, pictures[0], pages[0], TRUE, error) &&
    input_read(&b, engine, pictures[1], pages[1], TRUE, error);
  if (done) {
    const EditReference last = { .picture = b.picture };
    Row row = { engine, pattern, a.depth };
    const EditRequest request = { .kind = EDIT_INTERPOLATE, .target = a.picture, .references = &last,
                                  .n_references = 1, .edit.space = space, .frames = frames, .squares = TRUE,
                                  .take = write_row, .take_data = &row };
    done = edit_run(engine, &request, &result, error);
    edit_result_clear(&result);
  }
  input_clear(&a);
  input_clear(&b);
  return done;
}

static gboolean run_interpolate(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL, *space_name = NULL;
  gint frames = 0, pages[2] = { 0 };
  const GOptionEntry entries[] = {
    { "frames", 0, 0, G_OPTION_ARG_INT, &frames, N_("How many pictures, the first is A's and the last B's"), "N" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &space_name, N_("Where to interpolate: w (the paper) or w+"), "w|w+" },
    CLI_PAGE_A_AND_B(pages),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Their names, with %d or %0Nd for the number"),
      N_("PATTERN") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 3, error);
  gint space = STYLEMAP_SPACE_W;
  Pattern pattern = { 0 };
  if (!given || !cli_word("--space", space_name, words_spaces, &space, error) ||
      !cli_check_page("--page", pages[0], given[1], error) || !cli_check_page("--b-page", pages[1], given[2], error))
    return FALSE;
  if (frames < 2 || frames > EDIT_MOST_FRAMES) {
    cli_usage(error, _("--frames must be given, from 2 to %d."), EDIT_MOST_FRAMES);
    return FALSE;
  }
  g_autoptr(Engine) engine = NULL;
  gboolean done = check_row(output, frames, &pattern, error) && cli_open(&engine, given[0], error) &&
                  interpolate(engine, given + 1, pages, (stylemap_space)space, frames, &pattern, error);
  pattern_clear(&pattern);
  return done;
}

const Command command_interpolate = {
  "interpolate", N_("MODEL A B --frames N -o PATTERN"), N_("Make a row of pictures that leads from A to B."),
  "  stylemap interpolate toon-portraits-128 a.png b.png --frames 16 -o frame-%02d.png\n",
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
