/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/preview.h"

#include <math.h>

#include "host/preview-judge.h"
#include "host/say.h"

#define PATIENCE (300 * G_TIME_SPAN_MILLISECOND) /* so long a run that is not the newest may take to its first picture */
#define AT_ONCE (150 * G_TIME_SPAN_MILLISECOND)
#define DRAFT_SIGMA 0.6 /* of a draft as long as nothing was chosen: stylemap_heal_options */

/* What a job does before it draws; those of jobs that were dropped, or ended before they came to it, are the next one's. */
enum { WISH_CHOOSE = 1, WISH_FIND = 2, WISH_NEAR = 4 };

typedef struct {
  guint64 number;
  gchar *model;
  ScaledEdit edit; /* as it was asked for, with the scale that it is drawn at */
  guint wishes;
  stylemap_placement near; /* of WISH_NEAR */
  gboolean coarse, urgent;
  PreviewVariant variants[PREVIEW_VARIANTS];
  gint n_variants;
  gdouble variant_scale;
  gint64 asked;
} Job;

typedef struct {
  PreviewNews news; /* what it points to is its own */
  GError *error;
  gchar *path;
} Told;

struct Preview {
  Engine **engine;
  PreviewTell tell;
  gpointer data;
  GThread *thread;
  ScaledCache *cache;          /* the thread's, as all down to the lock: */
  Judge judge;
  ScaledEdit drawn;            /* whose square the engine remembers, or all zero */
  stylemap_heal_report healed; /* how that, or one before, was; of */
  GeglBuffer *healed_target, *healed_reference; /* these; NULL: none was */
  gint64 drafting;             /* how long the last draft took */
  gint64 begun;                /* the job that runs */

  GMutex lock; /* of all below */
  GCond changed;
  Job *next, *running;
  gboolean quit;
  gboolean aside; /* the job is done, and what is made of it now are a verdict and variants */
  gboolean seen;  /* a picture of the job was told */
  guint wishes;
  stylemap_placement near;
  guint64 number;
  gdouble fraction;
  GQueue told;
  guint idle;
};

/* ------------------------------------------------------------------------------------------- telling */

static void told_free(gpointer data) {
  Told *told = data;
  g_clear_object(&told->news.picture);
  g_clear_object(&told->news.weights);
  g_free((gpointer)told->news.found);
  g_free((gpointer)told->news.references);
  g_free((gpointer)told->news.references_by);
  g_clear_error(&told->error);
  g_free(told->path);
  g_free(told);
}

static gboolean hand_over(gpointer data) {
  Preview *preview = data;
  g_mutex_lock(&preview->lock);
  Told *told = g_queue_pop_head(&preview->told);
  gboolean more = !g_queue_is_empty(&preview->told);
  if (!more) preview->idle = 0;
  g_mutex_unlock(&preview->lock);
  if (told) {
    preview->tell(&told->news, preview->data);
    told_free(told);
  }
  return more;
}

/* A picture that a newer one followed before it was seen is not shown any more. */
static void drop_pictures(GQueue *queue) {
  for (GList *link = queue->head, *next; link; link = next) {
    Told *told = link->data;
    next = link->next;
    if (told->news.kind == PREVIEW_MODEL || told->news.kind == PREVIEW_FOUND) continue;
    g_queue_delete_link(queue, link);
    told_free(told);
  }
}

static void tell(Preview *preview, const Job *job, Told *told) {
  told->news.request = job->number;
  told->news.error = told->error;
  told->news.path = told->path;
  told->news.time = g_get_monotonic_time() - job->asked;
  g_mutex_lock(&preview->lock);
  gboolean drawn = told->news.kind != PREVIEW_MODEL && told->news.kind != PREVIEW_FOUND;
  const gboolean variant = told->news.kind == PREVIEW_VARIANT;
  gboolean stale = drawn && preview->next && (variant || preview->next->urgent);
  if (stale) {
    told_free(told);
  } else {
    if (drawn && !variant) drop_pictures(&preview->told);
    if (told->news.kind == PREVIEW_DONE) preview->fraction = 1;
    preview->seen = preview->seen || drawn;
    g_queue_push_tail(&preview->told, told);
    if (!preview->idle) preview->idle = g_idle_add_full(G_PRIORITY_DEFAULT, hand_over, preview, NULL);
  }
  g_mutex_unlock(&preview->lock);
}

static Told *told_new(PreviewKind kind) {
  Told *told = g_new0(Told, 1);
  told->news.kind = kind;
  return told;
}

