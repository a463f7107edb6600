/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "picture/form.h"

static gboolean fail(GError **error, const gchar *path, const gchar *fault) {
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be written: %s."), name, fault);
  return FALSE;
}

gboolean picture_form_of_output(const gchar *path, PictureForm *form, GError **error) {
  g_autoptr(GString) all = g_string_new(NULL);
  if (picture_form_of_ending(path, form) && !picture_forms[*form].only_read) {
    const Form *row = &picture_forms[*form];
    g_autofree gchar *fault =
      !row->save ? g_strdup_printf(_("this StyleMap was built without %s, which %s needs"), row->library, row->name) : NULL;
#ifdef HAVE_HEIF
    if (!fault && (*form == PICTURE_AVIF || *form == PICTURE_HEIF)) fault = heif_can_save(*form);
#endif
    return fault ? fail(error, path, fault) : TRUE;
  }
  for (guint i = 0; i < PICTURE_FORMS; i++) {
    const Form *row = &picture_forms[i];
    if (row->save) g_string_append_printf(all, "%.*s, ", (int)strcspn(row->endings, " "), row->endings);
  }
  g_autofree gchar *fault = g_strdup_printf(_("its ending must be one of %s.safetensors"), all->str);
  return fail(error, path, fault);
}

/* ----------------------------------------------------------------------------- beside, then renamed */

/* Where `path` leads: a link stays a link, and the file behind it is written, also where it is not there yet. */
static gchar *behind_links(const gchar *path, GError **error) {
  enum { MAX_LINKS = 40 }; /* as the system's own */
  g_autofree gchar *at = g_strdup(path);
  for (gint i = 0; i < MAX_LINKS; i++) {
    g_autofree gchar *to = g_file_read_link(at, NULL);
    if (!to) return g_steal_pointer(&at);
    g_autofree gchar *folder = g_path_get_dirname(at);
    g_free(at);
    at = g_path_is_absolute(to) ? g_steal_pointer(&to) : g_build_filename(folder, to, NULL);
  }
  fail(error, path, g_strerror(ELOOP));
  return NULL;
}

/* An empty file in the folder of `file_path`, open. Where the system can it has no name yet (`*beside` is NULL), so that
 * nothing is left of it if this process is killed; else a name to be renamed or unlinked. -1 with a sentence. */
static int new_beside(const gchar *path, const gchar *file_path, gchar **beside, GError **error) {
  g_autofree gchar *folder = g_path_get_dirname(file_path);
  *beside = NULL;
#ifdef O_TMPFILE
  int nameless = g_access("/proc/self/fd", X_OK) == 0 ? g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666) : -1;
  if (nameless >= 0) return nameless;
#endif
  *beside = g_build_filename(folder, ".stylemap-XXXXXX", NULL);
  int file = g_mkstemp_full(*beside, O_RDWR | O_CLOEXEC, 0666);
  if (file >= 0) return file;
  fail(error, path, g_strerror(errno));
  g_clear_pointer(beside, g_free);
  return -1;
}

