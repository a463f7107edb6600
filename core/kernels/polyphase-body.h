/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stride 2 without the zeros: an axis splits into the even phase, a 2-tap filter done by F(n,2) with n + 1 products for
 * n outputs, and the odd phase, one tap, n products. Both axes of n = 3: 49 products of 25 distinct weights a tile of
 * 3 x 3, 5.44 a pixel instead of 9; of n = 4: 81 of 36, 5.06 a pixel. UP scatters the phases, DOWN (the transposed
 * problem) gathers them. The points of n = 3 are 0, +-1 and infinity; of n = 4 +-3/8, +-5/4 and infinity, in the mean
 * with less than twice the error. Included by body.h. */

#define QA 0.375f
#define QB 1.25f
#define QA2 (QA * QA)
#define QB2 (QB * QB)

/* n + 1 values x of the even phase, `s` apart, and n values z of the odd one, `t` apart -> 2 n + 1. */
SM_INLINE void poly_in(int n, const vf *x, size_t s, const vf *z, size_t t, vf *o, size_t q) {
  if (n == 3) {
    o[0] = x[0] - x[2 * s];
    o[q] = x[s] + x[2 * s];
    o[2 * q] = x[2 * s] - x[s];
    o[3 * q] = x[3 * s] - x[s];
  } else {
    vf even = v_fma(v_set(-QB2), x[s], x[3 * s]), odd = v_set(QA) * v_fma(v_set(-QB2), x[0], x[2 * s]);
    o[0] = even + odd;
    o[q] = even - odd;
    even = v_fma(v_set(-QA2), x[s], x[3 * s]), odd = v_set(QB) * v_fma(v_set(-QA2), x[0], x[2 * s]);
    o[2 * q] = even + odd;
    o[3 * q] = even - odd;
    o[4 * q] = v_fma(v_set(QA2 * QB2), x[0], v_fma(v_set(-(QA2 + QB2)), x[2 * s], x[4 * s]));
  }
  SM_UNROLL(4) for (int i = 0; i < n; i++) o[(size_t)(n + 1 + i) * q] = z[(size_t)i * t];
}

/* The rows of G for the points +-`point`, whose products of differences to all others are `differences` and that times
 * `sign`. */
SM_INLINE void poly_weight_pair(float point, float differences, float sign, vf g0, vf g1, vf *o, size_t q) {
  vf even = v_set(1 / differences) * g0, odd = v_set(1 / differences * point) * g1;
  o[0] = even + odd;
  o[q] = v_set(sign) * (even - odd);
}

/* Taps g0, g1 of the even phase and g of the odd one -> n + 2. */
SM_INLINE void poly_weight(int n, vf g0, vf g, vf g1, vf *o, size_t q) {
  if (n == 3) {
    o[0] = g0;
    poly_weight_pair(1, 2, 1, g0, g1, o + q, q);
  } else {
    poly_weight_pair(QA, 2 * QA * (QA2 - QB2), -1, g0, g1, o, q);
    poly_weight_pair(QB, 2 * QB * (QB2 - QA2), -1, g0, g1, o + 2 * q, q);
  }
  o[(size_t)n * q] = g1;
  o[(size_t)(n + 1) * q] = g;
}

/* n + 1 products -> the even phase's n sums. */
SM_INLINE void poly_sums(int n, const vf *m, size_t s, vf *o) {
  if (n == 3) {
    vf a = m[s] + m[2 * s], b = m[s] - m[2 * s];
    o[0] = m[0] + a;
    o[1] = b;
    o[2] = a + m[3 * s];
  } else {
    vf e = m[0] + m[s], f = m[0] - m[s], g = m[2 * s] + m[3 * s], h = m[2 * s] - m[3 * s];
    o[0] = e + g;
    o[1] = v_fma(v_set(QB), h, v_set(QA) * f);
    o[2] = v_fma(v_set(QB2), g, v_set(QA2) * e);
    o[3] = v_fma(v_set(QA * QA2), f, v_fma(v_set(QB * QB2), h, m[4 * s]));
  }
}

/* 2 n + 1 products -> 2 n interleaved outputs: even, odd, even, ... */
SM_INLINE void poly_scatter(int n, const vf *m, size_t s, vf *o, size_t q) {
  vf even[4];
  poly_sums(n, m, s, even);
  SM_UNROLL(4) for (int i = 0; i < n; i++) {
    o[(size_t)(2 * i) * q] = even[i];
    o[(size_t)(2 * i + 1) * q] = m[(size_t)(n + 1 + i) * s];
  }
}

/* 2 n + 1 products -> n outputs. */
SM_INLINE void poly_gather(int n, const vf *m, size_t s, vf *o, size_t q) {
  vf even[4];
  poly_sums(n, m, s, even);
  SM_UNROLL(4) for (int i = 0; i < n; i++) o[(size_t)i * q] = even[i] + m[(size_t)(n + 1 + i) * s];
}

