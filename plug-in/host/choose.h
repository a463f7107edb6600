/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which model: the one that knows the picture. */
#pragma once
#include "host/edit.h"

/* engine_open of `model`; where the choice is free (models_free_choice) of the one whose reconstruction of the picture's
 * square, where it finds its subject if that is to be found, is nearest to it. Each that may be taken is opened and draws the
 * square once: milliseconds for models of 128
 * pixels. Nothing of that is told to `tell`. */
gboolean choose_model (Engine **engine, const gchar *model, const EditPicture *picture, gint threads,
                       stylemap_progress tell, gpointer data, GError **error);

/* Of engines that are open, the one whose reconstruction of the picture's square is nearest to it: as choose_model. NULL
 * where none can draw it. */
Engine *choose_among (Engine *const *engines, gint count, const EditPicture *picture);
