/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/say.h"
#include "host/layer.h"
#include "picture/picture.h"
#include "cli/train/train.h"

/* The file: a line of text, closed by a zero and filled to HEADER bytes; then the pictures. */
enum { HEADER = 64 };
#define PAIR_TRUTH "truth/"
static const gchar form[] = "stylemap pictures 1: %d x %d, %" G_GUINT64_FORMAT "\n";

static gsize picture_bytes(gint size) {
  return 3 * (gsize)size * (gsize)size;
}

/* A grey picture's centred square, 0..1. */
static gboolean load_grey(const gchar *path, gint size, gfloat *grey_square, GError **error) {
  g_autoptr(GeglBuffer) grey = picture_load_grey(path, 0, error);
  if (!grey) return FALSE;
  stylemap_layer layer = layer_of_mask(grey);
  stylemap_placement placement;
  stylemap_error core;
  stylemap_fit(layer.width, layer.height, &placement);
  if (stylemap_sample_mask(&layer, &placement, size, grey_square, &core) == STYLEMAP_OK) return TRUE;
  say_error(error, &core);
  return FALSE;
}

gboolean focus_load(const gchar *path, gint size, gfloat *weights, GError **error) {
  picture_init();
  if (!load_grey(path, size, weights, error)) return FALSE;
  for (gint i = 0; i < size * size; i++) weights[i] = 1 + 99 * weights[i];
  return TRUE;
}

static gboolean load_square(const gchar *path, gint size, gfloat *image, GError **error) {
  Picture *picture = picture_load(path, 1, error); /* the first of several */
  if (!picture) return FALSE;
  stylemap_layer layer = layer_of_picture(picture->buffer);
  stylemap_placement placement;
  stylemap_error core;
  stylemap_fit(picture->width, picture->height, &placement);
  const stylemap_status status = stylemap_sample(&layer, &placement, size, image, &core);
  picture_free(picture);
  return say_status(status, &core, error);
}

/* FALSE where it cannot be written, which `to` knows. */
static gboolean write_square(FILE *to, gint size, const gfloat *image) {
  g_autofree guint8 *bytes = g_malloc(picture_bytes(size));
  const gsize pixels = (gsize)size * (gsize)size;
  for (gsize i = 0; i < pixels; i++)
    for (gsize c = 0; c < 3; c++)
      bytes[3 * i + c] = (guint8)lrint(CLAMP((image[c * pixels + i] + 1.0) * 127.5, 0, 255));
  return fwrite(bytes, 1, 3 * pixels, to) == 3 * pixels;
}

static gboolean add_picture(FILE *to, const gchar *folder, const PictureFile *file, gint size, GError **error) {
  g_autofree gfloat *image = g_new(gfloat, picture_bytes(size));
  return load_square(file->path, size, image, error) && write_square(to, size, image);
}

/* The truth, and the truth with the collage inside the mask. */
static gboolean add_pair(FILE *to, const gchar *folder, const PictureFile *file, gint size, GError **error) {
  const gchar *name = file->name + strlen(PAIR_TRUTH);
  const gsize numbers = picture_bytes(size), pixels = numbers / 3;
  g_autofree gchar *collage_path = g_build_filename(folder, "collage", name, NULL);
  g_autofree gchar *mask_path = g_build_filename(folder, "mask", name, NULL);
  g_autofree gfloat *truth = g_new(gfloat, numbers), *collage = g_new(gfloat, numbers), *mask = g_new(gfloat, pixels);
  if (!load_square(file->path, size, truth, error) || !load_square(collage_path, size, collage, error) ||
      !load_grey(mask_path, size, mask, error))
    return FALSE;
  for (gsize i = 0; i < numbers; i++) collage[i] = truth[i] + mask[i % pixels] * (collage[i] - truth[i]);
  return write_square(to, size, truth) && write_square(to, size, collage);
}

/* Writes the squares of all files that are pictures, or of all pairs. */
static gboolean make(const gchar *path, const gchar *folder, const GPtrArray *files, gboolean pairs, gint size,
                     GError **error) {
  g_autofree gchar *beside = g_strdup_printf("%s.part", path);
  gchar header[HEADER] = { 0 };
  guint64 count = 0;
  gboolean done = FALSE;
  g_autoptr(GError) first = NULL;
  picture_init();
  FILE *to = fopen(beside, "wbe");
  if (!to) goto failed;
  fwrite(header, 1, HEADER, to);
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    GError *fault = NULL;
    if (pairs && !g_str_has_prefix(file->name, PAIR_TRUTH)) continue;
    progress_bar(_("reading pictures"), (gdouble)i / files->len);
    if (!progress_go_on(error)) goto done;
    if ((pairs ? add_pair : add_picture)(to, folder, file, size, &fault)) {
      count += pairs ? 2 : 1;
      continue;
    }
    if (ferror(to)) goto failed;
    if (!picture_skipped(fault, &first, error)) goto done; /* only writing fails without a word, which `to` knows */
  }
  progress_end();
  if (!count) {
    g_autofree gchar *name = g_filename_display_name(folder);
    if (first) pictures_unread(first, error);
    else if (pairs) cli_usage(error, _("There are no pairs in %s: they are pictures of the same names in its folders collage, mask "
                                  "and truth."), name);
    else cli_usage(error, _("There are no pictures in %s."), name);
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

/* --------------------------------------------------------------------------- what a cache is made of */

/* Beside x.cache lies x.txt: a line that names the folder, then a line a file: bytes, time, name. */
static gchar *list_path(const gchar *path) {
  const gchar *dot = strrchr(path, '.');
  return g_strdup_printf("%.*s.txt", (gint)(dot - path), path);
}

static gchar *folder_line(const gchar *folder) {
  g_autofree gchar *name = path_line(folder);
  return g_strdup_printf("# %s\n", name);
}

static GString *file_lines(const GPtrArray *files) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    g_autofree gchar *name = path_line(file->name);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %s\n", file->size, file->changed, name);
  }
  return text;
}

