/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command's pictures: every form read and written, what files say kept, cut files refused.
 * usage: test-pictures FOLDER_OF_PICTURES   (--pam KIND, --icc: what pictures/make.sh is made from) */
#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "picture/pattern-picture.h"
#include "picture/picture.h"

static const char *source;
static char *scratch;

static char *source_path(const char *file) { return g_build_filename(source, file, NULL); }
static char *scratch_path(const char *file) { return g_build_filename(scratch, file, NULL); }

/* What this build lacks is named, not skipped in silence. */
static int is_built(const char *file) {
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

static void expect_refusal(const char *path, int page, const char *word);

/* --------------------------------------------------------------------------------- the pattern */

static const Babl *kind_format(const char *kind, const Babl *space, const char *type) {
  const char *model = kind_is_grey(kind) ? (kind_has_alpha(kind) ? "Y'A" : "Y'") : kind_has_alpha(kind) ? "R'G'B'A" : "R'G'B'";
  char *name = g_strdup_printf("%s %s", model, type);
  const Babl *format = babl_format_with_space(name, space);
  g_free(name);
  return format;
}

/* Largest difference of the picture from the pattern of `kind`, in 1/255; with the numbers as stored, unless
 * `colours` asks for sRGB's. -1 if the size is another. */
static double difference(GeglBuffer *buffer, const char *kind, int colours) {
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

static int is_kind(GeglBuffer *buffer, const char *kind) {
  const Babl *own = gegl_buffer_get_format(buffer);
  int grey = (babl_get_model_flags(own) & BABL_MODEL_FLAG_GRAY) != 0;
  const Babl *type = babl_format_get_type(own, 0);
  int bits = type == babl_type("u8") ? 8 : type == babl_type("u16") ? 16 : 32;
  return grey == kind_is_grey(kind) && babl_format_has_alpha(own) == kind_has_alpha(kind) && bits == kind_bits(kind);
}

static GeglBuffer *make(const char *kind) {
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

/* ---------------------------------------------------------------------------------------- read */

static const struct {
  const char *file, *kind;
  double limit; /* 1/255; float rounding counts 1e-4 */
} readable[] = {
  {"rgb8.png", "rgb8", 1e-4}, {"rgba8.png", "rgba8", 1e-4}, {"g8.png", "g8", 1e-4}, {"ga8.png", "ga8", 1e-4},
  {"rgb16.png", "rgb16", 1e-4}, {"rgba16.png", "rgba16", 1e-4}, {"g16.png", "g16", 1e-4}, {"ga16.png", "ga16", 1e-4},
  {"interlaced-rgb8.png", "rgb8", 1e-4}, {"few.png", "few", 1e-4}, {"mono.png", "mono", 1e-4},
  {"rgb8.tif", "rgb8", 1e-4}, {"big-rgb8.tif", "rgb8", 1e-4}, {"tiled-rgb8.tif", "rgb8", 1e-4},
  {"planar-rgb8.tif", "rgb8", 1e-4}, {"msb-lzw-rgba16.tif", "rgba16", 1e-4}, {"zip-rgb16.tif", "rgb16", 1e-4},
  {"g16.tif", "g16", 1e-4}, {"ga8.tif", "ga8", 1e-4}, {"white-g8.tif", "g8", 1e-4}, {"mono.tif", "mono", 1e-4},
  {"few.tif", "few", 1e-4}, {"rgbf.tif", "rgbf", 1e-4}, {"rgbaf.tif", "rgbaf", 1e-4},
  {"associated-rgba8.tif", "rgba8", 3}, /* rounded times alpha, whose least is 48 of 255 */
  {"rgb8.jpg", "rgb8", 2.1}, {"g8.jpg", "g8", 1}, {"progressive-rgb8.jpg", "rgb8", 2.1},
  {"lossless-rgb8.webp", "rgb8", 1e-4}, {"lossless-rgba8.webp", "rgba8", 1e-4},
  {"lossy-rgb8.webp", "rgb8", 60}, /* its colours have half the size */
  {"orientation-1-rgb8.jpg", "rgb8", 2.1}, {"orientation-2-rgb8.jpg", "rgb8", 2.1}, {"orientation-3-rgb8.jpg", "rgb8", 2.1},
  {"orientation-4-rgb8.jpg", "rgb8", 2.1}, {"orientation-5-rgb8.jpg", "rgb8", 2.1}, {"orientation-6-rgb8.jpg", "rgb8", 2.1},
  {"orientation-7-rgb8.jpg", "rgb8", 2.1}, {"orientation-8-rgb8.jpg", "rgb8", 2.1},
  {"orientation-6-rgb8.png", "rgb8", 1e-4}, {"orientation-6-rgb8.tif", "rgb8", 1e-4},
  {"orientation-6-rgb8.webp", "rgb8", 1e-4},
  {"rgb8.jxl", "rgb8", 1e-4}, {"boxed-rgb8.jxl", "rgb8", 1e-4}, {"rgba8.jxl", "rgba8", 1e-4}, {"g8.jxl", "g8", 1e-4},
  {"rgb16.jxl", "rgb16", 1e-4}, {"rgba16.jxl", "rgba16", 0.51}, /* its alpha has 8 bits */ {"lossy-rgb8.jxl", "rgb8", 30},
  {"rgb8.avif", "rgb8", 1e-4}, {"rgba8.avif", "rgba8", 1e-4}, {"lossy-rgb8.avif", "rgb8", 60},
  {"rgb12.avif", "rgb16", 0.04}, {"rgba12.avif", "rgba16", 0.04}, /* half a step of 12 bits */
  {"rgb8.heic", "rgb8", 1.1}, {"rgba8.heic", "rgba8", 60}, {"lossy-rgb8.heic", "rgb8", 60}, {"rgb10.heic", "rgb16", 60},
};

static void test_read(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(readable); i++) {
    char *path = source_path(readable[i].file);
    GError *error = NULL;
    if (!is_built(readable[i].file)) {
      expect_refusal(path, 0, "built without");
      g_free(path);
      continue;
    }
    Picture *p = picture_load(path, 0, &error);
    CHECK(p, "%s: %s", readable[i].file, error ? error->message : "");
    if (p) {
      CHECK(is_kind(p->buffer, readable[i].kind), "%s is %s", readable[i].file, babl_get_name(gegl_buffer_get_format(p->buffer)));
      double d = difference(p->buffer, readable[i].kind, 0);
      CHECK(d >= 0 && d <= readable[i].limit, "%s: %g", readable[i].file, d);
    }
    g_clear_error(&error);
    picture_free(p);
    g_free(path);
  }
  /* Linear light, palettes: the colours must be right. */
  static const struct { const char *file, *kind; double limit; } colours[] = {
    {"rgb16.exr", "rgb16", 0.2}, /* 11 bits of a half */ {"rgb16.png", "rgb16", 1e-3},
    {"few.gif", "few", 1e-4},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(colours); i++) {
    if (!is_built(colours[i].file)) continue;
    char *path = source_path(colours[i].file);
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p, "%s", colours[i].file);
    double d = p ? difference(p->buffer, colours[i].kind, 1) : -1;
    CHECK(d >= 0 && d <= colours[i].limit, "%s: %g", colours[i].file, d);
    picture_free(p);
    g_free(path);
  }
}

/* A test that cannot fail proves nothing: another orientation and another kind must differ. */
static void test_of_the_test(void) {
  GeglBuffer *buffer = make("rgb8");
  CHECK(difference(buffer, "rgb8", 0) < 1e-4);
  CHECK(difference(buffer, "few", 0) > 20);
  CHECK(!is_kind(buffer, "rgb16") && !is_kind(buffer, "rgba8") && !is_kind(buffer, "g8"));
  g_object_unref(buffer);
}

/* ------------------------------------------------------------------------------------- refused */

static void expect_refusal(const char *path, int page, const char *word) {
  GError *error = NULL;
  Picture *p = picture_load(path, page, &error);
  CHECK(!p && error, "%s", path);
  if (error && word) CHECK(strstr(error->message, word), "%s: %s", path, error->message);
  if (error) CHECK(!strchr(error->message, '\n') && strlen(error->message) < 400, "%s", error->message);
  g_clear_error(&error);
  picture_free(p);
}

static void test_refused(void) {
  static const char *const files[][2] = {
    {"cmyk.jpg", "RGB"}, {"cmyk.tif", "RGB"}, {"make.sh", "no PNG"},
    {"no-such-file.png", "No such file"}, {".", "folder"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    char *path = source_path(files[i][0]);
    expect_refusal(path, 0, files[i][1]);
    g_free(path);
  }
  /* A pipe at whose other end nobody is. */
  char *pipe = scratch_path("pipe.png");
  CHECK(mkfifo(pipe, 0600) == 0);
  expect_refusal(pipe, 0, "pipe");
  g_unlink(pipe);
  g_free(pipe);
}

/* Files of several pictures are refused until one is named, and then that one is read. */
static void test_pages(void) {
  static const struct {
    const char *file, *kinds[2]; /* NULL: that page is not read, with a sentence */
    double limit;
  } several[] = {
    {"animation.png", {"rgb8", NULL}, 1e-4}, {"animation.webp", {"rgb8", "few"}, 60}, {"two-few.gif", {"few", "mono"}, 1e-4},
    {"animation.jxl", {"rgb8", "few"}, 1e-4}, {"pages.tif", {"rgb8", "few"}, 1e-4}, {"animation.avif", {"rgb8", NULL}, 60},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(several); i++) {
    if (!is_built(several[i].file)) continue;
    char *path = source_path(several[i].file);
    expect_refusal(path, 0, "--page");
    expect_refusal(path, 3, "no page 3");
    for (int page = 1; page <= 2; page++) {
      const char *kind = several[i].kinds[page - 1];
      if (!kind) {
        expect_refusal(path, page, "save the frame");
        continue;
      }
      Picture *p = picture_load(path, page, NULL);
      CHECK(p && p->pages == 2, "%s, page %d", several[i].file, page);
      /* alpha, and mono's and few's colours, depend on the form */
      double d = p ? difference(p->buffer, kind, 1) : -1;
      CHECK(d >= 0 && d <= several[i].limit, "%s, page %d: %g", several[i].file, page, d);
      picture_free(p);
    }
    g_free(path);
  }
  char *one = source_path("rgb8.png");
  Picture *p = picture_load(one, 1, NULL);
  CHECK(p && p->pages == 1);
  picture_free(p);
  expect_refusal(one, 2, "no page 2");
  g_free(one);
}

static int same_pixels(GeglBuffer *a, GeglBuffer *b) {
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
static int same_picture(Picture *a, Picture *b) {
  return same_pixels(a->buffer, b->buffer) && !a->icc == !b->icc && (!a->icc || g_bytes_equal(a->icc, b->icc)) &&
         a->x_density == b->x_density && a->orientation == b->orientation;
}

static int same_texts(Picture *a, Picture *b) {
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

/* Every file is cut at many places: what is left of it is refused, or the whole picture is still there, and a note says
 * so if its texts are not. */
static void test_cut(void) {
  static const char *const files[] = {
    "rgb8.png", "rgba16.png", "interlaced-rgb8.png", "few.png", "said.png", "rgb8.jpg", "progressive-rgb8.jpg", "g8.jpg",
    "said.jpg", "rgb8.tif", "big-rgb8.tif", "tiled-rgb8.tif", "planar-rgb8.tif", "msb-lzw-rgba16.tif", "zip-rgb16.tif",
    "mono.tif", "rgbf.tif", "said.tif", "lossless-rgb8.webp", "lossless-rgba8.webp", "lossy-rgb8.webp", "said.webp",
    "few.gif", "rgb16.exr", "rgb8.jxl", "boxed-rgb8.jxl", "rgba16.jxl", "lossy-rgb8.jxl", "said.jxl",
    "rgb8.avif", "rgba12.avif", "lossy-rgb8.avif", "said.avif", "rgb8.heic", "lossy-rgb8.heic", "said.heic",
  };
  enum { PLACES = 40, LAST = 12 };
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    if (!is_built(files[i])) continue;
    char *path = source_path(files[i]), *data = NULL;
    gsize size = 0;
    int refused = 0;
    CHECK(g_file_get_contents(path, &data, &size, NULL), "%s", path);
    Picture *whole = picture_load(path, 0, NULL);
    CHECK(whole, "%s", path);
    for (int k = 0; k < PLACES + LAST && size > LAST && whole; k++) {
      gsize keep = k < PLACES ? size * (gsize)k / PLACES : size - (gsize)(k - PLACES) - 1;
      char *rest = g_memdup2(data, keep); /* of its own, so that a sanitizer sees the end */
      GError *error = NULL;
      Picture *p = picture_decode(rest, keep, 0, "cut", &error);
      g_free(rest);
      CHECK(!p == !!error, "%s cut to %zu", files[i], (size_t)keep);
      CHECK(!p || (same_picture(whole, p) && (p->note || same_texts(whole, p))), "%s cut to %zu of %zu bytes", files[i], (size_t)keep, (size_t)size);
      if (error) CHECK(!strchr(error->message, '\n') && g_str_has_suffix(error->message, ".") &&
                       !g_str_has_suffix(error->message, ".."), "%s", error->message);
      refused += !p;
      g_clear_error(&error);
      picture_free(p);
    }
    CHECK(refused >= PLACES / 2, "%s: only %d refused", files[i], refused);
    picture_free(whole);
    g_free(data);
    g_free(path);
  }
}

/* Bytes turned at random: a picture or a sentence, never a crash (for the sanitizers). STYLEMAP_TEST_ROUNDS sets how
 * many for each file. */
static void test_turned_bytes(void) {
  static const char *const files[] = {"rgb8.png", "progressive-rgb8.jpg", "rgb8.jpg", "tiled-rgb8.tif", "msb-lzw-rgba16.tif",
                                      "mono.tif", "lossless-rgba8.webp", "lossy-rgb8.webp", "few.gif", "said.jpg", "said.tif",
                                      "said.webp", "said.png", "rgb16.exr", "animation.webp", "animation.png", "two-few.gif",
                                      "said.jxl", "rgba16.jxl", "said.avif", "said.heic"};
  int rounds = g_getenv("STYLEMAP_TEST_ROUNDS") ? atoi(g_getenv("STYLEMAP_TEST_ROUNDS")) : 60;
  int refused = 0, read = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    if (!is_built(files[i])) continue;
    char *path = source_path(files[i]), *data = NULL;
    gsize size = 0;
    CHECK(g_file_get_contents(path, &data, &size, NULL), "%s", path);
    for (int k = 0; k < rounds && size > 0; k++) {
      /* Every other one near the ends, where containers keep their directories. */
      gsize at = harness_bits() % size, end = MIN(size, 400);
      if (k % 2) at = k % 4 == 1 ? at % end : size - 1 - at % end;
      char before = data[at];
      data[at] = (char)harness_bits();
      GError *error = NULL;
      Picture *p = picture_decode(data, size, k % 3, "turned", &error);
      data[at] = before;
      CHECK(!p == !!error, "%s", files[i]);
      *(p ? &read : &refused) += 1;
      g_clear_error(&error);
      picture_free(p);
    }
    g_free(data);
    g_free(path);
  }
  CHECK(refused > 0 && read > 0, "%d refused, %d read", refused, read);
}

/* --------------------------------------------------------------------------------------- write */

static void test_write(void) {
  static const struct {
    const char *kind, *ending, *as; /* what comes back */
    double limit;
  } forms[] = {
    {"rgb8", "png", "rgb8", 1e-4}, {"rgba8", "png", "rgba8", 1e-4}, {"g8", "png", "g8", 1e-4}, {"ga8", "png", "ga8", 1e-4},
    {"rgb16", "png", "rgb16", 1e-4}, {"rgba16", "png", "rgba16", 1e-4}, {"g16", "png", "g16", 1e-4},
    {"rgbf", "png", "rgb16", 0.01}, {"rgb8", "tiff", "rgb8", 1e-4}, {"rgba8", "tif", "rgba8", 1e-4},
    {"g8", "tif", "g8", 1e-4}, {"ga16", "tif", "ga16", 1e-4}, {"rgb16", "tif", "rgb16", 1e-4},
    {"rgbf", "tif", "rgbf", 0}, {"rgbaf", "TIF", "rgbaf", 0}, {"rgb8", "jpg", "rgb8", 6}, {"g8", "jpeg", "g8", 3},
    {"rgb16", "jpg", "rgb8", 6}, {"rgb8", "webp", "rgb8", 1e-4}, {"rgba8", "webp", "rgba8", 1e-4}, {"g8", "webp", "rgb8", 1e-3},
    {"rgb8", "jxl", "rgb8", 1e-4}, {"rgba8", "jxl", "rgba8", 1e-4}, {"g8", "jxl", "g8", 1e-4}, {"ga16", "jxl", "ga16", 1e-4},
    {"rgb16", "jxl", "rgb16", 1e-4}, {"rgbf", "JXL", "rgbf", 0}, {"rgbaf", "jxl", "rgbaf", 0},
    {"rgb8", "avif", "rgb8", 1e-4}, {"rgba8", "avif", "rgba8", 1e-4}, {"g8", "avif", "rgb8", 1e-3},
    {"rgb16", "avif", "rgb16", 0.04}, {"rgba16", "avif", "rgba16", 0.04}, {"rgb8", "heic", "rgb8", 20},
    {"rgba8", "heif", "rgba8", 20}, {"rgb16", "heic", "rgb16", 20},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
    char *name = g_strdup_printf("out.%s", forms[i].ending), *path = scratch_path(name);
    if (!is_built(name)) {
      PictureForm form;
      GError *lacking = NULL;
      CHECK(!picture_form_of_output(path, &form, &lacking) && strstr(lacking->message, "built without"), "%s", name);
      g_clear_error(&lacking);
      g_free(path), g_free(name);
      continue;
    }
    GeglBuffer *buffer = make(forms[i].kind);
    GError *error = NULL;
    CHECK(picture_save(buffer, NULL, path, &error), "%s as %s: %s", forms[i].kind, forms[i].ending, error ? error->message : "");
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p, "%s as %s", forms[i].kind, forms[i].ending);
    if (p) {
      CHECK(is_kind(p->buffer, forms[i].as), "%s as %s is %s", forms[i].kind, forms[i].ending,
            babl_get_name(gegl_buffer_get_format(p->buffer)));
      /* A lossy or wider form is held against the pattern that it came from. */
      const char *against = kind_is_grey(forms[i].kind) && !kind_is_grey(forms[i].as) ? NULL
                            : kind_bits(forms[i].kind) != kind_bits(forms[i].as) && kind_bits(forms[i].as) == 8 ? "rgb8"
                                                                                                                : forms[i].as;
      double d = against ? difference(p->buffer, against, 0) : difference(p->buffer, "g8", 1);
      double limit = MAX(forms[i].limit, 1e-5);
      CHECK(d >= 0 && d <= limit, "%s as %s: %g", forms[i].kind, forms[i].ending, d);
      CHECK(!p->icc && !p->png_colour && p->x_density <= 0, "%s: nothing was to be said", name);
    }
    picture_free(p);
    g_object_unref(buffer);
    g_unlink(path);
    g_free(path);
    g_free(name);
    g_clear_error(&error);
  }
}

/* No file but the output is left in the scratch folder, and nothing after a failure. */
static int files_in_scratch(void) {
  GDir *dir = g_dir_open(scratch, 0, NULL);
  int count = 0;
  while (g_dir_read_name(dir)) count++;
  g_dir_close(dir);
  return count;
}

static void test_unwritable(void) {
  GeglBuffer *buffer = make("rgb8");
  char *folder = scratch_path("folder.png"), *inside = scratch_path("none/out.png"), *plain = scratch_path("out.xyz");
  char *gif = scratch_path("out.gif");
  g_mkdir(folder, 0777);
  const char *paths[] = {folder, inside, plain, gif};
  int before = files_in_scratch();
  for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
    GError *error = NULL;
    CHECK(!picture_save(buffer, NULL, paths[i], &error) && error, "%s", paths[i]);
    g_clear_error(&error);
  }
  GError *error = NULL;
  PictureForm form;
  CHECK(!picture_form_of_output(plain, &form, &error) && strstr(error->message, ".png"));
  g_clear_error(&error);
  CHECK(!picture_check_writable(inside, &error) && error);
  g_clear_error(&error);
  CHECK(!picture_check_writable(folder, &error) && error);
  g_clear_error(&error);
  CHECK(files_in_scratch() == before);
  g_rmdir(folder);
  g_free(folder), g_free(inside), g_free(plain), g_free(gif);
  g_object_unref(buffer);
}

