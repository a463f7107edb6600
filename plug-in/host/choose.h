/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which model: the one that knows the picture. */
#pragma once
#include "host/edit.h"

/* engine_open of `model`; where the choice is free (models_free_choice) of the one whose reconstruction of the target's
 * square is nearest to it among those that know it where it lies; where none does and its subject is to be found, among those that know
 * what they find. Where none knows the target, as where much else lies in its square, the references' squares tell too. Each that may be taken is opened
 * and draws the squares, where it searches once more: milliseconds for models of 128 pixels. Nothing of that is told to `tell`. Of `request` only the pictures
 * and the mask are looked at. */
gboolean choose_model (Engine **engine, const gchar *model, const EditRequest *request, gint threads,
                       stylemap_progress tell, gpointer data, GError **error);

/* Of engines that are open, the one that choose_model would take. NULL where none can draw the target's square. */
Engine *choose_among (Engine *const *engines, gint count, const EditRequest *request);
