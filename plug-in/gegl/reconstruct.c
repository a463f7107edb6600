/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap:reconstruct: the model's own picture of its input. */
#ifdef GEGL_PROPERTIES

property_string (model, "Model", "")
  description ("A file, or the name of an installed model; empty: the one that draws the picture best")
property_int (refine, "Refine", 0)
  description ("Steps of descent that bring the styles nearer to the picture first; 0: none")
  value_range (0, EDIT_MOST_REFINE)
  ui_range (0, 200)

#else

#include <glib/gi18n-lib.h> /* GEGL asks for translations */

#include "gegl/edit.h"

#define GEGL_OP_FILTER
#define GEGL_OP_NAME stylemap_reconstruct
#define GEGL_OP_C_SOURCE reconstruct.c
#include "gegl-op.h"

#include "gegl/whole.h"

static gboolean process(GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result,
                        gint level) {
  GeglProperties *o = GEGL_PROPERTIES(operation);
  EditRequest request = { .kind = EDIT_RECONSTRUCT, .refine = o->refine,
                          .edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1 } };
  edit_node("stylemap:reconstruct", (Engine **)&o->user_data, o->model, &request, input, output);
  return TRUE;
}

static void gegl_op_class_init(GeglOpClass *klass) {
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS(klass);
  whole_class_init(klass);
  GEGL_OPERATION_FILTER_CLASS(klass)->process = process;
  gegl_operation_class_set_keys(operation_class, "name", "stylemap:reconstruct", "title", "StyleMap Reconstruct", "categories",
                                "artistic", "description",
                                "What a StyleMapGAN model makes of the picture: encoded to a style map, and drawn again", NULL);
}

#endif
