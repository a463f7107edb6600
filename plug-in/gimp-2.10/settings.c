/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp-2.10/settings.h"
#include "gimp/places.h"
#include "host/words.h"

#define FILE_NAME "stylemap-last-values" /* install/uninstall.sh removes it */

static gchar *file_path(void) { return g_build_filename(gimp_directory(), FILE_NAME, NULL); }

/* Leaves the field as it is where there is nothing that makes sense. */
static void read_value(GKeyFile *file, const gchar *group, const Argument *argument, gpointer field) {
  GError *error = NULL;
  gdouble value = -1;
  gchar *text = NULL;

  switch (argument->type) {
  case ARGUMENT_IS_ITEM:
    return;
  case ARGUMENT_IS_FLAG:
    value = g_key_file_get_boolean(file, group, argument->name, &error);
    break;
  case ARGUMENT_IS_TEXT:
  case ARGUMENT_IS_CHOICE:
    text = g_key_file_get_string(file, group, argument->name, &error);
    break;
  default:
    value = g_key_file_get_double(file, group, argument->name, &error);
  }
  if (text && argument->type == ARGUMENT_IS_TEXT) {
    g_free(*(gchar **)field);
    *(gchar **)field = text;
    return;
  }
  if (text)
    value = words_find(argument->words, text);
  g_free(text);
  if (error || !(value >= argument->minimum && value <= argument->maximum)) {
    g_clear_error(&error);
    return;
  }
  if (argument->type == ARGUMENT_IS_FLOAT)
    *(gdouble *)field = value;
  else
    *(gint *)field = (gint)value;
}

static void write_value(GKeyFile *file, const gchar *group, const Argument *argument, gconstpointer field) {
  switch (argument->type) {
  case ARGUMENT_IS_ITEM:
    break;
  case ARGUMENT_IS_TEXT:
    g_key_file_set_string(file, group, argument->name, places_kept(argument->id, *(gchar *const *)field));
    break;
  case ARGUMENT_IS_CHOICE:
    g_key_file_set_string(file, group, argument->name, argument->words[*(const gint *)field]);
    break;
  case ARGUMENT_IS_FLAG:
    g_key_file_set_boolean(file, group, argument->name, *(const gboolean *)field);
    break;
  case ARGUMENT_IS_INT:
    g_key_file_set_integer(file, group, argument->name, *(const gint *)field);
    break;
  case ARGUMENT_IS_FLOAT:
    g_key_file_set_double(file, group, argument->name, *(const gdouble *)field);
    break;
  }
}

#define REFINE_KEY "refine"

/* Layers are this session's: in a file their numbers would mean other ones. */
static gchar *reference_key(const Procedure *procedure) { return g_strconcat(procedure->name, "-reference", NULL); }
static gchar *references_key(const Procedure *procedure) { return g_strconcat(procedure->name, "-references", NULL); }

static void load_layers(const Procedure *procedure, FlowOptions *options) {
  gchar *key = reference_key(procedure), *more = references_key(procedure);
  gint length = gimp_get_data_size(more);

  if (gimp_get_data_size(key) == sizeof options->reference)
    gimp_get_data(key, &options->reference);
  if (length > 0) {
    g_free(options->references);
    options->references = g_malloc0(length + 1);
    gimp_get_data(more, options->references);
  }
  g_free(key);
  g_free(more);
}

static void save_layers(const Procedure *procedure, const FlowOptions *options) {
  gchar *key = reference_key(procedure), *more = references_key(procedure);

  gimp_set_data(key, &options->reference, sizeof options->reference);
  gimp_set_data(more, options->references, strlen(options->references) + 1);
  g_free(key);
  g_free(more);
}

static gboolean is_kept(const Argument *argument, gconstpointer field) { return field && argument->id != ARGUMENT_REFERENCES; }

void settings_load(const Procedure *procedure, FlowOptions *options) {
  GKeyFile *file = g_key_file_new();
  gchar *path = file_path();
  const gchar *group = procedure->name;

  g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
  options_dialog_defaults(procedure, options);
  load_layers(procedure, options);
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gpointer field = options_field(options, argument->id);

    if (is_kept(argument, field))
      read_value(file, group, argument, field);
  }
  if (procedures_offers_refinement(procedure)) {
    if (g_key_file_has_key(file, group, REFINE_KEY, NULL))
      options->refine = g_key_file_get_boolean(file, group, REFINE_KEY, NULL);
    read_value(file, group, procedures_argument(ARGUMENT_REFINE_STEPS), &options->refine_steps);
  }
  g_key_file_free(file);
  g_free(path);
}

void settings_save(const Procedure *procedure, FlowOptions *options) {
  GKeyFile *file = g_key_file_new();
  gchar *path = file_path();
  const gchar *group = procedure->name;
  gchar *text;
  gsize length;

  /* the other procedures' values stay */
  g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gconstpointer field = options_field(options, argument->id);

    if (is_kept(argument, field))
      write_value(file, group, argument, field);
  }
  if (procedures_takes(procedure, ARGUMENT_REFERENCE))
    save_layers(procedure, options);
  if (procedures_offers_refinement(procedure)) {
    g_key_file_set_boolean(file, group, REFINE_KEY, options->refine);
    write_value(file, group, procedures_argument(ARGUMENT_REFINE_STEPS), &options->refine_steps);
  }
  text = g_key_file_to_data(file, &length, NULL);
  g_file_set_contents(path, text, length, NULL);
  g_free(text);
  g_key_file_free(file);
  g_free(path);
}
