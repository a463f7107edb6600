/* SPDX-License-Identifier: GPL-3.0-or-later
 * A drawing laid over a larger picture with the picture's own detail, against plain pastes of its parts. */
enum { S = 16, W = 61, H = 52 };
#include "frame/array-layer.h"

static stylemap_error error;
static const stylemap_placement place = {.x = 30, .y = 26, .side = 43, .angle = 0.3}, other = {.x = 33, .y = 22, .side = 43, .angle = 0.3};
static picture target, moved, result;
static stylemap_layer layers[3];
static float seen[3 * S * S], image[3 * S * S];

/* Numbers in the middle, so that nothing is clipped. */
static void fill_middle(float *values, int count, float spread) {
  for (int i = 0; i < count; i++) values[i] = spread * harness_float();
}

/* `from` laid over the target, the R'G'B' of every pixel. */
static float *pasted(const float *from) {
  picture plain = make(4);
  stylemap_layer layer = layer_of(&plain);
  CHECK(stylemap_paste(from, S, &place, &layers[0], 0, 0, W, H, &layer, &error) == STYLEMAP_OK, "%s", error.message);
  return plain.pixels;
}

static void detailed(const stylemap_detail *details, int count, double detail) {
  memset(result.pixels, 0, sizeof(float) * 4 * W * H);
  CHECK(stylemap_paste_detailed(image, S, &place, &layers[0], details, count, detail, 0, 0, W, H, &layers[2], &error) == STYLEMAP_OK,
        "%s", error.message);
}

/* The greatest difference of the result from a + b - c. */
static double off(const float *a, const float *b, const float *c) {
  double most = 0;
  for (int i = 0; i < 4 * W * H; i++) {
    const double d = fabs((double)result.pixels[i] - (i % 4 == 3 ? a[i] : (double)a[i] + b[i] - c[i]));
    most = d <= most ? most : d == d ? d : INFINITY;
  }
  return most;
}

static void test_amounts(void) {
  const stylemap_detail own = {&layers[0], place, seen, 1};
  float *drawn = pasted(image), *blurred = pasted(seen);
  detailed(&own, 1, 0);
  CHECK(off(drawn, drawn, drawn) < 1e-6, "no detail: %g", off(drawn, drawn, drawn));
  detailed(&own, 1, 1);
  CHECK(off(drawn, target.pixels, blurred) < 1e-5, "all of it: %g", off(drawn, target.pixels, blurred));
  CHECK(off(drawn, drawn, drawn) > 0.1);
  /* where the drawing is far off, hardly any of it; it has no edges of its own that would be crisp */
  for (int i = 0; i < 3 * S * S; i++) image[i] = 0.9f;
  float *far = pasted(image);
  detailed(&own, 1, 0.5);
  CHECK(off(far, far, far) < 1e-4, "far off: %g", off(far, far, far));
  /* and all of it where the drawing is what was seen */
  memcpy(image, seen, sizeof image);
  detailed(&own, 1, 0.25);
  CHECK(off(target.pixels, target.pixels, target.pixels) < 1e-5, "as seen: %g", off(target.pixels, target.pixels, target.pixels));
  free(drawn);
  free(blurred);
  free(far);
}

/* Two pictures' detail by their weights; the other one, moved, shows the same through its own placement. */
static void test_two(void) {
  const stylemap_detail own = {&layers[0], place, seen, 1}, both[2] = {{&layers[0], place, seen, 0.25}, {&layers[1], other, seen, 0.75}};
  fill_middle(image, 3 * S * S, 0.3f);
  detailed(&own, 1, 1);
  picture once = make(4);
  memcpy(once.pixels, result.pixels, sizeof(float) * 4 * W * H);
  detailed(both, 2, 1);
  double most = 0;
  for (int y = 6; y < H - 6; y++) /* the moved one ends sooner */
    for (int x = 4; x < W - 6; x++)
      for (int p = 0; p < 3; p++) {
        const int i = 4 * (y * W + x) + p;
        most = fmax(most, fabs((double)result.pixels[i] - once.pixels[i]));
      }
  CHECK(most < 1e-5, "two: %g", most);
  /* what is transparent adds nothing (to a drawing without edges) */
  for (int i = 0; i < 3 * S * S; i++) image[i] = 0.2f;
  for (int i = 0; i < W * H; i++) moved.pixels[4 * i + 3] = 0;
  detailed(&both[1], 1, 1);
  float *drawn = pasted(image);
  CHECK(off(drawn, drawn, drawn) < 1e-6, "transparent: %g", off(drawn, drawn, drawn));
  free(drawn);
  free(once.pixels);
}

