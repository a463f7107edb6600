/* SPDX-License-Identifier: GPL-3.0-or-later
 * edit.c, on a worker, against the same steps by hand.
 * usage: test-edit GOLDEN_FOLDER */
#include "host/adjust.h"
#include "host/hosts.h"

static char *model_path;

typedef struct { int calls, stop_at; double last; GThread *thread; } Watch;

static int watch(void *data, stylemap_phase phase, double fraction) {
  Watch *w = data;
  w->calls++;
  CHECK(*say_phase(phase));
  CHECK(fraction >= w->last && fraction <= 1, "%g after %g", fraction, w->last);
  CHECK(g_thread_self() == w->thread);
  w->last = fraction;
  return w->stop_at != 0 && w->calls >= w->stop_at;
}

/* A request with one reference, and how it is run. */
typedef struct {
  EditRequest request;
  EditReference reference;
  const char *model;
} Case;

static Case case_for(EditKind kind, GeglBuffer *target, GeglBuffer *reference) {
  return (Case){{.kind = kind, .target.buffer = target, .n_references = reference != NULL,
                 .edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 0.75}, .frames = kind == EDIT_INTERPOLATE ? 3 : 0},
                {.picture.buffer = reference}, model_path};
}

static gboolean run(Case *c, Watch *w, EditResult *result, GError **error) {
  Engine *engine = NULL;
  c->request.references = &c->reference;
  gboolean done = edit_prepare(&c->request, result, error) &&
                  worker_edit(&engine, c->model, 1, &c->request, w ? watch : NULL, w, result, error);
  engine_free(engine);
  return done;
}

/* ---------------------------------------------------------------------------------------- by hand */

typedef struct { stylemap_model *model; stylemap_session *session; const stylemap_info *info; size_t count; } Hand;

static Hand hand_open(void) {
  Hand h = {0};
  stylemap_error e;
  CHECK(stylemap_open(model_path, 0, NULL, NULL, &h.model, &e) == STYLEMAP_OK, "%s", e.message);
  CHECK(stylemap_session_new(h.model, 1, NULL, NULL, &h.session, &e) == STYLEMAP_OK);
  h.info = stylemap_model_info(h.model);
  h.count = 3 * (size_t)h.info->size * (size_t)h.info->size;
  return h;
}

static void hand_close(Hand *h) {
  stylemap_session_free(h->session);
  stylemap_close(h->model);
}

static float *hand_sample(const Hand *h, GeglBuffer *buffer) {
  stylemap_layer layer = layer_of_picture(buffer);
  stylemap_placement placement;
  float *image = g_new(float, h->count);
  stylemap_fit(layer.width, layer.height, &placement);
  CHECK(stylemap_sample(&layer, &placement, h->info->size, image, NULL) == STYLEMAP_OK);
  return image;
}

/* The layer's pixels must be the image pasted into the target; where the mask is 0 nothing is asked. */
static void near_layer(const Hand *h, GeglBuffer *target, const EditResult *result, int index, const float *image, double limit) {
  const GeglRectangle *b = &result->mask.bounds;
  GeglBuffer *want = gegl_buffer_new(b, babl_format("R'G'B'A float"));
  stylemap_layer from = layer_of_picture(target), to = layer_of_picture(want);
  stylemap_placement placement;
  to.width = from.width, to.height = from.height;
  stylemap_fit(from.width, from.height, &placement);
  CHECK(stylemap_paste(image, h->info->size, &placement, &from, b->x, b->y, b->width, b->height, &to, NULL) == STYLEMAP_OK);
  CHECK(gegl_rectangle_equal(gegl_buffer_get_extent(result->layers[index]), b));
  float *v = test_get(want, b, "R'G'B'A float"), *w = test_get(result->layers[index], b, "R'G'B'A float");
  double worst = 0;
  for (int n = 0; n < 4 * b->width * b->height; n++) worst = fmax(worst, fabs(v[n] - w[n]));
  CHECK(worst <= limit, "layer %d: %g", index, worst);
  g_free(v), g_free(w);
  g_object_unref(want);
}

static void check_layer(const Hand *h, GeglBuffer *target, const EditResult *result, int index, const float *image) {
  near_layer(h, target, result, index, image, 0);
}

