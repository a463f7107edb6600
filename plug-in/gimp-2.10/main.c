/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plug-in as GIMP 2.10 meets it: registering, arguments, return values. */
#include "gimp-2.10/settings.h"
#include "gimp/call.h"
#include <glib/gi18n-lib.h>
#include <locale.h>

#define MOST_ARGUMENTS 16

static GimpPDBArgType type_of(const Argument *argument) {
  switch (argument->id) {
  case ARGUMENT_IMAGE:
    return GIMP_PDB_IMAGE;
  case ARGUMENT_DRAWABLE:
  case ARGUMENT_REFERENCE:
    return GIMP_PDB_DRAWABLE;
  default:
    return argument->type == ARGUMENT_IS_TEXT    ? GIMP_PDB_STRING
           : argument->type == ARGUMENT_IS_FLOAT ? GIMP_PDB_FLOAT
                                                 : GIMP_PDB_INT32;
  }
}

static void query(void) {
  static const GimpParamDef layer[] = {{GIMP_PDB_LAYER, "layer", "The new layer"}};
  static const GimpParamDef layers[] = {
      {GIMP_PDB_INT32, "num-layers", "The number of new layers"},
      {GIMP_PDB_INT32ARRAY, "layers", "The new layers, frame 1 first"},
  };
  const Procedure *procedure;

  gimp_plugin_domain_register(GETTEXT_PACKAGE, STYLEMAP_LOCALE_DIR);
  /* gimp-help.xml in a language's folder there names a procedure's page */
  gimp_plugin_help_register(GETTEXT_PACKAGE, "file://" STYLEMAP_DOC_DIR);
  for (gint n = 0; (procedure = procedures_nth(n)) != NULL; n++) {
    GimpParamDef arguments[MOST_ARGUMENTS];
    gboolean many = procedure->kind == EDIT_INTERPOLATE;

    g_assert(procedure->n_arguments <= MOST_ARGUMENTS);
    for (gint i = 0; i < procedure->n_arguments; i++) {
      const Argument *argument = procedures_argument(procedure->arguments[i]);

      arguments[i].type = type_of(argument);
      arguments[i].name = (gchar *)argument->name;
      arguments[i].description = (gchar *)argument->text;
    }
    /* "*": an entry that is always there and explains what it cannot do */
    gimp_install_procedure(procedure->name, procedure->blurb, procedure->help, "The StyleMap for GIMP authors",
                           "The StyleMap for GIMP authors, GPL-3.0-or-later", "2026", procedure->menu_label, "*",
                           GIMP_PLUGIN, procedure->n_arguments, many ? 2 : 1, arguments, many ? layers : layer);
    if (procedure->menu_label)
      gimp_plugin_menu_register(procedure->name, PROCEDURES_MENU);
  }
}

/* ---------------------------------------------------------------------------------------- arguments */

static void take_arguments(const Procedure *procedure, const GimpParam *params, FlowOptions *options) {
  options->refine = procedures_takes(procedure, ARGUMENT_REFINE_STEPS);
  for (gint i = 0; i < procedure->n_arguments; i++) {
    switch (procedure->arguments[i]) {
    case ARGUMENT_REFERENCE:
      options->reference = params[i].data.d_drawable;
      break;
    case ARGUMENT_MODEL:
      g_free(options->model);
      options->model = g_strdup(params[i].data.d_string ? params[i].data.d_string : "");
      break;
    case ARGUMENT_STRENGTH:
      options->edit.strength = params[i].data.d_float;
      break;
    case ARGUMENT_MASK_RULE:
      options->edit.rule = params[i].data.d_int32;
      break;
    case ARGUMENT_SPACE:
      options->edit.space = params[i].data.d_int32;
      break;
    case ARGUMENT_FEATHER:
      options->feather = params[i].data.d_float;
      break;
    case ARGUMENT_FRAMES:
      options->frames = params[i].data.d_int32;
      break;
    case ARGUMENT_FRAME_MS:
      options->frame_ms = params[i].data.d_int32;
      break;
    case ARGUMENT_REFINE_STEPS:
      options->refine_steps = params[i].data.d_int32;
      break;
    default:
      break;
    }
  }
}

/* The user's choice, by the way that the run mode says. */
static gboolean choose(const Procedure *procedure, GimpRunMode mode, const GimpParam *params, gint n_params,
                       DrawableRef *target, FlowOptions *options, GError **error) {
  if (mode == GIMP_RUN_NONINTERACTIVE) {
    if (n_params != procedure->n_arguments) {
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), procedure->name,
                  procedure->n_arguments, n_params);
      return FALSE;
    }
    take_arguments(procedure, params, options);
  }
  if (!call_choose(procedure, mode, params[1].data.d_image, target, options, error))
    return FALSE;
  if (mode == GIMP_RUN_INTERACTIVE)
    settings_save(procedure, options); /* before the work: an error must not cost the choice */
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ results */

static void run(const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **return_values) {
  static GimpParam values[3];
  static gchar message[STYLEMAP_ERROR_TEXT];
  const Procedure *procedure = procedures_find(name);
  GimpRunMode mode = params[0].data.d_int32;
  DrawableRef target = params[2].data.d_drawable;
  FlowOptions options = {.reference = NO_ITEM};
  FlowResult result = {0};
  GError *error = NULL;

  setlocale(LC_ALL, "");
  bindtextdomain(GETTEXT_PACKAGE, STYLEMAP_LOCALE_DIR);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  gegl_init(NULL, NULL);

  *return_values = values;
  values[0].type = GIMP_PDB_STATUS;
  settings_load(procedure, &options);
  if (choose(procedure, mode, params, n_params, &target, &options, &error) &&
      flow_run(procedure, params[1].data.d_image, target, &options, &result, &error)) {
    values[0].data.d_status = GIMP_PDB_SUCCESS;
    if (procedure->kind == EDIT_INTERPOLATE) {
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
    if (mode != GIMP_RUN_NONINTERACTIVE)
      gimp_displays_flush();
    /* the layers' numbers are GIMP's to read after this function: the process ends then */
  } else {
    values[0].data.d_status = call_status(error);
    values[1].type = GIMP_PDB_STRING;
    g_strlcpy(message, error->message, sizeof message);
    values[1].data.d_string = message;
    /* As many values as were declared: GIMP 2.10 fills missing ones up, and an array after a text kills it. */
    values[2].type = GIMP_PDB_INT32;
    values[2].data.d_int32 = 0;
    *n_values = procedure->kind == EDIT_INTERPOLATE ? 3 : 2;
  }
  g_clear_error(&error);
  engine_free(options.engine);
  g_free(options.model);
}

const GimpPlugInInfo PLUG_IN_INFO = {NULL, NULL, query, run};

MAIN()
