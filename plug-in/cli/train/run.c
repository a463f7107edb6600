/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: a run's folder, its states and what is made of them; see train.h. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/say.h"
#include "cli/train/train.h"

TrainShare train_share = { 0, 1, NULL };

gboolean run_writes(void) {
  return train_share.rank == 0;
}

gfloat run_agree(gfloat value) {
  if (train_share.ranks > 1 && train_share.sum(NULL, &value, 1) != 0) return 1;
  return value;
}

gchar *run_file(const Run *run, const gchar *name) {
  return g_build_filename(run->options.output, name, NULL);
}

gchar *run_duration(gdouble seconds) {
  const gint whole = (gint)CLAMP(seconds, 0, 1e9);
  if (whole < 3600) return g_strdup_printf(_("%d min %02d s"), whole / 60, whole % 60);
  return g_strdup_printf(_("%d h %02d min"), whole / 3600, whole / 60 % 60);
}

static gboolean not_written(const gchar *path, GError **error) {
  const gint fault = errno;
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, _("%s cannot be written: %s."), name, g_strerror(fault));
  return FALSE;
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
    if (o->samples < 0 || !last || state_number(file) <= iteration) return TRUE;
    cli_usage(error, _("%s is newer than the state to teach; move it away first."), last);
    return FALSE;
  }
  g_autofree gchar *name = g_path_get_basename(newest);
  g_autofree gchar *before = o->state || state_number(name) < 0 ? NULL : find_state(o->output, state_number(name));
  if (core.status != STYLEMAP_REFUSED || !before) return say_status(core.status, &core, error);
  GError *fault = NULL;
  say_error(&fault, &core);
  g_set_error(error, fault->domain, fault->code, _("%s The state before it is there: go on from that with --state %s."),
              fault->message, before);
  g_error_free(fault);
  return FALSE;
}

static gchar *state_path(const Run *run, const gchar *mark) {
  g_autofree gchar *name = g_strdup_printf("state-%08" G_GUINT64_FORMAT "%s.safetensors",
                                           (guint64)stylemap_trainer_iteration(run->trainer), mark);
  return run_file(run, name);
}

gboolean run_save(Run *run, GError **error) {
  stylemap_error core;
  g_autofree gchar *path = state_path(run, "");
  if (!say_status(stylemap_trainer_save(run->trainer, path, &core), &core, error)) return FALSE;
  /* this one and the one before it stay */
  const gint64 iteration = (gint64)stylemap_trainer_iteration(run->trainer);
  g_autofree gchar *before = find_state(run->options.output, iteration), *base = NULL;
  gint64 number = before ? state_number(base = g_path_get_basename(before)) : 0;
  for (gchar *old; number > 0 && (old = find_state(run->options.output, number)); g_free(old)) {
    g_autofree gchar *old_base = g_path_get_basename(old);
    g_unlink(old);
    number = state_number(old_base); /* falls even where the file stays */
  }
  return TRUE;
}

gboolean run_put_aside(const Run *run, GError **error) {
  g_autofree gchar *from = state_path(run, ""), *to = state_path(run, "-before-samples");
  return !g_file_test(from, G_FILE_TEST_EXISTS) || g_rename(from, to) == 0 || not_written(to, error);
}

/* ----------------------------------------------------------------------------------------- reports */

gboolean run_export(Run *run, const gchar *path, const Measure *measure, GError **error) {
  stylemap_error core;
  Number number;
  g_autofree gchar *made = g_strdup_printf("stylemap %s train, iteration %" G_GUINT64_FORMAT ", batch %d",
                                           stylemap_version(), (guint64)stylemap_trainer_iteration(run->trainer),
                                           stylemap_trainer_options(run->trainer)->batch);
  const char *texts[] = { "created_by", made, measure ? "heldout_mse" : NULL,
                          measure ? cli_number(&number, "%.5g", measure->mse) : NULL, NULL };
  const stylemap_save_options save = { .texts = texts };
  return say_status(stylemap_trainer_export(run->trainer, path, &save, NULL, &core), &core, error);
}

gboolean run_report(Run *run, Measure *measure, GError **error) {
  g_autofree gchar *model = run_file(run, "model.safetensors");
  g_autofree gchar *name = g_strdup_printf("sheet-%08" G_GUINT64_FORMAT ".png",
                                           (guint64)stylemap_trainer_iteration(run->trainer));
  g_autofree gchar *sheet = run_file(run, name), *shown = g_filename_display_name(sheet);
  const gboolean held_out = run->held_out.count > 0;
  GError *fault = NULL;
  Number mse;
  *measure = (Measure){ -1, -1 };
  if (!run_export(run, model, NULL, error)) return FALSE;
  if (progress_interrupted()) return TRUE;
  if (!report_model(model, held_out ? &run->held_out : &run->pictures, held_out, sheet, measure, &fault)) {
    *measure = (Measure){ -1, -1 };
    if (!progress_interrupted()) {
      g_propagate_error(error, fault);
      return FALSE;
    }
    g_error_free(fault);
    return TRUE;
  }
  if (!held_out) {
    cli_note(_("%s shows what the model can do"), shown);
    return TRUE;
  }
  cli_note(_("%s shows what the model can do; MSE of the pictures held out: %s"), shown,
           cli_number(&mse, "%.5f", measure->mse));
  return run_export(run, model, measure, error);
}

