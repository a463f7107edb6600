/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *at(oracle_map m, int c, int y, int x) { return m.v + ((size_t)c * (size_t)m.h + (size_t)y) * (size_t)m.w + (size_t)x; }

oracle_map oracle_new(int c, int h, int w) {
  oracle_map m = {c, h, w, calloc((size_t)c * (size_t)h * (size_t)w, sizeof(double))};
  if (!m.v) abort();
  return m;
}

oracle_map oracle_of(const float *v, int c, int h, int w) {
  oracle_map m = oracle_new(c, h, w);
  for (size_t i = 0; i < (size_t)c * (size_t)h * (size_t)w; i++) m.v[i] = v[i];
  return m;
}

static oracle_map pad(oracle_map x, int before, int after) {
  oracle_map y = oracle_new(x.c, x.h + before + after, x.w + before + after);
  for (int c = 0; c < x.c; c++)
    for (int i = 0; i < x.h; i++)
      for (int j = 0; j < x.w; j++) *at(y, c, i + before, j + before) = *at(x, c, i, j);
  return y;
}

/* The value of an IEEE binary16 number. */
static double half(uint16_t h) {
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
  return h >> 15 ? -v : v;
}

static double weight(const sm_conv *k, int o, int c, int u, int v) {
  size_t i = (((size_t)o * (size_t)k->cin + (size_t)c) * (size_t)k->k + (size_t)u) * (size_t)k->k + (size_t)v;
  return (k->half ? half(k->half[i]) : k->weight[i]) /
         sqrt((double)k->cin * k->k * k->k);
}

/* row[j] += the k x k sum at j; k x k numbers `w`, rows of x `pitch` apart. */
static void correlate_row(double *restrict row, int n, const double *restrict x, size_t pitch, const double *w, int k,
                          int stride) {
  if (k == 3 && stride == 1)
    for (int j = 0; j < n; j++)
      row[j] += w[0] * x[j] + w[1] * x[j + 1] + w[2] * x[j + 2] + w[3] * x[pitch + j] + w[4] * x[pitch + j + 1] +
                w[5] * x[pitch + j + 2] + w[6] * x[2 * pitch + j] + w[7] * x[2 * pitch + j + 1] +
                w[8] * x[2 * pitch + j + 2];
  else
    for (int u = 0; u < k; u++)
      for (int v = 0; v < k; v++)
        for (int j = 0; j < n; j++) row[j] += w[u * k + v] * x[u * pitch + (size_t)(j * stride + v)];
}

/* No padding. */
static oracle_map correlate(oracle_map x, const sm_conv *k, int stride) {
  oracle_map y = oracle_new(k->cout, (x.h - k->k) / stride + 1, (x.w - k->k) / stride + 1);
  for (int o = 0; o < y.c; o++)
    for (int c = 0; c < x.c; c++) {
      double w[9];
      for (int t = 0; t < k->k * k->k; t++) w[t] = weight(k, o, c, t / k->k, t % k->k);
      for (int i = 0; i < y.h; i++)
        correlate_row(at(y, o, i, 0), y.w, at(x, c, i * stride, 0), (size_t)x.w, w, k->k, stride);
    }
  return y;
}

static oracle_map transpose(oracle_map x, const sm_conv *k) {
  oracle_map y = oracle_new(k->cout, 2 * (x.h - 1) + k->k, 2 * (x.w - 1) + k->k);
  for (int o = 0; o < y.c; o++)
    for (int c = 0; c < x.c; c++)
      for (int u = 0; u < k->k; u++)
        for (int v = 0; v < k->k; v++) {
          const double w = weight(k, o, c, u, v);
          for (int i = 0; i < x.h; i++) {
            double *to = at(y, o, 2 * i + u, v);
            const double *from = at(x, c, i, 0);
            for (int j = 0; j < x.w; j++) to[2 * j] += from[j] * w;
          }
        }
  return y;
}

