/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/result.h"
#include "gimp/layer-mark.h"
#include "gimp/pixels.h"
#include "gimp/recipe.h"
#include "gimp/stack.h"
#include "host/layer.h"
#include "stylemap.h"
#include <glib/gi18n-lib.h>

/* ----------------------------------------------------------------------------------- whose result it is */

/* A parasite of three lines, "TATTOO FORM", the target's mark and its name; in files of older versions the first one alone. */
typedef enum { FORM_NONE, FORM_ABOVE, FORM_COPY, FORM_FRAME } Form;
static const gchar *const form_names[] = {"none", "above", "copy", "frame"};

static void remember(LayerRef layer, LayerRef target, Form form) {
  gchar *mark = layer_mark(target), *name = gimp_item_get_name(AS_ITEM(target));
  gchar *text = g_strdup_printf("%u %s\n%s\n%s", gimp_item_get_tattoo(AS_ITEM(target)), form_names[form], mark, name);
  GimpParasite *parasite =
      gimp_parasite_new(RESULT_PARASITE, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE, strlen(text) + 1, text);

  gimp_item_attach_parasite(AS_ITEM(layer), parasite);
  gimp_parasite_free(parasite);
  g_free(text);
  g_free(mark);
  g_free(name);
}

/* layer_trace_clear, but for FORM_NONE. */
static Form recall(ItemRef item, LayerTrace *trace) {
  GimpParasite *parasite = gimp_item_get_parasite(item, RESULT_PARASITE);
  Form form = FORM_NONE;
  gchar *text, *end, **lines;

  if (!parasite)
    return FORM_NONE;
  text = compat_parasite_text(parasite);
  lines = g_strsplit(text, "\n", 3);
  *trace = (LayerTrace){.tattoo = g_ascii_strtoull(lines[0] ? lines[0] : "", &end, 10)};
  if (g_str_equal(end, " above"))
    form = FORM_ABOVE;
  else if (g_str_equal(end, " copy"))
    form = FORM_COPY;
  else if (g_str_equal(end, " frame"))
    form = FORM_FRAME;
  if (form != FORM_NONE && g_strv_length(lines) == 3) {
    trace->mark = g_strdup(lines[1]);
    trace->name = g_strdup(lines[2]);
  }
  g_strfreev(lines);
  g_free(text);
  gimp_parasite_free(parasite);
  return form;
}

/* Of a form, where that is told. */
static LayerRef target_of(ImageRef image, ItemRef item, Form form) {
  LayerTrace trace;
  Form its = recall(item, &trace);
  LayerRef target = NO_ITEM;
  gboolean changed;

  if (its == FORM_NONE)
    return NO_ITEM;
  if (form == FORM_NONE || its == form)
    target = layer_trace_find(&trace, image, AS_LAYER(item), &changed);
  layer_trace_clear(&trace);
  return target;
}

LayerRef result_target(ImageRef image, DrawableRef layer) { return target_of(image, AS_ITEM(layer), FORM_NONE); }

void result_remember_frame(LayerRef layer, LayerRef target) { remember(layer, target, FORM_FRAME); }

gboolean result_is_frame(ItemRef item) {
  LayerTrace trace;
  Form form = recall(item, &trace);

  if (form != FORM_NONE)
    layer_trace_clear(&trace);
  return form == FORM_FRAME;
}

static gboolean is_result(ItemRef item, LayerRef target, Form form) {
  return target_of(gimp_item_get_image(item), item, form) == target;
}

/* A result of the target, or a group with one in it. */
static gboolean holds_result(ImageRef image, ItemRef item, LayerRef target) {
  gboolean holds = is_result(item, target, FORM_ABOVE) || is_result(item, target, FORM_COPY);

  if (gimp_item_is_group(item)) {
    gint n_items;
    ItemRef *items = compat_children(image, item, &n_items);

    for (gint i = 0; i < n_items && !holds; i++)
      holds = holds_result(image, items[i], target);
    g_free(items);
  }
  return holds;
}

