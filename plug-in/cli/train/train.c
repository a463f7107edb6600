/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: a run in a folder, see train.h. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "host/job.h"
#include "cli/train/train.h"

TrainShare train_share = { 0, 1, NULL };

static gboolean writes(void) {
  return train_share.rank == 0;
}

/* The sum of `value` over all ranks; every rank comes here. A broken connection counts as a wish to end. */
static gfloat agree(gfloat value) {
  if (train_share.ranks > 1 && train_share.sum(NULL, &value, 1) != 0) return 1;
  return value;
}

/* ----------------------------------------------------------------------------------------- options */

/* Not given: NAN, or INT_MIN; then the defaults or, when a run goes on, its own stay. */
static gdouble given_number[14];
static gint given_whole[10];

typedef struct {
  const gchar *name, *text;
  gsize offset;
} TrainOption;

#define OPTION(name, field, text) { name, N_(text), offsetof(stylemap_train_options, field) }

static const TrainOption numbers[] = {
  OPTION("rate", learning_rate, "Learning rate (0.002)"),
  OPTION("beta1", beta1, "Adam's beta1 (0)"),
  OPTION("beta2", beta2, "Adam's beta2 (0.99)"),
  OPTION("ema", ema, "Decay of the averaged networks (0.999)"),
  OPTION("adversarial", adversarial, "Weight: samples look real (1)"),
  OPTION("w-reconstruction", w_reconstruction, "Weight: E finds a sample's stylemap again (1)"),
  OPTION("in-domain", in_domain, "Weight: reconstructions look real (1)"),
  OPTION("mse", mse, "Weight: squared difference (1)"),
  OPTION("perceptual", perceptual, "Weight: LPIPS, with --vgg (1)"),
  OPTION("edges", edges, "Weight: difference and its gradients at four scales (1)"),
  OPTION("features", features, "Weight: what the discriminator sees in the pictures (0)"),
  OPTION("matching", matching, "Weight: in the warm-up, samples come near the pictures' stylemaps (1)"),
  OPTION("r1", r1, "R1's gamma (10)"),
  OPTION("lr-mul", lr_mul, "Learning rate multiplier of the mapping network (0.01)"),
};

static const TrainOption wholes[] = {
  OPTION("size", size, "Pictures are S x S: 8, 16, ... 2048 (128)"),
  OPTION("stylemap-side", latent_spatial_size, "Side of the stylemap (8)"),
  OPTION("stylemap-channels", latent_channel_size, "Channels of the stylemap (64)"),
  OPTION("mapping-layers", mapping_layer_num, "Layers of the mapping network (8)"),
  OPTION("base", base, "Width: channels = min(cap, base / resolution) (2048)"),
  OPTION("cap", cap, "Width: see --base (128)"),
  OPTION("batch", batch, "Pictures an iteration (16)"),
  OPTION("r1-every", r1_every, "Iterations between two R1 steps (16)"),
};
G_STATIC_ASSERT(G_N_ELEMENTS(numbers) == G_N_ELEMENTS(given_number));
G_STATIC_ASSERT(G_N_ELEMENTS(wholes) <= G_N_ELEMENTS(given_whole));

typedef struct {
  gint64 iterations, anneal, warm_up, seed;
  gint save_every, report_every, log_every, samples;
  gboolean mirror, small, resume;
  gchar *norm, *optimiser, *output, *state, *from, *held_out, *focus, *vgg, *lpips, *export_path;
} RunOptions;

enum { NO_SAMPLES = G_MININT };

static gdouble given_heal;
enum { USUAL_HEAL = 65 }; /* percent */

static gboolean parse_heal(const gchar *name, const gchar *value, gpointer data, GError **error) {
  gchar *end = NULL;
  given_heal = value ? g_ascii_strtod(value, &end) : USUAL_HEAL / 100.0;
  if (!end || (end != value && !*end && given_heal >= 0 && given_heal <= 1)) return TRUE;
  cli_usage(error, _("--heal takes a share from 0 to 1."));
  return FALSE;
}

