/* SPDX-License-Identifier: GPL-3.0-or-later
 * layer.c against formulas: views, composite. */
#include "host/hosts.h"

/* ---------------------------------------------------------------------------------------- views */

static void test_views(void) {
  static const struct { const char *format; double limit; } formats[] = {
    {"R'G'B' u8", 0.51 / 255}, {"R'G'B'A u16", 0.51 / 65535}, {"R'G'B'A float", 1e-6}, {"RGB float", 1e-5}, {"RGBA u16", 2e-3},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
    GeglBuffer *buffer = test_picture(37, 23, formats[i].format, 1), *as_float = test_picture(37, 23, "R'G'B'A float", 1);
    stylemap_layer layer = layer_of_picture(buffer);
    CHECK(layer.width == 37 && layer.height == 23);
    GeglRectangle r = {5, 7, 20, 11};
    float *want = test_get(as_float, &r, "R'G'B'A float"), *got = g_new0(float, 20 * 11 * 4);
    CHECK(layer.read(layer.data, 5, 7, 20, 11, got) == 0);
    double worst = 0;
    for (int n = 0; n < 20 * 11; n++)
      for (int c = 0; c < 3; c++) worst = fmax(worst, fabs(got[4 * n + c] - want[4 * n + c]));
    CHECK(worst <= formats[i].limit, "%s: %g", formats[i].format, worst);
    /* What is written is read back. */
    for (int n = 0; n < 20 * 11; n++) got[4 * n] = 0.25f;
    CHECK(layer.write(layer.data, 5, 7, 20, 11, got) == 0);
    float *again = g_new0(float, 20 * 11 * 4);
    layer.read(layer.data, 5, 7, 20, 11, again);
    for (int n = 0; n < 20 * 11; n++) if (again[4 * n + 3] > 0) CHECK_NEAR(again[4 * n], 0.25, formats[i].limit);
    g_free(want), g_free(got), g_free(again);
    g_object_unref(buffer), g_object_unref(as_float);
  }
  /* Numbers of sRGB are divided, exactly, whatever way babl would take today. */
  static const char *const exact[] = {"R'G'B' u8", "R'G'B'A u8", "Y' u8", "Y'A u8", "R'G'B' u16", "R'G'B'A u16", "Y' u16"};
  for (size_t i = 0; i < G_N_ELEMENTS(exact); i++) {
    const Babl *own = babl_format(exact[i]);
    int wide = strstr(exact[i], "16") != NULL, parts = babl_format_get_n_components(own), steps = wide ? 65536 : 256, wrong = 0;
    GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 256, steps / 256), own);
    guint8 *raw = g_malloc((size_t)(steps * parts * 2));
    for (int v = 0; v < steps * parts; v++) {
      guint16 number = (guint16)(v / parts);
      if (wide) memcpy(raw + 2 * v, &number, 2);
      else raw[v] = (guint8)number;
    }
    gegl_buffer_set(buffer, NULL, 0, own, raw, GEGL_AUTO_ROWSTRIDE);
    float *got = g_new(float, 4 * steps);
    stylemap_layer layer = layer_of_picture(buffer);
    layer.read(layer.data, 0, 0, 256, steps / 256, got);
    for (int v = 0; v < steps; v++)
      for (int c = 0; c < 4; c++) wrong += got[4 * v + c] != (c == 3 && parts % 2 ? 1.0f : (float)v / (float)(steps - 1));
    CHECK(wrong == 0, "%s: %d numbers", exact[i], wrong);
    g_free(raw), g_free(got);
    g_object_unref(buffer);
  }
  /* A mask's number is its number: no gamma. */
  GeglBuffer *mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 4, 4), babl_format("Y u8"));
  const guint8 grey = 128;
  float value;
  gegl_buffer_set_color_from_pixel(mask, NULL, &grey, babl_format("Y u8"));
  stylemap_layer layer = layer_of_mask(mask);
  layer.read(layer.data, 3, 3, 1, 1, &value);
  CHECK_NEAR(value, 128 / 255.0, 1e-6);
  g_object_unref(mask);
}

/* ------------------------------------------------------------------------------------ composite */