/* -------------------------------------------------------------------------------- what files say */

static char *text_of(GExiv2Metadata *texts, const char *tag) { return gexiv2_metadata_try_get_tag_string(texts, tag, NULL); }

static void check_said(const char *name, const char *path, GBytes *icc, double limit) {
  Picture *p = picture_load(path, 0, NULL);
  CHECK(p, "%s", name);
  if (!p) return;
  double d = difference(p->buffer, "rgb8", 0);
  CHECK(d >= 0 && d <= limit, "%s: %g", name, d);
  CHECK(p->icc && g_bytes_equal(p->icc, icc), "%s: profile", name);
  CHECK_NEAR(p->x_density * 0.0254, 150, 0.02, "%s", name); /* PNG counts whole pixels a metre */
  CHECK_NEAR(p->y_density * 0.0254, 150, 0.02, "%s", name);
  CHECK(p->texts, "%s", name);
  if (p->texts) {
    char *artist = text_of(p->texts, "Exif.Image.Artist"), *latitude = text_of(p->texts, "Exif.GPSInfo.GPSLatitude");
    char *title = text_of(p->texts, "Xmp.dc.title");
    CHECK_TEXT(artist, "Nobody");
    CHECK_TEXT(latitude, "12/1 30/1 0/1");
    CHECK(title && strstr(title, "Pattern"), "%s: %s", name, title ? title : "");
    g_free(artist), g_free(latitude), g_free(title);
  }
  picture_free(p);
}

