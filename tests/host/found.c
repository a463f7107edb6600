/* SPDX-License-Identifier: GPL-3.0-or-later
 * A reference that the model finds, with a portrait of its own in the middle and elsewhere, and under a target that it does
 * not know; a target that it finds; of two portraits in a target the selected one; and nobody in landscapes.
 * usage: test-host-found MODEL_THAT_PLACES */
#include "host/find.h"
#include "host/hosts.h"
#include "host/reason.h"

enum { S = 128, W = 260, H = 200, X = 90, Y = 40 };

/* `square` (3 x S x S, -1..1) at x, y of a grey picture of w x h. */
static GeglBuffer *picture(const float *square, int w, int h, int x, int y) {
  const GeglRectangle at = {x, y, S, S};
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, w, h), babl_format("R'G'B' float"));
  float *pixels = g_new(float, 3 * S * S), grey[3] = {0.8f, 0.82f, 0.85f};
  for (int i = 0; i < 3 * S * S; i++) pixels[i] = fminf(fmaxf((square[i % 3 * S * S + i / 3] + 1) / 2, 0), 1);
  gegl_buffer_set_color_from_pixel(buffer, NULL, grey, babl_format("R'G'B' float"));
  gegl_buffer_set(buffer, &at, 0, babl_format("R'G'B' float"), pixels, GEGL_AUTO_ROWSTRIDE);
  g_free(pixels);
  return buffer;
}

static float *edit(Engine *engine, GeglBuffer *target, GeglBuffer *reference, const stylemap_placement *at, gboolean find,
                   EditResult *result) {
  GeglBuffer *mask = test_selection(S, S, *GEGL_RECTANGLE(40, 50, 48, 30));
  const EditReference one = {.picture = {.buffer = reference, .placement = at, .find = find}};
  EditRequest request = {.kind = EDIT_TRANSPLANT, .target = {.buffer = target}, .references = &one, .n_references = 1,
                         .mask = {.selection = mask, .feather = 2}, .method = EDIT_HEAL, .edit = {.strength = 1}};
  GError *error = NULL;
  stylemap_heal_defaults(&request.heal);
  *result = (EditResult){0};
  CHECK(edit_run(engine, &request, result, &error), "%s", error ? error->message : "");
  g_object_unref(mask);
  return test_get(result->layers[0], GEGL_RECTANGLE(40, 50, 48, 30), "R'G'B'A float");
}

/* An edit of a target whose portrait lies at X, Y: as the model finds it, or at `at`. */
static float *edit_moved(Engine *engine, GeglBuffer *target, GeglBuffer *reference, const stylemap_placement *at,
                         EditResult *result) {
  const GeglRectangle part = {X + 40, Y + 50, 48, 30};
  GeglBuffer *mask = test_selection(W, H, part);
  const EditReference one = {.picture = {.buffer = reference}};
  EditRequest request = {.kind = EDIT_TRANSPLANT, .target = {.buffer = target, .placement = at, .find = at ? FIND_NOTHING : FIND_AUTO},
                         .references = &one, .n_references = 1, .mask = {.selection = mask, .feather = 2}, .method = EDIT_HEAL,
                         .edit = {.strength = 1}};
  GError *error = NULL;
  stylemap_heal_defaults(&request.heal);
  *result = (EditResult){0};
  CHECK(edit_run(engine, &request, result, &error), "%s", error ? error->message : "");
  g_object_unref(mask);
  return test_get(result->layers[0], &part, "R'G'B'A float");
}

static int same(const float *a, const float *b) { return memcmp(a, b, sizeof(float) * 4 * 48 * 30) == 0; }

/* Why the model does not know what is at `at`, for all of whose reasons the portrait lies at X, Y. */
static void reason_is(Engine *engine, GeglBuffer *buffer, stylemap_placement at, Reason expected) {
  const EditPicture seen = {.buffer = buffer, .placement = &at};
  stylemap_placement there;
  EditProbe probe;
  Reason reason = REASON_UNTOLD;
  GError *error = NULL;
  CHECK(reason_find(engine, &seen, NULL, &reason, &there, &error) && !error);
  CHECK(reason == expected, "%g,%g,%g,%g: %d, not %d", at.x, at.y, at.side, at.angle, reason, expected);
  if (reason <= REASON_UNTOLD || reason == REASON_KIND) return;
  const EditPicture placed = {.buffer = buffer, .placement = &there};
  CHECK(edit_probe(engine, &placed, &probe, NULL) && probe.akin, "%g,%g,%g,%g is not where it is known", there.x, there.y, there.side, there.angle);
}

