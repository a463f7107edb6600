/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of named numbers: for people, as JSON and as CSV. */
#pragma once
#include <glib.h>

typedef struct Table Table;

Table   *table_new (void);
void     table_free (Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)
/* The next row; its numbers follow. */
void     table_row (Table *table, const gchar *name);
/* A number of the last row. Columns stand in the order in which they first came, `seconds` behind all others; NaN, and what a row
 * has none of, is "-" (JSON: null, CSV: nothing). */
void     table_set (Table *table, const gchar *column, gdouble value);
/* Lines of columns, the numbers to five digits. */
gchar   *table_text (const Table *table);
/* A list of objects, and a line for each row behind one of names; every digit. */
gchar   *table_json (const Table *table);
gchar   *table_csv (const Table *table);
/* In quotes, with what would end them marked by `mark`: a backslash (JSON) or a quote (CSV). */
void     table_quote (GString *out, const gchar *text, gchar mark);
