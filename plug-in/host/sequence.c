/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/sequence.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/find.h"

enum { PARTS = 4, REACH = 6 /* frames to either side */ };

/* ---------------------------------------------------------------------------------------------- one frame */

gboolean sequence_is_found(const gchar *text, gint find) {
  return !text || !*text || find == FIND_AUTO || find == FIND_FACES || find == FIND_MODEL;
}

void sequence_find(Engine *engine, const EditPicture *frame, const MaskSource *under, SequencePlace *place) {
  const Find how = frame->find == FIND_NOTHING ? FIND_AUTO : (Find)frame->find;
  stylemap_placement at;
  Find by;
  *place = (SequencePlace){ 0 };
  /* what failed may have been the networks for faces; those that were cancelled end at once */
  const gboolean looked = find_anywhere(engine, frame->buffer, how, under, NULL, 0, &by, &at, NULL) ||
                          (how == FIND_AUTO && find_anywhere(engine, frame->buffer, FIND_MODEL, under, NULL, 0, &by, &at, NULL));
  if (looked && by != FIND_NOTHING)
    *place = (SequencePlace){ TRUE, { at.x, at.y, log(at.side), at.angle } };
}

static gdouble coarse(gdouble value, gdouble step) { return step * round(value / step); }

void sequence_round(stylemap_placement *square) {
  static const gdouble pixels = 1.0 / 256, radians = 1e-5;
  square->x = coarse(square->x, pixels);
  square->y = coarse(square->y, pixels);
  square->side = coarse(square->side, pixels);
  square->angle = coarse(square->angle, radians);
}

stylemap_placement sequence_square(const SequencePlace *place, gboolean mirror) {
  const gdouble *v = place->values;
  stylemap_placement square = { .x = v[0], .y = v[1], .side = exp(v[2]), .angle = v[3], .mirror = mirror };
  sequence_round(&square);
  return square;
}

GeglBuffer *sequence_move_mask(GeglBuffer *mask, const stylemap_placement *from, const stylemap_placement *to) {
  const Babl *format = babl_format("Y float");
  const GeglRectangle *extent = gegl_buffer_get_extent(mask);
  const gint w = extent->width, h = extent->height;
  const gdouble scale = from->side / to->side, c = scale * cos(from->angle - to->angle), s = scale * sin(from->angle - to->angle);
  g_autofree gfloat *before = g_new(gfloat, (gsize)w * (gsize)h), *after = g_new0(gfloat, (gsize)w * (gsize)h);
  gegl_buffer_get(mask, extent, 1.0, format, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gint y = 0; y < h; y++)
    for (gint x = 0; x < w; x++) {
      const gdouble dx = x + 0.5 - to->x, dy = y + 0.5 - to->y;
      const gdouble u = from->x + c * dx - s * dy - 0.5, v = from->y + s * dx + c * dy - 0.5;
      const gdouble i = floor(u), j = floor(v), a = u - i, b = v - j;
      gdouble sum = 0;
      for (gint k = 0; k < 4; k++) {
        const gdouble px = i + k % 2, py = j + k / 2;
        if (px >= 0 && px < w && py >= 0 && py < h)
          sum += (k % 2 ? a : 1 - a) * (k / 2 ? b : 1 - b) * before[(gsize)py * (gsize)w + (gsize)px];
      }
      after[(gsize)y * (gsize)w + (gsize)x] = (gfloat)sum;
    }
  GeglBuffer *moved = gegl_buffer_new(extent, format);
  gegl_buffer_set(moved, extent, 0, format, after, GEGL_AUTO_ROWSTRIDE);
  return moved;
}

/* ---------------------------------------------------------------------------------------------- smoothing */

/* Those that are not sure on the way between the sure ones around them, at both ends as the nearest. FALSE: none is sure. */
static gboolean fill_gaps(SequencePlace *places, guint count) {
  gint64 last = -1;
  for (gint64 t = 0; t <= count; t++) {
    if (t < count && !places[t].sure) continue;
    if (t == count && last < 0) return FALSE;
    const gdouble *a = places[last < 0 ? t : last].values, *b = places[t == count ? last : t].values;
    for (gint64 i = last + 1; i < t; i++)
      for (gint part = 0; part < PARTS; part++)
        places[i].values[part] = a[part] + (b[part] - a[part]) * (gdouble)(i - last) / (gdouble)(t - last);
    last = t;
  }
  return TRUE;
}

/* The value at `t` of the line that fits the frames around it best, weighed by a Gaussian: what moves evenly is left as it is,
 * also at both ends. */
