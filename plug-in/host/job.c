/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/job.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "host/layer.h"
#include "host/models.h"

/* -------------------------------------------------------------------------------------------- mask */

static int read_mask(void *data, int x, int y, int width, int height, float *pixels) {
  gegl_buffer_get(data, GEGL_RECTANGLE(x, y, width, height), 1.0, babl_format("Y float"), pixels,
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE); /* 0 outside its bounds */
  return 0;
}

stylemap_layer job_mask_layer(GeglBuffer *mask, gint width, gint height) {
  return (stylemap_layer){ width, height, mask, read_mask, NULL };
}

gboolean job_mask(GeglBuffer *selection, gint selection_x, gint selection_y, gdouble feather, gint width, gint height,
                  GeglBuffer **mask, GeglRectangle *bounds, GError **error) {
  const Babl *format = babl_format("Y float");
  stylemap_placement placement;
  GeglRectangle square;
  stylemap_fit(width, height, &placement);
  stylemap_bounds(&placement, width, height, &square.x, &square.y, &square.width, &square.height);

  GeglBuffer *part = gegl_buffer_new(&square, format);
  if (selection) {
    GeglBuffer *soft = layer_feather(selection, feather);
    GeglRectangle from = square;
    from.x += selection_x;
    from.y += selection_y;
    gegl_buffer_copy(soft, &from, GEGL_ABYSS_NONE, part, &square);
    g_object_unref(soft);
  } else {
    const gfloat one = 1.0f;
    gegl_buffer_set_color_from_pixel(part, &square, &one, format);
  }

  if (!layer_mask_bounds(part, bounds)) {
    g_object_unref(part);
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The selected region misses the model's square, the %d x %d pixels from (%d, %d) on: nothing would "
                  "change. Select something inside the square."),
                square.width, square.height, square.x, square.y);
    return FALSE;
  }
  *mask = gegl_buffer_new(bounds, format);
  gegl_buffer_copy(part, bounds, GEGL_ABYSS_NONE, *mask, bounds);
  g_object_unref(part);
  return TRUE;
}

/* ---------------------------------------------------------------------------------------- progress */

/* What the worker and the waiting thread share. */
typedef struct {
  GMutex lock;
  GCond finished;
  gboolean done, cancel;
  stylemap_phase phase;
  gdouble fraction;
  gdouble from, span; /* the part of the whole that the running step fills; the worker's own */
} Shared;

static int on_progress(void *data, stylemap_phase phase, double fraction) {
  Shared *shared = data;
  g_mutex_lock(&shared->lock);
  shared->phase = phase;
  shared->fraction = MAX(shared->fraction, shared->from + shared->span * fraction);
  gboolean cancel = shared->cancel;
  g_mutex_unlock(&shared->lock);
  return cancel;
}

/* The next step fills the whole's fractions `from` .. `to`. FALSE: cancelled meanwhile. */
static gboolean begin_step(Shared *shared, stylemap_phase phase, gdouble from, gdouble to) {
  shared->from = from;
  shared->span = to - from;
  return !on_progress(shared, phase, 0);
}

typedef struct Work Work;
typedef stylemap_status WorkFunction(Work *work);

struct Work {
  const JobRequest *request;
  const gchar *path;
  WorkFunction *run;
  Shared shared;
  JobResult result;
  gdouble usual;
  stylemap_status status;
  stylemap_error core; /* why, unless `error` says it */
  GError *error;

  stylemap_model *model;
  stylemap_session *session;
  const stylemap_info *info;
  gint width, height;
  stylemap_placement placement;
};

