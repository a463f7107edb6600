/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap batch: many edits, each of which is a row. manifest and files -> rows -> processes that do one row after
 * another -> a line in the log each. */
#pragma once
#include "cli/edit.h"

/* manifest.c: files of rows. ------------------------------------------------------------------------- */

/* Takes a row's cells: `values[i]` (NULL: not given) in the column `names[i]`, a NULL closes the names. FALSE ends with its
 * error. */
typedef gboolean (*ManifestTake) (gpointer data, guint line, const gchar *const *names, const gchar *const *values,
                                  GError **error);

/* CSV as RFC 4180 has it, the names of the columns first, or, where `path` ends in .jsonl, a JSON object a line. Rows from
 * the bytes of a file, from line 1. A usage error that names line and column where they cannot be read as that. */
gboolean manifest_read (const gchar *path, ManifestTake take, gpointer data, GError **error);

/* rows.c: what is to be done. ------------------------------------------------------------------------- */

typedef struct {
  guint number, line;     /* in the whole manifest, from 0; the line there, 0 without one */
  const Command *command;
  CliEdit edit;
  gchar *key;             /* of all that was asked for: the same key, the same edit */
  guint moves;            /* bit n: reference n's mask is that of a frame whose square lay at `first` */
  Place first;
} Row;

typedef struct {
  GPtrArray *rows;
  GHashTable *usual;      /* name -> text: what a row has that says nothing else */
  const gchar *folder;    /* of outputs that are relative, or NULL */
  guint mask_moves;       /* of frames, bit n: they have the first one's mask of reference n */
  GHashTable *outputs;    /* inside: path -> row */
} Rows;

/* Columns of a row that say something of a reference are there for each of so many: NAME, NAME-2, ... */
enum { ROWS_REFERENCES = 9 };
/* The column `name` of reference `n`, from 1; static. */
const gchar *rows_name (const gchar *name, gint n);

void     rows_init (Rows *rows, const gchar *folder);
void     rows_clear (Rows *rows);
/* The options of all edits under the names of their columns, each once, for the command line of a batch: texts into `values`,
 * flags into `flags`, both as long as the result, which a row of zeros closes; g_free. */
GOptionEntry *rows_entries (gchar ***values, gboolean **flags);
/* A ManifestTake with Rows as its data. */
gboolean rows_add (gpointer rows, guint line, const gchar *const *names, const gchar *const *values, GError **error);
/* A row for each picture directly in `folder`, by name. */
gboolean rows_add_folder (Rows *rows, const gchar *folder, GError **error);
/* A row for each file that a pattern names, by its number; a mask's pattern has the same number. */
gboolean rows_add_pattern (Rows *rows, const gchar *pattern, GError **error);
/* FALSE, with a usage error, where an output is an input of another row: rows are done in any order. */
gboolean rows_check (const Rows *rows, GError **error);
/* A digest of all rows. */
gchar   *rows_digest (const Rows *rows);
/* Numbers as one process tells them to another, to the bit: " %s" each. */
void     rows_append_numbers (GString *text, const gdouble *numbers, guint count);

/* log.c: a line of JSON a picture. --------------------------------------------------------------------- */

/* One member after another. */
void line_text (GString *line, const gchar *name, const gchar *value);
void line_number (GString *line, const gchar *name, const gchar *format, gdouble value);
void line_raw (GString *line, const gchar *name, const gchar *value); /* JSON itself */
void line_end (GString *line);                                         /* closes the object, without an end of line */

typedef struct {
  gchar *path;
  int file;
  gint64 size;        /* whole lines */
  gchar *digest;      /* of the last run's rows, or NULL */
  GHashTable *whole;  /* keys of rows that are done and whose outputs are as they were left -> their lines */
} BatchLog;

/* Opens the log, for itself alone. Without `resume` it must not be there yet; with it, what it says is taken, and a line
 * that was cut is taken away. */
