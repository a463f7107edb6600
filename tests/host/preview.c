/* SPDX-License-Identifier: GPL-3.0-or-later
 * The preview's thread without a window: what it tells is the edit of the smaller pictures, the last request wins, stale
 * ones are dropped. Prints how long requests take; nothing is asked of that.
 * usage: test-host-preview MODEL */
#include "host/previews.h"
#include <glib/gstdio.h>
#include <time.h>

enum { W = 300, H = 240, SIDE = 200 };

static const char *model;
static GeglBuffer *target, *reference, *selection;

/* ------------------------------------------------------------------------------------------ requests */

static stylemap_placement place = {170, 120, SIDE, 0.2, 0}, from = {140, 110, 180, -0.1, 0};
static EditReference one;

static EditRequest request_of(EditMethod method, double strength) {
  EditRequest request = {.kind = EDIT_TRANSPLANT, .references = &one, .n_references = 1, .method = method};
  request.edit = (stylemap_edit){STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, strength};
  request.target = (EditPicture){.buffer = target, .placement = &place};
  one = (EditReference){.picture = {.buffer = reference, .placement = &from}};
  stylemap_heal_defaults(&request.heal);
  request.mask = (MaskSource){.selection = selection, .x = 7, .y = 5, .feather = 6};
  return request;
}

static guint64 ask(Preview *preview, const EditRequest *request, double scale, gboolean urgent) {
  return preview_ask(preview, &(PreviewAsk){.model = model, .request = request, .scale = scale, .urgent = urgent});
}

/* What a host would show of the edit of the smaller pictures. */
static GeglBuffer *expected(Engine *engine, const EditRequest *request, double scale) {
  ScaledCache *cache = scaled_cache_new();
  ScaledEdit scaled;
  EditResult result = {0};
  GError *error = NULL;
  scaled_edit(cache, request, scale, &scaled);
  CHECK(edit_run(engine, &scaled.request, &result, &error), "%s", error ? error->message : "");
  GeglBuffer *all = gegl_buffer_dup(scaled.request.target.buffer), *part;
  layer_composite(all, result.layers[0], result.mask.weights, &result.mask.bounds, request->extend);
  part = gegl_buffer_new(&result.mask.bounds, gegl_buffer_get_format(all));
  gegl_buffer_copy(all, &result.mask.bounds, GEGL_ABYSS_NONE, part, &result.mask.bounds);
  g_object_unref(all);
  edit_result_clear(&result);
  scaled_clear(&scaled);
  scaled_cache_free(cache);
  return part;
}

static int same(GeglBuffer *a, GeglBuffer *b) {
  const GeglRectangle *extent = gegl_buffer_get_extent(a);
  if (!gegl_rectangle_equal(extent, gegl_buffer_get_extent(b))) return 0;
  float *x = test_get(a, extent, "R'G'B'A float"), *y = test_get(b, extent, "R'G'B'A float");
  int equal = memcmp(x, y, sizeof(float) * 4 * (size_t)extent->width * (size_t)extent->height) == 0;
  g_free(x), g_free(y);
  return equal;
}

/* ------------------------------------------------------------------------------------------ scaling */

