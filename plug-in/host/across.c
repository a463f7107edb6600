/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/across.h"

#include <math.h>

#include "host/layer.h"
#include "host/say.h"

enum { TILE = 512 }; /* target pixels each way that are worked on at a time */

stylemap_placement across_square(const stylemap_placement *target, const stylemap_placement *reference, gdouble x,
                                 gdouble y, gdouble side) {
  const gdouble scale = reference->side / target->side;
  const gboolean mirror = target->mirror != reference->mirror;
  const gdouble angle = reference->angle + (mirror ? target->angle : -target->angle);
  const gdouble u = (mirror ? target->x - x : x - target->x) * scale, v = (y - target->y) * scale;
  return (stylemap_placement){ .x = reference->x + cos(angle) * u - sin(angle) * v,
                               .y = reference->y + sin(angle) * u + cos(angle) * v,
                               .side = side * scale, .angle = angle, .mirror = mirror };
}

static int read_alpha(void *data, int x, int y, int width, int height, float *pixels) {
  const stylemap_layer *picture = data;
  gsize count = (gsize)width * (gsize)height;
  g_autofree gfloat *all = g_new(gfloat, 4 * count);
  if (picture->read(picture->data, x, y, width, height, all)) return 1;
  for (gsize i = 0; i < count; i++) pixels[i] = all[4 * i + 3];
  return 0;
}

stylemap_layer across_alpha(const stylemap_layer *picture) {
  stylemap_layer alpha = *picture;
  alpha.data = (void *)picture;
  alpha.read = read_alpha;
  return alpha;
}

GeglBuffer *across_mask(GeglBuffer *picture, const stylemap_placement *reference, const stylemap_placement *target, gint width,
                        gint height, GError **error) {
  const stylemap_layer layer = layer_of_picture(picture), alpha = across_alpha(&layer);
  const Babl *format = babl_format("Y float");
  g_autofree gfloat *values = g_new(gfloat, (gsize)TILE * TILE);
  g_autoptr(GeglBuffer) mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), format);
  GeglRectangle b;
  stylemap_error core;
  stylemap_bounds(target, width, height, &b.x, &b.y, &b.width, &b.height);
  for (gint y = b.y; y < b.y + b.height; y += TILE)
    for (gint x = b.x; x < b.x + b.width; x += TILE) {
      const GeglRectangle r = { x, y, MIN(TILE, b.x + b.width - x), MIN(TILE, b.y + b.height - y) };
      const stylemap_placement at = across_square(target, reference, x + TILE / 2, y + TILE / 2, TILE);
      if (!say_status(stylemap_sample_mask(&alpha, &at, TILE, values, &core), &core, error)) return NULL;
      gegl_buffer_set(mask, &r, 0, format, values, TILE * (gint)sizeof *values);
    }
  return g_steal_pointer(&mask);
}