gboolean batch_log_open (BatchLog *log, const gchar *path, gboolean resume, GError **error);
gboolean batch_log_is_whole (const BatchLog *log, const Row *row);
/* Appends again the line of a row that is whole, where it has got another number since. */
gboolean batch_log_renumber (BatchLog *log, const Row *row, GError **error);
/* Appends a whole line or none. */
gboolean batch_log_write (BatchLog *log, const gchar *line, GError **error);
void     batch_log_close (BatchLog *log);
/* The members that batch_log_open compares with the file at `path`. */
gboolean line_output (GString *line, const gchar *path, GError **error);

typedef struct {
  guint rows, done, failed;
  gdouble decode, edit, encode; /* seconds, of all that are done */
} Summary;
/* Counts a line; TRUE where it tells of a row that is done. */
gboolean summary_add (Summary *summary, const gchar *line);
/* `before` of those done were so before this run of `seconds`, which are 0 where there was none. */
void     summary_print (const Summary *summary, guint before, gdouble seconds);
/* Joins the logs of one batch's shards: a row is done if one of them says so, else what the last one says. `path` (or NULL) is written with a line a row. */
gboolean batch_log_merge (gchar **logs, const gchar *path, Summary *summary, GError **error);

/* pool.c: processes. ----------------------------------------------------------------------------------- */

/* A picture that ends its process ends nothing else; processes share what was opened before they began. */
typedef struct {
  guint workers;
  guint64 budget;  /* of what pool_want asks for, all together; what is more waits, and runs alone */
  const guint *items;
  guint count;
  /* In a worker: appends to `answer` what became of the item; FALSE: interrupted. */
  gboolean (*work) (gpointer data, guint item, GString *answer);
  /* Here: what a worker answered, or, where `answer` is NULL, how it ended. */
  gboolean (*take) (gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error);
  void (*tick) (gpointer data); /* here, a few times a second */
  gpointer work_data, data;     /* of `work`; of the others */
} Pool;
gboolean pool_run (const Pool *pool, GError **error);
/* In a worker's `work`, once: waits until so much more is free. */
void pool_want (guint64 amount);

/* run.c: a row in a worker. ---------------------------------------------------------------------------- */

typedef struct Runner Runner;
/* Opens the models of the rows, once each. A model that cannot be opened is its rows' fault. */
Runner  *runner_new (const Rows *rows, gint threads);
gboolean runner_work (gpointer runner, guint row, GString *answer);
/* The line of a row that failed. */
void     runner_say_failed (const Row *row, const gchar *fault, GString *answer);
void     runner_free (Runner *runner);

/* Answers which model the row's target is drawn by. */
gboolean runner_choose (gpointer runner, guint row, GString *answer);
/* All rows have that one from now on. */
void     runner_set_model (Runner *runner, const gchar *path);

/* Where the row's target has its square, told or found: answers "X Y LOG_SIDE ANGLE sure", or nothing. */
gboolean runner_place (gpointer runner, guint row, GString *answer);
/* Edits, and answers what was decided: "COLLAGE ROUNDS BOTH SIGMA OFFSETS", and " N X Y SIDE ANGLE" of each reference, from 0, that was
 * found. */
gboolean runner_decide (gpointer runner, guint row, GString *answer);

/* Answers how the row's square moved since the frame before: "X Y LOG_SCALE ANGLE sure", or nothing. */
gboolean runner_track (gpointer runner, guint row, GString *answer);

/* sequence.c ------------------------------------------------------------------------------------------- */

/* Decides for all rows, which are frames in order, what else each would decide for itself. `usual`: how processes run. */
gboolean sequence_decide (const Rows *rows, Runner *runner, const Pool *usual, GError **error);

/* sheet.c ---------------------------------------------------------------------------------------------- */

/* Targets and results side by side, small, of rows that are done: all, or so many as fit, evenly spread. */
gboolean sheet_write (const Rows *rows, const GPtrArray *done, const gchar *path, GError **error);
