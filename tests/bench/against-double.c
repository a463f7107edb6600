/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far the encoder and the generator of a model are from an evaluation in double (tests/net/oracle.c).
 *   bench-against-double MODEL [INSTRUCTION SET]
 * Two minutes at 256 x 256. Exits with 1 where an image is more than 5e-5 off. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../net/oracle.h"
#include "network/network.h"

static int failed(const stylemap_error *error) {
  fprintf(stderr, "%s\n", error->message);
  return 1;
}

int main(int argc, char **argv) {
  const stylemap_session_options options = {.threads = 2, .kernels = argc > 2 ? argv[2] : NULL};
  stylemap_error e;
  stylemap_model *model;
  stylemap_session *s;
  stylemap_pyramid *pyramid;
  if (argc < 2) {
    fprintf(stderr, "bench-against-double MODEL [INSTRUCTION SET]\n");
    return 2;
  }
  if (stylemap_open(argv[1], 0, NULL, NULL, &model, &e) != STYLEMAP_OK) return failed(&e);
  if (stylemap_session_open(model, &options, NULL, NULL, &s, &e) != STYLEMAP_OK) return failed(&e);
  if (stylemap_pyramid_new(model, &pyramid, &e) != STYLEMAP_OK) return failed(&e);
  const sm_network *n = sm_model_network(model);
  const int size = n->config.size, pixels = size * size;
  float *x = malloc(sizeof(float) * 3 * (size_t)pixels), *image = malloc(sizeof(float) * 3 * (size_t)pixels);
  float *w = malloc(sizeof(float) * (size_t)(n->config.dim * n->config.spatial * n->config.spatial));
  if (!x || !image || !w) abort();
  for (int i = 0; i < 3 * pixels; i++) {
    const int c = i / pixels, v = i % pixels / size, u = i % size;
    x[i] = (float)(0.8 * sin((u * (c + 1) + v * (3 - c)) * 12.0 / size) * cos((double)v * u * 20 / size / size));
  }
  if (stylemap_encode(s, x, w, &e) != STYLEMAP_OK || stylemap_resize(s, w, pyramid, &e) != STYLEMAP_OK ||
      stylemap_synth(s, pyramid, image, &e) != STYLEMAP_OK)
    return failed(&e);
  oracle_map levels[SM_MAX_LEVELS], map = oracle_encode(n, x);
  printf("%s, %s: style map %.2g of %.3g", argv[1], stylemap_session_kernels(s), oracle_difference(w, map),
         oracle_largest(map));
  fflush(stdout);
  oracle_resize(n, map, levels);
  oracle_map exact = oracle_synth(n, levels);
  const double apart = oracle_difference(image, exact);
  printf(", image %.2g of %.3g\n", apart, oracle_largest(exact));
  for (int l = 0; l < 2 + 2 * n->config.blocks; l++) free(levels[l].v);
  free(map.v), free(exact.v), free(x), free(w), free(image);
  stylemap_pyramid_free(pyramid);
  stylemap_session_free(s);
  stylemap_close(model);
  return apart <= 5e-5 ? 0 : 1;
}
