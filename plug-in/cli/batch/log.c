/* SPDX-License-Identifier: GPL-3.0-or-later
 * The log: a head line, then a line a row, each written whole once its output has its name. What was cut by the end of a
 * run is taken away by the next. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/batch/batch.h"
#include "host/say.h"

/* --------------------------------------------------------------------------------------------- lines */

static void begin_member(GString *line, const gchar *name) {
  g_string_append_printf(line, "%s\"%s\": ", line->len ? ", " : "{", name);
}

void line_raw(GString *line, const gchar *name, const gchar *value) {
  begin_member(line, name);
  g_string_append(line, value);
}

static void append_text(GString *line, const gchar *value) {
  g_autofree gchar *valid = g_utf8_make_valid(value, -1);
  g_string_append_c(line, '"');
  for (const gchar *c = valid; *c; c++)
    if (*c == '"' || *c == '\\') g_string_append_printf(line, "\\%c", *c);
    else if ((guchar)*c < 0x20) g_string_append_printf(line, "\\u%04x", *c);
    else g_string_append_c(line, *c);
  g_string_append_c(line, '"');
}

void line_text(GString *line, const gchar *name, const gchar *value) {
  begin_member(line, name);
  append_text(line, value);
}

void line_number(GString *line, const gchar *name, const gchar *format, gdouble value) {
  Number number;
  line_raw(line, name, cli_number(&number, format, value));
}

void line_end(GString *line) { g_string_append_c(line, '}'); }

gboolean line_output(GString *line, const gchar *path, GError **error) {
  GStatBuf info;
  if (g_stat(path, &info) != 0) {
    g_autofree gchar *name = g_filename_display_name(path);
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("%s cannot be read: %s."), name, g_strerror(errno));
    return FALSE;
  }
  g_autofree gchar *bytes = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)info.st_size);
  g_autofree gchar *time = g_strdup_printf("%" G_GINT64_FORMAT ".%09ld", (gint64)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  line_raw(line, "bytes", bytes);
  line_text(line, "modified", time);
  return TRUE;
}

/* ---------------------------------------------------------------------------------------------- read */

static const gchar *text_in(JsonObject *object, const gchar *name) {
  return json_object_get_string_member_with_default(object, name, "");
}

static gboolean is_done(JsonObject *object) { return g_str_equal(text_in(object, "status"), "done"); }

/* Whether the output is as the line left it. */
static gboolean is_unchanged(JsonObject *object) {
  g_autoptr(GString) now = g_string_new(NULL), then = g_string_new(NULL);
  g_autofree gchar *bytes =
    g_strdup_printf("%" G_GINT64_FORMAT, json_object_get_int_member_with_default(object, "bytes", -1));
  line_raw(then, "bytes", bytes);
  line_text(then, "modified", text_in(object, "modified"));
  return line_output(now, text_in(object, "output"), NULL) && g_string_equal(now, then);
}

typedef void (*TakeLine) (gpointer data, JsonObject *object, const gchar *line);