static gdouble fit_line(const SequencePlace *places, guint count, guint t, gint part) {
  gdouble w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0;
  for (gint d = -REACH; d <= REACH; d++) {
    const gint64 i = (gint64)t + d;
    if (i < 0 || i >= count) continue;
    const gdouble w = exp(-0.5 * pow(2.5 * d / REACH, 2)), y = places[i].values[part];
    w0 += w, w1 += w * d, w2 += w * d * d, y0 += w * y, y1 += w * d * y;
  }
  const gdouble det = w0 * w2 - w1 * w1;
  return det > 1e-9 * w0 * w0 ? (w2 * y0 - w1 * y1) / det : y0 / w0;
}

gboolean sequence_smooth(SequencePlace *places, guint count) {
  if (!fill_gaps(places, count)) return FALSE;
  g_autofree SequencePlace *filled = g_memdup2(places, count * sizeof *places);
  for (guint t = 0; t < count; t++)
    for (gint part = 0; part < PARTS; part++) places[t].values[part] = fit_line(filled, count, t, part);
  return TRUE;
}

/* ---------------------------------------------------------------------------------------------- following */

static gint by_value(gconstpointer a, gconstpointer b) {
  const gdouble left = *(const gdouble *)a, right = *(const gdouble *)b;
  return left < right ? -1 : left > right;
}

/* `square` where it lies in the frame after, or, `back`, in the one before: it moves by `way` about the centre of `about`. */
static void move(SequencePlace *square, const gdouble *way, const SequencePlace *about, gboolean back) {
  const gdouble *c = about->values, scale = exp(back ? -way[2] : way[2]), angle = back ? -way[3] : way[3];
  const gdouble dx = square->values[0] - c[0] - (back ? way[0] : 0), dy = square->values[1] - c[1] - (back ? way[1] : 0);
  square->values[0] = c[0] + scale * (cos(angle) * dx - sin(angle) * dy) + (back ? 0 : way[0]);
  square->values[1] = c[1] + scale * (sin(angle) * dx + cos(angle) * dy) + (back ? 0 : way[1]);
  square->values[2] += back ? -way[2] : way[2];
  square->values[3] += angle;
}

/* Squares that lie still on what they show: the frames' ways from one to the next tell how they move, and the median of all
 * that was found, each taken back to the first frame, where they lie. `smooth` has the squares by which the ways were found. */
static void follow(SequencePlace *places, const SequencePlace *found, const SequencePlace *smooth, const SequencePlace *ways, guint count) {
  g_autofree gdouble *values = g_new(gdouble, count);
  SequencePlace first = { 0 };
  for (gint part = 0; part < PARTS; part++) {
    guint n = 0;
    for (guint t = 0; t < count; t++) {
      SequencePlace square = found[t];
      if (!square.sure) continue;
      for (guint i = t; i > 0; i--) move(&square, ways[i].values, &smooth[i - 1], TRUE);
      values[n++] = square.values[part];
    }
    qsort(values, n, sizeof *values, by_value);
    first.values[part] = values[n / 2];
  }
  places[0] = first;
  for (guint t = 1; t < count; t++) {
    places[t] = places[t - 1];
    move(&places[t], ways[t].values, &smooth[t - 1], FALSE);
  }
}

gboolean sequence_places(const SequencePasses *passes, guint count, SequencePlace *places, SequenceHow *how, GError **error) {
  g_autofree SequencePlace *found = g_new0(SequencePlace, count), *smooth = g_new0(SequencePlace, count);
  g_autofree SequencePlace *ways = g_new0(SequencePlace, count);
  gboolean all = TRUE;
  *how = SEQUENCE_NOWHERE;
  if (!passes->find(passes->data, found, error)) return FALSE;
  memcpy(smooth, found, count * sizeof *found);
  if (!sequence_smooth(smooth, count)) return TRUE;
  if (!passes->track(passes->data, smooth, ways, error)) return FALSE;
  for (guint t = 1; t < count; t++) all = all && ways[t].sure;
  *how = all ? SEQUENCE_FOLLOWED : SEQUENCE_SMOOTHED;
  if (all) follow(places, found, smooth, ways, count);
  else memcpy(places, smooth, count * sizeof *smooth);
  return TRUE;
}

const gchar *sequence_note(SequenceHow how) {
  return how == SEQUENCE_NOWHERE    ? _("The model is sure of its subject in no frame: the same square is taken in all of them.")
         : how == SEQUENCE_SMOOTHED ? _("Not all frames look like the ones before: the squares that were found are smoothed alone.")
                                    : NULL;
}
