/* SPDX-License-Identifier: GPL-3.0-or-later
 * A reference's parts in the target's colours: wall, skin and hair of one colour each, and lines between them. */
#include "edit/tone.h"
#include "harness.h"

enum { N = 96, CX = 48, CY = 44, RADIUS = 30 };
typedef enum part { WALL, SKIN, HAIR, PARTS } part;

static const float of_reference[PARTS][3] = {{.7f, .9f, 1}, {.35f, .2f, .15f}, {.65f, .35f, .15f}};
static const float of_target[PARTS][3] = {{1, .85f, .85f}, {.75f, .55f, .4f}, {.1f, .08f, .07f}};

static sm_content content; /* of nothing, mostly */
static float reference[3 * N * N], known[N * N], differences[3 * N * N], counts[N * N], tone[3 * N * N];

/* A head: hair above, skin below, a wall around. */
static part head(int x, int y, int top) {
  if (hypot(x - CX, y - 62) < 22) return SKIN;
  return hypot(x - CX, y - 48) < 26 || (abs(x - CX) < 8 && y < 48 && y >= top) ? HAIR : WALL;
}

static int is_inside(int x, int y) { return hypot(x - CX, y - CY) < RADIUS; }

/* The reference's head with a bun from `top` on, the target's that is smaller; pixels of `step` cells a side. */
static void fill(int step, int top) {
  for (int i = 0; i < N * N; i++) {
    const int x = i % N / step * step, y = i / N / step * step, inside = is_inside(i % N, i / N);
    const part r = head(x, y, top), t = hypot(x - CX, y - 62) < 22 ? SKIN : hypot(x - CX, y - 56) < 26 ? HAIR : WALL;
    known[i] = 1, counts[i] = inside ? 0 : 1;
    for (int p = 0; p < 3; p++) {
      reference[p * N * N + i] = of_reference[r][p];
      differences[p * N * N + i] = inside ? NAN : of_target[t][p] - of_reference[r][p];
    }
  }
}

static void find(int step) {
  const sm_tone_cells cells = {.width = N, .height = N, .reference = reference, .known = known, .differences = differences,
                               .counts = counts, .step = step, .side = step, .content = &content};
  memset(tone, 0xff, sizeof tone);
  CHECK(sm_tone(&cells, tone, NULL) == STYLEMAP_OK);
}

/* How far what is toned of a part is from a colour, on average, inside; the cells at the edge apart. */
static double off(part of, int top, const float colour[3]) {
  double sum = 0, count = 0;
  for (int i = 0; i < N * N; i++) {
    if (head(i % N, i / N, top) != of || hypot(i % N - CX, i / N - CY) >= RADIUS - 2) continue;
    count++;
    for (int p = 0; p < 3; p++) sum += fabs(reference[p * N * N + i] + tone[p * N * N + i] - colour[p]) / 3;
  }
  return sum / count;
}

/* Hair that ends at the mask's edge, against the wall there and against other hair, is neither. */
static void parts(void) {
  for (int top = 0; top < 40; top += 12) {
    fill(1, top);
    find(1);
    CHECK_NEAR(off(WALL, top, of_target[WALL]), 0, 0.03, "the wall is the target's, a bun from %d on", top);
    CHECK_NEAR(off(SKIN, top, of_target[SKIN]), 0, 0.05, "the skin is the target's, a bun from %d on", top);
    CHECK_NEAR(off(HAIR, top, of_reference[HAIR]), 0, 0.03, "hair is the reference's, a bun from %d on", top);
  }
}

/* Hair that meets the target's hair all along the mask's edge has its colour, unless the mask holds nearly all of it: then it is what was
 * selected. A wall of which the mask holds as much, and a cast, are the target's all the same. */
