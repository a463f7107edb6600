/* SPDX-License-Identifier: GPL-3.0-or-later
 * A layer as a dialog shows it: zoomed and moved, what an edit would make of it, the mask's outline, and the model's
 * square, which the user moves, scales and turns by mouse and keys. All places are in pixels of the layer. */
#pragma once
#include "gimp/compat.h"
#include "stylemap.h"
#include <gegl.h>
#include <libgimp/gimpui.h>

typedef struct View View;

typedef struct {
  /* The user gave the square another place; `done`: for now. */
  void (*moved)(const stylemap_placement *place, gboolean done, gpointer data);
  /* Another scale, by the user or by the size of the window; or NULL. */
  void (*zoomed)(gpointer data);
} ViewEvents;

/* Goes with its widget, whose least size is width x height. */
View *view_new(gint width, gint height, const ViewEvents *events, gpointer data);
GtkWidget *view_widget(View *view);

/* The layer, of which this process has all pixels (extent at 0,0), or NULL; nobody may write to it any more. Another
 * size fits it into the widget anew. */
void view_set_picture(View *view, GeglBuffer *picture);
/* NULL: there is none. */
void view_set_square(View *view, const stylemap_placement *place);
/* What is shown over the layer: `picture` with an extent of its own in pixels of the layer x `scale`, and the mask there,
 * "Y float". NULL, NULL: nothing. */
void view_set_result(View *view, GeglBuffer *picture, GeglBuffer *weights, gdouble scale);

/* The layer without the result. */
void view_show_before(View *view, gboolean before);
/* The result on the right of a line that can be moved. */
void view_split(View *view, gboolean split);
/* The square and the mask's outline. */
void view_show_square(View *view, gboolean shown);

/* The whole layer; the square and a little around it; or `factor` of the present scale, about the middle. */
void view_fit(View *view);
void view_fit_square(View *view);
/* The square has come to lie elsewhere by itself: the whole layer, or the square where it would be small in that; nothing where the user
 * chose what is seen. */
void view_follow_square(View *view);
void view_zoom(View *view, gdouble factor);
/* Pixels of the screen for one of the layer; 0 without a layer. */
gdouble view_scale(View *view);
