/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: its options, one row each, and options.txt; see train.h. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/train/train.h"

typedef enum { WHOLE, LARGE, NUMBER, FLAG, CHOICE, PATH } Kind; /* gint, guint64, gdouble, gint, gint, gchar * */

enum {
  CALL = 1,      /* of this call, not of the run */
  FIXED = 2,     /* belongs to the run: the same when it goes on */
  POWER = 4,     /* a power of two */
  ARGUMENT = 8,  /* no option, but DATA_DIR */
};

typedef struct {
  const gchar *name;
  Kind kind;
  guint flags;
  gsize offset;          /* in RunOptions */
  gdouble least, most;
  const gchar *argument; /* what --help calls it; of a CHOICE all of them, in the order of their numbers */
  const gchar *text;
  const gchar *implied;  /* the value where none is given, for options that need none */
} Row;

#define RUN(field) offsetof(RunOptions, field)
#define TRAIN(field) offsetof(RunOptions, train.field)
/* Of numbers that have no natural end. */
#define MANY 1e12

static const Row rows[] = {
  { "data", PATH, ARGUMENT, .offset = RUN(data) },
  { "output", PATH, CALL, RUN(output), .argument = N_("RUN_DIR"), .text = N_("The run's folder") },
  { "resume", FLAG, CALL, RUN(resume), .text = N_("Go on with the run in RUN_DIR, with its options"),
    .implied = "yes" },
  { "state", PATH, CALL, RUN(state), .argument = N_("FILE"),
    .text = N_("With --resume: from this state, not the newest") },
  { "export", PATH, CALL, RUN(export_path), .argument = N_("FILE.safetensors"),
    .text = N_("With --resume: only write the model file, and train nothing") },
  { "samples", WHOLE, CALL, RUN(samples), 0, 1e9, "N",
    .text = N_("With --resume: only teach samples to look like the pictures, as a Gaussian and then in N steps (0: none)") },
  { "from", PATH, CALL, RUN(from), .argument = N_("MODEL"),
    .text = N_("Start from a model of this --size, or of a half, a quarter ... of it") },

  { "held-out", PATH, 0, RUN(held_out), .argument = N_("FOLDER"),
    .text = N_("Pictures to measure with, not to train on; may lie in DATA_DIR") },
  { "mirror", FLAG, FIXED, TRAIN(mirror), .text = N_("Mirror half of the pictures at random"), .implied = "yes" },
  { "heal", NUMBER, 0, TRAIN(heal), 0, 1, N_("SHARE"),
    .text = N_("The encoder is shown this share of the pictures with a region spoilt, and learns to heal collages "
            "(0.65)"),
    .implied = "0.65" },
  { "pairs", PATH, 0, RUN(pairs), .argument = N_("FOLDER"),
    .text = N_("Edits whose result is known, for half of those: its folders collage, mask and truth have pictures of the "
            "same names") },
  { "iterations", LARGE, 0, RUN(iterations), 0, MANY, "N",
    .text = N_("Stop after so many, of the whole run (0: never)") },
  { "batch", WHOLE, 0, TRAIN(batch), 1, 4096, "N", .text = N_("Pictures an iteration (16)") },
  { "seed", LARGE, FIXED, TRAIN(seed), 0, 1e15, "N", .text = N_("First weights, order of pictures, noise (1)") },
  { "save-every", WHOLE, 0, RUN(save_every), 1, 1e9, "N", .text = N_("Iterations between two states (500)") },
  { "report-every", WHOLE, 0, RUN(report_every), 1, 1e9, "N",
    .text = N_("Iterations between two models, sheets and plots (500)") },
  { "log-every", WHOLE, 0, RUN(log_every), 1, 1e9, "N", .text = N_("Iterations a line of log.csv stands for (10)") },

  { "size", WHOLE, FIXED | POWER, TRAIN(size), 8, 2048, "N", .text = N_("Pictures are N x N: 8, 16, ... 2048 (128)") },
  { "stylemap-side", WHOLE, FIXED | POWER, TRAIN(latent_spatial_size), 4, 1024, "N",
    .text = N_("Side of the stylemap: 4, 8, ... half of --size (8)") },
  { "stylemap-channels", WHOLE, FIXED, TRAIN(latent_channel_size), 1, 4096, "N",
    .text = N_("Channels of the stylemap (64)") },
  { "mapping-layers", WHOLE, FIXED, TRAIN(mapping_layer_num), 1, 64, "N",
    .text = N_("Layers of the mapping network (8)") },
  { "base", WHOLE, FIXED, TRAIN(base), 8, 1 << 24, "N",
    .text = N_("Width: channels = min(cap, base / resolution) (2048)") },
  { "cap", WHOLE, FIXED, TRAIN(cap), 1, 4096, "N", .text = N_("Width: see --base (128)") },
  { "norm", CHOICE, FIXED, TRAIN(norm), .argument = "LayerNorm|InstanceNorm2d|BatchNorm2d",
    .text = N_("Normalisation of the generator") },
  { "small-generator", FLAG, FIXED, TRAIN(small_generator), .text = N_("Narrow styles, as in the 1024 model"),
    .implied = "yes" },
  { "lr-mul", NUMBER, FIXED, TRAIN(lr_mul), 1e-6, 1, "X",
    .text = N_("Learning rate multiplier of the mapping network (0.01)") },

  { "warm-up", LARGE, 0, TRAIN(warm_up), 0, MANY, "N", .text = N_("First iterations without adversarial losses (0)") },
  { "optimiser", CHOICE, 0, TRAIN(muon), .argument = "adam|muon",
    .text = N_("What teaches the convolutions of E and G (adam)") },
  { "rate", NUMBER, 0, TRAIN(learning_rate), 1e-9, 1, "X", .text = N_("Learning rate (0.002)") },
  { "d-rate", NUMBER, 0, TRAIN(d_rate), 0, 1, "X",
    .text = N_("Learning rate of the discriminator, which does not fall (0: --rate)") },
  { "anneal", LARGE, 0, RUN(anneal), 0, MANY, "N",
    .text = N_("In the last N of --iterations the rate falls to 0 (0)") },
  { "beta1", NUMBER, 0, TRAIN(beta1), 0, 0.9999, "X", .text = N_("Adam's beta1 (0)") },
  { "beta2", NUMBER, 0, TRAIN(beta2), 0.0001, 0.999999, "X", .text = N_("Adam's beta2 (0.99)") },
  { "ema", NUMBER, 0, TRAIN(ema), 0, 0.999999, "X",
    .text = N_("Decay of the averaged networks, which grows to this at first (0.999)") },

  { "mse", NUMBER, 0, TRAIN(mse), 0, 1e6, "X", .text = N_("Weight: squared difference (1)") },
  { "focus", PATH, 0, RUN(focus), .argument = N_("FILE"),
    .text = N_("Grey picture: where --mse counts, black once, white 100 times") },
  { "edges", NUMBER, 0, TRAIN(edges), 0, 1e6, "X",
    .text = N_("Weight: difference and its gradients at four scales (1)") },
  { "frequencies", NUMBER, 0, TRAIN(frequencies), 0, 1e6, "X",
    .text = N_("Weight: difference by frequencies, the largest first (0)") },
  { "perceptual", NUMBER, 0, TRAIN(perceptual), 0, 1e6, "X", .text = N_("Weight: LPIPS, with --vgg (1)") },
  { "vgg", PATH, 0, RUN(vgg), .argument = N_("FILE"),
    .text = N_("VGG16 for --perceptual: torchvision's .pth or .safetensors") },
  { "lpips", PATH, 0, RUN(lpips), .argument = N_("FILE"),
    .text = N_("Its LPIPS heads, where --vgg does not hold them") },
  { "matching", NUMBER, 0, TRAIN(matching), 0, 1e6, "X",
    .text = N_("Weight: in the warm-up, samples come near the pictures' stylemaps (1)") },
  { "adversarial", NUMBER, 0, TRAIN(adversarial), 0, 1e6, "X", .text = N_("Weight: samples look real (1)") },
  { "in-domain", NUMBER, 0, TRAIN(in_domain), 0, 1e6, "X", .text = N_("Weight: reconstructions look real (1)") },
  { "w-reconstruction", NUMBER, 0, TRAIN(w_reconstruction), 0, 1e6, "X",
    .text = N_("Weight: E finds a sample's stylemap again (1)") },
  { "features", NUMBER, 0, TRAIN(features), 0, 1e6, "X",
    .text = N_("Weight: what the discriminator sees in the pictures (0)") },
  { "mixtures", NUMBER, 0, TRAIN(mixtures), 0, 1e6, "X",
    .text = N_("Weight: edits of two pictures, healed or blended, look real (0)") },
  { "augment", NUMBER, 0, TRAIN(augment), 0, 1, N_("SHARE"),
    .text = N_("The discriminator sees this share in other colours, moved, or partly covered (0)") },
  { "r1", NUMBER, 0, TRAIN(r1), 0, 1e6, "X", .text = N_("R1's gamma (10)") },
  { "r1-every", WHOLE, 0, TRAIN(r1_every), 1, 1e9, "N", .text = N_("Iterations between two R1 steps (16)") },
};

