/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/table.h"
#include "host/find.h"
#include "host/place.h"
#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define TARGET_SIZE 400
#define REFERENCE_WIDTH 240
#define STATUS_WIDTH 360
#define MOST_SIDE 640 /* of the square in the preview's pixels: what a wide window or a large zoom may cost */
#define LEAST_SCALE 1e-3
#define RESTING 150     /* milliseconds */
#define SAYING 500      /* until it is said that something is drawn */

/* Where there is nothing else to say. */
#define HANDLING \
  _("The square is what the model sees: drag it, pull its corners, turn it by its handle. Drag the picture beside it; the " \
    "wheel zooms. Keys: arrows, + and -, comma and full stop; B for before.")

/* --------------------------------------------------------------------------------------------- asking */

static gboolean can_draw(const Dialog *self) {
  gboolean read = self->pixels && (!self->needs_reference || self->reference_pixels);

  for (gint i = 1; i < self->places.n_references; i++)
    read = read && self->more_pixels[i].pixels;
  return self->view && self->square_ok && read && (!self->sliders || *self->options->directions);
}

static void say(Dialog *self, HintKind kind, const gchar *text) {
  if (self->status)
    hint_set(self->status, kind, text);
}

/* The square gets as many pixels as the screen shows of it. */
static gdouble preview_scale(const Dialog *self) {
  gdouble scale = MIN(view_scale(self->view), 1);

  return MAX(MIN(scale, MOST_SIDE / dialog_target_square(self)->side), LEAST_SCALE);
}

void dialog_ask(Dialog *self, DialogAsk wishes) {
  PreviewAsk ask = {.model = self->options->model, .scale = 1};
  EditRequest request;
  EditReference references[OPTIONS_REFERENCES];
  PreviewVariant variants[PREVIEW_VARIANTS];
  stylemap_placement near;
  gboolean was_kept = self->kept != NULL;

  wishes |= self->wishes;
  if (self->later)
    g_source_remove(self->later);
  self->later = 0;
  self->wishes = 0;
  if (self->kept && dialog_show_kept(self, wishes))
    return;
  if (was_kept)
    wishes |= ASK_MODEL;
  if (!self->preview || !self->pixels || !self->model_ok)
    return;
  flow_request(&request, references, self->procedure, self->options, &self->places);
  request.target.buffer = self->pixels;
  request.mask.selection = self->selection;
  request.refine = 0; /* which takes too long to look at */
  if (request.kind == EDIT_TRANSPLANT)
    request.frames = 0; /* the last one is looked at */
  if (request.kind == EDIT_INTERPOLATE)
    request.single = MIN(self->shown_frame, request.frames);
  references[0].picture.buffer = self->reference_pixels;
  for (gint i = 1; i < request.n_references; i++)
    references[i].picture.buffer = self->more_pixels[i].pixels;
  if (wishes)
    dialog_clear_variants(self);
  if (can_draw(self)) {
    ask.scale = preview_scale(self);
    dialog_ask_variants(self, &ask, variants);
  } else {
    request.kind = EDIT_INTERPOLATE; /* only the model is looked at */
    request.n_references = 0;
    if (self->view)
      view_set_result(self->view, NULL, NULL, 1);
    if (!dialog_note_unmoved(self))
      say(self, HINT_INFO, HANDLING); /* and not that it is drawing */
  }
  ask.request = &request;
  ask.choose = (wishes & ASK_MODEL) != 0;
  ask.coarse = wishes != 0 || !can_draw(self);
  ask.urgent = (wishes & ~ASK_MOVED) != 0 || !can_draw(self);
  ask.find = (wishes & ASK_FIND) != 0;
  if (ask.find && dialog_around_selection(self, &near))
    ask.near = &near;
  preview_ask(self->preview, &ask);
  self->asked = g_get_monotonic_time();
}

static gboolean ask_now(gpointer data) {
  Dialog *self = data;

  self->later = 0;
  dialog_ask(self, 0);
  return G_SOURCE_REMOVE;
}

void dialog_ask_later(Dialog *self, DialogAsk wishes) {
  self->wishes |= wishes;
  if (self->later)
    g_source_remove(self->later);
  self->later = g_timeout_add(RESTING, ask_now, self);
}

/* --------------------------------------------------------------------------------------------- hearing */

