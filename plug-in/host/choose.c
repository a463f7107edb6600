/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/choose.h"

#include "host/models.h"

gboolean choose_model(Engine **engine, const gchar *model, const EditPicture *picture, gint threads,
                      stylemap_progress tell, gpointer data, GError **error) {
  g_auto(GStrv) paths = models_free_choice(model);
  if (!paths[0] || !paths[1]) return engine_open(engine, model, threads, tell, data, error);
  g_autoptr(Engine) before = g_steal_pointer(engine); /* with all that it remembers, where it is the best again */
  gdouble least = G_MAXDOUBLE;
  for (gchar **path = paths; *path; path++) {
    Engine *candidate = before && g_str_equal(before->path, *path) ? g_steal_pointer(&before) : NULL;
    gdouble mse;
    /* one that cannot be opened is not the best; a fault of the picture is told by the edit */
    if (engine_open(&candidate, *path, threads, NULL, NULL, NULL) && edit_probe(candidate, picture, &mse, NULL) &&
        mse < least) {
      least = mse;
      engine_free(*engine);
      *engine = candidate;
    } else {
      engine_free(candidate);
    }
  }
  g_autofree gchar *best = *engine ? g_strdup((*engine)->path) : NULL;
  return engine_open(engine, best ? best : model, threads, tell, data, error);
}

Engine *choose_among(Engine *const *engines, gint count, const EditPicture *picture) {
  Engine *best = NULL;
  gdouble mse, least = G_MAXDOUBLE;
  for (gint i = 0; i < count; i++)
    if (edit_probe(engines[i], picture, &mse, NULL) && mse < least) {
      least = mse;
      best = engines[i];
    }
  return best;
}
