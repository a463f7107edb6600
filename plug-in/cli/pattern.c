/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pattern is read here and never given to printf: it is the user's text. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/cli.h"

enum { WIDEST = 9 };

gboolean pattern_parse(const gchar *text, gint count, Pattern *pattern, GError **error) {
  *pattern = (Pattern){ 0 };
  const gchar *percent = strchr(text, '%');
  if (!percent) {
    if (count == 1) {
      pattern->before = g_strdup(text);
      return TRUE;
    }
    cli_usage(error, _("%d pictures result: the output needs a %%d or %%0Nd for their numbers (\"frame-%%03d.png\")."),
              count);
    return FALSE;
  }
  const gchar *p = percent + 1;
  gint width = 0;
  if (p[0] == '0' && p[1] >= '1' && p[1] <= '0' + WIDEST) {
    width = p[1] - '0';
    p += 2;
  }
  if (*p != 'd' || strchr(p, '%')) {
    cli_usage(error, _("\"%s\" is no pattern: it takes exactly one %%d or %%0Nd (N from 1 to %d) and no other %%."),
              text, WIDEST);
    return FALSE;
  }
  pattern->before = g_strndup(text, (gsize)(percent - text));
  pattern->after = g_strdup(p + 1);
  pattern->width = width;
  return TRUE;
}

gchar *pattern_path(const Pattern *pattern, gint number) {
  return pattern->after ? g_strdup_printf("%s%0*d%s", pattern->before, pattern->width, number, pattern->after)
                        : g_strdup(pattern->before);
}

void pattern_clear(Pattern *pattern) {
  g_clear_pointer(&pattern->before, g_free);
  g_clear_pointer(&pattern->after, g_free);
}
