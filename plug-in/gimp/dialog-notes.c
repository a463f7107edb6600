/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/check.h"
#include "gimp/dialog-parts.h"
#include "gimp/frames.h"
#include "gimp/hint.h"
#include "gimp/pixels.h"
#include "gimp/result.h"
#include <glib/gi18n-lib.h>

static void note_frames(Dialog *self) {
  GError *error = NULL;
  gint count = frames_check(self->image, self->target, self->options, &error);
  gchar *note = count ? g_strdup_printf(_("%d frames, the lowest layer first: a layer with the edit in it takes the place of each. Undo "
                                          "takes all back in one step."),
                                        count)
                      : g_strdup(error->message);

  self->square_ok = count > 0;
  hint_set(self->result_hint, count ? HINT_INFO : HINT_ERROR, note);
  g_clear_error(&error);
  g_free(note);
}

void dialog_note_result(Dialog *self) {
  GeglRectangle area;
  ResultPlan plan;
  gchar *note;

  if (!self->square_ok)
    return;
  if (self->procedure->returns == RETURNS_FRAMES) {
    note_frames(self);
    return;
  }
  area = flow_square(self->target, dialog_target_square(self));
  result_plan(&plan, self->image, AS_LAYER(self->target), self->pixels, &area, &area,
              self->procedure->kind == EDIT_TRANSPLANT && self->options->extend);
  note = result_note(&plan);
  if (self->needs_reference && !plan.extend && pixels_alpha(self->pixels, &area) != PIXELS_OPAQUE) {
    gchar *rest = note;

    note = g_strconcat(_("The target's outline cuts the result: where the target is transparent, nothing appears."),
                       rest ? "\n" : NULL, rest, NULL);
    g_free(rest);
  }
  hint_set(self->result_hint, HINT_INFO, note);
  g_free(note);
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
    hint_set(self->square_hint, HINT_ERROR, error->message);
  else if (!selected)
    hint_set(self->square_hint, HINT_INFO,
             _("Nothing is selected: the whole square that the model sees will be edited."));
  else if (self->places.target.find && !self->target_found)
    hint_set(self->square_hint, HINT_INFO, NULL); /* where it does not lie yet, nothing is cut off */
  else {
    gchar **notes = flow_notes(self->image, self->target, self->options, dialog_target_square(self), self->pixels);

    hint_set(self->square_hint, HINT_WARNING, *notes);
    g_strfreev(notes);
  }
  g_clear_error(&error);
  dialog_note_result(self);
}

/* ------------------------------------------------------------------------------------------- model */

/* What the model's resolution means for this edit. */
static gchar *about_detail(const Dialog *self, gint size) {
  return self->procedure->kind == EDIT_ADJUST ||
                 (self->procedure->kind == EDIT_TRANSPLANT && self->options->method == EDIT_HEAL)
             ? g_strdup_printf(_("It draws at %d × %d pixels; finer detail comes from your layers."), size, size)
             : g_strdup_printf(_("It draws at %d × %d pixels: a larger square comes out soft."), size, size);
}

void dialog_note_detail(Dialog *self) {
  gboolean warning = FALSE;
  gchar *verdict, *detail, *both;

  if (!self->size)
    return;
  verdict = about_probe(&self->about, self->akin, self->usual, &warning);
  detail = about_detail(self, self->size);
  both = verdict ? g_strconcat(verdict, "\n", detail, NULL) : g_strdup(detail);
  hint_set(self->probe_hint, warning ? HINT_WARNING : HINT_INFO, both);
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
    hint_set(self->probe_hint, HINT_WARNING, news->error->message);
    return;
  }
  self->akin = news->akin;
  self->usual = news->usual;
  self->size = news->size;
  dialog_note_detail(self);
}

void dialog_note_model(Dialog *self) {
  GError *error = NULL;

  self->size = 0;
  about_model_clear(&self->about);
  self->model_ok = about_model(self->options->model, &self->about, &error);
  if (self->model_ok) {
    hint_set_markup(self->model_hint, HINT_PLAIN, self->about.markup);
    if (*self->options->model)
      dialog_show_directions(self);
    else if (self->pixels) /* in the room of a whole card */
      hint_set(self->model_hint, HINT_PLAIN, _("Looking which model knows this picture…"));
    hint_set(self->probe_hint, HINT_INFO,
             self->pixels ? _("Looking whether the model knows this kind of picture…") : NULL);
  } else {
    hint_set(self->model_hint, HINT_ERROR, error->message);
    hint_set(self->probe_hint, HINT_INFO, NULL);
  }
  g_clear_error(&error);
}

void dialog_add_notes(Dialog *self, GtkWidget *box) {
  gtk_box_pack_start(GTK_BOX(box), self->square_hint = hint_new(WIDE_HINT, 2), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->result_hint = hint_new(WIDE_HINT, 0), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->probe_hint = hint_new(WIDE_HINT, 3), FALSE, FALSE, 0);
}
