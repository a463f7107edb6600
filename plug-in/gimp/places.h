/* SPDX-License-Identifier: GPL-3.0-or-later
 * What of a square's place, a text, means something for another picture: words do, numbers are one layer's pixels. */
#pragma once
#include "gimp/procedures.h"

/* "auto", "bounds", "path:eyes", ...: no numbers. */
gboolean places_is_word(const gchar *text);

/* What a text argument is kept as among the last values: itself, but of a place's numbers "", the default. */
const gchar *places_kept(ArgumentId id, const gchar *text);
