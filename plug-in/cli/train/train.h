/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: what its files share. A run is a folder:
 *   options.txt                      what it was told, a line an option; --resume takes them
 *   pictures.cache, held-out.cache, pairs.cache   squares as bytes, and beside each the list of files that they were made of (.txt)
 *   state-N.safetensors              the last two
 *   model.safetensors                the averaged networks, for the plug-in
 *   log.csv, losses.svg, sheet-N.png */
#pragma once
#include <stdio.h>

#include "cli/cli.h"

/* Who else works on the run; mpi.c fills it before the command runs. Only rank 0 writes. */
typedef struct {
  gint rank, ranks;        /* 0 of 1: alone */
  stylemap_all_reduce sum; /* as in stylemap_trainer_share */
} TrainShare;
extern TrainShare train_share;

/* options.c: what a run is told. ------------------------------------------------------------- */

typedef struct {
  /* kept in options.txt */
  stylemap_train_options train;
  guint64 iterations, anneal;                       /* 0: without an end; never */
  gint save_every, report_every, log_every;
  gchar *data, *held_out, *pairs, *focus, *vgg, *lpips;     /* absolute; NULL: never named, "": none */
  /* of this call only */
  gboolean resume;
  gint samples;                                     /* -1: not asked for */
  gchar *output, *state, *from, *export_path;
} RunOptions;

/* Reads the command line. Every value is checked, but of what a run keeps `options` holds only DATA_DIR (where given,
 * as it need not be with `resume`) and defaults until options_given: what the others are laid over is not known yet. */
gboolean options_parse (const Command *command, gchar **arguments, RunOptions *options, GError **error);
/* Lays the command line's values over `options`, and checks them against each other. With `resume` a value that
 * belongs to the run must be the run's, and what changes is told. */
gboolean options_given (RunOptions *options, GError **error);
/* Lays what options.txt at `path` says over `options`, which come from a state; a file of an older version, which has
 * another form, says nothing. Values that belong to the run are the state's. */
gboolean options_read (RunOptions *options, const gchar *path, GError **error);
gboolean options_write (const RunOptions *options, const gchar *path, GError **error);
void     options_clear (RunOptions *options);
/* A file's name as one line of text, for g_strcompress. */
gchar   *path_line (const gchar *path);

/* files.c: which pictures there are. --------------------------------------------------------- */

typedef struct {
  gchar *path, *name; /* name: below the folder that was walked */
  guint64 size;
  gint64 changed;     /* nanoseconds since 1970 */
} PictureFile;

/* What was met already, by device and inode: every folder and every file counts once, under whichever name. */
typedef GHashTable Seen;
Seen    *seen_new (void);
/* Marks the folder or file `path` as met, where it is there. */
void     seen_add (Seen *seen, const gchar *path);

/* All files below `folder` in the order of their names, as PictureFile. Left out: hidden ones, whatever is in `seen`,
 * and the folders of runs. Ends when interrupted. */
GPtrArray *find_pictures (const gchar *folder, Seen *seen, GError **error);
/* Says that a file is left out, why, and keeps that in `first` where it is the first one; takes `fault`. FALSE where memory lacked, which
 * is no fault of the file and ends what is done, so that the same files always give the same. */
gboolean picture_skipped (GError *fault, GError **first, GError **error);
/* The error where there are files and not one is read; `first` says which was the first, and why it is not. That is no wrong
 * usage: the disk may have failed. */
void pictures_unread (const GError *first, GError **error);

/* cache.c: every picture's centred square, size x size x 3 bytes. --------------------------- */

typedef struct {
  int file;      /* while count is not 0; read, not mapped: a file that is cut while it is mapped ends the process */
  guint64 count;
  gint size;
} Cache;

/* Opens the squares of `files` (of `folder`) at `path`; with `pairs` those of its pairs, truth and collage by turns. They are made, or made again, where the cache
 * is of other files or of another size, and what has changed is told; files that are no pictures are skipped with a
 * note. */
gboolean cache_open (Cache *cache, const gchar *path, const gchar *folder, const GPtrArray *files, gboolean pairs,
                     gint size, GError **error);
