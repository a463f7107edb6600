/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog.h"
#include "gimp/about.h"
#include "gimp/check.h"
#include "gimp/hint.h"
#include "gimp/model-chooser.h"
#include "gimp/pixels.h"
#include "gimp/probe.h"
#include "gimp/result.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#define NARROW_HINT 380 /* below a control */
#define WIDE_HINT 460   /* below them all */

typedef struct {
  const Procedure *procedure;
  ImageRef image;
  DrawableRef target, given; /* what is edited: the layer that was active, or the one it is a result of */
  FlowOptions *options;
  gboolean needs_reference;

  GtkWidget *dialog, *table;
  GtkSizeGroup *labels; /* of both tables */
  GtkWidget *reference_label, *reference_place, *reference, *reference_hint;
  GtkWidget *model, *model_hint, *square_hint, *result_hint, *probe_hint;
  GtkWidget *refine, *refine_steps, *space; /* the last NULL where there is none */
  GPtrArray *of_styles, *of_heal;           /* the widgets that have a meaning with that method alone */

  AboutModel about;
  gboolean model_ok, square_ok;
  FlowPlaces places;
  guint replace;      /* the source that looks at changed places */
  GeglBuffer *square; /* what the probe looks at; NULL: nothing, by what the places say */
  Probe *probe;
} Dialog;

static void update_square(Dialog *self);

static void update_ok(Dialog *self) {
  gboolean ok = self->model_ok && self->square_ok && (!self->needs_reference || self->options->reference != NO_ITEM);

  gtk_dialog_set_response_sensitive(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK, ok);
}

/* -------------------------------------------------------------------------------------- reference */

static gboolean is_candidate(ImageRef image, ItemRef item, gpointer data) {
  Dialog *self = data;

  return check_reference(self->target, AS_DRAWABLE(item), NULL);
}

