/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plug-in as GIMP 3 meets it: registering, arguments, last values (which GIMP keeps), return values. */
#include "gimp/alone.h"
#include "gimp/call.h"
#include "gimp/places.h"
#include "host/say.h"
#include "host/start.h"
#include "host/words.h"
#include <glib/gi18n-lib.h>

/* What a dialog offers beyond the procedure's arguments: kept with the last values, not to be called with. */
#define REFINE "refine"
#define DIALOG_INTO "dialog-into" /* the dialog's `into`, whose default is another */

typedef struct {
  GimpPlugIn parent;
} StyleMap;
typedef struct {
  GimpPlugInClass parent;
} StyleMapClass;
static GType style_map_get_type(void);
G_DEFINE_TYPE(StyleMap, style_map, GIMP_TYPE_PLUG_IN)

/* ---------------------------------------------------------------------------------------- arguments */

static GimpChoice *new_choice(const Argument *argument) {
  GimpChoice *choice = gimp_choice_new();

  for (gint i = 0; argument->words[i]; i++)
    gimp_choice_add(choice, argument->words[i], i, argument->words[i], NULL);
  return choice;
}

static void add_argument(GimpProcedure *made, const Argument *argument) {
  const gchar *name = argument->name, *text = argument->text;

  switch (argument->id) {
  case ARGUMENT_RUN_MODE: /* every image procedure has these */
  case ARGUMENT_IMAGE:
  case ARGUMENT_DRAWABLE:
    return;
  case ARGUMENT_REFERENCE: /* of this session: what is kept in a file would mean another layer */
  case ARGUMENT_WITH:
  case ARGUMENT_WITHOUT:
    gimp_procedure_add_drawable_argument(made, name, name, text, TRUE, G_PARAM_READWRITE | GIMP_PARAM_DONT_SERIALIZE);
    return;
  case ARGUMENT_REFERENCES: /* so is this */
    gimp_procedure_add_string_argument(made, name, name, text, "", G_PARAM_READWRITE | GIMP_PARAM_DONT_SERIALIZE);
    return;
  default:
    break;
  }
  switch (argument->type) {
  case ARGUMENT_IS_ITEM:
    break;
  case ARGUMENT_IS_TEXT:
    gimp_procedure_add_string_argument(made, name, name, text, "", G_PARAM_READWRITE);
    break;
  case ARGUMENT_IS_CHOICE:
    gimp_procedure_add_choice_argument(made, name, name, text, new_choice(argument), argument->words[(gint)argument->default_value],
                                       G_PARAM_READWRITE);
    break;
  case ARGUMENT_IS_FLAG:
    gimp_procedure_add_boolean_argument(made, name, name, text, argument->default_value != 0, G_PARAM_READWRITE);
    break;
  case ARGUMENT_IS_FLOAT:
    gimp_procedure_add_double_argument(made, name, name, text, argument->minimum, argument->maximum,
                                       argument->default_value, G_PARAM_READWRITE);
    break;
  case ARGUMENT_IS_INT:
    gimp_procedure_add_int_argument(made, name, name, text, (gint)argument->minimum, (gint)argument->maximum,
                                    (gint)argument->default_value, G_PARAM_READWRITE);
    break;
  }
}

static void take_config(GimpProcedureConfig *config, const Procedure *procedure, GimpRunMode mode, FlowOptions *options) {
  const gchar *steps = procedures_argument(ARGUMENT_REFINE_STEPS)->name;

  options_defaults(procedure, options);
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gpointer field = options_field(options, argument->id);
    gchar *text = NULL;

    if (!field)
      continue;
    if (argument->type != ARGUMENT_IS_TEXT && argument->type != ARGUMENT_IS_CHOICE) {
      g_object_get(config, argument->name, field, NULL);
      continue;
    }
    g_object_get(config, argument->name, &text, NULL);
    if (argument->type == ARGUMENT_IS_TEXT) {
      g_free(*(gchar **)field);
      *(gchar **)field = g_strdup(text ? text : "");
    } else if (text) {
      *(gint *)field = words_find(argument->words, text);
    }
    g_free(text);
  }
  if (procedures_offers_refinement(procedure))
    g_object_get(config, REFINE, &options->refine, steps, &options->refine_steps, NULL);
  if (procedures_takes(procedure, ARGUMENT_INTO) && mode != GIMP_RUN_NONINTERACTIVE) {
    gchar *into = NULL;

    g_object_get(config, DIALOG_INTO, &into, NULL);
    options->into = (FramesInto)words_find(options_into, into);
    g_free(into);
  }
}

