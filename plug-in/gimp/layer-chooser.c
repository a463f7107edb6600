/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/layer-chooser.h"
#include <glib/gi18n-lib.h>

#define THUMBNAIL 24
#define MOST_THUMBNAILS 60 /* each is asked of GIMP */

enum { COLUMN_ID, COLUMN_THUMBNAIL, COLUMN_NAME, N_COLUMNS };

/* In place of a layer's number. */
#define SEPARATOR (-2)
#define VISIBLE (-3)

typedef struct {
  gboolean (*fits)(DrawableRef layer, gpointer data);
  void (*changed)(gpointer data);
  gpointer data;
  GArray *ids; /* as listed */
  gboolean quiet, visible;
} Chooser;

static Chooser *chooser_of(GtkWidget *combo) { return g_object_get_data(G_OBJECT(combo), "chooser"); }

static void chooser_free(gpointer data) {
  Chooser *chooser = data;

  g_array_free(chooser->ids, TRUE);
  g_free(chooser);
}

static gboolean is_separator(GtkTreeModel *store, GtkTreeIter *iter, gpointer data) {
  gint id;

  gtk_tree_model_get(store, iter, COLUMN_ID, &id, -1);
  return id == SEPARATOR;
}

/* From the top, groups opened. */
static void add_ids(Chooser *chooser, ImageRef image, ItemRef parent, GArray *ids) {
  gint n_items;
  ItemRef *items = compat_children(image, parent, &n_items);

  for (gint i = 0; i < n_items; i++) {
    gint id = compat_item_id(items[i]);

    if (chooser->fits(AS_DRAWABLE(items[i]), chooser->data))
      g_array_append_val(ids, id);
    if (gimp_item_is_group(items[i]))
      add_ids(chooser, image, items[i], ids);
  }
  g_free(items);
}

static GArray *list_ids(Chooser *chooser, ImageRef first) {
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint));
  const gint separator = SEPARATOR, visible = VISIBLE;
  gint n_images;
  ImageRef *images = compat_images(&n_images);

  add_ids(chooser, first, NO_ITEM, ids);
  if (chooser->visible)
    g_array_append_val(ids, visible);
  if (ids->len)
    g_array_append_val(ids, separator);
  for (gint i = 0; i < n_images; i++)
    if (images[i] != first)
      add_ids(chooser, images[i], NO_ITEM, ids);
  if (ids->len && g_array_index(ids, gint, ids->len - 1) == SEPARATOR)
    g_array_set_size(ids, ids->len - 1);
  g_free(images);
  return ids;
}

static void add_row(GtkListStore *store, gint id, ImageRef first, gboolean thumbnail) {
  DrawableRef layer;
  ImageRef image;
  GdkPixbuf *picture;
  gchar *name;

  if (id == SEPARATOR) {
    gtk_list_store_insert_with_values(store, NULL, -1, COLUMN_ID, id, -1);
    return;
  }
  if (id == VISIBLE) {
    gtk_list_store_insert_with_values(store, NULL, -1, COLUMN_ID, id, COLUMN_NAME, _("Visible image"), -1);
    return;
  }
  layer = compat_drawable_by_id(id);
  image = gimp_item_get_image(AS_ITEM(layer));
  picture = thumbnail ? compat_thumbnail(layer, THUMBNAIL) : NULL;
  name = gimp_item_get_name(AS_ITEM(layer));
  if (image != first) {
    gchar *of = gimp_image_get_name(image), *both = g_strdup_printf("%s — %s", name, of);

    g_free(of);
    g_free(name);
    name = both;
  }
  gtk_list_store_insert_with_values(store, NULL, -1, COLUMN_ID, id, COLUMN_THUMBNAIL, picture, COLUMN_NAME, name, -1);
  g_clear_object(&picture);
  g_free(name);
}

