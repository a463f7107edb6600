/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is seen of a healed edit's candidate, against each number worked out from its definition, and the regression. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "edit/choose.h"

#include "edit/choice-weights.h"
#include "harness.h"

enum { SMALL = 128, LARGE = 256 };
typedef double (*plane)[SMALL][SMALL]; /* [colour][y][x] */

static double number(unsigned n) { return (double)(n * 2654435761u >> 8 & 0xffff) / 0xffff * 2 - 1; }

/* Smooth waves with a little noise, of `size`; both sizes show the same when the large one is seen small. */
static void draw(int kind, int size, int planes, float *to) {
  const int step = size / SMALL;
  for (int p = 0; p < planes; p++)
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        const int u = x / step, v = y / step;
        const double wave = sin(u * (0.05 + 0.03 * kind) + p) * cos(v * (0.09 - 0.01 * kind) + kind);
        double value = 0.6 * wave + 0.1 * number((unsigned)(kind * 100003 + p * 20011 + v * SMALL + u));
        if (planes == 1) value = hypot(u - 60, (v - 70) * 1.3) < 22 ? 1 : hypot(u - 60, (v - 70) * 1.3) < 24 ? 0.6 : 0;
        to[((size_t)p * (size_t)size + (size_t)y) * (size_t)size + (size_t)x] = (float)value + (step == 2 && planes > 1 ? 0.2f * (float)((x & 1) * 2 - 1) : 0);
      }
}

static plane small(int kind, int planes) {
  static float raw[3 * SMALL * SMALL];
  plane p = malloc(sizeof(double[3][SMALL][SMALL]));
  draw(kind, SMALL, planes, raw);
  for (int i = 0; i < planes * SMALL * SMALL; i++) ((double *)p)[i] = raw[i];
  return p;
}

static double light(plane p, int y, int x) {
  y = y < 0 ? 0 : y >= SMALL ? SMALL - 1 : y, x = x < 0 ? 0 : x >= SMALL ? SMALL - 1 : x;
  return 0.299 * p[0][y][x] + 0.587 * p[1][y][x] + 0.114 * p[2][y][x];
}

static void edge(plane p, int y, int x, double *e) {
  e[0] = e[1] = 0;
  for (int k = -1; k <= 1; k++) {
    e[0] += (2 - abs(k)) * (light(p, y + k, x + 1) - light(p, y + k, x - 1)) / 8;
    e[1] += (2 - abs(k)) * (light(p, y + 1, x + k) - light(p, y - 1, x + k)) / 8;
  }
}

/* Of the pixels within `reach`, are all, or any, in the mask? */
static int of_mask(plane m, int y, int x, int reach, int any) {
  for (int j = -reach; j <= reach; j++)
    for (int i = -reach; i <= reach; i++)
      if ((m[0][y + j][x + i] >= 0.5) == any) return any;
  return !any;
}

static double apart(plane a, plane b, plane m, int at_edge) {
  double sum = 0, total = 0;
  for (int y = 2; y < SMALL - 2; y++)
    for (int x = 2; x < SMALL - 2; x++) {
      const double w = at_edge ? of_mask(m, y, x, 2, 1) && !of_mask(m, y, x, 2, 0) : m[0][y][x];
      for (int p = 0; p < 3; p++) sum += w * pow(a[p][y][x] - b[p][y][x], 2);
      total += 3 * w;
    }
  return sqrt(sum / total);
}

static double colours_apart(plane a, plane b, plane m) {
  double sum = 0, total = 0;
  for (int cell = 0; cell < 64; cell++) {
    double d[3] = {0}, w = 0;
    for (int i = 0; i < 256; i++) {
      const int y = cell / 8 * 16 + i / 16, x = cell % 8 * 16 + i % 16;
      w += m[0][y][x];
      for (int p = 0; p < 3; p++) d[p] += m[0][y][x] * (a[p][y][x] - b[p][y][x]);
    }
    for (int p = 0; p < 3 && w > 0; p++) sum += d[p] * d[p] / w;
    total += 3 * w;
  }
  return sqrt(sum / total);
}

/* The offset that least differs, robustly, within 4 pixels of the mask's edge: by descent, a step of each colour at a time. */
static double cast_distance(plane t, plane r, plane m, const double offset[3]) {
  double sum = 0;
  for (int y = 5; y < SMALL - 5; y++)
    for (int x = 5; x < SMALL - 5; x++) {
      if (!of_mask(m, y, x, 4, 1) || of_mask(m, y, x, 4, 0)) continue;
      double square = 0;
      for (int p = 0; p < 3; p++) square += pow(t[p][y][x] - r[p][y][x] - offset[p], 2) / 3;
      sum += log(1 + square / 0.04);
    }
  return sum;
}

