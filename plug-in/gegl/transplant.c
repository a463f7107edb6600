/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap:transplant: what the mask (aux2) covers comes from the reference (aux). */
#ifdef GEGL_PROPERTIES

enum_start (stylemap_transplant_method)
  enum_value (STYLEMAP_TRANSPLANT_STYLES, "styles", "Styles: drawn anew from both style maps")
  enum_value (STYLEMAP_TRANSPLANT_HEAL, "heal", "Heal: pasted, then mended by the model")
enum_end (StylemapTransplantMethod)

property_string (model, "Model", "")
  description ("A file, or the name of an installed model; empty: the one that draws the picture best")
property_enum (method, "Method", StylemapTransplantMethod, stylemap_transplant_method, STYLEMAP_TRANSPLANT_HEAL)
  description ("How the reference comes in")
property_double (strength, "Strength", 1.0)
  description ("How much of the reference is taken")
  value_range (0.0, 1.0)
property_double (feather, "Feather", MASK_BY_SIZE)
  description ("Softens the mask's edge, in pixels; -1: as suits the square and what is masked")
  value_range (MASK_BY_SIZE, EDIT_MOST_FEATHER)
  ui_range (MASK_BY_SIZE, 100.0)

#else

#include <glib/gi18n-lib.h> /* GEGL asks for translations */

#include "gegl/edit.h"

#define GEGL_OP_COMPOSER3
#define GEGL_OP_NAME stylemap_transplant
#define GEGL_OP_C_SOURCE transplant.c
#include "gegl-op.h"

#include "gegl/whole.h"

G_STATIC_ASSERT((int)STYLEMAP_TRANSPLANT_STYLES == (int)EDIT_STYLES && (int)STYLEMAP_TRANSPLANT_HEAL == (int)EDIT_HEAL);

/* The mask's numbers as they are stored: half grey is half, in a picture file as in GIMP's own masks, which are linear. */
static GeglBuffer *copy_mask(GeglBuffer *from, const GeglRectangle *frame) {
  const gboolean encoded = strchr(babl_get_name(gegl_buffer_get_format(from)), '\'') != NULL;
  GeglBuffer *made = edit_copy(from, frame, encoded ? "Y' float" : "Y float");
  gegl_buffer_set_format(made, babl_format("Y float"));
  return made;
}

static gboolean process(GeglOperation *operation, GeglBuffer *input, GeglBuffer *aux, GeglBuffer *aux2, GeglBuffer *output,
                        const GeglRectangle *result, gint level) {
  GeglProperties *o = GEGL_PROPERTIES(operation);
  EditReference reference = { .mask = NULL };
  EditRequest request = { .kind = EDIT_TRANSPLANT, .references = &reference, .n_references = 1, .method = (EditMethod)o->method,
                          .edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, o->strength } };
  if (!aux) { /* nothing to take */
    gegl_buffer_copy(input, NULL, GEGL_ABYSS_NONE, output, NULL);
    return TRUE;
  }
  stylemap_heal_defaults(&request.heal);
  request.mask.feather = o->feather < 0 ? MASK_BY_SIZE : o->feather;
  if (aux2) request.mask.selection = copy_mask(aux2, gegl_buffer_get_extent(input));
  reference.picture.buffer = edit_copy(aux, gegl_buffer_get_extent(aux), "R'G'B'A float");
  edit_node("stylemap:transplant", (Engine **)&o->user_data, o->model, &request, input, output);
  g_clear_object(&reference.picture.buffer);
  g_clear_object(&request.mask.selection);
  return TRUE;
}

static void gegl_op_class_init(GeglOpClass *klass) {
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS(klass);
  GeglOperationComposer3Class *composer = GEGL_OPERATION_COMPOSER3_CLASS(klass);
  whole_class_init(klass);
  composer->process = process;
  composer->aux_label = "Reference";
  composer->aux2_label = "Mask";
  gegl_operation_class_set_keys(operation_class, "name", "stylemap:transplant", "title", "StyleMap Transplant", "categories",
                                "compositors:blend", "description",
                                "Brings what the mask covers of the reference into the picture, by a StyleMapGAN model", NULL);
}

#endif
