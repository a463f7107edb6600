/* SPDX-License-Identifier: GPL-3.0-or-later
 * Turned and mirrored squares: exact where pixels fall on pixels, right on smooth pictures elsewhere, no touched cell of
 * a mask is lost, and what was sampled is pasted back where it was. */
#include "frame/affine.h"
#include "frame/frame.h"

enum { W = 90, H = 70, MOST = 64 };
#include "frame/array-layer.h"

static const double pi = 3.14159265358979323846;

static double smooth(int c, double x, double y) { return 0.5 + 0.4 * sin(0.11 * x + 0.07 * y * (c + 1) + c); }

static void fill(picture *p, int noise) {
  p->channels = 4;
  for (int i = 0; i < W * H; i++) {
    for (int c = 0; c < 3; c++)
      p->pixels[4 * i + c] = noise ? (harness_float() + 1) / 2 : (float)smooth(c, i % W + 0.5, i / W + 0.5);
    p->pixels[4 * i + 3] = 1;
  }
}

static picture a, b;
static float image[3 * MOST * MOST];

/* Pixel (u, v) of the sampled square is pixel (x, y) of the layer, in quarter turns and mirrored. */
static void exact(void) {
  const int size = 16, cx = 40, cy = 30;
  fill(&a, 1);
  stylemap_layer layer = layer_of(&a);
  for (int turn = 0; turn < 4; turn++)
    for (int mirror = 0; mirror < 2; mirror++) {
      const stylemap_placement p = {.x = cx, .y = cy, .side = size, .angle = turn * pi / 2, .mirror = mirror};
      CHECK(stylemap_sample(&layer, &p, size, image, NULL) == STYLEMAP_OK);
      double worst = 0;
      for (int v = 0; v < size; v++)
        for (int u = 0; u < size; u++) {
          double x = (mirror ? size - 1 - u : u) - 7.5, y = v - 7.5;
          for (int k = 0; k < turn; k++) {
            const double old = x;
            x = -y, y = old; /* clockwise on screen */
          }
          const int at = (cy + (int)floor(y)) * W + cx + (int)floor(x);
          for (int c = 0; c < 3; c++)
            worst = fmax(worst, fabs(image[(c * size + v) * size + u] - (2.0 * a.pixels[4 * at + c] - 1)));
        }
      CHECK_NEAR(worst, 0, 1e-5, "%d quarter turns, mirror %d", turn, mirror);
    }
}

/* Pixel for pixel, but beyond an edge, which repeats. */
static void beyond_the_edge(void) {
  const int size = 16, at[4][2] = {{3, 30}, {W - 3, 30}, {40, 3}, {40, H - 3}};
  fill(&a, 1);
  stylemap_layer layer = layer_of(&a);
  for (int k = 0; k < 4; k++) {
    const stylemap_placement p = {.x = at[k][0], .y = at[k][1], .side = size};
    CHECK(stylemap_sample(&layer, &p, size, image, NULL) == STYLEMAP_OK);
    double worst = 0;
    for (int v = 0; v < size; v++)
      for (int u = 0; u < size; u++) {
        const int x = at[k][0] - 8 + u, y = at[k][1] - 8 + v;
        const int pixel = (y < 0 ? 0 : y < H ? y : H - 1) * W + (x < 0 ? 0 : x < W ? x : W - 1);
        for (int c = 0; c < 3; c++)
          worst = fmax(worst, fabs(image[(c * size + v) * size + u] - (2.0 * a.pixels[4 * pixel + c] - 1)));
      }
    CHECK_NEAR(worst, 0, 1e-5, "edge %d", k);
  }
}

/* Against the function itself. What its curvature costs when it is averaged over cells of `step` is 0.045 step^2 / 24 at the
 * most; the limits are about 1.5 times that, the pixels of the layer being averages, too. */
