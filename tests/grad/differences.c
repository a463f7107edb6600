/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gradients against central differences, in double, of every parameter tensor along a random direction: the boxes, all
 * norms, every loss, R1's second derivative. */
#include "base/random.h"
#include "harness.h"
#include "grad/layers.h"
#include "grad/learner.h"
#include "grad/loss.h"

enum { BATCH = 4, SIZE = 16, DIM = 5 };
static sm_workshop *shop;
static sm_learner *learner;
static real images[2][BATCH * 3 * SIZE * SIZE], noise[BATCH * DIM];

typedef double evaluate(int gradients); /* the loss; with gradients also clears and fills them */

static double finish(sm_tape *tape, int gradients, double loss) {
  if (gradients) sm_tape_backward(tape, 0, tape->op_count);
  CHECK(tape->status == STYLEMAP_OK);
  sm_tape_clear(tape);
  return loss;
}

static sm_variable *image(sm_tape *tape, int i, int wants) {
  return sm_tape_leaf(tape, BATCH, 3, SIZE, SIZE, images[i], wants);
}

static double rebuilt_squares(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *y = sm_learn_generate(&t, learner, sm_learn_encode(&t, learner, image(&t, 0, 0)));
  return finish(&t, gradients, sm_loss_squares(&t, y, images[0], NULL, 1));
}

static double sampled_edges(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *y = sm_learn_generate(&t, learner, sm_learn_map(&t, learner, noise, BATCH));
  return finish(&t, gradients, sm_loss_edges(&t, y, images[1], 2, 1));
}

static double judged(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *d = sm_learn_discriminate(&t, learner, image(&t, 1, 0), NULL);
  return finish(&t, gradients, sm_loss_logistic(&t, d, 1, 1));
}

static double penalised(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *x = image(&t, 1, 1), *d = sm_learn_discriminate(&t, learner, x, NULL);
  double loss = sm_loss_r1(&t, x, d, gradients); /* a loss of weight 0 adds nothing */
  return finish(&t, 0, loss);
}

/* The largest relative error over the tensors of `weights`; `dead` counts those that the loss does not reach. */
static double compare(evaluate *f, sm_parameters *weights, int *dead) {
  sm_learn(&learner->generator, 1);
  sm_learn(&learner->encoder, 1);
  sm_learn(&learner->discriminator, 1);
  sm_clear_gradients(weights);
  f(1);
  double worst = 0;
  *dead = 0;
  for (int i = 0; i < weights->count; i++) {
    sm_parameter *p = &weights->parameter[i];
    double *direction = malloc(p->count * sizeof *direction), want = 0, size = 0, f0 = 0;
    real *kept = malloc(p->count * sizeof *kept);
    memcpy(kept, p->value, p->count * sizeof *kept);
    for (size_t k = 0; k < p->count; k++) {
      direction[k] = fabs((double)harness_float()) * (p->grad[k] < 0 ? -1 : 1); /* so that nothing cancels */
      want += direction[k] * (double)p->grad[k];
      size = fmax(size, fabs((double)kept[k]));
    }
    double h = 1e-6 * fmax(size, 1);
    for (int side = -1; side <= 1; side += 2) {
      for (size_t k = 0; k < p->count; k++) p->value[k] = kept[k] + side * h * direction[k];
      f0 += side * f(0);
    }
    memcpy(p->value, kept, p->count * sizeof *kept);
    double got = f0 / (2 * h), off = fabs(got - want) / fmax(fabs(want), 1e-7);
    *dead += want == 0;
    /* a kink of a leaky ReLU or of an absolute value inside the step costs its share: a few in 1e-5 at worst */
    CHECK_NEAR(off, 0, 2e-4, "%s: difference quotient %g, gradient %g", p->name, got, want);
    worst = fmax(worst, off);
    free(direction);
    free(kept);
  }
  return worst;
}

static void run(stylemap_norm norm, int small, int spatial) {
  sm_config config;
  stylemap_error error;
  int dead;
  CHECK(sm_learner_config(&config, SIZE, spatial, DIM, 96, 7, small, norm, 3, 0.01, &error) == STYLEMAP_OK, "%s",
        error.message);
  CHECK(sm_learner_new(&config, 11, &learner, &error) == STYLEMAP_OK);
  double worst[5];
  worst[0] = compare(rebuilt_squares, &learner->generator, &dead);
  CHECK(dead == 2 * config.mapping, "%d tensors of G out of reach", dead);
  worst[1] = compare(rebuilt_squares, &learner->encoder, &dead);
  CHECK(dead == 0);
  worst[2] = compare(sampled_edges, &learner->generator, &dead);
  CHECK(dead == 0);
  worst[3] = compare(judged, &learner->discriminator, &dead);
  CHECK(dead == 0);
  worst[4] = compare(penalised, &learner->discriminator, &dead);
  CHECK(dead == 3, "%d tensors of D out of R1's reach", dead); /* the biases above the deviation layer */
  printf("norm %d: squares %.1e %.1e, edges %.1e, logistic %.1e, R1 %.1e\n", norm, worst[0], worst[1], worst[2],
         worst[3], worst[4]);
  sm_learner_free(learner);
}

/* A focus counts the gradient at each place so many times, and leaves the loss as it is. */
static void focused(void) {
  real focus[SIZE * SIZE], found[2][BATCH * 3 * SIZE * SIZE];
  double loss[2];
  for (int k = 0; k < SIZE * SIZE; k++) focus[k] = k % 7;
  for (int i = 0; i < 2; i++) {
    sm_tape t;
    sm_tape_open(&t, shop);
    sm_variable *x = image(&t, 0, 1);
    loss[i] = sm_loss_squares(&t, x, images[1], i ? focus : NULL, 3);
    CHECK(x->grad != NULL);
    if (x->grad) memcpy(found[i], x->grad, sizeof found[i]);
    sm_tape_clear(&t);
  }
  CHECK(loss[0] > 0 && loss[0] == loss[1]);
  double off = 0, most = 0;
  for (int k = 0; k < BATCH * 3 * SIZE * SIZE; k++) {
    off = fmax(off, fabs(found[1][k] - found[0][k] * focus[k % (SIZE * SIZE)]));
    most = fmax(most, fabs(found[1][k]));
  }
  CHECK(most > 0 && off <= 1e-12 * most, "focus: off by %g of %g", off, most);
}

int main(void) {
  harness_seed();
  stylemap_error error;
  CHECK(sm_workshop_new(2, &shop, &error) == STYLEMAP_OK);
  for (int i = 0; i < 2; i++)
    for (size_t k = 0; k < sizeof images[i] / sizeof *images[i]; k++) images[i][k] = harness_float();
  sm_random random = sm_random_stream(5, 0);
  for (int k = 0; k < BATCH * DIM; k++) noise[k] = sm_random_normal(&random);
  focused();
  run(STYLEMAP_LAYER_NORM, 0, 4);
  run(STYLEMAP_INSTANCE_NORM, 1, 8);
  run(STYLEMAP_BATCH_NORM, 0, 8);
  sm_workshop_free(shop);
  return harness_end();
}
