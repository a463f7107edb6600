/* SPDX-License-Identifier: GPL-3.0-or-later
 * What of a square's place, a text, means something for another picture: words do, numbers are one layer's pixels. */
#pragma once
#include "gimp/procedures.h"

/* "auto", "bounds", "path:eyes", ...: no numbers. */
gboolean places_is_word(const gchar *text);

/* What a text argument is kept as among the last values: itself, but of a place's numbers "", the default. */
const gchar *places_kept(ArgumentId id, const gchar *text);

/* What a reference's place is where its layer becomes the target, and a target's where that becomes the reference: "" where the text
 * means nothing there. */
const gchar *places_of_target(const gchar *reference_place);
const gchar *places_of_reference(const gchar *target_place);