static void reference_changed(GtkWidget *combo, Dialog *self) {
  gint id;

  self->options->reference =
      gimp_int_combo_box_get_active(GIMP_INT_COMBO_BOX(combo), &id) ? compat_drawable_by_id(id) : NO_ITEM;
  update_square(self);
  update_ok(self);
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

/* The combo box lists the layers that there were when it was made: when the user comes back from GIMP's other
 * windows and they are others, a new one takes its place. */
static void fill_reference(Dialog *self) {
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
  hint_set(self->reference_hint, HINT_INFO,
           self->options->reference != NO_ITEM
               ? NULL
               : _("There is no other layer to take from. Leave this window open, choose File > Open as Layers in the "
                   "image's window, and come back."));
}

/* ------------------------------------------------------------------------------------------ square */

/* What the result will be, where it is not what one expects. */
static void update_result(Dialog *self) {
  GeglRectangle area;
  ResultPlan plan;
  gchar *note;

  if (!self->square_ok)
    return;
  area = flow_square(self->target, &self->places.target);
  result_plan(&plan, self->image, AS_LAYER(self->target), self->square, &area, &area,
              self->procedure->kind == EDIT_TRANSPLANT && self->options->extend);
  note = result_note(&plan);
  if (self->needs_reference && !plan.extend && pixels_alpha(self->square, &area) != PIXELS_OPAQUE) {
    gchar *rest = note;

    note = g_strconcat(_("The target's outline cuts the result: where the target is transparent, nothing appears."),
                       rest ? "\n" : NULL, rest, NULL);
    g_free(rest);
  }
  hint_set(self->result_hint, HINT_INFO, note);
  g_free(note);
  result_plan_clear(&plan);
}

static void update_square(Dialog *self) {
  GError *error = NULL;

  self->square_ok = check_target(self->image, self->target, &error) &&
                    flow_places(self->procedure, self->target, self->options, &self->places, &error) &&
                    check_selection(self->image, self->target, &self->places.target, &error);
  if (self->square_ok && !self->square)
    self->square = flow_copy_square(self->target, &self->places.target);
  if (error)
    hint_set(self->square_hint, HINT_ERROR, error->message);
  else if (gimp_selection_is_empty(self->image))
    hint_set(self->square_hint, HINT_INFO,
             _("Nothing is selected: the whole square that the model sees will be edited."));
  else {
    gchar **notes = flow_notes(self->image, self->target, &self->places.target, self->square);

    hint_set(self->square_hint, HINT_WARNING, *notes);
    g_strfreev(notes);
  }
  g_clear_error(&error);
  update_result(self);
}

/* ------------------------------------------------------------------------------------------- model */

static void probe_done(gdouble mse, gdouble usual, const GError *error, gpointer data) {
  Dialog *self = data;
  gboolean warning = error != NULL;
  gchar *model = model_chooser_get(self->model);

  if (!error && !*model) { /* which it is, is known now */
    about_model_clear(&self->about);
    if (about_model(self->options->engine->path, &self->about, NULL))
      hint_set_markup(self->model_hint, HINT_PLAIN, self->about.markup);
  }
  g_free(model);
  gchar *verdict = error ? g_strdup(error->message) : about_probe(&self->about, mse, usual, &warning);

  hint_set(self->probe_hint, warning ? HINT_WARNING : HINT_INFO, verdict);
  g_free(verdict);
}

static void model_changed(gpointer data) {
  Dialog *self = data;
  gchar *model = model_chooser_get(self->model);
  GError *error = NULL;

  probe_free(self->probe);
  self->probe = NULL;
  about_model_clear(&self->about);
  self->model_ok = about_model(model, &self->about, &error);
  if (self->model_ok) {
    hint_set_markup(self->model_hint, HINT_PLAIN, self->about.markup);
    if (!*model && self->square) /* in the room of a whole card */
      hint_set(self->model_hint, HINT_PLAIN, _("Looking which model knows this picture…"));
    hint_set(self->probe_hint, HINT_INFO,
             self->square ? _("Looking whether the model knows this kind of picture…") : NULL);
    if (self->square)
      self->probe = probe_start(&self->options->engine, self->square, &self->places.target, model, probe_done, self);
  } else {
    hint_set(self->model_hint, HINT_ERROR, error->message);
    hint_set(self->probe_hint, HINT_INFO, NULL);
  }
  g_clear_error(&error);
  g_free(model);
  update_ok(self);
}

/* -------------------------------------------------------------------------------------------- places */

/* The model's square of the target as it is now. */
static void look(Dialog *self) {
  probe_free(self->probe); /* it reads the square */
  self->probe = NULL;
  g_clear_object(&self->square);
  if (flow_places(self->procedure, self->target, self->options, &self->places, NULL))
    self->square = flow_copy_square(self->target, &self->places.target);
  update_square(self);
  model_changed(self);
}

static gboolean look_again(gpointer data) {
  Dialog *self = data;

  self->replace = 0;
  look(self);
  return G_SOURCE_REMOVE;
}

#define TYPING 500 /* milliseconds without another key before it is looked at */

static void place_changed(GtkEditable *entry, Dialog *self) {
  gchar **field = g_object_get_data(G_OBJECT(entry), "field");

  g_free(*field);
  *field = gtk_editable_get_chars(entry, 0, -1);
  if (self->replace)
    g_source_remove(self->replace);
  self->replace = g_timeout_add(TYPING, look_again, self);
}

static GtkWidget *new_place(Dialog *self, gchar **field, const gchar *tooltip) {
  GtkWidget *entry = gtk_entry_new();

  gtk_entry_set_text(GTK_ENTRY(entry), *field);
  gtk_entry_set_width_chars(GTK_ENTRY(entry), 24);
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  gimp_help_set_help_data(entry, tooltip, NULL);
  g_object_set_data(G_OBJECT(entry), "field", field);
  g_signal_connect(entry, "changed", G_CALLBACK(place_changed), self);
  return entry;
}

/* ---------------------------------------------------------------------------------------- building */

/* A place for a control with a hint below it. */
static GtkWidget *with_hint(GtkWidget *control, GtkWidget **hint) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

  gtk_box_pack_start(GTK_BOX(box), control, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), *hint = hint_new(NARROW_HINT, 0), FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  return box;
}

