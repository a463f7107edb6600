/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames as an animation: their order, their names, and each as the whole picture with what was drawn in it. Main thread. */
#pragma once
#include "gimp/options.h"

/* How many layers `frames` that were drawn make, and which of them layer `n` shows. */
gint film_count(const FlowOptions *options, gint frames);
gint film_frame(const FlowOptions *options, gint n, gint frames);

/* As GIMP's animation tools read it; `whole`: it takes the place of the frame before, where it is transparent, too. */
gchar *film_name(const FlowOptions *options, gint n, gboolean whole);

/* Layers of the canvas's size, film_count of them, the first lowest: what the image shows of `target` with each frame in it (stage.h). They lie in the image, in a step of its history, and its other layers are hidden; or, by
 * options->into, in a new one, `film`. NULL and a sentence, and nothing is changed, where GIMP cannot make them. g_free. `from` is where
 * the bar of the progress stands. */
LayerRef *film_make(ImageRef image, DrawableRef target, const FlowOptions *options, const EditRequest *request, const EditResult *made,
                    gdouble from, ImageRef *film, GError **error);
