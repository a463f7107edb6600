/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which file a model's name means: one rule for every host. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* A MODEL is a path (it has a '/' or ends as model files do, in .safetensors, .pt, .pth or .ckpt) or a name, searched as NAME.safetensors and
 * NAME.pt in $XDG_DATA_HOME/stylemap/models, the compiled-in PREFIX/share/stylemap/models, and
 * share/stylemap/models relative to the running program (beside the bin or lib folder that it lies in).
 * "" and "auto" are the user's setting ($XDG_CONFIG_HOME/stylemap/settings.ini, [stylemap] model=) or else the first
 * toon-portraits-*. Returns a path to be freed, or NULL and a sentence that names the folders looked at. */
gchar *models_find (const gchar *model, GError **error);

/* Those folders in their order, whether they are there or not, free with g_strfreev; and the user's own, to be freed. */
gchar **models_folders (void);
gchar  *models_user_folder (void);

/* A text of a model's file (stylemap_model_text) as a line of its own, to be shown: it may be anything. NULL, or to be freed.
 * In the user's language where a model that comes with StyleMap says it. */
gchar *models_text (const stylemap_model *model, const gchar *key);

/* The names of all models in those folders, sorted, without double ones; free with g_strfreev. */
gchar **models_list (void);

/* The file of the networks that find faces, faces/faces.safetensors in one of those folders: a path to be freed, or NULL
 * and a sentence. */
gchar *models_faces (GError **error);

/* The paths between which the picture decides (choose.h): for "" and "auto", where the user's setting names none, the
 * first of each kind that comes with StyleMap, and otherwise none. Free with g_strfreev. */
gchar **models_free_choice (const gchar *model);
