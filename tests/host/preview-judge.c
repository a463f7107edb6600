/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a preview's thread looks for before it draws: whether the model knows the target, and where the subject is; and that it does not
 * look in references again as long as they are asked for the same.
 * usage: test-host-preview-judge MODEL PICTURE_THAT_IT_KNOWS */
#include "host/find.h"
#include "host/previews.h"

static const char *model, *portrait;
static GeglBuffer *target;

/* How often lines are compared. */
static int aligned;
stylemap_status __real_stylemap_align(const stylemap_layer *to, const stylemap_placement *at, const stylemap_layer *mask,
                                      const stylemap_layer *reference, stylemap_placement *place, double *agreement, stylemap_error *error);
stylemap_status __wrap_stylemap_align(const stylemap_layer *to, const stylemap_placement *at, const stylemap_layer *mask,
                                      const stylemap_layer *reference, stylemap_placement *place, double *agreement, stylemap_error *error);
stylemap_status __wrap_stylemap_align(const stylemap_layer *to, const stylemap_placement *at, const stylemap_layer *mask,
                                      const stylemap_layer *reference, stylemap_placement *place, double *agreement, stylemap_error *error) {
  aligned++;
  return __real_stylemap_align(to, at, mask, reference, place, agreement, error);
}

/* `picture` at (x, y) of a pink canvas. */
static GeglBuffer *moved_to(GeglBuffer *picture, int width, int height, int x, int y) {
  const int side = gegl_buffer_get_width(picture);
  GeglBuffer *moved = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("R'G'B' u8"));
  float pink[3] = {1, 0.84f, 0.86f};
  gegl_buffer_set_color_from_pixel(moved, NULL, pink, babl_format("R'G'B' float"));
  gegl_buffer_copy(picture, NULL, GEGL_ABYSS_NONE, moved, GEGL_RECTANGLE(x, y, side, side));
  return moved;
}

/* Without a reference nothing is drawn, but it is said whether the model knows the target. */
static void test_known(void) {
  Engine *engine = NULL;
  Log log = {0};
  GeglBuffer *known = test_load(portrait);
  Preview *preview = preview_new(&engine, hear, &log);
  for (int i = 0; i < 2; i++) {
    const EditRequest request = {.kind = EDIT_INTERPOLATE, .target = {.buffer = i ? target : known}};
    preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 1, .choose = TRUE, .urgent = TRUE});
    for (int k = 0; k < 600 && log.models == i; k++) rest(20);
    CHECK(log.models == i + 1 && log.n == 0 && log.usual > 0);
    CHECK((log.reason == REASON_NONE) == !i && (log.mse <= EDIT_UNKNOWN_FACTOR * log.usual) == !i, "%g, usual %g", log.mse, log.usual);
  }

  /* and why it does not: that is looked for when nothing else is to be done, also once something else was asked for */
  const int before = log.models;
  const EditRequest unknown = {.kind = EDIT_INTERPOLATE, .target = {.buffer = target}};
  preview_ask(preview, &(PreviewAsk){.model = model, .request = &unknown, .scale = 1, .urgent = TRUE});
  for (int k = 0; k < 1500 && log.reason == REASON_UNTOLD; k++) rest(20);
  CHECK(log.reason == REASON_KIND && log.models <= before + 1, "%d, %d", log.reason, log.models - before);
  const int told = log.models;
  preview_ask(preview, &(PreviewAsk){.model = model, .request = &unknown, .scale = 1, .urgent = TRUE});
  rest(500);
  CHECK(log.models == told, "once");

  /* the portrait somewhere else, found although something else is asked for at once */
  const int side = gegl_buffer_get_width(known), x = side / 2, y = side / 8;
  const stylemap_placement near = {x + 0.45 * side, y + 0.55 * side, 0.8 * side, 0, 0};
  GeglBuffer *moved = moved_to(known, 2 * side, 5 * side / 4, x, y);
  for (int i = 0; i < 2; i++) {
    const EditRequest request = {.kind = EDIT_INTERPOLATE, .target = {.buffer = moved}};
    preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 1, .choose = TRUE, .find = TRUE,
                                       .near = i ? &near : NULL, .urgent = TRUE});
    preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 1, .urgent = TRUE});
    for (int k = 0; k < 3000 && log.found == i; k++) rest(20);
    CHECK(log.found == i + 1 && log.sure);
    CHECK(hypot(log.place.x - x - side / 2, log.place.y - y - side / 2) < side / 12 && fabs(log.place.side - side) < side / 8,
          "%g, %g, %g", log.place.x, log.place.y, log.place.side);
  }
  preview_free(preview);
  engine_free(engine);
  g_object_unref(known);
  g_object_unref(moved);
}

