/* SPDX-License-Identifier: GPL-3.0-or-later
 * Edits whose true result is known. */
#pragma once
#include "cli/measure/squares.h"
#include "cli/measure/table.h"

/* Adds rows for no edit, for each method and for each of `others` (NULL, or a list closed by NULL) that has results: medians over
 * the edits of `folder`, which holds STEM-target, STEM-reference, STEM-truth (pictures) and STEM-mask (grey, brighter than half
 * where the reference comes in). One of `others` is "NAME=FOLDER" or FOLDER with STEM pictures. */
gboolean truth_measure (Engine *engine, const gchar *folder, gchar **others, Table *table, GError **error);
