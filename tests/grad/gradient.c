/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels' weight gradient and the batched convolutions, on every instruction set, against sums in double. */
#include "harness.h"
#include "kernels/kernels.h"
#include "grad/batch-convolve.h"

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

static double worst[3][3]; /* by walk: forward, data gradient, weight gradient */

/* Where number `i` (of n x c x pixels) lies in a map. */
static size_t place(size_t i, int c, int pixels) {
  size_t channel = i / (size_t)pixels % (size_t)c, n = i / (size_t)(c * pixels), blocks = ((size_t)c + 15) / 16;
  return ((n * blocks + channel / 16) * (size_t)pixels + i % (size_t)pixels) * 16 + channel % 16;
}

static float *map_of(const float *planes, int n, int c, int pixels) {
  float *map = aligned_alloc(64, (size_t)(n * ((c + 15) / 16) * pixels) * 64);
  memset(map, 0, (size_t)(n * ((c + 15) / 16) * pixels) * 64);
  for (size_t i = 0; i < (size_t)(n * c * pixels); i++) map[place(i, c, pixels)] = planes[i];
  return map;
}

static float *numbers(size_t count) {
  float *v = malloc(count * 4);
  for (size_t i = 0; i < count; i++) v[i] = harness_float();
  return v;
}

/* Forward, data and weight gradient of a whole batch as the trainer calls them; two convolutions of one input. */
static void batch(sm_workshop *shop, sm_walk walk, int k, int cin, int cout, int n, int side) {
  int out = sm_convolved_side(walk, side), kk = k * k, pad = k / 2, xp = side * side, yp = out * out;
  size_t xs = (size_t)(n * cin * xp), ys = (size_t)(n * cout * yp), ws = (size_t)(cin * cout * kk);
  float *x = numbers(xs), *w = numbers(ws), *d = numbers(ys), *bias = numbers((size_t)cout), *plus = numbers(ys);
  float *grad[2] = {calloc(ws, 4), calloc(ws, 4)}, *zero = calloc(ys, 4), *one = malloc(xs * 4);
  for (size_t i = 0; i < xs; i++) one[i] = 1;
  double *want = calloc(ys, 8), *want_back = calloc(xs, 8), *want_grad = calloc(ws, 8);
  const float scale = 0.25f, gain = walk == SM_WALK_UP ? 4 : 1, slope = 0.2f;
  static const double tap[4] = {1, 3, 3, 1};
  for (int b = 0; b < n; b++)
    for (int o = 0; o < cout; o++)
      for (int c = 0; c < cin; c++)
        for (int i = 0; i < (walk == SM_WALK_UP ? side : out); i++)
          for (int j = 0; j < (walk == SM_WALK_UP ? side : out); j++)
            for (int t = 0; t < kk; t++)
              for (int f = 0; f < (walk == SM_WALK_SAME ? 1 : 16); f++) {
                int u = t / k, v = t % k, xi = i, xj = j, yi = i, yj = j;
                double blur = walk == SM_WALK_SAME ? 1 : tap[f / 4] * tap[f % 4] / 64 * gain;
                if (walk == SM_WALK_SAME) xi += u - pad, xj += v - pad;
                if (walk == SM_WALK_DOWN) xi = 2 * i + u + f / 4 - 2, xj = 2 * j + v + f % 4 - 2;
                if (walk == SM_WALK_UP) yi = 2 * i + u + 1 - f / 4, yj = 2 * j + v + 1 - f % 4;
                if (xi < 0 || xi >= side || xj < 0 || xj >= side) continue;
                if (yi < 0 || yi >= out || yj < 0 || yj >= out) continue;
                size_t at = (size_t)(((b * cin + c) * side + xi) * side + xj);
                size_t to = (size_t)(((b * cout + o) * out + yi) * out + yj), at_w = (size_t)((o * cin + c) * kk + t);
                want[to] += scale * blur * (double)w[at_w] * x[at];
                want_back[at] += scale * blur * (double)w[at_w] * d[to];
                want_grad[at_w] += scale * blur * (double)x[at] * d[to];
              }
  for (size_t i = 0; i < ys; i++) {
    double v = want[i] + 0.5 * bias[i / (size_t)yp % (size_t)cout];
    want[i] = (v > 0 ? v : slope * v) + plus[i];
  }
  float *xm = map_of(x, n, cin, xp), *dm = map_of(d, n, cout, yp), *pm = map_of(plus, n, cout, yp);
  float *y = map_of(zero, n, cout, yp), *again = map_of(zero, n, cout, yp), *back = map_of(one, n, cin, xp);
  sm_pass forward = {
      .walk = walk, .k = k, .cin = cin, .cout = cout, .n = n, .h = side, .w = side, .scale = scale, .gain = gain};
  sm_target target[2] = {{.weight = w, .bias = bias, .bias_scale = 0.5f, .slope = slope, .add = pm, .out = y}};
  target[1] = target[0];
  target[1].out = again;
  CHECK(sm_convolve(shop, &forward, xm, target, 2) == STYLEMAP_OK);
  sm_walk reverse = walk == SM_WALK_SAME ? walk : walk == SM_WALK_UP ? SM_WALK_DOWN : SM_WALK_UP;
  sm_pass backward = {.walk = reverse, .k = k, .cin = cout, .cout = cin, .n = n, .h = out, .w = out, .scale = scale,
                      .gain = gain, .adjoint = 1};
  sm_target to_x = {.weight = w, .slope = 1, .add = back, .out = back};
  CHECK(sm_convolve(shop, &backward, dm, &to_x, 1) == STYLEMAP_OK);
  if (walk == SM_WALK_UP) {
    sm_pass weigh = backward;
    weigh.adjoint = 0;
    CHECK(sm_convolve_weight(shop, &weigh, dm, (const float *const[]){xm}, 1, 1, grad) == STYLEMAP_OK);
    memcpy(grad[1], grad[0], ws * 4);
  } else {
    CHECK(sm_convolve_weight(shop, &forward, xm, (const float *const[]){dm, dm}, 2, 0, grad) == STYLEMAP_OK);
  }
  double off[3] = {0}, top[3] = {0};
#define MEASURE(n_, got, wanted, count)                                                                                \
  for (size_t i = 0; i < (count); i++) {                                                                               \
    double v = fabs((got) - (wanted));                                                                                 \
    if (!(v <= off[n_])) off[n_] = v;                                                                                  \
    top[n_] = fmax(top[n_], fabs(wanted));                                                                             \
  }
  MEASURE(0, (double)y[place(i, cout, yp)], want[i], ys)
  MEASURE(1, (double)back[place(i, cin, xp)] - 1, want_back[i], xs)
  MEASURE(2, (double)grad[0][i], want_grad[i], ws)
  /* relative to the largest; measured: 1e-6, Winograd (data gradient) 1.8e-6, weights 1.3e-6 */
  CHECK(off[0] <= 2e-6 * top[0] && off[1] <= 1e-5 * top[1] && off[2] <= 1e-5 * top[2],
        "walk %d, %dx%d, %d -> %d, %d x %d: off by %.1e %.1e %.1e", walk, k, k, cin, cout, side, side, off[0] / top[0],
        off[1] / top[1], off[2] / top[2]);
  for (int i = 0; i < 3; i++) worst[walk][i] = fmax(worst[walk][i], off[i] / top[i]);
  CHECK(!memcmp(y, again, ys * 4) && !memcmp(grad[0], grad[1], ws * 4));
  for (size_t i = 0; i < (size_t)(n * ((cout + 15) / 16) * yp * 16); i++) /* padded channels stay 0 */
    if (i % 16 + i / (size_t)(16 * yp) % (((size_t)cout + 15) / 16) * 16 >= (size_t)cout) CHECK(y[i] == 0);
  free(x), free(w), free(d), free(bias), free(plus), free(grad[0]), free(grad[1]), free(zero), free(one);
  free(want), free(want_back), free(want_grad), free(xm), free(dm), free(pm), free(y), free(again), free(back);
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
    sm_workshop_use(shop, *k);
    const int widths[][2] = {{3, 8}, {16, 16}, {13, 12}, {40, 20}, {16, 3}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
      int cin = widths[i][0], cout = widths[i][1];
      batch(shop, SM_WALK_SAME, 3, cin, cout, 3, 16);
      batch(shop, SM_WALK_SAME, 3, cin, cout, 5, 4);
      batch(shop, SM_WALK_SAME, 3, cin, cout, 1, 2);
      batch(shop, SM_WALK_SAME, 1, cin, cout, 4, 8);
      batch(shop, SM_WALK_SAME, 3, cin, cout, 2, 10); /* not a multiple of the tiles */
      batch(shop, SM_WALK_DOWN, 3, cin, cout, 2, 8);
      batch(shop, SM_WALK_UP, 3, cin, cout, 2, 4);
    }
    batch(shop, SM_WALK_SAME, 3, 70, 50, 17, 12); /* the wide way of weigh.c; more pictures than a run takes */
    batch(shop, SM_WALK_DOWN, 3, 70, 50, 18, 12);
    batch(shop, SM_WALK_UP, 3, 50, 70, 17, 6);
    for (int w = 0; w < 3; w++) printf("walk %d: %.1e %.1e %.1e\n", w, worst[w][0], worst[w][1], worst[w][2]);
  }
  sm_workshop_free(shop);
  return harness_end();
}
