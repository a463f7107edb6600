/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of a label and a control, as each GIMP lays them out: table.c is in the fronts' folders. */
#pragma once
#include "gimp/compat.h"
#include <libgimp/gimpui.h>

/* `labels` makes the labels of several tables equally wide. */
GtkWidget *table_new(GtkSizeGroup *labels);

/* A new row; returns its label. Of a `tall` control the label stands beside the first line. */
GtkWidget *table_attach(GtkWidget *table, const gchar *text, GtkWidget *control, gboolean tall);

typedef struct {
  gdouble lower, upper; /* of the number */
  gdouble slider_upper;
  gdouble step;
  gint digits;
  const gchar *lowest; /* what `lower` is called, with nothing between it and the next whole number; or NULL */
} TableScale;

/* A slider with a number that changes `value`; `unit` may be NULL. Its widgets go into `widgets`, which may be NULL.
 * Returns the number, whose "value-changed" comes after `value` is set. */
GtkAdjustment *table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit, gdouble *value,
                        const gchar *tooltip, GPtrArray *widgets);

/* A number's lowest value has a name: the spin button shows it, takes it and what is no number for it, and a value between it and
 * the next whole number becomes it. For table.c, before anything else hears of the value. */
void table_name_lowest(GtkSpinButton *spin, const gchar *name);
/* What the name stands for now, which is shown behind it, in the spin button's unit; below 0: that is not known. */
void table_tell_lowest(GtkAdjustment *number, gdouble stands_for);
