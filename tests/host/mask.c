/* SPDX-License-Identifier: GPL-3.0-or-later
 * mask.c against formulas: feather, the square's edges, what is left. */
#include "host/hosts.h"

/* -------------------------------------------------------------------------------------- feather */

static void test_feather(void) {
  GeglRectangle all = {0, 0, 120, 90}, on = {30, 20, 50, 40}, bounds;
  GeglBuffer *selection = test_selection(120, 90, on);

  CHECK(mask_bounds(selection, &bounds) && gegl_rectangle_equal(&bounds, &on));
  GeglBuffer *hard = mask_feather(selection, 0);
  CHECK(mask_bounds(hard, &bounds) && gegl_rectangle_equal(&bounds, &on));
  CHECK(gegl_buffer_get_format(hard) == babl_format("Y float"));
  float *before = test_get(selection, &all, "Y float");

  for (int radius = 4; radius <= 24; radius += 10) {
    GeglBuffer *soft = mask_feather(selection, radius);
    float *v = test_get(soft, &all, "Y float"), *untouched = test_get(selection, &all, "Y float");
    double sigma = radius / 3.5, worst = 0;
    int small = 0;
    /* A box blurred by a Gaussian, by its integral. GEGL's filters are not quite Gaussians: measured 0.043 at radius
     * 4, 0.023 at 14 and 24; GIMP's own feather is the same filter (feather.sh: equal to its rounding). */
    for (int y = 0; y < 90; y++)
      for (int x = 0; x < 120; x++) {
        double across = 0.5 * (erf((x + 0.5 - on.x) / sigma / M_SQRT2) - erf((x + 0.5 - on.x - on.width) / sigma / M_SQRT2));
        double down = 0.5 * (erf((y + 0.5 - on.y) / sigma / M_SQRT2) - erf((y + 0.5 - on.y - on.height) / sigma / M_SQRT2));
        worst = fmax(worst, fabs(v[y * 120 + x] - across * down));
        small += v[y * 120 + x] > 0 && v[y * 120 + x] < 1.0 / 512;
      }
    CHECK(worst < 0.05, "radius %d: %g", radius, worst);
    CHECK(small == 0, "radius %d: %d weights below 1/512", radius, small);
    CHECK(memcmp(before, untouched, sizeof(float) * 120 * 90) == 0, "the user's selection changed");
    CHECK(mask_bounds(soft, &bounds) && bounds.x < on.x && bounds.x > on.x - radius - 1, "radius %d", radius);
    g_free(v), g_free(untouched);
    g_object_unref(soft);
  }
  /* A selection of everything stays one: GIMP's feather goes on beyond the edges. */
  GeglBuffer *whole = test_selection(120, 90, all), *soft = mask_feather(whole, 20);
  float *v = test_get(soft, &all, "Y float");
  double least = 1;
  for (int n = 0; n < 120 * 90; n++) least = fmin(least, v[n]);
  CHECK(least > 0.999, "%g", least);
  g_free(v);
  /* Nothing stays nothing; NaN and too much are no weights. */
  GeglBuffer *none = test_selection(9, 9, *GEGL_RECTANGLE(0, 0, 0, 0)), *empty = mask_feather(none, 5);
  CHECK(!mask_bounds(empty, &bounds) && bounds.width == 0);
  GeglBuffer *odd = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 3, 1), babl_format("Y float"));
  const float odd_values[3] = {NAN, 2.0f, 0.001f};
  gegl_buffer_set(odd, NULL, 0, babl_format("Y float"), odd_values, GEGL_AUTO_ROWSTRIDE);
  GeglBuffer *clean = mask_feather(odd, 0);
  float three[3];
  gegl_buffer_get(clean, NULL, 1.0, babl_format("Y float"), three, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  CHECK(three[0] == 0 && three[1] == 1 && three[2] == 0, "%g %g %g", three[0], three[1], three[2]);
  g_object_unref(odd), g_object_unref(clean), g_object_unref(none), g_object_unref(empty);
  g_object_unref(whole), g_object_unref(soft), g_object_unref(hard), g_object_unref(selection);
  g_free(before);
}

/* ----------------------------------------------------------------------------------------- mask */

static gboolean make(GeglBuffer *selection, int x, int y, double feather, int width, int height, Mask *mask, GError **error) {
  const MaskSource source = {selection, x, y, feather};
  stylemap_placement placement;
  stylemap_fit(width, height, &placement);
  return mask_make(&source, &placement, width, height, mask, error);
}

static void test_mask(void) {
  Mask mask;
  GError *error = NULL;
  /* Without a selection: the centred square. */
  CHECK(make(NULL, 0, 0, 9, 100, 60, &mask, &error));
  CHECK(gegl_rectangle_equal_coords(&mask.bounds, 20, 0, 60, 60), "%d %d %d %d", mask.bounds.x, mask.bounds.y, mask.bounds.width, mask.bounds.height);
  mask_clear(&mask);
  /* Odd differences: the square lies on whole pixels. */
  CHECK(make(NULL, 0, 0, 0, 101, 60, &mask, &error));
  CHECK(gegl_rectangle_equal_coords(&mask.bounds, 20, 0, 60, 60));
  mask_clear(&mask);
  /* The layer lies at (-30, 15) on the image: layer pixel + (-30, 15) = selection pixel. */
  GeglBuffer *selection = test_selection(200, 200, *GEGL_RECTANGLE(10, 30, 15, 20));
  CHECK(make(selection, -30, 15, 0, 100, 60, &mask, &error));
  CHECK(gegl_rectangle_equal_coords(&mask.bounds, 40, 15, 15, 20), "%d %d %d %d", mask.bounds.x, mask.bounds.y, mask.bounds.width, mask.bounds.height);
  float corner;
  gegl_buffer_get(mask.weights, GEGL_RECTANGLE(40, 15, 1, 1), 1.0, babl_format("Y float"), &corner, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  CHECK(corner == 1);
  stylemap_layer layer = mask_layer(&mask, 100, 60);
  float four[4];
  CHECK(layer.read(layer.data, 38, 20, 4, 1, four) == 0);
  CHECK(four[0] == 0 && four[1] == 0 && four[2] == 1 && four[3] == 1);
  mask_clear(&mask);
  /* Cut at the square's edge, feathered beyond the selection. */
  CHECK(make(selection, 0, 0, 7, 60, 100, &mask, &error));
  CHECK(mask.bounds.y >= 20 && mask.bounds.y + mask.bounds.height <= 80 && mask.bounds.x < 10 && mask.bounds.x + mask.bounds.width > 25);
  mask_clear(&mask);
  /* It misses. */
  CHECK(!make(selection, 0, 0, 0, 300, 60, &mask, &error) && !mask.weights);
  CHECK(g_error_matches(error, HOST_ERROR, HOST_ERROR_FAILED) && strstr(error->message, "60 x 60") &&
        strstr(error->message, "(120, 0)"), "%s", error ? error->message : "");
  g_clear_error(&error);
  g_object_unref(selection);
}

int main(int argc, char **argv) {
  gegl_init(&argc, &argv);
  test_feather();
  test_mask();
  gegl_exit();
  return harness_end();
}
