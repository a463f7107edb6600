/* SPDX-License-Identifier: GPL-3.0-or-later
 * The edits that `evaluate` compares, in the model's own square: pasted; the paper's blend of styles, by the rule of its tables;
 * healed by the defaults, composited as hosts do it. The reference lies where it is. */
#pragma once
#include "cli/measure/measure.h"

enum { EDITS = 3 };
const gchar *edit_name (guint method);

typedef struct {
  Engine *engine;
  gfloat *source, *reference, *result; /* 3 x S x S */
  gfloat *mask;                        /* S x S, 0 or 1 */
  stylemap_space space;                /* in which styles are blended */
} Scene;
void     scene_new (Scene *scene, Engine *engine);
void     scene_clear (Scene *scene);

/* Fills the result, as 8 bits show it. The session remembers nothing from before, so that each takes what a first edit takes. */
gboolean edit_scene (Scene *scene, guint method, gdouble *seconds, GError **error);
/* The same by another program, from its file. */
gboolean scene_read (Scene *scene, const gchar *path, GError **error);
