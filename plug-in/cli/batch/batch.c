/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap batch: its options, and its end. */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli/batch/batch.h"
#include "host/say.h"

/* Pixels of pictures in work at a time: with all that an edit of them needs below 2 GB (install/stylemap.1). */
enum { BUDGET = 30000000, MOST_JOBS = 256, MOST_SHARDS = 1000000, MOST_TOLD = 20 };

typedef struct {
  gchar *each, *sequence, *reference, *operation, *model, *folder, *log, *sheet, *shard;
  gboolean resume, merge;
  gint jobs;
  guint part, parts; /* of the shard, from 0 */
} Options;

typedef struct {
  const Rows *rows;
  BatchLog log;
  GArray *items;    /* guint: the rows of this shard that are to be done */
  GPtrArray *done;  /* rows of this shard */
  guint before;     /* of which were done by an earlier run */
  Summary now;      /* of this shard, in this run */
  gint64 began;
} Batch;

/* ---------------------------------------------------------------------------------------- progress */

static void show(gpointer data) {
  const Batch *batch = data;
  const guint now = batch->now.done + batch->now.failed, all = batch->items->len;
  const gdouble seconds = (gdouble)(g_get_monotonic_time() - batch->began) / 1e6;
  const gdouble rate = seconds > 0 ? now / seconds : 0;
  const gdouble left = rate > 0 ? (all - now) / rate : 0;
  Number number;
  g_autofree gchar *text =
    g_strdup_printf(_("%u of %u, %s a second, %u failed, %d:%02d:%02d left"), now, all, cli_number(&number, "%.1f", rate),
                    batch->now.failed, (gint)left / 3600, (gint)left / 60 % 60, (gint)left % 60);
  progress_bar(text, all ? (gdouble)now / all : 1);
}

static gboolean take(gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error) {
  Batch *batch = data;
  Row *row = batch->rows->rows->pdata[item];
  g_autoptr(GString) line = g_string_new(answer);
  if (fault) runner_say_failed(row, fault, line);
  if (summary_add(&batch->now, line->str)) g_ptr_array_add(batch->done, row);
  else if (batch->now.failed <= MOST_TOLD) {
    const gchar *at = strstr(line->str, "\"error\": ");
    if (at) cli_note("%.*s", (gint)strlen(at) - 12, at + 10);
    if (batch->now.failed == MOST_TOLD) cli_note(_("More failures are only told in the log."));
  }
  return batch_log_write(&batch->log, line->str, error);
}

/* -------------------------------------------------------------------------------------------- run */

/* The head of this run; where the rows are others than before, the lines of those that are whole, with their new numbers. */
static gboolean write_head(Batch *batch, const Options *options, GError **error) {
  g_autoptr(GString) line = g_string_new(NULL);
  g_autofree gchar *digest = rows_digest(batch->rows);
  const gboolean others = batch->log.digest && !g_str_equal(batch->log.digest, digest);
  line_number(line, "batch", "%.0f", 1);
  line_text(line, "stylemap", stylemap_version());
  line_number(line, "rows", "%.0f", batch->rows->rows->len);
  line_number(line, "shard", "%.0f", options->part + 1);
  line_number(line, "shards", "%.0f", options->parts);
  line_text(line, "digest", digest);
  line_end(line);
  gboolean done = batch_log_write(&batch->log, line->str, error);
  for (guint i = 0; done && others && i < batch->done->len; i++)
    done = batch_log_renumber(&batch->log, batch->done->pdata[i], error);
  return done;
}

static gchar *log_path(const Options *options) {
  g_autofree gchar *name =
    options->parts > 1 ? g_strdup_printf("stylemap-batch-%u-of-%u.jsonl", options->part + 1, options->parts)
                       : g_strdup("stylemap-batch.jsonl");
  return options->log ? g_strdup(options->log) : g_build_filename(options->folder ? options->folder : ".", name, NULL);
}

static void choose_items(Batch *batch, const Options *options) {
  for (guint i = 0; i < batch->rows->rows->len; i++) {
    Row *row = batch->rows->rows->pdata[i];
    if (i % options->parts != options->part) continue;
    batch->now.rows++;
    if (batch_log_is_whole(&batch->log, row)) g_ptr_array_add(batch->done, row);
    else g_array_append_val(batch->items, i);
  }
  batch->before = batch->done->len;
}

/* TRUE where all is done; else FALSE with what the status is to be. */
static gboolean finish(const Batch *batch, GError **error) {
  if (batch->now.failed == 0) return TRUE;
  g_autofree gchar *name = g_filename_display_name(batch->log.path);
  if (batch->done->len)
    g_set_error(error, CLI_PARTLY_ERROR, 0, _("%u of %u pictures failed; the log %s tells why."), batch->now.failed, batch->now.rows, name);
  else g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("No picture was done; the log %s tells why."), name);
  return FALSE;
}

