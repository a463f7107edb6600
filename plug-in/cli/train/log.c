/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: log.csv, see train.h. */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/train/train.h"

#define LOSS(field) { #field, offsetof(stylemap_train_losses, field) }
static const struct {
  const gchar *name;
  gsize offset;
} losses[] = { LOSS(g_adversarial), LOSS(w_reconstruction), LOSS(d_adversarial), LOSS(r1), LOSS(mse),
               LOSS(perceptual), LOSS(edges), LOSS(frequencies), LOSS(in_domain), LOSS(matching), LOSS(features), LOSS(mixtures) };
enum { LOSSES = G_N_ELEMENTS(losses), FIRST = 2, COLUMNS = FIRST + LOSSES + 2 };
static const gchar *const first[FIRST] = { "iteration", "images_per_second" };
static const gchar *const last[2] = { "heldout_mse", "heldout_sharpness" };

static const gchar *column(gint i) {
  return i < FIRST ? first[i] : i < FIRST + LOSSES ? losses[i - FIRST].name : last[i - FIRST - LOSSES];
}

static gdouble *loss_of(stylemap_train_losses *l, gint i) {
  return (gdouble *)((gchar *)l + losses[i].offset);
}

/* A line of an older log, whose columns are `names`, under today's. */
static void keep_line(GString *kept, gchar **names, const gchar *line) {
  g_auto(GStrv) values = g_strsplit(line, ",", -1);
  const guint count = MIN(g_strv_length(names), g_strv_length(values));
  for (gint i = 0; i < COLUMNS; i++) {
    guint at = 0;
    while (at < count && strcmp(names[at], column(i)) != 0) at++;
    g_string_append_printf(kept, "%s%s", i ? "," : "", at < count ? values[at] : "");
  }
  g_string_append_c(kept, '\n');
}

gboolean log_open(TrainLog *log, const gchar *path, guint64 iteration, GError **error) {
  g_autofree gchar *old = NULL;
  GString *kept = g_string_new(NULL);
  for (gint i = 0; i < COLUMNS; i++) g_string_append_printf(kept, "%s%s", i ? "," : "", column(i));
  g_string_append_c(kept, '\n');
  if (g_file_get_contents(path, &old, NULL, NULL)) {
    g_auto(GStrv) lines = g_strsplit(old, "\n", -1);
    g_auto(GStrv) names = g_strsplit(lines[0] ? lines[0] : "", ",", -1);
    if (lines[0] && lines[0][0] && strcmp(names[0], column(0)) != 0) {
      g_string_free(kept, TRUE);
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                  _("%s does not begin with the names of its columns; move it away."), path);
      return FALSE;
    }
    for (gint i = 1; lines[0] && lines[i]; i++)
      if (lines[i][0] && g_ascii_strtoull(lines[i], NULL, 10) <= iteration) keep_line(kept, names, lines[i]);
  }
  gboolean done = g_file_set_contents(path, kept->str, (gssize)kept->len, error);
  g_string_free(kept, TRUE);
  if (!done) return FALSE;
  log->file = fopen(path, "ae");
  if (log->file) return TRUE;
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror(errno));
  return FALSE;
}

void log_close(TrainLog *log) {
  if (log->file) fclose(log->file);
  log->file = NULL;
}

void log_add(TrainLog *log, const stylemap_train_losses *found, gdouble seconds) {
  stylemap_train_losses l = *found;
  for (gint i = 0; i < LOSSES; i++) *loss_of(&log->sum, i) += *loss_of(&l, i);
  log->with_r1 += l.r1 > 0;
  log->summed++;
  log->seconds += seconds;
}

void log_write(TrainLog *log, guint64 iteration, gint batch, const Measure *measure) {
  Number number;
  fprintf(log->file, "%" G_GUINT64_FORMAT ",%s", iteration,
          cli_number(&number, "%.3f", log->summed * batch / fmax(log->seconds, 1e-9)));
  for (gint i = 0; i < LOSSES; i++) {
    const gdouble *sum = loss_of(&log->sum, i);
    const gint steps = sum == &log->sum.r1 ? MAX(log->with_r1, 1) : log->summed;
    fprintf(log->file, ",%s", *sum != 0 ? cli_number(&number, "%.6g", *sum / steps) : "");
  }
  for (gint i = 0; i < 2; i++) {
    gdouble v = !measure ? -1 : i ? measure->sharpness : measure->mse;
    fprintf(log->file, ",%s", v >= 0 ? cli_number(&number, "%.6g", v) : "");
  }
  fputc('\n', log->file);
  fflush(log->file);
  log->sum = (stylemap_train_losses){ 0 };
  log->summed = log->with_r1 = 0;
  log->seconds = 0;
}
