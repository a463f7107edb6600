/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/worker.h"

#include "host/choose.h"

struct Worker {
  WorkerFunction function;
  WorkerDone done;
  gpointer data;
  GThread *thread;
  GMutex lock; /* of all below */
  GCond finished;
  gboolean ended, ok, cancel;
  stylemap_phase phase;
  gdouble fraction;
  GError *error;
  guint idle; /* the source that tells */
};

static int on_progress(void *data, stylemap_phase phase, double fraction) {
  Worker *worker = data;
  g_mutex_lock(&worker->lock);
  worker->phase = phase;
  worker->fraction = fraction;
  gboolean cancel = worker->cancel;
  g_mutex_unlock(&worker->lock);
  return cancel;
}

static gboolean tell(gpointer data) {
  Worker *worker = data;
  g_mutex_lock(&worker->lock);
  worker->idle = 0;
  g_mutex_unlock(&worker->lock);
  worker->done(worker->data, worker->error); /* may free the worker */
  return G_SOURCE_REMOVE;
}

static gpointer run(gpointer data) {
  Worker *worker = data;
  GError *error = NULL;
  gboolean ok = worker->function(worker->data, on_progress, worker, &error);
  g_mutex_lock(&worker->lock);
  worker->ok = ok;
  worker->error = error;
  worker->ended = TRUE;
  if (worker->done && !worker->cancel) worker->idle = g_idle_add(tell, worker);
  g_cond_signal(&worker->finished);
  g_mutex_unlock(&worker->lock);
  return NULL;
}

Worker *worker_start(WorkerFunction function, WorkerDone done, gpointer data) {
  Worker *worker = g_new0(Worker, 1);
  worker->function = function;
  worker->done = done;
  worker->data = data;
  g_mutex_init(&worker->lock);
  g_cond_init(&worker->finished);
  worker->thread = g_thread_new("stylemap", run, worker);
  return worker;
}

void worker_free(Worker *worker) {
  if (!worker) return;
  g_mutex_lock(&worker->lock);
  worker->cancel = TRUE;
  g_mutex_unlock(&worker->lock);
  g_thread_join(worker->thread);
  if (worker->idle) g_source_remove(worker->idle);
  g_mutex_clear(&worker->lock);
  g_cond_clear(&worker->finished);
  g_clear_error(&worker->error);
  g_free(worker);
}

gboolean worker_run(WorkerFunction function, gpointer data, stylemap_progress progress, gpointer progress_data,
                    GError **error) {
  Worker *worker = worker_start(function, NULL, data);
  g_mutex_lock(&worker->lock);
  while (!worker->ended) {
    g_cond_wait_until(&worker->finished, &worker->lock, g_get_monotonic_time() + 20 * G_TIME_SPAN_MILLISECOND);
    stylemap_phase phase = worker->phase;
    gdouble fraction = worker->fraction;
    if (worker->ended || worker->cancel || !progress) continue;
    g_mutex_unlock(&worker->lock); /* the host may take its time */
    gboolean cancel = progress(progress_data, phase, fraction) != 0;
    g_mutex_lock(&worker->lock);
    worker->cancel = cancel;
  }
  gboolean ok = worker->ok;
  if (worker->error) g_propagate_error(error, g_steal_pointer(&worker->error));
  g_mutex_unlock(&worker->lock);
  worker_free(worker);
  return ok;
}

/* -------------------------------------------------------------------------------------------- edits */

typedef struct {
  Engine **engine;
  const gchar *model;
  gint threads;
  const EditRequest *request;
  EditResult *result;
} Edit;

static gboolean edit(gpointer data, stylemap_progress progress, gpointer progress_data, GError **error) {
  Edit *e = data;
  gboolean done = choose_model(e->engine, e->model, e->request, e->threads, progress, progress_data, error) &&
                  edit_run(*e->engine, e->request, e->result, error);
  if (*e->engine) engine_watch(*e->engine, NULL, NULL); /* the worker ends */
  return done;
}

gboolean worker_edit(Engine **engine, const gchar *model, gint threads, const EditRequest *request,
                     stylemap_progress progress, gpointer progress_data, EditResult *result, GError **error) {
  Edit e = { engine, model, threads, request, result };
  gboolean done = worker_run(edit, &e, progress, progress_data, error);
  if (!done) edit_result_clear(result);
  return done;
}
