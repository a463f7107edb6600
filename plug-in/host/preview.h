/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an edit would make, looked at while its options are still chosen: a thread that draws what was asked for last, on
 * smaller pictures and through the edit's own flow (scaled.h), and tells it to the default main loop. */
#pragma once
#include "host/reason.h"
#include "host/scaled.h"

typedef enum {
  PREVIEW_MODEL,  /* which model it is and how well it knows the target; where it does not, once more with the reason */
  PREVIEW_FOUND,  /* where in the target the model's subject is, by faces or by the model */
  PREVIEW_COARSE, /* the reference as it is, where it comes in: at once, without the model */
  PREVIEW_DRAFT,  /* of a healed edit that takes its time: one round of one collage */
  PREVIEW_DONE,   /* what the edit makes */
  PREVIEW_VARIANT, /* what it makes in another way, after DONE */
  PREVIEW_FAILED
} PreviewKind;

typedef struct {
  PreviewKind kind;
  guint64 request;          /* the preview_ask that it answers */
  const GError *error;      /* of FAILED, else NULL */
  gdouble mse, usual;       /* of MODEL: edit_probe's, and the engine's */
  Reason reason;            /* of MODEL: NONE, or UNTOLD (it is looked for once nothing else is to be done), or the reason */
  const gchar *path;        /* of MODEL: its file */
  gint size;                /* of MODEL: of its square */
  gboolean places;          /* of MODEL and FOUND: there is a way to find its subject */
  gdouble scale;            /* of the buffers: their pixels for one of the target's */
  GeglBuffer *picture;      /* of COARSE, DRAFT, DONE and VARIANT: the target with the edit in it where that changes something; of
                               VARIANT with a margin */
  GeglBuffer *weights;      /* of COARSE, DRAFT and DONE: the mask there, "Y float", the same extent */
  gdouble feather;          /* of DRAFT and DONE: pixels of the target that the selection was feathered by */
  gint variant;             /* of VARIANT: which of those that were asked for */
  gint n_found;             /* of FOUND: 1, or 0: the model is not sure; */
  const stylemap_placement *found; /* in the target's own whole pixels */
  gint found_by;            /* a Find (find.h) */
  stylemap_placement target;       /* of DONE: where the target's square lies, found or not, in its whole pixels, */
  const stylemap_placement *references; /* and where those of its n_references do, in theirs, */
  const gint *references_by;            /* and a Find each: how it was found; FIND_NOTHING: it was not, or did not have to be */
  gint n_references;
  gint64 time;              /* microseconds since it was asked for */
} PreviewNews;

/* From the main loop, never after preview_free. The news and its buffers are the preview's. */
typedef void (*PreviewTell) (const PreviewNews *news, gpointer data);

typedef struct Preview Preview;
/* Until preview_free nobody else may use `*engine`, which it opens, changes and leaves open. */
Preview *preview_new (Engine **engine, PreviewTell tell, gpointer data);
/* Cancels what it does and waits for that, some milliseconds. NULL is fine. */
void     preview_free (Preview *preview);

/* Another way to make a transplant. */
typedef struct {
  EditMethod method;
  stylemap_start start; /* of EDIT_HEAL */
} PreviewVariant;
enum { PREVIEW_VARIANTS = 4 };

typedef struct {
  const gchar *model;
  const EditRequest *request; /* scaled_copy's; of interpolate without references only the model is looked at; else a single frame is drawn */
  gdouble scale;              /* of the target */
  gboolean choose; /* the model, the target or its square are others: it is looked which model knows it, and again
                      for what is to be found in references */
  gboolean find;   /* it is looked where in the target the subject is, also where the request does not ask for that: a face (the
                      one nearest to the mask), or what the model knows; where it is found nothing is drawn, for the square
                      will lie there */
  const stylemap_placement *near; /* of `find`, by the model: about there, if it is there; or NULL */
  gboolean coarse; /* something moved: a COARSE picture comes first; what is drawn now ends */
  gboolean urgent; /* and what was drawn is of no use any more; else it is told, and what is drawn now may end, if nothing of
                      it was told and that is soon */
  const PreviewVariant *variants; /* of a transplant: drawn after it, one after the other, as long as nothing else is asked */
  gint n_variants;                /* for; PREVIEW_VARIANTS at most */
  gdouble variant_scale;          /* of the target in these */
} PreviewAsk;

/* Returns the number that its news will have. What was asked for before and is not begun is dropped, but for its wishes
 * to `choose` and to `find`. Nobody may write to the pictures any more. */
guint64 preview_ask (Preview *preview, const PreviewAsk *ask);
/* How far it is with what was asked for last, 0..1; 1: nothing to do. */
gdouble preview_progress (Preview *preview);
