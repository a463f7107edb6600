/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/layer-chooser.h"
#include "gimp/places.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

static gboolean fits(DrawableRef layer, gpointer data) {
  Dialog *self = data;

  return check_reference(self->target, layer, NULL);
}

/* The two can change places where the reference can be edited, too; not where a result is made once more, which takes that result's
 * place and has what was selected in its target. */
static void update_swap(Dialog *self) {
  const FlowOptions *options = self->options;

  gtk_widget_set_sensitive(self->swap, self->procedure->returns != RETURNS_FRAMES && options->replaces == NO_ITEM && !options->visible &&
                                           options->reference != NO_ITEM && check_target(self->image, options->reference, NULL));
}

static void reference_changed(gpointer data) {
  Dialog *self = data;

  self->options->visible = layer_chooser_is_visible(self->reference);
  self->options->reference = layer_chooser_get(self->reference);
  self->in_view = 0;
  update_swap(self);
  dialog_layers_changed(self);
}

static void show_reference(Dialog *self) {
  if (self->options->visible)
    layer_chooser_set_visible(self->reference);
  else
    layer_chooser_set(self->reference, self->options->reference);
}

void dialog_fill_reference(Dialog *self) {
  if (!self->needs_reference || !layer_chooser_fill(self->reference, self->image))
    return;
  self->options->reference = check_propose_reference(self->image, self->target, self->options->reference,
                                                     self->procedure->returns == RETURNS_FRAMES);
  show_reference(self);
  gtk_widget_set_sensitive(self->reference, self->options->visible || self->options->reference != NO_ITEM);
  dialog_fill_more(self);
  update_swap(self);
  dialog_read_layers(self);
  hint_set(self->reference_hint, HINT_INFO,
           self->options->visible || self->options->reference != NO_ITEM
               ? NULL
               : _("There is no other layer to take from. Leave this window open, choose File > Open as Layers in the "
                   "image's window, and come back."));
}

static void swap(GtkWidget *button, Dialog *self) {
  FlowOptions *options = self->options;
  DrawableRef target = self->target;
  gchar *place = options->placement, *reference_place = options->reference_placement;

  self->target = self->given = options->reference;
  options->reference = target;
  options->placement = g_strdup(places_of_target(reference_place));
  options->reference_placement = g_strdup(places_of_reference(place));
  g_free(place);
  g_free(reference_place);
  dialog_write_places(self);
  if (self->origin)
    gtk_widget_hide(self->origin);
  dialog_fill_reference(self);
  show_reference(self);
  update_swap(self);
  dialog_look(self);
}

void dialog_add_reference(Dialog *self) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *all, *label;

  self->reference = layer_chooser_new(fits, reference_changed, self);
  if (procedures_takes(self->procedure, ARGUMENT_REFERENCES)) {
    self->choose_view = dialog_view_button(self, 0);
    gtk_widget_set_no_show_all(self->choose_view, TRUE); /* seen where there are others */
    gtk_box_pack_start(GTK_BOX(box), self->choose_view, FALSE, FALSE, 0);
  }
  if (procedures_takes(self->procedure, ARGUMENT_VISIBLE))
    layer_chooser_offer_visible(self->reference);
  gimp_help_set_help_data(self->reference, _("The layer to take from: any layer of any open image."), NULL);
  gtk_box_pack_start(GTK_BOX(box), self->reference, TRUE, TRUE, 0);
  self->swap = gtk_button_new_with_label(_("Swap"));
  gimp_help_set_help_data(self->swap, _("Edits the layer that was taken from, and takes from the one that was edited."), NULL);
  g_signal_connect(self->swap, "clicked", G_CALLBACK(swap), self);
  gtk_box_pack_start(GTK_BOX(box), self->swap, FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  all = dialog_with_hint(box, &self->reference_hint);
  dialog_add_more(self, all);
  label = table_attach(self->table, _("_Reference layer:"), all, TRUE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), self->reference);
}
