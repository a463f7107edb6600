/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "host/import.h"
#include "host/say.h"
#include "host/words.h"

CommonOptions common;

G_DEFINE_QUARK(stylemap-usage-error, cli_usage_error)
G_DEFINE_QUARK(stylemap-partly-error, cli_partly_error)

void cli_usage(GError **error, const gchar *format, ...) {
  va_list list;
  va_start(list, format);
  if (error) *error = g_error_new_valist(CLI_USAGE_ERROR, 0, format, list);
  va_end(list);
}

/* -------------------------------------------------------------------------------------------- start */

/* A stream that was closed (2>&-) would be the first file opened, and get the messages: it becomes one that fails. */
static void hold_streams(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) abort();
}

/* In the locale C, GLib prints a name's letters as "?": they go out as they came in. */
static void print_as_it_is(const gchar *text) { fputs(text, stdout); }
static void print_error_as_it_is(const gchar *text) { fputs(text, stderr); }

void cli_start(void) {
  const gchar *charset;
  hold_streams();
  say_start();
  textdomain(GETTEXT_PACKAGE);
  if (!g_get_charset(&charset) && (g_str_equal(charset, "ANSI_X3.4-1968") || g_str_equal(charset, "US-ASCII"))) {
    g_set_print_handler(print_as_it_is);
    g_set_printerr_handler(print_error_as_it_is);
  }
  g_set_prgname("stylemap");
  progress_catch_signals();
}

/* ------------------------------------------------------------------------------------------ options */

static const GOptionEntry common_entries[] = {
  { "threads", 0, 0, G_OPTION_ARG_INT, &common.threads, N_("Worker threads (default: all cores)"), "N" },
  { "quiet", 'q', 0, G_OPTION_ARG_NONE, &common.quiet, N_("No progress bar and no notes"), NULL },
  { "no-provenance", 0, 0, G_OPTION_ARG_NONE, &common.silent_origin,
    N_("Pictures do not say in their XMP that a model drew them"), NULL },
  G_OPTION_ENTRY_NULL
};

gchar **cli_parse(const Command *command, gchar **arguments, const GOptionEntry *entries, gint count,
                  GError **error) {
  return cli_parse_with(command, arguments, entries, count, NULL, error);
}

gchar **cli_parse_with(const Command *command, gchar **arguments, const GOptionEntry *entries, gint count,
                       gpointer data, GError **error) {
  GOptionContext *context = g_option_context_new(command->arguments);
  g_autofree gchar *examples = g_strconcat(_("Examples:"), "\n", command->examples, NULL);
  g_option_context_set_summary(context, _(command->summary));
  g_option_context_set_description(context, examples);
  g_option_context_set_translation_domain(context, GETTEXT_PACKAGE);
  g_option_context_set_main_group(context, g_option_group_new(NULL, NULL, NULL, data, NULL));
  if (entries) g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries(context, common_entries, GETTEXT_PACKAGE);
  g_autofree gchar *program = g_strdup_printf("stylemap %s", command->name);
  g_set_prgname(program); /* the usage line of --help */
  gchar **rest = g_strdupv(arguments);
  gboolean parsed = g_option_context_parse_strv(context, &rest, error);
  g_set_prgname("stylemap");
  g_option_context_free(context);
  if (!parsed) {
    if (error && *error && (*error)->domain == G_CONVERT_ERROR) {
      g_clear_error(error);
      const gchar *charset;
      g_get_charset(&charset);
      cli_usage(error, _("A text among the options cannot be read in this locale's character set, %s. Choose a UTF-8 "
                         "locale, for example LC_ALL=C.UTF-8."), charset);
    }
    g_strfreev(rest);
    return NULL;
  }
  /* GLib leaves the "--" that ends the options where one of what follows begins with "-". */
  for (gchar **a = rest; *a; a++)
    if (g_str_equal(*a, "--")) {
      g_free(*a);
      memmove(a, a + 1, (g_strv_length(a + 1) + 1) * sizeof *a);
      break;
    }
  guint given = g_strv_length(rest) - 1;
  GError *fault = NULL;
  if (count != CLI_ANY && given != (guint)count)
    cli_usage(&fault,
              g_dngettext(GETTEXT_PACKAGE, "There is %u argument where %u are needed: stylemap %s %s.",
                          "There are %u arguments where %u are needed: stylemap %s %s.", given),
              given, (guint)count, command->name, command->arguments);
  else if (common.threads < 0 || common.threads > 1024)
    cli_usage(&fault, _("--threads must be 0 (all cores) to 1024."));
  if (fault) {
    g_propagate_error(error, fault);
    g_strfreev(rest);
    return NULL;
  }
  if (common.threads > 0) { /* GEGL's too; it reads this when it starts */
    g_autofree gchar *threads = g_strdup_printf("%d", common.threads);
    g_setenv("GEGL_THREADS", threads, TRUE);
  }
  /* Without the command's name. */
  g_free(rest[0]);
  memmove(rest, rest + 1, (given + 1) * sizeof *rest);
  return rest;
}

gboolean cli_need_output(const gchar *output, GError **error) {
  if (output) return TRUE;
  cli_usage(error, _("Where to? Name the output with -o."));
  return FALSE;
}

gboolean cli_word(const gchar *option, const gchar *text, const gchar *const *names, gint *value,
                  GError **error) {
  gint found = text ? words_find(names, text) : -1;
  if (found >= 0) *value = found;
  if (!text || found >= 0) return TRUE;
  g_autofree gchar *all = g_strjoinv(", ", (gchar **)names);
  cli_usage(error, _("%s must be one of %s, not \"%s\"."), option, all, text);
  return FALSE;
}

gboolean cli_check_range(const gchar *option, gdouble value, gdouble least, gdouble most, GError **error) {
  if (value >= least && value <= most) return TRUE;
  cli_usage(error, _("%s must be from %g to %g."), option, least, most);
  return FALSE;
}

gboolean cli_feather(const gchar *text, gdouble *feather, GError **error) {
  gchar *end = NULL;
  *feather = MASK_BY_SIZE;
  if (!text || g_ascii_strcasecmp(text, "auto") == 0) return TRUE;
  *feather = g_strtod(text, &end);
  if (end == text || *end) *feather = NAN;
  if (*feather >= 0 && *feather <= EDIT_MOST_FEATHER) return TRUE;
  cli_usage(error, _("--feather is '%s'; it must be auto or from 0 to %d pixels."), text, EDIT_MOST_FEATHER);
  return FALSE;
}

static GPtrArray *notes_kept; /* or they are printed */

void cli_notes_into(GPtrArray *notes) { notes_kept = notes; }

void cli_note(const gchar *format, ...) {
  if (common.quiet && !notes_kept) return;
  va_list list;
  va_start(list, format);
  g_autofree gchar *text = g_strdup_vprintf(format, list);
  va_end(list);
  if (notes_kept) {
    g_ptr_array_add(notes_kept, g_steal_pointer(&text));
    return;
  }
  progress_end();
  g_printerr("stylemap: %s\n", text);
}

const gchar *cli_number(Number *buffer, const gchar *format, gdouble value) {
  if (isinf(value)) return value > 0 ? "inf" : "-inf";
  return g_ascii_formatd(buffer->text, sizeof buffer->text, format, value);
}

gchar *cli_sha256(const gchar *path, GError **error) { return import_sha256(path, progress_interrupted, error); }
