/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the subject of a picture lies, for the model's square: by the landmarks of a face, or by the model itself. */
#pragma once
#include "host/edit.h"

/* FIND_AUTO: by faces, where the model's file tells where its eyes and mouth lie and a face is found, else by the model, if
 * it has learnt to find its subject; a reference that shows the same as the target lies where its lines meet the target's
 * (FIND_LINES, which cannot be asked for). FIND_POINTS: by the picture's own points. */
typedef enum { FIND_NOTHING, FIND_AUTO, FIND_FACES, FIND_MODEL, FIND_POINTS, FIND_LINES } Find;

/* Looks for what picture->find says in its buffer. `under`: what is selected on it; of several faces the one nearest to its
 * middle is taken, without it (or where it is NULL) the largest; the model looks around what is selected first. A `target` is left where it is as long as the model knows
 * it there, unless faces or the model were asked for by name. `by` says how it was found; FIND_NOTHING: it was not, and
 * `placement` is picture->placement, or the centred square. Its mirror is that one's in any case; and what is found
 * there but for a guess's own error stays there, so that pictures of one series meet pixel for pixel. FALSE, with a
 * sentence, also where faces or the model were asked for by name and there is no face, or no such model. */
gboolean find_subject (Engine *engine, const EditPicture *picture, const MaskSource *under, gboolean target, Find *by,
                     stylemap_placement *placement, GError **error);
/* By faces alone: how many there are; with 0 `placement` stays as it was. What is hardly
 * a face is none where the model does not know it, unless `any` is asked for; then it is not `sure`
 * (a model that has not learnt to find its subject knows them all). FALSE, with a sentence, where find_has_faces is FALSE: the
 * model's file does not tell where its eyes and mouth lie, or the networks are not installed. */
gboolean find_by_faces (Engine *engine, GeglBuffer *picture, const MaskSource *under, gboolean any, gint *count, gboolean *sure,
                        stylemap_placement *placement, GError **error);
gboolean find_has_faces (const Engine *engine);
/* By faces, or else by the model: as `how` says, FIND_AUTO, FIND_FACES or FIND_MODEL. The model looks about each of `near` first.
 * `by` says how it was found; FIND_NOTHING: it was not, and what `placement` is means nothing. */
gboolean find_anywhere (Engine *engine, GeglBuffer *picture, Find how, const MaskSource *under, const stylemap_placement *near,
                        gint n_near, Find *by, stylemap_placement *placement, GError **error);
/* find_subject of a request's target that is to be found: `at` and `by` tell where and how it was, and `request` has it there.
 * `references` are the request's; those that follow the target get a place of `placements`, one for each. Does nothing of a
 * target that is not to be found (`by`: FIND_NOTHING; `at` stays as it is). */
gboolean find_target (Engine *engine, EditRequest *request, EditReference *references, stylemap_placement *placements,
                      stylemap_placement *at, Find *by, GError **error);
/* Its last step: the references that follow the target go where that lies now. */
void find_followers (const EditRequest *request, EditReference *references, stylemap_placement *placements);
/* A sentence that says so, to be freed; of FIND_FACES, FIND_MODEL and, of a reference, FIND_LINES. */
gchar   *find_words (Find by, gboolean target, const stylemap_placement *placement);
/* The references that are to be found, of those that show the same as the target to a fraction of a pixel: `references` and `placements` become the request's, as far as anything was found.
 * Only a target that the model knows has the place for what is found without being asked for by name. `result`: empty, or prepared;
 * then its mask need not be made once more. */
gboolean find_references (Engine *engine, const EditRequest *request, EditReference *references,
                          stylemap_placement *placements, EditResult *result, GError **error);
