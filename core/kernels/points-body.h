/* SPDX-License-Identifier: GPL-3.0-or-later
 * What happens to pixels outside convolutions: blurs, statistics, modulation, colour in and out. Included by body.h. */

static void blur(const sm_output *o, const sm_fir *fir, int picture, int block, int y0, int y1, int x0, int x1,
                 const float *wide, float *line) {
  const size_t pitch = ((size_t)o->width + 3) * 16, pixels = (size_t)o->height * (size_t)o->width;
  const size_t n = (size_t)(x1 - x0) * 16;
  for (int y = y0; y < y1; y++) {
    const float *p = wide + (size_t)y * pitch + (size_t)x0 * 16;
    size_t at = ((size_t)block * pixels + (size_t)y * (size_t)o->width + (size_t)x0) * 16;
    if (fir->separable) {
      const vf c0 = v_set(fir->column[0]), c1 = v_set(fir->column[1]);
      const vf c2 = v_set(fir->column[2]), c3 = v_set(fir->column[3]);
      for (size_t i = 0; i < n + 48; i += SM_LANES)
        v_store(line + i, v_fma(c0, v_load(p + i), c1 * v_load(p + pitch + i)) +
                              v_fma(c3, v_load(p + 3 * pitch + i), c2 * v_load(p + 2 * pitch + i)));
    }
    for (int l = 0; l < 16; l += SM_LANES) {
      finish f = finish_of(o, picture, (size_t)block * 16 + (size_t)l);
      const vf r0 = v_set(fir->row[0]), r1 = v_set(fir->row[1]), r2 = v_set(fir->row[2]), r3 = v_set(fir->row[3]);
      for (size_t i = (size_t)l; i < n; i += 16) {
        vf sum = v_set(0);
        if (fir->separable)
          sum = v_fma(r0, v_load(line + i), r1 * v_load(line + i + 16)) +
                v_fma(r3, v_load(line + i + 48), r2 * v_load(line + i + 32));
        else
          for (size_t k = 0; k < 16; k++)
            sum = v_fma(v_set(fir->full[k]), v_load(p + k / 4 * pitch + k % 4 * 16 + i), sum);
        /* a pixel of `line` is not read any more when it has been made */
        v_stream_kept(o->stream, f.y + at + i, finish_active(&f, sum, at + i), (vf *)(line + i - (size_t)l));
      }
    }
  }
}

static void halve(const float *in, int height, int width, const sm_fir *fir, int y0, int y1, float *out) {
  const size_t pitch = (size_t)width * 16;
  const vf c0 = v_set(fir->column[0]), c1 = v_set(fir->column[1]);
  const vf c2 = v_set(fir->column[2]), c3 = v_set(fir->column[3]);
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < width / 2; x++) {
      const int v0 = 2 * y - 1, u0 = 2 * x - 1;
      const int inside = fir->separable && v0 >= 0 && u0 >= 0 && v0 + 4 <= height && u0 + 4 <= width;
      for (int l = 0; l < 16; l += SM_LANES) {
        vf sum = v_set(0);
        if (inside) {
          const float *p = in + (size_t)v0 * pitch + (size_t)u0 * 16 + l;
          SM_UNROLL(4) for (int k = 0; k < 4; k++, p += 16) {
            vf line = v_fma(c0, v_load(p), c1 * v_load(p + pitch)) +
                      v_fma(c3, v_load(p + 3 * pitch), c2 * v_load(p + 2 * pitch));
            sum = v_fma(v_set(fir->row[k]), line, sum);
          }
        } else {
          for (int k = 0; k < 16; k++) {
            int v = v0 + k / 4, u = u0 + k % 4;
            if (v < 0 || v >= height || u < 0 || u >= width) continue;
            sum = v_fma(v_set(fir->full[k]), v_load(in + (size_t)v * pitch + (size_t)u * 16 + l), sum);
          }
        }
        v_store(out + ((size_t)y * (size_t)(width / 2) + (size_t)x) * 16 + l, sum);
      }
    }
}

static void halve_entrance(const sm_entrance *e, int block, int blocks, int height, int width, const sm_fir *fir,
                           int y0, int y1, float *line, float *out) {
  const size_t pixels = (size_t)height * (size_t)width;
  for (int l = 0; l < 16; l += SM_LANES) {
    const entering n = entering_of(e, block, blocks, l);
    for (int y = y0; y < y1; y++) {
      for (int x = 0; x < width; x++) { /* down the columns first */
        vf sum = v_set(0);
        SM_UNROLL(4) for (int k = 0; k < 4; k++) {
          const int v = 2 * y - 1 + k;
          if (v < 0 || v >= height) continue;
          sum = v_fma(v_set(fir->column[k]), entered(&n, pixels, (size_t)v * (size_t)width + (size_t)x), sum);
        }
        v_store(line + x * SM_LANES, sum);
      }
      for (int x = 0; x < width / 2; x++) {
        vf sum = v_set(0);
        SM_UNROLL(4) for (int k = 0; k < 4; k++) {
          const int u = 2 * x - 1 + k;
          if (u >= 0 && u < width) sum = v_fma(v_set(fir->row[k]), v_load(line + u * SM_LANES), sum);
        }
        v_store(out + ((size_t)y * (size_t)(width / 2) + (size_t)x) * 16 + l, sum);
      }
    }
  }
}

