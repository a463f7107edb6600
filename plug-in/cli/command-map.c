/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap encode, stylemap synth, stylemap mix: style maps. */
#include <glib/gi18n-lib.h>

#include "cli.h"
#include "job.h"

static gboolean need_output(const gchar *output, GError **error) {
  if (output) return TRUE;
  cli_usage(error, _("Where to? Name the output with -o."));
  return FALSE;
}

/* G of one pyramid, written. */
static gboolean synth(const Net *net, const stylemap_pyramid *pyramid, gint depth, const gchar *output,
                      GError **error) {
  g_autofree gfloat *image = g_new(gfloat, net->image_count);
  stylemap_error core;
  if (stylemap_synth(net->session, pyramid, image, &core) == STYLEMAP_OK)
    return square_write(net, image, depth, output, error);
  job_set_error(error, &core);
  return FALSE;
}

/* ------------------------------------------------------------------------------------------ encode */

static gboolean run_encode(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The style map's file"), "W.safetensors" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !need_output(output, error)) return FALSE;
  if (!is_tensor_path(output)) {
    cli_usage(error, _("A style map is no picture: the output must end in .safetensors."));
    return FALSE;
  }
  Net net = { 0 };
  progress_part(0, 0.3);
  gboolean done = output_check(output, error) && net_open(&net, given[0], error);
  if (done) {
    progress_part(0.3, 1);
    g_autofree gfloat *map = square_encode(&net, given[1], NULL, error);
    gint side = net.info->latent_spatial_size;
    done = map && tensor_write(output, "w", (gint[]){ 1, net.info->latent_channel_size, side, side }, map, error);
  }
  net_close(&net);
  return done;
}

const Command command_encode = {
  "encode", N_("MODEL PICTURE -o W.safetensors"), N_("Turn a picture into its style map."),
  "  stylemap encode toon-portraits-128 me.png -o me.safetensors\n",
  run_encode,
};

/* ------------------------------------------------------------------------------------------- synth */

static gboolean run_synth(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The picture, S x S"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !need_output(output, error)) return FALSE;
  Net net = { 0 };
  stylemap_pyramid *pyramid = NULL;
  progress_part(0, 0.3);
  gboolean done = output_check(output, error) && net_open(&net, given[0], error);
  if (done) {
    stylemap_error core;
    gint side = net.info->latent_spatial_size;
    g_autofree gfloat *map = g_new(gfloat, net.stylemap_count);
    progress_part(0.3, 1);
    done = tensor_read(given[1], "w", (gint[]){ 1, net.info->latent_channel_size, side, side }, map, error);
    if (done && (stylemap_pyramid_new(net.model, &pyramid, &core) != STYLEMAP_OK ||
                 stylemap_resize(net.session, map, pyramid, &core) != STYLEMAP_OK)) {
      job_set_error(error, &core);
      done = FALSE;
    }
    done = done && synth(&net, pyramid, 8, output, error);
  }
  stylemap_pyramid_free(pyramid);
  net_close(&net);
  return done;
}

const Command command_synth = {
  "synth", N_("MODEL W.safetensors -o PICTURE"), N_("Turn a style map into a picture."),
  "  stylemap synth toon-portraits-128 me.safetensors -o again.png\n",
  run_synth,
};

/* --------------------------------------------------------------------------------------------- mix */

static gboolean run_mix(const Command *command, gchar **arguments, GError **error) {
  enum { COARSE = 2 }; /* levels of A: the stylemap's own size */
  g_autofree gchar *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The picture, S x S"), N_("PICTURE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 3, error);
  if (!given || !need_output(output, error)) return FALSE;
  Net net = { 0 };
  stylemap_pyramid *pyramids[2] = { NULL, NULL };
  gint depth = 8;
  progress_part(0, 0.2);
  gboolean done = output_check(output, error) && net_open(&net, given[0], error);
  for (guint i = 0; i < 2 && done; i++) {
    stylemap_error core;
    progress_part(0.2 + 0.2 * i, 0.4 + 0.2 * i);
    g_autofree gfloat *map = square_encode(&net, given[1 + i], i ? NULL : &depth, error);
    done = map != NULL;
    if (done && (stylemap_pyramid_new(net.model, &pyramids[i], &core) != STYLEMAP_OK ||
                 stylemap_resize(net.session, map, pyramids[i], &core) != STYLEMAP_OK ||
                 (i == 1 && stylemap_mix(pyramids[1], pyramids[0], 0, COARSE, &core) != STYLEMAP_OK))) {
      job_set_error(error, &core);
      done = FALSE;
    }
  }
  progress_part(0.6, 1);
  done = done && synth(&net, pyramids[1], depth, output, error);
  stylemap_pyramid_free(pyramids[0]);
  stylemap_pyramid_free(pyramids[1]);
  net_close(&net);
  return done;
}

const Command command_mix = {
  "mix", N_("MODEL A B -o PICTURE"), N_("Take the coarse styles of A (levels 0 and 1) and the fine ones of B."),
  "  stylemap mix toon-portraits-128 shape.png colours.png -o mixed.png\n",
  run_mix,
};
