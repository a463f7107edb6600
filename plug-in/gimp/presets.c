/* SPDX-License-Identifier: GPL-3.0-or-later
 * A group of the file for each procedure; a preset's key is its name, escaped, since a key may not hold everything; its values
 * are the name, the options' text, and the steps of refinement, 0 where there is none. */
#include "gimp/presets.h"
#include "host/say.h"
#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>

#define FILE_NAME "stylemap-presets"

enum { NAME, TEXT, STEPS, VALUES };

static gchar *file_path(void) { return g_build_filename(gimp_directory(), FILE_NAME, NULL); }

static GKeyFile *read_file(void) {
  GKeyFile *file = g_key_file_new();
  gchar *path = file_path();

  g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
  g_free(path);
  return file;
}

static gboolean write_file(GKeyFile *file, GError **error) {
  gchar *path = file_path();
  gboolean ok = g_key_file_save_to_file(file, path, error);

  g_free(path);
  g_key_file_free(file);
  return ok;
}

static gchar *key_of(const gchar *name) { return g_uri_escape_string(name, NULL, FALSE); }

/* Its values, or NULL. */
static gchar **read_values(GKeyFile *file, const Procedure *procedure, const gchar *key) {
  gsize count = 0;
  gchar **values = g_key_file_get_string_list(file, procedure->name, key, &count, NULL);

  if (values && count == VALUES)
    return values;
  g_strfreev(values);
  return NULL;
}

static gint compare(gconstpointer a, gconstpointer b) { return g_utf8_collate(*(gchar *const *)a, *(gchar *const *)b); }

gchar **presets_names(const Procedure *procedure) {
  GKeyFile *file = read_file();
  gchar **keys = g_key_file_get_keys(file, procedure->name, NULL, NULL), **values;
  GPtrArray *names = g_ptr_array_new();

  for (gchar **key = keys; key && *key; key++) {
    if (!(values = read_values(file, procedure, *key)))
      continue;
    g_ptr_array_add(names, g_strdup(values[NAME]));
    g_strfreev(values);
  }
  g_ptr_array_sort(names, compare);
  g_ptr_array_add(names, NULL);
  g_strfreev(keys);
  g_key_file_free(file);
  return (gchar **)g_ptr_array_free(names, FALSE);
}

gboolean presets_save(const Procedure *procedure, const gchar *name, const FlowOptions *options, GError **error) {
  GKeyFile *file = read_file();
  FlowOptions kept = *options;
  gchar *key = key_of(name), *text, *steps;

  kept.references = (gchar *)""; /* their numbers mean other layers in another image */
  text = options_text(procedure, &kept);
  steps = g_strdup_printf("%d", procedures_offers_refinement(procedure) && options->refine ? options->refine_steps : 0);
  g_key_file_set_string_list(file, procedure->name, key, (const gchar *const[]){name, text, steps}, VALUES);
  g_free(steps);
  g_free(text);
  g_free(key);
  return write_file(file, error);
}

gboolean presets_delete(const Procedure *procedure, const gchar *name, GError **error) {
  GKeyFile *file = read_file();
  gchar *key = key_of(name);

  g_key_file_remove_key(file, procedure->name, key, NULL);
  g_free(key);
  return write_file(file, error);
}

gboolean presets_load(const Procedure *procedure, const gchar *name, FlowOptions *options, GError **error) {
  GKeyFile *file = read_file();
  gchar *key = key_of(name), **values = read_values(file, procedure, key), *references = g_strdup(options->references);
  gboolean ok = values && options_parse(procedure, values[TEXT], options, error);
  gint steps = values ? atoi(values[STEPS]) : 0;

  g_free(options->references);
  options->references = references;
  if (ok && procedures_offers_refinement(procedure)) {
    options->refine = steps > 0;
    if (steps > 0)
      options->refine_steps = MIN(steps, EDIT_MOST_REFINE);
  }
  if (!values)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("There is no preset '%s' any more."), name);
  g_strfreev(values);
  g_free(key);
  g_key_file_free(file);
  return ok;
}
