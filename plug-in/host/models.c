/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/models.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "host/settings.h"

static const gchar *const endings[] = { ".safetensors", ".pt" };

gchar *models_user_folder(void) { return g_build_filename(g_get_user_data_dir(), "stylemap", "models", NULL); }

/* The folders in the order of the search; the same folder reached twice appears once. */
static GPtrArray *model_folders(void) {
  GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(folders, models_user_folder());
  g_ptr_array_add(folders, g_strdup(STYLEMAP_MODEL_DIR));

  /* Beside the running program's bin or lib, so that an installed tree may be moved as a whole. No further up: what
   * lies above a prefix belongs to others. */
  gchar *program = g_file_read_link("/proc/self/exe", NULL);
  gchar *folder = program ? g_path_get_dirname(program) : g_strdup(".");
  g_free(program);
  for (;;) {
    g_autofree gchar *name = g_path_get_basename(folder);
    gchar *up = g_path_get_dirname(folder);
    gboolean top = g_strcmp0(up, folder) == 0;
    gboolean found = g_strcmp0(name, "bin") == 0 || g_str_has_prefix(name, "lib");
    g_free(folder);
    folder = up;
    if (found) g_ptr_array_add(folders, g_build_filename(folder, "share", "stylemap", "models", NULL));
    if (found || top) break;
  }
  g_free(folder);

  for (guint i = 0; i < folders->len; i++)
    for (guint k = folders->len - 1; k > i; k--)
      if (g_strcmp0(folders->pdata[i], folders->pdata[k]) == 0) g_ptr_array_remove_index(folders, k);
  return folders;
}

gchar **models_folders(void) {
  GPtrArray *folders = model_folders();
  g_ptr_array_set_free_func(folders, NULL);
  g_ptr_array_add(folders, NULL);
  return (gchar **)g_ptr_array_free(folders, FALSE);
}

/* A file's model name, or NULL for a file that is no model. */
static gchar *model_name(const gchar *file) {
  for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
    if (g_str_has_suffix(file, endings[i]) && strlen(file) > strlen(endings[i]))
      return g_strndup(file, strlen(file) - strlen(endings[i]));
  return NULL;
}

static gint compare_names(gconstpointer a, gconstpointer b) {
  return strcmp(*(gchar *const *)a, *(gchar *const *)b);
}

/* The sorted model names of one folder (empty where it cannot be read). */
static GPtrArray *names_in(const gchar *folder) {
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const gchar *file; dir && (file = g_dir_read_name(dir)) != NULL;) {
    gchar *name = model_name(file);
    if (name) g_ptr_array_add(names, name);
  }
  if (dir) g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  return names;
}

gchar **models_list(void) {
  GPtrArray *folders = model_folders();
  GPtrArray *all = g_ptr_array_new();
  for (guint i = 0; i < folders->len; i++) {
    GPtrArray *names = names_in(folders->pdata[i]);
    for (guint k = 0; k < names->len; k++) g_ptr_array_add(all, g_strdup(names->pdata[k]));
    g_ptr_array_unref(names);
  }
  g_ptr_array_unref(folders);
  g_ptr_array_sort(all, compare_names);
  GPtrArray *single = g_ptr_array_new();
  for (guint i = 0; i < all->len; i++) {
    if (single->len && g_strcmp0(single->pdata[single->len - 1], all->pdata[i]) == 0) g_free(all->pdata[i]);
    else g_ptr_array_add(single, all->pdata[i]);
  }
  g_ptr_array_free(all, TRUE);
  g_ptr_array_add(single, NULL);
  return (gchar **)g_ptr_array_free(single, FALSE);
}

static gchar *find_name(GPtrArray *folders, const gchar *name) {
  for (guint i = 0; i < folders->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS(endings); k++) {
      gchar *file = g_strconcat(name, endings[k], NULL);
      gchar *path = g_build_filename(folders->pdata[i], file, NULL);
      g_free(file);
      if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) return path;
      g_free(path);
    }
  return NULL;
}

/* What comes with StyleMap; the first is the one for everybody who shows no picture. */
static const gchar *const ours[] = { "toon-portraits-", "portraits-" };

static gchar *find_first(GPtrArray *folders, const gchar *prefix) {
  for (guint i = 0; i < folders->len; i++) {
    GPtrArray *names = names_in(folders->pdata[i]);
    gchar *found = NULL;
    for (guint k = 0; k < names->len && !found; k++)
      if (g_str_has_prefix(names->pdata[k], prefix)) {
        GPtrArray only = { &folders->pdata[i], 1 };
        found = find_name(&only, names->pdata[k]);
      }
    g_ptr_array_unref(names);
    if (found) return found;
  }
  return NULL;
}

