/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/frames.h"
#include "gimp/hint.h"
#include "gimp/pixels.h"
#include "gimp/result.h"
#include "gimp/scroll.h"
#include "gimp/stage.h"
#include "host/models.h"
#include <glib/gi18n-lib.h>

/* A hint's room is taken from the controls: the buttons stay where they are. */
static void note(Dialog *self, GtkWidget *hint, HintKind kind, const gchar *text) {
  hint_set(hint, kind, text);
  scroll_fit(self->scroll);
}

static void note_frames(Dialog *self) {
  GError *error = NULL;
  gint count = frames_check(self->image, self->target, self->options, &error);
  gchar *text = count ? g_strdup_printf(_("%d frames, the lowest layer first: a layer with the edit in it takes the place of each. Undo "
                                          "takes all back in one step."),
                                        count)
                      : g_strdup(error->message);

  self->square_ok = count > 0;
  note(self, self->result_hint, count ? HINT_INFO : HINT_ERROR, text);
  g_clear_error(&error);
  g_free(text);
}

/* Of a target that is not seen in the image, what will be seen of the result; NULL: all. */
static const gchar *about_hidden(const ResultPlan *plan) {
  for (ItemRef group = plan->parent; group != NO_ITEM; group = gimp_item_get_parent(group))
    if (!gimp_item_get_visible(group))
      return _("The target lies in a hidden layer group, and so will the result.");
  if (gimp_item_get_visible(AS_ITEM(plan->target)) || plan->shown != plan->target || plan->why_copy)
    return NULL;
  return _("The target layer is hidden: of the result only what was edited will be seen until you show that layer.");
}

/* The two, each of which may be NULL, below each other; frees `rest`. */
static gchar *above(const gchar *sentence, gchar *rest) {
  gchar *both = sentence ? g_strconcat(sentence, rest ? "\n" : NULL, rest, NULL) : g_strdup(rest);

  g_free(rest);
  return both;
}

void dialog_note_result(Dialog *self) {
  GeglRectangle area;
  ResultPlan plan;
  gchar *text;

  if (!self->square_ok)
    return;
  if (self->procedure->returns == RETURNS_LAYERS && self->options->into != INTO_PATCHES) { /* whole pictures: the target is in them */
    text = stage_note(self->image, self->target, self->options);
    note(self, self->result_hint, HINT_INFO, text);
    g_free(text);
    return;
  }
  if (self->procedure->returns == RETURNS_FRAMES) {
    note_frames(self);
    return;
  }
  area = flow_square(self->target, dialog_target_square(self));
  result_plan(&plan, self->image, AS_LAYER(self->target), self->pixels, &area, &area,
              self->procedure->kind == EDIT_TRANSPLANT && self->options->extend);
  text = result_note(&plan);
  if (self->needs_reference && !plan.extend && pixels_alpha(self->pixels, &area) != PIXELS_OPAQUE)
    text = above(_("The target's outline cuts the result: where the target is transparent, nothing appears."), text);
  text = above(about_hidden(&plan), text);
  note(self, self->result_hint, HINT_INFO, text);
  g_free(text);
  result_plan_clear(&plan);
}

void dialog_note_square(Dialog *self) {
  GError *error = NULL;
  GeglRectangle bounds;
  gboolean selected = gimp_item_is_valid(AS_ITEM(self->target)) &&
                      flow_selected(self->image, self->target, self->options, &bounds);

  self->square_ok = check_target(self->image, self->target, &error) &&
                    flow_places(self->procedure, self->image, self->target, self->options, &self->places, &error) &&
                    ((self->places.target.find && !self->target_found) ||
                     flow_check_selection(self->image, self->target, self->options, dialog_target_square(self), &error));
  if (error)
    note(self, self->square_hint, HINT_ERROR, error->message);
  else if (!selected)
    note(self, self->square_hint, HINT_INFO,
             _("Nothing is selected: the whole square that the model sees will be edited."));
  else if (self->places.target.find && !self->target_found)
    note(self, self->square_hint, HINT_INFO, NULL); /* where it does not lie yet, nothing is cut off */
  else {
    gchar **notes = flow_notes(self->pixels, self->selection, dialog_target_square(self));

    note(self, self->square_hint, HINT_INFO, *notes);
    g_strfreev(notes);
  }
  g_clear_error(&error);
  dialog_note_result(self);
}

/* ------------------------------------------------------------------------------------------- model */