/* A picture of S x S that lies on its side, or on its head. */
static GeglBuffer *turned(GeglBuffer *upright, int quarters) {
  float *pixels = test_get(upright, GEGL_RECTANGLE(0, 0, S, S), "R'G'B' float"), *out = g_new(float, 3 * S * S);
  for (int y = 0; y < S; y++)
    for (int x = 0; x < S; x++) {
      const int from = quarters == 1 ? (S - 1 - x) * S + y : quarters == 2 ? (S - 1 - y) * S + S - 1 - x : x * S + S - 1 - y;
      memcpy(out + 3 * (y * S + x), pixels + 3 * from, 3 * sizeof *out);
    }
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, S, S), babl_format("R'G'B' float"));
  gegl_buffer_set(buffer, NULL, 0, babl_format("R'G'B' float"), out, GEGL_AUTO_ROWSTRIDE);
  g_free(pixels), g_free(out);
  return buffer;
}

static void test_reasons(Engine *engine, GeglBuffer *moved, GeglBuffer *portrait, GeglBuffer *unknown) {
  const double x = X + S / 2, y = Y + S / 2;
  reason_is(engine, moved, (stylemap_placement){x, y, S, 0, 0}, REASON_NONE);
  reason_is(engine, moved, (stylemap_placement){x + S / 4, y + S / 8, S, 0, 0}, REASON_BESIDE);
  reason_is(engine, moved, (stylemap_placement){x, y, 1.5 * S, 0, 0}, REASON_SMALL);
  reason_is(engine, moved, (stylemap_placement){x, y, S / 2, 0, 0}, REASON_LARGE);
  reason_is(engine, moved, (stylemap_placement){x, y, S, 0.5, 0}, REASON_TURNED);
  for (int quarters = 1; quarters < 4; quarters++) {
    GeglBuffer *lying = turned(portrait, quarters);
    reason_is(engine, lying, (stylemap_placement){S / 2, S / 2, S, 0, 0}, REASON_TURNED);
    g_object_unref(lying);
  }
  reason_is(engine, unknown, (stylemap_placement){S / 2, S / 2, S, 0, 0}, REASON_KIND);
}

static void test_words(void) {
  const Reason all[] = {REASON_BESIDE, REASON_SMALL, REASON_LARGE, REASON_TURNED, REASON_KIND};
  const char *words[] = {"beside", "small", "beyond", "turned", "another kind"};
  for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
    g_autofree gchar *text = reason_words(all[i], "cats", "Here.");
    CHECK(strstr(text, words[i]) && !strstr(text, "Here.") == (all[i] == REASON_KIND) && !strstr(text, "cats") == (all[i] != REASON_KIND), "%s", text);
  }
}

static float drawn(float least, float most) { return least + (most - least) * (harness_float() + 1) / 2; }

