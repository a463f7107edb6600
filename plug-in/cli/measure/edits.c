/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/edits.h"

#include <math.h>

#include "host/layer.h"
#include "host/say.h"

static gboolean by_styles(Scene *scene, GError **error) {
  const stylemap_edit published = { STYLEMAP_MASK_ANY, scene->space, 1 };
  const stylemap_reference reference = { scene->reference, scene->mask };
  stylemap_error core;
  return say_status(stylemap_transplant(scene->engine->session, scene->source, &reference, 1, &published, scene->result, &core),
                    &core, error);
}

static gboolean by_healing(Scene *scene, GError **error) {
  const gint size = scene->engine->info->size;
  LayerSquare source = { scene->source, size }, reference = { scene->reference, size }, mask = { scene->mask, size },
              result = { scene->result, size };
  stylemap_layer layers[] = { layer_of_square(&source), layer_of_square(&reference), layer_of_weights(&mask),
                              layer_of_square(&result) };
  stylemap_placement whole;
  stylemap_heal_options options;
  stylemap_error core;
  stylemap_fit(size, size, &whole);
  stylemap_heal_defaults(&options);
  const stylemap_piece piece = { &layers[1], whole, &layers[2] };
  if (!say_status(stylemap_heal(scene->engine->session, &layers[0], &whole, &piece, 1, &options, 0, 0, size, size, &layers[3], NULL,
                                &core), &core, error))
    return FALSE;
  for (gsize i = 0; i < scene->engine->image_count; i++) /* as hosts composite it */
    scene->result[i] = scene->source[i] + scene->mask[i % scene->engine->mask_count] * (scene->result[i] - scene->source[i]);
  return TRUE;
}

/* Without any model. */
static gboolean by_copy(Scene *scene, GError **error) {
  for (gsize i = 0; i < scene->engine->image_count; i++)
    scene->result[i] = (scene->mask[i % scene->engine->mask_count] > 0.5f ? scene->reference : scene->source)[i];
  return TRUE;
}

static const struct {
  const gchar *name;
  gboolean (*edit)(Scene *, GError **);
} methods[EDITS] = { { "copy", by_copy }, { "styles", by_styles }, { "heal", by_healing } };

const gchar *edit_name(guint method) { return methods[method].name; }

/* To what 8 bits show. */
static void round_result(Scene *scene) {
  for (gsize i = 0; i < scene->engine->image_count; i++)
    scene->result[i] = (gfloat)(lrint(CLAMP(((gdouble)scene->result[i] + 1) * 127.5, 0, 255)) / 127.5 - 1);
}

gboolean edit_scene(Scene *scene, guint method, gdouble *seconds, GError **error) {
  stylemap_session_forget(scene->engine->session);
  const gint64 start = g_get_monotonic_time();
  if (!methods[method].edit(scene, error)) return FALSE;
  *seconds = (gdouble)(g_get_monotonic_time() - start) / G_TIME_SPAN_SECOND;
  round_result(scene);
  return TRUE;
}

gboolean scene_read(Scene *scene, const gchar *path, GError **error) {
  if (!picture_square(path, scene->engine->info->size, scene->result, error)) return FALSE;
  round_result(scene);
  return TRUE;
}

void scene_new(Scene *scene, Engine *engine) {
  const gsize image = engine->image_count;
  scene->engine = engine;
  scene->space = STYLEMAP_SPACE_W_PLUS;
  scene->source = g_new0(gfloat, 3 * image + engine->mask_count);
  scene->reference = scene->source + image;
  scene->result = scene->reference + image;
  scene->mask = scene->result + image;
}

void scene_clear(Scene *scene) { g_free(scene->source); }
