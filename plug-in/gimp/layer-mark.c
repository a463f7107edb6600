/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/layer-mark.h"
#include <gegl.h>

/* So many patches of so many pixels, each way: all of a small layer, and of a large one no more than GIMP hands over in some 20 ms of a
 * processor (24 megapixels, GIMP 2.10). Layers that are alike in all of them are told by their names and tattoos. */
#define PATCHES 8
#define PATCH 16

static gint n_patches(gint side) { return MIN((side + PATCH - 1) / PATCH, PATCHES); }

/* Where patch `n` begins, the first and the last at the edges. */
static gint patch_at(gint n, gint side) {
  gint count = n_patches(side);

  return count < 2 ? 0 : (gint)((gint64)(side - PATCH) * n / (count - 1));
}

/* In 8 bits and with an alpha, whatever the image's precision is now. */
static gchar *digest(GeglBuffer *pixels, gint width, gint height) {
  const Babl *format = babl_format_with_space("R'G'B'A u8", gegl_buffer_get_format(pixels));
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  guchar patch[4 * PATCH * PATCH];
  gchar *text;

  for (gint row = 0; row < n_patches(height); row++)
    for (gint column = 0; column < n_patches(width); column++) {
      GeglRectangle area = {patch_at(column, width), patch_at(row, height), MIN(PATCH, width), MIN(PATCH, height)};

      gegl_buffer_get(pixels, &area, 1.0, format, patch, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_checksum_update(sum, patch, (gssize)4 * area.width * area.height);
    }
  text = g_strdup(g_checksum_get_string(sum));
  g_checksum_free(sum);
  return text;
}

/* What every mark of a layer of this size begins with; to be freed. */
static gchar *size_mark(LayerRef layer) {
  return g_strdup_printf("%dx%d-", gimp_drawable_get_width(AS_DRAWABLE(layer)), gimp_drawable_get_height(AS_DRAWABLE(layer)));
}

gchar *layer_mark(LayerRef layer) {
  GeglBuffer *pixels = gimp_drawable_get_buffer(AS_DRAWABLE(layer));
  gchar *size = size_mark(layer);
  gchar *content = digest(pixels, gimp_drawable_get_width(AS_DRAWABLE(layer)), gimp_drawable_get_height(AS_DRAWABLE(layer)));
  gchar *mark = g_strconcat(size, content, NULL);

  g_object_unref(pixels);
  g_free(size);
  g_free(content);
  return mark;
}

void layer_trace_clear(LayerTrace *trace) {
  g_free(trace->name);
  g_free(trace->mark);
  *trace = (LayerTrace){0};
}

static gboolean has_name(LayerRef layer, const LayerTrace *trace) {
  gchar *name = gimp_item_get_name(AS_ITEM(layer));
  gboolean has = g_strcmp0(name, trace->name) == 0;

  g_free(name);
  return has;
}

static gboolean has_size(LayerRef layer, const LayerTrace *trace) {
  gchar *size = size_mark(layer);
  gboolean has = g_str_has_prefix(trace->mark, size);

  g_free(size);
  return has;
}

static gboolean has_mark(LayerRef layer, const LayerTrace *trace) {
  gchar *mark = has_size(layer, trace) ? layer_mark(layer) : NULL;
  gboolean has = g_strcmp0(mark, trace->mark) == 0;

  g_free(mark);
  return has;
}

/* A copy of the target with an edit between the patches. */
static gboolean is_result(ItemRef item) {
  GimpParasite *parasite = gimp_item_get_parasite(item, RESULT_PARASITE);

  if (parasite)
    gimp_parasite_free(parasite);
  return parasite != NULL;
}

static gboolean is_traced(LayerRef layer, const LayerTrace *trace, gboolean named) {
  return has_name(layer, trace) == named && (named || !is_result(AS_ITEM(layer))) && has_mark(layer, trace);
}

/* The lowest of those with the mark, among the layers of the image or of a group. */
static LayerRef find_among(const LayerTrace *trace, ImageRef image, ItemRef parent, LayerRef but, gboolean named) {
  LayerRef found = NO_ITEM;
  gint n_items;
  ItemRef *items = compat_children(image, parent, &n_items);

  for (gint i = n_items - 1; i >= 0 && found == NO_ITEM; i--) {
    if (AS_LAYER(items[i]) != but && is_traced(AS_LAYER(items[i]), trace, named))
      found = AS_LAYER(items[i]);
    else if (gimp_item_is_group(items[i]))
      found = find_among(trace, image, items[i], but, named);
  }
  g_free(items);
  return found;
}

LayerRef layer_trace_find(const LayerTrace *trace, ImageRef image, LayerRef but, gboolean *changed) {
  LayerRef numbered = trace->tattoo ? gimp_image_get_layer_by_tattoo(image, trace->tattoo) : NO_ITEM, found;

  if (changed)
    *changed = FALSE;
  if (numbered == but)
    numbered = NO_ITEM;
  if (!trace->mark || (numbered != NO_ITEM && has_name(numbered, trace) && has_mark(numbered, trace)))
    return numbered;
  if ((found = find_among(trace, image, NO_ITEM, but, TRUE)) != NO_ITEM)
    return found;
  if (numbered != NO_ITEM && has_mark(numbered, trace)) /* it was given another name */
    return numbered;
  if (changed && numbered != NO_ITEM && has_name(numbered, trace) && has_size(numbered, trace)) { /* it was painted on */
    *changed = TRUE;
    return numbered;
  }
  return find_among(trace, image, NO_ITEM, but, FALSE);
}
