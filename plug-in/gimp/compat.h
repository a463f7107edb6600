/* SPDX-License-Identifier: GPL-3.0-or-later
 * One vocabulary for GIMP 2.10 (items are numbers) and 3.x (items are objects). The only file that asks which
 * GIMP this is: everything in plug-in/gimp/ is written with these names, those of GIMP 3. */
#pragma once
#include <libgimp/gimp.h>

#if GIMP_CHECK_VERSION(2, 99, 0)

typedef GimpImage *ImageRef;
typedef GimpItem *ItemRef;
typedef GimpDrawable *DrawableRef;
typedef GimpLayer *LayerRef;
typedef GimpLayerMask *MaskRef;
typedef GimpPath *PathRef;
#define NO_ITEM NULL
#define AS_ITEM(ref) GIMP_ITEM(ref)
#define AS_DRAWABLE(ref) GIMP_DRAWABLE(ref)
#define AS_LAYER(ref) ((GimpLayer *)(ref)) /* NULL stays NULL */

static inline gboolean compat_set_active_layer(ImageRef image, LayerRef layer) {
  const GimpLayer *layers[] = {layer, NULL};

  return gimp_image_set_selected_layers(image, layers);
}

static inline gchar *compat_parasite_text(const GimpParasite *parasite) {
  guint32 length;
  const gchar *text = gimp_parasite_get_data(parasite, &length);

  return g_strndup(text, length);
}

static inline ItemRef *compat_children(ImageRef image, ItemRef parent, gint *n_items) {
  ItemRef *items = parent ? gimp_item_get_children(parent) : (ItemRef *)gimp_image_get_layers(image);

  *n_items = gimp_core_object_array_get_length((GObject **)items);
  return items;
}

static inline ImageRef *compat_images(gint *n_images) {
  ImageRef *images = gimp_get_images();

  *n_images = gimp_core_object_array_get_length((GObject **)images);
  return images;
}

/* A copy to write into, whose own pixels are what it shows: its effects are merged into them, and a link or vector layer (3.2)
 * draws itself no more, over what is written into it. That takes no step of the image's undo history and leaves the image as
 * clean as it was: the copy is in no image yet. (3.2.6 says on its console that it has no undo step.) GIMP ends plug-ins that
 * write into locked pixels. */
static inline LayerRef compat_copy_layer(LayerRef layer) {
  ImageRef image = gimp_item_get_image(GIMP_ITEM(layer));
  gboolean clean = !gimp_image_is_dirty(image);
  LayerRef copy = gimp_layer_copy(layer);

  if (!copy)
    return NULL;
  gimp_image_undo_freeze(image);
  gimp_item_set_lock_content(GIMP_ITEM(copy), FALSE);
#if GIMP_CHECK_VERSION(3, 2, 0)
  if (GIMP_IS_RASTERIZABLE(copy))
    gimp_rasterizable_rasterize(GIMP_RASTERIZABLE(copy));
#endif
  gimp_drawable_merge_filters(GIMP_DRAWABLE(copy));
  gimp_image_undo_thaw(image);
  if (clean)
    gimp_image_clean_all(image);
  return copy;
}

/* Also where the user locked the item's visibility: GIMP would leave it as it is and tell nobody. */
static inline void compat_set_visible(ItemRef item, gboolean visible) {
  gboolean locked = gimp_item_get_lock_visibility(item);

  if (locked)
    gimp_item_set_lock_visibility(item, FALSE);
  gimp_item_set_visible(item, visible);
  if (locked)
    gimp_item_set_lock_visibility(item, TRUE);
}

/* GIMP merges no effects into a group: what is visible of it alone in an image, without its layer mask. */
static inline LayerRef compat_group_with_effects(DrawableRef group) {
  ImageRef image = gimp_item_get_image(GIMP_ITEM(group));
  GimpColorProfile *profile = gimp_image_get_color_profile(image);
  ImageRef alone = gimp_image_new_with_precision(gimp_drawable_get_width(group), gimp_drawable_get_height(group),
                                                 gimp_image_get_base_type(image), gimp_image_get_precision(image));
  LayerRef copy, shown = NULL;
  gint left, top;

  if (profile)
    gimp_image_set_color_profile(alone, profile);
  copy = gimp_layer_new_from_drawable(group, alone);
  if (copy && gimp_image_insert_layer(alone, copy, NULL, 0)) {
    gimp_layer_set_offsets(copy, 0, 0);
    gimp_layer_set_opacity(copy, 100.0);
    gimp_item_set_visible(GIMP_ITEM(copy), TRUE);
    if (gimp_layer_get_mode(copy) != GIMP_LAYER_MODE_PASS_THROUGH)
      gimp_layer_set_mode(copy, GIMP_LAYER_MODE_NORMAL);
    if (gimp_layer_get_mask(copy))
      gimp_layer_set_apply_mask(copy, FALSE);
    shown = gimp_layer_new_from_visible(alone, image, "shown");
  }
  if (shown) {
    gimp_drawable_get_offsets(group, &left, &top);
    gimp_layer_set_offsets(shown, left, top);
  }
  gimp_image_delete(alone);
  g_clear_object(&profile);
  return shown;
}

