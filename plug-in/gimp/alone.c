/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/alone.h"
#include "gimp/check.h"
#include "gimp/dialog.h"
#include "gimp/progress.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>

GtkWidget *alone_dialog(const Alone *call, GtkWidget *box, const gchar *other, gint other_response, const gchar *button,
                        gint response) {
  GtkWidget *dialog = gimp_dialog_new(_(call->procedure->title), "gimp-stylemap", NULL, 0, dialog_help,
                                      call->procedure->name, other, other_response, button, response, NULL);

  gtk_dialog_set_default_response(GTK_DIALOG(dialog), response);
  gtk_container_set_border_width(GTK_CONTAINER(box), 12);
  gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), box, TRUE, TRUE, 0);
  return dialog;
}

gboolean alone_ask(Alone *call, gboolean (*dialog)(Alone *call), GError **error) {
  if (call->mode != GIMP_RUN_INTERACTIVE || dialog(call))
    return TRUE;
  g_set_error_literal(error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

gboolean alone_work(const Alone *call, gboolean (*work)(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error),
                    gpointer data, GError **error) {
  Progress progress;
  gboolean ok;

  progress_start(&progress, _(call->procedure->title), 1);
  ok = worker_run(work, data, progress_show, &progress, error);
  gimp_progress_end();
  return ok;
}

gboolean alone_run(Alone *call, GError **error) {
  call->image = NO_ITEM;
  if (call->mode > GIMP_RUN_WITH_LAST_VALS) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is %g; it must lie in %g to %g."), "run-mode",
                (gdouble)call->mode, 0.0, 2.0);
    return FALSE;
  }
  if (!check_numbers(call->procedure, call->options, error) || !call->procedure->alone(call, error))
    return FALSE;
  if (call->image != NO_ITEM && call->mode != GIMP_RUN_NONINTERACTIVE)
    gimp_display_new(call->image);
  return TRUE;
}
