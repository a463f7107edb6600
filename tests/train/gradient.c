/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels' weight gradient and the batched convolutions, on every instruction set, against sums in double. */
#include "harness.h"
#include "kernels/kernels.h"
#include "train/convolve.h"

/* One block of 16 channels each. */
static void kernel(const sm_kernels *k, int size, int height, int width, int stride, int pad) {
  int dh = (height + 2 * pad - size) / stride + 1, dw = (width + 2 * pad - size) / stride + 1;
  size_t xs = (size_t)(height * width) * 16, ds = (size_t)(dh * dw) * 16, gs = (size_t)(size * size) * 256;
  float *x = aligned_alloc(64, xs * 4), *d = aligned_alloc(64, ds * 4), *g = aligned_alloc(64, (gs + 16) * 4);
  for (size_t i = 0; i < xs; i++) x[i] = harness_float();
  for (size_t i = 0; i < ds; i++) d[i] = harness_float();
  for (size_t i = 0; i < gs; i++) g[i] = 0.5f; /* it adds */
  for (size_t i = gs; i < gs + 16; i++) g[i] = 7;
  sm_correlation c = {.k = size, .stride = stride, .pad = pad, .height = height, .width = width, .d_width = dw};
  int middle = dh / 2;
  k->gradient(&c, x, d, 0, middle, g);
  k->gradient(&c, x, d, middle, dh, g);
  double worst = 0;
  for (int u = 0; u < size; u++)
    for (int v = 0; v < size; v++)
      for (int i = 0; i < 16; i++)
        for (int o = 0; o < 16; o++) {
          double sum = 0.5, total = 0.5;
          for (int y = 0; y < dh; y++)
            for (int z = 0; z < dw; z++) {
              int iy = y * stride + u - pad, ix = z * stride + v - pad;
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
              double p = (double)x[(iy * width + ix) * 16 + i] * d[(y * dw + z) * 16 + o];
              sum += p;
              total += fabs(p);
            }
          double off = fabs(sum - g[(u * size + v) * 256 + i * 16 + o]) / total;
          if (!(off <= worst)) worst = off;
        }
  /* a sum of n products in float: at most n eps of the sum of magnitudes */
  CHECK_NEAR(worst, 0, (dh * dw + 2) * 0x1p-24, "%s: %dx%d of %d x %d, stride %d", k->name, size, size, height, width,
             stride);
  for (size_t i = gs; i < gs + 16; i++) CHECK(g[i] == 7);
  free(x);
  free(d);
  free(g);
}