/* Effects are not in a drawable's own pixels: they are laid on a copy that is in no image. */
static inline DrawableRef compat_with_effects(DrawableRef drawable) {
  GimpDrawableFilter **effects = gimp_drawable_get_filters(drawable);
  gboolean any = gimp_core_object_array_get_length((GObject **)effects) > 0;
  LayerRef copy = NULL;

  g_free(effects);
  if (any)
    copy = gimp_item_is_group(GIMP_ITEM(drawable)) ? compat_group_with_effects(drawable)
                                                   : compat_copy_layer(GIMP_LAYER(drawable));
  return copy ? GIMP_DRAWABLE(copy) : drawable;
}

static inline DrawableRef compat_drawable_by_id(gint id) {
  GimpItem *item = gimp_item_get_by_id(id);

  return item ? GIMP_DRAWABLE(item) : NULL;
}
#define compat_item_id(ref) ((ref) ? gimp_item_get_id(AS_ITEM(ref)) : -1)
#define compat_image_id(ref) gimp_image_get_id(ref)

/* Of the layer, `side` pixels at most, checks where it is transparent; NULL where GIMP has none. libgimp 3.0's own is none of a layer of
 * more than 8 bits, and a complaint. */
static inline GdkPixbuf *compat_thumbnail(DrawableRef layer, gint side) {
  enum { DARK = 0x666666, LIGHT = 0x999999, CHECK = 4 };
  gint width = 0, height = 0, bpp = 0;
  GBytes *data = gimp_drawable_get_thumbnail_data(layer, side, side, &width, &height, &bpp);
  const Babl *format = data ? gimp_drawable_get_thumbnail_format(layer) : NULL;
  GdkPixbuf *picture = NULL;
  gsize pixels = (gsize)MAX(width, 0) * (gsize)MAX(height, 0);

  if (format && pixels && babl_format_get_bytes_per_pixel(format) == bpp && g_bytes_get_size(data) == pixels * (gsize)bpp) {
    GdkPixbuf *plain = gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, width, height);
    const Babl *fish = babl_fish(format, babl_format("R'G'B'A u8"));
    const guchar *from = g_bytes_get_data(data, NULL);

    for (gint y = 0; y < height; y++)
      babl_process(fish, from + (gsize)y * (gsize)width * (gsize)bpp, gdk_pixbuf_get_pixels(plain) + (gsize)y * (gsize)gdk_pixbuf_get_rowstride(plain), width);
    picture = gdk_pixbuf_composite_color_simple(plain, width, height, GDK_INTERP_NEAREST, 255, CHECK, DARK, LIGHT);
    g_object_unref(plain);
  }
  g_clear_pointer(&data, g_bytes_unref);
  return picture;
}

static inline DrawableRef compat_layer_by_id(gint id) { return gimp_item_id_is_layer(id) ? compat_drawable_by_id(id) : NULL; }

static inline PathRef compat_path(ImageRef image, const gchar *name) {
  GimpPath **selected = name ? NULL : gimp_image_get_selected_paths(image);
  GimpPath *path = name ? gimp_image_get_path_by_name(image, name) : selected ? *selected : NULL;

  g_free(selected);
  return path;
}

static inline gint *compat_path_strokes(PathRef path, gint *n_strokes) {
  gsize count = 0;
  gint *strokes = gimp_path_get_strokes(path, &count);

  *n_strokes = (gint)count;
  return strokes;
}

static inline gdouble *compat_path_stroke(PathRef path, gint stroke, gint *count) {
  gsize n = 0;
  gdouble *numbers = NULL;
  gboolean closed;

  gimp_path_stroke_get_points(path, stroke, &n, &numbers, &closed);
  *count = (gint)n;
  return numbers;
}

