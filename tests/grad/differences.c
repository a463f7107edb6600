/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gradients against central differences, in double, of every parameter tensor along a random direction: the boxes, all
 * norms, every loss, R1's second derivative, edits and views of pictures. */
#include "base/random.h"
#include "harness.h"
#include "grad/layers.h"
#include "grad/learner.h"
#include "grad/loss.h"
#include "grad/view.h"

enum { BATCH = 4, SIZE = 16, DIM = 5 };
static sm_workshop *shop;
static sm_learner *learner;
static real images[2][BATCH * 3 * SIZE * SIZE], noise[BATCH * DIM];
static real mask[BATCH * SIZE * SIZE]; /* of levels the first numbers */
static const sm_view views[BATCH] = {{0.23, 1.5, 0.7, 2, -1, 0, 0, 0}, {-0.4, 0.1, 1.4, 0, 0, 5, 9, 8},
                                     {0, 1, 1, -2, 2, -3, -4, 8}, {0, 1, 1, 0, 0, 0, 0, 0}};

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

/* An edit: styles blended at every level, laid over a picture through a mask. */
static double edited(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *styles[2][SM_MAX_LEVELS] = {{0}};
  for (int i = 0; i < 2; i++) sm_learn_resize(&t, learner, sm_learn_encode(&t, learner, image(&t, i, 0)), styles[i]);
  for (int i = 0; i < 2 + 2 * learner->network.config.blocks; i++)
    styles[0][i] = sm_layer_blend(&t, styles[0][i], styles[1][i], mask);
  sm_variable *y = sm_learn_synth(&t, learner, styles[0], BATCH);
  return finish(&t, gradients, sm_loss_squares(&t, sm_layer_blend(&t, image(&t, 0, 0), y, mask), images[1], NULL, 1));
}

/* Views of samples. */
static double viewed(int gradients) {
  sm_tape t;
  sm_tape_open(&t, shop);
  sm_variable *y = sm_learn_generate(&t, learner, sm_learn_map(&t, learner, noise, BATCH));
  return finish(&t, gradients, sm_loss_squares(&t, sm_layer_view(&t, y, views), images[1], NULL, 1));
}

/* A view of 8 x 8 by hand, number by number. */
static void seen(void) {
  enum { SIDE = 8, PLANE = SIDE * SIDE };
  const sm_view v = {.brightness = 0.3, .saturation = 1.7, .contrast = 0.6, .dx = 2, .dy = -1, .left = -1, .top = 5,
                     .covered = 4};
  const sm_view none = {.saturation = 1, .contrast = 1};
  real x[3 * PLANE], out[3 * PLANE + 1];
  double mean = 0, off = 0;
  for (int i = 0; i < 3 * PLANE; i++) mean += (x[i] = harness_float()) / (3 * PLANE);
  out[3 * PLANE] = 7;
  sm_view_apply(&v, x, SIDE, out);
  for (int i = 0; i < 3 * PLANE; i++) {
    const int row = i % PLANE / SIDE, column = i % SIDE, from = (row - 1) * SIDE + column + 2;
    const int shown = row >= 1 && column < SIDE - 2 && !(row >= 5 && column < 3);
    double want = 0;
    if (shown) {
      const double grey = (x[from] + x[PLANE + from] + x[2 * PLANE + from]) / 3;
      want = mean + 0.3 + 0.6 * (grey + 1.7 * (x[i / PLANE * PLANE + from] - grey) - mean);
    }
    off = fmax(off, fabs(out[i] - want));
  }
  CHECK(off < 1e-12 && out[3 * PLANE] == 7, "off by %g", off);
  sm_view_apply(&none, x, SIDE, out);
  for (int i = 0; i < 3 * PLANE; i++) CHECK_NEAR(out[i], x[i], 1e-15);
}

static double quotient(evaluate *f, sm_parameter *p, const double *direction) {
  real *kept = malloc(p->count * sizeof *kept);
  double size = 0, change = 0;
  memcpy(kept, p->value, p->count * sizeof *kept);
  for (size_t k = 0; k < p->count; k++) size = fmax(size, fabs((double)kept[k]));
  const double h = 1e-6 * fmax(size, 1);
  for (int side = -1; side <= 1; side += 2) {
    for (size_t k = 0; k < p->count; k++) p->value[k] = kept[k] + side * h * direction[k];
    change += side * f(0);
  }
  memcpy(p->value, kept, p->count * sizeof *kept);
  free(kept);
  return change / (2 * h);
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
    double *direction = malloc(p->count * sizeof *direction), want = 0;
    for (size_t k = 0; k < p->count; k++) {
      direction[k] = fabs((double)harness_float()) * (p->grad[k] < 0 ? -1 : 1); /* so that nothing cancels */
      want += direction[k] * (double)p->grad[k];
    }
    *dead += want == 0;
    if (!SANITIZED || i % 5 == 0) {
      const double got = quotient(f, p, direction), off = fabs(got - want) / fmax(fabs(want), 1e-7);
      /* a kink of a leaky ReLU or of an absolute value inside the step costs its share: a few in 1e-5 at worst */
      CHECK_NEAR(off, 0, 2e-4, "%s: difference quotient %g, gradient %g", p->name, got, want);
      worst = fmax(worst, off);
    }
    free(direction);
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
  double worst[8];
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
  worst[5] = compare(edited, &learner->generator, &dead);
  CHECK(dead == 2 * config.mapping, "%d tensors of G out of reach", dead);
  worst[6] = compare(edited, &learner->encoder, &dead);
  CHECK(dead == 0);
  worst[7] = compare(viewed, &learner->generator, &dead);
  CHECK(dead == 0);
  printf("norm %d: squares %.1e %.1e, edges %.1e, logistic %.1e, R1 %.1e, edits %.1e %.1e, views %.1e\n", norm,
         worst[0], worst[1], worst[2], worst[3], worst[4], worst[5], worst[6], worst[7]);
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
  for (int k = 0; k < BATCH * SIZE * SIZE; k++) mask[k] = (k * 37 % 11) / 10.0;
  seen();
  focused();
  run(STYLEMAP_LAYER_NORM, 0, 4);
  run(STYLEMAP_INSTANCE_NORM, 1, 8);
  run(STYLEMAP_BATCH_NORM, 0, 8);
  sm_workshop_free(shop);
  return harness_end();
}
