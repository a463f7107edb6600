/* SPDX-License-Identifier: GPL-3.0-or-later
 * job.c against the same steps by hand, and models.c's search.
 * usage: test-job GOLDEN_FOLDER */
#include <glib/gstdio.h>

#include "host/hosts.h"

static char *model_path, *scratch;

typedef struct { int calls, stop_at, other_thread; double last; GThread *thread; } Watch;

static gboolean watch(const gchar *phase, gdouble fraction, gpointer data) {
  Watch *w = data;
  w->calls++;
  CHECK(phase && *phase);
  CHECK(fraction >= w->last && fraction <= 1, "%g after %g", fraction, w->last);
  CHECK(g_thread_self() == w->thread);
  w->last = fraction;
  return w->stop_at == 0 || w->calls < w->stop_at;
}

static JobRequest request_for(JobKind kind, GeglBuffer *target, GeglBuffer *reference) {
  return (JobRequest){.kind = kind, .model = model_path, .target = target, .reference = reference, .threads = 1,
                      .edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 0.75}, .frames = 3};
}

/* ----------------------------------------------------------------------------------------- mask */

static void test_mask(void) {
  GeglBuffer *mask = NULL;
  GeglRectangle bounds;
  GError *error = NULL;
  /* Without a selection: the centred square. */
  CHECK(job_mask(NULL, 0, 0, 9, 100, 60, &mask, &bounds, &error));
  CHECK(gegl_rectangle_equal_coords(&bounds, 20, 0, 60, 60), "%d %d %d %d", bounds.x, bounds.y, bounds.width, bounds.height);
  g_clear_object(&mask);
  /* Odd differences: the square lies on whole pixels. */
  CHECK(job_mask(NULL, 0, 0, 0, 101, 60, &mask, &bounds, &error));
  CHECK(gegl_rectangle_equal_coords(&bounds, 20, 0, 60, 60));
  g_clear_object(&mask);
  /* The layer lies at (-30, 15) on the image: layer pixel + (-30, 15) = selection pixel. */
  GeglBuffer *selection = test_selection(200, 200, *GEGL_RECTANGLE(10, 30, 15, 20));
  CHECK(job_mask(selection, -30, 15, 0, 100, 60, &mask, &bounds, &error));
  CHECK(gegl_rectangle_equal_coords(&bounds, 40, 15, 15, 20), "%d %d %d %d", bounds.x, bounds.y, bounds.width, bounds.height);
  float corner;
  gegl_buffer_get(mask, GEGL_RECTANGLE(40, 15, 1, 1), 1.0, babl_format("Y float"), &corner, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  CHECK(corner == 1);
  stylemap_layer layer = job_mask_layer(mask, 100, 60);
  float four[4];
  CHECK(layer.read(layer.data, 38, 20, 4, 1, four) == 0);
  CHECK(four[0] == 0 && four[1] == 0 && four[2] == 1 && four[3] == 1);
  g_clear_object(&mask);
  /* Cut at the square's edge, feathered beyond the selection. */
  CHECK(job_mask(selection, 0, 0, 7, 60, 100, &mask, &bounds, &error));
  CHECK(bounds.y >= 20 && bounds.y + bounds.height <= 80 && bounds.x < 10 && bounds.x + bounds.width > 25);
  g_clear_object(&mask);
  /* It misses. */
  CHECK(!job_mask(selection, 0, 0, 0, 300, 60, &mask, &bounds, &error) && !mask);
  CHECK(g_error_matches(error, HOST_ERROR, HOST_ERROR_FAILED) && strstr(error->message, "60 x 60") &&
        strstr(error->message, "(120, 0)"), "%s", error ? error->message : "");
  g_clear_error(&error);
  g_object_unref(selection);
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

static float *hand_sample(const Hand *h, GeglBuffer *buffer) {
  stylemap_layer layer = layer_of_picture(buffer);
  stylemap_placement placement;
  float *image = g_new(float, h->count);
  stylemap_fit(layer.width, layer.height, &placement);
  CHECK(stylemap_sample(&layer, &placement, h->info->size, image, NULL) == STYLEMAP_OK);
  return image;
}

/* The layer's pixels must be the image pasted into the target; where the mask is 0 nothing is asked. */
static void check_layer(const Hand *h, GeglBuffer *target, const JobResult *result, int index, const float *image) {
  const GeglRectangle *b = &result->bounds;
  GeglBuffer *want = gegl_buffer_new(b, babl_format("R'G'B'A float"));
  stylemap_layer from = layer_of_picture(target), to = layer_of_picture(want);
  stylemap_placement placement;
  to.width = from.width, to.height = from.height;
  stylemap_fit(from.width, from.height, &placement);
  CHECK(stylemap_paste(image, h->info->size, &placement, &from, b->x, b->y, b->width, b->height, &to, NULL) == STYLEMAP_OK);
  CHECK(gegl_rectangle_equal(gegl_buffer_get_extent(result->layers[index]), b));
  float *v = test_get(want, b, "R'G'B'A float"), *w = test_get(result->layers[index], b, "R'G'B'A float");
  CHECK(memcmp(v, w, sizeof(float) * 4 * (size_t)b->width * (size_t)b->height) == 0);
  g_free(v), g_free(w);
  g_object_unref(want);
}

static gboolean same_report(const stylemap_refine_report *a, const stylemap_refine_report *b) {
  return a->before == b->before && a->after == b->after && a->steps == b->steps;
}

static void test_runs(void) {
  Hand h = hand_open();
  GeglBuffer *target = test_picture(90, 61, "R'G'B'A u16", 1), *reference = test_picture(50, 70, "RGB float", 4);
  GeglBuffer *selection = test_selection(120, 120, *GEGL_RECTANGLE(45, 30, 30, 20));
  float *t = hand_sample(&h, target), *r = hand_sample(&h, reference), *image = g_new(float, h.count);
  float *mask = g_new(float, h.count / 3);
  GError *error = NULL;
  JobResult result;
  Watch w = {.thread = g_thread_self()};

  /* transplant */
  JobRequest request = request_for(JOB_TRANSPLANT, target, reference);
  request.selection = selection, request.selection_x = 5, request.selection_y = 10, request.feather = 6;
  CHECK(job_run(&request, watch, &w, &result, &error), "%s", error ? error->message : "");
  CHECK(w.calls > 0 || w.last >= 0);
  CHECK(result.n_layers == 1 && !result.whole && result.error < 0);
  GeglBuffer *hand_mask = NULL;
  GeglRectangle bounds;
  CHECK(job_mask(selection, 5, 10, 6, 90, 61, &hand_mask, &bounds, NULL) && gegl_rectangle_equal(&bounds, &result.bounds));
  stylemap_layer mask_layer = job_mask_layer(hand_mask, 90, 61);
  stylemap_placement placement;
  stylemap_fit(90, 61, &placement);
  CHECK(stylemap_sample_mask(&mask_layer, &placement, h.info->size, mask, NULL) == STYLEMAP_OK);
  CHECK(stylemap_transplant(h.session, t, r, mask, &request.edit, image, NULL) == STYLEMAP_OK);
  check_layer(&h, target, &result, 0, image);
  job_result_clear(&result);
  CHECK(!result.layers && !result.mask && result.n_layers == 0);

  /* reconstruct, without a selection */
  request = request_for(JOB_RECONSTRUCT, target, NULL);
  CHECK(job_run(&request, NULL, NULL, &result, &error));
  CHECK(result.whole && gegl_rectangle_equal_coords(&result.bounds, 14, 0, 61, 61), "%d %d", result.bounds.x, result.bounds.width);
  CHECK(stylemap_reconstruct(h.session, t, image, NULL) == STYLEMAP_OK);
  CHECK_NEAR(result.error, stylemap_mse(image, t, h.count), 0);
  check_layer(&h, target, &result, 0, image);
  double mse = -1, usual = 0;
  CHECK(job_probe(&request, NULL, NULL, &mse, &usual, &error) && usual < 0);
  CHECK_NEAR(mse, result.error, 0);
  job_result_clear(&result);

  /* refined: the same boxes by hand; progress that only rises */
  const stylemap_refine_options refine = {.steps = 4, .offsets = 1};
  stylemap_pyramid *a = NULL, *b = NULL;
  stylemap_refine_report report[2];
  CHECK(stylemap_pyramid_new(h.model, &a, NULL) == STYLEMAP_OK && stylemap_pyramid_new(h.model, &b, NULL) == STYLEMAP_OK);
  CHECK(stylemap_refine(h.session, t, &refine, a, &report[0], NULL) == STYLEMAP_OK);
  CHECK(stylemap_refine(h.session, r, &refine, b, &report[1], NULL) == STYLEMAP_OK);
  request = request_for(JOB_RECONSTRUCT, target, NULL);
  request.refine = 4;
  CHECK(job_run(&request, NULL, NULL, &result, &error) && result.n_refined == 1);
  CHECK(same_report(&result.refined[0], &report[0]) && report[0].after < report[0].before);
  CHECK(stylemap_synth(h.session, a, image, NULL) == STYLEMAP_OK);
  check_layer(&h, target, &result, 0, image);
  job_result_clear(&result);
  request = request_for(JOB_TRANSPLANT, target, reference);
  request.refine = 4;
  request.selection = selection, request.selection_x = 5, request.selection_y = 10, request.feather = 6;
  w = (Watch){.thread = g_thread_self()};
  CHECK(job_run(&request, watch, &w, &result, &error) && result.n_refined == 2, "%s", error ? error->message : "");
  CHECK(same_report(&result.refined[0], &report[0]), "%.17g %.17g, not %.17g %.17g", result.refined[0].before, result.refined[0].after, report[0].before, report[0].after);
  CHECK(same_report(&result.refined[1], &report[1]), "%.17g %.17g, not %.17g %.17g", result.refined[1].before, result.refined[1].after, report[1].before, report[1].after);
  CHECK(stylemap_blend(a, b, mask, request.edit.rule, request.edit.strength, NULL) == STYLEMAP_OK);
  CHECK(stylemap_synth(h.session, a, image, NULL) == STYLEMAP_OK);
  check_layer(&h, target, &result, 0, image);
  job_result_clear(&result);
  stylemap_pyramid_free(a), stylemap_pyramid_free(b);

  /* interpolate: the ends are the two reconstructions, in both spaces */
  for (int space = 0; space < 2; space++) {
    request = request_for(JOB_INTERPOLATE, target, reference);
    request.edit.space = (stylemap_space)space;
    CHECK(job_run(&request, NULL, NULL, &result, &error) && result.n_layers == 3);
    CHECK(stylemap_reconstruct(h.session, t, image, NULL) == STYLEMAP_OK);
    check_layer(&h, target, &result, 0, image);
    float *first = test_get(result.layers[0], &result.bounds, "R'G'B'A float");
    float *middle = test_get(result.layers[1], &result.bounds, "R'G'B'A float");
    CHECK(memcmp(first, middle, sizeof(float) * 4 * (size_t)result.bounds.width * (size_t)result.bounds.height) != 0);
    g_free(first), g_free(middle);
    if (space == 1) {
      CHECK(stylemap_reconstruct(h.session, r, image, NULL) == STYLEMAP_OK);
      check_layer(&h, target, &result, 2, image);
    }
    job_result_clear(&result);
  }
  g_free(t), g_free(r), g_free(image), g_free(mask);
  g_object_unref(hand_mask), g_object_unref(target), g_object_unref(reference), g_object_unref(selection);
  stylemap_session_free(h.session);
  stylemap_close(h.model);
}

/* ---------------------------------------------------------------------------------------- failures */

static void expect(const JobRequest *request, Watch *w, int code, const char *word) {
  JobResult result;
  GError *error = NULL;
  memset(&result, 0x55, sizeof result);
  CHECK(!job_run(request, w ? watch : NULL, w, &result, &error) && error, "%s", word);
  CHECK(!result.layers && !result.mask && result.n_layers == 0, "%s: something is left", word);
  if (error) {
    if (code >= 0) CHECK(g_error_matches(error, HOST_ERROR, code), "%s", error->message);
    CHECK(strstr(error->message, word), "%s lacks %s", error->message, word);
  }
  g_clear_error(&error);
}

static void test_failures(void) {
  GeglBuffer *target = test_picture(90, 61, "R'G'B' u8", 1), *reference = test_picture(50, 70, "R'G'B' u8", 4);
  JobRequest request = request_for(JOB_TRANSPLANT, target, NULL);
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "reference");
  request = request_for(JOB_TRANSPLANT, NULL, reference);
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "target");
  request = request_for(JOB_INTERPOLATE, target, reference);
  request.frames = 1;
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "frames");
  request = request_for(JOB_TRANSPLANT, target, reference);
  request.feather = -1;
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "feather");
  request = request_for(JOB_TRANSPLANT, target, reference);
  request.edit.strength = 2;
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "");
  request = request_for(JOB_RECONSTRUCT, target, NULL);
  request.refine = -1;
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "steps of refinement");
  request = request_for(JOB_TRANSPLANT, target, reference);
  request.refine = 5, request.edit.space = STYLEMAP_SPACE_W;
  expect(&request, NULL, HOST_ERROR_ARGUMENT, "w+");
  request = request_for(JOB_RECONSTRUCT, target, NULL);
  request.model = "./nothing.pt";
  expect(&request, NULL, HOST_ERROR_FAILED, "nothing.pt");
  request.model = "nobody";
  expect(&request, NULL, -1, "nobody");
  GeglBuffer *aside = test_selection(90, 61, *GEGL_RECTANGLE(0, 0, 5, 5));
  request = request_for(JOB_RECONSTRUCT, target, NULL);
  request.selection = aside;
  expect(&request, NULL, HOST_ERROR_FAILED, "61 x 61");
  g_object_unref(aside);
  /* Cancelled at the first word; many frames, so that there is something to cancel. */
  request = request_for(JOB_INTERPOLATE, target, reference);
  request.frames = 1000;
  Watch w = {.thread = g_thread_self(), .stop_at = 1};
  expect(&request, &w, HOST_ERROR_CANCELLED, "");
  CHECK(w.calls == 1, "asked %d times after a no", w.calls);
  /* and in the middle of a refinement that would take hours */
  request = request_for(JOB_TRANSPLANT, target, reference);
  request.refine = 100000;
  w = (Watch){.thread = g_thread_self(), .stop_at = 10};
  expect(&request, &w, HOST_ERROR_CANCELLED, "");
  g_object_unref(target), g_object_unref(reference);
}

