/* SPDX-License-Identifier: GPL-3.0-or-later
 * By what a model is known: SHA-256 over names, shapes and numbers of g_ema and e_ema. A copy with regions, directions or texts
 * added, or in another form, is the same model. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* Of an opened model; to be freed. */
gchar *weights_sha256 (const stylemap_model *model);
/* stylemap_examine, and of the model in `path`. On FALSE both are NULL. */
gboolean weights_examine (const gchar *path, stylemap_model **model, gchar **sha256, GError **error);
