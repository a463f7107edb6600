/* SPDX-License-Identifier: GPL-3.0-or-later
 * What may be a target or a reference, and the sentences for what may not. */
#pragma once
#include "gimp/flow.h"

gboolean check_target(ImageRef image, DrawableRef target, GError **error);
gboolean check_reference(DrawableRef target, DrawableRef reference, GError **error);
gboolean check_numbers(const Procedure *procedure, FlowOptions *options, GError **error);

/* FALSE and a sentence where the selection cannot touch the target's square. Its bounding box decides: a
 * selection with a hole may still miss it, which the job finds. */
gboolean check_selection(const GeglRectangle *selected, DrawableRef target, const stylemap_placement *placement,
                         GError **error);

/* What a dialog edits at first: where `given` is an earlier result that is not made once more, what it was made of, if that can
 * be edited; else `given`. */
DrawableRef check_first_target(ImageRef image, DrawableRef given, const FlowOptions *options);

/* The reference to propose: `last` if it still can be one, else the layer below the target, else above it,
 * else any layer of any image; an earlier result only where there is nothing else; NO_ITEM where there is none. What is
 * beside a target that is one of an animation's `frames`, most likely is one, too: layers of other images come first. */
DrawableRef check_propose_reference(ImageRef image, DrawableRef target, DrawableRef last, gboolean frames);