/* A sky, a sun and four ranges of hills, in any colours, of 300 x 200. */
static GeglBuffer *landscape(void) {
  enum { WIDE = 300, HIGH = 200, RANGES = 4, WAVES = 3 };
  float *pixels = g_new(float, 3 * WIDE * HIGH), sky[2][3], sun[3], hill[RANGES][3], wave[RANGES][WAVES][3];
  for (int c = 0; c < 3; c++) {
    sky[0][c] = drawn(0, 1), sky[1][c] = drawn(0, 1), sun[c] = drawn(0, 1);
    for (int r = 0; r < RANGES; r++) hill[r][c] = drawn(0, 1);
  }
  for (int r = 0; r < RANGES; r++)
    for (int k = 0; k < WAVES; k++) wave[r][k][0] = drawn(2, 18), wave[r][k][1] = drawn(0.4f, 3), wave[r][k][2] = drawn(0, 7);
  const float sun_x = drawn(0, WIDE), sun_y = drawn(0, 0.6f * HIGH), radius = drawn(8, 45);
  for (int x = 0; x < WIDE; x++) {
    float ridge[RANGES];
    for (int r = 0; r < RANGES; r++) {
      ridge[r] = HIGH * (0.35f + 0.17f * r);
      for (int k = 0; k < WAVES; k++) ridge[r] += wave[r][k][0] * sinf(6.2832f * wave[r][k][1] * x / WIDE + wave[r][k][2]);
    }
    for (int y = 0; y < HIGH; y++)
      for (int c = 0; c < 3; c++) {
        float v = hypotf(x - sun_x, y - sun_y) < radius ? sun[c] : sky[0][c] + (sky[1][c] - sky[0][c]) * y / HIGH;
        for (int r = 0; r < RANGES; r++) v = y > ridge[r] ? hill[r][c] : v;
        pixels[3 * (y * WIDE + x) + c] = v;
      }
  }
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, WIDE, HIGH), babl_format("R'G'B' float"));
  gegl_buffer_set(buffer, NULL, 0, babl_format("R'G'B' float"), pixels, GEGL_AUTO_ROWSTRIDE);
  g_free(pixels);
  return buffer;
}

/* In a landscape nobody is found, but for who stands there. */
static void test_landscapes(Engine *engine, GeglBuffer *portrait) {
  for (int k = 0; k < 24; k++) {
    GeglBuffer *land = landscape();
    const EditPicture scene = {.buffer = land, .find = FIND_MODEL};
    stylemap_placement at;
    Find by;
    CHECK(find_subject(engine, &scene, NULL, TRUE, &by, &at, NULL) && by == FIND_NOTHING && at.x == 150, "%d: found at %g,%g,%g,%g", k, at.x, at.y,
          at.side, at.angle);
    if (k % 4 == 0) {
      GeglBuffer *inhabited = gegl_buffer_dup(land); /* what was searched for in a buffer is known of it */
      const EditPicture met = {.buffer = inhabited, .find = FIND_MODEL};
      gegl_buffer_copy(portrait, NULL, GEGL_ABYSS_NONE, inhabited, GEGL_RECTANGLE(X + 6 * k, Y, S, S));
      CHECK(find_subject(engine, &met, NULL, TRUE, &by, &at, NULL) && by == FIND_MODEL, "%d", k);
      CHECK(hypot(at.x - X - 6 * k - S / 2, at.y - Y - S / 2) < 8 && fabs(at.side - S) < 12, "%d: %g, %g, %g", k, at.x, at.y, at.side);
      g_object_unref(inhabited);
    }
    g_object_unref(land);
  }
}

static int steps;

static int count_steps(void *data, stylemap_phase phase, double fraction) {
  steps++;
  return 0;
}

