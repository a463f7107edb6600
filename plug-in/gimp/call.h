/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a call of a procedure is in both GIMPs, around flow_run: the choice before it, the words after it. */
#pragma once
#include "gimp/flow.h"

/* At the beginning of each call: GEGL, and as many threads as the user's preferences of GIMP say. */
void call_start(void);

/* Completes `options`, which hold the arguments (GIMP_RUN_NONINTERACTIVE) or the last values, by the way that the run
 * mode says, and checks them; the user may choose another `target`. HOST_ERROR_CANCELLED where the user cancels the dialog. */
gboolean call_choose(const Procedure *procedure, GimpRunMode mode, ImageRef image, DrawableRef *target,
                     FlowOptions *options, GError **error);

/* flow_run, or frames_run of a procedure that edits all frames. */
gboolean call_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options, FlowResult *result,
                  GError **error);

GimpPDBStatusType call_status(const GError *error);

/* What the user should know of a result beyond the layer: all of it on standard error for scripts; else what needs care as
 * GIMP's message, which has a warning's sign. */
void call_tell(GimpRunMode mode, const FlowResult *result);

/* To a user: in a window of its own what is in a new image. */
void call_show(GimpRunMode mode, const FlowResult *result);

/* Of a procedure that is `again`: `procedure`, `target` and `options` become what `target` was made by. */
gboolean call_again(const Procedure **procedure, GimpRunMode mode, ImageRef image, DrawableRef *target,
                    FlowOptions *options, GError **error);