static void attach_scale(Dialog *self, const gchar *text, gdouble *value, ArgumentId id, gdouble page_end, gdouble step,
                         gint digits, const gchar *unit, const gchar *tooltip, GPtrArray *widgets) {
  const Argument *argument = procedures_argument(id);
  TableScale scale = {argument->minimum, argument->maximum, page_end, step, digits};

  table_attach_scale(self->table, text, &scale, unit, value, tooltip, widgets);
}

/* A row that belongs to one method. */
static void attach_of(GPtrArray *widgets, GtkWidget *table, const gchar *text, GtkWidget *control) {
  g_ptr_array_add(widgets, table_attach(table, text, control, FALSE));
  g_ptr_array_add(widgets, control);
}

/* A combo box that changes `value`; what goes on are texts and numbers, closed by NULL. */
static GtkWidget *new_choice(gint *value, const gchar *tooltip, const gchar *first, ...) G_GNUC_NULL_TERMINATED;
static GtkWidget *new_choice(gint *value, const gchar *tooltip, const gchar *first, ...) {
  va_list rest;
  GtkWidget *combo;

  va_start(rest, first);
  combo = g_object_new(GIMP_TYPE_INT_COMBO_BOX, NULL);
  for (const gchar *text = first; text; text = va_arg(rest, const gchar *))
    gimp_int_combo_box_append(GIMP_INT_COMBO_BOX(combo), GIMP_INT_STORE_LABEL, text, GIMP_INT_STORE_VALUE,
                              va_arg(rest, gint), -1);
  va_end(rest);
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(combo), *value);
  g_signal_connect(combo, "changed", G_CALLBACK(gimp_int_combo_box_get_active), value);
  gimp_help_set_help_data(combo, tooltip, NULL);
  return combo;
}

/* A spin button with its unit, both in `box`. */
static GtkWidget *pack_count(GtkWidget *box, gint *value, ArgumentId id, const gchar *unit, const gchar *tooltip) {
  const Argument *argument = procedures_argument(id);
  GtkAdjustment *adjustment =
      GTK_ADJUSTMENT(gtk_adjustment_new(*value, argument->minimum, argument->maximum, 1, 10, 0));
  GtkWidget *spin = gtk_spin_button_new(adjustment, 1, 0);

  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_activates_default(GTK_ENTRY(spin), TRUE);
  gimp_help_set_help_data(spin, tooltip, NULL);
  gtk_box_pack_start(GTK_BOX(box), spin, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), gtk_label_new(unit), FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  g_signal_connect(adjustment, "value-changed", G_CALLBACK(gimp_int_adjustment_update), value);
  return spin;
}

static void attach_count(GtkWidget *table, const gchar *text, gint *value, ArgumentId id, const gchar *unit,
                         const gchar *tooltip, GPtrArray *widgets) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *spin = pack_count(box, value, id, unit, tooltip);
  GtkWidget *label = table_attach(table, text, box, FALSE);

  gtk_label_set_mnemonic_widget(GTK_LABEL(label), spin);
  if (widgets) {
    g_ptr_array_add(widgets, label);
    g_ptr_array_add(widgets, box);
  }
}

/* What the method and the refinement leave to choose. */
static void update_method(Dialog *self) {
  gboolean heal = self->procedure->kind == EDIT_TRANSPLANT && self->options->method == EDIT_HEAL;

  for (guint i = 0; i < self->of_heal->len; i++)
    gtk_widget_set_visible(g_ptr_array_index(self->of_heal, i), heal);
  for (guint i = 0; i < self->of_styles->len; i++)
    gtk_widget_set_visible(g_ptr_array_index(self->of_styles, i), !heal);
  if (self->refine)
    gtk_widget_set_sensitive(self->refine_steps, self->options->refine);
  if (self->space) /* refined styles are blended in W+ */
    gtk_widget_set_sensitive(self->space, !self->options->refine);
}

