/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cascadic: each level of half the side has averages of the values around the region; the coarsest is relaxed until it
 * stands, each finer one begins with the one below it and a few sweeps take out what that could not show. What that is
 * fades within a few pixels of the region's edge, so only those are swept where a level is large. */
#include "edit/membrane.h"

#include <string.h>

#include "base/memory.h"

enum { LEVELS = 16, SWEEPS = 18, MORE_SWEEPS = 10, /* a coarser level */ SMALLEST = 8, PLANES = 3,
       NEAR = 32 /* pixels of a region's edge that are swept */ };

typedef struct level {
  int width, height;
  float *values;         /* PLANES x height x width */
  unsigned char *inside; /* height x width */
} level;

/* Pixels x .. end - 1 of row y, all inside and near what is not. */
typedef struct run {
  int y, x, end;
} run;

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

/* Steps to the nearest pixel that is not inside, across and down, NEAR + 1 at most. */
static void distances(const level *l, unsigned char *steps) {
  const size_t w = (size_t)l->width, count = pixels_of(l);
  for (size_t i = 0; i < count; i++) {
    int least = l->inside[i] ? NEAR : -1;
    if (least > 0 && i % w && steps[i - 1] < least) least = steps[i - 1];
    if (least > 0 && i >= w && steps[i - w] < least) least = steps[i - w];
    steps[i] = (unsigned char)(least + 1);
  }
  for (size_t i = count; i-- > 0;) {
    int least = steps[i] - 1;
    if (least > 0 && i % w != w - 1 && steps[i + 1] < least) least = steps[i + 1];
    if (least > 0 && i + w < count && steps[i + w] < least) least = steps[i + w];
    steps[i] = (unsigned char)(least + 1);
  }
}

/* What is swept: `*runs` (or only their count, where it is NULL). */
static size_t runs_of(const level *l, const unsigned char *steps, run *runs) {
  size_t count = 0;
  for (int y = 0; y < l->height; y++) {
    const unsigned char *row = steps + (size_t)y * (size_t)l->width;
    for (int x = 0; x < l->width; x++) {
      const int first = x;
      while (x < l->width && row[x] > 0 && row[x] <= NEAR) x++;
      if (x == first) continue;
      if (runs) runs[count] = (run){y, first, x};
      count++;
    }
  }
  return count;
}

/* Gauss-Seidel on the pixels of one colour of a chess board, over-relaxed. */
static void sweep(level *l, const run *runs, size_t count, int colour, float relax) {
  const size_t w = (size_t)l->width;
  for (size_t k = 0; k < count; k++) {
    const run r = runs[k];
    const int up = r.y > 0, down = r.y + 1 < l->height;
    for (int x = r.x + ((r.x + r.y + colour) & 1); x < r.end; x += 2) {
      const int left = x > 0, right = x + 1 < l->width;
      const float share = relax / (float)(left + right + up + down);
      float *v = l->values + (size_t)r.y * w + (size_t)x;
      for (size_t p = 0; p < PLANES; p++, v += pixels_of(l)) {
        const float sum = (left ? v[-1] : 0) + (right ? v[1] : 0) + (up ? *(v - w) : 0) + (down ? v[w] : 0);
        *v += sum * share - relax * *v;
      }
    }
  }
}

static stylemap_status relax(level *l, int sweeps, stylemap_error *error) {
  unsigned char *steps = sm_alloc(pixels_of(l), 1);
  if (!steps) return sm_no_memory(error, pixels_of(l));
  distances(l, steps);
  const size_t count = runs_of(l, steps, NULL);
  run *runs = sm_alloc(count, sizeof *runs);
  if (runs) runs_of(l, steps, runs);
  sm_free(steps);
  if (!runs) return sm_no_memory(error, count * sizeof *runs);
  for (int k = 0; k < sweeps + 2; k++)
    for (int colour = 0; colour < 2; colour++)
      sweep(l, runs, count, colour, k < sweeps ? 1.5f : 1); /* over-relaxation carries what is far */
  sm_free(runs);
  return STYLEMAP_OK;
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
  stylemap_status status = STYLEMAP_OK;
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
  for (int k = count - 1; k >= 0 && status == STYLEMAP_OK; k--) {
    if (k == count - 1) begin(&levels[k]);
    else refine(&levels[k + 1], &levels[k]);
    status = relax(&levels[k], SWEEPS + k * MORE_SWEEPS, error);
  }
  sm_free(memory);
  return status;
}
