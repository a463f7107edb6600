/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/reason.h"

#include <glib/gi18n-lib.h>

#include "host/find.h"
#include "host/place.h"

#define OTHER_SIZE 1.25 /* times the square's side, or less than its reciprocal: the size is what is wrong */

static gboolean is_akin(Engine *engine, const EditPicture *picture, const stylemap_placement *at, gboolean *akin, GError **error) {
  EditPicture there = *picture;
  EditProbe probe;
  there.placement = at;
  there.seen = NULL;
  if (!edit_probe(engine, &there, &probe, error)) return FALSE;
  *akin = probe.akin;
  return TRUE;
}

/* Of a subject that the model knows at `there`. */
static gboolean compare(Engine *engine, const EditPicture *picture, const stylemap_placement *here, const stylemap_placement *there,
                        Reason *reason, GError **error) {
  stylemap_placement moved = *there;
  gboolean akin;
  moved.angle = here->angle;
  if (!is_akin(engine, picture, &moved, &akin, error)) return FALSE;
  *reason = !akin                                         ? REASON_TURNED
            : here->side > there->side * OTHER_SIZE        ? REASON_SMALL
            : here->side * OTHER_SIZE < there->side        ? REASON_LARGE
                                                           : REASON_BESIDE;
  return TRUE;
}

/* A picture that lies on its side or on its head, in which nothing is found. */
static gboolean look_turned(Engine *engine, const EditPicture *picture, const stylemap_placement *here, Reason *reason,
                            stylemap_placement *there, GError **error) {
  *reason = REASON_KIND;
  for (gint quarter = 1; quarter < 4; quarter++) {
    gboolean akin;
    *there = *here;
    there->angle += quarter * G_PI / 2;
    if (!is_akin(engine, picture, there, &akin, error)) return FALSE;
    if (!akin) continue;
    *reason = REASON_TURNED;
    return TRUE;
  }
  return TRUE;
}

gboolean reason_find(Engine *engine, const EditPicture *picture, const MaskSource *under, Reason *reason, stylemap_placement *there,
                     GError **error) {
  const stylemap_placement here = edit_placement(picture);
  EditPicture sought = *picture;
  gboolean akin;
  Find by;
  *reason = REASON_NONE;
  *there = here;
  if (!is_akin(engine, picture, &here, &akin, error)) return FALSE;
  if (akin) return TRUE;
  sought.find = FIND_AUTO;
  if (!find_subject(engine, &sought, under, FALSE, &by, there, error)) return FALSE;
  if (by != FIND_NOTHING && !place_is_same(there, &here)) {
    if (!is_akin(engine, picture, there, &akin, error)) return FALSE;
    if (akin) return compare(engine, picture, &here, there, reason, error);
  }
  return look_turned(engine, picture, &here, reason, there, error);
}

gchar *reason_words(Reason reason, const gchar *dataset, const gchar *place) {
  const gchar *what = reason == REASON_BESIDE  ? _("What the model knows lies beside the middle of its square.")
                      : reason == REASON_SMALL ? _("What the model knows is small in its square.")
                      : reason == REASON_LARGE ? _("What the model knows goes beyond its square.")
                                               : _("What the model knows is turned in its square.");
  if (reason != REASON_KIND) return g_strconcat(what, " ", place, NULL);
  return dataset ? g_strdup_printf(_("The model was trained on another kind of picture: %s. The result will hardly resemble yours. Choose a model "
                                     "that knows such pictures."),
                                   dataset)
                 : g_strdup(_("The model was trained on another kind of picture. The result will hardly resemble yours. Choose a model that "
                              "knows such pictures."));
}
