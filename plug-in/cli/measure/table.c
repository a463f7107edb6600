/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/table.h"

#include <math.h>
#include <string.h>

typedef struct {
  gchar *name;
  GArray *values; /* gdouble, by column; may be shorter than the table's columns */
} Row;

struct Table {
  GPtrArray *columns, *rows;
};

static void row_free(gpointer data) {
  Row *row = data;
  g_free(row->name);
  g_array_unref(row->values);
  g_free(row);
}

Table *table_new(void) {
  Table *table = g_new(Table, 1);
  *table = (Table){ g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(row_free) };
  return table;
}

void table_free(Table *table) {
  if (!table) return;
  g_ptr_array_unref(table->columns);
  g_ptr_array_unref(table->rows);
  g_free(table);
}

void table_row(Table *table, const gchar *name) {
  Row *row = g_new(Row, 1);
  *row = (Row){ g_strdup(name), g_array_new(FALSE, FALSE, sizeof(gdouble)) };
  g_ptr_array_add(table->rows, row);
}

static guint add_column(Table *table, const gchar *column) {
  const gdouble none = NAN;
  guint at = table->columns->len;
  if (at && g_str_equal(table->columns->pdata[at - 1], "seconds")) {
    at--;
    for (guint i = 0; i < table->rows->len; i++) {
      GArray *values = ((Row *)table->rows->pdata[i])->values;
      if (values->len > at) g_array_insert_val(values, at, none);
    }
  }
  g_ptr_array_insert(table->columns, (gint)at, g_strdup(column));
  return at;
}

void table_set(Table *table, const gchar *column, gdouble value) {
  const Row *row = table->rows->pdata[table->rows->len - 1];
  const gdouble none = NAN;
  guint at = 0;
  if (!g_ptr_array_find_with_equal_func(table->columns, column, g_str_equal, &at)) at = add_column(table, column);
  while (row->values->len <= at) g_array_append_val(row->values, none);
  g_array_index(row->values, gdouble, at) = value;
}

/* The number, or NaN. */
static gdouble value_of(const Row *row, guint column) {
  return column < row->values->len ? g_array_index(row->values, gdouble, column) : NAN;
}

static gchar *number(const Row *row, guint column, const gchar *format, const gchar *none) {
  const gdouble value = value_of(row, column);
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isnan(value)) return g_strdup(none);
  if (isinf(value)) return g_strdup(g_str_equal(none, "null") ? none : value > 0 ? "inf" : "-inf");
  return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

gchar *table_text(const Table *table) {
  GString *out = g_string_new(NULL);
  gsize first = 0;
  for (guint i = 0; i < table->rows->len; i++) first = MAX(first, (gsize)g_utf8_strlen(((Row *)table->rows->pdata[i])->name, -1));
  g_string_append_printf(out, "%*s", (gint)first, "");
  for (guint c = 0; c < table->columns->len; c++) g_string_append_printf(out, "  %10s", (gchar *)table->columns->pdata[c]);
  g_string_append_c(out, '\n');
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    g_string_append_printf(out, "%s%*s", row->name, (gint)(first - (gsize)g_utf8_strlen(row->name, -1)), "");
    for (guint c = 0; c < table->columns->len; c++) {
      g_autofree gchar *text = number(row, c, "%.5g", "-");
      g_string_append_printf(out, "  %10s", text);
    }
    g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}

void table_quote(GString *out, const gchar *text, gchar mark) {
  g_string_append_c(out, '"');
  for (const gchar *p = text; *p; p++) {
    if (*p == '"' || (mark == '\\' && *p == '\\')) g_string_append_c(out, mark);
    if ((guchar)*p < 0x20) g_string_append_c(out, ' ');
    else g_string_append_c(out, *p);
  }
  g_string_append_c(out, '"');
}

gchar *table_json(const Table *table) {
  GString *out = g_string_new("[");
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    g_string_append(out, i ? ",\n {\"name\": " : "{\"name\": ");
    table_quote(out, row->name, '\\');
    for (guint c = 0; c < table->columns->len; c++) {
      g_autofree gchar *text = number(row, c, "%.17g", "null");
      g_string_append(out, ", ");
      table_quote(out, table->columns->pdata[c], '\\');
      g_string_append_printf(out, ": %s", text);
    }
    g_string_append_c(out, '}');
  }
  g_string_append(out, "]\n");
  return g_string_free(out, FALSE);
}

gchar *table_csv(const Table *table) {
  GString *out = g_string_new("name");
  for (guint c = 0; c < table->columns->len; c++) {
    g_string_append_c(out, ',');
    g_string_append(out, table->columns->pdata[c]);
  }
  g_string_append_c(out, '\n');
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    table_quote(out, row->name, '"');
    for (guint c = 0; c < table->columns->len; c++) {
      g_autofree gchar *text = number(row, c, "%.17g", "");
      g_string_append_printf(out, ",%s", text);
    }
    g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}