/* An edge of the drawing that no picture's detail is near to: as steep as its pixels allow, with the colours on both sides as they were. */
static void test_crisp(void) {
  const stylemap_placement large = {.x = 32, .y = 32, .side = 64};
  const stylemap_detail own = {&layers[0], large, seen, 1};
  picture plain = make(4), half = make(4);
  stylemap_layer layer = layer_of(&plain);
  for (int i = 0; i < 3 * S * S; i++) seen[i] = -0.9f, image[i] = i % S < S / 2 ? -0.2f : 0.6f;
  CHECK(stylemap_paste(image, S, &large, &layers[0], 0, 0, W, H, &layer, &error) == STYLEMAP_OK);
  CHECK(stylemap_paste_detailed(image, S, &large, &layers[0], &own, 1, 0.25, 0, 0, W, H, &layers[2], &error) == STYLEMAP_OK);
  memcpy(half.pixels, result.pixels, sizeof(float) * 4 * W * H);
  CHECK(stylemap_paste_detailed(image, S, &large, &layers[0], &own, 1, 0.5, 0, 0, W, H, &layers[2], &error) == STYLEMAP_OK);
  const float *row = result.pixels + 4 * 26 * W, *was = plain.pixels + 4 * 26 * W, *less = half.pixels + 4 * 26 * W;
  const float step = was[4 * 32] - was[4 * 31], crisp = row[4 * 32] - row[4 * 31], between = less[4 * 32] - less[4 * 31];
  CHECK(crisp > 1.6f * step, "%g, spread %g", (double)crisp, (double)step);
  CHECK(between > 1.2f * step && between < crisp, "with less detail %g", (double)between);
  for (int x = 0; x < W; x++) {
    CHECK(row[4 * x] > 0.37f && row[4 * x] < 0.83f, "no colour beyond those that it has: %g at %d", (double)row[4 * x], x);
    if (abs(x - 32) > 8) CHECK_NEAR(row[4 * x], was[4 * x], 1e-5);
  }
  free(plain.pixels), free(half.pixels);
}

/* At 1:1 the model sees every pixel: its drawing, whatever the detail. */
static void test_same_size(void) {
  const stylemap_placement exact = {.x = 20, .y = 24, .side = S};
  const stylemap_detail own = {&layers[0], exact, seen, 1};
  CHECK(stylemap_sample(&layers[0], &exact, S, seen, &error) == STYLEMAP_OK);
  for (int i = 0; i < 3 * S * S; i++) image[i] = seen[i] + 0.02f * harness_float();
  picture plain = make(4);
  stylemap_layer layer = layer_of(&plain);
  CHECK(stylemap_paste(image, S, &exact, &layers[0], 0, 0, W, H, &layer, &error) == STYLEMAP_OK);
  for (double detail = 0.5; detail <= 1; detail += 0.5) {
    CHECK(stylemap_paste_detailed(image, S, &exact, &layers[0], &own, 1, detail, 0, 0, W, H, &layers[2], &error) == STYLEMAP_OK);
    CHECK(off(plain.pixels, plain.pixels, plain.pixels) < 1e-6, "%g", off(plain.pixels, plain.pixels, plain.pixels));
  }
  free(plain.pixels);
}

static void test_refused(void) {
  const stylemap_detail own = {&layers[0], place, seen, 1}, blind = {&layers[0], place, NULL, 1}, heavy = {&layers[0], place, seen, 1.5},
                        nowhere = {&layers[0], {.side = 0}, seen, 1};
  const stylemap_detail *const bad[] = {&blind, &heavy, &nowhere, NULL};
  for (int k = 0; k < 4; k++)
    CHECK(stylemap_paste_detailed(image, S, &place, &layers[0], bad[k], 1, 0.5, 0, 0, W, H, &layers[2], &error) ==
          STYLEMAP_BAD_ARGUMENT, "%d", k);
  for (int k = 0; k < 3; k++)
    CHECK(stylemap_paste_detailed(image, S, &place, &layers[0], &own, k == 0 ? 0 : 1, k == 1 ? 1.5 : NAN, 0, 0, W, H, &layers[2], &error) ==
          STYLEMAP_BAD_ARGUMENT, "%d", k);
  CHECK(stylemap_paste_detailed(image, S, &place, &layers[0], &own, 1, 0.5, 1, 0, W, H, &layers[2], &error) == STYLEMAP_BAD_ARGUMENT);
}

int main(void) {
  harness_seed();
  target = make(4), moved = make(4), result = make(4);
  fill_middle(target.pixels, 4 * W * H, 0.2f);
  for (int i = 0; i < 4 * W * H; i++) target.pixels[i] = i % 4 == 3 ? 1 : 0.5f + target.pixels[i];
  for (int y = 0; y < H; y++) /* 3 to the right, 4 up */
    for (int x = 0; x < W; x++) {
      const int u = x < 3 ? 0 : x - 3, v = y + 4 < H ? y + 4 : H - 1;
      memcpy(moved.pixels + 4 * (y * W + x), target.pixels + 4 * (v * W + u), 4 * sizeof(float));
    }
  layers[0] = layer_of(&target), layers[1] = layer_of(&moved), layers[2] = layer_of(&result);
  CHECK(stylemap_sample(&layers[0], &place, S, seen, &error) == STYLEMAP_OK);
  fill_middle(image, 3 * S * S, 0.3f);
  test_amounts();
  test_two();
  test_crisp();
  test_same_size();
  test_refused();
  free(target.pixels);
  free(moved.pixels);
  free(result.pixels);
  return harness_end();
}
