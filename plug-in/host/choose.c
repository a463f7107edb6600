/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/choose.h"

#include "host/find.h"
#include "host/models.h"

/* edit_probe; of a target that is still to be found, where this model finds it. */
static gboolean probe(Engine *engine, const EditPicture *picture, gdouble *mse) {
  EditPicture placed = *picture;
  stylemap_placement placement;
  Find by;
  if (picture->find && picture->buffer && find_subject(engine, picture, NULL, TRUE, &by, &placement, NULL))
    placed.placement = &placement;
  return edit_probe(engine, &placed, mse, NULL);
}

gboolean choose_model(Engine **engine, const gchar *model, const EditPicture *picture, gint threads,
                      stylemap_progress tell, gpointer data, GError **error) {
  g_auto(GStrv) paths = models_free_choice(model);
  gboolean several = paths[0] && paths[1];
  g_autoptr(Engine) before = NULL; /* with all that it remembers, where it is the best again */
  if (several) before = g_steal_pointer(engine);
  gdouble least = G_MAXDOUBLE;
  for (gchar **path = paths; several && *path; path++) {
    Engine *candidate = before && g_str_equal(before->path, *path) ? g_steal_pointer(&before) : NULL;
    gdouble mse;
    /* one that cannot be opened is not the best; a fault of the picture is told by the edit */
    if (engine_open(&candidate, *path, threads, NULL, NULL, NULL) && probe(candidate, picture, &mse) &&
        mse < least) {
      least = mse;
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

Engine *choose_among(Engine *const *engines, gint count, const EditPicture *picture) {
  Engine *best = NULL;
  gdouble mse, least = G_MAXDOUBLE;
  for (gint i = 0; i < count; i++)
    if (probe(engines[i], picture, &mse) && mse < least) {
      least = mse;
      best = engines[i];
    }
  return best;
}