static void test_kept(void) {
  static const char *const endings[] = {"jpg", "png", "tif", "webp", "jxl", "avif", "heic"};
  enum { FORMS = G_N_ELEMENTS(endings) };
  char *profile_path = source_path("wide.icc"), *profile = NULL;
  gsize size = 0;
  CHECK(g_file_get_contents(profile_path, &profile, &size, NULL));
  GBytes *icc = g_bytes_new_take(profile, size);
  for (size_t from = 0; from < FORMS; from++) {
    char *said = g_strdup_printf("said.%s", endings[from]), *path = source_path(said);
    if (!is_built(said)) {
      g_free(said), g_free(path);
      continue;
    }
    check_said(said, path, icc, from && from < 6 ? 1e-4 : 2.1);
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p && p->orientation == (from < 4 ? 8 : 1), "%s", said); /* the newer forms' libraries turn it themselves */
    for (size_t to = 0; to < FORMS && p; to++) {
      char *name = g_strdup_printf("kept.%s", endings[to]), *out = scratch_path(name);
      char *way = g_strdup_printf("%s to %s", endings[from], endings[to]);
      GError *error = NULL;
      if (!is_built(name)) {
        g_free(name), g_free(out), g_free(way);
        continue;
      }
      CHECK(picture_save(p->buffer, p, out, &error), "%s: %s", way, error ? error->message : "");
      /* without loss where input and form are: JPEG and HEIF are not */
      int lossless = to && to < 6 && from && from < 6;
      check_said(way, out, icc, lossless ? 1e-4 : to < 3 ? 8 : 30);
      Picture *again = picture_load(out, 0, NULL);
      CHECK(again && again->orientation == 1, "%s", way);
      picture_free(again);
      g_clear_error(&error);
      g_unlink(out);
      g_free(out), g_free(name), g_free(way);
    }
    picture_free(p);
    g_free(said), g_free(path);
  }
  /* A PNG's gamma chunk is kept as it is. */
  Picture *p = NULL;
  char *path = source_path("rgb8.png"), *out = scratch_path("gamma.png");
  p = picture_load(path, 0, NULL);
  CHECK(p && p->png_colour);
  if (p && p->png_colour) {
    CHECK(picture_save(p->buffer, p, out, NULL));
    Picture *again = picture_load(out, 0, NULL);
    CHECK(again && again->png_colour && g_bytes_equal(again->png_colour, p->png_colour) && !again->icc);
    picture_free(again);
  }
  picture_free(p);
  g_unlink(out);
  g_free(path), g_free(out), g_free(profile_path);
  g_bytes_unref(icc);
}

