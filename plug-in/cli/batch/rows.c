/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row is the command that would do it alone: its cells become arguments, which that command's own table reads. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/batch/batch.h"

/* The cells that are arguments, not options. */
static const gchar *const operands[] = { "operation", "model", "target", "reference", NULL };

static void row_free(gpointer data) {
  Row *row = data;
  cli_edit_clear(&row->edit);
  g_free(row->key);
  g_free(row);
}

void rows_init(Rows *rows, const gchar *folder) {
  *rows = (Rows){ .rows = g_ptr_array_new_with_free_func(row_free), .folder = folder,
                  .usual = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                  .outputs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
}

void rows_clear(Rows *rows) {
  if (rows->rows) g_ptr_array_unref(rows->rows);
  if (rows->usual) g_hash_table_unref(rows->usual);
  if (rows->outputs) g_hash_table_unref(rows->outputs);
  *rows = (Rows){ 0 };
}

/* ------------------------------------------------------------------------------------------ options */

static const GOptionEntry *find_option(const GOptionEntry *entries, const gchar *name) {
  for (const GOptionEntry *e = entries; e->long_name; e++)
    if (g_str_equal(e->long_name, name)) return e;
  return NULL;
}

GOptionEntry *rows_entries(gchar ***values, gboolean **flags) {
  g_autoptr(GArray) all = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
  CliEdit nobody;
  for (const Command *const *c = cli_edit_commands; *c; c++) {
    g_autofree GOptionEntry *entries = cli_edit_entries(*c, &nobody);
    for (GOptionEntry *e = entries; e->long_name; e++)
      if (!g_str_equal(e->long_name, "output") && !find_option((GOptionEntry *)all->data, e->long_name))
        g_array_append_val(all, *e);
  }
  *values = g_new0(gchar *, all->len + 1);
  *flags = g_new0(gboolean, all->len + 1);
  for (guint i = 0; i < all->len; i++) {
    GOptionEntry *e = &g_array_index(all, GOptionEntry, i);
    e->short_name = 0;
    if (e->arg == G_OPTION_ARG_NONE) e->arg_data = &(*flags)[i];
    else {
      if (e->arg != G_OPTION_ARG_FILENAME) e->arg = G_OPTION_ARG_STRING;
      e->arg_data = &(*values)[i];
    }
  }
  return (GOptionEntry *)g_array_free(g_steal_pointer(&all), FALSE);
}

/* -------------------------------------------------------------------------------------------- a row */

/* What is asked for under that name; the row's own word, or the usual one. */
static const gchar *cell(const Rows *rows, const gchar *name, const gchar *const *names, const gchar *const *values) {
  for (guint i = 0; names[i]; i++)
    if (values[i] && g_str_equal(names[i], name)) return values[i];
  return g_hash_table_lookup(rows->usual, name);
}

/* A flag's cell; a usage error where it is no yes or no. */
static gboolean read_flag(const gchar *name, const gchar *text, gboolean *value, GError **error) {
  static const gchar *const yes[] = { "true", "yes", "1", NULL }, *const no[] = { "false", "no", "0", NULL };
  g_autofree gchar *word = g_ascii_strdown(text, -1);
  *value = g_strv_contains(yes, word);
  if (*value || g_strv_contains(no, word)) return TRUE;
  cli_usage(error, _("--%s is true or false here, not \"%s\"."), name, text);
  return FALSE;
}

static gchar *output_of(const Rows *rows, const gchar *told, const gchar *target) {
  g_autofree gchar *name = NULL;
  if (told && (g_path_is_absolute(told) || !rows->folder)) return g_strdup(told);
  if (told) return g_build_filename(rows->folder, told, NULL);
  if (!rows->folder) return NULL;
  name = g_path_get_basename(target);
  g_autofree gchar *lower = g_ascii_strdown(name, -1);
  if (g_str_has_suffix(lower, ".exr") || g_str_has_suffix(lower, ".gif")) /* are only read */
    strcpy(name + strlen(name) - 4, ".png");
  return g_build_filename(rows->folder, name, NULL);
}

/* What a command of that table is given; NULL with a usage error. */
static GPtrArray *arguments_of(const Rows *rows, const Command *command, const GOptionEntry *entries,
                               const gchar *const *names, const gchar *const *values, GError **error) {
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
  const gchar *given[3] = { cell(rows, "model", names, values), cell(rows, "target", names, values),
                            cell(rows, "reference", names, values) };
  g_ptr_array_add(arguments, g_strdup(command->name));
  for (guint i = 0; names[i]; i++)
    if (values[i] && !g_strv_contains(operands, names[i]) && !find_option(entries, names[i])) {
      cli_usage(error, _("there is no column \"%s\" for the operation %s."), names[i], command->name);
      return NULL;
    }
  for (const GOptionEntry *e = entries; e->long_name; e++) {
    const gchar *text = cell(rows, e->long_name, names, values);
    gboolean on = FALSE;
    if (g_str_equal(e->long_name, "output")) {
      g_autofree gchar *output = given[1] ? output_of(rows, text, given[1]) : NULL;
      if (output) g_ptr_array_add(arguments, g_strconcat("--output=", output, NULL));
    } else if (text && e->arg == G_OPTION_ARG_NONE) {
      if (!read_flag(e->long_name, text, &on, error)) return NULL;
      if (on) g_ptr_array_add(arguments, g_strconcat("--", e->long_name, NULL));
    } else if (text) {
      g_ptr_array_add(arguments, g_strconcat("--", e->long_name, "=", text, NULL));
    }
  }
  g_ptr_array_add(arguments, g_strdup("--"));
  for (gint i = 0; i < cli_edit_operands(command); i++) {
    if (!given[i] && i > 0) {
      cli_usage(error, _("there is no %s."), operands[i + 1]);
      return NULL;
    }
    g_ptr_array_add(arguments, g_strdup(given[i] ? given[i] : ""));
  }
  g_ptr_array_add(arguments, NULL);
  return g_steal_pointer(&arguments);
}

static const Command *command_of(const gchar *operation, GError **error) {
  g_autoptr(GString) all = g_string_new(NULL);
  for (const Command *const *c = cli_edit_commands; *c; c++) {
    if (g_str_equal((*c)->name, operation)) return *c;
    g_string_append_printf(all, "%s%s", all->len ? ", " : "", (*c)->name);
  }
  cli_usage(error, _("the operation must be one of %s, not \"%s\"."), all->str, operation);
  return NULL;
}

static gchar *key_of(const GPtrArray *arguments) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  for (guint i = 0; i + 1 < arguments->len; i++) {
    const gchar *a = arguments->pdata[i];
    g_checksum_update(sum, (const guchar *)a, (gssize)strlen(a) + 1);
  }
  gchar *key = g_strndup(g_checksum_get_string(sum), 32);
  g_checksum_free(sum);
  return key;
}

