/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIMP's progress bar for work on another thread. Main thread. */
#pragma once
#include "stylemap.h"
#include <glib.h>

typedef struct {
  gdouble share; /* of the bar: the work's */
  gint phase;    /* a stylemap_phase, or -1 */
  gint64 begun, next;
  gint left; /* seconds, as told last; 0: not told */
  gint frame, frames; /* progress_part's; 0 frames: there are none */
  gdouble from, to;
} Progress;

/* Shows the bar; gimp_progress_end takes it away. */
void progress_start(Progress *progress, const gchar *title, gdouble share);
/* What follows is work on frame `n` of `count`, and fills the fractions `from` .. `to`. */
void progress_part(Progress *progress, gint n, gint count, gdouble from, gdouble to);
/* A stylemap_progress of a Progress. */
int progress_show(void *data, stylemap_phase phase, double fraction);
