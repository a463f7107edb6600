/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog-parts.h"
#include "gimp/film.h"
#include "gimp/hint.h"
#include "gimp/model-chooser.h"
#include "gimp/model-sheet.h"
#include "gimp/references.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

#define NARROW_HINT 380 /* below a control */

/* -------------------------------------------------------------------------------------------- places */

static gboolean look_again(gpointer data) {
  Dialog *self = data;

  self->replace = 0;
  dialog_look(self);
  return G_SOURCE_REMOVE;
}

static void ask_at_places(Dialog *self, DialogAsk wishes) {
  flow_places(self->procedure, self->image, self->target, self->options, &self->places, NULL);
  dialog_show_squares(self);
  dialog_ask(self, wishes);
}

static void mirror_changed(GtkToggleButton *button, Dialog *self) { ask_at_places(self, ASK_MOVED); }

#define TYPING 500 /* milliseconds without another key before it is looked at */

static void text_changed(GtkEditable *entry, Dialog *self) {
  gchar **field = g_object_get_data(G_OBJECT(entry), "field");

  if (self->placing)
    return;
  g_free(*field);
  *field = gtk_editable_get_chars(entry, 0, -1);
  if (self->replace)
    g_source_remove(self->replace);
  self->replace = g_timeout_add(TYPING, look_again, self);
}

static GtkWidget *new_text(Dialog *self, gchar **field, const gchar *tooltip) {
  GtkWidget *entry = gtk_entry_new();

  gtk_entry_set_text(GTK_ENTRY(entry), *field);
  gtk_entry_set_width_chars(GTK_ENTRY(entry), 24);
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  gimp_help_set_help_data(entry, tooltip, NULL);
  g_object_set_data(G_OBJECT(entry), "field", field);
  g_signal_connect(entry, "changed", G_CALLBACK(text_changed), self);
  return entry;
}

/* ---------------------------------------------------------------------------------------- building */

GtkWidget *dialog_with_hint(GtkWidget *control, GtkWidget **hint) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

  gtk_box_pack_start(GTK_BOX(box), control, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), *hint = hint_new(NARROW_HINT, 0), FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  return box;
}

/* GTK 3 moves the focus to what a closed expander holds. */
static void show_child(GtkWidget *expander, GParamSpec *property, GtkWidget *child) {
  gtk_widget_set_visible(child, gtk_expander_get_expanded(GTK_EXPANDER(expander)));
}

GtkWidget *dialog_expander(const gchar *label, GtkWidget *child, gboolean expanded) {
  GtkWidget *expander = gtk_expander_new_with_mnemonic(label);

  gtk_expander_set_expanded(GTK_EXPANDER(expander), expanded);
  gtk_widget_show_all(child);
  gtk_widget_set_no_show_all(child, TRUE);
  gtk_widget_set_visible(child, expanded);
  gtk_container_add(GTK_CONTAINER(expander), child);
  g_signal_connect(expander, "notify::expanded", G_CALLBACK(show_child), child);
  return expander;
}

static void option_changed(Dialog *self) {
  dialog_note_detail(self);
  dialog_ask(self, 0);
}

static void attach_scale(Dialog *self, const gchar *text, gdouble *value, ArgumentId id, gdouble page_end, gdouble step,
                         gint digits, const gchar *unit, const gchar *tooltip, GPtrArray *widgets) {
  const Argument *argument = procedures_argument(id);
  TableScale scale = {argument->minimum, argument->maximum, page_end, step, digits, NULL};

  g_signal_connect_swapped(table_attach_scale(self->table, text, &scale, unit, value, tooltip, widgets), "value-changed",
                           G_CALLBACK(option_changed), self);
}

/* A row that belongs to one method. */
static void attach_of(GPtrArray *widgets, GtkWidget *table, const gchar *text, GtkWidget *control) {
  g_ptr_array_add(widgets, table_attach(table, text, control, FALSE));
  g_ptr_array_add(widgets, control);
}