static GOptionEntry *make_entries(RunOptions *o) {
  const GOptionEntry rest[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, N_("The run's folder"), N_("RUN_DIR") },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, N_("Go on with the run in RUN_DIR"), NULL },
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &o->state, N_("With --resume: from this state, not the newest"),
      N_("FILE") },
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &o->from,
      N_("Start from a model of this --size, or of a half, a quarter ... of it"), N_("MODEL") },
    { "iterations", 0, 0, G_OPTION_ARG_INT64, &o->iterations, N_("Stop after so many, of the whole run"), "N" },
    { "anneal", 0, 0, G_OPTION_ARG_INT64, &o->anneal, N_("In the last N of --iterations the rate falls to 0 (0)"),
      "N" },
    { "warm-up", 0, 0, G_OPTION_ARG_INT64, &o->warm_up, N_("First iterations without adversarial losses (0)"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, N_("First weights, order of pictures, noise (1)"), "N" },
    { "optimiser", 0, 0, G_OPTION_ARG_STRING, &o->optimiser,
      N_("What teaches the convolutions of E and G in the warm-up (adam)"), "adam|muon" },
    { "mirror", 0, 0, G_OPTION_ARG_NONE, &o->mirror, N_("Mirror half of the pictures at random"), NULL },
    { "heal", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, parse_heal,
      N_("The encoder is shown this share of the pictures with a region spoilt, and learns to heal collages (0.65)"),
      N_("SHARE") },
    { "norm", 0, 0, G_OPTION_ARG_STRING, &o->norm, N_("Normalisation of the generator"),
      "LayerNorm|InstanceNorm2d|BatchNorm2d" },
    { "small-generator", 0, 0, G_OPTION_ARG_NONE, &o->small, N_("Narrow styles, as in the 1024 model"), NULL },
    { "vgg", 0, 0, G_OPTION_ARG_FILENAME, &o->vgg,
      N_("VGG16 for --perceptual: torchvision's .pth or .safetensors; also with --resume"), N_("FILE") },
    { "lpips", 0, 0, G_OPTION_ARG_FILENAME, &o->lpips, N_("Its LPIPS heads, where --vgg does not hold them"),
      N_("FILE") },
    { "held-out", 0, 0, G_OPTION_ARG_FILENAME, &o->held_out, N_("Pictures to measure with, not to train on"),
      N_("FOLDER") },
    { "focus", 0, 0, G_OPTION_ARG_FILENAME, &o->focus,
      N_("Grey picture: where --mse counts, black once, white 100 times; also with --resume"), N_("FILE") },
    { "save-every", 0, 0, G_OPTION_ARG_INT, &o->save_every, N_("Iterations between two states (500)"), "N" },
    { "report-every", 0, 0, G_OPTION_ARG_INT, &o->report_every,
      N_("Iterations between two sheets, plots and exports (500)"), "N" },
    { "log-every", 0, 0, G_OPTION_ARG_INT, &o->log_every, N_("Iterations a line of log.csv stands for (10)"), "N" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &o->samples,
      N_("With --resume: only teach samples to look like the pictures, in N steps"), "N" },
    { "export", 0, 0, G_OPTION_ARG_FILENAME, &o->export_path,
      N_("With --resume: only write the model file, and train nothing"), N_("FILE.safetensors") },
  };
  GOptionEntry *entries = g_new0(GOptionEntry, G_N_ELEMENTS(numbers) + G_N_ELEMENTS(wholes) + G_N_ELEMENTS(rest) + 1);
  GOptionEntry *at = entries;
  for (guint i = 0; i < G_N_ELEMENTS(wholes); i++) {
    given_whole[i] = G_MININT;
    *at++ = (GOptionEntry){ wholes[i].name, 0, 0, G_OPTION_ARG_INT, &given_whole[i], wholes[i].text, "N" };
  }
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
    given_number[i] = NAN;
    *at++ = (GOptionEntry){ numbers[i].name, 0, 0, G_OPTION_ARG_DOUBLE, &given_number[i], numbers[i].text, "X" };
  }
  given_heal = NAN;
  memcpy(at, rest, sizeof rest);
  return entries;
}

