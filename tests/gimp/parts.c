/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of plug-in/gimp/ that need no GIMP: what a dialog says of a model, and the look in the background.
 * usage: test-gimp-parts MODEL TINY PICTURE SCRATCH */
#include <gegl.h>
#include <glib/gstdio.h>

#include "gimp/about.h"
#include "gimp/probe.h"
#include "harness.h"
#include "stylemap.h"

static const char *model, *tiny, *picture, *scratch;

/* ------------------------------------------------------------------------------------------ about */

static gboolean is_markup(const char *text) {
  GMarkupParser parser = {0};
  GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, NULL, NULL);
  char *whole = g_strconcat("<all>", text, "</all>", NULL);
  gboolean ok =
      g_markup_parse_context_parse(context, whole, -1, NULL) && g_markup_parse_context_end_parse(context, NULL);

  g_free(whole);
  g_markup_parse_context_free(context);
  return ok;
}

static void test_about(void) {
  AboutModel about = {0};
  GError *error = NULL;

  CHECK(about_model(model, &about, &error), "%s", error ? error->message : "");
  CHECK(about.dataset && strstr(about.dataset, "toon portraits"));
  CHECK(strstr(about.markup, "128 × 128") && strstr(about.markup, "Johan Melin") && strstr(about.markup, "Knows: "));
  CHECK(is_markup(about.markup), "%s", about.markup);
  about_model_clear(&about);
  CHECK(!about.dataset && !about.markup);

  CHECK(!about_model("/nowhere/at-all.pt", &about, &error));
  CHECK(error && strstr(error->message, "/nowhere/at-all.pt"), "%s", error ? error->message : "");
  CHECK(!about.dataset && !about.markup);
  g_clear_error(&error);
}

/* Texts of a file are whatever somebody wrote there. */
static void test_hostile_texts(void) {
  GString *endless = g_string_new("a <b>bold</b> & \"quoted\" text\nwith lines\t");
  stylemap_model *file = NULL;
  stylemap_error core;
  AboutModel about = {0};
  GError *error = NULL;
  char *path = g_build_filename(scratch, "texts.safetensors", NULL);

  for (int i = 0; i < 500; i++)
    g_string_append(endless, "äöü");
  const char *texts[] = {"dataset", endless->str, "licence", "  ", "attribution", "<span", NULL};
  CHECK(stylemap_open(tiny, 0, NULL, NULL, &file, &core) == STYLEMAP_OK);
  CHECK(stylemap_save(file, path, &(stylemap_save_options){.texts = texts}, NULL, &core) == STYLEMAP_OK, "%s",
        core.message);
  CHECK(about_model(path, &about, &error), "%s", error ? error->message : "");
  CHECK(is_markup(about.markup), "%s", about.markup);
  CHECK(g_utf8_validate(about.markup, -1, NULL) && g_utf8_strlen(about.dataset, -1) <= 240);
  CHECK(!strchr(about.dataset, '\n') && !strchr(about.dataset, '\t'));
  CHECK(strstr(about.markup, "&lt;span") && !strstr(about.markup, "Licence"));
  about_model_clear(&about);
  stylemap_close(file);
  g_remove(path);
  g_free(path);
  g_string_free(endless, TRUE);
}

static void test_verdict(void) {
  AboutModel about = {.dataset = (char *)"cats"}, nothing = {0};
  gboolean warning = 2;
  char *text;

  CHECK(!about_probe(&about, 0.5, -1, &warning) && warning == 2);
  CHECK((text = about_probe(&about, 0.05, 0.01, &warning)) && !warning);
  g_free(text);
  CHECK((text = about_probe(&about, 0.0501, 0.01, &warning)) && warning && strstr(text, "cats"));
  g_free(text);
  CHECK((text = about_probe(&nothing, NAN, 0.01, &warning)) && warning);
  g_free(text);
}

/* ------------------------------------------------------------------------------------------ probe */