static void near_function(void) {
  fill(&a, 0);
  stylemap_layer layer = layer_of(&a);
  static const struct { double side, angle; int size, mirror; double limit; } cases[] = {
    {40, 0.3, 16, 0, 0.02}, {40, -2, 40, 1, 0.002}, {20, 0.8, 64, 0, 0.002}, {50, 0.5, 8, 1, 0.085}, {40, 0, 20, 1, 0.007},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const int size = cases[k].size;
    const stylemap_placement p = {.x = 45.3, .y = 35.6, .side = cases[k].side, .angle = cases[k].angle, .mirror = cases[k].mirror};
    CHECK(stylemap_sample(&layer, &p, size, image, NULL) == STYLEMAP_OK);
    const double step = p.side / size, c = cos(p.angle), s = sin(p.angle);
    double worst = 0;
    for (int v = 0; v < size; v++)
      for (int u = 0; u < size; u++) {
        const double along = (u + 0.5 - size / 2.0) * step * (p.mirror ? -1 : 1), down = (v + 0.5 - size / 2.0) * step;
        const double x = p.x + c * along - s * down, y = p.y + s * along + c * down;
        for (int n = 0; n < 3; n++)
          worst = fmax(worst, fabs(image[(n * size + v) * size + u] - (2 * smooth(n, x, y) - 1)));
      }
    CHECK_NEAR(worst, 0, cases[k].limit, "case %d", (int)k);

    /* back: what lies in the square comes again, what does not stays */
    if (step > 1) continue;
    memcpy(b.pixels, a.pixels, sizeof(float) * 4 * W * H);
    for (int i = 0; i < W * H; i++) b.pixels[4 * i] = 0.25f, b.pixels[4 * i + 3] = (float)i / (W * H);
    stylemap_layer target = layer_of(&b);
    CHECK(stylemap_paste(image, size, &p, &target, 0, 0, W, H, &target, NULL) == STYLEMAP_OK);
    double off = 0;
    int inside = 0, outside = 0;
    for (int i = 0; i < W * H; i++) {
      const double x = i % W + 0.5 - p.x, y = i / W + 0.5 - p.y, u = fabs(c * x + s * y), v = fabs(c * y - s * x), half = p.side / 2;
      if (u > half + 0.01 || v > half + 0.01) outside += b.pixels[4 * i] == 0.25f;
      else if (u < half - 0.01 && v < half - 0.01) inside++, off = fmax(off, fabs(b.pixels[4 * i] - a.pixels[4 * i]));
      CHECK(b.pixels[4 * i + 3] == (float)i / (W * H), "alpha stays");
    }
    CHECK_NEAR(off, 0, 0.03, "case %d", (int)k);
    CHECK(inside > 0.9 * p.side * p.side && inside + outside > W * H - 6 * p.side, "%d inside, %d outside", inside, outside);
  }
}

/* One white pixel: some cell sees it, wherever it lies, and about as much of it as there is. */
static void masks(void) {
  static float mask[MOST * MOST];
  static const struct { double side, angle; int size; } cases[] = {{50, 0.4, 8}, {50, 1.2, 32}, {24, 0.7, 64}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const int size = cases[k].size;
    const stylemap_placement p = {.x = 44.6, .y = 35.3, .side = cases[k].side, .angle = cases[k].angle};
    for (int spot = 0; spot < 25; spot++) {
      a.channels = 1;
      memset(a.pixels, 0, sizeof(float) * W * H);
      a.pixels[(31 + spot / 5 * 2) * W + 40 + spot % 5 * 2] = 1;
      stylemap_layer layer = layer_of(&a);
      CHECK(stylemap_sample_mask(&layer, &p, size, mask, NULL) == STYLEMAP_OK);
      double sum = 0;
      int bad = 0;
      for (int i = 0; i < size * size; i++) sum += mask[i], bad += !(mask[i] >= 0 && mask[i] <= 1);
      CHECK(!bad);
      CHECK_NEAR(sum * p.side * p.side / (size * size), 1, 0.1, "case %d, spot %d", (int)k, spot);
    }
  }
}

static void maps(void) {
  const stylemap_placement p = {.x = 12, .y = -7, .side = 30, .angle = 0.6, .mirror = 1};
  const sm_affine to = sm_affine_of(&p, 64), back = sm_affine_inverse(&to), both = sm_affine_then(&to, &back);
  double x, y;
  sm_affine_at(&both, 5, 40, &x, &y);
  CHECK_NEAR(x, 5, 1e-12);
  CHECK_NEAR(y, 40, 1e-12);
  CHECK_NEAR(sm_affine_scale(&to), 30 / 64.0, 1e-15);
  sm_affine_at(&to, 32, 32, &x, &y);
  CHECK(fabs(x - 12) < 1e-12 && fabs(y + 7) < 1e-12, "the centre");
  int bx, by, bw, bh;
  stylemap_bounds(&(stylemap_placement){.x = 45, .y = 35, .side = 20, .angle = pi / 4}, W, H, &bx, &by, &bw, &bh);
  CHECK(bx == 30 && bw == 30 && by == 20 && bh == 30, "%d %d %d %d", bx, by, bw, bh); /* 14.14 to each side */
}

