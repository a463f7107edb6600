/* SPDX-License-Identifier: GPL-3.0-or-later
 * What of one picture's lines another has, and how strong. */
#include "edit/detail.h"

#include "harness.h"

enum { SIZE = 64, PLANE = SIZE * SIZE, AT = 32 * SIZE + 32 };
static float before[3 * PLANE], after[3 * PLANE], agree[PLANE], gain[PLANE], work[5 * PLANE];

/* Stripes of 6 pixels, across or along: `contrast` of each colour above `level`. */
static void stripes(float *picture, int across, const float contrast[3], const float level[3]) {
  for (int i = 0; i < 3 * PLANE; i++) {
    const int at = across ? i % SIZE : i / SIZE % SIZE;
    picture[i] = level[i / PLANE] + contrast[i / PLANE] * (at / 3 % 2 ? 1.f : -1.f);
  }
}

static void followed(const float contrast[3], int across) {
  const float level[3] = {-0.3f, 0.1f, 0.4f};
  stripes(after, across, contrast, level);
  sm_detail_followed(before, after, SIZE, agree, gain, work);
}

/* How surely `before` has lines that these are not. */
static float foreign(const float contrast[3], int across) {
  const float level[3] = {-0.3f, 0.1f, 0.4f};
  stripes(after, across, contrast, level);
  sm_detail_foreign(before, after, SIZE, agree, work);
  return agree[AT];
}

int main(void) {
  const float full[3] = {0.4f, 0.4f, 0.4f}, none[3] = {0}, half[3] = {0.28f, 0.28f, 0.28f}, faint[3] = {0.08f, 0.08f, 0.08f};
  const float against[3] = {-0.4f, -0.4f, -0.4f};
  const float other[3] = {0.4f, 0.2f, 0.1f}, far[3] = {2, 2, 2};
  stripes(before, 1, full, none);
  followed(full, 1);
  CHECK_NEAR(agree[AT], 1, 0.02, "the same lines in other colours");
  CHECK_NEAR(gain[AT], 1, 0.01);
  followed(half, 1);
  CHECK_NEAR(agree[AT], 1, 0.02, "fainter ones");
  CHECK_NEAR(gain[AT], 0.7, 0.01);
  followed(other, 1);
  CHECK(agree[AT] > 0.6 && agree[AT] < 0.9, "of another hue: %g", agree[AT]);
  CHECK_NEAR(gain[AT], 1.75 / 3, 0.01);
  followed(faint, 1);
  CHECK(agree[AT] == 0, "hardly there: a trace, not lines");
  CHECK_NEAR(gain[AT], 0.2, 0.01);
  followed(against, 1);
  CHECK(agree[AT] == 0 && gain[AT] == 0, "dark where they were light");
  followed(full, 0);
  CHECK(agree[AT] < 0.02, "lines that cross them: %g", agree[AT]);
  followed(none, 1);
  CHECK(agree[AT] < 0.01 && gain[AT] < 0.01, "nothing there");
  followed(far, 1);
  CHECK_NEAR(gain[AT], 2, 1e-6, "no more than twice");
  CHECK(foreign(full, 1) == 0 && foreign(half, 1) == 0 && foreign(other, 1) == 0, "its own lines in other colours");
  CHECK(foreign(none, 1) == 1 && foreign(full, 0) == 1 && foreign(against, 1) == 1, "lines that the drawing lacks");
  stripes(before, 1, faint, none);
  CHECK(foreign(none, 1) == 0, "no plain lines: grain stays");
  stripes(before, 1, none, none);
  followed(full, 1);
  CHECK(agree[AT] < 0.01 && isfinite(gain[AT]), "nothing to follow");
  return harness_end();
}
