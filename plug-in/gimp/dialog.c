/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog.h"
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/model-chooser.h"
#include "gimp/presets.h"
#include "gimp/result.h"
#include "gimp/scroll.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

/* A result that is left as it is needs no model. */
void dialog_update_ok(Dialog *self) {
  gboolean ok = (self->model_ok || self->kept) && self->square_ok && (!self->needs_reference || self->options->visible || self->options->reference != NO_ITEM) &&
                (!self->sliders || *self->options->directions);

  gtk_dialog_set_response_sensitive(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK, ok);
}

void dialog_look(Dialog *self) {
  dialog_read_layers(self);
  dialog_note_square(self);
  dialog_find_kept(self);
  dialog_show_squares(self);
  if (self->view)
    view_follow_square(self->view);
  dialog_note_model(self);
  dialog_update_ok(self);
  dialog_ask(self, ASK_MOVED | ASK_MODEL);
}

/* ------------------------------------------------------------------------------------ an earlier result */

static void take_target(Dialog *self, DrawableRef target) {
  if (target == self->target)
    return;
  self->target = target;
  if (self->needs_reference)
    dialog_fill_reference(self);
  dialog_look(self);
}

static void origin_toggled(GtkToggleButton *button, Dialog *self) {
  DrawableRef origin = AS_DRAWABLE(result_target(self->image, self->given));

  take_target(self, gtk_toggle_button_get_active(button) && origin != NO_ITEM ? origin : self->given);
}

/* After an undo, or a click on it, an earlier result is active: the next edit is more likely meant for what that was made
 * of. */
static void add_origin(Dialog *self, GtkWidget *box) {
  DrawableRef origin = check_first_target(self->image, self->given, self->options);
  gchar *name, *text, **parts;
  GtkWidget *hint, *button, *both;

  if (self->procedure->returns == RETURNS_FRAMES || origin == self->given) /* a frame is edited itself */
    return;
  text = gimp_item_get_name(AS_ITEM(origin));
  parts = g_strsplit(text, "_", -1);
  g_free(text);
  name = g_strjoinv("__", parts); /* no mnemonic */
  g_strfreev(parts);
  both = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  hint = hint_new(WIDE_HINT, 1);
  hint_set(hint, HINT_INFO, _("The active layer is the result of an earlier edit."));
  text = g_strdup_printf(_("_Edit the layer that it was made of: %s"), name);
  button = gtk_check_button_new_with_mnemonic(text);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), TRUE);
  gimp_help_set_help_data(button, _("Otherwise the result itself is edited, with what was lost in it."), NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(origin_toggled), self);
  gtk_box_pack_start(GTK_BOX(both), hint, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(both), button, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->origin = both, FALSE, FALSE, 0);
  self->target = origin;
  g_free(name);
  g_free(text);
}

/* ---------------------------------------------------------------------------------------- once more */

static void selection_toggled(GtkToggleButton *button, Dialog *self) {
  self->options->remembered = !gtk_toggle_button_get_active(button);
  dialog_read_selection(self);
  dialog_note_square(self);
  dialog_update_ok(self);
  dialog_ask(self, ASK_MOVED);
}

/* What was selected when the result was made is, unless the user wants something else, what is edited again. */
static void add_remembered(Dialog *self, GtkWidget *box) {
  GtkWidget *button = gtk_check_button_new_with_label(_("Edit what is selected now, not what was selected then"));

  g_signal_connect(button, "toggled", G_CALLBACK(selection_toggled), self);
  gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
}

static gboolean focus_in(GtkWidget *widget, GdkEventFocus *event, Dialog *self) {
  dialog_read_selection(self); /* may be another one */
  dialog_note_square(self);
  if (gimp_item_is_valid(AS_ITEM(self->target)))
    dialog_fill_reference(self);
  dialog_update_ok(self);
  dialog_ask(self, 0);
  if (self->was_away)
    dialog_watch_layers(self);
  self->was_away = FALSE;
  return FALSE;
}

static gboolean focus_out(GtkWidget *widget, GdkEventFocus *event, Dialog *self) {
  self->was_away = TRUE;
  return FALSE;
}

void dialog_help(const gchar *help_id, gpointer data) {
  gimp_help(GETTEXT_PACKAGE, help_id);
}

