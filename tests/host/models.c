/* SPDX-License-Identifier: GPL-3.0-or-later
 * models.c's search, the user's settings, and what an engine keeps of the file.
 * usage: test-models GOLDEN_FOLDER */
#include <glib/gstdio.h>

#include "host/choose.h"
#include "host/hosts.h"
#include "host/models.h"
#include "host/settings.h"

static char *model_path, *scratch;
static void remove_all(const char *path);

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

  /* The other setting: by default it is on; what else is in the file stays. */
  CHECK(settings_provenance(), "%s", settings);
  static const struct { const char *text; gboolean on; } words[] = {
    {"no", FALSE}, {" No ", FALSE}, {"false", FALSE}, {"0", FALSE}, {"yes", TRUE}, {"true", TRUE}, {"", TRUE}, {"nonsense", TRUE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    char *text = g_strdup_printf("[stylemap]\nprovenance=%s\n", words[i].text);
    CHECK(g_file_set_contents(settings, text, -1, NULL));
    CHECK(settings_provenance() == words[i].on, "%s", text);
    g_free(text);
  }
  CHECK(g_file_set_contents(settings, "# mine\n[stylemap]\nmodel=zebra\n", -1, NULL));
  for (int on = 0; on < 2; on++) {
    char *text = NULL;
    CHECK(settings_set_provenance(on, &error) && !error);
    CHECK(settings_provenance() == on, "%d", on);
    CHECK(g_file_get_contents(settings, &text, NULL, NULL) && strstr(text, "# mine") && strstr(text, "model=zebra"), "%s", text);
    g_free(text);
  }
  CHECK(g_file_set_contents(settings, "model=zebra\n", -1, NULL)); /* of no group: not a settings file that can be read */
  CHECK(!settings_set_provenance(FALSE, &error) && strstr(error->message, "cannot be kept"));
  g_clear_error(&error);
  char *left = NULL;
  CHECK(g_file_get_contents(settings, &left, NULL, NULL) && strcmp(left, "model=zebra\n") == 0);
  g_free(left);
  g_unlink(settings);
  CHECK(g_mkdir(settings, 0755) == 0); /* no file can lie there */
  CHECK(!settings_set_provenance(FALSE, &error) && strstr(error->message, "cannot be kept"));
  g_clear_error(&error);
  g_rmdir(settings);

  /* What the model says of itself reaches the host, if it is a number above 0. */
  static const struct { const char *text; double usual; } usual[] = {
    {"0.0125", 0.0125}, {"1e-4", 1e-4}, {"0", -1}, {"-0.5", -1}, {"nan", -1}, {"inf", -1}, {"small", -1}, {"", -1},
  };
  char *saved = g_build_filename(folder, "usual.safetensors", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
    stylemap_model *model = NULL;
    stylemap_save_options options = {0, (const char *const[]){"heldout_mse", usual[i].text, NULL}};
    Engine *engine = NULL;
    CHECK(stylemap_open(model_path, 0, NULL, NULL, &model, NULL) == STYLEMAP_OK);
    CHECK(stylemap_save(model, saved, &options, NULL, NULL) == STYLEMAP_OK);
    stylemap_close(model);
    CHECK(engine_open(&engine, "usual", 1, NULL, NULL, NULL));
    CHECK_NEAR(engine->usual, usual[i].usual, 0);
    engine_free(engine);
  }
  g_free(saved), g_free(settings), g_free(folder), g_free(config);
}

