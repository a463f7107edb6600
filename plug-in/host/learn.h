/* SPDX-License-Identifier: GPL-3.0-or-later
 * A direction learnt from the user's own pictures, in the user's folder (learned.h). */
#pragma once
#include "host/edit.h"

typedef struct {
  const gchar *model, *name;            /* the name also of the file: learn_check_name */
  const GPtrArray *with, *without;      /* of GeglBuffer, extents at 0,0: pictures with the thing and without it, 2 or more each */
} LearnRequest;

/* FALSE and a sentence for what cannot be a direction's name and its file's. */
gboolean learn_check_name (const gchar *name, GError **error);
/* Learns the direction and writes its file, by the program stylemap-measure, which alone brings a linear algebra library. Of each
 * picture the square is taken where the model's subject is found, else the centred one. Returns what the program says of how
 * sure it is, to be freed, or NULL. `engine` as for engine_open, and without what was learnt. */
gchar   *learn_direction (Engine **engine, const LearnRequest *request, stylemap_progress tell, gpointer data, GError **error);
