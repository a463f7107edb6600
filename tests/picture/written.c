/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command's pictures, written: every form, what files say kept, where outputs go.
 * usage: test-pictures-written FOLDER_OF_PICTURES */
#include <sys/stat.h>
#include <unistd.h>

#include "picture/pictures.h"

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

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  pictures_open(argv[1]);
  test_write();
  test_unwritable();
  test_kept();
  test_iptc();
  test_loss();
  test_transparent();
  test_grey_profile();
  test_links();
  return pictures_end();
}
