/* SPDX-License-Identifier: GPL-3.0-or-later
 * A thread beside a host's own: something that takes its time, how far it is, and its cancellation. */
#pragma once
#include "host/edit.h"

/* Runs on the worker's thread and hands `progress` on to what it calls; a non-zero answer of that means: end. */
typedef gboolean (*WorkerFunction) (gpointer data, stylemap_progress progress, gpointer progress_data, GError **error);

/* Runs `function` on a thread of its own and waits for it on this one, where `progress` (or NULL) is told about fifty
 * times a second how far it is, and cancels it by a value that is not 0. */
gboolean worker_run (WorkerFunction function, gpointer data, stylemap_progress progress, gpointer progress_data,
                     GError **error);

/* choose_model and edit_run, by worker_run. */
gboolean worker_edit (Engine **engine, const gchar *model, gint threads, const EditRequest *request,
                      stylemap_progress progress, gpointer progress_data, EditResult *result, GError **error);

/* Without waiting: `done` is called once by the default main loop, `error` NULL where all is well, and may free the
 * worker. Not after worker_free. */
typedef struct Worker Worker;
typedef void (*WorkerDone) (gpointer data, const GError *error);
Worker *worker_start (WorkerFunction function, WorkerDone done, gpointer data);
/* Cancels it if it still runs and waits for that, some milliseconds. NULL is fine. */
void    worker_free (Worker *worker);
