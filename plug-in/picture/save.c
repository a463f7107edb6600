/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "picture/form.h"

static const struct {
  const gchar *ending;
  PictureForm form;
} endings[] = {
  { ".png", PICTURE_PNG },  { ".jpg", PICTURE_JPEG },  { ".jpeg", PICTURE_JPEG },
  { ".tif", PICTURE_TIFF }, { ".tiff", PICTURE_TIFF }, { ".webp", PICTURE_WEBP },
};

gboolean picture_form_of_output(const gchar *path, PictureForm *form, GError **error) {
  g_autofree gchar *lower = g_ascii_strdown(path, -1);
  for (guint i = 0; i < G_N_ELEMENTS(endings); i++)
    if (g_str_has_suffix(lower, endings[i].ending)) {
      *form = endings[i].form;
      return TRUE;
    }
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0,
              _("%s cannot be written: its ending must be .png, .jpg, .tiff, .webp or .safetensors."), name);
  return FALSE;
}

static gboolean fail(GError **error, const gchar *path, const gchar *fault) {
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be written: %s."), name, fault);
  return FALSE;
}

/* ----------------------------------------------------------------------------- beside, then renamed */

/* Where `path` leads: a link stays a link, and the file behind it is written. */
static gchar *behind_links(const gchar *path) {
  char *real = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? realpath(path, NULL) : NULL;
  gchar *copy = g_strdup(real ? real : path);
  free(real);
  return copy;
}

/* An empty file in the folder of the file `path`; to be unlinked by the caller, or renamed. */
static gchar *new_beside(const gchar *path, GError **error) {
  g_autofree gchar *file_path = behind_links(path), *folder = g_path_get_dirname(file_path);
  gchar *beside = g_build_filename(folder, ".stylemap-XXXXXX", NULL);
  int file = g_mkstemp_full(beside, O_RDWR | O_CLOEXEC, 0666);
  if (file >= 0) {
    close(file);
    return beside;
  }
  fail(error, path, g_strerror(errno));
  g_free(beside);
  return NULL;
}

gboolean picture_check_writable(const gchar *path, GError **error) {
  if (g_file_test(path, G_FILE_TEST_IS_DIR)) return fail(error, path, _("it is a folder"));
  gchar *beside = new_beside(path, error);
  if (!beside) return FALSE;
  g_unlink(beside);
  g_free(beside);
  return TRUE;
}

gboolean picture_write_bytes(const gchar *path, gconstpointer data, gsize size, GError **error) {
  g_autofree gchar *beside = new_beside(path, error);
  if (!beside) return FALSE;
  int file = g_open(beside, O_WRONLY | O_CLOEXEC, 0), code = 0;
  if (file < 0) code = errno;
  for (gsize at = 0; !code && at < size;) {
    gssize n = write(file, (const guint8 *)data + at, MIN(size - at, (gsize)1 << 30));
    if (n >= 0) at += (gsize)n;
    else if (errno != EINTR) code = errno;
  }
  /* what was private stays private */
  g_autofree gchar *file_path = behind_links(path);
  GStatBuf old;
  if (!code && g_stat(file_path, &old) == 0 && fchmod(file, old.st_mode & 0777) != 0) code = errno;
  if (!code && fsync(file) != 0 && errno != EINVAL) code = errno;
  if (file >= 0 && close(file) != 0 && !code) code = errno;
  if (!code && g_rename(beside, file_path) != 0) code = errno;
  if (!code) return TRUE;
  g_unlink(beside);
  return fail(error, path, g_strerror(code));
}

/* ------------------------------------------------------------------------------------------ texts */

