/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/progress.h"
#include "gimp/compat.h"
#include "host/say.h"
#include <glib/gi18n-lib.h>

#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 8)
#define WORTH_TELLING 3 /* seconds */

/* What is left by what it took so far; 0: too little, or too early to say. */
static gint seconds_left(const Progress *progress, gint64 now, gdouble fraction) {
  gdouble passed = (gdouble)(now - progress->begun) / G_USEC_PER_SEC, left = passed * (1 - fraction) / MAX(fraction, 1e-6);

  return passed > 1 && fraction > 0.05 && left > WORTH_TELLING ? (gint)(left + 0.5) : 0;
}

static void show_text(Progress *progress, stylemap_phase phase, gint left) {
  gchar *what = progress->frames ? g_strdup_printf(_("Frame %d of %d"), progress->frame + 1, progress->frames) : g_strdup(say_phase(phase));
  gchar *text = left ? g_strdup_printf(_("%s: about %d s left"), what, left) : g_strdup(what);

  gimp_progress_set_text(text);
  g_free(what);
  g_free(text);
  progress->phase = (gint)phase;
  progress->left = left;
}

int progress_show(void *data, stylemap_phase phase, double fraction) {
  Progress *progress = data;
  gint64 now = g_get_monotonic_time();
  gint left;

  fraction = progress->from + (progress->to - progress->from) * CLAMP(fraction, 0, 1);
  left = seconds_left(progress, now, fraction);

  if ((gint)phase == progress->phase && now < progress->next)
    return 0;
  if ((gint)phase != progress->phase || left != progress->left)
    show_text(progress, phase, left);
  progress->next = now + PROGRESS_INTERVAL;
  gimp_progress_update(progress->share * fraction);
  return 0; /* cancelling in GIMP ends this process */
}

void progress_part(Progress *progress, gint n, gint count, gdouble from, gdouble to) {
  progress->frame = n;
  progress->frames = count;
  progress->from = from;
  progress->to = to;
  progress->phase = -1;
}

void progress_start(Progress *progress, const gchar *title, gdouble share) {
  *progress = (Progress){.share = share, .to = 1, .phase = -1, .begun = g_get_monotonic_time()};
  gimp_progress_init(title);
}
