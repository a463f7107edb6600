/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of pictures share: the folder of pictures, a folder to write in, the pattern in buffers. */
#pragma once
#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>

#include "harness.h"
#include "picture/pattern-picture.h"
#include "picture/picture.h"

static const char *source;
static char *scratch;

static inline char *source_path(const char *file) { return g_build_filename(source, file, NULL); }
static inline char *scratch_path(const char *file) { return g_build_filename(scratch, file, NULL); }

/* What this build lacks is named, not skipped in silence. */
static inline int is_built(const char *file) {
  static const char *const lacking[] = {
#ifndef HAVE_JXL
    ".jxl",
#endif
#ifndef HAVE_HEIF
    ".avif", ".heic", ".heif",
#endif
#ifndef HAVE_EXR
    ".exr",
#endif
#ifndef HAVE_GIF
    ".gif",
#endif
    NULL
  };
  char *lower = g_ascii_strdown(file, -1);
  int built = 1;
  for (int i = 0; lacking[i]; i++) built = built && !g_str_has_suffix(lower, lacking[i]);
  g_free(lower);
  return built;
}

/* --------------------------------------------------------------------------------- the pattern */

static inline const Babl *kind_format(const char *kind, const Babl *space, const char *type) {
  const char *model = kind_is_grey(kind) ? (kind_has_alpha(kind) ? "Y'A" : "Y'") : kind_has_alpha(kind) ? "R'G'B'A" : "R'G'B'";
  char *name = g_strdup_printf("%s %s", model, type);
  const Babl *format = babl_format_with_space(name, space);
  g_free(name);
  return format;
}

/* Largest difference of the picture from the pattern of `kind`, in 1/255; with the numbers as stored, unless
 * `colours` asks for sRGB's. -1 if the size is another. */
static inline double difference(GeglBuffer *buffer, const char *kind, int colours) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  if (extent->width != WIDTH || extent->height != HEIGHT || extent->x || extent->y) return -1;
  const Babl *own = gegl_buffer_get_format(buffer);
  const Babl *format = kind_format(kind, colours ? NULL : babl_format_get_space(own), "float");
  int channels = kind_channels(kind);
  float pixels[WIDTH * HEIGHT * 4];
  gegl_buffer_get(buffer, NULL, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  double worst = 0;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < channels; c++) {
        double d = 255 * fabs(pixels[(y * WIDTH + x) * channels + c] - pattern_value(kind, x, y, c));
        if (!(d <= worst)) worst = d;
      }
  return worst;
}

static inline int is_kind(GeglBuffer *buffer, const char *kind) {
  const Babl *own = gegl_buffer_get_format(buffer);
  int grey = (babl_get_model_flags(own) & BABL_MODEL_FLAG_GRAY) != 0;
  const Babl *type = babl_format_get_type(own, 0);
  int bits = type == babl_type("u8") ? 8 : type == babl_type("u16") ? 16 : 32;
  return grey == kind_is_grey(kind) && babl_format_has_alpha(own) == kind_has_alpha(kind) && bits == kind_bits(kind);
}

static inline GeglBuffer *make(const char *kind) {
  const Babl *as = kind_format(kind, NULL, kind_bits(kind) == 8 ? "u8" : kind_bits(kind) == 16 ? "u16" : "float");
  const Babl *format = kind_format(kind, NULL, "float");
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, WIDTH, HEIGHT), as);
  float pixels[WIDTH * HEIGHT * 4], *to = pixels;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < kind_channels(kind); c++) *to++ = (float)pattern_value(kind, x, y, c);
  gegl_buffer_set(buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static inline void expect_refusal(const char *path, int page, const char *word) {
  GError *error = NULL;
  Picture *p = picture_load(path, page, &error);
  CHECK(!p && error, "%s", path);
  if (error && word) CHECK(strstr(error->message, word), "%s: %s", path, error->message);
  if (error) CHECK(!strchr(error->message, '\n') && strlen(error->message) < 400, "%s", error->message);
  g_clear_error(&error);
  picture_free(p);
}

static inline int same_pixels(GeglBuffer *a, GeglBuffer *b) {
  const Babl *format = gegl_buffer_get_format(a);
  if (!gegl_rectangle_equal(gegl_buffer_get_extent(a), gegl_buffer_get_extent(b)) || format != gegl_buffer_get_format(b))
    return 0;
  gsize size = (gsize)(gegl_buffer_get_pixel_count(a) * babl_format_get_bytes_per_pixel(format));
  char *x = g_malloc(size), *y = g_malloc(size);
  gegl_buffer_get(a, NULL, 1.0, NULL, x, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get(b, NULL, 1.0, NULL, y, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  int equal = memcmp(x, y, size) == 0;
  g_free(x), g_free(y);
  return equal;
}

/* The same picture: pixels, colours, size, way up. */
static inline int same_picture(Picture *a, Picture *b) {
  return same_pixels(a->buffer, b->buffer) && !a->icc == !b->icc && (!a->icc || g_bytes_equal(a->icc, b->icc)) &&
         a->x_density == b->x_density && a->orientation == b->orientation;
}

static inline int same_texts(Picture *a, Picture *b) {
  static const char *const tags[] = {"Exif.Image.Artist", "Exif.GPSInfo.GPSLatitude", "Xmp.dc.title"};
  int equal = 1;
  for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
    char *x = a->texts ? gexiv2_metadata_try_get_tag_string(a->texts, tags[i], NULL) : NULL;
    char *y = b->texts ? gexiv2_metadata_try_get_tag_string(b->texts, tags[i], NULL) : NULL;
    equal = equal && g_strcmp0(x, y) == 0;
    g_free(x), g_free(y);
  }
  return equal;
}

static inline char *text_of(GExiv2Metadata *texts, const char *tag) { return gexiv2_metadata_try_get_tag_string(texts, tag, NULL); }

/* No file but the output is left in the scratch folder, and nothing after a failure. */
static inline int files_in_scratch(void) {
  GDir *dir = g_dir_open(scratch, 0, NULL);
  int count = 0;
  while (g_dir_read_name(dir)) count++;
  g_dir_close(dir);
  return count;
}

/* The program's two folders; `folder` is that of the pictures. */
static inline void pictures_open(const char *folder) {
  source = folder;
  scratch = g_dir_make_tmp("stylemap-pictures-XXXXXX", NULL);
  harness_seed();
  picture_init();
}

static inline int pictures_end(void) {
  CHECK(files_in_scratch() == 0);
  g_rmdir(scratch);
  g_free(scratch);
  gegl_exit();
  return harness_end();
}