static oracle_map fir(oracle_map x, const float *kernel) {
  oracle_map y = oracle_new(x.c, x.h - 3, x.w - 3);
  for (int c = 0; c < y.c; c++)
    for (int i = 0; i < y.h; i++)
      for (int j = 0; j < y.w; j++)
        for (int u = 0; u < 4; u++)
          for (int v = 0; v < 4; v++) *at(y, c, i, j) += kernel[4 * u + v] * *at(x, c, i + u, j + v);
  return y;
}

static void activate(oracle_map x, const float *bias) {
  for (int c = 0; c < x.c; c++)
    for (int i = 0; i < x.h * x.w; i++) {
      double v = x.v[(size_t)c * (size_t)(x.h * x.w) + (size_t)i] + bias[c];
      x.v[(size_t)c * (size_t)(x.h * x.w) + (size_t)i] = sqrt(2) * (v >= 0 ? v : 0.2 * v);
    }
}

static oracle_map drop(oracle_map used, oracle_map next) {
  free(used.v);
  return next;
}

static oracle_map same(oracle_map x, const sm_conv *k, int linear) {
  oracle_map p = pad(x, k->k / 2, k->k / 2), y = correlate(p, k, 1);
  free(p.v);
  if (!linear) activate(y, k->bias);
  return y;
}

static oracle_map down(oracle_map x, const sm_conv *k) {
  int p = 2 + (k->k - 1);
  oracle_map y = pad(x, (p + 1) / 2, p / 2);
  y = drop(y, fir(y, k->blur));
  y = drop(y, correlate(y, k, 2));
  if (k->bias) activate(y, k->bias);
  return y;
}

static oracle_map up(oracle_map x, const sm_conv *k) {
  int p = 2 - (k->k - 1);
  oracle_map y = transpose(x, k);
  y = drop(y, pad(y, (p + 1) / 2 + 1, p / 2 + 1));
  y = drop(y, fir(y, k->blur));
  if (k->bias) activate(y, k->bias);
  return y;
}

static oracle_map merge(oracle_map a, oracle_map b) {
  for (size_t i = 0; i < (size_t)a.c * (size_t)a.h * (size_t)a.w; i++) a.v[i] = (a.v[i] + b.v[i]) / sqrt(2);
  free(b.v);
  return a;
}

oracle_map oracle_encode(const sm_network *n, const float *image) {
  int size = n->config.size;
  oracle_map x = oracle_of(image, 3, size, size);
  x = drop(x, same(x, &n->from_rgb, 0));
  for (int i = 0; i < n->config.blocks; i++) {
    oracle_map t = same(x, &n->encoder[i].conv1, 0);
    t = drop(t, down(t, &n->encoder[i].conv2));
    x = drop(x, merge(t, down(x, &n->encoder[i].skip)));
  }
  return drop(x, same(x, &n->final_conv, 0));
}

oracle_map oracle_mapping(const sm_network *n, const float *z) {
  const sm_config *c = &n->config;
  oracle_map x = oracle_of(z, c->dim, 1, 1);
  double squares = 0;
  for (int i = 0; i < c->dim; i++) squares += x.v[i] * x.v[i];
  for (int i = 0; i < c->dim; i++) x.v[i] /= sqrt(squares / c->dim + 1e-8);
  for (int l = 0; l < c->mapping; l++) {
    const sm_conv *k = &n->mapping[l];
    oracle_map y = oracle_new(k->cout, 1, 1);
    for (int o = 0; o < k->cout; o++) {
      double s = k->bias[o] * c->lr_mul;
      for (int i = 0; i < k->cin; i++) s += k->weight[(size_t)o * (size_t)k->cin + (size_t)i] * c->lr_mul / sqrt(k->cin) * x.v[i];
      y.v[o] = sqrt(2) * (s >= 0 ? s : 0.2 * s);
    }
    x = drop(x, y);
  }
  x.c = c->dim;
  x.h = x.w = c->spatial;
  return x;
}

