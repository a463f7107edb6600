/* SPDX-License-Identifier: GPL-3.0-or-later
 * The weight gradient of a convolution: for every tap the products of 16 input and 16 output channels, summed over
 * pixels. Input channels are broadcast, a pixel's 16 output channels are the vectors. Included by body.h. */

#if SM_VECTOR_BYTES == 64
enum { GRADIENT_INPUTS = 16 }; /* at a time: 16 sums of 32 registers, each its own chain */
#elif SM_VECTOR_BYTES == 32 || defined __ARM_NEON
enum { GRADIENT_INPUTS = 4 }; /* 8 sums of 16, or 16 of 32 */
#else
enum { GRADIENT_INPUTS = 2 };
#endif

/* `pixels` neighbours of a row; x advances by `step` floats a pixel. */
SM_INLINE void gradient_row(const float *x, size_t step, const float *d, int pixels,
                            vf sum[GRADIENT_INPUTS][SM_VECTORS]) {
  for (int p = 0; p < pixels; p++, x += step, d += 16) {
    vf k[SM_VECTORS];
    SM_UNROLL(4) for (int j = 0; j < SM_VECTORS; j++) k[j] = v_load(d + j * SM_LANES);
    SM_UNROLL(16) for (int i = 0; i < GRADIENT_INPUTS; i++)
      SM_UNROLL(4) for (int j = 0; j < SM_VECTORS; j++) sum[i][j] = v_fma(v_set(x[i]), k[j], sum[i][j]);
  }
}

static void gradient(const sm_correlation *c, const float *x, const float *d, int y0, int y1, float *g) {
  for (int u = 0; u < c->k; u++)
    for (int v = 0; v < c->k; v++, g += 256) {
      int first = 0, end = c->d_width, dx = v - c->pad;
      while (first < end && first * c->stride + dx < 0) first++;
      while (end > first && (end - 1) * c->stride + dx >= c->width) end--;
      for (int i = 0; i < 16; i += GRADIENT_INPUTS) {
        vf sum[GRADIENT_INPUTS][SM_VECTORS];
        for (int a = 0; a < GRADIENT_INPUTS; a++)
          for (int j = 0; j < SM_VECTORS; j++) sum[a][j] = v_set(0);
        for (int y = y0; y < y1; y++) {
          int iy = y * c->stride + u - c->pad;
          if (iy < 0 || iy >= c->height) continue;
          gradient_row(x + ((size_t)iy * (size_t)c->width + (size_t)(first * c->stride + dx)) * 16 + i,
                       (size_t)c->stride * 16, d + ((size_t)y * (size_t)c->d_width + (size_t)first) * 16, end - first,
                       sum);
        }
        for (int a = 0; a < GRADIENT_INPUTS; a++)
          for (int j = 0; j < SM_VECTORS; j++) {
            float *to = g + (i + a) * 16 + j * SM_LANES;
            v_store(to, v_load(to) + sum[a][j]);
          }
      }
    }
}

/* One or two output blocks against one of inputs, over neighbouring pixels (or tiles of a plane): with two, a broadcast
 * feeds two products, and loads are no longer the limit. */
#define CORRELATE(NAME, INPUTS, NV)                                                                                   \
  static void NAME(const float *x, const float *d, size_t d_block, size_t pixels, float *g, size_t g_block) {         \
    for (int i = 0; i < 16; i += (INPUTS)) {                                                                          \
      vf sum[INPUTS][NV];                                                                                             \
      SM_UNROLL(16) for (int a = 0; a < (INPUTS); a++)                                                                \
        SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[a][j] = v_set(0);                                             \
      const float *from = x + i, *to = d;                                                                             \
      for (size_t p = 0; p < pixels; p++, from += 16, to += 16) {                                                     \
        vf k[NV];                                                                                                     \
        SM_UNROLL(4) for (int j = 0; j < (NV); j++)                                                                   \
          k[j] = v_load(to + (size_t)(j / SM_VECTORS) * d_block + j % SM_VECTORS * SM_LANES);                         \
        SM_UNROLL(16) for (int a = 0; a < (INPUTS); a++) {                                                            \
          vf one = v_set(from[a]);                                                                                    \
          SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[a][j] = v_fma(one, k[j], sum[a][j]);                        \
        }                                                                                                             \
      }                                                                                                               \
      SM_UNROLL(16) for (int a = 0; a < (INPUTS); a++)                                                                \
        SM_UNROLL(4) for (int j = 0; j < (NV); j++) {                                                                 \
          float *at = g + (size_t)(j / SM_VECTORS) * g_block + (i + a) * 16 + j % SM_VECTORS * SM_LANES;              \
          v_store(at, v_load(at) + sum[a][j]);                                                                        \
        }                                                                                                             \
    }                                                                                                                 \
  }
CORRELATE(correlate_1, GRADIENT_INPUTS, SM_VECTORS)
#if SM_VECTOR_BYTES == 64
CORRELATE(correlate_2, 8, 2)
#endif

static void correlate(const float *x, const float *d, size_t d_block, int blocks, size_t pixels, float *g,
                      size_t g_block) {
#if SM_VECTOR_BYTES == 64
  if (blocks == 2) {
    correlate_2(x, d, d_block, pixels, g, g_block);
    return;
  }
#endif
  (void)blocks;
  correlate_1(x, d, d_block, pixels, g, g_block);
}
#undef CORRELATE
