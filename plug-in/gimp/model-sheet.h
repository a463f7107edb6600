/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a model knows, seen: some pictures that it draws by itself. */
#pragma once
#include "gimp/compat.h"
#include <gtk/gtk.h>

/* An image of `model` (as procedures take it; where the choice is free, of all that may be taken), drawn by a thread of its own once
 * the dialog is seen and had time for what is more urgent. It takes its room from the start, and stays empty where a model cannot be
 * opened. */
GtkWidget *model_sheet_new(const gchar *model);
void model_sheet_set(GtkWidget *sheet, const gchar *model);
/* Nothing is drawn, nor is there room for it, before the next model_sheet_set. */
void model_sheet_wait(GtkWidget *sheet);

/* Draws an image tensor of `size` into a square of `side` of the pixbuf, with the eight bits of a screen. */
void model_sheet_put(GdkPixbuf *sheet, const gfloat *square, gint size, gint x, gint y, gint side);
