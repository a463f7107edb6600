/* SPDX-License-Identifier: GPL-3.0-or-later
 * A process that reads pictures of many colour profiles: each in its colours, also where babl could take no more.
 * usage: test-profiles */
#include <glib/gstdio.h>

#include "harness.h"
#include "picture/picture.h"

enum { PROFILES = 40, SIDE = 6 };
static char *scratch;

/* ------------------------------------------------------------------------------- profiles and colours */

/* RGB to XYZ under D50, by columns of red, green and blue: profile k is sRGB's with red and green drawn together. */
static const double srgb[3][3] = {{0.4360747, 0.3850649, 0.1430804}, {0.2225045, 0.7168786, 0.0606169},
                                  {0.0139322, 0.0971045, 0.7141733}};
static double column(int k, int row, int c) {
  const double mix = k / 200.0;
  return c == 2 ? srgb[row][2] : (1 - mix) * srgb[row][c] + mix * srgb[row][1 - c];
}
static int gamma_of(int k) { return 256 + 16 * k; } /* in 1/256 */

static void put(guint8 *to, guint32 value) {
  for (int i = 0; i < 4; i++) to[i] = (guint8)(value >> (24 - 8 * i));
}

static GBytes *profile(int k) {
  enum { TAGS = 7, WHITE = 132 + 12 * TAGS, RED = WHITE + 20, CURVE = RED + 60, SIZE = CURVE + 16 };
  static const char tags[] = "wtptrXYZgXYZbXYZrTRCgTRCbTRC";
  guint8 icc[SIZE] = {0};
  put(icc, SIZE), put(icc + 8, 0x02100000), put(icc + 128, TAGS);
  memcpy(icc + 12, "mntrRGB XYZ ", 12), memcpy(icc + 36, "acsp", 4);
  put(icc + 68, 0xf6d6), put(icc + 72, 0x10000), put(icc + 76, 0xd32d);
  for (int i = 0; i < TAGS; i++) {
    memcpy(icc + 132 + 12 * i, tags + 4 * i, 4);
    put(icc + 136 + 12 * i, (guint32)(i < 4 ? WHITE + 20 * i : CURVE)), put(icc + 140 + 12 * i, i < 4 ? 20 : 14);
    if (i < 4) memcpy(icc + WHITE + 20 * i, "XYZ ", 4);
  }
  memcpy(icc + WHITE + 8, icc + 68, 12);
  for (int c = 0; c < 3; c++)
    for (int row = 0; row < 3; row++) put(icc + RED + 20 * c + 8 + 4 * row, (guint32)lround(65536 * column(k, row, c)));
  memcpy(icc + CURVE, "curv", 4), put(icc + CURVE + 8, 1), put(icc + CURVE + 12, (guint32)gamma_of(k) << 16);
  return g_bytes_new(icc, SIZE);
}

static double encoded(double v) {
  return v <= 0 ? 0 : v >= 1 ? 1 : v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

/* sRGB's red, green, blue of linear XYZ, by Cramer's rule. */
static void to_srgb(const double *xyz, double *rgb) {
  double all = 0, each[3] = {0};
  for (int c = 0; c < 3; c++) {
    double m[3][3];
    for (int i = 0; i < 9; i++) m[i / 3][i % 3] = i % 3 == c ? xyz[i / 3] : srgb[i / 3][i % 3];
    for (int k = 0; k < 2; k++) {
      const double(*a)[3] = k ? srgb : (const double(*)[3])m;
      double d = 0;
      for (int i = 0; i < 3; i++) d += a[0][i] * (a[1][(i + 1) % 3] * a[2][(i + 2) % 3] - a[1][(i + 2) % 3] * a[2][(i + 1) % 3]);
      if (k) all = d;
      else each[c] = d;
    }
  }
  for (int c = 0; c < 3; c++) rgb[c] = encoded(each[c] / all);
}

static double number(int x, int y, int c) { return (c == 3 ? 255 - 20 * x : (40 * x + 25 * y + 60 * c) % 256) / 255.0; }

/* ----------------------------------------------------------------------------------------- pictures */

/* File `k`, of `encoding`, whose numbers mean what the profile says, or the chunk. The profile is let go. */
static char *file_of(int k, const char *encoding, GBytes *icc, GBytes *chunk) {
  char *name = g_strdup_printf("%d.png", k), *path = g_build_filename(scratch, name, NULL);
  const Babl *format = babl_format(encoding);
  const int parts = babl_format_get_n_components(format), colours = parts - (parts % 2 == 0);
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, SIDE, SIDE), format);
  float pixels[SIDE * SIDE * 4], *to = pixels;
  for (int i = 0; i < SIDE * SIDE; i++)
    for (int c = 0; c < parts; c++) *to++ = (float)number(i % SIDE, i / SIDE, c < colours ? c : 3);
  char *floats = g_strdup_printf("%s float", colours == 1 ? "Y'" : parts == 4 ? "R'G'B'A" : "R'G'B'");
  gegl_buffer_set(buffer, NULL, 0, babl_format(floats), pixels, GEGL_AUTO_ROWSTRIDE);
  Picture like = {.lossless = TRUE, .icc = icc, .png_colour = chunk};
  GError *error = NULL;
  CHECK(picture_save(buffer, &like, path, &error), "%s", error ? error->message : "");
  if (icc) g_bytes_unref(icc);
  g_object_unref(buffer);
  g_free(name), g_free(floats);
  return path;
}