static void test_scaled(void) {
  ScaledCache *cache = scaled_cache_new();
  GeglBuffer *half = scaled_picture(cache, target, 0.5), *again = scaled_picture(cache, target, 0.5);
  GeglBuffer *whole = scaled_picture(cache, target, 1);
  CHECK(half == again && whole == target && half != target);
  CHECK(gegl_buffer_get_width(half) == W / 2 && gegl_buffer_get_height(half) == H / 2);
  CHECK(gegl_buffer_get_format(half) == gegl_buffer_get_format(target));
  /* a pixel is the mean of what it covers, but for the way from sRGB to light and back */
  float *small = test_get(half, GEGL_RECTANGLE(40, 30, 1, 1), "R'G'B' float");
  float *large = test_get(target, GEGL_RECTANGLE(80, 60, 2, 2), "R'G'B' float");
  for (int c = 0; c < 3; c++)
    CHECK_NEAR(small[c], (large[c] + large[3 + c] + large[6 + c] + large[9 + c]) / 4, 0.02);
  g_free(small), g_free(large);
  for (int i = 0; i < 20; i++) g_object_unref(scaled_picture(cache, target, 0.3 + i * 0.03)); /* more than are kept */
  CHECK(gegl_buffer_get_width(half) == W / 2);
  g_object_unref(half), g_object_unref(again), g_object_unref(whole);

  /* everything that lies on the pictures becomes smaller with them */
  EditRequest request = request_of(EDIT_HEAL, 1);
  ScaledEdit scaled;
  scaled_edit(cache, &request, 0.5, &scaled);
  CHECK(scaled.scale == 0.5 && scaled.target.side == SIDE / 2 && scaled.target.x == 85 && scaled.target.angle == 0.2);
  CHECK(scaled.request.mask.feather == 3 && scaled.request.mask.x == 0);
  CHECK_NEAR(scaled.places[0].side, SIDE / 2, 1e-9, "as many pixels as the target's");
  CHECK_NEAR(scaled.reference_scales[0], 100.0 / 180, 1e-9);
  CHECK(place.side == SIDE && from.side == 180 && request.mask.feather == 6);
  GeglRectangle selected;
  CHECK(mask_bounds(scaled.request.mask.selection, &selected) && selected.x == (80 - 7) / 2 && selected.y == (55 - 5) / 2 &&
        selected.width == 51 && selected.height == 41, "%d %d %d %d", selected.x, selected.y, selected.width,
        selected.height);
  scaled_clear(&scaled);
  request.mask.feather = MASK_BY_SIZE;
  scaled_edit(cache, &request, 0.5, &scaled);
  CHECK(scaled.request.mask.feather == MASK_BY_SIZE);
  scaled_clear(&scaled);
  request.mask.feather = 6;
  one.picture.find = TRUE;
  scaled_edit(cache, &request, 0.5, &scaled);
  CHECK(scaled.reference_scales[0] == 1 && scaled.references[0].picture.buffer == reference);
  scaled_clear(&scaled);
  scaled_edit(cache, &request, 1, &scaled);
  CHECK(scaled.request.target.buffer == target && scaled.request.mask.selection == selection &&
        scaled.request.mask.x == 7);
  scaled_clear(&scaled);
  scaled_cache_free(cache);

  /* what a session remembers of the square */
  one.picture.find = FALSE;
  scaled_copy(&request, &scaled);
  for (int i = 0; i < 8; i++) {
    ScaledEdit other;
    EditReference reference_of = one;
    EditRequest changed = request;
    stylemap_placement turned = from;
    turned.angle += 0.1;
    changed.references = &reference_of;
    changed.edit.strength = changed.heal.detail = 0.25;
    switch (i) {
    case 1: changed.mask.feather++; break;
    case 2: changed.mask.selection = reference; break;
    case 3: changed.target.placement = &turned; break;
    case 4: reference_of.picture.placement = &turned; break;
    case 5: changed.heal.start = STYLEMAP_START_COPY; break;
    case 6: changed.method = EDIT_STYLES; break;
    case 7: reference_of.region = 1; break;
    default: break;
    }
    scaled_copy(&changed, &other);
    CHECK(scaled_same_square(&scaled, &other) == (i == 0), "change %d", i);
    scaled_clear(&other);
  }
  scaled_clear(&scaled);
}

/* ----------------------------------------------------------------------------------------- what is told */

static double cpu(void) { return 1000.0 * (double)clock() / CLOCKS_PER_SEC; }

static void test_answers(void) {
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  for (EditMethod method = EDIT_STYLES; method <= EDIT_HEAL; method++) {
    EditRequest request = request_of(method, 0.9);
    guint64 number = preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.6, .choose = TRUE,
                                                               .coarse = TRUE, .urgent = TRUE});
    wait_for(&log, number);
    if (log.coarse && !log.done) wait_for(&log, number); /* the coarse one came first */
    CHECK(log.models == 1 && log.coarse <= 1 && log.drafts <= (method == EDIT_HEAL) && log.done == 1 && log.failed == 0, "%d %d %d %d", log.models, log.coarse,
          log.done, log.failed);
    CHECK(log.thread == g_thread_self() && log.scale == 0.6 && preview_progress(preview) == 1);
    GeglBuffer *right = expected(own, &request, 0.6);
    CHECK(log.picture && same(log.picture, right));
    g_object_unref(right);
    clear(&log);
    for (int i = 0; i < 5; i++) { /* other strengths: neither model nor coarse pictures again */
      request.edit.strength = 0.8 - 0.1 * i;
      double before = cpu();
      wait_for(&log, ask(preview, &request, 0.6, FALSE));
      printf("%s, %d pixels: another strength after %.0f ms, %.0f ms of all processors\n",
             method == EDIT_HEAL ? "heal" : "styles", (int)(SIDE * 0.6), (double)log.time / 1000, cpu() - before);
    }
    CHECK(log.done == 5 && log.models == 0 && log.coarse == 0 && log.drafts == 0);
    clear(&log);
  }
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
}

