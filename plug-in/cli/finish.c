/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "cli/cli.h"
#include "host/say.h"

int cli_finish(const Command *command, gboolean done, GError *error) {
  progress_end();
  if (done) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return CLI_DONE;
    g_printerr("stylemap: %s\n", _("Standard output cannot be written."));
    return CLI_FAILED;
  }
  int code = error->domain == CLI_USAGE_ERROR || error->domain == G_OPTION_ERROR ? CLI_USAGE
             : error->domain == CLI_PARTLY_ERROR                                  ? CLI_PARTLY
             : g_error_matches(error, HOST_ERROR, HOST_ERROR_CANCELLED)            ? CLI_INTERRUPTED
                                                                                 : CLI_FAILED;
  const gchar *dot = g_str_has_suffix(error->message, ".") ? "" : "."; /* GOption's own have none */
  if (code == CLI_USAGE && command)
    g_printerr(_("stylemap: %s%s (\"stylemap %s --help\" tells more.)\n"), error->message, dot, command->name);
  else g_printerr("stylemap: %s%s\n", error->message, dot);
  g_error_free(error);
  return code;
}
