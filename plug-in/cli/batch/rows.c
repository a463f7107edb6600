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

const gchar *rows_name(const gchar *name, gint n) {
  g_autofree gchar *text = n > 1 ? g_strdup_printf("%s-%d", name, n) : g_strdup(name);
  return g_intern_string(text);
}

static gboolean is_flag(const GOptionEntry *e) {
  return e->arg == G_OPTION_ARG_NONE || (e->arg == G_OPTION_ARG_CALLBACK && e->flags & G_OPTION_FLAG_NO_ARG);
}

/* Says something of a reference; so does what names it. */
static gboolean is_of_reference(const GOptionEntry *e) { return e->arg == G_OPTION_ARG_CALLBACK; }

/* The option of that column, or NULL. */
static const GOptionEntry *find_column(const GOptionEntry *entries, const gchar *column) {
  for (const GOptionEntry *e = entries; e->long_name; e++)
    for (gint n = 1; n <= (is_of_reference(e) ? ROWS_REFERENCES : 1); n++)
      if (g_str_equal(rows_name(e->long_name, n), column)) return e;
  return NULL;
}

/* The columns of a second reference and those above it, which --help tells by one line. */
static void add_columns(GArray *all, const GOptionEntry *entries) {
  for (const GOptionEntry *e = entries; e->long_name; e++)
    for (gint n = 2; is_of_reference(e) && n <= ROWS_REFERENCES; n++) {
      GOptionEntry own = *e;
      const gboolean told = n == 2 && g_str_equal(e->long_name, "reference");
      own.long_name = rows_name(e->long_name, n);
      own.flags |= told ? 0 : G_OPTION_FLAG_HIDDEN;
      own.description = N_("One more reference, above the first: --mask-2, --mask-region-2, --reference-placement-2, --mirror-2, "
                           "--reference-page-2 and --mask-page-2 are its own, and --reference-3 to --reference-9 lie above it");
      g_array_append_val(all, own);
    }
}

