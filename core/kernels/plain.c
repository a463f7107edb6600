/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/plain.h"

#include <math.h>
#include <string.h>

#include "kernels/blas.h"

enum { STRIP = 512 /* output pixels a task */, ROWS = 64 /* output channels a task */ };

static float lrelu(float v) { return 1.41421356237309505f * (v >= 0 ? v : 0.2f * v); }

/* The products that make one set of output pixels: a plain convolution has one set, a transposed one four
 * (even and odd rows and columns), each with its own taps. out[oy][ox] = sum over taps of
 * in[iy(oy) + dy][ix(ox) + dx] * weight[u][v]. */
typedef struct phase {
  int taps, u[9], v[9], dy[9], dx[9];
  int rows, cols;          /* output pixels of this phase */
  int first_y, first_x;    /* of the output */
} phase;

typedef struct conv_run {
  const sm_plain *p;
  const sm_plain_conv *conv;
  const float *in;
  float *out;
  int h, w, out_h, out_w;
  int step_in, step_out;   /* input step per output pixel; output step within a phase */
  int phases;
  phase phase[4];
  int strips[4], blocks;
} conv_run;

static void plan_phases(conv_run *r) {
  const sm_plain_conv *c = r->conv;
  int up = c->mode == SM_CONV_UP, pad = c->mode == SM_CONV_SAME ? c->k / 2 : 0;
  r->step_in = c->mode == SM_CONV_DOWN ? 2 : 1;
  r->step_out = up ? 2 : 1;
  r->out_h = up ? 2 * (r->h - 1) + c->k : c->mode == SM_CONV_DOWN ? (r->h - c->k) / 2 + 1 : r->h;
  r->out_w = up ? 2 * (r->w - 1) + c->k : c->mode == SM_CONV_DOWN ? (r->w - c->k) / 2 + 1 : r->w;
  r->phases = 0;
  for (int a = 0; a < (up ? 2 : 1); a++)
    for (int b = 0; b < (up ? 2 : 1); b++) {
      phase f = {.first_y = a, .first_x = b, .rows = up ? (r->out_h - a + 1) / 2 : r->out_h,
                 .cols = up ? (r->out_w - b + 1) / 2 : r->out_w};
      for (int u = 0; u < c->k; u++)
        for (int v = 0; v < c->k; v++) {
          if (up && (u % 2 != a || v % 2 != b)) continue;
          f.u[f.taps] = u;
          f.v[f.taps] = v;
          f.dy[f.taps] = up ? -(u / 2) : u - pad;
          f.dx[f.taps] = up ? -(v / 2) : v - pad;
          f.taps++;
        }
      if (f.taps && f.rows > 0 && f.cols > 0) r->phase[r->phases++] = f;
    }
}

/* cin * taps rows of `count` pixels, from pixel `first` of the phase: the input under every tap. */
static void gather(const conv_run *r, const phase *f, int first, int count, float *column) {
  for (int c = 0; c < r->conv->cin; c++) {
    const float *map = r->in + (size_t)c * (size_t)r->h * (size_t)r->w;
    for (int t = 0; t < f->taps; t++, column += count) {
      int y = first / f->cols, x = first % f->cols;
      for (int i = 0; i < count;) {
        int n = f->cols - x < count - i ? f->cols - x : count - i; /* pixels of this output row */
        int iy = y * r->step_in + f->dy[t];
        if (iy < 0 || iy >= r->h) {
          memset(column + i, 0, sizeof(float) * (size_t)n);
        } else {
          const float *row = map + (size_t)iy * (size_t)r->w;
          for (int j = 0; j < n; j++) {
            int ix = (x + j) * r->step_in + f->dx[t];
            column[i + j] = ix < 0 || ix >= r->w ? 0 : row[ix];
          }
        }
        i += n;
        x = 0;
        y++;
      }
    }
  }
}

