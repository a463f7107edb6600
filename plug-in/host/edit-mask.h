/* SPDX-License-Identifier: GPL-3.0-or-later
 * The masks of an edit: where each of its references comes in, and all of them together. */
#pragma once
#include "host/edit.h"

#define EDIT_FADE 0.08 /* of the square's side: over what comes out of a part's usual region fades */

/* Whether weights of the target's own pixels are needed; the network's own squares of a reconstruction or of frames are whole. */
gboolean edit_mask_is_needed (const EditRequest *request);
/* The greatest weight of all references'. */
gboolean edit_mask_make (const EditRequest *request, Mask *mask, GError **error);
/* That of reference `n` on the target; `whole` is edit_mask_make's, or NULL where that was not made. */
gboolean edit_mask_of (const EditRequest *request, const Mask *whole, gint n, Mask *mask, GError **error);
/* The same over the model's square: 1 x S x S. */
gboolean edit_mask_weights (const Engine *engine, const EditRequest *request, const Mask *whole, gint n, gfloat *weights,
                            GError **error);
/* Those of references that come in where they show something or in a region, now that all is placed, and `whole` once more where
 * there are such. `references` are the request's own; `sources`: one for each, whose selections are the caller's to unref. */
gboolean edit_mask_place (const Engine *engine, const EditRequest *request, EditReference *references, MaskSource *sources,
                          Mask *whole, GError **error);
/* What is healed in a region where a part lies in most pictures, `whole`, fades inside its edge: in this picture the part may lie
 * otherwise. For what is laid over the target; the model sees the region as it is. */
gboolean edit_mask_fade (const EditRequest *request, Mask *whole, GError **error);
