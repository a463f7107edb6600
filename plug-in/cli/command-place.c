/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap place: where the model's subject lies in a picture. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "cli/cli.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"

/* ------------------------------------------------------------------------------------------- place */

static void print_place(const stylemap_placement *p, const stylemap_place_report *report, gint faces, gboolean sure, gboolean json) {
  const gdouble values[] = { p->x, p->y, p->side, p->angle * 180 / G_PI };
  const gchar *const names[] = { "x", "y", "side", "angle" };
  Number number;
  for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
    const gchar *text = cli_number(&number, "%.4f", values[i] == 0 ? 0 : values[i]);
    if (json) g_print("%s\"%s\": %s", i ? ", " : "{", names[i], text);
    else g_print("%s%s", i ? "," : "", text);
  }
  if (json) g_print(", \"by\": \"%s\", \"sure\": %s", faces ? "faces" : "model", sure ? "true" : "false");
  if (json && faces) g_print(", \"faces\": %d}", faces);
  else if (json) {
    g_print(", \"error\": ");
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
                               gint *count, gboolean *sure, stylemap_placement *placement, GError **error) {
  MaskSource under = { 0 };
  *count = 0;
  if (!asked && !find_has_faces(engine)) return TRUE;
  if (near) {
    const GeglRectangle pixel = { (gint)floor(near->x), (gint)floor(near->y), 1, 1 };
    under.selection = gegl_buffer_new(&pixel, babl_format("Y float"));
    gegl_buffer_set(under.selection, &pixel, 0, babl_format("Y float"), &(gfloat){ 1 }, GEGL_AUTO_ROWSTRIDE);
  }
  gboolean done = find_by_faces(engine, picture, &under, asked, count, sure, placement, error);
  g_clear_object(&under.selection);
  if (done && asked && *count == 0) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("No face was found in the picture."));
    done = FALSE;
  }
  return done;
}

static gboolean place_picture(Engine *engine, const Input *input, const stylemap_placement *near, Find by, gboolean json,
                              GError **error) {
  const stylemap_layer layer = layer_of_colours(input->picture.buffer);
  stylemap_placement placement;
  stylemap_place_report report = { 0 };
  stylemap_error core;
  gint faces = 0;
  gboolean sure = FALSE;
  if ((by != FIND_MODEL &&
       !place_by_faces(engine, input->picture.buffer, near, by == FIND_FACES, &faces, &sure, &placement, error)) ||
      (!faces && (!engine_part(engine, STYLEMAP_PHASE_ENCODE, 0, 1, error) ||
                  !say_status(stylemap_place(engine->session, &layer, near, FALSE, &placement, &report, &core), &core, error))))
    return FALSE;
  if (!faces) sure = report.sure != 0;
  progress_end();
  print_place(&placement, &report, faces, sure, json);
  if (faces && !sure)
    cli_note(_("It is not certain that this is a face: the model does not know it."));
  if (!faces && !sure)
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
