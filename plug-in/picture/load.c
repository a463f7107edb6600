/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/layer.h"
#include "picture/form.h"

enum { MAX_SIDE = 65535, MAX_PIXELS = 1 << 29 };

G_DEFINE_QUARK(stylemap-picture-error, picture_error)

void picture_init(void) {
  static gsize once;
  if (!g_once_init_enter(&once)) return;
  /* A cache folder of our own, without what an earlier run left in it: from remembered conversions babl builds and
   * times tables of 256 MB at every start, and picks other roundings than from none. */
  g_autofree gchar *cache = g_build_filename(g_get_user_cache_dir(), "stylemap", NULL);
  g_autofree gchar *remembered = g_build_filename(cache, "babl", "babl-fishes", NULL);
  g_mkdir_with_parents(cache, 0700);
  g_unlink(remembered);
  g_setenv("XDG_CACHE_HOME", cache, TRUE);
  gegl_init(NULL, NULL);
  /* OpenCL may round otherwise than the CPU: the same picture must give the same pixels everywhere. */
  g_object_set(gegl_config(), "use-opencl", FALSE, NULL);
  gexiv2_initialize();
  gexiv2_log_set_level(GEXIV2_LOG_LEVEL_MUTE);
  g_once_init_leave(&once, 1);
}

void picture_free(Picture *picture) {
  if (!picture) return;
  g_clear_object(&picture->buffer);
  g_clear_pointer(&picture->icc, g_bytes_unref);
  g_clear_pointer(&picture->png_colour, g_bytes_unref);
  if (picture->texts) g_object_unref(picture->texts);
  g_free(picture);
}

const gchar *picture_size_fault(const Picture *picture) {
  if (picture->width < 1 || picture->height < 1) return _("it has no pixels");
  if (picture->width > MAX_SIDE || picture->height > MAX_SIDE ||
      (gint64)picture->width * picture->height > MAX_PIXELS)
    return _("it is too large");
  return NULL;
}

const Babl *picture_space(Picture *picture, gboolean grey) {
  if (!picture->icc) return NULL;
  const char *fault = NULL;
  gsize size;
  const char *data = g_bytes_get_data(picture->icc, &size);
  const Babl *space = NULL;
  if (icc_check(picture->icc))
    space = babl_space_from_icc(data, (int)size, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &fault);
  if (space && !fault && !babl_space_is_cmyk(space) && (grey || !babl_space_is_gray(space))) return space;
  picture->note = _("The picture's colour profile is of a kind that is not understood; its colours are taken for sRGB.");
  return NULL;
}

/* ------------------------------------------------------------------------------------------- GEGL */

static const gchar *const loaders[] = {
  [PICTURE_PNG] = "gegl:png-load", [PICTURE_TIFF] = "gegl:tiff-load", [PICTURE_WEBP] = "gegl:webp-load",
  [PICTURE_EXR] = "gegl:exr-load", [PICTURE_GIF] = "gegl:gif-load",
};

static gboolean fail(GError **error, const gchar *path, const gchar *fault) {
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be read: %s."), name, fault);
  return FALSE;
}

/* The picture without its profile, as a file in memory that GEGL opens by the returned path; -1 where that cannot be. */
static int copy_without_profile(const Picture *picture, const guint8 *data, gsize size, gchar **path) {
  g_autoptr(GByteArray) plain = picture->form == PICTURE_PNG    ? png_splice(data, size, NULL, NULL, NULL)
                                : picture->form == PICTURE_TIFF ? tiff_splice(data, size, NULL, NULL)
                                                                : NULL;
  int file = plain ? memfd_create("picture", MFD_CLOEXEC) : -1;
  if (file < 0) return -1;
  for (gsize at = 0; at < plain->len;) {
    gssize n = write(file, plain->data + at, plain->len - at);
    if (n <= 0) {
      close(file);
      return -1;
    }
    at += (gsize)n;
  }
  *path = g_strdup_printf("/proc/self/fd/%d", file);
  return file;
}

