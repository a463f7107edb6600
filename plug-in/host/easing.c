/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/easing.h"

gdouble easing_at(Easing easing, gint n, gint frames) {
  const gdouble t = n + 1 >= frames ? 1 : (gdouble)n / (frames - 1);
  return easing == EASING_SMOOTH ? t * t * (3 - 2 * t) : t;
}

gint easing_there_and_back(gint frames) { return 2 * frames - 2; }

gint easing_nth_there_and_back(gint n, gint frames) { return n < frames ? n : 2 * frames - 2 - n; }
