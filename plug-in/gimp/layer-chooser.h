/* SPDX-License-Identifier: GPL-3.0-or-later
 * A combo box of layers by thumbnail and name: those of one image first, the other open images' behind a line. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

/* `fits` says which layers may be chosen; `changed` is called when the user chose one. */
GtkWidget *layer_chooser_new(gboolean (*fits)(DrawableRef layer, gpointer data), void (*changed)(gpointer data),
                             gpointer data);
/* The layers that there are now, those of `image` first. FALSE: they are the ones that there were. */
gboolean layer_chooser_fill(GtkWidget *chooser, ImageRef image);
void layer_chooser_set(GtkWidget *chooser, DrawableRef layer);
/* NO_ITEM: none, or one that is gone. */
DrawableRef layer_chooser_get(GtkWidget *chooser);

/* What the first image shows may be chosen, too, from the next layer_chooser_fill on. */
void layer_chooser_offer_visible(GtkWidget *chooser);
void layer_chooser_set_visible(GtkWidget *chooser);
gboolean layer_chooser_is_visible(GtkWidget *chooser);