static gboolean add(Rows *rows, guint line, const gchar *const *names, const gchar *const *values, GError **error) {
  const gchar *operation = cell(rows, "operation", names, values);
  const Command *command = command_of(operation ? operation : "transplant", error);
  CliEdit nobody;
  g_autofree GOptionEntry *entries = command ? cli_edit_entries(command, &nobody) : NULL;
  g_autoptr(GPtrArray) arguments = command ? arguments_of(rows, command, entries, names, values, error) : NULL;
  if (!arguments) return FALSE;
  Row *row = g_new0(Row, 1);
  if (!cli_edit_parse(&row->edit, command, (gchar **)arguments->pdata, error)) {
    g_free(row);
    return FALSE;
  }
  row->number = rows->rows->len;
  row->line = line;
  row->command = command;
  row->key = key_of(arguments);
  g_ptr_array_add(rows->rows, row);
  gchar *output = g_canonicalize_filename(row->edit.output, NULL);
  const guint before = GPOINTER_TO_UINT(g_hash_table_lookup(rows->outputs, output));
  if (before) {
    cli_usage(error, _("the output %s is that of line %u, too."), row->edit.output, before);
    g_free(output);
    return FALSE;
  }
  g_hash_table_insert(rows->outputs, output, GUINT_TO_POINTER(MAX(line, 1)));
  return TRUE;
}

gboolean rows_add(gpointer data, guint line, const gchar *const *names, const gchar *const *values, GError **error) {
  g_autoptr(GError) fault = NULL;
  if (add(data, line, names, values, &fault)) return TRUE;
  if (!line) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return FALSE;
  }
  const gchar *column = NULL; /* the one whose option is told of */
  for (guint i = 0; names[i] && !column; i++) {
    g_autofree gchar *option = g_strconcat("--", names[i], NULL);
    const gchar *at = strstr(fault->message, option);
    if (values[i] && at && !g_ascii_isalpha(at[strlen(option)]) && at[strlen(option)] != '-') column = names[i];
  }
  const gchar *dot = g_str_has_suffix(fault->message, ".") ? "" : "."; /* GOption's own have none */
  if (column) cli_usage(error, _("Line %u, column %s: %s%s"), line, column, fault->message, dot);
  else cli_usage(error, _("Line %u: %s%s"), line, fault->message, dot);
  return FALSE;
}

/* ------------------------------------------------------------------------------------------- folder */

static gint by_text(gconstpointer a, gconstpointer b) {
  return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

gboolean rows_add_folder(Rows *rows, const gchar *folder, GError **error) {
  g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
  if (!dir) return FALSE;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (const gchar *name; (name = g_dir_read_name(dir));)
    if (name[0] != '.' && picture_has_ending(name)) g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, by_text);
  for (guint i = 0; i < names->len; i++) {
    g_autofree gchar *path = g_build_filename(folder, names->pdata[i], NULL);
    const gchar *const columns[] = { "target", NULL }, *const values[] = { path, NULL };
    if (!rows_add(rows, 0, columns, values, error)) return FALSE;
  }
  if (names->len) return TRUE;
  g_autofree gchar *name = g_filename_display_name(folder);
  cli_usage(error, _("There is no picture in %s."), name);
  return FALSE;
}

/* --------------------------------------------------------------------------------------------- all */

gboolean rows_check(const Rows *rows, GError **error) {
  for (guint i = 0; i < rows->rows->len; i++) {
    const Row *row = rows->rows->pdata[i];
    const gchar *const inputs[] = { row->edit.target, row->edit.reference, row->edit.mask };
    for (guint k = 0; k < G_N_ELEMENTS(inputs); k++) {
      g_autofree gchar *path = inputs[k] ? g_canonicalize_filename(inputs[k], NULL) : NULL;
      if (!path || !g_hash_table_contains(rows->outputs, path)) continue;
      g_autofree gchar *name = g_filename_display_name(inputs[k]);
      cli_usage(error, _("%s would be read and written: outputs go into another folder, or have names of their own."), name);
      return FALSE;
    }
  }
  return TRUE;
}

gchar *rows_digest(const Rows *rows) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  for (guint i = 0; i < rows->rows->len; i++)
    g_checksum_update(sum, (const guchar *)((const Row *)rows->rows->pdata[i])->key, -1);
  gchar *digest = g_strndup(g_checksum_get_string(sum), 32);
  g_checksum_free(sum);
  return digest;
}
