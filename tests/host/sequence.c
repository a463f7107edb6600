/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames of one scene: squares over time, the way from frame to frame, masks that move. What came out is compared with
 * motions that were put in. */
#include "host/hosts.h"
#include "host/sequence.h"

enum { FRAMES = 9, WIDTH = 220, HEIGHT = 180 };

/* -------------------------------------------------------------------------------- the motion that is put in */

/* A camera's: points turn and grow about `about`, and move. */
static const struct { double about[2], move[2], scale, angle; } camera = { { 20, 300 }, { 3, -2 }, 1.02, 0.03 };

static void moved(const double from[2], double to[2]) {
  const double c = camera.scale * cos(camera.angle), s = camera.scale * sin(camera.angle);
  const double dx = from[0] - camera.about[0], dy = from[1] - camera.about[1];
  to[0] = camera.about[0] + c * dx - s * dy + camera.move[0];
  to[1] = camera.about[1] + s * dx + c * dy + camera.move[1];
}

typedef struct {
  SequencePlace found[FRAMES];
  guint lost; /* a frame that does not look like the one before; 0: none */
} Scene;

static SequencePlace square_of_frame(guint frame) {
  SequencePlace at = { TRUE, { 100, 90, log(50), 0.1 } };
  for (guint t = 0; t < frame; t++) {
    double to[2];
    moved(at.values, to);
    at.values[0] = to[0], at.values[1] = to[1];
    at.values[2] += log(camera.scale);
    at.values[3] += camera.angle;
  }
  return at;
}

static gboolean find(gpointer data, SequencePlace *found, GError **error) {
  memcpy(found, ((const Scene *)data)->found, sizeof ((const Scene *)data)->found);
  return TRUE;
}

static gboolean track(gpointer data, const SequencePlace *squares, SequencePlace *ways, GError **error) {
  for (guint t = 1; t < FRAMES; t++) {
    double to[2];
    moved(squares[t - 1].values, to);
    ways[t] = (SequencePlace){ ((const Scene *)data)->lost != t,
                               { to[0] - squares[t - 1].values[0], to[1] - squares[t - 1].values[1], log(camera.scale), camera.angle } };
  }
  return TRUE;
}

/* ------------------------------------------------------------------------------------------------- squares */

static void test_places(void) {
  Scene scene = { .lost = 0 };
  const SequencePasses passes = { find, track, &scene };
  SequencePlace places[FRAMES];
  SequenceHow how;
  for (guint t = 0; t < FRAMES; t++) scene.found[t] = square_of_frame(t);
  scene.found[2].values[0] += 5, scene.found[6].values[0] -= 4; /* two that were found wrongly, */
  scene.found[3].values[3] += 0.2;
  scene.found[4] = (SequencePlace){ FALSE, { 1000, -1000, 9, 9 } }; /* and one that was not found */
  CHECK(sequence_places(&passes, FRAMES, places, &how, NULL) && how == SEQUENCE_FOLLOWED && !sequence_note(how));
  for (guint t = 0; t < FRAMES; t++) {
    const SequencePlace right = square_of_frame(t);
    for (int i = 0; i < 4; i++)
      CHECK(fabs(places[t].values[i] - right.values[i]) < 1e-9, "frame %u, %d: %.12g, not %.12g", t, i, places[t].values[i], right.values[i]);
  }
  scene.lost = 5;
  CHECK(sequence_places(&passes, FRAMES, places, &how, NULL) && how == SEQUENCE_SMOOTHED && sequence_note(how));
  SequencePlace smooth[FRAMES];
  memcpy(smooth, scene.found, sizeof smooth);
  CHECK(sequence_smooth(smooth, FRAMES));
  CHECK(memcmp(smooth, places, sizeof places) == 0);
  for (guint t = 0; t < FRAMES; t++) scene.found[t].sure = FALSE;
  CHECK(sequence_places(&passes, FRAMES, places, &how, NULL) && how == SEQUENCE_NOWHERE && sequence_note(how));
}

static void test_smooth(void) {
  SequencePlace line[30], gap[30], none[3] = { { 0 } };
  for (guint t = 0; t < 30; t++) {
    line[t] = (SequencePlace){ TRUE, { 10 + 2.5 * t, 80 - t, 4, 0.01 * t } };
    gap[t] = (SequencePlace){ t == 0 || t == 29, { t ? 39 : 10, 7, 4, 0 } };
  }
  CHECK(sequence_smooth(line, 30));
  for (guint t = 0; t < 30; t++) /* what moves evenly is left as it is, at both ends, too */
    CHECK(fabs(line[t].values[0] - 10 - 2.5 * t) < 1e-9 && fabs(line[t].values[1] - 80 + t) < 1e-9 && fabs(line[t].values[2] - 4) < 1e-9,
          "%u: %g", t, line[t].values[0]);
  CHECK(sequence_smooth(gap, 30));
  for (guint t = 0; t < 30; t++) /* one frame found at each end: the way between them, without a jump */
    CHECK(fabs(gap[t].values[0] - 10 - t) < 1e-9 && fabs(gap[t].values[1] - 7) < 1e-9, "%u: %g", t, gap[t].values[0]);
  CHECK(!sequence_smooth(none, 3));
}

