/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a weight's gradient needs beside the input transforms: y = A^T (G g * B^T x) is linear in g, so its gradient is
 * G^T (A dy * B^T x), summed over tiles before the last step, which is once a layer. Included by body.h. */

/* o[6] := A d of 4 values. */
SM_INLINE void wino_delta6(const vf *d, size_t s, vf *o, size_t q) {
  vf d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s];
  o[0] = d0;
  vf even = v_fma(v_set(PA2), d2, d0), odd = v_set(PA) * v_fma(v_set(PA2), d3, d1);
  o[q] = even + odd;
  o[2 * q] = even - odd;
  even = v_fma(v_set(PB2), d2, d0), odd = v_set(PB) * v_fma(v_set(PB2), d3, d1);
  o[3 * q] = even + odd;
  o[4 * q] = even - odd;
  o[5 * q] = d3;
}

/* o[3] := G^T m of 6 values. */
SM_INLINE void wino_fold3(const vf *m, size_t s, vf *o, size_t q) {
  const float na = 1 / (2 * PA2 * (PA2 - PB2)), nb = 1 / (2 * PB2 * (PB2 - PA2));
  vf a = v_set(na) * (m[s] + m[2 * s]), b = v_set(nb) * (m[3 * s] + m[4 * s]);
  o[0] = v_fma(v_set(1 / (PA2 * PB2)), m[0], a + b);
  o[q] = v_fma(v_set(na * PA), m[s] - m[2 * s], v_set(nb * PB) * (m[3 * s] - m[4 * s]));
  o[2 * q] = v_fma(v_set(PA2), a, v_fma(v_set(PB2), b, m[5 * s]));
}

/* The adjoints of poly_gather and poly_weight. */
SM_INLINE void poly_delta7(const vf *d, size_t s, vf *o, size_t q) {
  vf outer = d[0] + d[2 * s];
  o[0] = d[0];
  o[q] = outer + d[s];
  o[2 * q] = outer - d[s];
  o[3 * q] = d[2 * s];
  o[4 * q] = d[0];
  o[5 * q] = d[s];
  o[6 * q] = d[2 * s];
}

SM_INLINE void poly_fold3(const vf *m, size_t s, vf *o, size_t q) {
  const vf half = v_set(0.5f);
  o[0] = v_fma(half, m[s] + m[2 * s], m[0]);
  o[q] = m[4 * s];
  o[2 * q] = v_fma(half, m[s] - m[2 * s], m[3 * s]);
}

/* Tiles of side x side pixels of the result's gradient -> wide x wide planes. */
SM_INLINE void delta_tiles(const sm_input *in, int first, int count, int rows, float *v, size_t plane, int side,
                           int wide) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < wide * wide; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = side * t.row, x = side * t.column;
      const float *map = in->maps[t.picture] + (size_t)b * pixels * 16;
      int inside = y + side <= in->height && x + side <= in->width;
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[16], half[28];
        const vf *d = patch;
        size_t line = (size_t)side, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          line = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, NULL, y, x, side, l, patch);
        }
        SM_UNROLL(4) for (int c = 0; c < side; c++) {
          if (side == 4) wino_delta6(d + (size_t)c * step, line, half + c, 4);
          else poly_delta7(d + (size_t)c * step, line, half + c, 3);
        }
        SM_UNROLL(7) for (int r = 0; r < wide; r++) {
          vf o[7];
          if (side == 4) wino_delta6(half + r * 4, 1, o, 1);
          else poly_delta7(half + r * 3, 1, o, 1);
          SM_UNROLL(7) for (int c = 0; c < wide; c++) v_store(to + (size_t)(r * wide + c) * plane + l, o[c]);
        }
      }
    }
}

static void delta_winograd(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  delta_tiles(in, first, count, rows, v, plane, 4, 6);
}

static void delta_down(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  delta_tiles(in, first, count, rows, v, plane, 3, 7);
}

static void fold_winograd(const float *m, size_t plane, float *g) {
  for (int i = 0; i < 256; i += SM_LANES) {
    vf all[36], half[18], o[9];
    for (int p = 0; p < 36; p++) all[p] = v_load(m + (size_t)p * plane + i);
    SM_UNROLL(6) for (int c = 0; c < 6; c++) wino_fold3(all + c, 6, half + c, 6);
    SM_UNROLL(3) for (int r = 0; r < 3; r++) wino_fold3(half + r * 6, 1, o + r * 3, 1);
    for (int t = 0; t < 9; t++) v_store(g + t * 256 + i, o[t]);
  }
}

static void fold_down(const float *m, size_t plane, float *g) {
  for (int i = 0; i < 256; i += SM_LANES) {
    vf all[25], half[15], o[9];
    for (int p = 0; p < 25; p++) all[p] = v_load(m + (size_t)p * plane + i);
    SM_UNROLL(5) for (int c = 0; c < 5; c++) poly_fold3(all + c, 5, half + c, 5);
    SM_UNROLL(3) for (int r = 0; r < 3; r++) poly_fold3(half + r * 5, 1, o + r * 3, 1);
    for (int t = 0; t < 9; t++) v_store(g + t * 256 + i, o[t]);
  }
}
#undef PA
#undef PB
#undef PA2
#undef PB2