/* A combo box that changes `value`; what goes on are texts and numbers, closed by NULL. */
static GtkWidget *new_choice(Dialog *self, gint *value, const gchar *tooltip, const gchar *first, ...) G_GNUC_NULL_TERMINATED;
static GtkWidget *new_choice(Dialog *self, gint *value, const gchar *tooltip, const gchar *first, ...) {
  va_list rest;
  GtkWidget *combo;

  va_start(rest, first);
  combo = g_object_new(GIMP_TYPE_INT_COMBO_BOX, NULL);
  for (const gchar *text = first; text; text = va_arg(rest, const gchar *))
    gimp_int_combo_box_append(GIMP_INT_COMBO_BOX(combo), GIMP_INT_STORE_LABEL, text, GIMP_INT_STORE_VALUE,
                              va_arg(rest, gint), -1);
  va_end(rest);
  g_object_set(combo, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(combo), *value);
  g_signal_connect(combo, "changed", G_CALLBACK(gimp_int_combo_box_get_active), value);
  g_signal_connect_swapped(combo, "changed", G_CALLBACK(option_changed), self);
  gimp_help_set_help_data(combo, tooltip, NULL);
  return combo;
}

#define UNIT "unit" /* of a spin button: its label */

/* A spin button with its unit, both in `box`. */
static GtkWidget *pack_count(Dialog *self, GtkWidget *box, gint *value, ArgumentId id, const gchar *unit, const gchar *tooltip) {
  const Argument *argument = procedures_argument(id);
  GtkAdjustment *adjustment =
      GTK_ADJUSTMENT(gtk_adjustment_new(*value, argument->minimum, argument->maximum, 1, 10, 0));
  GtkWidget *spin = gtk_spin_button_new(adjustment, 1, 0), *label = gtk_label_new(unit);

  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_activates_default(GTK_ENTRY(spin), TRUE);
  gimp_help_set_help_data(spin, tooltip, NULL);
  gtk_box_pack_start(GTK_BOX(box), spin, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  g_object_set_data(G_OBJECT(spin), UNIT, label);
  gtk_widget_show_all(box);
  g_signal_connect(adjustment, "value-changed", G_CALLBACK(gimp_int_adjustment_update), value);
  g_signal_connect_swapped(adjustment, "value-changed", G_CALLBACK(option_changed), self);
  return spin;
}

static void limit_shown(GtkAdjustment *frames, GtkAdjustment *shown) {
  gtk_adjustment_set_upper(shown, gtk_adjustment_get_value(frames));
  gtk_adjustment_set_value(shown, MIN(gtk_adjustment_get_value(shown), gtk_adjustment_get_value(frames)));
}

/* Which frame the preview shows: one in the middle. */
static void attach_shown(Dialog *self, GtkAdjustment *frames) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *spin, *label;
  GtkAdjustment *shown;

  self->shown_frame = (self->options->frames + 1) / 2;
  shown = GTK_ADJUSTMENT(gtk_adjustment_new(self->shown_frame, 1, self->options->frames, 1, 1, 0));
  spin = gtk_spin_button_new(shown, 1, 0);
  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_activates_default(GTK_ENTRY(spin), TRUE);
  gimp_help_set_help_data(spin, _("Which of the frames the preview shows; nothing else depends on it."), NULL);
  g_signal_connect(frames, "value-changed", G_CALLBACK(limit_shown), shown);
  g_signal_connect(shown, "value-changed", G_CALLBACK(gimp_int_adjustment_update), &self->shown_frame);
  g_signal_connect_swapped(shown, "value-changed", G_CALLBACK(dialog_show_titles), self);
  g_signal_connect_swapped(shown, "value-changed", G_CALLBACK(option_changed), self);
  gtk_box_pack_start(GTK_BOX(box), spin, FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  label = table_attach(self->table, _("Frame shown:"), box, FALSE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), spin);
}

static GtkWidget *attach_count(Dialog *self, GtkWidget *table, const gchar *text, gint *value, ArgumentId id, const gchar *unit,
                         const gchar *tooltip, GPtrArray *widgets) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *spin = pack_count(self, box, value, id, unit, tooltip);
  GtkWidget *label = table_attach(table, text, box, FALSE);

  gtk_label_set_mnemonic_widget(GTK_LABEL(label), spin);
  if (widgets) {
    g_ptr_array_add(widgets, label);
    g_ptr_array_add(widgets, box);
  }
  return spin;
}

void dialog_update_method(Dialog *self) {
  gboolean heal = self->procedure->kind == EDIT_TRANSPLANT && self->options->method == EDIT_HEAL;

  for (guint i = 0; i < self->of_heal->len; i++)
    gtk_widget_set_visible(g_ptr_array_index(self->of_heal, i), heal);
  for (guint i = 0; i < self->of_styles->len; i++)
    gtk_widget_set_visible(g_ptr_array_index(self->of_styles, i), !heal);
  if (self->refine)
    gtk_widget_set_sensitive(self->refine_steps, self->options->refine);
  dialog_note_detail(self);
  if (self->space) /* refined styles are blended in W+ */
    gtk_widget_set_sensitive(self->space, !self->options->refine);
}