/* The weights over the square of a 90 x 61 layer, whose bounds are `bounds`. */
static void hand_mask(const Hand *h, const MaskSource *source, const GeglRectangle *bounds, float *weights) {
  stylemap_placement placement;
  Mask mask;
  stylemap_fit(90, 61, &placement);
  CHECK(mask_make(source, &placement, 90, 61, &mask, NULL) && gegl_rectangle_equal(&mask.bounds, bounds));
  stylemap_layer layer = mask_layer(&mask, 90, 61);
  CHECK(stylemap_sample_mask(&layer, &placement, h->info->size, weights, NULL) == STYLEMAP_OK);
  mask_clear(&mask);
}

static gboolean same_report(const stylemap_refine_report *a, const stylemap_refine_report *b) {
  return a->before == b->before && a->after == b->after && a->steps == b->steps;
}

static void test_stills(void) {
  Hand h = hand_open();
  /* The target's alpha falls to nearly 0 in the square; what the network sees is the opaque picture. */
  GeglBuffer *target = test_picture(90, 61, "R'G'B'A u16", 1), *reference = test_picture(50, 70, "RGB float", 4);
  GeglBuffer *opaque = test_picture(90, 61, "R'G'B' u16", 1);
  GeglBuffer *selection = test_selection(120, 120, *GEGL_RECTANGLE(45, 30, 30, 20));
  const MaskSource source = {selection, 5, 10, 6, FALSE};
  float *t = hand_sample(&h, opaque), *r = hand_sample(&h, reference), *image = g_new(float, h.count);
  float *mask = g_new(float, h.count / 3);
  GError *error = NULL;
  EditResult result;
  Watch w = {.thread = g_thread_self()};

  /* transplant */
  Case c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.mask = source;
  CHECK(run(&c, &w, &result, &error), "%s", error ? error->message : "");
  CHECK(result.n_layers == 1 && !result.mask.whole && result.error < 0);
  hand_mask(&h, &source, &result.mask.bounds, mask);
  CHECK(stylemap_transplant(h.session, t, &(stylemap_reference){r, mask}, 1, &c.request.edit, image, NULL) == STYLEMAP_OK);
  CHECK(memcmp(image, result.image, sizeof(float) * h.count) == 0);
  check_layer(&h, target, &result, 0, image);
  edit_result_clear(&result);
  CHECK(!result.layers && !result.mask.weights && !result.image && result.n_layers == 0);
  /* the same from squares that are there already, for the square alone */
  c = case_for(EDIT_TRANSPLANT, NULL, NULL);
  c.request.target.image = t, c.reference.picture.image = r, c.request.n_references = 1;
  c.request.weights = mask, c.request.squares = TRUE;
  CHECK(run(&c, NULL, &result, &error), "%s", error ? error->message : "");
  CHECK(memcmp(image, result.image, sizeof(float) * h.count) == 0 && result.n_layers == 0 && !result.mask.weights);
  edit_result_clear(&result);

  /* reconstruct, without a selection */
  c = case_for(EDIT_RECONSTRUCT, target, NULL);
  CHECK(run(&c, NULL, &result, &error));
  CHECK(result.mask.whole && gegl_rectangle_equal_coords(&result.mask.bounds, 14, 0, 61, 61));
  CHECK(stylemap_reconstruct(h.session, t, image, NULL) == STYLEMAP_OK);
  CHECK_NEAR(result.error, stylemap_mse(image, t, h.count), 0);
  check_layer(&h, target, &result, 0, image);

  /* an engine that stays: a probe, a reconstruction and a second look are one opening */
  Engine *engine = NULL;
  EditProbe probe = {0};
  CHECK(engine_open(&engine, model_path, 1, NULL, NULL, &error) && engine->usual < 0);
  const stylemap_model *opened = engine->model;
  CHECK(edit_probe(engine, &c.request.target, &probe, &error) && probe.known && probe.akin);
  CHECK_NEAR(probe.mse, result.error, 0);
  edit_result_clear(&result);
  w = (Watch){.thread = g_thread_self()};
  CHECK(engine_open(&engine, model_path, 1, watch, &w, &error) && engine->model == opened);
  CHECK(edit_run(engine, &c.request, &result, &error) && w.calls > 0 && w.last > 0.89, "%g %d %s", w.last, w.calls, error ? error->message : "");
  check_layer(&h, target, &result, 0, image);
  edit_result_clear(&result);
  CHECK(!engine_open(&engine, "./nothing.pt", 1, NULL, NULL, &error) && !engine);
  g_clear_error(&error);

  /* refined: the same boxes by hand; progress that only rises */
  const stylemap_refine_options refine = {.steps = 4, .offsets = 1};
  stylemap_pyramid *a = NULL, *b = NULL;
  stylemap_refine_report report[2];
  CHECK(stylemap_pyramid_new(h.model, &a, NULL) == STYLEMAP_OK && stylemap_pyramid_new(h.model, &b, NULL) == STYLEMAP_OK);
  CHECK(stylemap_refine(h.session, t, &refine, a, &report[0], NULL) == STYLEMAP_OK);
  CHECK(stylemap_refine(h.session, r, &refine, b, &report[1], NULL) == STYLEMAP_OK);
  c = case_for(EDIT_RECONSTRUCT, target, NULL);
  c.request.refine = 4;
  CHECK(run(&c, NULL, &result, &error) && result.n_refined == 1);
  CHECK(same_report(&result.refined[0], &report[0]) && report[0].after < report[0].before);
  CHECK(stylemap_synth(h.session, a, image, NULL) == STYLEMAP_OK);
  check_layer(&h, target, &result, 0, image);
  edit_result_clear(&result);
  c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.refine = 4;
  c.request.mask = source;
  w = (Watch){.thread = g_thread_self()};
  CHECK(run(&c, &w, &result, &error) && result.n_refined == 2, "%s", error ? error->message : "");
  CHECK(same_report(&result.refined[0], &report[0]), "%.17g %.17g, not %.17g %.17g", result.refined[0].before, result.refined[0].after, report[0].before, report[0].after);
  CHECK(same_report(&result.refined[1], &report[1]), "%.17g %.17g, not %.17g %.17g", result.refined[1].before, result.refined[1].after, report[1].before, report[1].after);
  CHECK(stylemap_blend(a, b, mask, c.request.edit.rule, c.request.edit.strength, NULL) == STYLEMAP_OK);
  CHECK(stylemap_synth(h.session, a, image, NULL) == STYLEMAP_OK);
  check_layer(&h, target, &result, 0, image);
  edit_result_clear(&result);
  stylemap_pyramid_free(a), stylemap_pyramid_free(b);
  g_free(t), g_free(r), g_free(image), g_free(mask);
  g_object_unref(target), g_object_unref(reference), g_object_unref(selection), g_object_unref(opaque);
  hand_close(&h);
}

