/* SPDX-License-Identifier: GPL-3.0-or-later
 * sample and paste against direct formulas in double. */
#include "harness.h"
#include "stylemap.h"

typedef struct picture {
  int width, height, channels, reads;
  float *pixels;
  int stop_at; /* the read or write call that says stop; 0 = none */
} picture;

static int move(picture *p, int x, int y, int w, int h, float *to, const float *from) {
  if (++p->reads == p->stop_at) return 1;
  CHECK(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= p->width && y + h <= p->height, "%d %d %d %d", x, y, w, h);
  for (int r = 0; r < h; r++) {
    float *row = p->pixels + ((size_t)(y + r) * (size_t)p->width + (size_t)x) * (size_t)p->channels;
    size_t bytes = sizeof(float) * (size_t)w * (size_t)p->channels, at = (size_t)r * (size_t)w * (size_t)p->channels;
    if (to) memcpy(to + at, row, bytes);
    else memcpy(row, from + at, bytes);
  }
  return 0;
}
static int read_picture(void *d, int x, int y, int w, int h, float *to) { return move(d, x, y, w, h, to, NULL); }
static int write_picture(void *d, int x, int y, int w, int h, const float *from) { return move(d, x, y, w, h, NULL, from); }

static picture make(int width, int height, int channels) {
  picture p = {.width = width, .height = height, .channels = channels};
  p.pixels = malloc(sizeof(float) * (size_t)(width * height * channels));
  for (int i = 0; i < width * height * channels; i++) p.pixels[i] = (harness_float() + 1) / 2;
  return p;
}
static stylemap_layer layer_of(picture *p) {
  return (stylemap_layer){p->width, p->height, p, read_picture, write_picture};
}

/* Weight of source pixel i in output o, by the definition; the caller clamps. */
static double weight(int o, int i, double origin, double step, int cover) {
  if (step < 1 && !cover) {
    double t = fabs(origin + (o + 0.5) * step - 0.5 - i);
    return t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1 : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
  }
  double from = origin + o * step, to = from + step;
  double c = fmin(i + 1, to) - fmax(i, from);
  return c > 0 ? c / step : 0;
}

static int clampi(int v, int n) { return v < 0 ? 0 : v >= n ? n - 1 : v; }

/* Picture value of channel c at one output pixel, over mid-grey. */
static double direct(const picture *p, int c, int oy, int ox, double left, double top, double step, int cover) {
  double sum = 0;
  int y0 = (int)floor(top + oy * step) - 3, y1 = (int)ceil(top + (oy + 1) * step) + 3;
  int x0 = (int)floor(left + ox * step) - 3, x1 = (int)ceil(left + (ox + 1) * step) + 3;
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++) {
      double w = weight(oy, y, top, step, cover) * weight(ox, x, left, step, cover);
      if (w == 0) continue;
      const float *px = p->pixels + (size_t)(clampi(y, p->height) * p->width + clampi(x, p->width)) * (size_t)p->channels;
      sum += w * (p->channels == 4 ? px[c] * (double)px[3] + 0.5 * (1 - px[3]) : px[c]);
    }
  return sum;
}

/* Weights are floats that sum to 1 (|w| sums to < 1.6 for the cubic), a pixel takes two rounded sums. */
static const double TOLERANCE = 4e-6;

static void sample_agrees(int width, int height, int size, stylemap_placement s) {
  picture p = make(width, height, 4), m = make(width, height, 1);
  stylemap_layer l = layer_of(&p), ml = layer_of(&m);
  float *image = malloc(sizeof(float) * (size_t)(3 * size * size)), *mask = malloc(sizeof(float) * (size_t)(size * size));
  CHECK(stylemap_sample(&l, &s, size, image, NULL) == STYLEMAP_OK);
  CHECK(stylemap_sample_mask(&ml, &s, size, mask, NULL) == STYLEMAP_OK);
  double left = s.x - s.side / 2, top = s.y - s.side / 2, step = s.side / size, worst = 0, worst_mask = 0;
  for (int c = 0; c < 3; c++)
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        double v = fmin(1, fmax(-1, 2 * direct(&p, c, y, x, left, top, step, 0) - 1));
        worst = fmax(worst, fabs(v - image[(c * size + y) * size + x]));
        if (c == 0) worst_mask = fmax(worst_mask, fabs(direct(&m, 0, y, x, left, top, step, 1) - mask[y * size + x]));
      }
  CHECK_NEAR(worst, 0, TOLERANCE, "%d x %d -> %d", width, height, size);
  CHECK_NEAR(worst_mask, 0, TOLERANCE, "mask %d x %d -> %d", width, height, size);
  free(image);
  free(mask);
  free(p.pixels);
  free(m.pixels);
}

