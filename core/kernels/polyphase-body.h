/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stride 2 without the zeros: an axis splits into the even phase, a 2-tap filter done by F(3,2) with 4 products for
 * 3 outputs, and the odd phase, one tap, 3 products. Both axes: 49 products of 25 distinct weights a 3x3 tile, 5.44
 * a pixel instead of 9. UP scatters the phases, DOWN (the transposed problem) gathers them. Included by body.h. */

/* Even phase x0..x3 and odd phase z0..z2 of one axis -> 7. */
SM_INLINE void poly_in(vf x0, vf x1, vf x2, vf x3, vf z0, vf z1, vf z2, vf *o, size_t q) {
  o[0] = x0 - x2;
  o[q] = x1 + x2;
  o[2 * q] = x2 - x1;
  o[3 * q] = x3 - x1;
  o[4 * q] = z0;
  o[5 * q] = z1;
  o[6 * q] = z2;
}

/* Taps g0, g1 of the even phase and g of the odd one -> 5. */
SM_INLINE void poly_weight(vf g0, vf g, vf g1, vf *o, size_t q) {
  vf h = v_set(0.5f) * g0, k = v_set(0.5f) * g1;
  o[0] = g0;
  o[q] = h + k;
  o[2 * q] = h - k;
  o[3 * q] = g1;
  o[4 * q] = g;
}

static void input_up(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < 49; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = 3 * t.row - 1, x = 3 * t.column - 1;
      const float *map, *other;
      maps_of(in, t.picture, b, y, x, 4, &map, &other);
      int inside = !other && y >= 0 && x >= 0 && y + 4 <= in->height && x + 4 <= in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 1, 4, 3);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[16], half[28];
        const vf *d = patch;
        size_t s = 4, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          s = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, other, y, x, 4, l, patch);
        }
        SM_UNROLL(4) for (int c = 0; c < 4; c++) {
          const vf *e = d + (size_t)c * step;
          poly_in(e[0], e[s], e[2 * s], e[3 * s], e[s], e[2 * s], e[3 * s], half + c, 4);
        }
        SM_UNROLL(7) for (int r = 0; r < 7; r++) {
          vf o[7];
          const vf *e = half + r * 4;
          poly_in(e[0], e[1], e[2], e[3], e[1], e[2], e[3], o, 1);
          SM_UNROLL(7) for (int c = 0; c < 7; c++) v_store(to + (size_t)(r * 7 + c) * plane + l, o[c]);
        }
      }
    }
}

/* Ten pixels in a line -> their seven blurred ones, by taps a b b a, by phase -> 7. */
SM_INLINE void blur_in(const vf *d, size_t s, float a, float b, vf *o, size_t q) {
  vf p[10], z[7];
  SM_UNROLL(10) for (int i = 0; i < 10; i++) p[i] = d[(size_t)i * s];
  SM_UNROLL(7) for (int i = 0; i < 7; i++)
    z[i] = v_fma(v_set(a), p[i] + p[i + 3], v_set(b) * (p[i + 1] + p[i + 2]));
  poly_in(z[0], z[2], z[4], z[6], z[1], z[3], z[5], o, q);
}

/* The transformed 7 x 7 of a DOWN tile from 10 x 10 pixels, `s` and `step` vectors apart, by the FIR kernel in two
 * passes or, where it is not a symmetric outer product, as it is. */
SM_INLINE void down_tile(const vf *d, size_t s, size_t step, const sm_fir *fir, float *to, size_t plane) {
  vf half[70], z[49], o[7];
  const float *row = fir->row, *column = fir->column;
  if (fir->separable && row[0] == row[3] && row[1] == row[2] && column[0] == column[3] && column[1] == column[2]) {
    for (int r = 0; r < 10; r++) blur_in(d + (size_t)r * s, step, row[0], row[1], half + r * 7, 1);
    SM_UNROLL(7) for (int c = 0; c < 7; c++) {
      blur_in(half + c, 7, column[0], column[1], o, 1);
      SM_UNROLL(7) for (int r = 0; r < 7; r++) v_store(to + (size_t)(r * 7 + c) * plane, o[r]);
    }
    return;
  }
  for (int r = 0; r < 7; r++)
    for (int c = 0; c < 7; c++) {
      vf sum = v_set(0);
      for (int k = 0; k < 16; k++)
        sum = v_fma(v_set(fir->full[k]), d[(size_t)(r + k / 4) * s + (size_t)(c + k % 4) * step], sum);
      z[r * 7 + c] = sum;
    }
  SM_UNROLL(7) for (int r = 0; r < 7; r++) {
    const vf *e = z + r * 7;
    poly_in(e[0], e[2], e[4], e[6], e[1], e[3], e[5], half + r * 7, 1);
  }
  SM_UNROLL(7) for (int c = 0; c < 7; c++) {
    const vf *e = half + c;
    poly_in(e[0], e[14], e[28], e[42], e[7], e[21], e[35], o, 1);
    SM_UNROLL(7) for (int r = 0; r < 7; r++) v_store(to + (size_t)(r * 7 + c) * plane, o[r]);
  }
}

static void input_down(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < 49; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = 6 * t.row - 2, x = 6 * t.column - 2;
      const float *map, *other;
      maps_of(in, t.picture, b, y, x, 10, &map, &other);
      int inside = !other && y >= 0 && x >= 0 && y + 10 <= in->height && x + 10 <= in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 4, 10, 6);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[100];
        const vf *d = patch;
        size_t line = 10, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          line = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, other, y, x, 10, l, patch);
        }
        down_tile(d, line, step, in->fir, to + l, plane);
      }
    }
}