/* Three references, one of them where the edit's mask says and two with masks of their own; the last with a square of
 * its own, too. The layer shows where any of them is taken. */
static void test_references(void) {
  Hand h = hand_open();
  GeglBuffer *target = test_picture(90, 61, "R'G'B' u8", 1);
  GeglBuffer *pictures[3] = {test_picture(50, 70, "RGB float", 4), test_picture(64, 64, "R'G'B' u8", 7), test_picture(120, 80, "R'G'B' u16", 9)};
  GeglBuffer *selections[3] = {test_selection(90, 61, *GEGL_RECTANGLE(20, 5, 20, 30)), test_selection(90, 61, *GEGL_RECTANGLE(30, 20, 30, 20)),
                               test_selection(90, 61, *GEGL_RECTANGLE(50, 30, 20, 25))};
  const MaskSource sources[3] = {{.selection = selections[0], .feather = 3}, {.selection = selections[1]}, {.selection = selections[2], .feather = 8}};
  const stylemap_placement aside = {.x = 70, .y = 36, .side = 44};
  const EditReference references[3] = {{.picture = {.buffer = pictures[0]}}, {.picture = {.buffer = pictures[1]}, .mask = &sources[1]},
                                       {.picture = {.buffer = pictures[2], .placement = &aside}, .mask = &sources[2]}};
  for (int refine = 0; refine <= 3; refine += 3) {
    EditRequest request = {.kind = EDIT_TRANSPLANT, .target.buffer = target, .references = references, .n_references = 3,
                           .mask = sources[0], .edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 0.75}, .refine = refine};
    EditResult result = {0};
    Engine *engine = NULL;
    GError *error = NULL;
    CHECK(worker_edit(&engine, model_path, 1, &request, NULL, NULL, &result, &error), "%s", error ? error->message : "");
    CHECK(result.n_refined == (refine ? 4 : 0));
    /* by hand: blended one after the other */
    const stylemap_refine_options options = {.steps = refine, .offsets = 1};
    const size_t count = (size_t)h.info->latent_channel_size * (size_t)h.info->latent_spatial_size * (size_t)h.info->latent_spatial_size;
    float *image = g_new(float, h.count), *map = g_new(float, count), *weights = g_new(float, h.count / 3);
    stylemap_pyramid *styles[4] = {NULL};
    stylemap_placement placement;
    GeglRectangle all = {0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
      stylemap_layer layer = layer_of_picture(i ? pictures[i - 1] : target);
      stylemap_fit(layer.width, layer.height, &placement);
      CHECK(stylemap_sample(&layer, i == 3 ? &aside : &placement, h.info->size, image, NULL) == STYLEMAP_OK);
      CHECK(stylemap_pyramid_new(h.model, &styles[i], NULL) == STYLEMAP_OK);
      if (refine) CHECK(stylemap_refine(h.session, image, &options, styles[i], NULL, NULL) == STYLEMAP_OK);
      else CHECK(stylemap_encode(h.session, image, map, NULL) == STYLEMAP_OK && stylemap_resize(h.session, map, styles[i], NULL) == STYLEMAP_OK);
      if (i == 0) continue;
      Mask mask;
      stylemap_fit(90, 61, &placement);
      CHECK(mask_make(&sources[i - 1], &placement, 90, 61, &mask, NULL));
      stylemap_layer mask_pixels = mask_layer(&mask, 90, 61);
      CHECK(stylemap_sample_mask(&mask_pixels, &placement, h.info->size, weights, NULL) == STYLEMAP_OK);
      CHECK(stylemap_blend(styles[0], styles[i], weights, STYLEMAP_MASK_SOFT, 0.75, NULL) == STYLEMAP_OK);
      gegl_rectangle_bounding_box(&all, &all, &mask.bounds);
      mask_clear(&mask);
    }
    CHECK(stylemap_synth(h.session, styles[0], image, NULL) == STYLEMAP_OK);
    CHECK(gegl_rectangle_equal(&all, &result.mask.bounds));
    near_layer(&h, target, &result, 0, image, 1e-4);
    for (int i = 0; i < 4; i++) stylemap_pyramid_free(styles[i]);
    g_free(image), g_free(map), g_free(weights);
    edit_result_clear(&result);
    engine_free(engine);
  }
  for (int i = 0; i < 3; i++) g_object_unref(pictures[i]), g_object_unref(selections[i]);
  g_object_unref(target);
  hand_close(&h);
}

