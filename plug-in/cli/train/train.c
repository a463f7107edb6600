/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: the loop of a run, see train.h. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "host/say.h"
#include "cli/train/train.h"

typedef struct {
  gdouble rate;       /* images a second, smoothed */
  gint64 started;     /* when this process took its first step, for the time left */
  guint64 started_at; /* and at which iteration */
} Pace;

static void show(const Run *run, Pace *pace, gdouble took, const stylemap_train_losses *losses) {
  const guint64 iteration = stylemap_trainer_iteration(run->trainer), last = run->options.iterations;
  const gdouble rate = run->options.train.batch / fmax(took, 1e-9);
  pace->rate = pace->rate > 0 ? 0.9 * pace->rate + 0.1 * rate : rate;
  if (!isatty(STDERR_FILENO) && iteration % 100 != 0) return;
  g_autofree gchar *line = NULL;
  if (last > 0) {
    const gdouble each = (gdouble)(g_get_monotonic_time() - pace->started) / G_TIME_SPAN_SECOND /
                         (gdouble)(iteration - pace->started_at);
    g_autofree gchar *left = run_duration(each * (gdouble)(last - iteration));
    line = g_strdup_printf(_("iteration %llu of %llu: %.2f images/s, mse %.5f, %s left"), (unsigned long long)iteration,
                           (unsigned long long)last, pace->rate, losses->mse, left);
  } else {
    line = g_strdup_printf(_("iteration %llu: %.2f images/s, mse %.5f"), (unsigned long long)iteration, pace->rate,
                           losses->mse);
  }
  progress_line(line);
}

/* Puts pairs in the place of pictures, where the trainer wants some. */
static gboolean take_pairs(Run *run, const guchar *mirrored, gfloat *images, GError **error) {
  const stylemap_train_options *t = &run->options.train;
  const gsize each = 3 * (gsize)t->size * (gsize)t->size;
  const gint batch = t->batch / train_share.ranks;
  g_autofree gint64 *indices = g_new(gint64, (gsize)batch);
  g_autofree gfloat *collage = g_new(gfloat, each);
  stylemap_error core;
  if (!run->pairs.count) return TRUE;
  if (!say_status(stylemap_trainer_draw_pairs(run->trainer, run->pairs.count / 2, indices, &core), &core, error))
    return FALSE;
  for (gint i = 0; i < batch; i++) {
    if (indices[i] < 0) continue;
    const guint64 at = 2 * (guint64)indices[i];
    if (!cache_image(&run->pairs, at, mirrored[i], images + each * (gsize)i, error) ||
        !cache_image(&run->pairs, at + 1, mirrored[i], collage, error) ||
        !say_status(stylemap_trainer_show(run->trainer, i, collage, &core), &core, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean step(Run *run, Pace *pace, gfloat *images, GError **error) {
  const stylemap_train_options *t = &run->options.train;
  const gsize each = 3 * (gsize)t->size * (gsize)t->size;
  const gint batch = t->batch / train_share.ranks;
  g_autofree guint64 *indices = g_new(guint64, (gsize)batch);
  g_autofree guchar *mirrored = g_new(guchar, (gsize)batch);
  stylemap_train_losses losses;
  stylemap_error core;
  if (!say_status(stylemap_trainer_draw(run->trainer, run->pictures.count, indices, mirrored, &core), &core, error))
    return FALSE;
  for (gint i = 0; i < batch; i++)
    if (!cache_image(&run->pictures, indices[i], mirrored[i], images + each * (gsize)i, error)) return FALSE;
  if (!take_pairs(run, mirrored, images, error)) return FALSE;
  const gint64 before = g_get_monotonic_time();
  if (!say_status(stylemap_trainer_step(run->trainer, images, &losses, &core), &core, error)) return FALSE;
  const gdouble took = (gdouble)(g_get_monotonic_time() - before) / G_TIME_SPAN_SECOND;
  log_add(&run->log, &losses, took);
  if (run_writes()) show(run, pace, took, &losses);
  if (isfinite(losses.mse) && isfinite(losses.d_adversarial)) return TRUE;
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
              _("The losses are no numbers any more. Go on from the last state with a smaller --rate."));
  return FALSE;
}

/* State, model, sheet, a line of the log and the plot. */
static gboolean report(Run *run, GError **error) {
  Measure measure;
  if (!run_save(run, error)) return FALSE; /* before anything that may fail */
  if (!run_report(run, &measure, error)) return FALSE;
  if (run->log.summed)
    log_write(&run->log, stylemap_trainer_iteration(run->trainer), run->options.train.batch, &measure);
  return run_plot(run, error);
}

/* FALSE where a run was ended between its last state and its model. */
static gboolean has_model(const Run *run) {
  g_autofree gchar *model = run_file(run, "model.safetensors");
  return g_file_test(model, G_FILE_TEST_EXISTS);
}

static gboolean train(Run *run, GError **error) {
  const RunOptions *o = &run->options;
  const stylemap_train_options *t = &o->train;
  Pace pace = { 0, g_get_monotonic_time(), stylemap_trainer_iteration(run->trainer) };
  g_autofree gfloat *images = g_new(gfloat, 3 * (gsize)t->size * (gsize)t->size * (gsize)t->batch);
  if (run_writes()) run_tell_start(run);
  for (;;) {
    const guint64 iteration = stylemap_trainer_iteration(run->trainer);
    const gboolean ends = (o->iterations > 0 && iteration >= o->iterations) ||
                          run_agree(progress_interrupted() ? 1 : 0) > 0; /* all ranks end at the same step */
    const gboolean moved = run_writes() && (iteration > pace.started_at || (ends && iteration && !has_model(run)));
    if (moved && (ends || iteration % (guint64)o->report_every == 0)) {
      if (!report(run, error)) return FALSE;
    } else if (moved && iteration % (guint64)o->save_every == 0 && !run_save(run, error)) {
      return FALSE;
    }
    if (run->log.summed >= o->log_every && run_writes()) log_write(&run->log, iteration, t->batch, NULL);
    if (ends) break;
    if (!step(run, &pace, images, error)) return FALSE;
  }
  if (run_writes()) run_tell_end(run);
  return progress_go_on(error);
}

static gboolean run_train(const Command *command, gchar **arguments, GError **error) {
  Run run = { .lock = -1 };
  const gboolean done = options_parse(command, arguments, &run.options, error) && run_open(&run, error) &&
                        (run.options.export_path ? run_export(&run, run.options.export_path, NULL, error)
                         : run.options.samples >= 0  ? teach_samples(&run, error)
                                                 : train(&run, error));
  run_close(&run);
  return done;
}

const Command command_train = {
  "train", N_("[DATA_DIR] -o RUN_DIR"), N_("Train a model of your own on a folder of pictures."),
  "  stylemap train portraits -o run --mirror --held-out others --iterations 50000\n"
  "  stylemap train -o run --resume\n"
  "  stylemap train -o run --resume --rate 0.0005 --iterations 80000\n"
  "  stylemap train -o run --resume --samples 10000\n"
  "  stylemap train -o run --resume --export mine.safetensors\n"
  "  stylemap train portraits -o large --from mine.safetensors --size 256\n",
  run_train,
};
