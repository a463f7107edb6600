/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: the files below a folder, see train.h. */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/train/train.h"
#include "host/say.h"

static void file_free(gpointer data) {
  PictureFile *file = data;
  g_free(file->path);
  g_free(file->name);
  g_free(file);
}

Seen *seen_new(void) {
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* TRUE the first time. */
static gboolean meet(Seen *seen, const struct stat *s) {
  return g_hash_table_add(seen, g_strdup_printf("%llu:%llu", (unsigned long long)s->st_dev,
                                                (unsigned long long)s->st_ino));
}

void seen_add(Seen *seen, const gchar *path) {
  struct stat s;
  if (stat(path, &s) == 0) meet(seen, &s);
}

typedef struct {
  Seen *seen;
  GPtrArray *files;
  gsize skip; /* of a path: the folder's own part */
} Walk;

static gboolean is_run(const gchar *folder) {
  g_autofree gchar *cache = g_build_filename(folder, "pictures.cache", NULL);
  return g_file_test(cache, G_FILE_TEST_EXISTS);
}

static gint by_text(gconstpointer a, gconstpointer b) {
  return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* The names in a folder that are not hidden, sorted, links behind the others: what both a link and a path without one
 * lead to has the latter's name. */
static GPtrArray *list(const gchar *folder, GError **error) {
  GDir *dir = g_dir_open(folder, 0, error);
  if (!dir) return NULL;
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free), *links = g_ptr_array_new();
  for (const gchar *name; (name = g_dir_read_name(dir));) {
    if (name[0] == '.') continue;
    gchar *path = g_build_filename(folder, name, NULL);
    g_ptr_array_add(g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? links : paths, path);
  }
  g_dir_close(dir);
  g_ptr_array_sort(paths, by_text);
  g_ptr_array_sort(links, by_text);
  g_ptr_array_extend_and_steal(paths, links);
  return paths;
}

/* FALSE where the folder itself cannot be read, or when interrupted. */
static gboolean walk(const Walk *w, const gchar *folder, GError **error) {
  g_autoptr(GPtrArray) paths = list(folder, error);
  for (guint i = 0; paths && i < paths->len; i++) {
    const gchar *path = paths->pdata[i];
    g_autofree gchar *name = g_filename_display_name(path);
    g_autoptr(GError) fault = NULL;
    struct stat s;
    if (!progress_go_on(error)) return FALSE;
    if (stat(path, &s) != 0) {
      cli_note(_("Skipped: %s cannot be read: %s."), name, g_strerror(errno));
    } else if (S_ISDIR(s.st_mode)) {
      if (!meet(w->seen, &s)) continue;
      if (is_run(path)) {
        cli_note(_("Left out: %s, the folder of a run"), name);
      } else if (!walk(w, path, &fault)) {
        if (progress_interrupted()) return progress_go_on(error);
        cli_note(_("Skipped: %s"), fault->message);
      }
    } else if (S_ISREG(s.st_mode) && meet(w->seen, &s)) {
      PictureFile *file = g_new(PictureFile, 1);
      *file = (PictureFile){ g_strdup(path), g_strdup(path + w->skip), (guint64)s.st_size,
                             s.st_mtim.tv_sec * (gint64)1000000000 + s.st_mtim.tv_nsec };
      g_ptr_array_add(w->files, file);
    }
  }
  return paths != NULL;
}

static gint by_name(gconstpointer a, gconstpointer b) {
  return strcmp((*(const PictureFile *const *)a)->name, (*(const PictureFile *const *)b)->name);
}

GPtrArray *find_pictures(const gchar *folder, Seen *seen, GError **error) {
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);
  g_autofree gchar *name = g_filename_display_name(folder);
  struct stat s;
  if (stat(folder, &s) != 0) {
    if (errno == ENOENT) cli_usage(error, _("There is no folder %s."), name);
    else g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be read: %s."), name, g_strerror(errno));
    return NULL;
  }
  if (!S_ISDIR(s.st_mode)) {
    cli_usage(error, _("%s is no folder."), name);
    return NULL;
  }
  meet(seen, &s);
  const Walk w = { seen, files, strlen(folder) + !g_str_has_suffix(folder, "/") };
  if (!walk(&w, folder, error)) return NULL;
  g_ptr_array_sort(files, by_name);
  return g_steal_pointer(&files);
}

gboolean picture_skipped(GError *fault, GError **first, GError **error) {
  if (g_error_matches(fault, HOST_ERROR, HOST_ERROR_MEMORY)) {
    g_propagate_error(error, fault);
    return FALSE;
  }
  cli_note(_("Skipped: %s"), fault->message);
  if (*first) g_error_free(fault);
  else *first = fault;
  return TRUE;
}

void pictures_unread(const GError *first, GError **error) {
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("No picture can be read; the first: %s"), first->message);
}