static void refine_toggled(GtkToggleButton *button, Dialog *self) {
  self->options->refine = gtk_toggle_button_get_active(button);
  update_method(self);
}

static void method_changed(GtkWidget *combo, Dialog *self) {
  update_method(self); /* after the combo box has set options->method */
}

static void attach_method(Dialog *self) {
  GtkWidget *combo =
      new_choice((gint *)&self->options->method,
                 _("Heal keeps the lines and the sharpness of both pictures and changes what does not fit: edges, light, "
                   "what is left of the other face. Styles lets the model draw all that is selected."),
                 _("Heal: paste, then mend what does not fit"), (gint)EDIT_HEAL,
                 _("Styles: draw it anew from both pictures"), (gint)EDIT_STYLES, NULL);

  g_signal_connect(combo, "changed", G_CALLBACK(method_changed), self);
  table_attach(self->table, _("Me_thod:"), combo, FALSE);
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
      pack_count(box, &self->options->refine_steps, ARGUMENT_REFINE_STEPS, _("steps"),
                 _("The more steps, the nearer to the pictures, and the longer it takes. It ends before where nothing "
                   "is gained any more."));
  attach_of(self->of_styles, self->table, _("Likeness:"), box);
  g_signal_connect(self->refine, "toggled", G_CALLBACK(refine_toggled), self);
}

static void extend_toggled(GtkToggleButton *button, Dialog *self) {
  self->options->extend = gtk_toggle_button_get_active(button);
  update_result(self);
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
  GtkWidget *box, *entry, *mirror, *label;

  entry = new_place(self, &options->placement,
                    _("Where the model looks: X, Y of its square's centre, the side, and, if it is turned, by how many degrees "
                      "clockwise; pixels of the layer, counted from its upper left corner. Empty: the largest square in "
                      "the middle."));
  table_attach(table, _("Place in tar_get:"), entry, FALSE);
  if (!self->needs_reference)
    return;
  box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  entry = new_place(self, &options->reference_placement,
                    _("The same in the reference. Or auto: where the model finds what it knows (what an empty entry means for "
                      "Heal), or centre. Or as-placed: what lies over the target's square on the canvas; move, scale or turn "
                      "the reference layer there first."));
  gtk_box_pack_start(GTK_BOX(box), entry, TRUE, TRUE, 0);
  mirror = gtk_check_button_new_with_label(_("Mirrored"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(mirror), options->mirror);
  gimp_help_set_help_data(mirror, _("Exchanges the reference's left and right."), NULL);
  g_signal_connect(mirror, "toggled", G_CALLBACK(gimp_toggle_button_update), &options->mirror);
  gtk_box_pack_start(GTK_BOX(box), mirror, FALSE, FALSE, 0);
  gtk_widget_show_all(box);
  label = table_attach(table, _("P_lace in reference:"), box, FALSE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), entry);
}

static void attach_methods(Dialog *self, GtkWidget *table) {
  FlowOptions *options = self->options;

  attach_of(self->of_heal, table, _("_Paste:"),
            new_choice((gint *)&options->collage,
                       _("What is mended. The target's light takes away another light or camera; a reference that does not "
                         "fit is better as it is."),
                       _("What fits, as the model sees it"), (gint)STYLEMAP_START_FIT,
                       _("As it is"), (gint)STYLEMAP_START_COPY, _("In the target's light"), (gint)STYLEMAP_START_CLONE,
                       _("Between the two"), (gint)STYLEMAP_START_MEAN, NULL));
  attach_count(table, _("Roun_ds:"), &options->rounds, ARGUMENT_ROUNDS, _("times mended"),
               _("More rounds change more: less is left of what does not fit, and of what the reference brings."),
               self->of_heal);
  attach_of(self->of_styles, table, _("Mask r_ule:"),
            new_choice((gint *)&options->edit.rule, _("Which cells of the style map are taken from the reference."),
                       _("Soft: by how much of it is selected"), (gint)STYLEMAP_MASK_SOFT,
                       _("Any: if the selection touches it"), (gint)STYLEMAP_MASK_ANY,
                       _("Half: if more than half is selected"), (gint)STYLEMAP_MASK_HALF, NULL));
  self->space = new_choice((gint *)&options->edit.space,
                           _("Where the two style maps are blended. Refined ones are blended in W+."),
                           _("W+: at every level of the style pyramid"), (gint)STYLEMAP_SPACE_W_PLUS,
                           _("W: once, in the style map"), (gint)STYLEMAP_SPACE_W, NULL);
  attach_of(self->of_styles, table, _("_Blend in:"), self->space);
}

