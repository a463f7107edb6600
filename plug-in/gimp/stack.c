/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIMP composites a stack from below. A layer's node reads what comes from below and its own pixels as floats of its
 * composite space and hands floats of that space on; where the two do not overlap it hands on one of them as it came,
 * at the lowest layer the stored pixels themselves. A new node between two of them changes nothing if no number passes
 * through a space that it did not pass through before, or if it comes back from there by rounding to what it was. */
#include "gimp/stack.h"

/* The numbers that may flow between two nodes, as a set. */
typedef enum { SPACE_STORED = 1, SPACE_LINEAR = 2, SPACE_NON_LINEAR = 4, SPACE_PERCEPTUAL = 8, SPACE_OTHER = 16 } Space;

/* How much more than a float the stored pixels hold: of a node's float neighbours they are nothing, that same float,
 * or more than it. */
typedef enum { STORE_COARSE, STORE_FLOAT, STORE_FINE } Store;

typedef struct {
  Space encoding;
  Store store;
  gboolean grey, opaque;
} Pixels;

/* GIMP's numbers of precisions: hundreds say the type, the rest the encoding, 0 for linear light, 50 for the profile's
 * curve, in GIMP 3 also 75 for sRGB's. The encoding that the image's pixels are stored in. */
static GimpLayerColorSpace own_space(ImageRef image) {
  switch (gimp_image_get_precision(image) % 100) {
  case 0:
    return GIMP_LAYER_COLOR_SPACE_RGB_LINEAR;
  case 50:
    return GIMP_LAYER_COLOR_SPACE_RGB_NON_LINEAR;
  default:
    return GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL;
  }
}

static Store store_of(ImageRef image) {
  switch (gimp_image_get_precision(image) / 100) {
  case GIMP_PRECISION_FLOAT_LINEAR / 100:
    return STORE_FLOAT;
  case GIMP_PRECISION_U32_LINEAR / 100:
  case GIMP_PRECISION_DOUBLE_LINEAR / 100:
    return STORE_FINE;
  default:
    return STORE_COARSE;
  }
}

static Space space_of(GimpLayerColorSpace space) {
  return space == GIMP_LAYER_COLOR_SPACE_RGB_LINEAR       ? SPACE_LINEAR
         : space == GIMP_LAYER_COLOR_SPACE_RGB_NON_LINEAR ? SPACE_NON_LINEAR
         : space == GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL ? SPACE_PERCEPTUAL
                                                          : SPACE_OTHER;
}

/* The space of a layer's node. What the mode's own is where the user chose none: GIMP tells nobody. */
static Space space_of_layer(LayerRef layer) {
  GimpLayerColorSpace space = gimp_layer_get_composite_space(layer);
  GimpLayerMode mode = gimp_layer_get_mode(layer);

  if (mode == GIMP_LAYER_MODE_DISSOLVE || mode >= GIMP_LAYER_MODE_ERASE)
    return SPACE_OTHER;
  if (space != GIMP_LAYER_COLOR_SPACE_AUTO)
    return space_of(space);
  return mode <= GIMP_LAYER_MODE_COLOR_ERASE_LEGACY ? SPACE_NON_LINEAR : SPACE_LINEAR;
}

static gboolean covers(LayerRef layer, const GeglRectangle *area) {
  GeglRectangle extent = {0, 0, gimp_drawable_get_width(AS_DRAWABLE(layer)), gimp_drawable_get_height(AS_DRAWABLE(layer))};

  gimp_drawable_get_offsets(AS_DRAWABLE(layer), &extent.x, &extent.y);
  return gimp_item_get_visible(AS_ITEM(layer)) && gegl_rectangle_contains(&extent, area);
}

/* Its pixels come out as they are stored where nothing lies beneath. */
static gboolean is_plain(LayerRef layer) {
  return gimp_layer_get_opacity(layer) >= 100.0 &&
         (gimp_layer_get_mask(layer) == NO_ITEM || !gimp_layer_get_apply_mask(layer));
}

