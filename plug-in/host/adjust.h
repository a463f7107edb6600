/* SPDX-License-Identifier: GPL-3.0-or-later
 * The part of edit.c that an edit by directions has of its own. */
#pragma once
#include "host/edit.h"

/* Fills the result, whose mask is there, of a request of kind EDIT_ADJUST. */
gboolean adjust_draw (Engine *engine, const EditRequest *request, EditResult *result, GError **error);

/* Amounts as users say them, "NAME=AMOUNT,NAME=AMOUNT...", of the model's directions. The array and its length, to be freed
 * with g_free; NULL with a sentence, which names those that the model has. An amount lies within -20 .. 20. */
stylemap_amount *adjust_parse (const Engine *engine, const gchar *text, gint *count, GError **error);

/* The same amounts in one form, whatever their order in `text`: by name, with four digits, without those that change nothing. To be
 * freed. What is no amount stays as it is. */
gchar *adjust_in_order (const gchar *text);