/* How the reference's square came to be where it is. */
static void show_reference(Dialog *self) {
  gboolean looked_for = self->places.references[self->in_view].find != FIND_NOTHING;
  gint by = looked_for ? self->found[self->in_view].by : FIND_NOTHING;
  stylemap_placement square = dialog_reference_square(self);

  if (!self->reference_view)
    return;
  view_set_square(self->reference_view, self->viewed ? &square : NULL);
  gtk_label_set_text(GTK_LABEL(self->reference_square), by == FIND_FACES   ? _("Found by the face")
                                                        : by == FIND_LINES ? _("Found by its lines")
                                                        : by               ? _("Found by the model")
                                                        : looked_for       ? _("The middle, if nothing is found")
                                                                           : "");
}

stylemap_placement dialog_reference_square(const Dialog *self) {
  const FlowPlace *place = &self->places.references[self->in_view];
  const DialogFound *found = &self->found[self->in_view];
  stylemap_placement at = place->find && found->by ? found->place : place->at;

  if (place->as_placed && self->places.target.find && self->target_found) { /* as find_followers has it */
    at = self->target_place;
    at.x += place->dx;
    at.y += place->dy;
    at.mirror = place->at.mirror;
  }
  return at;
}

const stylemap_placement *dialog_target_square(const Dialog *self) {
  return self->places.target.find && self->target_found ? &self->target_place : &self->places.target.at;
}

/* What was found is drawn at once as sharp as there is room for. */
static void take_target_square(Dialog *self, const stylemap_placement *place) {
  gboolean moved = !place_is_same(dialog_target_square(self), place), first = !self->target_found;

  if (!self->places.target.find)
    return;
  self->target_found = TRUE;
  self->target_place = *place;
  if (moved)
    dialog_show_squares(self);
  if (moved && self->view)
    view_follow_square(self->view);
  if (moved || first)
    dialog_note_square(self);
  if (moved)
    dialog_ask(self, 0);
}

void dialog_show_squares(Dialog *self) {
  if (!self->view)
    return;
  view_set_square(self->view, dialog_target_square(self));
  show_reference(self);
}

static void say_missed(Dialog *self, const PreviewNews *news) {
  self->missed = news->request;
  g_free(self->missed_words);
  self->missed_words =
      g_strdup(news->places ? _("There is no face in this layer, or nothing that the model is sure of. Place the square yourself.")
                            : _("This model has not learnt to find its subject. Place the square yourself."));
  say(self, HINT_WARNING, self->missed_words);
}

/* What the picture that is shown is not. */
static void say_drawn(Dialog *self, const PreviewNews *news) {
  gboolean refines = procedures_offers_refinement(self->procedure) && self->options->refine &&
                     (self->procedure->kind == EDIT_RECONSTRUCT || self->options->method == EDIT_STYLES);
  gboolean coarser = news->scale < 0.99 * MIN(view_scale(self->view), 1) && news->scale > LEAST_SCALE;
  gchar *text;

  if (news->request == self->missed) {
    say(self, HINT_WARNING, self->missed_words);
    return;
  }
  text = refines   ? g_strdup(_("Shown without refinement, which comes with OK."))
         : coarser ? g_strdup_printf(_("The preview draws the square with %d pixels a side; OK draws it with all that the layer has there."),
                                     MOST_SIDE)
                   : g_strdup(HANDLING);
  say(self, HINT_INFO, text);
  g_free(text);
}

/* How many pixels the feather by size comes to. */
static void tell_feather(Dialog *self, const PreviewNews *news) {
  if (self->feather && self->options->feather == MASK_BY_SIZE)
    table_tell_lowest(self->feather, news->feather);
}