/* Every frame, in both spaces, is G of what lies at its part of the way. */
static void test_frames(void) {
  enum { FRAMES = 5 };
  Hand h = hand_open();
  GeglBuffer *target = test_picture(90, 61, "R'G'B' u8", 1), *reference = test_picture(50, 70, "RGB float", 4);
  float *t = hand_sample(&h, target), *r = hand_sample(&h, reference), *image = g_new(float, h.count);
  size_t count = (size_t)h.info->latent_channel_size * (size_t)h.info->latent_spatial_size * (size_t)h.info->latent_spatial_size;
  float *first = g_new(float, count), *last = g_new(float, count), *between = g_new(float, count);
  stylemap_pyramid *a = NULL, *b = NULL, *frame = NULL;
  CHECK(stylemap_encode(h.session, t, first, NULL) == STYLEMAP_OK && stylemap_encode(h.session, r, last, NULL) == STYLEMAP_OK);
  CHECK(stylemap_pyramid_new(h.model, &a, NULL) == STYLEMAP_OK && stylemap_pyramid_new(h.model, &b, NULL) == STYLEMAP_OK);
  CHECK(stylemap_pyramid_new(h.model, &frame, NULL) == STYLEMAP_OK);
  for (int n = 0; n < 4; n++) {
    const int space = n % 2, smooth = n / 2;
    Case c = case_for(EDIT_INTERPOLATE, target, reference);
    EditResult result, one;
    c.request.edit.space = (stylemap_space)space;
    c.request.easing = smooth ? EASING_SMOOTH : EASING_LINEAR;
    c.request.frames = FRAMES;
    CHECK(run(&c, NULL, &result, NULL) && result.n_layers == FRAMES);
    for (int k = 0; k < FRAMES; k++) {
      const double even = k / (FRAMES - 1.0), part = smooth ? 3 * even * even - 2 * even * even * even : even;
      if (space == STYLEMAP_SPACE_W) {
        for (size_t i = 0; i < count; i++) between[i] = (float)((1 - part) * first[i] + part * last[i]);
        CHECK(stylemap_resize(h.session, between, frame, NULL) == STYLEMAP_OK);
      } else {
        CHECK(stylemap_resize(h.session, first, a, NULL) == STYLEMAP_OK && stylemap_resize(h.session, last, b, NULL) == STYLEMAP_OK);
        CHECK(stylemap_lerp(a, b, part, frame, NULL) == STYLEMAP_OK);
      }
      CHECK(stylemap_synth(h.session, frame, image, NULL) == STYLEMAP_OK);
      near_layer(&h, target, &result, k, image, 1e-4);
      c.request.single = k + 1;
      CHECK(run(&c, NULL, &one, NULL) && one.n_layers == 1);
      near_layer(&h, target, &one, 0, image, 1e-4);
      edit_result_clear(&one);
    }
    edit_result_clear(&result);
  }
  stylemap_pyramid_free(a), stylemap_pyramid_free(b), stylemap_pyramid_free(frame);
  g_free(first), g_free(last), g_free(between), g_free(t), g_free(r), g_free(image);
  g_object_unref(target), g_object_unref(reference);
  hand_close(&h);
}

