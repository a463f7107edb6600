/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap bench: how long the network takes on this machine. A tool, not a test. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/cli.h"
#include "host/say.h"
#include "host/models.h"

/* ---------------------------------------------------------------------------------- what is measured */

typedef struct {
  const gchar *name;
  stylemap_architecture shape;
} Architecture;

static const Architecture architectures[] = {
  { "published-256", { 256, 8, 64, 512, 32768, 0, 8, 0.01 } },
  { "light-256", { 256, 8, 64, 512, 32768, 1, 8, 0.01 } },
  { "light-1024", { 1024, 16, 64, 512, 32768, 1, 8, 0.01 } },
  { "toon-128", { 128, 8, 64, 128, 2048, 0, 8, 0.01 } },
};

typedef struct {
  const stylemap_model *model;
  stylemap_session_options options;
  stylemap_session *session;
  const stylemap_info *info;
  stylemap_pyramid *pyramid;
  float *target, *reference, *mask, *moved, *stylemap, *image;
  gint frames; /* of the task frames=N */
  gint run;
} Bench;

typedef stylemap_status (*Task)(Bench *bench, stylemap_error *error);

static stylemap_status encode(Bench *b, stylemap_error *error) {
  return stylemap_encode(b->session, b->target, b->stylemap, error);
}

/* Style map to image. */
static stylemap_status synth(Bench *b, stylemap_error *error) {
  stylemap_status status = stylemap_resize(b->session, b->stylemap, b->pyramid, error);
  return status == STYLEMAP_OK ? stylemap_synth(b->session, b->pyramid, b->image, error) : status;
}

static stylemap_status transplant_at(Bench *b, const float *mask, double strength, stylemap_error *error) {
  const stylemap_edit edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, strength };
  const stylemap_reference reference = { b->reference, mask };
  return stylemap_transplant(b->session, b->target, &reference, 1, &edit, b->image, error);
}

static stylemap_status transplant(Bench *b, stylemap_error *error) {
  stylemap_session_forget(b->session);
  return transplant_at(b, b->mask, 1, error);
}

/* A strength sweep at a fixed mask. */
static stylemap_status frames(Bench *b, stylemap_error *error) {
  stylemap_session_forget(b->session);
  for (gint i = 0; i < b->frames; i++) {
    stylemap_status status = transplant_at(b, b->mask, b->frames > 1 ? (double)i / (b->frames - 1) : 1, error);
    if (status != STYLEMAP_OK) return status;
  }
  return STYLEMAP_OK;
}

/* The mask moves, back and forth; everything else is remembered from the runs that are not counted. */
static stylemap_status remask(Bench *b, stylemap_error *error) {
  return transplant_at(b, b->run % 2 ? b->moved : b->mask, 1, error);
}

/* What a host waits for when a model is open: a session, its threads and memory, and its first transplant. */
static stylemap_status first(Bench *b, stylemap_error *error) {
  stylemap_status status = stylemap_session_open(b->model, &b->options, NULL, NULL, &b->session, error);
  return status == STYLEMAP_OK ? transplant_at(b, b->mask, 1, error) : status;
}

static stylemap_status no_session(Bench *b, stylemap_error *error) {
  (void)error;
  stylemap_session_free(b->session);
  b->session = NULL;
  return STYLEMAP_OK;
}

static stylemap_status new_session(Bench *b, stylemap_error *error) {
  no_session(b, NULL);
  return first(b, error);
}

/* The second transplant of two pictures in a session, with another mask than the first, which is not timed. */
static stylemap_status second(Bench *b, stylemap_error *error) {
  return transplant_at(b, b->moved, 1, error);
}

static const struct {
  const gchar *name;
  Task run, before; /* `before` each run, not timed */
} tasks[] = {
  { "encode", encode, NULL },  { "synth", synth, NULL },   { "transplant", transplant, NULL },
  { "frames=8", frames, NULL }, { "remask", remask, NULL }, { "second", second, new_session },
  { "first", first, no_session },
};

/* ------------------------------------------------------------------------------------------- pictures */

/* Smooth noise: sums of a few waves, in -1..1, the same on every machine for a seed. */
static void paint(guint64 seed, gint size, float *image) {
  float wave[3 * 8 * 4];
  stylemap_random(seed, 0, wave, G_N_ELEMENTS(wave));
  for (gint c = 0; c < 3; c++)
    for (gint y = 0; y < size; y++)
      for (gint x = 0; x < size; x++) {
        double sum = 0;
        for (gint k = 0; k < 8; k++) {
          const float *w = wave + (c * 8 + k) * 4;
          sum += 0.2 * w[0] * sin((w[1] * x + w[2] * y) * 20 / size + w[3]);
        }
        image[((gsize)c * (gsize)size + (gsize)y) * (gsize)size + (gsize)x] = (float)CLAMP(sum, -1, 1);
      }
}