static void input_up(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  enum { n = 3 };
  const int wide = 2 * n + 1;
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < wide * wide; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = n * t.row - 1, x = n * t.column - 1;
      const float *map, *other;
      maps_of(in, t.picture, b, y, x, n + 1, &map, &other);
      int inside = !other && y >= 0 && x >= 0 && y + n < in->height && x + n < in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 1, n + 1, n);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[16], half[28];
        const vf *d = patch;
        size_t s = (size_t)n + 1, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          s = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, other, y, x, n + 1, l, patch);
        }
        SM_UNROLL(4) for (int c = 0; c <= n; c++) {
          const vf *e = d + (size_t)c * step;
          poly_in(n, e, s, e + s, s, half + c, (size_t)n + 1);
        }
        SM_UNROLL(7) for (int r = 0; r < wide; r++) {
          vf o[7];
          const vf *e = half + r * (n + 1);
          poly_in(n, e, 1, e + 1, 1, o, 1);
          SM_UNROLL(7) for (int c = 0; c < wide; c++) v_store(to + (size_t)(r * wide + c) * plane + l, o[c]);
        }
      }
    }
}

/* 2 n + 4 pixels in a line -> their 2 n + 1 blurred ones, by taps a b b a, by phase -> 2 n + 1. */
SM_INLINE void blur_in(int n, const vf *d, size_t s, float a, float b, vf *o, size_t q) {
  vf p[12], z[9];
  SM_UNROLL(12) for (int i = 0; i < 2 * n + 4; i++) p[i] = d[(size_t)i * s];
  SM_UNROLL(9) for (int i = 0; i < 2 * n + 1; i++)
    z[i] = v_fma(v_set(a), p[i] + p[i + 3], v_set(b) * (p[i + 1] + p[i + 2]));
  poly_in(n, z, 2, z + 1, 2, o, q);
}

/* The transformed planes of a DOWN tile from 2 n + 4 squared pixels, `s` and `step` vectors apart, by the FIR kernel in
 * two passes or, where it is not a symmetric outer product, as it is. */
SM_INLINE void down_tile(int n, const vf *d, size_t s, size_t step, const sm_fir *fir, float *to, size_t plane) {
  const int wide = 2 * n + 1;
  vf half[12 * 9], z[81], o[9];
  const float *row = fir->row, *column = fir->column;
  if (fir->separable && row[0] == row[3] && row[1] == row[2] && column[0] == column[3] && column[1] == column[2]) {
    for (int r = 0; r < 2 * n + 4; r++) blur_in(n, d + (size_t)r * s, step, row[0], row[1], half + r * wide, 1);
    SM_UNROLL(9) for (int c = 0; c < wide; c++) {
      blur_in(n, half + c, (size_t)wide, column[0], column[1], o, 1);
      SM_UNROLL(9) for (int r = 0; r < wide; r++) v_store(to + (size_t)(r * wide + c) * plane, o[r]);
    }
    return;
  }
  for (int r = 0; r < wide; r++)
    for (int c = 0; c < wide; c++) {
      vf sum = v_set(0);
      for (int k = 0; k < 16; k++)
        sum = v_fma(v_set(fir->full[k]), d[(size_t)(r + k / 4) * s + (size_t)(c + k % 4) * step], sum);
      z[r * wide + c] = sum;
    }
  SM_UNROLL(9) for (int r = 0; r < wide; r++) {
    const vf *e = z + r * wide;
    poly_in(n, e, 2, e + 1, 2, half + r * wide, 1);
  }
  SM_UNROLL(9) for (int c = 0; c < wide; c++) {
    const vf *e = half + c;
    poly_in(n, e, 2 * (size_t)wide, e + wide, 2 * (size_t)wide, o, 1);
    SM_UNROLL(9) for (int r = 0; r < wide; r++) v_store(to + (size_t)(r * wide + c) * plane, o[r]);
  }
}

SM_INLINE void down_in(int n, const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  const int side = 2 * n + 4;
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < (2 * n + 1) * (2 * n + 1); p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = 2 * n * t.row - 2, x = 2 * n * t.column - 2;
      const float *map, *other;
      maps_of(in, t.picture, b, y, x, side, &map, &other);
      int inside = !other && y >= 0 && x >= 0 && y + side <= in->height && x + side <= in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 4, side, 2 * n);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[144];
        const vf *d = patch;
        size_t line = (size_t)side, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          line = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, other, y, x, side, l, patch);
        }
        down_tile(n, d, line, step, in->fir, to + l, plane);
      }
    }
}

