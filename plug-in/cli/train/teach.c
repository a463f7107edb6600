/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train --samples, see train.h. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "host/say.h"
#include "cli/train/train.h"

typedef struct {
  Run *run;
  gint64 started; /* when the first step began */
  gint taught;    /* steps */
  gboolean broken; /* the losses are no numbers */
  GError *unread;  /* why a picture cannot be had */
} Lesson;

static int give_picture(void *data, uint64_t index, int mirrored, float *image) {
  Lesson *lesson = data;
  return !cache_image(&lesson->run->pictures, index, mirrored, image, &lesson->unread);
}

static int show_samples(void *data, int step, double critic, double mapping) {
  const gboolean terminal = isatty(STDERR_FILENO);
  Lesson *lesson = data;
  const gint steps = lesson->run->options.samples;
  lesson->taught = MAX(step, 0);
  if (step > 0 && !(isfinite(critic) && isfinite(mapping))) lesson->broken = TRUE;
  if (lesson->broken || progress_interrupted()) return 1;
  if (step <= 0) lesson->started = g_get_monotonic_time();
  if (step % (terminal ? 10 : step > 0 ? 100 : 1000) != 0) return 0;
  g_autofree gchar *line = NULL;
  if (step > 0) {
    const gdouble each = (gdouble)(g_get_monotonic_time() - lesson->started) / G_TIME_SPAN_SECOND / step;
    g_autofree gchar *left = run_duration(each * (steps - step));
    line = g_strdup_printf(_("samples, step %d of %d: critic %.3f, mapping network %.3f, %s left"), step, steps, critic,
                           mapping, left);
  } else {
    line = g_strdup_printf(_("stylemaps of %d pictures to go"), -step);
  }
  progress_line(line);
  return 0;
}

gboolean teach_samples(Run *run, GError **error) {
  Lesson lesson = { .run = run, .started = g_get_monotonic_time() };
  const stylemap_samples_options options = { run->options.samples, run->pictures.count, give_picture, show_samples,
                                             &lesson };
  stylemap_error core;
  Measure measure;
  const stylemap_status status = stylemap_trainer_samples(run->trainer, &options, &core);
  if (lesson.unread) {
    g_propagate_error(error, lesson.unread);
    return FALSE;
  }
  if (!say_status(status, &core, error)) return FALSE;
  if (lesson.broken) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The losses of the samples are no numbers any more; the run is as it was before."));
    return FALSE;
  }
  if (!lesson.taught && (options.steps || progress_interrupted())) return progress_go_on(error);
  if (!run_put_aside(run, error) || !run_save(run, error) || !run_report(run, &measure, error)) return FALSE;
  run_tell_end(run);
  return progress_go_on(error);
}
