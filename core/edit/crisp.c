/* SPDX-License-Identifier: GPL-3.0-or-later
 * An edge in a drawing is a pixel wide; spread over a larger layer it becomes a ramp of as many as a pixel covers. Unsharp masking
 * at that width, held between the least and the greatest value around, makes it one pixel of the finer square again, and leaves
 * what is flat or smooth as it is. */
#include "edit/crisp.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/detail.h"
#include "frame/warp.h"

enum {
  MOST_FACTOR = 4,
  MOST_SIDE = 1024, /* of the finer square: 12 MB of edges */
  AROUND = 2,       /* pixels of the square about the part, which a cubic reads */
  MOST_REACH = 6
};
static const float AMOUNT = 3; /* more makes steps along slanted edges */
static const float LIGHTER = 0.06f; /* numbers of -1..1, than anything within one and a half of the square's pixels: no more */
static const float NOISE = 0.1f, EDGE = 0.4f; /* from one side to the other, numbers of -1..1: nothing is done; all is */

int sm_crisp_factor(const stylemap_placement *placement, int size) {
  const double finer = ceil(placement->side / size - 0.1);
  const int most = MOST_SIDE / size < MOST_FACTOR ? MOST_SIDE / size : MOST_FACTOR;
  return finer < 2 || most < 2 ? 1 : finer < most ? (int)finer : most;
}

/* A rectangle of one plane, and two more of its size. */
typedef struct patch {
  int width, height;
  float *values, *across, *to;
} patch;

static int within(int at, int end) { return at < 0 ? 0 : at >= end ? end - 1 : at; }

/* to := values, smoothed by `taps` of 2 reach + 1; the edges repeated. */
static void smooth(const patch *p, const float *taps, int reach) {
  const size_t width = (size_t)p->width;
  for (int y = 0; y < p->height; y++) {
    const float *from = p->values + (size_t)y * width;
    float *row = p->across + (size_t)y * width;
    for (int x = 0; x < p->width; x++) {
      row[x] = 0;
      for (int d = -reach; d <= reach; d++) row[x] += taps[d + reach] * from[within(x + d, p->width)];
    }
  }
  for (int y = 0; y < p->height; y++) {
    float *row = p->to + (size_t)y * width;
    memset(row, 0, width * sizeof *row);
    for (int d = -reach; d <= reach; d++) {
      const float *from = p->across + (size_t)within(y + d, p->height) * width;
      for (size_t x = 0; x < width; x++) row[x] += taps[d + reach] * from[x];
    }
  }
}

/* to := the greatest of `sign` values within `reach`, times `sign`. */
static void greatest(const patch *p, float sign, int reach, float *to) {
  const size_t width = (size_t)p->width;
  for (int y = 0; y < p->height; y++) {
    const float *from = p->values + (size_t)y * width;
    float *row = p->across + (size_t)y * width;
    for (int x = 0; x < p->width; x++) {
      row[x] = sign * from[x];
      for (int d = -reach; d <= reach; d++) row[x] = fmaxf(row[x], sign * from[within(x + d, p->width)]);
    }
  }
  for (int y = 0; y < p->height; y++) {
    float *row = to + (size_t)y * width;
    memcpy(row, p->across + (size_t)y * width, width * sizeof *row);
    for (int d = -reach; d <= reach; d++) {
      const float *from = p->across + (size_t)within(y + d, p->height) * width;
      for (size_t x = 0; x < width; x++) row[x] = fmaxf(row[x], from[x]);
    }
    for (size_t x = 0; x < width; x++) row[x] *= sign;
  }
}

/* What makes `values` crisp, into `to`; edge := at least how far it is from the least value around to the greatest. `least` and `most`
 * are used up. */
