/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/region.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "host/say.h"
#include "host/words.h"

/* Between the middles of four cells; `x`, `y` in cells. */
static gdouble value_at(const gfloat *values, gint side, gdouble x, gdouble y) {
  const gdouble cx = CLAMP(x - 0.5, 0, side - 1), cy = CLAMP(y - 0.5, 0, side - 1);
  const gint i = MIN((gint)cx, side - 2), j = MIN((gint)cy, side - 2);
  const gdouble u = cx - i, v = cy - j;
  const gfloat *at = values + (gsize)j * side + i;
  return (1 - v) * ((1 - u) * at[0] + u * at[1]) + v * ((1 - u) * at[side] + u * at[side + 1]);
}

GeglBuffer *region_mask(const Engine *engine, stylemap_region region, const stylemap_placement *placement, gint width,
                        gint height, GError **error) {
  gint side = 0, left, top, w, h;
  const gfloat *values = stylemap_model_region(engine->model, region, &side);
  if (!values) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("This model does not tell where the region %s lies in its square: draw a mask instead."),
                words_regions[region]);
    return NULL;
  }
  stylemap_bounds(placement, width, height, &left, &top, &w, &h);
  GeglBuffer *mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("Y float"));
  g_autofree gfloat *row = g_new(gfloat, MAX(w, 1));
  const gdouble c = cos(placement->angle) / placement->side, s = sin(placement->angle) / placement->side;
  for (gint y = top; y < top + h; y++) {
    for (gint x = left; x < left + w; x++) {
      const gdouble dx = x + 0.5 - placement->x, dy = y + 0.5 - placement->y;
      const gdouble u = (placement->mirror ? -1 : 1) * (c * dx + s * dy) + 0.5, v = c * dy - s * dx + 0.5;
      const gdouble value = u < 0 || v < 0 || u > 1 || v > 1 ? 0 : value_at(values, side, u * side, v * side);
      row[x - left] = (gfloat)CLAMP(2 * value - 0.5, 0, 1);
    }
    gegl_buffer_set(mask, GEGL_RECTANGLE(left, y, w, 1), 0, babl_format("Y float"), row, GEGL_AUTO_ROWSTRIDE);
  }
  return mask;
}