static gboolean load_by_gegl(Picture *picture, const guint8 *data, gsize size, const gchar *path, GError **error) {
  const gchar *name = loaders[picture->form];
  if (!gegl_has_operation(name)) {
    g_autofree gchar *fault = g_strdup_printf(_("this GEGL has no %s"), name);
    return fail(error, path, fault);
  }
  g_autofree gchar *whole_path = g_canonicalize_filename(path, NULL); /* GEGL reads "-" as standard input */
  int copy = -1;
  if (picture->icc && picture->form != PICTURE_WEBP && !icc_check(picture->icc)) {
    g_clear_pointer(&whole_path, g_free);
    copy = copy_without_profile(picture, data, size, &whole_path);
    if (copy < 0) return fail(error, path, _("its colour profile is damaged"));
  }
  picture_listen();
  GeglNode *graph = gegl_node_new();
  GeglNode *load = gegl_node_new_child(graph, "operation", name, "path", whole_path, NULL);
  GeglNode *sink =
    gegl_node_new_child(graph, "operation", "gegl:buffer-sink", "buffer", &picture->buffer, NULL);
  gegl_node_link(load, sink);
  gegl_node_process(sink);
  g_object_unref(graph);
  g_autofree gchar *complaint = picture_heard();
  if (copy >= 0) close(copy);
  if (complaint) return fail(error, path, complaint);
  if (!picture->buffer) return fail(error, path, _("its pixels cannot be read"));
  const GeglRectangle *extent = gegl_buffer_get_extent(picture->buffer);
  if (picture->form == PICTURE_EXR) {
    picture->width = extent->width;
    picture->height = extent->height;
    const gchar *fault = picture_size_fault(picture);
    if (fault) return fail(error, path, fault);
  }
  if (extent->width != picture->width || extent->height != picture->height || extent->x || extent->y)
    return fail(error, path, _("its pixels cannot be read"));
  return TRUE;
}

/* --------------------------------------------------------------------- what the loaders get wrong */

