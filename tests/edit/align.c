/* SPDX-License-Identifier: GPL-3.0-or-later
 * A reference that shows the same as the target is found where that lies, whatever its light; one that shows something else is said
 * to. */
#include <math.h>

#include "edit/place.h"
#include "harness.h"

enum { WIDE = 300, HIGH = 260 };

/* What both show: waves in both directions, of no period within reach. */
static double scene(double x, double y, int kind) {
  const double k = kind ? 1.37 : 1;
  return 0.5 + 0.18 * sin(0.31 * k * x + 0.002 * x * y) + 0.15 * cos(0.23 * k * y - 0.0015 * x * x + kind) + 0.1 * sin(0.11 * (x + k * y));
}

/* The scene, as a layer sees it whose pixel lies at `place` moved by nothing: `inverse` of what is to be found. */
typedef struct picture {
  stylemap_placement square; /* in which the scene lies as the target's square has it */
  double gain, offset;       /* of a light */
  int kind;
} picture;

static int read_picture(void *data, int x, int y, int width, int height, float *pixels) {
  const picture *p = data;
  const double c = cos(p->square.angle), s = sin(p->square.angle), mirror = p->square.mirror ? -1 : 1;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++, pixels += 4) {
      const double dx = (x + i + 0.5 - p->square.x) / p->square.side * 128, dy = (y + j + 0.5 - p->square.y) / p->square.side * 128;
      const double v = scene(mirror * (c * dx + s * dy), c * dy - s * dx, p->kind);
      for (int k = 0; k < 3; k++) pixels[k] = (float)(p->gain * v + p->offset * (k - 1));
      pixels[3] = 1;
    }
  return 0;
}

/* Everything in the middle is covered. */
static int read_mask(void *data, int x, int y, int width, int height, float *values) {
  const int most = *(int *)data;
  for (int i = 0; i < width * height; i++)
    values[i] = hypot(x + i % width - 140, y + i / width - 130) < most ? 1 : 0;
  return 0;
}

static double off(const stylemap_placement *a, const stylemap_placement *b) { return 128 * stylemap_placement_distance(a, b); }

/* Outlines, 2 of 128 wide, of other colours here and there: a head, ears, shoulders, and a patch of another kind in the middle. */
typedef struct drawing {
  stylemap_placement square;
  double light[3]; /* of what lies outside, of the head, of the shoulders */
  double line;
  int kind;
} drawing;

static int read_drawing(void *data, int x, int y, int width, int height, float *pixels) {
  const drawing *d = data;
  const double c = cos(d->square.angle), s = sin(d->square.angle);
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++, pixels += 4) {
      const double dx = (x + i + 0.5 - d->square.x) / d->square.side * 128, dy = (y + j + 0.5 - d->square.y) / d->square.side * 128;
      const double u = c * dx + s * dy, v = c * dy - s * dx, k = d->kind ? 0.8 : 1;
      const double head = hypot(u / (34 * k), (v + 6) / (42 * k)), body = hypot(u / 52, (v - 74) / 34), patch = hypot(u - 5 * d->kind, v);
      double light = d->light[head < 1 ? 1 : body < 1 ? 2 : 0];
      if (fabs(head - 1) < 0.02 || fabs(head - 0.87) < 0.02 || (fabs(body - 1) < 0.02 && head > 1)) light = d->line;
      if (patch < 9) light = d->kind ? 0.9 : 0.2;
      for (int p = 0; p < 3; p++) pixels[p] = (float)light;
      pixels[3] = 1;
    }
  return 0;
}

/* Drawings of other colours, the darker side now on this side of a line and now on that, lie where their outlines meet; of other shapes
 * they meet nowhere in earnest. */