static void test_last_wins(void) {
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  for (int urgent = 0; urgent < 2; urgent++) {
    EditRequest request = request_of(EDIT_HEAL, 1);
    guint64 number = 0;
    int asked = 0;
    for (double strength = 0.02; strength < 1; strength += 0.02, asked++) {
      request.edit.strength = strength;
      number = ask(preview, &request, 0.5, urgent);
      if (urgent) log.least = number;
      g_main_context_iteration(NULL, FALSE);
    }
    wait_for(&log, number);
    GeglBuffer *right = expected(own, &request, 0.5);
    CHECK(log.picture && same(log.picture, right));
    g_object_unref(right);
    CHECK(log.done < asked / 2 && log.failed == 0, "%d of %d were drawn", log.done, asked);
    for (int i = 1; i < log.n; i++) CHECK(log.order[i] >= log.order[i - 1]);
    printf("%d of %d %s requests were drawn, the last after %.0f ms\n", log.done, asked, urgent ? "urgent" : "patient",
           (double)log.time / 1000);
    int told = log.n;
    rest(300);
    CHECK(log.n == told, "nothing follows the last");
    clear(&log);
  }
  /* what is drawn for somewhere else is of no use once it moved */
  EditRequest request = request_of(EDIT_HEAL, 1);
  guint64 first = ask(preview, &request, 0.5, FALSE);
  g_usleep(20000);
  place.x -= 3;
  guint64 second = ask(preview, &request, 0.5, TRUE);
  wait_for(&log, second);
  for (int i = 0; i < log.n; i++) CHECK(log.order[i] != first);
  clear(&log);
  /* nor what is drawn already, and waits to be told */
  for (int i = 0; i < 3; i++) {
    ask(preview, &request, 0.5, FALSE);
    while (preview_progress(preview) < 1) g_usleep(1000);
    place.x += 1;
    log.least = ask(preview, &request, 0.5, TRUE);
    wait_for(&log, log.least);
    CHECK(log.done == i + 1, "%d told", log.done);
  }
  clear(&log);
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
}

/* How the edit of the smaller pictures is healed. */
static stylemap_heal_report healed(Engine *engine, const EditRequest *request, double scale) {
  ScaledCache *cache = scaled_cache_new();
  ScaledEdit scaled;
  EditResult result = {0};
  scaled_edit(cache, request, scale, &scaled);
  CHECK(edit_run(engine, &scaled.request, &result, NULL));
  stylemap_heal_report report = result.healed;
  edit_result_clear(&result);
  scaled_clear(&scaled);
  scaled_cache_free(cache);
  return report;
}

/* Of frames one is seen. */
static void test_frames(void) {
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  EditRequest request = request_of(EDIT_STYLES, 1);
  request.kind = EDIT_INTERPOLATE;
  request.frames = 5;
  for (request.single = 2; request.single <= 4; request.single += 2) {
    clear(&log);
    wait_for(&log, ask(preview, &request, 0.5, FALSE));
    CHECK(log.done == 1 && !log.coarse && !log.drafts);
    EditRequest other = request;
    other.single = 3;
    GeglBuffer *right = expected(own, &request, 0.5), *wrong = expected(own, &other, 0.5);
    CHECK(same(log.picture, right) && !same(log.picture, wrong), "frame %d", request.single);
    g_object_unref(right), g_object_unref(wrong);
  }
  clear(&log);
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
}

/* Of another mask or place a healed edit is seen as a draft first, and that is a round as the edit before was healed; once it is
 * seen, the rest of what is not asked for any more is not waited for. */