/* ---------------------------------------------------------------------------------------- failures */

static void expect(Case c, Watch *w, int code, const char *word) {
  EditResult result;
  GError *error = NULL;
  memset(&result, 0x55, sizeof result);
  CHECK(!run(&c, w, &result, &error) && error, "%s", word);
  CHECK(!result.layers && !result.mask.weights && !result.image && result.n_layers == 0, "%s: something is left", word);
  if (error) {
    if (code >= 0) CHECK(g_error_matches(error, HOST_ERROR, code), "%s", error->message);
    CHECK(strstr(error->message, word), "%s lacks %s", error->message, word);
  }
  g_clear_error(&error);
}

static void test_failures(void) {
  GeglBuffer *target = test_picture(90, 61, "R'G'B' u8", 1), *reference = test_picture(50, 70, "R'G'B' u8", 4);
  expect(case_for(EDIT_TRANSPLANT, target, NULL), NULL, HOST_ERROR_ARGUMENT, "reference");
  expect(case_for(EDIT_TRANSPLANT, NULL, reference), NULL, HOST_ERROR_ARGUMENT, "target");
  Case c = case_for(EDIT_INTERPOLATE, target, reference);
  c.request.frames = 1;
  expect(c, NULL, HOST_ERROR_ARGUMENT, "frames");
  c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.mask.feather = -0.5;
  expect(c, NULL, HOST_ERROR_ARGUMENT, "feather");
  c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.edit.strength = 2;
  expect(c, NULL, HOST_ERROR_ARGUMENT, "");
  c = case_for(EDIT_RECONSTRUCT, target, NULL);
  c.request.refine = -1;
  expect(c, NULL, HOST_ERROR_ARGUMENT, "steps of refinement");
  c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.refine = 5, c.request.edit.space = STYLEMAP_SPACE_W;
  expect(c, NULL, HOST_ERROR_ARGUMENT, "w+");
  c = case_for(EDIT_RECONSTRUCT, target, NULL);
  c.model = "./nothing.pt";
  expect(c, NULL, HOST_ERROR_FAILED, "nothing.pt");
  c.model = "nobody";
  expect(c, NULL, -1, "nobody");
  GeglBuffer *aside = test_selection(90, 61, *GEGL_RECTANGLE(0, 0, 5, 5));
  c = case_for(EDIT_RECONSTRUCT, target, NULL);
  c.request.mask.selection = aside;
  expect(c, NULL, HOST_ERROR_FAILED, "61 x 61");
  g_object_unref(aside);
  /* Layers in which nothing can be seen. */
  GeglBuffer *clear = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 90, 61), babl_format("R'G'B'A u8"));
  for (int kind = EDIT_TRANSPLANT; kind <= EDIT_INTERPOLATE; kind++) {
    expect(case_for((EditKind)kind, clear, kind == EDIT_RECONSTRUCT ? NULL : reference), NULL, HOST_ERROR_FAILED, "target is fully transparent");
    if (kind != EDIT_RECONSTRUCT)
      expect(case_for((EditKind)kind, target, clear), NULL, HOST_ERROR_FAILED, "reference is fully transparent");
  }
  /* A dot that can be seen, outside the mask and inside. */
  const guint8 dot[4] = {9, 9, 9, 1};
  GeglBuffer *spot = test_selection(90, 61, *GEGL_RECTANGLE(30, 30, 2, 2));
  for (int x = 40; x >= 30; x -= 10) {
    gegl_buffer_set_color_from_pixel(clear, GEGL_RECTANGLE(x, 30, 1, 1), dot, babl_format("R'G'B'A u8"));
    c = case_for(EDIT_TRANSPLANT, clear, reference);
    c.request.mask.selection = spot;
    if (x == 40) expect(c, NULL, HOST_ERROR_FAILED, "target is fully transparent");
    else {
      EditResult seen = {0};
      CHECK(run(&c, NULL, &seen, NULL));
      edit_result_clear(&seen);
    }
  }
  g_object_unref(clear), g_object_unref(spot);
  /* Cancelled at the first word; many frames, so that there is something to cancel. */
  c = case_for(EDIT_INTERPOLATE, target, reference);
  c.request.frames = 1000;
  Watch w = {.thread = g_thread_self(), .stop_at = 1};
  expect(c, &w, HOST_ERROR_CANCELLED, "");
  CHECK(w.calls == 1, "asked %d times after a no", w.calls);
  /* and in the middle of a refinement that would take hours */
  c = case_for(EDIT_TRANSPLANT, target, reference);
  c.request.refine = 100000;
  w = (Watch){.thread = g_thread_self(), .stop_at = 10};
  expect(c, &w, HOST_ERROR_CANCELLED, "");
  g_object_unref(target), g_object_unref(reference);
}

