/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plug-in as GIMP 2.10 meets it: registering, arguments, return values. */
#include "gimp-2.10/settings.h"
#include "gimp/alone.h"
#include "gimp/call.h"
#include "host/say.h"
#include "host/start.h"
#include <glib/gi18n-lib.h>

#define MOST_ARGUMENTS 16

static GimpPDBArgType type_of(const Argument *argument) {
  switch (argument->id) {
  case ARGUMENT_IMAGE:
    return GIMP_PDB_IMAGE;
  case ARGUMENT_DRAWABLE:
  case ARGUMENT_REFERENCE:
  case ARGUMENT_WITH:
  case ARGUMENT_WITHOUT:
    return GIMP_PDB_DRAWABLE;
  default:
    return argument->type == ARGUMENT_IS_TEXT    ? GIMP_PDB_STRING
           : argument->type == ARGUMENT_IS_FLOAT ? GIMP_PDB_FLOAT
                                                 : GIMP_PDB_INT32;
  }
}

/* What the text of options may hold. */
static gchar *options_help(const Procedure *procedure) {
  GString *text = g_string_new("name=value pairs with spaces between them, quoted as in a shell; what is left out has its "
                               "default");

  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);

    if (argument->type != ARGUMENT_IS_ITEM && argument->id != ARGUMENT_RUN_MODE)
      g_string_append_printf(text, ".\n%s: %s", argument->name, argument->text);
  }
  return g_string_free(text, FALSE);
}

static gboolean returns_layers(const Procedure *procedure) {
  return procedure->returns == RETURNS_LAYERS || procedure->returns == RETURNS_FRAMES;
}

static void install(const Procedure *procedure, const gchar *name, const gchar *help, const gchar *menu_label,
                    const GimpParamDef *arguments, gint n_arguments) {
  static const GimpParamDef layer[] = {{GIMP_PDB_LAYER, "layer", "The new layer"}};
  static const GimpParamDef layers[] = {
      {GIMP_PDB_INT32, "num-layers", "The number of new layers"},
      {GIMP_PDB_INT32ARRAY, "layers", "The new layers, frame 1 first"},
  };
  static const GimpParamDef image[] = {{GIMP_PDB_IMAGE, "image", "The new image"}};
  static const GimpParamDef text[] = {{GIMP_PDB_STRING, "text", "What there is to tell"}};
  static const GimpParamDef *const values[] = {layer, layers, layers, image, text}; /* by ProcedureReturns */

  /* "*": an entry that is always there and explains what it cannot do */
  gimp_install_procedure(name, procedure->blurb, help, "The StyleMap for GIMP authors",
                         "The StyleMap for GIMP authors, GPL-3.0-or-later", "2026", menu_label,
                         procedure->alone ? NULL : "*", GIMP_PLUGIN, n_arguments,
                         returns_layers(procedure) ? 2 : 1, arguments, values[procedure->returns]);
}

static gboolean is_positional(const Procedure *procedure, ArgumentId id) {
  for (gint i = 0; i < procedure->n_positional; i++)
    if (procedure->arguments[i] == id)
      return TRUE;
  return FALSE;
}

/* Run mode, image, drawable, the reference if there is one, and a text for all the rest. */
static void install_with_text(const Procedure *procedure, const GimpParamDef *arguments) {
  gint n_items = procedures_takes(procedure, ARGUMENT_REFERENCE) ? 4 : 3;
  gchar *name = g_strconcat(procedure->name, PROCEDURES_WITH, NULL), *text = options_help(procedure);
  GimpParamDef with[5];

  memcpy(with, arguments, n_items * sizeof *with);
  with[n_items] = (GimpParamDef){GIMP_PDB_STRING, "options", text};
  install(procedure, name, procedure->help, NULL, with, n_items + 1);
  g_free(name);
  g_free(text);
}

