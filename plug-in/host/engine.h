/* SPDX-License-Identifier: GPL-3.0-or-later
 * An opened model, a session on it, and the pictures that the session remembers: opened once per dialog, batch or
 * command. Serves one call at a time, on whatever thread; what it is asked to do is in edit.h. */
#pragma once
#include <glib-object.h>
#include "stylemap.h"

/* find.c's: a buffer in which the subject was looked for, while it lives and nobody writes into it, how (a Find), what was selected on it,
 * and what was found: choosing a model, placing the square and saying why it is unknown look once. */
typedef struct {
  GWeakRef in;
  gint how, by;
  gint part[4]; /* x, y, width, height; empty: nothing was selected */
  stylemap_placement place;
} EngineFound;
enum { ENGINE_FOUND = 6 };

typedef struct {
  stylemap_model *model;
  stylemap_session *session;
  const stylemap_info *info;
  gsize image_count, mask_count, stylemap_count; /* numbers in 3 x S x S, 1 x S x S and D x P x P */
  gdouble usual; /* MSE (-1..1) of its reconstructions of pictures that training never saw; -1: its file does not say */
  gboolean chosen; /* by choose_model: the user named none */

  /* engine.c's own */
  gchar *path;
  stylemap_progress tell;
  gpointer tell_data;
  gdouble start, from, span, reached; /* fractions of the whole */
  gint run, runs;                     /* engine_run's */
  stylemap_pyramid *pyramid;
  stylemap_faces *faces; /* find.c's */
  gfloat *mean;
  gboolean shared; /* the model is another's */
  gchar *weights;  /* engine_weights */

  EngineFound found[ENGINE_FOUND]; /* find.c's own */
  gint next_found;
} Engine;

/* What `threads` 0 means below, from now on: so many; 0, as at first: one per core. Before any other thread opens engines. */
void     engine_set_threads (gint threads);
gint     engine_threads (void);

/* Makes `*engine` (NULL at first) one of `model`, a path or a name (models.h); where it is that already it stays as it
 * is, with all that it remembers. `threads` 0: engine_threads. `tell` may be NULL; else it is told from now on, on the
 * thread of the call, how far the whole is (fractions that only rise; opening fills the first tenth of it) and ends the
 * call by a value that is not 0. On FALSE `*engine` is NULL. */
gboolean engine_open (Engine **engine, const gchar *model, gint threads, stylemap_progress tell, gpointer data,
                      GError **error);
/* The same of a model that is open already, from `path`, and outlives the engine: engines of many threads or processes
 * may have one in common. `cache_bytes`: stylemap_session_options. */
gboolean engine_share (Engine **engine, stylemap_model *model, const gchar *path, gint threads, gsize cache_bytes,
                       stylemap_progress tell, gpointer data, GError **error);
void     engine_free (Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Engine, engine_free)

/* By what the model is known (weights.h), computed when it is first asked for; on any thread. */
const gchar *engine_weights (const Engine *engine);

/* From now on `tell` (or, if NULL, nobody) is told, and a new whole begins. */
void engine_watch (Engine *engine, stylemap_progress tell, gpointer data);
/* What the engine does next fills the fractions `from` .. `to` of what opening left of the whole. FALSE, with an error
 * that says so: cancelled. */
gboolean engine_part (Engine *engine, stylemap_phase phase, gdouble from, gdouble to, GError **error);
/* Of the parts that follow, those of run `n` (from 0) of `count` like ones in the same whole. */
void     engine_run (Engine *engine, gint n, gint count);

/* For the caller to g_free. */
gfloat *engine_new_image (const Engine *engine);
gfloat *engine_new_stylemap (const Engine *engine);

/* image := G(stylemap). */
gboolean engine_synth (Engine *engine, const gfloat *stylemap, gfloat *image, GError **error);
/* image := G of the style map of noise `z`, moved towards the mean style map: 0 is the mean, 1 the noise's own. */
gboolean engine_sample (Engine *engine, const gfloat *z, gdouble truncation, gfloat *image, GError **error);