static void tell_failed(Preview *preview, const Job *job, GError *error) {
  if (g_error_matches(error, HOST_ERROR, HOST_ERROR_CANCELLED)) {
    g_error_free(error);
    return;
  }
  Told *told = told_new(PREVIEW_FAILED);
  told->error = error;
  tell(preview, job, told);
}

/* ------------------------------------------------------------------------------------------- working */

/* With the lock held. */
static gboolean is_over(const Preview *preview) {
  const Job *next = preview->next;
  return preview->quit || (next && (preview->aside || preview->seen || next->urgent || next->coarse ||
                                    g_get_monotonic_time() - preview->begun > PATIENCE));
}

static int on_progress(void *data, stylemap_phase phase, double fraction) {
  Preview *preview = data;
  (void)phase;
  g_mutex_lock(&preview->lock);
  if (!preview->aside) preview->fraction = fraction;
  gboolean stop = is_over(preview);
  g_mutex_unlock(&preview->lock);
  return stop;
}

static void set_aside(Preview *preview, gboolean aside) {
  g_mutex_lock(&preview->lock);
  preview->aside = aside;
  g_mutex_unlock(&preview->lock);
}

/* Of a draft, which is the lesser part. */
static int on_draft(void *data, stylemap_phase phase, double fraction) { return on_progress(data, phase, 0); }

static void job_free(Job *job) {
  if (!job) return;
  scaled_clear(&job->edit);
  g_free(job->model);
  g_free(job);
}

static void compose(const ScaledEdit *scaled, GeglBuffer *layer, const Mask *mask, Told *told) {
  told->news.picture = scaled_laid(scaled, layer, mask, &mask->bounds);
  told->news.weights = g_object_ref(mask->weights);
  told->news.scale = scaled->scale;
  told->news.feather = mask->feather / scaled->scale;
}

static gboolean draw_coarse(Preview *preview, const Job *job, const ScaledEdit *scaled, const Mask *mask, GError **error) {
  g_autoptr(GeglBuffer) drawn = scaled_coarse(scaled, mask, error);
  if (!drawn) return FALSE;
  Told *told = told_new(PREVIEW_COARSE);
  compose(scaled, drawn, mask, told);
  tell(preview, job, told);
  return TRUE;
}

/* ------------------------------------------------------------------------------------------- drafts */

static gboolean is_slow(const Preview *preview, const ScaledEdit *edit) {
  return edit->request.kind == EDIT_TRANSPLANT && edit->request.method == EDIT_HEAL &&
         !scaled_same_square(&preview->drawn, edit);
}

static gboolean was_healed(const Preview *preview, const EditRequest *request) {
  return preview->healed_target && preview->healed_target == request->target.buffer &&
         preview->healed_reference == request->references[0].picture.buffer;
}

/* As it was chosen the last time, as far as the user left the choice. */
static void hasten(const Preview *preview, const EditRequest *request, stylemap_heal_options *heal) {
  const stylemap_start asked = heal->start;
  heal->start = STYLEMAP_START_COPY;
  heal->sigma = DRAFT_SIGMA;
  if (was_healed(preview, request)) stylemap_heal_as_reported(heal, &preview->healed);
  if (asked != STYLEMAP_START_FIT) heal->start = asked;
  heal->rounds = 1;
  heal->draft = TRUE;
}

/* `result`: prepared. */
static gboolean draw_draft(Preview *preview, const Job *job, const ScaledEdit *scaled, const EditResult *prepared, GError **error) {
  EditRequest request = scaled->request;
  EditResult result = *prepared;
  const gint64 begun = g_get_monotonic_time();
  g_object_ref(result.mask.weights);
  scaled_clear(&preview->drawn);
  hasten(preview, &job->edit.request, &request.heal);
  engine_watch(*preview->engine, on_draft, preview);
  const gboolean ok = edit_run(*preview->engine, &request, &result, error);
  if (ok) {
    Told *told = told_new(PREVIEW_DRAFT);
    compose(scaled, result.layers[0], &result.mask, told);
    tell(preview, job, told);
    edit_result_clear(&result);
    preview->drafting = g_get_monotonic_time() - begun;
  }
  engine_watch(*preview->engine, on_progress, preview);
  return ok;
}

