/* SPDX-License-Identifier: GPL-3.0-or-later
 * F(4x4, 3x3): 6x6 input tiles, 36 products, 4x4 outputs, and F(6x6, 3x3): 8x8, 64, 6x6 (Lavin and Gray, CVPR 2016).
 * The points are 0, +-a, +-b (, +-c) and infinity. a = 5/8, b = 3/2 have half the error of +-1, +-2; of three pairs
 * 1/2, 1, 2 have the least, in the mean four times that. `n` is the side of the input tile. Included by body.h;
 * adjoint-body.h uses F(4x4, 3x3) too. */

#define PA 0.625f
#define PB 1.5f
#define PA2 (PA * PA)
#define PB2 (PB * PB)
#define HA 0.5f /* of the three pairs: 1/2, 1, 2 */
#define HC 2.0f
#define HA2 (HA * HA)
#define HC2 (HC * HC)

/* o := B^T d over 6 values, `s` and `q` vectors apart. */
SM_INLINE void wino_in6(const vf *d, size_t s, vf *o, size_t q) {
  vf d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
  const vf ab = v_set(PA2 * PB2), sum = v_set(-(PA2 + PB2)), a2 = v_set(-PA2), b2 = v_set(-PB2);
  o[0] = v_fma(ab, d0, v_fma(sum, d2, d4));
  vf even = v_fma(b2, d2, d4), odd = v_set(PA) * v_fma(b2, d1, d3);
  o[q] = even + odd;
  o[2 * q] = even - odd;
  even = v_fma(a2, d2, d4), odd = v_set(PB) * v_fma(a2, d1, d3);
  o[3 * q] = even + odd;
  o[4 * q] = even - odd;
  o[5 * q] = v_fma(ab, d1, v_fma(sum, d3, d5));
}

/* The same over 8 values. (x^2 - 1/4)(x^2 - 1)(x^2 - 4) = x^6 - 21/4 x^4 + 21/4 x^2 - 1: the product of the three squares
 * being 1 saves two products. */
SM_INLINE void wino_in8(const vf *d, size_t s, vf *o, size_t q) {
  vf d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s], d6 = d[6 * s], d7 = d[7 * s];
  const vf sum = v_set(HA2 + 1 + HC2);
  o[0] = v_fma(sum, d2 - d4, d6 - d0);
  vf even = v_fma(v_set(HC2), d2, v_fma(v_set(-(1 + HC2)), d4, d6));
  vf odd = v_set(HA) * v_fma(v_set(HC2), d1, v_fma(v_set(-(1 + HC2)), d3, d5));
  o[q] = even + odd;
  o[2 * q] = even - odd;
  even = v_fma(v_set(-(HA2 + HC2)), d4, d2 + d6), odd = v_fma(v_set(-(HA2 + HC2)), d3, d1 + d5);
  o[3 * q] = even + odd;
  o[4 * q] = even - odd;
  even = v_fma(v_set(HA2), d2, v_fma(v_set(-(HA2 + 1)), d4, d6));
  odd = v_set(HC) * v_fma(v_set(HA2), d1, v_fma(v_set(-(HA2 + 1)), d3, d5));
  o[5 * q] = even + odd;
  o[6 * q] = even - odd;
  o[7 * q] = v_fma(sum, d3 - d5, d7 - d1);
}

SM_INLINE void wino_in(int n, const vf *d, size_t s, vf *o, size_t q) {
  if (n == 8) wino_in8(d, s, o, q);
  else wino_in6(d, s, o, q);
}

/* o[4] := A^T m. */
SM_INLINE void wino_out4(const vf *m, size_t s, vf *o, size_t q) {
  vf e = m[s] + m[2 * s], f = m[s] - m[2 * s], g = m[3 * s] + m[4 * s], h = m[3 * s] - m[4 * s];
  o[0] = m[0] + (e + g);
  o[q] = v_fma(v_set(PB), h, v_set(PA) * f);
  o[2 * q] = v_fma(v_set(PB2), g, v_set(PA2) * e);
  o[3 * q] = v_fma(v_set(PA * PA2), f, v_fma(v_set(PB * PB2), h, m[5 * s]));
}