typedef struct {
  int calls;
  double mse, usual;
  char *error;
  GThread *thread;
  GMainLoop *loop;
} Answer;

static void done(gdouble mse, gdouble usual, const GError *error, gpointer data) {
  Answer *answer = data;

  answer->calls++;
  answer->mse = mse;
  answer->usual = usual;
  answer->error = error ? g_strdup(error->message) : NULL;
  answer->thread = g_thread_self();
  g_main_loop_quit(answer->loop);
}

static Answer ask(GeglBuffer *target, const char *which) {
  Answer answer = {.loop = g_main_loop_new(NULL, FALSE)};
  Engine *engine = NULL;
  Probe *probe = probe_start(&engine, target, NULL, which, done, &answer);

  g_main_loop_run(answer.loop);
  probe_free(probe);
  engine_free(engine);
  g_main_loop_unref(answer.loop);
  CHECK(answer.calls == 1);
  CHECK(answer.thread == g_thread_self());
  return answer;
}

static GeglBuffer *load(void) {
  GeglBuffer *buffer = NULL;
  GeglNode *graph = gegl_node_new();
  GeglNode *source = gegl_node_new_child(graph, "operation", "gegl:load", "path", picture, NULL);
  GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:buffer-sink", "buffer", &buffer, NULL);

  gegl_node_link(source, sink);
  gegl_node_process(sink);
  g_object_unref(graph);
  return buffer;
}

static GeglBuffer *noise(void) {
  const GeglRectangle area = {0, 0, 200, 160};
  GeglBuffer *buffer = gegl_buffer_new(&area, babl_format("R'G'B' u8"));
  GRand *random = g_rand_new_with_seed(7);
  guchar *data = g_malloc(3 * area.width * area.height);

  for (int i = 0; i < 3 * area.width * area.height; i++)
    data[i] = g_rand_int(random) & 255;
  gegl_buffer_set(buffer, &area, 0, babl_format("R'G'B' u8"), data, GEGL_AUTO_ROWSTRIDE);
  g_rand_free(random);
  g_free(data);
  return buffer;
}

static void test_probe(void) {
  GeglBuffer *known = load(), *unknown = noise();
  Answer answer;

  answer = ask(known, model);
  CHECK(!answer.error && answer.usual > 0 && answer.mse > 0, "%s", answer.error ? answer.error : "");
  CHECK(answer.mse <= EDIT_UNKNOWN_FACTOR * answer.usual, "%g, usual %g", answer.mse, answer.usual);
  answer = ask(unknown, model);
  CHECK(answer.mse > EDIT_UNKNOWN_FACTOR * answer.usual, "%g, usual %g", answer.mse, answer.usual);
  answer = ask(known, tiny);
  CHECK(!answer.error && answer.usual == -1);
  answer = ask(known, "/nowhere.pt");
  CHECK(answer.error && strstr(answer.error, "/nowhere.pt"));
  g_free(answer.error);

  /* Stopped at any time: nothing is told afterwards, and nobody keeps the picture. */
  for (int i = 0; i < 12; i++) {
    Answer none = {0};
    Engine *engine = NULL;
    Probe *probe = probe_start(&engine, known, NULL, model, done, &none);

    g_usleep(i * i * 700);
    probe_free(probe);
    engine_free(engine);
    while (g_main_context_iteration(NULL, FALSE))
      continue;
    CHECK(none.calls == 0);
  }
  probe_free(NULL);
  CHECK(G_OBJECT(known)->ref_count == 1, "%u", G_OBJECT(known)->ref_count);
  g_object_unref(known);
  g_object_unref(unknown);
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  model = argv[1], tiny = argv[2], picture = argv[3], scratch = argv[4];
  gegl_init(NULL, NULL);
  test_about();
  test_hostile_texts();
  test_verdict();
  test_probe();
  gegl_exit();
  return harness_end();
}