/* What the engine remembers. */
static void remember_drawn(Preview *preview, const ScaledEdit *edit, const EditResult *result) {
  const EditRequest *request = &edit->request;
  scaled_clear(&preview->drawn);
  scaled_copy(request, &preview->drawn);
  preview->drawn.scale = edit->scale;
  if (result->healed.misfit < 0) return;
  preview->healed = result->healed;
  g_set_object(&preview->healed_target, request->target.buffer);
  g_set_object(&preview->healed_reference, request->references[0].picture.buffer);
}

static void tell_judged(Preview *preview, const Job *job) {
  const Engine *engine = *preview->engine;
  Told *told = told_new(PREVIEW_MODEL);
  told->path = g_strdup(engine->path);
  told->news.mse = preview->judge.probe.mse;
  told->news.reason = preview->judge.reason;
  told->news.usual = engine->usual;
  told->news.size = engine->info->size;
  told->news.places = judge_can_find(engine);
  tell(preview, job, told);
}

/* How well the model knows the target where its square lies. */
static gboolean tell_known(Preview *preview, const Job *job, GError **error) {
  if (!judge_probe(&preview->judge, *preview->engine, &job->edit.request.target, error)) return FALSE;
  tell_judged(preview, job);
  return TRUE;
}

/* Which model, and how well it knows the target. */
static gboolean choose(Preview *preview, Job *job, GError **error) {
  Judge *judge = &preview->judge;
  return judge_choose(judge, preview->engine, job->model, &job->edit, on_progress, preview, error) &&
         judge_place(judge, *preview->engine, &job->edit, error) && tell_known(preview, job, error);
}

/* Once it is drawn: where the square has come to lie elsewhere, and why the model does not know what is there; what cannot be judged, or
 * gives way to another job, stays as it was. */
static void judge_again(Preview *preview, const Job *job) {
  if (judge_is_of_other_place(&preview->judge, &job->edit.request.target) && !on_progress(preview, 0, 0))
    tell_known(preview, job, NULL);
  if (judge_has_to_explain(&preview->judge, &job->edit.request.target) && !on_progress(preview, 0, 0) &&
      judge_explain(&preview->judge, *preview->engine, &job->edit.request, NULL))
    tell_judged(preview, job);
}

/* The model's subject in the target; `found`: there is one. */
static gboolean find(Preview *preview, const Job *job, gboolean *found, GError **error) {
  const Engine *engine = *preview->engine;
  stylemap_placement place = { 0 };
  gint by;
  if (!judge_find_subject(*preview->engine, &job->edit.request, job->wishes & WISH_NEAR ? &job->near : NULL, &by, &place, error))
    return FALSE;
  Told *told = told_new(PREVIEW_FOUND);
  told->news.places = judge_can_find(engine);
  told->news.n_found = *found = by != FIND_NOTHING;
  told->news.found_by = by;
  told->news.found = g_memdup2(&place, sizeof place);
  tell(preview, job, told);
  return TRUE;
}

/* ------------------------------------------------------------------------------------------- drawing */

/* A draft that lets one wait is announced so, too. */
static gboolean begins_coarse(const Preview *preview, const Job *job) {
  const ScaledEdit *edit = &job->edit;
  return (job->coarse || (is_slow(preview, edit) && preview->drafting > AT_ONCE)) && edit->request.kind == EDIT_TRANSPLANT &&
         edit->request.n_references == 1 && !edit->references[0].alpha && !edit->references[0].region;
}

static gboolean prepare(Preview *preview, const EditRequest *request, gdouble scale, ScaledEdit *scaled, EditResult *result,
                        GError **error) {
  scaled_edit(preview->cache, request, scale, scaled);
  return edit_prepare(&scaled->request, result, error);
}

/* Of layers that changed, or that nothing is asked of any more, no pixels are kept. */
static void let_go(Preview *preview, const EditRequest *request) {
  scaled_cache_keep(preview->cache, request);
  judge_keep(&preview->judge, request);
  if (request->n_references && was_healed(preview, request)) return;
  g_clear_object(&preview->healed_target);
  g_clear_object(&preview->healed_reference);
}

/* Where they lay; `asked`: which had to be found. */
static void tell_references(const Preview *preview, const Job *job, const gboolean *asked, Told *told) {
  const gint count = told->news.n_references = job->edit.request.n_references;
  gint *by = g_new(gint, count);
  for (gint i = 0; i < count; i++) by[i] = asked[i] ? judge_found_by(&preview->judge, i) : FIND_NOTHING;
  told->news.references = g_memdup2(job->edit.places, (gsize)count * sizeof *job->edit.places);
  told->news.references_by = by;
}

