/* SPDX-License-Identifier: GPL-3.0-or-later
 * Minimises over the grid's cells i inside the region, of neighbours i, j and of colours r of the reference,
 *     sum w_ij |s_i - s_j|^2 + LEAST |s_i|^2,  w_ij = exp(-|r_i - r_j|^2 / ALIKE^2) + ACROSS,
 * with s_j the difference of target and reference where j is outside, by how far that is believed (Levin et al. 2004, with a screen). */
#include "edit/tone.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/detail.h"

/* Colours of -1..1, roots of the mean square. On drawn truth and photographs by the paste alone: core/README.md, "Healing". */
static const float ALIKE = 0.06f, ACROSS = 5e-5f;
static const float LEAST = 1e-4f;    /* cells of a 128th of the square */
static const float MET = 0.2f;       /* colours that are met with each other */
static const float SAME = 0.1f, OTHER = 0.6f; /* a rival: with the same colour on one side, another one on the other */
static const float DOUBTED = 0.4f, BELIEVED = 0.6f; /* shares of what is met, against the strongest rival */
static const float AROUND = 0.5f, SELECTED = 0.7f;  /* so much of a colour lies in the region: it is what is around; it is what was selected */
static const float CAST = 0.15f, RECOLOURED = 0.35f; /* but differences as of another light are believed of that, too */
static const float AS_NOTHING = 0.1f; /* a colour of which nothing is believed stays as it is, by so much of the weight */
enum { MOST = 512 /* cells at the edge that others are compared with */, TURNS = 300 };
static const double NEAR_ENOUGH = 1e-3; /* of the residual */

/* The grid that is solved. */
typedef struct grid {
  int width, height;
  float *colours, *differences; /* 3 planes each, of -1..1 */
  float *counts, *known;
  float *right, *down; /* weights to the neighbours */
  float *edge; /* 1: outside, but it touches the inside or has a part of it */
  float *trust, *doubt; /* there: how far it is believed; how little that is of any of its colour */
  float *s, *r, *d, *a; /* 3 planes each: the solution, what is left, the direction, A d */
  float *diagonal;
} grid;

enum { PLANES = 3 + 3 + 1 + 1 + 1 + 1 + 3 + 4 * 3 + 1 };

static size_t cells_of(const grid *g) { return (size_t)g->width * (size_t)g->height; }

static int inside(const grid *g, size_t i) { return !(g->counts[i] > 0); }

/* Means over step x step cells. */
static void gather(const sm_tone_cells *c, grid *g) {
  const size_t cells = (size_t)c->width * (size_t)c->height, count = cells_of(g);
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++) {
      const size_t from = (size_t)y * (size_t)c->width + (size_t)x;
      const size_t to = (size_t)(y / c->step) * (size_t)g->width + (size_t)(x / c->step);
      g->counts[to] += c->counts[from], g->known[to] += c->known[from];
      for (size_t p = 0; p < 3; p++) {
        g->colours[p * count + to] += 2 * c->known[from] * c->reference[p * cells + from];
        if (c->counts[from] > 0) g->differences[p * count + to] += 2 * c->counts[from] * c->differences[p * cells + from];
      }
    }
  for (size_t i = 0; i < 3 * count; i++) {
    const float known = g->known[i % count], counts = g->counts[i % count];
    if (known > 0) g->colours[i] /= known;
    if (counts > 0) g->differences[i] /= counts;
  }
}

/* The mean squared difference of two cells' colours; `more` is added to both (the target's), or NULL. */
static float apart(const grid *g, const float *more, size_t a, size_t b) {
  const size_t count = cells_of(g);
  float sum = 0;
  for (size_t p = 0; p < 3; p++) {
    const float d = g->colours[p * count + a] - g->colours[p * count + b] + (more ? more[p * count + a] - more[p * count + b] : 0);
    sum += d * d;
  }
  return sum / 3;
}

static float like(float apart, float width) { return expf(-apart / (width * width)); }

/* Is the cell outside, but touches the inside, or has a part of it? */
static int at_edge(const grid *g, int x, int y) {
  const size_t i = (size_t)y * (size_t)g->width + (size_t)x;
  if (inside(g, i)) return 0;
  int near = g->counts[i] < g->known[i];
  for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < g->height; v++)
    for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < g->width; u++) near |= inside(g, (size_t)v * (size_t)g->width + (size_t)u);
  return near;
}

/* At most MOST cells at the edge, evenly. */
static int sample_edge(const grid *g, size_t *some) {
  int all = 0, found = 0;
  for (size_t i = 0; i < cells_of(g); i++) all += g->edge[i] > 0;
  const int every = all / MOST + 1;
  for (size_t i = 0, seen = 0; i < cells_of(g); i++)
    if (g->edge[i] > 0 && seen++ % (size_t)every == 0) some[found++] = i;
  return found;
}

