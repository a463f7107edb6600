/* SPDX-License-Identifier: GPL-3.0-or-later
 * A frame is what GIMP itself shows of a copy of the image with the frame's patch in it: with all layers above and below, their modes and
 * effects. */
#include "gimp/film.h"
#include "gimp/flow.h"
#include "gimp/origin.h"
#include "gimp/result.h"
#include "gimp/stage.h"
#include <glib/gi18n-lib.h>

gint film_count(const FlowOptions *options, gint frames) { return options->ping_pong ? easing_there_and_back(frames) : frames; }

gint film_frame(const FlowOptions *options, gint n, gint frames) {
  return options->ping_pong ? easing_nth_there_and_back(n, frames) : n;
}

gchar *film_name(const FlowOptions *options, gint n, gboolean whole) {
  return g_strdup_printf(whole ? "Frame %d (%dms) (replace)" : "Frame %d (%dms)", n + 1, options->frame_ms);
}

/* -------------------------------------------------------------------------------------------- the frames */

/* What `stage` shows with a patch in it, as a layer for `into`. */
static LayerRef whole_frame(ImageRef stage, const ResultPlan *plan, ImageRef into, const gchar *name, GeglBuffer *picture,
                            GeglBuffer *weights) {
  LayerRef patch = result_new(plan, name, picture, weights), whole;

  if (patch == NO_ITEM || !result_insert(plan, &patch, 1))
    return NO_ITEM;
  whole = gimp_layer_new_from_visible(stage, into, name);
  gimp_image_remove_layer(stage, patch);
  return whole;
}

/* As many as there is memory for. */
static gint draw_frames(ImageRef stage, LayerRef twin, ImageRef into, const FlowOptions *options, const EditRequest *request,
                        const EditResult *made, gdouble from, LayerRef *layers) {
  gint count = film_count(options, made->n_layers), n;
  GeglRectangle seen = flow_square(AS_DRAWABLE(twin), &made->placement);
  ResultPlan plan;

  result_plan(&plan, stage, twin, request->target.buffer, &seen, &made->mask.bounds, request->extend);
  if (plan.shown == twin && !gimp_item_get_visible(AS_ITEM(twin))) { /* nor does a copy show it */
    compat_set_visible(AS_ITEM(twin), TRUE);
    result_plan_clear(&plan);
    result_plan(&plan, stage, twin, request->target.buffer, &seen, &made->mask.bounds, request->extend);
  }
  for (n = 0; n < count; n++) {
    gchar *name = film_name(options, n, TRUE);

    layers[n] = n < made->n_layers ? whole_frame(stage, &plan, into, name, made->layers[n], made->mask.weights)
                                   : compat_copy_layer(layers[film_frame(options, n, made->n_layers)]);
    if (layers[n] != NO_ITEM && n >= made->n_layers)
      gimp_item_set_name(AS_ITEM(layers[n]), name);
    g_free(name);
    if (layers[n] == NO_ITEM)
      break;
    gimp_progress_update(from + (1 - from) * (n + 1) / count);
  }
  result_plan_clear(&plan);
  return n;
}

static ImageRef new_film(ImageRef image) {
  GimpColorProfile *profile = gimp_image_get_color_profile(image);
  ImageRef film = gimp_image_new_with_precision(gimp_image_get_width(image), gimp_image_get_height(image),
                                                gimp_image_get_base_type(image), gimp_image_get_precision(image));
  gdouble across, down;

  if (film != NO_ITEM) {
    gimp_image_undo_disable(film);
    if (profile)
      gimp_image_set_color_profile(film, profile);
    if (gimp_image_get_resolution(image, &across, &down))
      gimp_image_set_resolution(film, across, down);
  }
  g_clear_object(&profile);
  return film;
}

/* All of them on top, or none. */
static gboolean insert(ImageRef image, const LayerRef *layers, gint count) {
  gint n = 0;

  while (n < count && gimp_image_insert_layer(image, layers[n], AS_LAYER(NO_ITEM), 0))
    n++;
  for (gint i = 0; n < count && i < n; i++)
    gimp_image_remove_layer(image, layers[i]);
  for (gint i = n; n < count && i < count; i++)
    gimp_item_delete(AS_ITEM(layers[i]));
  return n == count;
}

static void hide_below(ImageRef image, gint count) {
  gint n_items;
  ItemRef *items = compat_children(image, NO_ITEM, &n_items);

  for (gint i = count; i < n_items; i++)
    if (gimp_item_get_visible(items[i]))
      compat_set_visible(items[i], FALSE);
  g_free(items);
}

/* -------------------------------------------------------------------------------------------- all of it */

static gboolean add(ImageRef image, DrawableRef target, const FlowOptions *options, const LayerRef *layers, gint count, ImageRef into) {
  gboolean ok;

  gimp_image_undo_group_start(into);
  if (into == image)
    stage_remember(image, target, options, layers, count);
  ok = insert(into, layers, count);
  if (ok && into == image) {
    hide_below(image, count);
    compat_set_active_layer(image, AS_LAYER(target));
  }
  if (ok)
    origin_write(into, options->engine, FALSE);
  gimp_image_undo_group_end(into);
  return ok;
}

LayerRef *film_make(ImageRef image, DrawableRef target, const FlowOptions *options, const EditRequest *request, const EditResult *made,
                    gdouble from, ImageRef *film, GError **error) {
  gint count = film_count(options, made->n_layers), n = 0;
  LayerRef *layers = g_new(LayerRef, count), twin = NO_ITEM;
  ImageRef into = options->into == INTO_NEW_IMAGE ? new_film(image) : image;
  ImageRef stage = into != NO_ITEM ? stage_new(image, target, options, &twin) : NO_ITEM;
  gboolean ok;

  if (stage != NO_ITEM)
    n = draw_frames(stage, twin, into, options, request, made, from, layers);
  if (stage != NO_ITEM)
    gimp_image_delete(stage);
  for (gint i = 0; n < count && i < n; i++)
    gimp_item_delete(AS_ITEM(layers[i]));
  ok = n == count && add(image, target, options, layers, count, into);
  if (into != NO_ITEM && into != image) {
    if (ok)
      gimp_image_undo_enable(*film = into);
    else
      gimp_image_delete(into);
  }
  if (!ok) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not make a new layer."));
    g_clear_pointer(&layers, g_free);
  }
  return layers;
}