static void conv_task(void *context, int index, int worker) {
  const conv_run *r = context;
  const sm_plain_conv *c = r->conv;
  const phase *f = r->phase;
  int strip = index / r->blocks, block = index % r->blocks;
  while (strip >= r->strips[f - r->phase]) strip -= r->strips[f++ - r->phase];

  int pixels = f->rows * f->cols, first = strip * STRIP, count = pixels - first < STRIP ? pixels - first : STRIP;
  int o0 = block * ROWS, rows = c->cout - o0 < ROWS ? c->cout - o0 : ROWS, k = c->cin * f->taps;
  float *column = r->p->scratch + (size_t)worker * r->p->scratch_each;
  float *weight = column + (size_t)c->cin * 9 * STRIP, *product = weight + (size_t)c->cin * 9 * ROWS;

  gather(r, f, first, count, column);
  const float *a = c->weight + (size_t)o0 * (size_t)c->cin * (size_t)(c->k * c->k);
  if (f->taps != c->k * c->k) { /* this phase's taps, side by side */
    for (int o = 0; o < rows; o++)
      for (int i = 0; i < c->cin; i++)
        for (int t = 0; t < f->taps; t++)
          weight[((size_t)o * (size_t)c->cin + (size_t)i) * (size_t)f->taps + (size_t)t] =
              a[((size_t)o * (size_t)c->cin + (size_t)i) * (size_t)(c->k * c->k) + (size_t)(f->u[t] * c->k + f->v[t])];
    a = weight;
  }
  sm_gemm(rows, count, k, c->scale, a, k, column, count, 0, product, count);

  for (int o = 0; o < rows; o++) {
    float *map = r->out + (size_t)(o0 + o) * (size_t)r->out_h * (size_t)r->out_w;
    float bias = c->bias ? c->bias[o0 + o] : 0;
    const float *from = product + (size_t)o * (size_t)count;
    for (int i = 0; i < count; i++) {
      int y = (first + i) / f->cols, x = (first + i) % f->cols;
      float v = from[i] + bias;
      map[(size_t)(f->first_y + y * r->step_out) * (size_t)r->out_w + (size_t)(f->first_x + x * r->step_out)] =
          c->activate ? lrelu(v) : v;
    }
  }
}

size_t sm_plain_scratch(const sm_plain_conv *conv, int h, int w) {
  return (size_t)conv->cin * 9 * (STRIP + ROWS) + (size_t)ROWS * STRIP;
}

int sm_plain_convolve(const sm_plain *p, const sm_plain_conv *conv, const float *in, int h, int w, float *out) {
  conv_run r = {.p = p, .conv = conv, .in = in, .out = out, .h = h, .w = w};
  plan_phases(&r);
  r.blocks = (conv->cout + ROWS - 1) / ROWS;
  int tasks = 0;
  for (int i = 0; i < r.phases; i++) {
    r.strips[i] = (r.phase[i].rows * r.phase[i].cols + STRIP - 1) / STRIP;
    tasks += r.strips[i] * r.blocks;
  }
  return sm_pool_run(p->pool, tasks, conv_task, &r, p->poll, p->poll_data);
}

typedef struct blur_run {
  const float *in, *kernel, *bias, *add;
  float *out, gain;
  int side, before, stride, out_side;
} blur_run;

static void blur_task(void *context, int c, int worker) {
  const blur_run *r = context;
  const float *map = r->in + (size_t)c * (size_t)r->side * (size_t)r->side;
  size_t base = (size_t)c * (size_t)r->out_side * (size_t)r->out_side;
  for (int y = 0; y < r->out_side; y++)
    for (int x = 0; x < r->out_side; x++) {
      int y0 = y * r->stride - r->before, x0 = x * r->stride - r->before;
      float sum = 0;
      for (int u = 0; u < 4; u++) {
        if (y0 + u < 0 || y0 + u >= r->side) continue;
        const float *row = map + (size_t)(y0 + u) * (size_t)r->side;
        for (int v = 0; v < 4; v++)
          if (x0 + v >= 0 && x0 + v < r->side) sum += r->kernel[u * 4 + v] * row[x0 + v];
      }
      size_t at = base + (size_t)y * (size_t)r->out_side + (size_t)x;
      if (r->bias) sum = lrelu(sum + r->bias[c]);
      if (r->add) sum += r->add[at];
      r->out[at] = sum * r->gain;
    }
}

