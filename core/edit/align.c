/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where two pictures show the same thing, or have the same outlines: the reference's square moves, coarse to fine, to where its luminance
 * gradients agree best with the target's, or where these lie along the same lines. Neither light nor camera counts for a cosine of
 * gradients, nor which side is the darker one for lines (doubled angles, as of a structure tensor); no model is asked. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/place.h"
#include "frame/frame.h"

enum {
  SEEN = 128, FINE = 256,   /* pixels a side that are seen of the target's square; for lines, where it has as many */
  LEVELS = 3,               /* of half the size each */
  MARGIN = 6,               /* of SEEN: what lies at the square's border need not be in both */
  LEAST = 8,                /* so much of the square must be left beside the mask: one in LEAST */
  TURNS = 6,                /* most steps of a length */
  REACH = 3,                /* of SEEN: how far lines are looked for */
};
static const float FAINT = 0.05f; /* a gradient that counts by half as a line */

/* Steps of a level, as it is begun: sides, log of the scale and radians; they are halved so often. */
typedef struct steps { double move, turn; int halvings; } steps;
static const steps same[LEVELS] = {{0.5 / SEEN, 0.008, 3}, {1.0 / SEEN, 0.016, 2}, {3.0 / SEEN, 0.05, 2}};
static const steps lined[] = {{0.25 / SEEN, 0.004, 2}, {0.5 / SEEN, 0.008, 2}}; /* of FINE and of SEEN */

typedef struct aligning {
  int side, levels; /* pixels of the target that are seen; of the reference, a quarter more */
  int lines;        /* lines agree, not gradients */
  float *target[LEVELS], *reference[LEVELS], *weights[LEVELS]; /* light, light, 0 or 1 */
  float *across[LEVELS], *down[LEVELS];                        /* the target's gradient, or line */
  float *seen;                                                 /* of the side's square: the reference's light as it is looked at */
} aligning;

static int around_of(const aligning *a) { return a->side * 5 / 4; }

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

/* A gradient, as it is compared. */
static void direct(const aligning *a, float *across, float *down) {
  if (!a->lines) return;
  const float x = *across, y = *down, square = x * x + y * y, size = sqrtf(square) / 2;
  const float by = square > 0 ? size / (size + FAINT) / square : 0;
  *across = by * (x * x - y * y), *down = by * 2 * x * y;
}

/* The target's gradient where both are compared: beside the mask and not at the border. `mask` is of the side's square. How many of its
 * pixels these are. */
static int see_target(aligning *a, const float *mask) {
  int count = 0;
  for (int level = 0; level < a->levels; level++) {
    const int size = a->side >> level, step = 1 << level, margin = MARGIN * size / SEEN;
    if (level) halve(a->target[level - 1], 2 * size, a->target[level]);
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        int free = x >= margin && y >= margin && x < size - margin && y < size - margin;
        for (int j = (y - 1) * step; free && j < (y + 2) * step; j++)
          for (int i = (x - 1) * step; i < (x + 2) * step; i++) free &= mask[j * a->side + i] < 0.02f;
        const int at = y * size + x;
        a->weights[level][at] = (float)free;
        count += free && level == 0;
        a->across[level][at] = free ? across(a->target[level] + at) : 0;
        a->down[level][at] = free ? down(a->target[level] + at, size) : 0;
        direct(a, &a->across[level][at], &a->down[level][at]);
      }
  }
  return count;
}

/* Cosine of both gradients or lines when the reference's square has moved so. */
static double agree(const aligning *a, int level, const sm_shift *shift) {
  const int size = a->side >> level, wide = around_of(a) >> level;
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
    float of[2] = {across(a->seen + at), down(a->seen + at, size)};
    direct(a, &of[0], &of[1]);
    const double rx = (double)of[0], ry = (double)of[1];
    both += tx * rx + ty * ry, targets += tx * tx + ty * ty, references += rx * rx + ry * ry;
  }
  return both / sqrt(targets * references);
}

