/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/lines.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/crisp.h"
#include "edit/detail.h"

static const float NOISE = 1e-3f; /* variance that tells nothing of colours */
static const float TRACE = 3e-4f; /* of three variances: no lines to speak of */
static const float LEAST = 0.7f, MOST = 0.95f; /* of the drawing's contrast that the map explains: none is its lines, all is */
static const float STRONGEST = 3; /* of a channel's lines in another */

/* The covariance around each pixel of channel a of `x` and b of `y`, from their means. */
static void covary(const float *x, const float *y, const float *mean_x, const float *mean_y, int size, float *to, float *work) {
  const size_t plane = (size_t)size * (size_t)size;
  for (size_t i = 0; i < plane; i++) work[i] = x[i] * y[i];
  sm_detail_around(work, size, to);
  for (size_t i = 0; i < plane; i++) to[i] -= mean_x[i] * mean_y[i];
}

/* The inverse of a symmetric 3 x 3 matrix with `NOISE` on its diagonal: 00 01 02 11 12 22, in place. */
static void invert(float s[6]) {
  const double a = (double)s[0] + NOISE, b = s[1], c = s[2], d = (double)s[3] + NOISE, e = s[4], f = (double)s[5] + NOISE;
  const double of_a = d * f - e * e, of_b = c * e - b * f, of_c = b * e - c * d;
  const double by = 1 / (a * of_a + b * of_b + c * of_c); /* at least NOISE cubed, but for rounding */
  s[0] = (float)(by * of_a), s[1] = (float)(by * of_b), s[2] = (float)(by * of_c);
  s[3] = (float)(by * (a * f - c * c)), s[4] = (float)(by * (b * c - a * e)), s[5] = (float)(by * (a * d - b * b));
}

static float within(float v, float most) { return v < -most ? -most : v > most ? most : v; }

/* maps[3 c + k] := how much of channel k's lines comes into channel c; and to kept, how much of them all. */
static stylemap_status find_maps(const float *before, const float *drawn, const float *left, int size, float *kept, float *maps,
                                 stylemap_error *error) {
  enum { PLANES = 3 + 3 + 6 + 1 + 1 };
  static const int of[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
  const size_t plane = (size_t)size * (size_t)size;
  float *means = sm_alloc(PLANES * plane, sizeof *means);
  if (!means) return sm_no_memory(error, PLANES * plane * sizeof *means);
  float *means_drawn = means + 3 * plane, *own = means + 6 * plane, *contrast = means + 12 * plane, *work = means + 13 * plane;
  for (size_t c = 0; c < 3; c++) {
    memcpy(work, before + c * plane, plane * sizeof *work);
    sm_detail_around(work, size, means + c * plane);
    memcpy(work, drawn + c * plane, plane * sizeof *work);
    sm_detail_around(work, size, means_drawn + c * plane);
  }
  memset(contrast, 0, plane * sizeof *contrast);
  for (size_t c = 0; c < 3; c++) {
    const float *d = drawn + c * plane, *m = means_drawn + c * plane;
    covary(d, d, m, m, size, maps, work);
    for (size_t i = 0; i < plane; i++) contrast[i] += maps[i];
  }
  for (size_t c = 0; c < 3; c++)
    for (size_t k = 0; k < 3; k++) {
      const float *b = before + k * plane, *m = means + k * plane;
      if (k >= c) covary(before + c * plane, b, means + c * plane, m, size, own + (size_t)of[c][k] * plane, work);
      covary(drawn + c * plane, b, means_drawn + c * plane, m, size, maps + (3 * c + k) * plane, work);
    }
  for (size_t i = 0; i < plane; i++) {
    float s[6], map[9], explained = 0;
    for (size_t k = 0; k < 6; k++) s[k] = own[k * plane + i];
    invert(s);
    for (size_t c = 0; c < 3; c++)
      for (size_t k = 0; k < 3; k++) {
        map[3 * c + k] = 0;
        for (size_t j = 0; j < 3; j++) map[3 * c + k] += maps[(3 * c + j) * plane + i] * s[of[j][k]];
        explained += map[3 * c + k] * maps[(3 * c + k) * plane + i];
      }
    const float much = left[i] * sm_rise(explained / (fmaxf(contrast[i], 0) + TRACE), LEAST, MOST);
    kept[i] += much;
    for (size_t k = 0; k < 9; k++) maps[k * plane + i] = much * within(map[k], STRONGEST);
  }
  sm_free(means);
  return STYLEMAP_OK;
}

/* lines := `fine` where the rectangle is, less what the square sees of it. */
static stylemap_status lines_of(const float *before, const float *fine, int size, int factor, const sm_crisp_rectangle *r, float *lines,
                                stylemap_error *error) {
  const size_t side = (size_t)factor * (size_t)size, width = (size_t)r->width, pixels = width * (size_t)r->height;
  SM_TRY(sm_crisp_spread(before, 3, size, factor, r, lines, error));
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < pixels; i++)
      lines[c * pixels + i] = fine[(c * side + (size_t)r->y + i / width) * side + (size_t)r->x + i % width] - lines[c * pixels + i];
  return STYLEMAP_OK;
}