/* A picture that two models know: the one with the smaller error is taken, if it can be opened. */
static void test_choice(const char *golden) {
  static const char *const files[] = {"toon-portraits-1.safetensors", "portraits-1.safetensors"};
  static const char *const sources[] = {"tiny_LayerNorm_sp4_full.safetensors", "tiny_InstanceNorm2d_sp4_small.safetensors"};
  char *folder = g_build_filename(scratch, "data", "stylemap", "models", NULL), *paths[2], *source[2];
  remove_all(folder);
  CHECK(g_mkdir_with_parents(folder, 0777) == 0);
  for (int i = 0; i < 2; i++) {
    source[i] = g_build_filename(golden, sources[i], NULL);
    copy(source[i], paths[i] = g_build_filename(folder, files[i], NULL));
  }
  char **free_choice = models_free_choice("auto"), **none = models_free_choice("portraits-1");
  CHECK(g_strv_length(free_choice) == 2 && g_strv_length(none) == 0);
  CHECK_TEXT(free_choice[0], paths[0]);
  CHECK_TEXT(free_choice[1], paths[1]);
  g_strfreev(free_choice), g_strfreev(none);

  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, 40, 40), babl_format("R'G'B'A float"));
  float *pixels = g_new(float, 40 * 40 * 4);
  double errors[2];
  EditProbe probe;
  int taken[2] = {0};
  Engine *kept = NULL;
  for (int k = 0; k < 6; k++) {
    if (k == 3) { /* the other way round: the better one is not the last one always */
      engine_free(kept), kept = NULL;
      copy(source[1], paths[0]);
      copy(source[0], paths[1]);
    }
    for (int i = 0; i < 40 * 40 * 4; i++)
      pixels[i] = i % 4 == 3 ? 1 : 0.5f + 0.4f * sinf((float)((i / 4 % 40) * (k + 1) + (i / 160) * (5 - k) + i % 4) * 0.2f);
    gegl_buffer_set(buffer, NULL, 0, babl_format("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE);
    const EditPicture picture = {.buffer = buffer};
    for (int i = 0; i < 2; i++) {
      Engine *engine = NULL;
      CHECK(engine_open(&engine, paths[i], 1, NULL, NULL, NULL) && edit_probe(engine, &picture, &probe, NULL));
      errors[i] = probe.mse;
      engine_free(engine);
    }
    CHECK(choose_model(&kept, k % 2 ? "" : "auto", &(EditRequest){.target = picture}, 1, NULL, NULL, NULL) && kept->chosen);
    CHECK_TEXT(kept->path, paths[errors[1] < errors[0]]);
    taken[errors[1] < errors[0]]++;
  }
  CHECK(taken[0] > 0 && taken[1] > 0, "each is the better one of some: %d, %d", taken[0], taken[1]);
  const EditPicture picture = {.buffer = buffer};
  const int best = errors[1] < errors[0];
  GError *error = NULL;
  CHECK(choose_model(&kept, paths[!best], &(EditRequest){.target = picture}, 1, NULL, NULL, NULL) && !kept->chosen);
  CHECK_TEXT(kept->path, paths[!best]);
  CHECK(g_file_set_contents(paths[best], "broken", -1, NULL) && choose_model(&kept, "auto", &(EditRequest){.target = picture}, 1, NULL, NULL, NULL));
  CHECK_TEXT(kept->path, paths[!best]);
  CHECK(g_file_set_contents(paths[!best], "broken", -1, NULL));
  engine_free(kept), kept = NULL;
  CHECK(!choose_model(&kept, "auto", &(EditRequest){.target = picture}, 1, NULL, NULL, &error) && !kept && strstr(error->message, files[0]), "%s",
        error ? error->message : "no error");
  g_clear_error(&error);
  g_object_unref(buffer);
  g_free(pixels), g_free(paths[0]), g_free(paths[1]), g_free(source[0]), g_free(source[1]), g_free(folder);
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
  scratch = g_dir_make_tmp("stylemap-models-XXXXXX", NULL);
  static const char *const homes[][2] = {{"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", "config"}, {"XDG_CACHE_HOME", "cache"}};
  for (size_t i = 0; i < G_N_ELEMENTS(homes); i++) {
    char *path = g_build_filename(scratch, homes[i][1], NULL);
    g_setenv(homes[i][0], path, TRUE);
    g_free(path);
  }
  model_path = g_build_filename(argv[1], "tiny_LayerNorm_sp4_full.safetensors", NULL);
  test_models();
  gegl_init(NULL, NULL);
  test_choice(argv[1]);
  gegl_exit();
  remove_all(scratch);
  g_free(scratch), g_free(model_path);
  return harness_end();
}