static void put_config(GimpProcedureConfig *config, const Procedure *procedure, FlowOptions *options) {
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gconstpointer field = options_field(options, argument->id);

    if (!field)
      continue;
    if (argument->type == ARGUMENT_IS_FLOAT)
      g_object_set(config, argument->name, *(const gdouble *)field, NULL);
    else if (argument->type == ARGUMENT_IS_INT || argument->type == ARGUMENT_IS_FLAG)
      g_object_set(config, argument->name, *(const gint *)field, NULL);
    else if (argument->type == ARGUMENT_IS_CHOICE)
      g_object_set(config, argument->name, argument->words[*(const gint *)field], NULL);
    else if (argument->type == ARGUMENT_IS_TEXT)
      g_object_set(config, argument->name, places_kept(argument->id, *(gchar *const *)field), NULL);
    else
      g_object_set(config, argument->name, *(const gconstpointer *)field, NULL);
  }
  if (procedures_offers_refinement(procedure))
    g_object_set(config, REFINE, options->refine, procedures_argument(ARGUMENT_REFINE_STEPS)->name,
                 options->refine_steps, NULL);
  if (procedures_takes(procedure, ARGUMENT_INTO))
    g_object_set(config, DIALOG_INTO, options_into[options->into], NULL);
}

/* ---------------------------------------------------------------------------------------------- run */

static gboolean check_selected(const Procedure *procedure, GimpDrawable **drawables, FlowOptions *options, GError **error) {
  gint n = gimp_core_object_array_get_length((GObject **)drawables);

  if (n > 1 && procedure->returns == RETURNS_FRAMES) {
    options->chosen = g_new(GimpLayer *, n);
    options->n_chosen = n;
    for (gint i = 0; i < n; i++)
      options->chosen[i] = AS_LAYER(drawables[i]);
    return TRUE;
  }
  if (n > 1)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("StyleMap edits one layer at a time, and %d are selected. Click the layer to edit in the Layers "
                  "dialog, then try again."),
                n);
  else if (n == 0)
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                        _("No layer is selected. Click the layer to edit in the Layers dialog, then try again."));
  return n == 1;
}

static GimpValueArray *run(GimpProcedure *called, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
                           GimpProcedureConfig *config, gpointer data) {
  const Procedure *procedure = data;
  FlowOptions options = {.reference = NO_ITEM};
  FlowResult result = {0};
  GimpDrawable *target = drawables[0], *reference;
  GimpValueArray *values;
  GError *error = NULL;
  gboolean ok, again = procedure->again;

  call_start();
  take_config(config, procedure, mode, &options);
  reference = options.reference;
  ok = check_selected(procedure, drawables, &options, &error) &&
       (!again || call_again(&procedure, mode, image, &target, &options, &error)) &&
       call_choose(procedure, mode, image, &target, &options, &error);
  if (ok && mode == GIMP_RUN_INTERACTIVE && !again)
    put_config(config, procedure, &options);
  if (ok && call_run(procedure, image, target, &options, &result, &error)) {
    values = gimp_procedure_new_return_values(called, GIMP_PDB_SUCCESS, NULL);
    if (procedure->returns == RETURNS_LAYERS || procedure->returns == RETURNS_FRAMES) {
      GimpLayer **layers = g_new0(GimpLayer *, result.n_layers + 1);

      memcpy(layers, result.layers, result.n_layers * sizeof *layers);
      g_value_take_boxed(gimp_value_array_index(values, 1), layers);
    } else {
      GIMP_VALUES_SET_LAYER(values, 1, result.layers[0]);
    }
    call_tell(mode, &result);
    call_show(mode, &result);
    flow_result_clear(&result);
  } else {
    GimpPDBStatusType status = call_status(error);

    if (status == GIMP_PDB_CANCEL)
      g_clear_error(&error); /* the user knows */
    values = gimp_procedure_new_return_values(called, status, error);
  }
  g_clear_object(&reference);
  options_clear(&options);
  return values;
}

static GimpValueArray *run_alone(GimpProcedure *called, GimpProcedureConfig *config, gpointer data) {
  const Procedure *procedure = data;
  FlowOptions options = {.reference = NO_ITEM};
  Alone call = {.procedure = procedure, .options = &options};
  DrawableRef with, without;
  GimpValueArray *values;
  GError *error = NULL;

  call_start();
  g_object_get(config, "run-mode", &call.mode, NULL);
  take_config(config, procedure, call.mode, &options);
  with = options.alone.with;
  without = options.alone.without;
  if (alone_run(&call, &error)) {
    if (call.mode == GIMP_RUN_INTERACTIVE)
      put_config(config, procedure, &options);
    values = gimp_procedure_new_return_values(called, GIMP_PDB_SUCCESS, NULL);
    if (procedure->returns == RETURNS_IMAGE)
      GIMP_VALUES_SET_IMAGE(values, 1, call.image);
    else
      GIMP_VALUES_TAKE_STRING(values, 1, call.text);
  } else {
    GimpPDBStatusType status = call_status(error);

    if (status == GIMP_PDB_CANCEL)
      g_clear_error(&error);
    values = gimp_procedure_new_return_values(called, status, error);
  }
  g_clear_object(&with);
  g_clear_object(&without);
  options_clear(&options);
  return values;
}