/* --------------------------------------------------------------------------------------------- planning */

static gboolean has_mask(LayerRef layer) {
  return gimp_layer_get_mask(layer) != NO_ITEM && gimp_layer_get_apply_mask(layer);
}

static gboolean is_normal(LayerRef layer) {
  GimpLayerMode mode = gimp_layer_get_mode(layer);

  return mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY;
}

void result_plan(ResultPlan *plan, ImageRef image, LayerRef target, GeglBuffer *square, const GeglRectangle *seen,
                 const GeglRectangle *bounds, gboolean extend) {
  GeglRectangle area = *bounds;
  gint left, top, n_items, width = gimp_drawable_get_width(AS_DRAWABLE(target));
  gint height = gimp_drawable_get_height(AS_DRAWABLE(target));
  gboolean visible = gimp_item_get_visible(AS_ITEM(target)), opaque, exact;
  ItemRef *items;
  PixelsAlpha alpha;

  *plan = (ResultPlan){.image = image, .target = target, .shown = target};
  plan->parent = gimp_item_get_parent(AS_ITEM(target));
  plan->position = gimp_image_get_item_position(image, AS_ITEM(target));
  items = compat_children(image, plan->parent, &n_items);
  plan->earlier = g_new(LayerRef, n_items);
  for (gint i = plan->position - 1; i >= 0; i--) {
    if (holds_result(image, items[i], target))
      plan->position = i;
    if (gimp_item_get_visible(items[i]) && is_result(items[i], target, FORM_ABOVE) && is_normal(AS_LAYER(items[i])))
      plan->earlier[plan->n_earlier++] = AS_LAYER(items[i]);
    if (!visible && gimp_item_get_visible(items[i]) &&
        is_result(items[i], target, FORM_COPY))
      plan->shown = AS_LAYER(items[i]), plan->n_earlier = 0;
  }
  g_free(items);

  gimp_drawable_get_offsets(AS_DRAWABLE(target), &left, &top);
  area.x += left;
  area.y += top;
  alpha = pixels_alpha(square, seen);
  opaque = !has_mask(target) && (!gimp_drawable_has_alpha(AS_DRAWABLE(target)) ||
                                 (alpha == PIXELS_OPAQUE && seen->width == width && seen->height == height));
  exact = stack_space(image, plan->parent, plan->position, &area, visible && opaque, &plan->space);
  plan->extend = extend && alpha != PIXELS_OPAQUE;
  if (plan->shown != target)
    plan->why_copy = _("The target is shown by an earlier result");
  else if (plan->extend) /* also of a hidden target, of which a copy shows all */
    plan->why_copy = _("The result goes beyond the target's outline");
  else if (!visible) /* a copy would show all of it; a layer above may cost the picture around a last digit */
    plan->why_copy = NULL;
  else if (alpha == PIXELS_HALF)
    plan->why_copy = _("The target is half transparent in places");
  else if (gimp_layer_get_opacity(target) < 100.0)
    plan->why_copy = _("The target's opacity is below 100 %");
  else if (!is_normal(target))
    plan->why_copy = _("The target's mode is not Normal");
  else if (has_mask(target) && pixels_mask_is_soft(AS_DRAWABLE(gimp_layer_get_mask(target)), seen))
    plan->why_copy = _("The target's layer mask is half transparent in places");
  else if (!exact)
    plan->why_copy = _("Among these layers a new one would change the picture elsewhere, if only in its last digits");
}

void result_plan_clear(ResultPlan *plan) { g_clear_pointer(&plan->earlier, g_free); }

ItemRef result_outermost(ItemRef item) {
  for (ItemRef parent = gimp_item_get_parent(item); parent != NO_ITEM; parent = gimp_item_get_parent(item))
    item = parent;
  return item;
}

