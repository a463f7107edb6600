/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/preview-judge.h"

#include "host/choose.h"
#include "host/place.h"

static void forget_references(Judge *judge) {
  for (gint i = 0; i < judge->n_references; i++) g_clear_object(&judge->references[i].in);
}

void judge_clear(Judge *judge) {
  forget_references(judge);
  g_free(judge->references);
  g_clear_object(&judge->under);
  g_clear_object(&judge->placed);
  g_clear_object(&judge->selected);
  g_clear_object(&judge->judged_in);
}

static void keep_if(GeglBuffer **picture, const GeglBuffer *is) {
  if (*picture != is) g_clear_object(picture);
}

void judge_keep(Judge *judge, const EditRequest *request) {
  /* what was found under another selection, which may be gone, is not taken for this one */
  if (judge->selected != request->mask.selection) g_clear_object(&judge->placed);
  if (judge->under != request->mask.selection) forget_references(judge);
  keep_if(&judge->placed, request->target.buffer);
  keep_if(&judge->judged_in, request->target.buffer);
  keep_if(&judge->selected, judge->placed ? request->mask.selection : NULL);
  keep_if(&judge->under, request->mask.selection);
  for (gint i = 0; i < judge->n_references; i++)
    keep_if(&judge->references[i].in, i < request->n_references ? request->references[i].picture.buffer : NULL);
}

/* ------------------------------------------------------------------------------------------- the model */

gboolean judge_choose(Judge *judge, Engine **engine, const gchar *model, ScaledEdit *edit, stylemap_progress tell, gpointer data,
                      GError **error) {
  if (!choose_model(engine, model, &edit->request, 0, tell, data, error)) return FALSE;
  g_clear_object(&judge->placed);
  forget_references(judge);
  return TRUE;
}

gboolean judge_probe(Judge *judge, Engine *engine, const EditPicture *target, GError **error) {
  if (!edit_probe(engine, target, &judge->probe, error)) return FALSE;
  judge->reason = judge->probe.akin ? REASON_NONE : REASON_UNTOLD;
  g_set_object(&judge->judged_in, target->buffer);
  judge->judged = edit_placement(target);
  return TRUE;
}

gboolean judge_is_of_other_place(const Judge *judge, const EditPicture *target) {
  const stylemap_placement at = edit_placement(target);
  return judge->judged_in == target->buffer && !place_is_same(&judge->judged, &at);
}

gboolean judge_has_to_explain(const Judge *judge, const EditPicture *target) {
  return judge->judged_in == target->buffer && judge->reason == REASON_UNTOLD && !judge_is_of_other_place(judge, target);
}

gboolean judge_explain(Judge *judge, Engine *engine, const EditRequest *request, GError **error) {
  stylemap_placement there;
  Reason reason;
  if (!reason_find(engine, &request->target, &request->mask, &reason, &there, error)) return FALSE;
  judge->reason = reason;
  return TRUE;
}

/* ------------------------------------------------------------------------------------------- the squares */

gboolean judge_place(Judge *judge, Engine *engine, ScaledEdit *edit, GError **error) {
  EditPicture *target = &edit->request.target;
  const gint how = target->find;
  Find by;
  if (how == FIND_NOTHING) return TRUE;
  const gboolean again = how != FIND_POINTS && target->buffer == judge->placed &&
                         edit->request.mask.selection == judge->selected && how == judge->placed_how;
  if (again) { /* those that follow it, do */
    edit->target = judge->target;
    target->find = FIND_NOTHING;
    find_followers(&edit->request, edit->references, edit->places);
    return TRUE;
  }
  if (!find_target(engine, &edit->request, edit->references, edit->places, &edit->target, &by, error)) return FALSE;
  g_set_object(&judge->placed, target->buffer);
  g_set_object(&judge->selected, edit->request.mask.selection);
  judge->placed_how = how;
  judge->target = edit->target;
  return TRUE;
}