static stylemap_status cancelled(Work *work) {
  g_clear_error(&work->error);
  g_set_error_literal(&work->error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Cancelled."));
  return STYLEMAP_CANCELLED;
}

#define TRY(call)                                    \
  do {                                               \
    status = (call);                                 \
    if (status != STYLEMAP_OK) goto done;            \
  } while (0)

#define STEP(phase, from, to)                        \
  do {                                               \
    if (!begin_step(&work->shared, phase, from, to)) { \
      status = cancelled(work);                      \
      goto done;                                     \
    }                                                \
  } while (0)

/* ---------------------------------------------------------------------------------------- the work */

static stylemap_status open_model(Work *work) {
  stylemap_status status;
  STEP(STYLEMAP_PHASE_OPEN, 0.0, 0.1);
  TRY(stylemap_open(work->path, 0, on_progress, &work->shared, &work->model, &work->core));
  work->info = stylemap_model_info(work->model);
  TRY(stylemap_session_new(work->model, work->request->threads, on_progress, &work->shared, &work->session,
                           &work->core));
done:
  return status;
}

static gfloat *new_image(const Work *work) {
  return g_new(gfloat, 3 * (gsize)work->info->size * (gsize)work->info->size);
}

static gsize image_count(const Work *work) { return 3 * (gsize)work->info->size * (gsize)work->info->size; }

/* A picture's own centred square as the encoder's input. */
static stylemap_status sample_picture(Work *work, GeglBuffer *buffer, gfloat *image) {
  stylemap_layer layer = layer_of_picture(buffer);
  stylemap_placement placement;
  stylemap_fit(layer.width, layer.height, &placement);
  return stylemap_sample(&layer, &placement, work->info->size, image, &work->core);
}

static stylemap_status add_layer(Work *work, const gfloat *image) {
  JobResult *result = &work->result;
  const GeglRectangle *b = &result->bounds;
  GeglBuffer *buffer = gegl_buffer_new(b, babl_format("R'G'B'A float"));
  result->layers = g_renew(GeglBuffer *, result->layers, result->n_layers + 1);
  result->layers[result->n_layers++] = buffer;
  stylemap_layer target = layer_of_picture(work->request->target), layer = layer_of_picture(buffer);
  layer.width = target.width;
  layer.height = target.height;
  return stylemap_paste(image, work->info->size, &work->placement, &target, b->x, b->y, b->width, b->height, &layer,
                        &work->core);
}

stylemap_status job_refined_edit(const JobRefinement *job, gfloat *image, stylemap_refine_report *reports,
                                 stylemap_error *core) {
  const stylemap_refine_options options = { .steps = job->steps, .offsets = 1 };
  const gdouble each = job->reference ? 0.47 : 0.94; /* a picture's part; what follows takes about six steps' time */
  stylemap_pyramid *a = NULL, *b = NULL;
  stylemap_status status;
  TRY(stylemap_pyramid_new(job->model, &a, core));
  job->part(job->data, 0, each);
  TRY(stylemap_refine(job->session, job->target, &options, a, &reports[0], core));
  if (job->reference) {
    TRY(stylemap_pyramid_new(job->model, &b, core));
    job->part(job->data, each, 2 * each);
    TRY(stylemap_refine(job->session, job->reference, &options, b, &reports[1], core));
    TRY(stylemap_blend(a, b, job->mask, job->edit->rule, job->edit->strength, core));
  }
  job->part(job->data, 0.94, 1);
  TRY(stylemap_synth(job->session, a, image, core));
done:
  stylemap_pyramid_free(a);
  stylemap_pyramid_free(b);
  return status;
}

enum { EDIT_FROM = 15, EDIT_TO = 90 }; /* percent of the whole: the network's part of an edit */

static void refinement_part(gpointer data, gdouble from, gdouble to) {
  Work *work = data;
  work->shared.from = (EDIT_FROM + (EDIT_TO - EDIT_FROM) * from) / 100;
  work->shared.span = (EDIT_TO - EDIT_FROM) * (to - from) / 100;
}

/* `reference` NULL: a reconstruction. `image` may be `target`. */
static stylemap_status refined(Work *work, const gfloat *target, const gfloat *reference, const gfloat *mask,
                               gfloat *image) {
  const JobRefinement job = { .session = work->session, .model = work->model, .target = target,
                              .reference = reference, .mask = mask, .edit = &work->request->edit,
                              .steps = work->request->refine, .part = refinement_part, .data = work };
  work->result.n_refined = reference ? 2 : 1;
  return job_refined_edit(&job, image, work->result.refined, &work->core);
}

static stylemap_status transplant(Work *work) {
  const JobRequest *request = work->request;
  stylemap_status status;
  gsize cells = (gsize)work->info->size * (gsize)work->info->size;
  gfloat *target = new_image(work), *reference = new_image(work), *mask = g_new(gfloat, cells);

  STEP(STYLEMAP_PHASE_SAMPLE, 0.1, 0.15);
  TRY(sample_picture(work, request->target, target));
  TRY(sample_picture(work, request->reference, reference));
  stylemap_layer mask_layer = job_mask_layer(work->result.mask, work->width, work->height);
  TRY(stylemap_sample_mask(&mask_layer, &work->placement, work->info->size, mask, &work->core));
  STEP(STYLEMAP_PHASE_ENCODE, EDIT_FROM / 100.0, EDIT_TO / 100.0);
  if (request->refine > 0) TRY(refined(work, target, reference, mask, target));
  else TRY(stylemap_transplant(work->session, target, reference, mask, &request->edit, target, &work->core));
  STEP(STYLEMAP_PHASE_PASTE, 0.9, 1.0);
  TRY(add_layer(work, target));
done:
  g_free(target);
  g_free(reference);
  g_free(mask);
  return status;
}

static stylemap_status reconstruct(Work *work) {
  stylemap_status status;
  gfloat *target = new_image(work), *image = new_image(work);

  STEP(STYLEMAP_PHASE_SAMPLE, 0.1, 0.15);
  TRY(sample_picture(work, work->request->target, target));
  STEP(STYLEMAP_PHASE_ENCODE, EDIT_FROM / 100.0, EDIT_TO / 100.0);
  if (work->request->refine > 0) TRY(refined(work, target, NULL, NULL, image));
  else TRY(stylemap_reconstruct(work->session, target, image, &work->core));
  work->result.error = stylemap_mse(image, target, image_count(work));
  STEP(STYLEMAP_PHASE_PASTE, 0.9, 1.0);
  if (work->result.mask) TRY(add_layer(work, image)); /* a probe has none */
done:
  g_free(target);
  g_free(image);
  return status;
}

static stylemap_status probe(Work *work) {
  const gchar *usual = stylemap_model_text(work->model, "heldout_mse");
  gchar *end = NULL;
  work->usual = usual ? g_ascii_strtod(usual, &end) : -1;
  if (end == usual || !(work->usual > 0)) work->usual = -1;
  return reconstruct(work);
}

static stylemap_status interpolate(Work *work) {
  const JobRequest *request = work->request;
  const stylemap_info *info = work->info;
  gsize count = (gsize)info->latent_channel_size * (gsize)info->latent_spatial_size * (gsize)info->latent_spatial_size;
  gboolean plus = request->edit.space == STYLEMAP_SPACE_W_PLUS;
  stylemap_pyramid *a = NULL, *b = NULL, *frame = NULL;
  gfloat *image = new_image(work);
  gfloat *first = g_new(gfloat, count), *last = g_new(gfloat, count), *between = g_new(gfloat, count);
  stylemap_status status;

  STEP(STYLEMAP_PHASE_SAMPLE, 0.1, 0.12);
  TRY(sample_picture(work, request->target, image));
  STEP(STYLEMAP_PHASE_ENCODE, 0.12, 0.18);
  TRY(stylemap_encode(work->session, image, first, &work->core));
  TRY(sample_picture(work, request->reference, image));
  STEP(STYLEMAP_PHASE_ENCODE, 0.18, 0.25);
  TRY(stylemap_encode(work->session, image, last, &work->core));
  TRY(stylemap_pyramid_new(work->model, &frame, &work->core));
  if (plus) {
    TRY(stylemap_pyramid_new(work->model, &a, &work->core));
    TRY(stylemap_pyramid_new(work->model, &b, &work->core));
    TRY(stylemap_resize(work->session, first, a, &work->core));
    TRY(stylemap_resize(work->session, last, b, &work->core));
  }
  for (gint k = 0; k < request->frames; k++) {
    gdouble t = (gdouble)k / (request->frames - 1), from = 0.25 + 0.75 * k / request->frames;
    STEP(STYLEMAP_PHASE_SYNTH, from, from + 0.7 / request->frames);
    if (plus) {
      TRY(stylemap_lerp(a, b, t, frame, &work->core));
    } else {
      for (gsize n = 0; n < count; n++) between[n] = (gfloat)(first[n] + t * ((gdouble)last[n] - first[n]));
      TRY(stylemap_resize(work->session, between, frame, &work->core));
    }
    TRY(stylemap_synth(work->session, frame, image, &work->core));
    TRY(add_layer(work, image));
  }
done:
  stylemap_pyramid_free(a);
  stylemap_pyramid_free(b);
  stylemap_pyramid_free(frame);
  g_free(image);
  g_free(first);
  g_free(last);
  g_free(between);
  return status;
}

static gpointer worker(gpointer data) {
  Work *work = data;
  work->status = open_model(work);
  if (work->status == STYLEMAP_OK) work->status = work->run(work);
  stylemap_session_free(work->session);
  stylemap_close(work->model);
  g_mutex_lock(&work->shared.lock);
  work->shared.done = TRUE;
  g_cond_signal(&work->shared.finished);
  g_mutex_unlock(&work->shared.lock);
  return NULL;
}

/* ---------------------------------------------------------------------------------------- the wait */

/* Tells the host how far the worker is, about fifty times a second, until it ends. */
static void wait_for_worker(Shared *shared, JobProgress progress, gpointer data) {
  g_mutex_lock(&shared->lock);
  while (!shared->done) {
    g_cond_wait_until(&shared->finished, &shared->lock, g_get_monotonic_time() + 20 * G_TIME_SPAN_MILLISECOND);
    stylemap_phase phase = shared->phase;
    gdouble fraction = shared->fraction;
    if (shared->done || shared->cancel || !progress) continue;
    g_mutex_unlock(&shared->lock); /* the host may take its time */
    gboolean go_on = progress(say_phase(phase), CLAMP(fraction, 0, 1), data);
    g_mutex_lock(&shared->lock);
    if (!go_on) shared->cancel = TRUE;
  }
  g_mutex_unlock(&shared->lock);
}

static gboolean run(Work *work, JobProgress progress, gpointer data, GError **error) {
  gchar *path = models_find(work->request->model, error);
  if (!path) return FALSE;
  work->path = path;
  work->result.error = -1;
  g_mutex_init(&work->shared.lock);
  g_cond_init(&work->shared.finished);
  GThread *thread = g_thread_try_new("stylemap", worker, work, error);
  if (thread) {
    wait_for_worker(&work->shared, progress, data);
    g_thread_join(thread);
    if (work->status == STYLEMAP_CANCELLED && !work->error) cancelled(work);
    if (work->error) g_propagate_error(error, g_steal_pointer(&work->error));
    else if (work->status != STYLEMAP_OK) say_error(error, &work->core);
  }
  g_mutex_clear(&work->shared.lock);
  g_cond_clear(&work->shared.finished);
  g_free(path);
  return thread && work->status == STYLEMAP_OK;
}

/* ------------------------------------------------------------------------------------------ public */

static void prepare(Work *work, const JobRequest *request, WorkFunction *run_function) {
  const GeglRectangle *extent = gegl_buffer_get_extent(request->target);
  *work = (Work){ .request = request, .run = run_function, .width = extent->width, .height = extent->height };
  stylemap_fit(work->width, work->height, &work->placement);
}

static gboolean check(const JobRequest *request, GError **error) {
  const gchar *fault = NULL;
  if (!request->target) fault = _("There is no target layer.");
  else if (request->kind != JOB_RECONSTRUCT && !request->reference) fault = _("There is no reference layer.");
  else if (!(request->feather >= 0 && request->feather <= 10000)) fault = _("The feather must be 0 to 10000 pixels.");
  else if (request->refine < 0 || request->refine > 100000) fault = _("The steps of refinement must be 0 to 100000.");
  else if (request->refine && request->kind == JOB_TRANSPLANT && request->edit.space == STYLEMAP_SPACE_W)
    fault = _("Refined styles are blended in w+, not in w.");
  else if (request->kind == JOB_INTERPOLATE && (request->frames < 2 || request->frames > 1000))
    fault = _("The number of frames must be 2 to 1000.");
  if (fault) g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT, fault);
  return !fault;
}