static void build(Dialog *self) {
  const Procedure *procedure = self->procedure;
  GtkWidget *all, *left, *box, *notes;

  self->dialog = gimp_dialog_new(_(procedure->title), "gimp-stylemap", NULL, 0, dialog_help, procedure->name, _("Reset"),
                                 DIALOG_RESET, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK);
  gimp_window_set_transient(GTK_WINDOW(self->dialog));

  all = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_container_set_border_width(GTK_CONTAINER(all), 12);
  gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(self->dialog))), all, TRUE, TRUE, 0);
  left = gtk_box_new(GTK_ORIENTATION_VERTICAL, SCROLL_SPACING);
  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  notes = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  self->scroll = scroll_new(box, notes);
  gtk_box_pack_start(GTK_BOX(left), self->scroll, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(left), notes, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(all), left, FALSE, FALSE, 0);
  add_origin(self, box);
  if (self->options->remembered)
    add_remembered(self, box);
  self->labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
  self->table = table_new(self->labels);
  gtk_box_pack_start(GTK_BOX(box), self->table, FALSE, FALSE, 0);
  dialog_add_presets(self);
  if (self->needs_reference)
    dialog_add_reference(self);
  dialog_add_options(self);
  if (procedure->kind == EDIT_ADJUST)
    dialog_add_directions(self, box);
  dialog_add_advanced(self, box);
  dialog_add_notes(self, notes);
  dialog_add_preview(self, all);
  gtk_widget_show_all(all);
}

/* One dialog, until its end. */
static gint run(Dialog *self, gint *x, gint *y) {
  gint response;

  self->of_styles = g_ptr_array_new();
  self->of_heal = g_ptr_array_new();
  build(self);
  if (*x >= 0)
    gtk_window_move(GTK_WINDOW(self->dialog), *x, *y);
  dialog_fill_reference(self);
  dialog_update_method(self);
  scroll_fit(self->scroll);
  gtk_window_set_default_size(GTK_WINDOW(self->dialog), 1, -1); /* the least width: a layer's long name does not count */
  gtk_widget_show(self->dialog);
  dialog_look(self);
  /* Return means OK also where the first control is a combo box, which would open */
  gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK));
  g_signal_connect(self->dialog, "focus-in-event", G_CALLBACK(focus_in), self);
  g_signal_connect(self->dialog, "focus-out-event", G_CALLBACK(focus_out), self);

  response = gimp_dialog_run(GIMP_DIALOG(self->dialog));
  self->options->unchanged = response == GTK_RESPONSE_OK && dialog_is_kept(self);
  if (self->replace)
    g_source_remove(self->replace);
  if (self->refill)
    g_source_remove(self->refill);
  dialog_end_preview(self);
  gtk_window_get_position(GTK_WINDOW(self->dialog), x, y);
  gtk_widget_destroy(self->dialog);
  about_model_clear(&self->about);
  dialog_forget_directions(self);
  g_ptr_array_free(self->of_styles, TRUE);
  g_ptr_array_free(self->of_heal, TRUE);
  g_object_unref(self->labels);
  return response;
}

/* What the layers are stays. */
static void reset(const Procedure *procedure, FlowOptions *options) {
  FlowOptions fresh = {.engine = options->engine, .remembered = options->remembered, .selection = options->selection};

  options_dialog_defaults(procedure, &fresh);
  fresh.reference = options->reference;
  fresh.visible = options->visible;
  g_free(fresh.references);
  fresh.references = g_steal_pointer(&options->references);
  fresh.replaces = options->replaces;
  fresh.chosen = g_steal_pointer(&options->chosen);
  fresh.n_chosen = options->n_chosen;
  options->engine = NULL;
  options->selection = NULL;
  options_clear(options);
  *options = fresh;
}

/* A place of another picture may not be one of this. */
static void take_preset(const Procedure *procedure, ImageRef image, DrawableRef target, const gchar *name, FlowOptions *options) {
  FlowPlaces places;
  GError *error = NULL;

  reset(procedure, options);
  if (!presets_load(procedure, name, options, &error)) {
    gimp_message(error->message);
    g_error_free(error);
  }
  if (flow_places(procedure, image, target, options, &places, NULL))
    return;
  g_free(options->placement);
  g_free(options->reference_placement);
  options->placement = g_strdup("");
  options->reference_placement = g_strdup("");
}

gboolean dialog_run(const Procedure *procedure, ImageRef image, DrawableRef *target, FlowOptions *options) {
  DrawableRef given = *target;
  gchar *preset = NULL;
  gint response = GTK_RESPONSE_NONE, x = -1, y = -1;

  compat_ui_init("gimp-stylemap");
  do {
    Dialog self = {.procedure = procedure, .image = image, .target = given, .given = given, .options = options, .preset = preset, .fresh = response == GTK_RESPONSE_NONE};

    self.needs_reference = procedures_takes(procedure, ARGUMENT_REFERENCE);
    response = run(&self, &x, &y);
    *target = self.target;
    given = self.given;
    preset = self.preset;
    if (response == DIALOG_RESET) {
      reset(procedure, options);
      g_clear_pointer(&preset, g_free);
    }
    if (response == DIALOG_PRESET)
      take_preset(procedure, image, *target, preset, options);
  } while (response == DIALOG_RESET || response == DIALOG_PRESET);
  g_free(preset);
  return response == GTK_RESPONSE_OK;
}
