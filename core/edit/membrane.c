/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cascadic: each level of half the side has averages of the values around the region; the coarsest is relaxed until it
 * stands, each finer one begins with the one below it and a few sweeps take out what that could not show. */
#include "edit/membrane.h"

#include <string.h>

#include "base/memory.h"

enum { LEVELS = 16, SWEEPS = 18, MORE_SWEEPS = 10, /* a coarser level */ SMALLEST = 8, PLANES = 3 };

typedef struct level {
  int width, height;
  float *values;         /* PLANES x height x width */
  unsigned char *inside; /* height x width */
} level;

static size_t pixels_of(const level *l) { return (size_t)l->width * (size_t)l->height; }

/* A coarse pixel is inside if all of its fine ones are; else it is the average of those that are not. */
static void coarsen(const level *fine, level *coarse) {
  for (int y = 0; y < coarse->height; y++)
    for (int x = 0; x < coarse->width; x++) {
      float sum[PLANES] = {0};
      int count = 0;
      for (int k = 0; k < 4; k++) {
        const int fx = 2 * x + (k & 1), fy = 2 * y + (k >> 1);
        if (fx >= fine->width || fy >= fine->height) continue;
        const size_t at = (size_t)fy * (size_t)fine->width + (size_t)fx;
        if (fine->inside[at]) continue;
        count++;
        for (size_t p = 0; p < PLANES; p++) sum[p] += fine->values[p * pixels_of(fine) + at];
      }
      const size_t to = (size_t)y * (size_t)coarse->width + (size_t)x;
      coarse->inside[to] = !count;
      for (size_t p = 0; p < PLANES; p++) coarse->values[p * pixels_of(coarse) + to] = count ? sum[p] / (float)count : 0;
    }
}

/* What is inside of the fine level begins with the coarse one, linearly. */
static void refine(const level *coarse, level *fine) {
  for (int y = 0; y < fine->height; y++)
    for (int x = 0; x < fine->width; x++) {
      const size_t at = (size_t)y * (size_t)fine->width + (size_t)x;
      if (!fine->inside[at]) continue;
      const int x0 = x / 2, y0 = y / 2;
      int x1 = x0 + (x & 1 ? 1 : -1), y1 = y0 + (y & 1 ? 1 : -1);
      x1 = x1 < 0 || x1 >= coarse->width ? x0 : x1;
      y1 = y1 < 0 || y1 >= coarse->height ? y0 : y1;
      for (size_t p = 0; p < PLANES; p++) {
        const float *c = coarse->values + p * pixels_of(coarse);
        const float *r0 = c + (size_t)y0 * (size_t)coarse->width, *r1 = c + (size_t)y1 * (size_t)coarse->width;
        fine->values[p * pixels_of(fine) + at] = 0.5625f * r0[x0] + 0.1875f * (r0[x1] + r1[x0]) + 0.0625f * r1[x1];
      }
    }
}

/* Gauss-Seidel on the pixels of one colour of a chess board, over-relaxed. */
static void sweep(level *l, int colour, float relax) {
  for (int y = 0; y < l->height; y++)
    for (int x = (y + colour) & 1; x < l->width; x += 2) {
      const size_t w = (size_t)l->width, at = (size_t)y * w + (size_t)x;
      if (!l->inside[at]) continue;
      const int left = x > 0, right = x + 1 < l->width, up = y > 0, down = y + 1 < l->height;
      const float share = 1 / (float)(left + right + up + down);
      for (size_t p = 0; p < PLANES; p++) {
        float *v = l->values + p * pixels_of(l) + at;
        const float sum = (left ? v[-1] : 0) + (right ? v[1] : 0) + (up ? *(v - w) : 0) + (down ? v[w] : 0);
        *v += relax * (sum * share - *v);
      }
    }
}

static void relax(level *l, int sweeps, float by) {
  for (int k = 0; k < sweeps; k++) sweep(l, 0, by), sweep(l, 1, by);
}

/* Where the coarsest level begins: at the average of what is around. */
static void begin(level *l) {
  double sum[PLANES] = {0};
  size_t count = 0;
  for (size_t i = 0; i < pixels_of(l); i++) {
    count += !l->inside[i];
    for (size_t p = 0; p < PLANES && !l->inside[i]; p++) sum[p] += l->values[p * pixels_of(l) + i];
  }
  for (size_t i = 0; i < pixels_of(l); i++)
    for (size_t p = 0; p < PLANES && l->inside[i]; p++) l->values[p * pixels_of(l) + i] = (float)(sum[p] / (double)count);
}

stylemap_status sm_membrane(float *values, const unsigned char *inside, int width, int height, stylemap_error *error) {
  level levels[LEVELS] = {{width, height, values, NULL}};
  int count = 1, any = 0;
  size_t coarse_pixels = 0;
  for (size_t i = 0; i < pixels_of(&levels[0]); i++) any |= !inside[i];
  if (!any) { /* nothing prescribes anything: no difference */
    memset(values, 0, sizeof(float) * PLANES * pixels_of(&levels[0]));
    return STYLEMAP_OK;
  }
  while (count < LEVELS && levels[count - 1].width > SMALLEST && levels[count - 1].height > SMALLEST) {
    const level *l = &levels[count - 1];
    levels[count] = (level){.width = (l->width + 1) / 2, .height = (l->height + 1) / 2};
    coarse_pixels += pixels_of(&levels[count++]);
  }
  float *memory = sm_alloc(coarse_pixels + 1, PLANES * sizeof(float) + 1);
  if (!memory) return sm_no_memory(error, coarse_pixels * (PLANES * sizeof(float) + 1));
  float *floats = memory;
  unsigned char *bytes = (unsigned char *)(memory + PLANES * coarse_pixels);
  levels[0].inside = (unsigned char *)inside; /* never written: coarsen fills the others */
  for (int k = 1; k < count; k++) {
    levels[k].values = floats, levels[k].inside = bytes;
    floats += PLANES * pixels_of(&levels[k]), bytes += pixels_of(&levels[k]);
    coarsen(&levels[k - 1], &levels[k]);
  }
  for (int k = count - 1; k >= 0; k--) {
    if (k == count - 1) begin(&levels[k]);
    else refine(&levels[k + 1], &levels[k]);
    relax(&levels[k], SWEEPS + k * MORE_SWEEPS, 1.5f); /* over-relaxation carries what is far */
    relax(&levels[k], 2, 1);
  }
  sm_free(memory);
  return STYLEMAP_OK;
}
