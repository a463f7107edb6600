/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures to learn from. A training picture ends at its square's edge; a subject in a user's picture goes on, lies among
 * other things, or is cut off by the layer's edge, which then repeats. A regressor that has only seen one of these would
 * go by the edge and not by the subject, so all of them are drawn. */
#include <math.h>

#include "edit/place.h"
#include "network/network.h"

enum { FINER = 2 }; /* samples a pixel, across and down */

double sm_place_uniform(sm_random *random, double least, double most) {
  return least + (most - least) * (sm_random_bits(random) + 0.5) / 4294967296.0;
}

typedef enum surroundings { REPEATED, MIRRORED, OTHER, COLOUR, SIDES, SURROUNDINGS } surroundings;

typedef struct scene {
  const float *picture, *other;
  int size;
  surroundings kind;
  int cut;             /* the layer ends somewhere: */
  double cosine, sine; /* it is turned */
  double least[2], most[2];
  sm_affine elsewhere; /* where the other picture lies */
  float colour[3];
  double edge;         /* how sharp the picture's own edge is */
} scene;

/* The three colours at u, v (0 .. 1 on the picture), whose edge repeats or, beyond it, mirrors. */
static void look(const float *picture, int size, double u, double v, int mirrored, double *colour) {
  double at[2] = {u, v};
  for (int k = 0; k < 2; k++) {
    if (mirrored) at[k] = fabs(at[k] - 2 * floor(at[k] / 2 + 0.5)); /* period 2, even */
    at[k] = at[k] * size - 0.5;
    at[k] = at[k] < 0 ? 0 : at[k] > size - 1 ? size - 1 : at[k];
  }
  const int x = (int)at[0], y = (int)at[1], right = x + 1 < size, down = y + 1 < size ? size : 0;
  const double fx = at[0] - x, fy = at[1] - y;
  const float *p = picture + (size_t)y * (size_t)size + x;
  for (int c = 0; c < 3; c++, p += (size_t)size * (size_t)size)
    colour[c] = (1 - fy) * ((1 - fx) * p[0] + fx * p[right]) + fy * ((1 - fx) * p[down] + fx * p[down + right]);
}

static void draw_surroundings(scene *s, sm_random *r) {
  s->kind = (surroundings)(sm_random_bits(r) % SURROUNDINGS);
  s->cut = sm_random_bits(r) % 10 < 7;
  const double turned = sm_random_bits(r) % 10 < 7 ? sm_place_uniform(r, -0.6, 0.6) : 0;
  s->cosine = cos(turned), s->sine = sin(turned);
  for (int k = 0; k < 2; k++) {
    const int low = sm_random_bits(r) % 2, high = sm_random_bits(r) % 2;
    s->least[k] = low ? sm_place_uniform(r, -0.5, -0.25) : -0.5 - sm_place_uniform(r, 0, 1);
    s->most[k] = high ? sm_place_uniform(r, 0.25, 0.5) : 0.5 + sm_place_uniform(r, 0, 1);
  }
  const stylemap_placement usual = {.x = 0.5, .y = 0.5, .side = 1};
  const double x = sm_place_uniform(r, -0.7, 0.7), y = sm_place_uniform(r, -0.7, 0.7);
  const double scale = sm_place_uniform(r, -0.7, 0.7), angle = sm_place_uniform(r, -0.5, 0.5);
  const stylemap_placement there = sm_place_move(&usual, &(sm_shift){x, y, scale, angle});
  s->elsewhere = sm_affine_of(&there, 1);
  s->edge = sm_random_bits(r) % 2 ? 2.0 * s->size : 30;
  const size_t plane = (size_t)s->size * (size_t)s->size;
  for (size_t c = 0; c < 3; c++) {
    double sum = 0;
    for (size_t y1 = 0; s->kind == SIDES && y1 < (size_t)s->size; y1++)
      sum += s->picture[c * plane + y1 * (size_t)s->size] + s->picture[c * plane + (y1 + 1) * (size_t)s->size - 1];
    const double any = sm_place_uniform(r, -1, 1);
    s->colour[c] = (float)(s->kind == SIDES ? sum / (2.0 * s->size) : any);
  }
}

/* u, v: 0 .. 1 on the picture's own square. */
static void look_at(const scene *s, double u, double v, double *colour) {
  if (s->cut) {
    double x = s->cosine * (u - 0.5) + s->sine * (v - 0.5), y = s->cosine * (v - 0.5) - s->sine * (u - 0.5);
    x = x < s->least[0] ? s->least[0] : x > s->most[0] ? s->most[0] : x;
    y = y < s->least[1] ? s->least[1] : y > s->most[1] ? s->most[1] : y;
    u = 0.5 + s->cosine * x - s->sine * y;
    v = 0.5 + s->sine * x + s->cosine * y;
  }
  look(s->picture, s->size, u, v, s->kind == MIRRORED, colour);
  if (s->kind == REPEATED || s->kind == MIRRORED) return;
  const double out = s->edge * (fmax(fabs(u - 0.5), fabs(v - 0.5)) - 0.5);
  if (out < -7) return;
  const double weight = out > 7 ? 0 : 1 / (1 + exp(out));
  double around[3] = {s->colour[0], s->colour[1], s->colour[2]};
  if (s->kind == OTHER) {
    double x, y;
    sm_affine_at(&s->elsewhere, u, v, &x, &y);
    look(s->other, s->size, x, y, 1, around);
  }
  for (int c = 0; c < 3; c++) colour[c] = weight * colour[c] + (1 - weight) * around[c];
}

void sm_place_scene(const float *picture, const float *other, int size, const sm_shift *shift, sm_random *r,
                    float *image) {
  scene s = {.picture = picture, .other = other, .size = size};
  draw_surroundings(&s, r);
  double gain[3], offset[3];
  for (int c = 0; c < 3; c++) gain[c] = exp(0.08 * sm_random_normal(r)), offset[c] = 0.05 * sm_random_normal(r);
  const stylemap_placement usual = {.x = 0.5, .y = 0.5, .side = 1}, shifted = sm_place_move(&usual, shift);
  const sm_affine map = sm_affine_of(&shifted, size * FINER);
  const size_t plane = sm_pixels(size);
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      double sum[3] = {0};
      for (int k = 0; k < FINER * FINER; k++) {
        double u, v, colour[3];
        sm_affine_at(&map, FINER * x + k % FINER + 0.5, FINER * y + k / FINER + 0.5, &u, &v);
        look_at(&s, u, v, colour);
        for (int c = 0; c < 3; c++) sum[c] += colour[c] / (FINER * FINER);
      }
      for (int c = 0; c < 3; c++) {
        const double value = gain[c] * sum[c] + offset[c];
        image[(size_t)c * plane + (size_t)y * (size_t)size + (size_t)x] = (float)(value < -1 ? -1 : value > 1 ? 1 : value);
      }
    }
}