static void test_drafts(void) {
  enum { TRIES = 8 };
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  int seen = 0, whole = 0;
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  EditRequest request = request_of(EDIT_HEAL, 1);
  wait_for(&log, ask(preview, &request, 0.5, FALSE));
  CHECK(log.feather == request.mask.feather, "%g", log.feather);
  request.mask.feather = MASK_BY_SIZE;
  wait_for(&log, ask(preview, &request, 0.5, FALSE));
  CHECK(log.failed == 0 && fabs(log.feather - SIDE / 128.0) < 0.05, "%g", log.feather);
  for (int i = 0; i < TRIES; i++) {
    EditRequest draft = request;
    const stylemap_heal_report report = healed(own, &request, 0.5);
    clear(&log);
    request.mask.feather = draft.mask.feather = 8 + i;
    wait_for(&log, ask(preview, &request, 0.5, FALSE));
    CHECK(log.done == 1 && log.drafts <= 1 && log.coarse <= 1, "coarse where drafts take long");
    if (!log.draft) continue; /* the whole came before anybody looked */
    seen++;
    stylemap_heal_as_reported(&draft.heal, &report);
    draft.heal.rounds = 1;
    GeglBuffer *right = expected(own, &draft, 0.5), *all = expected(own, &request, 0.5);
    CHECK(same(log.draft, right) && same(log.picture, all), "draft %d", i);
    g_object_unref(right), g_object_unref(all);
  }
  CHECK(seen > 0, "no draft was seen in %d", TRIES);
  clear(&log);
  for (int i = 0; i < TRIES; i++) {
    request.mask.feather = 21 + 2 * i;
    const guint64 first = ask(preview, &request, 0.5, FALSE);
    for (int k = 0; k < 3000 && !log.drafts && !log.done; k++) rest(1);
    request.mask.feather++;
    wait_for(&log, ask(preview, &request, 0.5, FALSE));
    whole += log.done > 1;
    CHECK(log.failed == 0 && log.order[0] == first);
    clear(&log);
  }
  CHECK(whole < TRIES / 2, "%d of %d were drawn to their end after their draft was seen", whole, TRIES);
  /* what moves all the time is seen as it moves, although each place is another's before it is drawn */
  guint64 last = 0;
  for (int i = 0; i < 60; i++) {
    place.x += i % 2 ? 0.5 : -0.5;
    last = preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .coarse = TRUE});
    rest(8);
  }
  const int before = log.coarse;
  wait_for(&log, last);
  CHECK(before > 1 && log.done < 10, "%d of 60 were seen, %d to their end", before, log.done);
  printf("of 60 places in .48 s %d were seen at once; a draft of %d edits of %d\n", before, seen, TRIES);
  clear(&log);
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
}

/* A large model's draft is of a part: near what it stands for, and followed by the edit itself. */
static void test_drafts_in_part(void) {
  static const stylemap_architecture large = {256, 8, 32, 64, 16384, 0, 2, 0.01};
  const char *before = model;
  g_autofree char *folder = g_dir_make_tmp("stylemap-preview-XXXXXX", NULL), *path = g_build_filename(folder, "large.safetensors", NULL);
  GeglBuffer *known = selection;
  stylemap_model *made = NULL;
  stylemap_error error;
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  CHECK(stylemap_model_random(&large, 3, &made, &error) == STYLEMAP_OK && stylemap_save(made, path, NULL, NULL, &error) == STYLEMAP_OK);
  stylemap_close(made);
  model = path;
  selection = test_selection(W + 20, H + 20, *GEGL_RECTANGLE(100, 75, 31, 21));
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  EditRequest request = request_of(EDIT_HEAL, 1);
  int seen = 0;
  for (int i = 0; i < 4; i++) {
    EditRequest draft = request;
    stylemap_heal_report report = {0};
    if (i) report = healed(own, &request, 0.5);
    clear(&log);
    request.mask.feather = draft.mask.feather = 4 + i;
    wait_for(&log, ask(preview, &request, 0.5, FALSE));
    GeglBuffer *all = expected(own, &request, 0.5);
    CHECK(log.done == 1 && log.failed == 0 && same(log.picture, all), "the edit itself, %d", i);
    g_object_unref(all);
    if (!log.draft || !i) continue;
    seen++;
    stylemap_heal_as_reported(&draft.heal, &report);
    draft.heal.rounds = 1;
    GeglBuffer *whole = expected(own, &draft, 0.5);
    const GeglRectangle *extent = gegl_buffer_get_extent(whole);
    float *a = test_get(whole, extent, "R'G'B'A float"), *b = test_get(log.draft, extent, "R'G'B'A float");
    double most = 0;
    for (int k = 0; k < 4 * extent->width * extent->height; k++) most = fmax(most, fabs(a[k] - b[k]));
    CHECK(most < 0.03, "draft %d is off by %g", i, most);
    g_free(a), g_free(b);
    g_object_unref(whole);
  }
  CHECK(seen > 0, "no draft was seen");
  clear(&log);
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
  g_object_unref(selection);
  selection = known, model = before;
  CHECK(g_unlink(path) == 0 && g_rmdir(folder) == 0);
}