/* The texts of `like` as they belong into an upright picture of another size, or NULL without any. */
static GExiv2Metadata *texts_for(const Picture *like, const GeglRectangle *extent, PictureForm form) {
  if (!like) return NULL;
  GExiv2Metadata *texts = like->texts;
  gboolean has = texts && (gexiv2_metadata_has_exif(texts) || gexiv2_metadata_has_xmp(texts) ||
                           gexiv2_metadata_has_iptc(texts));
  if (!has) {
    /* WebP has no other place for the resolution. */
    if (form != PICTURE_WEBP || like->x_density <= 0) return NULL;
  }
  if (texts) {
    g_object_ref(texts);
  } else {
    texts = gexiv2_metadata_new();
  }
  if (has && gexiv2_metadata_has_exif(texts)) {
    gexiv2_metadata_try_set_orientation(texts, GEXIV2_ORIENTATION_NORMAL, NULL);
    gexiv2_metadata_try_erase_exif_thumbnail(texts, NULL); /* it shows the picture before */
    static const gchar *const widths[] = { "Exif.Photo.PixelXDimension", "Exif.Photo.PixelYDimension" };
    for (guint i = 0; i < 2; i++)
      if (gexiv2_metadata_try_has_tag(texts, widths[i], NULL))
        gexiv2_metadata_try_set_tag_long(texts, widths[i], i ? extent->height : extent->width, NULL);
  }
  if (like->x_density > 0) {
    gint x = (gint)lround(like->x_density * 0.0254 * 1000), y = (gint)lround(like->y_density * 0.0254 * 1000);
    gexiv2_metadata_try_set_exif_tag_rational(texts, "Exif.Image.XResolution", x, 1000, NULL);
    gexiv2_metadata_try_set_exif_tag_rational(texts, "Exif.Image.YResolution", y, 1000, NULL);
    gexiv2_metadata_try_set_tag_long(texts, "Exif.Image.ResolutionUnit", 2, NULL);
  }
  return texts;
}

/* ------------------------------------------------------------------------------------------- save */

/* The numbers that go into the file: the encoding with gamma, as many bits as buffer and form both hold. They are
 * labelled sRGB whatever they mean, so that no saver converts them or writes a profile of its own. */