static Space coming_from_below(const ItemRef *items, gint n_items, gint position, const GeglRectangle *area) {
  Space spaces = 0;

  for (gint i = position; i < n_items; i++) {
    LayerRef layer = AS_LAYER(items[i]);
    gboolean on_something = FALSE, on_all = FALSE;

    if (!gimp_item_get_visible(items[i]))
      continue;
    for (gint k = i + 1; k < n_items; k++) {
      on_something |= gimp_item_get_visible(items[k]);
      on_all |= covers(AS_LAYER(items[k]), area);
    }
    if (on_something || !is_plain(layer))
      spaces |= space_of_layer(layer);
    if (!on_all && is_plain(layer))
      spaces |= SPACE_STORED;
    if (covers(layer, area) && (on_all || !on_something || !is_plain(layer)))
      return spaces;
  }
  return spaces;
}

static Space taken_above(const ItemRef *items, gint position, const GeglRectangle *area, Space last) {
  Space spaces = 0;

  for (gint i = position - 1; i >= 0; i--) {
    if (!gimp_item_get_visible(items[i]))
      continue;
    spaces |= space_of_layer(AS_LAYER(items[i]));
    if (covers(AS_LAYER(items[i]), area))
      return spaces;
  }
  return spaces | last;
}

/* Whether numbers of the space `from` that are taken as `to` are the same after they were floats of `between`. */
static gboolean is_exact(Space from, Space between, Space to, const Pixels *pixels) {
  gboolean same_float = pixels->store == STORE_FLOAT && !pixels->grey && between == pixels->encoding;

  if (from == SPACE_OTHER || (from == SPACE_STORED && pixels->store == STORE_FINE))
    return FALSE;
  if (to != SPACE_STORED) /* a node: one conversion before, one now */
    return between == to || between == from;
  if (from == SPACE_STORED)
    return pixels->store == STORE_COARSE || same_float;
  /* floats are rounded to what is stored; those of an opaque layer are what is stored but for their last digits */
  return between == from || (pixels->store == STORE_COARSE && pixels->opaque) || same_float;
}

static gboolean all_exact(Space from, Space between, Space to, const Pixels *pixels) {
  for (gint f = SPACE_STORED; f <= SPACE_OTHER; f <<= 1)
    for (gint t = SPACE_STORED; t <= SPACE_OTHER; t <<= 1)
      if ((from & f) && (to & t) && !is_exact(f, between, t, pixels))
        return FALSE;
  return TRUE;
}

gboolean stack_space(ImageRef image, ItemRef parent, gint position, const GeglRectangle *area, gboolean opaque,
                     GimpLayerColorSpace *space) {
  const GimpLayerColorSpace choices[] = {own_space(image), GIMP_LAYER_COLOR_SPACE_RGB_LINEAR,
                                         GIMP_LAYER_COLOR_SPACE_RGB_NON_LINEAR, GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL};
  GeglRectangle canvas = {0, 0, gimp_image_get_width(image), gimp_image_get_height(image)}, seen;
  Pixels pixels = {space_of(choices[0]), store_of(image), gimp_image_get_base_type(image) == GIMP_GRAY, opaque};
  gboolean through = parent != NO_ITEM && gimp_layer_get_mode(AS_LAYER(parent)) == GIMP_LAYER_MODE_PASS_THROUGH;
  Space from, to;
  ItemRef *items;
  gint n_items;

  *space = choices[0];
  if (!gegl_rectangle_intersect(&seen, area, &canvas))
    return TRUE;
  if (through) /* its layers are nodes of the stack around it */
    return FALSE;
  items = compat_children(image, parent, &n_items);
  from = coming_from_below(items, n_items, position, &seen);
  to = taken_above(items, position, &seen, SPACE_STORED);
  g_free(items);
  for (gsize i = 0; i < G_N_ELEMENTS(choices); i++)
    if (all_exact(from, space_of(choices[i]), to, &pixels)) {
      *space = choices[i];
      return TRUE;
    }
  return FALSE;
}
