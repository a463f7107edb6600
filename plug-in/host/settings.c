/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/settings.h"

#include <glib/gi18n-lib.h>

#define GROUP "stylemap"
#define PROVENANCE "provenance"

gchar *settings_path(void) { return g_build_filename(g_get_user_config_dir(), "stylemap", "settings.ini", NULL); }

static GKeyFile *read_file(void) {
  g_autofree gchar *path = settings_path();
  GKeyFile *file = g_key_file_new();
  g_key_file_load_from_file(file, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  return file;
}

gchar *settings_model(void) {
  g_autoptr(GKeyFile) file = read_file();
  gchar *model = g_key_file_get_string(file, GROUP, "model", NULL);
  if (model && !*g_strstrip(model)) g_clear_pointer(&model, g_free);
  return model;
}

gboolean settings_provenance(void) {
  static const gchar *const off[] = { "no", "false", "off", "0", NULL };
  g_autoptr(GKeyFile) file = read_file();
  g_autofree gchar *word = g_key_file_get_string(file, GROUP, PROVENANCE, NULL);
  if (!word) return TRUE;
  for (const gchar *const *no = off; *no; no++)
    if (g_ascii_strcasecmp(g_strstrip(word), *no) == 0) return FALSE;
  return TRUE;
}

gboolean settings_set_provenance(gboolean wanted, GError **error) {
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autofree gchar *path = settings_path(), *folder = g_path_get_dirname(path);
  g_autoptr(GError) fault = NULL;
  if (!g_key_file_load_from_file(file, path, G_KEY_FILE_KEEP_COMMENTS, &fault) &&
      !g_error_matches(fault, G_FILE_ERROR, G_FILE_ERROR_NOENT)) { /* what cannot be read would be lost */
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("The setting cannot be kept: %s"), fault->message);
    return FALSE;
  }
  g_clear_error(&fault);
  g_key_file_set_string(file, GROUP, PROVENANCE, wanted ? "yes" : "no");
  g_mkdir_with_parents(folder, 0755); /* where that fails, so does what follows */
  if (g_key_file_save_to_file(file, path, &fault)) return TRUE;
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("The setting cannot be kept: %s"), fault->message);
  return FALSE;
}
