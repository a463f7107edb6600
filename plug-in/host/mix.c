/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/mix.h"

#include <glib/gi18n-lib.h>

#include "host/say.h"

enum { MOST_LEVELS = 32 }; /* a model of 2048 pixels has 20 */

gboolean mix_maps(Engine *engine, const gfloat *a, const gfloat *b, guint32 from_b, gfloat *image, GError **error) {
  stylemap_pyramid *to = NULL, *from = NULL;
  stylemap_error core;
  const gint levels = engine->info->levels;
  if (!(from_b & ~MIX_FROM(levels))) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The model has the levels 0 to %d, and none of them is to come from the reference."), levels - 1);
    return FALSE;
  }
  gboolean done = say_status(stylemap_pyramid_new(engine->model, &to, &core), &core, error) &&
                  say_status(stylemap_pyramid_new(engine->model, &from, &core), &core, error) &&
                  say_status(stylemap_resize(engine->session, a, to, &core), &core, error) &&
                  say_status(stylemap_resize(engine->session, b, from, &core), &core, error);
  for (gint level = 0; done && level < levels; level++)
    if (from_b >> level & 1)
      done = say_status(stylemap_mix(to, from, level, level + 1, &core), &core, error);
  done = done && say_status(stylemap_synth(engine->session, to, image, &core), &core, error);
  stylemap_pyramid_free(to);
  stylemap_pyramid_free(from);
  return done;
}

gboolean mix_parse(const gchar *name, const gchar *text, guint32 *levels, GError **error) {
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  *levels = 0;
  for (gchar **part = parts; *part; part++) {
    gchar *end = NULL, *first = g_strstrip(*part);
    guint64 from = g_ascii_strtoull(first, &end, 10), to = from;
    gboolean ok = g_ascii_isdigit(*first);
    if (ok && *end == '-') {
      ok = g_ascii_isdigit(end[1]);
      to = g_ascii_strtoull(end + 1, &end, 10);
    }
    if (!ok || *end || from > to || to >= MOST_LEVELS) {
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                  _("%s is \"%s\": it must be numbers of levels with commas between them, such as 2,5,7-9."), name, text);
      return FALSE;
    }
    for (; from <= to; from++) *levels |= 1u << from;
  }
  return TRUE;
}

gboolean mix_samples(Engine *engine, guint64 seed, gint count, gdouble truncation, EditTake take, gpointer data,
                     GError **error) {
  const gint dim = engine->info->latent_channel_size;
  g_autofree gfloat *z = g_new(gfloat, (gsize)dim), *image = engine_new_image(engine);
  for (gint k = 0; k < count; k++) {
    stylemap_random(seed, (guint64)k, z, dim);
    if (!engine_part(engine, STYLEMAP_PHASE_MAP, (gdouble)k / count, (k + 1.0) / count, error) ||
        !engine_sample(engine, z, truncation, image, error) || !take(data, k, image, error))
      return FALSE;
  }
  return TRUE;
}