static void refine_toggled(GtkToggleButton *button, Dialog *self) {
  self->options->refine = gtk_toggle_button_get_active(button);
  dialog_update_method(self);
  dialog_ask(self, 0);
}

static void method_changed(GtkWidget *combo, Dialog *self) {
  dialog_update_method(self); /* after the combo box has set options->method */
  ask_at_places(self, ASK_MOVED | ASK_MODEL); /* heal finds the target where it is not told, and what lies by its lines goes with it */
}

static void attach_method(Dialog *self) {
  GtkWidget *combo =
      new_choice(self, (gint *)&self->options->method,
                 _("Heal keeps the lines and the sharpness of both pictures and changes what does not fit: edges, light, "
                   "what is left of the other face. Styles lets the model draw all that is selected."),
                 _("Heal: paste, then mend what does not fit"), (gint)EDIT_HEAL,
                 _("Styles: draw it anew from both pictures"), (gint)EDIT_STYLES, NULL);

  g_signal_connect(combo, "changed", G_CALLBACK(method_changed), self);
  table_attach(self->table, _("Me_thod:"), self->method = combo, FALSE);
}

static void attach_refine(Dialog *self) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

  self->refine = gtk_check_button_new_with_mnemonic(_("Refi_ne, slower"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->refine), self->options->refine);
  gimp_help_set_help_data(self->refine,
                          _("First searches for styles that show each picture as it is, down to its details, where the "
                            "model alone would only show something like it. Takes some seconds to minutes."),
                          NULL);
  gtk_box_pack_start(GTK_BOX(box), self->refine, FALSE, FALSE, 0);
  self->refine_steps =
      pack_count(self, box, &self->options->refine_steps, ARGUMENT_REFINE_STEPS, _("steps"),
                 _("The more steps, the nearer to the pictures, and the longer it takes. It ends before where nothing "
                   "is gained any more."));
  attach_of(self->of_styles, self->table, _("Likeness:"), box);
  g_signal_connect(self->refine, "toggled", G_CALLBACK(refine_toggled), self);
}

static void attach_match_colours(Dialog *self) {
  GtkWidget *button = gtk_check_button_new_with_mnemonic(_("Match colo_urs"));

  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), self->options->match_colours);
  gimp_help_set_help_data(button, _("Moves the reference's colours to the target's light before it is mended, whatever the model "
                                    "would choose: for a picture of another camera."), NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(gimp_toggle_button_update), &self->options->match_colours);
  g_signal_connect_swapped(button, "toggled", G_CALLBACK(option_changed), self);
  attach_of(self->of_heal, self->table, _("Colours:"), self->match_colours = button);
}

static void extend_toggled(GtkToggleButton *button, Dialog *self) {
  self->options->extend = gtk_toggle_button_get_active(button);
  dialog_note_result(self);
  dialog_ask(self, 0);
}

static void attach_extend(Dialog *self, GtkWidget *table) {
  GtkWidget *button = gtk_check_button_new_with_mnemonic(_("E_xtend beyond the target's outline"));

  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), self->options->extend);
  gimp_help_set_help_data(button,
                          _("Where the target is transparent and the reference is not, the result appears as well, as far "
                            "as it is selected. Nothing appears outside the target layer's edges."),
                          NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(extend_toggled), self);
  table_attach(table, _("Outline:"), button, FALSE);
}

