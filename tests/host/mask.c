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
  const MaskSource source = {selection, x, y, feather, FALSE};
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

static float at(const Mask *mask, int x, int y) {
  float value;
  gegl_buffer_get(mask->weights, GEGL_RECTANGLE(x, y, 1, 1), 1.0, babl_format("Y float"), &value, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return value;
}

/* The square of a 100 x 60 layer lies at 20 .. 80; its left and right edges are inside the layer. */
static void test_edges(void) {
  static const struct { GeglRectangle on; gboolean cut; } cases[] = {
    {{0, 10, 60, 40}, TRUE}, {{40, 0, 60, 60}, TRUE}, {{19, 10, 20, 20}, TRUE}, {{20, 0, 60, 60}, FALSE},
    {{30, 0, 20, 60}, FALSE}, {{50, 20, 30, 20}, FALSE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GeglBuffer *selection = test_selection(100, 60, cases[i].on);
    const GeglRectangle *on = &cases[i].on;
    int y = on->y + on->height / 2;
    Mask hard, soft, free;
    CHECK(make(selection, 0, 0, 0, 100, 60, &hard, NULL) && hard.cut == cases[i].cut, "case %zu", i);
    CHECK(make(selection, 0, 0, 8, 100, 60, &soft, NULL) && soft.cut == cases[i].cut, "case %zu", i);
    /* the same selection where the square is the layer: nothing is cut, the edges stay */
    GeglBuffer *middle = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 60, 60), babl_format("Y u8"));
    gegl_buffer_copy(selection, GEGL_RECTANGLE(20, 0, 60, 60), GEGL_ABYSS_NONE, middle, GEGL_RECTANGLE(0, 0, 60, 60));
    CHECK(make(middle, 0, 0, 8, 60, 60, &free, NULL) && !free.cut);
    CHECK(at(&hard, CLAMP(on->x, 20, 79), y) == 1); /* no feather: as hard as it was asked for */
    float last = 0;
    for (int x = 20; x < 28; x++) {
      const float left = at(&soft, x, y);
      CHECK(left >= last || left >= at(&free, x - 20, y) - 1e-6, "case %zu: %g after %g at %d", i, left, last, x);
      last = left;
    }
    CHECK(at(&soft, 20, y) < 0.02 && at(&soft, 79, y) < 0.02, "case %zu: %g %g", i, at(&soft, 20, y), at(&soft, 79, y));
    /* 8 pixels inside, and at the layer's own edges, it is the plain feather. */
    for (int x = 28; x < 72; x++)
      for (int row = 0; row < 60; row += 59) {
        const double blurred = at(&free, x - 20, row);
        if (on->x >= 20 && on->x + on->width <= 80) CHECK_NEAR(at(&soft, x, row), blurred, 3e-3); /* tails of the filter */
      }
    if (on->width == 60 && on->x == 20) CHECK(at(&soft, 50, 0) > 0.99 && at(&soft, 28, 59) > 0.99);
    mask_clear(&hard), mask_clear(&soft), mask_clear(&free);
    g_object_unref(selection), g_object_unref(middle);
  }
  /* A tall layer has its square's inner edges above and below. */
  GeglBuffer *tall = test_selection(60, 100, *GEGL_RECTANGLE(0, 0, 60, 100));
  Mask soft;
  CHECK(make(tall, 0, 0, 8, 60, 100, &soft, NULL) && soft.cut);
  CHECK(at(&soft, 0, 50) > 0.99 && at(&soft, 59, 50) > 0.99 && at(&soft, 30, 20) < 0.02 && at(&soft, 30, 79) < 0.02);
  mask_clear(&soft);
  g_object_unref(tall);
  /* However wide the feather: what is selected everywhere is taken whole in the middle, and not at all at the edge. */
  GeglBuffer *everywhere = test_selection(100, 60, *GEGL_RECTANGLE(0, 0, 100, 60));
  for (int feather = 10; feather <= 10000; feather *= 10) {
    Mask wide;
    CHECK(make(everywhere, 0, 0, feather, 100, 60, &wide, NULL) && at(&wide, 50, 30) > 0.99 && at(&wide, 20, 30) < 0.02);
    mask_clear(&wide);
  }
  g_object_unref(everywhere);
  /* What lies beyond the layer is not cut by the square; an offset is taken into account. */
  stylemap_placement placement;
  stylemap_fit(60, 60, &placement);
  GeglBuffer *large = test_selection(300, 300, *GEGL_RECTANGLE(0, 0, 300, 300));
  const MaskSource around = {large, 50, 50, 0, FALSE};
  CHECK(!mask_reaches_over(&around, &placement, 60, 60));
  stylemap_fit(100, 60, &placement);
  CHECK(mask_reaches_over(&around, &placement, 100, 60));
  g_object_unref(large);
  /* A turned square: nothing outside it, soft at all of its edges. */
  Mask turned;
  const MaskSource everything = {NULL, 0, 0, 0, FALSE};
  placement = (stylemap_placement){.x = 50, .y = 30, .side = 30, .angle = 0.7};
  CHECK(mask_make(&everything, &placement, 100, 60, &turned, NULL));
  CHECK(at(&turned, 50, 30) == 1 && at(&turned, 37, 30) == 1 && at(&turned, 36, 17) == 0 && at(&turned, 64, 43) == 0);
  mask_clear(&turned);
  /* Of a turned square: what is selected, not the rectangle around it. */
  static const struct { GeglRectangle on[2]; double angle; gboolean over; } cuts[] = {
    {{{36, 17, 4, 4}, {36, 17, 4, 4}}, 0.7, TRUE}, {{{45, 25, 10, 10}, {45, 25, 10, 10}}, 0.7, FALSE},
    {{{49, 11, 2, 2}, {32, 29, 2, 2}}, G_PI / 4, FALSE}, {{{49, 11, 2, 2}, {32, 11, 2, 2}}, G_PI / 4, TRUE},
    {{{49, 47, 2, 2}, {66, 29, 2, 2}}, G_PI / 4, FALSE}, {{{49, 50, 2, 2}, {50, 30, 2, 2}}, G_PI / 4, TRUE},
    {{{35, 15, 30, 30}, {49, 29, 2, 2}}, G_PI / 2, FALSE}, {{{33, 15, 3, 30}, {49, 29, 2, 2}}, G_PI / 2, TRUE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
    const guint8 white = 255;
    GeglBuffer *both = test_selection(100, 60, cuts[i].on[0]);
    const MaskSource source = {both, 0, 0, 0, FALSE};
    gegl_buffer_set_color_from_pixel(both, &cuts[i].on[1], &white, babl_format("Y u8"));
    placement.angle = cuts[i].angle;
    CHECK(mask_reaches_over(&source, &placement, 100, 60) == cuts[i].over, "case %zu", i);
    g_object_unref(both);
  }
}

/* Why nothing is left, in words. */
static void test_nothing_left(void) {
  static const struct { GeglRectangle on; float value; double feather; const char *word; } cases[] = {
    {{0, 0, 0, 0}, 0, 0, "black"}, {{0, 0, 0, 0}, 0, 20, "black"}, {{40, 20, 10, 10}, NAN, 0, "black"},
    {{40, 20, 10, 10}, NAN, 5, "black"}, {{40, 20, 10, 10}, -1, 5, "black"}, {{40, 20, 10, 10}, 0.001f, 0, "nearly black"},
    {{40, 20, 4, 4}, 1, 300, "smaller feather"}, {{2, 20, 4, 4}, 1, 0, "misses"}, {{2, 20, 4, 4}, 1, 6, "misses"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GeglBuffer *selection = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 100, 60), babl_format("Y float"));
    GError *error = NULL;
    Mask mask;
    if (cases[i].on.width) gegl_buffer_set_color_from_pixel(selection, &cases[i].on, &cases[i].value, babl_format("Y float"));
    CHECK(!make(selection, 0, 0, cases[i].feather, 100, 60, &mask, &error) && !mask.weights, "case %zu", i);
    CHECK(error && strstr(error->message, cases[i].word), "case %zu: %s", i, error ? error->message : "");
    CHECK(i > 4 || !strstr(error->message, "nearly"));
    g_clear_error(&error);
    g_object_unref(selection);
  }
  /* A NaN is a hole of its own size, feathered or not; so is what is infinite a 1. */
  for (int feather = 0; feather <= 5; feather += 5) {
    GeglBuffer *selection = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 60, 60), babl_format("Y float"));
    const float one = 1, none = NAN, all = INFINITY;
    Mask mask;
    gegl_buffer_set_color_from_pixel(selection, GEGL_RECTANGLE(10, 10, 40, 40), &one, babl_format("Y float"));
    gegl_buffer_set_color_from_pixel(selection, GEGL_RECTANGLE(30, 30, 1, 1), &none, babl_format("Y float"));
    gegl_buffer_set_color_from_pixel(selection, GEGL_RECTANGLE(20, 20, 1, 1), &all, babl_format("Y float"));
    CHECK(make(selection, 0, 0, feather, 60, 60, &mask, NULL));
    CHECK_NEAR(mask.most, 1, 1e-4);
    CHECK(at(&mask, 20, 20) > 0.99 && at(&mask, 30, 30) < 0.95 && at(&mask, 40, 30) > 0.99, "%g %g", at(&mask, 20, 20), at(&mask, 30, 30));
    mask_clear(&mask);
    g_object_unref(selection);
  }
}

