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

/* Whether a target is taken where it lies by a model that knows it there, and searched for else. */
static gboolean may_stay(const EditRequest *request) { return request->target.find == FIND_AUTO && request->target.buffer; }

/* Of the target where it lies, or where this model finds its subject (`search`). FALSE where the model cannot draw its square. */
static gboolean probe(Engine *engine, const EditRequest *request, gboolean search, Fit *fit) {
  EditPicture target = request->target;
  stylemap_placement placement;
  EditProbe there;
  gdouble references = 0;
  gint count = 0;
  Find by = FIND_NOTHING;
  if (search && target.find && target.buffer && find_subject(engine, &target, &request->mask, TRUE, &by, &placement, NULL))
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

/* The best of the models at `paths`, in place of what was there. `before`: one of them that is open, or NULL. */
static void take_best(Engine **engine, gchar **paths, Engine *before, const EditRequest *request, gint threads, gboolean search,
                      Fit *best_fit) {
  *best_fit = worst;
  for (gchar **path = paths; *path; path++) {
    Engine *candidate = before && g_str_equal(before->path, *path) ? g_steal_pointer(&before) : NULL;
    Fit fit;
    /* one that cannot be opened is not the best; a fault of the picture is told by the edit */
    if (engine_open(&candidate, *path, threads, NULL, NULL, NULL) && probe(candidate, request, search, &fit) &&
        is_better(&fit, best_fit)) {
      *best_fit = fit;
      engine_free(*engine);
      *engine = candidate;
    } else {
      engine_free(candidate);
    }
  }
  engine_free(before);
}

gboolean choose_model(Engine **engine, const gchar *model, const EditRequest *request, gint threads,
                      stylemap_progress tell, gpointer data, GError **error) {
  g_auto(GStrv) paths = models_free_choice(model);
  gboolean several = paths[0] && paths[1], search = !may_stay(request);
  Fit fit = worst;
  if (several) take_best(engine, paths, g_steal_pointer(engine), request, threads, search, &fit);
  if (several && !search && !fit.known) take_best(engine, paths, g_steal_pointer(engine), request, threads, TRUE, &fit);
  g_autofree gchar *best = several && *engine ? g_strdup((*engine)->path) : NULL;
  if (!engine_open(engine, best ? best : model, threads, tell, data, error)) return FALSE;
  (*engine)->chosen = paths[0] != NULL;
  return TRUE;
}

Engine *choose_among(Engine *const *engines, gint count, const EditRequest *request) {
  Engine *best = NULL;
  Fit fit, best_fit = worst;
  for (gboolean search = !may_stay(request);; search = TRUE) {
    best_fit = worst;
    for (gint i = 0; i < count; i++)
      if (probe(engines[i], request, search, &fit) && is_better(&fit, &best_fit)) {
        best_fit = fit;
        best = engines[i];
      }
    if (search || best_fit.known) return best;
  }
}
