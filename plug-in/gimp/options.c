/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/options.h"
#include "host/say.h"
#include "host/words.h"
#include <glib/gi18n-lib.h>

const gchar *const options_regions[] = {"selection", "alpha", "eyes", "mouth", "hair", "face", "background", NULL};

const gchar *const options_into[] = {"image", "new-image", "patches", NULL};

gpointer options_field(FlowOptions *options, ArgumentId id) {
  switch (id) {
  case ARGUMENT_REFERENCE:
    return &options->reference;
  case ARGUMENT_MODEL:
    return &options->model;
  case ARGUMENT_DIRECTIONS:
    return &options->directions;
  case ARGUMENT_STRENGTH:
    return &options->edit.strength;
  case ARGUMENT_MASK_RULE:
    return &options->edit.rule;
  case ARGUMENT_SPACE:
    return &options->edit.space;
  case ARGUMENT_FEATHER:
    return &options->feather;
  case ARGUMENT_METHOD:
    return &options->method;
  case ARGUMENT_COLLAGE:
    return &options->collage;
  case ARGUMENT_MATCH_COLOURS:
    return &options->match_colours;
  case ARGUMENT_ROUNDS:
    return &options->rounds;
  case ARGUMENT_DETAIL:
    return &options->detail;
  case ARGUMENT_EXTEND:
    return &options->extend;
  case ARGUMENT_PLACEMENT:
    return &options->placement;
  case ARGUMENT_REFERENCE_PLACEMENT:
    return &options->reference_placement;
  case ARGUMENT_MIRROR:
    return &options->mirror;
  case ARGUMENT_REGION:
    return &options->region;
  case ARGUMENT_VISIBLE:
    return &options->visible;
  case ARGUMENT_REFERENCES:
    return &options->references;
  case ARGUMENT_FRAMES:
    return &options->frames;
  case ARGUMENT_FRAME_MS:
    return &options->frame_ms;
  case ARGUMENT_RECONSTRUCT_DETAIL:
    return &options->reconstruct_detail;
  case ARGUMENT_FRAMES_DETAIL:
    return &options->frames_detail;
  case ARGUMENT_REFINE_STEPS:
    return &options->refine_steps;
  case ARGUMENT_STRENGTH_FROM:
    return &options->strength_from;
  case ARGUMENT_EASING:
    return &options->easing;
  case ARGUMENT_PING_PONG:
    return &options->ping_pong;
  case ARGUMENT_INTO:
    return &options->into;
  case ARGUMENT_BOUNDARY:
    return &options->boundary;
  case ARGUMENT_LEVELS:
    return &options->levels;
  case ARGUMENT_SEED:
    return &options->alone.seed;
  case ARGUMENT_TRUNCATION:
    return &options->alone.truncation;
  case ARGUMENT_COUNT:
    return &options->alone.count;
  case ARGUMENT_SHEET:
    return &options->alone.sheet;
  case ARGUMENT_FILE:
    return &options->alone.file;
  case ARGUMENT_NAME:
    return &options->alone.name;
  case ARGUMENT_DIRECTION:
    return &options->alone.direction;
  case ARGUMENT_WITH:
    return &options->alone.with;
  case ARGUMENT_WITHOUT:
    return &options->alone.without;
  case ARGUMENT_RUN_MODE:
  case ARGUMENT_IMAGE:
  case ARGUMENT_DRAWABLE:
  case N_ARGUMENTS:
    break;
  }
  return NULL;
}

static void set_default(FlowOptions *options, ArgumentId id) {
  const Argument *argument = procedures_argument(id);
  gpointer field = options_field(options, id);

  if (argument->type == ARGUMENT_IS_TEXT)
    *(gchar **)field = g_strdup("");
  else if (argument->type == ARGUMENT_IS_FLOAT)
    *(gdouble *)field = argument->default_value;
  else
    *(gint *)field = (gint)argument->default_value;
}

void options_defaults(const Procedure *procedure, FlowOptions *options) {
  options->reference = NO_ITEM;
  options->replaces = NO_ITEM;
  options->alone.with = options->alone.without = NO_ITEM;
  for (ArgumentId id = ARGUMENT_MODEL; id < N_ARGUMENTS; id++)
    set_default(options, id);
  options->refine = procedures_takes(procedure, ARGUMENT_REFINE_STEPS);
  if (!procedures_takes(procedure, ARGUMENT_METHOD))
    options->method = EDIT_STYLES;
}

void options_dialog_defaults(const Procedure *procedure, FlowOptions *options) {
  options_defaults(procedure, options);
  options->into = OPTIONS_DIALOG_INTO;
}

void options_clear(FlowOptions *options) {
  engine_free(options->engine);
  g_free(options->model);
  g_free(options->directions);
  g_free(options->placement);
  g_free(options->reference_placement);
  g_free(options->levels);
  g_free(options->references);
  g_free(options->alone.file);
  g_free(options->alone.name);
  g_free(options->alone.direction);
  g_free(options->chosen);
  g_clear_object(&options->selection);
}

/* ------------------------------------------------------------------------------------------- by a text */

static gboolean bad_value(const Argument *argument, const gchar *value, GError **error) {
  gchar *words = argument->words ? g_strjoinv(", ", (gchar **)argument->words) : NULL;

  if (argument->type == ARGUMENT_IS_FLAG)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is '%s'; it must be yes or no."),
                argument->name, value);
  else if (words)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is '%s'; it must be one of %s."),
                argument->name, value, words);
  else
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is '%s'; it must be a number from %g to %g."),
                argument->name, value, argument->minimum, argument->maximum);
  g_free(words);
  return FALSE;
}