/* How often the cell's pair of colours is met at the edge. */
static float meets(const grid *g, size_t cell, const size_t *some, int count) {
  float met = 0;
  for (int j = 0; j < count; j++) met += like(apart(g, NULL, cell, some[j]) + apart(g, g->differences, cell, some[j]), MET);
  return met;
}

/* How far the cell's colour is what was selected, and another one beyond. */
static float selected(const grid *g, const sm_content *content, size_t cell) {
  float colour[3], square = 0;
  for (size_t p = 0; p < 3; p++) {
    const float d = g->differences[p * cells_of(g) + cell];
    colour[p] = g->colours[p * cells_of(g) + cell] / 2;
    square += d * d / 3;
  }
  return sm_rise(sqrtf(square), CAST, RECOLOURED) * sm_rise(sm_content_share(content, colour, SAME / 2), AROUND, SELECTED);
}

/* How far each cell at the edge is believed: how often its pair of colours is met there, against the pair that one of both is met in most. */
static void believe(grid *g, const sm_content *content) {
  size_t some[MOST];
  float met[MOST];
  const int count = sample_edge(g, some);
  for (int i = 0; i < count; i++) met[i] = meets(g, some[i], some, count);
  for (size_t i = 0; i < cells_of(g); i++) {
    if (!(g->edge[i] > 0)) continue;
    float rival = 0;
    for (int j = 0; j < count; j++) {
      const float of = apart(g, NULL, i, some[j]), to = apart(g, g->differences, i, some[j]);
      const float either = fmaxf(like(to, SAME) * (1 - like(of, OTHER)), like(of, SAME) * (1 - like(to, OTHER)));
      rival = fmaxf(rival, either * met[j]);
    }
    const float own = meets(g, i, some, count);
    g->trust[i] = sm_rise(own / (own + rival), DOUBTED, BELIEVED) * (1 - selected(g, content, i));
  }
  for (size_t i = 0; i < cells_of(g); i++) {
    float most = 0;
    if (!(g->edge[i] > 0)) continue;
    for (int j = 0; j < count; j++) most = fmaxf(most, like(apart(g, NULL, i, some[j]), SAME) * g->trust[some[j]]);
    g->doubt[i] = 1 - most;
  }
}

/* Weights between neighbours, the equations' diagonal, and what the edge prescribes, into r. */
static void set_up(grid *g, float least) {
  const size_t count = cells_of(g), w = (size_t)g->width;
  for (int y = 0; y < g->height; y++)
    for (int x = 0; x < g->width; x++) {
      const size_t i = (size_t)y * w + (size_t)x;
      g->right[i] = x + 1 < g->width ? like(apart(g, NULL, i, i + 1), ALIKE) + ACROSS : 0;
      g->down[i] = y + 1 < g->height ? like(apart(g, NULL, i, i + w), ALIKE) + ACROSS : 0;
      g->diagonal[i] = least;
    }
  for (size_t i = 0; i < count; i++)
    for (int k = 0; k < 2; k++) {
      const float weight = k ? g->down[i] : g->right[i];
      const size_t other = i + (k ? w : 1);
      if (!(weight > 0) || (!inside(g, i) && !inside(g, other))) continue;
      if (inside(g, i) && inside(g, other)) {
        g->diagonal[i] += weight, g->diagonal[other] += weight;
        continue;
      }
      const size_t in = inside(g, i) ? i : other, out = inside(g, i) ? other : i;
      g->diagonal[in] += weight * (g->trust[out] + AS_NOTHING * g->doubt[out]);
      for (size_t p = 0; p < 3; p++) g->r[p * count + in] += weight * g->trust[out] * g->differences[p * count + out];
    }
}

/* a := A d, of the cells inside. */
static void apply(grid *g) {
  const size_t count = cells_of(g), w = (size_t)g->width;
  for (size_t p = 0; p < 3; p++) {
    const float *d = g->d + p * count;
    float *a = g->a + p * count;
    for (size_t i = 0; i < count; i++) a[i] = g->diagonal[i] * d[i];
    for (size_t i = 0; i < count; i++) { /* d is 0 outside */
      if (i + 1 < count) a[i] -= g->right[i] * d[i + 1], a[i + 1] -= g->right[i] * d[i];
      if (i + w < count) a[i] -= g->down[i] * d[i + w], a[i + w] -= g->down[i] * d[i];
    }
    for (size_t i = 0; i < count; i++) a[i] = inside(g, i) ? a[i] : 0;
  }
}

