/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/measure/measure.h"
#include "cli/train/train.h"
#include "host/say.h"

/* The next field of a line of CSV, taken off `*line`; "" in quotes is one quote. */
static gchar *next_field(const gchar **line) {
  GString *field = g_string_new(NULL);
  const gchar *p = *line;
  gboolean quoted = *p == '"';
  for (p += quoted; *p && (quoted || *p != ','); p++) {
    if (quoted && *p == '"') {
      if (p[1] != '"') {
        quoted = FALSE;
        continue;
      }
      p++;
    }
    g_string_append_c(field, *p);
  }
  *line = *p ? p + 1 : p;
  return g_strstrip(g_string_free(field, FALSE));
}

static gint column_of(const gchar *line, const gchar *name) {
  for (gint n = 0; *line; n++) {
    g_autofree gchar *field = next_field(&line);
    if (n > 0 && g_str_equal(field, name)) return n;
  }
  return -1;
}

static gchar *field_of(const gchar *line, gint column) {
  gchar *field = next_field(&line);
  while (column-- > 0) {
    g_free(field);
    field = next_field(&line);
  }
  return field;
}

/* Value of each file, by its name; NULL where the table has none. Freed with the table's own memory. */
static gchar **values_of(gchar **lines, gint column, const GPtrArray *files) {
  g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (gchar **line = lines + 1; *line; line++)
    if (**line) g_hash_table_insert(table, field_of(*line, 0), field_of(*line, column));
  gchar **values = g_new0(gchar *, files->len + 1);
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    g_autofree gchar *base = g_path_get_basename(file->name);
    const gchar *value = g_hash_table_lookup(table, file->name);
    if (!value) value = g_hash_table_lookup(table, base);
    values[i] = g_strdup(value);
  }
  return values;
}

static gint by_number(gconstpointer a, gconstpointer b) {
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;
  return x < y ? -1 : x > y;
}

/* Classes by numbers: 1 against 0 or -1, or the upper against the lower third. */
static gboolean by_numbers(gchar **values, guint count, const gchar *what, gint *classes, GError **error) {
  g_autofree gdouble *numbers = g_new(gdouble, count), *sorted = g_new(gdouble, count);
  guint known = 0;
  gboolean plain = TRUE;
  for (guint i = 0; i < count; i++) {
    gchar *end = NULL;
    numbers[i] = values[i] ? g_ascii_strtod(values[i], &end) : NAN;
    if (values[i] && *values[i] && (*end || !isfinite(numbers[i]))) {
      cli_usage(error, _("The column \"%s\" holds the text \"%s\": name the value that is meant, as in %s=%s."), what, values[i],
                what, values[i]);
      return FALSE;
    }
    if (!values[i] || !*values[i]) numbers[i] = NAN;
    else sorted[known++] = numbers[i];
    plain = plain && (isnan(numbers[i]) || numbers[i] == 1 || numbers[i] == 0 || numbers[i] == -1);
  }
  qsort(sorted, known, sizeof *sorted, by_number);
  const gdouble low = plain ? 0 : known ? sorted[known / 3] : 0, high = plain ? 1 : known ? sorted[known - 1 - known / 3] : 0;
  for (guint i = 0; i < count; i++)
    classes[i] = isnan(numbers[i]) ? -1 : numbers[i] >= high && high > low ? 1 : numbers[i] <= low ? 0 : -1;
  return TRUE;
}

gint *labels_read(const gchar *path, const gchar *what, const GPtrArray *files, GError **error) {
  g_auto(GStrv) parts = g_strsplit(what, "=", 2);
  const gchar *name = parts[0] ? parts[0] : "", *value = *name ? parts[1] : NULL;
  gchar *against = value ? strchr(value, '/') : NULL;
  g_autofree gchar *text = NULL;
  if (against) *against++ = '\0';
  if (!(text = picture_read_text(path, NULL, error))) return NULL;
  for (gchar *p = text; *p; p++)
    if (*p == '\r') *p = '\n';
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  const gint column = lines[0] ? column_of(lines[0], name) : -1;
  g_autofree gchar *shown = g_filename_display_name(path);
  if (column < 0) {
    cli_usage(error, _("%s has no column \"%s\" behind the first, which names the pictures."), shown, name);
    return NULL;
  }
  g_auto(GStrv) values = values_of(lines, column, files); /* NULLs in it: freed below */
  g_autofree gint *classes = g_new(gint, files->len);
  gboolean done = value || by_numbers(values, files->len, name, classes, error);
  for (guint i = 0; value && i < files->len; i++)
    classes[i] = !values[i] ? -1 : g_str_equal(values[i], value) ? 1 : !against || g_str_equal(values[i], against) ? 0 : -1;
  for (guint i = 0; i < files->len; i++)
    if (!values[i]) values[i] = g_strdup(""); /* a list is closed by its first NULL */
  return done ? g_steal_pointer(&classes) : NULL;
}
