/* SPDX-License-Identifier: GPL-3.0-or-later
 * The landmarks: four blocks of four 3 x 3 convolutions, the first of each with stride 2, each of the others shown the sum
 * of all before it; then the mean of what is seen, and a product. */
#include <string.h>

#include "base/memory.h"
#include "face/faces.h"

static const float mean[3] = {122.782f, 117.001f, 104.298f};

/* out := max(sum, 0) */
static void rectify(const float *sum, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = sum[i] > 0 ? sum[i] : 0;
}

/* in -> out, of half its side; `sum` and `one` are maps of out's size. */
static void block(const sm_face_conv *convs, const sm_face_map *in, sm_face_map *out, float *sum, float *one, float *row) {
  sm_face_map made = {in->side / 2, 0, sum};
  const size_t count = sm_face_count(made.side, convs->cout);
  sm_face_convolve(in, &convs[0], 2, 1, &made, row);
  rectify(sum, count, sum);
  memcpy(out->values, sum, count * sizeof *sum);
  out->side = made.side, out->channels = convs->cout;
  made.values = one;
  for (int i = 1; i < SM_POINT_CONVS; i++) {
    sm_face_convolve(out, &convs[i], 1, 0, &made, row);
    for (size_t k = 0; k < count; k++) sum[k] += one[k];
    rectify(sum, count, out->values);
  }
}

stylemap_status sm_face_points(const stylemap_faces *f, const float *image, float *points, stylemap_error *error) {
  enum { S = SM_POINT_SIDE };
  const size_t map = sm_face_count(S / 2, f->points[0][0].cout), seen = sm_face_count(S, 3), row = (size_t)S / 2 * 32;
  float *memory = sm_alloc(4 * map + seen + row, sizeof *memory);
  if (!memory) return sm_no_memory(error, (4 * map + seen + row) * sizeof *memory);
  float *sum = memory + 2 * map, *one = sum + map, *line = one + map + seen;
  sm_face_map a = {S, 3, one + map}, b = {0};
  for (size_t i = 0; i < seen; i++) a.values[i] = (image[i] - mean[i % 3]) / 255;
  for (int i = 0; i < SM_POINT_BLOCKS; i++) {
    b.values = memory + (size_t)(i % 2) * map;
    block(f->points[i], &a, &b, sum, one, line);
    a = b;
  }
  for (int c = 0; c < a.channels; c++) {
    float total = 0;
    for (int i = 0; i < a.side * a.side; i++) total += a.values[i * a.channels + c];
    one[c] = total / (float)(a.side * a.side);
  }
  sm_face_product(one, 1, a.channels, f->coordinates.filters, SM_POINT_NUMBERS, f->coordinates.bias, points);
  sm_free(memory);
  return STYLEMAP_OK;
}
