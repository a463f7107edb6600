/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/about.h"
#include "host/say.h"
#include "host/learned.h"
#include "host/models.h"
#include <glib/gi18n-lib.h>

static void add_line(GString *markup, const gchar *line) {
  gchar *escaped = g_markup_escape_text(line, -1);

  g_string_append_printf(markup, "%s<small>%s</small>", markup->len ? "\n" : "", escaped);
  g_free(escaped);
}

gboolean about_model(const gchar *model, AboutModel *about, GError **error) {
  gchar *path = models_find(model, error);
  stylemap_model *file = NULL;
  stylemap_error core;
  GString *markup;
  gchar *line, *attribution;

  if (!path)
    return FALSE;
  if (stylemap_inspect(path, &file, &core) != STYLEMAP_OK) {
    say_error(error, &core);
    g_free(path);
    return FALSE;
  }

  learned_read(file, path);
  about->dataset = models_text(file, "dataset");
  about->licence = models_text(file, "licence");
  attribution = models_text(file, "attribution");
  markup = g_string_new(NULL);
  line = about->dataset ? g_strdup_printf(_("Knows: %s"), about->dataset)
                        : g_strdup(_("Its file does not say what it was trained on."));
  add_line(markup, line);
  g_free(line);
  line =
      g_strdup_printf(_("Works at %d × %d pixels."), stylemap_model_info(file)->size, stylemap_model_info(file)->size);
  if (about->licence) {
    gchar *both = g_strdup_printf(_("%s Licence: %s."), line, about->licence);

    g_free(line);
    line = both;
  }
  add_line(markup, line);
  if (attribution)
    add_line(markup, attribution);
  about->markup = g_string_free(markup, FALSE);
  about->directions = g_new0(gchar *, stylemap_direction_count(file) + 1);
  for (gint i = 0; i < stylemap_direction_count(file); i++)
    about->directions[i] = g_strdup(stylemap_direction_name(file, i));

  g_free(line);
  g_free(attribution);
  stylemap_close(file);
  g_free(path);
  return TRUE;
}

void about_model_clear(AboutModel *about) {
  g_clear_pointer(&about->dataset, g_free);
  g_clear_pointer(&about->licence, g_free);
  g_clear_pointer(&about->markup, g_free);
  g_clear_pointer(&about->directions, g_strfreev);
}

gchar *about_probe(const AboutModel *about, Reason reason, gdouble usual, gboolean *warning) {
  if (!(usual > 0))
    return NULL;
  *warning = reason != REASON_NONE;
  if (!*warning)
    return g_strdup(_("The model knows this kind of picture."));
  if (reason != REASON_UNTOLD)
    return reason_words(reason, about->dataset, _("Press Find, or place the square by hand."));
  if (about->dataset)
    return g_strdup_printf(_("What the model sees of the layer is not what it was trained on: %s. Looking why…"), about->dataset);
  return g_strdup(_("What the model sees of the layer is not what it was trained on. Looking why…"));
}
