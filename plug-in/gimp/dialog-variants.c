/* SPDX-License-Identifier: GPL-3.0-or-later
 * The same edit made in other ways, small, below the reference: a click takes one. They are drawn while the list is open,
 * after the preview, as long as nothing else is asked for. */
#include "gimp/dialog-parts.h"
#include <glib/gi18n-lib.h>

#define THUMBNAIL 80
#define LABEL 98 /* as wide as a button in half a reference's view lets it be */
#define MOST_SIDE 256.0 /* of the square in a variant's pixels */

static const struct {
  PreviewVariant how;
  const gchar *label;
} variants[PREVIEW_VARIANTS] = {
    {{EDIT_HEAL, STYLEMAP_START_COPY}, N_("As it is")},
    {{EDIT_HEAL, STYLEMAP_START_CLONE}, N_("In the target's light")},
    {{EDIT_HEAL, STYLEMAP_START_TONE}, N_("Recoloured part by part")},
    {{EDIT_STYLES, STYLEMAP_START_FIT}, N_("Drawn anew")},
};

gboolean dialog_variants_are_open(const Dialog *self) {
  return self->variants && gtk_expander_get_expanded(GTK_EXPANDER(self->variants));
}

void dialog_ask_variants(const Dialog *self, PreviewAsk *ask, PreviewVariant *into) {
  if (!dialog_variants_are_open(self))
    return;
  for (gint i = 0; i < PREVIEW_VARIANTS; i++)
    into[i] = variants[i].how;
  ask->variants = into;
  ask->n_variants = PREVIEW_VARIANTS;
  ask->variant_scale = MIN(ask->scale, MOST_SIDE / dialog_target_square(self)->side);
}

void dialog_clear_variants(Dialog *self) {
  for (gint i = 0; self->variants && i < PREVIEW_VARIANTS; i++)
    gtk_image_clear(GTK_IMAGE(self->variant_pictures[i]));
}

void dialog_show_variant(Dialog *self, const PreviewNews *news) {
  const GeglRectangle *area = gegl_buffer_get_extent(news->picture);
  gdouble scale = THUMBNAIL / (gdouble)MAX(area->width, area->height);
  GdkPixbuf *picture, *small;

  if (!self->variants)
    return;
  picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, area->width, area->height);
  gegl_buffer_get(news->picture, area, 1.0, babl_format("R'G'B'A u8"), gdk_pixbuf_get_pixels(picture),
                  gdk_pixbuf_get_rowstride(picture), GEGL_ABYSS_NONE);
  small = gdk_pixbuf_scale_simple(picture, MAX((gint)(area->width * scale), 1), MAX((gint)(area->height * scale), 1),
                                  GDK_INTERP_BILINEAR);
  gtk_image_set_from_pixbuf(GTK_IMAGE(self->variant_pictures[news->variant]), small);
  g_object_unref(small);
  g_object_unref(picture);
}

/* Into the controls, which the options and the preview follow. */
static void take(GtkWidget *button, Dialog *self) {
  gint n = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "variant"));

  if (variants[n].how.method == EDIT_HEAL) {
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->match_colours), FALSE); /* which is a start of its own */
    gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(self->collage), (gint)variants[n].how.start);
  }
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(self->method), (gint)variants[n].how.method);
}

static GtkWidget *new_variant(Dialog *self, gint n) {
  GtkWidget *button = gtk_button_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2), *label = gtk_label_new(NULL);
  gchar *markup = g_markup_printf_escaped("<small>%s</small>", _(variants[n].label));

  self->variant_pictures[n] = gtk_image_new();
  gtk_widget_set_size_request(self->variant_pictures[n], THUMBNAIL, THUMBNAIL);
  gtk_label_set_markup(GTK_LABEL(label), markup);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE); /* a translation may be twice as long as there is room */
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars(GTK_LABEL(label), 1); /* of GTK 3: no wider than asked for below */
  gtk_widget_set_size_request(label, LABEL, -1);
  gtk_box_pack_start(GTK_BOX(box), self->variant_pictures[n], FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(button), box);
  gimp_help_set_help_data(button, _(variants[n].label), NULL);
  g_object_set_data(G_OBJECT(button), "variant", GINT_TO_POINTER(n));
  g_signal_connect(button, "clicked", G_CALLBACK(take), self);
  g_free(markup);
  return button;
}

static void opened(GtkWidget *expander, GParamSpec *property, Dialog *self) {
  if (dialog_variants_are_open(self))
    dialog_ask(self, 0);
}

void dialog_add_variants(Dialog *self, GtkWidget *box) {
  GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);

  if (!procedures_takes(self->procedure, ARGUMENT_METHOD) || !procedures_takes(self->procedure, ARGUMENT_MATCH_COLOURS))
    return;
  for (gint row = 0; row < 2; row++) {
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);

    gtk_box_set_homogeneous(GTK_BOX(line), TRUE);
    for (gint i = 0; i < 2; i++)
      gtk_box_pack_start(GTK_BOX(line), new_variant(self, 2 * row + i), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(all), line, FALSE, FALSE, 0);
  }
  self->variants = dialog_expander(_("Variants"), all, FALSE);
  gimp_help_set_help_data(self->variants, _("The same edit made in four ways, drawn after the preview. A click takes one."), NULL);
  gtk_box_pack_start(GTK_BOX(box), self->variants, FALSE, FALSE, 0);
  g_signal_connect(self->variants, "notify::expanded", G_CALLBACK(opened), self);
}
