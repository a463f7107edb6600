/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/canvas.h"
#include "gimp/view-parts.h"
#include <math.h>

#define MARGIN 6     /* around a fitted layer */
#define LARGEST 16.0 /* zoom */
#define SMALL 0.45   /* of the widget: a square that has less of it is not seen well enough */
#define CHECK_SIZE 8 /* of what shows that nothing is there */
#define HANDLE 4.5   /* half a handle */
#define STALK 24     /* from the square's upper edge to the handle that turns it */
#define DASH 4

/* --------------------------------------------------------------------------------------------- places */

static gint canvas_width(const View *view) {
  GtkAllocation allocation;

  gtk_widget_get_allocation(view->canvas, &allocation);
  return allocation.width;
}

static gint canvas_height(const View *view) {
  GtkAllocation allocation;

  gtk_widget_get_allocation(view->canvas, &allocation);
  return allocation.height;
}

void view_redraw(View *view) { gtk_widget_queue_draw(view->canvas); }

static void zoomed(View *view) {
  view_redraw(view);
  if (view->events.zoomed)
    view->events.zoomed(view->data);
}

/* So that (x, y) of the layer is in the widget's middle. */
static void centre_on(View *view, gdouble x, gdouble y, gdouble zoom) {
  view->zoom = CLAMP(zoom, 1.0 / 256, LARGEST);
  view->left = (gint)lrint(x * view->zoom - canvas_width(view) / 2.0);
  view->top = (gint)lrint(y * view->zoom - canvas_height(view) / 2.0);
}

/* At which the whole layer is seen. */
static gdouble whole_zoom(const View *view) {
  gdouble across = (canvas_width(view) - 2.0 * MARGIN) / MAX(view->width, 1);
  gdouble down = (canvas_height(view) - 2.0 * MARGIN) / MAX(view->height, 1);

  return MIN(MIN(across, down), 4);
}

static void fitted(View *view, Seen seen) {
  view->seen = seen;
  view->shown_width = canvas_width(view);
  view->shown_height = canvas_height(view);
  zoomed(view);
}

void view_fit(View *view) {
  if (!view->picture)
    return;
  centre_on(view, view->width / 2.0, view->height / 2.0, whole_zoom(view));
  fitted(view, SEEN_LAYER);
}

void view_fit_square(View *view) {
  gdouble reach = view->square.side * (fabs(cos(view->square.angle)) + fabs(sin(view->square.angle)));

  if (!view->picture || !view->has_square)
    return;
  centre_on(view, view->square.x, view->square.y,
            (MIN(canvas_width(view), canvas_height(view)) - 2.0 * STALK) / MAX(reach, 1));
  fitted(view, SEEN_SQUARE);
}

void view_follow_square(View *view) {
  gint room = MIN(canvas_width(view), canvas_height(view));

  if (!view->picture || view->seen == SEEN_CHOSEN)
    return;
  if (view->has_square && view->square.side * whole_zoom(view) < SMALL * room)
    view_fit_square(view);
  else
    view_fit(view);
}

void view_zoom_at(View *view, gdouble zoom, gdouble x, gdouble y) {
  gdouble at_x = (x + view->left) / view->zoom, at_y = (y + view->top) / view->zoom;

  if (!view->picture)
    return;
  view->zoom = CLAMP(zoom, 1.0 / 256, LARGEST);
  view->left = (gint)lrint(at_x * view->zoom - x);
  view->top = (gint)lrint(at_y * view->zoom - y);
  view->seen = SEEN_CHOSEN;
  zoomed(view);
}

void view_zoom(View *view, gdouble factor) {
  view_zoom_at(view, view->zoom * factor, canvas_width(view) / 2.0, canvas_height(view) / 2.0);
}

gdouble view_scale(View *view) { return view->picture ? view->zoom * canvas_scale(view->canvas) : 0; }

