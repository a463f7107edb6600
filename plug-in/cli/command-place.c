/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap place, stylemap learn-place: where the model's subject lies in a picture, and how a model comes to know it. */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

#include "cli/cli.h"
#include "cli/train/train.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/models.h"
#include "host/place.h"
#include "host/say.h"

/* ------------------------------------------------------------------------------------------- place */

static void print_place(const stylemap_placement *p, Find by, const stylemap_place_report *report, gint faces, gboolean json) {
  const gdouble values[] = { p->x, p->y, p->side, p->angle * 180 / G_PI };
  const gchar *const names[] = { "x", "y", "side", "angle" };
  Number number;
  for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
    const gchar *text = cli_number(&number, "%.4f", values[i] == 0 ? 0 : values[i]);
    if (json) g_print("%s\"%s\": %s", i ? ", " : "{", names[i], text);
    else g_print("%s%s", i ? "," : "", text);
  }
  if (json && by == FIND_FACES) g_print(", \"by\": \"faces\", \"sure\": true, \"faces\": %d}", faces);
  else if (json) {
    g_print(", \"by\": \"model\", \"sure\": %s, \"error\": ", report->sure ? "true" : "false");
    g_print("%s, \"start_error\": ", cli_number(&number, "%.6g", report->error));
    g_print("%s, \"usual_error\": ", cli_number(&number, "%.6g", report->start_error));
    g_print("%s, \"encodes\": %d, \"syntheses\": %d}", cli_number(&number, "%.6g", report->usual_error), report->encodes,
            report->syntheses);
  }
  g_print("\n");
}

/* `near` may be NULL; of several faces the one nearest to it is taken. `asked`: faces and nothing else. `count` 0: look by
 * the model. */
static gboolean place_by_faces(Engine *engine, GeglBuffer *picture, const stylemap_placement *near, gboolean asked,
                               gint *count, stylemap_placement *placement, GError **error) {
  MaskSource under = { 0 };
  *count = 0;
  if (!asked && !find_has_faces(engine)) return TRUE;
  if (near) {
    const GeglRectangle pixel = { (gint)floor(near->x), (gint)floor(near->y), 1, 1 };
    under.selection = gegl_buffer_new(&pixel, babl_format("Y float"));
    gegl_buffer_set(under.selection, &pixel, 0, babl_format("Y float"), &(gfloat){ 1 }, GEGL_AUTO_ROWSTRIDE);
  }
  gboolean done = find_by_faces(engine, picture, &under, asked, count, placement, error);
  g_clear_object(&under.selection);
  if (done && asked && *count == 0) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("No face was found in the picture."));
    done = FALSE;
  }
  return done;
}

static gboolean place_picture(Engine *engine, const Input *input, const stylemap_placement *near, Find by, gboolean json,
                              GError **error) {
  stylemap_layer layer = layer_of_picture(input->picture.buffer);
  stylemap_placement placement;
  stylemap_place_report report = { 0 };
  stylemap_error core;
  gint faces = 0;
  if ((by != FIND_MODEL &&
       !place_by_faces(engine, input->picture.buffer, near, by == FIND_FACES, &faces, &placement, error)) ||
      (!faces && (!engine_part(engine, STYLEMAP_PHASE_ENCODE, 0, 1, error) ||
                  !say_status(stylemap_place(engine->session, &layer, near, FALSE, &placement, &report, &core), &core, error))))
    return FALSE;
  progress_end();
  print_place(&placement, faces ? FIND_FACES : FIND_MODEL, &report, faces, json);
  if (!faces && !report.sure)
    cli_note(_("The model is not sure that it knows this picture: this is where the search began."));
  return TRUE;
}

/* Numbers, as --placement takes them. */
static gboolean read_near(const gchar *text, stylemap_placement *near, GError **error) {
  Place place = { 0 };
  g_autoptr(GError) fault = NULL;
  if (place_parse("--near", text, FALSE, PLACE_CENTRE, &place, &fault) && place.kind == PLACE_THERE) {
    place_find(&place, 0, 0, NULL, 0, 0, near);
    return TRUE;
  }
  cli_usage(error, "%s", fault ? fault->message : _("--near takes numbers: X,Y,SIDE or X,Y,SIDE,ANGLE."));
  return FALSE;
}

