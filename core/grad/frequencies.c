/* SPDX-License-Identifier: GPL-3.0-or-later
 * The focal frequency loss (L. Jiang, B. Dai, W. Wu, C. C. Loy: Focal Frequency Loss for Image Reconstruction and Synthesis,
 * ICCV 2021; alpha 1, one patch). */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "grad/loss.h"

typedef struct frequencies {
  const real *a, *b, *turns; /* turns: cosines and sines of half a turn, side / 2 each */
  real *grad, *room;         /* room: of each worker a spectrum, its real parts and then its imaginary ones */
  double *sum, scale;
  size_t side, pixels;
} frequencies;

/* The discrete Fourier transform of n numbers, n a power of two, in place and unscaled (J. Cooley, J. Tukey 1965). Its parts
 * exchanged it is the one back. */
static void transform(real *re, real *im, size_t n, const real *turns) {
  for (size_t i = 1, j = 0; i < n; i++) {
    size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) {
      const real r = re[i], m = im[i];
      re[i] = re[j], im[i] = im[j];
      re[j] = r, im[j] = m;
    }
  }
  for (size_t half = 1; half < n; half *= 2)
    for (size_t from = 0; from < n; from += 2 * half)
      for (size_t i = 0; i < half; i++) {
        const real c = turns[i * (n / 2 / half)], s = -turns[n / 2 + i * (n / 2 / half)];
        const size_t at = from + i, other = at + half;
        const real r = c * re[other] - s * im[other], m = s * re[other] + c * im[other];
        re[other] = re[at] - r, im[other] = im[at] - m;
        re[at] += r, im[at] += m;
      }
}

static void transpose(real *square, size_t n) {
  for (size_t y = 0; y < n; y++)
    for (size_t x = y + 1; x < n; x++) {
      const real v = square[y * n + x];
      square[y * n + x] = square[x * n + y];
      square[x * n + y] = v;
    }
}

/* Of a square, whose spectrum is left transposed: twice is the way back. */
static void transform_square(real *re, real *im, size_t n, const real *turns) {
  for (int side = 0; side < 2; side++) {
    for (size_t y = 0; y < n; y++) transform(re + y * n, im + y * n, n, turns);
    if (side) break;
    transpose(re, n);
    transpose(im, n);
  }
}

static void frequencies_task(void *context, int map, int worker) {
  const frequencies *f = context;
  const size_t at = (size_t)map * f->pixels;
  const double pixels = (double)f->pixels;
  real *re = f->room + (size_t)worker * 2 * f->pixels, *im = re + f->pixels;
  double most = 0, sum = 0;
  for (size_t i = 0; i < f->pixels; i++) re[i] = f->a[at + i] - f->b[at + i];
  memset(im, 0, sizeof(real) * f->pixels);
  transform_square(re, im, f->side, f->turns);
  for (size_t i = 0; i < f->pixels; i++) {
    const double power = (double)re[i] * re[i] + (double)im[i] * im[i];
    if (power > most) most = power;
  }
  for (size_t i = 0; most > 0 && i < f->pixels; i++) {
    const double power = (double)re[i] * re[i] + (double)im[i] * im[i], weight = sqrt(power / most);
    sum += weight * power / pixels;
    re[i] *= (real)weight;
    im[i] *= (real)weight;
  }
  f->sum[map] = sum / pixels;
  if (!f->grad || !(most > 0)) return;
  transform_square(im, re, f->side, f->turns);
  for (size_t i = 0; i < f->pixels; i++) f->grad[at + i] += (real)(f->scale / pixels * (double)re[i]);
}

double sm_loss_frequencies(sm_tape *tape, sm_variable *image, const real *target, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  const double pi = 3.14159265358979323846;
  const int maps = image->n * image->c;
  frequencies f = {.a = image->data, .b = target, .grad = sm_seed_gradient(tape, image), .side = (size_t)image->w};
  f.pixels = f.side * f.side;
  f.scale = 2 * weight / ((double)maps * (double)f.pixels);
  f.room = sm_take(tape->shop, 2 * f.pixels * (size_t)sm_workshop_threads(tape->shop));
  f.sum = sm_tape_statistics(tape, (size_t)maps);
  real *turns = sm_take(tape->shop, f.side);
  double sum = 0;
  if (f.room && f.sum && turns) {
    for (size_t i = 0; i < f.side / 2; i++) {
      turns[i] = (real)cos(2 * pi * (double)i / (double)f.side);
      turns[f.side / 2 + i] = (real)sin(2 * pi * (double)i / (double)f.side);
    }
    f.turns = turns;
    sm_workshop_run(tape->shop, maps, frequencies_task, &f);
    for (int i = 0; i < maps; i++) sum += f.sum[i];
  } else {
    tape->status = STYLEMAP_NO_MEMORY;
  }
  sm_release_statistics(f.sum);
  sm_give(tape->shop, turns);
  sm_give(tape->shop, f.room);
  return sum / maps;
}