#define compat_ui_init(name) gimp_ui_init(name)
#define compat_label_top_left(label) g_object_set(label, "xalign", 0.0, "yalign", 0.0, NULL)
#define compat_image_top(image) gtk_widget_set_valign(image, GTK_ALIGN_START)
#define compat_image_left(image) gtk_widget_set_halign(image, GTK_ALIGN_START)
#define COMPAT_POLICY_NO_BAR GTK_POLICY_EXTERNAL
#define compat_scroll_beside(scroll) gtk_scrolled_window_set_overlay_scrolling(GTK_SCROLLED_WINDOW(scroll), FALSE)
#define compat_wanted_size(widget, requisition) gtk_widget_get_preferred_size(widget, NULL, requisition)

#else

typedef gint32 ImageRef;
typedef gint32 ItemRef;
typedef gint32 DrawableRef;
typedef gint32 LayerRef;
typedef gint32 MaskRef;
typedef gint32 PathRef;
#define NO_ITEM (-1)
#define AS_ITEM(ref) (ref)
#define AS_DRAWABLE(ref) (ref)
#define AS_LAYER(ref) (ref)
#define gimp_drawable_get_width gimp_drawable_width
#define gimp_drawable_get_height gimp_drawable_height
#define gimp_drawable_get_offsets gimp_drawable_offsets
#define gimp_image_get_base_type gimp_image_base_type
#define gimp_image_get_width gimp_image_width
#define gimp_image_get_height gimp_image_height
#define GIMP_LAYER_COLOR_SPACE_RGB_NON_LINEAR GIMP_LAYER_COLOR_SPACE_RGB_PERCEPTUAL /* two in GIMP 3 */

#define gimp_item_get_tattoo(item) ((guint)gimp_item_get_tattoo(item))
#define compat_set_active_layer gimp_image_set_active_layer
#define compat_set_visible gimp_item_set_visible

static inline LayerRef compat_copy_layer(LayerRef layer) {
  LayerRef copy = gimp_layer_copy(layer);

  if (copy != NO_ITEM)
    gimp_item_set_lock_content(copy, FALSE);
  return copy;
}

static inline gchar *compat_parasite_text(const GimpParasite *parasite) {
  return g_strndup(gimp_parasite_data(parasite), gimp_parasite_data_size(parasite));
}

/* The layers of a group, or of the image where `parent` is NO_ITEM, from the top; g_free. */
static inline ItemRef *compat_children(ImageRef image, ItemRef parent, gint *n_items) {
  return parent == NO_ITEM ? gimp_image_get_layers(image, n_items) : gimp_item_get_children(parent, n_items);
}

/* The path of that name, or, where it is NULL, the one that the user works on; NO_ITEM: there is none. */
static inline PathRef compat_path(ImageRef image, const gchar *name) {
  return name ? gimp_image_get_vectors_by_name(image, name) : gimp_image_get_active_vectors(image);
}

#define compat_path_strokes gimp_vectors_get_strokes /* g_free */

/* Of each point six numbers: a handle, the point, the other handle; g_free. */
static inline gdouble *compat_path_stroke(PathRef path, gint stroke, gint *count) {
  gdouble *numbers = NULL;
  gboolean closed;

  gimp_vectors_stroke_get_points(path, stroke, count, &numbers, &closed);
  return numbers;
}

#define compat_drawable_by_id(id) (id)
#define compat_thumbnail(layer, side) gimp_drawable_get_thumbnail((layer), (side), (side), GIMP_PIXBUF_SMALL_CHECKS)
/* NO_ITEM where it is no layer's. */
#define compat_layer_by_id(id) (gimp_item_is_valid(id) && gimp_item_is_layer(id) ? (id) : NO_ITEM)
#define compat_item_id(ref) (ref)
#define compat_image_id(ref) (ref)

#define compat_ui_init(name) gimp_ui_init(name, FALSE)
/* Text at the top left of a label's space, a picture at the top of its own. */
#define compat_label_top_left(label) gtk_misc_set_alignment(GTK_MISC(label), 0.0, 0.0)
#define compat_image_top(image) gtk_misc_set_alignment(GTK_MISC(image), 0.5, 0.0)
#define compat_image_left(image) gtk_misc_set_alignment(GTK_MISC(image), 0.0, 0.5)
/* A scrolled window without a bar; its bars, where there are some, take room of their own. */
#define COMPAT_POLICY_NO_BAR GTK_POLICY_NEVER
#define compat_scroll_beside(scroll)
/* Of a requisition. */
#define compat_wanted_size gtk_widget_size_request

#define compat_images gimp_image_list /* g_free */

/* The drawable, or a copy of it with what GIMP 3 shows over its pixels, to be deleted where it is another. */
#define compat_with_effects(drawable) (drawable)

#endif
