/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/import.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "host/models.h"
#include "host/say.h"

gchar *import_sha256(const gchar *path, gboolean (*stop)(void), GError **error) {
  int file = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); /* nobody waits at a pipe */
  int code = file < 0 ? errno : 0;
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  guchar part[1 << 16];
  gchar *text = NULL;
  gboolean stopped = FALSE;
  for (gssize n = 1; !code && n != 0 && !stopped;) {
    n = read(file, part, sizeof part);
    if (n > 0) g_checksum_update(sum, part, n);
    else if (n < 0 && errno != EINTR) code = errno;
    stopped = stop && stop();
  }
  if (code) {
    g_autofree gchar *name = g_filename_display_name(path);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be read: %s."), name, g_strerror(code));
  } else if (stopped) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Cancelled."));
  } else {
    text = g_strdup(g_checksum_get_string(sum));
  }
  if (file >= 0) close(file);
  g_checksum_free(sum);
  return text;
}

gchar *import_name(const gchar *path) {
  gchar *name = g_path_get_basename(path), *end = strrchr(name, '.');
  if (end && end != name) *end = '\0';
  return name;
}

gchar *import_target(const gchar *name, GError **error) {
  g_autofree gchar *file = g_strconcat(name, ".safetensors", NULL), *folder = models_user_folder();
  g_autofree gchar *target = g_build_filename(folder, file, NULL), *old = NULL;
  if (!*name || *name == '.' || strpbrk(name, "/\\") || !g_utf8_validate(name, -1, NULL)) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("\"%s\" cannot be a model's name: give it some letters, without a slash and not beginning with a dot."), name);
    return NULL;
  }
  if ((old = models_find(name, NULL)) != NULL || g_file_test(target, G_FILE_TEST_EXISTS)) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("There is a model \"%s\" already: %s. Give this one another name."),
                name, old ? old : target);
    return NULL;
  }
  return g_steal_pointer(&target);
}

gboolean import_model(const gchar *path, const gchar *target, stylemap_progress tell, gpointer data, ImportReport *report,
                      GError **error) {
  g_autofree gchar *folder = g_path_get_dirname(target), *sha256 = import_sha256(path, NULL, error);
  stylemap_model *model = NULL;
  stylemap_save_report saved = { 0 };
  stylemap_error core;
  GStatBuf written;
  if (!sha256) return FALSE;
  if (g_mkdir_with_parents(folder, 0755) != 0) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made: %s."), folder, g_strerror(errno));
    return FALSE;
  }
  const gchar *texts[] = { "created_by", "stylemap " STYLEMAP_VERSION, "source_sha256", sha256, NULL };
  const stylemap_save_options options = { .half = 1, .texts = texts };
  const gboolean done = say_status(stylemap_open(path, 0, tell, data, &model, &core), &core, error) &&
                        say_status(stylemap_save(model, target, &options, &saved, &core), &core, error);
  stylemap_close(model);
  if (!done) return FALSE;
  report->bytes = g_stat(target, &written) == 0 ? (guint64)written.st_size : 0;
  report->change = saved.half_error;
  return TRUE;
}
