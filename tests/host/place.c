/* SPDX-License-Identifier: GPL-3.0-or-later
 * What users say of a square's place. */
#include "host/hosts.h"
#include "host/find.h"
#include "host/place.h"

static Place read_place(const char *text, gboolean reference) {
  Place place = {.mirror = TRUE};
  GError *error = NULL;
  CHECK(place_parse("--placement", text, reference, PLACE_CENTRE, &place, &error), "%s: %s", text, error ? error->message : "");
  g_clear_error(&error);
  CHECK(place.mirror);
  return place;
}

static void test_parse(void) {
  static const char *const centres[] = {"", "  ", "centre", "CENTRE "};
  for (size_t i = 0; i < G_N_ELEMENTS(centres); i++) CHECK(read_place(centres[i], i % 2).kind == PLACE_CENTRE, "%s", centres[i]);
  CHECK(read_place(NULL, FALSE).kind == PLACE_CENTRE);
  CHECK(read_place("as-placed", TRUE).kind == PLACE_AS_PLACED);
  CHECK(read_place("Auto", TRUE).kind == PLACE_AUTO);
  CHECK(read_place("auto", FALSE).kind == PLACE_AUTO && read_place("faces", FALSE).kind == PLACE_FACES);
  CHECK(read_place("model", TRUE).kind == PLACE_MODEL);
  const Place model = read_place("model", FALSE), there = read_place("1,2,3", FALSE), faces = read_place("faces", TRUE);
  CHECK(place_find_how(&model) == FIND_MODEL && place_find_how(&there) == FIND_NOTHING && place_find_how(&faces) == FIND_FACES);
  const Place points = read_place("1,2 30,-4.5", TRUE), four = read_place(" 0,0  9,0 0,9 9,9 ", FALSE);
  CHECK(points.kind == PLACE_POINTS && points.points.count == 2 && points.points.at[1][0] == 30 && points.points.at[1][1] == -4.5);
  CHECK(four.kind == PLACE_POINTS && four.points.count == 4 && four.points.at[3][1] == 9 && place_find_how(&four) == FIND_POINTS);
  CHECK(read_place("bounds", TRUE).kind == PLACE_BOUNDS && read_place("selection", FALSE).kind == PLACE_SELECTION);
  Place usual = {0};
  CHECK(!place_parse("", "selection", TRUE, PLACE_AUTO, &usual, NULL));
  CHECK(place_parse("", " ", TRUE, PLACE_AUTO, &usual, NULL) && usual.kind == PLACE_AUTO);
  CHECK(place_parse("", "centre", TRUE, PLACE_AUTO, &usual, NULL) && usual.kind == PLACE_CENTRE);
  Place place = read_place(" 1.5,-2 , 30", FALSE);
  CHECK(place.kind == PLACE_THERE && place.x == 1.5 && place.y == -2 && place.side == 30 && place.angle == 0);
  place = read_place("1e2,0,1,-90", TRUE);
  CHECK(place.x == 100 && place.side == 1 && fabs(place.angle + G_PI / 2) < 1e-12, "%g", place.angle);

  static const char *const wrong[] = {"1,2", "1,2,3,4,5", "1,2,", ",1,2", "1;2;3", "a,2,3", "1,2,0.5", "1,2,-3", "1,2,1048577",
                                      "16777217,2,3", "1,-16777217,3", "1,2,3,361", "1,2,3,-361", "nan,2,3", "1,inf,3", "1,2,nan",
                                      "1,2,3,nan", "1,2,3 4", "face", "as-placed", "1,2 3", "1,2 3,4 5,6",
                                      "1,2 3,4 5,6 7,8 9,0", "1,2 3,nan", "1, 2 3, 4", "1,2 3,16777217"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    GError *error = NULL;
    CHECK(!place_parse("--somewhere", wrong[i], FALSE, PLACE_CENTRE, &place, &error), "%s", wrong[i]);
    CHECK(g_error_matches(error, HOST_ERROR, HOST_ERROR_ARGUMENT) && strstr(error->message, wrong[i]) &&
          strstr(error->message, "--somewhere"), "%s", error ? error->message : "");
    g_clear_error(&error);
  }
}

