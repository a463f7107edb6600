/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure.h"

static GimpPDBArgType type_of(MeasureType type) {
  return type == MEASURE_IMAGE      ? GIMP_PDB_IMAGE
         : type == MEASURE_DRAWABLE ? GIMP_PDB_DRAWABLE
         : type == MEASURE_INT      ? GIMP_PDB_INT32
                                    : GIMP_PDB_FLOAT;
}

static gint describe(const MeasureSlot *slots, GimpParamDef *defs) {
  gint n = 0;

  for (; slots[n].type != MEASURE_NONE; n++)
    defs[n] = (GimpParamDef){type_of(slots[n].type), (gchar *)slots[n].name, (gchar *)""};
  return n;
}

static void query(void) {
  const Measure *measure;

  for (gint n = 0; (measure = measures_nth(n)) != NULL; n++) {
    GimpParamDef arguments[MEASURE_MOST], values[MEASURE_MOST];
    gint n_arguments = describe(measure->arguments, arguments), n_values = describe(measure->values, values);

    gimp_install_procedure(measure->name, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, n_arguments, n_values, arguments,
                           n_values ? values : NULL);
  }
}

static void run(const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **return_values) {
  static GimpParam values[MEASURE_MOST + 1];
  const Measure *measure = measures_begin(name);
  MeasureValue in[MEASURE_MOST], out[MEASURE_MOST];

  for (gint i = 0; i < n_params; i++) {
    if (measure->arguments[i].type == MEASURE_IMAGE)
      in[i].image = params[i].data.d_image;
    else if (measure->arguments[i].type == MEASURE_DRAWABLE)
      in[i].drawable = params[i].data.d_drawable;
    else
      in[i].number = params[i].type == GIMP_PDB_INT32 ? params[i].data.d_int32 : params[i].data.d_float;
  }
  measure->run(in, out);
  values[0].type = GIMP_PDB_STATUS;
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  *return_values = values;
  *n_values = 1;
  for (gint i = 0; measure->values[i].type != MEASURE_NONE; i++, ++*n_values) {
    values[i + 1].type = type_of(measure->values[i].type);
    if (measure->values[i].type == MEASURE_INT)
      values[i + 1].data.d_int32 = (gint32)out[i].number;
    else
      values[i + 1].data.d_float = out[i].number;
  }
}

const GimpPlugInInfo PLUG_IN_INFO = {NULL, NULL, query, run};

MAIN()