stylemap_status sm_lines_recoloured(const float *before, const float *drawn, const float *left, const float *fine, int size, int factor,
                                    const sm_part_of_square *part, float *kept, float *edges, stylemap_error *error) {
  const size_t plane = (size_t)size * (size_t)size, side = (size_t)factor * (size_t)size;
  const sm_crisp_rectangle r = sm_crisp_reach(part, size, factor);
  const size_t width = (size_t)r.width, pixels = width * (size_t)r.height;
  if (!part->width) return STYLEMAP_OK;
  stylemap_status status;
  float *maps = sm_alloc(9 * plane + 6 * pixels, sizeof *maps);
  if (!maps) return sm_no_memory(error, (9 * plane + 6 * pixels) * sizeof *maps);
  float *lines = maps + 9 * plane, *map = lines + 3 * pixels;
  SM_TRY_DONE(find_maps(before, drawn, left, size, kept, maps, error));
  SM_TRY_DONE(lines_of(before, fine, size, factor, &r, lines, error));
  for (size_t c = 0; c < 3; c++) {
    SM_TRY_DONE(sm_crisp_spread(maps + 3 * c * plane, 3, size, factor, &r, map, error));
    for (size_t i = 0; i < pixels; i++) {
      float sum = 0;
      for (size_t k = 0; k < 3; k++) sum += map[k * pixels + i] * lines[k * pixels + i];
      edges[(c * side + (size_t)r.y + i / width) * side + (size_t)r.x + i % width] += sum;
    }
  }
done:
  sm_free(maps);
  return status;
}

stylemap_status sm_lines_less(const float *before, const float *followed, const float *fine, int size, int factor,
                              const sm_part_of_square *part, float *edges, stylemap_error *error) {
  const size_t side = (size_t)factor * (size_t)size;
  const sm_crisp_rectangle r = sm_crisp_reach(part, size, factor);
  const size_t width = (size_t)r.width, pixels = width * (size_t)r.height;
  if (!part->width) return STYLEMAP_OK;
  stylemap_status status;
  float *lines = sm_alloc(4 * pixels, sizeof *lines), *much = lines + 3 * pixels;
  if (!lines) return sm_no_memory(error, 4 * pixels * sizeof *lines);
  SM_TRY_DONE(lines_of(before, fine, size, factor, &r, lines, error));
  SM_TRY_DONE(sm_crisp_spread(followed, 1, size, factor, &r, much, error));
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < pixels; i++)
      edges[(c * side + (size_t)r.y + i / width) * side + (size_t)r.x + i % width] -= much[i] * lines[c * pixels + i];
done:
  sm_free(lines);
  return status;
}
