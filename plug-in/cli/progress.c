/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/say.h"

static volatile sig_atomic_t interrupted;

static gint64 shown_at; /* 0: no bar on the screen */

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

void progress_bar(const gchar *what, gdouble fraction) {
  enum { WIDTH = 30 };
  gint64 now = g_get_monotonic_time();
  if (common.quiet || !isatty(STDERR_FILENO) || now - shown_at < 50 * G_TIME_SPAN_MILLISECOND) return;
  shown_at = now;
  gdouble whole = CLAMP(fraction, 0, 1);
  gchar marks[WIDTH + 1];
  gint full = (gint)(whole * WIDTH + 0.5);
  memset(marks, '#', (gsize)full);
  memset(marks + full, ' ', (gsize)(WIDTH - full));
  marks[WIDTH] = '\0';
  g_printerr("\r[%s] %3d%% %s\033[K", marks, (gint)(whole * 100 + 0.5), what);
}

int progress_show(void *data, stylemap_phase phase, double fraction) {
  progress_bar(say_phase(phase), fraction);
  return interrupted;
}

int progress_quiet(void *data, stylemap_phase phase, double fraction) {
  return interrupted;
}

void progress_line(const gchar *text) {
  if (common.quiet) return;
  if (!isatty(STDERR_FILENO)) {
    g_printerr("%s\n", text);
    return;
  }
  shown_at = g_get_monotonic_time();
  g_printerr("\r%s\033[K", text);
}

void progress_end(void) {
  if (shown_at) g_printerr("\r\033[K");
  shown_at = 0;
}
