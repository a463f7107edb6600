/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/choose.h"

#include <math.h>

#include "host/find.h"
#include "host/models.h"

/* How well a model draws an edit's pictures. */
typedef struct {
  gboolean known; /* the target */
  gdouble error;  /* the smaller, the better, among those that know it, and among the others */
} Fit;

static gdouble log_error(gdouble mse) { return log(MAX(mse, 1e-12)); }

/* FALSE where the model cannot draw the target's square. */
static gboolean probe(Engine *engine, const EditRequest *request, Fit *fit) {
  EditPicture target = request->target;
  stylemap_placement placement;
  EditProbe there;
  gdouble references = 0;
  gint count = 0;
  Find by = FIND_NOTHING;
  if (target.find && target.buffer && find_subject(engine, &target, &request->mask, TRUE, &by, &placement, NULL))
    target.placement = &placement;
  if (!edit_probe(engine, &target, &there, NULL)) return FALSE;
  *fit = (Fit){ by == FIND_NOTHING ? there.known : there.akin, log_error(there.mse) };
  for (gint i = 0; i < request->n_references && !fit->known; i++)
    if (edit_probe(engine, &request->references[i].picture, &there, NULL)) {
      references += log_error(there.mse);
      count++;
    }
  if (count) fit->error += references / count;
  return TRUE;
}

static gboolean is_better(const Fit *fit, const Fit *than) {
  return fit->known == than->known ? fit->error < than->error : fit->known;
}

static const Fit worst = { FALSE, G_MAXDOUBLE };

gboolean choose_model(Engine **engine, const gchar *model, const EditRequest *request, gint threads,
                      stylemap_progress tell, gpointer data, GError **error) {
  g_auto(GStrv) paths = models_free_choice(model);
  gboolean several = paths[0] && paths[1];
  g_autoptr(Engine) before = NULL; /* with all that it remembers, where it is the best again */
  if (several) before = g_steal_pointer(engine);
  Fit best_fit = worst;
  for (gchar **path = paths; several && *path; path++) {
    Engine *candidate = before && g_str_equal(before->path, *path) ? g_steal_pointer(&before) : NULL;
    Fit fit;
    /* one that cannot be opened is not the best; a fault of the picture is told by the edit */
    if (engine_open(&candidate, *path, threads, NULL, NULL, NULL) && probe(candidate, request, &fit) &&
        is_better(&fit, &best_fit)) {
      best_fit = fit;
      engine_free(*engine);
      *engine = candidate;
    } else {
      engine_free(candidate);
    }
  }
  g_autofree gchar *best = several && *engine ? g_strdup((*engine)->path) : NULL;
  if (!engine_open(engine, best ? best : model, threads, tell, data, error)) return FALSE;
  (*engine)->chosen = paths[0] != NULL;
  return TRUE;
}

Engine *choose_among(Engine *const *engines, gint count, const EditRequest *request) {
  Engine *best = NULL;
  Fit fit, best_fit = worst;
  for (gint i = 0; i < count; i++)
    if (probe(engines[i], request, &fit) && is_better(&fit, &best_fit)) {
      best_fit = fit;
      best = engines[i];
    }
  return best;
}
