/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/check.h"
#include "gimp/result.h"
#include <glib/gi18n-lib.h>

static gboolean refuse(GError **error, HostErrorCode code, const gchar *sentence) {
  g_set_error_literal(error, HOST_ERROR, code, sentence);
  return FALSE;
}

gboolean check_target(ImageRef image, DrawableRef target, GError **error) {
  if (target == NO_ITEM || !gimp_item_is_valid(AS_ITEM(target)) || gimp_item_get_image(AS_ITEM(target)) != image)
    return refuse(error, HOST_ERROR_ARGUMENT, _("The target is not a layer of this image."));
  if (gimp_image_get_base_type(image) == GIMP_INDEXED)
    return refuse(error, HOST_ERROR_FAILED,
                  _("StyleMap cannot edit an indexed image. Choose Image > Mode > RGB first, then try again."));
  if (gimp_item_is_layer_mask(AS_ITEM(target)))
    return refuse(error, HOST_ERROR_FAILED,
                  _("A layer mask is being edited. Click the layer's picture in the Layers dialog, then try again."));
  if (!gimp_item_is_layer(AS_ITEM(target)))
    return refuse(error, HOST_ERROR_FAILED,
                  _("StyleMap edits layers, and a channel is active. Click a layer in the Layers dialog, then try "
                    "again."));
  if (gimp_image_get_floating_sel(image) != NO_ITEM)
    return refuse(error, HOST_ERROR_FAILED,
                  _("There is a floating selection. Choose Layer > Anchor Layer or Layer > To New Layer, then try "
                    "again."));
  if (gimp_item_is_group(AS_ITEM(target)))
    return refuse(error, HOST_ERROR_FAILED,
                  _("StyleMap edits single layers, and this is a layer group. Choose a layer in it, or "
                    "Layer > New from Visible."));
  return TRUE;
}

static gboolean lies_in(ItemRef item, ItemRef group) {
  while (item != NO_ITEM && item != group)
    item = gimp_item_get_parent(item);
  return item != NO_ITEM;
}

gboolean check_reference(DrawableRef target, DrawableRef reference, GError **error) {
  if (reference == NO_ITEM)
    return refuse(error, HOST_ERROR_ARGUMENT,
                  _("There is no reference layer. Open a second picture with File > Open as Layers and choose it."));
  if (!gimp_item_is_valid(AS_ITEM(reference)))
    return refuse(error, HOST_ERROR_ARGUMENT, _("The reference layer does not exist any more."));
  if (!gimp_item_is_layer(AS_ITEM(reference)))
    return refuse(error, HOST_ERROR_ARGUMENT, _("The reference must be a layer, not a channel or a layer mask."));
  if (reference == target)
    return refuse(error, HOST_ERROR_ARGUMENT,
                  _("Target and reference are the same layer. Choose another layer as the reference."));
  if (lies_in(AS_ITEM(target), AS_ITEM(reference)))
    return refuse(error, HOST_ERROR_ARGUMENT,
                  _("The target lies in the layer group that is to be the reference. Choose a layer or a group without "
                    "the target."));
  return TRUE;
}