/* A blurred half plane, by its integral, at every radius that a host may ask for, where there is room for it. */
static void test_wide(void) {
  enum { WIDE = 30000 };
  const GeglRectangle all = {0, 0, WIDE, 2};
  GeglBuffer *half = test_selection(WIDE, 2, *GEGL_RECTANGLE(0, 0, WIDE / 2, 2));
  for (int radius = 3000; radius <= 10000; radius += 1750) {
    GeglBuffer *soft = mask_feather(half, radius);
    float *v = test_get(soft, &all, "Y float");
    double worst = 0;
    for (int x = 0; x < WIDE; x++)
      worst = fmax(worst, fabs(v[x] - 0.5 * erfc((x + 0.5 - WIDE / 2) / (radius / 3.5) / M_SQRT2)));
    CHECK(worst < 0.02, "radius %d: %g", radius, worst); /* GEGL's filter is not quite a Gaussian */
    g_free(v);
    g_object_unref(soft);
  }
  g_object_unref(half);
}

/* The part of a selection that mask_reach asks for gives the weights of all of it. */
static void test_reach(void) {
  stylemap_placement placement;
  GeglBuffer *selection = test_selection(400, 300, *GEGL_RECTANGLE(10, 120, 330, 40));
  for (int feather = -1; feather <= 40; feather += feather < 0 ? 1 : 8) { /* -1: by size */
    GeglRectangle reach;
    Mask all, part;
    stylemap_fit(100, 60, &placement);
    mask_reach(&placement, 100, 60, feather, &reach);
    reach.x += 150, reach.y += 110; /* where the layer lies on the selection */
    gegl_rectangle_intersect(&reach, &reach, gegl_buffer_get_extent(selection));
    GeglBuffer *cut = gegl_buffer_new(&reach, babl_format("Y u8"));
    gegl_buffer_copy(selection, &reach, GEGL_ABYSS_NONE, cut, &reach);
    CHECK(make(selection, 150, 110, feather, 100, 60, &all, NULL) && make(cut, 150, 110, feather, 100, 60, &part, NULL));
    CHECK(all.cut && part.cut && gegl_rectangle_equal(&all.bounds, &part.bounds));
    double worst = 0;
    for (int y = all.bounds.y; y < all.bounds.y + all.bounds.height; y++)
      for (int x = all.bounds.x; x < all.bounds.x + all.bounds.width; x++) worst = fmax(worst, fabs(at(&all, x, y) - at(&part, x, y)));
    CHECK(worst < 2e-3, "feather %d: %g", feather, worst);
    mask_clear(&all), mask_clear(&part);
    g_object_unref(cut);
  }
  g_object_unref(selection);
}

