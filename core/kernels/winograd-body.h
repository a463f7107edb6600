/* SPDX-License-Identifier: GPL-3.0-or-later
 * F(4x4, 3x3): 6x6 input tiles, 36 products, 4x4 outputs (Lavin and Gray, CVPR 2016). The points 0, +-a, +-b and
 * infinity with a = 5/8, b = 3/2 have half the error of +-1, +-2. Included by body.h;
 * adjoint-body.h uses the points too. */

#define PA 0.625f
#define PB 1.5f
#define PA2 (PA * PA)
#define PB2 (PB * PB)

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

/* o[4] := A^T m. */
SM_INLINE void wino_out4(const vf *m, size_t s, vf *o, size_t q) {
  vf e = m[s] + m[2 * s], f = m[s] - m[2 * s], g = m[3 * s] + m[4 * s], h = m[3 * s] - m[4 * s];
  o[0] = m[0] + (e + g);
  o[q] = v_fma(v_set(PB), h, v_set(PA) * f);
  o[2 * q] = v_fma(v_set(PB2), g, v_set(PA2) * e);
  o[3 * q] = v_fma(v_set(PA * PA2), f, v_fma(v_set(PB * PB2), h, m[5 * s]));
}

/* o[6] := G g of 3 values. */
SM_INLINE void wino_weight6(const vf *g, size_t s, vf *o, size_t q) {
  const float na = 1 / (2 * PA2 * (PA2 - PB2)), nb = 1 / (2 * PB2 * (PB2 - PA2));
  o[0] = v_set(1 / (PA2 * PB2)) * g[0];
  vf even = v_fma(v_set(na * PA2), g[2 * s], v_set(na) * g[0]), odd = v_set(na * PA) * g[s];
  o[q] = even + odd;
  o[2 * q] = even - odd;
  even = v_fma(v_set(nb * PB2), g[2 * s], v_set(nb) * g[0]), odd = v_set(nb * PB) * g[s];
  o[3 * q] = even + odd;
  o[4 * q] = even - odd;
  o[5 * q] = g[2 * s];
}

static void input_winograd(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int b = 0; b < in->blocks; b++)
    for (int i = 0; i < rows; i++) {
      float *to = v + (size_t)(b * rows + i) * 16;
      if (i >= count) {
        for (int p = 0; p < 36; p++) memset(to + (size_t)p * plane, 0, 64);
        continue;
      }
      tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
      int y = 4 * t.row - 1, x = 4 * t.column - 1;
      const float *map, *other;
      maps_of(in, t.picture, b, y, x, 6, &map, &other);
      int inside = !other && y >= 0 && x >= 0 && y + 6 <= in->height && x + 6 <= in->width;
      if (inside && b + 1 < in->blocks) prefetch_patch(map + pixels * 16, in->width, y, x + 2, 6, 4);
      for (int l = 0; l < 16; l += SM_LANES) {
        vf patch[36], half[36];
        const vf *d = patch;
        size_t line = 6, step = 1;
        if (inside) {
          d = (const vf *)(map + ((size_t)y * (size_t)in->width + (size_t)x) * 16 + l);
          line = (size_t)in->width * SM_VECTORS;
          step = SM_VECTORS;
        } else {
          gather(in, map, other, y, x, 6, l, patch);
        }
        SM_UNROLL(6) for (int c = 0; c < 6; c++) wino_in6(d + (size_t)c * step, line, half + c, 6);
        SM_UNROLL(6) for (int r = 0; r < 6; r++) {
          vf o[6];
          wino_in6(half + r * 6, 1, o, 1);
          SM_UNROLL(6) for (int c = 0; c < 6; c++) v_store(to + (size_t)(r * 6 + c) * plane + l, o[c]);
        }
      }
    }
}

static void weights_winograd(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                             float *scratch) {
  for (int j = 0; j < blocks; j++)
    for (int c = 0; c < depth * 16; c += 16) {
      load_weights(f, (block + j) * 16, from * 16 + c, scratch);
      for (int k = 0; k < 16; k++) {
        prefetch_weights(f, block + j, from * 16 + c, from * 16, depth, k);
        for (int l = 0; l < 16; l += SM_LANES) {
          float *to = u + (size_t)(c + k) * (size_t)blocks * 16 + (size_t)(j * 16 + l);
          const vf *g = (const vf *)(scratch + k * 9 * 16 + l);
          vf half[18];
          SM_UNROLL(3) for (int q = 0; q < 3; q++) wino_weight6(g + q * SM_VECTORS, 3 * SM_VECTORS, half + q, 3);
          SM_UNROLL(6) for (int r = 0; r < 6; r++) {
            vf o[6];
            wino_weight6(half + r * 3, 1, o, 1);
            SM_UNROLL(6) for (int q = 0; q < 6; q++) v_store(to + (size_t)(r * 6 + q) * plane, o[q]);
          }
        }
      }
    }
}

