/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a result layer was made of, pixel by pixel, and what it shows, as digests in its recipe: as long as all of that is as it was, the
 * edit would make the layer that is there. Main thread. */
#pragma once
#include "gimp/flow.h"

/* Into `file`, which becomes the recipe of `layer`, a new one; `copy`: it is a copy of all of the target. */
void kept_write(GKeyFile *file, LayerRef layer, LayerRef target, gboolean copy, const EditRequest *request, const EditResult *made);

/* Whether the squares at `places` show, in the target's `pixels` and those of its references, what they showed then, and `layer` is as it
 * was left. Then `picture` is what it makes of the target where it changes something, and `weights` its mask there ("Y float", the same
 * extent, in the target's pixels); for g_object_unref. */
gboolean kept_read(GKeyFile *file, LayerRef layer, LayerRef target, const FlowPlaces *places, GeglBuffer *pixels,
                   GeglBuffer *const *references, GeglBuffer **picture, GeglBuffer **weights);
