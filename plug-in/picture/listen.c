/* SPDX-License-Identifier: GPL-3.0-or-later
 * GEGL's file operations report a failure by a warning, or by a line on stderr, and then succeed. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "picture/form.h"

static struct {
  GMutex lock;
  gchar *first;
  gboolean listening;
  int stderr_copy;
  GPrintFunc printerr;
} listener;

static void note(const gchar *text) {
  g_mutex_lock(&listener.lock);
  if (!listener.first) listener.first = g_strstrip(g_strdup(text));
  g_mutex_unlock(&listener.lock);
}

static GLogWriterOutput on_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data) {
  if (!listener.listening) return g_log_writer_default(level, fields, count, data);
  const gchar *message = "";
  for (gsize i = 0; i < count; i++)
    if (g_strcmp0(fields[i].key, "MESSAGE") == 0) message = fields[i].value;
  /* Profiles that babl does not know are no damage: the numbers are read as sRGB, and the profile is kept. */
  if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) && !strstr(message, " icc"))
    note(message);
  return G_LOG_WRITER_HANDLED;
}

static void on_printerr(const gchar *text) {
  note(text);
}

void picture_listen(void) {
  static gsize once;
  if (g_once_init_enter(&once)) {
    g_log_set_writer_func(on_log, NULL, NULL); /* once in a process: the command's own */
    g_once_init_leave(&once, 1);
  }
  listener.listening = TRUE;
  /* libpng and others write remarks straight to stderr, of profiles they find odd for example. */
  fflush(stderr);
  listener.stderr_copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (listener.stderr_copy >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  if (nowhere >= 0) close(nowhere);
  listener.printerr = g_set_printerr_handler(on_printerr);
}

gchar *picture_heard(void) {
  listener.listening = FALSE;
  fflush(stderr);
  if (listener.stderr_copy >= 0) {
    dup2(listener.stderr_copy, STDERR_FILENO);
    close(listener.stderr_copy);
  }
  g_set_printerr_handler(listener.printerr);
  return g_steal_pointer(&listener.first);
}