static void identity(void) {
  picture p = make(16, 16, 4);
  for (int i = 0; i < 16 * 16 * 4; i++) p.pixels[i] = i % 4 == 3 ? 1 : (float)(harness_bits() % 256) / 255;
  stylemap_layer l = layer_of(&p);
  stylemap_placement s;
  stylemap_fit(16, 16, &s);
  float image[3 * 256];
  CHECK(stylemap_sample(&l, &s, 16, image, NULL) == STYLEMAP_OK);
  int same = 0;
  for (int i = 0; i < 256; i++) same += image[i] == 2 * p.pixels[4 * i] - 1;
  CHECK(same == 256, "1:1 copies, %d of 256", same);
  picture r = make(16, 16, 4);
  stylemap_layer rl = layer_of(&r);
  CHECK(stylemap_paste(image, 16, &s, &l, 0, 0, 16, 16, &rl, NULL) == STYLEMAP_OK);
  double worst = 0;
  for (int i = 0; i < 16 * 16 * 4; i++) worst = fmax(worst, fabs(r.pixels[i] - p.pixels[i]));
  CHECK_NEAR(worst, 0, 6e-8, "1:1 there and back: one rounding of 2v - 1");
  free(p.pixels);
  free(r.pixels);
}

/* Pasting a window gives the pixels of the whole paste, outside the square the target's own. */
static void paste_agrees(int width, int height, int size, stylemap_placement s, int x, int y, int w, int h) {
  picture t = make(width, height, 4), r = make(width, height, 4);
  float *image = malloc(sizeof(float) * (size_t)(3 * size * size));
  for (int i = 0; i < 3 * size * size; i++) image[i] = harness_float();
  picture square = {.width = size, .height = size, .channels = 3, .pixels = malloc(sizeof(float) * (size_t)(3 * size * size))};
  for (int i = 0; i < size * size; i++)
    for (int c = 0; c < 3; c++) square.pixels[3 * i + c] = image[c * size * size + i];
  stylemap_layer tl = layer_of(&t), rl = layer_of(&r);
  CHECK(stylemap_paste(image, size, &s, &tl, x, y, w, h, &rl, NULL) == STYLEMAP_OK);
  double left = s.x - s.side / 2, top = s.y - s.side / 2, step = size / s.side, worst = 0;
  for (int j = y; j < y + h; j++)
    for (int i = x; i < x + w; i++) {
      const float *px = r.pixels + (size_t)(j * width + i) * 4, *old = t.pixels + (size_t)(j * width + i) * 4;
      int inside = i + 0.5 >= left && i + 0.5 <= left + s.side && j + 0.5 >= top && j + 0.5 <= top + s.side;
      if (!inside) CHECK(memcmp(px, old, 16) == 0, "outside the square at %d %d", i, j);
      CHECK(px[3] == old[3]);
      for (int c = 0; inside && c < 3; c++) {
        double v = fmin(1, fmax(0, (direct(&square, c, j, i, -left * step, -top * step, step, 0) + 1) / 2));
        worst = fmax(worst, fabs(v - px[c]));
      }
    }
  CHECK_NEAR(worst, 0, TOLERANCE, "paste %d into %d x %d", size, width, height);
  free(image);
  free(square.pixels);
  free(t.pixels);
  free(r.pixels);
}

static void refusals(void) {
  picture p = make(8, 8, 4);
  stylemap_layer l = layer_of(&p);
  stylemap_placement s = {4, 4, 8, 0, 0}, unknown = {4, 4, 8, 0, 2}, nowhere = {NAN, 4, 8, 0, 0}, none = {4, 4, 0, 0, 0};
  float image[3 * 16], before[3 * 16];
  for (int i = 0; i < 48; i++) image[i] = before[i] = 7;
  stylemap_error e;
  CHECK(stylemap_sample(&l, &unknown, 4, image, &e) == STYLEMAP_BAD_ARGUMENT && e.message[0]);
  CHECK(stylemap_sample(&l, &nowhere, 4, image, &e) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_sample(&l, &none, 4, image, &e) == STYLEMAP_BAD_ARGUMENT);
  p.stop_at = 1;
  CHECK(stylemap_sample(&l, &s, 4, image, &e) == STYLEMAP_CANCELLED);
  CHECK(memcmp(image, before, sizeof image) == 0, "failure leaves the output");
  CHECK(stylemap_paste(image, 4, &s, &l, 1, 1, 8, 7, &l, &e) == STYLEMAP_BAD_ARGUMENT);
  p.pixels[0] = NAN;
  p.pixels[5] = INFINITY;
  p.stop_at = 0;
  CHECK(stylemap_sample(&l, &s, 4, image, &e) == STYLEMAP_OK);
  int finite = 0;
  for (int i = 0; i < 48; i++) finite += image[i] >= -1 && image[i] <= 1;
  CHECK(finite == 48, "NaN and infinite pixels stay out of the network");
  free(p.pixels);
}

