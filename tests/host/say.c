/* SPDX-License-Identifier: GPL-3.0-or-later
 * Core's errors as hosts say them: sentence and reasons translated, names of files as they are. The catalogue is this
 * program's own: its g_dgettext is the one that the host's code finds. */
#include <glib.h>

#include "harness.h"
#include "host/say.h"

static const char path[] = "/home/x/it is too short.pt";

const gchar *g_dgettext(const gchar *domain, const gchar *text) {
  static const char *const catalogue[][2] = {
      {"%1 is damaged (%2). Download it again.", "(%2) %1 ist kaputt."},
      {"it is too short", "zu kurz"},
      {"Opening the model", "Modell wird geöffnet"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(catalogue); i++)
    if (!strcmp(text, catalogue[i][0])) return catalogue[i][1];
  return text;
}

static void said(const stylemap_error *core, HostErrorCode code, const char *text) {
  GError *error = NULL;
  CHECK(!say_status(core->status, core, &error) && error != NULL);
  if (!error) return;
  CHECK(error->domain == HOST_ERROR && error->code == (gint)code, "%d", error->code);
  CHECK_TEXT(error->message, text);
  g_error_free(error);
}

int main(void) {
  stylemap_error core = {.status = STYLEMAP_REFUSED, .format = "%1 is damaged (%2). Download it again."};
  g_strlcpy(core.argument[0], path, sizeof core.argument[0]);
  g_strlcpy(core.argument[1], "it is too short", sizeof core.argument[1]);
  g_strlcpy(core.message, "the message that core made", sizeof core.message);
  said(&core, HOST_ERROR_FAILED, "(zu kurz) /home/x/it is too short.pt ist kaputt.");
  core.status = STYLEMAP_CANCELLED;
  said(&core, HOST_ERROR_CANCELLED, "(zu kurz) /home/x/it is too short.pt ist kaputt.");
  core.status = STYLEMAP_BAD_ARGUMENT;
  core.format = "There is no file %1.";
  said(&core, HOST_ERROR_ARGUMENT, "There is no file /home/x/it is too short.pt.");
  /* what core really refuses a file with has its reason in an argument, as the catalogues have it */
  char *cut = NULL;
  stylemap_model *model = NULL;
  int file = g_file_open_tmp("stylemap-XXXXXX", &cut, NULL);
  CHECK(file >= 0 && g_file_set_contents(cut, "PK\3\4", 4, NULL));
  CHECK(stylemap_inspect(cut, &model, &core) == STYLEMAP_REFUSED);
  CHECK_TEXT(core.argument[1], "it is too short");
  remove(cut);
  g_free(cut);

  GError *error = NULL;
  CHECK(say_status(STYLEMAP_OK, &core, &error) && !error);
  CHECK_TEXT(say_phase(STYLEMAP_PHASE_OPEN), "Modell wird geöffnet");
  return harness_end();
}
