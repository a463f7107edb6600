/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap info, stylemap convert: model files. `info` opens the file and nothing else: no GEGL, no threads. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "host/layer.h"
#include "host/learned.h"
#include "host/models.h"
#include "host/say.h"
#include "host/weights.h"
#include "host/words.h"

/* -------------------------------------------------------------------------------------------- info */

/* A JSON text, or null. The text is valid UTF-8. */
static void append_text(GString *out, const gchar *text) {
  if (!text) {
    g_string_append(out, "null");
    return;
  }
  g_string_append_c(out, '"');
  for (const guchar *p = (const guchar *)text; *p; p++) {
    if (*p == '"' || *p == '\\') g_string_append_printf(out, "\\%c", *p);
    else if (*p < 0x20 || *p == 0x7f) g_string_append_printf(out, "\\u%04x", *p);
    else g_string_append_c(out, (gchar)*p);
  }
  g_string_append_c(out, '"');
}

/* The shortest digits that read back as the same number. */
static void append_number(GString *out, gdouble value) {
  gchar text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
  for (gint digits = 1; digits <= 17; digits++) {
    g_snprintf(format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd(text, sizeof text, format, value);
    if (g_ascii_strtod(text, NULL) == value) break;
  }
  g_string_append(out, isfinite(value) ? text : "null");
}

typedef struct {
  GString *out;
  gboolean json;
} Printer;

/* The next key; its value follows in `out`, closed by end_value. */
static void begin_value(Printer *printer, const gchar *key) {
  if (!printer->json) g_string_append_printf(printer->out, "%-20s ", key);
  else g_string_append_printf(printer->out, "%s\"%s\": ", printer->out->len ? ", " : "{", key);
}

static void end_value(Printer *printer) {
  if (!printer->json) g_string_append_c(printer->out, '\n');
}

static void print_text(Printer *printer, const gchar *key, const gchar *text) {
  begin_value(printer, key);
  if (printer->json) append_text(printer->out, text);
  else g_string_append(printer->out, text ? text : _("unknown"));
  end_value(printer);
}

static void print_number(Printer *printer, const gchar *key, gdouble value) {
  begin_value(printer, key);
  append_number(printer->out, value);
  end_value(printer);
}

static void print_whole(Printer *printer, const gchar *key, guint64 value) {
  begin_value(printer, key);
  g_string_append_printf(printer->out, "%" G_GUINT64_FORMAT, value);
  end_value(printer);
}

/* The names of the last `count`; for people what their file says of each, too. Without any there is no such line. */
static void print_directions(Printer *printer, const gchar *key, const stylemap_model *model, gint count) {
  const gint all = stylemap_direction_count(model), first = all - count;
  g_autoptr(GString) names = g_string_new(NULL);
  for (gint i = first; i < all; i++) g_string_append_printf(names, "%s%s", i > first ? ", " : "", stylemap_direction_name(model, i));
  if (count) print_text(printer, key, names->str);
  for (gint i = first; i < all && !printer->json; i++)
    g_string_append_printf(printer->out, "  %-18s %s\n", stylemap_direction_name(model, i), stylemap_direction_text(model, i));
}

static void print_info(Printer *printer, const gchar *path, stylemap_model *model, const gchar *sha256,
                       const gchar *weights) {
  static const gchar *const forms[] = { "legacy", "zip", "safetensors" };
  static const gchar *const norms[] = { "LayerNorm", "InstanceNorm2d", "BatchNorm2d" };
  const stylemap_info *info = stylemap_model_info(model);
  g_autofree gchar *name = g_filename_display_name(path);
  print_text(printer, "file", name);
  print_text(printer, "form", forms[info->form]);
  print_whole(printer, "size", (guint64)info->size);
  print_whole(printer, "latent_spatial_size", (guint64)info->latent_spatial_size);
  print_whole(printer, "latent_channel_size", (guint64)info->latent_channel_size);
  print_whole(printer, "mapping_layer_num", (guint64)info->mapping_layer_num);
  print_number(printer, "lr_mul", info->lr_mul);
  print_text(printer, "normalize_mode", norms[info->norm]);
  begin_value(printer, "small_generator");
  g_string_append(printer->out, info->small_generator ? "true" : "false");
  end_value(printer);
  print_whole(printer, "parameters", info->parameters);
  print_whole(printer, "not_finite", info->not_finite);
  print_whole(printer, "bytes", info->bytes);
  print_text(printer, "dtype", info->dtype);
  if (stylemap_model_text(model, "canonical_points"))
    print_text(printer, "canonical_points", stylemap_model_text(model, "canonical_points"));
  print_text(printer, "licence", stylemap_model_text(model, "licence"));
  print_text(printer, "dataset", stylemap_model_text(model, "dataset"));
  print_text(printer, "sha256", sha256);
  print_text(printer, "weights_sha256", weights);
  print_directions(printer, "directions", model, stylemap_direction_count(model));
  print_directions(printer, "learned_directions", model, learned_read(model, path));
}

static gboolean run_info(const Command *command, gchar **arguments, GError **error) {
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("One flat JSON object"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 1, error);
  if (!given) return FALSE;
  g_autofree gchar *path = models_find(given[0], error);
  if (!path) return FALSE;
  stylemap_model *model;
  g_autofree gchar *weights = NULL;
  if (!weights_examine(path, &model, &weights, error)) return FALSE;
  g_autofree gchar *sha256 = cli_sha256(path, error);
  if (sha256) {
    Printer printer = { g_string_new(NULL), json };
    print_info(&printer, path, model, sha256, weights);
    g_print("%s%s", printer.out->str, json ? "}\n" : "");
    g_string_free(printer.out, TRUE);
  }
  stylemap_close(model);
  return sha256 != NULL;
}

const Command command_info = {
  "info", N_("MODEL [--json]"), N_("Tell what a model file holds."),
  "  stylemap info toon-portraits-128\n"
  "  stylemap info --json celeba_hq.pt\n",
  run_info,
};

/* ----------------------------------------------------------------------------------------- convert */

static gboolean check_mse(const gchar *text, GError **error) {
  gchar *end = NULL;
  if (!text) return TRUE;
  gdouble value = g_ascii_strtod(text, &end);
  if (end != text && !*end && value > 0 && isfinite(value)) return TRUE;
  cli_usage(error, _("--heldout-mse must be a number above 0, not \"%s\"."), text);
  return FALSE;
}

/* "x,y x,y ...", pixels of the model's square. */
static gboolean check_points(const gchar *text, GError **error) {
  if (!text) return TRUE;
  g_auto(GStrv) points = g_strsplit(*text ? text : "-", " ", -1);
  for (gchar **point = points; *point; point++) {
    gchar *end = *point;
    gdouble x = g_ascii_strtod(*point, &end), y = end != *point && *end == ',' ? g_ascii_strtod(end + 1, &end) : NAN;
    if (!*end && isfinite(x) && isfinite(y)) continue;
    cli_usage(error, _("--canonical-points must be places in the square such as \"46.5,60 81.5,60\", not \"%s\"."), text);
    return FALSE;
  }
  return TRUE;
}

/* The directions of files, into a model that is to be written. */
static gboolean add_directions(stylemap_model *model, gchar **files, GError **error) {
  stylemap_error core;
  for (; files && *files; files++)
    if (!say_status(stylemap_directions_read(model, *files, NULL, &core), &core, error)) return FALSE;
  return TRUE;
}

enum { REGION_SIDE = 64 };

/* FOLDER/eyes.png and its like, any square size, into the model; at least one. */
static gboolean add_regions(stylemap_model *model, const gchar *folder, GError **error) {
  gint count = 0;
  if (!folder) return TRUE;
  picture_init();
  for (gint i = 0; words_regions[i]; i++) {
    g_autofree gchar *name = g_strconcat(words_regions[i], ".png", NULL), *path = g_build_filename(folder, name, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) continue;
    g_autoptr(GeglBuffer) picture = picture_load_grey(path, 0, error);
    if (!picture) return FALSE;
    const gint width = gegl_buffer_get_width(picture), height = gegl_buffer_get_height(picture);
    const stylemap_layer layer = layer_of_mask(picture);
    gfloat values[REGION_SIDE * REGION_SIDE];
    stylemap_placement all;
    stylemap_error core;
    stylemap_fit(width, height, &all);
    if (width != height) {
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The region %s is %d x %d pixels: it must be a square."), path,
                  width, height);
      return FALSE;
    }
    if (!say_status(stylemap_sample_mask(&layer, &all, REGION_SIDE, values, &core), &core, error) ||
        !say_status(stylemap_model_set_region(model, (stylemap_region)i, REGION_SIDE, values, &core), &core, error))
      return FALSE;
    count++;
  }
  if (count) return TRUE;
  g_autofree gchar *shown = g_filename_display_name(folder);
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("There is no region in %s: eyes.png, mouth.png, hair.png, face.png "
                                                        "or background.png."), shown);
  return FALSE;
}