/* What is added to a 4x4 tile from a map of half the size: bilinear with weights 3/4 and 1/4, zero outside. */
SM_INLINE void low_tile(const float *low, int height, int width, int y, int x, vf *out) {
  vf wide[16];
  const vf major = v_set(0.75f), minor = v_set(0.25f);
  for (int r = 0; r < 4; r++) {
    int v = y / 2 - 1 + r;
    if (v < 0 || v >= height) {
      for (int c = 0; c < 4; c++) wide[r * 4 + c] = v_set(0);
      continue;
    }
    const float *p = low + ((size_t)v * (size_t)width + (size_t)(x / 2)) * 16;
    vf l0 = x / 2 > 0 ? v_load(p - 16) : v_set(0), l1 = v_load(p);
    vf l2 = x / 2 + 1 < width ? v_load(p + 16) : v_set(0), l3 = x / 2 + 2 < width ? v_load(p + 32) : v_set(0);
    wide[r * 4] = v_fma(major, l1, minor * l0);
    wide[r * 4 + 1] = v_fma(major, l1, minor * l2);
    wide[r * 4 + 2] = v_fma(major, l2, minor * l1);
    wide[r * 4 + 3] = v_fma(major, l2, minor * l3);
  }
  for (int c = 0; c < 4; c++) {
    out[c] = v_fma(major, wide[4 + c], minor * wide[c]);
    out[4 + c] = v_fma(major, wide[4 + c], minor * wide[8 + c]);
    out[8 + c] = v_fma(major, wide[8 + c], minor * wide[4 + c]);
    out[12 + c] = v_fma(major, wide[8 + c], minor * wide[12 + c]);
  }
}

enum { ACTIVE, ACTIVE_LOW, MODULATED, BOTH };

SM_INLINE void winograd_tiles(const sm_output *o, int block, int blocks, int first, int count, const float *m,
                              const float *m2, size_t plane, int mode) {
  const size_t pixels = (size_t)o->height * (size_t)o->width, q = plane / SM_LANES;
  for (int i = 0; i < count; i++) {
    tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
    int y = 4 * t.row, x = 4 * t.column;
    int high = o->height - y < 4 ? o->height - y : 4, wide = o->width - x < 4 ? o->width - x : 4;
    for (int l = 0; l < blocks * 16; l += SM_LANES) {
      const size_t channel = (size_t)block * 16 + (size_t)l, b = channel / 16;
      const size_t at = b * pixels * 16 + ((size_t)y * (size_t)o->width + (size_t)x) * 16 + channel % 16;
      vf half[24], half2[24], low[16], row[4], row2[4];
      const vf *s = (const vf *)(m + (size_t)i * (size_t)blocks * 16 + l);
      SM_UNROLL(6) for (int c = 0; c < 6; c++) wino_out4(s + (size_t)c * q, 6 * q, half + c, 6);
      if (m2) {
        const vf *s2 = (const vf *)(m2 + (size_t)i * (size_t)blocks * 16 + l);
        SM_UNROLL(6) for (int c = 0; c < 6; c++) wino_out4(s2 + (size_t)c * q, 6 * q, half2 + c, 6);
      }
      if (mode == ACTIVE_LOW)
        low_tile(o->low[t.picture] + b * (pixels / 4) * 16 + channel % 16, o->height / 2, o->width / 2, y, x, low);
      finish f = finish_of(o, t.picture, channel);
      SM_UNROLL(4) for (int r = 0; r < 4; r++) {
        if (r >= high) break;
        wino_out4(half + r * 6, 1, row, 1);
        if (m2) wino_out4(half2 + r * 6, 1, row2, 1);
        size_t p = at + (size_t)r * (size_t)o->width * 16;
        SM_UNROLL(4) for (int c = 0; c < 4; c++) {
          if (c >= wide) break;
          vf v;
          if (mode == MODULATED) v = finish_modulated(&f, row[c], m2 ? row2[c] : v_set(0), p);
          else if (mode == BOTH) v = row[c] + f.bias;
          else v = finish_active(&f, row[c], p);
          if (mode == ACTIVE_LOW) v += low[r * 4 + c];
          v_stream(o->stream, f.y + p, v);
          if (mode == BOTH) v_stream(o->stream, f.second + p, row2[c] + f.bias2);
          p += 16;
        }
      }
    }
  }
}

static void output_winograd(const sm_output *o, int block, int blocks, int first, int count, const float *m,
                            const float *m2, size_t plane) {
  if (o->x && m2) winograd_tiles(o, block, blocks, first, count, m, m2, plane, MODULATED);
  else if (o->x) winograd_tiles(o, block, blocks, first, count, m, NULL, plane, MODULATED);
  else if (m2) winograd_tiles(o, block, blocks, first, count, m, m2, plane, BOTH);
  else if (o->low) winograd_tiles(o, block, blocks, first, count, m, NULL, plane, ACTIVE_LOW);
  else winograd_tiles(o, block, blocks, first, count, m, NULL, plane, ACTIVE);
}
