/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/content.h"

#include <math.h>

#include "base/memory.h"
#include "frame/affine.h"
#include "frame/frame.h"

/* How much is laid at a point of the target layer. */
static float laid_at(const sm_content_cells *c, double x, double y) {
  const double u = floor((x - c->x) / c->cell), v = floor((y - c->y) / c->cell);
  return u >= 0 && v >= 0 && u < c->across && v < c->down ? c->laid[(size_t)v * (size_t)c->across + (size_t)u] : 0;
}

/* Pixel `k` of SM_CONTENT_SIDE, evenly, of `from` .. from + length - 1. */
static int evenly(int k, int from, int length) { return from + (int)((2LL * k + 1) * length / (2 * SM_CONTENT_SIDE)); }

stylemap_status sm_content_find(const stylemap_piece *piece, const stylemap_placement *target, const sm_content_cells *cells,
                                sm_content *content, stylemap_error *error) {
  const stylemap_layer *picture = piece->picture;
  const sm_affine of = sm_affine_of(&piece->placement, 1), in = sm_affine_inverse(&of), on = sm_affine_of(target, 1);
  int left, top, width, height;
  content->count = 0;
  stylemap_bounds(&piece->placement, picture->width, picture->height, &left, &top, &width, &height);
  if (width <= 0 || height <= 0) return STYLEMAP_OK;
  float *row = sm_alloc((size_t)width, 4 * sizeof *row);
  if (!row) return sm_no_memory(error, (size_t)width * 4 * sizeof *row);
  stylemap_status status = STYLEMAP_OK;
  for (int j = 0; j < SM_CONTENT_SIDE; j++) {
    const int y = evenly(j, top, height);
    if (picture->read(picture->data, left, y, width, 1, row)) {
      status = sm_layer_stopped(error);
      break;
    }
    for (int i = 0; i < SM_CONTENT_SIDE; i++) {
      const int x = evenly(i, left, width);
      const float *pixel = row + 4 * (x - left);
      double u, v;
      sm_affine_at(&in, x + 0.5, y + 0.5, &u, &v);
      if (!(u >= 0 && v >= 0 && u < 1 && v < 1 && pixel[3] >= 0.5f)) continue;
      for (int p = 0; p < 3; p++) content->colours[3 * content->count + p] = sm_unit(pixel[p]);
      sm_affine_at(&on, u, v, &u, &v);
      content->laid[content->count++] = laid_at(cells, u, v);
    }
  }
  sm_free(row);
  return status;
}

float sm_content_share(const sm_content *content, const float colour[3], float width) {
  float all = 1e-6f, laid = 0;
  for (int i = 0; i < content->count; i++) {
    float apart = 0;
    for (int p = 0; p < 3; p++) {
      const float d = colour[p] - content->colours[3 * i + p];
      apart += d * d;
    }
    const float like = expf(-apart / (3 * width * width));
    all += like, laid += like * content->laid[i];
  }
  return laid / all;
}