/* Other ways to make an edit: what each would make, and nothing of them once something else is asked for. */
static void test_variants(void) {
  static const PreviewVariant variants[] = {{EDIT_HEAL, STYLEMAP_START_COPY}, {EDIT_STYLES, STYLEMAP_START_FIT}};
  enum { N = G_N_ELEMENTS(variants) };
  Engine *engine = NULL, *own = NULL;
  Log log = {0};
  CHECK(engine_open(&own, model, 0, NULL, NULL, NULL));
  Preview *preview = preview_new(&engine, hear, &log);
  EditRequest request = request_of(EDIT_HEAL, 1);
  const PreviewAsk all = {.model = model, .request = &request, .scale = 0.5, .variants = variants, .n_variants = N, .variant_scale = 0.3};
  wait_for(&log, preview_ask(preview, &all));
  for (int k = 0; k < 1000 && log.variants < N; k++) rest(20);
  CHECK(log.variants == N && log.done == 1 && log.failed == 0 && preview_progress(preview) == 1, "%d", log.variants);
  for (int i = 0; i < N && log.variant[i]; i++) {
    request.method = variants[i].method;
    request.heal.start = variants[i].start;
    GeglBuffer *right = expected(own, &request, 0.3), *part;
    const GeglRectangle *bounds = gegl_buffer_get_extent(right), *area = gegl_buffer_get_extent(log.variant[i]);
    CHECK(gegl_rectangle_contains(area, bounds) && area->width > bounds->width);
    part = gegl_buffer_new(bounds, gegl_buffer_get_format(right));
    gegl_buffer_copy(log.variant[i], bounds, GEGL_ABYSS_NONE, part, bounds);
    CHECK(same(part, right), "variant %d", i);
    g_object_unref(part);
    g_object_unref(right);
  }
  clear(&log);

  request = request_of(EDIT_HEAL, 0.9);
  preview_ask(preview, &all);
  while (!log.done) g_main_context_iteration(NULL, TRUE);
  int before = log.variants;
  guint64 last = ask(preview, &request, 0.5, FALSE);
  wait_for(&log, last);
  CHECK(log.variants <= before + 1 && log.done == 2, "%d of them after %d", log.variants, before);
  rest(300);
  CHECK(log.variants < N);
  clear(&log);
  preview_free(preview);
  engine_free(engine);
  engine_free(own);
}

static void test_wishes(void) {
  Engine *engine = NULL;
  Log log = {0};
  Preview *preview = preview_new(&engine, hear, &log);
  EditRequest request = request_of(EDIT_HEAL, 1);
  /* which model is not forgotten because something else was asked for before it came to that */
  preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .choose = TRUE, .urgent = TRUE});
  preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .urgent = TRUE});
  wait_for(&log, ask(preview, &request, 0.5, TRUE));
  CHECK(log.models == 1 && log.failed == 0);
  clear(&log);

  /* what cannot be done is said, and the next request is answered */
  GeglBuffer *nothing = test_selection(W, H, *GEGL_RECTANGLE(0, 0, 1, 1));
  request.mask.selection = nothing;
  wait_for(&log, ask(preview, &request, 0.5, TRUE));
  CHECK(log.failed == 1 && log.error && *log.error);
  request.mask.selection = selection;
  wait_for(&log, ask(preview, &request, 0.5, TRUE));
  CHECK(log.failed == 1 && log.done == 1 && !log.error);
  clear(&log);
  g_object_unref(nothing);
  wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = "/nowhere.safetensors", .request = &request, .scale = 0.5,
                                                       .choose = TRUE, .urgent = TRUE}));
  CHECK(log.failed == 1 && strstr(log.error, "/nowhere.safetensors"));
  clear(&log);
  wait_for(&log, ask(preview, &request, 0.5, TRUE));
  CHECK(log.models == 1 && log.done == 1);
  clear(&log);

  /* a subject that was looked for and is not there: that is told, and the picture is drawn all the same */
  wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .find = TRUE, .urgent = TRUE}));
  CHECK(log.found == 1 && !log.sure && log.done == 1 && log.picture);
  clear(&log);

  /* what is not drawn any more is told nothing of, and what was asked of the model before is */
  for (int i = 0; i < 4; i++) {
    EditRequest none = {.kind = EDIT_INTERPOLATE, .target = request.target};
    preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .choose = TRUE, .urgent = TRUE});
    g_usleep(i * i * 2000);
    ask(preview, &none, 1, TRUE);
    for (int k = 0; k < 600 && !log.models; k++) rest(20);
    rest(100);
    CHECK(log.n == 0 && log.models >= 1, "%d pictures, %d models", log.n, log.models);
    clear(&log);
  }
  preview_free(preview);

  /* freed at any time */
  for (int i = 0; i < 10; i++) {
    preview = preview_new(&engine, hear, &log);
    preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .choose = i % 3 == 0, .coarse = TRUE,
                                       .find = i % 3 == 1, .urgent = TRUE});
    g_usleep(i * i * 1500);
    preview_free(preview);
    rest(10);
    CHECK(log.n == 0);
  }
  preview_free(NULL);
  engine_free(engine);
  CHECK(G_OBJECT(target)->ref_count == 1 && G_OBJECT(reference)->ref_count == 1 && G_OBJECT(selection)->ref_count == 1);
}

