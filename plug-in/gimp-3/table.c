/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/table.h"

#define SCALE_WIDTH 180
#define SPIN_DIGITS 6
#define LABEL_DROP 6 /* stands level with the text of a control's first line */

GtkWidget *table_new(GtkSizeGroup *labels) {
  GtkWidget *table = gtk_grid_new();

  gtk_grid_set_column_spacing(GTK_GRID(table), 6);
  gtk_grid_set_row_spacing(GTK_GRID(table), 6);
  g_object_set_data(G_OBJECT(table), "labels", labels);
  return table;
}

GtkWidget *table_attach(GtkWidget *table, const gchar *text, GtkWidget *control, gboolean tall) {
  gint row = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(table), "rows"));
  GtkWidget *label = gimp_grid_attach_aligned(GTK_GRID(table), 0, row, text, 0.0, 0.5, control, 1);

  g_object_set_data(G_OBJECT(table), "rows", GINT_TO_POINTER(row + 1));
  gtk_widget_set_hexpand(control, TRUE);
  gtk_size_group_add_widget(g_object_get_data(G_OBJECT(table), "labels"), label);
  if (tall) {
    gtk_widget_set_valign(label, GTK_ALIGN_START);
    gtk_widget_set_margin_top(label, LABEL_DROP);
  }
  return label;
}

/* What the user does with the slider; a number beyond its end leaves it there. */
static gboolean slide(GtkRange *slider, GtkScrollType scroll, gdouble value, gpointer data) {
  GtkAdjustment *place = gtk_range_get_adjustment(slider);

  gtk_adjustment_set_value(data, CLAMP(value, gtk_adjustment_get_lower(place), gtk_adjustment_get_upper(place)));
  return FALSE;
}

GtkAdjustment *table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit, gdouble *value,
                        const gchar *tooltip, GPtrArray *widgets) {
  GtkAdjustment *number = gtk_adjustment_new(*value, scale->lower, scale->upper, scale->step, 10 * scale->step, 0);
  GtkAdjustment *place = gtk_adjustment_new(*value, scale->lower, scale->slider_upper, scale->step, 10 * scale->step, 0);
  GtkWidget *slider = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, place);
  GtkWidget *spin = gtk_spin_button_new(number, scale->step, scale->digits);
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label;

  g_object_bind_property(number, "value", place, "value", G_BINDING_DEFAULT);
  g_signal_connect(slider, "change-value", G_CALLBACK(slide), number);
  gtk_scale_set_digits(GTK_SCALE(slider), scale->digits);
  gtk_scale_set_draw_value(GTK_SCALE(slider), FALSE);
  gtk_widget_set_size_request(slider, SCALE_WIDTH, -1);
  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_width_chars(GTK_ENTRY(spin), SPIN_DIGITS);
  gtk_entry_set_activates_default(GTK_ENTRY(spin), TRUE);
  if (scale->lowest)
    table_name_lowest(GTK_SPIN_BUTTON(spin), scale->lowest);
  gtk_box_pack_start(GTK_BOX(box), slider, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(box), spin, FALSE, FALSE, 0);
  if (unit)
    gtk_box_pack_start(GTK_BOX(box), gtk_label_new(unit), FALSE, FALSE, 0);
  gimp_help_set_help_data(slider, tooltip, NULL);
  gimp_help_set_help_data(spin, tooltip, NULL);
  g_signal_connect(number, "value-changed", G_CALLBACK(gimp_double_adjustment_update), value);
  label = table_attach(table, text, box, FALSE);
  gtk_label_set_mnemonic_widget(GTK_LABEL(label), spin);
  if (widgets) {
    g_ptr_array_add(widgets, label);
    g_ptr_array_add(widgets, box);
  }
  return number;
}
