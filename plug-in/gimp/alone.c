/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/alone.h"
#include "gimp/check.h"
#include "gimp/progress.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>

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
