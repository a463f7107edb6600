/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap evaluate, stylemap direction: the work of stylemap-measure, a program of its own, so that no other command needs
 * OpenBLAS (host/start.h: GEGL may map it all the same). */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "host/say.h"
#include "host/start.h"

/* Beside this program, or where programs are. */
static gchar *find_program(void) {
  g_autofree gchar *own = g_file_read_link("/proc/self/exe", NULL);
  if (own) {
    g_autofree gchar *folder = g_path_get_dirname(own);
    g_autofree gchar *beside = g_build_filename(folder, MEASURE_PROGRAM, NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE)) return g_steal_pointer(&beside);
  }
  return g_find_program_in_path(MEASURE_PROGRAM);
}

static gboolean run_measure(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *program = find_program();
  if (!program) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The program %s, which does this, is not installed: it is in the package of that name."), MEASURE_PROGRAM);
    return FALSE;
  }
  start_one_blas_thread();
  g_auto(GStrv) all = g_new0(gchar *, g_strv_length(arguments) + 2);
  all[0] = g_strdup(program);
  for (guint i = 0; arguments[i]; i++) all[i + 1] = g_strdup(arguments[i]);
  execv(program, all);
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("%s cannot be started: %s."), program, g_strerror(errno));
  return FALSE;
}

const Command command_direction = { "direction", "", DIRECTION_SUMMARY, "", run_measure };
const Command command_evaluate = { "evaluate", "", EVALUATE_SUMMARY, "", run_measure };
