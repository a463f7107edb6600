/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/preview-judge.h"

#include "host/choose.h"
#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"

void judge_clear(Judge *judge) {
  g_clear_object(&judge->searched);
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
  if (judge->under != request->mask.selection) g_clear_object(&judge->searched);
  keep_if(&judge->placed, request->target.buffer);
  keep_if(&judge->judged_in, request->target.buffer);
  keep_if(&judge->selected, judge->placed ? request->mask.selection : NULL);
  keep_if(&judge->under, request->mask.selection);
  keep_if(&judge->searched, request->n_references == 1 ? request->references[0].picture.buffer : NULL);
}

/* ------------------------------------------------------------------------------------------- the model */

gboolean judge_choose(Judge *judge, Engine **engine, const gchar *model, ScaledEdit *edit, stylemap_progress tell, gpointer data,
                      GError **error) {
  if (!choose_model(engine, model, &edit->request, 0, tell, data, error)) return FALSE;
  g_clear_object(&judge->placed);
  g_clear_object(&judge->searched);
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

void judge_take_found(Judge *judge, ScaledEdit *edit) {
  if (edit->request.n_references != 1) return;
  const EditReference *only = &edit->references[0];
  EditPicture *picture = &edit->references[0].picture;
  if (!picture->find || picture->buffer != judge->searched || picture->placement->mirror != judge->mirror ||
      picture->find != judge->how || only->alpha != judge->alpha || only->region != judge->region ||
      edit->request.mask.selection != judge->under || edit->request.mask.feather != judge->feather)
    return;
  edit->places[0] = judge->place;
  picture->find = FIND_NOTHING;
}

static void remember_found(Judge *judge, const ScaledEdit *edit, const EditResult *result) {
  if (edit->request.n_references < 1 || !edit->references[0].picture.find) return;
  GeglBuffer *only = edit->request.n_references == 1 ? edit->references[0].picture.buffer : NULL;
  const EditReference *first = &edit->references[0];
  g_set_object(&judge->searched, only);
  g_set_object(&judge->under, edit->request.mask.selection);
  judge->how = first->picture.find;
  judge->alpha = first->alpha;
  judge->region = first->region;
  judge->feather = edit->request.mask.feather;
  judge->mirror = edit->places[0].mirror;
  judge->found_by = result->n_found && result->found_of[0] == 0 ? result->found_by[0] : FIND_NOTHING;
  judge->place = judge->found_by ? result->found[0] : edit->places[0];
}

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
  stylemap_layer layer = layer_of_picture(request->target.buffer);
  stylemap_place_report report = { 0 };
  stylemap_error core;
  gint faces = 0;
  gboolean ok = !find_has_faces(engine) || find_by_faces(engine, request->target.buffer,
                                                         request->mask.selection ? &request->mask : NULL, &faces, place, error);
  if (ok && !faces && engine->info->places && near)
    ok = say_status(stylemap_place(engine->session, &layer, near, 0, place, &report, &core), &core, error);
  if (ok && !faces && engine->info->places && !report.sure)
    ok = say_status(stylemap_place(engine->session, &layer, NULL, 0, place, &report, &core), &core, error);
  *by = faces ? FIND_FACES : report.sure ? FIND_MODEL : FIND_NOTHING;
  return ok;
}
