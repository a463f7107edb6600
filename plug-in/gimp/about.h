/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a dialog says of a model. Opens the model's file, no weights. */
#pragma once
#include "host/reason.h"

typedef struct {
  gchar *dataset; /* what it was trained on: plain text from the file, at most a few lines; or NULL */
  gchar **directions; /* names, closed by NULL */
  gchar *licence; /* of the weights: plain text; or NULL */
  gchar *markup;  /* the same with size, licence and attribution, for a GtkLabel */
} AboutModel;

/* FALSE and a sentence where there is no such model or it cannot be used. */
gboolean about_model(const gchar *model, AboutModel *about, GError **error);
void about_model_clear(AboutModel *about);

/* A sentence on how well the model knows what is in the square, and if not why, and what to do (to be freed), and whether it is a
 * warning. NULL where the model's file does not say what is usual. */
gchar *about_probe(const AboutModel *about, Reason reason, gdouble usual, gboolean *warning);
