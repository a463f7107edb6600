/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "gimp/flow.h"

/* Lets the user choose `options`, beginning with what is in them. FALSE if the user cancels. */
gboolean dialog_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options);
