/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "edit/choice-weights.h"

enum { SEEN = 128 /* pixels a side that are seen at most, half as many at least */, CELLS = 8 /* a side, for colours */ };
enum { TARGET, REFERENCE };
/* Between candidates about as near, the one with the reference's lines: an edit that brings nothing may be near the truth. */
static const double LINES = 1;

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

/* The luminance gradient (Rec. 601 weights, Sobel), across and down, in the scene's part. `light`: a plane of work. */
static void gradient(const sm_scene *s, const float *picture, float *light, float *edges) {
  const int n = s->size / s->step;
  const float *r = picture, *g = r + n * n, *b = g + n * n;
  const int left = s->left > 0 ? s->left - 1 : 0, right = s->right < n ? s->right + 1 : n;
  const int top = s->top > 0 ? s->top - 1 : 0, bottom = s->bottom < n ? s->bottom + 1 : n;
  for (int y = top; y < bottom; y++)
    for (int i = y * n + left; i < y * n + right; i++) light[i] = 0.299f * r[i] + 0.587f * g[i] + 0.114f * b[i];
  for (int y = s->top; y < s->bottom; y++) {
    const float *above = light + (y > 0 ? y - 1 : 0) * n, *here = light + y * n, *below = light + (y < n - 1 ? y + 1 : y) * n;
    for (int x = s->left; x < s->right; x++) {
      const int w = x > 0 ? x - 1 : 0, e = x < n - 1 ? x + 1 : x;
      edges[y * n + x] = (above[e] - above[w] + 2 * (here[e] - here[w]) + below[e] - below[w]) / 8;
      edges[n * n + y * n + x] = (below[w] - above[w] + 2 * (below[x] - above[x]) + below[e] - above[e]) / 8;
    }
  }
}

/* The mask without the pixel at its edge; the four pixels around its edge; and the part where there is any of either. */
static void mark(sm_scene *s) {
  const int n = s->size / s->step;
  const float *weights = s->weights;
  float *marks = s->marks;
  s->left = s->top = n, s->right = s->bottom = 0;
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
      if (!(marks[y * n + x] > 0) && !(weights[y * n + x] > 0)) continue;
      s->left = x < s->left ? x : s->left, s->right = x >= s->right ? x + 1 : s->right;
      s->top = y < s->top ? y : s->top, s->bottom = y + 1;
    }
  if (s->bottom == 0) s->left = s->top = 0; /* there is nothing */
}

static float seen_log(double v) { return (float)log(v > 1e-4 ? v : 1e-4); }

/* Root of the mean squared difference, weighed by the mask, or at its edge. */
static double differs(const sm_scene *s, const float *a, const float *b, int edge) {
  const int n = s->size / s->step, plane = n * n;
  double sum = 0, total = 1e-9;
  for (int y = s->top; y < s->bottom; y++)
    for (int i = y * n + s->left; i < y * n + s->right; i++) {
      const double w = edge ? s->marks[i] >= 2 : s->weights[i];
      if (!(w > 0)) continue;
      for (int p = 0; p < 3; p++) {
        const double d = (double)a[p * plane + i] - b[p * plane + i];
        sum += w * d * d;
      }
      total += 3 * w;
    }
  return sqrt(sum / total);
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
  mark(s);
  gradient(s, s->target, s->seen, s->edges[TARGET]);
  gradient(s, s->reference, s->seen, s->edges[REFERENCE]);
  s->apart_edge = seen_log(differs(s, s->reference, s->target, 1));
  s->apart = seen_log(differs(s, s->reference, s->target, 0));
  return STYLEMAP_OK;
}

void sm_scene_free(sm_scene *s) {
  sm_free(s->planes);
  *s = (sm_scene){0};
}

/* As `differs`, of the means in the mask's part of each of CELLS x CELLS cells: colours, not lines. */
static double colours_differ(const sm_scene *s, const float *a, const float *b) {
  const int n = s->size / s->step, plane = n * n;
  double sum = 0, total = 1e-9;
  for (int v = 0; v < CELLS; v++)
    for (int u = 0; u < CELLS; u++) {
      double weight = 0, mean[3] = {0};
      for (int y = v * n / CELLS; y < (v + 1) * n / CELLS; y++)
        for (int x = u * n / CELLS; x < (u + 1) * n / CELLS; x++) {
          const double w = s->weights[y * n + x];
          if (!(w > 0)) continue;
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
  gradient(s, s->seen, edges + 2 * plane, edges);
  double along = 1e-9, own = 1e-9, references = 1e-9, inside = 1e-6, edge = 1e-6; /* sums */
  double new_edge = 0, added = 0, mixed_edge = 0, mixed_inside = 0;
  const float *t = s->edges[TARGET], *b = s->edges[REFERENCE];
  for (int k = 0; k < (s->bottom - s->top) * (s->right - s->left); k++) {
    const int i = (s->top + k / (s->right - s->left)) * n + s->left + k % (s->right - s->left);
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
      const double size = sqrt(ex * ex + ey * ey), in_target = sqrt(tx * tx + ty * ty);
      new_edge += fmax(0, size - fmax(in_target, sqrt(bx * bx + by * by)));
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
      seen_log(s->usual),
      seen_log(s->copied),
      seen_log(s->cloned),
      seen_log(s->differ),
      (float)s->apart_edge,
      (float)s->apart,
  };
  memcpy(seen, numbers, sizeof numbers);
}

double sm_choice_regret(const float seen[SM_CHOICE_SEEN]) {
  double regret = choice_bias + LINES * (1 - seen[0]);
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