static void find_cast(plane t, plane r, plane m, double offset[3], double *agrees) {
  double sums[3];
  offset[0] = offset[1] = offset[2] = 0;
  const double before = cast_distance(t, r, m, offset);
  for (int turn = 0; turn < 15; turn++) {
    double total = 30 * 0.04 / 0.09;
    sums[0] = sums[1] = sums[2] = 0;
    for (int y = 5; y < SMALL - 5; y++)
      for (int x = 5; x < SMALL - 5; x++) {
        if (!of_mask(m, y, x, 4, 1) || of_mask(m, y, x, 4, 0)) continue;
        double square = 0;
        for (int p = 0; p < 3; p++) square += pow(t[p][y][x] - r[p][y][x] - offset[p], 2) / 3;
        const double w = pow(0.04 / (0.04 + square), 2);
        for (int p = 0; p < 3; p++) sums[p] += w * (t[p][y][x] - r[p][y][x]);
        total += w;
      }
    for (int p = 0; p < 3; p++) offset[p] = sums[p] / total;
  }
  *agrees = log((before + 1e-3) / (cast_distance(t, r, m, offset) + 1e-3));
}

static double by_hand(const sm_choice_net *net, const double *want) {
  double regret = net->bias;
  for (int h = 0; h < net->hidden; h++) {
    double hidden = net->biases[h];
    for (int i = 0; i < SM_CHOICE_SEEN; i++)
      hidden += net->weights[h][i] * fmax(-3, fmin(3, (want[i] - net->means[i]) / net->deviations[i]));
    regret += fmax(0, hidden) * net->outputs[h];
  }
  return regret;
}

/* A reference that is the target in another light, but for what the mask brings: the light is found. */
static void cast_found(void) {
  plane t = small(0, 3);
  static float target[3 * SMALL * SMALL], reference[3 * SMALL * SMALL], mask[SMALL * SMALL];
  static const double light[3] = {0.2, -0.1, 0.3};
  sm_scene scene;
  draw(0, SMALL, 1, mask);
  for (int i = 0; i < 3 * SMALL * SMALL; i++) {
    const int x = i % SMALL, y = i / SMALL % SMALL;
    target[i] = (float)((double *)t)[i];
    reference[i] = target[i] - (float)light[i / (SMALL * SMALL)] + (x > 60 && y > 70 ? 1.5f : 0); /* something else in a quarter */
  }
  CHECK(sm_scene_new(SMALL, target, reference, mask, &scene, NULL) == STYLEMAP_OK);
  for (int p = 0; p < 3; p++) CHECK_NEAR(scene.offset[p], light[p], 0.02);
  CHECK(scene.agrees > 0.3, "%g", scene.agrees);
  sm_scene_free(&scene);
  for (int i = 0; i < 3 * SMALL * SMALL; i++) reference[i] = target[i];
  CHECK(sm_scene_new(SMALL, target, reference, mask, &scene, NULL) == STYLEMAP_OK);
  for (int p = 0; p < 3; p++) CHECK_NEAR(scene.offset[p], 0, 1e-6);
  sm_scene_free(&scene);
  free(t);
}

