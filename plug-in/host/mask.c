/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/mask.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "host/feather.h"
#include "host/say.h"

#define FAINTEST (1.0f / 512) /* too small to see, but a blur in float spreads it far over the picture */

/* ----------------------------------------------------------------------------------------- weights */

/* The rectangle of the weights above 0, and the greatest of them (0: there is none). */
static gdouble scan(GeglBuffer *weights, GeglRectangle *bounds) {
  gfloat most = 0;
  gint x0 = G_MAXINT, y0 = G_MAXINT, x1 = G_MININT, y1 = G_MININT;
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(weights, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    const GeglRectangle *roi = &i->items[0].roi;
    const gfloat *value = i->items[0].data;
    for (gint y = roi->y; y < roi->y + roi->height; y++)
      for (gint x = roi->x; x < roi->x + roi->width; x++)
        if (*value++ > 0.0f) {
          most = MAX(most, value[-1]);
          x0 = MIN(x0, x), x1 = MAX(x1, x + 1);
          y0 = MIN(y0, y), y1 = MAX(y1, y + 1);
        }
  }
  *bounds = x0 < x1 ? *GEGL_RECTANGLE(x0, y0, x1 - x0, y1 - y0) : *GEGL_RECTANGLE(0, 0, 0, 0);
  return most;
}

gboolean mask_bounds(GeglBuffer *weights, GeglRectangle *bounds) {
  return scan(weights, bounds) > 0;
}

/* Weights from 0 to 1: what is below `least`, or no number, becomes 0. */
static void clean(GeglBuffer *weights, gfloat least) {
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(weights, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    gfloat *value = i->items[0].data;
    for (gint n = 0; n < i->length; n++) value[n] = value[n] > 0 && value[n] >= least ? MIN(value[n], 1.0f) : 0.0f;
  }
}

#define MOST_BLUR 1500.0 /* the widest that gegl:gaussian-blur makes in one go; variances add */

static void blur(GeglBuffer *from, const GeglRectangle *area, gdouble sigma, GeglBuffer *to) {
  gint passes = (gint)ceil(sigma * sigma / (MOST_BLUR * MOST_BLUR));
  GeglNode *graph = gegl_node_new();
  GeglNode *last = gegl_node_new_child(graph, "operation", "gegl:buffer-source", "buffer", from, NULL);
  for (gint i = 0; i < passes; i++) {
    gdouble each = sigma / sqrt(passes);
    GeglNode *next = gegl_node_new_child(graph, "operation", "gegl:gaussian-blur", "std-dev-x", each, "std-dev-y",
                                         each, "abyss-policy", 1 /* clamp */, NULL);
    gegl_node_link(last, next);
    last = next;
  }
  GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:write-buffer", "buffer", to, NULL);
  gegl_node_link(last, sink);
  gegl_node_blit(sink, 1.0, area, NULL, NULL, 0, GEGL_BLIT_DEFAULT);
  g_object_unref(graph);
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
    clean(copy, 0);
    blur(copy, &area, radius / 3.5, out);
  }
  g_object_unref(copy);
  clean(out, FAINTEST);
  return out;
}

/* ---------------------------------------------------------------------------------------- the square */

/* How far inside the square (x, y) lies from its nearest edge, below 0 outside; `all` FALSE: of the edges that lie
 * inside the layer, which is all of a turned square's. */
static gdouble inside(const stylemap_placement *p, gint width, gint height, gboolean all, gdouble x, gdouble y) {
  gdouble dx = x - p->x, dy = y - p->y, half = p->side / 2;
  gdouble u = cos(p->angle) * dx + sin(p->angle) * dy, v = cos(p->angle) * dy - sin(p->angle) * dx;
  gdouble depth = G_MAXDOUBLE;
  all = all || p->angle != 0;
  if (all || p->x - half > 0) depth = MIN(depth, half + u);
  if (all || p->x + half < width) depth = MIN(depth, half - u);
  if (all || p->y - half > 0) depth = MIN(depth, half + v);
  if (all || p->y + half < height) depth = MIN(depth, half - v);
  return depth;
}