static void add_advanced(Dialog *self, GtkWidget *box) {
  GtkWidget *expander = gtk_expander_new_with_mnemonic(_("_Advanced"));
  GtkWidget *table = table_new(self->labels);

  if (self->procedure->kind == EDIT_TRANSPLANT) {
    attach_methods(self, table);
    attach_extend(self, table);
  }
  attach_places(self, table);
  gtk_container_add(GTK_CONTAINER(expander), table);
  gtk_box_pack_start(GTK_BOX(box), expander, FALSE, FALSE, 0);
}

static void add_controls(Dialog *self) {
  GtkWidget *label;

  if (self->needs_reference) {
    self->reference_place = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    self->reference_label = table_attach(self->table, _("_Reference layer:"),
                                         with_hint(self->reference_place, &self->reference_hint), TRUE);
  }
  self->model = model_chooser_new(self->options->model, model_changed, self);
  label = table_attach(self->table, _("_Model:"), with_hint(self->model, &self->model_hint), TRUE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), self->model);

  if (self->procedure->kind == EDIT_TRANSPLANT) {
    attach_method(self);
    attach_scale(self, _("_Strength:"), &self->options->edit.strength, ARGUMENT_STRENGTH, 1.0, 0.01, 2, NULL,
                 _("How much of the reference is taken. At 0 the result is the target (styles: the model's picture of it)."),
                 NULL);
    attach_scale(self, _("_Feather:"), &self->options->feather, ARGUMENT_FEATHER, 100.0, 1.0, 1, _("px"),
                 _("Softens the selection's border by so many pixels. The selection itself stays as it is."), NULL);
    attach_scale(self, _("Deta_il:"), &self->options->detail, ARGUMENT_DETAIL, 100.0, 1.0, 0, "%",
                 _("How much of both pictures' own lines and grain stays: at 0 the model draws all that is selected, at 100 "
                   "everything stays, and in between it stays where the model changed little."),
                 self->of_heal);
  }
  if (self->procedure->kind != EDIT_INTERPOLATE)
    attach_refine(self);
  if (self->procedure->kind == EDIT_INTERPOLATE) {
    attach_count(self->table, _("_Frames:"), &self->options->frames, ARGUMENT_FRAMES, _("layers"),
                 _("How many pictures are made. The first is like the target, the last like the reference."),
                 NULL);
    attach_count(self->table, _("Frame _time:"), &self->options->frame_ms, ARGUMENT_FRAME_MS, _("milliseconds"),
                 _("How long a frame is shown. It is written into the layers' names, where GIMP's animation tools "
                   "look for it."),
                 NULL);
  }
}

/* ------------------------------------------------------------------------------------ an earlier result */

static void take_target(Dialog *self, DrawableRef target) {
  if (target == self->target)
    return;
  self->target = target;
  if (self->needs_reference)
    fill_reference(self);
  look(self);
}

static void origin_toggled(GtkToggleButton *button, Dialog *self) {
  DrawableRef origin = AS_DRAWABLE(result_target(self->image, self->given));

  take_target(self, gtk_toggle_button_get_active(button) && origin != NO_ITEM ? origin : self->given);
}

/* After an undo, or a click on it, an earlier result is active: the next edit is more likely meant for what that was made
 * of. */