static const gchar *const optimisers[] = { "adam", "muon", NULL };

/* The place of `name` among `names`: 0 for none, -1 for another. */
static gint named(const gchar *name, const gchar *const *names) {
  gint i = 0;
  while (name && names[i] && strcmp(name, names[i]) != 0) i++;
  return name && !names[i] ? -1 : i;
}

/* What the command line says, over what was there. */
static gboolean apply_options(const RunOptions *o, stylemap_train_options *train, GError **error) {
  for (guint i = 0; i < G_N_ELEMENTS(wholes); i++)
    if (given_whole[i] != G_MININT) *(int *)((gchar *)train + wholes[i].offset) = given_whole[i];
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
    if (!isnan(given_number[i])) *(gdouble *)((gchar *)train + numbers[i].offset) = given_number[i];
  if (o->anneal >= 0) {
    train->anneal_to = o->anneal > 0 ? (uint64_t)o->iterations : 0;
    train->anneal_from = train->anneal_to - MIN((uint64_t)o->anneal, train->anneal_to);
  }
  if (o->warm_up >= 0) train->warm_up = (uint64_t)o->warm_up;
  if (o->seed >= 0) train->seed = (uint64_t)o->seed;
  if (!isnan(given_heal)) train->heal = given_heal;
  if (o->mirror) train->mirror = 1;
  if (o->small) train->small_generator = 1;
  static const gchar *const norms[] = { "LayerNorm", "InstanceNorm2d", "BatchNorm2d", NULL };
  const gint norm = named(o->norm, norms), optimiser = named(o->optimiser, optimisers);
  if (norm < 0) cli_usage(error, _("--norm must be LayerNorm, InstanceNorm2d or BatchNorm2d."));
  else if (optimiser < 0) cli_usage(error, _("--optimiser must be adam or muon."));
  if (norm < 0 || optimiser < 0) return FALSE;
  if (o->norm) train->norm = (stylemap_norm)norm;
  if (o->optimiser) train->muon = optimiser;
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ states */

static gint64 state_number(const gchar *name) {
  guint64 number;
  gint end = 0;
  if (sscanf(name, "state-%" G_GUINT64_FORMAT ".safetensors%n", &number, &end) != 1 || !end || name[end]) return -1;
  return (gint64)number;
}

/* The newest state below `before`, as a path, or NULL. */
static gchar *find_state(const gchar *folder, gint64 before) {
  GDir *dir = g_dir_open(folder, 0, NULL);
  gint64 best = -1;
  gchar *path = NULL;
  for (const gchar *name; dir && (name = g_dir_read_name(dir));) {
    gint64 number = state_number(name);
    if (number <= best || number >= before) continue;
    best = number;
    g_free(path);
    path = g_build_filename(folder, name, NULL);
  }
  if (dir) g_dir_close(dir);
  return path;
}

static gboolean fail_core(GError **error, const stylemap_error *core) {
  say_error(error, core);
  return FALSE;
}

static gboolean open_state(const RunOptions *o, stylemap_trainer **trainer, GError **error) {
  g_autofree gchar *newest = o->state ? g_strdup(o->state) : find_state(o->output, G_MAXINT64);
  stylemap_error core;
  if (!newest) {
    cli_usage(error, _("There is no run to go on with in %s."), o->output);
    return FALSE;
  }
  if (stylemap_trainer_load(newest, common.threads, trainer, &core) == STYLEMAP_OK) {
    const gint64 iteration = (gint64)stylemap_trainer_iteration(*trainer);
    g_autofree gchar *last = find_state(o->output, G_MAXINT64), *file = last ? g_path_get_basename(last) : NULL;
    if (o->samples < 1 || !last || state_number(file) <= iteration) return TRUE;
    cli_usage(error, _("%s is newer than the state to teach; move it away first."), last);
    return FALSE;
  }
  g_autofree gchar *name = g_path_get_basename(newest);
  g_autofree gchar *before = o->state || state_number(name) < 0 ? NULL : find_state(o->output, state_number(name));
  if (core.status != STYLEMAP_REFUSED || !before) return fail_core(error, &core);
  GError *fault = NULL;
  say_error(&fault, &core);
  g_set_error(error, fault->domain, fault->code, _("%s The state before it is there: go on from that with --state %s."),
              fault->message, before);
  g_error_free(fault);
  return FALSE;
}

/* -------------------------------------------------------------------------------------------- run */

typedef struct {
  const RunOptions *options;
  stylemap_trainer *trainer;
  Cache pictures, held_out;
  gint lock;
  TrainLog log;
  gdouble rate;           /* images a second, smoothed */
  gint64 started;         /* when this process took its first step, for the time left */
  guint64 started_at;     /* and at which iteration */
  gint taught;            /* steps of samples */
  gboolean broken;        /* the losses of samples are no numbers */
} Run;

static gchar *in_run(const Run *run, const gchar *name) {
  return g_build_filename(run->options->output, name, NULL);
}

static gboolean lock_run(Run *run, GError **error) {
  g_autofree gchar *path = in_run(run, "lock");
  run->lock = g_open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (run->lock >= 0 && flock(run->lock, LOCK_EX | LOCK_NB) == 0) return TRUE;
  if (errno == EWOULDBLOCK)
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("Another process trains in %s."), run->options->output);
  else
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror(errno));
  return FALSE;
}