/* --------------------------------------------------------------------------------------- the outline */

/* A picture in `format`, clear left of column 45 (0 there as `hidden`), half transparent to 50, or, as a reference, clear
 * above row 20, half transparent to 25. */
static GeglBuffer *outlined(const char *format, int seed, gboolean reference, float hidden) {
  GeglBuffer *buffer = test_picture(90, 61, format, seed);
  const GeglRectangle all = {0, 0, 90, 61};
  float *values = test_get(buffer, &all, "R'G'B'A float");
  for (int n = 0; n < 90 * 61; n++) {
    const int at = reference ? n / 90 + 25 : n % 90;
    values[4 * n + 3] = at < 45 ? 0 : at < 50 ? 0.5f : 1;
    for (int c = 0; c < 3 && at < 45; c++) values[4 * n + c] = hidden;
  }
  gegl_buffer_set(buffer, &all, 0, babl_format("R'G'B'A float"), values, GEGL_AUTO_ROWSTRIDE);
  g_free(values);
  return buffer;
}

/* Where a part lies in most pictures: the same is drawn there, and laid with weights that fall to nothing inside the edge; healed only,
 * and not where a mask was drawn. */
static void test_average(void) {
  GeglBuffer *target = outlined("R'G'B'A float", 1, FALSE, 0), *reference = outlined("R'G'B'A float", 4, TRUE, 0);
  GeglBuffer *selection = test_selection(90, 61, *GEGL_RECTANGLE(50, 12, 24, 36));
  for (int method = EDIT_STYLES; method <= EDIT_HEAL; method++) {
    EditResult drawn, average;
    Case c = case_for(EDIT_TRANSPLANT, target, reference);
    c.request.mask = (MaskSource){selection, 0, 0, 0, FALSE};
    c.request.method = (EditMethod)method;
    stylemap_heal_defaults(&c.request.heal);
    c.request.heal.rounds = 1;
    CHECK(run(&c, NULL, &drawn, NULL));
    c.request.mask.average = TRUE;
    CHECK(run(&c, NULL, &average, NULL));
    const GeglRectangle *b = &drawn.mask.bounds;
    CHECK(gegl_rectangle_equal(b, &average.mask.bounds) && gegl_rectangle_equal_coords(b, 50, 12, 24, 36));
    float *l = test_get(drawn.layers[0], b, "R'G'B'A float"), *m = test_get(average.layers[0], b, "R'G'B'A float");
    float *v = test_get(drawn.mask.weights, b, "Y float"), *w = test_get(average.mask.weights, b, "Y float");
    CHECK(memcmp(l, m, sizeof *l * 4 * 24 * 36) == 0, "the same is drawn");
    CHECK(v[18 * 24] == 1 && v[18 * 24 + 12] == 1);
    if (method == EDIT_STYLES) CHECK(memcmp(v, w, sizeof *v * 24 * 36) == 0);
    else CHECK(w[18 * 24] < 0.3f && w[18 * 24 + 2] < 0.8f && w[18 * 24 + 12] > 0.98f, "%g, %g, %g", w[18 * 24], w[18 * 24 + 2], w[18 * 24 + 12]);
    g_free(l), g_free(m), g_free(v), g_free(w);
    edit_result_clear(&drawn), edit_result_clear(&average);
  }
  g_object_unref(target), g_object_unref(reference), g_object_unref(selection);
}