static gboolean draw(Preview *preview, Job *job, GError **error) {
  const gint count = job->edit.request.n_references;
  g_autofree gboolean *asked = g_new(gboolean, count);
  ScaledEdit scaled;
  EditResult result = { 0 };
  for (gint i = 0; i < count; i++) asked[i] = job->edit.references[i].picture.find != FIND_NOTHING;
  let_go(preview, &job->edit.request);
  if (!judge_place(&preview->judge, *preview->engine, &job->edit, error)) return FALSE;
  judge_take_found(&preview->judge, &job->edit);
  gboolean ok = prepare(preview, &job->edit.request, job->edit.scale, &scaled, &result, error) &&
                (!begins_coarse(preview, job) || draw_coarse(preview, job, &scaled, &result.mask, error));
  if (ok && judge_has_to_find(&job->edit)) {
    edit_result_clear(&result);
    scaled_clear(&scaled);
    ok = judge_find_references(&preview->judge, *preview->engine, &job->edit, error) &&
         prepare(preview, &job->edit.request, job->edit.scale, &scaled, &result, error);
  }
  ok = ok && (!is_slow(preview, &job->edit) || draw_draft(preview, job, &scaled, &result, error)) &&
       edit_run(*preview->engine, &scaled.request, &result, error);
  if (ok) {
    Told *told = told_new(PREVIEW_DONE);
    told->news.target = job->edit.target;
    compose(&scaled, result.layers[0], &result.mask, told);
    tell_references(preview, job, asked, told);
    tell(preview, job, told);
    remember_drawn(preview, &job->edit, &result);
  }
  edit_result_clear(&result);
  scaled_clear(&scaled);
  return ok;
}

static gboolean draw_variant(Preview *preview, Job *job, gint n, GError **error) {
  ScaledEdit scaled;
  EditResult result = { 0 };
  judge_take_found(&preview->judge, &job->edit);
  job->edit.request.method = job->variants[n].method;
  job->edit.request.heal.start = job->variants[n].start;
  scaled_clear(&preview->drawn);
  gboolean ok = prepare(preview, &job->edit.request, job->variant_scale, &scaled, &result, error) &&
                edit_run(*preview->engine, &scaled.request, &result, error);
  if (ok) {
    const GeglRectangle *bounds = &result.mask.bounds;
    const gint margin = MAX(bounds->width, bounds->height) / 6;
    GeglRectangle area = { bounds->x - margin, bounds->y - margin, bounds->width + 2 * margin, bounds->height + 2 * margin };
    gegl_rectangle_intersect(&area, &area, gegl_buffer_get_extent(scaled.request.target.buffer));
    Told *told = told_new(PREVIEW_VARIANT);
    told->news.variant = n;
    told->news.picture = scaled_laid(&scaled, result.layers[0], &result.mask, &area);
    told->news.scale = scaled.scale;
    tell(preview, job, told);
  }
  edit_result_clear(&result);
  scaled_clear(&scaled);
  return ok;
}

/* One that cannot be made is not told of: the edit itself was. */
static void draw_variants(Preview *preview, Job *job) {
  const gboolean any = job->edit.request.kind == EDIT_TRANSPLANT && job->edit.request.n_references > 0;
  for (gint n = 0; any && n < job->n_variants && !on_progress(preview, 0, 0); n++) {
    GError *error = NULL;
    draw_variant(preview, job, n, &error);
    g_clear_error(&error);
  }
}

/* What is still to be done of the job's wishes. */
static void keep_wishes(Preview *preview, const Job *job) {
  g_mutex_lock(&preview->lock);
  preview->wishes |= job->wishes;
  preview->near = job->near;
  g_mutex_unlock(&preview->lock);
}

static gboolean grant(Preview *preview, Job *job, GError **error) {
  if (job->wishes & WISH_CHOOSE) {
    if (!choose(preview, job, error)) return FALSE;
    job->wishes &= ~(guint)WISH_CHOOSE;
  }
  if (!*preview->engine && !engine_open(preview->engine, job->model, 0, on_progress, preview, error)) return FALSE;
  engine_watch(*preview->engine, on_progress, preview);
  if (job->wishes & WISH_FIND) {
    gboolean found;
    if (!find(preview, job, &found, error)) return FALSE;
    job->wishes = 0;
    if (found) return TRUE; /* the square will lie there */
  }
  const EditRequest *request = &job->edit.request;
  const gboolean look_alone = request->kind == EDIT_INTERPOLATE && !request->n_references;
  const gboolean drawn = look_alone || draw(preview, job, error);
  set_aside(preview, TRUE);
  judge_again(preview, job);
  if (drawn) draw_variants(preview, job);
  set_aside(preview, FALSE);
  return drawn;
}

