/* SPDX-License-Identifier: GPL-3.0-or-later
 * Controls one below the other that scroll where the screen is too low for all of them. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

/* As wide as `column`, and as high as that wants to be, whatever comes and goes in it, as long as a dialog around it, with
 * its buttons, fits a screen. Keys that move the focus scroll to it. */
GtkWidget *scroll_new(GtkWidget *column);
/* Takes the height that the column wants now: before the window is shown. Later it does that by itself. */
void scroll_fit(GtkWidget *scroll);