/* The command line's texts, NULL: not given. */
static gchar *given[G_N_ELEMENTS(rows)];

static const Row *find_row(const gchar *name) {
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (strcmp(rows[i].name, name) == 0) return &rows[i];
  return NULL;
}

static gpointer field(const Row *row, const RunOptions *o) {
  return (gchar *)o + row->offset;
}

/* ------------------------------------------------------------------------------------------ values */

/* The shortest text that is read as exactly `value`. */
static const gchar *number_text(Number *buffer, gdouble value) {
  for (gint digits = 6; digits < 17; digits++) {
    gchar format[8];
    g_snprintf(format, sizeof format, "%%.%dg", digits);
    if (g_ascii_strtod(cli_number(buffer, format, value), NULL) == value) return buffer->text;
  }
  return cli_number(buffer, "%.17g", value);
}

static gchar *value_text(const Row *row, const RunOptions *o) {
  const gpointer at = field(row, o);
  Number number;
  switch (row->kind) {
    case WHOLE: return g_strdup_printf("%d", *(gint *)at);
    case LARGE: return g_strdup_printf("%" G_GUINT64_FORMAT, *(guint64 *)at);
    case NUMBER: return g_strdup(number_text(&number, *(gdouble *)at));
    case FLAG: return g_strdup(*(gint *)at ? "yes" : "no");
    case CHOICE: {
      g_auto(GStrv) names = g_strsplit(row->argument, "|", -1);
      return g_strdup(names[*(gint *)at]);
    }
    case PATH: break;
  }
  return g_strdup(*(gchar **)at);
}