static void work(Preview *preview, Job *job) {
  GError *error = NULL;
  gboolean ok = grant(preview, job, &error);
  if (*preview->engine) engine_watch(*preview->engine, NULL, NULL);
  keep_wishes(preview, job);
  if (!ok) tell_failed(preview, job, error);
}

static gpointer run(gpointer data) {
  Preview *preview = data;
  g_mutex_lock(&preview->lock);
  while (!preview->quit) {
    Job *job = preview->next;
    if (!job) {
      g_cond_wait(&preview->changed, &preview->lock);
      continue;
    }
    preview->next = NULL;
    preview->running = job;
    preview->seen = FALSE;
    preview->fraction = 0;
    if (!(job->wishes & WISH_NEAR)) job->near = preview->near;
    job->wishes |= preview->wishes;
    preview->wishes = 0;
    preview->begun = g_get_monotonic_time();
    g_mutex_unlock(&preview->lock);
    work(preview, job);
    g_mutex_lock(&preview->lock);
    preview->running = NULL;
    job_free(job);
  }
  g_mutex_unlock(&preview->lock);
  return NULL;
}

/* ------------------------------------------------------------------------------------------- asking */

Preview *preview_new(Engine **engine, PreviewTell tell, gpointer data) {
  Preview *preview = g_new0(Preview, 1);
  preview->engine = engine;
  preview->tell = tell;
  preview->data = data;
  preview->cache = scaled_cache_new();
  g_mutex_init(&preview->lock);
  g_cond_init(&preview->changed);
  g_queue_init(&preview->told);
  preview->thread = g_thread_new("preview", run, preview);
  return preview;
}

void preview_free(Preview *preview) {
  if (!preview) return;
  g_mutex_lock(&preview->lock);
  preview->quit = TRUE;
  g_cond_signal(&preview->changed);
  g_mutex_unlock(&preview->lock);
  g_thread_join(preview->thread);
  if (preview->idle) g_source_remove(preview->idle);
  job_free(preview->next);
  g_queue_clear_full(&preview->told, told_free);
  judge_clear(&preview->judge);
  g_clear_object(&preview->healed_target);
  g_clear_object(&preview->healed_reference);
  scaled_clear(&preview->drawn);
  scaled_cache_free(preview->cache);
  g_mutex_clear(&preview->lock);
  g_cond_clear(&preview->changed);
  g_free(preview);
}

/* With the lock held. */
static void drop_next(Preview *preview) {
  if (preview->next) {
    preview->wishes |= preview->next->wishes;
    if (preview->next->wishes & WISH_NEAR) preview->near = preview->next->near;
  }
  g_clear_pointer(&preview->next, job_free);
}

guint64 preview_ask(Preview *preview, const PreviewAsk *ask) {
  Job *job = g_new0(Job, 1);
  job->model = g_strdup(ask->model);
  scaled_copy(ask->request, &job->edit);
  job->edit.scale = ask->scale;
  job->wishes = (ask->choose ? WISH_CHOOSE : 0) | (ask->find ? WISH_FIND : 0) | (ask->find && ask->near ? WISH_NEAR : 0);
  if (ask->find && ask->near) job->near = *ask->near;
  job->coarse = ask->coarse;
  job->n_variants = ask->n_variants;
  for (gint i = 0; i < ask->n_variants; i++) job->variants[i] = ask->variants[i];
  job->variant_scale = ask->variant_scale;
  job->asked = g_get_monotonic_time();
  g_mutex_lock(&preview->lock);
  /* a job that was to stop at once what runs has not done so as long as that runs */
  job->urgent = ask->urgent || (preview->next && preview->next->urgent);
  job->coarse = job->coarse || (preview->next && preview->next->coarse);
  drop_next(preview);
  if (job->urgent) drop_pictures(&preview->told);
  job->number = ++preview->number;
  preview->next = job;
  guint64 number = job->number;
  g_cond_signal(&preview->changed);
  g_mutex_unlock(&preview->lock);
  return number;
}

gdouble preview_progress(Preview *preview) {
  g_mutex_lock(&preview->lock);
  gdouble fraction = preview->next ? 0 : preview->running ? preview->fraction : 1;
  g_mutex_unlock(&preview->lock);
  return fraction;
}