int sm_plain_blur(const sm_plain *p, const float *in, int channels, int side, const float *kernel, int before,
                  int after, int stride, const float *bias, const float *add, float gain, float *out) {
  blur_run r = {in, kernel, bias, add, out, gain, side, before, stride, (side + before + after - 4) / stride + 1};
  return sm_pool_run(p->pool, channels, blur_task, &r, p->poll, p->poll_data);
}

void sm_plain_insert_zeros(const float *in, int channels, int side, float *out) {
  size_t wide = (size_t)(2 * side - 1);
  memset(out, 0, sizeof(float) * (size_t)channels * wide * wide);
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < side; y++)
      for (int x = 0; x < side; x++)
        out[((size_t)c * wide + (size_t)(2 * y)) * wide + (size_t)(2 * x)] =
            in[((size_t)c * (size_t)side + (size_t)y) * (size_t)side + (size_t)x];
}

typedef struct norm_run {
  const float *in, *gamma, *beta;
  float *out, *mean, *rstd;
  size_t pixels;
} norm_run;

static double sum_of(const float *v, size_t n) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += v[i];
  return s;
}

static double squares_of(const float *v, size_t n, double mean) {
  double s = 0;
  for (size_t i = 0; i < n; i++) s += (v[i] - mean) * (v[i] - mean);
  return s;
}

static void statistics_task(void *context, int c, int worker) {
  const norm_run *r = context;
  const float *map = r->in + (size_t)c * r->pixels;
  double mean = sum_of(map, r->pixels) / (double)r->pixels;
  r->mean[c] = (float)mean;
  r->rstd[c] = (float)(1 / sqrt(squares_of(map, r->pixels, mean) / (double)r->pixels + 1e-5));
}

int sm_plain_statistics(const sm_plain *p, const float *in, int channels, size_t pixels, int together, float *mean,
                        float *rstd) {
  if (!together) {
    norm_run r = {.in = in, .mean = mean, .rstd = rstd, .pixels = pixels};
    return sm_pool_run(p->pool, channels, statistics_task, &r, p->poll, p->poll_data);
  }
  double sum = 0, squares = 0, n = (double)channels * (double)pixels;
  for (int c = 0; c < channels; c++) sum += sum_of(in + (size_t)c * pixels, pixels);
  for (int c = 0; c < channels; c++) squares += squares_of(in + (size_t)c * pixels, pixels, sum / n);
  for (int c = 0; c < channels; c++) {
    mean[c] = (float)(sum / n);
    rstd[c] = (float)(1 / sqrt(squares / n + 1e-5));
  }
  return 0;
}

static void modulate_task(void *context, int c, int worker) {
  const norm_run *r = context;
  size_t at = (size_t)c * r->pixels;
  float mean = r->mean[c], rstd = r->rstd[c];
  for (size_t i = at; i < at + r->pixels; i++) r->out[i] = (r->in[i] - mean) * rstd * r->gamma[i] + r->beta[i];
}

int sm_plain_modulate(const sm_plain *p, const float *in, int channels, size_t pixels, const float *mean,
                      const float *rstd, const float *gamma, const float *beta, float *out) {
  norm_run r = {in, gamma, beta, out, (float *)mean, (float *)rstd, pixels};
  return sm_pool_run(p->pool, channels, modulate_task, &r, p->poll, p->poll_data);
}

void sm_plain_add(const float *a, const float *b, size_t count, float gain, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = (a[i] + b[i]) * gain;
}
