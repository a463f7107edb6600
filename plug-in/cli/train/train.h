/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: what its files share. A run is a folder:
 *   pictures.cache, held-out.cache   squares as bytes, made once
 *   state-N.safetensors              the last two
 *   model.safetensors                the averaged networks, for the plug-in
 *   log.csv, losses.png, sheet-N.png, options.txt */
#pragma once
#include <stdio.h>

#include "cli/cli.h"

/* Who else works on the run; mpi.c fills it before the command runs. Only rank 0 writes. */
typedef struct {
  gint rank, ranks;        /* 0 of 1: alone */
  stylemap_all_reduce sum; /* as in stylemap_trainer_share */
} TrainShare;
extern TrainShare train_share;

/* cache.c: every picture's centred square, size x size x 3 bytes. --------------------------- */

typedef struct {
  GMappedFile *file;
  const guint8 *pixels;
  guint64 count;
  gint size;
} Cache;

/* Opens `path`, or makes it from all pictures below `folder` (in the order of their names); files that are no pictures
 * are skipped with a note. An existing cache is taken as it is: `folder` is then not looked at. */
gboolean cache_open (Cache *cache, const gchar *path, const gchar *folder, gint size, GError **error);
void     cache_close (Cache *cache);
/* Picture `index` as an image, 3 x size x size in -1..1. */
void     cache_image (const Cache *cache, guint64 index, gboolean mirrored, gfloat *image);

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

/* report.c: what a person looks at. --------------------------------------------------------- */

/* Opens the model file that was just exported and looks at it with the pictures of `cache` (the held-out ones, or the
 * first of the others): measures, and writes a sheet: pictures, reconstructions, references, transplants of the
 * middle, samples. */
gboolean report_model (const gchar *model, const Cache *cache, gboolean held_out, const gchar *sheet, Measure *measure,
                       GError **error);
/* Draws every column of log.csv behind the first over it, each in a panel of its own, on a logarithmic scale. */
gboolean report_plot (const gchar *log, const gchar *plot, GError **error);
