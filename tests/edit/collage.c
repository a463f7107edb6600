/* SPDX-License-Identifier: GPL-3.0-or-later
 * The collage of a large layer: what a copy, a clone and the square see of it, pixel by pixel and through cells. */
#include "edit/collage.h"
#include "harness.h"

enum { W = 251, H = 134, SIZE = 16 /* of the square, which is 256 pixels: cells are of 4 */ };
typedef float pixel[4];
static pixel target[W * H], reference[W * H];
static float mask[W * H];
static sm_pool *pool;

static int read_pixels(void *data, int x, int y, int w, int h, float *pixels) {
  for (int row = 0; row < h; row++)
    memcpy(pixels + (size_t)row * (size_t)w * 4, (pixel *)data + (y + row) * W + x, (size_t)w * sizeof(pixel));
  return 0;
}

static int read_mask(void *data, int x, int y, int w, int h, float *pixels) {
  for (int row = 0; row < h; row++)
    memcpy(pixels + row * w, (float *)data + (y + row) * W + x, (size_t)w * sizeof(float));
  return 0;
}

static const stylemap_layer target_layer = {W, H, target, read_pixels, NULL};
static const stylemap_layer mask_layer = {W, H, mask, read_mask, NULL};
static const stylemap_placement square = {.x = W / 2.0, .y = H / 2.0, .side = 256};
static const stylemap_piece piece = {.picture = &(stylemap_layer){W, H, reference, read_pixels, NULL},
                                     .placement = {.x = W / 2.0, .y = H / 2.0, .side = 256},
                                     .mask = &mask_layer};

/* The reference lacks a plane, which is harmonic, to be the target. */
static void fill(double cx, double radius) {
  for (int i = 0; i < W * H; i++) {
    const int x = i % W, y = i / W;
    mask[i] = hypot(x - cx, y - 70) < radius;
    for (int p = 0; p < 3; p++) {
      target[i][p] = 0.5f + 0.1f * sinf(0.3f * (float)x) * cosf(0.2f * (float)(y + p));
      reference[i][p] = target[i][p] - (0.05f + 0.25f * (float)(x - 125) / 125 - 0.1f * (float)(y - 67) / 67);
    }
    target[i][3] = reference[i][3] = 1;
  }
}

static sm_collage laid(int clones, int x, int y, int w, int h) {
  sm_collage c;
  CHECK(sm_collage_new(pool, &target_layer, &square, SIZE, &piece, 1, clones ? SM_COLLAGE_CLONED : SM_COLLAGE_COPIED, x, y, w, h, &c, NULL) == STYLEMAP_OK);
  return c;
}

/* How far the clone is from the target, within `radius` of the mask's middle. */
static double clone_error(const sm_collage *c, double cx, double radius) {
  double worst = 0;
  static float row[3 * W];
  for (int y = 0; y < c->height; y++) {
    sm_collage_row(c, 1, y, 0, c->width, row);
    for (int x = 0; x < c->width; x++) {
      const int at = (c->y + y) * W + c->x + x;
      if (hypot(c->x + x - cx, c->y + y - 70) < radius)
        for (int p = 0; p < 3; p++) worst = fmax(worst, fabs(row[p * c->width + x] - target[at][p]));
    }
  }
  return worst;
}

static void cloned(void) {
  fill(120, 45);
  sm_collage c = laid(1, 73, 23, 95, 95);
  CHECK(c.cell == 4 && c.x == 72 && c.y == 20 && c.width == 96 && c.height == 98 && c.across == 24 && c.down == 25,
        "whole cells of the layer: %d from %d, %d on, %d x %d", c.cell, c.x, c.y, c.width, c.height);
  CHECK_NEAR(clone_error(&c, 120, 90), 0, 0.0055, "a difference that is harmonic goes, between cells as well");
  sm_collage_free(&c);
  /* hardly anything is seen of the target in a ring around the mask: its colours say nothing */
  for (int i = 0; i < W * H; i++)
    if (hypot(i % W - 120, i / W - 70) >= 45 && hypot(i % W - 120, i / W - 70) < 53) target[i][3] = 0.1f, target[i][0] = 1;
  c = laid(1, 60, 10, 120, 120);
  CHECK_NEAR(clone_error(&c, 120, 40), 0, 0.006, "hidden colours");
  sm_collage_free(&c);
}