/* Which part of the row whose middle is at y lies in the square, made larger by half a pixel on each side since it need not lie on whole
 * ones: from *lo to *hi, not in order where none does. */
static void cross(const stylemap_placement *p, gdouble y, gdouble *lo, gdouble *hi) {
  const gdouble c = cos(p->angle), s = sin(p->angle), half = p->side / 2 + 0.5;
  const gdouble slopes[2] = { c, -s }, at[2] = { s * (y - p->y), c * (y - p->y) }; /* inside()'s u and v, by dx */
  *lo = -G_MAXDOUBLE, *hi = G_MAXDOUBLE;
  for (gint i = 0; i < 2; i++) {
    const gdouble a = (-half - at[i]) / slopes[i], b = (half - at[i]) / slopes[i]; /* of a row along an edge both infinite */
    *lo = MAX(*lo, p->x + MIN(a, b));
    *hi = MIN(*hi, p->x + MAX(a, b));
  }
}

/* Whether any weight in `area` of the selection lies outside the square. */
static gboolean any_outside(const MaskSource *source, const stylemap_placement *placement, const GeglRectangle *area) {
  const GeglRectangle from = { area->x + source->x, area->y + source->y, area->width, area->height };
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(source->selection, &from, 0, babl_format("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 1);
  gboolean any = FALSE;
  while (!any && gegl_buffer_iterator_next(i)) {
    const GeglRectangle *roi = &i->items[0].roi;
    const gfloat *value = i->items[0].data;
    for (gint y = 0; y < roi->height && !any; y++, value += roi->width) {
      gdouble lo, hi;
      cross(placement, roi->y - source->y + y + 0.5, &lo, &hi);
      for (gint x = 0; x < roi->width && !any; x++) {
        const gdouble middle = roi->x - source->x + x + 0.5;
        any = value[x] > 0 && (middle < lo || middle > hi);
      }
    }
  }
  if (any) gegl_buffer_iterator_stop(i);
  return any;
}

gboolean mask_reaches_over(const MaskSource *source, const stylemap_placement *placement, gint width, gint height) {
  GeglRectangle s;
  gdouble least = 0;
  if (!source->selection || !mask_bounds(source->selection, &s)) return FALSE;
  s.x -= source->x;
  s.y -= source->y;
  if (!gegl_rectangle_intersect(&s, &s, GEGL_RECTANGLE(0, 0, width, height))) return FALSE;
  for (gint i = 0; i < 4; i++) {
    gdouble x = s.x + i % 2 * s.width, y = s.y + i / 2 * s.height;
    least = MIN(least, inside(placement, width, height, TRUE, x, y));
  }
  /* The corners of what is selected may lie beyond a turned square, and nothing of it there. */
  return least < -0.5 && (placement->angle == 0 || any_outside(source, placement, &s));
}

void mask_reach(const stylemap_placement *placement, gint width, gint height, gdouble feather,
                GeglRectangle *reach) {
  gint more; /* twice the feather: a Gaussian of deviation feather / 3.5 is 0 there */
  more = (gint)ceil(2 * CLAMP(feather_most(feather, placement), 0, 1e6)) + 2;
  stylemap_bounds(placement, width, height, &reach->x, &reach->y, &reach->width, &reach->height);
  *reach = *GEGL_RECTANGLE(reach->x - more, reach->y - more, reach->width + 2 * more, reach->height + 2 * more);
}

/* Lets the weights fall to 0 at the square's edges over the feather; beyond them they are 0. A wide feather leaves the
 * middle of the square alone. */
static void fade(GeglBuffer *weights, const stylemap_placement *placement, gint width, gint height, gdouble feather) {
  const gdouble over = CLAMP(feather, 1e-9, placement->side / 4);
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(weights, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    const GeglRectangle *roi = &i->items[0].roi;
    gfloat *value = i->items[0].data;
    for (gint y = roi->y; y < roi->y + roi->height; y++)
      for (gint x = roi->x; x < roi->x + roi->width; x++, value++) {
        if (*value == 0.0f) continue;
        gdouble depth = inside(placement, width, height, FALSE, x + 0.5, y + 0.5);
        gdouble part = CLAMP(depth / over, 0, 1);
        *value *= (gfloat)(part * part * (3 - 2 * part));
      }
  }
  clean(weights, FAINTEST);
}

/* -------------------------------------------------------------------------------------------- masks */

/* Why nothing of the selection is left in `square`; `soft` is the selection, feathered by `radius`. */
static void say_nothing_left(const MaskSource *source, gdouble radius, GeglBuffer *soft, const GeglRectangle *square,
                             GError **error) {
  GeglRectangle selected, spread;
  gdouble most = scan(source->selection, &selected);
  if (most <= 0)
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                        _("The mask is black everywhere, so nothing would change. It must be white where the picture "
                          "shall change; perhaps it is inverted."));
  else if (mask_bounds(soft, &spread))
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The selected region misses the model's square, the %d x %d pixels from (%d, %d) on: nothing would "
                  "change. Select something inside the square."),
                square->width, square->height, square->x, square->y);
  else if (most >= FAINTEST)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("A feather of %g pixels spreads the selected region (%d x %d pixels) until nothing of it can be seen. "
                  "Choose a smaller feather."),
                radius, selected.width, selected.height);
  else
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The mask is nearly black everywhere, so nothing would be seen to change: its greatest value is %.2g "
                  "of 1. It must be white where the picture shall change."), most);
}