/* From `shift` on uphill, one number of it after the other. */
static double climb(const aligning *a, int level, const steps *step, sm_shift *shift) {
  double best = agree(a, level, shift), length = 1;
  for (int halving = 0; halving < step->halvings; halving++, length /= 2)
    for (int turn = 0, moved = 1; turn < TURNS && moved; turn++) {
      moved = 0;
      for (int k = 0; k < 8; k++) {
        sm_shift tried = *shift;
        double *numbers[] = {&tried.x, &tried.y, &tried.scale, &tried.angle};
        *numbers[k / 2] += (k % 2 ? -length : length) * (k / 2 < 2 ? step->move : step->turn);
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

/* Sees both where they lie; *count: pixels that are compared, 0 where too few are left. */
static stylemap_status see(aligning *a, const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                           const stylemap_layer *reference, const stylemap_placement *place, float *planes, int *count,
                           stylemap_error *error) {
  const int around = around_of(a);
  const size_t seen = (size_t)a->side * (size_t)a->side, more = (size_t)around * (size_t)around;
  const sm_part_of_square all = {0, 0, a->side, a->side};
  float *image = planes, *next = planes + 3 * more, *covered = next + seen;
  a->seen = next, next += 2 * seen;
  for (int level = 0; level < a->levels; level++) {
    float **parts[] = {&a->target[level], &a->weights[level], &a->across[level], &a->down[level], &a->reference[level]};
    for (int k = 0; k < 5; next += (k++ < 4 ? seen : more) >> 2 * level) *parts[k] = next;
  }
  const stylemap_placement wide = sm_place_move(place, &(sm_shift){.scale = log((double)around / a->side)});
  SM_TRY(stylemap_sample(target, at, a->side, image, error));
  light_of(image, seen, a->target[0]);
  if (mask) SM_TRY(sm_sample_mask_part(mask, at, a->side, &all, covered, error));
  *count = see_target(a, covered);
  if (*count < a->side * a->side / LEAST) *count = 0;
  if (!*count) return STYLEMAP_OK;
  SM_TRY(stylemap_sample(reference, &wide, around, image, error));
  light_of(image, more, a->reference[0]);
  for (int level = 1; level < a->levels; level++) halve(a->reference[level - 1], around >> (level - 1), a->reference[level]);
  return STYLEMAP_OK;
}

/* What `see` needs. */
static float *planes_of(const aligning *a, stylemap_error *error) {
  const size_t seen = (size_t)a->side * (size_t)a->side, more = (size_t)around_of(a) * (size_t)around_of(a);
  const size_t floats = 5 * more + 10 * seen;
  float *planes = sm_calloc(floats, sizeof *planes);
  if (!planes) sm_no_memory(error, floats * sizeof *planes);
  return planes;
}

stylemap_status stylemap_align(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                               const stylemap_layer *reference, stylemap_placement *place, double *agreement,
                               stylemap_error *error) {
  SM_TRY(check(target, mask, reference, place, agreement, error));
  aligning a = {.side = SEEN, .levels = LEVELS};
  sm_shift shift = {0};
  int count;
  stylemap_status status;
  float *planes = planes_of(&a, error);
  if (!planes) return STYLEMAP_NO_MEMORY;
  *agreement = 0;
  SM_TRY_DONE(see(&a, target, at, mask, reference, place, planes, &count, error));
  for (int level = LEVELS - 1; level >= 0 && count; level--) *agreement = climb(&a, level, &same[level], &shift);
  if (count) *place = sm_place_move(place, &shift);
done:
  sm_free(planes);
  return status;
}

/* The best of all moves by whole pixels of SEEN that are at least `near` and at most REACH of them away from `from`. */
static double best_around(const aligning *a, int level, double near, const sm_shift *from, sm_shift *best) {
  double most = -1;
  for (int y = -REACH; y <= REACH; y++)
    for (int x = -REACH; x <= REACH; x++) {
      sm_shift tried = *from;
      tried.x += (double)x / SEEN, tried.y += (double)y / SEEN;
      if (hypot(x, y) < near) continue;
      const double now = agree(a, level, &tried);
      if (now > most) most = now, *best = tried;
    }
  return most;
}

stylemap_status stylemap_align_lines(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *mask,
                                     const stylemap_layer *reference, stylemap_placement *place, double *clear, stylemap_error *error) {
  SM_TRY(check(target, mask, reference, place, clear, error));
  const int fine = at->side >= FINE && place->side >= FINE;
  aligning a = {.side = fine ? FINE : SEEN, .levels = fine ? 2 : 1, .lines = 1};
  sm_shift shift = {0}, other;
  int count;
  stylemap_status status;
  float *planes = planes_of(&a, error);
  if (!planes) return STYLEMAP_NO_MEMORY;
  *clear = 0;
  SM_TRY_DONE(see(&a, target, at, mask, reference, place, planes, &count, error));
  if (!count) goto done;
  best_around(&a, fine, 0, &(sm_shift){0}, &shift);
  double best = climb(&a, fine, &lined[1], &shift);
  *clear = best - best_around(&a, fine, 1.5, &shift, &other);
  if (fine) climb(&a, 0, &lined[0], &shift);
  *place = sm_place_move(place, &shift);
done:
  sm_free(planes);
  return status;
}