/* `flip`: a transposed convolution meets the taps in the opposite order. */
SM_INLINE void weights_poly(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                            float *scratch, int flip) {
  const int g0 = flip ? 2 : 0, g1 = 2 - g0;
  for (int j = 0; j < blocks; j++)
    for (int c = 0; c < depth * 16; c += 16) {
      load_weights(f, (block + j) * 16, from * 16 + c, scratch);
      for (int k = 0; k < 16; k++) {
        prefetch_weights(f, block + j, from * 16 + c, from * 16, depth, k);
        for (int l = 0; l < 16; l += SM_LANES) {
          float *to = u + (size_t)(c + k) * (size_t)blocks * 16 + (size_t)(j * 16 + l);
          const float *g = scratch + k * 9 * 16 + l;
          vf half[15];
          SM_UNROLL(3) for (int q = 0; q < 3; q++) {
            const float *w = g + q * 16;
            poly_weight(v_load(w + g0 * 48), v_load(w + 48), v_load(w + g1 * 48), half + q, 3);
          }
          SM_UNROLL(5) for (int r = 0; r < 5; r++) {
            vf o[5];
            poly_weight(half[r * 3 + g0], half[r * 3 + 1], half[r * 3 + g1], o, 1);
            SM_UNROLL(5) for (int q = 0; q < 5; q++) v_store(to + (size_t)(r * 5 + q) * plane, o[q]);
          }
        }
      }
    }
}

static void weights_up(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                       float *scratch) {
  weights_poly(f, block, blocks, from, depth, u, plane, scratch, 1);
}

static void weights_down(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                         float *scratch) {
  weights_poly(f, block, blocks, from, depth, u, plane, scratch, 0);
}

/* 7 products -> 6 interleaved outputs: even, odd, even, ... */
SM_INLINE void poly_scatter(const vf *m, size_t s, vf *o, size_t q) {
  vf a = m[s] + m[2 * s], b = m[s] - m[2 * s];
  o[0] = m[0] + a;
  o[q] = m[4 * s];
  o[2 * q] = b;
  o[3 * q] = m[5 * s];
  o[4 * q] = a + m[3 * s];
  o[5 * q] = m[6 * s];
}

/* 7 products -> 3 outputs. */
SM_INLINE void poly_gather(const vf *m, size_t s, vf *o, size_t q) {
  vf a = m[s] + m[2 * s], b = m[s] - m[2 * s];
  o[0] = (m[0] + a) + m[4 * s];
  o[q] = b + m[5 * s];
  o[2 * q] = (a + m[3 * s]) + m[6 * s];
}

/* The raw transposed result, into maps of (height + 2) x (width + 2) with a border of one pixel that stays the
 * caller's: here height and width are 2 side + 1. No bias, no activation: blur finishes. */
static void output_up(const sm_output *o, int block, int blocks, int first, int count, const float *m, const float *m2,
                      size_t plane) {
  (void)m2;
  const size_t line = (size_t)o->width + 2, pixels = ((size_t)o->height + 2) * line, q = plane / SM_LANES;
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = 6 * t.row, x = 6 * t.column;
    int high = o->height - y < 6 ? o->height - y : 6, wide = o->width - x < 6 ? o->width - x : 6;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l;
      float *to = o->maps[t.picture] + (channel / 16 * pixels + (size_t)(y + 1) * line + (size_t)(x + 1)) * 16 +
                  channel % 16;
      vf half[42], row[6];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(7) for (int c = 0; c < 7; c++) poly_scatter(s + (size_t)c * q, 7 * q, half + c, 7);
      SM_UNROLL(6) for (int r = 0; r < 6; r++) {
        if (r >= high) break;
        poly_scatter(half + r * 7, 1, row, 1);
        SM_UNROLL(6) for (int c = 0; c < 6; c++) {
          if (c >= wide) break;
          v_stream(o->stream, to + ((size_t)r * line + (size_t)c) * 16, row[c]);
        }
      }
    }
  }
}

static void output_down(const sm_output *o, int block, int blocks, int first, int count, const float *m,
                        const float *m2, size_t plane) {
  (void)m2;
  const size_t pixels = (size_t)o->height * (size_t)o->width, q = plane / SM_LANES;
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = 3 * t.row, x = 3 * t.column;
    int high = o->height - y < 3 ? o->height - y : 3, wide = o->width - x < 3 ? o->width - x : 3;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l;
      const size_t at = (channel / 16 * pixels + (size_t)y * (size_t)o->width + (size_t)x) * 16 + channel % 16;
      vf half[21], row[3];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(7) for (int c = 0; c < 7; c++) poly_gather(s + (size_t)c * q, 7 * q, half + c, 7);
      finish f = finish_of(o, t.picture, channel);
      SM_UNROLL(3) for (int r = 0; r < 3; r++) {
        if (r >= high) break;
        poly_gather(half + r * 7, 1, row, 1);
        SM_UNROLL(3) for (int c = 0; c < 3; c++) {
          if (c >= wide) break;
          size_t p = at + ((size_t)r * (size_t)o->width + (size_t)c) * 16;
          v_stream(o->stream, f.y + p, finish_active(&f, row[c], p));
        }
      }
    }
  }
}