/* Whether frames of an animation that lie above the layer hide it. */
static gboolean lies_below_frames(ImageRef image, ItemRef layer) {
  gboolean below = FALSE;
  gint n_items, position = gimp_image_get_item_position(image, result_outermost(layer));
  ItemRef *items = compat_children(image, NO_ITEM, &n_items);

  for (gint i = 0; i < position && i < n_items && !below; i++)
    below = gimp_item_get_visible(items[i]) && result_is_frame(items[i]);
  g_free(items);
  return below;
}

gchar *result_note(const ResultPlan *plan) {
  gboolean below = lies_below_frames(plan->image, AS_ITEM(plan->target));
  const gchar *frames = below ? _("Frames of an animation lie above the target, and so above the result: hide them to see it.") : NULL;
  gchar *note = NULL, *copy;

  if (plan->why_copy) {
    copy = g_strdup_printf(_("%s: the result is a copy of the target with the edit in it, and the target is hidden."), plan->why_copy);
    note = g_strconcat(copy, frames ? "\n" : NULL, frames, NULL);
    g_free(copy);
  }
  return note ? note : g_strdup(frames);
}

/* ---------------------------------------------------------------------------------------------- making */

static LayerRef new_above(const ResultPlan *plan, const gchar *name, GeglBuffer *picture, GeglBuffer *weights) {
  const GeglRectangle *extent = gegl_buffer_get_extent(picture);
  LayerRef layer;
  MaskRef mask;
  gint left, top;

  layer = gimp_layer_new(plan->image, name, extent->width, extent->height,
                         gimp_image_get_base_type(plan->image) == GIMP_GRAY ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE,
                         gimp_layer_get_opacity(plan->target), GIMP_LAYER_MODE_NORMAL);
  if (layer == NO_ITEM)
    return NO_ITEM;
  gimp_layer_set_composite_space(layer, plan->space);
  gimp_layer_set_blend_space(layer, plan->space);
  gimp_layer_set_composite_mode(layer, GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP);
  gimp_drawable_get_offsets(AS_DRAWABLE(plan->target), &left, &top);
  gimp_layer_set_offsets(layer, left + extent->x, top + extent->y);
  pixels_write(AS_DRAWABLE(layer), picture);

  mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_BLACK);
  /* what the target's own mask hides stays hidden */
  pixels_write_mask(AS_DRAWABLE(mask), weights, has_mask(plan->target) ? AS_DRAWABLE(gimp_layer_get_mask(plan->target)) : NO_ITEM);
  gimp_layer_add_mask(layer, mask);
  gimp_layer_set_edit_mask(layer, FALSE);
  return layer;
}

/* An earlier result above the target becomes part of its copy, which lies above it. */
static void merge_earlier(LayerRef copy, LayerRef earlier) {
  GeglRectangle whole = {0, 0, gimp_drawable_get_width(AS_DRAWABLE(copy)), gimp_drawable_get_height(AS_DRAWABLE(copy))};
  GeglRectangle area = {0, 0, gimp_drawable_get_width(AS_DRAWABLE(earlier)), gimp_drawable_get_height(AS_DRAWABLE(earlier))};
  GeglBuffer *picture, *weights;
  gint left, top, x, y;

  gimp_drawable_get_offsets(AS_DRAWABLE(copy), &left, &top);
  gimp_drawable_get_offsets(AS_DRAWABLE(earlier), &x, &y);
  area.x = x - left;
  area.y = y - top;
  if (!gegl_rectangle_intersect(&area, &area, &whole))
    return;
  picture = pixels_copy_part(AS_DRAWABLE(earlier), &area, x - left, y - top);
  weights = pixels_copy_weights(has_mask(earlier) ? AS_DRAWABLE(gimp_layer_get_mask(earlier)) : NO_ITEM, &area, x - left,
                                y - top, gimp_layer_get_opacity(earlier) / 100);
  pixels_composite(AS_DRAWABLE(copy), picture, weights, FALSE);
  g_object_unref(picture);
  g_object_unref(weights);
}

