/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/map.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "net/session.h"

enum { LANES = 16 /* z side by side: the inner loop, so that no sum is reordered */, MEAN_OF = 5000 };

/* out[o][lane] := lrelu(sum_i w[o][i] x[i][lane] * scale + bias[o] * lr_mul). */
static void linear(const sm_conv *c, double lr_mul, const float *x, float *out) {
  float scale = (float)(lr_mul / sqrt(c->cin));
  for (int o = 0; o < c->cout; o++) {
    float sum[LANES] = {0};
    const float *w = c->weight + (size_t)o * (size_t)c->cin;
    for (int i = 0; i < c->cin; i++)
      for (int l = 0; l < LANES; l++) sum[l] += w[i] * x[(size_t)i * LANES + (size_t)l];
    for (int l = 0; l < LANES; l++) {
      float v = sum[l] * scale + c->bias[o] * (float)lr_mul;
      out[(size_t)o * LANES + (size_t)l] = 1.41421356237309505f * (v >= 0 ? v : 0.2f * v);
    }
  }
}

/* x: D x LANES in, the stylemaps D P P x LANES out; `y` is as large as `x`. */
static float *map_lanes(const sm_network *n, float *x, float *y) {
  const sm_config *c = &n->config;
  for (int l = 0; l < LANES; l++) {
    float squares = 0;
    for (int i = 0; i < c->dim; i++) squares += x[i * LANES + l] * x[i * LANES + l];
    float r = 1 / sqrtf(squares / (float)c->dim + 1e-8f);
    for (int i = 0; i < c->dim; i++) x[i * LANES + l] *= r;
  }
  for (int i = 0; i < c->mapping; i++) {
    linear(&n->mapping[i], c->lr_mul, x, y);
    float *swap = x;
    x = y;
    y = swap;
  }
  return x;
}

/* `count` stylemaps (count x D x P x P) of `count` z (count x D). */
static stylemap_status map_all(const sm_network *n, const float *z, int count, float *stylemaps, stylemap_error *error) {
  assert(z && stylemaps && count >= 0 && n->config.mapping > 0 && n->mapping[0].weight);
  const sm_config *c = &n->config;
  size_t dim = (size_t)c->dim, outputs = dim * sm_pixels(c->spatial);
  float *x = sm_alloc(outputs * LANES * 2, sizeof(float));
  if (!x) return sm_no_memory(error, outputs * LANES * 2 * sizeof(float));
  for (int first = 0; first < count; first += LANES) {
    int lanes = count - first < LANES ? count - first : LANES;
    for (size_t i = 0; i < dim; i++)
      for (int l = 0; l < LANES; l++) x[i * LANES + (size_t)l] = l < lanes ? z[(size_t)(first + l) * dim + i] : 1;
    const float *w = map_lanes(n, x, x + outputs * LANES);
    for (int l = 0; l < lanes; l++)
      for (size_t i = 0; i < outputs; i++) stylemaps[(size_t)(first + l) * outputs + i] = w[i * LANES + (size_t)l];
  }
  sm_free(x);
  return STYLEMAP_OK;
}

stylemap_status sm_mean_stylemap(const sm_network *n, float *mean, stylemap_error *error) {
  const sm_config *c = &n->config;
  size_t dim = (size_t)c->dim, outputs = dim * sm_pixels(c->spatial), each = dim + outputs;
  stylemap_status status = STYLEMAP_OK;
  float *z = sm_alloc(each * LANES, sizeof(float)), *w = z ? z + dim * LANES : NULL;
  double *sum = sm_calloc(outputs, sizeof *sum);
  if (!z || !sum) {
    status = sm_no_memory(error, each * LANES * sizeof(float) + outputs * sizeof *sum);
    goto done;
  }
  for (int first = 0; first < MEAN_OF; first += LANES) {
    int count = MEAN_OF - first < LANES ? MEAN_OF - first : LANES;
    for (int i = 0; i < count; i++) stylemap_random(0, (uint64_t)(first + i), z + (size_t)i * dim, c->dim);
    SM_TRY_DONE(map_all(n, z, count, w, error));
    for (int i = 0; i < count; i++)
      for (size_t k = 0; k < outputs; k++) sum[k] += w[(size_t)i * outputs + k];
  }
  for (size_t k = 0; k < outputs; k++) mean[k] = (float)(sum[k] / MEAN_OF);
done:
  sm_free(sum);
  sm_free(z);
  return status;
}

stylemap_status stylemap_map(stylemap_session *s, const float *z, float *stylemap, stylemap_error *error) {
  if (!s || !z || !stylemap)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("map needs a session, z and a stylemap."), NULL);
  return map_all(s->net, z, 1, stylemap, error);
}

stylemap_status stylemap_mean(stylemap_session *s, float *stylemap, stylemap_error *error) {
  if (!s || !stylemap)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("mean needs a session and a stylemap."), NULL);
  const sm_config *c = &s->net->config;
  if (!s->net->mean) return sm_mean_stylemap(s->net, stylemap, error);
  memcpy(stylemap, s->net->mean, sizeof(float) * (size_t)c->dim * sm_pixels(c->spatial));
  return STYLEMAP_OK;
}
