/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/others.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/measure/squares.h"
#include "cli/train/train.h"

GHashTable *files_by_stem(const gchar *folder, GError **error) {
  g_autoptr(GPtrArray) files = pictures_of(folder, G_MAXUINT, error);
  if (!files) return NULL;
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    g_hash_table_insert(table, stem_of(file->path), g_strdup(file->path));
  }
  return table;
}

static void other_free(gpointer data) {
  Other *other = data;
  if (other->files) g_hash_table_unref(other->files);
  g_free(other->name);
  g_free(other);
}

static Other *find(const GPtrArray *others, const gchar *name, gsize length) {
  for (guint i = 0; i < others->len; i++) {
    Other *other = others->pdata[i];
    if (strlen(other->name) == length && g_str_has_prefix(name, other->name)) return other;
  }
  return NULL;
}

static gboolean take_seconds(const GPtrArray *others, const gchar *said, GError **error) {
  const gchar *equals = strchr(said, '=');
  gchar *end = NULL;
  const gdouble seconds = equals ? g_ascii_strtod(equals + 1, &end) : -1;
  if (!equals || equals == said || !(seconds >= 0) || end == equals + 1 || *end) {
    cli_usage(error, _("--seconds takes NAME=SECONDS, as in pSp=0.1, not \"%s\"."), said);
    return FALSE;
  }
  Other *other = find(others, said, (gsize)(equals - said));
  if (other) other->seconds = seconds;
  else cli_usage(error, _("--seconds names \"%.*s\", and no --folder does."), (gint)(equals - said), said);
  return other != NULL;
}

GPtrArray *others_new(gchar **folders, gchar **seconds, GError **error) {
  g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(other_free);
  for (; folders && *folders; folders++) {
    const gchar *equals = strchr(*folders, '=');
    Other *other = g_new0(Other, 1);
    g_ptr_array_add(others, other);
    other->folder = equals ? equals + 1 : *folders;
    other->name = equals ? g_strndup(*folders, (gsize)(equals - *folders)) : g_path_get_basename(*folders);
    other->seconds = NAN;
    if (!(other->files = files_by_stem(other->folder, error))) return NULL;
  }
  for (; seconds && *seconds; seconds++)
    if (!take_seconds(others, *seconds, error)) return NULL;
  return g_steal_pointer(&others);
}

gboolean other_fail(const Other *other, GError **error) {
  g_autofree gchar *name = g_filename_display_name(other->folder);
  cli_usage(error, _("%s has no picture by the name of one that is evaluated."), name);
  return FALSE;
}

gboolean others_check(const GPtrArray *others, GError **error) {
  for (guint i = 0; i < others->len; i++)
    if (!((const Other *)others->pdata[i])->used) return other_fail(others->pdata[i], error);
  return TRUE;
}