/* How much of the layers' own detail comes in, percent; 0: the model draws all. */
static gdouble own_detail(const Dialog *self) {
  const FlowOptions *options = self->options;

  switch (self->procedure->kind) {
  case EDIT_ADJUST:
    return options->detail;
  case EDIT_TRANSPLANT:
    return options->method == EDIT_HEAL ? options->detail : 0;
  case EDIT_RECONSTRUCT:
    return options->reconstruct_detail;
  case EDIT_INTERPOLATE:
    return options->frames_detail;
  default:
    return 0;
  }
}

/* What the model's resolution means for this edit. */
static gchar *about_detail(const Dialog *self, gint size) {
  return own_detail(self) > 0
             ? g_strdup_printf(_("It draws at %d × %d pixels; finer detail comes from your layers."), size, size)
             : g_strdup_printf(_("It draws at %d × %d pixels: a larger square comes out soft."), size, size);
}

void dialog_note_detail(Dialog *self) {
  gboolean warning = FALSE;
  gchar *verdict, *detail, *both;

  if (!self->size)
    return;
  verdict = about_probe(&self->about, self->reason, self->usual, &warning);
  detail = about_detail(self, self->size);
  both = verdict ? g_strconcat(verdict, "\n", detail, NULL) : g_strdup(detail);
  note(self, self->probe_hint, warning ? HINT_WARNING : HINT_INFO, both);
  g_free(verdict);
  g_free(detail);
  g_free(both);
}

void dialog_note_known(Dialog *self, const PreviewNews *news) {
  if (!news->error && !*self->options->model) { /* which it is, is known now */
    about_model_clear(&self->about);
    if (about_model(news->path, &self->about, NULL)) {
      gchar *file = g_path_get_basename(news->path), *end = strrchr(file, '.');
      gchar *name = end ? g_strndup(file, end - file) : g_strdup(file);
      gchar *why = g_markup_printf_escaped(_("%s draws this picture best."), name);
      gchar *markup = g_strdup_printf("<small>%s</small>\n%s", why, self->about.markup);

      hint_set_markup(self->model_hint, HINT_PLAIN, markup);
      dialog_show_directions(self);
      g_free(markup);
      g_free(why);
      g_free(name);
      g_free(file);
    }
  }
  if (news->error) {
    note(self, self->probe_hint, HINT_WARNING, news->error->message);
    return;
  }
  self->reason = news->reason;
  self->usual = news->usual;
  self->size = news->size;
  dialog_note_detail(self);
}

/* A whole card, below a line that names the model: no other text of it will need more room. */
static void keep_room_for(Dialog *self, const AboutModel *about) {
  gchar *card = g_strconcat("<small>X</small>\n", about->markup, NULL);

  hint_set_markup(self->model_hint, HINT_PLAIN, card);
  g_free(card);
}

/* Where the picture decides: the cards of all that it may decide for. */
static void keep_room_for_all(Dialog *self) {
  gchar **paths = models_free_choice("");

  for (gchar **path = paths; *path; path++) {
    AboutModel about = {0};

    if (about_model(*path, &about, NULL))
      keep_room_for(self, &about);
    about_model_clear(&about);
  }
  g_strfreev(paths);
}

void dialog_note_model(Dialog *self) {
  GError *error = NULL;

  self->size = 0;
  about_model_clear(&self->about);
  self->model_ok = about_model(self->options->model, &self->about, &error);
  if (self->model_ok) {
    if (!*self->options->model)
      keep_room_for_all(self);
    if (!*self->options->model && self->pixels && !self->kept)
      hint_set(self->model_hint, HINT_PLAIN, _("Looking which model knows this picture…"));
    else
      hint_set_markup(self->model_hint, HINT_PLAIN, self->about.markup);
    if (*self->options->model)
      dialog_show_directions(self);
    note(self, self->probe_hint, HINT_INFO,
             self->pixels && !self->kept ? _("Looking whether the model knows this kind of picture…") : NULL);
  } else {
    hint_set(self->model_hint, HINT_ERROR, error->message);
    note(self, self->probe_hint, HINT_INFO, NULL);
  }
  g_clear_error(&error);
}

void dialog_add_notes(Dialog *self, GtkWidget *box) {
  gtk_box_pack_start(GTK_BOX(box), self->square_hint = hint_new(WIDE_HINT, 2), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->result_hint = hint_new(WIDE_HINT, 0), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->probe_hint = hint_new(WIDE_HINT, 4), FALSE, FALSE, 0);
}
