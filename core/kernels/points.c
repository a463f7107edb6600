/* SPDX-License-Identifier: GPL-3.0-or-later
 * Element-wise work on the pool, cut into tasks of one block and a band of rows, and the small conversions. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "kernels/convolve.h"
#include "kernels/flush.h"

enum { BANDS = 8 };

typedef struct points {
  const sm_convolver *v;
  const float *x, *scale, *shift, *gamma, *beta, *gamma2;
  float slope;
  int blocks, height, width;
  const sm_fir *fir;
  const sm_entrance *entrance;
  float *out;
  double (*partial)[2][16]; /* of each task */
} points;

typedef struct band {
  int block, first, last; /* rows */
  size_t pixels, at;      /* pixels of the band; floats before it */
} band;

static band band_of(const points *p, int index, int height) {
  band b = {.block = index / BANDS};
  b.first = height * (index % BANDS) / BANDS;
  b.last = height * (index % BANDS + 1) / BANDS;
  b.pixels = (size_t)(b.last - b.first) * (size_t)p->width;
  b.at = ((size_t)b.block * (size_t)p->height * (size_t)p->width + (size_t)b.first * (size_t)p->width) * 16;
  return b;
}

static int run(points *p, sm_task *task) {
  assert(p->v->kernels && p->v->pool && p->blocks > 0 && p->height > 0 && p->width > 0);
  return sm_pool_run(p->v->pool, p->blocks * BANDS, task, p, p->v->poll, p->v->poll_data);
}

static void task_sums(void *context, int index, int worker) {
  points *p = context;
  (void)worker;
  band b = band_of(p, index, p->height);
  uint64_t old = sm_flush_begin();
  p->v->kernels->sums(p->x + b.at, b.pixels, p->shift ? p->shift + b.block * 16 : NULL, p->partial[index][0],
                      p->partial[index][1]);
  sm_flush_end(old);
}

/* Partial sums are added in the order of the tasks, whoever did them: the same bits at every run. */
int sm_normalise(const sm_convolver *v, const float *x, int channels, int height, int width, int together,
                 float *scale, float *shift) {
  assert(sm_is_map(x) && sm_is_map(scale) && sm_is_map(shift) && sm_is_map(v->shared));
  assert(v->shared_floats * sizeof(float) >= (size_t)sm_blocks(channels) * BANDS * sizeof(double[2][16]));
  points p = {.v = v, .x = x, .blocks = sm_blocks(channels), .height = height, .width = width};
  p.partial = (void *)v->shared; /* the smallest plan holds more than it takes */
  const int n = p.blocks * 16;
  const double pixels = (double)height * width;
  if (run(&p, task_sums)) return 1;
  double sum = 0, squares = 0;
  for (int c = 0; c < n; c++) {
    double own = 0;
    for (int b = 0; b < BANDS; b++) {
      own += p.partial[c / 16 * BANDS + b][0][c % 16];
      squares += p.partial[c / 16 * BANDS + b][1][c % 16];
    }
    sum += own;
    shift[c] = (float)(own / pixels);
  }
  if (together) {
    double mean = sum / (pixels * channels), variance = squares / (pixels * channels) - mean * mean;
    double rstd = 1 / sqrt((variance > 0 ? variance : 0) + 1e-5);
    for (int c = 0; c < n; c++) {
      scale[c] = (float)rstd;
      shift[c] = c < channels ? (float)(-mean * rstd) : 0;
    }
    return 0;
  }
  /* a channel's mean may be far larger than its spread: a second pass around it */
  p.shift = shift;
  if (run(&p, task_sums)) return 1;
  for (int c = 0; c < n; c++) {
    double first = 0, second = 0;
    for (int b = 0; b < BANDS; b++) {
      first += p.partial[c / 16 * BANDS + b][0][c % 16];
      second += p.partial[c / 16 * BANDS + b][1][c % 16];
    }
    double off = first / pixels, variance = second / pixels - off * off, mean = shift[c] + off;
    double rstd = 1 / sqrt((variance > 0 ? variance : 0) + 1e-5);
    scale[c] = (float)rstd;
    shift[c] = c < channels ? (float)(-mean * rstd) : 0;
  }
  return 0;
}

static void task_halve(void *context, int index, int worker) {
  const points *p = context;
  (void)worker;
  band b = band_of(p, index, p->height / 2);
  size_t in = (size_t)b.block * (size_t)p->height * (size_t)p->width * 16;
  size_t out = (size_t)b.block * (size_t)(p->height / 2) * (size_t)(p->width / 2) * 16;
  uint64_t old = sm_flush_begin();
  p->v->kernels->halve(p->x + in, p->height, p->width, p->fir, b.first, b.last, p->out + out);
  sm_flush_end(old);
}

int sm_halve(const sm_convolver *v, const float *in, int channels, int height, int width, const sm_fir *fir,
             float *out) {
  assert(sm_is_map(in) && sm_is_map(out) && in != out && fir);
  points p = {.v = v, .x = in, .blocks = sm_blocks(channels), .height = height, .width = width, .fir = fir, .out = out};
  return run(&p, task_halve);
}

static void task_halve_entrance(void *context, int index, int worker) {
  const points *p = context;
  band b = band_of(p, index, p->height / 2);
  float *out = p->out + (size_t)b.block * (size_t)(p->height / 2) * (size_t)(p->width / 2) * 16;
  uint64_t old = sm_flush_begin();
  p->v->kernels->halve_entrance(p->entrance, b.block, p->blocks, p->height, p->width, p->fir, b.first, b.last,
                                p->v->own + (size_t)worker * p->v->own_floats, out);
  sm_flush_end(old);
}