static void twice(const float *in, int height, int width, const sm_fir *fir, int y0, int y1, float *out) {
  for (int y = y0; y < y1; y++)
    for (int x = 0; x < 2 * width; x++) {
      float *to = out + ((size_t)y * (size_t)(2 * width) + (size_t)x) * 16;
      for (int l = 0; l < 16; l += SM_LANES) {
        vf sum = v_load(to + l);
        for (int a = y & 1; a < 4; a += 2)
          for (int b = x & 1; b < 4; b += 2) {
            int v = (y - 2 + a) / 2, u = (x - 2 + b) / 2;
            if (y - 2 + a < 0 || v >= height || x - 2 + b < 0 || u >= width) continue;
            sum = v_fma(v_set(fir->full[a * 4 + b]), v_load(in + ((size_t)v * (size_t)width + (size_t)u) * 16 + l),
                        sum);
          }
        v_store(to + l, sum);
      }
    }
}

static void sums(const float *in, size_t pixels, const float *shift, double *sum, double *squares) {
  enum { RUN = 64 /* pixels summed in float: the error stays that of 64 additions */ };
  for (int i = 0; i < 16; i++) sum[i] = squares[i] = 0;
  for (size_t p = 0; p < pixels; p += RUN) {
    size_t n = pixels - p < RUN ? pixels - p : RUN;
    float s[16] __attribute__((aligned(64))), q[16] __attribute__((aligned(64)));
    for (int l = 0; l < 16; l += SM_LANES) {
      vf a = v_set(0), b = v_set(0), c = v_set(0), d = v_set(0), by = shift ? v_load(shift + l) : v_set(0);
      const float *x = in + p * 16 + l;
      size_t i = 0;
      for (; i + 2 <= n; i += 2, x += 32) {
        vf u = v_load(x) - by, v = v_load(x + 16) - by;
        a += u;
        b = v_fma(u, u, b);
        c += v;
        d = v_fma(v, v, d);
      }
      if (i < n) {
        vf u = v_load(x) - by;
        a += u;
        b = v_fma(u, u, b);
      }
      v_store(s + l, a + c);
      v_store(q + l, b + d);
    }
    for (int i = 0; i < 16; i++) {
      sum[i] += (double)s[i];
      squares[i] += (double)q[i];
    }
  }
}

static void modulate(const float *x, size_t line, const float *scale, const float *shift, const float *gamma,
                     const float *beta, const float *gamma2, const float *beta2, float t, size_t rows, size_t columns,
                     float *out) {
  const vf by = v_set(t);
  for (int l = 0; l < 16; l += SM_LANES) {
    const vf a = v_load(scale + l), b = v_load(shift + l);
    size_t i = (size_t)l;
    for (size_t r = 0; r < rows; r++)
      for (size_t k = r * line + (size_t)l, end = r * line + columns * 16; k < end; k += 16, i += 16) {
        vf g = v_load(gamma + i), s = beta ? v_load(beta + i) : v_set(0);
        if (gamma2) g = v_fma(by, v_load(gamma2 + i) - g, g);
        if (beta2) s = v_fma(by, v_load(beta2 + i) - s, s);
        v_store(out + k, v_fma(v_fma(v_load(x + k), a, b), g, s));
      }
  }
}

static void enter(const sm_entrance *e, size_t pixels, int blocks, size_t first, size_t count, float *out) {
  const int stream = sm_streams(blocks, (int)pixels, 1);
  for (int b = 0; b < blocks; b++)
    for (int l = 0; l < 16; l += SM_LANES) {
      const entering n = entering_of(e, b, blocks, l);
      float *to = out + ((size_t)b * pixels + first) * 16 + l;
      for (size_t i = 0; i < count; i++) v_stream(stream, to + i * 16, entered(&n, pixels, first + i));
    }
}

static void leave(const float *in, int blocks, size_t pixels, const float *weights, const float *rest,
                  const float *bias, float slope, size_t first, size_t count, float *out) {
  enum { RUN = 8 /* pixels at a time, so that their sums stay in registers */ };
  for (size_t p = first; p < first + count; p += RUN) {
    size_t n = first + count - p < RUN ? first + count - p : RUN;
    for (int c = 0; c < 3; c++) {
      vf sum[RUN];
      for (size_t i = 0; i < n; i++) sum[i] = v_set(0);
      for (int b = 0; b < blocks; b++)
        for (int l = 0; l < 16; l += SM_LANES) {
          vf w = v_load(weights + (c * blocks + b) * 16 + l);
          const float *x = in + ((size_t)b * pixels + p) * 16 + l;
          for (size_t i = 0; i < n; i++) sum[i] = v_fma(w, v_load(x + i * 16), sum[i]);
        }
      for (size_t i = 0; i < n; i++) {
        float lane[SM_LANES] __attribute__((aligned(64)));
        v_store(lane, sum[i]);
        for (int half = SM_LANES / 2; half; half /= 2)
          for (int k = 0; k < half; k++) lane[k] += lane[k + half];
        float v = lane[0] + rest[(p + i) * 16 + (size_t)c] + bias[c];
        out[(size_t)c * pixels + p + i] = v >= 0 ? v : v * slope;
      }
    }
  }
}
