/* SPDX-License-Identifier: GPL-3.0-or-later
 * What both operations have in common: a node's pads -> the flow of every host -> its output. */
#pragma once
#include "host/edit.h"

/* `request`, but for its target, which becomes a copy of `input`: the result in the place of what it changes comes to
 * `output`. Where it cannot be done, a warning is logged and the output is the input. `*engine` (NULL at first) is kept open
 * between calls; engine_free. */
void edit_node (const gchar *name, Engine **engine, const gchar *model, EditRequest *request, GeglBuffer *input,
                GeglBuffer *output);

/* What a pad gives, as a picture or a mask of this process with its corner at 0,0, in the pixels of `frame`. */
GeglBuffer *edit_copy (GeglBuffer *from, const GeglRectangle *frame, const gchar *format);