static void add_origin(Dialog *self, GtkWidget *box) {
  LayerRef origin = result_target(self->image, self->given);
  gchar *name, *text, **parts;
  GtkWidget *hint, *button;

  if (origin == NO_ITEM || !check_target(self->image, AS_DRAWABLE(origin), NULL))
    return;
  text = gimp_item_get_name(AS_ITEM(origin));
  parts = g_strsplit(text, "_", -1);
  g_free(text);
  name = g_strjoinv("__", parts); /* no mnemonic */
  g_strfreev(parts);
  hint = hint_new(WIDE_HINT, 1);
  hint_set(hint, HINT_INFO, _("The active layer is the result of an earlier edit."));
  text = g_strdup_printf(_("_Edit the layer that it was made of: %s"), name);
  button = gtk_check_button_new_with_mnemonic(text);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), TRUE);
  gimp_help_set_help_data(button, _("Otherwise the result itself is edited, with what was lost in it."), NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(origin_toggled), self);
  gtk_box_pack_start(GTK_BOX(box), hint, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
  self->target = AS_DRAWABLE(origin);
  g_free(name);
  g_free(text);
}

static gboolean focus_in(GtkWidget *widget, GdkEventFocus *event, Dialog *self) {
  update_square(self);
  if (gimp_item_is_valid(AS_ITEM(self->target)))
    fill_reference(self);
  update_ok(self);
  return FALSE;
}

/* A GimpHelpFunc: the page of the installed documentation, in the user's browser. */
static void show_help(const gchar *help_id, gpointer data) {
  gimp_help(GETTEXT_PACKAGE, help_id);
}

gboolean dialog_run(const Procedure *procedure, ImageRef image, DrawableRef *target, FlowOptions *options) {
  Dialog self = {.procedure = procedure, .image = image, .target = *target, .given = *target, .options = options};
  GtkWidget *box;
  gboolean ok;

  compat_ui_init("gimp-stylemap");
  self.needs_reference = procedure->kind != EDIT_RECONSTRUCT;
  self.of_styles = g_ptr_array_new();
  self.of_heal = g_ptr_array_new();

  self.dialog = gimp_dialog_new(_(procedure->title), "gimp-stylemap", NULL, 0, show_help, procedure->name, _("_Cancel"),
                                GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response(GTK_DIALOG(self.dialog), GTK_RESPONSE_OK);
  gtk_window_set_resizable(GTK_WINDOW(self.dialog), FALSE);
  gimp_window_set_transient(GTK_WINDOW(self.dialog));

  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  gtk_container_set_border_width(GTK_CONTAINER(box), 12);
  gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(self.dialog))), box, TRUE, TRUE, 0);
  add_origin(&self, box);
  self.labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
  self.table = table_new(self.labels);
  gtk_box_pack_start(GTK_BOX(box), self.table, FALSE, FALSE, 0);
  add_controls(&self);
  if (procedure->kind != EDIT_INTERPOLATE)
    add_advanced(&self, box);
  gtk_box_pack_start(GTK_BOX(box), self.square_hint = hint_new(WIDE_HINT, 2), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self.result_hint = hint_new(WIDE_HINT, 0), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self.probe_hint = hint_new(WIDE_HINT, 3), FALSE, FALSE, 0);

  fill_reference(&self);
  gtk_widget_show_all(self.dialog);
  update_method(&self);
  look(&self);
  /* Return means OK also where the first control is a combo box, which would open */
  gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(GTK_DIALOG(self.dialog), GTK_RESPONSE_OK));
  g_signal_connect(self.dialog, "focus-in-event", G_CALLBACK(focus_in), &self);

  ok = gimp_dialog_run(GIMP_DIALOG(self.dialog)) == GTK_RESPONSE_OK;
  if (self.replace)
    g_source_remove(self.replace);
  probe_free(self.probe);
  if (ok) {
    *target = self.target;
    g_free(options->model);
    options->model = model_chooser_get(self.model);
  }
  gtk_widget_destroy(self.dialog);
  about_model_clear(&self.about);
  g_ptr_array_free(self.of_styles, TRUE);
  g_ptr_array_free(self.of_heal, TRUE);
  g_object_unref(self.labels);
  g_clear_object(&self.square);
  return ok;
}