/* ------------------------------------------------------------------------------------- by size */

static double radius_of(GeglBuffer *selection, int width, int height) {
  Mask mask = {0};
  CHECK(make(selection, 0, 0, MASK_BY_SIZE, width, height, &mask, NULL));
  const double radius = mask.feather;
  mask_clear(&mask);
  return radius;
}

static double radius_on(GeglRectangle on, int width, int height) {
  GeglBuffer *selection = test_selection(width, height, on);
  const double radius = radius_of(selection, width, height);
  g_object_unref(selection);
  return radius;
}

static void test_by_size(void) {
  const GeglRectangle all = {0, 0, 512, 512}, box = {150, 180, 200, 160};
  /* A 128th of the square's side; all of it: nothing has an edge. */
  CHECK_NEAR(radius_on((GeglRectangle){40, 40, 50, 50}, 128, 128), 1, 1e-6);
  CHECK_NEAR(radius_on(box, 512, 512), 4, 1e-6);
  CHECK_NEAR(radius_on((GeglRectangle){600, 200, 500, 500}, 1600, 1024), 8, 1e-6);
  CHECK_NEAR(radius_on(all, 512, 512), 4, 1e-6);
  /* What is small keeps its middle: two thirds of a strip's width, or as much of area / (edge / 2). */
  CHECK_NEAR(radius_on((GeglRectangle){200, 0, 3, 512}, 512, 512), 2, 1e-3);
  CHECK_NEAR(radius_on((GeglRectangle){0, 300, 512, 3}, 512, 512), 2, 1e-3);
  CHECK_NEAR(radius_on((GeglRectangle){250, 250, 6, 6}, 512, 512), 2, 0.1);
  /* at the layer's edge it goes on beyond it, on each side */
  CHECK_NEAR(radius_on((GeglRectangle){0, 0, 2, 512}, 512, 512), 8 / 3.0, 1e-3);
  CHECK_NEAR(radius_on((GeglRectangle){510, 0, 2, 512}, 512, 512), 8 / 3.0, 1e-3);
  CHECK_NEAR(radius_on((GeglRectangle){0, 510, 512, 2}, 512, 512), 8 / 3.0, 1e-3);
  for (int size = 1; size <= 9; size += 2) {
    GeglBuffer *small = test_selection(4000, 3000, *GEGL_RECTANGLE(1900, 1400, size, size));
    Mask mask;
    CHECK(make(small, 0, 0, MASK_BY_SIZE, 4000, 3000, &mask, NULL));
    CHECK(at(&mask, 1900 + size / 2, 1400 + size / 2) > 0.95, "%d: %g", size, at(&mask, 1900 + size / 2, 1400 + size / 2));
    mask_clear(&mask);
    g_object_unref(small);
  }
  /* What is soft already: variances add, as far as anything is wanting. */
  GeglBuffer *hard = test_selection(512, 512, box);
  for (int own = 2; own <= 20; own *= 2) {
    GeglBuffer *soft = mask_feather(hard, own);
    /* less than a pixel of deviation counts for less: so soft are edges of pixels, too */
    CHECK_NEAR(radius_of(soft, 512, 512), sqrt(MAX(16 - own * own, 0)), own <= 4 ? 1 : 0);
    if (own > 4) {
      Mask mask;
      float *before = test_get(soft, &all, "Y float");
      CHECK(make(soft, 0, 0, MASK_BY_SIZE, 512, 512, &mask, NULL) && mask.feather == 0);
      for (int n = 0; n < 512 * 512; n++) CHECK_NEAR(at(&mask, n % 512, n / 512), before[n], 0);
      mask_clear(&mask);
      g_free(before);
    }
    g_object_unref(soft);
  }
  GeglBuffer *layer_sized = mask_feather(hard, 10.5); /* of a square of 2560 */
  GeglBuffer *big = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 2560, 2560), babl_format("Y float"));
  gegl_buffer_copy(layer_sized, &all, GEGL_ABYSS_NONE, big, &all);
  CHECK_NEAR(radius_of(big, 2560, 2560), sqrt(400 - 10.5 * 10.5), 0.3);
  g_object_unref(layer_sized), g_object_unref(big);
  /* An edge that was scaled is none that is soft. */
  GeglBuffer *odd = test_selection(512, 512, box), *smaller = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 512, 512), babl_format("Y float"));
  const float between = 0.5f;
  gegl_buffer_copy(odd, &all, GEGL_ABYSS_NONE, smaller, &all);
  for (int i = 0; i < 2; i++) {
    const GeglRectangle column = {box.x - 1 + i * (box.width + 1), box.y, 1, box.height}, row = {box.x, box.y - 1 + i * (box.height + 1), box.width, 1};
    gegl_buffer_set_color_from_pixel(smaller, &column, &between, babl_format("Y float"));
    gegl_buffer_set_color_from_pixel(smaller, &row, &between, babl_format("Y float"));
  }
  CHECK_NEAR(radius_of(smaller, 512, 512), 4, 0.02);
  g_object_unref(odd), g_object_unref(smaller);
  /* A tenth of a weight has an edge as hard. */
  GeglBuffer *grey = gegl_buffer_new(&all, babl_format("Y float"));
  const float tenth = 0.1f;
  gegl_buffer_set_color_from_pixel(grey, &box, &tenth, babl_format("Y float"));
  CHECK_NEAR(radius_of(grey, 512, 512), 4, 1e-6);
  /* Only what lies in the square counts: a comb beside it is nothing. */
  GeglBuffer *comb = test_selection(1000, 512, *GEGL_RECTANGLE(300, 100, 300, 200));
  for (int x = 0; x < 240; x += 2) gegl_buffer_set_color_from_pixel(comb, GEGL_RECTANGLE(x, 0, 1, 512), &(float){1}, babl_format("Y float"));
  CHECK_NEAR(radius_of(comb, 1000, 512), 4, 1e-6);
  /* At the square's edges it fades as a feather of that size does, also where what is selected needs none. */
  GeglBuffer *wide = test_selection(1000, 512, *GEGL_RECTANGLE(0, 100, 1000, 300)), *wide_soft = mask_feather(wide, 20);
  Mask by_size, told, soft;
  CHECK(make(wide, 0, 0, MASK_BY_SIZE, 1000, 512, &by_size, NULL) && make(wide, 0, 0, 4, 1000, 512, &told, NULL) &&
        make(wide_soft, 0, 0, MASK_BY_SIZE, 1000, 512, &soft, NULL));
  CHECK(soft.feather == 0 && by_size.feather == 4 && told.feather == 4);
  for (int x = 244; x < 256; x++) {
    CHECK_NEAR(at(&by_size, x, 250), at(&told, x, 250), 0);
    CHECK_NEAR(at(&soft, x, 250), at(&told, x, 250), 2e-3);
  }
  CHECK(at(&told, 244, 250) < 0.1 && at(&told, 249, 250) > 0.99);
  mask_clear(&by_size), mask_clear(&told), mask_clear(&soft);
  g_object_unref(hard), g_object_unref(grey), g_object_unref(comb), g_object_unref(wide), g_object_unref(wide_soft);
}