/* Each whole line that is a JSON object; returns where the last whole line ends. */
static gsize read_lines(const gchar *text, gsize size, TakeLine take, gpointer data) {
  g_autoptr(JsonParser) parser = json_parser_new();
  gsize at = 0;
  for (const gchar *end; (end = memchr(text + at, '\n', size - at)); at = (gsize)(end - text) + 1) {
    g_autofree gchar *line = g_strndup(text + at, (gsize)(end - text) - at);
    if (*line == '{' && json_parser_load_from_data(parser, line, -1, NULL) &&
        JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
      take(data, json_node_get_object(json_parser_get_root(parser)), line);
  }
  return at;
}

/* ------------------------------------------------------------------------------------------- the log */

static gboolean fail(const gchar *path, const gchar *what, GError **error) {
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The log %s cannot be written: %s."), name, what);
  return FALSE;
}

static void take_whole(gpointer data, JsonObject *object, const gchar *line) {
  BatchLog *log = data;
  const gchar *key = text_in(object, "key");
  if (json_object_has_member(object, "digest")) {
    g_free(log->digest);
    log->digest = g_strdup(text_in(object, "digest"));
  }
  if (!*key) return;
  if (is_done(object) && is_unchanged(object)) g_hash_table_insert(log->whole, g_strdup(key), g_strdup(line));
  else g_hash_table_remove(log->whole, key);
}

/* The processes of a run that was killed may take a moment to end. */
static gboolean lock(int file) {
  for (gint i = 0; i < 100; i++) {
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return TRUE;
    if (errno != EWOULDBLOCK) return TRUE; /* a file system without locks */
    g_usleep(100 * 1000);
  }
  return FALSE;
}

gboolean batch_log_open(BatchLog *log, const gchar *path, gboolean resume, GError **error) {
  g_autofree gchar *text = NULL;
  gsize size = 0;
  *log = (BatchLog){ .path = g_strdup(path), .whole = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                     .file = g_open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (resume ? 0 : O_EXCL), 0666) };
  if (log->file < 0 && errno == EEXIST) {
    g_autofree gchar *name = g_filename_display_name(path);
    cli_usage(error, _("The log %s is there already: go on with --resume, name another one with --log, or remove it."), name);
    return FALSE;
  }
  if (log->file < 0) return fail(path, g_strerror(errno), error);
  if (!lock(log->file)) return fail(path, _("another run is writing it"), error);
  if (!(text = picture_read_text(path, &size, error))) return FALSE;
  log->size = (gint64)read_lines(text, size, take_whole, log);
  return (gsize)log->size == size || ftruncate(log->file, log->size) == 0 ? TRUE : fail(path, g_strerror(errno), error);
}

gboolean batch_log_is_whole(const BatchLog *log, const Row *row) {
  return g_hash_table_contains(log->whole, row->key);
}

gboolean batch_log_renumber(BatchLog *log, const Row *row, GError **error) {
  const gchar *rest = strstr(g_hash_table_lookup(log->whole, row->key), "\"status\": ");
  g_autoptr(GString) line = g_string_new(NULL);
  line_number(line, "row", "%.0f", row->number);
  if (row->line) line_number(line, "line", "%.0f", row->line);
  g_string_append_printf(line, ", %s", rest);
  return batch_log_write(log, line->str, error);
}

gboolean batch_log_write(BatchLog *log, const gchar *line, GError **error) {
  g_autofree gchar *text = g_strconcat(line, "\n", NULL);
  const gsize size = strlen(text);
  int code = 0;
  for (gsize at = 0; !code && at < size;) {
    const gssize n = write(log->file, text + at, size - at);
    if (n >= 0) at += (gsize)n;
    else if (errno != EINTR) code = errno;
  }
  if (!code) {
    log->size += (gint64)size;
    return TRUE;
  }
  if (ftruncate(log->file, log->size) != 0) code = errno;
  return fail(log->path, g_strerror(code), error);
}

void batch_log_close(BatchLog *log) {
  if (log->file > 0) close(log->file);
  if (log->whole) g_hash_table_unref(log->whole);
  g_free(log->digest);
  g_free(log->path);
  *log = (BatchLog){ .file = -1 };
}

/* --------------------------------------------------------------------------------------------- merge */

typedef struct {
  gchar *digest;     /* of the rows that this log's last run had */
  GHashTable *lines; /* number -> the last line of the row */
  guint rows;
} Merge;

static void take_head(gpointer data, JsonObject *object, const gchar *line) {
  Merge *merge = data;
  if (json_object_has_member(object, "digest")) {
    const gchar *digest = text_in(object, "digest");
    if (merge->digest && !g_str_equal(merge->digest, digest)) g_hash_table_remove_all(merge->lines); /* other numbers */
    g_free(merge->digest);
    merge->digest = g_strdup(digest);
    merge->rows = (guint)json_object_get_int_member_with_default(object, "rows", 0);
  } else if (json_object_has_member(object, "row")) {
    const guint row = (guint)json_object_get_int_member_with_default(object, "row", 0);
    g_hash_table_insert(merge->lines, GUINT_TO_POINTER(row + 1), g_strdup(line));
  }
}

static void merge_clear(Merge *merge) {
  g_clear_pointer(&merge->lines, g_hash_table_unref);
  g_clear_pointer(&merge->digest, g_free);
}

static gboolean is_done_line(const gchar *line) {
  Summary one = { 0 };
  return summary_add(&one, line);
}

static gint by_number(gconstpointer a, gconstpointer b) {
  const guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);
  return (x > y) - (x < y);
}