static gboolean run_convert(const Command *command, gchar **arguments, GError **error) {
  gboolean half = FALSE;
  g_autofree gchar *licence = NULL, *dataset = NULL, *attribution = NULL, *mse = NULL, *points = NULL;
  g_autofree gchar *regions = NULL;
  g_auto(GStrv) directions = NULL;
  const GOptionEntry entries[] = {
    { "half", 0, 0, G_OPTION_ARG_NONE, &half, N_("Store 16-bit floats: half the size"), NULL },
    { "licence", 0, 0, G_OPTION_ARG_STRING, &licence, N_("The licence of the weights"), N_("TEXT") },
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &dataset, N_("What it was trained on"), N_("TEXT") },
    { "attribution", 0, 0, G_OPTION_ARG_STRING, &attribution, N_("Whom the licence wants named"), N_("TEXT") },
    { "heldout-mse", 0, 0, G_OPTION_ARG_STRING, &mse,
      N_("Its usual reconstruction error, for the warning that a picture is not what it knows"), "X" },
    { "canonical-points", 0, 0, G_OPTION_ARG_STRING, &points,
      N_("Where in the square the eyes and the corners of the mouth lie, or what else its pictures are aligned by"),
      "X,Y X,Y…" },
    { "regions", 0, 0, G_OPTION_ARG_FILENAME, &regions,
      N_("Where its parts lie, for --mask-region: grey pictures eyes.png, mouth.png, hair.png, face.png, background.png"),
      N_("FOLDER") },
    { "direction", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &directions,
      N_("Directions that the model shall bring with it, from such a file; may be given more than once"), "D.safetensors" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !check_mse(mse, error) || !check_points(points, error)) return FALSE;
  const gboolean torch = g_str_has_suffix(given[1], ".pt") || g_str_has_suffix(given[1], ".pth");
  if (torch && (half || licence || dataset || attribution || mse || points || directions)) {
    cli_usage(error, _("A checkpoint of PyTorch holds the weights alone, as 32-bit floats: options are for .safetensors."));
    return FALSE;
  }
  if (!torch && !is_tensor_path(given[1])) {
    cli_usage(error, _("The output must end in .safetensors, or in .pt or .pth for PyTorch."));
    return FALSE;
  }
  if (!(torch ? picture_check_writable(given[1], error) : output_check(given[1], error))) return FALSE;
  g_autofree gchar *path = models_find(given[0], error), *sha256 = NULL;
  stylemap_model *model = NULL;
  stylemap_error core;
  gboolean done = path && say_status(stylemap_open(path, 0, progress_show, NULL, &model, &core), &core, error) &&
                  add_directions(model, directions, error) && add_regions(model, regions, error) &&
                  (sha256 = cli_sha256(path, error));

  const gchar *texts[15];
  guint n = 0;
  const gchar *const pairs[][2] = {
    { "created_by", "stylemap " STYLEMAP_VERSION }, { "source_sha256", sha256 }, { "licence", licence },
    { "dataset", dataset }, { "attribution", attribution }, { "heldout_mse", mse },
    { "canonical_points", points },
  };
  for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
    if (pairs[i][1]) {
      texts[n++] = pairs[i][0];
      texts[n++] = pairs[i][1];
    }
  texts[n] = NULL;

  stylemap_save_options options = { half, texts };
  stylemap_save_report report = { 0 };
  done = done && progress_go_on(error) &&
         say_status(torch ? stylemap_save_torch(model, given[1], &core) : stylemap_save(model, given[1], &options, &report, &core),
                    &core, error);
  stylemap_close(model);
  if (!done) return FALSE;
  progress_end();
  Number number;
  if (half && report.half_error == 0) g_print(_("No number changed by 16-bit floats.\n"));
  else if (half)
    g_print(_("Largest change by 16-bit floats: %s in %s\n"), cli_number(&number, "%.3g", report.half_error),
            report.half_tensor);
  return TRUE;
}

const Command command_convert = {
  "convert", N_("IN OUT.safetensors"), N_("Write any readable model in our own form, or (OUT.pt) for PyTorch."),
  "  stylemap convert celeba_hq.pt celeba_hq.safetensors --licence \"CC BY-NC 4.0\"\n"
  "  stylemap convert --half toon-128.pt toon-128.safetensors --dataset \"toon portraits\"\n",
  run_convert,
};