/* (u, v) from the square's middle, as it is turned. */
static void turned(const View *view, gdouble u, gdouble v, gdouble *x, gdouble *y) {
  const stylemap_placement *at = &view->square;

  *x = at->x * view->zoom - view->left + u * cos(at->angle) - v * sin(at->angle);
  *y = at->y * view->zoom - view->top + u * sin(at->angle) + v * cos(at->angle);
}

void view_handle(const View *view, gint n, gdouble *x, gdouble *y) {
  gdouble half = view->square.side / 2 * view->zoom;

  if (n < 4) {
    turned(view, n % 2 ? half : -half, n / 2 ? half : -half, x, y);
    return;
  }
  turned(view, 0, -half - STALK, x, y);
  if (*x < HANDLE || *y < HANDLE || *x > canvas_width(view) - HANDLE || *y > canvas_height(view) - HANDLE)
    turned(view, 0, -half + STALK, x, y); /* within reach */
}

/* ------------------------------------------------------------------------------------------- pictures */

/* The rectangle of `picture` at `scale` as cairo has it; nothing where the picture has nothing. */
static cairo_surface_t *surface_of(GeglBuffer *picture, const GeglRectangle *area, gdouble scale) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX(area->width, 1), MAX(area->height, 1));

  cairo_surface_flush(surface);
  gegl_buffer_get(picture, area, scale, babl_format("cairo-ARGB32"), cairo_image_surface_get_data(surface),
                  cairo_image_surface_get_stride(surface), GEGL_ABYSS_NONE);
  cairo_surface_mark_dirty(surface);
  return surface;
}

/* The line between what is more and what is less than half selected, in dashes of black and white. */
static cairo_surface_t *outline_of(GeglBuffer *weights) {
  const GeglRectangle *extent = gegl_buffer_get_extent(weights);
  GeglRectangle area = {extent->x - 1, extent->y - 1, extent->width + 2, extent->height + 2};
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, area.width, area.height);
  guchar *data = cairo_image_surface_get_data(surface);
  gint stride = cairo_image_surface_get_stride(surface), row = area.width;
  gfloat *values = g_new(gfloat, (gsize)area.width * area.height);

  gegl_buffer_get(weights, &area, 1.0, babl_format("Y float"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gint y = 1; y < area.height - 1; y++)
    for (gint x = 1; x < area.width - 1; x++) {
      const gfloat *at = values + (gsize)y * row + x;

      if (at[0] >= 0.5f && (at[-1] < 0.5f || at[1] < 0.5f || at[-row] < 0.5f || at[row] < 0.5f))
        ((guint32 *)(data + (gsize)y * stride))[x] = (x + y) / DASH % 2 ? 0xff000000u : 0xffffffffu;
    }
  cairo_surface_mark_dirty(surface);
  g_free(values);
  return surface;
}

static void drop_surface(cairo_surface_t **surface) { g_clear_pointer(surface, cairo_surface_destroy); }

void view_set_picture(View *view, GeglBuffer *picture) {
  gint width = picture ? gegl_buffer_get_width(picture) : 0, height = picture ? gegl_buffer_get_height(picture) : 0;
  gboolean other_size = width != view->width || height != view->height;

  drop_surface(&view->layer);
  g_clear_object(&view->picture);
  view->picture = picture ? gegl_buffer_dup(picture) : NULL; /* others read it on other threads */
  view->width = width;
  view->height = height;
  view_set_result(view, NULL, NULL, 1);
  if (other_size && picture)
    view_fit(view);
}

void view_set_result(View *view, GeglBuffer *picture, GeglBuffer *weights, gdouble scale) {
  drop_surface(&view->result);
  drop_surface(&view->outline);
  if (picture) {
    view->result_extent = *gegl_buffer_get_extent(picture);
    view->result_scale = scale;
    view->result = surface_of(picture, &view->result_extent, 1);
    view->outline = outline_of(weights);
  }
  view_redraw(view);
}

void view_set_square(View *view, const stylemap_placement *place) {
  view->has_square = place != NULL;
  if (place)
    view->square = *place;
  view_redraw(view);
}

void view_show_before(View *view, gboolean before) {
  view->before = before;
  view_redraw(view);
}

