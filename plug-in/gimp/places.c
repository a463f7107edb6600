/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/places.h"
#include "host/place.h"
#include <string.h>

gboolean places_is_word(const gchar *text) { return !strchr(text, ','); }

const gchar *places_kept(ArgumentId id, const gchar *text) {
  return (id == ARGUMENT_PLACEMENT || id == ARGUMENT_REFERENCE_PLACEMENT) && !places_is_word(text) ? "" : text;
}

/* A word was said of the one that comes in, not of the one that is edited. */
const gchar *places_of_target(const gchar *reference_place) { return places_is_word(reference_place) ? "" : reference_place; }

const gchar *places_of_reference(const gchar *target_place) {
  Place place = {.mirror = FALSE};

  return place_parse("", target_place, FALSE, PLACE_AUTO, &place, NULL) && place.kind == PLACE_SELECTION ? "" : target_place;
}
