/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the model's square lies on a picture, as users of every host say it. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* Of a reference alone: PLACE_AS_PLACED, where the target's square lies, the two pictures lying as the host shows them.
 * The last three: where it is found (find.h). */
typedef enum { PLACE_CENTRE, PLACE_THERE, PLACE_AS_PLACED, PLACE_AUTO, PLACE_FACES, PLACE_MODEL } PlaceKind;

typedef struct {
  PlaceKind kind;
  gdouble x, y, side, angle; /* of PLACE_THERE: pixels of the picture; radians */
  gboolean mirror;           /* left and right exchanged, wherever it lies */
} Place;

/* "X,Y,SIDE" or "X,Y,SIDE,ANGLE" in pixels and degrees, or a word: "centre", "auto", "faces", "model", for a `reference`
 * also "as-placed"; "" and NULL are `usual`. FALSE and a sentence (HOST_ERROR_ARGUMENT) that calls the text `name`. Leaves
 * `mirror` alone. */
gboolean place_parse (const gchar *name, const gchar *text, gboolean reference, PlaceKind usual, Place *place,
                      GError **error);

/* As place_parse reads it, to a tenth of a pixel and of a degree; to be freed. */
gchar *place_text (const stylemap_placement *placement);

/* The Find of a place; FIND_NOTHING: it needs none. */
gint place_find_how (const Place *place);
/* The placement on a picture of that size; of what is to be found the one that is taken where nothing is. `target` is the
 * target's, `dx` and `dy` how far the target picture lies to the right of and below this one. */
void place_find (const Place *place, gint width, gint height, const stylemap_placement *target, gint dx, gint dy,
                 stylemap_placement *placement);
/* FALSE and a sentence where it does not touch the picture, the target or a `reference`. */
gboolean place_check (const stylemap_placement *placement, gint width, gint height, gboolean reference, GError **error);

gboolean place_is_same (const stylemap_placement *a, const stylemap_placement *b);