/* The name of a line, whose end is cut off. */
static gchar *name_of(gchar *line) {
  gchar *space = strchr(line, ' '), *name = space ? strchr(space + 1, ' ') : NULL;
  return name ? name + 1 : line;
}

static void tell_changes(const gchar *folder, const gchar *old, const gchar *now) {
  g_auto(GStrv) before = g_strsplit(old, "\n", -1), after = g_strsplit(now, "\n", -1);
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
  g_autofree gchar *shown = g_filename_display_name(folder);
  guint added = 0, changed = 0;
  for (gchar **line = before; *line; line++)
    if (**line) g_hash_table_insert(known, name_of(*line), *line);
  for (gchar **line = after; *line; line++) {
    if (!**line) continue;
    const gchar *was = g_hash_table_lookup(known, name_of(*line));
    added += !was;
    changed += was && strcmp(was, *line) != 0;
    if (was) g_hash_table_remove(known, name_of(*line));
  }
  cli_note(_("The pictures are not those that this run had read: in %s %u files are new, %u gone and %u changed. All "
             "are read again"), shown, added, g_hash_table_size(known), changed);
}

gboolean cache_is_of(const gchar *path, const gchar *folder) {
  g_autofree gchar *list = list_path(path), *line = folder_line(folder), *text = NULL;
  return g_file_get_contents(list, &text, NULL, NULL) && g_str_has_prefix(text, line);
}

/* FALSE with errno, which is 0 where the file ends before. */
static gboolean read_at(int file, guint64 at, void *to, gsize size) {
  for (gsize done = 0; done < size;) {
    errno = 0;
    const gssize n = pread(file, (guint8 *)to + done, size - done, (off_t)(at + done));
    if (n > 0) done += (gsize)n;
    else if (n == 0 || errno != EINTR) return FALSE;
  }
  return TRUE;
}

gboolean cache_open_as_is(Cache *cache, const gchar *path, gint size, GError **error) {
  gint width = 0, height = 0;
  gchar header[HEADER];
  struct stat info;
  guint64 count;
  const int file = g_open(path, O_RDONLY | O_CLOEXEC, 0);
  *cache = (Cache){ 0 };
  if (file >= 0 && fstat(file, &info) == 0 && read_at(file, 0, header, HEADER)) {
    header[HEADER - 1] = '\0';
    if (sscanf(header, form, &width, &height, &count) == 3 && width == size && height == size && count &&
        ((guint64)info.st_size - HEADER) / picture_bytes(size) == count) {
      *cache = (Cache){ file, count, size };
      return TRUE;
    }
  }
  if (file >= 0) close(file);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s holds no pictures of %d x %d."), path, size, size);
  return FALSE;
}

gboolean cache_open(Cache *cache, const gchar *path, const gchar *folder, const GPtrArray *files, gboolean pairs,
                    gint size, GError **error) {
  g_autofree gchar *list = list_path(path), *head = folder_line(folder), *old = NULL;
  GString *now = file_lines(files);
  const gchar *rest = g_file_get_contents(list, &old, NULL, NULL) ? strchr(old, '\n') : NULL;
  const gboolean same = rest && strcmp(rest + 1, now->str) == 0;
  gboolean done = same && cache_open_as_is(cache, path, size, NULL);
  if (!done) {
    if (rest && !same) tell_changes(folder, rest + 1, now->str);
    g_unlink(list); /* never beside a cache of other files */
    done = make(path, folder, files, pairs, size, error) && cache_open_as_is(cache, path, size, error);
  }
  if (done && !(same && g_str_has_prefix(old, head))) {
    g_string_prepend(now, head);
    done = g_file_set_contents(list, now->str, (gssize)now->len, error);
  }
  g_string_free(now, TRUE);
  return done;
}

void cache_close(Cache *cache) {
  if (cache->count) close(cache->file);
  *cache = (Cache){ 0 };
}

gboolean cache_image(const Cache *cache, guint64 index, gboolean mirrored, gfloat *image, GError **error) {
  gsize size = (gsize)cache->size, pixels = size * size;
  g_autofree guint8 *from = g_malloc(3 * pixels);
  if (!read_at(cache->file, HEADER + index * 3 * pixels, from, 3 * pixels)) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("The run's pictures cannot be read any more: %s."),
                errno ? g_strerror(errno) : _("it ends too early"));
    return FALSE;
  }
  for (gsize y = 0; y < size; y++)
    for (gsize x = 0; x < size; x++) {
      const guint8 *p = from + 3 * (y * size + (mirrored ? size - 1 - x : x));
      for (gsize c = 0; c < 3; c++) image[c * pixels + y * size + x] = (gfloat)(p[c] / 127.5 - 1);
    }
  return TRUE;
}