/* An ellipse of half the square's width and height around (cx, cy), soft over a sixteenth of the square. */
static void draw_ellipse(gint size, double cx, double cy, float *mask) {
  for (gint y = 0; y < size; y++)
    for (gint x = 0; x < size; x++) {
      double r = hypot(x + 0.5 - cx, y + 0.5 - cy), edge = (r - size / 4.0) / (size / 16.0);
      mask[(gsize)y * (gsize)size + (gsize)x] = (float)CLAMP(0.5 - edge, 0, 1);
    }
}

/* ------------------------------------------------------------------------------------------------ runs */

typedef struct {
  gchar *architecture, *task, *isa, *write;
  gint runs;
  gint64 cache;
  gboolean json, step;
} Options;

static gboolean open_model(const Options *o, const gchar *file, stylemap_model **model, GError **error) {
  stylemap_error core;
  stylemap_status status;
  if (file) {
    g_autofree gchar *path = models_find(file, error);
    if (!path) return FALSE;
    status = stylemap_open(path, 0, NULL, NULL, model, &core);
  } else {
    gsize i = 0;
    while (i < G_N_ELEMENTS(architectures) && strcmp(o->architecture, architectures[i].name) != 0) i++;
    if (i == G_N_ELEMENTS(architectures)) {
      cli_usage(error, _("--arch is published-256, light-256, light-1024 or toon-128."));
      return FALSE;
    }
    status = stylemap_model_random(&architectures[i].shape, 1, model, &core);
  }
  if (status == STYLEMAP_OK && o->write) {
    const stylemap_save_options as = { 0, NULL };
    stylemap_save_report report;
    status = stylemap_save(*model, o->write, &as, &report, &core);
  }
  if (status != STYLEMAP_OK) say_error(error, &core);
  return status == STYLEMAP_OK;
}

static gboolean bench_open(Bench *b, const Options *o, const stylemap_model *model, GError **error) {
  stylemap_error core;
  b->model = model;
  b->options = (stylemap_session_options){ common.threads, o->isa, (gsize)o->cache };
  if (stylemap_session_open(model, &b->options, NULL, NULL, &b->session, &core) != STYLEMAP_OK ||
      stylemap_pyramid_new(model, &b->pyramid, &core) != STYLEMAP_OK) {
    say_error(error, &core);
    return FALSE;
  }
  b->info = stylemap_model_info(model);
  const gint size = b->info->size, side = b->info->latent_spatial_size;
  const gsize pixels = (gsize)size * (gsize)size;
  const gsize style = (gsize)b->info->latent_channel_size * (gsize)side * (gsize)side;
  b->target = g_new(float, 3 * pixels);
  b->reference = g_new(float, 3 * pixels);
  b->image = g_new(float, 3 * pixels);
  b->mask = g_new(float, pixels);
  b->moved = g_new(float, pixels);
  b->stylemap = g_new(float, style);
  paint(1, size, b->target);
  paint(2, size, b->reference);
  draw_ellipse(size, size / 2.0, size / 2.0, b->mask);
  draw_ellipse(size, size / 2.0 + size / 8.0, size / 2.0, b->moved);
  stylemap_random(3, 0, b->stylemap, (int)style);
  return TRUE;
}

static void bench_close(Bench *b) {
  stylemap_pyramid_free(b->pyramid);
  stylemap_session_free(b->session);
  float *const memory[] = { b->target, b->reference, b->image, b->mask, b->moved, b->stylemap };
  for (gsize i = 0; i < G_N_ELEMENTS(memory); i++) g_free(memory[i]);
}