/* "Known models: a, b." or "No model is installed." and the folders looked at. */
static gchar *what_there_is(GPtrArray *folders) {
  GString *text = g_string_new(NULL);
  gchar **names = models_list();
  gchar *list = g_strjoinv(", ", names);
  if (*names) g_string_append_printf(text, _("Installed models: %s."), list);
  else g_string_append(text, _("No model is installed."));
  g_free(list);
  g_strfreev(names);

  /* the two places where models are put, and whatever else was really there to look in */
  GPtrArray *told = g_ptr_array_new();
  for (guint i = 0; i < folders->len; i++)
    if (i < 2 || g_file_test(folders->pdata[i], G_FILE_TEST_IS_DIR)) g_ptr_array_add(told, folders->pdata[i]);
  g_ptr_array_add(told, NULL);
  list = g_strjoinv(", ", (gchar **)told->pdata);
  g_ptr_array_free(told, TRUE);
  g_string_append_c(text, ' ');
  g_string_append_printf(text, _("Looked in: %s."), list);
  g_free(list);
  return g_string_free(text, FALSE);
}

/* `model` names a file, not an installed model. */
static gboolean is_path(const gchar *model) {
  static const gchar *const files[] = { ".safetensors", ".pt", ".pth", ".ckpt" };
  g_autofree gchar *lower = g_ascii_strdown(model, -1);
  gboolean path = strchr(model, G_DIR_SEPARATOR) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS(files); i++) path = path || g_str_has_suffix(lower, files[i]);
  return path;
}

/* Nothing is asked for. */
static gboolean is_open(const gchar *model) { return !model || !*model || g_str_equal(model, "auto"); }

gchar **models_free_choice(const gchar *model) {
  g_autofree gchar *setting = is_open(model) ? settings_model() : NULL;
  g_autoptr(GPtrArray) folders = model_folders();
  GPtrArray *paths = g_ptr_array_new();
  for (guint i = 0; i < G_N_ELEMENTS(ours) && is_open(model) && !setting; i++) {
    gchar *path = find_first(folders, ours[i]);
    if (path) g_ptr_array_add(paths, path);
  }
  g_ptr_array_add(paths, NULL);
  return (gchar **)g_ptr_array_free(paths, FALSE);
}

gchar *models_faces(GError **error) {
  g_autoptr(GPtrArray) folders = model_folders();
  for (guint i = 0; i < folders->len; i++) {
    gchar *path = g_build_filename(folders->pdata[i], "faces", "faces.safetensors", NULL);
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) return path;
    g_free(path);
  }
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
              _("The networks that find faces are not installed: there is no faces/faces.safetensors in %s."),
              (const gchar *)folders->pdata[folders->len > 1 ? 1 : 0]);
  return NULL;
}

gchar *models_find(const gchar *model, GError **error) {
  gchar *setting = NULL, *path = NULL;
  GPtrArray *folders = model_folders();
  if (is_open(model)) model = setting = settings_model();

  if (!model) path = find_first(folders, ours[0]);
  else if (is_path(model)) path = g_strdup(model);
  else path = find_name(folders, model);

  if (!path) {
    gchar *there = what_there_is(folders);
    if (!model)
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("No model was named, and there is no default one. %s"),
                  there);
    else if (setting) {
      g_autofree gchar *settings = settings_path();
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("There is no model \"%s\", which %s names. %s"), model,
                  settings, there);
    } else if (g_file_test(model, G_FILE_TEST_IS_REGULAR))
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                  _("There is no installed model \"%s\", but a file of this name is here: if that is meant, write ./%s. %s"),
                  model, model, there);
    else
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("There is no model \"%s\". %s"), model, there);
    g_free(there);
  }
  g_ptr_array_unref(folders);
  g_free(setting);
  return path;
}

/* What the files of the models that come with StyleMap say, to the letter: the test po holds them to it. */
static const gchar *const shipped_texts[] = {
  N_("toon portraits (Toon Head), not photos"),
  N_("Trained on renderings of \"Toon Head\" by Johan Melin, CC BY 4.0, through DiceBear"),
  N_("photographs of faces: official portraits, head and shoulders"),
  N_("Official portraits of members of the US Congress (public domain) and of the UK Parliament, 2017 (CC BY 3.0: UK Parliament, "
     "photographer Chris McAndrew)"),
};

gchar *models_text(const stylemap_model *model, const gchar *key) {
  enum { LONGEST = 240 };
  const gchar *text = stylemap_model_text(model, key);
  if (!text || !*text || !g_utf8_validate(text, -1, NULL)) return NULL;
  for (guint i = 0; i < G_N_ELEMENTS(shipped_texts); i++)
    if (g_str_equal(text, shipped_texts[i])) return g_strdup(_(shipped_texts[i]));
  g_autofree gchar *line = g_strstrip(g_strdup(text));
  for (gchar *c = line; *c; c++)
    if (g_ascii_iscntrl(*c)) *c = ' ';
  if (!*line) return NULL;
  if (g_utf8_strlen(line, -1) <= LONGEST) return g_steal_pointer(&line);
  g_autofree gchar *begin = g_utf8_substring(line, 0, LONGEST - 1);
  return g_strconcat(begin, "…", NULL);
}