GeglBuffer *picture_relabel(GeglBuffer *buffer, const Babl *from, const Babl *as) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  GeglBuffer *out = gegl_buffer_new(extent, as);
  gint rows = MAX(1, (1 << 20) / extent->width);
  guint8 *pixels = g_malloc((gsize)rows * (gsize)extent->width * (gsize)babl_format_get_bytes_per_pixel(from));
  for (gint y = 0; y < extent->height; y += rows) {
    GeglRectangle band = { 0, y, extent->width, MIN(rows, extent->height - y) };
    gegl_buffer_get(buffer, &band, 1.0, from, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_set(out, &band, 0, as, pixels, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(pixels);
  return out;
}

static void replace(Picture *picture, GeglBuffer *buffer) {
  g_object_unref(picture->buffer);
  picture->buffer = buffer;
}

/* GEGL's WebP loader knows no profile, the others believe every one, and PNG's takes rounded sRGB chunks for another
 * space. */
static void give_space(Picture *picture) {
  const Babl *own = gegl_buffer_get_format(picture->buffer);
  if (!picture->icc && !picture->png_srgb) return;
  const Babl *space = picture_space(picture, (babl_get_model_flags(own) & BABL_MODEL_FLAG_GRAY) != 0);
  const Babl *as = babl_format_with_space(babl_format_get_encoding(own), space);
  if (as != own) replace(picture, picture_relabel(picture->buffer, own, as));
}

/* Grey counted from white: the complement of every number. */
static void invert(GeglBuffer *buffer) {
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(buffer, NULL, 0, NULL, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  gint bytes = babl_format_get_bytes_per_pixel(gegl_buffer_get_format(buffer));
  while (gegl_buffer_iterator_next(i)) {
    guint8 *pixels = i->items[0].data;
    for (gint n = 0; n < i->length * bytes; n++) pixels[n] = (guint8)~pixels[n];
  }
}

/* GEGL reads few bits, palettes and YCbCr as 8-bit RGB with premultiplied alpha; and 0-is-white as 0-is-black. */
static void mend_tiff(Picture *picture, const TiffFacts *facts) {
  const Babl *own = gegl_buffer_get_format(picture->buffer), *space = babl_format_get_space(own);
  gboolean grey = facts->photometric <= 1, alpha = facts->extra > 0;
  gboolean plain = facts->bits >= 8 && facts->photometric <= 2;
  if (!plain) {
    const gchar *encoding = grey ? (alpha ? "Y'A u8" : "Y' u8") : (alpha ? "R'G'B'A u8" : "R'G'B' u8");
    const Babl *format = babl_format_with_space(encoding, space);
    replace(picture, picture_relabel(picture->buffer, format, format));
  } else if (facts->inverted) {
    invert(picture->buffer);
  }
}

/* ------------------------------------------------------------------------------------ orientation */

/* The stored pixel of upright pixel (x, y), for EXIF's eight orientations; w, h: the upright size. */
static void stored_pixel(gint orientation, gint w, gint h, gint x, gint y, gint *sx, gint *sy) {
  gboolean turned = orientation >= 5;
  gint u = turned ? y : x, v = turned ? x : y;      /* along the stored row, down the stored column */
  gint stored_w = turned ? h : w, stored_h = turned ? w : h;
  gboolean mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  *sx = mirror_x ? stored_w - 1 - u : u;
  *sy = mirror_y ? stored_h - 1 - v : v;
}

static void make_upright(Picture *picture) {
  gint orientation = picture->orientation;
  if (orientation < 2 || orientation > 8) return;
  if (orientation >= 5) {
    gint width = picture->width;
    picture->width = picture->height;
    picture->height = width;
    gdouble density = picture->x_density;
    picture->x_density = picture->y_density;
    picture->y_density = density;
  }
  const Babl *format = gegl_buffer_get_format(picture->buffer);
  gsize bytes = (gsize)babl_format_get_bytes_per_pixel(format);
  gint w = picture->width, h = picture->height;
  GeglBuffer *out = gegl_buffer_new(GEGL_RECTANGLE(0, 0, w, h), format);
  gint rows = CLAMP((1 << 20) / w, 1, h);
  guint8 *from = g_malloc((gsize)rows * (gsize)w * bytes), *to = g_malloc((gsize)rows * (gsize)w * bytes);
  for (gint y = 0; y < h; y += rows) {
    gint n = MIN(rows, h - y), x0, y0, x1, y1;
    stored_pixel(orientation, w, h, 0, y, &x0, &y0);
    stored_pixel(orientation, w, h, w - 1, y + n - 1, &x1, &y1);
    GeglRectangle stored = { MIN(x0, x1), MIN(y0, y1), ABS(x1 - x0) + 1, ABS(y1 - y0) + 1 };
    gegl_buffer_get(picture->buffer, &stored, 1.0, format, from, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (gint k = 0; k < n; k++)
      for (gint x = 0; x < w; x++) {
        gint sx, sy;
        stored_pixel(orientation, w, h, x, y + k, &sx, &sy);
        gsize at = (gsize)(sy - stored.y) * (gsize)stored.width + (gsize)(sx - stored.x);
        memcpy(to + ((gsize)k * (gsize)w + (gsize)x) * bytes, from + at * bytes, bytes);
      }
    gegl_buffer_set(out, GEGL_RECTANGLE(0, y, w, n), 0, format, to, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(from);
  g_free(to);
  replace(picture, out);
}

/* ------------------------------------------------------------------------------------------ texts */

static gdouble exif_density(GExiv2Metadata *texts, const gchar *tag, glong unit) {
  gint above = 0, below = 0;
  if (!gexiv2_metadata_try_get_exif_tag_rational(texts, tag, &above, &below, NULL) || above <= 0 || below <= 0)
    return 0;
  return (gdouble)above / below * (unit == 3 ? 100 : 1 / 0.0254);
}

/* EXIF, XMP and IPTC of the file; damaged ones are left behind, as every viewer does. */
static void read_texts(Picture *picture, const gchar *path) {
  g_autofree gchar *whole_path = g_canonicalize_filename(path, NULL); /* exiv2 takes "http:..." for an address */
  picture->orientation = 1;
  if (picture->form == PICTURE_EXR || picture->form == PICTURE_GIF) return;
  GExiv2Metadata *texts = gexiv2_metadata_new();
  if (!gexiv2_metadata_open_path(texts, whole_path, NULL)) {
    g_object_unref(texts);
    return;
  }
  picture->texts = texts;
  if (gexiv2_metadata_try_has_tag(texts, "Exif.Image.Orientation", NULL)) {
    glong orientation = gexiv2_metadata_try_get_tag_long(texts, "Exif.Image.Orientation", NULL);
    if (orientation >= 1 && orientation <= 8) picture->orientation = (gint)orientation;
  }
  if (picture->x_density <= 0 && gexiv2_metadata_try_has_tag(texts, "Exif.Image.XResolution", NULL)) {
    glong unit = gexiv2_metadata_try_get_tag_long(texts, "Exif.Image.ResolutionUnit", NULL);
    picture->x_density = exif_density(texts, "Exif.Image.XResolution", unit);
    picture->y_density = exif_density(texts, "Exif.Image.YResolution", unit);
    if (!(picture->x_density > 0 && picture->y_density > 0)) picture->x_density = picture->y_density = 0;
  }
}

/* ------------------------------------------------------------------------------------------- load */

/* By content: a wrong ending is common. */
static gboolean find_form(const guint8 *data, gsize size, PictureForm *form) {
  static const struct {
    PictureForm form;
    gsize at, length;
    const gchar *magic;
  } magics[] = {
    { PICTURE_PNG, 0, 8, "\x89PNG\r\n\x1a\n" }, { PICTURE_JPEG, 0, 3, "\xff\xd8\xff" },
    { PICTURE_TIFF, 0, 4, "II*\0" },            { PICTURE_TIFF, 0, 4, "MM\0*" },
    { PICTURE_TIFF, 0, 4, "II+\0" },            { PICTURE_TIFF, 0, 4, "MM\0+" },
    { PICTURE_WEBP, 8, 4, "WEBP" },             { PICTURE_EXR, 0, 4, "\x76\x2f\x31\x01" },
    { PICTURE_GIF, 0, 6, "GIF87a" },            { PICTURE_GIF, 0, 6, "GIF89a" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(magics); i++)
    if (size >= magics[i].at + magics[i].length &&
        memcmp(data + magics[i].at, magics[i].magic, magics[i].length) == 0) {
      *form = magics[i].form;
      return TRUE;
    }
  return FALSE;
}

static gboolean load(Picture *picture, const guint8 *data, gsize size, const gchar *path, GError **error) {
  TiffFacts tiff = { 0 };
  const gchar *fault = NULL;
  if (!find_form(data, size, &picture->form))
    return fail(error, path, _("it is no PNG, JPEG, TIFF, WebP, OpenEXR or GIF picture"));
  if (picture->form == PICTURE_JPEG) {
    if (!jpeg_load(data, size, picture, path, error)) return FALSE;
  } else {
    fault = picture->form == PICTURE_PNG    ? png_check(data, size, picture)
            : picture->form == PICTURE_TIFF ? tiff_check(data, size, picture, &tiff)
            : picture->form == PICTURE_WEBP ? webp_check(data, size, picture)
            : picture->form == PICTURE_GIF  ? gif_check(data, size, picture)
                                            : NULL;
    if (!fault && picture->form != PICTURE_EXR) fault = picture_size_fault(picture);
    if (fault) return fail(error, path, fault);
    if (!load_by_gegl(picture, data, size, path, error)) return FALSE;
  }
  if (picture->form == PICTURE_TIFF) mend_tiff(picture, &tiff);
  if (picture->form != PICTURE_JPEG) give_space(picture);
  read_texts(picture, path);
  make_upright(picture);
  return TRUE;
}

Picture *picture_load(const gchar *path, gint page, GError **error) {
  picture_init();
  if (page > 1) {
    fail(error, path, _("it has no such page"));
    return NULL;
  }
  GStatBuf info;
  GError *why = NULL;
  if (g_stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    fail(error, path, _("it is no file"));
    return NULL;
  }
  GMappedFile *file = g_mapped_file_new(path, FALSE, &why);
  if (!file) {
    int code = errno;
    g_clear_error(&why);
    fail(error, path, g_strerror(code));
    return NULL;
  }
  Picture *picture = g_new0(Picture, 1);
  const guint8 *data = (const guint8 *)g_mapped_file_get_contents(file);
  gboolean loaded = load(picture, data, g_mapped_file_get_length(file), path, error);
  g_mapped_file_unref(file);
  if (!loaded) g_clear_pointer(&picture, picture_free);
  return picture;
}

/* ------------------------------------------------------------------------------------------- mask */

/* The stored grey values times alpha, or NULL where there is colour. */
static GeglBuffer *grey_of(const Picture *picture) {
  const Babl *format = layer_own_float(gegl_buffer_get_format(picture->buffer));
  gboolean has_alpha = babl_format_has_alpha(format);
  gint width = picture->width, height = picture->height;
  gint components = babl_format_get_n_components(format), rows = MAX(1, (1 << 20) / width);
  GeglBuffer *grey = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("Y float"));
  gfloat *pixels = g_new(gfloat, (gsize)rows * (gsize)width * (gsize)components);
  gfloat *weight = g_new(gfloat, (gsize)rows * (gsize)width), colour = 0;
  for (gint y = 0; y < height; y += rows) {
    GeglRectangle band = { 0, y, width, MIN(rows, height - y) };
    gsize count = (gsize)band.width * (gsize)band.height;
    layer_get_numbers(picture->buffer, &band, pixels);
    for (gsize n = 0; n < count; n++) {
      const gfloat *p = pixels + n * (gsize)components;
      gfloat alpha = has_alpha ? p[components - 1] : 1.0f;
      if (components >= 3) colour = MAX(colour, alpha * MAX(fabsf(p[0] - p[1]), fabsf(p[1] - p[2])));
      weight[n] = CLAMP(p[0] * alpha, 0.0f, 1.0f);
    }
    gegl_buffer_set(grey, &band, 0, babl_format("Y float"), weight, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(pixels);
  g_free(weight);
  if (colour > 3.0f / 255) g_clear_object(&grey); /* more than JPEG's rounding */
  return grey;
}

GeglBuffer *picture_load_mask(const gchar *path, gint page, gint width, gint height, GError **error) {
  g_autoptr(Picture) picture = picture_load(path, page, error);
  if (!picture) return NULL;
  g_autofree gchar *name = g_filename_display_name(path);
  if (picture->width != width || picture->height != height) {
    g_set_error(error, PICTURE_ERROR, 0,
                _("The mask %s is %d x %d pixels, but the target is %d x %d: they must have the same size."), name,
                picture->width, picture->height, width, height);
    return NULL;
  }
  GeglBuffer *mask = grey_of(picture);
  if (!mask)
    g_set_error(error, PICTURE_ERROR, 0,
                _("The mask %s is coloured: save it as grey, white where the reference shall come in."), name);
  return mask;
}

GeglBuffer *picture_load_grey(const gchar *path, gint page, GError **error) {
  g_autoptr(Picture) picture = picture_load(path, page, error);
  GeglBuffer *grey = picture ? grey_of(picture) : NULL;
  if (!picture || grey) return grey;
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s is coloured: save it as grey."), name);
  return NULL;
}