static GeglBuffer *prepare(GeglBuffer *buffer, PictureForm form) {
  const Babl *own = gegl_buffer_get_format(buffer), *space = babl_format_get_space(own);
  const Babl *type = babl_format_get_type(own, 0);
  BablModelFlag flags = babl_get_model_flags(own);
  gboolean grey = (flags & BABL_MODEL_FLAG_GRAY) && form != PICTURE_WEBP;
  gboolean alpha = babl_format_has_alpha(own) || form == PICTURE_WEBP;
  gboolean associated = form == PICTURE_TIFF && (flags & BABL_MODEL_FLAG_ASSOCIATED) && (flags & BABL_MODEL_FLAG_ALPHA);
  const gchar *model = grey ? (!alpha ? "Y'" : associated ? "Y'aA" : "Y'A")
                            : (!alpha ? "R'G'B'" : associated ? "R'aG'aB'aA" : "R'G'B'A");
  const gchar *number = form == PICTURE_TIFF                                ? babl_get_name(type)
                        : form == PICTURE_PNG && type != babl_type("u8") ? "u16"
                                                                         : "u8";
  g_autofree gchar *encoding = g_strdup_printf("%s %s", model, number);
  return picture_relabel(buffer, babl_format_with_space(encoding, space), babl_format(encoding));
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

static gboolean save_by_gegl(GeglBuffer *buffer, PictureForm form, const gchar *beside, const gchar *path,
                             GError **error) {
  const Babl *format = gegl_buffer_get_format(buffer);
  picture_listen();
  GeglNode *graph = gegl_node_new();
  GeglNode *source = gegl_node_new_child(graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  g_autofree gchar *whole_path = g_canonicalize_filename(beside, NULL); /* GEGL writes "-" to standard output */
  GeglNode *sink = form == PICTURE_PNG
                     ? gegl_node_new_child(graph, "operation", "gegl:png-save", "path", whole_path, "bitdepth",
                                           babl_format_get_type(format, 0) == babl_type("u8") ? 8 : 16, "compression", 6, NULL)
                   : form == PICTURE_TIFF
                     ? gegl_node_new_child(graph, "operation", "gegl:tiff-save", "path", whole_path, NULL)
                     : gegl_node_new_child(graph, "operation", "gegl:webp-save", "path", whole_path, "quality", 100,
                                           NULL);
  gegl_node_link(source, sink);
  gegl_node_process(sink);
  g_object_unref(graph);
  g_autofree gchar *complaint = picture_heard();
  return complaint ? fail(error, path, complaint) : TRUE;
}

/* Puts texts, profile and resolution into the file `beside`, and the whole under `path`. */
static gboolean finish(const gchar *beside, PictureForm form, const GeglRectangle *extent, Picture *like,
                       GBytes *icc, const gchar *path, GError **error) {
  g_autoptr(GExiv2Metadata) texts = texts_for(like, extent, form);
  g_autoptr(GBytes) exif = NULL;
  if (texts) {
    g_autofree gchar *whole_path = g_canonicalize_filename(beside, NULL);
    if (!gexiv2_metadata_save_file(texts, whole_path, NULL)) /* JPEG holds at most 64 KB of EXIF, for example */
      like->note = _("The picture's EXIF, XMP and IPTC do not fit into the output, which is written without them.");
    else if (form == PICTURE_PNG) exif = gexiv2_metadata_get_exif_data(texts, GEXIV2_BYTE_ORDER_LITTLE, NULL);
  }
  g_autofree gchar *data = NULL;
  gsize size = 0;
  g_autoptr(GError) why = NULL;
  if (!g_file_get_contents(beside, &data, &size, &why)) return fail(error, path, why->message);
  const guint8 *bytes = (const guint8 *)data;
  g_autoptr(GByteArray) whole = form == PICTURE_PNG    ? png_splice(bytes, size, like, icc, exif)
                                : form == PICTURE_TIFF ? tiff_splice(bytes, size, like, icc)
                                : form == PICTURE_WEBP ? webp_splice(bytes, size, icc)
                                                       : g_byte_array_append(g_byte_array_new(), bytes, (guint)size);
  if (!whole) return fail(error, path, _("the saver wrote a damaged file"));
  return picture_write_bytes(path, whole->data, whole->len, error);
}

gboolean picture_save(GeglBuffer *buffer, Picture *like, const gchar *path, GError **error) {
  PictureForm form;
  picture_init();
  if (!picture_form_of_output(path, &form, error)) return FALSE;
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  const gint widest = form == PICTURE_WEBP ? 16383 : 65535;
  if (extent->width > widest || extent->height > widest)
    return fail(error, path, _("this form holds no picture so large"));
  g_autofree gchar *beside = new_beside(path, error);
  if (!beside) return FALSE;

  /* The file's own profile, else the one of the buffer's space (a PNG may tell its colours otherwise). */
  g_autoptr(GBytes) icc = like && like->icc ? g_bytes_ref(like->icc) : NULL;
  const Babl *space = babl_format_get_space(gegl_buffer_get_format(buffer));
  gboolean told = form == PICTURE_PNG && like && like->png_colour;
  if (!icc && !told && space && space != babl_space("sRGB")) {
    int size = 0;
    const char *profile = babl_space_get_icc(space, &size);
    if (profile) icc = g_bytes_new(profile, (gsize)size);
  }

  g_autoptr(GeglBuffer) ready = NULL;
  gboolean done;
  if (form == PICTURE_JPEG) {
    gboolean alpha = babl_format_has_alpha(gegl_buffer_get_format(buffer));
    ready = alpha ? over_white(buffer) : g_object_ref(buffer);
    g_autoptr(GByteArray) jpeg = jpeg_save(ready, like, icc, path, error);
    done = jpeg && picture_write_bytes(beside, jpeg->data, jpeg->len, error);
  } else {
    ready = prepare(buffer, form);
    done = save_by_gegl(ready, form, beside, path, error);
  }
  done = done && finish(beside, form, extent, like, icc, path, error);
  g_unlink(beside);
  return done;
}