/* ------------------------------------------------------------------------------------------ models */

static void copy(const char *from, const char *to) {
  char *data = NULL;
  gsize size = 0;
  CHECK(g_file_get_contents(from, &data, &size, NULL) && g_file_set_contents(to, data, (gssize)size, NULL), "%s", to);
  g_free(data);
}

static void test_models(void) {
  char *folder = g_build_filename(scratch, "data", "stylemap", "models", NULL);
  char *config = g_build_filename(scratch, "config", "stylemap", NULL);
  CHECK(g_mkdir_with_parents(folder, 0777) == 0 && g_mkdir_with_parents(config, 0777) == 0);
  static const char *const files[] = {"zebra.pt", "apple.safetensors", "apple.pt", "toon-portraits-256.safetensors",
                                      "toon-portraits-128.safetensors", "notes.txt", ".pt"};
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    char *path = g_build_filename(folder, files[i], NULL);
    copy(model_path, path);
    g_free(path);
  }
  char **names = models_list();
  char *list = g_strjoinv(" ", names);
  /* Other folders of the search may hold models of this machine. */
  CHECK(strstr(list, "apple") && strstr(list, "zebra") && !strstr(list, "apple apple") && !strstr(list, "notes"), "%s", list);
  for (int i = 0; names[i] && names[i + 1]; i++) CHECK(strcmp(names[i], names[i + 1]) < 0, "%s", list);
  g_free(list);
  g_strfreev(names);

  static const char *const found[][2] = {{"apple", "apple.safetensors"}, {"zebra", "zebra.pt"}, {"", "toon-portraits-128.safetensors"}};
  for (size_t i = 0; i < G_N_ELEMENTS(found); i++) {
    char *want = g_build_filename(folder, found[i][1], NULL), *got = models_find(found[i][0], NULL);
    CHECK_TEXT(got, want);
    g_free(want), g_free(got);
  }
  static const char *const paths[] = {"a/b", "x.pt", "y.safetensors", "/tmp/z.pt"};
  for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
    char *got = models_find(paths[i], NULL);
    CHECK_TEXT(got, paths[i]);
    g_free(got);
  }
  char *settings = g_build_filename(config, "settings.ini", NULL);
  CHECK(g_file_set_contents(settings, "[stylemap]\nmodel= zebra \n", -1, NULL));
  char *got = models_find("", NULL), *want = g_build_filename(folder, "zebra.pt", NULL);
  CHECK_TEXT(got, want);
  g_free(got), g_free(want);
  GError *error = NULL;
  CHECK(g_file_set_contents(settings, "[stylemap]\nmodel=lost\n", -1, NULL));
  CHECK(!models_find(NULL, &error) && strstr(error->message, "lost") && strstr(error->message, settings));
  g_clear_error(&error);
  CHECK(!models_find("nobody", &error) && strstr(error->message, "nobody") && strstr(error->message, "apple") &&
        strstr(error->message, folder));
  g_clear_error(&error);
  g_unlink(settings);

  /* What the model says of itself reaches the host. */
  stylemap_model *model = NULL;
  stylemap_save_options options = {0, (const char *const[]){"heldout_mse", "0.0125", NULL}};
  char *saved = g_build_filename(folder, "usual.safetensors", NULL);
  CHECK(stylemap_open(model_path, 0, NULL, NULL, &model, NULL) == STYLEMAP_OK);
  CHECK(stylemap_save(model, saved, &options, NULL, NULL) == STYLEMAP_OK);
  stylemap_close(model);
  GeglBuffer *target = test_picture(40, 40, "R'G'B' u8", 1);
  JobRequest request = request_for(JOB_TRANSPLANT, target, NULL); /* a probe needs no reference */
  request.model = "usual";
  double mse = -1, usual = -1;
  CHECK(job_probe(&request, NULL, NULL, &mse, &usual, NULL) && mse > 0);
  CHECK_NEAR(usual, 0.0125, 0);
  g_object_unref(target);
  g_free(saved), g_free(settings), g_free(folder), g_free(config);
}

static void remove_all(const char *path) {
  GDir *dir = g_dir_open(path, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name(dir));) {
    char *inner = g_build_filename(path, name, NULL);
    remove_all(inner);
    g_free(inner);
  }
  if (dir) g_dir_close(dir);
  g_remove(path);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  scratch = g_dir_make_tmp("stylemap-job-XXXXXX", NULL);
  static const char *const homes[][2] = {{"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", "config"}, {"XDG_CACHE_HOME", "cache"}};
  for (size_t i = 0; i < G_N_ELEMENTS(homes); i++) {
    char *path = g_build_filename(scratch, homes[i][1], NULL);
    g_setenv(homes[i][0], path, TRUE);
    g_free(path);
  }
  model_path = g_build_filename(argv[1], "tiny_LayerNorm_sp4_full.safetensors", NULL);
  gegl_init(NULL, NULL);
  test_mask();
  test_runs();
  test_failures();
  test_models();
  gegl_exit();
  remove_all(scratch);
  g_free(scratch), g_free(model_path);
  return harness_end();
}
