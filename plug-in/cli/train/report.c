/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "host/say.h"
#include "picture/picture.h"
#include "cli/train/train.h"

/* ------------------------------------------------------------------------------------------ canvas */

typedef struct {
  gint width, height;
  guint8 *rgb;
} Canvas;

static Canvas canvas_new(gint width, gint height, guint8 grey) {
  Canvas c = { width, height, g_malloc(3 * (gsize)width * (gsize)height) };
  memset(c.rgb, grey, 3 * (gsize)width * (gsize)height);
  return c;
}

static gboolean canvas_save(Canvas *canvas, const gchar *path, GError **error) {
  picture_init();
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, canvas->width, canvas->height), babl_format("R'G'B' u8"));
  gegl_buffer_set(buffer, NULL, 0, babl_format("R'G'B' u8"), canvas->rgb, GEGL_AUTO_ROWSTRIDE);
  gboolean done = picture_save(buffer, NULL, path, error);
  g_object_unref(buffer);
  g_free(canvas->rgb);
  return done;
}

static void put_pixel(Canvas *canvas, gint x, gint y, guint32 colour) {
  if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height) return;
  guint8 *p = canvas->rgb + 3 * ((gsize)y * (gsize)canvas->width + (gsize)x);
  p[0] = (guint8)(colour >> 16);
  p[1] = (guint8)(colour >> 8);
  p[2] = (guint8)colour;
}

static void put_image(Canvas *canvas, gint x0, gint y0, const gfloat *image, gint size) {
  gsize pixels = (gsize)size * (gsize)size;
  for (gint y = 0; y < size; y++)
    for (gint x = 0; x < size; x++) {
      guint32 colour = 0;
      for (gsize c = 0; c < 3; c++) {
        gdouble v = CLAMP((image[c * pixels + (gsize)(y * size + x)] + 1.0) * 127.5, 0, 255);
        colour = colour << 8 | (guint32)lrint(v);
      }
      put_pixel(canvas, x0 + x, y0 + y, colour);
    }
}

/* ------------------------------------------------------------------------------------------- sheet */

/* 1 in the middle of the face, 0 outside, with a soft edge. */
static void middle_mask(gint size, gfloat *mask) {
  for (gint y = 0; y < size; y++)
    for (gint x = 0; x < size; x++) {
      gdouble u = ((x + 0.5) / size - 0.5) / 0.3, v = ((y + 0.5) / size - 0.5) / 0.22;
      mask[y * size + x] = (gfloat)CLAMP(4 * (1 - sqrt(u * u + v * v)), 0, 1);
    }
}

typedef enum { PICTURES, RECONSTRUCTIONS, REFERENCES, TRANSPLANTS, SAMPLES, ROWS } SheetRow;
enum { COLUMNS = 10, GAP = 2 };

static gboolean sample(Engine *engine, guint64 number, gfloat *image, GError **error) {
  gint dim = engine->info->latent_channel_size;
  g_autofree gfloat *z = g_new(gfloat, (gsize)dim);
  stylemap_random(1, number, z, dim);
  return engine_sample(engine, z, 0.7, image, error);
}

gboolean report_model(const gchar *model, const Cache *cache, gboolean held_out, const gchar *sheet, Measure *measure,
                      GError **error) {
  g_autoptr(Engine) engine = NULL;
  stylemap_error core;
  if (!engine_open(&engine, model, common.threads, progress_quiet, NULL, error)) return FALSE;
  gint size = cache->size, step = size + GAP;
  Canvas canvas = canvas_new(COLUMNS * step + GAP, ROWS * step + GAP, 255);
  g_autofree gfloat *image = engine_new_image(engine), *other = engine_new_image(engine);
  g_autofree gfloat *out = engine_new_image(engine), *mask = g_new(gfloat, engine->mask_count);
  const stylemap_edit edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1 };
  const stylemap_reference from = { other, mask };
  gdouble mse = 0, sharp = 0, sharp_of = 0;
  gboolean done = TRUE;
  guint64 count = held_out ? cache->count : MIN(cache->count, COLUMNS);
  middle_mask(size, mask);
  for (guint64 i = 0; i < count && done; i++) {
    done = cache_image(cache, i, FALSE, image, error) &&
           say_status(stylemap_reconstruct(engine->session, image, out, &core), &core, error);
    if (!done) break;
    mse += stylemap_mse(out, image, engine->image_count);
    sharp += stylemap_sharpness(out, size);
    sharp_of += stylemap_sharpness(image, size);
    if (i >= COLUMNS) continue;
    gint x = GAP + (gint)i * step;
    put_image(&canvas, x, GAP + PICTURES * step, image, size);
    put_image(&canvas, x, GAP + RECONSTRUCTIONS * step, out, size);
    done = cache_image(cache, (i + 3) % count, FALSE, other, error);
    if (!done) break;
    put_image(&canvas, x, GAP + REFERENCES * step, other, size);
    done = say_status(stylemap_transplant(engine->session, image, &from, 1, &edit, out, &core), &core, error);
    put_image(&canvas, x, GAP + TRANSPLANTS * step, out, size);
    done = done && sample(engine, i, out, error);
    put_image(&canvas, x, GAP + SAMPLES * step, out, size);
  }
  if (!done) {
    g_free(canvas.rgb);
    return FALSE;
  }
  *measure = held_out ? (Measure){ mse / (gdouble)count, sharp / sharp_of } : (Measure){ -1, -1 };
  return canvas_save(&canvas, sheet, error);
}
