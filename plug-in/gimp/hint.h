/* SPDX-License-Identifier: GPL-3.0-or-later
 * A line of a dialog that says something about what stands above it: an icon and a wrapped text. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

typedef enum { HINT_PLAIN, HINT_INFO, HINT_WARNING, HINT_ERROR } HintKind;

/* `width` of its text in pixels: a wrapped label does not find its own. Room for `lines` lines of small text is kept from
 * the beginning; 0: hidden until there is a text. It never becomes lower again, so that what stands below it, as the
 * dialog's buttons, does not move. */
GtkWidget *hint_new(gint width, gint lines);
/* `text` NULL empties the line. */
void hint_set(GtkWidget *hint, HintKind kind, const gchar *text);
void hint_set_markup(GtkWidget *hint, HintKind kind, const gchar *markup);
