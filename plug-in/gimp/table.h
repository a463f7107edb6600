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
} TableScale;

/* A slider with a number that changes `value`; `unit` may be NULL. Its widgets go into `widgets`, which may be NULL.
 * Returns the number, whose "value-changed" comes after `value` is set. */
GtkAdjustment *table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit, gdouble *value,
                        const gchar *tooltip, GPtrArray *widgets);
