/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/feather.h"

#include <math.h>

#define FEATHER_SHARE (1.0 / 128) /* of the square's side: 4 pixels of 512 (core/README.md, "Mask rules", has what others gave) */
#define OF_WIDTH (2.0 / 3)        /* of the selection's: the middle of a strip keeps 99 % */
#define DEVIATIONS 3.5            /* a radius is so many of the Gaussian's */
#define BAND (1 << 18)            /* pixels looked at in one go */

/* A selection's edge, by sums over its pixels. */
typedef struct {
  gdouble area;  /* of the weights */
  gdouble steep; /* of the gradients' lengths: the edge's length times its height */
  gdouble sharp; /* of their squares */
  gfloat most;   /* the greatest weight */
} Edge;

/* Adds `rows` rows; `row` begins with one pixel more to the right, and is followed by one row more. */
static void add_rows(Edge *edge, const gfloat *row, gint width, gint rows) {
  const gint stride = width + 1;
  for (gint y = 0; y < rows; y++, row += stride)
    for (gint x = 0; x < width; x++) {
      const gdouble dx = row[x + 1] - row[x], dy = row[x + stride] - row[x], square = dx * dx + dy * dy;
      edge->area += row[x];
      edge->steep += sqrt(square);
      edge->sharp += square;
      edge->most = MAX(edge->most, row[x]);
    }
}

/* What of the selection lies in the square. There it goes on beyond the edges, as a feather lets it. */
static void look(const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Edge *edge) {
  GeglRectangle square, selected;
  *edge = (Edge){ 0 };
  stylemap_bounds(placement, width, height, &square.x, &square.y, &square.width, &square.height);
  if (!mask_bounds(source->selection, &selected)) return;
  /* a pixel more: there the edge of what ends at its bounds is */
  selected = *GEGL_RECTANGLE(selected.x - source->x - 1, selected.y - source->y - 1, selected.width + 2, selected.height + 2);
  if (!gegl_rectangle_intersect(&selected, &selected, &square)) return;
  const gint stride = selected.width + 1, band = CLAMP(BAND / stride, 1, selected.height);
  g_autofree gfloat *values = g_new(gfloat, (gsize)stride * (gsize)(band + 1));
  for (gint y = 0; y < selected.height; y += band) {
    const gint rows = MIN(band, selected.height - y);
    const gboolean right = selected.x + selected.width < square.x + square.width;
    const gboolean below = selected.y + y + rows < square.y + square.height;
    const GeglRectangle from = { selected.x + source->x, selected.y + y + source->y, selected.width + right, rows + below };
    gegl_buffer_get(source->selection, &from, 1.0, babl_format("Y float"), values, stride * (gint)sizeof *values, GEGL_ABYSS_NONE);
    for (gint i = 0; i < rows + below; i++) {
      gfloat *row = values + (gsize)i * (gsize)stride;
      for (gint x = 0; x < from.width; x++) row[x] = row[x] > 0 ? MIN(row[x], 1.0f) : 0.0f;
      if (!right) row[stride - 1] = row[stride - 2];
    }
    if (!below)
      for (gint x = 0; x < stride; x++) values[(gsize)rows * (gsize)stride + x] = values[(gsize)(rows - 1) * (gsize)stride + x];
    add_rows(edge, values, selected.width, rows);
  }
}

gdouble feather_most(gdouble feather, const stylemap_placement *placement) {
  return feather == MASK_BY_SIZE ? placement->side * FEATHER_SHARE : feather;
}

void feather_of(const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Feather *feather) {
  const gdouble wanted = feather_most(source->feather, placement);
  Edge edge;
  *feather = (Feather){ .radius = wanted, .fade = wanted };
  if (source->feather != MASK_BY_SIZE || !source->selection) return;
  look(source, placement, width, height, &edge);
  if (!(edge.steep > 0)) return; /* all of the square, or nothing in it */
  /* A step of height h blurred by a Gaussian of deviation s has the gradients' sum h, and that of their squares h^2 / (2 sqrt(pi) s);
   * an edge of pixels, also a smoothed or a scaled one, which is two wide, is no soft one. */
  const gdouble wide = 2 * edge.area / edge.steep, slope = edge.sharp / (edge.steep * edge.most), pixels = 1 / G_PI;
  const gdouble radius = MIN(wanted, wide * OF_WIDTH) / DEVIATIONS, variance = 1 / (4 * G_PI * slope * slope);
  const gdouble own = MAX(variance - pixels * pixels / variance, 0);
  feather->radius = DEVIATIONS * sqrt(MAX(radius * radius - own, 0));
}
