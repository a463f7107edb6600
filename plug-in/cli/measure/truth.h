/* SPDX-License-Identifier: GPL-3.0-or-later
 * Edits whose true result is known. */
#pragma once
#include "cli/measure/others.h"
#include "cli/measure/table.h"

/* Adds rows for no edit, for each method and for each of `others` (of Other) that has results, STEM: medians over the edits of
 * `folder`, which holds STEM-target, STEM-reference, STEM-truth (pictures) and STEM-mask (grey, brighter than half where the
 * reference comes in). */
gboolean truth_measure (Engine *engine, const gchar *folder, const GPtrArray *others, Table *table, GError **error);
