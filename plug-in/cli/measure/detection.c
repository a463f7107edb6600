/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/detection.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "host/say.h"
#include "stylemap-measure.h"

enum { BATCH = 16 };

struct Detection {
  stylemap_detector *net;
  gint size;
  gfloat *real;   /* scores of the pictures */
  gfloat *images; /* BATCH, to be looked at together */
  guint waiting;
  GArray *scores; /* gfloat: of a row, a real one before each edit */
};

static gsize numbers(const Detection *d) { return 3 * (gsize)d->size * (gsize)d->size; }

/* Looks at what waits, and sets their scores. */
static gboolean look(Detection *d, gfloat *scores, guint step, GError **error) {
  gfloat found[BATCH];
  stylemap_error core;
  if (d->waiting && !say_status(stylemap_detector_scores(d->net, d->images, (int)d->waiting, d->size, found, &core), &core, error))
    return FALSE;
  for (guint i = 0; i < d->waiting; i++) scores[i * step] = found[i];
  d->waiting = 0;
  return TRUE;
}

Detection *detection_open(const gchar *path, const Squares *pictures, GError **error) {
  Detection *d = g_new0(Detection, 1);
  stylemap_error core;
  d->size = pictures->size;
  d->real = g_new(gfloat, MAX(pictures->count, 1));
  d->images = g_new(gfloat, BATCH * numbers(d));
  d->scores = g_array_new(FALSE, FALSE, sizeof(gfloat));
  gboolean done = say_status(stylemap_detector_open(path, common.threads, &d->net, &core), &core, error);
  for (guint at = 0; done && at < pictures->count; at += BATCH) {
    progress_bar(_("looking at pictures"), (gdouble)at / pictures->count);
    for (; d->waiting < MIN(BATCH, pictures->count - at); d->waiting++)
      square_get(pictures, at + d->waiting, d->images + d->waiting * numbers(d));
    done = progress_go_on(error) && look(d, d->real + at, 1, error);
  }
  if (done) return d;
  detection_free(d);
  return NULL;
}

void detection_free(Detection *d) {
  if (!d) return;
  stylemap_detector_free(d->net);
  g_array_unref(d->scores);
  g_free(d->images);
  g_free(d->real);
  g_free(d);
}

void detection_begin(Detection *d) {
  if (!d) return;
  d->waiting = 0;
  g_array_set_size(d->scores, 0);
}

/* The scores of those that wait stand at the end. */
static gboolean look_at_last(Detection *d, GError **error) {
  return look(d, (gfloat *)d->scores->data + d->scores->len - 2 * d->waiting + 1, 2, error);
}

gboolean detection_edit(Detection *d, const gfloat *image, guint picture, GError **error) {
  if (!d) return TRUE;
  const gfloat pair[2] = { d->real[picture], NAN };
  memcpy(d->images + d->waiting++ * numbers(d), image, numbers(d) * sizeof *image);
  g_array_append_vals(d->scores, pair, 2);
  return d->waiting < BATCH || look_at_last(d, error);
}

gboolean detection_end(Detection *d, gdouble *precision, GError **error) {
  *precision = NAN;
  if (!d || !d->scores->len) return TRUE;
  g_autofree guint8 *classes = g_new(guint8, d->scores->len);
  for (guint i = 0; i < d->scores->len; i++) classes[i] = i % 2;
  if (!look_at_last(d, error)) return FALSE;
  *precision = stylemap_average_precision((const gfloat *)d->scores->data, classes, (gint)d->scores->len);
  return TRUE;
}
