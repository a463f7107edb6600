/* SPDX-License-Identifier: GPL-3.0-or-later
 * Found by faces: of three in one picture the selected one, the largest where nothing is selected; one in plain colour; what is said where there
 * is none, and what is hardly one; a reference's face in an edit; and which model is asked to search at all.
 * usage: faces MODELS GOLDEN (of tests/face) */
#include <glib/gstdio.h>
#include <unistd.h>

#include "host/choose.h"
#include "host/find.h"
#include "host/hosts.h"
#include "host/models.h"
#include "host/preview.h"

enum { S = 128, PEOPLE = 3, W = 900, H = 420 };
static const int sides[PEOPLE] = {256, 384, 128}, left[PEOPLE] = {20, 290, 720}, top[PEOPLE] = {60, 20, 200};

/* Person `n` of the golden pictures, 0 to 255; to be freed. */
static float *person(const char *golden, int n) {
  int64_t shape[] = {S, S, 3};
  float *values = NULL;
  char name[16];
  g_snprintf(name, sizeof name, "picture.%d", n);
  CHECK(stylemap_tensor_read(golden, name, 3, shape, &values, NULL) == STYLEMAP_OK);
  return values;
}

/* That at left, top, enlarged to `side` by repeating pixels, for none of this is exact. */
static void put(GeglBuffer *picture, const char *golden, int n, int x, int y, int side) {
  float *values = person(golden, n), *rgb = g_new(float, 3 * side * side);
  for (int i = 0; i < 3 * side * side; i++)
    rgb[i] = values[3 * (i / 3 / side * S / side * S + i / 3 % side * S / side) + i % 3] / 255;
  gegl_buffer_set(picture, GEGL_RECTANGLE(x, y, side, side), 0, babl_format("R'G'B' float"), rgb, GEGL_AUTO_ROWSTRIDE);
  stylemap_tensor_free(values);
  g_free(rgb);
}

static GeglBuffer *grey(int width, int height) {
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("R'G'B' u8"));
  GeglColor *colour = gegl_color_new("gray");
  gegl_buffer_set_color(buffer, NULL, colour);
  g_object_unref(colour);
  return buffer;
}

static void is_at(const stylemap_placement *at, int n) {
  CHECK(hypot(at->x - left[n] - sides[n] / 2, at->y - top[n] - sides[n] / 2) < 0.05 * sides[n] &&
        fabs(at->side / sides[n] - 1) < 0.1 && fabs(at->angle) < 0.1, "person %d at %g,%g,%g,%g", n, at->x, at->y, at->side, at->angle);
}

static gboolean find(Engine *engine, GeglBuffer *picture, Find how, const MaskSource *under, Find *by,
                     stylemap_placement *at, GError **error) {
  const EditPicture one = {.buffer = picture, .find = how};
  return find_subject(engine, &one, under, TRUE, by, at, error);
}