/* Two pictures of what the target shows, found by its lines: told of each, and compared once, or once more where something else is asked
 * of one of them. */
static void test_references(void) {
  enum { SIDE = 512, COUNT = 2 };
  static const int at[COUNT][2] = {{20, 12}, {8, 30}};
  Engine *engine = NULL;
  Log log = {0};
  GeglBuffer *known = test_load(portrait), *selection = test_selection(SIDE, SIDE, *GEGL_RECTANGLE(150, 150, 200, 180));
  EditReference references[COUNT] = {{.picture = {.find = FIND_AUTO}}, {.picture = {.find = FIND_AUTO}}};
  EditRequest request = {.kind = EDIT_TRANSPLANT, .references = references, .n_references = COUNT, .method = EDIT_HEAL};
  request.edit.strength = 1;
  stylemap_heal_defaults(&request.heal);
  request.mask = (MaskSource){.selection = selection, .feather = 6};
  request.target.buffer = known;
  for (int i = 0; i < COUNT; i++) references[i].picture.buffer = moved_to(known, SIDE + 40, SIDE + 44, at[i][0], at[i][1]);
  Preview *preview = preview_new(&engine, hear, &log);
  int before = 0, first = 0;
  for (int step = 0; step < 5; step++) {
    /* 0: all is new; 1: another strength; 2: the second comes in elsewhere; 3: another selection, for once; 4: nothing is new */
    GeglBuffer *other = step == 3 ? gegl_buffer_dup(selection) : NULL;
    if (step == 1) request.edit.strength = 0.5;
    if (step == 2) references[1].region = 1 + STYLEMAP_REGION_FACE;
    if (other) request.mask.selection = other;
    wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .choose = !step, .urgent = TRUE}));
    CHECK(log.done == 1 && log.n_references == COUNT, "step %d: %d", step, log.n_references);
    for (int i = 0; i < COUNT && log.done; i++)
      CHECK(log.by[i] == FIND_LINES && fabs(log.at[i].x - at[i][0] - SIDE / 2) < 1 && fabs(log.at[i].y - at[i][1] - SIDE / 2) < 1 &&
              fabs(log.at[i].side - SIDE) < 2, "step %d, %d: by %d at %g, %g, %g", step, i, log.by[i], log.at[i].x, log.at[i].y, log.at[i].side);
    const int now = aligned - before;
    before = aligned;
    if (step == 0) first = now;
    CHECK(step == 0 || step == 3 ? now > COUNT - 1 : step == 2 ? now > 0 && now < first : now == 0,
          "step %d: lines were compared %d times, at first %d", step, now, first);
    if (other) {
      request.mask.selection = selection;
      wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .urgent = TRUE}));
      before = aligned;
      g_object_unref(other);
    }
    clear(&log);
  }
  preview_free(preview);
  engine_free(engine);
  for (int i = 0; i < COUNT; i++) g_object_unref(references[i].picture.buffer);
  g_object_unref(known), g_object_unref(selection);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  model = argv[1], portrait = argv[2];
  gegl_init(NULL, NULL);
  target = test_picture(300, 240, "R'G'B' u8", 2);
  test_known();
  test_references();
  g_object_unref(target);
  gegl_exit();
  return harness_end();
}