/* A NaN or an infinity is one pixel of a known value, whatever is around it. */
static void not_finite(int side, int size, double angle) {
  stylemap_placement s;
  stylemap_fit(side, side, &s);
  s.angle = angle;
  for (int channels = 1; channels <= 4; channels += 3) {
    picture p = make(side, side, channels), q = make(side, side, channels);
    stylemap_layer a = layer_of(&p), b = layer_of(&q);
    float *one = malloc(sizeof(float) * (size_t)(3 * size * size)), *two = calloc((size_t)(3 * size * size), sizeof(float));
    memcpy(q.pixels, p.pixels, sizeof(float) * (size_t)(side * side * channels));
    for (int i = 0; i < 3; i++) {
      const int at = (side / 3 * (i + 1) % side * side + side / 2) * channels + i % channels;
      p.pixels[at] = i == 0 ? NAN : i == 1 ? INFINITY : -INFINITY;
      q.pixels[at] = i == 1;
    }
    if (channels == 4) p.pixels[3] = NAN, q.pixels[3] = 0; /* of an alpha */
    CHECK((channels == 4 ? stylemap_sample : stylemap_sample_mask)(&a, &s, size, one, NULL) == STYLEMAP_OK);
    CHECK((channels == 4 ? stylemap_sample : stylemap_sample_mask)(&b, &s, size, two, NULL) == STYLEMAP_OK);
    CHECK(!memcmp(one, two, sizeof(float) * (size_t)((channels == 4 ? 3 : 1) * size * size)), "%d channels, %d to %d", channels, side, size);
    if (channels == 4) {
      picture t = make(side, side, 4), u = make(side, side, 4);
      stylemap_layer to = layer_of(&t), other = layer_of(&u);
      for (int i = 0; i < 3; i++) {
        one[size * size * i + size / 2 * (size + 1) + i] = i == 0 ? NAN : i == 1 ? INFINITY : -INFINITY;
        two[size * size * i + size / 2 * (size + 1) + i] = i == 0 ? 0 : i == 1 ? 1 : -1;
      }
      CHECK(stylemap_paste(one, size, &s, &b, 0, 0, side, side, &to, NULL) == STYLEMAP_OK);
      CHECK(stylemap_paste(two, size, &s, &b, 0, 0, side, side, &other, NULL) == STYLEMAP_OK);
      CHECK(!memcmp(t.pixels, u.pixels, sizeof(float) * (size_t)(4 * side * side)), "pasted %d to %d", size, side);
      free(t.pixels), free(u.pixels);
    }
    free(one), free(two), free(p.pixels), free(q.pixels);
  }
}

int main(void) {
  harness_seed();
  stylemap_placement s;
  stylemap_fit(1600, 1000, &s);
  CHECK(s.x == 800 && s.y == 500 && s.side == 1000 && s.angle == 0);
  stylemap_fit(10, 13, &s);
  CHECK(s.x == 5 && s.y == 6 && s.side == 10, "whole pixels: rows 1..10 of 13");
  stylemap_fit(13, 10, &s);
  CHECK(s.x == 6 && s.y == 5 && s.side == 10, "and columns");
  int x, y, w, h;
  stylemap_placement part = {4.25, 3, 4, 0, 0};
  stylemap_bounds(&part, 6, 9, &x, &y, &w, &h);
  CHECK(x == 2 && y == 1 && w == 4 && h == 4, "%d %d %d %d", x, y, w, h);

  static const int sizes[][3] = {{8, 8, 8}, {16, 16, 8}, {37, 23, 8}, {5, 9, 8}, {1, 1, 4}, {64, 64, 16}, {7, 100, 32}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    stylemap_fit(sizes[i][0], sizes[i][1], &s);
    sample_agrees(sizes[i][0], sizes[i][1], sizes[i][2], s);
  }
  sample_agrees(20, 30, 8, (stylemap_placement){9.3, 14.2, 11.7, 0, 0});
  sample_agrees(20, 30, 8, (stylemap_placement){2, 3, 17, 0, 0}); /* hangs over the edge */
  sample_agrees(20, 30, 16, (stylemap_placement){19, 29, 6.5, 0, 0});
  identity();
  paste_agrees(20, 30, 8, (stylemap_placement){10, 15, 20, 0, 0}, 0, 0, 20, 30);
  paste_agrees(20, 30, 8, (stylemap_placement){10, 15, 20, 0, 0}, 3, 7, 5, 9);
  paste_agrees(20, 30, 32, (stylemap_placement){10, 15, 20, 0, 0}, 0, 5, 20, 20);
  paste_agrees(20, 30, 16, (stylemap_placement){9.4, 15.2, 12.5, 0, 0}, 2, 2, 17, 25);
  refusals();
  not_finite(32, 8, 0), not_finite(8, 8, 0), not_finite(10, 16, 0), not_finite(30, 8, 0.4), not_finite(10, 16, 0.4);
  return harness_end();
}