static void hear(const PreviewNews *news, gpointer data) {
  Dialog *self = data;

  switch (news->kind) {
  case PREVIEW_MODEL:
    dialog_note_known(self, news);
    break;
  case PREVIEW_FOUND:
    if (news->n_found) {
      dialog_place_target(self, news->found, TRUE);
      view_follow_square(self->view);
    } else {
      say_missed(self, news);
    }
    break;
  case PREVIEW_COARSE:
    view_set_result(self->view, news->picture, news->weights, news->scale);
    break;
  case PREVIEW_DRAFT:
    view_set_result(self->view, news->picture, news->weights, news->scale);
    tell_feather(self, news);
    break;
  case PREVIEW_DONE:
    if (!self->view)
      break;
    tell_feather(self, news);
    view_set_result(self->view, news->picture, news->weights, news->scale);
    for (gint i = 0; i < MIN(news->n_references, OPTIONS_REFERENCES); i++)
      self->found[i] = (DialogFound){news->references_by[i], news->references[i]};
    show_reference(self);
    take_target_square(self, &news->target);
    say_drawn(self, news);
    break;
  case PREVIEW_VARIANT:
    dialog_show_variant(self, news);
    break;
  case PREVIEW_FAILED:
    if (self->view)
      view_set_result(self->view, NULL, NULL, 1);
    if (self->view)
      say(self, HINT_WARNING, news->error->message);
    else
      dialog_note_known(self, news);
    break;
  }
}

/* Says that it takes its time. */
static gboolean look_at_work(gpointer data) {
  Dialog *self = data;
  gdouble done = preview_progress(self->preview);

  if (done < 1 && self->asked && can_draw(self) &&
      g_get_monotonic_time() - self->asked > SAYING * G_TIME_SPAN_MILLISECOND) {
    gchar *text = g_strdup_printf(_("Drawing the preview: %.0f %%"), 100 * done);

    say(self, HINT_INFO, text);
    g_free(text);
  }
  return G_SOURCE_CONTINUE;
}

/* -------------------------------------------------------------------------------------------- widgets */

static void target_moved(const stylemap_placement *place, gboolean done, gpointer data) {
  dialog_place_target(data, place, done);
}

static void reference_moved(const stylemap_placement *place, gboolean done, gpointer data) {
  dialog_place_reference(data, place, done);
}

static void view_zoomed(gpointer data) {
  Dialog *self = data;

  if (self->square_ok)
    dialog_ask_later(self, 0);
}

static void before_pressed(GtkWidget *button, Dialog *self) { view_show_before(self->view, TRUE); }
static void before_released(GtkWidget *button, Dialog *self) { view_show_before(self->view, FALSE); }

static void split_toggled(GtkToggleButton *button, Dialog *self) {
  view_split(self->view, gtk_toggle_button_get_active(button));
}

/* By keyboard as by the mouse: as long as the key is down. */
static gboolean before_key(GtkWidget *button, GdkEventKey *event, Dialog *self) {
  if (event->keyval != GDK_KEY_space)
    return FALSE;
  view_show_before(self->view, event->type == GDK_KEY_PRESS);
  return TRUE;
}

static void square_toggled(GtkToggleButton *button, Dialog *self) {
  view_show_square(self->view, gtk_toggle_button_get_active(button));
}

static void smaller(GtkWidget *button, Dialog *self) { view_zoom(self->view, 0.8); }
static void larger(GtkWidget *button, Dialog *self) { view_zoom(self->view, 1.25); }
static void one_to_one(GtkWidget *button, Dialog *self) { view_zoom(self->view, 1 / view_scale(self->view)); }
static void fit(GtkWidget *button, Dialog *self) { view_fit(self->view); }
static void fit_square(GtkWidget *button, Dialog *self) { view_fit_square(self->view); }

static GtkWidget *pack(GtkWidget *box, GtkWidget *widget, const gchar *tooltip) {
  gimp_help_set_help_data(widget, tooltip, NULL);
  gtk_box_pack_start(GTK_BOX(box), widget, FALSE, FALSE, 0);
  return widget;
}

static GtkWidget *icon_button(const gchar *icon) {
  GtkWidget *button = gtk_button_new();

  gtk_container_add(GTK_CONTAINER(button), gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_MENU));
  return button;
}

static void on_click(GtkWidget *button, void (*clicked)(GtkWidget *button, Dialog *self), Dialog *self) {
  g_signal_connect(button, "clicked", G_CALLBACK(clicked), self);
}

