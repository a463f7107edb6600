/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "host/layer.h"
#include "host/start.h"
#include "picture/form.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { MAX_SIDE = 65535, MAX_PIXELS = 1 << 16 }; /* so that a second is not spent on each size that a header claims */
#else
enum { MAX_SIDE = 65535, MAX_PIXELS = 1 << 29 };
#endif

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
  start_gegl();
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
  g_clear_pointer(&picture->foreign, g_bytes_unref);
  if (picture->texts) g_object_unref(picture->texts);
  g_free(picture);
}

/* --------------------------------------------------------------------------- what the forms are given */

Fault picture_size_fault(gint64 width, gint64 height) {
  if (width < 1 || height < 1) return g_strdup(_("it has no pixels"));
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) return g_strdup(_("it is too large"));
  return NULL;
}

Fault picture_make_buffer(Picture *picture, gint64 width, gint64 height, const gchar *encoding, gboolean grey,
                          const Primaries *primaries) {
  Fault fault = picture_size_fault(width, height);
  if (fault) return fault;
  picture->width = (gint)width;
  picture->height = (gint)height;
  picture->buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, picture->width, picture->height),
                                    babl_format_with_space(encoding, picture_space(picture, grey, primaries)));
  return NULL;
}

void picture_put_rows(Picture *picture, gint y, gint count, gconstpointer pixels) {
  gegl_buffer_set(picture->buffer, GEGL_RECTANGLE(0, y, picture->width, count), 0,
                  gegl_buffer_get_format(picture->buffer), pixels, GEGL_AUTO_ROWSTRIDE);
}

gboolean picture_has_box(const guint8 *data, gsize size, const gchar *type, gboolean *cut) {
  gboolean found = FALSE, beyond = FALSE;
  for (gsize at = 0; at < size && !beyond;) {
    const guint8 *box = data + at;
    guint64 rest = size - at, length = rest < 8 ? 0 : be32(box), head = 8;
    if (length == 1 && rest >= 16) length = (guint64)be32(box + 8) << 32 | be32(box + 12), head = 16;
    else if (length == 0 && rest >= 8) length = rest; /* to the end */
    beyond = length < head || length > rest;
    found = found || (rest >= 8 && memcmp(box + 4, type, 4) == 0);
    at += length;
  }
  if (cut) *cut = beyond;
  return found;
}

gsize picture_row_bytes(const Babl *format, gint width) {
  return (gsize)width * (gsize)babl_format_get_bytes_per_pixel(format);
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
  g_object_unref(picture->buffer);
  picture->buffer = out;
}

/* ------------------------------------------------------------------------------------------- load */

/* A library's words may quote the file's bytes. */
static gboolean fail(GError **error, const gchar *name, const gchar *fault) {
  g_autofree gchar *shown = g_filename_display_name(name), *said = g_utf8_make_valid(fault, -1);
  for (gchar *c = said; *c; c++)
    if (g_ascii_iscntrl(*c)) *c = ' ';
  g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be read: %s."), shown, said);
  return FALSE;
}

static Fault decode(Picture *picture, const guint8 *data, gsize size, gint page) {
  if (!picture_find_form(data, size, &picture->form)) {
    g_autoptr(GString) names = g_string_new(picture_forms[0].name);
    for (guint i = 1; i < PICTURE_FORMS - 1; i++) g_string_append_printf(names, ", %s", picture_forms[i].name);
    return g_strdup_printf(_("it is no %s or %s picture"), names->str, picture_forms[PICTURE_FORMS - 1].name);
  }
  const Form *form = &picture_forms[picture->form];
  if (!form->load)
    return g_strdup_printf(_("it is a %s picture, and this StyleMap was built without %s"), form->name, form->library);
  picture->pages = 1;
  picture->lossless = form->loss == LOSSLESS;
  Fault fault = form->load(data, size, MAX(page, 1), picture);
  if (fault) return fault;
  if (page > picture->pages)
    return g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "it has no page %d, it holds %d picture",
                                       "it has no page %d, it holds %d pictures", (gulong)picture->pages),
                           page, picture->pages);
  if (page == 0 && picture->pages > 1)
    return g_strdup_printf(_("it holds %d pictures, as pages or frames, and all but one would be lost; choose one with "
                             "--page N (--reference-page, --mask-page, --b-page)"), picture->pages);
  if (picture->orientation == 0) picture->orientation = 1;
  make_upright(picture);
  return NULL;
}

/* As the file has it: its numbers may be foreign. */
static Picture *decode_numbers(gconstpointer data, gsize size, gint page, const gchar *name, GError **error) {
  picture_init();
  g_autoptr(Picture) picture = g_new0(Picture, 1);
  g_autofree gchar *fault = decode(picture, data, size, page);
  if (!fault) return g_steal_pointer(&picture);
  fail(error, name, fault);
  return NULL;
}

Picture *picture_decode(gconstpointer data, gsize size, gint page, const gchar *name, GError **error) {
  Picture *picture = decode_numbers(data, size, page, name, error);
  if (picture) picture_to_srgb(picture);
  return picture;
}

/* The whole of a regular file of at most `most` bytes and a zero behind it, or NULL: nothing is mapped, because a file that
 * somebody cuts while it is mapped ends the process, nothing waits at the end of a pipe, and nothing is taken for what is too
 * large. */
static guint8 *read_file(const gchar *path, guint64 most, const gchar *too_large, gsize *read_size, GError **error) {
  g_autofree guint8 *data = NULL;
  int file = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  struct stat info;
  const gchar *fault = NULL;
  gsize at = 0, size = 0;
  if (file < 0 || fstat(file, &info) != 0) fault = g_strerror(errno);
  else if (S_ISDIR(info.st_mode)) fault = _("it is a folder, no file");
  else if (!S_ISREG(info.st_mode)) fault = _("it is no file but a pipe or a device; save it as a file first");
  else if ((guint64)info.st_size > most) fault = too_large;
  else if (!(data = g_try_malloc((gsize)info.st_size + 1))) fault = _("it is too large");
  else size = (gsize)info.st_size;
  while (!fault && at < size) {
    gssize n = read(file, data + at, MIN(size - at, (gsize)1 << 30));
    if (n == 0) break;
    if (n > 0) at += (gsize)n;
    else if (errno != EINTR) fault = g_strerror(errno);
  }
  if (fault) fail(error, path, fault);
  if (file >= 0) close(file);
  if (fault) return NULL;
  data[at] = 0;
  *read_size = at;
  return g_steal_pointer(&data);
}

gchar *picture_read_text(const gchar *path, gsize *size, GError **error) {
  gsize ignored;
  return (gchar *)read_file(path, 256u << 20, _("it is larger than 256 MB, which no list is"), size ? size : &ignored, error);
}

static Picture *load_numbers(const gchar *path, gint page, GError **error) {
  gsize size;
  g_autofree guint8 *data = read_file(path, (guint64)4 << 30, _("it is larger than 4 GB"), &size, error);
  if (!data) return NULL;
  return decode_numbers(data, size, page, path, error);
}

Picture *picture_load(const gchar *path, gint page, GError **error) {
  Picture *picture = load_numbers(path, page, error);
  if (picture) picture_to_srgb(picture);
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
  g_autoptr(Picture) picture = load_numbers(path, page, error);
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
  g_autoptr(Picture) picture = load_numbers(path, page, error);
  GeglBuffer *grey = picture ? grey_of(picture) : NULL;
  if (!picture || grey) return grey;
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s is coloured: save it as grey."), name);
  return NULL;
}
