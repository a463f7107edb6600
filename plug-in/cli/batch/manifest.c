/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "cli/batch/batch.h"

typedef struct {
  const gchar *path;
  const gchar *at, *end;
  guint line;
} Reader;

static gboolean fault(const Reader *reader, guint line, guint column, const gchar *what, GError **error) {
  g_autofree gchar *name = g_filename_display_name(reader->path);
  if (column) cli_usage(error, _("%s, line %u, column %u: %s."), name, line, column, what);
  else cli_usage(error, _("%s, line %u: %s."), name, line, what);
  return FALSE;
}

/* --------------------------------------------------------------------------------------------- CSV */

enum { MOST_COLUMNS = 1000 };

/* The next field, and whether it is the record's last. */
static gchar *read_field(Reader *r, guint column, gboolean *last, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  const guint line = r->line;
  if (r->at < r->end && *r->at == '"') {
    for (r->at++;; r->at++) {
      if (r->at == r->end) {
        fault(r, line, column, _("a quote is opened and not closed"), error);
        return NULL;
      }
      if (*r->at == '"' && !(r->at + 1 < r->end && *++r->at == '"')) break; /* or two, which are one */
      r->line += *r->at == '\n';
      g_string_append_c(text, *r->at);
    }
    if (*r->at == '"') r->at++; /* the file's last character */
    if (r->at < r->end && *r->at != ',' && *r->at != '\n' && !(*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n')) {
      fault(r, r->line, column, _("there is more after the closing quote; a quote inside a quoted text is written twice"), error);
      return NULL;
    }
  } else {
    for (; r->at < r->end && *r->at != ',' && *r->at != '\n'; r->at++) {
      if (*r->at == '"') {
        fault(r, line, column, _("a quote in a text that does not begin with one: quote the whole text"), error);
        return NULL;
      }
      g_string_append_c(text, *r->at);
    }
    if ((r->at == r->end || *r->at == '\n') && text->len && text->str[text->len - 1] == '\r')
      g_string_truncate(text, text->len - 1);
  }
  if (r->at < r->end && *r->at == '\r') r->at++;
  *last = r->at == r->end || *r->at == '\n';
  if (r->at < r->end) r->line += *r->at++ == '\n';
  return g_strdup(text->str);
}

/* The next record that is no empty line, closed by NULL; NULL without an error at the end. `*line` is where it begins. */
static GPtrArray *read_record(Reader *r, guint *line, GError **error) {
  while (r->at < r->end && (*r->at == '\n' || (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n'))) {
    r->line += *r->at++ == '\n';
  }
  if (r->at == r->end) return NULL;
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
  *line = r->line;
  for (gboolean last = FALSE; !last;) {
    gchar *field = read_field(r, fields->len + 1, &last, error);
    if (!field) return NULL;
    g_ptr_array_add(fields, field);
    if (fields->len > MOST_COLUMNS) {
      fault(r, *line, fields->len, _("there are too many columns"), error);
      return NULL;
    }
  }
  g_ptr_array_add(fields, NULL);
  return g_steal_pointer(&fields);
}

static gboolean read_csv(Reader *r, ManifestTake take, gpointer data, GError **error) {
  guint line = 1;
  GError *why = NULL;
  g_autoptr(GPtrArray) names = read_record(r, &line, &why);
  if (!names) {
    if (!why) return fault(r, 1, 0, _("there are no names of columns"), error);
    g_propagate_error(error, why);
    return FALSE;
  }
  for (guint i = 0; i + 1 < names->len; i++)
    for (guint k = 0; k < i; k++)
      if (g_str_equal(names->pdata[i], names->pdata[k]))
        return fault(r, line, i + 1, _("this column is there twice"), error);
  for (;;) {
    g_autoptr(GPtrArray) values = read_record(r, &line, &why);
    if (!values) break;
    if (values->len != names->len) {
      g_autofree gchar *what = g_strdup_printf(_("there are %u columns where the first line names %u"), values->len - 1,
                                               names->len - 1);
      return fault(r, line, 0, what, error);
    }
    for (guint i = 0; i + 1 < values->len; i++) /* an empty cell says nothing */
      if (!*(gchar *)values->pdata[i]) g_clear_pointer(&values->pdata[i], g_free);
    if (!take(data, line, (const gchar *const *)names->pdata, (const gchar *const *)values->pdata, error)) return FALSE;
  }
  if (!why) return TRUE;
  g_propagate_error(error, why);
  return FALSE;
}

/* -------------------------------------------------------------------------------------------- JSON */

/* A member's value as the command line has it; NULL where it is none. */
static gchar *text_of(JsonNode *node) {
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  if (!JSON_NODE_HOLDS_VALUE(node)) return NULL;
  switch (json_node_get_value_type(node)) {
  case G_TYPE_STRING: return g_strdup(json_node_get_string(node));
  case G_TYPE_BOOLEAN: return g_strdup(json_node_get_boolean(node) ? "true" : "false");
  case G_TYPE_INT64: return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
  case G_TYPE_DOUBLE: return g_strdup(g_ascii_dtostr(number, sizeof number, json_node_get_double(node)));
  default: return NULL;
  }
}

static gboolean take_object(Reader *r, JsonObject *object, ManifestTake take, gpointer data, GError **error) {
  g_autoptr(GPtrArray) names = g_ptr_array_new(), values = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GList) members = json_object_get_members(object);
  for (GList *m = members; m; m = m->next) {
    JsonNode *node = json_object_get_member(object, m->data);
    gchar *text = text_of(node);
    if (!text && !JSON_NODE_HOLDS_NULL(node)) {
      g_autofree gchar *what = g_strdup_printf(_("\"%s\" must be a text, a number, true, false or null"), (gchar *)m->data);
      return fault(r, r->line, 0, what, error);
    }
    g_ptr_array_add(names, m->data);
    g_ptr_array_add(values, text);
  }
  g_ptr_array_add(names, NULL);
  return take(data, r->line, (const gchar *const *)names->pdata, (const gchar *const *)values->pdata, error);
}

static gboolean read_json(Reader *r, ManifestTake take, gpointer data, GError **error) {
  g_autoptr(JsonParser) parser = json_parser_new();
  for (; r->at < r->end; r->line++) {
    const gchar *end = memchr(r->at, '\n', (gsize)(r->end - r->at));
    const gsize size = (gsize)((end ? end : r->end) - r->at);
    g_autofree gchar *line = g_strstrip(g_strndup(r->at, size));
    g_autoptr(GError) why = NULL;
    r->at += size + (end != NULL);
    if (!*line) continue;
    if (*line != '{' || !g_utf8_validate(line, -1, NULL) || !json_parser_load_from_data(parser, line, -1, &why) ||
        !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
      return fault(r, r->line, 0, _("this is no JSON object on a line of its own"), error);
    if (!take_object(r, json_node_get_object(json_parser_get_root(parser)), take, data, error)) return FALSE;
  }
  return TRUE;
}

/* -------------------------------------------------------------------------------------------- both */

gboolean manifest_read(const gchar *path, ManifestTake take, gpointer data, GError **error) {
  static const gchar mark[] = "\xef\xbb\xbf"; /* of UTF-8, as spreadsheets write it */
  g_autofree gchar *text = NULL, *lower = g_ascii_strdown(path, -1);
  gsize size;
  if (!(text = picture_read_text(path, &size, error))) return FALSE;
  Reader reader = { path, text, text + size, 1 };
  if (size >= 3 && memcmp(text, mark, 3) == 0) reader.at += 3;
  const gchar *zero = memchr(text, 0, size);
  if (zero) {
    for (const gchar *c = text; c < zero; c++) reader.line += *c == '\n';
    return fault(&reader, reader.line, 0, _("there is a zero byte, so this is no text"), error);
  }
  return g_str_has_suffix(lower, ".jsonl") ? read_json(&reader, take, data, error) : read_csv(&reader, take, data, error);
}
