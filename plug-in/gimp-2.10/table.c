/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/table.h"

#define SCALE_WIDTH 180
#define SPIN_DIGITS 6
#define COLUMNS 4    /* label, slider, number, unit */
#define LABEL_DROP 6 /* stands level with the text of a control's first line */

GtkWidget *table_new(GtkSizeGroup *labels) {
  GtkWidget *table = gtk_table_new(1, COLUMNS, FALSE);

  gtk_table_set_col_spacings(GTK_TABLE(table), 6);
  gtk_table_set_row_spacings(GTK_TABLE(table), 6);
  g_object_set_data(G_OBJECT(table), "labels", labels);
  return table;
}

static gint next_row(GtkWidget *table) {
  gint row = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(table), "rows"));

  g_object_set_data(G_OBJECT(table), "rows", GINT_TO_POINTER(row + 1));
  return row;
}

GtkWidget *table_attach(GtkWidget *table, const gchar *text, GtkWidget *control, gboolean tall) {
  GtkWidget *label =
      gimp_table_attach_aligned(GTK_TABLE(table), 0, next_row(table), text, 0.0, 0.5, control, COLUMNS - 1, FALSE);

  gtk_size_group_add_widget(g_object_get_data(G_OBJECT(table), "labels"), label);
  if (tall) {
    gtk_misc_set_alignment(GTK_MISC(label), 0.0, 0.0);
    gtk_misc_set_padding(GTK_MISC(label), 0, LABEL_DROP);
  }
  return label;
}

GtkAdjustment *table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit, gdouble *value,
                        const gchar *tooltip, GPtrArray *widgets) {
  gint row = next_row(table);
  GtkObject *adjustment;
  GtkWidget *of;

  adjustment = gimp_scale_entry_new(GTK_TABLE(table), 0, row, text, SCALE_WIDTH, SPIN_DIGITS, *value, scale->lower,
                                    scale->slider_upper, scale->step, 10 * scale->step, scale->digits,
                                    scale->slider_upper >= scale->upper, scale->lower, scale->upper, tooltip, NULL);
  if (scale->lowest)
    table_name_lowest(GTK_SPIN_BUTTON(GIMP_SCALE_ENTRY_SPINBUTTON(adjustment)), scale->lowest);
  g_signal_connect(adjustment, "value-changed", G_CALLBACK(gimp_double_adjustment_update), value);
  if (widgets) {
    g_ptr_array_add(widgets, GIMP_SCALE_ENTRY_LABEL(adjustment));
    g_ptr_array_add(widgets, GIMP_SCALE_ENTRY_SCALE(adjustment));
    g_ptr_array_add(widgets, GIMP_SCALE_ENTRY_SPINBUTTON(adjustment));
  }
  if (!unit)
    return GTK_ADJUSTMENT(adjustment);
  of = gtk_label_new(unit);
  gtk_table_attach(GTK_TABLE(table), of, COLUMNS - 1, COLUMNS, row, row + 1, GTK_SHRINK, GTK_SHRINK, 0, 0);
  if (widgets)
    g_ptr_array_add(widgets, of);
  return GTK_ADJUSTMENT(adjustment);
}