/* alpha = max(target's, strength x mask x reference's); colours of the drawing where the target has none; bits elsewhere. */
static void check_extended(const char *format, EditMethod method, double strength) {
  const GeglRectangle all = {0, 0, 90, 61};
  GeglBuffer *target = outlined(format, 1, FALSE, 0), *other = outlined(format, 1, FALSE, 0.9f);
  GeglBuffer *reference = outlined("R'G'B'A float", 4, TRUE, 0), *out = gegl_buffer_dup(target);
  GeglBuffer *selection = test_selection(90, 61, *GEGL_RECTANGLE(30, 10, 30, 40));
  EditResult result, second;
  Case c = case_for(EDIT_TRANSPLANT, target, reference);
  GError *error = NULL;
  c.request.mask = (MaskSource){selection, 0, 0, 6, FALSE};
  c.request.extend = TRUE, c.request.method = method, c.request.edit.strength = strength;
  stylemap_heal_defaults(&c.request.heal);
  c.request.heal.rounds = 1;
  CHECK(run(&c, NULL, &result, &error), "%s", error ? error->message : "");
  const GeglRectangle *b = &result.mask.bounds;
  layer_composite(out, result.layers[0], result.mask.weights, b, TRUE);
  float *t = test_get(target, &all, "R'G'B'A float"), *r = test_get(reference, &all, "R'G'B'A float");
  float *o = test_get(out, &all, "R'G'B'A float"), *l = test_get(result.layers[0], &all, "R'G'B'A float");
  float *w = g_new0(float, 90 * 61);
  gegl_buffer_get(result.mask.weights, &all, 1.0, babl_format("Y float"), w, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  double step = strcmp(format, "R'G'B'A float") == 0 ? 1e-6 : 0.5001 / 255, worst = 0, colours = 0;
  int more = 0, changed = 0, moved = 0;
  for (int n = 0; n < 90 * 61; n++) {
    double e = strength * w[n] * r[4 * n + 3], a = fmax(t[4 * n + 3], e);
    worst = fmax(worst, fabs(o[4 * n + 3] - a));
    more += e > t[4 * n + 3] + step;
    changed += w[n] == 0 && memcmp(o + 4 * n, t + 4 * n, 4 * sizeof *o) != 0;
    for (int k = 0; k < 3 && e > step; k++) {
      double share = 1 - (1 - w[n]) * t[4 * n + 3] / o[4 * n + 3];
      colours = fmax(colours, fabs(o[4 * n + k] - (t[4 * n + k] + share * (l[4 * n + k] - t[4 * n + k]))));
      moved += fabs(o[4 * n + k] - t[4 * n + k]) > 0.05;
    }
  }
  CHECK(worst <= step && more > 300 && changed == 0, "alpha %g, %d more, %d changed", worst, more, changed);
  CHECK(colours <= step + 1e-6 && moved > 300, "colours %g, %d moved", colours, moved);
  /* what the target hides where it is clear is no part of the picture */
  c.request.target.buffer = other;
  CHECK(run(&c, NULL, &second, NULL));
  if (method == EDIT_STYLES) CHECK(memcmp(result.image, second.image, 3 * 32 * 32 * sizeof *t) == 0);
  float *v = test_get(second.layers[0], &all, "R'G'B'A float");
  double seen = 0;
  for (int n = 0; n < 4 * 90 * 61; n++)
    if (strength == 1 && w[n / 4] * r[n / 4 * 4 + 3] > 0.1f) seen = fmax(seen, fabs(v[n] - l[n]));
  CHECK(seen <= 1e-3, "hidden colours come in: %g", seen);
  edit_result_clear(&second);
  edit_result_clear(&result);
  /* without the option the outline cuts */
  c.request.extend = FALSE;
  CHECK(run(&c, NULL, &result, NULL));
  g_free(v);
  v = test_get(result.layers[0], &result.mask.bounds, "R'G'B'A float");
  CHECK(v[3] == 0);
  edit_result_clear(&result);
  g_free(t), g_free(r), g_free(o), g_free(l), g_free(w), g_free(v);
  g_object_unref(target), g_object_unref(other), g_object_unref(reference), g_object_unref(out), g_object_unref(selection);
}

static void test_extend(void) {
  for (int method = EDIT_STYLES; method <= EDIT_HEAL; method++)
    for (double strength = 1; strength > 0.3; strength -= 0.5) {
      check_extended("R'G'B'A float", (EditMethod)method, strength);
      check_extended("R'G'B'A u8", (EditMethod)method, strength);
    }
  /* a clear target, another size, square and angle of the reference: by its own square's corner of which it is opaque */
  GeglBuffer *clear = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 90, 61), babl_format("R'G'B'A u8"));
  GeglBuffer *reference = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 40, 40), babl_format("R'G'B'A float"));
  const float grey[4] = {0.3f, 0.6f, 0.4f, 1};
  gegl_buffer_set_color_from_pixel(reference, GEGL_RECTANGLE(0, 0, 20, 20), grey, babl_format("R'G'B'A float"));
  for (int turn = 0; turn < 8; turn++) {
    const stylemap_placement on_target = {45, 30, 60, turn & 1 ? G_PI / 2 : 0, 0};
    const stylemap_placement on_reference = {20, 20, 40, turn & 2 ? G_PI / 2 : 0, turn >> 2};
    EditResult result = {0};
    Case c = case_for(EDIT_TRANSPLANT, clear, reference);
    c.request.extend = TRUE, c.request.edit.strength = 1;
    c.request.target.placement = &on_target, c.reference.picture.placement = &on_reference;
    CHECK(run(&c, NULL, &result, NULL));
    for (int corner = 0; corner < 4 && result.layers; corner++) {
      /* the corner's centre, 15 of 60 from the middle, in the square; that of the reference, 10 of 40 */
      double x = corner & 1 ? 15 : -15, y = corner & 2 ? 15 : -15, u = turn & 1 ? y : x, v = turn & 1 ? -x : y;
      u = turn & 4 ? -u : u;
      double rx = turn & 2 ? -v : u, ry = turn & 2 ? u : v;
      float *at = test_get(result.layers[0], GEGL_RECTANGLE((int)(45 + x), (int)(30 + y), 1, 1), "R'G'B'A float");
      CHECK(at[3] == (rx < 0 && ry < 0 ? 1.0f : 0.0f), "turn %d, corner %d: %g", turn, corner, at[3]);
      g_free(at);
    }
    edit_result_clear(&result);
  }
  /* nothing comes in there */
  GeglBuffer *aside = test_selection(90, 61, *GEGL_RECTANGLE(60, 45, 5, 5));
  Case c = case_for(EDIT_TRANSPLANT, clear, reference);
  c.request.extend = TRUE, c.request.mask.selection = aside;
  expect(c, NULL, HOST_ERROR_FAILED, "target and the reference are fully transparent");
  g_object_unref(clear), g_object_unref(reference), g_object_unref(aside);
}

