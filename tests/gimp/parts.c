/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of plug-in/gimp/ that need no GIMP: what a dialog says of a model, and what is kept of a place.
 * usage: test-gimp-parts MODEL TINY SCRATCH */
#include <gegl.h>
#include <glib/gstdio.h>

#include "gimp/about.h"
#include "gimp/places.h"
#include "harness.h"
#include "stylemap.h"

static const char *model, *tiny, *scratch;

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

  CHECK(!about_probe(&about, REASON_UNTOLD, -1, &warning) && warning == 2);
  CHECK((text = about_probe(&about, REASON_NONE, 0.01, &warning)) && !warning);
  g_free(text);
  CHECK((text = about_probe(&about, REASON_UNTOLD, 0.01, &warning)) && warning && strstr(text, "cats"));
  g_free(text);
  CHECK((text = about_probe(&nothing, REASON_UNTOLD, 0.01, &warning)) && warning);
  g_free(text);
  text = about_probe(&about, REASON_KIND, 0.01, &warning);
  CHECK(text && warning && strstr(text, "picture: cats.") && strstr(text, "Choose a model"), "%s", text);
  g_free(text);
  text = about_probe(&nothing, REASON_KIND, 0.01, &warning);
  CHECK(text && warning && strstr(text, "another kind") && !strstr(text, ":"), "%s", text);
  g_free(text);
  text = about_probe(&about, REASON_TURNED, 0.01, &warning);
  CHECK(text && warning && strstr(text, "turned") && strstr(text, "Press Find"), "%s", text);
  g_free(text);
}

/* ----------------------------------------------------------------------------------------- places */

static void test_places(void) {
  const ArgumentId ids[] = {ARGUMENT_PLACEMENT, ARGUMENT_REFERENCE_PLACEMENT};
  const char *words[] = {"", "auto", "centre", "bounds", "selection", "as-placed", "faces", "model", "path", "path:eyes"};
  const char *numbers[] = {"256,200,300", "256,200,300,-15.5", "10,20 30,20", "1,2 3,2 1,4 3,4"};

  for (int i = 0; i < 2; i++) {
    for (unsigned k = 0; k < G_N_ELEMENTS(words); k++)
      CHECK(g_str_equal(places_kept(ids[i], words[k]), words[k]), "%s", words[k]);
    for (unsigned k = 0; k < G_N_ELEMENTS(numbers); k++)
      CHECK(g_str_equal(places_kept(ids[i], numbers[k]), ""), "%s", numbers[k]);
  }
  for (unsigned k = 0; k < G_N_ELEMENTS(numbers); k++) {
    CHECK(g_str_equal(places_of_target(numbers[k]), numbers[k]), "%s", numbers[k]);
    CHECK(g_str_equal(places_of_reference(numbers[k]), numbers[k]), "%s", numbers[k]);
  }
  CHECK(g_str_equal(places_of_target("as-placed"), "") && g_str_equal(places_of_target("auto"), ""));
  CHECK(g_str_equal(places_of_reference("selection"), "") && g_str_equal(places_of_reference(" Selection"), ""));
  CHECK(g_str_equal(places_of_reference("bounds"), "bounds") && g_str_equal(places_of_reference("path"), "path"));
  CHECK(g_str_equal(places_kept(ARGUMENT_DIRECTIONS, "a=1,b=2"), "a=1,b=2"));
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  model = argv[1], tiny = argv[2], scratch = argv[3];
  gegl_init(NULL, NULL);
  test_about();
  test_hostile_texts();
  test_verdict();
  test_places();
  gegl_exit();
  return harness_end();
}