static void test_composite(void) {
  static const struct { const char *format, *blend; double limit; } cases[] = {
    {"R'G'B' u8", "R'G'B' float", 0.51 / 255}, {"R'G'B'A u8", "R'G'B'A float", 0.51 / 255},
    {"R'G'B'A u16", "R'G'B'A float", 0.51 / 65535}, {"R'G'B' float", "R'G'B' float", 1e-6},
    {"R'G'B'A float", "R'G'B'A float", 1e-6}, {"RGB float", "RGB float", 1e-6}, {"RGBA u16", "RGBA float", 0.51 / 65535},
    {"Y' u8", "Y' float", 0.51 / 255}, {"Y'A u16", "Y'A float", 0.51 / 65535}, {"Y float", "Y float", 1e-6},
    {"R'aG'aB'aA float", "R'G'B'A float", 1e-5},
  };
  enum { W = 64, H = 48 };
  GeglRectangle bounds = {10, 12, 40, 25};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GeglBuffer *target = test_picture(W, H, cases[i].format, 1), *before = gegl_buffer_dup(target);
    int has_alpha = babl_format_has_alpha(babl_format(cases[i].format));
    GeglBuffer *layer = gegl_buffer_new(&bounds, babl_format("R'G'B'A float"));
    float *over = test_get(target, &bounds, "R'G'B'A float");
    for (int n = 0; n < bounds.width * bounds.height; n++)
      for (int c = 0; c < 3; c++) over[4 * n + c] = (float)(0.5 + 0.4 * cos(0.3 * n + c)); /* the target's alpha */
    gegl_buffer_set(layer, &bounds, 0, babl_format("R'G'B'A float"), over, GEGL_AUTO_ROWSTRIDE);
    GeglBuffer *mask = gegl_buffer_new(&bounds, babl_format("Y float"));
    float weights[40 * 25];
    for (int n = 0; n < 40 * 25; n++) weights[n] = n % 3 == 0 ? 0 : (float)(n % 40) / 39;
    gegl_buffer_set(mask, &bounds, 0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE);
    layer_composite(target, layer, mask, &bounds, FALSE);

    int parts = babl_format_get_n_components(babl_format(cases[i].blend)), colours = parts - has_alpha;
    float *in = test_get(before, &bounds, cases[i].blend), *out = test_get(target, &bounds, cases[i].blend);
    float *top = test_get(layer, &bounds, cases[i].blend);
    double worst = 0, changed = 0;
    for (int n = 0; n < 40 * 25; n++)
      for (int c = 0; c < parts; c++) {
        double a = has_alpha && !(top[n * parts + colours] > 0) ? 0 : 1; /* once, in the alpha itself */
        double want = c < colours ? in[n * parts + c] + weights[n] * a * (top[n * parts + c] - in[n * parts + c]) : in[n * parts + c];
        if (c < colours && has_alpha && in[n * parts + colours] < 1e-3) continue; /* nothing is seen there */
        worst = fmax(worst, fabs(out[n * parts + c] - want));
        changed = fmax(changed, fabs(out[n * parts + c] - in[n * parts + c]));
      }
    CHECK(worst <= cases[i].limit, "%s: %g", cases[i].format, worst);
    CHECK(changed > 0.1, "%s: nothing happened", cases[i].format);

    /* Bits: outside the bounds, and inside where the weight is 0. */
    const Babl *own = gegl_buffer_get_format(target);
    size_t bytes = (size_t)babl_format_get_bytes_per_pixel(own), wrong = 0;
    guint8 *one = g_malloc(bytes * W * H), *two = g_malloc(bytes * W * H);
    gegl_buffer_get(before, NULL, 1.0, own, one, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(target, NULL, 1.0, own, two, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (int y = 0; y < H; y++)
      for (int x = 0; x < W; x++) {
        int inside = x >= 10 && x < 50 && y >= 12 && y < 37 && weights[(y - 12) * 40 + x - 10] > 0;
        wrong += !inside && memcmp(one + (size_t)(y * W + x) * bytes, two + (size_t)(y * W + x) * bytes, bytes) != 0;
      }
    CHECK(wrong == 0, "%s: %zu pixels outside changed", cases[i].format, wrong);
    g_free(one), g_free(two), g_free(in), g_free(out), g_free(top), g_free(over);
    g_object_unref(target), g_object_unref(before), g_object_unref(layer), g_object_unref(mask);
  }
}

/* In every encoding of a space whose curve is none of sRGB's: at weight 1 the target shows what babl makes of the
 * layer's colour, at 1/2 the mean of its own numbers and those. */
static void test_encodings(void) {
  const Babl *gamma = babl_trc_gamma(1.5);
  const Babl *space = babl_space_from_chromaticities(NULL, 0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06, gamma,
                                                     NULL, NULL, BABL_SPACE_FLAG_EQUALIZE);
  static const struct { const char *own, *numbers; double limit; } cases[] = {
    {"R~G~B~ u8", "R~G~B~ float", 0.6 / 255}, {"R~G~B~A u16", "R~G~B~A float", 1e-4}, {"R~G~B~A float", "R~G~B~A float", 1e-4},
    {"R'G'B' u8", "R'G'B' float", 0.6 / 255}, {"R'G'B'A float", "R'G'B'A float", 1e-4}, {"RGB u16", "RGB float", 1e-4},
    {"RGBA half", "RGBA float", 1e-3}, {"Y~ u8", "Y~ float", 0.6 / 255}, {"Y~A float", "Y~A float", 1e-4}, {"Y' u16", "Y' float", 1e-4},
  };
  const GeglRectangle area = {0, 0, 2, 1};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const Babl *own = babl_format_with_space(cases[i].own, space), *numbers = babl_format_with_space(cases[i].numbers, space);
    const float dark[4] = {0.2f, 0.2f, 0.2f, 1}, bright[4] = {0.7f, 0.7f, 0.7f, 1}, weights[2] = {1, 0.5f};
    GeglBuffer *target = gegl_buffer_new(&area, own), *layer = gegl_buffer_new(&area, babl_format("R'G'B'A float"));
    GeglBuffer *mask = gegl_buffer_new(&area, babl_format("Y float"));
    int parts = babl_format_get_n_components(numbers);
    float before[8], over[8], after[8];
    gegl_buffer_set_color_from_pixel(target, &area, dark, babl_format("R'G'B'A float"));
    gegl_buffer_set_color_from_pixel(layer, &area, bright, babl_format("R'G'B'A float"));
    gegl_buffer_set(mask, &area, 0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE);
    gegl_buffer_get(target, &area, 1.0, numbers, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(layer, &area, 1.0, numbers, over, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    layer_composite(target, layer, mask, &area, FALSE);
    gegl_buffer_get(target, &area, 1.0, numbers, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    CHECK_NEAR(after[0], over[0], cases[i].limit);
    CHECK_NEAR(after[parts], (before[parts] + over[parts]) / 2, cases[i].limit);
    CHECK(over[0] - before[0] > 0.1, "%s: no difference to see", cases[i].own);
    g_object_unref(target), g_object_unref(layer), g_object_unref(mask);
  }
}

/* What is only partly transparent is opaque to the network, and what is clear stays clear. */
static void test_colours(void) {
  GeglBuffer *buffer = test_picture(30, 4, "R'G'B'A float", 1);
  stylemap_layer plain = layer_of_picture(buffer), colours = layer_of_colours(buffer);
  float a[30 * 4 * 4], b[30 * 4 * 4];
  CHECK(plain.read(plain.data, 0, 0, 30, 4, a) == 0 && colours.read(colours.data, 0, 0, 30, 4, b) == 0);
  for (int n = 0; n < 30 * 4; n++) {
    CHECK(memcmp(a + 4 * n, b + 4 * n, 3 * sizeof *a) == 0);
    CHECK(b[4 * n + 3] == (a[4 * n + 3] > 0));
  }
  g_object_unref(buffer);
}

/* Numbers that lie in the middle go up, and all others to the nearest. */
static void test_rounding(void) {
  static const struct { const char *format; double most; } kinds[] = {{"Y' u8", 255}, {"Y' u16", 65535}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 256, 1), babl_format(kinds[k].format));
    float values[256], again[256];
    for (int i = 0; i < 256; i++) values[i] = i ? (float)(i / 256.0) : 0.5f;
    layer_set_numbers(buffer, GEGL_RECTANGLE(0, 0, 256, 1), values);
    layer_get_numbers(buffer, GEGL_RECTANGLE(0, 0, 256, 1), again);
    for (int i = 0; i < 256; i++)
      CHECK(rint(again[i] * kinds[k].most) == floor(values[i] * kinds[k].most + 0.5), "%s, %g: %g", kinds[k].format,
            values[i], again[i]);
    g_object_unref(buffer);
  }
}

int main(int argc, char **argv) {
  gegl_init(&argc, &argv);
  test_views();
  test_composite();
  test_encodings();
  test_colours();
  test_rounding();
  gegl_exit();
  return harness_end();
}
