/* SPDX-License-Identifier: GPL-3.0-or-later
 * One piece of work as every host orders it: the user's choice -> layers, masks, model -> core on a worker
 * thread -> result. Knows GEGL and libstylemap, no GIMP and no command line. */
#pragma once
#include <gegl.h>
#include "host/say.h"
#include "stylemap.h"

typedef enum { JOB_TRANSPLANT, JOB_RECONSTRUCT, JOB_INTERPOLATE } JobKind;

typedef struct {
  JobKind      kind;
  const gchar *model;       /* a path or a name, "" = the default: see models.h */
  GeglBuffer  *target;      /* extent 0,0 width x height; memory of this process, not a host's tiles */
  GeglBuffer  *reference;   /* the same; NULL for reconstruct */
  GeglBuffer  *selection;   /* one component, any extent, NULL = no selection (the whole square) */
  gint         selection_x; /* layer pixel (x, y) is selection pixel (x + selection_x, y + selection_y) */
  gint         selection_y;
  gdouble      feather;     /* pixels, as GIMP's Select > Feather; 0 = none */
  stylemap_edit edit;
  gint         frames;      /* interpolate: >= 2 */
  gint         refine;      /* steps of refinement of every picture first, 0 = none; not in interpolate, nor in w */
  gint         threads;     /* 0 = all */
} JobRequest;

typedef struct {
  GeglRectangle bounds;     /* in layer pixels: where the mask is not 0 */
  GeglBuffer   *mask;       /* "Y float", extent = bounds: the feathered mask, 0 outside the square */
  gint          n_layers;   /* 1, or the frames */
  GeglBuffer  **layers;     /* "R'G'B'A float", extent = bounds */
  gboolean      whole;      /* there was no selection: the whole square was edited */
  gdouble       error;      /* MSE in -1..1 of the reconstruction where one was made, else -1 */
  gint          n_refined;
  stylemap_refine_report refined[2]; /* of the target, then of the reference */
} JobResult;

/* `fraction` 0..1 rising over the whole job, on the calling thread; FALSE cancels. */
typedef gboolean (*JobProgress) (const gchar *phase, gdouble fraction, gpointer data);

/* Runs the network on a worker thread and waits for it on this one. On FALSE nothing is left in `result`. */
gboolean job_run (const JobRequest *request, JobProgress progress, gpointer data, JobResult *result, GError **error);
void     job_result_clear (JobResult *result);

/* MSE (-1..1, output clipped) of the model's own reconstruction of the target's square: how well the model
 * knows what is there. `usual` is the model's held-out error, or -1 where its file does not say. */
gboolean job_probe (const JobRequest *request, JobProgress progress, gpointer data, gdouble *mse, gdouble *usual,
                    GError **error);

/* A reconstruction (reference NULL) or transplant on square tensors, after refining the pictures' styles. `part` tells
 * which fractions of the whole the session's next progress fills. */
typedef struct {
  stylemap_session *session;
  const stylemap_model *model;
  const gfloat *target, *reference, *mask;
  const stylemap_edit *edit;
  gint steps;
  void (*part) (gpointer data, gdouble from, gdouble to);
  gpointer data;
} JobRefinement;
/* Fills `reports` for the target, then for the reference. */
stylemap_status job_refined_edit (const JobRefinement *job, gfloat *image, stylemap_refine_report *reports,
                                  stylemap_error *core);

/* The weights of an edit on a width x height layer: the selection feathered, cut to the model's square; without a
 * selection the square itself. `mask` is "Y float" with extent `bounds`, the rectangle of the weights above 0, in
 * layer pixels. FALSE with a sentence that names the square where nothing is left. */
gboolean job_mask (GeglBuffer *selection, gint selection_x, gint selection_y, gdouble feather, gint width, gint height,
                   GeglBuffer **mask, GeglRectangle *bounds, GError **error);

/* `mask` (as job_mask makes it) as core samples it: the weights over the whole width x height layer. */
stylemap_layer job_mask_layer (GeglBuffer *mask, gint width, gint height);