void view_split(View *view, gboolean split) {
  view->split = split;
  view_redraw(view);
}

void view_show_square(View *view, gboolean shown) {
  view->shows_square = shown;
  view_redraw(view);
}

/* -------------------------------------------------------------------------------------------- drawing */

/* What is seen of the layer, at the screen's own resolution or, enlarged, at the layer's. */
static void draw_layer(View *view, cairo_t *cr) {
  gint width = canvas_width(view), height = canvas_height(view), pixels = canvas_scale(view->canvas);
  gdouble scale = MIN(view->zoom * pixels, 1), more = view->zoom / scale;
  GeglRectangle area = {(gint)floor(view->left / more), (gint)floor(view->top / more), (gint)ceil(width / more) + 1,
                        (gint)ceil(height / more) + 1};

  if (!view->layer || view->layer_zoom != view->zoom || view->layer_left != area.x || view->layer_top != area.y ||
      view->layer_width != area.width || view->layer_height != area.height) {
    drop_surface(&view->layer);
    view->layer = surface_of(view->picture, &area, scale);
    view->layer_zoom = view->zoom;
    view->layer_left = area.x;
    view->layer_top = area.y;
    view->layer_width = area.width;
    view->layer_height = area.height;
  }
  cairo_save(cr);
  cairo_translate(cr, area.x * more - view->left, area.y * more - view->top);
  cairo_scale(cr, more, more);
  cairo_set_source_surface(cr, view->layer, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cr), more > 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_paint(cr);
  cairo_restore(cr);
}

/* `surface`, whose upper left corner is the result's moved by `shift`, in its place. */
static void place_result(View *view, cairo_t *cr, cairo_surface_t *surface, gint shift) {
  gdouble more = view->zoom / view->result_scale;

  cairo_translate(cr, -view->left, -view->top);
  cairo_scale(cr, more, more);
  cairo_set_source_surface(cr, surface, view->result_extent.x + shift, view->result_extent.y + shift);
  cairo_pattern_set_filter(cairo_get_source(cr), more == 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
}

/* In place of the layer. */
static void draw_result(View *view, cairo_t *cr) {
  const GeglRectangle *extent = &view->result_extent;

  cairo_save(cr);
  if (view->split) {
    gint line = (gint)lrint(view->line * canvas_width(view));

    cairo_rectangle(cr, line, 0, canvas_width(view) - line, canvas_height(view));
    cairo_clip(cr);
  }
  place_result(view, cr, view->result, 0);
  cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
  cairo_rectangle(cr, extent->x, extent->y, extent->width, extent->height);
  cairo_fill(cr);
  cairo_restore(cr);
}

static void draw_checks(View *view, cairo_t *cr) {
  gdouble x = MAX(-view->left, 0), y = MAX(-view->top, 0);
  gdouble x1 = MIN(view->width * view->zoom - view->left, canvas_width(view));
  gdouble y1 = MIN(view->height * view->zoom - view->top, canvas_height(view));

  if (x1 <= x || y1 <= y)
    return;
  cairo_save(cr);
  cairo_rectangle(cr, x, y, x1 - x, y1 - y);
  cairo_clip(cr);
  cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
  cairo_paint(cr);
  cairo_set_source_rgb(cr, 0.4, 0.4, 0.4);
  for (gint j = 0; j * CHECK_SIZE < y1 - y; j++)
    for (gint i = j % 2; i * CHECK_SIZE < x1 - x; i += 2)
      cairo_rectangle(cr, x + i * CHECK_SIZE, y + j * CHECK_SIZE, CHECK_SIZE, CHECK_SIZE);
  cairo_fill(cr);
  cairo_restore(cr);
}

/* A light line that is seen on light pictures, too. */
static void stroke(cairo_t *cr) {
  cairo_set_line_width(cr, 3);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.6);
  cairo_stroke_preserve(cr);
  cairo_set_line_width(cr, 1.2);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_stroke(cr);
}

