/* SPDX-License-Identifier: GPL-3.0-or-later
 * The membrane against functions that are harmonic, and against its definition on regions with holes and at edges. */
#include "edit/membrane.h"
#include "harness.h"

enum { W = 150, H = 110, PLANE = W * H };
static float values[3 * PLANE], before[3 * PLANE];
static unsigned char inside[PLANE];

static double harmonic(int p, double x, double y) {
  x = (x - 60) / 60, y = (y - 50) / 60;
  return p == 0 ? 0.3 * x - 0.2 * y + 0.1 : p == 1 ? 0.3 * (x * x - y * y) : 0.4 * x * y;
}

static int in_region(int kind, int x, int y) {
  const double u = x - 70, v = y - 55;
  if (x < 2 || y < 2 || x > W - 3 || y > H - 3) return 0;
  if (kind == 0) return u * u + v * v < 45 * 45;
  if (kind == 1) return u * u / 3600 + v * v / 400 < 1 && !(u * u + v * v < 64); /* with a hole */
  if (kind == 2) return (x / 7 + y / 5) % 3 == 0;                                /* many small ones */
  return x > 20 && x < 24 && y > 3 && y < 107;                                   /* three pixels wide */
}

static void fill(int kind) {
  for (int i = 0; i < PLANE; i++) {
    inside[i] = (unsigned char)in_region(kind, i % W, i / W);
    for (int p = 0; p < 3; p++)
      values[p * PLANE + i] = before[p * PLANE + i] = inside[i] ? NAN : (float)harmonic(p, i % W, i / W);
  }
}

int main(void) {
  for (int kind = 0; kind < 4; kind++) {
    fill(kind);
    CHECK(sm_membrane(values, inside, W, H, NULL) == STYLEMAP_OK);
    double worst = 0;
    int kept = 1, count = 0;
    for (int i = 0; i < 3 * PLANE; i++) {
      if (!inside[i % PLANE]) kept &= values[i] == before[i];
      else count++, worst = fmax(worst, isfinite(values[i]) ? fabs(values[i] - harmonic(i / PLANE, i % W, i / W % H)) : 9);
    }
    CHECK(kept, "what is around the region stays");
    CHECK_NEAR(worst, 0, 0.003, "kind %d", kind); /* 1/500 of a range of about 1.4 */
    CHECK(count > 300);
  }
  /* a region that reaches the rectangle's edge: nothing flows through it, so a constant stays one */
  for (int i = 0; i < PLANE; i++) {
    inside[i] = i % W > 30;
    for (int p = 0; p < 3; p++) values[p * PLANE + i] = inside[i] ? 99 : 0.25f * (float)p;
  }
  CHECK(sm_membrane(values, inside, W, H, NULL) == STYLEMAP_OK);
  double worst = 0;
  for (int i = 0; i < 3 * PLANE; i++) worst = fmax(worst, fabs(values[i] - 0.25 * (i / PLANE)));
  CHECK_NEAR(worst, 0, 1e-3);
  /* nothing around: no difference; a single pixel is the mean of its neighbours */
  memset(inside, 1, sizeof inside);
  CHECK(sm_membrane(values, inside, W, H, NULL) == STYLEMAP_OK && values[0] == 0 && values[3 * PLANE - 1] == 0);
  float three[3 * 9] = {0, 1, 0, 2, NAN, 3, 0, 6, 0};
  memcpy(three + 9, three, 9 * sizeof(float));
  memcpy(three + 18, three, 9 * sizeof(float));
  const unsigned char middle[9] = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  CHECK(sm_membrane(three, middle, 3, 3, NULL) == STYLEMAP_OK);
  CHECK_NEAR(three[4], 3, 1e-5);
  CHECK_NEAR(three[22], 3, 1e-5);
  return harness_end();
}
