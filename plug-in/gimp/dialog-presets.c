/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row of the presets: a list, which loads what is chosen in it, as the dialog's Reset does, and a name to type for another. */
#include "gimp/dialog-parts.h"
#include "gimp/presets.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

static GtkWidget *entry_of(const Dialog *self) { return gtk_bin_get_child(GTK_BIN(self->presets)); }

/* What is typed, without spaces around it; to be freed. */
static gchar *typed(const Dialog *self) { return g_strstrip(g_strdup(gtk_entry_get_text(GTK_ENTRY(entry_of(self))))); }

static void update_buttons(Dialog *self) {
  gchar *name = typed(self), **names = presets_names(self->procedure);
  gboolean there = FALSE;

  for (gchar **one = names; *one && !there; one++)
    there = g_str_equal(*one, name);
  gtk_widget_set_sensitive(self->save_preset, *name != 0);
  gtk_widget_set_sensitive(self->delete_preset, there);
  g_strfreev(names);
  g_free(name);
}

static void fill(Dialog *self) {
  gchar **names = presets_names(self->procedure);

  self->filling = TRUE;
  gtk_list_store_clear(GTK_LIST_STORE(gtk_combo_box_get_model(GTK_COMBO_BOX(self->presets))));
  for (gchar **name = names; *name; name++)
    gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(self->presets), *name);
  self->filling = FALSE;
  g_strfreev(names);
}

static void chosen(GtkComboBox *combo, Dialog *self) {
  if (self->filling)
    return;
  update_buttons(self);
  if (gtk_combo_box_get_active(combo) < 0)
    return; /* somebody types */
  g_free(self->preset);
  self->preset = typed(self);
  gtk_dialog_response(GTK_DIALOG(self->dialog), DIALOG_PRESET);
}

static void show_failure(GError *error) {
  gimp_message(error->message);
  g_error_free(error);
}

static void save(GtkWidget *widget, Dialog *self) {
  gchar *name = typed(self);
  GError *error = NULL;

  if (*name && !presets_save(self->procedure, name, self->options, &error))
    show_failure(error);
  g_free(name);
  fill(self);
  update_buttons(self);
}

static void delete(GtkWidget *widget, Dialog *self) {
  gchar *name = typed(self);
  GError *error = NULL;

  if (!presets_delete(self->procedure, name, &error))
    show_failure(error);
  g_free(name);
  fill(self);
  gtk_entry_set_text(GTK_ENTRY(entry_of(self)), "");
  update_buttons(self);
}

static GtkWidget *add_button(Dialog *self, GtkWidget *box, const gchar *text, const gchar *tooltip,
                             void (*clicked)(GtkWidget *widget, Dialog *self)) {
  GtkWidget *button = gtk_button_new_with_label(text);

  gimp_help_set_help_data(button, tooltip, NULL);
  g_signal_connect(button, "clicked", G_CALLBACK(clicked), self);
  gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
  return button;
}

void dialog_add_presets(Dialog *self) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

  self->presets = gtk_combo_box_text_new_with_entry();
  gtk_entry_set_width_chars(GTK_ENTRY(entry_of(self)), 12);
  gimp_help_set_help_data(entry_of(self),
                          _("Choose what you kept before, or type a name and press Save to keep what is chosen now. The layers "
                            "are not kept; a place that is not on this layer is left out."), NULL);
  gtk_box_pack_start(GTK_BOX(box), self->presets, TRUE, TRUE, 0);
  self->save_preset = add_button(self, box, _("Save"), _("Keeps what is chosen now under this name."), save);
  self->delete_preset = add_button(self, box, _("Delete"), _("Forgets the preset of this name."), delete);
  gtk_widget_show_all(box);
  table_attach(self->table, _("Preset:"), box, FALSE);
  fill(self);
  if (self->preset)
    gtk_entry_set_text(GTK_ENTRY(entry_of(self)), self->preset);
  update_buttons(self);
  g_signal_connect(self->presets, "changed", G_CALLBACK(chosen), self);
  g_signal_connect(entry_of(self), "activate", G_CALLBACK(save), self);
}