/* What is said beside the result, before and after. */
static void test_notes(void) {
  static const struct { GeglRectangle on; guint8 value; const char *words[3]; } cases[] = {
    {{30, 20, 10, 10}, 255, {NULL}},
    {{2, 20, 40, 10}, 255, {"(14, 0)", NULL}},
    {{30, 20, 10, 10}, 20, {"faint", NULL}},
    {{2, 20, 40, 10}, 20, {"61 x 61", "7.8 %", NULL}},
  };
  GeglBuffer *target = test_picture(90, 61, "R'G'B' u8", 1);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GeglBuffer *selection = test_selection(90, 61, *GEGL_RECTANGLE(0, 0, 0, 0));
    EditRequest request = {.kind = EDIT_RECONSTRUCT, .target.buffer = target, .mask.selection = selection};
    EditResult result = {0};
    gegl_buffer_set_color_from_pixel(selection, &cases[i].on, &cases[i].value, babl_format("Y u8"));
    CHECK(edit_prepare(&request, &result, NULL));
    char **notes = edit_notes(&request, &result);
    guint n = 0;
    for (; cases[i].words[n]; n++) CHECK(notes[n] && strstr(notes[n], cases[i].words[n]), "%s", notes[n] ? notes[n] : "");
    CHECK(!notes[n], "%s", notes[n]);
    g_strfreev(notes);
    edit_result_clear(&result);
    g_object_unref(selection);
  }
  g_object_unref(target);
}

/* Amounts in another order are the same ones. */
static void test_amounts_in_order(void) {
  static const char *const texts[][2] = {
    {"", ""}, {"beard=1", "beard=1"}, {" smile=1.0,beard=-.5,wink=0", "beard=-0.5,smile=1"}, {"a=1,a=1.00004", "a=1,a=1"},
    {"smile, beard=1", "beard=1,smile"}, {"wink=0", ""}, {"b=2x,a=3", "a=3,b=2x"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    char *text = adjust_in_order(texts[i][0]);
    CHECK_TEXT(text, texts[i][1]);
    g_free(text);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  model_path = g_build_filename(argv[1], "tiny_LayerNorm_sp4_full.safetensors", NULL);
  gegl_init(NULL, NULL);
  test_stills();
  test_references();
  test_frames();
  test_failures();
  test_extend();
  test_notes();
  test_average();
  test_amounts_in_order();
  gegl_exit();
  g_free(model_path);
  return harness_end();
}
