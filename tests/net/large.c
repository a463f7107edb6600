/* SPDX-License-Identifier: GPL-3.0-or-later
 * A random model of 64 x 64, the smallest size at which the larger Winograd tiles are used, against the oracle in
 * double; then with a blur in the encoder's first skip that is no outer product, so that the map from RGB is stored. */
#include "harness.h"
#include "network/network.h"
#include "net/session.h"
#include "network/blur.h"
#include "oracle.h"

enum { SIZE = 64 };

static const stylemap_architecture shape = {SIZE, 8, 24, 40, 2048, 0, 2, 0.01};

static void compare(const stylemap_model *model, const char *set, const char *what) {
  const stylemap_session_options options = {.threads = 2, .kernels = set};
  const sm_network *n = sm_model_network(model);
  stylemap_session *s;
  stylemap_pyramid *pyramid;
  if (stylemap_session_open(model, &options, NULL, NULL, &s, NULL) != STYLEMAP_OK) return; /* not this machine's */
  CHECK(stylemap_pyramid_new(model, &pyramid, NULL) == STYLEMAP_OK);
  const size_t numbers = 3 * SIZE * SIZE, codes = (size_t)(n->config.dim * n->config.spatial * n->config.spatial);
  float *x = malloc(sizeof(float) * numbers), *image = malloc(sizeof(float) * numbers), *w = malloc(sizeof(float) * codes);
  if (!x || !image || !w) abort();
  for (size_t i = 0; i < numbers; i++) x[i] = harness_float(), image[i] = NAN;
  oracle_map levels[SM_MAX_LEVELS], map = oracle_encode(n, x);
  for (int again = 0; again < 2; again++) {
    for (size_t i = 0; i < codes; i++) w[i] = NAN;
    CHECK(stylemap_encode(s, x, w, NULL) == STYLEMAP_OK);
    const double apart = oracle_difference(w, map), largest = oracle_largest(map);
    CHECK(apart <= 5e-6 * fmax(1, largest), "%s, %s: style map %g of %g", set, what, apart, largest);
  }
  CHECK(stylemap_resize(s, w, pyramid, NULL) == STYLEMAP_OK && stylemap_synth(s, pyramid, image, NULL) == STYLEMAP_OK);
  oracle_resize(n, map, levels);
  oracle_map exact = oracle_synth(n, levels);
  const double apart = oracle_difference(image, exact), largest = oracle_largest(exact);
  CHECK(apart <= 1e-5 * fmax(1, largest), "%s, %s: image %g of %g", set, what, apart, largest);
  for (int l = 0; l < 2 + 2 * n->config.blocks; l++) free(levels[l].v);
  free(map.v), free(exact.v), free(x), free(w), free(image);
  stylemap_pyramid_free(pyramid);
  stylemap_session_free(s);
}

int main(void) {
  harness_seed();
  stylemap_model *model;
  static const char *const sets[] = {"portable", "avx2", "avx512", "neon"};
  if (!CHECK(stylemap_model_random(&shape, 1, &model, NULL) == STYLEMAP_OK)) return harness_end();
  for (int i = 0; i < 4; i++) compare(model, sets[i], "the usual blur");
  float *blur = (float *)sm_model_network(model)->encoder[0].skip.blur; /* ours alone, while no session looks */
  blur[6] += 0.01f;
  sm_fir fir;
  CHECK(!sm_blur_fir(blur, SM_GAIN_HALVE, &fir) && !fir.separable);
  for (int i = 0; i < 4; i++) compare(model, sets[i], "a blur of its own");
  stylemap_close(model);
  return harness_end();
}
