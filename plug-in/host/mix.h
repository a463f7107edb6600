/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures from the levels of two style pyramids, and pictures from noise: what hosts make of styles alone. */
#pragma once
#include "host/edit.h"

/* Levels of a style pyramid, a bit each: level 0 is the coarsest. From `boundary` on, all finer ones. */
#define MIX_FROM(boundary) (~0u << (boundary))

/* image := G of a's levels, but for those in `from_b` of b's; both are style maps. FALSE with a sentence where the model has
 * none of them. */
gboolean mix_maps (Engine *engine, const gfloat *a, const gfloat *b, guint32 from_b, gfloat *image, GError **error);

/* Levels as users say them, "2,5,7-9". FALSE with a sentence that begins with `name` where that makes no sense. */
gboolean mix_parse (const gchar *name, const gchar *text, guint32 *levels, GError **error);

/* Pictures 0 .. count - 1 of a seed, the same on every machine, each handed to `take`: engine_sample of their noise. */
gboolean mix_samples (Engine *engine, guint64 seed, gint count, gdouble truncation, EditTake take, gpointer data,
                      GError **error);
