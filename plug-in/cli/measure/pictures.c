/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "cli/measure/measure.h"
#include "cli/train/train.h"
#include "host/layer.h"
#include "host/say.h"
#include "picture/picture.h"

GPtrArray *pictures_of(const gchar *folder, guint most, GError **error) {
  g_autoptr(GHashTable) seen = seen_new();
  GPtrArray *files = find_pictures(folder, seen, error);
  if (!files || files->len <= most) return files;
  const guint all = files->len;
  for (guint i = 0; i < most; i++) { /* swapped, so that every file is freed once */
    const guint from = (guint)((guint64)i * all / most);
    gpointer file = files->pdata[from];
    files->pdata[from] = files->pdata[i];
    files->pdata[i] = file;
  }
  g_ptr_array_set_size(files, (gint)most);
  return files;
}

gboolean picture_square(const gchar *path, gint size, gfloat *image, GError **error) {
  stylemap_error core;
  stylemap_placement placement;
  Picture *picture = picture_load(path, 1, error); /* the first of several */
  if (!picture) return FALSE;
  stylemap_layer layer = layer_of_colours(picture->buffer);
  stylemap_fit(picture->width, picture->height, &placement);
  const gboolean done = say_status(stylemap_sample(&layer, &placement, size, image, &core), &core, error);
  picture_free(picture);
  return done;
}

void stylemaps_clear(Stylemaps *maps) {
  g_free(maps->values);
  g_free(maps->which);
  *maps = (Stylemaps){ 0 };
}

gboolean stylemaps_make(Stylemaps *maps, Engine *engine, const GPtrArray *files, GError **error) {
  const gsize width = engine->stylemap_count;
  g_autofree gfloat *image = engine_new_image(engine);
  stylemap_error core;
  picture_init();
  engine_watch(engine, progress_quiet, NULL);
  *maps = (Stylemaps){ 0, g_try_malloc_n(MAX(files->len, 1), width * sizeof(gfloat)), g_new(guint, files->len) };
  gboolean done = maps->values != NULL;
  g_autoptr(GError) first = NULL;
  if (!done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("There is no memory for the style maps of %u pictures."), files->len);
  for (guint i = 0; done && i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    GError *fault = NULL;
    progress_bar(_("reading pictures"), (gdouble)i / files->len);
    if (!picture_square(file->path, engine->info->size, image, &fault)) {
      done = picture_skipped(fault, &first, error) && progress_go_on(error);
      continue;
    }
    done = say_status(stylemap_encode(engine->session, image, maps->values + maps->count * width, &core), &core, error) &&
           progress_go_on(error);
    if (done) maps->which[maps->count++] = i;
  }
  if (done && first && !maps->count) {
    pictures_unread(first, error);
    done = FALSE;
  }
  if (!done) stylemaps_clear(maps);
  return done;
}