/* Whether it is what was looked in, and for the same. */
static gboolean is_same_search(const JudgeReference *before, const EditReference *reference) {
  const EditPicture *picture = &reference->picture;
  return picture->buffer == before->in && picture->placement->mirror == before->mirror && picture->find == before->how &&
         reference->alpha == before->alpha && reference->region == before->region;
}

void judge_take_found(Judge *judge, ScaledEdit *edit) {
  const MaskSource *mask = &edit->request.mask;
  if (mask->selection != judge->under || mask->feather != judge->feather) return;
  for (gint i = 0; i < edit->request.n_references && i < judge->n_references; i++) {
    EditPicture *picture = &edit->references[i].picture;
    if (!picture->find || !is_same_search(&judge->references[i], &edit->references[i])) continue;
    edit->places[i] = judge->references[i].place;
    picture->find = FIND_NOTHING;
  }
}

/* Of those that had to be found. */
static void remember_found(Judge *judge, const ScaledEdit *edit, const EditResult *result) {
  const MaskSource *mask = &edit->request.mask;
  const gint count = edit->request.n_references;
  if (mask->selection != judge->under || mask->feather != judge->feather) forget_references(judge);
  g_set_object(&judge->under, mask->selection);
  judge->feather = mask->feather;
  if (count > judge->n_references) {
    judge->references = g_renew(JudgeReference, judge->references, count);
    for (gint i = judge->n_references; i < count; i++) judge->references[i] = (JudgeReference){ NULL };
    judge->n_references = count;
  }
  for (gint i = 0; i < count; i++) {
    const EditReference *reference = &edit->references[i];
    JudgeReference *found = &judge->references[i];
    if (!reference->picture.find) continue;
    g_set_object(&found->in, reference->picture.buffer);
    found->how = reference->picture.find;
    found->alpha = reference->alpha;
    found->region = reference->region;
    found->mirror = edit->places[i].mirror;
    found->place = edit->places[i];
    found->by = FIND_NOTHING;
    for (gint k = 0; k < result->n_found; k++)
      if (result->found_of[k] == i) found->by = result->found_by[k];
  }
}

gint judge_found_by(const Judge *judge, gint n) { return n < judge->n_references ? judge->references[n].by : FIND_NOTHING; }

gboolean judge_has_to_find(const ScaledEdit *edit) {
  for (gint i = 0; i < edit->request.n_references; i++)
    if (edit->references[i].picture.find != FIND_NOTHING) return TRUE;
  return FALSE;
}

gboolean judge_find_references(Judge *judge, Engine *engine, ScaledEdit *edit, GError **error) {
  const gint count = edit->request.n_references;
  g_autofree EditReference *references = g_new0(EditReference, count);
  g_autofree stylemap_placement *places = g_memdup2(edit->places, count * sizeof *places);
  EditResult result = { 0 };
  const gboolean ok = find_references(engine, &edit->request, references, places, &result, error);
  if (ok) {
    for (gint i = 0; i < count; i++)
      if (references[i].picture.placement == &places[i]) edit->places[i] = places[i];
    remember_found(judge, edit, &result);
    for (gint i = 0; i < count; i++) edit->references[i].picture.find = FIND_NOTHING;
  }
  edit_result_clear(&result);
  return ok;
}

/* ------------------------------------------------------------------------------------------- asked for */

gboolean judge_can_find(const Engine *engine) { return engine->info->places || find_has_faces(engine); }

gboolean judge_find_subject(Engine *engine, const EditRequest *request, const stylemap_placement *near, gint *by,
                            stylemap_placement *place, GError **error) {
  const MaskSource *under = request->mask.selection ? &request->mask : NULL;
  Find how;
  const gboolean ok = find_anywhere(engine, request->target.buffer, FIND_AUTO, under, near, near ? 1 : 0, &how, place, error);
  *by = (gint)how;
  return ok;
}
