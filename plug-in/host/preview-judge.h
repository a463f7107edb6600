/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a preview's thread looks for before it draws, and remembers as long as the pictures are the same ones: which model knows the
 * target, where its square and those of the references lie, how well the model knows what is there. */
#pragma once
#include "host/find.h"
#include "host/reason.h"
#include "host/scaled.h"

/* A reference in which was looked for the subject, or its lines compared with the target's. */
typedef struct {
  GeglBuffer *in;           /* NULL: nothing was looked for, */
  gboolean mirror, alpha;   /* as it was asked for, */
  gint how, region;         /* (how: a Find) */
  stylemap_placement place; /* where the edit took it from, */
  gint by;                  /* a Find; FIND_NOTHING: it was not found */
} JudgeReference;

typedef struct {
  JudgeReference *references;    /* each in its place among the edit's, */
  gint n_references;
  GeglBuffer *under;             /* with that selection */
  gdouble feather;
  GeglBuffer *placed, *selected; /* the target in which its square was found, with that selection, */
  gint placed_how;               /* a Find, */
  stylemap_placement target;     /* there */
  GeglBuffer *judged_in;         /* the target of which it was looked how well the model knows it, */
  stylemap_placement judged;     /* there; */
  EditProbe probe;               /* so well, */
  Reason reason;                 /* for this reason not better */
} Judge;

void judge_clear (Judge *judge);
/* Lets go of all pictures that are not the request's. */
void judge_keep (Judge *judge, const EditRequest *request);

/* choose_model for the edit; what was found by another model is forgotten. */
gboolean judge_choose (Judge *judge, Engine **engine, const gchar *model, ScaledEdit *edit, stylemap_progress tell, gpointer data,
                       GError **error);
/* How well the model knows the target where its square lies: into `judge`, with no reason yet. */
gboolean judge_probe (Judge *judge, Engine *engine, const EditPicture *target, GError **error);
/* Whether that was looked at where the target's square does not lie any more. */
gboolean judge_is_of_other_place (const Judge *judge, const EditPicture *target);
/* The reason, where there is one to be looked for: a search, which may take longer than a drawing. */
gboolean judge_has_to_explain (const Judge *judge, const EditPicture *target);
gboolean judge_explain (Judge *judge, Engine *engine, const EditRequest *request, GError **error);

/* The target's square, where it is to be found: as the edit will find it. */
gboolean judge_place (Judge *judge, Engine *engine, ScaledEdit *edit, GError **error);
/* What was found in references before is not looked for again. */
void     judge_take_found (Judge *judge, ScaledEdit *edit);
gboolean judge_has_to_find (const ScaledEdit *edit);
/* The references that are to be found, in the whole pictures: only what lies somewhere can be made smaller. */
gboolean judge_find_references (Judge *judge, Engine *engine, ScaledEdit *edit, GError **error);
/* A Find: how reference `n`, which had to be found, was. */
gint     judge_found_by (const Judge *judge, gint n);

/* Whether there is a way to find the model's subject. */
gboolean judge_can_find (const Engine *engine);
/* The model's subject in the target, asked for by the user: a face, the one nearest to the mask, or what the model knows, about `near`
 * (or NULL) first. `by` is a Find; FIND_NOTHING: the model is not sure. */
gboolean judge_find_subject (Engine *engine, const EditRequest *request, const stylemap_placement *near, gint *by,
                             stylemap_placement *place, GError **error);