static gint by_number(gconstpointer a, gconstpointer b) {
  const Row *const *left = a, *const *right = b;
  return (gint)(*left)->number - (gint)(*right)->number;
}

static gboolean run(Batch *batch, const Options *options, GError **error) {
  const gint cores = (gint)g_get_num_processors();
  const guint rows = batch->rows->rows->len;
  const guint workers = (guint)CLAMP(options->jobs ? options->jobs : cores, 1, MAX((gint)rows, 1));
  const gint threads = common.threads ? common.threads : MAX(1, cores / (gint)workers);
  g_autofree gchar *text = g_strdup_printf("%d", threads);
  g_setenv("GEGL_THREADS", text, TRUE); /* workers start GEGL */
  Runner *runner = runner_new(batch->rows, threads);
  Pool pool = { workers, BUDGET, NULL, 0, runner_work, take, show, runner, batch };
  gboolean done = !options->sequence || sequence_decide(batch->rows, runner, &pool, error);
  choose_items(batch, options);
  done = done && write_head(batch, options, error);
  pool.items = (const guint *)batch->items->data;
  pool.count = batch->items->len;
  batch->began = g_get_monotonic_time();
  done = done && pool_run(&pool, error);
  const gdouble seconds = (gdouble)(g_get_monotonic_time() - batch->began) / 1e6;
  runner_free(runner);
  g_ptr_array_sort(batch->done, by_number);
  if (done && options->sheet) done = sheet_write(batch->rows, batch->done, options->sheet, error);
  if (done) summary_print(&batch->now, batch->before, seconds);
  return done && finish(batch, error);
}

/* ---------------------------------------------------------------------------------------- options */

static gboolean read_shard(Options *options, GError **error) {
  gchar *end = options->shard;
  options->parts = 1;
  if (!options->shard) return TRUE;
  const guint64 part = g_ascii_strtoull(end, &end, 10);
  const guint64 parts = *end == '/' && g_ascii_isdigit(end[1]) ? g_ascii_strtoull(end + 1, &end, 10) : 0;
  options->part = (guint)part - 1;
  options->parts = (guint)parts;
  if (!*end && part >= 1 && part <= parts && parts <= MOST_SHARDS && g_ascii_isdigit(*options->shard)) return TRUE;
  cli_usage(error, _("--shard is I/N, the I-th of N parts, not \"%s\"."), options->shard);
  return FALSE;
}

/* What rows have that say nothing else. */
static void take_usual(Rows *rows, const Options *options, const GOptionEntry *entries, gchar **values, const gboolean *flags) {
  const gchar *const told[][2] = { { "reference", options->reference }, { "operation", options->operation },
                                   { "model", options->model } };
  for (guint i = 0; i < G_N_ELEMENTS(told); i++)
    if (told[i][1]) g_hash_table_insert(rows->usual, g_strdup(told[i][0]), g_strdup(told[i][1]));
  for (guint i = 0; entries[i].long_name; i++)
    if (values[i] || flags[i])
      g_hash_table_insert(rows->usual, g_strdup(entries[i].long_name), g_strdup(values[i] ? values[i] : "true"));
}

static gboolean merge(const Options *options, gchar **logs, GError **error) {
  Summary summary;
  if (!logs[0]) {
    cli_usage(error, _("Which logs? --merge takes those of all shards."));
    return FALSE;
  }
  if (!batch_log_merge(logs, options->log, &summary, error)) return FALSE;
  summary_print(&summary, 0, 0);
  if (summary.done == summary.rows) return TRUE;
  if (summary.done)
    g_set_error(error, CLI_PARTLY_ERROR, 0, _("%u of %u pictures are not done: %u failed, of %u no log tells."),
                summary.rows - summary.done, summary.rows, summary.failed, summary.rows - summary.done - summary.failed);
  else g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("No picture was done."));
  return FALSE;
}

