/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap learn-place: a model comes to know where its subject lies, from pictures that it was trained on. */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "cli/train/train.h"
#include "host/models.h"
#include "host/say.h"

typedef struct {
  Cache cache;
  GError *fault; /* of a picture that cannot be read */
} Lessons;

static int give_picture(void *data, uint64_t index, float *image) {
  Lessons *lessons = data;
  return !cache_image(&lessons->cache, index, FALSE, image, &lessons->fault);
}

static int show_learning(void *data, double fraction) {
  progress_bar(_("learning to place"), fraction);
  return progress_interrupted();
}

static gboolean learn(stylemap_model *model, const gchar *folder, const gchar *beside, gint samples, const gchar *output,
                      GError **error) {
  g_autoptr(GHashTable) seen = seen_new();
  g_autoptr(GPtrArray) files = find_pictures(folder, seen, error);
  Lessons lessons = { 0 };
  const gint size = stylemap_model_info(model)->size;
  if (!files || !cache_open(&lessons.cache, beside, folder, files, FALSE, size, error)) return FALSE;
  const stylemap_place_options options = { lessons.cache.count, give_picture, show_learning, &lessons, samples,
                                           common.threads };
  stylemap_place_lesson lesson;
  stylemap_error core;
  const gboolean done = say_status(stylemap_place_learn(model, &options, &lesson, &core), &core, error) &&
                        say_status(stylemap_save(model, output, NULL, NULL, &core), &core, error);
  cache_close(&lessons.cache);
  if (lessons.fault) {
    g_clear_error(error);
    g_propagate_error(error, lessons.fault);
    return FALSE;
  }
  Number half, tenth;
  progress_end();
  if (done)
    g_print(_("Moved pictures are found to %s pixels of %d in the median, %s in nine of ten.\n"),
            cli_number(&half, "%.1f", lesson.half), stylemap_model_info(model)->size,
            cli_number(&tenth, "%.1f", lesson.tenth));
  return done;
}

static gboolean run_learn_place(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL;
  gint samples = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The model with what it has learnt"), "OUT.safetensors" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &samples, N_("How many moved pictures each of three stages looks at (10000)"), "N" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !cli_need_output(output, error) ||
      (samples && !cli_check_range("--samples", samples, 100, 1e7, error)))
    return FALSE;
  if (!is_tensor_path(output)) {
    cli_usage(error, _("The output must end in .safetensors."));
    return FALSE;
  }
  if (!output_check(output, error)) return FALSE;
  g_autofree gchar *path = models_find(given[0], error), *folder = NULL;
  if (!path || !(folder = g_dir_make_tmp("stylemap-XXXXXX", error))) return FALSE;
  g_autofree gchar *pictures = g_build_filename(folder, "pictures.cache", NULL);
  g_autofree gchar *list = g_build_filename(folder, "pictures.txt", NULL);
  stylemap_model *model = NULL;
  stylemap_error core;
  const gboolean done = say_status(stylemap_open(path, 0, progress_show, NULL, &model, &core), &core, error) &&
                        learn(model, given[1], pictures, samples, output, error);
  stylemap_close(model);
  g_unlink(pictures);
  g_unlink(list);
  g_rmdir(folder);
  return done;
}

const Command command_learn_place = {
  "learn-place", N_("MODEL DATA_DIR -o OUT.safetensors"),
  N_("Teach a model to find its subject, from pictures it was trained on."),
  "  stylemap learn-place run/model.safetensors portraits -o faces.safetensors\n",
  run_learn_place,
};