/* The file of the run's state as it stands; `mark` makes it another one, that --resume does not look for. */
static gchar *state_path(const Run *run, const gchar *mark) {
  g_autofree gchar *name = g_strdup_printf("state-%08" G_GUINT64_FORMAT "%s.safetensors",
                                           (guint64)stylemap_trainer_iteration(run->trainer), mark);
  return in_run(run, name);
}

static gboolean save_state(Run *run, GError **error) {
  stylemap_error core;
  g_autofree gchar *path = state_path(run, "");
  if (stylemap_trainer_save(run->trainer, path, &core) != STYLEMAP_OK) return fail_core(error, &core);
  /* this one and the one before it stay */
  const gint64 iteration = (gint64)stylemap_trainer_iteration(run->trainer);
  g_autofree gchar *before = find_state(run->options->output, iteration), *base = NULL;
  gint64 number = before ? state_number(base = g_path_get_basename(before)) : 0;
  for (gchar *old; number > 0 && (old = find_state(run->options->output, number)); g_free(old)) {
    g_autofree gchar *old_base = g_path_get_basename(old);
    g_unlink(old);
    number = state_number(old_base); /* falls even where the file stays */
  }
  return TRUE;
}

static gboolean export_model(Run *run, const gchar *path, GError **error) {
  stylemap_error core;
  g_autofree gchar *made = g_strdup_printf("stylemap %s train, iteration %" G_GUINT64_FORMAT ", batch %d",
                                           stylemap_version(), (guint64)stylemap_trainer_iteration(run->trainer),
                                           stylemap_trainer_options(run->trainer)->batch);
  const char *texts[] = { "created_by", made, NULL };
  const stylemap_save_options save = { .texts = texts };
  if (stylemap_trainer_export(run->trainer, path, &save, NULL, &core) == STYLEMAP_OK) return TRUE;
  return fail_core(error, &core);
}

