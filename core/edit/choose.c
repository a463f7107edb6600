/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "edit/choice-weights.h"

enum { SEEN = 128 /* pixels a side that are seen at most, half as many at least */, CELLS = 8 /* a side, for colours */ };
enum { TARGET, REFERENCE };

static void shrink(const sm_scene *s, const float *from, int planes, float *to) {
  const int n = s->size / s->step;
  const float share = 1.0f / (float)(s->step * s->step);
  for (int p = 0; p < planes; p++, from += (size_t)s->size * (size_t)s->size, to += n * n)
    for (int y = 0; y < n; y++)
      for (int x = 0; x < n; x++) {
        float sum = 0;
        for (int j = 0; j < s->step; j++)
          for (int i = 0; i < s->step; i++) sum += from[(size_t)(y * s->step + j) * (size_t)s->size + (size_t)(x * s->step + i)];
        to[y * n + x] = sum * share;
      }
}

/* The luminance gradient (Rec. 601 weights, Sobel), across and down. */
static void gradient(const float *picture, int n, float *edges) {
  const float *r = picture, *g = r + n * n, *b = g + n * n;
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n; x++) {
      float l[3][3];
      for (int j = 0; j < 3; j++)
        for (int i = 0; i < 3; i++) {
          const int u = x + i - 1, v = y + j - 1;
          const int at = (v < 0 ? 0 : v >= n ? n - 1 : v) * n + (u < 0 ? 0 : u >= n ? n - 1 : u);
          l[j][i] = 0.299f * r[at] + 0.587f * g[at] + 0.114f * b[at];
        }
      edges[y * n + x] = (l[0][2] - l[0][0] + 2 * (l[1][2] - l[1][0]) + l[2][2] - l[2][0]) / 8;
      edges[n * n + y * n + x] = (l[2][0] - l[0][0] + 2 * (l[2][1] - l[0][1]) + l[2][2] - l[0][2]) / 8;
    }
}

/* The mask without the pixel at its edge; the four pixels around its edge. */
static void mark(const float *weights, int n, float *marks) {
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n; x++) {
      int inside[3] = {1, 1, 1}, near = 0; /* within 0, 1, 2 pixels */
      for (int j = -2; j <= 2; j++)
        for (int i = -2; i <= 2; i++) {
          if (x + i < 0 || x + i >= n || y + j < 0 || y + j >= n) continue;
          const int in = weights[(y + j) * n + x + i] >= 0.5f, far = abs(i) > abs(j) ? abs(i) : abs(j);
          near |= in;
          for (int k = far; k < 3; k++) inside[k] &= in;
        }
      marks[y * n + x] = (float)((inside[1] ? 1 : 0) + (near && !inside[2] ? 2 : 0));
    }
}

stylemap_status sm_scene_new(int size, const float *target, const float *reference, const float *mask, sm_scene *s,
                             stylemap_error *error) {
  enum { PLANES = 3 + 3 + 2 + 2 + 1 + 3 + 3 + 1 };
  *s = (sm_scene){.size = size, .step = size > SEEN ? size / SEEN : 1};
  const int n = size / s->step;
  const size_t plane = (size_t)n * (size_t)n;
  s->planes = sm_alloc(plane * PLANES, sizeof(float));
  if (!s->planes) return sm_no_memory(error, plane * PLANES * sizeof(float));
  s->target = s->planes;
  s->reference = s->planes + 3 * plane;
  s->edges[TARGET] = s->planes + 6 * plane;
  s->edges[REFERENCE] = s->planes + 8 * plane;
  s->weights = s->planes + 10 * plane;
  s->seen = s->planes + 11 * plane;
  s->first = s->planes + 14 * plane;
  s->marks = s->planes + 17 * plane;
  shrink(s, target, 3, s->target);
  shrink(s, reference, 3, s->reference);
  shrink(s, mask, 1, s->weights);
  gradient(s->target, n, s->edges[TARGET]);
  gradient(s->reference, n, s->edges[REFERENCE]);
  mark(s->weights, n, s->marks);
  return STYLEMAP_OK;
}

void sm_scene_free(sm_scene *s) {
  sm_free(s->planes);
  *s = (sm_scene){0};
}

static float seen_log(double v) { return (float)log(v > 1e-4 ? v : 1e-4); }

