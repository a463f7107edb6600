/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/learned.h"

#include <string.h>

#include "host/import.h"

gchar *learned_folder(const gchar *path) {
  g_autofree gchar *name = import_name(path);
  return g_build_filename(g_get_user_data_dir(), "stylemap", "directions", name, NULL);
}

static gint compare_names(gconstpointer a, gconstpointer b) { return strcmp(*(gchar *const *)a, *(gchar *const *)b); }

gint learned_read(stylemap_model *model, const gchar *path) {
  g_autofree gchar *folder = learned_folder(path);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const gchar *file; dir && (file = g_dir_read_name(dir)) != NULL;)
    if (*file != '.' && g_str_has_suffix(file, LEARNED_ENDING)) g_ptr_array_add(files, g_build_filename(folder, file, NULL));
  if (dir) g_dir_close(dir);
  g_ptr_array_sort(files, compare_names);
  for (guint i = 0; i < files->len; i++) {
    stylemap_error core;
    int count = 0;
    stylemap_directions_read(model, files->pdata[i], &count, &core);
    for (gint all = stylemap_direction_count(model), k = all - count; k < all; k++)
      g_hash_table_add(names, g_strdup(stylemap_direction_name(model, k)));
  }
  return (gint)g_hash_table_size(names);
}