static gboolean report(Run *run, Measure *measure, GError **error) {
  g_autofree gchar *model = in_run(run, "model.safetensors"), *log = in_run(run, "log.csv");
  g_autofree gchar *plot = in_run(run, "losses.png");
  g_autofree gchar *name = g_strdup_printf("sheet-%08" G_GUINT64_FORMAT ".png",
                                           (guint64)stylemap_trainer_iteration(run->trainer));
  g_autofree gchar *sheet = in_run(run, name);
  gboolean held_out = run->held_out.file != NULL;
  return export_model(run, model, error) &&
         report_model(model, held_out ? &run->held_out : &run->pictures, held_out, sheet, measure, error) &&
         report_plot(log, plot, error);
}

static void show(Run *run, gdouble took, const stylemap_train_losses *losses) {
  const stylemap_train_options *o = stylemap_trainer_options(run->trainer);
  gdouble rate = o->batch / fmax(took, 1e-9);
  guint64 iteration = stylemap_trainer_iteration(run->trainer);
  run->rate = run->rate > 0 ? 0.9 * run->rate + 0.1 * rate : rate;
  if (common.quiet || (!isatty(STDERR_FILENO) && iteration % 100 != 0)) return;
  g_autofree gchar *left = NULL;
  if (run->options->iterations > 0) {
    gdouble seconds = (gdouble)(g_get_monotonic_time() - run->started) / G_TIME_SPAN_SECOND /
                      (gdouble)(iteration - run->started_at) * ((gdouble)run->options->iterations - (gdouble)iteration);
    gint64 minutes = (gint64)(seconds / 60);
    left = g_strdup_printf(_(", %d h %02d min left"), (gint)(minutes / 60), (gint)(minutes % 60));
  }
  g_printerr(isatty(STDERR_FILENO) ? "\r" : "");
  g_printerr(_("iteration %llu: %.2f images/s, mse %.5f%s"), (unsigned long long)iteration, run->rate, losses->mse,
             left ? left : "");
  g_printerr(isatty(STDERR_FILENO) ? "\033[K" : "\n");
}

static gboolean train(Run *run, GError **error) {
  const RunOptions *o = run->options;
  const stylemap_train_options *t = stylemap_trainer_options(run->trainer);
  gsize each = 3 * (gsize)t->size * (gsize)t->size;
  gint batch = t->batch / train_share.ranks;
  g_autofree gfloat *images = g_new(gfloat, each * (gsize)batch);
  g_autofree guint64 *indices = g_new(guint64, (gsize)batch);
  g_autofree guchar *mirrored = g_new(guchar, (gsize)batch);
  stylemap_error core;
  run->started = g_get_monotonic_time();
  run->started_at = stylemap_trainer_iteration(run->trainer);
  for (;;) {
    guint64 iteration = stylemap_trainer_iteration(run->trainer);
    gboolean ends = (o->iterations > 0 && iteration >= (guint64)o->iterations) ||
                    agree(progress_interrupted() ? 1 : 0) > 0; /* all ranks end at the same step */
    gboolean moved = iteration > run->started_at && writes();
    if (moved && (ends || iteration % (guint64)o->report_every == 0)) {
      Measure measure = { -1, -1 };
      if (!save_state(run, error)) return FALSE; /* before anything that may fail */
      if (!progress_interrupted() && !report(run, &measure, error)) return FALSE;
      if (run->log.summed) log_write(&run->log, iteration, t->batch, &measure);
    } else if (moved && iteration % (guint64)o->save_every == 0 && !save_state(run, error)) {
      return FALSE;
    }
    if (run->log.summed >= o->log_every && writes()) log_write(&run->log, iteration, t->batch, NULL);
    if (ends) break;
    if (stylemap_trainer_draw(run->trainer, run->pictures.count, indices, mirrored, &core) != STYLEMAP_OK)
      return fail_core(error, &core);
    for (gint i = 0; i < batch; i++)
      cache_image(&run->pictures, indices[i], mirrored[i], images + each * (gsize)i);
    stylemap_train_losses losses;
    gint64 before = g_get_monotonic_time();
    if (stylemap_trainer_step(run->trainer, images, &losses, &core) != STYLEMAP_OK) return fail_core(error, &core);
    gdouble took = (gdouble)(g_get_monotonic_time() - before) / G_TIME_SPAN_SECOND;
    log_add(&run->log, &losses, took);
    if (writes()) show(run, took, &losses);
    if (!isfinite(losses.mse) || !isfinite(losses.d_adversarial)) {
      g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                  _("The losses are no numbers any more. Go on from the last state with a smaller --rate."));
      return FALSE;
    }
  }
  if (isatty(STDERR_FILENO) && !common.quiet) g_printerr("\n");
  if (progress_interrupted() && writes()) cli_note(_("Saved. The run goes on with --resume."));
  return progress_go_on(error);
}

