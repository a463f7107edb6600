/* SPDX-License-Identifier: GPL-3.0-or-later
 * Joint iterations of the trainer on random pictures, timed: the C side of compare-torch.sh.
 * usage: train-step [ITERATIONS [BATCH [SIZE [THREADS [warm]]]]]; warm: auto-encoding only, as in a warm-up. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "peak.h"
#include "base/random.h"
#include "grad/learner.h"
#include "train/step.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  int iterations = argc > 1 ? atoi(argv[1]) : 3, batch = argc > 2 ? atoi(argv[2]) : 16;
  int size = argc > 3 ? atoi(argv[3]) : 128, threads = argc > 4 ? atoi(argv[4]) : 0;
  sm_config config;
  sm_learner *learner;
  sm_workshop *shop;
  stylemap_error error;
  if (sm_learner_config(&config, size, 8, 64, 2048, 128, 0, STYLEMAP_LAYER_NORM, 8, 0.01, &error) ||
      sm_learner_new(&config, 1, &learner, &error) || sm_workshop_new(threads, &shop, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  size_t count = (size_t)batch * 3 * (size_t)size * (size_t)size, noise = (size_t)batch * 64;
  float *x = malloc(count * sizeof *x), *z = malloc(2 * noise * sizeof *z);
  sm_random random = sm_random_stream(1, 1);
  for (size_t i = 0; i < count; i++) x[i] = (float)sm_random_normal(&random) / 2;
  for (size_t i = 0; i < 2 * noise; i++) z[i] = (float)sm_random_normal(&random);
  sm_step_options options = {.batch = batch,
                             .rate = 0.002,
                             .d_rate = 0.002,
                             .beta1 = 0,
                             .beta2 = 0.99,
                             .epsilon = 1e-8,
                             .decay = 0.999,
                             .r1_every = 16,
                             .r1 = 10,
                             .g_adversarial = 1,
                             .w_reconstruction = 1,
                             .d_adversarial = 1,
                             .in_domain = 1,
                             .squares = 1};
  if (argc > 5)
    options.g_adversarial = options.w_reconstruction = options.d_adversarial = options.in_domain = options.r1 = 0;
  sm_step step = {.shop = shop, .learner = learner, .options = &options};
  double total = 0, r1 = 0;
  for (int i = 0; i <= iterations + 1; i++) { /* the first takes memory and is not counted; the second has R1 */
    sm_step_losses losses;
    double start = now();
    if (sm_train_step(&step, i == 1 ? 0 : 1, x, z, z + noise, &losses)) return 1;
    double took = now() - start;
    if (i == 1) r1 = took;
    if (i > 1) total += took;
  }
  double plain = total / iterations, mean = plain + (r1 - plain) / 16;
  printf("%.2f images/s (iteration %.2f s, with R1 %.2f s), %.2f GB\n", batch / mean, plain, r1,
         (double)peak() / (1 << 30));
  return 0;
}
