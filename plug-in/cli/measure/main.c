/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap-measure: what `stylemap evaluate` and `stylemap direction` start. */
#include <glib/gi18n-lib.h>

#include "cli/measure/measure.h"

static void print_help(const Command *const *commands, gsize count) {
  g_print(_("Usage: stylemap %s ... [--threads N] [--quiet]\n\nCommands:\n"), "direction COMMAND");
  for (gsize i = 0; i < count; i++) g_print("  %-16s %s\n", commands[i]->name, _(commands[i]->summary));
  g_print(_("\n\"stylemap COMMAND --help\" tells the options of a command.\n"));
}

/* `stylemap direction` has commands of its own. */
static gboolean run_direction(const Command *command, gchar **arguments, GError **error) {
  static const Command *const commands[] = { &command_direction_learn, &command_direction_find };
  for (gsize i = 0; arguments[1] && i < G_N_ELEMENTS(commands); i++)
    if (g_str_equal(arguments[1], commands[i]->name + sizeof "direction")) return commands[i]->run(commands[i], arguments + 1, error);
  if (g_strcmp0(arguments[1], "--help") == 0 || g_strcmp0(arguments[1], "-h") == 0) {
    print_help(commands, G_N_ELEMENTS(commands));
    return TRUE;
  }
  if (arguments[1]) cli_usage(error, _("There is no command \"direction %s\"; there are learn and find."), arguments[1]);
  else cli_usage(error, _("Which command? \"stylemap direction --help\" lists them."));
  return FALSE;
}

static const Command direction = { "direction", "", DIRECTION_SUMMARY, "", run_direction };
static const Command *const commands[] = { &direction, &command_evaluate };

int main(int argc, char **argv) {
  cli_start();
  GError *error = NULL;
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++)
    if (g_str_equal(argv[1], commands[i]->name)) {
      const gboolean done = commands[i]->run(commands[i], argv + 1, &error);
      return cli_finish(commands[i], done, error);
    }
  cli_usage(&error, _("%s is started by \"stylemap evaluate\" and \"stylemap direction\"."), MEASURE_PROGRAM);
  return cli_finish(NULL, FALSE, error);
}