/* ---------------------------------------------------------------------------------------- samples */

static int give_picture(void *data, uint64_t index, int mirrored, float *image) {
  cache_image(&((Run *)data)->pictures, index, mirrored, image);
  return 0;
}

static int show_samples(void *data, int step, double critic, double mapping) {
  const gboolean terminal = isatty(STDERR_FILENO);
  Run *run = data;
  run->taught = MAX(step, 0);
  if (step > 0 && !(isfinite(critic) && isfinite(mapping))) run->broken = TRUE;
  if (run->broken || progress_interrupted()) return 1;
  if (common.quiet || step % (terminal ? 10 : step > 0 ? 100 : 1000) != 0) return 0;
  g_printerr(terminal ? "\r" : "");
  if (step > 0)
    g_printerr(_("samples, step %d of %d: critic %.3f, mapping network %.3f"), step, run->options->samples, critic,
               mapping);
  else
    g_printerr(_("stylemaps of %d pictures to go"), -step);
  g_printerr(terminal ? "\033[K" : "\n");
  return 0;
}

/* The state of before stays beside the new one, which has its name. */
static gboolean put_aside(const Run *run, GError **error) {
  g_autofree gchar *from = state_path(run, ""), *to = state_path(run, "-before-samples");
  if (!g_file_test(from, G_FILE_TEST_EXISTS) || g_rename(from, to) == 0) return TRUE;
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be written: %s."), to, g_strerror(errno));
  return FALSE;
}

/* The mapping network by itself; the run stays where it is. */
static gboolean teach_samples(Run *run, GError **error) {
  const stylemap_samples_options options = { run->options->samples, run->pictures.count, give_picture, show_samples,
                                             run };
  stylemap_error core;
  Measure measure;
  if (stylemap_trainer_samples(run->trainer, &options, &core) != STYLEMAP_OK) return fail_core(error, &core);
  if (isatty(STDERR_FILENO) && !common.quiet) g_printerr("\n");
  if (run->broken) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The losses of the samples are no numbers any more; the run is as it was before."));
    return FALSE;
  }
  if (!run->taught) return progress_go_on(error);
  if (!put_aside(run, error) || !save_state(run, error)) return FALSE;
  if (progress_interrupted()) cli_note(_("Saved. The run goes on with --resume."));
  else if (!report(run, &measure, error)) return FALSE;
  return progress_go_on(error);
}