/* What cannot be understood or kept is told, and costs nothing else. */
static void test_notes(void) {
  char *path = source_path("said.jpg"), *odd = scratch_path("odd.jpg"), *out = scratch_path("out.jpg"), *data = NULL;
  gsize size = 0;
  CHECK(g_file_get_contents(path, &data, &size, NULL));
  Picture *p = picture_load(path, 0, NULL);
  CHECK(p && !p->note && babl_format_get_space(gegl_buffer_get_format(p->buffer)) != babl_space("sRGB"));
  picture_free(p);
  /* Without its end marker a JPEG still has every pixel. */
  CHECK(g_file_set_contents(odd, data, (gssize)size - 2, NULL));
  Picture *whole = picture_load(path, 0, NULL);
  p = picture_load(odd, 0, NULL);
  CHECK(p && p->note && strstr(p->note, "every pixel") && whole && same_picture(p, whole) && same_texts(p, whole));
  picture_free(p), picture_free(whole);
  /* A profile for inks in a coloured picture. */
  char *kind = data ? memmem(data, size, "RGB XYZ ", 8) : NULL;
  CHECK(kind != NULL);
  if (kind) memcpy(kind, "CMYK", 4);
  CHECK(g_file_set_contents(odd, data, (gssize)size, NULL));
  p = picture_load(odd, 0, NULL);
  CHECK(p && p->note && strstr(p->note, "profile") && p->icc);
  CHECK(p && babl_format_get_space(gegl_buffer_get_format(p->buffer)) == babl_space("sRGB"));
  picture_free(p);
  g_unlink(odd), g_unlink(out);
  g_free(path), g_free(odd), g_free(out), g_free(data);
}