gboolean check_numbers(const Procedure *procedure, FlowOptions *options, GError **error) {
  for (gint i = 0; i < procedure->n_arguments; i++) {
    const Argument *argument = procedures_argument(procedure->arguments[i]);
    gconstpointer field = options_field(options, argument->id);
    gdouble value;

    if (!field || argument->type == ARGUMENT_IS_ITEM || argument->type == ARGUMENT_IS_TEXT)
      continue;
    value = argument->type == ARGUMENT_IS_FLOAT ? *(const gdouble *)field : *(const gint *)field;
    if (!(value >= argument->minimum && value <= argument->maximum)) { /* also what is not a number */
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is %g; it must lie in %g to %g."),
                  argument->name, value, argument->minimum, argument->maximum);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean check_selection(const GeglRectangle *selected, DrawableRef target, const stylemap_placement *placement,
                         GError **error) {
  gint left, top, width, height;
  GeglRectangle square;

  if (!selected)
    return TRUE;
  width = gimp_drawable_get_width(target);
  height = gimp_drawable_get_height(target);
  gimp_drawable_get_offsets(target, &left, &top);
  stylemap_bounds(placement, width, height, &square.x, &square.y, &square.width, &square.height);
  if (gegl_rectangle_intersect(NULL, selected, &square))
    return TRUE;
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
              _("The selection lies outside the square that the model sees, the %d x %d pixels from (%d, %d) of the "
                "image on. Select something inside it, or choose Select > None to edit "
                "all of it."),
              square.width, square.height, square.x + left, square.y + top);
  return FALSE;
}

/* ------------------------------------------------------------------------------------------ proposing */

DrawableRef check_first_target(ImageRef image, DrawableRef given, const FlowOptions *options) {
  DrawableRef origin = options->replaces == NO_ITEM ? AS_DRAWABLE(result_target(image, given)) : NO_ITEM;

  return origin != NO_ITEM && check_target(image, origin, NULL) ? origin : given;
}

/* Whether earlier results may be, too: one is seldom what the next edit is to take from. */
typedef enum { OTHERS, RESULTS_TOO } Among;

static gboolean may_be_reference(DrawableRef target, ItemRef item, Among among) {
  return gimp_item_is_valid(item) && check_reference(target, AS_DRAWABLE(item), NULL) &&
         (among == RESULTS_TOO || result_target(gimp_item_get_image(item), AS_DRAWABLE(item)) == NO_ITEM);
}

/* The first layer in the list (from top to bottom, groups opened) that may be the reference. */
static DrawableRef first_in(ImageRef image, DrawableRef target, const ItemRef *items, gint n_items, Among among) {
  for (gint i = 0; i < n_items; i++) {
    if (may_be_reference(target, items[i], among))
      return AS_DRAWABLE(items[i]);
    if (gimp_item_is_group(items[i])) {
      gint n_children;
      ItemRef *children = compat_children(image, items[i], &n_children);
      DrawableRef found = first_in(image, target, children, n_children, among);

      g_free(children);
      if (found != NO_ITEM)
        return found;
    }
  }
  return NO_ITEM;
}

static DrawableRef first_in_image(DrawableRef target, ImageRef image, Among among) {
  gint n_layers;
  ItemRef *layers = compat_children(image, NO_ITEM, &n_layers);
  DrawableRef found = first_in(image, target, layers, n_layers, among);

  g_free(layers);
  return found;
}

/* The layer next to the target in its own group: below it first, then above. */
static DrawableRef beside(ImageRef image, DrawableRef target, Among among) {
  ItemRef parent = gimp_item_get_parent(AS_ITEM(target));
  gint n_items, position = gimp_image_get_item_position(image, AS_ITEM(target));
  ItemRef *items = compat_children(image, parent, &n_items);
  DrawableRef found = NO_ITEM;

  for (gint i = position + 1; i < n_items && found == NO_ITEM; i++)
    if (may_be_reference(target, items[i], among))
      found = AS_DRAWABLE(items[i]);
  for (gint i = MIN(position, n_items) - 1; i >= 0 && found == NO_ITEM; i--)
    if (may_be_reference(target, items[i], among))
      found = AS_DRAWABLE(items[i]);
  g_free(items);
  return found;
}

static DrawableRef propose_among(ImageRef image, DrawableRef target, gboolean frames, Among among) {
  DrawableRef found;
  gint n_images;
  ImageRef *images;

  if (!frames &&
      ((found = beside(image, target, among)) != NO_ITEM || (found = first_in_image(target, image, among)) != NO_ITEM))
    return found;
  images = compat_images(&n_images);
  found = NO_ITEM;
  for (gint i = 0; i < n_images && found == NO_ITEM; i++)
    if (images[i] != image)
      found = first_in_image(target, images[i], among);
  g_free(images);
  return found == NO_ITEM && frames ? first_in_image(target, image, among) : found;
}

DrawableRef check_propose_reference(ImageRef image, DrawableRef target, DrawableRef last, gboolean frames) {
  DrawableRef found;

  if (last != NO_ITEM && may_be_reference(target, AS_ITEM(last), RESULTS_TOO))
    return last;
  found = propose_among(image, target, frames, OTHERS);
  return found != NO_ITEM ? found : propose_among(image, target, frames, RESULTS_TOO);
}
