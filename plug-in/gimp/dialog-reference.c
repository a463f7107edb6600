/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

static gboolean is_candidate(ImageRef image, ItemRef item, gpointer data) {
  Dialog *self = data;

  return check_reference(self->target, AS_DRAWABLE(item), NULL);
}

static void reference_changed(GtkWidget *combo, Dialog *self) {
  gint id;

  self->options->reference =
      gimp_int_combo_box_get_active(GIMP_INT_COMBO_BOX(combo), &id) ? compat_drawable_by_id(id) : NO_ITEM;
  dialog_read_layers(self);
  dialog_note_square(self);
  dialog_show_squares(self);
  dialog_update_ok(self);
  dialog_ask(self, ASK_MOVED);
}

static gboolean same_items(GtkWidget *a, GtkWidget *b) {
  GtkTreeModel *left = gtk_combo_box_get_model(GTK_COMBO_BOX(a)), *right = gtk_combo_box_get_model(GTK_COMBO_BOX(b));
  GtkTreeIter i, k;
  gboolean more = gtk_tree_model_get_iter_first(left, &i), other = gtk_tree_model_get_iter_first(right, &k);

  while (more && other) {
    gint item, counterpart;

    gtk_tree_model_get(left, &i, GIMP_INT_STORE_VALUE, &item, -1);
    gtk_tree_model_get(right, &k, GIMP_INT_STORE_VALUE, &counterpart, -1);
    if (item != counterpart)
      return FALSE;
    more = gtk_tree_model_iter_next(left, &i);
    other = gtk_tree_model_iter_next(right, &k);
  }
  return more == other;
}

void dialog_fill_reference(Dialog *self) {
  GtkWidget *combo;

  if (!self->needs_reference)
    return;
  combo = compat_layer_combo_box_new(is_candidate, self);
  if (self->reference && same_items(self->reference, combo)) {
    g_object_ref_sink(combo);
    g_object_unref(combo);
    return;
  }
  if (self->reference)
    gtk_widget_destroy(self->reference);
  self->reference = combo;
  self->options->reference = check_propose_reference(self->image, self->target, self->options->reference);
  g_object_set(combo, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(combo), compat_item_id(self->options->reference));
  g_signal_connect(combo, "changed", G_CALLBACK(reference_changed), self);
  gimp_help_set_help_data(combo, _("The layer to take from: any layer of any open image."), NULL);
  gtk_box_pack_start(GTK_BOX(self->reference_place), combo, TRUE, TRUE, 0);
  gtk_label_set_mnemonic_widget(GTK_LABEL(self->reference_label), combo);
  gtk_widget_set_sensitive(combo, self->options->reference != NO_ITEM);
  gtk_widget_show(combo);
  dialog_read_layers(self);
  hint_set(self->reference_hint, HINT_INFO,
           self->options->reference != NO_ITEM
               ? NULL
               : _("There is no other layer to take from. Leave this window open, choose File > Open as Layers in the "
                   "image's window, and come back."));
}

void dialog_add_reference(Dialog *self) {
  self->reference_place = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  self->reference_label = table_attach(self->table, _("_Reference layer:"),
                                       dialog_with_hint(self->reference_place, &self->reference_hint), TRUE);
}