/* Pages of this process. */
static long resident(void) {
  long size = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!CHECK(file && fscanf(file, "%ld %ld", &size, &pages) == 2)) return 1;
  fclose(file);
  return pages;
}

/* STYLEMAP_PREVIEWS (120) in one dialog: after the last as much memory as after the 60th, when each kind was asked for once,
 * within 5 %. */
static void test_many(void) {
  const char *asked = getenv("STYLEMAP_PREVIEWS");
  const int most = asked ? atoi(asked) : 120;
  Engine *engine = NULL;
  Log log = {0};
  long early = 1;
  Preview *preview = preview_new(&engine, hear, &log);
  for (int i = 1; i <= most; i++) {
    EditRequest request = request_of(i % 3 ? EDIT_STYLES : EDIT_HEAL, 0.5 + 0.4 * (i % 7) / 7);
    place.x = 150 + i % 40;
    from.angle = 0.01 * (i % 30);
    request.mask.feather = i % 11;
    wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.3 + 0.1 * (i % 4),
                                                             .choose = i % 10 == 0, .coarse = i % 2, .urgent = i % 5 == 0}));
    clear(&log);
    if (i == 60) early = resident();
  }
  printf("%d previews: %ld pages after the 60th, %ld after the last\n", most, early, resident());
  CHECK(most < 60 || (double)resident() / (double)early <= 1.05);
  preview_free(preview);
  engine_free(engine);
}

/* Of a layer that changed (the dialog reads another buffer) no pixels are kept once the new ones are drawn. */
static void test_let_go(void) {
  Engine *engine = NULL;
  Log log = {0};
  GeglBuffer *known = target, *taken = reference, *old[2] = {gegl_buffer_dup(target), gegl_buffer_dup(reference)};
  Preview *preview = preview_new(&engine, hear, &log);
  target = old[0], reference = old[1];
  for (int i = 0; i < 2; i++) {
    EditRequest request = request_of(i ? EDIT_STYLES : EDIT_HEAL, 1);
    one.picture.find = 1;
    g_object_add_weak_pointer(G_OBJECT(old[i]), (gpointer *)&old[i]);
    wait_for(&log, preview_ask(preview, &(PreviewAsk){.model = model, .request = &request, .scale = 0.5, .choose = TRUE, .urgent = TRUE}));
    clear(&log);
  }
  g_object_unref(old[0]), g_object_unref(old[1]);
  target = known, reference = taken;
  EditRequest request = request_of(EDIT_STYLES, 1);
  wait_for(&log, ask(preview, &request, 0.5, TRUE));
  clear(&log);
  rest(100); /* the job itself goes, too */
  CHECK(!old[0] && !old[1], "%d, %d", old[0] != NULL, old[1] != NULL);
  preview_free(preview);
  engine_free(engine);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  model = argv[1];
  gegl_init(NULL, NULL);
  target = test_picture(W, H, "R'G'B' u8", 2);
  reference = test_picture(320, 260, "R'G'B' u8", 5);
  selection = test_selection(W + 20, H + 20, *GEGL_RECTANGLE(80, 55, 101, 81));
  test_scaled();
  test_answers();
  test_last_wins();
  test_frames();
  test_drafts();
  test_drafts_in_part();
  test_variants();
  test_wishes();
  test_let_go();
  test_many();
  g_object_unref(target), g_object_unref(reference), g_object_unref(selection);
  gegl_exit();
  return harness_end();
}
