/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/extend.h"

#include "host/across.h"
#include "host/layer.h"
#include "host/say.h"

enum { TILE = 512 }; /* target pixels each way that are worked on at a time */

static int read_opaque(void *data, int x, int y, int width, int height, float *pixels) {
  const stylemap_layer *picture = data;
  if (picture->read(picture->data, x, y, width, height, pixels)) return 1;
  for (gsize i = 0; i < (gsize)width * (gsize)height; i++) pixels[4 * i + 3] = pixels[4 * i + 3] > 0 ? 1.0f : 0.0f;
  return 0;
}

/* ----------------------------------------------------------------------------------------------- tiles */

/* `alpha` and `colours` (3 planes, -1..1) are TILE x TILE; `pixels` and `weights` are the rectangle's. */
static void extend_pixels(gint width, gint height, gfloat strength, const gfloat *weights, const gfloat *alpha,
                          const gfloat *colours, gfloat *pixels) {
  const gsize plane = (gsize)TILE * TILE;
  for (gint j = 0; j < height; j++)
    for (gint i = 0; i < width; i++, pixels += 4, weights++) {
      const gsize at = (gsize)j * TILE + (gsize)i;
      const gfloat more = strength * *weights * alpha[at], own = pixels[3];
      if (!(more > own)) continue;
      for (gsize c = 0; c < 3; c++) {
        const gfloat colour = 0.5f + 0.5f * colours[c * plane + at];
        pixels[c] = own > 0 ? (own * pixels[c] + (more - own) * colour) / more : colour;
      }
      pixels[3] = more;
    }
}

gboolean extend_layer(GeglBuffer *target, const stylemap_placement *square, const stylemap_layer *reference,
                      const stylemap_placement *reference_square, const Mask *mask, gdouble strength, GError **error) {
  const gsize plane = (gsize)TILE * TILE;
  const GeglRectangle *b = &mask->bounds;
  stylemap_layer layer = layer_of_picture(target), alphas = across_alpha(reference), opaque = *reference;
  gboolean ok = TRUE;
  stylemap_error core;
  if (!babl_format_has_alpha(gegl_buffer_get_format(target))) return TRUE;
  opaque.data = (void *)reference;
  opaque.read = read_opaque;
  g_autofree gfloat *alpha = g_new(gfloat, plane), *colours = g_new(gfloat, 3 * plane);
  g_autofree gfloat *pixels = g_new(gfloat, 4 * plane), *weights = g_new(gfloat, plane);
  for (gint y = b->y; ok && y < b->y + b->height; y += TILE)
    for (gint x = b->x; ok && x < b->x + b->width; x += TILE) {
      const GeglRectangle r = { x, y, MIN(TILE, b->x + b->width - x), MIN(TILE, b->y + b->height - y) };
      const stylemap_placement at = across_square(square, reference_square, x + TILE / 2, y + TILE / 2, TILE);
      ok = say_status(stylemap_sample_mask(&alphas, &at, TILE, alpha, &core), &core, error) &&
           say_status(stylemap_sample(&opaque, &at, TILE, colours, &core), &core, error);
      if (!ok) break;
      layer.read(layer.data, r.x, r.y, r.width, r.height, pixels);
      gegl_buffer_get(mask->weights, &r, 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      extend_pixels(r.width, r.height, (gfloat)strength, weights, alpha, colours, pixels);
      layer.write(layer.data, r.x, r.y, r.width, r.height, pixels);
    }
  return ok;
}