gboolean run_plot(const Run *run, GError **error) {
  g_autofree gchar *log = run_file(run, "log.csv"), *plot = run_file(run, "losses.svg");
  return report_plot(log, plot, error);
}

void run_tell_start(const Run *run) {
  const RunOptions *o = &run->options;
  const guint64 iteration = stylemap_trainer_iteration(run->trainer);
  if (o->iterations && iteration >= o->iterations)
    cli_note(_("The run has had its %llu iterations; --iterations gives it more"), (unsigned long long)o->iterations);
  else if (o->iterations)
    cli_note(_("Until iteration %llu; a model and a sheet of pictures every %d, and at the end. Ctrl-C ends before that, "
               "saves the run and makes the model"), (unsigned long long)o->iterations, o->report_every);
  else
    cli_note(_("Until you end it; a model and a sheet of pictures every %d iterations. Ctrl-C saves the run, makes the "
               "model and ends"), o->report_every);
}

void run_tell_end(const Run *run) {
  g_autofree gchar *model = run_file(run, "model.safetensors"), *shown = g_filename_display_name(model);
  if (!g_file_test(model, G_FILE_TEST_EXISTS)) return;
  if (progress_interrupted()) cli_note(_("Saved. The model is %s; the run goes on with --resume"), shown);
  else cli_note(_("The model is %s"), shown);
}

/* --------------------------------------------------------------------------------------- opening */

static gboolean lock_run(Run *run, GError **error) {
  g_autofree gchar *path = run_file(run, "lock");
  run->lock = g_open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (run->lock >= 0 && flock(run->lock, LOCK_EX | LOCK_NB) == 0) return TRUE;
  if (errno != EWOULDBLOCK) return not_written(path, error);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("Another process trains in %s."), run->options.output);
  return FALSE;
}

/* The trainer, from the run's state. */
static gboolean go_on(Run *run, GError **error) {
  RunOptions *o = &run->options;
  stylemap_error core;
  g_autofree gchar *kept = run_file(run, "options.txt");
  if (!open_state(o, &run->trainer, error)) return FALSE;
  o->train = *stylemap_trainer_options(run->trainer);
  if (!options_read(o, kept, error) || !options_given(o, error)) return FALSE;
  return say_status(stylemap_trainer_change(run->trainer, &o->train, &core), &core, error);
}

/* The trainer of a new run. */
static gboolean begin(Run *run, GError **error) {
  RunOptions *o = &run->options;
  stylemap_error core;
  gint taken;
  g_autofree gchar *there = find_state(o->output, G_MAXINT64);
  if (there) {
    cli_usage(error, _("%s holds a run already; go on with --resume, or name another folder."), o->output);
    return FALSE;
  }
  if (o->from && !say_status(stylemap_train_like(o->from, &o->train, &core), &core, error)) return FALSE;
  if (!options_given(o, error)) return FALSE;
  if (!say_status(stylemap_trainer_new(&o->train, common.threads, &run->trainer, &core), &core, error)) return FALSE;
  if (!o->from) return TRUE;
  if (!say_status(stylemap_trainer_start(run->trainer, o->from, &taken, &core), &core, error)) return FALSE;
  cli_note(_("%d tensors of %s are the start"), taken, o->from);
  return TRUE;
}

static gboolean is_named(const gchar *path) {
  return path && *path;
}

/* What the trainer needs beside its state. */
static gboolean equip(Run *run, GError **error) {
  const RunOptions *o = &run->options;
  stylemap_error core;
  const gchar *lpips = is_named(o->lpips) ? o->lpips : NULL;
  if (is_named(o->vgg) && !say_status(stylemap_trainer_perceptual(run->trainer, o->vgg, lpips, &core), &core, error))
    return FALSE;
  if (is_named(o->focus)) {
    g_autofree gfloat *weights = g_new(gfloat, (gsize)o->train.size * (gsize)o->train.size);
    if (!focus_load(o->focus, o->train.size, weights, error)) return FALSE;
    if (!say_status(stylemap_trainer_focus(run->trainer, weights, &core), &core, error)) return FALSE;
  }
  return train_share.ranks < 2 || say_status(stylemap_trainer_share(run->trainer, train_share.rank, train_share.ranks,
                                                                    train_share.sum, NULL, &core), &core, error);
}

