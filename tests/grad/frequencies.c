/* SPDX-License-Identifier: GPL-3.0-or-later
 * The focal frequency loss against its definition: sums over all pixels for each frequency, in double. */
#include <complex.h>

#include "grad/loss.h"
#include "harness.h"

enum { BATCH = 2, PLANES = 3, MAPS = BATCH * PLANES, MOST_SIDE = 16 };
static const double pi = 3.14159265358979323846, rounding = sizeof(real) == 4 ? 2e-5 : 1e-11;
static real image[MAPS * MOST_SIDE * MOST_SIDE], target[MAPS * MOST_SIDE * MOST_SIDE];
static double gradient[MAPS * MOST_SIDE * MOST_SIDE];

static double complex turn(int u, int v, int x, int y, int side) {
  return cexp(-2 * pi * I * (double)((u * x + v * y) % side) / side);
}

/* The loss, and into `gradient` that of `weight` times it. */
static double by_definition(int side, double weight) {
  const int pixels = side * side;
  double sum = 0;
  for (int m = 0; m < MAPS; m++) {
    double complex d[MOST_SIDE * MOST_SIDE];
    double most = 0;
    for (int k = 0; k < pixels; k++) {
      d[k] = 0;
      for (int i = 0; i < pixels; i++)
        d[k] += ((double)image[m * pixels + i] - (double)target[m * pixels + i]) * turn(k % side, k / side, i % side, i / side, side);
      d[k] /= side;
      if (cabs(d[k]) > most) most = cabs(d[k]);
    }
    for (int k = 0; k < pixels; k++) {
      const double factor = most > 0 ? cabs(d[k]) / most : 0;
      sum += factor * pow(cabs(d[k]), 2);
      d[k] *= factor;
    }
    for (int i = 0; i < pixels; i++) {
      double complex back = 0;
      for (int k = 0; k < pixels; k++) back += d[k] * conj(turn(k % side, k / side, i % side, i / side, side));
      gradient[m * pixels + i] = 2 * weight / (MAPS * pixels) * creal(back) / side;
    }
  }
  return sum / (MAPS * pixels);
}

static void compare(sm_workshop *shop, int side) {
  const int count = MAPS * side * side;
  const double weight = 3;
  sm_tape tape;
  sm_tape_open(&tape, shop);
  sm_variable *x = sm_tape_leaf(&tape, BATCH, PLANES, side, side, image, 1);
  const double expected = by_definition(side, weight), loss = sm_loss_frequencies(&tape, x, target, weight);
  CHECK(fabs(loss - expected) <= rounding * expected, "side %d: %.15g, not %.15g", side, loss, expected);
  double worst = 0, most = 0;
  for (int i = 0; x->grad && i < count; i++) {
    worst = fmax(worst, fabs((double)x->grad[i] - gradient[i]));
    most = fmax(most, fabs(gradient[i]));
  }
  CHECK(x->grad && worst <= rounding * most, "side %d: the gradient is off by %g of %g", side, worst, most);
  sm_loss_frequencies(&tape, x, target, weight); /* is added to what is there */
  worst = 0;
  for (int i = 0; i < count; i++) worst = fmax(worst, fabs((double)x->grad[i] - 2 * gradient[i]));
  CHECK(worst <= 2 * rounding * most, "side %d: added, off by %g of %g", side, worst, most);
  sm_tape_clear(&tape);
}

static void special(sm_workshop *shop) {
  enum { SIDE = 8, PIXELS = SIDE * SIDE, COUNT = MAPS * PIXELS };
  sm_tape tape;
  sm_tape_open(&tape, shop);
  sm_variable *x = sm_tape_leaf(&tape, BATCH, PLANES, SIDE, SIDE, image, 1);
  CHECK(sm_loss_frequencies(&tape, x, image, 1) == 0, "two equal pictures differ");
  for (int i = 0; i < COUNT; i++) CHECK(x->grad[i] == 0, "two equal pictures have a gradient");
  sm_tape_clear(&tape);
  /* a difference of one frequency is weighed as a squared one is */
  for (int i = 0; i < COUNT; i++) target[i] = image[i] + (real)(0.3 * cos(2 * pi * (i % SIDE * 2 + i / SIDE % SIDE) / SIDE));
  sm_tape_open(&tape, shop);
  x = sm_tape_leaf(&tape, BATCH, PLANES, SIDE, SIDE, image, 0);
  const double loss = sm_loss_frequencies(&tape, x, target, 1), squares = sm_loss_squares(&tape, x, target, NULL, 1);
  CHECK(fabs(squares - 0.045) < 1e-6 && fabs(loss - squares) < 10 * rounding * squares, "%.12g, not %.12g", loss, squares);
  sm_tape_clear(&tape);
}

int main(void) {
  stylemap_error error;
  sm_workshop *shop = NULL;
  harness_seed();
  CHECK(sm_workshop_new(2, &shop, &error) == STYLEMAP_OK);
  for (size_t i = 0; i < sizeof image / sizeof *image; i++) image[i] = harness_float(), target[i] = harness_float();
  compare(shop, 8);
  compare(shop, 16);
  special(shop);
  sm_workshop_free(shop);
  return harness_end();
}
