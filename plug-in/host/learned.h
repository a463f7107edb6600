/* SPDX-License-Identifier: GPL-3.0-or-later
 * Directions that the user's own pictures taught (learn.h). They lie in the user's folder, not in the model's file, and every
 * host has them with the model. */
#pragma once
#include <glib.h>
#include "stylemap.h"

#define LEARNED_ENDING ".safetensors"

/* Where those of the model in `path` lie, NAME LEARNED_ENDING each, whether it is there or not: $XDG_DATA_HOME/stylemap/directions
 * and in it the model's name. To be freed. */
gchar *learned_folder (const gchar *path);
/* Adds them to the model, in the order of their names, each in place of one of its own of the same name. What cannot be
 * used, as what was learnt with another model of that name may be, is left out. Returns how many there are: the model's last. */
gint   learned_read (stylemap_model *model, const gchar *path);

/* The numbers of the model's direction of that name, its own or a learnt one, or NULL. */
const gfloat *learned_find (const stylemap_model *model, const gchar *name);
/* What tells the model's directions that `amounts` names (as adjust_parse takes them) from others of the same names:
 * "NAME=DIGEST,NAME=DIGEST", to be freed. */
gchar *learned_marks (const stylemap_model *model, const gchar *amounts);
