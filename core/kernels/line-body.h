/* SPDX-License-Identifier: GPL-3.0-or-later
 * A direct convolution of a line of pixels: the sums of product-body.h as one segment; a step of the depth (a tap of a
 * channel block) is a place in the map itself, and nothing is copied. Included by body.h. */

#define LINE(ROWS, NV)                                                                                                \
  static void line_##ROWS##_##NV(const sm_line *l, size_t at) {                                                       \
    enum { WIDTH = (NV) * SM_LANES };                                                                                 \
    const float *w = l->u, *x = l->x + at;                                                                            \
    vf sum[ROWS][NV];                                                                                                 \
    SM_UNROLL(16) for (int i = 0; i < (ROWS); i++)                                                                    \
      SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[i][j] = v_set(0);                                               \
    for (int d = 0; d < l->depth; d++, w += 16 * WIDTH) {                                                             \
      const float *a = x + l->offset[d];                                                                              \
      SM_UNROLL(4) for (int c = 0; c < 16; c++) {                                                                     \
        vf k[NV];                                                                                                     \
        SM_UNROLL(4) for (int j = 0; j < (NV); j++) k[j] = v_load(w + c * WIDTH + j * SM_LANES);                      \
        SM_UNROLL(16) for (int i = 0; i < (ROWS); i++) {                                                              \
          vf one = v_set(a[i * 16 + c]);                                                                              \
          SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[i][j] = v_fma(one, k[j], sum[i][j]);                        \
        }                                                                                                             \
      }                                                                                                               \
    }                                                                                                                 \
    const vf slope = v_set(l->slope);                                                                                 \
    SM_UNROLL(4) for (int j = 0; j < (NV); j++) {                                                                     \
      const int block = j * SM_LANES / 16, lane = j * SM_LANES % 16;                                                  \
      const vf bias = v_load(l->bias[block] + lane);                                                                  \
      const size_t to = at + (size_t)lane;                                                                            \
      SM_UNROLL(16) for (int i = 0; i < (ROWS); i++) {                                                                \
        vf v = leaky(sum[i][j] + bias, slope);                                                                        \
        if (l->add[block]) v += v_load(l->add[block] + to + i * 16);                                                  \
        v_store(l->y[block] + to + i * 16, v);                                                                        \
      }                                                                                                               \
    }                                                                                                                 \
  }

#if SM_VECTOR_BYTES == 64
#define LINE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define LINE_BOTH(ROWS) LINE(ROWS, 1) LINE(ROWS, 2)
#define LINE_NAMES(ROWS) {line_##ROWS##_1, line_##ROWS##_2},
#elif SM_VECTOR_BYTES == 32
#define LINE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define LINE_BOTH(ROWS) LINE(ROWS, 2)
#define LINE_NAMES(ROWS) {line_##ROWS##_2},
#elif defined __ARM_NEON
#define LINE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define LINE_BOTH(ROWS) LINE(ROWS, 4)
#define LINE_NAMES(ROWS) {line_##ROWS##_4},
#else
#define LINE_ROWS(X) X(1) X(2)
#define LINE_BOTH(ROWS) LINE(ROWS, 4)
#define LINE_NAMES(ROWS) {line_##ROWS##_4},
#endif
LINE_ROWS(LINE_BOTH)

static void line(const sm_line *l, int pixels, int blocks) {
  static void (*const sizes[][SM_PAIR])(const sm_line *, size_t) = {LINE_ROWS(LINE_NAMES)};
  int groups = (pixels + SM_ROWS - 1) / SM_ROWS;
  for (int g = 0; g < groups; g++) {
    int first = pixels * g / groups, end = pixels * (g + 1) / groups;
    sizes[end - first - 1][blocks - 1](l, (size_t)first * 16);
  }
}
#undef LINE
#undef LINE_ROWS
#undef LINE_BOTH
#undef LINE_NAMES