/* Conjugate gradients, preconditioned by the diagonal, all three planes as one system. */
static void solve(grid *g) {
  const size_t count = cells_of(g), numbers = 3 * count;
  double rho = 0, first = 0;
  for (size_t i = 0; i < numbers; i++) {
    g->d[i] = g->r[i] / g->diagonal[i % count];
    rho += (double)g->r[i] * g->d[i];
  }
  first = rho;
  for (int turn = 0; turn < TURNS && rho > NEAR_ENOUGH * NEAR_ENOUGH * first; turn++) {
    double curvature = 0, next = 0;
    apply(g);
    for (size_t i = 0; i < numbers; i++) curvature += (double)g->d[i] * g->a[i];
    if (!(curvature > 0)) return;
    const float step = (float)(rho / curvature);
    for (size_t i = 0; i < numbers; i++) {
      g->s[i] += step * g->d[i], g->r[i] -= step * g->a[i];
      next += (double)g->r[i] * g->r[i] / g->diagonal[i % count];
    }
    const float back = (float)(next / rho);
    for (size_t i = 0; i < numbers; i++) g->d[i] = g->r[i] / g->diagonal[i % count] + back * g->d[i];
    rho = next;
  }
}

static float added(const grid *g, size_t p, size_t i) {
  return (inside(g, i) ? g->s[p * cells_of(g) + i] : g->trust[i] * g->differences[p * cells_of(g) + i]) / 2;
}

/* From the grid to the cells: of the three by three around, what lies near, on this side of the reference's edges. */
static void spread(const sm_tone_cells *c, const grid *g, float *tone) {
  static const float far = 1e-4f; /* across an edge, where nothing lies on this side */
  const size_t cells = (size_t)c->width * (size_t)c->height, count = cells_of(g);
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++) {
      const size_t at = (size_t)y * (size_t)c->width + (size_t)x;
      const float u = ((float)x + 0.5f) / (float)c->step - 0.5f, v = ((float)y + 0.5f) / (float)c->step - 0.5f;
      float sums[3] = {0}, weights = 0;
      for (int j = y / c->step - 1; j <= y / c->step + 1; j++)
        for (int i = x / c->step - 1; i <= x / c->step + 1; i++) {
          if (i < 0 || j < 0 || i >= g->width || j >= g->height) continue;
          const size_t from = (size_t)j * (size_t)g->width + (size_t)i;
          const float across = 1.5f - fabsf(u - (float)i), along = 1.5f - fabsf(v - (float)j);
          if (!(across > 0 && along > 0) || !(inside(g, from) || g->edge[from] > 0)) continue;
          float square = 0;
          for (size_t p = 0; p < 3; p++) {
            const float d = 2 * c->reference[p * cells + at] - g->colours[p * count + from];
            square += d * d / 3;
          }
          const float weight = across * along * (like(square, ALIKE) + far);
          weights += weight;
          for (size_t p = 0; p < 3; p++) sums[p] += weight * added(g, p, from);
        }
      for (size_t p = 0; p < 3; p++) tone[p * cells + at] = weights > 0 ? sums[p] / weights : 0;
    }
}

static void lay_out(grid *g, float *memory) {
  const size_t count = cells_of(g);
  float **parts[] = {&g->colours, &g->differences, &g->s, &g->r, &g->d, &g->a, &g->counts, &g->known, &g->right, &g->down, &g->edge, &g->trust, &g->doubt, &g->diagonal};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; memory += (k++ < 6 ? 3 : 1) * count) *parts[k] = memory;
}

stylemap_status sm_tone(const sm_tone_cells *c, float *tone, stylemap_error *error) {
  grid g = {.width = (c->width + c->step - 1) / c->step, .height = (c->height + c->step - 1) / c->step};
  float *memory = sm_calloc(cells_of(&g), PLANES * sizeof *memory);
  if (!memory) return sm_no_memory(error, cells_of(&g) * PLANES * sizeof *memory);
  lay_out(&g, memory);
  gather(c, &g);
  for (int i = 0; i < g.width * g.height; i++) g.edge[i] = (float)at_edge(&g, i % g.width, i / g.width);
  believe(&g, c->content);
  set_up(&g, LEAST * (float)(c->side * c->side));
  solve(&g);
  if (c->step > 1) spread(c, &g, tone);
  for (size_t i = 0; c->step == 1 && i < 3 * cells_of(&g); i++) tone[i] = added(&g, i / cells_of(&g), i % cells_of(&g));
  sm_free(memory);
  return STYLEMAP_OK;
}
