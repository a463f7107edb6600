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
  if (!search && !(engine->usual > 0)) fit->known = FALSE; /* of a model that does not tell how well it knows any, the others are to be asked */
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

Engine *choose_among(Engine *const *engines, gint count, const EditRequest *request) {
  Engine *best = NULL;
  for (gboolean search = !may_stay(request);; search = TRUE) {
    Fit fit, best_fit = worst;
    for (gint i = 0; i < count; i++)
      if (probe(engines[i], request, search, &fit) && is_better(&fit, &best_fit)) {
        best_fit = fit;
        best = engines[i];
      }
    if (search || best_fit.known) return best;
  }
}

gboolean choose_model(Engine **engine, const gchar *model, const EditRequest *request, gint threads,
                      stylemap_progress tell, gpointer data, GError **error) {
  g_auto(GStrv) paths = models_free_choice(model);
  const gint all = (gint)g_strv_length(paths);
  g_autofree Engine **engines = g_new0(Engine *, all + 1);
  gint count = 0;
  for (gint i = 0; i < all && all > 1; i++) {
    /* with all that it remembers, where it was the best before; one that cannot be opened is not the best */
    if (*engine && g_str_equal((*engine)->path, paths[i])) engines[count] = g_steal_pointer(engine);
    if (engine_open(&engines[count], paths[i], threads, NULL, NULL, NULL)) count++;
  }
  /* a fault of the picture is told by the edit */
  Engine *best = count ? choose_among(engines, count, request) : NULL;
  for (gint i = 0; i < count; i++)
    if (engines[i] != best) engine_free(engines[i]);
  if (all > 1) engine_free(*engine);
  if (all > 1) *engine = best;
  g_autofree gchar *path = best ? g_strdup(best->path) : NULL;
  if (!engine_open(engine, path ? path : model, threads, tell, data, error)) return FALSE;
  (*engine)->chosen = all > 0;
  return TRUE;
}
