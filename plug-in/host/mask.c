/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/mask.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "host/say.h"

/* ----------------------------------------------------------------------------------------- weights */

gboolean mask_bounds(GeglBuffer *weights, GeglRectangle *bounds) {
  gint x0 = G_MAXINT, y0 = G_MAXINT, x1 = G_MININT, y1 = G_MININT;
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(weights, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    const GeglRectangle *roi = &i->items[0].roi;
    const gfloat *value = i->items[0].data;
    for (gint y = roi->y; y < roi->y + roi->height; y++)
      for (gint x = roi->x; x < roi->x + roi->width; x++)
        if (*value++ > 0.0f) {
          x0 = MIN(x0, x), x1 = MAX(x1, x + 1);
          y0 = MIN(y0, y), y1 = MAX(y1, y + 1);
        }
  }
  *bounds = x0 < x1 ? *GEGL_RECTANGLE(x0, y0, x1 - x0, y1 - y0) : *GEGL_RECTANGLE(0, 0, 0, 0);
  return x0 < x1;
}

/* Weights too small to see, but which a blur in float spreads far over the picture. */
static void cut_small(GeglBuffer *mask) {
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(mask, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    gfloat *value = i->items[0].data;
    for (gint n = 0; n < i->length; n++)
      if (!(value[n] >= 1.0f / 512)) value[n] = 0.0f; /* NaN too */
      else if (value[n] > 1.0f) value[n] = 1.0f;
  }
}

GeglBuffer *mask_feather(GeglBuffer *selection, gdouble radius) {
  const GeglRectangle *extent = gegl_buffer_get_extent(selection);
  GeglBuffer *out = gegl_buffer_new(extent, babl_format("Y float"));
  GeglRectangle bounds;
  if (!mask_bounds(selection, &bounds)) return out;

  GeglBuffer *copy = radius > 0 ? gegl_buffer_new(extent, babl_format("Y float")) : g_object_ref(out);
  gegl_buffer_copy(selection, extent, GEGL_ABYSS_NONE, copy, extent);
  if (radius > 0) {
    /* The rectangle and the 3.5 are GIMP's; so is CLAMP: a selection touching the edge goes on beyond it. */
    gint reach = (gint)ceil(radius);
    GeglRectangle area = { bounds.x - reach, bounds.y - reach, bounds.width + 2 * reach, bounds.height + 2 * reach };
    gegl_rectangle_intersect(&area, &area, extent);
    GeglNode *graph = gegl_node_new();
    GeglNode *source =
      gegl_node_new_child(graph, "operation", "gegl:buffer-source", "buffer", copy, NULL);
    GeglNode *blur = gegl_node_new_child(graph, "operation", "gegl:gaussian-blur", "std-dev-x", radius / 3.5,
                                         "std-dev-y", radius / 3.5, "abyss-policy", 1 /* clamp */, NULL);
    GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:write-buffer", "buffer", out, NULL);
    gegl_node_link_many(source, blur, sink, NULL);
    gegl_node_blit(sink, 1.0, &area, NULL, NULL, 0, GEGL_BLIT_DEFAULT);
    g_object_unref(graph);
  }
  g_object_unref(copy);
  cut_small(out);
  return out;
}

/* -------------------------------------------------------------------------------------------- masks */

gboolean mask_make(const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Mask *mask,
                   GError **error) {
  const Babl *format = babl_format("Y float");
  GeglRectangle square;
  stylemap_bounds(placement, width, height, &square.x, &square.y, &square.width, &square.height);
  *mask = (Mask){ .whole = !source->selection };

  g_autoptr(GeglBuffer) part = gegl_buffer_new(&square, format);
  if (source->selection) {
    g_autoptr(GeglBuffer) soft = mask_feather(source->selection, source->feather);
    GeglRectangle from = square;
    from.x += source->x;
    from.y += source->y;
    gegl_buffer_copy(soft, &from, GEGL_ABYSS_NONE, part, &square);
  } else {
    const gfloat one = 1.0f;
    gegl_buffer_set_color_from_pixel(part, &square, &one, format);
  }

  if (!mask_bounds(part, &mask->bounds)) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The selected region misses the model's square, the %d x %d pixels from (%d, %d) on: nothing would "
                  "change. Select something inside the square."),
                square.width, square.height, square.x, square.y);
    return FALSE;
  }
  mask->weights = gegl_buffer_new(&mask->bounds, format);
  gegl_buffer_copy(part, &mask->bounds, GEGL_ABYSS_NONE, mask->weights, &mask->bounds);
  return TRUE;
}

void mask_clear(Mask *mask) {
  g_clear_object(&mask->weights);
  *mask = (Mask){ 0 };
}

static int read_weights(void *data, int x, int y, int width, int height, float *pixels) {
  gegl_buffer_get(data, GEGL_RECTANGLE(x, y, width, height), 1.0, babl_format("Y float"), pixels,
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE); /* 0 outside its bounds */
  return 0;
}

stylemap_layer mask_layer(const Mask *mask, gint width, gint height) {
  return (stylemap_layer){ width, height, mask->weights, read_weights, NULL };
}

void mask_unite(Mask *mask, const Mask *other) {
  const Babl *format = babl_format("Y float");
  GeglRectangle bounds;
  gegl_rectangle_bounding_box(&bounds, &mask->bounds, &other->bounds);
  GeglBuffer *both = gegl_buffer_new(&bounds, format);
  GeglBufferIterator *i = gegl_buffer_iterator_new(both, &bounds, 0, format, GEGL_ACCESS_WRITE, GEGL_ABYSS_NONE, 3);
  gegl_buffer_iterator_add(i, mask->weights, &bounds, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add(i, other->weights, &bounds, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next(i)) {
    gfloat *out = i->items[0].data;
    const gfloat *a = i->items[1].data, *b = i->items[2].data;
    for (gint n = 0; n < i->length; n++) out[n] = MAX(a[n], b[n]);
  }
  g_object_unref(mask->weights);
  *mask = (Mask){ both, bounds, mask->whole || other->whole };
}
