/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the whole pictures of a film show beside the edit: a copy of the image with those of its layers that belong there. A film in the
 * image hides them; its frames remember that for the next film. Main thread. */
#pragma once
#include "gimp/options.h"

/* A copy without a history that shows the target, what is visible and what an earlier film hid as a part of it, but neither references nor
 * the frames of earlier films. `twin` is the target in it. NO_ITEM where GIMP cannot make one. */
ImageRef stage_new(ImageRef image, DrawableRef target, const FlowOptions *options, LayerRef *twin);

/* Makes the layers, which are in no image yet, frames of a film in the image, whose layers are to be hidden then. */
void stage_remember(ImageRef image, DrawableRef target, const FlowOptions *options, const LayerRef *frames, gint count);

/* A sentence on what an earlier film hid and a new one does not show; NULL: nothing. To be freed. */
gchar *stage_note(ImageRef image, DrawableRef target, const FlowOptions *options);
