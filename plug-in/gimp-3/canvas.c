/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/canvas.h"

typedef void (*Draw)(GtkWidget *canvas, cairo_t *cr, gpointer data);

static gboolean on_draw(GtkWidget *canvas, cairo_t *cr, gpointer data) {
  Draw draw = (Draw)g_object_get_data(G_OBJECT(canvas), "draw");

  draw(canvas, cr, data);
  return TRUE;
}

GtkWidget *canvas_new(Draw draw, gpointer data) {
  GtkWidget *canvas = gtk_drawing_area_new();

  gtk_widget_set_can_focus(canvas, TRUE);
  gtk_widget_add_events(canvas, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK |
                                    GDK_SCROLL_MASK | GDK_KEY_PRESS_MASK);
  g_object_set_data(G_OBJECT(canvas), "draw", (gpointer)draw);
  g_signal_connect(canvas, "draw", G_CALLBACK(on_draw), data);
  return canvas;
}

gint canvas_scale(GtkWidget *canvas) { return gtk_widget_get_scale_factor(canvas); }

void canvas_set_cursor(GtkWidget *canvas, GdkCursorType type) {
  GdkCursor *cursor = gdk_cursor_new_for_display(gtk_widget_get_display(canvas), type);

  gdk_window_set_cursor(gtk_widget_get_window(canvas), cursor);
  g_object_unref(cursor);
}
