/* SPDX-License-Identifier: GPL-3.0-or-later
 * A picture's fine lines in a drawing's colours (edit/lines.h), against the picture recoloured by hand. */
#include "edit/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "edit/crisp.h"
#include "harness.h"

enum { SIZE = 128, FACTOR = 2, SIDE = FACTOR * SIZE, PLANE = SIZE * SIZE, FINE = SIDE * SIDE };

static const sm_part_of_square whole = {0, 0, SIZE, SIZE};
/* what makes the picture's colours the drawing's: no channel comes from itself alone */
static const float map[3][4] = {{0.2f, -0.3f, 0.6f, 0.1f}, {0.5f, 0.4f, 0, -0.1f}, {-0.2f, 0.1f, 0.7f, 0.05f}};
static float *picture, *wanted, *before, *drawn, *left, *followed, *kept, *edges, *up;
static stylemap_error error;

static void recolour(const float *from, size_t plane, float *to) {
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < plane; i++)
      to[c * plane + i] = map[c][0] * from[i] + map[c][1] * from[plane + i] + map[c][2] * from[2 * plane + i] + map[c][3];
}

/* A slanted line two fine pixels wide between two colours, and what the square sees of it. */
static void draw(void) {
  static const float sides[3][3] = {{-0.4f, 0.2f, 0.8f}, {0.3f, -0.3f, -0.7f}, {-0.9f, -0.9f, -0.9f}};
  for (int i = 0; i < FINE; i++) {
    const double at = i % SIDE - SIDE / 2 + 0.3 * (i / SIDE - SIDE / 2);
    for (int c = 0; c < 3; c++) picture[c * FINE + i] = sides[fabs(at) < 1 ? 2 : at > 0][c];
  }
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < PLANE; i++) {
      const float *p = picture + c * FINE + FACTOR * (i / SIZE) * SIDE + FACTOR * (i % SIZE);
      before[c * PLANE + i] = (p[0] + p[1] + p[SIDE] + p[SIDE + 1]) / 4;
    }
  recolour(picture, FINE, wanted);
  recolour(before, PLANE, drawn);
}

/* The greatest difference of the drawing, spread, with the edges from what is wanted, away from the picture's own edges. */
static double off(const float *from, const float *want) {
  const sm_crisp_rectangle all = sm_crisp_reach(&whole, SIZE, FACTOR);
  double most = 0;
  CHECK(sm_crisp_spread(from, 3, SIZE, FACTOR, &all, up, &error) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < 3 * FINE; i++) {
    const int x = i % SIDE, y = i % FINE / SIDE;
    if (x > 16 && y > 16 && x < SIDE - 16 && y < SIDE - 16) most = fmax(most, fabs(up[i] + edges[i] - want[i]));
  }
  return most;
}

static void lines(float amount, float less) {
  for (int i = 0; i < PLANE; i++) left[i] = amount, followed[i] = less;
  memset(edges, 0, sizeof(float) * 3 * FINE);
  memset(kept, 0, sizeof(float) * PLANE);
  CHECK(sm_lines_recoloured(before, drawn, left, picture, SIZE, FACTOR, &whole, kept, edges, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(sm_lines_less(before, followed, picture, SIZE, FACTOR, &whole, edges, &error) == STYLEMAP_OK, "%s", error.message);
}

int main(void) {
  float **planes[] = {&picture, &wanted, &edges, &up, &before, &drawn, &left, &followed, &kept};
  for (int k = 0; k < 9; k++) *planes[k] = calloc(3 * (size_t)(k < 4 ? FINE : PLANE), sizeof(float));
  draw();
  const double blurred = off(drawn, wanted);
  lines(1, 0);
  CHECK(blurred > 0.4 && off(drawn, wanted) < 0.05, "in the drawing's colours: off by %g, spread %g", off(drawn, wanted), blurred);
  CHECK_NEAR(kept[PLANE / 2 + SIZE / 2], 1, 0.01, "on the line");
  CHECK(kept[PLANE / 2 + SIZE / 4] == 0, "where there is none: %g", (double)kept[PLANE / 2 + SIZE / 4]);
  lines(0.5f, 0);
  CHECK_NEAR(off(drawn, wanted), blurred / 2, 0.05);
  /* what is laid in already is taken away: in the picture's own colours */
  lines(0, 1);
  for (int i = 0; i < 3 * FINE; i++) edges[i] = -edges[i];
  CHECK(off(before, picture) < 1e-5, "%g", off(before, picture));
  /* a drawing of something else has none of them */
  for (int i = 0; i < 3 * PLANE; i++) drawn[i] = 0.5f * (i % PLANE / SIZE % 8 < 4);
  lines(1, 0);
  double most = 0;
  for (int i = 0; i < 3 * FINE; i++) most = fmax(most, fabs(edges[i]));
  CHECK(most < 0.02, "another drawing: %g", most);
  /* nor does one of next to no contrast, or a picture of one colour */
  for (int i = 0; i < 3 * PLANE; i++) drawn[i] = 0.01f * before[i], before[i] = 0.3f;
  for (int i = 0; i < 3 * FINE; i++) picture[i] = 0.3f;
  lines(1, 0);
  for (int i = 0; i < 3 * FINE; i++) CHECK(fabs(edges[i]) < 1e-5, "%g", (double)edges[i]);
  /* beside a line that lies a little off nothing is lighter than all that is around; darker it may be */
  for (int i = 0; i < 3 * PLANE; i++) drawn[i] = 0.2f;
  for (int i = 0; i < PLANE; i++) kept[i] = 1;
  for (int i = 0; i < 3 * FINE; i++) edges[i] = i % 2 ? 0.5f : -0.5f;
  CHECK(sm_crisp(drawn, kept, SIZE, FACTOR, &whole, 1, edges, &error) == STYLEMAP_OK, "%s", error.message);
  for (int i = 0; i < 3 * FINE; i++) CHECK_NEAR(edges[i], i % 2 ? 0.06 : -0.5, 1e-5);
  for (int k = 0; k < 9; k++) free(*planes[k]);
  return harness_end();
}
