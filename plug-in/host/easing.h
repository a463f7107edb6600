/* SPDX-License-Identifier: GPL-3.0-or-later
 * How frames come from the first to the last. */
#pragma once
#include <glib.h>

typedef enum {
  EASING_LINEAR, /* at even steps */
  EASING_SMOOTH, /* slowly away, slowly there: 3 t^2 - 2 t^3 of the even steps t */
} Easing;

/* Where frame `n` from 0 lies between the first, at 0, and the last of `frames`, at 1. */
gdouble easing_at (Easing easing, gint n, gint frames);

/* Frames that go there and back, so that the last is followed by the first: how many, and which of those there each is. */
gint easing_there_and_back (gint frames);
gint easing_nth_there_and_back (gint n, gint frames);
