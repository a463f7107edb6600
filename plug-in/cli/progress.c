/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/job.h"

static volatile sig_atomic_t interrupted;

static struct {
  gdouble from, to;
  gint64 shown_at; /* 0: no bar on the screen */
} bar = { 0, 1, 0 };

static void on_signal(int number) {
  interrupted = 1;
}

void progress_catch_signals(void) {
  /* The second signal ends the process at once. */
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  /* A closed terminal hangs up more than once; nohup wants none of it. */
  struct sigaction before;
  action.sa_flags = 0;
  if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
}

gboolean progress_interrupted(void) {
  return interrupted != 0;
}

gboolean progress_go_on(GError **error) {
  if (!interrupted) return TRUE;
  g_set_error_literal(error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Interrupted."));
  return FALSE;
}

void progress_part(gdouble from, gdouble to) {
  bar.from = from;
  bar.to = to;
}

static void show(const gchar *phase, gdouble fraction) {
  enum { WIDTH = 30 };
  gint64 now = g_get_monotonic_time();
  if (common.quiet || !isatty(STDERR_FILENO) || now - bar.shown_at < 50 * G_TIME_SPAN_MILLISECOND) return;
  bar.shown_at = now;
  gdouble whole = CLAMP(bar.from + (bar.to - bar.from) * fraction, 0, 1);
  gchar marks[WIDTH + 1];
  gint full = (gint)(whole * WIDTH + 0.5);
  memset(marks, '#', (gsize)full);
  memset(marks + full, ' ', (gsize)(WIDTH - full));
  marks[WIDTH] = '\0';
  g_printerr("\r[%s] %3d%% %s\033[K", marks, (gint)(whole * 100 + 0.5), phase);
}

int progress_core(void *data, stylemap_phase phase, double fraction) {
  show(say_phase(phase), fraction);
  return interrupted;
}

gboolean progress_job(const gchar *phase, gdouble fraction, gpointer data) {
  show(phase, fraction);
  return !interrupted;
}

void progress_end(void) {
  if (bar.shown_at) g_printerr("\r\033[K");
  bar.shown_at = 0;
}
