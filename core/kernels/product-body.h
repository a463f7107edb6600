/* SPDX-License-Identifier: GPL-3.0-or-later
 * M := V U, the inner loop of everything: ROWS tiles x one or two blocks of 16 channels held in registers over a segment
 * of the depth, V two channel blocks and U eight channels ahead of the loads. Included by body.h. */

/* NV vectors of output channels. All offsets within a channel block are immediates. */
#define PRODUCT(ROWS, NV)                                                                                             \
  static void product_##ROWS##_##NV(const float *v, size_t v_group, const float *u, int depth, int groups,            \
                                    float *m, int onto, const sm_ahead *next) {                                       \
    enum { WIDTH = (NV) * SM_LANES };                                                                                 \
    const int u_lines = (WIDTH + groups - 1) / groups; /* of 64 bytes for each block of channels */                   \
    const int v_lines = next->v_lines, stored_lines = next->stored_lines;                                             \
    const float *u_next = next->u, *v_next = next->v;                                                                 \
    const char *stored = next->stored;                                                                                \
    for (int g = 0; g < groups; g++, v += v_group, m += (ROWS) * WIDTH) {                                             \
      const float *a = v, *w = u;                                                                                     \
      vf sum[ROWS][NV];                                                                                               \
      SM_UNROLL(16) for (int i = 0; i < (ROWS); i++)                                                                  \
        SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[i][j] = v_set(0);                                             \
      for (int d = 0; d < depth; d++) {                                                                               \
        const float *ahead = d + 2 < depth ? a + (ROWS) * 32 : v + v_group + (d + 2 - depth) * (ROWS) * 16;           \
        SM_UNROLL(16) for (int i = 0; i < (ROWS); i++) v_prefetch(ahead + i * 16);                                    \
        for (int i = 0; i < u_lines; i++, u_next += 16) v_prefetch_far(u_next);                                       \
        for (int i = 0; i < v_lines; i++, v_next += 16) v_prefetch_far(v_next);                                       \
        for (int i = 0; i < stored_lines; i++, stored += 64) v_prefetch_far(stored);                                  \
        SM_UNROLL(4) for (int c = 0; c < 16; c++) {                                                                   \
          vf k[NV];                                                                                                   \
          SM_UNROLL(4) for (int j = 0; j < (NV); j++) {                                                               \
            if (j * SM_LANES % 16 == 0) v_prefetch(w + (c + 8) * WIDTH + j * SM_LANES);                               \
            k[j] = v_load(w + c * WIDTH + j * SM_LANES);                                                              \
          }                                                                                                           \
          SM_UNROLL(16) for (int i = 0; i < (ROWS); i++) {                                                            \
            vf x = v_set(a[i * 16 + c]);                                                                              \
            SM_UNROLL(4) for (int j = 0; j < (NV); j++) sum[i][j] = v_fma(x, k[j], sum[i][j]);                        \
          }                                                                                                           \
        }                                                                                                             \
        a += (ROWS) * 16;                                                                                             \
        w += 16 * WIDTH;                                                                                              \
        if ((d + 1) % SM_SEGMENT && d + 1 < depth) continue;                                                          \
        const int more = onto || d >= SM_SEGMENT;                                                                     \
        SM_UNROLL(16) for (int i = 0; i < (ROWS); i++)                                                                \
          SM_UNROLL(4) for (int j = 0; j < (NV); j++) {                                                               \
            float *to = m + i * WIDTH + j * SM_LANES;                                                                 \
            if (more) sum[i][j] += v_load(to);                                                                        \
            v_store(to, sum[i][j]);                                                                                   \
            sum[i][j] = v_set(0);                                                                                     \
          }                                                                                                           \
      }                                                                                                               \
    }                                                                                                                 \
  }

#if SM_VECTOR_BYTES == 64
#define PRODUCT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define PRODUCT_BOTH(ROWS) PRODUCT(ROWS, 1) PRODUCT(ROWS, 2)
#define PRODUCT_NAMES(ROWS) {product_##ROWS##_1, product_##ROWS##_2},
#elif SM_VECTOR_BYTES == 32
#define PRODUCT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define PRODUCT_BOTH(ROWS) PRODUCT(ROWS, 2)
#define PRODUCT_NAMES(ROWS) {product_##ROWS##_2},
#elif defined __ARM_NEON
#define PRODUCT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define PRODUCT_BOTH(ROWS) PRODUCT(ROWS, 4)
#define PRODUCT_NAMES(ROWS) {product_##ROWS##_4},
#else
#define PRODUCT_ROWS(X) X(1) X(2)
#define PRODUCT_BOTH(ROWS) PRODUCT(ROWS, 4)
#define PRODUCT_NAMES(ROWS) {product_##ROWS##_4},
#endif
PRODUCT_ROWS(PRODUCT_BOTH)

static void product(int rows, int blocks, const float *v, size_t v_group, const float *u, int depth, int groups,
                    float *m, int onto, const sm_ahead *ahead) {
  static void (*const sizes[][SM_PAIR])(const float *, size_t, const float *, int, int, float *, int,
                                        const sm_ahead *) = {PRODUCT_ROWS(PRODUCT_NAMES)};
  sizes[rows - 1][blocks - 1](v, v_group, u, depth, groups, m, onto, ahead);
}
#undef PRODUCT
#undef PRODUCT_ROWS
#undef PRODUCT_BOTH
#undef PRODUCT_NAMES
