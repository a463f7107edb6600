/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a square moves from one frame to the next: the similarity under which the two look alike inside it, by Gauss and Newton
 * from coarse to fine (B. Lucas, T. Kanade 1981). What the model finds in a frame is right to some pixels; this is right to
 * hundredths of one, and tells nothing about where the subject is. */
#include <math.h>

#include "host/sequence.h"

enum { WIDEST = 384 /* pixels of the finest level */, LEVELS = 5, LEAST = 16, STEPS = 40 };
#define FAR_OFF 0.06 /* mean difference, of 0..1, above which the frames do not belong together */

typedef struct {
  gint width, height;
  gfloat *grey;
} Level;

static gdouble at(const Level *l, gdouble x, gdouble y) { /* pixel (0, 0) has its centre at 0.5, 0.5 */
  x = CLAMP(x - 0.5, 0, l->width - 1.001), y = CLAMP(y - 0.5, 0, l->height - 1.001);
  const gint i = (gint)x, j = (gint)y;
  const gfloat *p = l->grey + (gsize)j * (gsize)l->width + i;
  const gdouble a = x - i, b = y - j;
  return (1 - b) * ((1 - a) * p[0] + a * p[1]) + b * ((1 - a) * p[l->width] + a * p[l->width + 1]);
}

static Level level_of(GeglBuffer *buffer, gdouble scale) {
  Level l = { MAX(2, (gint)(gegl_buffer_get_width(buffer) * scale)), MAX(2, (gint)(gegl_buffer_get_height(buffer) * scale)), NULL };
  l.grey = g_new(gfloat, (gsize)l.width * (gsize)l.height);
  gegl_buffer_get(buffer, GEGL_RECTANGLE(0, 0, l.width, l.height), scale, babl_format("Y' float"), l.grey, GEGL_AUTO_ROWSTRIDE,
                  GEGL_ABYSS_CLAMP | GEGL_BUFFER_FILTER_BOX);
  return l;
}

/* Solves the 4 x 4 system in place; FALSE where it has no one answer. */
static gboolean solve(gdouble m[4][5]) {
  for (gint i = 0; i < 4; i++) {
    gint best = i;
    for (gint k = i + 1; k < 4; k++)
      if (fabs(m[k][i]) > fabs(m[best][i])) best = k;
    if (!(fabs(m[best][i]) > 1e-12)) return FALSE;
    for (gint c = 0; c < 5; c++) {
      const gdouble t = m[i][c];
      m[i][c] = m[best][c], m[best][c] = t;
    }
    for (gint k = 0; k < 4; k++)
      for (gint c = 4; k != i && c >= i; c--) m[k][c] -= m[k][i] / m[i][i] * m[i][c];
  }
  for (gint i = 0; i < 4; i++) m[i][4] /= m[i][i];
  return TRUE;
}

/* Betters `way` (translation, logarithm of the scale, angle, about the square's centre, in this level's pixels). */
static gboolean align(const Level *a, const Level *b, gdouble cx, gdouble cy, gdouble side, gdouble way[4], gdouble *difference) {
  for (gint step = 0; step < STEPS; step++) {
    gdouble m[4][5] = { { 0 } }, off = 0;
    gint count = 0;
    const gdouble c = exp(way[2]) * cos(way[3]), s = exp(way[2]) * sin(way[3]);
    for (gdouble y = MAX(floor(cy - side / 2), 0) + 0.5; y < MIN(cy + side / 2, a->height); y++)
      for (gdouble x = MAX(floor(cx - side / 2), 0) + 0.5; x < MIN(cx + side / 2, a->width); x++) {
        const gdouble dx = x - cx, dy = y - cy, rx = c * dx - s * dy, ry = s * dx + c * dy;
        const gdouble u = cx + rx + way[0], v = cy + ry + way[1];
        if (u < 1.5 || v < 1.5 || u > b->width - 1.5 || v > b->height - 1.5) continue;
        const gdouble gx = (at(b, u + 1, v) - at(b, u - 1, v)) / 2, gy = (at(b, u, v + 1) - at(b, u, v - 1)) / 2;
        const gdouble j[4] = { gx, gy, gx * rx + gy * ry, gy * rx - gx * ry }, e = at(a, x, y) - at(b, u, v);
        for (gint i = 0; i < 4; i++) {
          for (gint k = 0; k < 4; k++) m[i][k] += j[i] * j[k];
          m[i][4] += j[i] * e;
        }
        off += fabs(e);
        count++;
      }
    if (count < LEAST * LEAST || !solve(m)) return FALSE;
    *difference = off / count;
    for (gint i = 0; i < 4; i++) way[i] += m[i][4];
    if (fabs(m[0][4]) + fabs(m[1][4]) + side * (fabs(m[2][4]) + fabs(m[3][4])) < 1e-4) break;
  }
  return isfinite(way[0] + way[1] + way[2] + way[3]);
}

void sequence_track(GeglBuffer *before, GeglBuffer *after, const stylemap_placement *square, SequencePlace *found) {
  const gdouble finest = MIN(1.0, (gdouble)WIDEST / MAX(gegl_buffer_get_width(before), gegl_buffer_get_height(before)));
  gdouble difference = 1, way[4] = { 0 };
  gboolean ok = TRUE;
  for (gint l = LEVELS - 1; ok && l >= 0; l--) {
    const gdouble scale = finest / (1 << l);
    if (square->side * scale < LEAST && l > 0) continue;
    Level a = level_of(before, scale), b = level_of(after, scale);
    way[0] *= scale, way[1] *= scale;
    ok = align(&a, &b, square->x * scale, square->y * scale, square->side * scale, way, &difference);
    way[0] /= scale, way[1] /= scale;
    g_free(a.grey);
    g_free(b.grey);
  }
  *found = (SequencePlace){ ok && difference < FAR_OFF, { way[0], way[1], way[2], way[3] } };
}
