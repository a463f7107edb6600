/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of the options of edits. A NULL text leaves the value as it is. */
#pragma once
#include "cli/cli.h"

gboolean edit_parse_space (const gchar *text, stylemap_space *space, GError **error);
gboolean edit_parse_rule (const gchar *text, stylemap_mask_rule *rule, GError **error);
