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

const gfloat *learned_find(const stylemap_model *model, const gchar *name) {
  gint n = stylemap_direction_count(model) - 1;
  while (n >= 0 && !g_str_equal(stylemap_direction_name(model, n), name)) n--;
  return stylemap_direction_values(model, n);
}

/* Its numbers as they are in memory: kept for the machine that drew by them, and on another one at worst a needless word. */
static gchar *digest(const stylemap_model *model, const gfloat *direction) {
  const stylemap_info *info = stylemap_model_info(model);
  const gsize count = (gsize)info->latent_channel_size * (gsize)info->latent_spatial_size * (gsize)info->latent_spatial_size;
  return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)direction, count * sizeof(gfloat));
}

gchar *learned_marks(const stylemap_model *model, const gchar *amounts) {
  g_auto(GStrv) parts = g_strsplit(amounts, ",", -1);
  g_autoptr(GString) marks = g_string_new(NULL);
  for (gchar **part = parts; *part; part++) {
    g_auto(GStrv) words = g_strsplit(*part, "=", 2);
    const gfloat *direction = *words ? learned_find(model, g_strstrip(*words)) : NULL;
    if (!direction) continue;
    g_autofree gchar *its = digest(model, direction);
    g_string_append_printf(marks, "%s%s=%.16s", marks->len ? "," : "", *words, its);
  }
  return g_string_free(g_steal_pointer(&marks), FALSE);
}