static LayerRef new_copy(const ResultPlan *plan, const gchar *name, GeglBuffer *picture, GeglBuffer *weights) {
  LayerRef layer = compat_copy_layer(plan->shown);

  if (layer == NO_ITEM)
    return NO_ITEM;
  recipe_forget(layer);
  gimp_item_set_name(AS_ITEM(layer), name);
  compat_set_visible(AS_ITEM(layer), TRUE);
  for (gint i = 0; i < plan->n_earlier; i++)
    merge_earlier(layer, plan->earlier[i]);
  pixels_composite(AS_DRAWABLE(layer), picture, weights, plan->extend);
  return layer;
}

LayerRef result_new(const ResultPlan *plan, const gchar *name, GeglBuffer *picture, GeglBuffer *mask) {
  LayerRef layer = plan->why_copy ? new_copy(plan, name, picture, mask) : new_above(plan, name, picture, mask);

  if (layer == NO_ITEM)
    return NO_ITEM;
  remember(layer, plan->target, plan->why_copy ? FORM_COPY : FORM_ABOVE);
  return layer;
}

gboolean result_insert(const ResultPlan *plan, const LayerRef *layers, gint n_layers) {
  gboolean ok = TRUE;

  gimp_image_undo_group_start(plan->image);
  for (gint i = 0; i < n_layers && ok; i++) {
    if (plan->why_copy && i + 1 < n_layers)
      compat_set_visible(AS_ITEM(layers[i]), FALSE);
    ok = gimp_image_insert_layer(plan->image, layers[i], AS_LAYER(plan->parent), plan->position);
  }
  if (ok && plan->why_copy) {
    compat_set_visible(AS_ITEM(plan->shown), FALSE);
    for (gint i = 0; i < plan->n_earlier; i++)
      compat_set_visible(AS_ITEM(plan->earlier[i]), FALSE);
  }
  /* The next edit begins at the same target, not at its own cut-out result. */
  compat_set_active_layer(plan->image, plan->target);
  for (gint i = 0; i < n_layers && !ok; i++) {
    if (gimp_image_get_item_position(plan->image, AS_ITEM(layers[i])) >= 0)
      gimp_image_remove_layer(plan->image, layers[i]);
    else
      gimp_item_delete(AS_ITEM(layers[i]));
  }
  gimp_image_undo_group_end(plan->image);
  return ok;
}

/* ------------------------------------------------------------------------------------------- replacing */

void result_step_aside(ResultAside *aside, ImageRef image, LayerRef earlier, LayerRef target) {
  *aside = (ResultAside){.image = image, .earlier = earlier, .target = target};
  aside->was_visible = gimp_item_get_visible(AS_ITEM(earlier));
  aside->showed_target =
      aside->was_visible && is_result(AS_ITEM(earlier), target, FORM_COPY) && !gimp_item_get_visible(AS_ITEM(target));
  compat_set_visible(AS_ITEM(earlier), FALSE);
  if (aside->showed_target)
    compat_set_visible(AS_ITEM(target), TRUE);
}

void result_replace(const ResultAside *aside, LayerRef layer) {
  if (!gimp_item_is_valid(AS_ITEM(aside->earlier)))
    return;
  if (layer == NO_ITEM) {
    compat_set_visible(AS_ITEM(aside->earlier), aside->was_visible);
    if (aside->showed_target)
      compat_set_visible(AS_ITEM(aside->target), FALSE);
    return;
  }
  gimp_image_reorder_item(aside->image, AS_ITEM(layer), gimp_item_get_parent(AS_ITEM(aside->earlier)),
                          gimp_image_get_item_position(aside->image, AS_ITEM(aside->earlier)));
  gimp_image_remove_layer(aside->image, aside->earlier);
  compat_set_active_layer(aside->image, layer); /* for once more */
}
