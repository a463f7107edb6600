/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/engine.h"

#include <glib/gi18n-lib.h>

#include "host/learned.h"
#include "host/models.h"
#include "host/say.h"
#include "host/weights.h"

#define OPENING 0.1 /* of the whole */

/* ---------------------------------------------------------------------------------------- progress */

static int on_progress(void *data, stylemap_phase phase, double fraction) {
  Engine *engine = data;
  engine->reached = CLAMP(engine->from + engine->span * fraction, engine->reached, 1);
  return engine->tell ? engine->tell(engine->tell_data, phase, engine->reached) : 0;
}

void engine_watch(Engine *engine, stylemap_progress tell, gpointer data) {
  engine->tell = tell;
  engine->tell_data = data;
  engine->start = engine->from = engine->reached = 0;
  engine->span = 1;
  engine_run(engine, 0, 1);
}

void engine_run(Engine *engine, gint n, gint count) {
  engine->run = n;
  engine->runs = count;
}

gboolean engine_part(Engine *engine, stylemap_phase phase, gdouble from, gdouble to, GError **error) {
  gdouble left = (1 - engine->start) / engine->runs;
  engine->from = engine->start + left * (engine->run + from);
  engine->span = left * (to - from);
  if (on_progress(engine, phase, 0) == 0) return TRUE;
  g_set_error_literal(error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

/* --------------------------------------------------------------------------------------- open, free */

static gdouble usual_error(const stylemap_model *model) {
  const gchar *text = stylemap_model_text(model, "heldout_mse");
  gchar *end = NULL;
  gdouble value = text ? g_ascii_strtod(text, &end) : -1;
  return end != text && value > 0 && value < G_MAXDOUBLE ? value : -1;
}

/* The host's, set before there are engines. */
static gint usual_threads;

void engine_set_threads(gint threads) { usual_threads = threads; }
gint engine_threads(void) { return usual_threads; }

/* Takes the path. */
static Engine *engine_new(gchar *path, stylemap_progress tell, gpointer data) {
  Engine *engine = g_new0(Engine, 1);
  for (gint i = 0; i < ENGINE_FOUND; i++) g_weak_ref_init(&engine->found[i].in, NULL);
  engine->path = path;
  engine_watch(engine, tell, data);
  engine->span = OPENING;
  return engine;
}

/* What follows from the model, once it is open. */
static void take_model(Engine *engine) {
  const stylemap_info *info = engine->info = stylemap_model_info(engine->model);
  engine->mask_count = (gsize)info->size * (gsize)info->size;
  engine->image_count = 3 * engine->mask_count;
  engine->stylemap_count =
    (gsize)info->latent_channel_size * (gsize)info->latent_spatial_size * (gsize)info->latent_spatial_size;
  engine->usual = usual_error(engine->model);
  engine->start = engine->from = OPENING;
  engine->span = 1 - OPENING;
}

gboolean engine_open(Engine **engine, const gchar *model, gint threads, stylemap_progress tell, gpointer data,
                     GError **error) {
  stylemap_error core;
  gchar *path = models_find(model, error);
  if (path && *engine && g_str_equal(path, (*engine)->path)) {
    g_free(path);
    engine_watch(*engine, tell, data);
    return TRUE;
  }
  engine_free(*engine);
  *engine = NULL;
  if (!path) return FALSE;
  g_autoptr(Engine) new_engine = engine_new(path, tell, data);
  stylemap_status status = stylemap_open(path, 0, on_progress, new_engine, &new_engine->model, &core);
  if (status == STYLEMAP_OK) {
    learned_read(new_engine->model, path);
    status = stylemap_session_new(new_engine->model, threads > 0 ? threads : usual_threads, on_progress, new_engine, &new_engine->session, &core);
  }
  if (!say_status(status, &core, error)) return FALSE;
  take_model(new_engine);
  *engine = g_steal_pointer(&new_engine);
  return TRUE;
}

gboolean engine_share(Engine **engine, stylemap_model *model, const gchar *path, gint threads, gsize cache_bytes,
                      stylemap_progress tell, gpointer data, GError **error) {
  const stylemap_session_options options = { .threads = threads, .cache_bytes = cache_bytes };
  stylemap_error core;
  engine_free(*engine);
  *engine = NULL;
  g_autoptr(Engine) new_engine = engine_new(g_strdup(path), tell, data);
  new_engine->model = model;
  new_engine->shared = TRUE;
  if (!say_status(stylemap_session_open(model, &options, on_progress, new_engine, &new_engine->session, &core), &core, error))
    return FALSE;
  take_model(new_engine);
  *engine = g_steal_pointer(&new_engine);
  return TRUE;
}

void engine_free(Engine *engine) {
  if (!engine) return;
  stylemap_pyramid_free(engine->pyramid);
  stylemap_faces_close(engine->faces);
  stylemap_session_free(engine->session);
  if (!engine->shared) stylemap_close(engine->model);
  for (gint i = 0; i < ENGINE_FOUND; i++) g_weak_ref_clear(&engine->found[i].in);
  g_free(engine->mean);
  g_free(engine->weights);
  g_free(engine->path);
  g_free(engine);
}

const gchar *engine_weights(const Engine *engine) {
  static GMutex lock;
  Engine *own = (Engine *)engine;
  g_mutex_lock(&lock);
  if (!own->weights) own->weights = weights_sha256(engine->model);
  g_mutex_unlock(&lock);
  return own->weights;
}

gfloat *engine_new_image(const Engine *engine) { return g_new(gfloat, engine->image_count); }
gfloat *engine_new_stylemap(const Engine *engine) { return g_new(gfloat, engine->stylemap_count); }

/* ----------------------------------------------------------------------------------- style map -> image */

gboolean engine_synth(Engine *engine, const gfloat *stylemap, gfloat *image, GError **error) {
  stylemap_error core;
  return (engine->pyramid || say_status(stylemap_pyramid_new(engine->model, &engine->pyramid, &core), &core, error)) &&
         say_status(stylemap_resize(engine->session, stylemap, engine->pyramid, &core), &core, error) &&
         say_status(stylemap_synth(engine->session, engine->pyramid, image, &core), &core, error);
}

gboolean engine_sample(Engine *engine, const gfloat *z, gdouble truncation, gfloat *image, GError **error) {
  stylemap_error core;
  g_autofree gfloat *map = engine_new_stylemap(engine);
  if (!say_status(stylemap_map(engine->session, z, map, &core), &core, error)) return FALSE;
  if (truncation != 1 && !engine->mean) { /* at 1 the mean has no say */
    g_autofree gfloat *mean = engine_new_stylemap(engine);
    if (!say_status(stylemap_mean(engine->session, mean, &core), &core, error)) return FALSE;
    engine->mean = g_steal_pointer(&mean);
  }
  for (gsize n = 0; truncation != 1 && n < engine->stylemap_count; n++)
    map[n] = (gfloat)(engine->mean[n] + truncation * ((gdouble)map[n] - engine->mean[n]));
  return engine_synth(engine, map, image, error);
}