static gboolean same_file(const gchar *a, const gchar *b) {
  struct stat s, t;
  return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

/* A cache of the folder's pictures. Where the folder is gone, a run goes on with what it has of it. */
static gboolean open_folder(const Run *run, Cache *cache, const gchar *name, const gchar *folder, gboolean pairs,
                            Seen *seen, GError **error) {
  const RunOptions *o = &run->options;
  g_autofree gchar *path = run_file(run, name), *shown = g_filename_display_name(folder);
  if (o->resume && !g_file_test(folder, G_FILE_TEST_EXISTS) && cache_is_of(path, folder)) {
    cli_note(_("%s is not there; the run goes on with the pictures that it had read"), shown);
    return cache_open_as_is(cache, path, o->train.size, error);
  }
  g_autoptr(GPtrArray) files = find_pictures(folder, seen, error);
  return files && cache_open(cache, path, folder, files, pairs, o->train.size, error);
}

/* Every file of a pair belongs to it, so none is left out as met; none is trained on as a picture either. */
static gboolean open_pairs(Run *run, Seen *seen, GError **error) {
  const gchar *folder = run->options.pairs;
  g_autoptr(GHashTable) own = seen_new();
  if (!is_named(folder)) return TRUE;
  seen_add(seen, folder);
  if (!open_folder(run, &run->pairs, "pairs.cache", folder, TRUE, own, error)) return FALSE;
  cli_note(_("%llu pairs to heal"), (unsigned long long)run->pairs.count / 2);
  return TRUE;
}

/* The pictures held out come first: what they are made of is not trained on. */
static gboolean read_pictures(Run *run, GError **error) {
  const RunOptions *o = &run->options;
  g_autoptr(GHashTable) seen = seen_new();
  g_autofree gchar *old = run_file(run, "held-out.cache");
  const gboolean held_out = is_named(o->held_out);
  if (held_out && same_file(o->data, o->held_out)) {
    cli_usage(error, _("--held-out is DATA_DIR itself: nothing would be left to train on."));
    return FALSE;
  }
  seen_add(seen, o->output);
  if (held_out) seen_add(seen, o->data); /* which may lie in there */
  if (held_out && !open_folder(run, &run->held_out, "held-out.cache", o->held_out, FALSE, seen, error)) return FALSE;
  if (!o->held_out && o->resume && g_file_test(old, G_FILE_TEST_EXISTS)) {
    cli_note(_("The pictures held out are those of before; name their folder with --held-out where it lies in the "
               "data's"));
    if (!cache_open_as_is(&run->held_out, old, o->train.size, error)) return FALSE;
  }
  if (!open_pairs(run, seen, error)) return FALSE;
  return open_folder(run, &run->pictures, "pictures.cache", o->data, FALSE, seen, error);
}

/* Rank 0 makes the caches, the others open what it made. */
static gboolean open_data(Run *run, GError **error) {
  const gboolean done = !run_writes() || read_pictures(run, error);
  if (done && run_writes())
    cli_note(_("%llu pictures to train on, %llu held out"), (unsigned long long)run->pictures.count,
             (unsigned long long)run->held_out.count);
  if (run_agree(done ? 0 : 1) > 0) {
    if (done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("Rank 0 could not open the pictures."));
    return FALSE;
  }
  const gint size = run->options.train.size;
  g_autofree gchar *pictures = run_file(run, "pictures.cache"), *pairs = run_file(run, "pairs.cache");
  return run_writes() || (cache_open_as_is(&run->pictures, pictures, size, error) &&
                          (!is_named(run->options.pairs) || cache_open_as_is(&run->pairs, pairs, size, error)));
}

static gboolean open_folder_and_trainer(Run *run, GError **error) {
  const RunOptions *o = &run->options;
  if (run_writes()) {
    if (o->data && same_file(o->data, o->output)) {
      cli_usage(error, _("The run's folder cannot be that of the pictures: its own sheets would be trained on."));
      return FALSE;
    }
    if (!o->resume && !g_file_test(o->data, G_FILE_TEST_IS_DIR)) { /* before anything is made */
      g_autoptr(GHashTable) seen = seen_new();
      g_autoptr(GPtrArray) files = find_pictures(o->data, seen, error);
      return FALSE;
    }
    if (!o->resume && g_mkdir_with_parents(o->output, 0777) != 0) return not_written(o->output, error);
    if (!g_file_test(o->output, G_FILE_TEST_IS_DIR)) {
      cli_usage(error, _("There is no run to go on with in %s."), o->output);
      return FALSE;
    }
    if (!lock_run(run, error)) return FALSE;
  }
  if (!(o->resume ? go_on(run, error) : begin(run, error))) return FALSE;
  return o->export_path || o->samples >= 0 || equip(run, error);
}

gboolean run_open(Run *run, GError **error) {
  const gboolean done = open_folder_and_trainer(run, error);
  if (run_agree(done ? 0 : 1) > 0) {
    if (done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("Another rank could not start."));
    return FALSE;
  }
  if (run->options.export_path) return TRUE;
  g_autofree gchar *log = run_file(run, "log.csv"), *options = run_file(run, "options.txt");
  return open_data(run, error) &&
         (!run_writes() || (options_write(&run->options, options, error) &&
                            log_open(&run->log, log, stylemap_trainer_iteration(run->trainer), error)));
}

void run_close(Run *run) {
  log_close(&run->log);
  cache_close(&run->pictures);
  cache_close(&run->held_out);
  cache_close(&run->pairs);
  stylemap_trainer_free(run->trainer);
  if (run->lock >= 0) close(run->lock);
  options_clear(&run->options);
}