/* IPTC goes where a form has a place for it. */
static void test_iptc(void) {
  static const char *const endings[] = {"jpg", "png", "tif"};
  static const char *const tag = "Iptc.Application2.Caption";
  for (size_t from = 0; from < 3; from++)
    for (size_t to = 0; to < 3; to++) {
      char *said = g_strdup_printf("said.%s", endings[from]), *path = source_path(said);
      char *names[2] = {g_strdup_printf("first.%s", endings[from]), g_strdup_printf("second.%s", endings[to])};
      char *outs[2] = {scratch_path(names[0]), scratch_path(names[1])};
      Picture *p = picture_load(path, 0, NULL);
      CHECK(p && gexiv2_metadata_try_set_tag_string(p->texts, tag, "A caption", NULL) && picture_save(p->buffer, p, outs[0], NULL));
      Picture *q = picture_load(outs[0], 0, NULL);
      CHECK(q && picture_save(q->buffer, q, outs[1], NULL));
      Picture *r = picture_load(outs[1], 0, NULL);
      char *text = r && r->texts ? text_of(r->texts, tag) : NULL;
      CHECK(text && strcmp(text, "A caption") == 0, "%s to %s: %s", endings[from], endings[to], text ? text : "nothing");
      g_free(text);
      picture_free(p), picture_free(q), picture_free(r);
      g_unlink(outs[0]), g_unlink(outs[1]);
      g_free(said), g_free(path), g_free(names[0]), g_free(names[1]), g_free(outs[0]), g_free(outs[1]);
    }
}

