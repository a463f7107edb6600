/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog-parts.h"
#include "host/place.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* -------------------------------------------------------------------------------------- places as texts */

/* They are looked at by who changed them. */
void dialog_write_places(Dialog *self) {
  self->placing = TRUE;
  if (self->place)
    gtk_entry_set_text(GTK_ENTRY(self->place), self->options->placement);
  if (self->reference_entry)
    gtk_entry_set_text(GTK_ENTRY(self->reference_entry), self->options->reference_placement);
  self->placing = FALSE;
}

static void set_text(Dialog *self, gchar **field, const gchar *text) {
  g_free(*field);
  *field = g_strdup(text);
  dialog_write_places(self);
}

/* All that depends on where the squares lie: at once what moves with the hand, the words when it rests. */
static void placed(Dialog *self, gboolean target, gboolean done) {
  flow_places(self->procedure, self->image, self->target, self->options, &self->places, NULL);
  dialog_show_squares(self);
  if (done)
    dialog_note_square(self);
  dialog_update_ok(self);
  dialog_ask(self, done && target ? ASK_MOVED | ASK_MODEL : ASK_MOVED);
}

void dialog_place_target(Dialog *self, const stylemap_placement *place, gboolean done) {
  gchar *text = place_text(place, 1);

  set_text(self, &self->options->placement, text);
  g_free(text);
  placed(self, TRUE, done);
}

static void set_reference_text(Dialog *self, const gchar *text, gboolean done) {
  if (self->in_view)
    dialog_place_more(self, text);
  else
    set_text(self, &self->options->reference_placement, text);
  placed(self, FALSE, done);
}

void dialog_place_reference(Dialog *self, const stylemap_placement *place, gboolean done) {
  gchar *text = place_text(place, 1);

  set_reference_text(self, text, done);
  g_free(text);
}

/* --------------------------------------------------------------------------------------------- buttons */

static void centre(GtkWidget *button, Dialog *self) {
  set_text(self, &self->options->placement, "");
  placed(self, TRUE, TRUE);
  view_follow_square(self->view);
}

gboolean dialog_around_selection(Dialog *self, stylemap_placement *place) {
  gint width = gimp_drawable_get_width(self->target), height = gimp_drawable_get_height(self->target);
  Place around = {.kind = PLACE_SELECTION};
  GeglRectangle selected;

  if (!flow_selected(self->image, self->target, self->options, &selected))
    return FALSE;
  place_around(&around, width, height, &selected);
  place_find(&around, width, height, NULL, 0, 0, place);
  return TRUE;
}

static void around(GtkWidget *button, Dialog *self) {
  stylemap_placement place;

  if (!dialog_around_selection(self, &place)) {
    centre(button, self);
    return;
  }
  dialog_place_target(self, &place, TRUE);
  view_follow_square(self->view);
}

static void find(GtkWidget *button, Dialog *self) { dialog_ask(self, ASK_FIND); }

static void find_reference(GtkWidget *button, Dialog *self) { set_reference_text(self, "auto", TRUE); }
static void lie_as_placed(GtkWidget *button, Dialog *self) { set_reference_text(self, "as-placed", TRUE); }
static void centre_reference(GtkWidget *button, Dialog *self) { set_reference_text(self, "centre", TRUE); }

static void add_button(Dialog *self, GtkWidget *box, const gchar *text, const gchar *tooltip,
                       void (*clicked)(GtkWidget *button, Dialog *self)) {
  GtkWidget *button = gtk_button_new_with_label(text);

  gimp_help_set_help_data(button, tooltip, NULL);
  g_signal_connect(button, "clicked", G_CALLBACK(clicked), self);
  gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
}

void dialog_add_places(Dialog *self, GtkWidget *below_target, GtkWidget *below_reference) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, BUTTON_SPACING);

  add_button(self, box, _("Find"), _("By a face, the one at the selection where there are several, or where the model finds what it knows."), find);
  add_button(self, box, _("Around the Selection"), _("Lays the square around what is selected."), around);
  add_button(self, box, _("Centre"), _("The largest square in the layer's middle."), centre);
  gtk_box_pack_start(GTK_BOX(below_target), box, FALSE, FALSE, 0);
  if (!below_reference)
    return;
  box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, BUTTON_SPACING);
  add_button(self, box, _("Find"), _("By a face, or where the model finds what it knows; the middle where nothing is found."), find_reference);
  add_button(self, box, _("As Placed"), _("What lies over the target's square on the canvas."), lie_as_placed);
  add_button(self, box, _("Centre"), _("The largest square in the layer's middle."), centre_reference);
  gtk_box_pack_start(GTK_BOX(below_reference), box, FALSE, FALSE, 0);
}
