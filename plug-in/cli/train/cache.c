/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/job.h"
#include "host/layer.h"
#include "picture/picture.h"
#include "cli/train/train.h"

/* The file: a line of text, closed by a zero and filled to HEADER bytes; then the pictures. */
enum { HEADER = 64 };
static const gchar form[] = "stylemap pictures 1: %d x %d, %" G_GUINT64_FORMAT "\n";

static gsize picture_bytes(gint size) {
  return 3 * (gsize)size * (gsize)size;
}

static void find_files(const gchar *folder, GPtrArray *files) {
  GDir *dir = g_dir_open(folder, 0, NULL);
  if (!dir) return;
  for (const gchar *name; (name = g_dir_read_name(dir));) {
    if (name[0] == '.') continue;
    gchar *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
      find_files(path, files);
      g_free(path);
    } else {
      g_ptr_array_add(files, path);
    }
  }
  g_dir_close(dir);
}

static gint by_name(gconstpointer a, gconstpointer b) {
  return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

gboolean focus_load(const gchar *path, gint size, gfloat *weights, GError **error) {
  picture_init();
  g_autoptr(GeglBuffer) grey = picture_load_grey(path, 0, error);
  if (!grey) return FALSE;
  stylemap_layer layer = layer_of_mask(grey);
  stylemap_placement placement;
  stylemap_error core;
  stylemap_fit(layer.width, layer.height, &placement);
  if (stylemap_sample_mask(&layer, &placement, size, weights, &core) != STYLEMAP_OK) {
    say_error(error, &core);
    return FALSE;
  }
  for (gint i = 0; i < size * size; i++) weights[i] = 1 + 99 * weights[i];
  return TRUE;
}

static gboolean add_picture(FILE *to, const gchar *path, gint size, gfloat *image, guint8 *bytes, GError **error) {
  Picture *picture = picture_load(path, 0, error);
  if (!picture) return FALSE;
  stylemap_layer layer = layer_of_picture(picture->buffer);
  stylemap_placement placement;
  stylemap_error core;
  stylemap_fit(picture->width, picture->height, &placement);
  stylemap_status status = stylemap_sample(&layer, &placement, size, image, &core);
  picture_free(picture);
  if (status != STYLEMAP_OK) {
    say_error(error, &core);
    return FALSE;
  }
  gsize pixels = (gsize)size * (gsize)size;
  for (gsize i = 0; i < pixels; i++)
    for (gsize c = 0; c < 3; c++)
      bytes[3 * i + c] = (guint8)lrint(CLAMP((image[c * pixels + i] + 1.0) * 127.5, 0, 255));
  return fwrite(bytes, 1, 3 * pixels, to) == 3 * pixels || !ferror(to);
}

static gboolean make(const gchar *path, const gchar *folder, gint size, GError **error) {
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  g_autofree gchar *beside = g_strdup_printf("%s.part", path);
  g_autofree gfloat *image = g_new(gfloat, picture_bytes(size));
  g_autofree guint8 *bytes = g_malloc(picture_bytes(size));
  gchar header[HEADER] = { 0 };
  guint64 count = 0;
  gboolean done = FALSE;
  picture_init();
  find_files(folder, files);
  g_ptr_array_sort(files, by_name);
  FILE *to = fopen(beside, "wbe");
  if (!to) goto failed;
  fwrite(header, 1, HEADER, to);
  for (guint i = 0; i < files->len; i++) {
    GError *fault = NULL;
    progress_job(_("reading pictures"), (gdouble)i / files->len, NULL);
    if (!progress_go_on(error)) goto done;
    if (add_picture(to, files->pdata[i], size, image, bytes, &fault)) {
      count++;
      continue;
    }
    if (ferror(to)) goto failed;
    cli_note(_("Skipped: %s"), fault ? fault->message : (const gchar *)files->pdata[i]);
    g_clear_error(&fault);
  }
  progress_end();
  if (!count) {
    cli_usage(error, _("There are no pictures in %s."), folder);
    goto done;
  }
  g_snprintf(header, HEADER, form, size, size, count);
  if (fseek(to, 0, SEEK_SET) != 0 || fwrite(header, 1, HEADER, to) != HEADER || fflush(to) != 0 ||
      fsync(fileno(to)) != 0)
    goto failed;
  done = fclose(to) == 0 && g_rename(beside, path) == 0;
  to = NULL;
  if (done) return TRUE;
failed:
  if (error && !*error)
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror(errno));
done:
  if (to) fclose(to);
  g_unlink(beside);
  return FALSE;
}

gboolean cache_open(Cache *cache, const gchar *path, const gchar *folder, gint size, GError **error) {
  if (!g_file_test(path, G_FILE_TEST_EXISTS) && !make(path, folder, size, error)) return FALSE;
  *cache = (Cache){ .file = g_mapped_file_new(path, FALSE, error), .size = size };
  if (!cache->file) return FALSE;
  const gchar *bytes = g_mapped_file_get_contents(cache->file);
  gsize length = g_mapped_file_get_length(cache->file);
  gint width = 0, height = 0;
  gchar header[HEADER];
  if (length >= HEADER) {
    memcpy(header, bytes, HEADER);
    header[HEADER - 1] = '\0';
    if (sscanf(header, form, &width, &height, &cache->count) == 3 && width == size && height == size && cache->count &&
        (length - HEADER) / picture_bytes(size) == cache->count) {
      cache->pixels = (const guint8 *)bytes + HEADER;
      return TRUE;
    }
  }
  cache_close(cache);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
              _("%s holds no pictures of %d x %d; remove it and it is made again."), path, size, size);
  return FALSE;
}

void cache_close(Cache *cache) {
  if (cache->file) g_mapped_file_unref(cache->file);
  *cache = (Cache){ 0 };
}

void cache_image(const Cache *cache, guint64 index, gboolean mirrored, gfloat *image) {
  gsize size = (gsize)cache->size, pixels = size * size;
  const guint8 *from = cache->pixels + index * 3 * pixels;
  for (gsize y = 0; y < size; y++)
    for (gsize x = 0; x < size; x++) {
      const guint8 *p = from + 3 * (y * size + (mirrored ? size - 1 - x : x));
      for (gsize c = 0; c < 3; c++) image[c * pixels + y * size + x] = (gfloat)(p[c] / 127.5 - 1);
    }
}