static void attach_places(Dialog *self, GtkWidget *table) {
  FlowOptions *options = self->options;
  GtkWidget *box, *entry, *mirror, *label, *regions;

  entry = self->place = new_text(self, &options->placement,
                    _("Where the model looks: X, Y of its square's centre, the side, and, if it is turned, by how many degrees "
                      "clockwise; pixels of the layer, counted from its upper left corner. Or faces, model, auto (what an empty "
                      "entry means for Heal: found where the middle is not known), centre, bounds, selection, or path: the active "
                      "path's points on the eyes, or on the eyes and the corners of the mouth."));
  table_attach(table, _("Place in tar_get:"), entry, FALSE);
  if (!self->needs_reference)
    return;
  box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  entry = self->reference_entry = new_text(self, &options->reference_placement,
                    _("The same in the reference. Or auto: where the model finds what it knows (what an empty entry means for "
                      "Heal), or centre. Or as-placed: what lies over the target's square on the canvas; move, scale or turn "
                      "the reference layer there first."));
  gtk_box_pack_start(GTK_BOX(box), entry, TRUE, TRUE, 0);
  mirror = gtk_check_button_new_with_label(_("Mirrored"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(mirror), options->mirror);
  gimp_help_set_help_data(mirror, _("Exchanges the reference's left and right."), NULL);
  g_signal_connect(mirror, "toggled", G_CALLBACK(gimp_toggle_button_update), &options->mirror);
  g_signal_connect(mirror, "toggled", G_CALLBACK(mirror_changed), self);
  gtk_box_pack_start(GTK_BOX(box), mirror, FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  label = table_attach(table, _("P_lace in reference:"), box, FALSE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), entry);
  if (!procedures_takes(self->procedure, ARGUMENT_REGION))
    return;
  regions = new_choice(self, &options->region,
                       _("Where the reference comes in: what is selected, where the layer shows something, by its layer mask and its "
                         "transparency, or a part of the face that the model tells."),
                       _(references_regions[0]), 0, NULL);
  for (gint i = 1; references_regions[i]; i++)
    gimp_int_combo_box_append(GIMP_INT_COMBO_BOX(regions), GIMP_INT_STORE_LABEL, _(references_regions[i]), GIMP_INT_STORE_VALUE, i, -1);
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(regions), options->region);
  table_attach(table, _("It comes in at:"), regions, FALSE);
}

static void attach_methods(Dialog *self, GtkWidget *table) {
  FlowOptions *options = self->options;

  self->collage = new_choice(self, (gint *)&options->collage,
                             _("What is mended. The target's light takes away another light or camera; a reference that does not "
                               "fit is better as it is."),
                             _("What fits, as the model sees it"), (gint)STYLEMAP_START_FIT, _("As it is"),
                             (gint)STYLEMAP_START_COPY, _("In the target's light"), (gint)STYLEMAP_START_CLONE,
                             _("Between the two"), (gint)STYLEMAP_START_MEAN, _("As it is, recoloured"),
                             (gint)STYLEMAP_START_MATCH, _("Recoloured part by part"), (gint)STYLEMAP_START_TONE, NULL);
  attach_of(self->of_heal, table, _("_Paste:"), self->collage);
  attach_count(self, table, _("Roun_ds:"), &options->rounds, ARGUMENT_ROUNDS, _("times mended"),
               _("More rounds change more: less is left of what does not fit, and of what the reference brings."),
               self->of_heal);
  attach_of(self->of_styles, table, _("Mask r_ule:"),
            new_choice(self, (gint *)&options->edit.rule, _("Which cells of the style map are taken from the reference."),
                       _("Soft: by how much of it is selected"), (gint)STYLEMAP_MASK_SOFT,
                       _("Any: if the selection touches it"), (gint)STYLEMAP_MASK_ANY,
                       _("Half: if more than half is selected"), (gint)STYLEMAP_MASK_HALF, NULL));
  self->space = new_choice(self, (gint *)&options->edit.space,
                           _("Where the two style maps are blended. Refined ones are blended in W+."),
                           _("W+: at every level of the style pyramid"), (gint)STYLEMAP_SPACE_W_PLUS,
                           _("W: once, in the style map"), (gint)STYLEMAP_SPACE_W, NULL);
  attach_of(self->of_styles, table, _("_Blend in:"), self->space);
}

/* Whether something under Advanced is not what it is by itself. */
static gboolean is_advanced(const Dialog *self) {
  static const ArgumentId ids[] = {ARGUMENT_MASK_RULE, ARGUMENT_SPACE, ARGUMENT_COLLAGE, ARGUMENT_ROUNDS, ARGUMENT_EXTEND,
                                   ARGUMENT_MIRROR, ARGUMENT_REGION};
  const FlowOptions *options = self->options;
  gboolean any = *options->placement || *options->reference_placement;

  if (procedures_takes(self->procedure, ARGUMENT_LEVELS))
    any |= *options->levels != '\0';
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
    gint method = options_method(ids[i]);

    if (procedures_takes(self->procedure, ids[i]) && (method < 0 || method == (gint)options->method))
      any |= *(gint *)options_field(self->options, ids[i]) != (gint)procedures_argument(ids[i])->default_value;
  }
  return any;
}

static void attach_levels(Dialog *self, GtkWidget *table) {
  GtkWidget *entry = new_text(self, &self->options->levels,
                              _("In place of the row above the levels themselves that come from the reference, such as 2,5,7-9. "
                                "Level 0 is the coarsest; models of 128 pixels have 8 or 10 levels. Empty: by the row above."));

  table_attach(table, _("Levels:"), entry, FALSE);
}