/* What the square sees: averages over cells, also where these are cut by the layer's edge. */
static void seen(void) {
  fill(240, 60);
  for (int i = 0; i < W * H; i++) target[i][3] = i / W < 60 ? 0 : 1;
  sm_collage c = laid(0, 170, 0, W - 170, H);
  stylemap_placement placement = square;
  const stylemap_layer added = sm_collage_cells(&c, SM_COLLAGE_ADDED, &target_layer, &placement);
  CHECK(added.width == 63 && added.height == 34 && placement.side == 64 && placement.x == W / 8.0, "a grid of the layer");
  double worst = 0, cover = 0, all = 0;
  for (int k = 0; k < added.width * added.height; k++) {
    float shown[4];
    double sum = 0, count = 0;
    added.read(added.data, k % added.width, k / added.width, 1, 1, shown);
    for (int i = 0; i < 16; i++) {
      const int x = 4 * (k % added.width) + i % 4, y = 4 * (k / added.width) + i / 4;
      if (x >= W || y >= H) continue;
      count++, all += mask[y * W + x];
      sum += target[y * W + x][3] > 0 ? mask[y * W + x] * (reference[y * W + x][1] - target[y * W + x][1]) : 0;
    }
    worst = fmax(worst, fabs(2 * shown[1] - 1 - sum / count));
    stylemap_placement ignored = square;
    const stylemap_layer shows = sm_collage_cells(&c, SM_COLLAGE_MASK, &target_layer, &ignored);
    shows.read(shows.data, k % added.width, k / added.width, 1, 1, shown);
    cover += shown[0] * count;
  }
  CHECK_NEAR(worst, 0, 1e-5, "of what is seen of the target");
  CHECK_NEAR(cover, all, 0.01, "the mask, whatever is seen");
  sm_collage_free(&c);
}

static const float wall[2][3] = {{0.9f, 0.7f, 0.7f}, {0.5f, 0.7f, 0.9f}}, hair[3] = {0.5f, 0.3f, 0.1f}; /* the target's, the reference's */

/* A wall in two colours; hair in front of the reference's. */
static void paint(void) {
  for (int i = 0; i < W * H; i++) {
    mask[i] = hypot(i % W - 120, i / W - 70) < 45;
    for (int p = 0; p < 3; p++) {
      target[i][p] = wall[0][p];
      reference[i][p] = hypot(i % W - 120, i / W - 70) < 20 ? hair[p] : wall[1][p];
    }
    target[i][3] = reference[i][3] = 1;
  }
}

/* Toned, the reference's wall is the target's, its hair stays, and both end where they did; pixel by pixel and as the square sees it. */
static void toned(void) {
  paint();
  const stylemap_piece two[] = {piece, piece};
  for (int count = 1; count <= 2; count++) {
    sm_collage c;
    double worst = 0, seen_off = 0, sharp = 0;
    static float row[3 * W], shown[2][4 * W];
    CHECK(sm_collage_new(pool, &target_layer, &square, 2 * SIZE, two, count, SM_COLLAGE_TONED, 60, 12, 120, 112, &c, NULL) == STYLEMAP_OK);
    CHECK(c.cell == 2 && c.tone && c.shift);
    stylemap_placement ignored = square;
    const stylemap_layer added = sm_collage_cells(&c, SM_COLLAGE_ADDED, &target_layer, &ignored);
    ignored = square;
    const stylemap_layer tone = sm_collage_cells(&c, SM_COLLAGE_TONE, &target_layer, &ignored);
    for (int y = 1; y < added.height - 1; y++) {
      added.read(added.data, 0, y, added.width, 1, shown[0]), tone.read(tone.data, 0, y, tone.width, 1, shown[1]);
      for (int x = 0; x < added.width; x++) {
        const double far = hypot(2 * x + 1 - 120, 2 * y + 1 - 70);
        for (int p = 0; p < 3 && (far < 14 || (far > 26 && far < 40)); p++)
          seen_off = fmax(seen_off, fabs(wall[0][p] + 2 * (shown[0][4 * x + p] + shown[1][4 * x + p] - 1) - (far < 14 ? hair[p] : wall[0][p])));
      }
    }
    sm_collage_tone(&c);
    for (int y = 0; y < c.height; y++) {
      sm_collage_row(&c, 1, y, 0, c.width, row);
      for (int x = 0; x < c.width; x++) {
        const double far = hypot(c.x + x - 120, c.y + y - 70);
        for (int p = 0; p < 3 && far < 44; p++) {
          const double off = fabs(row[p * c.width + x] - (far < 20 ? hair[p] : wall[0][p]));
          if (fabs(far - 20) > 6) worst = fmax(worst, off);
          else sharp += off / (3 * M_PI * (26 * 26 - 14 * 14));
        }
      }
    }
    CHECK_NEAR(worst, 0, 0.05, "%d pieces", count);
    CHECK_NEAR(seen_off, 0, 0.05, "as it is seen, %d pieces", count);
    CHECK_NEAR(sharp, 0, 0.05, "around hair, where cells end otherwise, %d pieces", count);
    sm_collage_free(&c);
  }
  sm_collage c = laid(1, 60, 12, 120, 112);
  CHECK(!c.tone && c.shift);
  sm_collage_free(&c);
}

int main(void) {
  CHECK(sm_pool_new(2, &pool, NULL) == STYLEMAP_OK);
  cloned();
  seen();
  toned();
  sm_pool_free(pool);
  return harness_end();
}
