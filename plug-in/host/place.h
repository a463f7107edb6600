/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the model's square lies on a picture, as users of every host say it. */
#pragma once
#include "host/edit.h"

/* Of a reference alone: AS_PLACED, where the target's square lies, the two pictures lying as the host shows them. Of a target
 * alone: SELECTION, around what is selected (place_around). BOUNDS: the smallest square around the whole picture. POINTS: by
 * eyes, or eyes and corners of the mouth (stylemap_points_place); like AUTO, FACES and MODEL it is found (find.h). */
typedef enum {
  PLACE_CENTRE, PLACE_THERE, PLACE_AS_PLACED, PLACE_AUTO, PLACE_FACES, PLACE_MODEL, PLACE_SELECTION, PLACE_BOUNDS, PLACE_POINTS
} PlaceKind;

typedef struct {
  PlaceKind kind;
  gdouble x, y, side, angle; /* of PLACE_THERE: pixels of the picture; radians */
  gboolean mirror;           /* left and right exchanged, wherever it lies */
  PlacePoints points;        /* of PLACE_POINTS */
} Place;

/* "X,Y,SIDE" or "X,Y,SIDE,ANGLE" in pixels and degrees, "X,Y X,Y" or "X,Y X,Y X,Y X,Y", or a word: "centre", "bounds", "auto",
 * "faces", "model", for a `reference` also "as-placed", else "selection"; "" and NULL are `usual`. FALSE and a sentence
 * (HOST_ERROR_ARGUMENT) that calls the text `name`. Leaves `mirror` alone. */
gboolean place_parse (const gchar *name, const gchar *text, gboolean reference, PlaceKind usual, Place *place,
                      GError **error);

/* A place around the selection gets its numbers: a square in the picture, as large as portraits are around what one selects
 * in them. NULL: nothing is selected; it becomes the centre. Other places stay. */
void place_around (Place *place, gint width, gint height, const GeglRectangle *selected);

/* As place_parse reads it, to so many decimals (1 to 6) of a pixel and of a degree; to be freed. */
gchar *place_text (const stylemap_placement *placement, gint decimals);

/* The Find of a place; FIND_NOTHING: it needs none. */
gint place_find_how (const Place *place);
/* The placement on a picture of that size; of what is to be found the one that is taken where nothing is. `target` is the
 * target's, `dx` and `dy` how far the target picture lies to the right of and below this one. */
void place_find (const Place *place, gint width, gint height, const stylemap_placement *target, gint dx, gint dy,
                 stylemap_placement *placement);
/* FALSE and a sentence where it does not touch the picture, the target or a `reference`. */
gboolean place_check (const stylemap_placement *placement, gint width, gint height, gboolean reference, GError **error);

gboolean place_is_same (const stylemap_placement *a, const stylemap_placement *b);