gboolean mask_make(const MaskSource *source, const stylemap_placement *placement, gint width, gint height, Mask *mask,
                   GError **error) {
  const Babl *format = babl_format("Y float");
  GeglRectangle square;
  stylemap_bounds(placement, width, height, &square.x, &square.y, &square.width, &square.height);
  *mask = (Mask){ .whole = !source->selection };
  Feather feather;
  feather_of(source, placement, width, height, &feather);

  g_autoptr(GeglBuffer) part = gegl_buffer_new(&square, format), soft = NULL;
  if (source->selection) {
    GeglRectangle from = { square.x + source->x, square.y + source->y, square.width, square.height };
    soft = mask_feather(source->selection, feather.radius);
    mask->feather = feather.radius;
    gegl_buffer_copy(soft, &from, GEGL_ABYSS_NONE, part, &square);
    mask->cut = mask_reaches_over(source, placement, width, height);
  } else {
    const gfloat one = 1.0f;
    gegl_buffer_set_color_from_pixel(part, &square, &one, format);
  }
  if (placement->angle != 0 || (source->selection && feather.fade > 0))
    fade(part, placement, width, height, source->selection ? feather.fade : 0);

  mask->most = scan(part, &mask->bounds);
  if (mask->most <= 0) {
    say_nothing_left(source, feather.radius, soft, &square, error);
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
  *mask = (Mask){ both, bounds, MAX(mask->most, other->most), mask->feather, mask->whole || other->whole,
                  mask->cut || other->cut };
}

void mask_fade_inside(Mask *mask, gint width, gint height, gdouble over) {
  const Babl *format = babl_format("Y float");
  const gint reach = (gint)ceil(2 * over);
  GeglRectangle wide = { mask->bounds.x - reach, mask->bounds.y - reach, mask->bounds.width + 2 * reach, mask->bounds.height + 2 * reach };
  gegl_rectangle_intersect(&wide, &wide, GEGL_RECTANGLE(0, 0, width, height));
  GeglBuffer *all = gegl_buffer_new(&wide, format);
  gegl_buffer_copy(mask->weights, &mask->bounds, GEGL_ABYSS_NONE, all, &mask->bounds);
  GeglBuffer *around = mask_feather(all, 3.5 * over / 2); /* deviation: half of it, where .95 is reached */
  GeglBufferIterator *i = gegl_buffer_iterator_new(mask->weights, NULL, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 2);
  gegl_buffer_iterator_add(i, around, &mask->bounds, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next(i)) {
    gfloat *weight = i->items[0].data;
    const gfloat *near = i->items[1].data; /* half along an edge */
    for (gint n = 0; n < i->length; n++) weight[n] = MIN(weight[n], MAX(2 * near[n] - 1, 0));
  }
  g_object_unref(all);
  g_object_unref(around);
}
