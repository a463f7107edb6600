/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "edit/choice-weights.h"

enum { SEEN = 128 /* pixels a side that are seen at most, half as many at least */, CELLS = 8 /* a side, for colours */ };
enum { TARGET, REFERENCE, CANDIDATE };
enum { TONED = SM_CHOICE_SEEN - 2, DRAWN = SM_CHOICE_SEEN - 1 /* which of what is seen are candidate->toned, scene->drawn */ };
/* Between candidates about as near, the one with the reference's lines: an edit that brings nothing, or that blurs, may be near
 * the truth. Of drawings by eye (core/README.md, "Healing"). */
static const double LINES_DRAWN = 1.75, LINES_PHOTOGRAPHED = 1.5;
/* Of a drawing's, the toned one, by the numbers no worse: of others a patch of the reference's skin is sometimes left, which little of
 * the mask is. */
static const double CLEANER = 0.4;
/* More, between candidates of one drawing, which have about the same colours: by the numbers no better, by eye outlines stay whole. */
static const double SHARPER = 1.25;

/* In the scene's part, and a pixel around it, which gradients need. */
static void shrink(const sm_scene *s, const float *from, int planes, float *to) {
  const int n = s->size / s->step;
  const int left = s->left > 0 ? s->left - 1 : 0, right = s->right < n ? s->right + 1 : n;
  const int top = s->top > 0 ? s->top - 1 : 0, bottom = s->bottom < n ? s->bottom + 1 : n;
  const float share = 1.0f / (float)(s->step * s->step);
  for (int p = 0; p < planes; p++, from += (size_t)s->size * (size_t)s->size, to += n * n)
    for (int y = top; y < bottom; y++)
      for (int x = left; x < right; x++) {
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

/* By the share of the scene's part in which the target's gradient is next to none. */
static double looks_drawn(const sm_scene *s) {
  static const double none = 0.01, photograph = 0.4, drawn = 0.6;
  const int n = s->size / s->step, plane = n * n;
  const float *e = s->edges[TARGET];
  int flat = 0;
  for (int y = s->top; y < s->bottom; y++)
    for (int i = y * n + s->left; i < y * n + s->right; i++) flat += hypot(e[i], e[plane + i]) < none;
  const int all = (s->bottom - s->top) * (s->right - s->left);
  const double share = all ? ((double)flat / all - photograph) / (drawn - photograph) : 0;
  return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* The cast of another camera or another light: one offset of all colours, robustly, from pixels within 4 of 128 of the mask's
 * edge, with Geman and McClure's weights; a dozen pixels' worth of belief that there is none. */
static void find_offset(sm_scene *s) {
  static const double scale = 0.2, usual = 0.3; /* differences that are another content; casts */
  const int n = s->size / s->step, plane = n * n, reach = n / 32;
  const int left = s->left > reach ? s->left - reach : 0, right = s->right + reach < n ? s->right + reach : n;
  const int top = s->top > reach ? s->top - reach : 0, bottom = s->bottom + reach < n ? s->bottom + reach : n;
  const double belief = 30 * (scale / usual) * (scale / usual);
  float *near = s->light, *row = s->seen; /* of which nothing is needed yet, or any more */
  int count = 0;
  for (int y = top; y < bottom; y++) /* how many pixels of the mask there are; of those around how many lie in the square */
    for (int x = left; x < right; x++) {
      row[y * n + x] = 0;
      for (int i = x > reach ? x - reach : 0; i <= x + reach && i < n; i++) row[y * n + x] += s->weights[y * n + i] >= 0.5f;
    }
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++) {
      const int up = y - reach > top ? y - reach : top, down = y + reach < bottom - 1 ? y + reach : bottom - 1;
      const int wide = (x + reach < n - 1 ? x + reach : n - 1) - (x > reach ? x - reach : 0) + 1;
      float in = 0;
      for (int j = up; j <= down; j++) in += row[j * n + x];
      near[y * n + x] = in > 0 && in < (float)(wide * (down - up + 1));
      count += near[y * n + x] > 0;
    }
  double offset[3] = {0}, before = 0, now = 0;
  for (int turn = 0; turn < 16 && count; turn++) {
    double sums[3] = {0}, total = belief;
    now = 0;
    for (int y = top; y < bottom; y++)
      for (int i = y * n + left; i < y * n + right; i++) {
        if (!(near[i] > 0)) continue;
        double d[3], square = 0;
        for (int p = 0; p < 3; p++) {
          d[p] = (double)s->target[p * plane + i] - s->reference[p * plane + i];
          square += (d[p] - offset[p]) * (d[p] - offset[p]) / 3;
        }
        const double by = 1 / (1 + square / (scale * scale));
        for (int p = 0; p < 3; p++) sums[p] += by * by * d[p];
        total += by * by;
        if (turn % 15 == 0) now += log(1 + square / (scale * scale));
      }
    if (turn == 0) before = now;
    for (int p = 0; p < 3 && turn < 15; p++) offset[p] = sums[p] / total;
  }
  for (int p = 0; p < 3; p++) s->offset[p] = (float)offset[p];
  s->agrees = log((before + 1e-3) / (now + 1e-3));
}

/* The target's and the mask's part of a scene; `reference` may be NULL. */
static stylemap_status begin_scene(int size, const float *target, const float *reference, const float *mask, sm_scene *s,
                                   stylemap_error *error) {
  enum { PLANES = 3 + 3 + 3 * 2 + 1 + 3 + 3 + 1 + 1 };
  *s = (sm_scene){.size = size, .step = size > SEEN ? size / SEEN : 1};
  const int n = size / s->step;
  const size_t plane = (size_t)n * (size_t)n;
  s->planes = sm_alloc(plane * PLANES, sizeof(float));
  if (!s->planes) return sm_no_memory(error, plane * PLANES * sizeof(float));
  s->target = s->planes;
  s->reference = s->planes + 3 * plane;
  s->edges[TARGET] = s->planes + 6 * plane;
  s->edges[REFERENCE] = s->planes + 8 * plane;
  s->edges[CANDIDATE] = s->planes + 10 * plane;
  s->weights = s->planes + 12 * plane;
  s->seen = s->planes + 13 * plane;
  s->first = s->planes + 16 * plane;
  s->marks = s->planes + 19 * plane;
  s->light = s->planes + 20 * plane;
  s->right = s->bottom = n;
  shrink(s, mask, 1, s->weights);
  shrink(s, target, 3, s->target);
  if (reference) shrink(s, reference, 3, s->reference);
  mark(s); /* from now on little more than the scene's part is looked at */
  gradient(s, s->target, s->light, s->edges[TARGET]);
  s->drawn = looks_drawn(s);
  return STYLEMAP_OK;
}

stylemap_status sm_scene_drawn(int size, const float *target, const float *mask, double *drawn, stylemap_error *error) {
  sm_scene s;
  SM_TRY(begin_scene(size, target, NULL, mask, &s, error));
  *drawn = s.drawn;
  sm_scene_free(&s);
  return STYLEMAP_OK;
}

stylemap_status sm_scene_new(int size, const float *target, const float *reference, const float *mask, sm_scene *s,
                             stylemap_error *error) {
  SM_TRY(begin_scene(size, target, reference, mask, s, error));
  find_offset(s);
  gradient(s, s->reference, s->light, s->edges[REFERENCE]);
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

static double size_of(const float v[3]) { return sqrt(((double)v[0] * v[0] + (double)v[1] * v[1] + (double)v[2] * v[2]) / 3); }

void sm_scene_collage(sm_scene *s, const float *first) { shrink(s, first, 3, s->first); }

void sm_scene_see(sm_scene *s, const sm_candidate *c, const float *image, float seen[SM_CHOICE_SEEN]) {
  const int n = s->size / s->step, plane = n * n;
  float *edges = s->edges[CANDIDATE];
  shrink(s, image, 3, s->seen);
  gradient(s, s->seen, s->light, edges);
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
      seen_log(differs(s, s->seen, s->first, 0)),
      seen_log(differs(s, s->seen, s->target, 1)),
      seen_log(added / edge),
      seen_log(colours_differ(s, s->seen, s->reference)),
      seen_log(colours_differ(s, s->seen, s->target)),
      c->clone,
      c->matched != 0,
      c->rounds == 1,
      c->rounds > 2,
      c->both != 0,
      (float)log(c->sigma),
      seen_log(s->usual),
      seen_log(s->misfit),
      seen_log(s->differ),
      seen_log(size_of(s->offset)),
      (float)s->agrees,
      (float)s->apart_edge,
      (float)s->apart,
      c->toned != 0,
      (float)s->drawn,
  };
  memcpy(seen, numbers, sizeof numbers);
}

static double regression(const sm_choice_net *net, const float seen[SM_CHOICE_SEEN]) {
  double result = net->bias;
  for (int h = 0; h < net->hidden; h++) {
    double sum = net->biases[h];
    for (int i = 0; i < SM_CHOICE_SEEN; i++) {
      const double v = (seen[i] - net->means[i]) / net->deviations[i];
      sum += net->weights[h][i] * (v < -CHOICE_FURTHEST ? -CHOICE_FURTHEST : v > CHOICE_FURTHEST ? CHOICE_FURTHEST : v);
    }
    if (sum > 0) result += net->outputs[h] * sum;
  }
  return result;
}

static double cleaner(const float seen[SM_CHOICE_SEEN]) { return CLEANER * (double)seen[TONED] * (double)seen[DRAWN]; }

double sm_choice_start(const float seen[SM_CHOICE_SEEN]) {
  return regression(seen[DRAWN] > 0.5f ? &choice_start_drawn : &choice_start_photographed, seen) - cleaner(seen);
}

double sm_choice_regret(const float seen[SM_CHOICE_SEEN]) {
  const double lines = LINES_PHOTOGRAPHED + seen[DRAWN] * (LINES_DRAWN - LINES_PHOTOGRAPHED);
  return regression(seen[DRAWN] > 0.5f ? &choice_heal_drawn : &choice_heal_photographed, seen) + lines * (1 - seen[0]) -
         cleaner(seen);
}

double sm_choice_detail(const float seen[SM_CHOICE_SEEN]) {
  return sm_choice_regret(seen) + SHARPER * (double)seen[DRAWN] * (1 - (double)seen[0]);
}