static gboolean set_value(const Argument *argument, const gchar *value, FlowOptions *options, GError **error) {
  static const gchar *const flags[] = {"no", "yes", "false", "true", "0", "1", NULL};
  gpointer field = options_field(options, argument->id);
  gint word = -1;
  gdouble number;
  gchar *end;

  if (argument->type == ARGUMENT_IS_TEXT) {
    g_free(*(gchar **)field);
    *(gchar **)field = g_strdup(value);
    return TRUE;
  }
  if (argument->words)
    word = words_find(argument->words, value);
  else if (argument->type == ARGUMENT_IS_FLAG && (word = words_find(flags, value)) >= 0)
    word %= 2;
  number = word >= 0 ? word : g_ascii_strtod(value, &end);
  if (word < 0 && (argument->type == ARGUMENT_IS_FLAG || argument->type == ARGUMENT_IS_CHOICE || end == value || *end))
    return bad_value(argument, value, error);
  if (!(number >= argument->minimum && number <= argument->maximum) ||
      (argument->type != ARGUMENT_IS_FLOAT && number != (gint)number))
    return bad_value(argument, value, error);
  if (argument->type == ARGUMENT_IS_FLOAT)
    *(gdouble *)field = number;
  else
    *(gint *)field = (gint)number;
  return TRUE;
}

/* The argument of that key, or NULL; and all keys, to be freed. */
static const Argument *find_key(const Procedure *procedure, const gchar *key, gchar **keys) {
  const Argument *found = NULL;
  GString *all = g_string_new(NULL);

  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);

    if (argument->type == ARGUMENT_IS_ITEM || argument->id == ARGUMENT_RUN_MODE)
      continue;
    g_string_append_printf(all, "%s%s", all->len ? ", " : "", argument->name);
    if (g_str_equal(argument->name, key))
      found = argument;
  }
  *keys = g_string_free(all, FALSE);
  return found;
}

static gboolean parse_pair(const Procedure *procedure, const gchar *pair, guint64 *given, FlowOptions *options,
                           GError **error) {
  const gchar *equals = strchr(pair, '=');
  gchar *key = equals ? g_strndup(pair, equals - pair) : g_strdup(pair), *keys = NULL;
  const Argument *argument = find_key(procedure, key, &keys);
  gboolean ok = FALSE;

  if (!equals)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("'%s' in the text of arguments is no pair of a name and a value, as in strength=0.5."), pair);
  else if (!argument)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("There is no argument '%s'. There are %s."), key, keys);
  else if (*given & (G_GUINT64_CONSTANT(1) << argument->id))
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is given twice."), key);
  else
    ok = set_value(argument, equals + 1, options, error);
  if (ok)
    *given |= G_GUINT64_CONSTANT(1) << argument->id;
  g_free(key);
  g_free(keys);
  return ok;
}

gboolean options_parse(const Procedure *procedure, const gchar *text, FlowOptions *options, GError **error) {
  gchar **pairs = NULL;
  guint64 given = 0;
  GError *fault = NULL;
  gboolean ok = TRUE;

  if (!g_shell_parse_argv(text ? text : "", NULL, &pairs, &fault)) {
    ok = g_error_matches(fault, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING);
    if (!ok)
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("A quotation mark in the text of arguments is not closed: %s"),
                  text);
    g_clear_error(&fault);
  }
  for (gchar **pair = pairs; ok && pair && *pair; pair++)
    ok = parse_pair(procedure, *pair, &given, options, error);
  g_strfreev(pairs);
  return ok;
}

static gchar *value_text(const Argument *argument, gconstpointer field) {
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  if (argument->type == ARGUMENT_IS_TEXT)
    return g_shell_quote(*(gchar *const *)field);
  if (argument->words)
    return g_strdup(argument->words[*(const gint *)field]);
  return g_strdup(g_ascii_dtostr(number, sizeof number,
                                 argument->type == ARGUMENT_IS_FLOAT ? *(const gdouble *)field : *(const gint *)field));
}

gchar *options_text(const Procedure *procedure, const FlowOptions *options) {
  GString *text = g_string_new(NULL);

  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gconstpointer field = options_field((FlowOptions *)options, argument->id);
    gchar *value;

    if (!field || argument->type == ARGUMENT_IS_ITEM)
      continue;
    value = value_text(argument, field);
    g_string_append_printf(text, "%s%s=%s", text->len ? " " : "", argument->name, value);
    g_free(value);
  }
  return g_string_free(text, FALSE);
}

/* ------------------------------------------------------------------------------------------- methods */

gint options_method(ArgumentId id) {
  switch (id) {
  case ARGUMENT_MASK_RULE:
  case ARGUMENT_SPACE:
    return EDIT_STYLES;
  case ARGUMENT_COLLAGE:
  case ARGUMENT_MATCH_COLOURS:
  case ARGUMENT_ROUNDS:
  case ARGUMENT_DETAIL:
    return EDIT_HEAL;
  default:
    return -1;
  }
}

gboolean options_check_method(const Procedure *procedure, FlowOptions *options, GError **error) {
  for (gint i = 0; procedures_takes(procedure, ARGUMENT_METHOD) && i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gint method = options_method(argument->id);
    gpointer field = options_field(options, argument->id);

    if (method < 0 || method == (gint)options->method ||
        (argument->type == ARGUMENT_IS_FLOAT ? *(gdouble *)field : *(gint *)field) == argument->default_value)
      continue;
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The argument '%s' belongs to the method %s. Leave it out, or choose that method."), argument->name,
                words_methods[method]);
    return FALSE;
  }
  if (options->match_colours && options->collage != STYLEMAP_START_CLONE &&
      (gint)options->collage != (gint)procedures_argument(ARGUMENT_COLLAGE)->default_value) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                        _("The argument 'match-colours' mends the clone, and 'collage' names another one. Leave out one of them."));
    return FALSE;
  }
  return TRUE;
}
