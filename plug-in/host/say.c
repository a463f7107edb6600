/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/say.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

G_DEFINE_QUARK(stylemap-host-error, host_error)

const gchar *say_catalogues(void) {
  const gchar *named = g_getenv("STYLEMAP_LOCALEDIR");
  return named && *named ? named : STYLEMAP_LOCALE_DIR;
}

void say_start(void) {
  setlocale(LC_ALL, "");
  bindtextdomain(GETTEXT_PACKAGE, say_catalogues());
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
}

void say_error(GError **error, const stylemap_error *core) {
  gchar text[STYLEMAP_ERROR_TEXT];
  stylemap_error translated = *core;
  for (gint i = 0; i < STYLEMAP_ERROR_ARGUMENTS; i++) /* a reason is in the catalogue, a file's name is not */
    if (core->argument[i][0])
      g_strlcpy(translated.argument[i], _(core->argument[i]), sizeof translated.argument[i]);
  stylemap_error_translate(&translated, _(core->format), text, sizeof text);
  HostErrorCode code = core->status == STYLEMAP_CANCELLED      ? HOST_ERROR_CANCELLED
                      : core->status == STYLEMAP_BAD_ARGUMENT ? HOST_ERROR_ARGUMENT
                      : core->status == STYLEMAP_NO_MEMORY    ? HOST_ERROR_MEMORY
                                                              : HOST_ERROR_FAILED;
  g_set_error_literal(error, HOST_ERROR, code, text);
}

gboolean say_status(stylemap_status status, const stylemap_error *core, GError **error) {
  if (status != STYLEMAP_OK) say_error(error, core);
  return status == STYLEMAP_OK;
}

const gchar *say_phase(stylemap_phase phase) {
  switch (phase) {
  case STYLEMAP_PHASE_OPEN: return _("Opening the model");
  case STYLEMAP_PHASE_SAMPLE: return _("Sampling the square");
  case STYLEMAP_PHASE_ENCODE: return _("Encoding");
  case STYLEMAP_PHASE_MAP: return _("Mapping noise to styles");
  case STYLEMAP_PHASE_RESIZE: return _("Resizing the style map");
  case STYLEMAP_PHASE_BLEND: return _("Blending styles");
  case STYLEMAP_PHASE_SYNTH: return _("Synthesizing");
  case STYLEMAP_PHASE_PASTE: return _("Fitting the result in");
  case STYLEMAP_PHASE_REFINE: return _("Refining");
  }
  return "";
}