/* Adds what a log says to what the others said: of a row that one log calls done and another does not, it was done. */
static gboolean merge_log(Merge *all, const gchar *path, GError **error) {
  g_autofree gchar *text = NULL, *name = g_filename_display_name(path);
  Merge one = { NULL, g_hash_table_new_full(NULL, NULL, NULL, g_free), 0 };
  gsize size;
  gboolean ok = (text = picture_read_text(path, &size, error)) != NULL;
  if (ok) read_lines(text, size, take_head, &one);
  if (ok && (!one.digest || (all->digest && !g_str_equal(all->digest, one.digest)))) {
    cli_usage(error, one.digest ? _("%s is the log of another batch.") : _("%s is no log of a batch."), name);
    ok = FALSE;
  }
  GHashTableIter iter;
  gpointer number, line;
  g_hash_table_iter_init(&iter, one.lines);
  while (ok && g_hash_table_iter_next(&iter, &number, &line)) {
    const gchar *before = g_hash_table_lookup(all->lines, number);
    if (!before || is_done_line(line) || !is_done_line(before)) g_hash_table_insert(all->lines, number, g_strdup(line));
  }
  if (ok) {
    g_free(all->digest);
    all->digest = g_strdup(one.digest);
    all->rows = one.rows;
  }
  merge_clear(&one);
  return ok;
}

static void count_line(gpointer data, JsonObject *object, const gchar *line) {
  Summary *s = data;
  if (!is_done(object)) {
    s->failed++;
    return;
  }
  s->done++;
  s->decode += json_object_get_double_member_with_default(object, "decode_seconds", 0);
  s->edit += json_object_get_double_member_with_default(object, "edit_seconds", 0);
  s->encode += json_object_get_double_member_with_default(object, "encode_seconds", 0);
}

gboolean summary_add(Summary *summary, const gchar *line) {
  const guint done = summary->done;
  g_autofree gchar *whole = g_strconcat(line, "\n", NULL);
  read_lines(whole, strlen(whole), count_line, summary);
  return summary->done > done;
}

gboolean batch_log_merge(gchar **logs, const gchar *path, Summary *summary, GError **error) {
  Merge merge = { NULL, g_hash_table_new_full(NULL, NULL, NULL, g_free), 0 };
  gboolean ok = TRUE;
  *summary = (Summary){ 0 };
  for (gchar **log = logs; ok && *log; log++) ok = merge_log(&merge, *log, error);
  g_autoptr(GString) all = g_string_new(NULL);
  if (ok) {
    summary->rows = merge.rows;
    g_string_printf(all, "{\"batch\": 1, \"rows\": %u, \"digest\": \"%s\"}\n", merge.rows, merge.digest);
  }
  g_autoptr(GList) numbers = g_list_sort(g_hash_table_get_keys(merge.lines), by_number); /* row + 1 each */
  for (const GList *number = numbers; ok && number; number = number->next) {
    if (GPOINTER_TO_UINT(number->data) - 1 >= merge.rows) continue;
    const gchar *line = g_hash_table_lookup(merge.lines, number->data);
    g_string_append_printf(all, "%s\n", line);
    summary_add(summary, line);
  }
  if (ok && path) ok = picture_write_bytes(path, all->str, all->len, error);
  merge_clear(&merge);
  return ok;
}

void summary_print(const Summary *s, guint before, gdouble seconds) {
  g_autoptr(GString) line = g_string_new(NULL);
  line_number(line, "rows", "%.0f", s->rows);
  line_number(line, "done", "%.0f", s->done + before);
  line_number(line, "failed", "%.0f", s->failed);
  line_number(line, "missing", "%.0f", s->rows - s->done - before - s->failed);
  if (seconds > 0) {
    line_number(line, "done_before", "%.0f", before);
    line_number(line, "seconds", "%.3f", seconds);
    line_number(line, "pictures_per_second", "%.3f", s->done / seconds);
  }
  line_number(line, "decode_seconds", "%.3f", s->decode);
  line_number(line, "edit_seconds", "%.3f", s->edit);
  line_number(line, "encode_seconds", "%.3f", s->encode);
  line_end(line);
  progress_end();
  g_print("%s\n", line->str);
}