static void trace_square(View *view, cairo_t *cr) {
  static const gint round[] = {0, 1, 3, 2};
  gdouble x, y;

  for (gint i = 0; i < 4; i++) {
    view_handle(view, round[i], &x, &y);
    if (i == 0)
      cairo_move_to(cr, x, y);
    else
      cairo_line_to(cr, x, y);
  }
  cairo_close_path(cr);
}

static void draw_square(View *view, cairo_t *cr) {
  gdouble x, y, left, top, right, bottom;

  cairo_rectangle(cr, 0, 0, canvas_width(view), canvas_height(view));
  trace_square(view, cr);
  cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_set_source_rgba(cr, 0, 0, 0, 0.35); /* the model does not see it */
  cairo_fill(cr);
  trace_square(view, cr);
  stroke(cr);
  view_handle(view, 0, &left, &top);
  view_handle(view, 1, &right, &bottom);
  view_handle(view, 4, &x, &y);
  cairo_move_to(cr, (left + right) / 2, (top + bottom) / 2);
  cairo_line_to(cr, x, y);
  stroke(cr);
  cairo_arc(cr, x, y, HANDLE + 0.5, 0, 2 * G_PI);
  stroke(cr);
  cairo_arc(cr, x, y, HANDLE - 0.5, 0, 2 * G_PI);
  cairo_fill(cr);
  for (gint i = 0; i < 4; i++) {
    view_handle(view, i, &x, &y);
    cairo_rectangle(cr, x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill_preserve(cr);
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_stroke(cr);
  }
}

static void draw_outline(View *view, cairo_t *cr) {
  cairo_save(cr);
  place_result(view, cr, view->outline, -1);
  cairo_paint(cr);
  cairo_restore(cr);
}

static void draw(GtkWidget *canvas, cairo_t *cr, gpointer data) {
  View *view = data;
  gint width = canvas_width(view), height = canvas_height(view);

  cairo_set_source_rgb(cr, 0.22, 0.22, 0.22);
  cairo_paint(cr);
  if (view->picture) {
    draw_checks(view, cr);
    cairo_push_group(cr);
    draw_layer(view, cr);
    if (view->result && !view->before)
      draw_result(view, cr);
    cairo_pop_group_to_source(cr);
    cairo_paint(cr);
    if (view->shows_square && !view->before) {
      if (view->outline)
        draw_outline(view, cr);
      if (view->has_square)
        draw_square(view, cr);
    }
    if (view->split && view->result && !view->before) {
      gdouble line = floor(view->line * width) + 0.5;

      cairo_move_to(cr, line, 0);
      cairo_line_to(cr, line, height);
      stroke(cr);
    }
  }
  if (gtk_widget_has_focus(canvas)) {
    cairo_rectangle(cr, 1, 1, width - 2, height - 2);
    stroke(cr);
  }
}

/* ------------------------------------------------------------------------------------------- a widget */

static void allocated(GtkWidget *canvas, GtkAllocation *allocation, View *view) {
  if (view->picture && (view->seen != SEEN_CHOSEN || !view->shown_width) &&
      (allocation->width != view->shown_width || allocation->height != view->shown_height))
    (view->seen == SEEN_SQUARE ? view_fit_square : view_fit)(view);
}

static void view_free(gpointer data) {
  View *view = data;

  drop_surface(&view->layer);
  drop_surface(&view->result);
  drop_surface(&view->outline);
  g_clear_object(&view->picture);
  g_free(view);
}

View *view_new(gint width, gint height, const ViewEvents *events, gpointer data) {
  View *view = g_new0(View, 1);

  view->events = *events;
  view->data = data;
  view->zoom = 1;
  view->line = 0.5;
  view->shows_square = TRUE;
  view->seen = SEEN_LAYER;
  view->canvas = canvas_new(draw, view);
  gtk_widget_set_size_request(view->canvas, width, height);
  g_object_set_data_full(G_OBJECT(view->canvas), "view", view, view_free);
  g_signal_connect(view->canvas, "size-allocate", G_CALLBACK(allocated), view);
  view_take_hands(view);
  return view;
}

GtkWidget *view_widget(View *view) { return view->canvas; }