static gboolean write_options(const Run *run, GError **error) {
  const stylemap_train_options *t = stylemap_trainer_options(run->trainer);
  GString *text = g_string_new(NULL);
  Number number;
  for (guint i = 0; i < G_N_ELEMENTS(wholes); i++)
    g_string_append_printf(text, "%s %d\n", wholes[i].name, *(const int *)((const gchar *)t + wholes[i].offset));
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
    g_string_append_printf(text, "%s %s\n", numbers[i].name,
                           cli_number(&number, "%.12g", *(const gdouble *)((const gchar *)t + numbers[i].offset)));
  g_string_append_printf(text, "seed %llu\nanneal %llu to %llu\nwarm-up %llu\n", (unsigned long long)t->seed,
                         (unsigned long long)t->anneal_from, (unsigned long long)t->anneal_to,
                         (unsigned long long)t->warm_up);
  g_string_append_printf(text, "mirror %d\nsmall-generator %d\nnorm %d\noptimiser %s\n", t->mirror,
                         t->small_generator, t->norm, optimisers[t->muon != 0]);
  if (run->options->focus) g_string_append_printf(text, "focus %s\n", run->options->focus);
  if (run->options->vgg) g_string_append_printf(text, "vgg %s\n", run->options->vgg);
  g_autofree gchar *path = in_run(run, "options.txt");
  gboolean done = g_file_set_contents(path, text->str, (gssize)text->len, error);
  g_string_free(text, TRUE);
  return done;
}

/* The trainer, new or from the run's state. */
static gboolean open_trainer(Run *run, GError **error) {
  const RunOptions *o = run->options;
  stylemap_train_options train;
  stylemap_error core;
  stylemap_train_defaults(&train);
  if (o->resume) {
    if (!open_state(o, &run->trainer, error)) return FALSE;
    train = *stylemap_trainer_options(run->trainer);
    if (!apply_options(o, &train, error)) return FALSE;
    if (stylemap_trainer_change(run->trainer, &train, &core) != STYLEMAP_OK) return fail_core(error, &core);
  } else {
    g_autofree gchar *there = find_state(o->output, G_MAXINT64);
    if (there) {
      cli_usage(error, _("%s holds a run already; go on with --resume, or name another folder."), o->output);
      return FALSE;
    }
    if (o->from && stylemap_train_like(o->from, &train, &core) != STYLEMAP_OK) return fail_core(error, &core);
    if (!apply_options(o, &train, error)) return FALSE;
    if (stylemap_trainer_new(&train, common.threads, &run->trainer, &core) != STYLEMAP_OK)
      return fail_core(error, &core);
    gint taken;
    if (o->from && stylemap_trainer_start(run->trainer, o->from, &taken, &core) != STYLEMAP_OK)
      return fail_core(error, &core);
    if (o->from) cli_note(_("%d tensors of %s are the start"), taken, o->from);
  }
  if (o->export_path) return TRUE;
  if (o->vgg && stylemap_trainer_perceptual(run->trainer, o->vgg, o->lpips, &core) != STYLEMAP_OK)
    return fail_core(error, &core);
  if (o->focus) {
    const gint size = stylemap_trainer_options(run->trainer)->size;
    g_autofree gfloat *weights = g_new(gfloat, (gsize)size * (gsize)size);
    if (!focus_load(o->focus, size, weights, error)) return FALSE;
    if (stylemap_trainer_focus(run->trainer, weights, &core) != STYLEMAP_OK) return fail_core(error, &core);
  }
  if (train_share.ranks > 1 && stylemap_trainer_share(run->trainer, train_share.rank, train_share.ranks,
                                                      train_share.sum, NULL, &core) != STYLEMAP_OK)
    return fail_core(error, &core);
  return TRUE;
}

/* The pictures; rank 0 makes the caches, the others open what it made. */
static gboolean open_data(Run *run, const gchar *data, GError **error) {
  const RunOptions *o = run->options;
  gint size = stylemap_trainer_options(run->trainer)->size;
  g_autofree gchar *pictures = in_run(run, "pictures.cache"), *held_out = in_run(run, "held-out.cache");
  gboolean done = TRUE;
  if (writes()) {
    done = cache_open(&run->pictures, pictures, data, size, error);
    if (done && (o->held_out || g_file_test(held_out, G_FILE_TEST_EXISTS)))
      done = cache_open(&run->held_out, held_out, o->held_out, size, error);
    if (done)
      cli_note(_("%llu pictures to train on, %llu held out"), (unsigned long long)run->pictures.count,
               (unsigned long long)run->held_out.count);
  }
  if (agree(done ? 0 : 1) > 0) {
    if (done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("Rank 0 could not open the pictures."));
    return FALSE;
  }
  return writes() || cache_open(&run->pictures, pictures, data, size, error);
}

