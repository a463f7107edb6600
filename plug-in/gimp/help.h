/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include <glib.h>

/* A GimpHelpFunc: shows the manual of the procedure `help_id` in a window of its own; needs no help browser and
 * no network. */
void help_show(const gchar *help_id, gpointer data);
