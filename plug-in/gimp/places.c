/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/places.h"
#include <string.h>

gboolean places_is_word(const gchar *text) { return !strchr(text, ','); }

const gchar *places_kept(ArgumentId id, const gchar *text) {
  return (id == ARGUMENT_PLACEMENT || id == ARGUMENT_REFERENCE_PLACEMENT) && !places_is_word(text) ? "" : text;
}