static void against_definitions(void) {
  plane t = small(0, 3), r = small(1, 3), c = small(2, 3), first = small(3, 3), m = small(0, 1);
  double sums[8] = {0}, inside = 0, around = 0;
  for (int y = 3; y < SMALL - 3; y++)
    for (int x = 3; x < SMALL - 3; x++) {
      double et[2], er[2], ec[2];
      edge(t, y, x, et), edge(r, y, x, er), edge(c, y, x, ec);
      const double mixed = fmin(pow(ec[0] - et[0], 2) + pow(ec[1] - et[1], 2), pow(ec[0] - er[0], 2) + pow(ec[1] - er[1], 2));
      if (of_mask(m, y, x, 1, 0)) {
        inside++;
        sums[0] += ec[0] * er[0] + ec[1] * er[1], sums[1] += ec[0] * ec[0] + ec[1] * ec[1];
        sums[2] += er[0] * er[0] + er[1] * er[1], sums[3] += mixed;
      }
      if (of_mask(m, y, x, 2, 1) && !of_mask(m, y, x, 2, 0)) {
        const double size = hypot(ec[0], ec[1]), of_t = hypot(et[0], et[1]), of_r = hypot(er[0], er[1]);
        around++;
        sums[4] += size > of_t && size > of_r ? size - fmax(of_t, of_r) : 0, sums[5] += size > of_t ? size - of_t : 0, sums[6] += mixed;
      }
    }
  double offset[3], agrees, cast;
  int flat_pixels = 0, left = SMALL, right = 0, top = SMALL, bottom = 0;
  for (int y = 2; y < SMALL - 2; y++)
    for (int x = 2; x < SMALL - 2; x++) {
      if (!of_mask(m, y, x, 2, 1) && !(m[0][y][x] > 0)) continue;
      left = x < left ? x : left, right = x > right ? x : right, top = y < top ? y : top, bottom = y;
    }
  for (int y = top; y <= bottom; y++)
    for (int x = left; x <= right; x++) {
      double e[2];
      edge(t, y, x, e);
      flat_pixels += hypot(e[0], e[1]) < 0.01;
    }
  const double flat = fmax(0, fmin(1, ((double)flat_pixels / ((right - left + 1) * (bottom - top + 1)) - 0.4) / 0.2));
  find_cast(t, r, m, offset, &agrees);
  cast = sqrt((offset[0] * offset[0] + offset[1] * offset[1] + offset[2] * offset[2]) / 3);
  const double want[SM_CHOICE_SEEN] = {
      sums[0] / sqrt(sums[1] * sums[2]), log(sums[4] / around), log(sums[6] / around), log(sums[3] / inside),
      log(apart(c, first, m, 0)), log(apart(c, t, m, 1)), log(sums[5] / around), log(colours_apart(c, r, m)),
      log(colours_apart(c, t, m)), 0.5, 1, 0, 1, 1, log(0.35), log(0.04), log(3.0), log(0.2), log(cast), agrees, log(apart(r, t, m, 1)),
      log(apart(r, t, m, 0)), 1, flat};
  for (int size = SMALL; size <= LARGE; size *= 2) {
    const size_t numbers = (size_t)size * (size_t)size;
    float *pictures[5], seen[SM_CHOICE_SEEN];
    for (int k = 0; k < 5; k++) draw(k == 4 ? 0 : k, size, k == 4 ? 1 : 3, pictures[k] = malloc(3 * numbers * sizeof(float)));
    sm_scene scene;
    CHECK(sm_scene_new(size, pictures[0], pictures[1], pictures[4], &scene, NULL) == STYLEMAP_OK);
    scene.usual = 0.04, scene.misfit = 3, scene.differ = 0.2;
    for (int p = 0; p < 3; p++) CHECK_NEAR(scene.offset[p], offset[p], 1e-4);
    sm_scene_collage(&scene, pictures[3]);
    sm_scene_see(&scene, &(sm_candidate){0.5f, 1, 1, 4, 1, 0.35}, pictures[2], seen);
    for (int i = 0; i < SM_CHOICE_SEEN; i++) CHECK_NEAR(seen[i], want[i], 2e-4, "%d of a square of %d", i, size);
    const int drawn = want[23] > 0.5;
    CHECK_NEAR(sm_choice_start(seen), by_hand(drawn ? &choice_start_drawn : &choice_start_photographed, want) - 0.4 * want[22] * want[23], 2e-3);
    CHECK_NEAR(sm_choice_regret(seen), by_hand(drawn ? &choice_heal_drawn : &choice_heal_photographed, want) + (1.5 + 0.25 * want[23]) * (1 - want[0]) -
                   0.4 * want[22] * want[23], 2e-3);
    sm_scene_see(&scene, &(sm_candidate){1, 0, 0, 1, 0, 0.6}, pictures[2], seen);
    CHECK(seen[9] == 1 && seen[10] == 0 && seen[22] == 0 && seen[11] == 1 && seen[12] == 0 && seen[13] == 0 && fabs(seen[14] - log(0.6)) < 1e-6);
    sm_scene_free(&scene);
    for (int k = 0; k < 5; k++) free(pictures[k]);
  }
  free(t), free(r), free(c), free(first), free(m);
}

/* A mask of nothing, and one of everything at the border: numbers all the same. */
static void nothing(void) {
  static float picture[3 * 64 * 64], mask[64 * 64];
  for (int kind = 0; kind < 3; kind++) {
    float seen[SM_CHOICE_SEEN];
    sm_scene scene;
    for (int i = 0; i < 64 * 64; i++) mask[i] = kind == 0 ? 0 : kind == 1 ? 1 : i == 0;
    CHECK(sm_scene_new(64, picture, picture, mask, &scene, NULL) == STYLEMAP_OK);
    sm_scene_collage(&scene, picture);
    sm_scene_see(&scene, &(sm_candidate){0, 0, 0, 2, 0, 0.1}, picture, seen);
    for (int i = 0; i < SM_CHOICE_SEEN; i++) CHECK(isfinite(seen[i]), "%d", i);
    CHECK(isfinite(sm_choice_regret(seen)));
    sm_scene_free(&scene);
  }
}

/* Between candidates of one drawing lines count for more where it is drawn, and as ever in photographs. */
static void detail(void) {
  float seen[SM_CHOICE_SEEN] = {0};
  for (int drawn = 0; drawn < 2; drawn++) {
    double more[2];
    for (int sharp = 0; sharp < 2; sharp++) {
      seen[0] = sharp ? 1 : 0.6f, seen[SM_CHOICE_SEEN - 1] = (float)drawn;
      more[sharp] = sm_choice_detail(seen) - sm_choice_regret(seen);
    }
    CHECK_NEAR(more[1], 0, 1e-9, "drawn %d", drawn);
    CHECK(drawn ? more[0] > 0.3 && more[0] < 1 : more[0] == 0, "drawn %d: %g", drawn, more[0]);
  }
}

int main(void) {
  against_definitions();
  cast_found();
  nothing();
  detail();
  return harness_end();
}