/* o[6] := A^T m. */
SM_INLINE void wino_out6(const vf *m, size_t s, vf *o, size_t q) {
  vf ea = m[s] + m[2 * s], fa = m[s] - m[2 * s], eb = m[3 * s] + m[4 * s], fb = m[3 * s] - m[4 * s];
  vf ec = m[5 * s] + m[6 * s], fc = m[5 * s] - m[6 * s];
  o[0] = (m[0] + ea) + (eb + ec);
  o[q] = v_fma(v_set(HC), fc, v_fma(v_set(HA), fa, fb));
  o[2 * q] = v_fma(v_set(HC2), ec, v_fma(v_set(HA2), ea, eb));
  o[3 * q] = v_fma(v_set(HC * HC2), fc, v_fma(v_set(HA * HA2), fa, fb));
  o[4 * q] = v_fma(v_set(HC2 * HC2), ec, v_fma(v_set(HA2 * HA2), ea, eb));
  o[5 * q] = v_fma(v_set(HC * HC2 * HC2), fc, v_fma(v_set(HA * HA2 * HA2), fa, fb)) + m[7 * s];
}

SM_INLINE void wino_out(int n, const vf *m, size_t s, vf *o, size_t q) {
  if (n == 8) wino_out6(m, s, o, q);
  else wino_out4(m, s, o, q);
}

/* The two rows of G for the points +-`point`, whose product of differences to all others is `differences`. */
SM_INLINE void wino_weight_pair(float point, float differences, const vf *g, size_t s, vf *o, size_t q) {
  const float one = 1 / differences;
  vf even = v_fma(v_set(one * (point * point)), g[2 * s], v_set(one) * g[0]), odd = v_set(one * point) * g[s];
  o[0] = even + odd;
  o[q] = even - odd;
}

/* o[n] := G g of 3 values. */
SM_INLINE void wino_weight(int n, const vf *g, size_t s, vf *o, size_t q) {
  if (n == 8) {
    o[0] = v_set(-1 / (HA2 * HC2)) * g[0];
    wino_weight_pair(HA, 2 * HA2 * (HA2 - 1) * (HA2 - HC2), g, s, o + q, q);
    wino_weight_pair(1, 2 * (1 - HA2) * (1 - HC2), g, s, o + 3 * q, q);
    wino_weight_pair(HC, 2 * HC2 * (HC2 - HA2) * (HC2 - 1), g, s, o + 5 * q, q);
  } else {
    o[0] = v_set(1 / (PA2 * PB2)) * g[0];
    wino_weight_pair(PA, 2 * PA2 * (PA2 - PB2), g, s, o + q, q);
    wino_weight_pair(PB, 2 * PB2 * (PB2 - PA2), g, s, o + 3 * q, q);
  }
  o[(size_t)(n - 1) * q] = g[2 * s];
}

SM_INLINE void winograd_in(int n, const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < n * n; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = (n - 2) * t.row - 1, x = (n - 2) * t.column - 1;
      const int entrance = n == 8 && in->entrance;
      const float *map = NULL, *other = NULL;
      if (!entrance) maps_of(in, t.picture, b, y, x, n, &map, &other);
      int inside = !entrance && !other && y >= 0 && x >= 0 && y + n <= in->height && x + n <= in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 2, n, n - 2);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[64], half[64];
        const vf *d = patch;
        size_t line = (size_t)n, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          line = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else if (entrance) {
          gather_entrance(in, b, y, x, n, l, patch);
        } else {
          gather(in, map, other, y, x, n, l, patch);
        }
        SM_UNROLL(8) for (int c = 0; c < n; c++) wino_in(n, d + (size_t)c * step, line, half + c, (size_t)n);
        SM_UNROLL(8) for (int r = 0; r < n; r++) {
          vf o[8];
          wino_in(n, half + r * n, 1, o, 1);
          SM_UNROLL(8) for (int c = 0; c < n; c++) v_store(to + (size_t)(r * n + c) * plane + l, o[c]);
        }
      }
    }
}

