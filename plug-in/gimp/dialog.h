/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "gimp/flow.h"

/* Lets the user choose `options`, beginning with what is in them. An earlier result may give its
 * place as `target` to the layer that it was made of. FALSE if the user cancels. */
gboolean dialog_run(const Procedure *procedure, ImageRef image, DrawableRef *target, FlowOptions *options);

/* A GimpHelpFunc: a procedure's page of the installed documentation, in the user's browser. */
void dialog_help(const gchar *help_id, gpointer data);
