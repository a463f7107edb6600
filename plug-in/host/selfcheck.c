/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/selfcheck.h"

#include <gegl.h>
#include <glib/gi18n-lib.h>

#include "host/engine.h"
#include "host/models.h"

#define RUN (G_USEC_PER_SEC) /* so long pictures are drawn */

static void add(GString *text, const gchar *name, const gchar *format, ...) G_GNUC_PRINTF(3, 4);
static void add(GString *text, const gchar *name, const gchar *format, ...) {
  va_list list;
  va_start(list, format);
  g_string_append_printf(text, "%s: ", name);
  g_string_append_vprintf(text, format, list);
  g_string_append_c(text, '\n');
  va_end(list);
}

static void add_versions(GString *text) {
  gint major, minor, micro;
  add(text, "StyleMap", "%s", STYLEMAP_VERSION);
  gegl_get_version(&major, &minor, &micro);
  add(text, "GEGL", "%d.%d.%d", major, minor, micro);
  babl_get_version(&major, &minor, &micro);
  add(text, "babl", "%d.%d.%d", major, minor, micro);
}

static void add_models(GString *text) {
  g_auto(GStrv) folders = models_folders(), names = models_list();
  g_autofree gchar *all = g_strjoinv(", ", names), *faces = models_faces(NULL);
  for (gchar **folder = folders; *folder; folder++)
    add(text, _("Folder of models"), "%s%s", *folder, g_file_test(*folder, G_FILE_TEST_IS_DIR) ? "" : _(" (is not there)"));
  add(text, _("Models"), "%s", *all ? all : _("none"));
  add(text, _("Faces are found by"), "%s", faces ? faces : _("nothing: the networks are not installed"));
}

/* Draws random pictures for a second, and encodes the last one again. FALSE with an error. */
static gboolean draw(GString *text, stylemap_progress tell, gpointer data, GError **error) {
  g_autoptr(Engine) engine = NULL;
  gint64 begun = g_get_monotonic_time();
  if (!engine_open(&engine, "", 0, tell, data, error)) return FALSE;
  add(text, _("Default model"), _("%s, opened in %.2f s"), engine->path, (g_get_monotonic_time() - begun) / 1e6);
  add(text, _("Instruction set"), _("%s, %d threads"), stylemap_session_kernels(engine->session),
      stylemap_session_threads(engine->session));
  g_autofree gfloat *z = g_new(gfloat, (gsize)engine->info->latent_channel_size), *image = engine_new_image(engine);
  g_autofree gfloat *again = engine_new_image(engine);
  gint count = 0;
  gint64 passed = 0;
  stylemap_error core;
  for (begun = g_get_monotonic_time(); passed < RUN; passed = g_get_monotonic_time() - begun) {
    stylemap_random(1, (guint64)count++, z, engine->info->latent_channel_size);
    if (!engine_part(engine, STYLEMAP_PHASE_SYNTH, 0.9 * MIN(1, (gdouble)passed / RUN), 0.9, error) ||
        !engine_sample(engine, z, 0.7, image, error))
      return FALSE;
  }
  add(text, _("Pictures drawn"), _("%d of %d pixels in %.2f s"), count, engine->info->size, passed / 1e6);
  if (stylemap_reconstruct(engine->session, image, again, &core) != STYLEMAP_OK) {
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, core.message);
    return FALSE;
  }
  const gdouble mse = stylemap_mse(again, image, engine->image_count);
  add(text, _("A drawn picture drawn again"), _("MSE %.5f"), mse);
  if (mse < 0.25) return TRUE; /* of pictures that have nothing to do with each other it is about 0.3 */
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("It does not resemble the first one."));
  return FALSE;
}

gchar *selfcheck_run(const gchar *host, stylemap_progress tell, gpointer data, gboolean *ok) {
  GString *text = g_string_new(host);
  g_autoptr(GError) error = NULL;
  add_versions(text);
  add_models(text);
  *ok = draw(text, tell, data, &error);
  if (*ok) add(text, _("Self-check"), "%s", _("all is well"));
  else add(text, _("Self-check"), _("failed: %s"), error->message);
  return g_string_free(text, FALSE);
}
