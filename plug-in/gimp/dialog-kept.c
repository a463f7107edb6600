/* SPDX-License-Identifier: GPL-3.0-or-later
 * A result that is to be edited again, as long as nothing that was asked of it is changed: it is shown as its layer has it, and no model is
 * opened for that. */
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/model-sheet.h"
#include "gimp/recipe.h"
#include "host/adjust.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define MOST_PIXELS 16e6 /* that the view keeps of it */
#define MOST_SIDE 32000.0 /* of a picture of cairo's */
#define LEAST_SCALE 1e-3

struct DialogKept {
  GeglBuffer *picture, *weights;                /* recipe_kept's */
  gchar *asked;                                 /* all that the options say */
  gdouble scale;                                /* that it is shown with; 0: it is not yet */
  GeglBuffer *pixels[1 + OPTIONS_REFERENCES]; /* of the target and its references */
};

/* The pixels of the target, at 0, and of its references; NULL: there are none. */
static GeglBuffer *nth_pixels(const Dialog *self, gint n) {
  return n == 0 ? self->pixels : n == 1 ? self->reference_pixels : self->more_pixels[n - 1].pixels;
}

static gchar *asked_now(const Dialog *self) {
  FlowOptions options = *self->options;
  gchar *text, *all;

  options.directions = adjust_in_order(options.directions ? options.directions : ""); /* a script's order may not be the sliders' */
  text = options_text(self->procedure, &options);
  all = g_strdup_printf("%s %d %d %d %d %d %d", text, options.refine, options.refine_steps, options.visible, options.remembered,
                        compat_item_id(options.reference), compat_item_id(self->target));
  g_free(options.directions);
  g_free(text);
  return all;
}

void dialog_find_kept(Dialog *self) {
  DialogKept kept = {NULL};

  if (!self->fresh)
    return;
  self->fresh = FALSE;
  for (gint i = 0; i <= OPTIONS_REFERENCES; i++)
    kept.pixels[i] = nth_pixels(self, i);
  if (self->options->replaces == NO_ITEM || !self->square_ok || !self->pixels ||
      !recipe_kept(self->options->replaces, AS_LAYER(self->target), &self->places, self->pixels, kept.pixels + 1, &kept.picture,
                   &kept.weights))
    return;
  for (gint i = 0; i <= OPTIONS_REFERENCES; i++)
    if (kept.pixels[i])
      g_object_ref(kept.pixels[i]);
  kept.asked = asked_now(self); /* before the dialog leaves out what it cannot offer any more */
  self->kept = g_memdup2(&kept, sizeof kept);
  model_sheet_wait(self->model_sheet);
}

void dialog_end_kept(Dialog *self) {
  DialogKept *kept = self->kept;

  if (!kept)
    return;
  for (gint i = 0; i <= OPTIONS_REFERENCES; i++)
    g_clear_object(&kept->pixels[i]);
  g_object_unref(kept->picture);
  g_object_unref(kept->weights);
  g_free(kept->asked);
  g_clear_pointer(&self->kept, g_free);
}

static gboolean is_asked(Dialog *self, DialogAsk wishes) {
  DialogKept *kept = self->kept;
  gchar *now = asked_now(self);
  gboolean same = !(wishes & ASK_FIND) && !dialog_variants_are_open(self);

  same = same && g_str_equal(kept->asked, now);
  for (gint i = 0; same && i <= OPTIONS_REFERENCES; i++)
    same = kept->pixels[i] == nth_pixels(self, i);
  g_free(now);
  return same;
}

/* All of a picture, with as many pixels for one of its own, but no part of one beyond its edges. */
static GeglBuffer *scaled_down(GeglBuffer *picture, gdouble scale) {
  const GeglRectangle *extent = gegl_buffer_get_extent(picture);
  const Babl *format = gegl_buffer_get_format(picture);
  gint left = (gint)ceil(extent->x * scale), top = (gint)ceil(extent->y * scale);
  GeglRectangle area = {left, top, MAX((gint)((extent->x + extent->width) * scale) - left, 1),
                        MAX((gint)((extent->y + extent->height) * scale) - top, 1)};
  GeglBuffer *small = gegl_buffer_new(&area, format);
  guchar *pixels = g_malloc((gsize)area.width * area.height * babl_format_get_bytes_per_pixel(format));

  gegl_buffer_get(picture, &area, scale, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  gegl_buffer_set(small, &area, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  g_free(pixels);
  return small;
}

/* The picture that was shown is not asked for any more; from now on the model draws. */
static void begin_anew(Dialog *self) {
  GError *error = NULL;
  AboutModel about = {NULL};

  dialog_end_kept(self);
  model_sheet_set(self->model_sheet, self->options->model);
  dialog_note_model(self);
  dialog_update_ok(self);
  if (self->model_ok || about_model(self->options->model, &about, &error)) {
    about_model_clear(&about);
    return;
  }
  view_set_result(self->view, NULL, NULL, 1);
  hint_set(self->status, HINT_WARNING, error->message);
  g_error_free(error);
}

/* As many pixels as the screen shows of it, also where an edit would draw fewer. */
static gdouble scale_of(Dialog *self) {
  const GeglRectangle *extent = gegl_buffer_get_extent(self->kept->picture);
  gdouble most = sqrt(MOST_PIXELS / ((gdouble)extent->width * extent->height));

  most = MIN(most, MOST_SIDE / MAX(extent->width, extent->height));
  return CLAMP(view_scale(self->view), LEAST_SCALE, MIN(most, 1));
}

/* A layer that was removed is in the history still, and at no place. */
static gboolean is_there(const Dialog *self, LayerRef layer) {
  return gimp_item_is_valid(AS_ITEM(layer)) && gimp_image_get_item_position(self->image, AS_ITEM(layer)) >= 0;
}

gboolean dialog_is_kept(Dialog *self) {
  if (!self->kept)
    return FALSE;
  dialog_look_at_layers(self);
  return self->kept && is_asked(self, 0) && is_there(self, self->options->replaces);
}

static void show(Dialog *self, gdouble scale) {
  GeglBuffer *picture = scaled_down(self->kept->picture, scale), *weights = scaled_down(self->kept->weights, scale);

  view_set_result(self->view, picture, weights, scale);
  self->kept->scale = scale;
  g_object_unref(picture);
  g_object_unref(weights);
}

/* Larger than its own pixels, or back from another window, it is in the view already. */
gboolean dialog_show_kept(Dialog *self, DialogAsk wishes) {
  gdouble scale;

  if (!is_asked(self, wishes)) {
    begin_anew(self);
    return FALSE;
  }
  scale = scale_of(self);
  if (scale != self->kept->scale)
    show(self, scale);
  hint_set(self->status, HINT_INFO, _("Shown as it was made, from the layer itself. What you change is drawn anew."));
  return TRUE;
}