int sm_halve_entrance(const sm_convolver *v, const sm_entrance *e, int channels, int height, int width,
                      const sm_fir *fir, float *out) {
  assert(e && e->planes && e->cin > 0 && e->cin <= 4 && sm_is_map(e->weights) && sm_is_map(e->bias));
  assert(fir && fir->separable && sm_is_map(v->own) && v->own_floats >= (size_t)width * 16 && sm_is_map(out));
  points p = {.v = v, .entrance = e, .blocks = sm_blocks(channels), .height = height, .width = width, .fir = fir,
              .out = out};
  return run(&p, task_halve_entrance);
}

static void task_twice(void *context, int index, int worker) {
  const points *p = context;
  (void)worker;
  band b = band_of(p, index, 2 * p->height);
  size_t in = (size_t)b.block * (size_t)p->height * (size_t)p->width * 16;
  uint64_t old = sm_flush_begin();
  p->v->kernels->twice(p->x + in, p->height, p->width, p->fir, b.first, b.last, p->out + in * 4);
  sm_flush_end(old);
}

int sm_twice(const sm_convolver *v, const float *in, int channels, int height, int width, const sm_fir *fir,
             float *out) {
  assert(sm_is_map(in) && sm_is_map(out) && in != out && fir);
  points p = {.v = v, .x = in, .blocks = sm_blocks(channels), .height = height, .width = width, .fir = fir, .out = out};
  return run(&p, task_twice);
}

/* Colour: a task is a band of all blocks. */
static void task_enter(void *context, int index, int worker) {
  const points *p = context;
  (void)worker;
  size_t pixels = (size_t)p->height * (size_t)p->width, first = pixels * (size_t)index / (8 * BANDS);
  size_t last = pixels * (size_t)(index + 1) / (8 * BANDS);
  uint64_t old = sm_flush_begin();
  p->v->kernels->enter(p->entrance, pixels, p->blocks, first, last - first, p->out);
  sm_flush_end(old);
}

int sm_enter(const sm_convolver *v, const sm_entrance *e, int channels, int height, int width, float *out) {
  assert(e && e->planes && e->cin > 0 && e->cin <= 4 && sm_is_map(e->weights) && sm_is_map(e->bias));
  assert(channels > 0 && height > 0 && width > 0 && sm_is_map(out));
  points p = {.v = v, .entrance = e, .blocks = sm_blocks(channels), .height = height, .width = width, .out = out};
  return sm_pool_run(v->pool, 8 * BANDS, task_enter, &p, v->poll, v->poll_data);
}

static void task_leave(void *context, int index, int worker) {
  const points *p = context;
  (void)worker;
  size_t pixels = (size_t)p->height * (size_t)p->width, first = pixels * (size_t)index / (8 * BANDS);
  size_t last = pixels * (size_t)(index + 1) / (8 * BANDS);
  uint64_t old = sm_flush_begin();
  p->v->kernels->leave(p->x, p->blocks, pixels, p->gamma, p->gamma2, p->beta, p->slope, first, last - first, p->out);
  sm_flush_end(old);
}

int sm_leave(const sm_convolver *v, const float *in, int channels, int height, int width, const float *weights,
             const float *rest, const float *bias, float slope, float *planes) {
  assert(sm_is_map(in) && weights && bias && planes && channels > 0 && height > 0 && width > 0);
  points p = {.v = v, .x = in, .blocks = sm_blocks(channels), .height = height, .width = width, .gamma = weights,
              .gamma2 = rest, .beta = bias, .slope = slope, .out = planes};
  return sm_pool_run(v->pool, 8 * BANDS, task_leave, &p, v->poll, v->poll_data);
}

void sm_pack(const float *planes, int channels, size_t pixels, float *map) {
  assert(planes && map && channels > 0);
  for (int c = 0; c < sm_blocks(channels) * 16; c++) {
    float *to = map + (size_t)(c / 16) * pixels * 16 + c % 16;
    for (size_t i = 0; i < pixels; i++) to[i * 16] = c < channels ? planes[(size_t)c * pixels + i] : 0;
  }
}

void sm_unpack(const float *map, int channels, size_t pixels, float *planes) {
  assert(planes && map && channels > 0);
  for (int c = 0; c < channels; c++) {
    const float *from = map + (size_t)(c / 16) * pixels * 16 + c % 16;
    for (size_t i = 0; i < pixels; i++) planes[(size_t)c * pixels + i] = from[i * 16];
  }
}

void sm_fir_from(const float kernel[16], sm_fir *fir) {
  assert(kernel && fir);
  double sum = 0, most = 0;
  memcpy(fir->full, kernel, sizeof fir->full);
  for (int i = 0; i < 16; i++) sum += kernel[i];
  for (int i = 0; i < 4; i++) {
    /* the factors of an outer product are its row and column sums */
    double row = 0, column = 0;
    for (int j = 0; j < 4; j++) {
      row += kernel[j * 4 + i];
      column += kernel[i * 4 + j];
    }
    double root = sqrt(fabs(sum));
    fir->row[i] = (float)(root > 0 ? row / root : 0);
    fir->column[i] = (float)(root > 0 ? column / root * (sum < 0 ? -1 : 1) : 0);
  }
  for (int i = 0; i < 16; i++) most = fmax(most, fabs((double)fir->column[i / 4] * fir->row[i % 4] - kernel[i]));
  fir->separable = most <= 1e-7 * fabs(sum);
}