static void test_find(void) {
  const stylemap_placement target = {.x = 40, .y = 50, .side = 60, .angle = 0.5};
  stylemap_placement at, centred;
  place_find(&(Place){.kind = PLACE_CENTRE, .mirror = TRUE}, 91, 61, &target, 7, 8, &at);
  stylemap_fit(91, 61, &centred);
  CHECK(at.x == centred.x && at.y == centred.y && at.side == 61 && at.angle == 0 && at.mirror == 1);
  place_find(&(Place){.kind = PLACE_AUTO}, 91, 61, &target, 7, 8, &at);
  CHECK(at.x == centred.x && at.y == centred.y && at.side == 61 && at.mirror == 0);
  place_find(&(Place){.kind = PLACE_THERE, .x = 1, .y = 2, .side = 3, .angle = 4}, 91, 61, &target, 7, 8, &at);
  CHECK(at.x == 1 && at.y == 2 && at.side == 3 && at.angle == 4 && at.mirror == 0);
  /* The target lies 7 to the right of the reference and 8 above it. */
  place_find(&(Place){.kind = PLACE_AS_PLACED, .mirror = TRUE}, 91, 61, &target, 7, -8, &at);
  CHECK(at.x == 47 && at.y == 42 && at.side == 60 && at.angle == 0.5 && at.mirror == 1);
}

/* What is around something: the picture, or what is selected in it; there the square stays in the picture. */
static void test_around(void) {
  stylemap_placement at;
  Place place = {.kind = PLACE_SELECTION, .mirror = TRUE};
  place_find(&(Place){.kind = PLACE_BOUNDS}, 91, 60, NULL, 0, 0, &at);
  CHECK(at.x == 45.5 && at.y == 30 && at.side == 91 && at.angle == 0);
  place_around(&place, 200, 100, GEGL_RECTANGLE(150, 40, 30, 10));
  place_find(&place, 200, 100, NULL, 0, 0, &at);
  CHECK(at.x == 165 && at.y == 45 && at.side == 48 && at.mirror == 1, "%g %g %g", at.x, at.y, at.side);
  place = (Place){.kind = PLACE_SELECTION};
  place_around(&place, 200, 100, GEGL_RECTANGLE(-20, 90, 300, 30));
  place_find(&place, 200, 100, NULL, 0, 0, &at);
  CHECK(at.x == 130 && at.y == 50 && at.side == 100, "%g %g %g", at.x, at.y, at.side);
  place = (Place){.kind = PLACE_SELECTION};
  place_around(&place, 200, 100, NULL);
  CHECK(place.kind == PLACE_CENTRE);
  place = (Place){.kind = PLACE_BOUNDS};
  place_around(&place, 200, 100, GEGL_RECTANGLE(1, 2, 3, 4));
  CHECK(place.kind == PLACE_BOUNDS);
}

static void test_check(void) {
  GError *error = NULL;
  CHECK(place_check(&(stylemap_placement){.x = -4, .y = 5, .side = 10}, 90, 61, FALSE, &error) && !error);
  CHECK(!place_check(&(stylemap_placement){.x = -5, .y = 5, .side = 10}, 90, 61, FALSE, &error));
  CHECK(error && strstr(error->message, "target") && strstr(error->message, "90 x 61"), "%s", error ? error->message : "");
  g_clear_error(&error);
  CHECK(!place_check(&(stylemap_placement){.x = 20, .y = 66, .side = 10}, 90, 61, TRUE, &error));
  CHECK(error && strstr(error->message, "reference"), "%s", error ? error->message : "");
  g_clear_error(&error);
  /* its corner reaches in where it is turned */
  CHECK(place_check(&(stylemap_placement){.x = -6, .y = 5, .side = 10, .angle = G_PI / 4}, 90, 61, FALSE, &error));
}

/* What is written is read again, to a tenth; to six decimals what a model finds, in sixteenths, is the same. */
static void test_text(void) {
  static const stylemap_placement places[] = {{250, 130.26, 512, 0, 0}, {-3.04, 7, 90.5, -G_PI / 6, 0}, {0, -0.01, 8, G_PI, 0}};
  static const char *const texts[] = {"250,130.3,512", "-3,7,90.5,-30", "0,0,8,180"};
  for (int i = 0; i < 3; i++) {
    char *text = place_text(&places[i], 1);
    Place place = {0};
    CHECK_TEXT(text, texts[i]);
    CHECK(place_parse("placement", text, FALSE, PLACE_CENTRE, &place, NULL) && place.kind == PLACE_THERE);
    CHECK_NEAR(place.x, places[i].x, 0.051);
    CHECK_NEAR(place.angle, places[i].angle, 0.001);
    g_free(text);
  }
  const stylemap_placement found = {812.0625, 430.5, 680.1875, 21.3125 * G_PI / 180, 0};
  char *text = place_text(&found, 6);
  Place place = {0};
  CHECK_TEXT(text, "812.0625,430.5,680.1875,21.3125");
  CHECK(place_parse("placement", text, FALSE, PLACE_CENTRE, &place, NULL));
  CHECK(place.x == found.x && place.side == found.side);
  CHECK_NEAR(place.angle, found.angle, 1e-12);
  g_free(text);
}

int main(void) {
  test_text();
  test_parse();
  test_find();
  test_around();
  test_check();
  return harness_end();
}
