/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command's pictures: every form read and written, what files say kept, cut files refused.
 * usage: test-pictures FOLDER_OF_PICTURES   (--pam KIND, --icc: what pictures/make.sh is made from) */
#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>

#include "harness.h"
#include "picture/pattern-picture.h"
#include "picture/picture.h"

static const char *source;
static char *scratch;

static char *source_path(const char *file) { return g_build_filename(source, file, NULL); }
static char *scratch_path(const char *file) { return g_build_filename(scratch, file, NULL); }

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
};

static void test_read(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(readable); i++) {
    char *path = source_path(readable[i].file);
    GError *error = NULL;
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
    {"few.gif", "few", 1e-4}, {"two-few.gif", "few", 1e-4},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(colours); i++) {
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

static void expect_refusal(const char *path, const char *word) {
  GError *error = NULL;
  Picture *p = picture_load(path, 0, &error);
  CHECK(!p && error, "%s", path);
  if (error && word) CHECK(strstr(error->message, word), "%s: %s", path, error->message);
  if (error) CHECK(!strchr(error->message, '\n') && strlen(error->message) < 400, "%s", error->message);
  g_clear_error(&error);
  picture_free(p);
}

static void test_refused(void) {
  static const char *const files[][2] = {
    {"cmyk.jpg", "RGB"}, {"cmyk.tif", "RGB"}, {"animation.webp", "animation"}, {"make.sh", "no PNG"},
    {"no-such-file.png", "No such file"}, {".", "no file"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    char *path = source_path(files[i][0]);
    expect_refusal(path, files[i][1]);
    g_free(path);
  }
}

/* Every file ends at many places before its end; whatever is left of it must be refused. */
static void test_cut(void) {
  static const char *const files[] = {
    "rgb8.png", "rgba16.png", "interlaced-rgb8.png", "few.png", "rgb8.jpg", "progressive-rgb8.jpg", "g8.jpg",
    "rgb8.tif", "big-rgb8.tif", "tiled-rgb8.tif", "planar-rgb8.tif", "msb-lzw-rgba16.tif", "zip-rgb16.tif",
    "mono.tif", "lossless-rgb8.webp", "lossless-rgba8.webp", "lossy-rgb8.webp", "few.gif", "two-few.gif", "rgb16.exr",
  };
  char *cut = scratch_path("cut");
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    char *path = source_path(files[i]), *data = NULL;
    gsize size = 0;
    CHECK(g_file_get_contents(path, &data, &size, NULL), "%s", path);
    for (int k = 0; k < 24 && size > 0; k++) {
      gsize keep = k < 18 ? size * (gsize)k / 18 : size - (gsize[]){1, 2, 3, 5, 9, 17}[k - 18];
      /* TIFF writers may leave bytes that nothing points to, WebP a padding byte: losing those loses nothing. */
      if (g_str_has_suffix(files[i], ".webp") && keep + 1 >= size) continue;
      CHECK(g_file_set_contents(cut, data, (gssize)keep, NULL));
      GError *error = NULL;
      Picture *p = picture_load(cut, 0, &error);
      int whole = p && g_str_has_suffix(files[i], ".tif") && keep + 9 >= size;
      CHECK(whole || (!p && error), "%s cut to %zu of %zu bytes", files[i], (size_t)keep, (size_t)size);
      g_clear_error(&error);
      picture_free(p);
    }
    g_free(data);
    g_free(path);
  }
  g_unlink(cut);
  g_free(cut);
}

/* Bytes turned at random: a picture or a sentence, never a crash (for the sanitizers). STYLEMAP_TEST_ROUNDS sets how
 * many for each file. */
static void test_turned_bytes(void) {
  static const char *const files[] = {"rgb8.png", "progressive-rgb8.jpg", "rgb8.jpg", "tiled-rgb8.tif", "msb-lzw-rgba16.tif",
                                      "mono.tif", "lossless-rgba8.webp", "lossy-rgb8.webp", "few.gif", "said.jpg", "said.tif",
                                      "said.webp"};
  char *turned = scratch_path("turned");
  int rounds = g_getenv("STYLEMAP_TEST_ROUNDS") ? atoi(g_getenv("STYLEMAP_TEST_ROUNDS")) : 60;
  int refused = 0, read = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    char *path = source_path(files[i]), *data = NULL;
    gsize size = 0;
    CHECK(g_file_get_contents(path, &data, &size, NULL), "%s", path);
    for (int k = 0; k < rounds && size > 0; k++) {
      /* Every other one near the ends, where containers keep their directories. */
      gsize at = harness_bits() % size, end = MIN(size, 400);
      if (k % 2) at = k % 4 == 1 ? at % end : size - 1 - at % end;
      char before = data[at];
      data[at] = (char)harness_bits();
      CHECK(g_file_set_contents(turned, data, (gssize)size, NULL));
      data[at] = before;
      GError *error = NULL;
      Picture *p = picture_load(turned, 0, &error);
      CHECK(!p == !!error, "%s", files[i]);
      *(p ? &read : &refused) += 1;
      g_clear_error(&error);
      picture_free(p);
    }
    g_free(data);
    g_free(path);
  }
  CHECK(refused > 0 && read > 0, "%d refused, %d read", refused, read);
  g_unlink(turned);
  g_free(turned);
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
    {"rgb16", "jpg", "rgb8", 6}, {"rgb8", "webp", "rgb8", 60}, {"rgba8", "webp", "rgba8", 60}, {"g8", "webp", "rgb8", 12},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
    char *name = g_strdup_printf("out.%s", forms[i].ending), *path = scratch_path(name);
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
  static const char *const endings[] = {"jpg", "png", "tif", "webp"};
  char *profile_path = source_path("wide.icc"), *profile = NULL;
  gsize size = 0;
  CHECK(g_file_get_contents(profile_path, &profile, &size, NULL));
  GBytes *icc = g_bytes_new_take(profile, size);
  for (size_t from = 0; from < 4; from++) {
    char *said = g_strdup_printf("said.%s", endings[from]), *path = source_path(said);
    check_said(said, path, icc, from ? 1e-4 : 2.1);
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p && p->orientation == 8, "%s", said);
    for (size_t to = 0; to < 4 && p; to++) {
      char *name = g_strdup_printf("kept.%s", endings[to]), *out = scratch_path(name);
      char *way = g_strdup_printf("%s to %s", endings[from], endings[to]);
      GError *error = NULL;
      CHECK(picture_save(p->buffer, p, out, &error), "%s: %s", way, error ? error->message : "");
      check_said(way, out, icc, endings[to][0] == 'w' ? 60 : 8);
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
  test_cut();
  test_turned_bytes();
  test_write();
  test_unwritable();
  test_kept();
  test_notes();
  test_mask();
  CHECK(files_in_scratch() == 0);
  g_rmdir(scratch);
  g_free(scratch);
  gegl_exit();
  return harness_end();
}