GOptionEntry *rows_entries(gchar ***values, gboolean **flags) {
  g_autoptr(GArray) all = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
  CliEdit nobody;
  for (const Command *const *c = cli_edit_commands; *c; c++) {
    g_autofree GOptionEntry *entries = cli_edit_entries(*c, &nobody);
    for (GOptionEntry *e = entries; e->long_name; e++)
      if (!g_str_equal(e->long_name, "output") && !g_str_equal(e->long_name, "reference") &&
          !find_option((GOptionEntry *)all->data, e->long_name))
        g_array_append_val(all, *e);
    if (*c == &command_transplant) add_columns(all, entries);
  }
  *values = g_new0(gchar *, all->len + 1);
  *flags = g_new0(gboolean, all->len + 1);
  for (guint i = 0; i < all->len; i++) {
    GOptionEntry *e = &g_array_index(all, GOptionEntry, i);
    const gboolean file = e->arg == G_OPTION_ARG_FILENAME || (is_of_reference(e) && e->flags & G_OPTION_FLAG_FILENAME);
    e->short_name = 0;
    e->arg = is_flag(e) ? G_OPTION_ARG_NONE : file ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_STRING;
    e->flags &= G_OPTION_FLAG_HIDDEN;
    e->arg_data = e->arg == G_OPTION_ARG_NONE ? (gpointer)&(*flags)[i] : (gpointer)&(*values)[i];
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
  if (picture_is_only_read(name)) strcpy(strrchr(name, '.'), ".png"); /* no ending is shorter */
  return g_build_filename(rows->folder, name, NULL);
}

/* An option of a row, of reference `n`, where it is one of a reference's. */
static gboolean add_option(const Rows *rows, const GOptionEntry *e, gint n, const gchar *const *names, const gchar *const *values,
                           GPtrArray *arguments, GError **error) {
  const gchar *name = rows_name(e->long_name, n), *text = cell(rows, name, names, values);
  gboolean on = FALSE;
  if (!text) return TRUE;
  if (is_flag(e)) {
    if (!read_flag(name, text, &on, error)) return FALSE;
    if (on) g_ptr_array_add(arguments, g_strconcat("--", e->long_name, NULL));
  } else {
    g_ptr_array_add(arguments, g_strconcat("--", e->long_name, "=", text, NULL));
  }
  return TRUE;
}

/* The second reference and those above it, each with its own options behind it. */
static gboolean add_references(const Rows *rows, const GOptionEntry *entries, const gchar *const *names, const gchar *const *values,
                               GPtrArray *arguments, GError **error) {
  for (gint n = 2; n <= ROWS_REFERENCES; n++) {
    const gchar *name = rows_name("reference", n), *reference = cell(rows, name, names, values);
    if (reference) g_ptr_array_add(arguments, g_strconcat("--reference=", reference, NULL));
    for (const GOptionEntry *e = entries; e->long_name; e++) {
      if (!is_of_reference(e) || g_str_equal(e->long_name, "reference")) continue;
      const gchar *own = rows_name(e->long_name, n);
      if (!reference && cell(rows, own, names, values)) {
        cli_usage(error, _("there is a %s and no %s."), own, name);
        return FALSE;
      }
      if (!add_option(rows, e, n, names, values, arguments, error)) return FALSE;
    }
  }
  return TRUE;
}

/* What a command of that table is given; NULL with a usage error. */
static GPtrArray *arguments_of(const Rows *rows, const Command *command, const GOptionEntry *entries,
                               const gchar *const *names, const gchar *const *values, GError **error) {
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
  const gchar *given[3] = { cell(rows, "model", names, values), cell(rows, "target", names, values),
                            cell(rows, "reference", names, values) };
  g_ptr_array_add(arguments, g_strdup(command->name));
  for (guint i = 0; names[i]; i++)
    if (values[i] && !g_strv_contains(operands, names[i]) && !find_column(entries, names[i])) {
      cli_usage(error, _("there is no column \"%s\" for the operation %s."), names[i], command->name);
      return NULL;
    }
  for (const GOptionEntry *e = entries; e->long_name; e++) {
    if (g_str_equal(e->long_name, "output")) {
      g_autofree gchar *output = given[1] ? output_of(rows, cell(rows, "output", names, values), given[1]) : NULL;
      if (output) g_ptr_array_add(arguments, g_strconcat("--output=", output, NULL));
    } else if (!g_str_equal(e->long_name, "reference") && !add_option(rows, e, 1, names, values, arguments, error)) {
      return NULL;
    }
  }
  if (command == &command_transplant && !add_references(rows, entries, names, values, arguments, error)) return NULL;
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
  const Row *before = g_hash_table_lookup(rows->outputs, output);
  if (!before) {
    g_hash_table_insert(rows->outputs, output, row);
    return TRUE;
  }
  if (line) cli_usage(error, _("the output %s is that of line %u, too."), row->edit.output, before->line);
  else cli_usage(error, _("%s and %s would both become %s: give one of them another name, or use a manifest."), before->edit.target,
                 row->edit.target, row->edit.output);
  g_free(output);
  return FALSE;
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

static gboolean check_input(const Rows *rows, const gchar *input, GError **error) {
  g_autofree gchar *path = input ? g_canonicalize_filename(input, NULL) : NULL;
  if (!path || !g_hash_table_contains(rows->outputs, path)) return TRUE;
  g_autofree gchar *name = g_filename_display_name(input);
  cli_usage(error, _("%s would be read and written: outputs go into another folder, or have names of their own."), name);
  return FALSE;
}

gboolean rows_check(const Rows *rows, GError **error) {
  for (guint i = 0; i < rows->rows->len; i++) {
    const Row *row = rows->rows->pdata[i];
    if (!check_input(rows, row->edit.target, error)) return FALSE;
    for (gint k = 0; k < row->edit.n_parts; k++)
      if (!check_input(rows, row->edit.references[k].path, error) || !check_input(rows, row->edit.references[k].mask, error)) return FALSE;
  }
  return TRUE;
}

void rows_append_numbers(GString *text, const gdouble *numbers, guint count) {
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  for (guint i = 0; i < count; i++) g_string_append_printf(text, " %s", g_ascii_dtostr(number, sizeof number, numbers[i]));
}

gchar *rows_digest(const Rows *rows) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  for (guint i = 0; i < rows->rows->len; i++)
    g_checksum_update(sum, (const guchar *)((const Row *)rows->rows->pdata[i])->key, -1);
  gchar *digest = g_strndup(g_checksum_get_string(sum), 32);
  g_checksum_free(sum);
  return digest;
}
