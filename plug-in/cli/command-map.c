/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap encode, stylemap synth, stylemap mix: style maps. Each opens a model and makes one file. */
#include <glib/gi18n-lib.h>

#include "cli/cli.h"
#include "host/mix.h"

/* What is left of a command once its model is open; `given` is its arguments, the model first, `pages` those of its
 * pictures. */
typedef gboolean MapWork(Engine *engine, gchar **given, const gint *pages, const gchar *output, GError **error);

/* `count` arguments, of which `pictures` behind the model are pictures. */
static gboolean run_map(const Command *command, gchar **arguments, guint count, guint pictures, gboolean to_tensor,
                        MapWork *work, GError **error) {
  g_autofree gchar *output = NULL;
  gint pages[2] = { 0 };
  GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      to_tensor ? N_("The style map's file") : N_("The picture, S x S"),
      to_tensor ? "W.safetensors" : N_("PICTURE") },
    CLI_PAGE_A_AND_B(pages),
    G_OPTION_ENTRY_NULL
  };
  if (pictures == 1) entries[1] = (GOptionEntry)CLI_PAGE(pages[0]);
  entries[1 + pictures] = (GOptionEntry)G_OPTION_ENTRY_NULL;
  g_auto(GStrv) given = cli_parse(command, arguments, entries, count, error);
  if (!given || !cli_need_output(output, error) || !cli_check_page("--page", pages[0], given[1], error) ||
      (pictures == 2 && !cli_check_page("--b-page", pages[1], given[2], error)))
    return FALSE;
  if (to_tensor && !is_tensor_path(output)) {
    cli_usage(error, _("A style map is no picture: the output must end in .safetensors."));
    return FALSE;
  }
  g_autoptr(Engine) engine = NULL;
  return output_check(output, error) && cli_open(&engine, given[0], error) &&
         work(engine, given, pages, output, error);
}

/* ------------------------------------------------------------------------------------------ encode */

/* The style map of what `path` names; `depth` as in Input, where not NULL. */
static gfloat *encoded(Engine *engine, const gchar *path, gint page, gint *depth, GError **error) {
  g_autofree gfloat *map = engine_new_stylemap(engine);
  Input input;
  gboolean done = input_read(&input, engine, path, page, TRUE, error) && edit_encode(engine, &input.picture, map, error);
  if (depth) *depth = input.depth;
  input_clear(&input);
  return done ? g_steal_pointer(&map) : NULL;
}

static gboolean encode(Engine *engine, gchar **given, const gint *pages, const gchar *output, GError **error) {
  gint side = engine->info->latent_spatial_size;
  g_autofree gfloat *map = encoded(engine, given[1], pages[0], NULL, error);
  return map && tensor_write(output, "w", (gint[]){ 1, engine->info->latent_channel_size, side, side }, map, error);
}

static gboolean run_encode(const Command *command, gchar **arguments, GError **error) {
  return run_map(command, arguments, 2, 1, TRUE, encode, error);
}

const Command command_encode = {
  "encode", N_("MODEL PICTURE -o W.safetensors"), N_("Turn a picture into its style map."),
  "  stylemap encode toon-portraits-128 me.png -o me.safetensors\n",
  run_encode,
};

/* ------------------------------------------------------------------------------------------- synth */

static gboolean synth(Engine *engine, gchar **given, const gint *pages, const gchar *output, GError **error) {
  gint side = engine->info->latent_spatial_size;
  g_autofree gfloat *map = engine_new_stylemap(engine), *image = engine_new_image(engine);
  return tensor_read(given[1], "w", (gint[]){ 1, engine->info->latent_channel_size, side, side }, map, error) &&
         engine_synth(engine, map, image, error) && square_write(engine, image, 8, output, error);
}

static gboolean run_synth(const Command *command, gchar **arguments, GError **error) {
  return run_map(command, arguments, 2, 0, FALSE, synth, error);
}

const Command command_synth = {
  "synth", N_("MODEL W.safetensors -o PICTURE"), N_("Turn a style map into a picture."),
  "  stylemap synth toon-portraits-128 me.safetensors -o again.png\n",
  run_synth,
};

/* --------------------------------------------------------------------------------------------- mix */

static gboolean mix(Engine *engine, gchar **given, const gint *pages, const gchar *output, GError **error) {
  enum { COARSE = 2 }; /* levels of A: the stylemap's own size */
  gint depth = 8;
  gfloat *maps[2] = { NULL, NULL };
  gboolean done = TRUE;
  for (guint i = 0; i < 2 && done; i++)
    done = engine_part(engine, STYLEMAP_PHASE_ENCODE, 0.3 * i, 0.3 + 0.3 * i, error) &&
           (maps[i] = encoded(engine, given[1 + i], pages[i], i ? NULL : &depth, error));
  g_autofree gfloat *image = engine_new_image(engine);
  done = done && engine_part(engine, STYLEMAP_PHASE_SYNTH, 0.6, 1, error) &&
         mix_maps(engine, maps[0], maps[1], MIX_FROM(COARSE), image, error);
  g_free(maps[0]);
  g_free(maps[1]);
  return done && square_write(engine, image, depth, output, error);
}

static gboolean run_mix(const Command *command, gchar **arguments, GError **error) {
  return run_map(command, arguments, 3, 2, FALSE, mix, error);
}

const Command command_mix = {
  "mix", N_("MODEL A B -o PICTURE"), N_("Take the coarse styles of A (levels 0 and 1) and the fine ones of B."),
  "  stylemap mix toon-portraits-128 shape.png colours.png -o mixed.png\n",
  run_mix,
};
