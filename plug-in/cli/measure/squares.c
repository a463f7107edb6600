/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/squares.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/train/train.h"
#include "host/say.h"
#include "picture/picture.h"

static gsize numbers(gint size) { return 3 * (gsize)size * (gsize)size; }

gchar *stem_of(const gchar *path) {
  gchar *base = g_path_get_basename(path), *dot = strrchr(base, '.');
  if (dot && dot != base) *dot = '\0';
  return base;
}

void squares_new(Squares *squares, gint size, guint count, const Squares *like) {
  *squares = (Squares){ size, count, g_malloc_n(MAX(count, 1), numbers(size)), g_new0(gchar *, count + 1) };
  for (guint i = 0; like && i < count; i++) squares->stems[i] = g_strdup(like->stems[i % like->count]);
}

void squares_clear(Squares *squares) {
  g_free(squares->bytes);
  g_strfreev(squares->stems);
  *squares = (Squares){ 0 };
}

void square_get(const Squares *squares, guint number, gfloat *image) {
  const gsize n = numbers(squares->size);
  for (gsize i = 0; i < n; i++) image[i] = (gfloat)(squares->bytes[number * n + i] / 127.5 - 1);
}

void square_set(Squares *squares, guint number, const gfloat *image) {
  const gsize n = numbers(squares->size);
  for (gsize i = 0; i < n; i++)
    squares->bytes[number * n + i] = (guint8)lrint(CLAMP(((gdouble)image[i] + 1) * 127.5, 0, 255));
}

gint squares_find(const Squares *squares, const gchar *stem) {
  for (guint i = 0; i < squares->count; i++)
    if (g_str_equal(squares->stems[i], stem)) return (gint)i;
  return -1;
}

/* Each of `files`, below `folder`. */
static gboolean read_each(const GPtrArray *files, const gchar *folder, gint size, SquareTake take, gpointer data, GError **error) {
  g_autofree gfloat *image = g_new(gfloat, numbers(size));
  g_autoptr(GError) first = NULL;
  gboolean any = FALSE;
  picture_init();
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    GError *fault = NULL;
    progress_bar(_("reading pictures"), (gdouble)i / files->len);
    if (!progress_go_on(error)) return FALSE;
    if (picture_square(file->path, size, image, &fault)) {
      any = TRUE;
      if (!take(data, file->path, image, error)) return FALSE;
      continue;
    }
    if (!picture_skipped(fault, &first, error)) return FALSE;
  }
  if (any) return TRUE;
  g_autofree gchar *name = g_filename_display_name(folder);
  if (first) pictures_unread(first, error);
  else cli_usage(error, _("There are no pictures in %s."), name);
  return FALSE;
}

gboolean squares_each(const gchar *folder, guint most, gint size, SquareTake take, gpointer data, GError **error) {
  g_autoptr(GPtrArray) files = pictures_of(folder, most, error);
  return files && read_each(files, folder, size, take, data, error);
}

/* A SquareTake of Squares with room for it. */
static gboolean keep(gpointer data, const gchar *path, const gfloat *image, GError **error) {
  Squares *squares = data;
  square_set(squares, squares->count, image);
  squares->stems[squares->count++] = stem_of(path);
  return TRUE;
}

gboolean squares_read(Squares *squares, const gchar *folder, guint most, gint size, GError **error) {
  g_autoptr(GPtrArray) files = pictures_of(folder, most, error);
  *squares = (Squares){ 0 };
  if (!files) return FALSE;
  squares_new(squares, size, files->len, NULL);
  squares->count = 0;
  if (read_each(files, folder, size, keep, squares, error)) return TRUE;
  squares_clear(squares);
  return FALSE;
}