/* Forms that can do both lose nothing exactly where the input had not either. */
static void test_loss(void) {
  static const char *const inputs[] = {"rgb8.png", "rgb8.tif", "lossless-rgb8.webp", "rgb8.jxl", "rgb8.avif", "rgb8.jpg",
                                       "lossy-rgb8.webp", "lossy-rgb8.avif", "lossy-rgb8.jxl"};
  static const char *const endings[] = {"webp", "jxl", "avif"};
  for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
    int lossless = i < 5;
    if (!is_built(inputs[i])) continue;
    char *path = source_path(inputs[i]);
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p && p->lossless == lossless, "%s", inputs[i]);
    for (size_t k = 0; k < G_N_ELEMENTS(endings) && p; k++) {
      char *name = g_strdup_printf("out.%s", endings[k]), *out = scratch_path(name);
      if (is_built(name)) {
        CHECK(picture_save(p->buffer, p, out, NULL), "%s to %s", inputs[i], name);
        Picture *again = picture_load(out, 0, NULL);
        CHECK(again && again->lossless == lossless && same_pixels(again->buffer, p->buffer) == lossless, "%s to %s",
              inputs[i], name);
        picture_free(again);
        g_unlink(out);
      }
      g_free(name), g_free(out);
    }
    picture_free(p);
    g_free(path);
  }
}