/* What the user calls it. */
static gchar *label(const Row *row) {
  return row->flags & ARGUMENT ? g_strdup(_("DATA_DIR")) : g_strdup_printf("--%s", row->name);
}

static gboolean wrong_number(const Row *row, const gchar *text, GError **error) {
  Number least, most;
  const gchar *sentence = row->flags & POWER       ? _("--%s must be a power of two from %s to %s, not \"%s\".")
                          : row->kind == NUMBER    ? _("--%s must be a number from %s to %s, not \"%s\".")
                                                   : _("--%s must be a whole number from %s to %s, not \"%s\".");
  cli_number(&least, "%.17g", row->least);
  cli_number(&most, "%.17g", row->most);
  if (row->kind == NUMBER) number_text(&least, row->least), number_text(&most, row->most);
  cli_usage(error, sentence, row->name, least.text, most.text, text);
  return FALSE;
}

/* Reads `text` into the row's field; `o` NULL: only checks it. */
static gboolean set_value(const Row *row, const gchar *text, RunOptions *o, GError **error) {
  const gpointer at = o ? field(row, o) : NULL;
  gchar *end = NULL;
  switch (row->kind) {
    case WHOLE:
    case LARGE: {
      const gint64 value = g_ascii_strtoll(text, &end, 10);
      if (end == text || *end || (gdouble)value < row->least || (gdouble)value > row->most ||
          (row->flags & POWER && value & (value - 1)))
        return wrong_number(row, text, error);
      if (at && row->kind == WHOLE) *(gint *)at = (gint)value;
      else if (at) *(guint64 *)at = (guint64)value;
      return TRUE;
    }
    case NUMBER: {
      const gdouble value = g_ascii_strtod(text, &end);
      if (end == text || *end || !(value >= row->least && value <= row->most)) return wrong_number(row, text, error);
      if (at) *(gdouble *)at = value;
      return TRUE;
    }
    case FLAG:
      if (at) *(gint *)at = strcmp(text, "yes") == 0;
      return TRUE;
    case CHOICE: {
      g_auto(GStrv) names = g_strsplit(row->argument, "|", -1);
      gint i = 0;
      while (names[i] && strcmp(names[i], text) != 0) i++;
      if (names[i] && at) *(gint *)at = i;
      if (names[i]) return TRUE;
      g_autofree gchar *all = g_strjoinv(", ", names);
      cli_usage(error, _("--%s must be one of %s, not \"%s\"."), row->name, all, text);
      return FALSE;
    }
    case PATH: break;
  }
  if (!at) return TRUE;
  g_free(*(gchar **)at);
  *(gchar **)at = row->flags & CALL || !*text ? g_strdup(text) : g_canonicalize_filename(text, NULL);
  return TRUE;
}