void dialog_add_advanced(Dialog *self, GtkWidget *box) {
  GtkWidget *table = table_new(self->labels);

  if (procedures_takes(self->procedure, ARGUMENT_METHOD))
    attach_methods(self, table);
  if (procedures_takes(self->procedure, ARGUMENT_EXTEND))
    attach_extend(self, table);
  if (procedures_takes(self->procedure, ARGUMENT_LEVELS))
    attach_levels(self, table);
  attach_places(self, table);
  gtk_box_pack_start(GTK_BOX(box), dialog_expander(_("_Advanced"), table, is_advanced(self)), FALSE, FALSE, 0);
}

static void model_changed(gpointer data) {
  Dialog *self = data;

  g_free(self->options->model);
  self->options->model = model_chooser_get(self->model);
  model_sheet_set(self->model_sheet, self->options->model);
  dialog_note_model(self);
  dialog_update_ok(self);
  dialog_ask(self, ASK_MOVED | ASK_MODEL);
}

static void attach_feather(Dialog *self) {
  static const TableScale scale = {MASK_BY_SIZE, EDIT_MOST_FEATHER, 100, 1, 1, N_("Auto")};
  TableScale here = scale;

  here.lowest = _(scale.lowest);
  self->feather = table_attach_scale(self->table, _("_Feather:"), &here, _("px"), &self->options->feather,
                                     _("Softens the selection's border by so many pixels. Auto, at the left end, suits the model's square "
                                       "and what is selected, and leaves a border that is soft already. The selection itself stays as it is."),
                                     NULL);
  g_signal_connect_swapped(self->feather, "value-changed", G_CALLBACK(option_changed), self);
}

/* How many layers the frames make, beside their number. */
static void count_layers(Dialog *self) {
  const FlowOptions *options = self->options;
  GtkWidget *unit = g_object_get_data(G_OBJECT(self->frames), UNIT);
  gchar *text = options->ping_pong ? g_strdup_printf(_("and back: %d layers"), film_count(options, options->frames)) : g_strdup(_("layers"));

  gtk_label_set_text(GTK_LABEL(unit), text);
  g_free(text);
}

/* How frames follow each other, and what they are. */
static void attach_film(Dialog *self) {
  FlowOptions *options = self->options;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *combo, *button, *label;

  combo = new_choice(self, (gint *)&options->easing,
                     _("At even steps, or smoothly: slowly away from the first frame, and slowly to the last."), _("At even steps"),
                     (gint)EASING_LINEAR, _("Smoothly"), (gint)EASING_SMOOTH, NULL);
  button = gtk_check_button_new_with_label(_("And back"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), options->ping_pong);
  gimp_help_set_help_data(button, _("Adds the frames between the last and the first in reverse, so that the film can be repeated without a jump."),
                          NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(gimp_toggle_button_update), &options->ping_pong);
  g_signal_connect_swapped(button, "toggled", G_CALLBACK(count_layers), self);
  g_signal_connect_swapped(gtk_spin_button_get_adjustment(GTK_SPIN_BUTTON(self->frames)), "value-changed", G_CALLBACK(count_layers), self);
  count_layers(self);
  gtk_box_pack_start(GTK_BOX(box), combo, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  label = table_attach(self->table, _("Movement:"), box, FALSE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), combo);
  combo = new_choice(self, (gint *)&options->into,
                     _("Whole pictures show all that is visible, without the reference. A new image holds the frames alone, ready for an "
                       "export. In this image its other layers are hidden, and exports of animations take hidden layers along: before "
                       "one, delete them in a copy of the image."),
                     _("A new image, whole pictures"), (gint)INTO_NEW_IMAGE, _("This image, whole pictures"), (gint)INTO_IMAGE,
                     _("This image, only what changes"), (gint)INTO_PATCHES, NULL);
  g_signal_connect_swapped(combo, "changed", G_CALLBACK(dialog_note_result), self);
  table_attach(self->table, _("Into:"), combo, FALSE);
}

