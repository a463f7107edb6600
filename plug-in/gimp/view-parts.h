/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the view share: view.c is what it shows, view-hands.c what the user does with it. Nobody else includes
 * this. */
#pragma once
#include "gimp/view.h"

/* What is seen: what was chosen by hand, or all of the layer, or the square, which another size of the widget fits anew. */
typedef enum { SEEN_CHOSEN, SEEN_LAYER, SEEN_SQUARE } Seen;
typedef enum { GRIP_NONE, GRIP_MOVE, GRIP_CORNER, GRIP_TURN, GRIP_PAN, GRIP_SPLIT } Grip;

struct View {
  GtkWidget *canvas;
  ViewEvents events;
  gpointer data;

  GeglBuffer *picture;
  gint width, height;  /* of the layer */
  gdouble zoom;        /* the widget's pixels for one of the layer */
  gint left, top;      /* the widget's upper left corner in pixels of the layer x zoom */
  Seen seen;
  gint shown_width, shown_height; /* the widget's when that was last done */

  cairo_surface_t *layer; /* what is seen of the picture, and for which */
  gdouble layer_zoom;
  gint layer_left, layer_top, layer_width, layer_height;

  cairo_surface_t *result, *outline;
  GeglRectangle result_extent;
  gdouble result_scale;

  gboolean has_square, before, split, shows_square;
  stylemap_placement square;
  gdouble line; /* of the split, 0..1 of the widget's width */

  Grip grip;
  gint corner;               /* 0..3, of GRIP_CORNER */
  gdouble from_x, from_y;    /* where it was gripped, the widget's pixels */
  stylemap_placement begun;  /* the square then */
  gint begun_left, begun_top;
};

/* The square's corner 0..3 (upper left, upper right, lower left, lower right as it is turned) or, at 4, the handle that
 * turns it, in the widget's pixels. */
void view_handle(const View *view, gint n, gdouble *x, gdouble *y);
/* `zoom`, with the layer's point under (x, y) of the widget left where it is. */
void view_zoom_at(View *view, gdouble zoom, gdouble x, gdouble y);
void view_redraw(View *view);
/* Connects mouse and keys. */
void view_take_hands(View *view);
