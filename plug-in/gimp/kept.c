/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/kept.h"
#include "gimp/mask-text.h"
#include "gimp/pixels.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/place.h"
#include <stdio.h>

#define GROUP "kept"

/* ------------------------------------------------------------------------------------------ what was read */

/* "input-0" of the target, "input-1" of the first reference; to be freed. */
static gchar *input_key(gint n) { return g_strdup_printf("input-%d", n); }

/* A picture's size, its square, and a digest of what an edit with that square reads of it; to be freed. */
static gchar *input_text(GeglBuffer *pixels, const stylemap_placement *at) {
  gint width = gegl_buffer_get_width(pixels), height = gegl_buffer_get_height(pixels);
  GeglRectangle area = flow_around(width, height, at);
  gchar *place = place_text(at, 6), *digest = pixels_digest(pixels, &area);
  gchar *text = g_strdup_printf("%dx%d %s%s %s", width, height, place, at->mirror ? " mirrored" : "", digest);

  g_free(place);
  g_free(digest);
  return text;
}

/* Where each reference's square lay in the end. */
static void find_places(const EditRequest *request, const EditResult *made, stylemap_placement *places) {
  EditReference *references = g_memdup2(request->references, request->n_references * sizeof *references);
  EditRequest placed = *request;

  placed.target.placement = &made->placement;
  find_followers(&placed, references, places);
  for (gint i = 0; i < request->n_references; i++)
    places[i] = edit_placement(&references[i].picture);
  for (gint i = 0; i < made->n_found; i++)
    places[made->found_of[i]] = made->found[i];
  g_free(references);
}

static void write_input(GKeyFile *file, gint n, GeglBuffer *pixels, const stylemap_placement *at) {
  gchar *key = input_key(n), *text = input_text(pixels, at);

  g_key_file_set_string(file, GROUP, key, text);
  g_free(key);
  g_free(text);
}

/* Of one that is not there: that there was none. */
static gboolean is_input(GKeyFile *file, gint n, GeglBuffer *pixels, const stylemap_placement *at) {
  gchar *key = input_key(n), *then = g_key_file_get_string(file, GROUP, key, NULL), *now = pixels ? input_text(pixels, at) : NULL;
  gboolean same = g_strcmp0(then, now) == 0;

  g_free(key);
  g_free(then);
  g_free(now);
  return same;
}

static gboolean are_inputs(GKeyFile *file, const FlowPlaces *places, GeglBuffer *pixels, GeglBuffer *const *references) {
  gboolean same = is_input(file, 0, pixels, &places->target.at);

  for (gint i = 0; same && i < places->n_references; i++)
    same = references[i] && is_input(file, i + 1, references[i], &places->references[i].at);
  return same && is_input(file, places->n_references + 1, NULL, NULL);
}

/* ----------------------------------------------------------------------------------------- what was made */

/* The layer's own pixels in `area` of the target, and its layer mask there. */
static void take(LayerRef layer, LayerRef target, const GeglRectangle *area, GeglBuffer **picture, GeglBuffer **weights) {
  MaskRef mask = gimp_layer_get_mask(layer);
  gint left, top, x, y;

  gimp_drawable_get_offsets(AS_DRAWABLE(target), &left, &top);
  gimp_drawable_get_offsets(AS_DRAWABLE(layer), &x, &y);
  *picture = pixels_copy_part(AS_DRAWABLE(layer), area, x - left, y - top);
  *weights = pixels_copy_weights(mask != NO_ITEM ? AS_DRAWABLE(mask) : NO_ITEM, area, x - left, y - top, 1);
}

static gchar *result_text(GeglBuffer *picture, GeglBuffer *weights) {
  const GeglRectangle *area = gegl_buffer_get_extent(picture);
  gchar *digest = pixels_digest(picture, area), *mask = pixels_digest(weights, area);
  gchar *text = g_strdup_printf("%d,%d,%d,%d,%s,%s", area->x, area->y, area->width, area->height, digest, mask);

  g_free(digest);
  g_free(mask);
  return text;
}

void kept_write(GKeyFile *file, LayerRef layer, LayerRef target, gboolean copy, const EditRequest *request, const EditResult *made) {
  stylemap_placement *places = g_new0(stylemap_placement, request->n_references);
  gchar *mask = copy ? mask_text(made->mask.weights, 0, 0) : NULL, *text;
  GeglBuffer *picture, *weights;

  find_places(request, made, places);
  write_input(file, 0, request->target.buffer, &made->placement);
  for (gint i = 0; i < request->n_references; i++)
    write_input(file, i + 1, request->references[i].picture.buffer, &places[i]);
  take(layer, target, &made->mask.bounds, &picture, &weights);
  text = result_text(picture, weights);
  g_key_file_set_string(file, GROUP, "result", text);
  if (mask) /* which a copy of the target does not have */
    g_key_file_set_string(file, GROUP, "mask", mask);
  g_object_unref(picture);
  g_object_unref(weights);
  g_free(text);
  g_free(mask);
  g_free(places);
}

/* What is seen of the target with `layer` over it by its mask. */
static GeglBuffer *laid(GeglBuffer *pixels, GeglBuffer *layer, GeglBuffer *weights) {
  const GeglRectangle *area = gegl_buffer_get_extent(layer);
  GeglBuffer *picture = gegl_buffer_new(area, gegl_buffer_get_format(pixels));

  gegl_buffer_copy(pixels, area, GEGL_ABYSS_NONE, picture, area);
  layer_composite(picture, layer, weights, area, FALSE);
  return picture;
}

static GeglBuffer *float_weights(const gchar *text, GeglBuffer *pixels, const GeglRectangle *area) {
  GeglBuffer *mask = mask_of_text(text, gegl_buffer_get_width(pixels), gegl_buffer_get_height(pixels)), *weights;

  if (!mask)
    return NULL;
  weights = gegl_buffer_new(area, babl_format("Y float"));
  gegl_buffer_copy(mask, area, GEGL_ABYSS_NONE, weights, area);
  g_object_unref(mask);
  return weights;
}

gboolean kept_read(GKeyFile *file, LayerRef layer, LayerRef target, const FlowPlaces *places, GeglBuffer *pixels,
                   GeglBuffer *const *references, GeglBuffer **picture, GeglBuffer **weights) {
  gchar *then = g_key_file_get_string(file, GROUP, "result", NULL), *now, *mask;
  GeglBuffer *own, *own_weights;
  GeglRectangle area;
  gboolean ok = then && sscanf(then, "%d,%d,%d,%d,", &area.x, &area.y, &area.width, &area.height) == 4 && area.width > 0 &&
                area.height > 0 && gegl_rectangle_contains(gegl_buffer_get_extent(pixels), &area) &&
                are_inputs(file, places, pixels, references);

  if (!ok) {
    g_free(then);
    return FALSE;
  }
  take(layer, target, &area, &own, &own_weights);
  now = result_text(own, own_weights);
  ok = g_str_equal(now, then);
  mask = g_key_file_get_string(file, GROUP, "mask", NULL);
  if (ok && mask) {
    *picture = g_object_ref(own);
    *weights = float_weights(mask, pixels, &area);
    ok = *weights != NULL;
    if (!ok)
      g_clear_object(picture);
  } else if (ok) {
    *picture = laid(pixels, own, own_weights);
    *weights = g_object_ref(own_weights);
  }
  g_object_unref(own);
  g_object_unref(own_weights);
  g_free(mask);
  g_free(now);
  g_free(then);
  return ok;
}