/* The nameless file gets its own name, or, where that is taken, one beside it. An errno, or 0. */
static int give_name(int file, const gchar *file_path, gchar **beside) {
  g_autofree gchar *from = g_strdup_printf("/proc/self/fd/%d", file), *folder = g_path_get_dirname(file_path);
  if (linkat(AT_FDCWD, from, AT_FDCWD, file_path, AT_SYMLINK_FOLLOW) == 0) return 0;
  for (gint i = 0; errno == EEXIST && i < 100; i++) {
    g_autofree gchar *name = g_strdup_printf("%s/.stylemap-%08x", folder, g_random_int());
    if (linkat(AT_FDCWD, from, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0) continue;
    *beside = g_steal_pointer(&name);
    return 0;
  }
  return errno;
}

gboolean picture_check_writable(const gchar *path, GError **error) {
  g_autofree gchar *file_path = behind_links(path, error);
  GStatBuf info;
  if (!file_path) return FALSE;
  if (g_stat(file_path, &info) == 0 && !S_ISREG(info.st_mode))
    return fail(error, path, S_ISDIR(info.st_mode) ? _("it is a folder") : _("it is no file but a pipe or a device"));
  g_autofree gchar *folder = g_path_get_dirname(file_path);
  return g_access(folder, W_OK | X_OK) == 0 ? TRUE : fail(error, path, g_strerror(errno));
}

gboolean picture_write_bytes(const gchar *path, gconstpointer data, gsize size, GError **error) {
  g_autofree gchar *file_path = behind_links(path, error), *beside = NULL;
  int file = file_path ? new_beside(path, file_path, &beside, error) : -1, code = 0;
  if (file < 0) return FALSE;
  for (gsize at = 0; !code && at < size;) {
    gssize n = write(file, (const guint8 *)data + at, MIN(size - at, (gsize)1 << 30));
    if (n >= 0) at += (gsize)n;
    else if (errno != EINTR) code = errno;
  }
  /* what was private stays private */
  GStatBuf old;
  if (!code && g_stat(file_path, &old) == 0 && fchmod(file, old.st_mode & 0777) != 0) code = errno;
  if (!code && fsync(file) != 0 && errno != EINVAL) code = errno;
  if (!code && !beside) code = give_name(file, file_path, &beside);
  if (close(file) != 0 && !code) code = errno;
  if (!code && beside && g_rename(beside, file_path) != 0) code = errno;
  if (!code) return TRUE;
  if (beside) g_unlink(beside);
  return fail(error, path, g_strerror(code));
}

/* ------------------------------------------------------------------------------------------- save */

gboolean picture_append(GByteArray *out, gconstpointer bytes, gsize size) {
  if (size > G_MAXUINT32 - (1u << 20) - out->len) return FALSE;
  if (bytes) g_byte_array_append(out, bytes, (guint)size);
  else g_byte_array_set_size(out, (guint)(out->len + size));
  return TRUE;
}

void picture_get_rows(const Writing *writing, gint y, gint count, gpointer pixels) {
  gegl_buffer_get(writing->buffer, GEGL_RECTANGLE(0, y, writing->width, count), 1.0, writing->format, pixels,
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

/* JPEG holds no alpha: what shines through is white. */
static GeglBuffer *over_white(GeglBuffer *buffer) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  const Babl *own = gegl_buffer_get_format(buffer), *space = babl_format_get_space(own);
  gboolean grey = (babl_get_model_flags(own) & BABL_MODEL_FLAG_GRAY) != 0;
  const Babl *from = babl_format_with_space(grey ? "Y'A float" : "R'G'B'A float", space);
  const Babl *to = babl_format_with_space(grey ? "Y' float" : "R'G'B' float", space);
  gint colours = grey ? 1 : 3, rows = MAX(1, (1 << 20) / extent->width);
  GeglBuffer *out = gegl_buffer_new(extent, to);
  gfloat *pixels = g_new(gfloat, (gsize)rows * (gsize)extent->width * (gsize)(colours + 1));
  for (gint y = 0; y < extent->height; y += rows) {
    GeglRectangle band = { 0, y, extent->width, MIN(rows, extent->height - y) };
    gsize count = (gsize)band.width * (gsize)band.height;
    gegl_buffer_get(buffer, &band, 1.0, from, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gfloat *packed = pixels;
    for (gsize n = 0; n < count; n++) {
      const gfloat *p = pixels + n * (gsize)(colours + 1);
      gfloat alpha = p[colours];
      for (gint c = 0; c < colours; c++) *packed++ = 1 + alpha * (p[c] - 1);
    }
    gegl_buffer_set(out, &band, 0, to, pixels, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(pixels);
  return out;
}

/* A grey profile does not describe colours: the coloured space in which the same numbers mean the same greys. */
static const Babl *coloured_space(const Babl *grey) {
  const Babl *trc = NULL;
  babl_space_get(grey, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &trc, NULL, NULL);
  return babl_space_from_chromaticities(NULL, 0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06, trc, trc, trc,
                                        BABL_SPACE_FLAG_EQUALIZE);
}

/* The numbers that go into the file: the encoding with gamma, as many bits as buffer and form both hold. */
static void choose_format(const Form *form, Writing *w) {
  const Babl *own = gegl_buffer_get_format(w->buffer), *space = babl_format_get_space(own);
  const Babl *type = babl_format_get_type(own, 0);
  BablModelFlag flags = babl_get_model_flags(own);
  w->grey = (flags & BABL_MODEL_FLAG_GRAY) && form->grey;
  w->alpha = babl_format_has_alpha(own);
  w->associated = form == &picture_forms[PICTURE_TIFF] && w->alpha && (flags & BABL_MODEL_FLAG_ASSOCIATED);
  const gchar *model = w->grey ? (!w->alpha ? "Y'" : w->associated ? "Y'aA" : "Y'A")
                               : (!w->alpha ? "R'G'B'" : w->associated ? "R'aG'aB'aA" : "R'G'B'A");
  const gchar *number = form->bits == 64                                     ? babl_get_name(type)
                        : form->bits == 8 || type == babl_type("u8")         ? "u8"
                        : form->bits >= 32 && type != babl_type("u16")       ? "float"
                                                                             : "u16";
  g_autofree gchar *encoding = g_strdup_printf("%s %s", model, number);
  w->format = babl_format_with_space(encoding, space);
  w->bits = 8 * babl_format_get_bytes_per_pixel(w->format) / babl_format_get_n_components(w->format);
}

/* The file's own profile, else the one of the buffer's space (a PNG may tell its colours otherwise). */
static void choose_profile(PictureForm form, const Picture *like, Writing *w) {
  const Babl *space = babl_format_get_space(gegl_buffer_get_format(w->buffer));
  gboolean to_colours = !w->grey && babl_space_is_gray(space);
  if (form == PICTURE_PNG && like && like->png_colour) w->png_colour = g_bytes_ref(like->png_colour);
  if (to_colours) space = coloured_space(space);
  if (like && like->icc && !to_colours) w->icc = g_bytes_ref(like->icc);
  else if (!w->png_colour && space && space != babl_space("sRGB")) {
    int size = 0;
    const char *profile = babl_space_get_icc(space, &size);
    if (profile) w->icc = g_bytes_new(profile, (gsize)size);
  }
}

gboolean picture_save(GeglBuffer *buffer, Picture *like, const gchar *path, GError **error) {
  return picture_save_made(buffer, like, NULL, path, error);
}

gboolean picture_save_made(GeglBuffer *buffer, Picture *like, const PictureOrigin *origin, const gchar *path, GError **error) {
  PictureForm form;
  picture_init();
  if (!picture_form_of_output(path, &form, error)) return FALSE;
  const Form *row = &picture_forms[form];
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  if (extent->width > row->widest || extent->height > row->widest)
    return fail(error, path, _("this form holds no picture so large"));

  gboolean flatten = !row->alpha && babl_format_has_alpha(gegl_buffer_get_format(buffer));
  g_autoptr(GeglBuffer) ready = flatten ? over_white(buffer) : g_object_ref(buffer);
  Writing w = { .buffer = ready, .width = extent->width, .height = extent->height,
                .lossless = row->loss == LOSSLESS || (row->loss == LOSSLESS_IF_ASKED && (!like || like->lossless)) };
  if (like) {
    w.x_density = like->x_density;
    w.y_density = like->y_density;
  }
  choose_format(row, &w);
  choose_profile(form, like, &w);
  texts_prepare(like, origin, form, &w);
  g_autoptr(GByteArray) out = g_byte_array_new();
  g_autofree gchar *fault = row->save(&w, out);
  if (like && w.note) like->note = w.note;
  g_clear_pointer(&w.icc, g_bytes_unref);
  g_clear_pointer(&w.png_colour, g_bytes_unref);
  g_clear_pointer(&w.exif, g_bytes_unref);
  g_clear_pointer(&w.xmp, g_bytes_unref);
  g_clear_pointer(&w.irb, g_bytes_unref);
  if (w.texts) g_object_unref(w.texts);
  return fault ? fail(error, path, fault) : picture_write_bytes(path, out->data, out->len, error);
}
