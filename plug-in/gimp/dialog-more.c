/* SPDX-License-Identifier: GPL-3.0-or-later
 * The references above the first, two lines each: the layer; where it comes in and how it lies. What the rows say is the options'
 * text, which they are made of. */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/layer-chooser.h"
#include "gimp/places.h"
#include "gimp/references.h"
#include "gimp/result.h"
#include "host/place.h"
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
    DrawableRef layer = layer_chooser_get(g_object_get_data(G_OBJECT(row->data), "layer"));
    guint n = number_of(row->data);

    if (n >= all->len || references_nth(all, n)->layer == layer)
      continue;
    references_nth(all, n)->layer = layer;
    self->found[n].by = 0;
    dialog_view_reference(self, (gint)n);
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

/* How a row says that a reference lies; by hand: where the view's square was drawn to. */
static const gchar *const placements[] = {"", "as-placed", "centre"};
enum { BY_HAND = G_N_ELEMENTS(placements), OTHERWISE };

static gint placement_of(const gchar *text) {
  if (g_str_equal(text, "auto"))
    return 0;
  for (gint i = 0; i < BY_HAND; i++)
    if (g_str_equal(placements[i], text))
      return i;
  return places_is_word(text) ? OTHERWISE : BY_HAND;
}

static void set_placement(Dialog *self, guint n, const gchar *text) {
  GArray *all = references_read(self->options, NULL);

  if (all && n < all->len) {
    g_free(references_nth(all, n)->placement);
    references_nth(all, n)->placement = g_strdup(text);
    references_keep(self->options, all);
  }
  g_clear_pointer(&all, g_array_unref);
}

static void placement_changed(GtkWidget *combo, Dialog *self) {
  gint chosen;

  if (self->placing || !gimp_int_combo_box_get_active(GIMP_INT_COMBO_BOX(combo), &chosen) || chosen == OTHERWISE)
    return;
  dialog_view_reference(self, (gint)number_of(combo));
  if (chosen == BY_HAND) {
    stylemap_placement square = dialog_reference_square(self);
    gchar *text = square.side >= 1 ? place_text(&square, 1) : g_strdup("centre"); /* none is known while another place is wrong */

    set_placement(self, number_of(combo), text);
    g_free(text);
  } else {
    set_placement(self, number_of(combo), placements[chosen]);
  }
  dialog_layers_changed(self);
}

void dialog_place_more(Dialog *self, const gchar *text) {
  GList *rows = gtk_container_get_children(GTK_CONTAINER(self->more));

  set_placement(self, (guint)self->in_view, text);
  self->placing = TRUE;
  for (GList *row = rows; row; row = row->next)
    if ((gint)number_of(row->data) == self->in_view)
      gimp_int_combo_box_set_active(g_object_get_data(G_OBJECT(row->data), "place"), placement_of(text));
  self->placing = FALSE;
  g_list_free(rows);
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
    for (gint i = 1; i < OPTIONS_REFERENCES; i++)
      self->found[i].by = 0;
    self->in_view = 0;
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
  const gchar *places[] = {_("Found"), _("As Placed"), _("Centre"), _("By Hand"), NULL, NULL};
  GtkWidget *row = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *first = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *second = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *chooser, *button, *place;

  for (gint i = 0; i < OPTIONS_REGIONS; i++)
    regions[i] = _(references_regions[i]);
  if (placement_of(reference->placement) == OTHERWISE)
    places[OTHERWISE] = reference->placement; /* as a script had it */
  chooser = layer_chooser_new(fits, layer_changed, self);
  layer_chooser_offer_visible(chooser);
  layer_chooser_fill(chooser, self->image);
  if (reference->layer == NO_ITEM)
    layer_chooser_set_visible(chooser);
  else
    layer_chooser_set(chooser, reference->layer);
  gimp_help_set_help_data(chooser, _("The layer to take from, or what the image shows. It comes in above the rows before."), NULL);
  gtk_widget_set_size_request(chooser, 150, -1);
  gtk_box_pack_start(GTK_BOX(first), dialog_view_button(self, n), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(first), chooser, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(second),
                     new_combo((gint)reference->region,
                               _("Where it comes in: what is selected, where the layer shows something, by its layer mask and its "
                                 "transparency, or a part of the face that the model tells."),
                               region_changed, n, self, regions),
                     TRUE, TRUE, 0);
  place = new_combo(placement_of(reference->placement),
                    _("How it lies: found by a face or by the model, as it lies over the target on the canvas, the layer's middle, or "
                      "where you drew its square in the view."),
                    placement_changed, n, self, places);
  gtk_box_pack_start(GTK_BOX(second), place, TRUE, TRUE, 0);
  button = gtk_button_new_with_label("−");
  gimp_help_set_help_data(button, _("Takes nothing from this layer."), NULL);
  set_number(button, n);
  g_signal_connect(button, "clicked", G_CALLBACK(remove_row), self);
  gtk_box_pack_start(GTK_BOX(first), button, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(row), first, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(row), second, FALSE, FALSE, 0);
  set_number(row, n);
  g_object_set_data(G_OBJECT(row), "layer", chooser);
  g_object_set_data(G_OBJECT(row), "place", place);
  gtk_widget_show_all(row);
  return row;
}

/* ---------------------------------------------------------------------------------------------- the view */

static void view_chosen(GtkToggleButton *button, Dialog *self) {
  if (!gtk_toggle_button_get_active(button) || self->in_view == (gint)number_of(GTK_WIDGET(button)))
    return;
  dialog_view_reference(self, (gint)number_of(GTK_WIDGET(button)));
  dialog_read_layers(self); /* its name */
  dialog_show_squares(self);
}

GtkWidget *dialog_view_button(Dialog *self, guint n) {
  GtkWidget *button = gtk_radio_button_new_from_widget(n ? GTK_RADIO_BUTTON(self->choose_view) : NULL);

  gimp_help_set_help_data(button, _("Shows this reference in the view, where its square is drawn to its place."), NULL);
  set_number(button, n);
  g_signal_connect(button, "toggled", G_CALLBACK(view_chosen), self);
  return button;
}

/* The button of that reference, as if the user had pressed it. */
static void press(Dialog *self, gint n) {
  GSList *buttons = self->choose_view ? gtk_radio_button_get_group(GTK_RADIO_BUTTON(self->choose_view)) : NULL;

  for (; buttons; buttons = buttons->next)
    if ((gint)number_of(buttons->data) == n)
      gtk_toggle_button_set_active(buttons->data, TRUE);
}

void dialog_view_reference(Dialog *self, gint n) {
  GeglBuffer *pixels = n ? self->more_pixels[n].pixels : self->reference_pixels;

  self->in_view = n;
  press(self, n);
  if (!self->reference_view || self->viewed == pixels)
    return;
  g_set_object(&self->viewed, pixels);
  view_set_picture(self->reference_view, pixels);
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
  if (!all || self->in_view >= (gint)all->len)
    self->in_view = 0;
  for (guint n = 1; all && n < all->len; n++)
    gtk_box_pack_start(GTK_BOX(self->more), new_row(self, references_nth(all, n), n), FALSE, FALSE, 0);
  gtk_widget_set_visible(self->choose_view, all && all->len > 1);
  press(self, self->in_view);
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
    self->in_view = (gint)all->len - 1;
    self->found[self->in_view].by = 0;
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