static void sharpen(const patch *p, int factor, float *least, float *most, float *edge) {
  const double deviation = factor / 2.0;
  const int reach = (int)ceil(3 * deviation);
  const size_t pixels = (size_t)p->width * (size_t)p->height;
  float taps[2 * MOST_REACH + 1], total = 0;
  for (int d = -reach; d <= reach; d++) total += taps[d + reach] = (float)exp(-0.5 * d * d / (deviation * deviation));
  for (int d = 0; d <= 2 * reach; d++) taps[d] /= total;
  greatest(p, 1, (factor + 1) / 2, most);
  greatest(p, -1, (factor + 1) / 2, least);
  smooth(p, taps, reach);
  for (size_t i = 0; i < pixels; i++) {
    const float v = p->values[i], sharp = v + AMOUNT * (v - p->to[i]);
    p->to[i] = fminf(fmaxf(sharp, least[i]), most[i]) - v;
    edge[i] = fmaxf(edge[i], most[i] - least[i]);
  }
}

sm_crisp_rectangle sm_crisp_reach(const sm_part_of_square *part, int size, int factor) {
  const int x = within(part->x - AROUND, size), y = within(part->y - AROUND, size);
  const int right = within(part->x + part->width + AROUND - 1, size) + 1, bottom = within(part->y + part->height + AROUND - 1, size) + 1;
  return (sm_crisp_rectangle){factor * x, factor * y, factor * (right - x), factor * (bottom - y)};
}

stylemap_status sm_crisp_spread(const float *planes, int count, int size, int factor, const sm_crisp_rectangle *r, float *to,
                                stylemap_error *error) {
  const double side = (double)factor * size;
  const stylemap_placement whole = {.x = side / 2, .y = side / 2, .side = side};
  const sm_affine square = sm_affine_of(&whole, size);
  return sm_spread(planes, count, size, &square, r->x, r->y, r->width, r->height, to, error);
}

stylemap_status sm_crisp(const float *drawn, const float *kept, int size, int factor, const sm_part_of_square *part, float by, float *edges,
                         stylemap_error *error) {
  enum { PLANES = 3 + 1 + 3 + 1 + 3 + 3 };
  const size_t side = (size_t)factor * (size_t)size;
  const sm_crisp_rectangle r = sm_crisp_reach(part, size, factor);
  const size_t width = (size_t)r.width, pixels = width * (size_t)r.height;
  if (!part->width) return STYLEMAP_OK;
  stylemap_status status;
  float *colours = sm_alloc(PLANES * pixels, sizeof *colours);
  if (!colours) return sm_no_memory(error, PLANES * pixels * sizeof *colours);
  float *stays = colours + 3 * pixels, *sharper = stays + pixels, *edge = sharper + 3 * pixels;
  float *lightest = edge + pixels, *work = lightest + 3 * pixels;
  SM_TRY_DONE(sm_crisp_spread(drawn, 3, size, factor, &r, colours, error));
  SM_TRY_DONE(sm_crisp_spread(kept, 1, size, factor, &r, stays, error));
  memset(edge, 0, pixels * sizeof *edge);
  for (size_t c = 0; c < 3; c++) {
    const patch p = {r.width, r.height, colours + c * pixels, work, sharper + c * pixels};
    sharpen(&p, factor, work + pixels, work + 2 * pixels, edge);
    greatest(&p, 1, factor + factor / 2, lightest + c * pixels);
  }
  for (size_t i = 0; i < pixels; i++) {
    const float much = by * fminf(fmaxf(1 - stays[i], 0), 1) * sm_rise(edge[i], NOISE, EDGE);
    float *pixel = edges + ((size_t)r.y + i / width) * side + (size_t)r.x + i % width;
    for (size_t c = 0; c < 3; c++) {
      const float room = lightest[c * pixels + i] - colours[c * pixels + i] + LIGHTER; /* beside a line that lies a little off */
      pixel[c * side * side] = fminf(pixel[c * side * side] + much * sharper[c * pixels + i], room);
    }
  }
done:
  sm_free(colours);
  return status;
}