/* Two masks at once. */
static void test_unite(void) {
  GeglBuffer *left = test_selection(60, 60, *GEGL_RECTANGLE(5, 5, 20, 20)), *right = test_selection(60, 60, *GEGL_RECTANGLE(20, 10, 30, 40));
  Mask a, b;
  CHECK(make(left, 0, 0, 0, 60, 60, &a, NULL) && make(right, 0, 0, 6, 60, 60, &b, NULL));
  float *both = g_new(float, 3600);
  for (int n = 0; n < 3600; n++) both[n] = fmaxf(at(&a, n % 60, n / 60), at(&b, n % 60, n / 60));
  mask_unite(&a, &b);
  for (int n = 0; n < 3600; n++) CHECK_NEAR(at(&a, n % 60, n / 60), both[n], 0);
  mask_clear(&a), mask_clear(&b);
  g_free(both);
  g_object_unref(left), g_object_unref(right);
}

/* In the middle as it was, at the edge nothing, half of it half-way to where all is; not at the layer's ends. */
static void test_fade(void) {
  GeglBuffer *selection = test_selection(80, 80, *GEGL_RECTANGLE(0, 20, 60, 60));
  Mask mask;
  CHECK(make(selection, 0, 0, 0, 80, 80, &mask, NULL));
  const GeglRectangle bounds = mask.bounds;
  mask_fade_inside(&mask, 80, 80, 10);
  CHECK(gegl_rectangle_equal(&mask.bounds, &bounds));
  CHECK_NEAR(at(&mask, 30, 50), 1, 1e-3);
  CHECK(at(&mask, 59, 50) < 0.15f && at(&mask, 30, 20) < 0.15f, "%g, %g", at(&mask, 59, 50), at(&mask, 30, 20));
  CHECK(at(&mask, 56, 50) > 0.4f && at(&mask, 56, 50) < 0.7f, "%g", at(&mask, 56, 50));
  CHECK(at(&mask, 50, 50) > 0.9f);
  CHECK_NEAR(at(&mask, 0, 50), 1, 1e-3); /* the layer ends there */
  CHECK_NEAR(at(&mask, 30, 79), 1, 1e-3);
  mask_clear(&mask);
  g_object_unref(selection);
}

int main(int argc, char **argv) {
  gegl_init(&argc, &argv);
  test_feather();
  test_mask();
  test_edges();
  test_nothing_left();
  test_wide();
  test_reach();
  test_by_size();
  test_unite();
  test_fade();
  gegl_exit();
  return harness_end();
}
