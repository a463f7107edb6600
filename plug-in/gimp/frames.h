/* SPDX-License-Identifier: GPL-3.0-or-later
 * The same transplant on every frame of an animation: the layers of a stack, of which the lowest is the first. Main thread. */
#pragma once
#include "gimp/flow.h"

/* Where `target` is a group, or several layers are chosen, these are the frames (options->chosen), and `target` becomes the
 * lowest of them, on which the edit is chosen. */
void frames_take_target(ImageRef image, DrawableRef *target, FlowOptions *options);

/* How many frames there are: those chosen, else all layers beside the target, without the references. 0 and a sentence where they
 * cannot be edited. */
gint frames_check(ImageRef image, DrawableRef target, const FlowOptions *options, GError **error);

/* flow_run for all of them: `target` is the frame whose selection, placement and way to heal all others get. A layer with the
 * edit in it takes each frame's place, name and attributes, and the frame goes, all in one undo step. */
gboolean frames_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options, FlowResult *result,
                    GError **error);
