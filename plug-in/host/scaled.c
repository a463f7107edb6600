/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/scaled.h"

#include <math.h>

#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"

/* ------------------------------------------------------------------------------------------- cache */

enum { KEPT = 6 }; /* target, reference and selection, at two scales */

typedef struct {
  GeglBuffer *from, *made;
  gdouble scale;
} Kept;

struct ScaledCache {
  Kept kept[KEPT]; /* the one asked for last comes first */
};

ScaledCache *scaled_cache_new(void) { return g_new0(ScaledCache, 1); }

static void forget(Kept *kept) {
  g_clear_object(&kept->from);
  g_clear_object(&kept->made);
}

void scaled_cache_free(ScaledCache *cache) {
  for (gint i = 0; cache && i < KEPT; i++) forget(&cache->kept[i]);
  g_free(cache);
}

static gboolean is_of(const EditRequest *request, const GeglBuffer *picture) {
  gboolean any = picture == request->target.buffer || picture == request->mask.selection;
  for (gint i = 0; i < request->n_references && !any; i++) {
    const EditReference *reference = &request->references[i];
    any = picture == reference->picture.buffer || (reference->mask && picture == reference->mask->selection);
  }
  return any;
}

void scaled_cache_keep(ScaledCache *cache, const EditRequest *request) {
  for (gint i = 0; i < KEPT; i++)
    if (!is_of(request, cache->kept[i].from)) forget(&cache->kept[i]);
}

