/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/probe.h"
#include "host/choose.h"

struct Probe {
  Engine **engine;
  GeglBuffer *target;
  gboolean placed;
  stylemap_placement placement;
  gchar *model;
  gdouble mse;
  ProbeDone done;
  gpointer data;
  Worker *worker;
};

static gboolean look(gpointer data, stylemap_progress progress, gpointer progress_data, GError **error) {
  Probe *probe = data;
  const EditPicture picture = {.buffer = probe->target, .placement = probe->placed ? &probe->placement : NULL};
  gboolean ok = choose_model(probe->engine, probe->model, &picture, 0, progress, progress_data, error) &&
                edit_probe(*probe->engine, &picture, &probe->mse, error);

  if (*probe->engine)
    engine_watch(*probe->engine, NULL, NULL); /* the worker ends */
  return ok;
}

static void tell(gpointer data, const GError *error) {
  Probe *probe = data;

  probe->done(probe->mse, error ? -1 : (*probe->engine)->usual, error, probe->data); /* may free the probe */
}

Probe *probe_start(Engine **engine, GeglBuffer *target, const stylemap_placement *placement, const gchar *model,
                   ProbeDone done, gpointer data) {
  Probe *probe = g_new0(Probe, 1);

  probe->engine = engine;
  probe->target = g_object_ref(target);
  probe->placed = placement != NULL;
  if (placement)
    probe->placement = *placement;
  probe->model = g_strdup(model);
  probe->done = done;
  probe->data = data;
  probe->worker = worker_start(look, tell, probe);
  return probe;
}

void probe_free(Probe *probe) {
  if (!probe)
    return;
  worker_free(probe->worker);
  g_object_unref(probe->target);
  g_free(probe->model);
  g_free(probe);
}