/* ------------------------------------------------------------------------------------ command line */

static gboolean take_option(const gchar *option, const gchar *value, gpointer data, GError **error) {
  const Row *row = option[0] != '-'            ? find_row("data")
                   : strcmp(option, "-o") == 0 ? find_row("output")
                                               : find_row(option + strlen("--"));
  const gchar *text = value ? value : row->implied;
  if (row->flags & ARGUMENT && given[row - rows]) {
    cli_usage(error, _("There is one DATA_DIR, and %s is one argument more."), text);
    return FALSE;
  }
  if (!set_value(row, text, NULL, error)) return FALSE;
  g_free(given[row - rows]);
  given[row - rows] = g_strdup(text);
  return TRUE;
}

static const gchar *given_text(const gchar *name) {
  return given[find_row(name) - rows];
}

/* What options that are of one call only ask of the others. */
static gboolean check_call(const RunOptions *o, GError **error) {
  if (!o->output)
    cli_usage(error, _("Where to? Name the run's folder with -o."));
  else if (!o->data && !o->resume)
    cli_usage(error, _("Which pictures? Name their folder, DATA_DIR."));
  else if (o->from && o->resume)
    cli_usage(error, _("A run goes on from its state: --from is for new ones."));
  else if ((o->state || o->export_path || o->samples >= 0) && !o->resume)
    cli_usage(error, _("--state, --samples and --export need --resume."));
  else if (o->samples >= 0 && (o->export_path || given_text("iterations") || given_text("vgg") || given_text("focus") ||
                          train_share.ranks > 1))
    cli_usage(error, _("--samples is all that one process does: not beside --export, --iterations, --vgg or --focus."));
  else return TRUE;
  return FALSE;
}

