/* SPDX-License-Identifier: GPL-3.0-or-later
 * A widget that is drawn with cairo and hears mouse and keys, as each GIMP's toolkit has it: canvas.c is in the fronts'
 * folders. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

/* `draw` fills the widget, whose upper left corner is 0, 0. */
GtkWidget *canvas_new(void (*draw)(GtkWidget *canvas, cairo_t *cr, gpointer data), gpointer data);
/* Pixels of the screen for one of the widget. */
gint canvas_scale(GtkWidget *canvas);
void canvas_set_cursor(GtkWidget *canvas, GdkCursorType type);