/* Forward, data and weight gradient of a whole batch as the trainer calls them. */
static void batch(sm_workshop *shop, sm_walk walk, int k, int cin, int cout, int n, int side) {
  int out = sm_convolved_side(walk, k, side), kk = k * k, pad = walk == SM_WALK_SAME ? k / 2 : 0;
  size_t xs = (size_t)(n * cin * side * side), ys = (size_t)(n * cout * out * out), ws = (size_t)(cin * cout * kk);
  float *x = malloc(xs * 4), *y = malloc(ys * 4), *w = malloc(ws * 4), *back = malloc(xs * 4), *grad = calloc(ws, 4);
  double *want = calloc(ys, 8), *want_back = calloc(xs, 8), *want_grad = calloc(ws, 8);
  for (size_t i = 0; i < xs; i++) x[i] = harness_float(), back[i] = 1;
  for (size_t i = 0; i < ys; i++) y[i] = NAN;
  for (size_t i = 0; i < ws; i++) w[i] = harness_float();
  const float scale = 0.25f;
  sm_pass forward = {.walk = walk, .k = k, .cin = cin, .cout = cout, .n = n, .h = side, .w = side, .scale = scale};
  CHECK(sm_convolve(shop, &forward, w, 0, x, 0, y) == STYLEMAP_OK);
  float *d = malloc(ys * 4);
  for (size_t i = 0; i < ys; i++) d[i] = harness_float();
  for (int b = 0; b < n; b++)
    for (int o = 0; o < cout; o++)
      for (int c = 0; c < cin; c++)
        for (int i = 0; i < (walk == SM_WALK_UP ? side : out); i++)
          for (int j = 0; j < (walk == SM_WALK_UP ? side : out); j++)
            for (int t = 0; t < kk; t++) {
              int step = walk == SM_WALK_SAME ? 1 : 2, a = i * step + t / k - pad, e = j * step + t % k - pad;
              int xi = walk == SM_WALK_UP ? i : a, xj = walk == SM_WALK_UP ? j : e;
              int yi = walk == SM_WALK_UP ? a : i, yj = walk == SM_WALK_UP ? e : j;
              if (xi < 0 || xi >= side || xj < 0 || xj >= side) continue;
              size_t at = (size_t)(((b * cin + c) * side + xi) * side + xj);
              size_t to = (size_t)(((b * cout + o) * out + yi) * out + yj), at_w = (size_t)((o * cin + c) * kk + t);
              want[to] += scale * (double)w[at_w] * x[at];
              want_back[at] += scale * (double)w[at_w] * d[to];
              want_grad[at_w] += scale * (double)x[at] * d[to];
            }
  double off[3] = {0}, top[3] = {0};
  sm_walk reverse = walk == SM_WALK_SAME ? walk : walk == SM_WALK_UP ? SM_WALK_DOWN : SM_WALK_UP;
  sm_pass backward = {.walk = reverse, .k = k, .cin = cout, .cout = cin, .n = n, .h = out, .w = out, .scale = scale};
  CHECK(sm_convolve(shop, &backward, w, 1, d, 1, back) == STYLEMAP_OK);
  if (walk == SM_WALK_UP) {
    sm_pass weigh = {
        .walk = SM_WALK_DOWN, .k = k, .cin = cout, .cout = cin, .n = n, .h = out, .w = out, .scale = scale};
    CHECK(sm_convolve_weight(shop, &weigh, d, x, 1, grad) == STYLEMAP_OK);
  } else {
    CHECK(sm_convolve_weight(shop, &forward, x, d, 0, grad) == STYLEMAP_OK);
  }
#define MEASURE(n_, got, wanted, count)                                                                                \
  for (size_t i = 0; i < (count); i++) {                                                                               \
    double v = fabs((got) - (wanted));                                                                                 \
    if (!(v <= off[n_])) off[n_] = v;                                                                                  \
    top[n_] = fmax(top[n_], fabs(wanted));                                                                             \
  }
  MEASURE(0, (double)y[i], want[i], ys)
  MEASURE(1, (double)back[i] - 1, want_back[i], xs)
  MEASURE(2, (double)grad[i], want_grad[i], ws)
  /* relative to the largest; measured: 5e-7, with Winograd (data gradient) 3e-6 */
  CHECK(off[0] <= 2e-6 * top[0] && off[1] <= 1e-5 * top[1] && off[2] <= 5e-6 * top[2],
        "walk %d, %dx%d, %d -> %d, %d x %d: off by %.1e %.1e %.1e", walk, k, k, cin, cout, side, side, off[0] / top[0],
        off[1] / top[1], off[2] / top[2]);
  free(x), free(y), free(w), free(back), free(grad), free(want), free(want_back), free(want_grad), free(d);
}

int main(void) {
  harness_seed();
  stylemap_error error;
  sm_workshop *shop;
  CHECK(sm_workshop_new(2, &shop, &error) == STYLEMAP_OK);
  for (const sm_kernels *const *k = sm_kernels_all(); *k; k++) {
    printf("%s\n", (*k)->name);
    kernel(*k, 3, 8, 8, 1, 1);
    kernel(*k, 3, 5, 7, 1, 1);
    kernel(*k, 3, 1, 1, 1, 1);
    kernel(*k, 3, 9, 9, 2, 0);
    kernel(*k, 1, 6, 3, 1, 0);
  }
  const int widths[][2] = {{3, 8}, {16, 16}, {13, 12}, {40, 20}, {16, 3}};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    int cin = widths[i][0], cout = widths[i][1];
    batch(shop, SM_WALK_SAME, 3, cin, cout, 3, 16);
    batch(shop, SM_WALK_SAME, 3, cin, cout, 5, 4);
    batch(shop, SM_WALK_SAME, 3, cin, cout, 1, 2);
    batch(shop, SM_WALK_SAME, 1, cin, cout, 4, 8);
    batch(shop, SM_WALK_DOWN, 3, cin, cout, 2, 9);
    batch(shop, SM_WALK_UP, 3, cin, cout, 2, 4);
  }
  sm_workshop_free(shop);
  return harness_end();
}
