/* SPDX-License-Identifier: GPL-3.0-or-later
 * The references above the first, two lines each: the layer; where it comes in and how it lies. What the rows say is the options'
 * text, which they are made of. */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/layer-chooser.h"
#include "gimp/references.h"
#include "gimp/result.h"
#include <glib/gi18n-lib.h>

/* A row's widgets know it by its number. */
#define NUMBER "number"

static guint number_of(GtkWidget *widget) { return GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(widget), NUMBER)); }

static void set_number(gpointer widget, guint n) { g_object_set_data(G_OBJECT(widget), NUMBER, GUINT_TO_POINTER(n)); }

static gboolean fits(DrawableRef layer, gpointer data) {
  Dialog *self = data;

  return check_reference(self->target, layer, NULL);
}

/* ---------------------------------------------------------------------------------------------- a row */

static void layer_changed(gpointer data) {
  Dialog *self = data;
  GArray *all = references_read(self->options, NULL);
  GList *rows = gtk_container_get_children(GTK_CONTAINER(self->more));

  for (GList *row = rows; all && row; row = row->next) {
    GtkWidget *chooser = g_object_get_data(G_OBJECT(row->data), "layer");

    if (number_of(row->data) < all->len)
      references_nth(all, number_of(row->data))->layer = layer_chooser_get(chooser);
  }
  if (all)
    references_keep(self->options, all);
  g_list_free(rows);
  g_clear_pointer(&all, g_array_unref);
  dialog_layers_changed(self);
}

static void region_changed(GtkWidget *combo, Dialog *self) {
  GArray *all = references_read(self->options, NULL);
  gint region;

  if (all && number_of(combo) < all->len && gimp_int_combo_box_get_active(GIMP_INT_COMBO_BOX(combo), &region)) {
    references_nth(all, number_of(combo))->region = (ReferenceRegion)region;
    references_keep(self->options, all);
  }
  g_clear_pointer(&all, g_array_unref);
  dialog_layers_changed(self);
}

static const gchar *const placements[] = {"", "as-placed", "centre", NULL};

static void placement_changed(GtkWidget *combo, Dialog *self) {
  GArray *all = references_read(self->options, NULL);
  gint chosen;

  if (all && number_of(combo) < all->len && gimp_int_combo_box_get_active(GIMP_INT_COMBO_BOX(combo), &chosen) &&
      chosen < (gint)g_strv_length((gchar **)placements)) {
    Reference *reference = references_nth(all, number_of(combo));

    g_free(reference->placement);
    reference->placement = g_strdup(placements[chosen]);
    references_keep(self->options, all);
  }
  g_clear_pointer(&all, g_array_unref);
  dialog_layers_changed(self);
}

static gboolean fill_again(gpointer data) {
  Dialog *self = data;

  self->refill = 0;
  dialog_fill_more(self);
  dialog_layers_changed(self);
  return G_SOURCE_REMOVE;
}

/* A button must not end while it is told that it was pressed. */
static void fill_later(Dialog *self) {
  if (!self->refill)
    self->refill = g_idle_add(fill_again, self);
}

static void remove_row(GtkWidget *button, Dialog *self) {
  GArray *all = references_read(self->options, NULL);

  if (all && number_of(button) < all->len) {
    g_array_remove_index(all, number_of(button));
    references_keep(self->options, all);
    fill_later(self);
  }
  g_clear_pointer(&all, g_array_unref);
}

static GtkWidget *new_combo(gint value, const gchar *tooltip, void (*taken)(GtkWidget *combo, Dialog *self), guint n, Dialog *self,
                            const gchar *const *labels) {
  GtkWidget *combo = g_object_new(GIMP_TYPE_INT_COMBO_BOX, NULL);

  for (gint i = 0; labels[i]; i++)
    gimp_int_combo_box_append(GIMP_INT_COMBO_BOX(combo), GIMP_INT_STORE_LABEL, labels[i], GIMP_INT_STORE_VALUE, i, -1);
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(combo), value);
  g_object_set(combo, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  gimp_help_set_help_data(combo, tooltip, NULL);
  set_number(combo, n);
  g_signal_connect(combo, "changed", G_CALLBACK(taken), self);
  return combo;
}

