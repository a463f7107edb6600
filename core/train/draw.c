/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/draw.h"

/* Streams of the run's seed beside those of the first weights (learner.c takes 3 seed + 0 .. 2). */
enum { ORDER = 11, MIRROR = 12, NOISE = 13, CANDIDATES = 14, GAME = 15, DAMAGE = 16, COLLAGE = 17,
       MIXTURE = 18, VIEW = 19, PAIR = 20 };

static uint64_t stream_seed(uint64_t seed, int use) { return seed * 0x9E3779B97F4A7C15u + (uint64_t)use; }

static uint32_t hash(uint64_t seed, uint64_t index) {
  sm_random r = sm_random_stream(seed, index);
  return sm_random_bits(&r);
}

/* A Feistel network over 2 x `half` bits is a permutation of 0 .. 4^half - 1; walking on while outside makes it one of
 * 0 .. pictures - 1. */
uint64_t sm_draw_picture(uint64_t seed, uint64_t pictures, uint64_t number) {
  uint64_t pass = number / pictures, at = number % pictures;
  int half = 1;
  while (half < 32 && (uint64_t)1 << (2 * half) < pictures) half++;
  uint64_t mask = ((uint64_t)1 << half) - 1;
  do {
    uint64_t low = at & mask, high = at >> half & mask;
    for (uint64_t round = 0; round < 4; round++) {
      uint64_t mixed = hash(stream_seed(seed, ORDER) + 4 * pass + round, low) & mask, swap = high ^ mixed;
      high = low;
      low = swap;
    }
    at = high << half | low;
  } while (at >= pictures);
  return at;
}

int sm_draw_mirror(uint64_t seed, uint64_t number) { return (int)(hash(stream_seed(seed, MIRROR), number) >> 31); }

static void fill(uint64_t seed, uint64_t index, float *z, int count) {
  sm_random r = sm_random_stream(seed, index);
  for (int i = 0; i < count; i++) z[i] = (float)sm_random_normal(&r);
}

void sm_draw_noise(uint64_t seed, uint64_t number, int use, float *z, int dim) {
  fill(stream_seed(seed, NOISE), 2 * number + (uint64_t)use, z, dim);
}

void sm_draw_candidates(uint64_t seed, uint64_t number, float *z, int count) {
  fill(stream_seed(seed, CANDIDATES), number, z, count);
}

sm_random sm_draw_damage(uint64_t seed, uint64_t number) {
  return sm_random_stream(stream_seed(seed, DAMAGE), number);
}

sm_random sm_draw_collage(uint64_t seed, uint64_t number) {
  return sm_random_stream(stream_seed(seed, COLLAGE), number);
}

sm_random sm_draw_mixture(uint64_t seed, uint64_t number) {
  return sm_random_stream(stream_seed(seed, MIXTURE), number);
}

int64_t sm_draw_pair(uint64_t seed, uint64_t number, uint64_t pairs) {
  sm_random r = sm_random_stream(stream_seed(seed, PAIR), number);
  const int taken = sm_random_bits(&r) >> 31 == 0;
  const uint64_t high = sm_random_bits(&r), low = sm_random_bits(&r);
  return taken && pairs ? (int64_t)((high << 32 | low) % pairs) : -1;
}

static double uniform(sm_random *r, double from, double to) {
  return from + (to - from) * (sm_random_bits(r) / 4294967296.0);
}

static int whole(sm_random *r, int from, int to) { return from + (int)(sm_random_bits(r) % (uint32_t)(to - from + 1)); }

/* The ranges of the paper's strongest policy. All are drawn one after the other, whatever is taken of them. */
sm_view sm_draw_view(uint64_t seed, uint64_t number, int use, double share, int size) {
  sm_random r = sm_random_stream(stream_seed(seed, VIEW), 16 * number + (uint64_t)use);
  const int far = size / 8, half = size / 2;
  const int colours = uniform(&r, 0, 1) < share, moved = uniform(&r, 0, 1) < share, cut = uniform(&r, 0, 1) < share;
  sm_view view = {.saturation = 1, .contrast = 1};
  const double brightness = uniform(&r, -0.5, 0.5), saturation = uniform(&r, 0, 2), contrast = uniform(&r, 0.5, 1.5);
  const int dx = whole(&r, -far, far), dy = whole(&r, -far, far);
  const int left = whole(&r, -half / 2, size - half / 2), top = whole(&r, -half / 2, size - half / 2);
  if (colours) view.brightness = brightness, view.saturation = saturation, view.contrast = contrast;
  if (moved) view.dx = dx, view.dy = dy;
  if (cut) view.left = left, view.top = top, view.covered = half;
  return view;
}

uint64_t sm_draw_game(uint64_t seed, uint64_t iteration) {
  return stream_seed(stream_seed(seed, GAME) + iteration, GAME);
}
