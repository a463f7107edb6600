/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/table.h"
#include <math.h>

typedef struct {
  gchar *name;
  gdouble stands_for;
  GtkSpinButton *spin;
} Lowest;

static void lowest_free(gpointer data) {
  Lowest *lowest = data;

  g_free(lowest->name);
  g_free(lowest);
}

static gboolean is_lowest(GtkAdjustment *number) {
  return gtk_adjustment_get_value(number) <= gtk_adjustment_get_lower(number);
}

static gboolean show(GtkSpinButton *spin, Lowest *lowest) {
  gchar *text;

  if (!is_lowest(gtk_spin_button_get_adjustment(spin)))
    return FALSE;
  if (lowest->stands_for < 0)
    text = g_strdup(lowest->name);
  else if (lowest->stands_for < 1)
    text = g_strdup_printf("%s <1", lowest->name);
  else
    text = g_strdup_printf("%s %.0f", lowest->name, lowest->stands_for); /* no more has room */
  if (!g_str_equal(text, gtk_entry_get_text(GTK_ENTRY(spin))))
    gtk_entry_set_text(GTK_ENTRY(spin), text);
  g_free(text);
  return TRUE;
}

/* GTK takes a word for 0. */
static gint read_word(GtkSpinButton *spin, gdouble *value, gpointer data) {
  const gchar *text = gtk_entry_get_text(GTK_ENTRY(spin));
  gchar *end;

  g_strtod(text, &end);
  if (end != text)
    return FALSE;
  *value = gtk_adjustment_get_lower(gtk_spin_button_get_adjustment(spin));
  g_signal_stop_emission_by_name(spin, "input"); /* GIMP 2.10's own spin buttons have the last word */
  return TRUE;
}

static void snap(GtkAdjustment *number, gpointer data) {
  gdouble lower = gtk_adjustment_get_lower(number), value = gtk_adjustment_get_value(number);

  if (value <= lower || value >= lower + 1)
    return;
  g_signal_stop_emission_by_name(number, "value-changed"); /* another follows */
  gtk_adjustment_set_value(number, lower);
}

void table_name_lowest(GtkSpinButton *spin, const gchar *name) {
  GtkAdjustment *number = gtk_spin_button_get_adjustment(spin);
  Lowest *lowest = g_new0(Lowest, 1);

  *lowest = (Lowest){g_strdup(name), -1, spin};
  g_object_set_data_full(G_OBJECT(number), "lowest", lowest, lowest_free);
  gtk_spin_button_set_numeric(spin, FALSE);
  g_signal_connect(spin, "output", G_CALLBACK(show), lowest);
  g_signal_connect(spin, "input", G_CALLBACK(read_word), NULL);
  g_signal_connect(number, "value-changed", G_CALLBACK(snap), NULL);
  show(spin, lowest);
}

void table_tell_lowest(GtkAdjustment *number, gdouble stands_for) {
  Lowest *lowest = g_object_get_data(G_OBJECT(number), "lowest");

  lowest->stands_for = stands_for;
  if (!gtk_widget_has_focus(GTK_WIDGET(lowest->spin)))
    show(lowest->spin, lowest);
}