static GtkWidget *new_row(Dialog *self, const Reference *reference, guint n) {
  const gchar *regions[OPTIONS_REGIONS + 1] = {NULL};
  const gchar *places[] = {_("Found"), _("As Placed"), _("Centre"), NULL, NULL};
  GtkWidget *row = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *first = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *second = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *chooser, *button;
  gint place = 0;

  for (gint i = 0; i < OPTIONS_REGIONS; i++)
    regions[i] = _(references_regions[i]);
  while (placements[place] && !g_str_equal(placements[place], reference->placement))
    place++;
  if (!placements[place])
    places[place] = reference->placement; /* as a script or an earlier edit had it */
  chooser = layer_chooser_new(fits, layer_changed, self);
  layer_chooser_offer_visible(chooser);
  layer_chooser_fill(chooser, self->image);
  if (reference->layer == NO_ITEM)
    layer_chooser_set_visible(chooser);
  else
    layer_chooser_set(chooser, reference->layer);
  gimp_help_set_help_data(chooser, _("The layer to take from, or what the image shows. It comes in above the rows before."), NULL);
  gtk_widget_set_size_request(chooser, 150, -1);
  gtk_box_pack_start(GTK_BOX(first), chooser, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(second),
                     new_combo((gint)reference->region,
                               _("Where it comes in: what is selected, where the layer shows something, by its layer mask and its "
                                 "transparency, or a part of the face that the model tells."),
                               region_changed, n, self, regions),
                     TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(second),
                     new_combo(place,
                               _("How it lies: found by a face or by the model, as it lies over the target on the canvas, or the "
                                 "layer's middle."),
                               placement_changed, n, self, places),
                     TRUE, TRUE, 0);
  button = gtk_button_new_with_label("−");
  gimp_help_set_help_data(button, _("Takes nothing from this layer."), NULL);
  set_number(button, n);
  g_signal_connect(button, "clicked", G_CALLBACK(remove_row), self);
  gtk_box_pack_start(GTK_BOX(first), button, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(row), first, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(row), second, FALSE, FALSE, 0);
  set_number(row, n);
  g_object_set_data(G_OBJECT(row), "layer", chooser);
  gtk_widget_show_all(row);
  return row;
}

/* ---------------------------------------------------------------------------------------------- all rows */

static void destroy(GtkWidget *row, gpointer data) { gtk_widget_destroy(row); }

void dialog_fill_more(Dialog *self) {
  GArray *all;

  if (!self->more)
    return;
  gtk_container_foreach(GTK_CONTAINER(self->more), destroy, NULL);
  references_keep_usable(self->options, self->target);
  all = references_read(self->options, NULL);
  for (guint n = 1; all && n < all->len; n++)
    gtk_box_pack_start(GTK_BOX(self->more), new_row(self, references_nth(all, n), n), FALSE, FALSE, 0);
  gtk_widget_set_sensitive(self->add, !all || all->len < OPTIONS_REFERENCES);
  g_clear_pointer(&all, g_array_unref);
}

/* The first layer that is neither taken from nor an earlier result, else what the image shows. */
static void add_row(GtkWidget *button, Dialog *self) {
  GArray *all = references_read(self->options, NULL);
  gint n_items;
  ItemRef *items = compat_children(self->image, NO_ITEM, &n_items);
  Reference more = {.layer = NO_ITEM, .region = REGION_ALPHA, .placement = NULL};

  for (gint i = 0; all && i < n_items && more.layer == NO_ITEM; i++) {
    gboolean taken = !fits(AS_DRAWABLE(items[i]), self) || result_target(self->image, AS_DRAWABLE(items[i])) != NO_ITEM;

    for (guint k = 0; k < all->len; k++)
      taken |= references_nth(all, k)->layer == AS_DRAWABLE(items[i]);
    if (!taken)
      more.layer = AS_DRAWABLE(items[i]);
  }
  g_free(items);
  if (all && all->len < OPTIONS_REFERENCES) {
    more.placement = g_strdup("");
    g_array_append_val(all, more);
    references_keep(self->options, all);
    fill_later(self);
  }
  g_clear_pointer(&all, g_array_unref);
}

void dialog_add_more(Dialog *self, GtkWidget *box) {
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

  if (!procedures_takes(self->procedure, ARGUMENT_REFERENCES))
    return;
  self->more = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_pack_start(GTK_BOX(box), self->more, FALSE, FALSE, 0);
  self->add = gtk_button_new_with_label(_("Add Another Reference"));
  gimp_help_set_help_data(self->add, _("Takes from one more layer, above the ones before: eyes from one, a mouth from another."), NULL);
  g_signal_connect(self->add, "clicked", G_CALLBACK(add_row), self);
  gtk_box_pack_start(GTK_BOX(line), self->add, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), line, FALSE, FALSE, 0);
  gtk_widget_show_all(line);
  gtk_widget_show(self->more);
}

/* ---------------------------------------------------------------------------------------------- pixels */

void dialog_read_more(Dialog *self) {
  GArray *all = references_read(self->options, NULL);
  guint count = self->more && all ? all->len : 1;

  for (guint n = 1; n < OPTIONS_REFERENCES; n++) {
    DialogPixels *kept = &self->more_pixels[n];
    const Reference *reference = n < count ? references_nth(all, n) : NULL;

    if (reference && kept->pixels && kept->of == reference->layer)
      continue;
    g_clear_object(&kept->pixels);
    if (!reference)
      continue;
    kept->of = reference->layer;
    kept->pixels = reference->layer == NO_ITEM ? flow_copy_visible(self->image, NULL) : flow_copy_reference(reference->layer, NULL);
  }
  g_clear_pointer(&all, g_array_unref);
}
