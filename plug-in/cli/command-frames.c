/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap interpolate, stylemap sample: rows of pictures, named by a pattern. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/cli.h"
#include "cli/edit-options.h"
#include "host/job.h"

/* Where each picture of a row goes. FALSE where a name is no output, or the first cannot be written. */
static gboolean check_row(const gchar *output, gint count, Pattern *pattern, GError **error) {
  if (!cli_need_output(output, error) || !pattern_parse(output, count, pattern, error)) return FALSE;
  g_autofree gchar *first = pattern_path(pattern, 1);
  return output_check(first, error);
}

static gboolean write_row(const Net *net, const Pattern *pattern, gint number, const stylemap_pyramid *pyramid,
                          gint depth, GError **error) {
  g_autofree gchar *path = pattern_path(pattern, number);
  return pyramid_write(net, pyramid, depth, path, error);
}

/* ------------------------------------------------------------------------------------- interpolate */

typedef struct {
  gfloat *maps[2], *between;
  stylemap_pyramid *ends[2], *frame;
} Row;

static void row_clear(Row *row) {
  for (guint i = 0; i < 2; i++) {
    g_free(row->maps[i]);
    stylemap_pyramid_free(row->ends[i]);
  }
  g_free(row->between);
  stylemap_pyramid_free(row->frame);
}

static stylemap_status make_frame(const Net *net, Row *row, stylemap_space space, gdouble t, stylemap_error *core) {
  if (space == STYLEMAP_SPACE_W_PLUS) return stylemap_lerp(row->ends[0], row->ends[1], t, row->frame, core);
  for (gsize n = 0; n < net->stylemap_count; n++) {
    gdouble a = row->maps[0][n], b = row->maps[1][n];
    row->between[n] = (gfloat)(a + t * (b - a));
  }
  return stylemap_resize(net->session, row->between, row->frame, core);
}

static gboolean interpolate(const Net *net, Row *row, gchar **pictures, const gint *pages, stylemap_space space, gint frames,
                            const Pattern *pattern, GError **error) {
  stylemap_error core;
  gint depth = 8;
  for (guint i = 0; i < 2; i++) {
    progress_part(0.1 + 0.1 * i, 0.2 + 0.1 * i);
    row->maps[i] = square_encode(net, pictures[i], pages[i], i ? NULL : &depth, error);
    if (!row->maps[i]) return FALSE;
    if (space == STYLEMAP_SPACE_W_PLUS &&
        (stylemap_pyramid_new(net->model, &row->ends[i], &core) != STYLEMAP_OK ||
         stylemap_resize(net->session, row->maps[i], row->ends[i], &core) != STYLEMAP_OK))
      goto failed;
  }
  row->between = g_new(gfloat, net->stylemap_count);
  if (stylemap_pyramid_new(net->model, &row->frame, &core) != STYLEMAP_OK) goto failed;
  for (gint k = 0; k < frames; k++) {
    progress_part(0.3 + 0.7 * k / frames, 0.3 + 0.7 * (k + 1) / frames);
    if (make_frame(net, row, space, (gdouble)k / (frames - 1), &core) != STYLEMAP_OK) goto failed;
    if (!write_row(net, pattern, k + 1, row->frame, depth, error)) return FALSE;
  }
  return TRUE;
failed:
  say_error(error, &core);
  return FALSE;
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
  stylemap_space space = STYLEMAP_SPACE_W;
  Pattern pattern = { 0 };
  if (!given || !edit_parse_space(space_name, &space, error) ||
      !cli_check_page("--page", pages[0], given[1], error) || !cli_check_page("--b-page", pages[1], given[2], error))
    return FALSE;
  if (frames < 2 || frames > 100000) {
    cli_usage(error, _("--frames must be given, from 2 to 100000."));
    return FALSE;
  }
  Net net = { 0 };
  Row row = { 0 };
  progress_part(0, 0.1);
  gboolean done = check_row(output, frames, &pattern, error) && net_open(&net, given[0], error) &&
                  interpolate(&net, &row, given + 1, pages, space, frames, &pattern, error);
  row_clear(&row);
  net_close(&net);
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

static gboolean sample(const Net *net, const SampleOptions *options, const Pattern *pattern, GError **error) {
  stylemap_error core;
  gint dim = net->info->latent_channel_size;
  gboolean done = FALSE;
  stylemap_pyramid *pyramid = NULL;
  g_autofree gfloat *z = g_new(gfloat, (gsize)dim), *map = g_new(gfloat, net->stylemap_count), *mean = NULL;
  if (stylemap_pyramid_new(net->model, &pyramid, &core) != STYLEMAP_OK) goto failed;
  if (options->truncation != 1) { /* at 1 the mean has no say */
    mean = g_new(gfloat, net->stylemap_count);
    if (stylemap_mean(net->session, mean, &core) != STYLEMAP_OK) goto failed;
  }
  for (gint k = 0; k < options->count; k++) {
    progress_part(0.1 + 0.9 * k / options->count, 0.1 + 0.9 * (k + 1) / options->count);
    if (options->z_file) {
      if (!tensor_read(options->z_file, "z", (gint[]){ 1, dim, 0 }, z, error)) goto done;
    } else {
      stylemap_random((guint64)options->seed, (guint64)k, z, dim);
    }
    if (stylemap_map(net->session, z, map, &core) != STYLEMAP_OK) goto failed;
    for (gsize n = 0; mean && n < net->stylemap_count; n++)
      map[n] = (gfloat)(mean[n] + options->truncation * ((gdouble)map[n] - mean[n]));
    if (stylemap_resize(net->session, map, pyramid, &core) != STYLEMAP_OK) goto failed;
    if (!write_row(net, pattern, k + 1, pyramid, 8, error)) goto done;
  }
  done = TRUE;
  goto done;
failed:
  say_error(error, &core);
done:
  stylemap_pyramid_free(pyramid);
  return done;
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
  Net net = { 0 };
  progress_part(0, 0.1);
  gboolean done = check_row(output, options.count, &pattern, error) && net_open(&net, given[0], error) &&
                  sample(&net, &options, &pattern, error);
  net_close(&net);
  pattern_clear(&pattern);
  return done;
}

const Command command_sample = {
  "sample", N_("MODEL -o PATTERN"), N_("Make pictures that never were."),
  "  stylemap sample toon-portraits-128 -o one.png\n"
  "  stylemap sample toon-portraits-128 --seed 7 --count 20 -o toon-%03d.png\n",
  run_sample,
};