static GtkWidget *new_tools(Dialog *self) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, BUTTON_SPACING), *button;

  button = pack(box, gtk_button_new_with_label(_("Before")), _("Shows the layer as it is, as long as it is pressed (or after key B in the picture, until the next B)"));
  g_signal_connect(button, "pressed", G_CALLBACK(before_pressed), self);
  g_signal_connect(button, "released", G_CALLBACK(before_released), self);
  g_signal_connect(button, "key-press-event", G_CALLBACK(before_key), self);
  g_signal_connect(button, "key-release-event", G_CALLBACK(before_key), self);
  button = pack(box, gtk_toggle_button_new_with_label(_("Split")),
                _("Before on the left of a line, after on the right. Drag the line."));
  g_signal_connect(button, "toggled", G_CALLBACK(split_toggled), self);
  button = pack(box, gtk_toggle_button_new_with_label(_("Square")), _("Shows the model's square and the outline of the mask."));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), TRUE);
  g_signal_connect(button, "toggled", G_CALLBACK(square_toggled), self);
  on_click(pack(box, icon_button("zoom-out"), _("Smaller (or turn the mouse wheel)")), smaller, self);
  on_click(pack(box, icon_button("zoom-in"), _("Larger (or turn the mouse wheel)")), larger, self);
  on_click(pack(box, icon_button("zoom-original"), _("One pixel of the layer for one of the screen (key 1)")), one_to_one, self);
  on_click(pack(box, icon_button("zoom-fit-best"), _("The whole layer (key 0, or double-click)")), fit, self);
  on_click(pack(box, icon_button("gimp-shape-square"), _("The model's square as large as there is room (key 2)")), fit_square,
           self);
  return box;
}

static GtkWidget *new_title(void) {
  GtkWidget *label = gtk_label_new(NULL);

  gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_MIDDLE);
  compat_label_top_left(label);
  return label;
}

/* A title, a view, and room below it. */
static GtkWidget *new_column(GtkWidget *title, View *view, GtkWidget **below) {
  GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

  *below = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_pack_start(GTK_BOX(column), title, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), view_widget(view), TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(column), *below, FALSE, FALSE, 0);
  return column;
}

static void add_views(Dialog *self, GtkWidget *box) {
  static const ViewEvents target_events = {target_moved, view_zoomed}, reference_events = {reference_moved, NULL};
  GtkWidget *below = NULL, *below_reference = NULL, *column, *of_reference = NULL;

  if (self->needs_reference) {
    self->reference_view = view_new(REFERENCE_WIDTH, REFERENCE_WIDTH, &reference_events, self);
    of_reference = new_column(self->reference_title = new_title(), self->reference_view, &below_reference);
    self->reference_square = gtk_label_new("");
    gtk_label_set_ellipsize(GTK_LABEL(self->reference_square), PANGO_ELLIPSIZE_END);
    compat_label_top_left(self->reference_square);
  }
  self->view = view_new(TARGET_SIZE, TARGET_SIZE, &target_events, self);
  column = new_column(self->target_title = new_title(), self->view, &below);
  if (of_reference && self->procedure->kind != EDIT_INTERPOLATE) /* whose frames begin with the target */
    gtk_box_pack_start(GTK_BOX(box), of_reference, FALSE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(box), column, TRUE, TRUE, 0);
  if (of_reference && self->procedure->kind == EDIT_INTERPOLATE)
    gtk_box_pack_start(GTK_BOX(box), of_reference, FALSE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(below), new_tools(self), FALSE, FALSE, 0);
  dialog_add_places(self, below, below_reference);
  if (below_reference)
    gtk_box_pack_start(GTK_BOX(below_reference), self->reference_square, FALSE, FALSE, 0);
  if (below_reference)
    dialog_add_variants(self, below_reference);
  gtk_box_pack_start(GTK_BOX(below), self->status = hint_new(STATUS_WIDTH, 4), FALSE, FALSE, 0);
}

void dialog_add_preview(Dialog *self, GtkWidget *box) {
  add_views(self, box);
  self->pixels_of = self->reference_pixels_of = NO_ITEM;
  self->preview = preview_new(&self->options->engine, hear, self);
  self->working = g_timeout_add(RESTING, look_at_work, self);
}

void dialog_end_preview(Dialog *self) {
  if (self->later)
    g_source_remove(self->later);
  g_source_remove(self->working);
  dialog_end_layers(self);
  dialog_end_kept(self);
  preview_free(self->preview);
  self->preview = NULL;
  g_clear_pointer(&self->missed_words, g_free);
  self->view = self->reference_view = NULL; /* they go with the dialog */
}
