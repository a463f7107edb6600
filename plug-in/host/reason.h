/* SPDX-License-Identifier: GPL-3.0-or-later
 * Why the model does not know what is in a picture's square: told by where it would know it. */
#pragma once
#include "host/edit.h"

typedef enum {
  REASON_NONE,   /* it knows it, or its file does not say what is usual */
  REASON_UNTOLD, /* it does not; nobody has looked why */
  REASON_BESIDE, /* its subject lies beside the square's middle, */
  REASON_SMALL,  /* is small in the square, */
  REASON_LARGE,  /* goes beyond it, */
  REASON_TURNED, /* or is turned in it */
  REASON_KIND    /* the picture is of another kind */
} Reason;

/* By the model's error (edit_probe) where the square lies, where the subject is found (find_subject, by faces or by the model; `under`
 * is that one's), there without the turn, and at quarter turns. `there`: where the model knows it; of BESIDE to TURNED. A probe where
 * the model knows the picture, else a search all over it. */
gboolean reason_find (Engine *engine, const EditPicture *picture, const MaskSource *under, Reason *reason, stylemap_placement *there,
                      GError **error);
/* What the user is told of BESIDE and what follows it, to be freed: the reason, and what to do. `dataset`: what the model was trained
 * on, or NULL; `place`: the host's sentence on how to place the square. */
gchar   *reason_words (Reason reason, const gchar *dataset, const gchar *place);
