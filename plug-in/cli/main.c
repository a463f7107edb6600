/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command `stylemap`: picks the sub-command and turns its error into one sentence and an exit code. */
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "host/say.h"

static const Command *const commands[] = {
  &command_info,       &command_convert,     &command_encode, &command_synth, &command_reconstruct,
  &command_transplant, &command_interpolate, &command_sample, &command_mix,    &command_train,
  &command_place,      &command_learn_place, &command_apply,
  &command_direction,  &command_evaluate,    &command_batch,
};

static void print_help(void) {
  g_print(_("Usage: stylemap COMMAND ... [--threads N] [--quiet]\n\n"
            "Edits parts of pictures with a StyleMapGAN: a reference's content comes into the target's mask.\n\n"
            "Commands:\n"));
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
    g_print("  %-12s %s\n", commands[i]->name, _(commands[i]->summary));
  g_print(_("\n"
            "MODEL is a file (it has a / or ends in .safetensors, .pt, .pth or .ckpt) or the name of an installed\n"
            "model; \"\" is the default one. Pictures are PNG, JPEG, TIFF, WebP, JPEG XL, AVIF, HEIF, OpenEXR or GIF\n"
            "files, or .safetensors files with a tensor \"image\"; outputs are the same without OpenEXR and GIF.\n\n"
            "Examples:\n"));
  g_print("  stylemap transplant \"\" me.png friend.png --mask eyes.png --feather 8 -o us.png\n"
          "  stylemap reconstruct toon-portraits-128 me.png -o again.png\n"
          "  stylemap info published.pt\n\n");
  g_print(_("\"stylemap COMMAND --help\" tells the options of a command.\n"));
}

int main(int argc, char **argv) {
  cli_start();

  const gchar *name = argc > 1 ? argv[1] : NULL;
  GError *error = NULL;
  if (!name) {
    cli_usage(&error, _("Which command? \"stylemap --help\" lists them."));
    return cli_finish(NULL, FALSE, error);
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
    print_help();
    return cli_finish(NULL, TRUE, NULL);
  }
  if (strcmp(name, "--version") == 0) {
    g_print("stylemap %s\n", stylemap_version());
    return cli_finish(NULL, TRUE, NULL);
  }
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
    if (strcmp(name, commands[i]->name) == 0) {
      gboolean done = commands[i]->run(commands[i], argv + 1, &error);
      return cli_finish(commands[i], done, error);
    }
  if (name[0] == '-') {
    cli_usage(&error, _("The command comes first, its options (%s) after it; \"stylemap --help\" lists the commands."),
              name);
    return cli_finish(NULL, FALSE, error);
  }
  cli_usage(&error, _("There is no command \"%s\"; \"stylemap --help\" lists them."), name);
  return cli_finish(NULL, FALSE, error);
}
