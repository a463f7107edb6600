/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pixels of the layers that the dialog shows and asks for edits of: read when a layer is chosen, and again where they were changed
 * while the user was in GIMP's other windows. */
#include "gimp/dialog-parts.h"
#include "gimp/pixels.h"
#include "host/find.h"
#include <glib/gi18n-lib.h>

static void show_title(GtkWidget *title, const gchar *word, DrawableRef drawable) {
  gchar *name, *markup;

  if (!title)
    return;
  name = drawable != NO_ITEM && gimp_item_is_valid(AS_ITEM(drawable)) ? gimp_item_get_name(AS_ITEM(drawable)) : NULL;
  markup = g_markup_printf_escaped("<b>%s</b> %s", word, name ? name : "");
  gtk_label_set_markup(GTK_LABEL(title), markup);
  g_free(markup);
  g_free(name);
}

typedef GeglBuffer *(*Copy)(DrawableRef drawable, const stylemap_placement *placement);

static void read_layer(DrawableRef drawable, Copy copy, GeglBuffer **pixels, DrawableRef *of, View *view) {
  if (*of == drawable && *pixels)
    return;
  g_clear_object(pixels);
  *of = drawable;
  if (drawable != NO_ITEM && gimp_item_is_valid(AS_ITEM(drawable)))
    *pixels = copy(drawable, NULL);
  if (view)
    view_set_picture(view, *pixels);
}

static void read_visible(Dialog *self) {
  self->reference_pixels_of = self->options->reference;
  if (self->reference_pixels)
    return;
  self->reference_pixels = flow_copy_visible(self->image, NULL);
}

/* The selection over the target, in its pixels; NULL: all. */
void dialog_read_selection(Dialog *self) {
  g_clear_object(&self->selection);
  if (self->options->remembered && self->options->selection)
    self->selection = g_object_ref(self->options->selection);
  if (self->options->remembered || !gimp_item_is_valid(AS_ITEM(self->target)))
    return;
  self->selection = flow_copy_selection(self->image, self->target);
}

/* Where from and where to, by name: a row of frames leads from the target, over which one of them is shown, to the reference. */
void dialog_show_titles(Dialog *self) {
  gboolean row = self->procedure->kind == EDIT_INTERPOLATE;
  gchar *first = g_strdup_printf(_("First (frame %d shown):"), self->shown_frame);

  show_title(self->target_title, row ? first : self->needs_reference ? _("To:") : _("Layer:"), self->target);
  if (self->needs_reference)
    show_title(self->reference_title, row ? _("Last:") : _("From:"),
               self->in_view ? self->more_pixels[self->in_view].of : self->options->reference);
  g_free(first);
}

void dialog_read_layers(Dialog *self) {
  gboolean other = self->pixels_of != self->target || !self->pixels;

  if (other)
    self->target_found = FALSE;
  read_layer(self->target, flow_copy_target, &self->pixels, &self->pixels_of, self->view);
  if (other)
    dialog_read_selection(self);
  if (self->needs_reference) {
    if (self->reference_pixels_of != self->options->reference || self->reference_visible != self->options->visible) {
      self->found[0].by = FIND_NOTHING;
      g_clear_object(&self->reference_pixels);
    }
    self->reference_visible = self->options->visible;
    if (self->options->visible)
      read_visible(self);
    else
      read_layer(self->options->reference, flow_copy_reference, &self->reference_pixels, &self->reference_pixels_of, NULL);
    dialog_read_more(self);
    dialog_view_reference(self, self->in_view);
  }
  dialog_show_titles(self);
}

/* ------------------------------------------------------------------------------------------- changed */

#define AT_ONCE (4 << 20) /* pixels that are compared in one go */

typedef struct {
  DrawableRef of; /* NO_ITEM: what the image shows */
  GeglBuffer **pixels;
  GeglBuffer *(*copy)(DrawableRef drawable, const GeglRectangle *area);
} Watched;

/* Number `n`: the target, the reference, those above it. FALSE: there are no more. */
static gboolean nth(Dialog *self, gint n, Watched *watched) {
  gboolean reference = n == 1;

  if (n >= (self->needs_reference ? OPTIONS_REFERENCES + 1 : 1))
    return FALSE;
  *watched = n == 0     ? (Watched){self->target, &self->pixels, pixels_copy}
             : reference ? (Watched){self->options->visible ? NO_ITEM : self->options->reference, &self->reference_pixels, pixels_copy_masked}
                         : (Watched){self->more_pixels[n - 1].of, &self->more_pixels[n - 1].pixels, pixels_copy_masked};
  return TRUE;
}

/* From `row` on, which goes to the next that is to be looked at; -1: all was. */
static gboolean is_changed(Dialog *self, const Watched *watched, gint *row) {
  const GeglRectangle *all = gegl_buffer_get_extent(*watched->pixels);
  GeglRectangle area = {0, *row, all->width, MIN(MAX(AT_ONCE / all->width, 1), all->height - *row)};
  GeglBuffer *fresh;
  gboolean changed;

  if (watched->of != NO_ITEM && (!gimp_item_is_valid(AS_ITEM(watched->of)) || gimp_drawable_get_width(watched->of) != all->width ||
                                 gimp_drawable_get_height(watched->of) != all->height)) {
    *row = -1;
    return gimp_item_is_valid(AS_ITEM(watched->of));
  }
  if (watched->of == NO_ITEM)
    area = *all;
  fresh = watched->of == NO_ITEM ? flow_copy_visible(self->image, NULL) : watched->copy(watched->of, &area);
  changed = fresh && pixels_differ(fresh, *watched->pixels, &area);
  g_clear_object(&fresh);
  *row = changed || area.y + area.height >= all->height ? -1 : area.y + area.height;
  return changed;
}

void dialog_layers_changed(Dialog *self) {
  dialog_read_layers(self);
  dialog_note_square(self);
  dialog_show_squares(self);
  dialog_update_ok(self);
  dialog_ask(self, ASK_MOVED);
}

static void read_again(Dialog *self, gint n, const Watched *watched) {
  g_clear_object(watched->pixels);
  if (n == 0) {
    dialog_look(self);
    return;
  }
  self->found[n - 1].by = FIND_NOTHING;
  dialog_layers_changed(self);
}

static gboolean look_at_next(gpointer data) {
  Dialog *self = data;
  Watched watched;
  gint n = self->watched;

  if (!nth(self, n, &watched)) {
    self->watch = 0;
    return G_SOURCE_REMOVE;
  }
  if (!*watched.pixels)
    self->watched_row = -1;
  else if (is_changed(self, &watched, &self->watched_row))
    read_again(self, n, &watched);
  if (self->watched_row < 0) {
    self->watched++;
    self->watched_row = 0;
  }
  return G_SOURCE_CONTINUE;
}

void dialog_watch_layers(Dialog *self) {
  self->watched = self->watched_row = 0;
  if (!self->watch)
    self->watch = g_idle_add_full(G_PRIORITY_LOW, look_at_next, self, NULL);
}

void dialog_look_at_layers(Dialog *self) {
  dialog_watch_layers(self);
  g_source_remove(self->watch);
  while (look_at_next(self) == G_SOURCE_CONTINUE)
    continue;
}

void dialog_end_layers(Dialog *self) {
  if (self->watch)
    g_source_remove(self->watch);
  g_clear_object(&self->pixels);
  g_clear_object(&self->reference_pixels);
  g_clear_object(&self->viewed);
  for (gint i = 1; i < OPTIONS_REFERENCES; i++)
    g_clear_object(&self->more_pixels[i].pixels);
  g_clear_object(&self->selection);
}
