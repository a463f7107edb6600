/* SPDX-License-Identifier: GPL-3.0-or-later
 * How much of a reference's colours a region holds: a picture of two colours, placed in four ways. */
#include "edit/content.h"
#include "harness.h"

enum { W = 200, H = 120, CELL = 2, ACROSS = 50, DOWN = 50 };

static int rows, stop_at = -1, clear_from = W;

/* Red left of x = 90, blue right of it; transparent from `clear_from` on. */
static int read_picture(void *data, int x, int y, int width, int height, float *pixels) {
  CHECK(x >= 0 && y >= 0 && x + width <= W && y + height <= H && height == 1);
  for (int i = 0; i < width; i++) {
    const int red = x + i < 90;
    const float pixel[4] = {red ? .9f : 0, 0, red ? 0 : .9f, x + i < clear_from ? 1 : 0};
    memcpy(pixels + 4 * i, pixel, sizeof pixel);
  }
  (void)data;
  return rows++ == stop_at;
}

static const stylemap_layer picture = {W, H, NULL, read_picture, NULL};
static const float red[3] = {.9f, 0, 0}, blue[3] = {0, 0, .9f}, green[3] = {0, .9f, 0};
static sm_content content;

/* The region: what lies left of x = 40 of the target's 20 .. 120, halved from there to 60. */
static stylemap_status find(double x, double side, double angle, int mirror) {
  static float laid[ACROSS * DOWN];
  for (int i = 0; i < ACROSS * DOWN; i++) laid[i] = i % ACROSS < 10 ? 1 : i % ACROSS < 20 ? .5f : 0;
  const stylemap_placement target = {70, 80, 100, 0, 0};
  const stylemap_piece piece = {.picture = &picture, .placement = {x, 60, side, angle, mirror}};
  const sm_content_cells cells = {20, 30, CELL, ACROSS, DOWN, laid};
  rows = 0;
  return sm_content_find(&piece, &target, &cells, &content, NULL);
}

static double share(const float *colour) { return sm_content_share(&content, colour, .05f); }

int main(void) {
  /* the square's pixels 40 .. 140 of the picture: red is its left half, of which .2 of the square are laid whole and .2 by half */
  CHECK(find(90, 100, 0, 0) == STYLEMAP_OK && rows == SM_CONTENT_SIDE && content.count == SM_CONTENT_MOST);
  CHECK_NEAR(share(red), .6, .02);
  CHECK_NEAR(share(blue), 0, 1e-6);
  CHECK_NEAR(share(green), 0, 1e-3, "there is none");
  CHECK(find(90, 100, 0, 1) == STYLEMAP_OK);
  CHECK_NEAR(share(red), 0, 1e-6, "mirrored");
  CHECK_NEAR(share(blue), .6, .02, "mirrored");
  CHECK(find(90, 100, M_PI, 0) == STYLEMAP_OK);
  CHECK_NEAR(share(red), 0, 1e-6, "turned");
  CHECK_NEAR(share(blue), .6, .02, "turned");
  CHECK(find(90, 50, M_PI / 4, 0) == STYLEMAP_OK);
  CHECK(content.count > SM_CONTENT_MOST / 3 && content.count < SM_CONTENT_MOST * 2 / 3, "what lies around a turned square is not of it: %d", content.count);
  CHECK(find(90, 300, 0, 0) == STYLEMAP_OK && content.count == SM_CONTENT_MOST, "no more than the picture is read");
  CHECK(find(900, 100, 0, 0) == STYLEMAP_OK && content.count == 0 && rows == 0 && share(red) == 0);
  clear_from = 60;
  CHECK(find(90, 100, 0, 0) == STYLEMAP_OK);
  CHECK_NEAR(content.count, SM_CONTENT_MOST / 5., SM_CONTENT_SIDE, "transparent ones say nothing");
  CHECK_NEAR(share(red), 1, 1e-3);
  clear_from = W, stop_at = 7;
  CHECK(find(90, 100, 0, 0) == STYLEMAP_CANCELLED && rows == 8);
  return harness_end();
}