/* The largest difference of the picture's colours from those of the numbers by `k`'s matrix and `gamma`. */
static double off(const Picture *p, int k, double gamma) {
  float pixels[SIDE * SIDE * 4];
  double worst = 0;
  gegl_buffer_get(p->buffer, NULL, 1.0, babl_format("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  const int grey = babl_format_get_n_components(gegl_buffer_get_format(p->buffer)) < 3 || k % 4 == 3;
  for (int i = 0; i < SIDE * SIDE; i++) {
    double xyz[3] = {0}, rgb[3];
    for (int c = 0; c < 3; c++)
      for (int row = 0; row < 3; row++) xyz[row] += column(k, row, c) * pow(number(i % SIDE, i / SIDE, grey ? 0 : c), gamma);
    to_srgb(xyz, rgb);
    for (int c = 0; c < 3; c++) worst = fmax(worst, fabs(fmin(fmax(pixels[4 * i + c], 0), 1) - rgb[c]));
    if (k % 4 == 1) worst = fmax(worst, fabs(pixels[4 * i + 3] - number(i % SIDE, 0, 3)));
  }
  return worst;
}

static void test_many(void) {
  static const char *const encodings[] = {"R'G'B' u8", "R'G'B'A u8", "R'G'B' u16", "Y' u8"};
  char *paths[PROFILES];
  int kept = 0, converted = 0;
  for (int k = 0; k < PROFILES; k++) paths[k] = file_of(k, encodings[k % 4], profile(k), NULL);
  for (int round = 0; round < 2; round++)
    for (int k = 0; k < PROFILES; k++) {
      GError *error = NULL;
      Picture *p = picture_load(paths[k], 0, &error);
      if (!CHECK(p, "%s", error ? error->message : "")) continue;
      CHECK(!p->icc == (p->note && strstr(p->note, "converted")), "%d: %s", k, p->note ? p->note : "no note");
      if (round == 0) kept += p->icc != NULL, converted += !p->icc;
      else CHECK(!p->icc == (k >= kept), "%d is read in another way the second time", k);
      const double d = off(p, k, gamma_of(k) / 256.0);
      CHECK(d < 2e-3, "%d: %g", k, d);
      picture_free(p);
    }
  CHECK(kept >= 5 && converted >= 20, "%d kept, %d converted", kept, converted);
  /* a mask's numbers are weights, whatever they would mean */
  GeglBuffer *mask = picture_load_grey(paths[PROFILES - 1], 0, NULL);
  if (CHECK(mask)) {
    float weights[SIDE * SIDE];
    gegl_buffer_get(mask, NULL, 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (int i = 0; i < SIDE * SIDE; i++) CHECK(fabs(weights[i] - number(i % SIDE, i / SIDE, 0)) < 1e-6);
    g_object_unref(mask);
  }
  for (int k = 0; k < PROFILES; k++) g_unlink(paths[k]), g_free(paths[k]);
}

/* One whose parts do not lie inside it never comes to babl, which reads wherever they point to. */
static void test_damaged(void) {
  enum { ENTRY = 132 + 12 * 4, CURVE = 132 + 12 * 7 + 80 }; /* of the red curve */
  static const struct {
    int at;
    guint32 value;
    const char *what;
  } wrong[] = {
    {ENTRY + 8, 0x7fffffff, "a length beyond its end"}, {ENTRY + 8, 40, "a length just beyond its end"},
    {ENTRY + 4, 0x10000, "a place beyond its end"},     {ENTRY + 4, 64, "a place in its head"},
    {CURVE + 8, 1000, "a curve of more numbers"},       {CURVE, 0x58595a20, "a curve of another kind"},
    {0, 100000, "a length beyond the file"},            {128, 1000, "more parts"},
    {36, 0, "no signature"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    gsize size;
    guint8 *bytes = g_bytes_unref_to_data(profile(0), &size);
    put(bytes + wrong[i].at, wrong[i].value);
    char *path = file_of(0, "R'G'B' u8", g_bytes_new_take(bytes, size), NULL);
    Picture *p = picture_load(path, 0, NULL);
    CHECK(p && p->icc && p->note && strstr(p->note, "not understood"), "%s: %s", wrong[i].what, p && p->note ? p->note : "no note");
    CHECK(p && babl_format_get_space(gegl_buffer_get_format(p->buffer)) == babl_space("sRGB"), "%s", wrong[i].what);
    picture_free(p);
    g_unlink(path), g_free(path);
  }
}

/* A PNG that tells its gamma alone. */
static void test_chunk(void) {
  guint8 chunk[16] = {0, 0, 0, 4, 'g', 'A', 'M', 'A'};
  guint32 sum = 0xffffffff;
  put(chunk + 8, 55556); /* 1 / 1.8 */
  for (int i = 4; i < 12; i++) {
    sum ^= chunk[i];
    for (int k = 0; k < 8; k++) sum = sum & 1 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
  }
  put(chunk + 12, ~sum);
  GBytes *colour = g_bytes_new(chunk, sizeof chunk);
  char *path = file_of(0, "R'G'B' u8", NULL, colour);
  Picture *p = picture_load(path, 0, NULL);
  CHECK(p && p->note && strstr(p->note, "converted"));
  if (p) CHECK(off(p, 0, 1.8) < 2e-3, "%g", off(p, 0, 1.8));
  picture_free(p);
  g_unlink(path), g_free(path);
  g_bytes_unref(colour);
}

int main(void) {
  scratch = g_dir_make_tmp("stylemap-profiles-XXXXXX", NULL);
  harness_seed();
  picture_init();
  test_damaged();
  test_many();
  test_chunk();
  CHECK(g_rmdir(scratch) == 0);
  g_free(scratch);
  gegl_exit();
  return harness_end();
}