static void outlines(double side) {
  const stylemap_placement at = {.x = 0.6 * side, .y = 0.55 * side, .side = side}, almost = {.x = 0.604 * side, .y = 0.557 * side, .side = 0.99 * side, .angle = 0.01};
  drawing shown = {at, {0.8, 0.6, 0.3}, 0.05, 0}, moved = {{.x = 0.625 * side, .y = 0.535 * side, .side = 1.015 * side, .angle = -0.012}, {0.2, 0.4, 0.7}, 1, 0};
  const int wide = (int)(1.3 * side), high = (int)(1.2 * side);
  const stylemap_layer target = {wide, high, &shown, read_drawing, NULL}, reference = {wide, high, &moved, read_drawing, NULL};
  stylemap_placement place = almost;
  stylemap_error error = {0};
  double clear = -1;
  CHECK(off(&place, &moved.square) > 2, "it is not there yet");
  CHECK(stylemap_align_lines(&target, &at, NULL, &reference, &place, &clear, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(off(&place, &moved.square) < (side < 256 ? 0.7 : 0.3), "%g off at %g", off(&place, &moved.square), side);
  CHECK(clear > 0.2, "%g", clear);
  const stylemap_placement there = place;
  moved.kind = 1;
  place = almost;
  CHECK(stylemap_align_lines(&target, &at, NULL, &reference, &place, &clear, &error) == STYLEMAP_OK);
  CHECK(clear < 0.06, "another shape: %g", clear);
  int radius = 10000;
  const stylemap_layer mask = {wide, high, &radius, read_mask, NULL};
  place = there;
  CHECK(stylemap_align_lines(&target, &at, &mask, &reference, &place, &clear, &error) == STYLEMAP_OK && clear == 0 && off(&place, &there) == 0,
        "nothing is left beside the mask");
}

int main(void) {
  const stylemap_placement at = {.x = 140, .y = 130, .side = 200};
  picture shown = {at, 1, 0, 0}, moved = {{.x = 152, .y = 124, .side = 212, .angle = 0.06}, 0.7, 0.1, 0}, other = moved;
  stylemap_layer target = {WIDE, HIGH, &shown, read_picture, NULL}, reference = {WIDE, HIGH, &moved, read_picture, NULL};
  stylemap_error error = {0};
  int radius = 50;
  stylemap_layer mask = {WIDE, HIGH, &radius, read_mask, NULL};
  double agreement = -1;

  stylemap_placement place = at;
  CHECK(off(&place, &moved.square) > 5, "it lies as the target does");
  CHECK(stylemap_align(&target, &at, &mask, &reference, &place, &agreement, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(off(&place, &moved.square) < 0.4, "%g off", off(&place, &moved.square));
  CHECK(agreement > 0.97, "%g", agreement);

  /* Mirrored, both its picture and where it is looked for. */
  moved.square.mirror = 1;
  place = at;
  place.mirror = 1;
  CHECK(stylemap_align(&target, &at, &mask, &reference, &place, &agreement, &error) == STYLEMAP_OK && place.mirror == 1);
  CHECK(off(&place, &moved.square) < 0.4 && agreement > 0.97, "%g off, %g", off(&place, &moved.square), agreement);
  moved.square.mirror = 0;

  /* In its place it stays to a part of a pixel. */
  moved.square = at;
  place = at;
  CHECK(stylemap_align(&target, &at, NULL, &reference, &place, &agreement, &error) == STYLEMAP_OK);
  CHECK(off(&place, &at) < 0.2 && agreement > 0.99, "%g off, %g", off(&place, &at), agreement);

  /* What the mask covers has no say: the middle shows something else. */
  other.kind = 1;
  reference.data = &other;
  place = at;
  CHECK(stylemap_align(&target, &at, &mask, &reference, &place, &agreement, &error) == STYLEMAP_OK);
  CHECK(agreement < 0.7, "something else: %g", agreement);

  /* Nothing is left beside the mask: no opinion, and nothing moves. */
  radius = 1000;
  place = at;
  reference.data = &shown;
  CHECK(stylemap_align(&target, &at, &mask, &reference, &place, &agreement, &error) == STYLEMAP_OK);
  CHECK(agreement == 0 && off(&place, &at) == 0);
  outlines(150);
  outlines(420);
  mask.width--;
  CHECK(stylemap_align(&target, &at, &mask, &reference, &place, &agreement, &error) == STYLEMAP_BAD_ARGUMENT);
  return harness_end();
}