static void query(void) {
  const Procedure *procedure;

  gimp_plugin_domain_register(GETTEXT_PACKAGE, say_catalogues());
  /* gimp-help.xml in a language's folder there names a procedure's page */
  gimp_plugin_help_register(GETTEXT_PACKAGE, "file://" STYLEMAP_DOC_DIR);
  for (gint n = 0; (procedure = procedures_nth(n)) != NULL; n++) {
    GimpParamDef arguments[MOST_ARGUMENTS];
    gboolean with = procedure->n_arguments > procedure->n_positional;
    gboolean styles = procedures_takes(procedure, ARGUMENT_METHOD) && !is_positional(procedure, ARGUMENT_METHOD);
    gchar *help = with ? g_strconcat(procedure->help, styles ? " Scripts get the method styles here; " : " ",
                                     procedure->name, PROCEDURES_WITH " takes every option.", NULL)
                       : g_strdup(procedure->help);

    g_assert(procedure->n_positional <= MOST_ARGUMENTS);
    for (gint i = 0; i < procedure->n_positional; i++) {
      const Argument *argument = procedures_argument(procedure->arguments[i]);

      arguments[i].type = type_of(argument);
      arguments[i].name = (gchar *)argument->name;
      arguments[i].description = (gchar *)argument->text;
    }
    install(procedure, procedure->name, help, procedure->menu_label, arguments, procedure->n_positional);
    if (with)
      install_with_text(procedure, arguments);
    g_free(help);
    if (procedure->menu_label)
      gimp_plugin_menu_register(procedure->name, PROCEDURES_MENU);
  }
}

/* ---------------------------------------------------------------------------------------- arguments */

/* The arguments by their place, of the signatures that are final. */
static void take_arguments(const Procedure *procedure, const GimpParam *params, FlowOptions *options) {
  options->method = EDIT_STYLES; /* where there was no other, with the results that they had */
  options->frames_detail = 0;
  options->into = INTO_PATCHES;
  for (gint i = 0; i < procedure->n_positional; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gpointer field = options_field(options, argument->id);

    if (!field)
      continue;
    if (argument->type == ARGUMENT_IS_ITEM) {
      *(gint32 *)field = params[i].data.d_drawable;
    } else if (argument->type == ARGUMENT_IS_TEXT) {
      g_free(*(gchar **)field);
      *(gchar **)field = g_strdup(params[i].data.d_string ? params[i].data.d_string : "");
    } else if (argument->type == ARGUMENT_IS_FLOAT) {
      *(gdouble *)field = params[i].data.d_float;
    } else {
      *(gint *)field = params[i].data.d_int32;
    }
  }
}

/* The user's choice, by the way that the run mode says. */
static gboolean choose(const Procedure **called, gboolean with, GimpRunMode mode, const GimpParam *params,
                       gint n_params, DrawableRef *target, FlowOptions *options, GError **error) {
  const Procedure *procedure = *called;
  gint n_items = procedures_takes(procedure, ARGUMENT_REFERENCE) ? 4 : 3;
  gint n_arguments = with ? n_items + 1 : procedure->n_positional;

  if (mode != GIMP_RUN_NONINTERACTIVE) {
    settings_load(procedure, options);
  } else if (n_params != n_arguments) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), procedure->name, n_arguments,
                n_params);
    return FALSE;
  } else {
    options_defaults(procedure, options);
    if (!with)
      take_arguments(procedure, params, options);
    else if (!options_parse(procedure, params[n_items].data.d_string, options, error))
      return FALSE;
    else if (n_items == 4)
      options->reference = params[3].data.d_drawable;
  }
  if (procedure->again && !call_again(called, mode, params[1].data.d_image, target, options, error))
    return FALSE;
  if (!call_choose(*called, mode, params[1].data.d_image, target, options, error))
    return FALSE;
  if (mode == GIMP_RUN_INTERACTIVE && !procedure->again)
    settings_save(procedure, options); /* before the work: an error must not cost the choice */
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ results */