static GeglBuffer *make(GeglBuffer *picture, gdouble scale) {
  const GeglRectangle *extent = gegl_buffer_get_extent(picture);
  const Babl *format = gegl_buffer_get_format(picture);
  gint width = MAX(1, (gint)((extent->x + extent->width) * scale + 1e-6));
  gint height = MAX(1, (gint)((extent->y + extent->height) * scale + 1e-6));
  GeglBuffer *made = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), format);
  gint rows = CLAMP((1 << 20) / width, 1, height);
  guint8 *band = g_malloc((gsize)rows * (gsize)width * (gsize)babl_format_get_bytes_per_pixel(format));
  for (gint y = 0; y < height; y += rows) {
    const GeglRectangle part = { 0, y, width, MIN(rows, height - y) };
    gegl_buffer_get(picture, &part, scale, format, band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
    gegl_buffer_set(made, &part, 0, format, band, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(band);
  return made;
}

GeglBuffer *scaled_picture(ScaledCache *cache, GeglBuffer *picture, gdouble scale) {
  if (scale >= 1) return g_object_ref(picture);
  gint n = 0;
  while (n < KEPT - 1 && !(cache->kept[n].from == picture && cache->kept[n].scale == scale)) n++;
  Kept one = cache->kept[n];
  if (one.from != picture || one.scale != scale) {
    forget(&one);
    one = (Kept){ g_object_ref(picture), make(picture, scale), scale };
  }
  for (; n > 0; n--) cache->kept[n] = cache->kept[n - 1];
  cache->kept[0] = one;
  return g_object_ref(one.made);
}

/* ----------------------------------------------------------------------------------------- request */

/* Everything but the buffers. */
static void begin(const EditRequest *request, ScaledEdit *scaled) {
  const gint count = request->n_references;
  *scaled = (ScaledEdit){ .request = *request, .scale = 1 };
  scaled->reference_scales = g_new(gdouble, count);
  scaled->places = g_new(stylemap_placement, count);
  scaled->references = g_new0(EditReference, count);
  scaled->masks = g_new0(MaskSource, count);
  scaled->target = edit_placement(&request->target);
  scaled->request.target.placement = &scaled->target;
  scaled->request.references = scaled->references;
  scaled->request.directions = scaled->directions = g_strdup(request->directions);
  for (gint i = 0; i < count; i++) {
    scaled->reference_scales[i] = 1;
    scaled->references[i] = request->references[i];
    scaled->places[i] = edit_placement(&request->references[i].picture);
    scaled->references[i].picture.placement = &scaled->places[i];
    if (!request->references[i].mask) continue;
    scaled->masks[i] = *request->references[i].mask;
    scaled->references[i].mask = &scaled->masks[i];
  }
}

static void keep_selection(MaskSource *mask) {
  if (mask->selection) g_object_ref(mask->selection);
}

void scaled_copy(const EditRequest *request, ScaledEdit *copy) {
  begin(request, copy);
  g_object_ref(copy->request.target.buffer);
  keep_selection(&copy->request.mask);
  for (gint i = 0; i < request->n_references; i++) {
    g_object_ref(copy->references[i].picture.buffer);
    keep_selection(&copy->masks[i]);
  }
}

static void scale_place(stylemap_placement *place, gdouble scale) {
  place->x *= scale;
  place->y *= scale;
  place->side = MAX(place->side * scale, 1);
}

/* The selection as a picture of the layer's size, that it may be scaled as the layer is. Of a selection that reaches
 * beyond the layer what lies there is not seen. */
static void scale_mask(ScaledCache *cache, gint width, gint height, gdouble scale, MaskSource *mask) {
  const GeglRectangle layer = { 0, 0, width, height }, from = { mask->x, mask->y, width, height };
  if (mask->feather != MASK_BY_SIZE) mask->feather *= scale;
  if (!mask->selection) return;
  if (mask->x == 0 && mask->y == 0 && gegl_rectangle_equal(gegl_buffer_get_extent(mask->selection), &layer)) {
    mask->selection = scaled_picture(cache, mask->selection, scale);
    return;
  }
  g_autoptr(GeglBuffer) whole = gegl_buffer_new(&layer, gegl_buffer_get_format(mask->selection));
  gegl_buffer_copy(mask->selection, &from, GEGL_ABYSS_NONE, whole, &layer);
  mask->x = mask->y = 0;
  mask->selection = scale < 1 ? make(whole, scale) : g_object_ref(whole);
}

void scaled_edit(ScaledCache *cache, const EditRequest *request, gdouble scale, ScaledEdit *scaled) {
  gint width, height;
  begin(request, scaled);
  edit_size(&request->target, &width, &height);
  scale = scaled->scale = MIN(scale, 1);
  scaled->request.target.buffer = scaled_picture(cache, request->target.buffer, scale);
  const gdouble side = scaled->target.side * scale;
  scale_place(&scaled->target, scale);
  if (scale < 1) scale_mask(cache, width, height, scale, &scaled->request.mask);
  else keep_selection(&scaled->request.mask);
  for (gint i = 0; i < request->n_references; i++) {
    EditPicture *picture = &scaled->references[i].picture;
    const gdouble own = picture->find ? 1 : MIN(1, side / scaled->places[i].side);
    scaled->reference_scales[i] = own;
    picture->buffer = scaled_picture(cache, picture->buffer, own);
    scale_place(&scaled->places[i], own);
    if (scale < 1) scale_mask(cache, width, height, scale, &scaled->masks[i]);
    else keep_selection(&scaled->masks[i]);
  }
}

void scaled_clear(ScaledEdit *scaled) {
  for (gint i = 0; i < scaled->request.n_references; i++) {
    g_clear_object(&scaled->references[i].picture.buffer);
    g_clear_object(&scaled->masks[i].selection);
  }
  g_clear_object(&scaled->request.target.buffer);
  g_clear_object(&scaled->request.mask.selection);
  g_free(scaled->reference_scales);
  g_free(scaled->places);
  g_free(scaled->references);
  g_free(scaled->masks);
  g_free(scaled->directions);
  *scaled = (ScaledEdit){ 0 };
}

static gboolean same_mask(const MaskSource *a, const MaskSource *b) {
  return a->selection == b->selection && a->x == b->x && a->y == b->y && a->feather == b->feather;
}

static gboolean same_reference(const ScaledEdit *a, const ScaledEdit *b, gint n) {
  const EditReference *x = &a->references[n], *y = &b->references[n];
  return x->picture.buffer == y->picture.buffer && x->picture.find == y->picture.find && x->alpha == y->alpha &&
         x->region == y->region && !x->mask == !y->mask && same_mask(&a->masks[n], &b->masks[n]) &&
         place_is_same(&a->places[n], &b->places[n]);
}

gboolean scaled_same_square(const ScaledEdit *a, const ScaledEdit *b) {
  const EditRequest *x = &a->request, *y = &b->request;
  gboolean same = a->scale == b->scale && x->kind == EDIT_TRANSPLANT && y->kind == EDIT_TRANSPLANT && x->method == y->method &&
                  x->n_references == y->n_references && x->extend == y->extend && x->heal.start == y->heal.start &&
                  x->heal.rounds == y->heal.rounds && x->target.buffer == y->target.buffer &&
                  place_is_same(&a->target, &b->target) && same_mask(&x->mask, &y->mask);
  for (gint i = 0; same && i < x->n_references; i++) same = same_reference(a, b, i);
  return same;
}

/* ------------------------------------------------------------------------------------------- drawing */

GeglBuffer *scaled_laid(const ScaledEdit *scaled, GeglBuffer *layer, const Mask *mask, const GeglRectangle *area) {
  GeglBuffer *target = scaled->request.target.buffer;
  GeglBuffer *picture = gegl_buffer_new(area, gegl_buffer_get_format(target));
  gegl_buffer_copy(target, area, GEGL_ABYSS_NONE, picture, area);
  layer_composite(picture, layer, mask->weights, &mask->bounds, scaled->request.extend);
  return picture;
}

enum { LEAST_COARSE = 32, MOST_COARSE = 512 };

GeglBuffer *scaled_coarse(const ScaledEdit *scaled, const Mask *mask, GError **error) {
  const EditRequest *request = &scaled->request;
  const gint size = CLAMP((gint)lrint(scaled->target.side), LEAST_COARSE, MOST_COARSE);
  stylemap_layer target = layer_of_picture(request->target.buffer);
  g_autoptr(GeglBuffer) drawn = gegl_buffer_new(&mask->bounds, babl_format("R'G'B'A float"));
  stylemap_layer layer = layer_of_picture(drawn);
  layer.width = target.width;
  layer.height = target.height;
  g_autofree gfloat *square = g_new(gfloat, 3 * (gsize)size * (gsize)size);
  stylemap_error core;
  const GeglRectangle *b = &mask->bounds;
  stylemap_layer reference = layer_of_colours(request->references[0].picture.buffer);
  if (!say_status(stylemap_sample(&reference, &scaled->places[0], size, square, &core), &core, error) ||
      !say_status(stylemap_paste(square, size, &scaled->target, &target, b->x, b->y, b->width, b->height, &layer, &core),
                  &core, error))
    return NULL;
  return g_steal_pointer(&drawn);
}
