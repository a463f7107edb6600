/* SPDX-License-Identifier: GPL-3.0-or-later
 * A healed edit on a layer twice as large as the model draws: where the drawing has the reference's lines, in whatever colours,
 * they are as sharp as in the reference.
 * usage: sharp MODEL (of 128 pixels) */
enum { W = 256, H = 256, SIZE = 128 };
#include <math.h>
#include <string.h>

#include "frame/array-layer.h"

static stylemap_error error;
static picture target, reference, mask, result;

/* A picture that the model knows, in squares of 2 x 2 pixels: lines that no drawing of 128 pixels has. */
static void draw(stylemap_session *session, float *image) {
  float smooth[3 * SIZE * SIZE];
  CHECK(stylemap_reconstruct(session, image, smooth, &error) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < W * H; i++) {
    const int at = i / W / 2 * SIZE + i % W / 2;
    const double d = hypot(i % W - W / 2, i / W - H / 2);
    for (int c = 0; c < 3; c++) {
      const float v = (smooth[c * SIZE * SIZE + at] + 1) / 2;
      target.pixels[4 * i + c] = v < 0 ? 0 : v > 1 ? 1 : v;
      reference.pixels[4 * i + c] = 0.1f + 0.6f * target.pixels[4 * i + c];
    }
    target.pixels[4 * i + 3] = reference.pixels[4 * i + 3] = 1;
    mask.pixels[i] = d < 50 ? 1 : d < 54 ? (float)((54 - d) / 4) : 0;
  }
}

/* How much of the target's steps between pixels the result has, in the middle of the mask. */
static double steps(const picture *p) {
  double along = 0, own = 0;
  for (int y = H / 2 - 40; y < H / 2 + 40; y++)
    for (int x = W / 2 - 40; x < W / 2 + 40; x++) {
      const int at = 4 * (y * W + x);
      for (int c = 0; c < 3; c++) /* a second difference: beyond what is smooth */
        for (int by = 4; by <= 4 * W; by *= W) {
          const double t = target.pixels[at + c] * 2 - target.pixels[at + c - by] - target.pixels[at + c + by];
          along += t * (p->pixels[at + c] * 2 - p->pixels[at + c - by] - p->pixels[at + c + by]);
          own += t * t;
        }
    }
  return along / own;
}

