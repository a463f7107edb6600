/* SPDX-License-Identifier: GPL-3.0-or-later
 * Procedures that need no image: each has a file, with its dialog. Main thread. */
#pragma once
#include "gimp/options.h"
#include <libgimp/gimpui.h>

struct Alone {
  const Procedure *procedure;
  GimpRunMode mode;
  FlowOptions *options; /* its arguments, or the last values for the dialog to begin with */
  /* What it returns: one of them, by Procedure.returns. */
  ImageRef image;
  gchar *text; /* g_free */
};

/* Each fills `call`; HOST_ERROR_CANCELLED where the user cancels its dialog. */
gboolean random_run(Alone *call, GError **error);
gboolean import_run(Alone *call, GError **error);
gboolean learn_run(Alone *call, GError **error);
gboolean about_run(Alone *call, GError **error);

/* Checks its numbers, runs it, and shows its image where somebody looks. */
gboolean alone_run(Alone *call, GError **error);

/* A dialog of the procedure with two buttons, `response` is the usual one's, around `box`. */
GtkWidget *alone_dialog(const Alone *call, GtkWidget *box, const gchar *other, gint other_response, const gchar *button,
                        gint response);
/* Somebody who is there to be asked says yes in `dialog`; HOST_ERROR_CANCELLED where not. */
gboolean alone_ask(Alone *call, gboolean (*dialog)(Alone *call), GError **error);

/* Runs `work` on another thread with GIMP's progress bar, for a call without a dialog or after it. */
gboolean alone_work(const Alone *call, gboolean (*work)(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error),
                    gpointer data, GError **error);