static void selection(void) {
  static const float cast[3] = {.04f, -.03f, .05f};
  for (int held = 0; held < 3; held++)
    for (int light = 0; light < 2; light++) {
      fill(1, 40);
      for (int i = 0; i < N * N; i++)
        for (int p = 0; p < 3; p++) {
          const part r = head(i % N, i / N, 40) == WALL ? WALL : HAIR;
          reference[p * N * N + i] = of_reference[r][p];
          differences[p * N * N + i] = is_inside(i % N, i / N) ? NAN : light ? cast[p] : of_target[r][p] - of_reference[r][p];
        }
      content.count = 400;
      for (int i = 0; i < 400; i++) {
        memcpy(content.colours + 3 * i, of_reference[i % 2 ? HAIR : WALL], sizeof of_reference[0]);
        content.laid[i] = i % 2 == 0 ? .3f : held == 0 ? .4f : held == 1 ? .6f : .8f;
      }
      find(1);
      double of[3] = {0}, count = 0;
      for (int i = 0; i < N * N; i++) {
        if (!is_inside(i % N, i / N) || head(i % N, i / N, 40) == WALL || hypot(i % N - CX, i / N - CY) >= RADIUS - 2) continue;
        count++;
        for (int p = 0; p < 3; p++) of[p] += tone[p * N * N + i];
      }
      for (int p = 0; p < 3; p++) {
        const double all = light ? cast[p] : of_target[HAIR][p] - of_reference[HAIR][p], part = of[p] / count / all;
        if (light || held == 0) CHECK_NEAR(part, 1, 0.1, "held %d, light %d", held, light);
        else if (held == 2) CHECK_NEAR(part, 0, 0.05, "held");
        else CHECK(part > .1 && part < .9, "some of it is held: %g", part);
      }
      if (!light) CHECK_NEAR(off(WALL, 40, of_target[WALL]), 0, 0.03, "the wall is the target's");
    }
  content.count = 0;
}

/* Solved on pixels of the square, and crisp between them. */
static void steps(void) {
  double worst = 0;
  fill(1, 0);
  find(4);
  CHECK_NEAR(off(WALL, 0, of_target[WALL]), 0, 0.04);
  CHECK_NEAR(off(HAIR, 0, of_reference[HAIR]), 0, 0.04);
  for (int y = 17; y < 21; y++) /* beside the bun's edge: wall, and hair */
    for (int p = 0; p < 3; p++) {
      worst = fmax(worst, fabs(tone[p * N * N + y * N + CX - 8] - (of_target[WALL][p] - of_reference[WALL][p])));
      worst = fmax(worst, fabs(tone[p * N * N + y * N + CX - 7]));
    }
  CHECK_NEAR(worst, 0, 0.12, "at the edge itself");
}

/* Where all of the reference is off by one colour, all of it gets that. */
static void cast(void) {
  const float by[3] = {.1f, -.05f, .02f};
  fill(1, 0);
  for (int i = 0; i < 3 * N * N; i++) differences[i] = by[i / (N * N)];
  find(1);
  double worst = 0;
  for (int i = 0; i < 3 * N * N; i++)
    if (is_inside(i % (N * N) % N, i % (N * N) / N)) worst = fmax(worst, fabs(tone[i] - by[i / (N * N)]));
  CHECK(worst > 0 && worst < 0.05, "%g", worst);
}

/* A mask so thin that no cell lies in it wholly is toned as well. */
static void thin(void) {
  const float by[3] = {.1f, -.05f, .02f};
  fill(1, 0);
  for (int i = 0; i < 3 * N * N; i++) differences[i] = by[i / (N * N)];
  for (int i = 0; i < N * N; i++) counts[i] = 2, known[i] = i % N == CX ? 4 : 2;
  find(1);
  double worst = 0;
  for (int i = 0; i < 3 * N * N; i++)
    if (i % N == CX) worst = fmax(worst, fabs(tone[i] - by[i / (N * N)]));
  CHECK_NEAR(worst, 0, 0.02, "%g", worst);
}

/* Nothing is known beyond the mask: nothing is added; and the reference's own planes may be written. */
static void nothing(void) {
  double most = 0;
  fill(1, 0);
  memset(counts, 0, sizeof counts);
  find(1);
  for (int i = 0; i < 3 * N * N; i++) most = fmax(most, fabs(tone[i]));
  CHECK(most == 0, "%g", most);
  fill(2, 0);
  find(2);
  const sm_tone_cells cells = {.width = N, .height = N, .reference = reference, .known = known, .differences = differences,
                               .counts = counts, .step = 2, .side = 2, .content = &content};
  CHECK(sm_tone(&cells, reference, NULL) == STYLEMAP_OK && !memcmp(reference, tone, sizeof tone));
}

int main(void) {
  parts();
  selection();
  steps();
  cast();
  thin();
  nothing();
  return harness_end();
}