void dialog_add_options(Dialog *self) {
  GtkWidget *label, *box;

  self->model = model_chooser_new(self->options->model, TRUE, self->options->replaces != NO_ITEM, model_changed, self);
  g_free(self->options->model);
  self->options->model = model_chooser_get(self->model);
  box = dialog_with_hint(self->model, &self->model_hint);
  gtk_box_pack_start(GTK_BOX(box), self->model_sheet = model_sheet_new(self->options->model), FALSE, FALSE, 0);
  gtk_box_reorder_child(GTK_BOX(box), self->model_sheet, 1);
  gtk_widget_show(self->model_sheet);
  label = table_attach(self->table, _("_Model:"), box, TRUE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), self->model);

  if (procedures_takes(self->procedure, ARGUMENT_METHOD))
    attach_method(self);
  if (procedures_takes(self->procedure, ARGUMENT_STRENGTH_FROM))
    attach_scale(self, _("Strength _at first:"), &self->options->strength_from, ARGUMENT_STRENGTH_FROM, 1.0, 0.01, 2, NULL,
                 _("Of the first frame; the preview shows the last one."), NULL);
  if (procedures_takes(self->procedure, ARGUMENT_STRENGTH))
    attach_scale(self, procedures_takes(self->procedure, ARGUMENT_STRENGTH_FROM) ? _("_Strength at last:") : _("_Strength:"),
                 &self->options->edit.strength, ARGUMENT_STRENGTH, 1.0, 0.01, 2, NULL,
                 _("How much of the reference is taken. At 0 the result is the target (styles: the model's picture of it)."),
                 NULL);
  if (procedures_takes(self->procedure, ARGUMENT_BOUNDARY))
    attach_count(self, self->table, _("Fine from le_vel:"), &self->options->boundary, ARGUMENT_BOUNDARY, _("and up: the reference's"),
                 _("The levels of the style pyramid below this one stay the target's, the others are the reference's. The higher "
                   "the number, the less changes. What a level holds each model has learnt for itself: of the toon portraits "
                   "the coarsest has ground and clothes, the next ones eyes and mouth, the finest the hair."),
                 NULL);
  if (procedures_takes(self->procedure, ARGUMENT_FEATHER))
    attach_feather(self);
  if (procedures_takes(self->procedure, ARGUMENT_DETAIL) && procedures_takes(self->procedure, ARGUMENT_METHOD))
    attach_scale(self, _("Deta_il:"), &self->options->detail, ARGUMENT_DETAIL, 100.0, 1.0, 0, "%",
                 _("How much of both pictures' own lines and grain stays: at 0 the model draws all that is selected, at 100 "
                   "everything stays, and in between it stays where the model changed little."),
                 self->of_heal);
  if (procedures_takes(self->procedure, ARGUMENT_MATCH_COLOURS))
    attach_match_colours(self);
  if (self->procedure->kind == EDIT_ADJUST)
    attach_scale(self, _("Deta_il:"), &self->options->detail, ARGUMENT_DETAIL, 100.0, 1.0, 0, "%",
                 _("How much of the picture's own lines and grain stays where the model changed little; at 0 it draws all "
                   "that is selected."),
                 NULL);
  if (procedures_takes(self->procedure, ARGUMENT_RECONSTRUCT_DETAIL))
    attach_scale(self, _("Deta_il:"), &self->options->reconstruct_detail, ARGUMENT_RECONSTRUCT_DETAIL, 100.0, 1.0, 0, "%",
                 _("How much of what the layer shows beyond the model's resolution stays: at 0 the model's drawing alone, at 100 "
                   "the layer itself with the model's correction, and in between where the model changed little."),
                 NULL);
  if (procedures_takes(self->procedure, ARGUMENT_FRAMES_DETAIL))
    attach_scale(self, _("Deta_il:"), &self->options->frames_detail, ARGUMENT_FRAMES_DETAIL, 100.0, 1.0, 0, "%",
                 _("How much of what both layers show beyond the model's resolution stays in the frames that look like them."), NULL);
  if (procedures_offers_refinement(self->procedure))
    attach_refine(self);
  if (self->procedure->returns == RETURNS_LAYERS) {
    self->frames = attach_count(self, self->table, _("_Frames:"), &self->options->frames, ARGUMENT_FRAMES, _("layers"),
                                _("How many pictures are made, the first and the last included."), NULL);
    if (self->procedure->kind == EDIT_INTERPOLATE)
      attach_shown(self, gtk_spin_button_get_adjustment(GTK_SPIN_BUTTON(self->frames)));
    attach_count(self, self->table, _("Frame _time:"), &self->options->frame_ms, ARGUMENT_FRAME_MS, _("milliseconds"),
                 _("How long a frame is shown. It is written into the layers' names, where GIMP's animation tools "
                   "look for it."),
                 NULL);
    attach_film(self);
  }
}
