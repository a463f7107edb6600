/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/edit-mask.h"

#include <string.h>

#include "host/across.h"
#include "host/layer.h"
#include "host/region.h"
#include "host/say.h"

gboolean edit_mask_is_needed(const EditRequest *request) {
  return !request->squares || (request->kind == EDIT_TRANSPLANT && !request->weights);
}

/* Where reference `n` comes in. What its own alpha or a region says is known once it is placed; before that it may be everywhere. */
static const MaskSource *source_of(const EditRequest *request, gint n) {
  static const MaskSource everywhere = { 0 };
  const EditReference *reference = &request->references[n];
  return reference->mask ? reference->mask : reference->alpha || reference->region ? &everywhere : &request->mask;
}

/* The greatest weight of all references'; `fade`: inside the edges of those that are where a part lies on average. */
static gboolean unite_all(const EditRequest *request, gboolean fade, Mask *mask, GError **error) {
  stylemap_placement placement = edit_placement(&request->target);
  gint width, height, count = request->kind == EDIT_TRANSPLANT ? request->n_references : 1;
  edit_size(&request->target, &width, &height);
  for (gint i = 0; i < count; i++) {
    const MaskSource *source = request->kind == EDIT_TRANSPLANT ? source_of(request, i) : &request->mask;
    Mask one;
    if (!mask_make(source, &placement, width, height, &one, error)) {
      if (i) mask_clear(mask);
      return FALSE;
    }
    if (fade && source->average) mask_fade_inside(&one, width, height, EDIT_FADE * placement.side);
    if (i == 0) *mask = one;
    else {
      mask_unite(mask, &one);
      mask_clear(&one);
    }
  }
  return TRUE;
}

gboolean edit_mask_make(const EditRequest *request, Mask *mask, GError **error) { return unite_all(request, FALSE, mask, error); }

gboolean edit_mask_of(const EditRequest *request, const Mask *whole, gint n, Mask *mask, GError **error) {
  stylemap_placement placement = edit_placement(&request->target);
  gint width, height;
  edit_size(&request->target, &width, &height);
  if (!whole || request->n_references > 1) return mask_make(source_of(request, n), &placement, width, height, mask, error);
  *mask = *whole; /* the only one */
  g_object_ref(mask->weights);
  return TRUE;
}

gboolean edit_mask_weights(const Engine *engine, const EditRequest *request, const Mask *whole, gint n, gfloat *weights,
                           GError **error) {
  gint width, height;
  stylemap_error core;
  Mask mask;
  if (request->weights && source_of(request, n) == &request->mask) {
    memcpy(weights, request->weights, engine->mask_count * sizeof *weights);
    return TRUE;
  }
  stylemap_placement placement = edit_placement(&request->target);
  edit_size(&request->target, &width, &height);
  if (!edit_mask_of(request, whole, n, &mask, error)) return FALSE;
  stylemap_layer layer = mask_layer(&mask, width, height);
  stylemap_status status = stylemap_sample_mask(&layer, &placement, engine->info->size, weights, &core);
  mask_clear(&mask);
  return say_status(status, &core, error);
}

gboolean edit_mask_place(const Engine *engine, const EditRequest *request, EditReference *references, MaskSource *sources,
                         Mask *whole, GError **error) {
  gboolean any = FALSE;
  gint width, height;
  for (gint i = 0; i < request->n_references; i++) {
    if (!(references[i].alpha || references[i].region) || references[i].mask) continue;
    const stylemap_placement target = edit_placement(&request->target), own = edit_placement(&references[i].picture);
    edit_size(&request->target, &width, &height);
    sources[i].feather = request->mask.feather;
    sources[i].average = references[i].region != 0;
    sources[i].selection = references[i].region
                             ? region_mask(engine, (stylemap_region)(references[i].region - 1), &target, width, height, error)
                             : across_mask(references[i].picture.buffer, &own, &target, width, height, error);
    if (!sources[i].selection) return FALSE;
    references[i].mask = &sources[i];
    any = TRUE;
  }
  if (!any || !edit_mask_is_needed(request)) return TRUE;
  mask_clear(whole);
  return edit_mask_make(request, whole, error);
}

gboolean edit_mask_fade(const EditRequest *request, Mask *whole, GError **error) {
  Mask all;
  gboolean any = FALSE;
  for (gint i = 0; i < request->n_references; i++) any = any || source_of(request, i)->average;
  if (!any || request->squares || request->weights || request->method != EDIT_HEAL) return TRUE;
  if (!unite_all(request, TRUE, &all, error)) return FALSE;
  gegl_buffer_copy(all.weights, &whole->bounds, GEGL_ABYSS_NONE, whole->weights, &whole->bounds); /* the layers' extent stays */
  mask_clear(&all);
  return TRUE;
}