gboolean options_parse(const Command *command, gchar **arguments, RunOptions *o, GError **error) {
  GOptionEntry entries[G_N_ELEMENTS(rows) + 1] = { 0 }, *entry = entries;
  for (const Row *row = rows; row < rows + G_N_ELEMENTS(rows); row++) {
    const gint flags = (row->kind == PATH ? G_OPTION_FLAG_FILENAME : 0) |
                       (row->kind == FLAG ? G_OPTION_FLAG_NO_ARG : row->implied ? G_OPTION_FLAG_OPTIONAL_ARG : 0);
    *entry++ = (GOptionEntry){ row->flags & ARGUMENT ? G_OPTION_REMAINING : row->name,
                               strcmp(row->name, "output") == 0 ? 'o' : 0, flags, G_OPTION_ARG_CALLBACK, take_option,
                               row->text, row->argument };
  }
  *o = (RunOptions){ .samples = -1, .save_every = 500, .report_every = 500, .log_every = 10 };
  stylemap_train_defaults(&o->train);
  g_auto(GStrv) rest = cli_parse(command, arguments, entries, 0, error);
  if (!rest) return FALSE;
  common.quiet |= !run_writes();
  if (given_text("data")) set_value(find_row("data"), given_text("data"), o, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (given[i] && rows[i].flags & CALL && !set_value(&rows[i], given[i], o, error)) return FALSE;
  return check_call(o, error);
}

/* What one option asks of another. */
static gboolean check_all(const RunOptions *o, GError **error) {
  const stylemap_train_options *t = &o->train;
  if (!o->data && !o->export_path)
    cli_usage(error, _("Which pictures? Name their folder, DATA_DIR."));
  else if (t->latent_spatial_size >= t->size)
    cli_usage(error, _("--stylemap-side, %d, must be smaller than --size, %d."), t->latent_spatial_size, t->size);
  else if (t->base < t->size)
    cli_usage(error, _("--base, %d, must be --size, %d, or more."), t->base, t->size);
  else if (t->batch > 4 && t->batch % 4)
    cli_usage(error, _("--batch must be 1 to 4 or a multiple of 4, not %d."), t->batch);
  else if (o->anneal && !o->iterations)
    cli_usage(error, _("--anneal needs --iterations."));
  else if (o->pairs && *o->pairs && !(t->heal > 0))
    cli_usage(error, _("--pairs needs --heal."));
  else if (o->lpips && *o->lpips && !(o->vgg && *o->vgg))
    cli_usage(error, _("--lpips needs --vgg."));
  else return TRUE;
  return FALSE;
}

gboolean options_given(RunOptions *o, GError **error) {
  for (const Row *row = rows; row < rows + G_N_ELEMENTS(rows); row++) {
    const gchar *text = given[row - rows];
    if (!text || row->flags & CALL) continue;
    g_autofree gchar *name = label(row), *before = value_text(row, o);
    if (!set_value(row, text, o, error)) return FALSE;
    g_autofree gchar *now = value_text(row, o);
    if (!o->resume || g_strcmp0(before, now) == 0) continue;
    if (row->flags & FIXED) {
      cli_usage(error, _("%s belongs to the run, where it is %s: it cannot be changed when the run goes on."), name,
                before);
      return FALSE;
    }
    if (!before || !*before) cli_note(_("%s is now %s"), name, now);
    else if (!*now) cli_note(_("%s is no more; it was %s"), name, before);
    else cli_note(_("%s is now %s; it was %s"), name, now, before);
  }
  if (!check_all(o, error)) return FALSE;
  o->train.anneal_to = o->anneal ? o->iterations : 0;
  o->train.anneal_from = o->train.anneal_to - MIN(o->anneal, o->train.anneal_to);
  return TRUE;
}

void options_clear(RunOptions *o) {
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i].kind == PATH) g_clear_pointer((gchar **)field(&rows[i], o), g_free);
    g_clear_pointer(&given[i], g_free);
  }
}

/* ------------------------------------------------------------------------------------- options.txt */

gchar *path_line(const gchar *path) {
  gchar plain[130] = { '"' }; /* what stands for itself, beside ASCII's letters */
  for (gint i = 0; i < 128; i++) plain[i + 1] = (gchar)(128 + i);
  return g_strescape(path, plain);
}

gboolean options_read(RunOptions *o, const gchar *path, GError **error) {
  o->anneal = o->train.anneal_to - o->train.anneal_from;
  o->iterations = o->train.anneal_to;
  g_autofree gchar *text = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) return TRUE;
  if (!(text = picture_read_text(path, NULL, error))) return FALSE;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (gchar **line = lines; *line; line++) {
    gchar *equals = strstr(*line, " = ");
    if ((*line)[0] == '#' || !equals) continue;
    *equals = '\0';
    const Row *row = find_row(g_strstrip(*line));
    if (!row || row->flags & (CALL | FIXED)) continue;
    g_autofree gchar *value = row->kind == PATH ? g_strcompress(equals + 3) : g_strdup(g_strstrip(equals + 3));
    if (set_value(row, value, o, error)) continue;
    g_prefix_error(error, "%s: ", path);
    return FALSE;
  }
  return TRUE;
}

gboolean options_write(const RunOptions *o, const gchar *path, GError **error) {
  GString *text = g_string_new("# The options of this run; stylemap train --resume takes them where none are given.\n");
  for (const Row *row = rows; row < rows + G_N_ELEMENTS(rows); row++) {
    g_autofree gchar *value = row->flags & CALL ? NULL : value_text(row, o);
    g_autofree gchar *line = value && row->kind == PATH ? path_line(value) : g_steal_pointer(&value);
    if (line) g_string_append_printf(text, "%s = %s\n", row->name, line);
  }
  const gboolean done = g_file_set_contents(path, text->str, (gssize)text->len, error);
  g_string_free(text, TRUE);
  return done;
}