static double healed_from(stylemap_session *session, stylemap_start start, double detail, double sigma, int both) {
  stylemap_layer t = layer_of(&target), r = layer_of(&reference), m = layer_of(&mask), out = layer_of(&result);
  stylemap_placement p;
  stylemap_heal_options o = {.start = start, .rounds = 2, .detail = detail, .strength = 1, .rule = STYLEMAP_MASK_ANY, .sigma = sigma, .both = both};
  stylemap_fit(W, H, &p);
  const stylemap_piece piece = {&r, p, &m};
  CHECK(stylemap_heal(session, &t, &p, &piece, 1, &o, 0, 0, W, H, &out, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  return steps(&result);
}

static double healed_by(stylemap_session *session, double detail, double sigma, int both) {
  return healed_from(session, STYLEMAP_START_COPY, detail, sigma, both);
}

static double healed(stylemap_session *session, double detail) { return healed_by(session, detail, 0.02, 0); }

/* A reference of one colour where the target has plain lines: what is drawn has none, so the target's go, though its detail may stay. */
static void test_forgotten(stylemap_session *session) {
  for (int i = 0; i < W * H; i++)
    for (int c = 0; c < 3; c++) reference.pixels[4 * i + c] = 0.5f;
  const double drawn = healed_by(session, 0, 3, 1), usual = healed_by(session, 0.5, 3, 1);
  CHECK(usual < 0.1 && drawn < 0.01, "the target's lines are gone: %g of them, drawn %g", usual, drawn);
}

/* Mean difference of the result from the target, in the middle of the mask, levels of 255. */
static double off_target(void) {
  double sum = 0;
  int count = 0;
  for (int y = H / 2 - 40; y < H / 2 + 40; y++)
    for (int x = W / 2 - 40; x < W / 2 + 40; x++)
      for (int c = 0; c < 3; c++, count++) sum += 255 * fabs(result.pixels[4 * (y * W + x) + c] - target.pixels[4 * (y * W + x) + c]);
  return sum / count;
}

/* A reference that shows the same, two levels lighter: what comes out is the target. With no detail it is the drawing. */
static void test_same(stylemap_session *session) {
  for (int i = 0; i < W * H; i++)
    for (int c = 0; c < 3; c++) reference.pixels[4 * i + c] = target.pixels[4 * i + c] + 2 / 255.f;
  healed(session, 0);
  const double drawn = off_target();
  healed(session, 0.5);
  const double usual = off_target();
  CHECK(usual < 1.8 && usual < drawn / 2, "off the target by %g levels, drawn %g", usual, drawn);
}

/* Of the reference's grain in the middle of the mask how much the result has. */
static double grain_left(stylemap_session *session, stylemap_start start, double detail) {
  double along = 0;
  healed_from(session, start, detail, 0.02, 0);
  for (int y = H / 2 - 40; y < H / 2 + 40; y++)
    for (int x = W / 2 - 40; x < W / 2 + 40; x++) along += ((x + y) % 2 ? 1 : -1) * (double)result.pixels[4 * (y * W + x)] / 0.03;
  return along / (80 * 80);
}

/* Grain finer than any drawing: a collage of photographs keeps it where it is what was drawn, if its colours meet the target's; drawings,
 * which are flat, have none to keep. */
static void test_grain(stylemap_session *session, const float *shown) {
  for (int photograph = 0; photograph < 2; photograph++) {
    for (int i = 0; i < W * H; i++)
      for (int c = 0; c < 3; c++) {
        const int x = i % W / 2, y = i / W / 2;
        target.pixels[4 * i + c] = photograph ? shown[4 * i + c] + 0.02f * sinf(1.1f * (float)x) * cosf(1.3f * (float)y)
                                              : roundf(4 * shown[4 * i + c]) / 4; /* in a few colours */
        reference.pixels[4 * i + c] = target.pixels[4 * i + c] + 0.06f * sinf(0.25f * (float)x) + ((i % W + i / W) % 2 ? 0.03f : -0.03f);
      }
    const double drawn = grain_left(session, STYLEMAP_START_CLONE, 0), cloned = grain_left(session, STYLEMAP_START_CLONE, 0.5);
    const double copied = grain_left(session, STYLEMAP_START_COPY, 0.5);
    CHECK(drawn < 0.01 && copied < 0.25, "drawn %g, copied %g", drawn, copied);
    CHECK(photograph ? cloned > 0.35 : cloned < 0.25, "cloned %g, photograph: %d", cloned, photograph);
  }
}

int main(int argc, char **argv) {
  stylemap_model *model;
  stylemap_session *session;
  if (argc < 2 || stylemap_open(argv[1], 0, NULL, NULL, &model, &error) != STYLEMAP_OK ||
      stylemap_session_new(model, 1, NULL, NULL, &session, &error) != STYLEMAP_OK) {
    fprintf(stderr, "no model: %s\n", error.message);
    return 1;
  }
  const stylemap_info *info = stylemap_model_info(model);
  const int codes = info->latent_channel_size * info->latent_spatial_size * info->latent_spatial_size;
  float *image = malloc(3 * SIZE * SIZE * sizeof *image), *map = malloc((size_t)codes * sizeof *map);
  stylemap_pyramid *styles;
  CHECK(stylemap_pyramid_new(model, &styles, NULL) == STYLEMAP_OK && stylemap_mean(session, map, NULL) == STYLEMAP_OK &&
        stylemap_resize(session, map, styles, NULL) == STYLEMAP_OK && stylemap_synth(session, styles, image, NULL) == STYLEMAP_OK);
  target = make(4), reference = make(4), mask = make(1), result = make(4);
  draw(session, image);
  float *shown = malloc(4 * W * H * sizeof *shown);
  memcpy(shown, target.pixels, 4 * W * H * sizeof *shown);
  const double of_reference = steps(&reference), none = healed(session, 0), usual = healed(session, 0.5), little = healed(session, 0.25);
  CHECK_NEAR(of_reference, 0.6, 1e-3);
  CHECK(usual > none + 0.25, "lines as sharp as the reference's: %g of its %g, of the drawing's own %g", usual, of_reference, none);
  CHECK(usual < 1.1, "and no sharper: %g", usual);
  CHECK(little > none && little < usual, "less detail, fewer lines: %g between %g and %g", little, none, usual);
  test_same(session);
  test_forgotten(session);
  test_grain(session, shown);
  stylemap_pyramid_free(styles);
  stylemap_session_free(session);
  stylemap_close(model);
  free(image), free(map), free(shown);
  return harness_end();
}
