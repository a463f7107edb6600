/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/probe.h"

struct Probe {
  JobRequest request;
  gchar *model;
  ProbeDone done;
  gpointer data;
  GThread *thread;
  gint stop; /* atomic */
  GMutex lock;
  guint idle; /* the source that tells, under `lock` */
  gdouble mse, usual;
  GError *error;
};

static gboolean go_on(const gchar *phase, gdouble fraction, gpointer data) {
  Probe *probe = data;

  return !g_atomic_int_get(&probe->stop);
}

static gboolean tell(gpointer data) {
  Probe *probe = data;

  g_mutex_lock(&probe->lock);
  probe->idle = 0;
  g_mutex_unlock(&probe->lock);
  probe->done(probe->mse, probe->usual, probe->error, probe->data); /* may free the probe */
  return G_SOURCE_REMOVE;
}

static gpointer run(gpointer data) {
  Probe *probe = data;

  job_probe(&probe->request, go_on, probe, &probe->mse, &probe->usual, &probe->error);
  g_mutex_lock(&probe->lock);
  if (!g_atomic_int_get(&probe->stop))
    probe->idle = g_idle_add(tell, probe);
  g_mutex_unlock(&probe->lock);
  return NULL;
}

Probe *probe_start(GeglBuffer *target, const gchar *model, ProbeDone done, gpointer data) {
  Probe *probe = g_new0(Probe, 1);

  probe->model = g_strdup(model);
  probe->request.kind = JOB_RECONSTRUCT;
  probe->request.model = probe->model;
  probe->request.target = g_object_ref(target);
  probe->done = done;
  probe->data = data;
  g_mutex_init(&probe->lock);
  probe->thread = g_thread_new("probe", run, probe);
  return probe;
}

void probe_free(Probe *probe) {
  if (!probe)
    return;
  g_atomic_int_set(&probe->stop, TRUE);
  g_thread_join(probe->thread);
  if (probe->idle)
    g_source_remove(probe->idle);
  g_mutex_clear(&probe->lock);
  g_clear_error(&probe->error);
  g_object_unref(probe->request.target);
  g_free(probe->model);
  g_free(probe);
}