gboolean job_run(const JobRequest *request, JobProgress progress, gpointer data, JobResult *result, GError **error) {
  Work work;
  memset(result, 0, sizeof *result);
  if (!check(request, error)) return FALSE;
  prepare(&work, request,
          request->kind == JOB_TRANSPLANT     ? transplant
          : request->kind == JOB_RECONSTRUCT ? reconstruct
                                             : interpolate);
  /* Before the long work: a selection that misses the square is told at once. */
  if (!job_mask(request->selection, request->selection_x, request->selection_y, request->feather, work.width,
                work.height, &work.result.mask, &work.result.bounds, error))
    return FALSE;
  work.result.whole = !request->selection;
  gboolean done = run(&work, progress, data, error);
  if (done) *result = work.result;
  else job_result_clear(&work.result);
  return done;
}

void job_result_clear(JobResult *result) {
  g_clear_object(&result->mask);
  for (gint i = 0; i < result->n_layers; i++) g_object_unref(result->layers[i]);
  g_free(result->layers);
  memset(result, 0, sizeof *result);
}

gboolean job_probe(const JobRequest *request, JobProgress progress, gpointer data, gdouble *mse, gdouble *usual,
                   GError **error) {
  Work work;
  JobRequest target_only = *request;
  target_only.kind = JOB_RECONSTRUCT;
  if (!check(&target_only, error)) return FALSE;
  prepare(&work, &target_only, probe);
  gboolean done = run(&work, progress, data, error);
  if (done) {
    *mse = work.result.error;
    *usual = work.usual;
  }
  job_result_clear(&work.result);
  return done;
}
