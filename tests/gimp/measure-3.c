/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure.h"

typedef struct {
  GimpPlugIn parent;
} MeasurePlugIn;
typedef struct {
  GimpPlugInClass parent;
} MeasurePlugInClass;
static GType measure_plug_in_get_type(void);
G_DEFINE_TYPE(MeasurePlugIn, measure_plug_in, GIMP_TYPE_PLUG_IN)

static GimpValueArray *run(GimpProcedure *called, GimpProcedureConfig *config, gpointer data) {
  const Measure *measure = measures_begin(gimp_procedure_get_name(called));
  MeasureValue in[MEASURE_MOST], out[MEASURE_MOST];
  GimpValueArray *values = gimp_procedure_new_return_values(called, GIMP_PDB_SUCCESS, NULL);

  for (gint i = 0; measure->arguments[i].type != MEASURE_NONE; i++) {
    if (measure->arguments[i].type == MEASURE_INT) {
      gint number;

      g_object_get(config, measure->arguments[i].name, &number, NULL);
      in[i].number = number;
    } else {
      g_object_get(config, measure->arguments[i].name, &in[i], NULL);
    }
  }
  measure->run(in, out);
  for (gint i = 0; measure->values[i].type != MEASURE_NONE; i++) {
    if (measure->values[i].type == MEASURE_INT)
      GIMP_VALUES_SET_INT(values, i + 1, (gint)out[i].number);
    else
      GIMP_VALUES_SET_DOUBLE(values, i + 1, out[i].number);
  }
  return values;
}

static GList *query_procedures(GimpPlugIn *plug_in) {
  GList *names = NULL;
  const Measure *measure;

  for (gint n = 0; (measure = measures_nth(n)) != NULL; n++)
    names = g_list_append(names, g_strdup(measure->name));
  return names;
}

static GimpProcedure *create_procedure(GimpPlugIn *plug_in, const gchar *name) {
  GimpProcedure *made = gimp_procedure_new(plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
  const Measure *measure = measures_begin(name);

  for (const MeasureSlot *slot = measure->arguments; slot->type != MEASURE_NONE; slot++) {
    if (slot->type == MEASURE_IMAGE)
      gimp_procedure_add_image_argument(made, slot->name, slot->name, NULL, FALSE, G_PARAM_READWRITE);
    else if (slot->type == MEASURE_DRAWABLE)
      gimp_procedure_add_drawable_argument(made, slot->name, slot->name, NULL, FALSE, G_PARAM_READWRITE);
    else if (slot->type == MEASURE_INT)
      gimp_procedure_add_int_argument(made, slot->name, slot->name, NULL, G_MININT, G_MAXINT, 0, G_PARAM_READWRITE);
    else
      gimp_procedure_add_double_argument(made, slot->name, slot->name, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0,
                                         G_PARAM_READWRITE);
  }
  for (const MeasureSlot *slot = measure->values; slot->type != MEASURE_NONE; slot++) {
    if (slot->type == MEASURE_INT)
      gimp_procedure_add_int_return_value(made, slot->name, slot->name, NULL, G_MININT, G_MAXINT, 0, G_PARAM_READWRITE);
    else
      gimp_procedure_add_double_return_value(made, slot->name, slot->name, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0,
                                             G_PARAM_READWRITE);
  }
  return made;
}

static gboolean set_i18n(GimpPlugIn *plug_in, const gchar *name, gchar **domain, gchar **folder) { return FALSE; }

static void measure_plug_in_class_init(MeasurePlugInClass *klass) {
  GimpPlugInClass *plug_in = GIMP_PLUG_IN_CLASS(klass);

  plug_in->query_procedures = query_procedures;
  plug_in->create_procedure = create_procedure;
  plug_in->set_i18n = set_i18n;
}

static void measure_plug_in_init(MeasurePlugIn *self) {}

GIMP_MAIN(measure_plug_in_get_type())
