/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the user chose in a dialog, kept under names, in both GIMPs: all options but the layers. In a file of our own: GIMP 3 keeps one set
 * a procedure, which has no name, by functions that no header of libgimp 3.0 declares, and GIMP 2.10 keeps none. */
#pragma once
#include "gimp/options.h"

/* Of a procedure, in their alphabet; g_strfreev. */
gchar **presets_names(const Procedure *procedure);
/* In place of one that is called so. FALSE and a sentence where it cannot be written. */
gboolean presets_save(const Procedure *procedure, const gchar *name, const FlowOptions *options, GError **error);
gboolean presets_delete(const Procedure *procedure, const gchar *name, GError **error);
/* Sets what it says; FALSE and a sentence where there is none, or a later version's makes no sense here. */
gboolean presets_load(const Procedure *procedure, const gchar *name, FlowOptions *options, GError **error);