/* ------------------------------------------------------------------------------------------ registering */

static GList *query_procedures(GimpPlugIn *plug_in) {
  GList *names = NULL;
  const Procedure *procedure;
  GFile *manual = g_file_new_for_path(STYLEMAP_DOC_DIR);

  /* gimp-help.xml in a language's folder there names a procedure's page */
  gimp_plug_in_set_help_domain(plug_in, GETTEXT_PACKAGE, manual);
  g_object_unref(manual);
  for (gint n = 0; (procedure = procedures_nth(n)) != NULL; n++)
    names = g_list_append(names, g_strdup(procedure->name));
  return names;
}

static GimpProcedure *create_procedure(GimpPlugIn *plug_in, const gchar *name) {
  const Procedure *procedure = procedures_find(name);
  GimpProcedure *made;

  if (procedure->alone) {
    made = gimp_procedure_new(plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run_alone, (gpointer)procedure, NULL);
    gimp_procedure_add_enum_argument(made, "run-mode", "run-mode", procedures_argument(ARGUMENT_RUN_MODE)->text,
                                     GIMP_TYPE_RUN_MODE, GIMP_RUN_NONINTERACTIVE, G_PARAM_READWRITE);
    gimp_procedure_set_sensitivity_mask(made, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  } else {
    made = gimp_image_procedure_new(plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, (gpointer)procedure, NULL);
    /* an entry that is always there and explains what it cannot do */
    gimp_procedure_set_image_types(made, "*");
    gimp_procedure_set_sensitivity_mask(made, GIMP_PROCEDURE_SENSITIVE_DRAWABLE | GIMP_PROCEDURE_SENSITIVE_DRAWABLES |
                                                  GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  }
  if (procedure->menu_label) {
    gimp_procedure_set_menu_label(made, _(procedure->menu_label));
    gimp_procedure_add_menu_path(made, PROCEDURES_MENU);
  }
  gimp_procedure_set_documentation(made, _(procedure->blurb), procedure->help, name);
  gimp_procedure_set_attribution(made, "The StyleMap for GIMP authors", "The StyleMap for GIMP authors, GPL-3.0-or-later",
                                 "2026");
  for (gint i = 0; i < procedure->n_arguments; i++)
    add_argument(made, procedures_argument(procedure->arguments[i]));
  if (procedures_offers_refinement(procedure)) {
    const Argument *steps = procedures_argument(ARGUMENT_REFINE_STEPS);

    gimp_procedure_add_boolean_aux_argument(made, REFINE, REFINE, NULL, FALSE, G_PARAM_READWRITE);
    gimp_procedure_add_int_aux_argument(made, steps->name, steps->name, steps->text, (gint)steps->minimum,
                                        (gint)steps->maximum, (gint)steps->default_value, G_PARAM_READWRITE);
  }
  if (procedures_takes(procedure, ARGUMENT_INTO))
    gimp_procedure_add_choice_aux_argument(made, DIALOG_INTO, DIALOG_INTO, NULL, new_choice(procedures_argument(ARGUMENT_INTO)),
                                           options_into[OPTIONS_DIALOG_INTO], G_PARAM_READWRITE);
  if (procedure->returns == RETURNS_LAYERS || procedure->returns == RETURNS_FRAMES)
    gimp_procedure_add_core_object_array_return_value(made, "layers", "layers", "The new layers, frame 1 first",
                                                      GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  else if (procedure->returns == RETURNS_IMAGE)
    gimp_procedure_add_image_return_value(made, "image", "image", "The new image", FALSE, G_PARAM_READWRITE);
  else if (procedure->returns == RETURNS_TEXT)
    gimp_procedure_add_string_return_value(made, "text", "text", "What there is to tell", "", G_PARAM_READWRITE);
  else
    gimp_procedure_add_layer_return_value(made, "layer", "layer", "The new layer", FALSE, G_PARAM_READWRITE);
  return made;
}

/* The translations lie with the command's, not beside this program, where GIMP would look for them. */
static gboolean set_i18n(GimpPlugIn *plug_in, const gchar *name, gchar **domain, gchar **folder) {
  say_start();
  return FALSE;
}

static void style_map_class_init(StyleMapClass *klass) {
  GimpPlugInClass *plug_in = GIMP_PLUG_IN_CLASS(klass);

  plug_in->query_procedures = query_procedures;
  plug_in->create_procedure = create_procedure;
  plug_in->set_i18n = set_i18n;
}

static void style_map_init(StyleMap *self) {}

int main(int argc, char **argv) {
  start_without_tables();
  return gimp_main(style_map_get_type(), argc, argv);
}
