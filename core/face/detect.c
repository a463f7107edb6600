/* SPDX-License-Identifier: GPL-3.0-or-later
 * The detector: six 3 x 3 convolutions, all but the first depthwise separable, a max pool after each, and at each of the
 * cells of 32 pixels five boxes, as in YOLO v2 (Redmon, Farhadi, CVPR 2017). */
#include <math.h>

#include "base/memory.h"
#include "face/faces.h"

enum { ANCHORS = 5, NUMBERS = 5, CELL = 32 };
static const float mean[3] = {117.001f, 114.697f, 97.404f};
static const double anchors[ANCHORS][2] = {
    {1.603231, 2.094468}, {6.041143, 7.080126}, {2.882459, 3.518061}, {4.266906, 5.178857}, {9.041765, 10.66308}};
static const double overlap_limit = 0.4;

static void leaky(sm_face_map *map) {
  const size_t count = sm_face_count(map->side, map->channels);
  for (size_t i = 0; i < count; i++) map->values[i] = map->values[i] > 0 ? map->values[i] : 0.1f * map->values[i];
}

stylemap_status sm_face_cells(const stylemap_faces *f, const float *image, int size, float *cells,
                              stylemap_error *error) {
  /* the first map is the largest; after a pool the second is as large as it ever will be */
  const size_t first = sm_face_count(size, f->detect[0].cout), second = sm_face_count(size / 2, f->detect[1].cout);
  const size_t image_count = sm_face_count(size, 3), row = (size_t)size * 9 * 3;
  float *block = sm_alloc(first + second + image_count + row, sizeof *block);
  if (!block) return sm_no_memory(error, (first + second + image_count + row) * sizeof *block);
  sm_face_map a = {.values = block}, b = {.values = block + first};
  sm_face_map seen = {size, 3, block + first + second};
  for (size_t i = 0; i < image_count; i++) seen.values[i] = (image[i] - mean[i % 3]) / 255;
  for (int i = 0; i < SM_DETECT_CONVS; i++) {
    a.side = i ? b.side : size - 2; /* the first one sees no border */
    sm_face_convolve(i ? &b : &seen, &f->detect[i], 1, i ? 0 : 1, &a, seen.values + image_count);
    leaky(&a);
    sm_face_pool(&a, i + 1 < SM_DETECT_CONVS ? 2 : 1, &b);
  }
  sm_face_product(b.values, b.side * b.side, b.channels, f->boxes.filters, f->boxes.cout, f->boxes.bias, cells);
  sm_free(block);
  return STYLEMAP_OK;
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double overlap(const sm_face_box *a, const sm_face_box *b) {
  const double w = fmin(a->x + a->width / 2, b->x + b->width / 2) - fmax(a->x - a->width / 2, b->x - b->width / 2);
  const double h = fmin(a->y + a->height / 2, b->y + b->height / 2) - fmax(a->y - a->height / 2, b->y - b->height / 2);
  const double both = fmax(w, 0) * fmax(h, 0);
  return both / (a->width * a->height + b->width * b->height - both);
}

/* Moves the best of `all` to `boxes` until none is left, and with each those that overlap it away. */
static int suppress(sm_face_box *all, int left, int room, sm_face_box *boxes) {
  int count = 0;
  while (left && count < room) {
    int best = 0, kept = 0;
    for (int i = 1; i < left; i++)
      if (all[i].score > all[best].score) best = i;
    const sm_face_box box = boxes[count++] = all[best];
    for (int i = 0; i < left; i++)
      if (i != best && overlap(&all[i], &box) <= overlap_limit) all[kept++] = all[i];
    left = kept;
  }
  return count;
}

stylemap_status sm_face_detect(const stylemap_faces *f, const float *image, int size, double least, int room,
                               sm_face_box *boxes, int *count, stylemap_error *error) {
  const int side = size / CELL, all_count = side * side * ANCHORS;
  sm_face_box *all = sm_alloc((size_t)all_count, sizeof *all);
  float *cells = sm_alloc((size_t)all_count, NUMBERS * sizeof *cells);
  stylemap_status status = all && cells ? sm_face_cells(f, image, size, cells, error)
                                        : sm_no_memory(error, (size_t)all_count * sizeof *all);
  int left = 0;
  for (int i = 0; i < all_count && status == STYLEMAP_OK; i++) {
    const float *n = cells + i * NUMBERS;
    const int cell = i / ANCHORS;
    const sm_face_box box = {(cell % side + sigmoid((double)n[0])) / side, (cell / side + sigmoid((double)n[1])) / side,
                             exp((double)n[2]) * anchors[i % ANCHORS][0] / side,
                             exp((double)n[3]) * anchors[i % ANCHORS][1] / side, sigmoid((double)n[4])};
    if (box.score > least) all[left++] = box;
  }
  if (status == STYLEMAP_OK) *count = suppress(all, left, room, boxes);
  sm_free(cells);
  sm_free(all);
  return status;
}
