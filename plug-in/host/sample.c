/* SPDX-License-Identifier: GPL-3.0-or-later
 * A picture of an edit in the model's square, and what the model sees there. */
#include <string.h>

#include "host/edit.h"
#include "host/layer.h"
#include "host/place.h"
#include "host/say.h"

void edit_size(const EditPicture *picture, gint *width, gint *height) {
  const GeglRectangle *extent = gegl_buffer_get_extent(picture->buffer);
  *width = extent->x + extent->width;
  *height = extent->y + extent->height;
}

stylemap_placement edit_placement(const EditPicture *picture) {
  stylemap_placement placement;
  gint width, height;
  if (picture->placement) return *picture->placement;
  edit_size(picture, &width, &height);
  stylemap_fit(width, height, &placement);
  return placement;
}

gboolean edit_sample(Engine *engine, const EditPicture *picture, gfloat *image, GError **error) {
  stylemap_error core;
  if (picture->image) {
    memcpy(image, picture->image, engine->image_count * sizeof *image);
    return TRUE;
  }
  stylemap_layer layer = layer_of_colours(picture->buffer);
  stylemap_placement placement = edit_placement(picture);
  EditSeen *seen = picture->seen;
  if (seen && seen->square && place_is_same(&seen->at, &placement)) {
    memcpy(image, seen->square, engine->image_count * sizeof *image);
    return TRUE;
  }
  if (!say_status(stylemap_sample(&layer, &placement, engine->info->size, image, &core), &core, error)) return FALSE;
  if (seen) {
    g_free(seen->square);
    *seen = (EditSeen){ placement, g_memdup2(image, engine->image_count * sizeof *image) };
  }
  return TRUE;
}

gboolean edit_encode(Engine *engine, const EditPicture *picture, gfloat *stylemap, GError **error) {
  stylemap_error core;
  if (picture->stylemap) {
    memcpy(stylemap, picture->stylemap, engine->stylemap_count * sizeof *stylemap);
    return TRUE;
  }
  g_autofree gfloat *image = engine_new_image(engine);
  return edit_sample(engine, picture, image, error) &&
         say_status(stylemap_encode(engine->session, image, stylemap, &core), &core, error);
}

/* Of an image's three planes, their mean. */
static gdouble variance(const gfloat *image, gsize count) {
  gdouble all = 0;
  for (gint plane = 0; plane < 3; plane++) {
    const gfloat *value = image + plane * (count / 3);
    gdouble sum = 0, squares = 0;
    for (gsize i = 0; i < count / 3; i++) {
      sum += value[i];
      squares += (gdouble)value[i] * value[i];
    }
    all += squares - sum * sum / (gdouble)(count / 3);
  }
  return all / (gdouble)count;
}

gboolean edit_probe(Engine *engine, const EditPicture *picture, EditProbe *probe, GError **error) {
  const gboolean tells = engine->usual > 0;
  stylemap_error core;
  g_autofree gfloat *seen = engine_new_image(engine);
  if (!edit_sample(engine, picture, seen, error) || !say_status(stylemap_probe(engine->session, seen, &probe->mse, &core), &core, error))
    return FALSE;
  const gdouble spread = variance(seen, engine->image_count);
  probe->known = !tells || (probe->mse <= EDIT_UNKNOWN_FACTOR * engine->usual && probe->mse <= EDIT_UNKNOWN_SHARE * spread);
  probe->akin = !tells || probe->mse <= EDIT_ANOTHER_SHARE * spread;
  return TRUE;
}
