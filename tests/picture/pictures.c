/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command's pictures, read: every form, pages, masks; cut files refused.
 * usage: test-pictures FOLDER_OF_PICTURES   (--pam KIND, --icc: what pictures/make.sh is made from) */
#include <sys/stat.h>
#include <unistd.h>

#include "picture/pictures.h"

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
    {"animation.png", {"rgb8", "few"}, 1e-4}, {"animation.webp", {"rgb8", "few"}, 60}, {"two-few.gif", {"few", "mono"}, 1e-4},
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

/* ------------------------------------------------------------------------------- frames of a PNG */

static void put(guint8 *to, guint32 value) {
  for (int i = 0; i < 4; i++) to[i] = (guint8)(value >> (24 - 8 * i));
}

static void put_chunk(GByteArray *png, const char *type, const guint8 *body, guint size) {
  guint8 number[4];
  const guint at = png->len + 4;
  put(number, size);
  g_byte_array_append(png, number, 4), g_byte_array_append(png, (const guint8 *)type, 4), g_byte_array_append(png, body, size);
  guint32 sum = 0xffffffff;
  for (guint i = at; i < png->len; i++) {
    sum ^= png->data[i];
    for (int k = 0; k < 8; k++) sum = sum & 1 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
  }
  put(number, ~sum);
  g_byte_array_append(png, number, 4);
}

/* A picture of one colour, written, and its chunks of a type: to `png`, as `as`, behind a number where that is fdAT. */
static void put_colour(GByteArray *png, int width, int height, const guint8 *rgba, const char *type, const char *as) {
  char *path = scratch_path("one.png"), *file = NULL;
  gsize size = 0;
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("R'G'B'A u8"));
  for (int i = 0; i < width * height; i++)
    gegl_buffer_set(buffer, GEGL_RECTANGLE(i % width, i / width, 1, 1), 0, NULL, rgba, GEGL_AUTO_ROWSTRIDE);
  CHECK(picture_save(buffer, NULL, path, NULL) && g_file_get_contents(path, &file, &size, NULL));
  for (gsize at = 8; at + 12 <= size;) {
    const guint8 *chunk = (const guint8 *)file + at;
    const guint length = (guint)chunk[0] << 24 | (guint)chunk[1] << 16 | (guint)chunk[2] << 8 | chunk[3];
    guint8 *body = g_malloc0(length + 4u);
    memcpy(body + 4, chunk + 8, length);
    if (memcmp(chunk + 4, type, 4) == 0)
      put_chunk(png, as, strcmp(as, "fdAT") == 0 ? body : body + 4, length + (strcmp(as, "fdAT") == 0 ? 4 : 0));
    g_free(body);
    at += 12 + (gsize)length;
  }
  g_unlink(path), g_free(path), g_free(file), g_object_unref(buffer);
}

/* A picture beside the animation, then frames that lie at an offset, over and instead of those before, and go again. */
static void test_frames(void) {
  static const struct {
    int x, y, width, height, dispose, blend;
    guint8 rgba[4];
  } frames[] = {
    {0, 0, 12, 9, 0, 0, {200, 100, 50, 255}}, {3, 2, 5, 4, 2, 1, {0, 60, 255, 102}}, {6, 5, 6, 3, 1, 0, {10, 250, 90, 255}},
    {0, 0, 2, 2, 0, 1, {1, 2, 3, 0}}, {0, 0, 3, 3, 0, 0, {9, 9, 9, 51}},
  };
  enum { FRAMES = sizeof frames / sizeof *frames, W = 12, H = 9 };
  static const guint8 beside[] = {7, 77, 177, 255}, end[1];
  GByteArray *png = g_byte_array_new();
  guint8 control[26] = {0};
  g_byte_array_append(png, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
  put_colour(png, W, H, beside, "IHDR", "IHDR");
  control[3] = FRAMES;
  put_chunk(png, "acTL", control, 8);
  put_colour(png, W, H, beside, "IDAT", "IDAT");
  for (int i = 0; i < FRAMES; i++) {
    put(control + 4, (guint32)frames[i].width), put(control + 8, (guint32)frames[i].height);
    put(control + 12, (guint32)frames[i].x), put(control + 16, (guint32)frames[i].y);
    control[24] = (guint8)frames[i].dispose, control[25] = (guint8)frames[i].blend;
    put_chunk(png, "fcTL", control, sizeof control);
    put_colour(png, frames[i].width, frames[i].height, frames[i].rgba, "IDAT", "fdAT");
  }
  put_chunk(png, "IEND", end, 0);

  for (int page = 1; page <= FRAMES + 1; page++) {
    GError *error = NULL;
    Picture *p = picture_decode(png->data, png->len, page, "frames", &error);
    CHECK(p && p->pages == FRAMES + 1 && p->width == W && p->height == H, "page %d: %s", page, error ? error->message : "");
    double worst = 0;
    for (int i = 0; p && i < W * H; i++) {
      float have[4];
      double want[4] = {0};
      gegl_buffer_get(p->buffer, GEGL_RECTANGLE(i % W, i / W, 1, 1), 1.0, babl_format("R'G'B'A float"), have, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      if (page == 1)
        for (int c = 0; c < 4; c++) want[c] = beside[c] / 255.0;
      for (int k = 0; k < page - 1; k++) {
        const int x = i % W - frames[k].x, y = i / W - frames[k].y;
        if (x < 0 || y < 0 || x >= frames[k].width || y >= frames[k].height) continue;
        if (k < page - 2 && frames[k].dispose == 2) continue;
        const double a = frames[k].rgba[3] / 255.0, under = frames[k].blend ? (1 - a) * want[3] : 0;
        for (int c = 0; c < 3; c++) want[c] = a + under > 0 ? (a * frames[k].rgba[c] / 255 + under * want[c]) / (a + under) : 0;
        want[3] = a + under;
        if (k < page - 2 && frames[k].dispose == 1) memset(want, 0, sizeof want);
      }
      for (int c = 0; c < 4; c++)
        if (c == 3 || want[3] > 0) worst = MAX(worst, fabs(have[c] - want[c]));
    }
    CHECK(worst < 0.51 / 255, "page %d: %g", page, worst * 255);
    picture_free(p);
    g_clear_error(&error);
  }
  for (guint cut = 40; cut < png->len; cut += 7) { /* of its own, so that a sanitizer sees the end */
    guint8 *rest = g_memdup2(png->data, cut);
    Picture *p = picture_decode(rest, cut, FRAMES + 1 - (int)cut % 3, "cut", NULL);
    CHECK(!p, "cut to %u of %u", cut, png->len);
    picture_free(p), g_free(rest);
  }
  g_byte_array_unref(png);
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
  pictures_open(argv[1]);
  test_of_the_test();
  test_read();
  test_refused();
  test_pages();
  test_frames();
  test_notes(); /* before bytes turned at random bring more profiles than babl takes */
  test_cut();
  test_turned_bytes();
  test_mask();
  return pictures_end();
}