static gint by_size(gconstpointer a, gconstpointer b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* The times of `runs` runs after two that are not counted, in seconds. With --step, each run waits for a line on
 * standard input and prints its time: so that another program can take turns. */
static gboolean measure(Bench *b, gsize task, const Options *o, double *seconds, GError **error) {
  stylemap_error core;
  for (b->run = -2; b->run < o->runs; b->run++) {
    if (o->step && b->run >= 0 && getchar() == EOF) return TRUE;
    gint64 from = 0;
    stylemap_status status = tasks[task].before ? tasks[task].before(b, &core) : STYLEMAP_OK;
    if (status == STYLEMAP_OK) {
      from = g_get_monotonic_time();
      status = tasks[task].run(b, &core);
    }
    if (status != STYLEMAP_OK) {
      say_error(error, &core);
      return FALSE;
    }
    if (!progress_go_on(error)) return FALSE;
    if (b->run < 0) continue;
    seconds[b->run] = (double)(g_get_monotonic_time() - from) * 1e-6;
    if (o->step) {
      Number number;
      g_print("%s\n", cli_number(&number, "%.6f", seconds[b->run]));
      fflush(stdout);
    }
  }
  return TRUE;
}

static void report(const Bench *b, const Options *o, const gchar *model, const double *sorted) {
  struct rusage usage;
  Number median, least;
  getrusage(RUSAGE_SELF, &usage);
  g_print(o->json ? "{\"task\": \"%s\", \"arch\": \"%s\", \"isa\": \"%s\", \"threads\": %d, \"runs\": %d, "
                    "\"median_s\": %s, \"min_s\": %s, \"peak_rss_bytes\": %" G_GUINT64_FORMAT "}\n"
                  : "%s %s, %s, %d threads, %d runs: median %s s, least %s s, at most %" G_GUINT64_FORMAT " bytes\n",
          o->task, model, stylemap_session_kernels(b->session), stylemap_session_threads(b->session), o->runs,
          cli_number(&median, "%.6f", sorted[o->runs / 2]), cli_number(&least, "%.6f", sorted[0]),
          (guint64)usage.ru_maxrss * 1024);
}

static gboolean run_bench(const Command *command, gchar **arguments, GError **error) {
  Options o = { .runs = 9, .cache = 1 << 30 };
  const GOptionEntry entries[] = {
    { "arch", 0, 0, G_OPTION_ARG_STRING, &o.architecture,
      N_("Random weights for published-256, light-256, light-1024 or toon-128"), "NAME" },
    { "task", 0, 0, G_OPTION_ARG_STRING, &o.task,
      N_("encode, synth, transplant (default), frames=8, remask, second or first"), "TASK" },
    { "isa", 0, 0, G_OPTION_ARG_STRING, &o.isa, N_("avx512, avx2, neon or portable (default: the best)"), "NAME" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &o.runs, N_("Runs, after two that are not counted (default: 9)"), "N" },
    { "cache", 0, 0, G_OPTION_ARG_INT64, &o.cache, N_("Bytes to remember pictures in (default: 1 GiB)"), "BYTES" },
    { "write", 0, 0, G_OPTION_ARG_FILENAME, &o.write, N_("Write the model, too"), "FILE" },
    { "step", 0, 0, G_OPTION_ARG_NONE, &o.step, N_("Wait for a line on standard input before each run"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, N_("One flat JSON object"), NULL },
    G_OPTION_ENTRY_NULL
  };
  guint models = 1;
  for (gchar **a = arguments; *a; a++)
    if (g_str_has_prefix(*a, "--arch")) models = 0;
  g_auto(GStrv) given = cli_parse(command, arguments, entries, models, error);
  gboolean done = FALSE;
  if (!given) goto out;
  if (!o.task) o.task = g_strdup("transplant");
  gsize task = 0;
  while (task < G_N_ELEMENTS(tasks) && strcmp(o.task, tasks[task].name) != 0) task++;
  if (task == G_N_ELEMENTS(tasks)) {
    cli_usage(error, _("--task is encode, synth, transplant, frames=8, remask, second or first."));
    goto out;
  }
  if (!cli_check_range("--runs", o.runs, 1, 10000, error) ||
      !cli_check_range("--cache", (gdouble)o.cache, 0, 1e15, error))
    goto out;
  stylemap_model *model = NULL;
  Bench b = { .frames = 8 };
  double *seconds = g_new0(double, (gsize)o.runs);
  done = open_model(&o, given[0], &model, error) && bench_open(&b, &o, model, error) &&
         measure(&b, task, &o, seconds, error);
  if (done && !o.step) {
    qsort(seconds, (gsize)o.runs, sizeof *seconds, by_size);
    g_autofree gchar *name = given[0] ? g_path_get_basename(given[0]) : g_strdup(o.architecture);
    report(&b, &o, name, seconds);
  }
  g_free(seconds);
  bench_close(&b);
  stylemap_close(model);
out:
  g_free(o.architecture), g_free(o.task), g_free(o.isa), g_free(o.write);
  return done;
}

const Command command_bench = {
  "bench",
  N_("[MODEL | --arch NAME] [--task TASK]"),
  N_("Measure the network's speed on this machine."),
  "  stylemap bench --arch published-256 --task transplant\n"
  "  stylemap bench toon-portraits-128 --task remask --threads 1 --json\n",
  run_bench,
};
