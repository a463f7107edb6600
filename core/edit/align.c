/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where two pictures show the same thing: the reference's square moves, coarse to fine, to where its luminance gradients agree best
 * with the target's. Neither light nor camera counts for a cosine of gradients; no model is asked. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/place.h"
#include "frame/frame.h"

enum {
  SEEN = 128, AROUND = 160, /* pixels a side that are seen of the target's square; of the reference, a quarter more */
  LEVELS = 3,               /* of half the size each */
  MARGIN = 6,               /* of SEEN: what lies at the square's border need not be in both */
  LEAST = SEEN * SEEN / 8,  /* pixels that must be left beside the mask */
  TURNS = 6,                /* most steps of a length */
};
/* Steps of a level, as it is begun: sides, log of the scale and radians; they are halved so often. */
static const struct { double move, turn; int halvings; } steps[LEVELS] = {
    {0.5 / SEEN, 0.008, 3}, {1.0 / SEEN, 0.016, 2}, {3.0 / SEEN, 0.05, 2}};

typedef struct aligning {
  float *target[LEVELS], *reference[LEVELS], *weights[LEVELS]; /* light, light, 0 or 1 */
  float *across[LEVELS], *down[LEVELS];                        /* the target's gradient */
  float *seen;                                                 /* of SEEN x SEEN: the reference's light as it is looked at */
} aligning;

static void light_of(const float *image, size_t plane, float *light) {
  for (size_t i = 0; i < plane; i++) light[i] = 0.299f * image[i] + 0.587f * image[plane + i] + 0.114f * image[2 * plane + i];
}

static void halve(const float *from, int size, float *to) {
  for (int y = 0; y < size / 2; y++)
    for (int x = 0; x < size / 2; x++) {
      const float *p = from + 2 * y * size + 2 * x;
      to[y * (size / 2) + x] = (p[0] + p[1] + p[size] + p[size + 1]) / 4;
    }
}

static float across(const float *p) { return p[1] - p[-1]; }
static float down(const float *p, int size) { return p[size] - p[-size]; }

/* The target's gradient where both are compared: beside the mask and not at the border. `mask` is of SEEN. How many pixels of SEEN
 * these are. */
static int see_target(aligning *a, const float *mask) {
  int count = 0;
  for (int level = 0; level < LEVELS; level++) {
    const int size = SEEN >> level, step = 1 << level, margin = MARGIN >> level;
    if (level) halve(a->target[level - 1], 2 * size, a->target[level]);
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        int free = x >= margin && y >= margin && x < size - margin && y < size - margin;
        for (int j = (y - 1) * step; free && j < (y + 2) * step; j++)
          for (int i = (x - 1) * step; i < (x + 2) * step; i++) free &= mask[j * SEEN + i] < 0.02f;
        const int at = y * size + x;
        a->weights[level][at] = (float)free;
        count += free && level == 0;
        a->across[level][at] = free ? across(a->target[level] + at) : 0;
        a->down[level][at] = free ? down(a->target[level] + at, size) : 0;
      }
  }
  return count;
}

/* Cosine of both gradients when the reference's square has moved so. */
static double agree(const aligning *a, int level, const sm_shift *shift) {
  const int size = SEEN >> level, wide = AROUND >> level;
  const double k = exp(shift->scale), c = k * cos(shift->angle), s = k * sin(shift->angle);
  const float *from = a->reference[level];
  double both = 0, targets = 1e-9, references = 1e-9;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      const double u = x + 0.5 - size / 2.0, v = y + 0.5 - size / 2.0;
      double px = c * u - s * v + shift->x * size + wide / 2.0 - 0.5, py = s * u + c * v + shift->y * size + wide / 2.0 - 0.5;
      px = fmin(fmax(px, 0), wide - 1.001), py = fmin(fmax(py, 0), wide - 1.001);
      const int i = (int)px, j = (int)py;
      const float fx = (float)(px - i), fy = (float)(py - j), *p = from + j * wide + i;
      const float upper = p[0] + fx * (p[1] - p[0]), lower = p[wide] + fx * (p[wide + 1] - p[wide]);
      a->seen[y * size + x] = upper + fy * (lower - upper);
    }
  for (int at = size; at < size * (size - 1); at++) {
    if (!(a->weights[level][at] > 0)) continue;
    const double tx = (double)a->across[level][at], ty = (double)a->down[level][at];
    const double rx = (double)across(a->seen + at), ry = (double)down(a->seen + at, size);
    both += tx * rx + ty * ry, targets += tx * tx + ty * ty, references += rx * rx + ry * ry;
  }
  return both / sqrt(targets * references);
}

