/* SPDX-License-Identifier: GPL-3.0-or-later
 * A combo box of the installed models, with a way to any other file. */
#pragma once
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Begins with `model`: a path, a name, or "", which, if `by_picture`, is the one that knows the picture, else the default; where there is
 * none of that name, with the default, but if `insist`, with a line for that all the same. `changed` is called with `data` when another
 * one is chosen. */
GtkWidget *model_chooser_new(const gchar *model, gboolean by_picture, gboolean insist, void (*changed)(gpointer data), gpointer data);
/* The choice as procedures take it, to be freed; "" where nothing can be chosen. */
gchar *model_chooser_get(GtkWidget *chooser);