/* A value of a call that failed, beside the status. */
static void fail(const GError *error, GimpParam *values) {
  static gchar message[STYLEMAP_ERROR_TEXT];

  values[0].data.d_status = call_status(error);
  values[1].type = GIMP_PDB_STRING;
  g_strlcpy(message, error->message, sizeof message);
  values[1].data.d_string = message;
}

/* Of a procedure that needs no image. */
static void run_alone(const Procedure *procedure, gint n_params, const GimpParam *params, GimpParam *values) {
  FlowOptions options = {.reference = NO_ITEM};
  Alone call = {.procedure = procedure, .mode = params[0].data.d_int32, .options = &options};
  GError *error = NULL;

  if (call.mode != GIMP_RUN_NONINTERACTIVE)
    settings_load(procedure, &options);
  else
    options_defaults(procedure, &options);
  if (call.mode == GIMP_RUN_NONINTERACTIVE && n_params != procedure->n_arguments)
    g_set_error(&error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), procedure->name,
                procedure->n_arguments, n_params);
  else if (call.mode == GIMP_RUN_NONINTERACTIVE)
    take_arguments(procedure, params, &options);
  if (error || !alone_run(&call, &error)) {
    fail(error, values);
  } else {
    if (call.mode == GIMP_RUN_INTERACTIVE)
      settings_save(procedure, &options);
    values[0].data.d_status = GIMP_PDB_SUCCESS;
    if (procedure->returns == RETURNS_IMAGE) {
      values[1].type = GIMP_PDB_IMAGE;
      values[1].data.d_image = call.image;
    } else {
      values[1].type = GIMP_PDB_STRING;
      values[1].data.d_string = call.text; /* GIMP's to read after this function: the process ends then */
    }
  }
  g_clear_error(&error);
  options_clear(&options);
}

static void run(const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **return_values) {
  static GimpParam values[3];
  const gchar *suffix = g_str_has_suffix(name, PROCEDURES_WITH) ? g_strrstr(name, PROCEDURES_WITH) : NULL;
  gchar *plain = g_strndup(name, suffix ? (gsize)(suffix - name) : strlen(name));
  const Procedure *procedure = procedures_find(plain);
  GimpRunMode mode = params[0].data.d_int32;
  DrawableRef target;
  FlowOptions options = {.reference = NO_ITEM};
  FlowResult result = {0};
  GError *error = NULL;

  say_start();
  call_start();

  *return_values = values;
  values[0].type = GIMP_PDB_STATUS;
  if (procedure->alone) {
    *n_values = 2;
    run_alone(procedure, n_params, params, values);
    g_free(plain);
    return;
  }
  target = params[2].data.d_drawable;
  if (choose(&procedure, suffix != NULL, mode, params, n_params, &target, &options, &error) &&
      call_run(procedure, params[1].data.d_image, target, &options, &result, &error)) {
    values[0].data.d_status = GIMP_PDB_SUCCESS;
    if (returns_layers(procedure)) {
      *n_values = 3;
      values[1].type = GIMP_PDB_INT32;
      values[1].data.d_int32 = result.n_layers;
      values[2].type = GIMP_PDB_INT32ARRAY;
      values[2].data.d_int32array = result.layers;
    } else {
      *n_values = 2;
      values[1].type = GIMP_PDB_LAYER;
      values[1].data.d_layer = result.layers[0];
    }
    call_tell(mode, &result);
    call_show(mode, &result);
    /* the layers' numbers are GIMP's to read after this function: the process ends then */
  } else {
    fail(error, values);
    /* As many values as were declared: GIMP 2.10 fills missing ones up, and an array after a text kills it. */
    values[2].type = GIMP_PDB_INT32;
    values[2].data.d_int32 = 0;
    *n_values = returns_layers(procedure) ? 3 : 2;
  }
  g_clear_error(&error);
  options_clear(&options);
  g_free(plain);
}

const GimpPlugInInfo PLUG_IN_INFO = {NULL, NULL, query, run};

int main(int argc, char **argv) {
  start_without_tables();
  return gimp_main(&PLUG_IN_INFO, argc, argv);
}