SM_INLINE void winograd_weights(int n, const sm_filter *f, int block, int blocks, int from, int depth, float *u,
                                size_t plane, float *scratch) {
  for (int j = 0; j < blocks; j++)
    for (int c = 0; c < depth * 16; c += 16) {
      load_weights(f, (block + j) * 16, from * 16 + c, scratch);
      for (int k = 0; k < 16; k++) {
        prefetch_weights(f, block + j, from * 16 + c, from * 16, depth, k);
        for (int l = 0; l < 16; l += SM_LANES) {
          float *to = u + (size_t)(c + k) * (size_t)blocks * 16 + (size_t)(j * 16 + l);
          const vf *g = (const vf *)(scratch + k * 9 * 16 + l);
          vf half[24];
          SM_UNROLL(3) for (int q = 0; q < 3; q++) wino_weight(n, g + q * SM_VECTORS, 3 * SM_VECTORS, half + q, 3);
          SM_UNROLL(8) for (int r = 0; r < n; r++) {
            vf o[8];
            wino_weight(n, half + r * 3, 1, o, 1);
            SM_UNROLL(8) for (int q = 0; q < n; q++) v_store(to + (size_t)(r * n + q) * plane, o[q]);
          }
        }
      }
    }
}

/* What is added to a side x side tile from a map of half the size: bilinear with weights 3/4 and 1/4, zero outside. */
SM_INLINE void low_tile(int side, const float *low, int height, int width, int y, int x, vf *out) {
  vf wide[5 * 6];
  const vf major = v_set(0.75f), minor = v_set(0.25f);
  for (int r = 0; r < side / 2 + 2; r++) {
    const int v = y / 2 - 1 + r, u = x / 2 - 1;
    vf p[5];
    SM_UNROLL(5) for (int c = 0; c < side / 2 + 2; c++) {
      p[c] = v_set(0);
      if (v >= 0 && v < height && u + c >= 0 && u + c < width)
        p[c] = v_load(low + ((size_t)v * (size_t)width + (size_t)(u + c)) * 16);
    }
    SM_UNROLL(3) for (int c = 0; c < side / 2; c++) {
      wide[r * side + 2 * c] = v_fma(major, p[c + 1], minor * p[c]);
      wide[r * side + 2 * c + 1] = v_fma(major, p[c + 1], minor * p[c + 2]);
    }
  }
  for (int r = 0; r < side / 2; r++)
    SM_UNROLL(6) for (int c = 0; c < side; c++) {
      const vf *w = wide + (r + 1) * side + c;
      out[2 * r * side + c] = v_fma(major, w[0], minor * w[-side]);
      out[(2 * r + 1) * side + c] = v_fma(major, w[0], minor * w[side]);
    }
}

/* What low_tile will read for tile `number`. */
SM_INLINE void prefetch_low(int side, const sm_output *o, int number, size_t b) {
  const tile_at t = tile(o->tiles, number, o->rows, o->columns);
  const int height = o->height / 2, width = o->width / 2;
  int y = side * t.row / 2, x = t.column ? side * t.column / 2 + 1 : 0; /* what lies before was read beside it */
  int high = height - y < side / 2 + 1 ? height - y : side / 2 + 1, wide = width - x < side / 2 ? width - x : side / 2;
  prefetch_patch(o->low[t.picture] + b * (size_t)height * (size_t)width * 16, width, y, x, high, wide);
}

enum { ACTIVE, ACTIVE_LOW, MODULATED, BOTH };

