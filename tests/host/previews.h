/* SPDX-License-Identifier: GPL-3.0-or-later
 * What tests of a preview's thread share: what they hear of it. */
#pragma once
#include "host/preview.h"
#include "host/hosts.h"

enum { MOST = 400 };

typedef struct {
  int n, models, found, sure, coarse, drafts, done, failed, variants;
  GeglBuffer *variant[PREVIEW_VARIANTS];
  guint64 number, order[MOST]; /* of what was told last; of all pictures */
  guint64 least; /* what is told of pictures must answer this request or a later one */
  double scale;
  gint64 time;
  GeglBuffer *picture, *draft; /* the last one's */
  char *error;
  double mse, usual; /* of the model */
  Reason reason; /* told last */
  stylemap_placement place; /* found */
  int n_references, by[4]; /* of the last one done: how references were found, */
  stylemap_placement at[4]; /* and where */
  double feather;
  GThread *thread;
} Log;

static inline void hear(const PreviewNews *news, gpointer data) {
  Log *log = data;
  log->models += news->kind == PREVIEW_MODEL;
  log->coarse += news->kind == PREVIEW_COARSE;
  log->drafts += news->kind == PREVIEW_DRAFT;
  log->done += news->kind == PREVIEW_DONE;
  log->failed += news->kind == PREVIEW_FAILED;
  log->thread = g_thread_self();
  if (news->kind == PREVIEW_VARIANT) {
    CHECK(news->request == log->number && log->done > 0 && news->variant == log->variants, "in their order, after the edit");
    log->variants++;
    g_set_object(&log->variant[news->variant], news->picture);
    return;
  }
  if (news->kind == PREVIEW_MODEL) {
    CHECK(news->mse > 0 && news->size == 128 && news->path && !news->error);
    log->mse = news->mse;
    log->usual = news->usual;
    log->reason = news->reason;
    return;
  }
  if (news->kind == PREVIEW_FOUND) {
    log->found++;
    log->sure = news->n_found;
    log->place = *news->found;
    return;
  }
  CHECK(news->request >= log->least, "%d is told after %d was asked for at once", (int)news->request, (int)log->least);
  log->number = news->request;
  log->time = news->time;
  if (log->n < MOST) log->order[log->n++] = news->request;
  if (news->kind == PREVIEW_DRAFT) g_set_object(&log->draft, news->picture);
  g_clear_object(&log->picture);
  g_clear_pointer(&log->error, g_free);
  if (news->kind == PREVIEW_FAILED) {
    CHECK(news->error && !news->picture);
    log->error = g_strdup(news->error ? news->error->message : "");
    return;
  }
  if (news->kind == PREVIEW_DONE) log->n_references = news->n_references;
  for (int i = 0; news->kind == PREVIEW_DONE && i < MIN(news->n_references, 4); i++) {
    log->by[i] = news->references_by[i];
    log->at[i] = news->references[i];
  }
  log->picture = g_object_ref(news->picture);
  log->scale = news->scale;
  log->feather = news->feather;
  CHECK(gegl_rectangle_equal(gegl_buffer_get_extent(news->picture), gegl_buffer_get_extent(news->weights)));
}

static inline void clear(Log *log) {
  g_clear_object(&log->picture);
  g_clear_object(&log->draft);
  g_clear_pointer(&log->error, g_free);
  for (int i = 0; i < PREVIEW_VARIANTS; i++) g_clear_object(&log->variant[i]);
  *log = (Log){0};
}

/* Until `number` is done or failed, a minute at most. */
static inline void wait_for(Log *log, guint64 number) {
  const gint64 end = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;
  int before = log->done + log->failed;
  while ((log->number != number || log->done + log->failed == before) && g_get_monotonic_time() < end) {
    if (!g_main_context_iteration(NULL, FALSE)) g_usleep(500);
  }
  CHECK(log->number == number, "%d told", log->n);
}

static inline void rest(int milliseconds) {
  const gint64 end = g_get_monotonic_time() + milliseconds * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time() < end)
    if (!g_main_context_iteration(NULL, FALSE)) g_usleep(500);
}