/* Corners' mean distance, where it can be told without a formula for corners. */
static void distances(void) {
  const stylemap_placement p = {.x = 12, .y = -7, .side = 20, .angle = 0.6, .mirror = 1};
  stylemap_placement q = p;
  CHECK_NEAR(stylemap_placement_distance(&p, &q), 0, 1e-15);
  q.x += 3, q.y -= 4;
  CHECK_NEAR(stylemap_placement_distance(&p, &q), 5 / 20.0, 1e-12);
  q = p, q.side = 40; /* each corner moves by half a diagonal */
  CHECK_NEAR(stylemap_placement_distance(&q, &p), sqrt(0.5), 1e-12);
  CHECK_NEAR(stylemap_placement_distance(&p, &q), sqrt(0.5) / 2, 1e-12);
  q = p, q.angle += 2 * pi / 3; /* a chord of the circle around */
  CHECK_NEAR(stylemap_placement_distance(&p, &q), sqrt(0.5) * 2 * sin(pi / 3), 1e-12);
  q = p, q.mirror = 0; /* left and right have changed places */
  CHECK_NEAR(stylemap_placement_distance(&p, &q), 1, 1e-12);
}

/* Two layers that differ in a rectangle: the part that sees it is all that differs between their squares. */
static void parts(void) {
  static const stylemap_placement placements[] = {
    {.x = 45, .y = 35, .side = 64}, {.x = 41.3, .y = 33.7, .side = 23.1}, {.x = 40, .y = 30, .side = 140, .angle = 0.4},
    {.x = 50.5, .y = 28, .side = 19, .angle = -1.1, .mirror = 1}, {.x = 9, .y = 8, .side = 10} };
  const int size = MOST, rx = 37, ry = 30, rw = 17, rh = 9;
  static float whole[3 * MOST * MOST], weights[MOST * MOST], part_weights[MOST * MOST];
  int parted = 0;
  picture mask = make(1);
  fill(&a, 1);
  memcpy(b.pixels, a.pixels, sizeof(float) * 4 * W * H);
  for (int i = 0; i < W * H; i++)
    if (i % W >= rx && i % W < rx + rw && i / W >= ry && i / W < ry + rh) {
      for (int c = 0; c < 3; c++) b.pixels[4 * i + c] = 1 - b.pixels[4 * i + c];
      mask.pixels[i] = 0.7f;
    }
  stylemap_layer before = layer_of(&a), after = layer_of(&b), m = layer_of(&mask);
  for (size_t k = 0; k < sizeof placements / sizeof *placements; k++) {
    const stylemap_placement *p = &placements[k];
    const sm_part_of_square part = sm_part_seeing(p, size, rx, ry, rw, rh);
    CHECK(stylemap_sample(&before, p, size, image, NULL) == STYLEMAP_OK && stylemap_sample(&after, p, size, whole, NULL) == STYLEMAP_OK);
    CHECK(stylemap_sample_mask(&m, p, size, weights, NULL) == STYLEMAP_OK);
    memset(part_weights, 0, sizeof part_weights);
    if (part.width) {
      CHECK(sm_sample_part(&after, p, size, &part, image, NULL) == STYLEMAP_OK);
      CHECK(sm_sample_mask_part(&m, p, size, &part, part_weights, NULL) == STYLEMAP_OK);
    }
    CHECK((part.width == 0) == (k == 4));
    parted += part.width > 0 && part.width * part.height < size * size / 2;
    double worst = 0, worst_weight = 0;
    for (int i = 0; i < 3 * size * size; i++) worst = fmax(worst, fabs(image[i] - whole[i]));
    for (int i = 0; i < size * size; i++) worst_weight = fmax(worst_weight, fabs(weights[i] - part_weights[i]));
    CHECK_NEAR(worst, 0, 1e-5, "placement %d", (int)k);
    CHECK_NEAR(worst_weight, 0, 1e-5, "placement %d", (int)k);
  }
  CHECK(parted >= 2);
  free(mask.pixels);
}

int main(void) {
  harness_seed();
  a = make(4), b = make(4);
  exact();
  beyond_the_edge();
  near_function();
  masks();
  maps();
  distances();
  parts();
  return harness_end();
}
