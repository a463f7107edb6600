/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp-2.10/settings.h"

#define FILE_NAME "stylemap-last-values" /* install/uninstall.sh removes it */

static gchar *file_path(void) { return g_build_filename(gimp_directory(), FILE_NAME, NULL); }

static gdouble read_number(GKeyFile *file, const gchar *group, ArgumentId id) {
  const Argument *argument = procedures_argument(id);
  GError *error = NULL;
  gdouble value = g_key_file_get_double(file, group, argument->name, &error);

  if (error || !(value >= argument->minimum && value <= argument->maximum))
    value = argument->default_value;
  g_clear_error(&error);
  return value;
}

#define REFINE_KEY "refine"
#define EXTEND_KEY "extend"

static gchar *reference_key(const Procedure *procedure) { return g_strconcat(procedure->name, "-reference", NULL); }

void settings_load(const Procedure *procedure, FlowOptions *options) {
  GKeyFile *file = g_key_file_new();
  gchar *path = file_path();
  gchar *key = reference_key(procedure);
  const gchar *group = procedure->name;

  g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
  options->reference = NO_ITEM;
  if (gimp_get_data_size(key) == sizeof options->reference)
    gimp_get_data(key, &options->reference);
  options->model = g_key_file_get_string(file, group, procedures_argument(ARGUMENT_MODEL)->name, NULL);
  if (!options->model)
    options->model = g_strdup("");
  options->edit.strength = read_number(file, group, ARGUMENT_STRENGTH);
  options->edit.rule = (stylemap_mask_rule)read_number(file, group, ARGUMENT_MASK_RULE);
  options->edit.space = (stylemap_space)read_number(file, group, ARGUMENT_SPACE);
  options->feather = read_number(file, group, ARGUMENT_FEATHER);
  options->extend = g_key_file_get_boolean(file, group, EXTEND_KEY, NULL);
  options->frames = (gint)read_number(file, group, ARGUMENT_FRAMES);
  options->frame_ms = (gint)read_number(file, group, ARGUMENT_FRAME_MS);
  options->refine = g_key_file_has_key(file, group, REFINE_KEY, NULL)
                        ? g_key_file_get_boolean(file, group, REFINE_KEY, NULL)
                        : procedures_takes(procedure, ARGUMENT_REFINE_STEPS);
  options->refine_steps = (gint)read_number(file, group, ARGUMENT_REFINE_STEPS);
  g_key_file_free(file);
  g_free(path);
  g_free(key);
}

void settings_save(const Procedure *procedure, const FlowOptions *options) {
  GKeyFile *file = g_key_file_new();
  gchar *path = file_path();
  gchar *key = reference_key(procedure);
  const gchar *group = procedure->name;
  gchar *text;
  gsize length;

  /* the other procedures' values stay */
  g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);

    switch (argument->id) {
    case ARGUMENT_REFERENCE:
      gimp_set_data(key, &options->reference, sizeof options->reference);
      break;
    case ARGUMENT_MODEL:
      g_key_file_set_string(file, group, argument->name, options->model);
      break;
    case ARGUMENT_STRENGTH:
      g_key_file_set_double(file, group, argument->name, options->edit.strength);
      break;
    case ARGUMENT_MASK_RULE:
      g_key_file_set_integer(file, group, argument->name, options->edit.rule);
      break;
    case ARGUMENT_SPACE:
      g_key_file_set_integer(file, group, argument->name, options->edit.space);
      break;
    case ARGUMENT_FEATHER:
      g_key_file_set_double(file, group, argument->name, options->feather);
      break;
    case ARGUMENT_FRAMES:
      g_key_file_set_integer(file, group, argument->name, options->frames);
      break;
    case ARGUMENT_FRAME_MS:
      g_key_file_set_integer(file, group, argument->name, options->frame_ms);
      break;
    default:
      break;
    }
  }
  if (procedure->kind != EDIT_INTERPOLATE) {
    g_key_file_set_boolean(file, group, REFINE_KEY, options->refine);
    g_key_file_set_integer(file, group, procedures_argument(ARGUMENT_REFINE_STEPS)->name, options->refine_steps);
  }
  if (procedure->kind == EDIT_TRANSPLANT)
    g_key_file_set_boolean(file, group, EXTEND_KEY, options->extend);
  text = g_key_file_to_data(file, &length, NULL);
  g_file_set_contents(path, text, length, NULL);
  g_free(text);
  g_key_file_free(file);
  g_free(path);
  g_free(key);
}