/* TRUE where the cache at `path` was made of files of this folder. */
gboolean cache_is_of (const gchar *path, const gchar *folder);
/* Opens what is at `path`, whatever it was made of. */
gboolean cache_open_as_is (Cache *cache, const gchar *path, gint size, GError **error);
void     cache_close (Cache *cache);
/* Picture `index` as an image, 3 x size x size in -1..1. */
gboolean cache_image (const Cache *cache, guint64 index, gboolean mirrored, gfloat *image, GError **error);

/* How much each place of the pictures counts, from a grey picture's centred square, read as masks are: black once,
 * white a hundred times. */
gboolean focus_load (const gchar *path, gint size, gfloat *weights, GError **error);

/* log.c: log.csv. --------------------------------------------------------------------------- */

typedef struct {
  gdouble mse, sharpness; /* of the held-out pictures' reconstructions; -1: none are held out */
} Measure;

typedef struct {
  FILE *file;
  stylemap_train_losses sum; /* of the steps since the last line */
  gint summed, with_r1;      /* such steps, and those with R1 */
  gdouble seconds;
} TrainLog;

/* Opens the log at `path` behind its lines up to `iteration`: those of steps that the state does not know go. Lines
 * under another version's columns come under today's; a log without column names is refused. */
gboolean log_open (TrainLog *log, const gchar *path, guint64 iteration, GError **error);
void     log_close (TrainLog *log);
void     log_add (TrainLog *log, const stylemap_train_losses *losses, gdouble seconds);
/* One line, the means since the last one; `measure` may be NULL. */
void     log_write (TrainLog *log, guint64 iteration, gint batch, const Measure *measure);

/* report.c, plot.c: what a person looks at. -------------------------------------------------- */

/* Opens the model file that was just exported and looks at it with the pictures of `cache` (the held-out ones, or the
 * first of the others): measures, and writes a sheet: pictures, reconstructions, references, transplants of the
 * middle, samples. */
gboolean report_model (const gchar *model, const Cache *cache, gboolean held_out, const gchar *sheet, Measure *measure,
                       GError **error);
/* Draws the columns of log.csv over its first one as an SVG picture, the losses on logarithmic scales. */
gboolean report_plot (const gchar *log, const gchar *plot, GError **error);

/* run.c: a run's folder. --------------------------------------------------------------------- */

typedef struct {
  RunOptions options;
  stylemap_trainer *trainer;
  Cache pictures, held_out, pairs;
  gint lock;
  TrainLog log;
} Run;

/* TRUE on the rank that writes. */
gboolean run_writes (void);
/* The sum of `value` over all ranks; every rank comes here. A broken connection counts as a wish to end. */
gfloat   run_agree (gfloat value);
gchar   *run_file (const Run *run, const gchar *name);
/* Opens a new run, or the one to go on with, by its options: trainer, pictures, log. For --export the trainer only. */
gboolean run_open (Run *run, GError **error);
void     run_close (Run *run);
gboolean run_save (Run *run, GError **error);
/* Moves the state of the run's iteration aside, under a name that --resume does not look for. */
gboolean run_put_aside (const Run *run, GError **error);
/* `measure`, or NULL, is of pictures held out; its error goes into the model, for hosts that warn of pictures it does
 * not know. */
gboolean run_export (Run *run, const gchar *path, const Measure *measure, GError **error);
/* Model, sheet and plot; where the user interrupts, the model only. */
gboolean run_report (Run *run, Measure *measure, GError **error);
/* losses.svg, of log.csv as it stands. */
gboolean run_plot (const Run *run, GError **error);
/* Notes: what will be where; what is where. */
void     run_tell_start (const Run *run);
void     run_tell_end (const Run *run);
/* "1 h 02 min" or "1 min 02 s", to be freed. */
gchar   *run_duration (gdouble seconds);

/* teach.c: --samples. ------------------------------------------------------------------------ */

/* The mapping network by itself; the run stays where it is. */
gboolean teach_samples (Run *run, GError **error);