/* `flip`: a transposed convolution meets the taps in the opposite order. */
SM_INLINE void poly_weights(int n, const sm_filter *f, int block, int blocks, int from, int depth, float *u,
                            size_t plane, float *scratch, int flip) {
  const int g0 = flip ? 2 : 0, g1 = 2 - g0;
  for (int j = 0; j < blocks; j++)
    for (int c = 0; c < depth * 16; c += 16) {
      load_weights(f, (block + j) * 16, from * 16 + c, scratch);
      for (int k = 0; k < 16; k++) {
        prefetch_weights(f, block + j, from * 16 + c, from * 16, depth, k);
        for (int l = 0; l < 16; l += SM_LANES) {
          float *to = u + (size_t)(c + k) * (size_t)blocks * 16 + (size_t)(j * 16 + l);
          const float *g = scratch + k * 9 * 16 + l;
          vf half[18];
          SM_UNROLL(3) for (int q = 0; q < 3; q++) {
            const float *w = g + q * 16;
            poly_weight(n, v_load(w + g0 * 48), v_load(w + 48), v_load(w + g1 * 48), half + q, 3);
          }
          SM_UNROLL(6) for (int r = 0; r < n + 2; r++) {
            vf o[6];
            poly_weight(n, half[r * 3 + g0], half[r * 3 + 1], half[r * 3 + g1], o, 1);
            SM_UNROLL(6) for (int q = 0; q < n + 2; q++) v_store(to + (size_t)(r * (n + 2) + q) * plane, o[q]);
          }
        }
      }
    }
}

/* The raw transposed result, into maps of (height + 2) x (width + 2) with a border of one pixel that stays the
 * caller's: here height and width are 2 side + 1. No bias, no activation: blur finishes. */
static void output_up(const sm_output *o, int block, int blocks, int first, int count, const float *m, const float *m2,
                      size_t plane) {
  (void)m2;
  enum { n = 3 };
  const int side = 2 * n, p = side + 1;
  const size_t line = (size_t)o->width + 2, pixels = ((size_t)o->height + 2) * line, q = plane / SM_LANES;
  vf kept[36] = {{0}};
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = side * t.row, x = side * t.column;
    int high = o->height - y < side ? o->height - y : side, wide = o->width - x < side ? o->width - x : side;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l;
      float *to = o->maps[t.picture] + (channel / 16 * pixels + (size_t)(y + 1) * line + (size_t)(x + 1)) * 16 +
                  channel % 16;
      vf half[42], row[6];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(7) for (int c = 0; c < p; c++) poly_scatter(n, s + (size_t)c * q, (size_t)p * q, half + c, (size_t)p);
      SM_UNROLL(6) for (int r = 0; r < side; r++) {
        if (r >= high) break;
        poly_scatter(n, half + r * p, 1, row, 1);
        SM_UNROLL(6) for (int c = 0; c < side; c++) {
          if (c >= wide) break;
          v_stream_kept(o->stream, to + ((size_t)r * line + (size_t)c) * 16, row[c], kept + r * side + c);
        }
      }
    }
  }
}

SM_INLINE void down_out(int n, const sm_output *o, int block, int blocks, int first, int count, const float *m,
                        size_t plane) {
  const int p = 2 * n + 1;
  const size_t pixels = (size_t)o->height * (size_t)o->width, q = plane / SM_LANES;
  vf kept[16] = {{0}};
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = n * t.row, x = n * t.column;
    int high = o->height - y < n ? o->height - y : n, wide = o->width - x < n ? o->width - x : n;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l;
      const size_t at = (channel / 16 * pixels + (size_t)y * (size_t)o->width + (size_t)x) * 16 + channel % 16;
      if (l % 16 == 0 && o->add && i + 1 < count) prefetch_tile(o, o->add, first + i + 1, channel / 16, n);
      vf half[36], row[4];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(9) for (int c = 0; c < p; c++) poly_gather(n, s + (size_t)c * q, (size_t)p * q, half + c, (size_t)p);
      finish f = finish_of(o, t.picture, channel);
      SM_UNROLL(4) for (int r = 0; r < n; r++) {
        if (r >= high) break;
        poly_gather(n, half + r * p, 1, row, 1);
        SM_UNROLL(4) for (int c = 0; c < n; c++) {
          if (c >= wide) break;
          size_t to = at + ((size_t)r * (size_t)o->width + (size_t)c) * 16;
          v_stream_kept(o->stream, f.y + to, finish_active(&f, row[c], to), kept + r * n + c);
        }
      }
    }
  }
}

static void weights_up(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                       float *scratch) {
  poly_weights(3, f, block, blocks, from, depth, u, plane, scratch, 1);
}

#define DOWN(NAME, N)                                                                                                 \
  static void input_##NAME(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {              \
    down_in(N, in, first, count, rows, v, plane);                                                                     \
  }                                                                                                                   \
  static void weights_##NAME(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,  \
                             float *scratch) {                                                                        \
    poly_weights(N, f, block, blocks, from, depth, u, plane, scratch, 0);                                             \
  }                                                                                                                   \
  static void output_##NAME(const sm_output *o, int block, int blocks, int first, int count, const float *m,          \
                            const float *m2, size_t plane) {                                                          \
    (void)m2;                                                                                                         \
    down_out(N, o, block, blocks, first, count, m, plane);                                                            \
  }
DOWN(down, 3)
DOWN(down4, 4)
#undef DOWN
#undef QA
#undef QB
#undef QA2
#undef QB2
