/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/place.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "host/find.h"
#include "host/say.h"
#include "host/words.h"

#define FARTHEST (1 << 24) /* as core has it; so is the side */
#define LARGEST (1 << 20)

static gboolean read_numbers(const gchar *text, Place *place) {
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  const guint count = g_strv_length(parts);
  gdouble numbers[4] = { 0 };
  if (count != 3 && count != 4) return FALSE;
  for (guint i = 0; i < count; i++) {
    gchar *end, *part = g_strstrip(parts[i]);
    numbers[i] = g_ascii_strtod(part, &end);
    if (end == part || *end) return FALSE;
  }
  *place = (Place){ .kind = PLACE_THERE, .x = numbers[0], .y = numbers[1], .side = numbers[2],
                    .angle = numbers[3] * G_PI / 180, .mirror = place->mirror };
  return ABS(numbers[3]) <= 360 && ABS(place->x) <= FARTHEST && ABS(place->y) <= FARTHEST && place->side >= 1 &&
         place->side <= LARGEST;
}

/* "X,Y X,Y" or four of them. */
static gboolean read_points(const gchar *text, Place *place) {
  g_auto(GStrv) parts = g_strsplit(text, " ", -1);
  PlacePoints points = { 0 };
  for (gchar **part = parts; *part; part++) {
    gchar *at = *part;
    if (!*at) continue;
    if (points.count == PLACE_MOST_POINTS) return FALSE;
    for (gint i = 0; i < 2; i++) {
      gchar *end;
      const gdouble value = points.at[points.count][i] = g_ascii_strtod(at, &end);
      if (end == at || *end != (i ? '\0' : ',') || !(ABS(value) <= FARTHEST)) return FALSE;
      at = end + 1;
    }
    points.count++;
  }
  *place = (Place){ .kind = PLACE_POINTS, .mirror = place->mirror, .points = points };
  return points.count == 2 || points.count == PLACE_MOST_POINTS;
}

gboolean place_parse(const gchar *name, const gchar *text, gboolean reference, PlaceKind usual, Place *place,
                     GError **error) {
  g_autofree gchar *word = g_strstrip(g_strdup(text ? text : ""));
  static const gchar *const words[] = { "centre", "", "as-placed", "auto", "faces", "model", "selection", "bounds", NULL }; /* by PlaceKind */
  const gint kind = *word ? words_find(words, word) : (gint)usual;
  *place = (Place){ .kind = PLACE_CENTRE, .mirror = place->mirror };
  if (kind >= 0 && kind != (gint)(reference ? PLACE_SELECTION : PLACE_AS_PLACED)) {
    place->kind = (PlaceKind)kind;
    return TRUE;
  }
  if (read_numbers(word, place) || read_points(word, place)) return TRUE;
  g_autofree gchar *others = g_strjoin(", ", "centre", "bounds", reference ? "as-placed" : "selection", "auto, faces, model", NULL);
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
              _("%s is \"%s\"; it must be X,Y,SIDE or X,Y,SIDE,ANGLE (the square's centre and side in pixels, from 1, and by how "
                "many degrees it is turned clockwise, -360 to 360), or two or four points, X,Y X,Y (the eyes, and the corners of "
                "the mouth), or one of %s."), name, word, others);
  return FALSE;
}

#define AROUND 1.6 /* the square's side, of the selection's longer one */

void place_around(Place *place, gint width, gint height, const GeglRectangle *selected) {
  if (place->kind != PLACE_SELECTION) return;
  place->kind = PLACE_CENTRE;
  if (!selected) return;
  const gdouble side = MIN(AROUND * MAX(selected->width, selected->height), MIN(width, height));
  *place = (Place){ .kind = PLACE_THERE, .side = side, .mirror = place->mirror,
                    .x = CLAMP(selected->x + selected->width / 2.0, side / 2, width - side / 2),
                    .y = CLAMP(selected->y + selected->height / 2.0, side / 2, height - side / 2) };
}

gchar *place_text(const stylemap_placement *placement, gint decimals) {
  const gdouble values[] = { placement->x, placement->y, placement->side, placement->angle * 180 / G_PI };
  const gdouble unit = pow(10, decimals);
  gchar numbers[4][G_ASCII_DTOSTR_BUF_SIZE], format[8];
  for (gint i = 0; i < 4; i++) {
    const gdouble value = round(values[i] * unit) / unit + 0.0; /* no -0 */
    gint needed = decimals;
    while (needed > 0 && fmod(round(value * unit), pow(10, decimals - needed + 1)) == 0) needed--;
    g_snprintf(format, sizeof format, "%%.%df", needed);
    g_ascii_formatd(numbers[i], sizeof numbers[i], format, value);
  }
  return g_str_equal(numbers[3], "0") ? g_strjoin(",", numbers[0], numbers[1], numbers[2], NULL)
                                      : g_strjoin(",", numbers[0], numbers[1], numbers[2], numbers[3], NULL);
}

gint place_find_how(const Place *place) {
  return place->kind == PLACE_AUTO    ? FIND_AUTO
         : place->kind == PLACE_FACES ? FIND_FACES
         : place->kind == PLACE_MODEL ? FIND_MODEL
         : place->kind == PLACE_POINTS ? FIND_POINTS
                                      : FIND_NOTHING;
}

void place_find(const Place *place, gint width, gint height, const stylemap_placement *target, gint dx, gint dy,
                stylemap_placement *placement) {
  switch (place->kind) {
  case PLACE_AUTO:
  case PLACE_FACES:
  case PLACE_MODEL:
  case PLACE_POINTS:
  case PLACE_SELECTION:
  case PLACE_CENTRE: stylemap_fit(width, height, placement); break;
  case PLACE_THERE:
    *placement = (stylemap_placement){ .x = place->x, .y = place->y, .side = place->side, .angle = place->angle };
    break;
  case PLACE_AS_PLACED:
    *placement = *target;
    placement->x += dx;
    placement->y += dy;
    break;
  case PLACE_BOUNDS:
    *placement = (stylemap_placement){ .x = width / 2.0, .y = height / 2.0, .side = MAX(width, height) };
    break;
  }
  placement->mirror = place->mirror;
}

gboolean place_check(const stylemap_placement *placement, gint width, gint height, gboolean reference, GError **error) {
  gint x, y, w, h;
  stylemap_bounds(placement, width, height, &x, &y, &w, &h);
  if (w > 0 && h > 0) return TRUE;
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
              reference ? _("The reference's square, %g pixels wide around (%g, %g), does not touch the reference (%d x %d "
                            "pixels).")
                        : _("The target's square, %g pixels wide around (%g, %g), does not touch the target (%d x %d "
                            "pixels)."),
              placement->side, placement->x, placement->y, width, height);
  return FALSE;
}

gboolean place_is_same(const stylemap_placement *a, const stylemap_placement *b) {
  return a->x == b->x && a->y == b->y && a->side == b->side && a->angle == b->angle && a->mirror == b->mirror;
}