/* Colours under transparency are kept, too: an editor may bring them back. */
static void test_transparent(void) {
  static const char *const endings[] = {"png", "tif", "webp", "jxl", "avif"};
  GeglBuffer *buffer = make("rgba8");
  guint8 pixels[WIDTH * HEIGHT * 4];
  const Babl *format = gegl_buffer_get_format(buffer);
  gegl_buffer_get(buffer, NULL, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int i = 0; i < WIDTH * HEIGHT; i++) pixels[4 * i + 3] = i % WIDTH < 9 ? 0 : 255;
  gegl_buffer_set(buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  for (size_t k = 0; k < G_N_ELEMENTS(endings); k++) {
    char *name = g_strdup_printf("out.%s", endings[k]), *out = scratch_path(name);
    if (is_built(name)) {
      CHECK(picture_save(buffer, NULL, out, NULL), "%s", name);
      Picture *p = picture_load(out, 0, NULL);
      CHECK(p && same_pixels(p->buffer, buffer), "%s", name);
      picture_free(p);
      g_unlink(out);
    }
    g_free(name), g_free(out);
  }
  g_object_unref(buffer);
}

/* A profile for grey: a white point and a gamma of 2.2. */
static GBytes *grey_profile(void) {
  enum { WHITE = 128 + 4 + 2 * 12, CURVE = WHITE + 20, SIZE = CURVE + 16 };
  guint8 icc[SIZE] = {0};
  const guint32 d50[3] = {0xf6d6, 0x10000, 0xd32d};
  const struct { int at; guint32 value; } numbers[] = {
    {0, SIZE}, {8, 0x02100000}, {68, d50[0]}, {72, d50[1]}, {76, d50[2]}, {128, 2}, {136, WHITE}, {140, 20}, {148, CURVE},
    {152, 14}, {WHITE + 8, d50[0]}, {WHITE + 12, d50[1]}, {WHITE + 16, d50[2]}, {CURVE + 8, 1}, {CURVE + 12, 0x02330000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
    for (int k = 0; k < 4; k++) icc[numbers[i].at + k] = (guint8)(numbers[i].value >> (24 - 8 * k));
  memcpy(icc + 12, "mntrGRAYXYZ ", 12), memcpy(icc + 36, "acsp", 4), memcpy(icc + 132, "wtpt", 4), memcpy(icc + 144, "kTRC", 4);
  memcpy(icc + WHITE, "XYZ ", 4), memcpy(icc + CURVE, "curv", 4);
  return g_bytes_new(icc, SIZE);
}

/* A grey profile never comes into a coloured file, and the greys stay. */
static void test_grey_profile(void) {
  static const char *const endings[] = {"webp", "avif", "heic", "png", "jxl", "tif", "jpg"};
  const char *fault = NULL;
  GBytes *profile = grey_profile();
  const Babl *space = babl_space_from_icc(g_bytes_get_data(profile, NULL), (int)g_bytes_get_size(profile),
                                          BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &fault);
  Picture like = {.lossless = TRUE, .icc = profile};
  CHECK(space && !fault && babl_space_is_gray(space), "%s", fault ? fault : "");
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, WIDTH, HEIGHT), kind_format("g8", space, "u8"));
  float pixels[WIDTH * HEIGHT];
  for (int i = 0; i < WIDTH * HEIGHT; i++) pixels[i] = (float)pattern_value("g8", i % WIDTH, i / WIDTH, 0);
  gegl_buffer_set(buffer, NULL, 0, kind_format("g8", space, "float"), pixels, GEGL_AUTO_ROWSTRIDE);
  for (size_t k = 0; k < G_N_ELEMENTS(endings); k++) {
    char *name = g_strdup_printf("out.%s", endings[k]), *out = scratch_path(name);
    if (is_built(name)) {
      CHECK(picture_save(buffer, &like, out, NULL), "%s", name);
      Picture *p = picture_load(out, 0, NULL);
      int grey = k >= 3;
      const char *icc = p && p->icc ? g_bytes_get_data(p->icc, NULL) : NULL;
      CHECK(icc && memcmp(icc + 16, grey ? "GRAY" : "RGB ", 4) == 0 && !p->note, "%s", name);
      CHECK(p && is_kind(p->buffer, grey ? "g8" : "rgb8"), "%s", name);
      if (p) {
        float back[WIDTH * HEIGHT * 3], worst = 0;
        gegl_buffer_get(p->buffer, NULL, 1.0, babl_format_with_space("R'G'B' float", babl_format_get_space(gegl_buffer_get_format(p->buffer))),
                        back, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (int i = 0; i < 3 * WIDTH * HEIGHT; i++) worst = MAX(worst, fabsf(back[i] - pixels[i / 3]));
        CHECK(worst < (k == 2 || k == 6 ? 3.1 / 255 : 1e-3), "%s: %g", name, (double)worst);
      }
      picture_free(p);
      g_unlink(out);
    }
    g_free(name), g_free(out);
  }
  g_object_unref(buffer);
  g_bytes_unref(profile);
}

/* A link leads the result to its end, also where nothing is there yet; one that cannot is told before the work. */
static void test_links(void) {
  GeglBuffer *buffer = make("rgb8");
  char *folder = scratch_path("there"), *end = scratch_path("there/end.png"), *link = scratch_path("link.png");
  char *lost = scratch_path("lost.png"), *circle = scratch_path("circle.png"), *pipe = scratch_path("pipe.png");
  g_mkdir(folder, 0777);
  CHECK(symlink("there/end.png", link) == 0 && symlink("nowhere/end.png", lost) == 0 && symlink("circle.png", circle) == 0);
  CHECK(mkfifo(pipe, 0600) == 0);
  CHECK(picture_check_writable(link, NULL) && picture_save(buffer, NULL, link, NULL));
  CHECK(g_file_test(link, G_FILE_TEST_IS_SYMLINK) && g_file_test(end, G_FILE_TEST_IS_REGULAR));
  const char *const wrong[] = {lost, circle, pipe, "/dev/null"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    GError *error = NULL;
    CHECK(!picture_check_writable(wrong[i], &error) && error, "%s", wrong[i]);
    g_clear_error(&error);
  }
  g_unlink(end), g_unlink(link), g_unlink(lost), g_unlink(circle), g_unlink(pipe), g_rmdir(folder);
  g_free(folder), g_free(end), g_free(link), g_free(lost), g_free(circle), g_free(pipe);
  g_object_unref(buffer);
}

/* ---------------------------------------------------------------------------------------- masks */

static void test_mask(void) {
  static const char *const grey[] = {"g8.png", "g16.png", "white-g8.tif", "ga8.png", "ga16.png", "mono.png", "mono.tif"};
  for (size_t i = 0; i < G_N_ELEMENTS(grey); i++) {
    char *path = source_path(grey[i]);
    GError *error = NULL;
    GeglBuffer *mask = picture_load_mask(path, 0, WIDTH, HEIGHT, &error);
    CHECK(mask, "%s: %s", grey[i], error ? error->message : "");
    float values[WIDTH * HEIGHT];
    if (mask) {
      const char *kind = grey[i][0] == 'm' ? "mono" : strstr(grey[i], "ga16") ? "ga16" : strstr(grey[i], "ga8") ? "ga8"
                         : strstr(grey[i], "16") ? "g16" : "g8";
      gegl_buffer_get(mask, NULL, 1.0, babl_format("Y float"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      double worst = 0;
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
          double want = pattern_value(kind, x, y, 0) * (kind_has_alpha(kind) ? pattern_value(kind, x, y, 1) : 1);
          worst = MAX(worst, fabs(values[y * WIDTH + x] - want));
        }
      CHECK(worst < 1e-6, "%s: %g", grey[i], worst);
      g_object_unref(mask);
    }
    g_clear_error(&error);
    g_free(path);
  }
  char *path = source_path("g8.png"), *colour = source_path("rgb8.png");
  GError *error = NULL;
  CHECK(!picture_load_mask(path, 0, WIDTH, HEIGHT + 1, &error) && strstr(error->message, "24 x 16") && strstr(error->message, "24 x 17"));
  g_clear_error(&error);
  CHECK(!picture_load_mask(colour, 0, WIDTH, HEIGHT, &error) && strstr(error->message, "grey"));
  g_clear_error(&error);
  g_free(path), g_free(colour);
}

/* -------------------------------------------------------------------------------------- making */

static int print_pam(const char *kind) {
  int channels = kind_channels(kind), wide = kind_bits(kind) == 16;
  printf("P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n", WIDTH, HEIGHT, channels,
         wide ? 65535 : 255, (const char *[]){"GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"}[channels - 1]);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < channels; c++) {
        long v = lround(pattern_value(kind, x, y, c) * (wide ? 65535 : 255));
        if (wide) putchar((int)(v >> 8));
        putchar((int)(v & 255));
      }
  return 0;
}

static int print_icc(void) {
  babl_init();
  const Babl *trc = babl_trc("2.2");
  const Babl *space = babl_space_from_chromaticities("wide", 0.3127, 0.3290, 0.66, 0.32, 0.22, 0.70, 0.15, 0.05, trc, trc, trc, 1);
  int size = 0;
  const char *icc = babl_space_get_icc(space, &size);
  return fwrite(icc, 1, (size_t)size, stdout) != (size_t)size;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--pam") == 0) return print_pam(argv[2]);
  if (argc == 2 && strcmp(argv[1], "--icc") == 0) return print_icc();
  if (argc != 2) return 2;
  source = argv[1];
  scratch = g_dir_make_tmp("stylemap-pictures-XXXXXX", NULL);
  harness_seed();
  picture_init();
  test_of_the_test();
  test_read();
  test_refused();
  test_pages();
  test_cut();
  test_turned_bytes();
  test_write();
  test_unwritable();
  test_kept();
  test_iptc();
  test_loss();
  test_transparent();
  test_grey_profile();
  test_links();
  test_notes();
  test_mask();
  CHECK(files_in_scratch() == 0);
  g_rmdir(scratch);
  g_free(scratch);
  gegl_exit();
  return harness_end();
}
