/* SPDX-License-Identifier: GPL-3.0-or-later
 * Controls one below the other that scroll where the screen is too low for all of them. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

#define SCROLL_SPACING 12 /* between the two */

/* As wide as `column`, and as high as that wants to be, whatever comes and goes in it, as long as a dialog around it, with
 * `below` (which the caller packs there, SCROLL_SPACING apart) and its buttons, fits a screen. Keys that move the focus scroll to it. */
GtkWidget *scroll_new(GtkWidget *column, GtkWidget *below);
/* Takes the height that the column wants now: before the window is shown. Later it does that by itself; but `below`, where it comes to
 * want another height, is looked at here alone: more than it wanted at first is taken from the column, which scrolls then, so that
 * nothing below the two moves. */
void scroll_fit(GtkWidget *scroll);