/* From `shift` on uphill, one number of it after the other. */
static double climb(const aligning *a, int level, sm_shift *shift) {
  double best = agree(a, level, shift), length = 1;
  for (int halving = 0; halving < steps[level].halvings; halving++, length /= 2)
    for (int turn = 0, moved = 1; turn < TURNS && moved; turn++) {
      moved = 0;
      for (int k = 0; k < 8; k++) {
        sm_shift tried = *shift;
        double *numbers[] = {&tried.x, &tried.y, &tried.scale, &tried.angle};
        *numbers[k / 2] += (k % 2 ? -length : length) * (k / 2 < 2 ? steps[level].move : steps[level].turn);
        const double now = agree(a, level, &tried);
        if (!(now > best + 1e-5)) continue;
        best = now, *shift = tried, moved = 1;
      }
    }
  return best;
}

static stylemap_status check(const stylemap_layer *target, const stylemap_layer *mask, const stylemap_layer *reference,
                             const stylemap_placement *place, const double *agreement, stylemap_error *error) {
  if (target && reference && place && agreement && (!mask || (mask->width == target->width && mask->height == target->height)))
    return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A mask must have the size of the target."), NULL);
}

stylemap_status stylemap_align(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                               const stylemap_layer *reference, stylemap_placement *place, double *agreement,
                               stylemap_error *error) {
  const size_t seen = (size_t)SEEN * SEEN, around = (size_t)AROUND * AROUND;
  const sm_part_of_square all = {0, 0, SEEN, SEEN};
  SM_TRY(check(target, mask, reference, place, agreement, error));
  stylemap_status status;
  float *planes = sm_calloc(3 * around + 2 * around + 10 * seen, sizeof(float)), *image = planes, *next = planes + 3 * around;
  if (!planes) return sm_no_memory(error, (5 * around + 10 * seen) * sizeof(float));
  aligning a = {.seen = next};
  next += seen;
  float *covered = next;
  next += seen;
  for (int level = 0; level < LEVELS; level++) {
    float **parts[] = {&a.target[level], &a.weights[level], &a.across[level], &a.down[level], &a.reference[level]};
    for (int k = 0; k < 5; next += (k++ < 4 ? seen : around) >> 2 * level) *parts[k] = next;
  }
  const stylemap_placement wide = sm_place_move(place, &(sm_shift){.scale = log((double)AROUND / SEEN)});
  SM_TRY_DONE(stylemap_sample(target, at, SEEN, image, error));
  light_of(image, seen, a.target[0]);
  if (mask) SM_TRY_DONE(sm_sample_mask_part(mask, at, SEEN, &all, covered, error));
  *agreement = 0;
  if (see_target(&a, covered) < LEAST) goto done;
  SM_TRY_DONE(stylemap_sample(reference, &wide, AROUND, image, error));
  light_of(image, around, a.reference[0]);
  for (int level = 1; level < LEVELS; level++) halve(a.reference[level - 1], AROUND >> (level - 1), a.reference[level]);
  sm_shift shift = {0};
  for (int level = LEVELS - 1; level >= 0; level--) *agreement = climb(&a, level, &shift);
  *place = sm_place_move(place, &shift);
done:
  sm_free(planes);
  return status;
}