static gboolean batch(const Options *options, Rows *rows, gchar **given, GError **error) {
  if ((given[0] != NULL) + (options->each != NULL) + (options->sequence != NULL) != 1 || (given[0] && given[1])) {
    cli_usage(error, _("What is to be done? One manifest, or a folder of pictures with --each, or frames with --sequence."));
    return FALSE;
  }
  if (options->sequence && options->parts > 1) {
    cli_usage(error, _("--sequence looks at all frames, so it takes no --shard."));
    return FALSE;
  }
  if (!given[0] && !options->folder) return cli_need_output(NULL, error);
  if (!cli_check_range("--jobs", options->jobs, 0, MOST_JOBS, error) ||
      !(options->each       ? rows_add_folder(rows, options->each, error)
        : options->sequence ? rows_add_pattern(rows, options->sequence, error)
                            : manifest_read(given[0], rows_add, rows, error)) ||
      !rows_check(rows, error))
    return FALSE;
  if (options->folder && g_mkdir_with_parents(options->folder, 0777) != 0) {
    g_autofree gchar *name = g_filename_display_name(options->folder);
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made: %s."), name, g_strerror(errno));
    return FALSE;
  }
  if (options->sheet && !output_check(options->sheet, error)) return FALSE; /* which may lie in there */
  g_autofree gchar *path = log_path(options);
  Batch b = { .rows = rows, .items = g_array_new(FALSE, FALSE, sizeof(guint)), .done = g_ptr_array_new() };
  gboolean done = batch_log_open(&b.log, path, options->resume, error);
  done = done && run(&b, options, error);
  batch_log_close(&b.log);
  g_array_unref(b.items);
  g_ptr_array_unref(b.done);
  return done;
}

static gboolean run_batch(const Command *command, gchar **arguments, GError **error) {
  Options o = { 0 };
  g_auto(GStrv) values = NULL;
  g_autofree gboolean *flags = NULL;
  g_autofree GOptionEntry *usual = rows_entries(&values, &flags);
  const GOptionEntry own[] = {
    { "each", 0, 0, G_OPTION_ARG_FILENAME, &o.each, N_("Every picture in this folder is a target"), N_("FOLDER") },
    { "sequence", 0, 0, G_OPTION_ARG_FILENAME, &o.sequence, N_("Frames of one scene, with %d or %0Nd for their numbers"), N_("PATTERN") },
    { "reference", 0, 0, G_OPTION_ARG_FILENAME, &o.reference, N_("The reference of rows that name none"), N_("PICTURE") },
    { "operation", 0, 0, G_OPTION_ARG_STRING, &o.operation, N_("What is done in rows that name nothing"), "transplant|reconstruct" },
    { "model", 0, 0, G_OPTION_ARG_STRING, &o.model, N_("The model of rows that name none"), "MODEL" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.folder, N_("Where the results and the log go"), N_("FOLDER") },
    { "jobs", 0, 0, G_OPTION_ARG_INT, &o.jobs, N_("How many pictures at a time (default: all cores)"), "N" },
    { "shard", 0, 0, G_OPTION_ARG_STRING, &o.shard, N_("Only the I-th of N parts of the rows"), "I/N" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &o.resume, N_("Go on with what the log does not call done"), NULL },
    { "log", 0, 0, G_OPTION_ARG_FILENAME, &o.log, N_("The log, a line of JSON a picture (default: in the folder of -o)"), "FILE.jsonl" },
    { "sheet", 0, 0, G_OPTION_ARG_FILENAME, &o.sheet, N_("Write a contact sheet of targets and results"), N_("PICTURE") },
    { "merge", 0, 0, G_OPTION_ARG_NONE, &o.merge, N_("Only join the logs of all shards, into --log if it is given"), NULL },
  };
  g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
  guint count = 0;
  while (usual[count].long_name) count++;
  g_array_append_vals(entries, own, G_N_ELEMENTS(own));
  g_array_append_vals(entries, usual, count);
  g_auto(GStrv) given = cli_parse(command, arguments, (const GOptionEntry *)entries->data, CLI_ANY, error);
  Rows rows = { 0 };
  gboolean done = given && read_shard(&o, error);
  if (done && o.merge) done = merge(&o, given, error);
  else if (done) {
    rows_init(&rows, o.folder);
    take_usual(&rows, &o, usual, values, flags);
    done = batch(&o, &rows, given, error);
  }
  rows_clear(&rows);
  for (guint i = 0; values && i < count; i++) /* some are not given: no GStrv's end */
    g_clear_pointer(&values[i], g_free);
  gchar *texts[] = { o.each, o.sequence, o.reference, o.operation, o.model, o.folder, o.log, o.sheet, o.shard };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_free(texts[i]);
  return done;
}

const Command command_batch = {
  "batch", N_("MANIFEST.csv|jsonl [-o FOLDER] | --each FOLDER -o FOLDER | --sequence PATTERN -o FOLDER | --merge LOG..."),
  N_("Edit many pictures: a row of a manifest each, or all of a folder."),
  "  stylemap batch --each portraits --reference friend.png --mask eyes.png -o done\n"
  "  stylemap batch rows.csv --shard 1/2 --resume -o done --sheet done/sheet.png\n"
  "  stylemap batch --sequence frame-%04d.png --reference friend.png --mask eyes.png -o edited\n"
  "  stylemap batch --merge done/stylemap-batch-*.jsonl\n",
  run_batch,
};