/* Root of the mean squared difference, weighed by the mask, or at its edge. */
static double differs(const sm_scene *s, const float *a, const float *b, int edge) {
  const int n = s->size / s->step, plane = n * n;
  double sum = 0, total = 1e-9;
  for (int i = 0; i < plane; i++) {
    const double w = edge ? s->marks[i] >= 2 : s->weights[i];
    if (!(w > 0)) continue;
    for (int p = 0; p < 3; p++) sum += w * pow((double)a[p * plane + i] - b[p * plane + i], 2);
    total += 3 * w;
  }
  return sqrt(sum / total);
}

/* The same of the means in the mask's part of each of CELLS x CELLS cells: colours, not lines. */
static double colours_differ(const sm_scene *s, const float *a, const float *b) {
  const int n = s->size / s->step, plane = n * n;
  double sum = 0, total = 1e-9;
  for (int v = 0; v < CELLS; v++)
    for (int u = 0; u < CELLS; u++) {
      double weight = 0, mean[3] = {0};
      for (int y = v * n / CELLS; y < (v + 1) * n / CELLS; y++)
        for (int x = u * n / CELLS; x < (u + 1) * n / CELLS; x++) {
          const double w = s->weights[y * n + x];
          weight += w;
          for (int p = 0; p < 3; p++) mean[p] += w * ((double)a[p * plane + y * n + x] - b[p * plane + y * n + x]);
        }
      for (int p = 0; p < 3 && weight > 0; p++) sum += mean[p] * mean[p] / weight;
      total += 3 * weight;
    }
  return sqrt(sum / total);
}

void sm_scene_see(sm_scene *s, const sm_candidate *c, const float *first, const float *image, float seen[SM_CHOICE_SEEN]) {
  const int n = s->size / s->step, plane = n * n;
  shrink(s, image, 3, s->seen);
  shrink(s, first, 3, s->first);
  const double changed = differs(s, s->seen, s->first, 0);
  float *edges = s->first; /* which is done with */
  gradient(s->seen, n, edges);
  double along = 1e-9, own = 1e-9, references = 1e-9, inside = 1e-6, edge = 1e-6; /* sums */
  double new_edge = 0, added = 0, mixed_edge = 0, mixed_inside = 0;
  const float *t = s->edges[TARGET], *b = s->edges[REFERENCE];
  for (int i = 0; i < plane; i++) {
    if (!(s->marks[i] > 0)) continue;
    const double ex = edges[i], ey = edges[plane + i], tx = t[i], ty = t[plane + i], bx = b[i], by = b[plane + i];
    const double mixed = fmin((ex - tx) * (ex - tx) + (ey - ty) * (ey - ty), (ex - bx) * (ex - bx) + (ey - by) * (ey - by));
    const int mark = (int)s->marks[i];
    if (mark & 1) {
      along += ex * bx + ey * by;
      own += ex * ex + ey * ey;
      references += bx * bx + by * by;
      mixed_inside += mixed;
      inside++;
    }
    if (mark & 2) {
      const double size = hypot(ex, ey), in_target = hypot(tx, ty);
      new_edge += fmax(0, size - fmax(in_target, hypot(bx, by)));
      added += fmax(0, size - in_target);
      mixed_edge += mixed;
      edge++;
    }
  }
  const float numbers[SM_CHOICE_SEEN] = {
      (float)(along / sqrt(own * references)),
      seen_log(new_edge / edge),
      seen_log(mixed_edge / edge),
      seen_log(mixed_inside / inside),
      seen_log(changed),
      seen_log(differs(s, s->seen, s->target, 1)),
      seen_log(added / edge),
      seen_log(colours_differ(s, s->seen, s->reference)),
      seen_log(colours_differ(s, s->seen, s->target)),
      c->clone,
      c->rounds == 1,
      c->rounds > 2,
      c->both != 0,
      (float)log(c->sigma),
      seen_log(s->copied),
      seen_log(s->cloned),
      seen_log(s->differ),
      seen_log(differs(s, s->reference, s->target, 1)),
      seen_log(differs(s, s->reference, s->target, 0)),
  };
  memcpy(seen, numbers, sizeof numbers);
}

double sm_choice_regret(const float seen[SM_CHOICE_SEEN]) {
  double regret = choice_bias;
  for (int h = 0; h < CHOICE_HIDDEN; h++) {
    double sum = choice_biases[h];
    for (int i = 0; i < SM_CHOICE_SEEN; i++) {
      const double v = (seen[i] - choice_means[i]) / choice_deviations[i];
      sum += choice_weights[h][i] * (v < -CHOICE_FURTHEST ? -CHOICE_FURTHEST : v > CHOICE_FURTHEST ? CHOICE_FURTHEST : v);
    }
    if (sum > 0) regret += choice_outputs[h] * sum;
  }
  return regret;
}