int main(int argc, char **argv) {
  Engine *engine = NULL;
  EditResult result;
  gegl_init(NULL, NULL);
  CHECK(argc == 2 && engine_open(&engine, argv[1], 2, NULL, NULL, NULL) && engine->info->size == S && engine->info->places);
  /* two portraits that the model draws, what it draws of them again, and so knows */
  float *squares[2], *z = g_new(float, engine->stylemap_count);
  stylemap_error core;
  for (int k = 0; k < 2; k++) {
    for (gsize i = 0; i < engine->stylemap_count; i++) z[i] = (float)sin((double)(i * (k + 3) + 1) * 12.9898 * (1 + i % 7));
    squares[k] = engine_new_image(engine);
    CHECK(engine_sample(engine, z, 0.5, squares[k], NULL));
    for (int again = 0; again < 2; again++)
      CHECK(stylemap_reconstruct(engine->session, squares[k], squares[k], &core) == STYLEMAP_OK);
  }
  GeglBuffer *target = picture(squares[0], S, S, 0, 0), *centred = picture(squares[1], S, S, 0, 0);
  GeglBuffer *moved = picture(squares[1], W, H, X, Y), *unknown = test_picture(S, S, "R'G'B' float", 60);

  test_reasons(engine, moved, centred, unknown);
  test_words();
  test_landscapes(engine, centred);

  /* what lies in the middle stays there */
  float *plain = edit(engine, target, centred, NULL, FALSE, &result);
  edit_result_clear(&result);
  float *found = edit(engine, target, centred, NULL, TRUE, &result);
  CHECK(result.n_found == 1 && result.found[0].x == S / 2 && result.found[0].side == S && same(plain, found), "%d found",
        result.n_found);
  edit_result_clear(&result);
  g_free(found);

  /* what lies elsewhere is found there: the edit is nearer to the centred one's than the middle of the picture gives */
  found = edit(engine, target, moved, NULL, TRUE, &result);
  CHECK(result.n_found == 1);
  if (result.n_found == 1) {
    const stylemap_placement *at = &result.found[0];
    CHECK(hypot(at->x - X - S / 2, at->y - Y - S / 2) < 6 && fabs(at->side - S) < 10 && fabs(at->angle) < 0.1,
          "%g, %g, %g, %g", at->x, at->y, at->side, at->angle);
  }
  edit_result_clear(&result);
  float *middle = edit(engine, target, moved, NULL, FALSE, &result);
  edit_result_clear(&result);
  double near = 0, far = 0;
  for (int i = 0; i < 4 * 48 * 30; i++) near += pow(found[i] - plain[i], 2), far += pow(middle[i] - plain[i], 2);
  CHECK(near < far / 3, "%g of %g", near, far);
  g_free(found), g_free(middle), g_free(plain);

  /* what shows the same as the target lies where its lines do, not where the model takes its subject to be; in the middle it stays */
  GeglBuffer *same_portrait = picture(squares[0], S + 24, S + 20, 9, 3);
  found = edit(engine, target, same_portrait, NULL, FIND_AUTO, &result);
  CHECK(result.n_found == 1 && result.found_by[0] == FIND_LINES, "%d found", result.n_found);
  if (result.n_found == 1)
    CHECK(hypot(result.found[0].x - 9 - S / 2, result.found[0].y - 3 - S / 2) < 0.4 && fabs(result.found[0].side - S) < 0.6, "%g, %g, %g",
          result.found[0].x, result.found[0].y, result.found[0].side);
  edit_result_clear(&result);
  g_free(found);
  const EditReference outlined = {.picture = {.buffer = same_portrait, .find = FIND_AUTO}, .alpha = TRUE};
  EditRequest where = {.kind = EDIT_TRANSPLANT, .target = {.buffer = target}, .references = &outlined, .n_references = 1};
  EditReference placed;
  stylemap_placement at_lines;
  result = (EditResult){0};
  CHECK(find_references(engine, &where, &placed, &at_lines, &result, NULL) && result.n_found == 1 && result.found_by[0] == FIND_LINES,
        "where its outline brings it in is known only then");
  edit_result_clear(&result);
  found = edit(engine, target, target, NULL, FIND_AUTO, &result);
  CHECK(result.n_found == 1 && result.found_by[0] == FIND_MODEL && result.found[0].x == S / 2 && result.found[0].side == S);
  edit_result_clear(&result);
  g_free(found);
  g_object_unref(same_portrait);

  /* of the same outlines in other colours, which the model need not know: where the outlines meet, unless that is a pixel from the middle */
  float *negative = engine_new_image(engine);
  for (int i = 0; i < 3 * S * S; i++) negative[i] = -squares[0][i];
  for (int k = 0; k < 3; k++) {
    GeglBuffer *outlines = picture(negative, k < 2 ? S : S + 4, k < 2 ? S : S + 4, k < 2 ? k : 4, k < 2 ? 0 : 1);
    found = edit(engine, target, outlines, NULL, FIND_AUTO, &result);
    CHECK((result.n_found == 1 && result.found_by[0] == FIND_LINES) == (k == 2), "%d found, %d", result.n_found, k);
    if (k == 2 && result.n_found == 1)
      CHECK(hypot(result.found[0].x - 4 - S / 2, result.found[0].y - 1 - S / 2) < 0.6 && fabs(result.found[0].side - S) < 1.2, "%g, %g, %g",
            result.found[0].x, result.found[0].y, result.found[0].side);
    edit_result_clear(&result);
    g_free(found);
    g_object_unref(outlines);
  }
  g_free(negative);

  /* a target that the model does not know has no place for what it finds */
  plain = edit(engine, unknown, moved, NULL, FALSE, &result);
  edit_result_clear(&result);
  found = edit(engine, unknown, moved, NULL, TRUE, &result);
  CHECK(result.n_found == 0 && same(plain, found), "%d found", result.n_found);
  edit_result_clear(&result);
  g_free(found), g_free(plain);

  /* what was searched for is not searched for again, be it found or not, until something else is selected */
  static const GeglRectangle selections[] = {{40, 50, 48, 30}, {40, 50, 48, 30}, {30, 50, 48, 30}};
  GeglBuffer *pictures[] = {unknown, moved};
  stylemap_placement first = {0};
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 3; i++) {
      GeglBuffer *selection = test_selection(k ? W : S, k ? H : S, selections[i]);
      const MaskSource under = {.selection = selection};
      const EditPicture sought = {.buffer = pictures[k], .find = FIND_MODEL};
      stylemap_placement place;
      Find by;
      steps = 0;
      engine_watch(engine, count_steps, NULL);
      CHECK(engine_part(engine, STYLEMAP_PHASE_ENCODE, 0, 1, NULL) && find_subject(engine, &sought, &under, FALSE, &by, &place, NULL));
      CHECK((steps < 3) == (i == 1), "%d, %d: %d steps", k, i, steps);
      CHECK((by == FIND_MODEL) == (k == 1), "%d: found by %d", k, by);
      if (i == 1) CHECK(!memcmp(&place, &first, sizeof place));
      first = place;
      engine_watch(engine, NULL, NULL);
      g_object_unref(selection);
    }

  /* a target that lies elsewhere is seen there, not in the middle, where it was looked at first */
  found = edit_moved(engine, moved, target, NULL, &result);
  CHECK(result.target_by == FIND_MODEL && fabs(result.placement.x - X - S / 2) < 6, "%d, %g", result.target_by, result.placement.x);
  const stylemap_placement there = result.placement;
  edit_result_clear(&result);
  plain = edit_moved(engine, moved, target, &there, &result);
  edit_result_clear(&result);
  CHECK(same(plain, found));
  g_free(found), g_free(plain);

  /* of two the one of which something is selected, be it as wide as a head or as eyes */
  enum { WIDE = 480, LEFT = 15, RIGHT = 325, LOW = 30 };
  GeglBuffer *both = picture(squares[0], WIDE, H, LEFT, LOW), *other = picture(squares[1], S, S, 0, 0);
  gegl_buffer_copy(other, NULL, GEGL_ABYSS_NONE, both, GEGL_RECTANGLE(RIGHT, LOW, S, S));
  for (int k = 0; k < 4; k++) {
    const int x = k % 2 ? RIGHT : LEFT, wide = k < 2 ? 100 : 60;
    GeglBuffer *selection =
      test_selection(WIDE, H, *GEGL_RECTANGLE(x + (S - wide) / 2, LOW + (k < 2 ? 5 : 55), wide, k < 2 ? 45 : 20));
    const MaskSource under = {.selection = selection};
    const EditPicture scene = {.buffer = both, .find = FIND_AUTO};
    stylemap_placement at;
    Find by;
    CHECK(find_subject(engine, &scene, &under, TRUE, &by, &at, NULL) && by == FIND_MODEL);
    CHECK(hypot(at.x - x - S / 2, at.y - LOW - S / 2) < 8 && fabs(at.side - S) < 12, "%d: %g, %g, %g", k, at.x, at.y, at.side);
    g_object_unref(selection);
  }

  g_object_unref(both), g_object_unref(other);
  g_object_unref(target), g_object_unref(centred), g_object_unref(moved), g_object_unref(unknown);
  g_free(squares[0]), g_free(squares[1]), g_free(z);
  engine_free(engine);
  gegl_exit();
  return harness_end();
}