static gboolean open_run(Run *run, const gchar *data, GError **error) {
  const RunOptions *o = run->options;
  gboolean done = TRUE;
  if (writes() && g_mkdir_with_parents(o->output, 0777) != 0) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be made: %s."), o->output, g_strerror(errno));
    done = FALSE;
  }
  done = done && (!writes() || lock_run(run, error)) && open_trainer(run, error);
  if (agree(done ? 0 : 1) > 0) {
    if (done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("Another rank could not start."));
    return FALSE;
  }
  if (o->export_path) return TRUE;
  g_autofree gchar *log = in_run(run, "log.csv");
  return open_data(run, data, error) &&
         (!writes() ||
          (write_options(run, error) && log_open(&run->log, log, stylemap_trainer_iteration(run->trainer), error)));
}

static gboolean run_train(const Command *command, gchar **arguments, GError **error) {
  RunOptions o = { .anneal = -1, .warm_up = -1, .seed = -1, .save_every = 500, .report_every = 500, .log_every = 10,
                   .samples = NO_SAMPLES };
  g_autofree GOptionEntry *entries = make_entries(&o);
  Run run = { .options = &o, .lock = -1 };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 1, error);
  gboolean done = FALSE;
  if (given && !o.output) cli_usage(error, _("Where to? Name the run's folder with -o."));
  else if (given && o.from && o.resume) cli_usage(error, _("A run goes on from its state: --from is for new ones."));
  else if (given && (o.state || o.export_path || o.samples != NO_SAMPLES) && !o.resume)
    cli_usage(error, _("--state, --samples and --export need --resume."));
  else if (given && o.samples != NO_SAMPLES &&
           (o.export_path || o.iterations || o.vgg || o.focus || train_share.ranks > 1))
    cli_usage(error, _("--samples is all that one process does: not beside --export, --iterations, --vgg or --focus."));
  else if (given && o.anneal > 0 && !o.iterations) cli_usage(error, _("--anneal needs --iterations."));
  else if (given && o.lpips && !o.vgg) cli_usage(error, _("--lpips needs --vgg."));
  else if (given && (o.save_every < 1 || o.report_every < 1 || o.log_every < 1 || o.iterations < 0 ||
                     (o.samples < 1 && o.samples != NO_SAMPLES)))
    cli_usage(error, _("Numbers of iterations must be 1 or more."));
  else if (given) {
    done = open_run(&run, given[0], error) &&
           (o.export_path ? export_model(&run, o.export_path, error)
            : o.samples > 0 ? teach_samples(&run, error) : train(&run, error));
  }
  log_close(&run.log);
  cache_close(&run.pictures);
  cache_close(&run.held_out);
  stylemap_trainer_free(run.trainer);
  if (run.lock >= 0) close(run.lock);
  g_free(o.norm);
  g_free(o.optimiser);
  g_free(o.output);
  g_free(o.state);
  g_free(o.from);
  g_free(o.held_out);
  g_free(o.focus);
  g_free(o.vgg);
  g_free(o.lpips);
  g_free(o.export_path);
  return done;
}

const Command command_train = {
  "train", N_("DATA_DIR -o RUN_DIR"), N_("Train a model of your own on a folder of pictures."),
  "  stylemap train portraits -o run --mirror --held-out others --iterations 50000\n"
  "  stylemap train portraits -o run --resume --rate 0.0005 --iterations 80000\n"
  "  stylemap train portraits -o large --from mine.safetensors --size 256\n"
  "  stylemap train portraits -o run --resume --samples 10000\n"
  "  stylemap train portraits -o run --resume --export mine.safetensors\n",
  run_train,
};