void oracle_resize(const sm_network *n, oracle_map stylemap, oracle_map *levels) {
  levels[0] = same(stylemap, &n->resizer[0], 0);
  for (int l = 1; l < 2 + 2 * n->config.blocks; l++)
    levels[l] = l % 2 ? same(levels[l - 1], &n->resizer[l], 0) : up(levels[l - 1], &n->resizer[l]);
}

static oracle_map modulated(const sm_network *n, const sm_styled *l, oracle_map x, oracle_map style) {
  oracle_map g = same(style, &l->gamma, 1), b = same(style, &l->beta, 1), y = oracle_new(x.c, x.h, x.w);
  size_t px = (size_t)(x.h * x.w), all = px * (size_t)x.c;
  for (int c = 0; c < x.c; c++) {
    size_t from = n->config.norm == STYLEMAP_LAYER_NORM ? 0 : px * (size_t)c;
    size_t count = n->config.norm == STYLEMAP_LAYER_NORM ? all : px;
    double mean = 0, var = 0;
    if (n->config.norm == STYLEMAP_BATCH_NORM) {
      mean = l->mean[c];
      var = l->var[c];
    } else {
      for (size_t i = from; i < from + count; i++) mean += x.v[i] / (double)count;
      for (size_t i = from; i < from + count; i++) var += (x.v[i] - mean) * (x.v[i] - mean) / (double)count;
    }
    for (size_t i = px * (size_t)c; i < px * (size_t)(c + 1); i++)
      y.v[i] = (x.v[i] - mean) / sqrt(var + 1e-5) * (g.v[i] + l->gamma.bias[c]) + b.v[i] + l->beta.bias[c];
  }
  free(g.v);
  free(b.v);
  return y;
}

static oracle_map styled(const sm_network *n, const sm_styled *l, oracle_map x, oracle_map style) {
  oracle_map m = modulated(n, l, x, style);
  return drop(m, l->conv.blur ? up(m, &l->conv) : same(m, &l->conv, 0));
}

oracle_map oracle_synth(const sm_network *n, const oracle_map *levels) {
  const sm_config *c = &n->config;
  oracle_map x = oracle_of(n->input, c->width[0], c->spatial, c->spatial);
  x = drop(x, styled(n, &n->conv1, x, levels[0]));
  for (int i = 0; i < c->blocks; i++) {
    oracle_map t = styled(n, &n->blocks[i].conv1, x, levels[2 * i + 1]);
    t = drop(t, styled(n, &n->blocks[i].conv2, t, levels[2 * i + 2]));
    x = drop(x, merge(t, up(x, &n->blocks[i].skip)));
  }
  return drop(x, styled(n, &n->to_rgb, x, levels[1 + 2 * c->blocks]));
}

void oracle_blend(oracle_map level, oracle_map reference, const float *mask, int size, int rule, double strength) {
  int cell = size / level.h;
  for (int y = 0; y < level.h; y++)
    for (int x = 0; x < level.w; x++) {
      double mean = 0, top = 0;
      for (int i = 0; i < cell * cell; i++) {
        double m = mask[(size_t)(y * cell + i / cell) * (size_t)size + (size_t)(x * cell + i % cell)];
        mean += m / (cell * cell);
        top = fmax(top, m);
      }
      double a = strength * (rule == 1 ? top > 0 : rule == 2 ? mean > 0.5 : mean);
      for (int c = 0; c < level.c; c++) *at(level, c, y, x) = a * *at(reference, c, y, x) + (1 - a) * *at(level, c, y, x);
    }
}

double oracle_difference(const float *a, oracle_map b) {
  double most = 0;
  for (size_t i = 0; i < (size_t)b.c * (size_t)b.h * (size_t)b.w; i++) {
    double d = fabs(a[i] - b.v[i]);
    if (!(d <= most)) most = isnan(d) ? INFINITY : d;
  }
  return most;
}

double oracle_largest(oracle_map a) {
  double most = 0;
  for (size_t i = 0; i < (size_t)a.c * (size_t)a.h * (size_t)a.w; i++) most = fmax(most, fabs(a.v[i]));
  return most;
}