SM_INLINE void winograd_tiles(int n, const sm_output *o, int block, int blocks, int first, int count, const float *m,
                              const float *m2, size_t plane, int mode) {
  const int side = n - 2;
  const size_t pixels = (size_t)o->height * (size_t)o->width, q = plane / SM_LANES;
  vf kept[36] = {{0}}, kept2[36] = {{0}};
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = side * t.row, x = side * t.column;
    int high = o->height - y < side ? o->height - y : side, wide = o->width - x < side ? o->width - x : side;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l, b = channel / 16;
      const size_t at = b * pixels * 16 + ((size_t)y * (size_t)o->width + (size_t)x) * 16 + channel % 16;
      if (l % 16 == 0 && i + 1 < count) { /* once a block: what the next tile adds or modulates */
        if (mode == MODULATED) prefetch_tile(o, o->x, first + i + 1, b, side);
        if (mode == ACTIVE_LOW) prefetch_low(side, o, first + i + 1, b);
        if (mode == ACTIVE && o->add) prefetch_tile(o, o->add, first + i + 1, b, side);
      }
      vf half[48], half2[48], low[36], row[6], row2[6];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(8) for (int c = 0; c < n; c++) wino_out(n, s + (size_t)c * q, (size_t)n * q, half + c, (size_t)n);
      if (m2) {
        const vf *s2 = (const vf *)(m2 + (size_t)i * (size_t)blocks * 16 + l);
        SM_UNROLL(8) for (int c = 0; c < n; c++) wino_out(n, s2 + (size_t)c * q, (size_t)n * q, half2 + c, (size_t)n);
      }
      if (mode == ACTIVE_LOW)
        low_tile(side, o->low[t.picture] + b * (pixels / 4) * 16 + channel % 16, o->height / 2, o->width / 2, y, x,
                 low);
      finish f = finish_of(o, t.picture, channel);
      SM_UNROLL(6) for (int r = 0; r < side; r++) {
        if (r >= high) break;
        wino_out(n, half + r * n, 1, row, 1);
        if (m2) wino_out(n, half2 + r * n, 1, row2, 1);
        size_t p = at + (size_t)r * (size_t)o->width * 16;
        SM_UNROLL(6) for (int c = 0; c < side; c++) {
          if (c >= wide) break;
          vf v;
          if (mode == MODULATED) v = finish_modulated(&f, row[c], m2 ? row2[c] : v_set(0), p);
          else if (mode == BOTH) v = row[c] + f.bias;
          else v = finish_active(&f, row[c], p);
          if (mode == ACTIVE_LOW) v += low[r * side + c];
          v_stream_kept(o->stream, f.y + p, v, kept + r * side + c);
          if (mode == BOTH) v_stream_kept(o->stream, f.second + p, row2[c] + f.bias2, kept2 + r * side + c);
          p += 16;
        }
      }
    }
  }
}

SM_INLINE void winograd_out(int n, const sm_output *o, int block, int blocks, int first, int count, const float *m,
                            const float *m2, size_t plane) {
  if (n == 6 && o->x && m2) winograd_tiles(n, o, block, blocks, first, count, m, m2, plane, MODULATED);
  else if (n == 6 && o->x) winograd_tiles(n, o, block, blocks, first, count, m, NULL, plane, MODULATED);
  else if (n == 6 && m2) winograd_tiles(n, o, block, blocks, first, count, m, m2, plane, BOTH);
  else if (o->low) winograd_tiles(n, o, block, blocks, first, count, m, NULL, plane, ACTIVE_LOW);
  else winograd_tiles(n, o, block, blocks, first, count, m, NULL, plane, ACTIVE);
}

#define WINOGRAD(NAME, N)                                                                                             \
  static void input_##NAME(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {              \
    winograd_in(N, in, first, count, rows, v, plane);                                                                 \
  }                                                                                                                   \
  static void weights_##NAME(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,  \
                             float *scratch) {                                                                        \
    winograd_weights(N, f, block, blocks, from, depth, u, plane, scratch);                                            \
  }                                                                                                                   \
  static void output_##NAME(const sm_output *o, int block, int blocks, int first, int count, const float *m,          \
                            const float *m2, size_t plane) {                                                          \
    winograd_out(N, o, block, blocks, first, count, m, m2, plane);                                                    \
  }
WINOGRAD(winograd, 6)
WINOGRAD(winograd6, 8)
#undef WINOGRAD
#undef HA
#undef HC
#undef HA2
#undef HC2