gboolean layer_chooser_fill(GtkWidget *combo, ImageRef image) {
  Chooser *chooser = chooser_of(combo);
  GtkListStore *store = GTK_LIST_STORE(gtk_combo_box_get_model(GTK_COMBO_BOX(combo)));
  GArray *ids = list_ids(chooser, image);

  if (ids->len == chooser->ids->len && memcmp(ids->data, chooser->ids->data, ids->len * sizeof(gint)) == 0) {
    g_array_free(ids, TRUE);
    return FALSE;
  }
  g_array_free(chooser->ids, TRUE);
  chooser->ids = ids;
  chooser->quiet = TRUE;
  gtk_list_store_clear(store);
  for (guint i = 0; i < ids->len; i++)
    add_row(store, g_array_index(ids, gint, i), image, i < MOST_THUMBNAILS);
  chooser->quiet = FALSE;
  return TRUE;
}

static void set_id(GtkWidget *combo, gint id) {
  Chooser *chooser = chooser_of(combo);
  gint row = -1;

  for (guint i = 0; i < chooser->ids->len; i++)
    if (id != SEPARATOR && g_array_index(chooser->ids, gint, i) == id)
      row = (gint)i;
  chooser->quiet = TRUE;
  gtk_combo_box_set_active(GTK_COMBO_BOX(combo), row);
  chooser->quiet = FALSE;
}

/* SEPARATOR: none. */
static gint get_id(GtkWidget *combo) {
  GtkTreeIter iter;
  gint id = SEPARATOR;

  if (gtk_combo_box_get_active_iter(GTK_COMBO_BOX(combo), &iter))
    gtk_tree_model_get(gtk_combo_box_get_model(GTK_COMBO_BOX(combo)), &iter, COLUMN_ID, &id, -1);
  return id;
}

void layer_chooser_set(GtkWidget *combo, DrawableRef layer) {
  set_id(combo, layer == NO_ITEM ? SEPARATOR : compat_item_id(layer));
}

DrawableRef layer_chooser_get(GtkWidget *combo) {
  gint id = get_id(combo);

  return id == SEPARATOR || id == VISIBLE ? NO_ITEM : compat_drawable_by_id(id);
}

void layer_chooser_offer_visible(GtkWidget *combo) { chooser_of(combo)->visible = TRUE; }
void layer_chooser_set_visible(GtkWidget *combo) { set_id(combo, VISIBLE); }
gboolean layer_chooser_is_visible(GtkWidget *combo) { return get_id(combo) == VISIBLE; }

static void combo_changed(GtkWidget *combo, Chooser *chooser) {
  if (!chooser->quiet)
    chooser->changed(chooser->data);
}

GtkWidget *layer_chooser_new(gboolean (*fits)(DrawableRef layer, gpointer data), void (*changed)(gpointer data),
                             gpointer data) {
  GtkListStore *store = gtk_list_store_new(N_COLUMNS, G_TYPE_INT, GDK_TYPE_PIXBUF, G_TYPE_STRING);
  GtkWidget *combo = gtk_combo_box_new_with_model(GTK_TREE_MODEL(store));
  GtkCellRenderer *picture = gtk_cell_renderer_pixbuf_new(), *name = gtk_cell_renderer_text_new();
  Chooser *chooser = g_new0(Chooser, 1);

  chooser->fits = fits;
  chooser->changed = changed;
  chooser->data = data;
  chooser->ids = g_array_new(FALSE, FALSE, sizeof(gint));
  g_object_set_data_full(G_OBJECT(combo), "chooser", chooser, chooser_free);
  g_signal_connect(combo, "changed", G_CALLBACK(combo_changed), chooser);
  g_object_set(picture, "width", THUMBNAIL + 4, NULL);
  g_object_set(name, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  gtk_cell_layout_pack_start(GTK_CELL_LAYOUT(combo), picture, FALSE);
  gtk_cell_layout_add_attribute(GTK_CELL_LAYOUT(combo), picture, "pixbuf", COLUMN_THUMBNAIL);
  gtk_cell_layout_pack_start(GTK_CELL_LAYOUT(combo), name, TRUE);
  gtk_cell_layout_add_attribute(GTK_CELL_LAYOUT(combo), name, "text", COLUMN_NAME);
  gtk_combo_box_set_row_separator_func(GTK_COMBO_BOX(combo), is_separator, NULL, NULL);
  g_object_unref(store);
  return combo;
}