static void test_scene(Engine *engine, const char *golden) {
  GeglBuffer *scene = grey(W, H);
  stylemap_placement at;
  Find by;
  for (int n = 0; n < PEOPLE; n++) put(scene, golden, n, left[n], top[n], sides[n]);
  for (int n = 0; n < PEOPLE; n++) {
    /* the hair of one of them, on a canvas on which the layer lies at 30, -20 */
    const GeglRectangle canvas = {0, 0, W + 30, H};
    const GeglRectangle hair = {left[n] + sides[n] / 3 + 30, top[n] + sides[n] / 10 - 20, sides[n] / 3, sides[n] / 10};
    MaskSource under = {.selection = gegl_buffer_new(&canvas, babl_format("Y float")), .x = 30, .y = -20};
    GeglColor *white = gegl_color_new("white");
    gegl_buffer_set_color(under.selection, &hair, white);
    CHECK(find(engine, scene, n % 2 ? FIND_AUTO : FIND_FACES, &under, &by, &at, NULL) && by == FIND_FACES);
    is_at(&at, n);
    g_object_unref(white);
    g_object_unref(under.selection);
  }
  CHECK(find(engine, scene, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_FACES);
  is_at(&at, 1);
  g_object_unref(scene);
}

/* Of one head in much plain colour, which every model draws well: that is not taken for a portrait in its place. */
static void test_plain(Engine *engine, const char *golden) {
  GeglBuffer *scene = grey(2 * W, W);
  const EditPicture picture = {.buffer = scene};
  stylemap_placement at;
  Find by;
  EditProbe probe;
  put(scene, golden, 0, left[0], top[0], sides[0]);
  CHECK(edit_probe(engine, &picture, &probe, NULL) && probe.mse < EDIT_UNKNOWN_FACTOR * engine->usual && !probe.known && !probe.akin,
        "%g of %g", probe.mse, engine->usual);
  CHECK(find(engine, scene, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_FACES);
  is_at(&at, 0);
  g_object_unref(scene);

  GeglBuffer *portrait = grey(S, S);
  put(portrait, golden, 0, 0, 0, S);
  CHECK(edit_probe(engine, &(EditPicture){.buffer = portrait}, &probe, NULL) && probe.known && probe.akin, "%g of %g", probe.mse, engine->usual);
  const stylemap_placement beside = {S / 2 + 3, S / 2 + 2, S, 0, 0};
  CHECK(edit_probe(engine, &(EditPicture){.buffer = portrait, .placement = &beside}, &probe, NULL) && probe.akin, "%g of %g", probe.mse,
        engine->usual);
  g_object_unref(portrait);
}

/* Person 2 in the middle of a grey picture of 420 x 420, 256 large, turned. */
static GeglBuffer *turned(const char *golden, double angle) {
  enum { SIDE = 420, LARGE = 256 };
  GeglBuffer *picture = grey(SIDE, SIDE);
  float *values = person(golden, 2), *rgb = g_new(float, 3 * SIDE * SIDE);
  for (int i = 0; i < SIDE * SIDE; i++) {
    const double x = i % SIDE + 0.5 - SIDE / 2, y = i / SIDE + 0.5 - SIDE / 2;
    const double u = (cos(angle) * x + sin(angle) * y) / LARGE * S + S / 2, v = (cos(angle) * y - sin(angle) * x) / LARGE * S + S / 2;
    const int seen = u >= 0 && v >= 0 && u < S && v < S;
    for (int c = 0; c < 3; c++) rgb[3 * i + c] = seen ? values[3 * ((int)v * S + (int)u) + c] / 255 : 0.5f;
  }
  gegl_buffer_set(picture, NULL, 0, babl_format("R'G'B' float"), rgb, GEGL_AUTO_ROWSTRIDE);
  stylemap_tensor_free(values);
  g_free(rgb);
  return picture;
}

typedef struct {
  guchar ground[3], head[3], dark[3];
  double across, down;
} Smile;

/* What the detector sees, the largest first: how many, and the first one's score. */
static int detected(Engine *engine, GeglBuffer *picture, double *score) {
  stylemap_face faces[8];
  const stylemap_layer layer = layer_of_colours(picture);
  int count = 0;
  CHECK(engine->faces && stylemap_faces_find(engine->faces, &layer, 8, faces, &count, NULL) == STYLEMAP_OK);
  *score = count ? faces[0].score : 1;
  return count;
}

static int inside(double x, double y, double cx, double cy, double a, double b) { return hypot((x - cx) / a, (y - cy) / b) < 1; }

/* What a child draws for a face, around 160, 120, and how large it is. */
static GeglBuffer *smile(const Smile *s, int height) {
  enum { WIDE = 320 };
  const double a = s->across, b = s->down;
  GeglBuffer *picture = gegl_buffer_new(GEGL_RECTANGLE(0, 0, WIDE, height), babl_format("R'G'B' u8"));
  guchar *rgb = g_new(guchar, 3 * WIDE * height);
  for (int i = 0; i < WIDE * height; i++) {
    const double x = i % WIDE + 0.5, y = i / WIDE + 0.5;
    guchar nose[3];
    for (int c = 0; c < 3; c++) nose[c] = (guchar)(0.8 * s->head[c]);
    const guchar *colour = inside(x, y, 160, 120, a, b) ? s->head : s->ground;
    for (int side = -1; side <= 1; side += 2)
      if (inside(x, y, 160 + side * 0.42 * a, 120 - 0.15 * b, 0.2 * a, 0.09 * b) || inside(x, y, 160 + side * 0.42 * a, 120 - 0.36 * b, 0.25 * a, 0.04 * b))
        colour = s->dark;
    if (inside(x, y, 160, 120 + 0.15 * b, 0.1 * a, 0.1 * b)) colour = nose;
    if (inside(x, y, 160, 120 + 0.5 * b, 0.4 * a, 0.07 * b)) colour = s->dark;
    memcpy(rgb + 3 * i, colour, 3);
  }
  gegl_buffer_set(picture, NULL, 0, babl_format("R'G'B' u8"), rgb, GEGL_AUTO_ROWSTRIDE);
  g_free(rgb);
  return picture;
}

/* Of what is hardly a face the model must know that it is one, unless nothing but a face will do. */
static void test_hardly(Engine *engine, const char *golden) {
  static const Smile smiles[] = {{{126, 92, 126}, {210, 116, 242}, {52, 22, 65}, 72, 83}, {{80, 191, 153}, {243, 141, 151}, {33, 76, 13}, 52, 67},
                                 {{121, 238, 169}, {183, 125, 129}, {4, 31, 68}, 54, 62}};
  stylemap_placement at, centred;
  gboolean sure = TRUE;
  gint count = -1;
  Find by;
  stylemap_fit(320, 240, &centred);
  for (guint k = 0; k < G_N_ELEMENTS(smiles); k++) {
    GeglBuffer *picture = smile(&smiles[k], 240);
    CHECK(find(engine, picture, FIND_FACES, NULL, &by, &at, NULL) && by == FIND_FACES && hypot(at.x - 160, at.y - 120) < 40, "%u: asked for", k);
    CHECK(find(engine, picture, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_NOTHING && at.x == centred.x && at.side == centred.side, "%u: %d, %g,%g",
          k, by, at.x, at.y);
    CHECK(find_by_faces(engine, picture, NULL, TRUE, &count, &sure, &at, NULL) && count == 1 && !sure, "%u: %d, and sure", k, count);
    CHECK(find_by_faces(engine, picture, NULL, FALSE, &count, &sure, &at, NULL) && count == 0 && !sure, "%u: %d", k, count);
    g_object_unref(picture);
  }
  /* beside somebody it is none, though it is the larger one, unless it is selected */
  double score = 1, least = 1;
  GeglBuffer *both = smile(&smiles[2], 320), *selection = test_selection(320, 320, *GEGL_RECTANGLE(120, 60, 80, 40));
  const MaskSource under = {.selection = selection};
  put(both, golden, 1, 110, 210, 100);
  CHECK(find(engine, both, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_FACES && hypot(at.x - 160, at.y - 260) < 8, "%g,%g", at.x, at.y);
  CHECK(find(engine, both, FIND_FACES, NULL, &by, &at, NULL) && by == FIND_FACES && hypot(at.x - 160, at.y - 260) < 8, "%g,%g", at.x, at.y);
  CHECK(find_by_faces(engine, both, NULL, TRUE, &count, &sure, &at, NULL) && count == 2 && sure, "%d, and not sure", count);
  CHECK(detected(engine, both, &score) == 2 && score < 0.65, "%g", score);
  CHECK(find(engine, both, FIND_FACES, &under, &by, &at, NULL) && by == FIND_FACES && hypot(at.x - 160, at.y - 120) < 40, "%g,%g", at.x, at.y);
  CHECK(find(engine, both, FIND_AUTO, &under, &by, &at, NULL) && by != FIND_FACES, "the model looks around what is selected");
  g_object_unref(selection);
  g_object_unref(both);
  /* whom the detector hardly takes for a face at some of these angles, and the model knows */
  for (double angle = 0.56; angle < 0.65; angle += 0.02) {
    GeglBuffer *tilted = turned(golden, angle);
    CHECK(find(engine, tilted, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_FACES && fabs(at.angle - angle) < 0.06, "%g: %d, %g", angle, by, at.angle);
    detected(engine, tilted, &score);
    least = fmin(least, score);
    g_object_unref(tilted);
  }
  CHECK(least < 0.65, "%g: none of them is hardly one", least);
}

static void test_none(Engine *engine, Engine *toon) {
  GeglBuffer *nobody = grey(300, 200);
  stylemap_placement at, centred;
  Find by = FIND_FACES;
  GError *error = NULL;
  stylemap_fit(300, 200, &centred);
  CHECK(find(engine, nobody, FIND_AUTO, NULL, &by, &at, NULL) && by == FIND_NOTHING);
  CHECK(at.x == centred.x && at.y == centred.y && at.side == centred.side && at.angle == 0);
  CHECK(!find(engine, nobody, FIND_FACES, NULL, &by, &at, &error) && strstr(error->message, "No face was found in the target"));
  g_clear_error(&error);
  CHECK(find_has_faces(engine) && !find_has_faces(toon));
  CHECK(!find(toon, nobody, FIND_FACES, NULL, &by, &at, &error) && strstr(error->message, "canonical_points"));
  g_clear_error(&error);
  g_object_unref(nobody);
}

/* A reference's face, moved; and one that lies where it should, which stays there to the last bit. */
static void test_edit(Engine *engine, const char *golden) {
  GeglBuffer *target = grey(S, S), *scene = grey(W, H), *mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, S, S), babl_format("Y float"));
  GeglColor *white = gegl_color_new("white");
  EditResult result = {0};
  GError *error = NULL;
  put(target, golden, 0, 0, 0, S);
  put(scene, golden, 1, left[0], top[0], sides[0]);
  gegl_buffer_set_color(mask, GEGL_RECTANGLE(30, 50, 68, 22), white);
  EditReference reference = {.picture = {.buffer = scene, .find = FIND_AUTO}};
  EditRequest request = {.kind = EDIT_TRANSPLANT, .target = {.buffer = target}, .references = &reference, .n_references = 1,
                         .mask = {.selection = mask}, .method = EDIT_HEAL, .edit = {.strength = 1}};
  stylemap_heal_defaults(&request.heal);
  CHECK(edit_run(engine, &request, &result, &error), "%s", error ? error->message : "");
  CHECK(result.n_found == 1 && result.found_by[0] == FIND_FACES);
  if (result.n_found) is_at(&result.found[0], 0);
  gchar **said = edit_findings(&result);
  CHECK(said[0] && strstr(said[0], "By the face, the reference lies at"), "%s", said[0]);
  g_strfreev(said);
  edit_result_clear(&result);
  reference.picture.buffer = target;
  CHECK(edit_run(engine, &request, &result, NULL) && result.n_found == 1 && result.found[0].x == S / 2 && result.found[0].side == S);
  edit_result_clear(&result);
  g_object_unref(white), g_object_unref(mask), g_object_unref(scene), g_object_unref(target);
}

typedef struct {
  int told, n_found, by;
  stylemap_placement at;
} Heard;

static void hear(const PreviewNews *news, gpointer data) {
  Heard *heard = data;
  if (news->kind != PREVIEW_FOUND) return;
  heard->told++;
  heard->n_found = news->n_found;
  heard->by = news->found_by;
  heard->at = *news->found;
}

/* A preview finds by faces, too: the one that is selected, in its own place on the layer. */
static void test_preview(const char *golden) {
  Engine *engine = NULL;
  Heard heard = {0};
  GeglBuffer *scene = grey(W, H), *selection = gegl_buffer_new(GEGL_RECTANGLE(0, 0, W, H), babl_format("Y float"));
  GeglColor *white = gegl_color_new("white");
  stylemap_placement place;
  for (int n = 0; n < PEOPLE; n++) put(scene, golden, n, left[n], top[n], sides[n]);
  gegl_buffer_set_color(selection, GEGL_RECTANGLE(left[0] + sides[0] / 3, top[0] + sides[0] / 10, sides[0] / 3, sides[0] / 10), white);
  stylemap_fit(W, H, &place);
  Preview *preview = preview_new(&engine, hear, &heard);
  for (int i = 0; i < 2; i++) {
    const EditRequest request = {.kind = EDIT_RECONSTRUCT, .target = {.buffer = scene, .placement = &place},
                                 .mask.selection = i ? NULL : selection};
    const gint64 end = g_get_monotonic_time() + 120 * G_TIME_SPAN_SECOND;
    preview_ask(preview, &(PreviewAsk){.model = "portraits-128", .request = &request, .scale = 1, .find = TRUE});
    while (heard.told == i && g_get_monotonic_time() < end)
      if (!g_main_context_iteration(NULL, FALSE)) g_usleep(1000);
    CHECK(heard.told == i + 1 && heard.n_found == 1 && heard.by == FIND_FACES, "%d told", heard.told);
    is_at(&heard.at, i); /* the largest is number 1 */
  }
  preview_free(preview);
  engine_free(engine);
  g_object_unref(white);
  g_object_unref(selection);
  g_object_unref(scene);
}

/* Where one model knows the target as it lies, no other searches it; else all do, and the one that finds its subject is taken. */
static void test_choice(Engine *engine, Engine *toon, const char *golden) {
  Engine *const engines[] = {toon, engine};
  for (int moved = 0; moved < 2; moved++) {
    GeglBuffer *target = grey(moved ? W : S, moved ? H : S);
    const EditRequest request = {.target = {.buffer = target, .find = FIND_AUTO}};
    if (!moved) put(target, golden, 0, 0, 0, S);
    for (int n = 0; n < PEOPLE && moved; n++) put(target, golden, n, left[n], top[n], sides[n]);
    CHECK(choose_among(engines, 2, &request) == engine);
    int searched = 0;
    for (int i = 0; i < ENGINE_FOUND; i++) {
      g_autoptr(GObject) in = g_weak_ref_get(&toon->found[i].in);
      searched += in == G_OBJECT(target);
    }
    CHECK(searched == moved, "searched %d times, moved %d", searched, moved);
    g_object_unref(target);
  }
}

int main(int argc, char **argv) {
  Engine *engine = NULL, *toon = NULL;
  GError *error = NULL;
  if (argc != 3) return 2;
  /* the models are installed nowhere: a folder of our own */
  g_autofree gchar *data = g_dir_make_tmp("stylemap-XXXXXX", NULL), *own = g_build_filename(data, "stylemap", NULL);
  g_autofree gchar *models = g_build_filename(own, "models", NULL);
  g_mkdir(own, 0700);
  g_setenv("XDG_DATA_HOME", data, TRUE);
  gegl_init(NULL, NULL);
  g_autofree gchar *before = models_faces(NULL); /* of an installed StyleMap, if there is one */
  if (!before) CHECK(!models_faces(&error) && strstr(error->message, "faces.safetensors"));
  g_clear_error(&error);
  CHECK(symlink(argv[1], models) == 0);
  CHECK(engine_open(&engine, "portraits-128", 2, NULL, NULL, NULL) && engine_open(&toon, "toon-portraits-128", 1, NULL, NULL, NULL));
  test_scene(engine, argv[2]);
  test_plain(engine, argv[2]);
  test_none(engine, toon);
  test_hardly(engine, argv[2]);
  test_choice(engine, toon, argv[2]);
  test_edit(engine, argv[2]);
  test_preview(argv[2]);
  engine_free(engine);
  engine_free(toon);
  g_unlink(models);
  g_rmdir(own);
  g_rmdir(data);
  gegl_exit();
  return harness_end();
}