static gboolean run_place(const Command *command, gchar **arguments, GError **error) {
  static const gchar *const ways[] = { "faces", "model", NULL };
  g_autofree gchar *text = NULL, *by = NULL;
  gboolean json = FALSE;
  gint page = 0, way = -1;
  const GOptionEntry entries[] = {
    { "near", 0, 0, G_OPTION_ARG_STRING, &text, N_("Look for it around this square, not everywhere"),
      N_("X,Y,SIDE[,ANGLE]") },
    { "by", 0, 0, G_OPTION_ARG_STRING, &by,
      N_("By eyes and mouth of a face in a photograph, or by what the model knows (default: by a face, if there is one and "
         "the model tells where its faces lie)"), "faces|model" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("One flat JSON object"), NULL },
    CLI_PAGE(page),
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  stylemap_placement near;
  if (!given || (text && !read_near(text, &near, error)) || !cli_check_page("--page", page, given[1], error) ||
      !cli_word("--by", by, ways, &way, error))
    return FALSE;
  g_autoptr(Engine) engine = NULL;
  Input input = { 0 };
  const gboolean done = cli_open(&engine, given[0], error) &&
                        input_read(&input, engine, given[1], page, FALSE, error) &&
                        place_picture(engine, &input, text ? &near : NULL,
                                      way == 0 ? FIND_FACES : way == 1 ? FIND_MODEL : FIND_AUTO, json, error);
  input_clear(&input);
  return done;
}

const Command command_place = {
  "place", N_("MODEL PICTURE [--by faces|model] [--near X,Y,SIDE[,ANGLE]] [--json]"),
  N_("Find the square in which the model knows a picture best."),
  "  stylemap place toon-portraits-128 large.png\n"
  "  stylemap place portraits-128 group.jpg --near 1200,800,300 --json\n",
  run_place,
};

/* ------------------------------------------------------------------------------------- learn-place */

typedef struct {
  Cache cache;
  GError *fault; /* of a picture that cannot be read */
} Lessons;

static int give_picture(void *data, uint64_t index, float *image) {
  Lessons *lessons = data;
  return !cache_image(&lessons->cache, index, FALSE, image, &lessons->fault);
}

static int show_learning(void *data, double fraction) {
  progress_bar(_("learning to place"), fraction);
  return progress_interrupted();
}

static gboolean learn(stylemap_model *model, const gchar *folder, const gchar *beside, gint samples, const gchar *output,
                      GError **error) {
  g_autoptr(GHashTable) seen = seen_new();
  g_autoptr(GPtrArray) files = find_pictures(folder, seen, error);
  Lessons lessons = { 0 };
  const gint size = stylemap_model_info(model)->size;
  if (!files || !cache_open(&lessons.cache, beside, folder, files, FALSE, size, error)) return FALSE;
  const stylemap_place_options options = { lessons.cache.count, give_picture, show_learning, &lessons, samples,
                                           common.threads };
  stylemap_place_lesson lesson;
  stylemap_error core;
  const gboolean done = say_status(stylemap_place_learn(model, &options, &lesson, &core), &core, error) &&
                        say_status(stylemap_save(model, output, NULL, NULL, &core), &core, error);
  cache_close(&lessons.cache);
  if (lessons.fault) {
    g_clear_error(error);
    g_propagate_error(error, lessons.fault);
    return FALSE;
  }
  Number half, tenth;
  progress_end();
  if (done)
    g_print(_("Moved pictures are found to %s pixels of %d in the median, %s in nine of ten.\n"),
            cli_number(&half, "%.1f", lesson.half), stylemap_model_info(model)->size,
            cli_number(&tenth, "%.1f", lesson.tenth));
  return done;
}

static gboolean run_learn_place(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL;
  gint samples = 0;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The model with what it has learnt"), "OUT.safetensors" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &samples, N_("How many moved pictures each of three stages looks at (10000)"), "N" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !cli_need_output(output, error) ||
      (samples && !cli_check_range("--samples", samples, 100, 1e7, error)))
    return FALSE;
  if (!is_tensor_path(output)) {
    cli_usage(error, _("The output must end in .safetensors."));
    return FALSE;
  }
  if (!output_check(output, error)) return FALSE;
  g_autofree gchar *path = models_find(given[0], error), *folder = NULL;
  if (!path || !(folder = g_dir_make_tmp("stylemap-XXXXXX", error))) return FALSE;
  g_autofree gchar *pictures = g_build_filename(folder, "pictures.cache", NULL);
  g_autofree gchar *list = g_build_filename(folder, "pictures.txt", NULL);
  stylemap_model *model = NULL;
  stylemap_error core;
  const gboolean done = say_status(stylemap_open(path, 0, progress_show, NULL, &model, &core), &core, error) &&
                        learn(model, given[1], pictures, samples, output, error);
  stylemap_close(model);
  g_unlink(pictures);
  g_unlink(list);
  g_rmdir(folder);
  return done;
}

const Command command_learn_place = {
  "learn-place", N_("MODEL DATA_DIR -o OUT.safetensors"),
  N_("Teach a model to find its subject, from pictures it was trained on."),
  "  stylemap learn-place run/model.safetensors portraits -o faces.safetensors\n",
  run_learn_place,
};