/* --------------------------------------------------------------------------------------------------- pixels */

/* A picture of which no two places look alike; `other` is another one. */
static double texture(double x, double y, gboolean other) {
  return other ? 0.5 + 0.25 * sin(0.4 * x + 1) * cos(0.31 * y) + 0.25 * sin(0.23 * (x - y))
               : 0.5 + 0.15 * sin(0.11 * x + 0.05 * y) + 0.15 * sin(0.07 * y - 0.03 * x + 1) + 0.1 * sin(0.29 * x) * sin(0.23 * y) +
                   0.001 * (x - y);
}

/* The texture after it turned and grew about (cx, cy) and moved. */
static GeglBuffer *frame(double cx, double cy, const double way[4], gboolean other) {
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, WIDTH, HEIGHT), babl_format("Y' float"));
  g_autofree gfloat *grey = g_new(gfloat, WIDTH * HEIGHT);
  const double c = cos(way[3]) / exp(way[2]), s = sin(way[3]) / exp(way[2]);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      const double dx = x + 0.5 - cx - way[0], dy = y + 0.5 - cy - way[1];
      grey[y * WIDTH + x] = (gfloat)texture(cx + c * dx + s * dy, cy - s * dx + c * dy, other);
    }
  gegl_buffer_set(buffer, NULL, 0, babl_format("Y' float"), grey, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void test_track(void) {
  static const double ways[][4] = { { 0, 0, 0, 0 }, { 7.3, -4.6, 0, 0 }, { 0, 0, 0.05, 0 }, { 0, 0, 0, 0.07 }, { -5, 6, -0.04, -0.05 } };
  const stylemap_placement square = { .x = 110, .y = 90, .side = 100 };
  const double still[4] = { 0 };
  g_autoptr(GeglBuffer) before = frame(110, 90, still, FALSE);
  SequencePlace found;
  for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
    g_autoptr(GeglBuffer) after = frame(110, 90, ways[i], FALSE);
    sequence_track(before, after, &square, &found);
    const double *v = found.values, *w = ways[i];
    CHECK(found.sure && fabs(v[0] - w[0]) < 0.02 && fabs(v[1] - w[1]) < 0.02 && fabs(v[2] - w[2]) < 4e-4 && fabs(v[3] - w[3]) < 4e-4,
          "%d: %g %g %g %g", found.sure, v[0] - w[0], v[1] - w[1], v[2] - w[2], v[3] - w[3]);
  }
  g_autoptr(GeglBuffer) other = frame(110, 90, still, TRUE);
  sequence_track(before, other, &square, &found);
  CHECK(!found.sure);
}

static void test_mask(void) {
  g_autoptr(GeglBuffer) mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 60, 50), babl_format("Y float"));
  const stylemap_placement from = { .x = 30.5, .y = 20.5, .side = 20 }, turned = { .x = 40.5, .y = 25.5, .side = 20, .angle = G_PI / 2 };
  const stylemap_placement twice = { .x = 10.5, .y = 25.5, .side = 40 }, away = { .x = 300, .y = 20.5, .side = 20 };
  const gfloat one = 1;
  gfloat there;
  gegl_buffer_set(mask, GEGL_RECTANGLE(35, 20, 1, 1), 0, babl_format("Y float"), &one, GEGL_AUTO_ROWSTRIDE);
  const struct { const stylemap_placement *to; int x, y; double all; } rows[] = { /* right of the middle; below it; twice as far */
    { &from, 35, 20, 1 }, { &turned, 40, 30, 1 }, { &twice, 20, 25, 4 }, { &away, -1, -1, 0 }
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GeglBuffer) moved_mask = sequence_move_mask(mask, &from, rows[i].to);
    gfloat all[60 * 50];
    double sum = 0;
    gegl_buffer_get(moved_mask, NULL, 1.0, babl_format("Y float"), all, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (int k = 0; k < 60 * 50; k++) sum += all[k];
    there = rows[i].x < 0 ? 1 : all[rows[i].y * 60 + rows[i].x];
    CHECK(fabs(there - 1) < 1e-5 && fabs(sum - rows[i].all) < 1e-4, "%zu: %g there, %g in all", i, there, sum);
  }
}

static void test_squares(void) {
  const SequencePlace place = { TRUE, { 10.0011, 20.4999, log(33.3), 0.123456789 } };
  const stylemap_placement square = sequence_square(&place, TRUE);
  CHECK(square.x == 10 && square.y == 20.5 && fabs(square.side - 33.3) <= 1.0 / 512 && fabs(square.angle - 0.12346) < 1e-12 && square.mirror,
        "%.9g %.9g %.9g %.9g", square.x, square.y, square.side, square.angle);
  CHECK(sequence_is_found(NULL, 0) && sequence_is_found("", 0) && !sequence_is_found("centre", 0));
}

int main(int argc, char **argv) {
  gegl_init(NULL, NULL);
  test_places();
  test_smooth();
  test_track();
  test_mask();
  test_squares();
  gegl_exit();
  return harness_end();
}
