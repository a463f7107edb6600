/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/hint.h"

/* From now on the line is at least as high as this text: nothing below it moves when another one comes. */
static void keep_room(GtkWidget *hint, const gchar *markup) {
  GtkWidget *label = g_object_get_data(G_OBJECT(hint), "label");
  gint width = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(hint), "width"));
  gint most = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(hint), "height")), height;
  PangoLayout *layout = gtk_widget_create_pango_layout(label, NULL);

  pango_layout_set_width(layout, width * PANGO_SCALE);
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_markup(layout, markup, -1);
  pango_layout_get_pixel_size(layout, NULL, &height);
  g_object_unref(layout);
  most = MAX(most, height);
  g_object_set_data(G_OBJECT(hint), "height", GINT_TO_POINTER(most));
  gtk_widget_set_size_request(label, width, most);
}

GtkWidget *hint_new(gint width, gint lines) {
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new();
  GtkWidget *label = gtk_label_new(NULL);
  GString *text = g_string_new("<small>X");
  gint side; /* of the icon, which is higher than one small line */

  compat_image_top(icon);
  gtk_box_pack_start(GTK_BOX(box), icon, FALSE, FALSE, 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  compat_label_top_left(label);
  gtk_widget_set_size_request(label, width, -1);
  gtk_box_pack_start(GTK_BOX(box), label, TRUE, TRUE, 0);
  gtk_widget_show(label);
  gtk_widget_set_no_show_all(box, TRUE);
  g_object_set_data(G_OBJECT(box), "icon", icon);
  g_object_set_data(G_OBJECT(box), "label", label);
  g_object_set_data(G_OBJECT(box), "width", GINT_TO_POINTER(width));
  for (gint i = 1; i < lines; i++)
    g_string_append(text, "\nX");
  g_string_append(text, "</small>");
  if (lines > 0) {
    gtk_icon_size_lookup(GTK_ICON_SIZE_MENU, NULL, &side);
    g_object_set_data(G_OBJECT(box), "height", GINT_TO_POINTER(side));
    keep_room(box, text->str);
  }
  gtk_widget_set_visible(box, lines > 0);
  g_string_free(text, TRUE);
  return box;
}

static const gchar *icon_of(HintKind kind) {
  switch (kind) {
  case HINT_INFO:
    return "dialog-information";
  case HINT_WARNING:
    return "dialog-warning";
  case HINT_ERROR:
    return "dialog-error";
  default:
    return NULL;
  }
}

void hint_set_markup(GtkWidget *hint, HintKind kind, const gchar *markup) {
  GtkWidget *icon = g_object_get_data(G_OBJECT(hint), "icon");
  GtkWidget *label = g_object_get_data(G_OBJECT(hint), "label");

  if (icon_of(kind))
    gtk_image_set_from_icon_name(GTK_IMAGE(icon), icon_of(kind), GTK_ICON_SIZE_MENU);
  gtk_widget_set_visible(icon, markup && icon_of(kind));
  gtk_label_set_markup(GTK_LABEL(label), markup ? markup : "");
  if (markup) {
    keep_room(hint, markup);
    gtk_widget_show(hint);
  }
}

void hint_set(GtkWidget *hint, HintKind kind, const gchar *text) {
  gchar *markup = text ? g_markup_printf_escaped("<small>%s</small>", text) : NULL;

  hint_set_markup(hint, kind, markup);
  g_free(markup);
}
