/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "host/job.h"
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

/* Mean absolute difference of neighbours, both ways, of what a screen shows of the image. */
static gdouble sharpness(const gfloat *image, gint size) {
  gdouble sum = 0;
  for (gint c = 0; c < 3; c++)
    for (gint y = 0; y < size; y++)
      for (gint x = 0; x < size; x++) {
        const gfloat *p = image + ((gsize)c * (gsize)size + (gsize)y) * (gsize)size + x;
        gdouble here = CLAMP(p[0], -1, 1);
        if (x + 1 < size) sum += fabs(CLAMP(p[1], -1, 1) - here);
        if (y + 1 < size) sum += fabs(CLAMP(p[size], -1, 1) - here);
      }
  return sum;
}

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

static stylemap_status sample(const Net *net, guint64 number, gfloat *image, stylemap_error *core) {
  gint dim = net->info->latent_channel_size;
  g_autofree gfloat *z = g_new(gfloat, (gsize)dim), *map = g_new(gfloat, net->stylemap_count);
  g_autofree gfloat *mean = g_new(gfloat, net->stylemap_count);
  stylemap_pyramid *pyramid = NULL;
  stylemap_random(1, number, z, dim);
  stylemap_status status = stylemap_map(net->session, z, map, core);
  if (status == STYLEMAP_OK) status = stylemap_mean(net->session, mean, core);
  for (gsize i = 0; status == STYLEMAP_OK && i < net->stylemap_count; i++)
    map[i] = (gfloat)(mean[i] + 0.7 * ((gdouble)map[i] - mean[i]));
  if (status == STYLEMAP_OK) status = stylemap_pyramid_new(net->model, &pyramid, core);
  if (status == STYLEMAP_OK) status = stylemap_resize(net->session, map, pyramid, core);
  if (status == STYLEMAP_OK) status = stylemap_synth(net->session, pyramid, image, core);
  stylemap_pyramid_free(pyramid);
  return status;
}

gboolean report_model(const gchar *model, const Cache *cache, gboolean held_out, const gchar *sheet, Measure *measure,
                      GError **error) {
  Net net = { 0 };
  stylemap_error core;
  gboolean quiet = common.quiet;
  common.quiet = TRUE; /* no bar for the network's own phases */
  gboolean opened = net_open(&net, model, error);
  common.quiet = quiet;
  if (!opened) return FALSE;
  gint size = cache->size, step = size + GAP;
  Canvas canvas = canvas_new(COLUMNS * step + GAP, ROWS * step + GAP, 255);
  g_autofree gfloat *image = g_new(gfloat, net.image_count), *other = g_new(gfloat, net.image_count);
  g_autofree gfloat *out = g_new(gfloat, net.image_count), *mask = g_new(gfloat, (gsize)size * (gsize)size);
  const stylemap_edit edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1 };
  gdouble mse = 0, sharp = 0, sharp_of = 0;
  stylemap_status status = STYLEMAP_OK;
  guint64 count = held_out ? cache->count : MIN(cache->count, COLUMNS);
  middle_mask(size, mask);
  for (guint64 i = 0; i < count && status == STYLEMAP_OK; i++) {
    cache_image(cache, i, FALSE, image);
    status = stylemap_reconstruct(net.session, image, out, &core);
    if (status != STYLEMAP_OK) break;
    mse += stylemap_mse(out, image, net.image_count);
    sharp += sharpness(out, size);
    sharp_of += sharpness(image, size);
    if (i >= COLUMNS) continue;
    gint x = GAP + (gint)i * step;
    put_image(&canvas, x, GAP + PICTURES * step, image, size);
    put_image(&canvas, x, GAP + RECONSTRUCTIONS * step, out, size);
    cache_image(cache, (i + 3) % count, FALSE, other);
    put_image(&canvas, x, GAP + REFERENCES * step, other, size);
    status = stylemap_transplant(net.session, image, other, mask, &edit, out, &core);
    put_image(&canvas, x, GAP + TRANSPLANTS * step, out, size);
    if (status == STYLEMAP_OK) status = sample(&net, i, out, &core);
    put_image(&canvas, x, GAP + SAMPLES * step, out, size);
  }
  net_close(&net);
  if (status != STYLEMAP_OK) {
    g_free(canvas.rgb);
    say_error(error, &core);
    return FALSE;
  }
  *measure = held_out ? (Measure){ mse / (gdouble)count, sharp / sharp_of } : (Measure){ -1, -1 };
  return canvas_save(&canvas, sheet, error);
}

/* -------------------------------------------------------------------------------------------- plot */

/* 3 x 5 points a character, rows from the top, the left point is 4. */
static const gchar glyph_names[] = "0123456789abcdefghijklmnopqrstuvwxyz._-";
static const guint8 glyphs[][5] = {
  { 7, 5, 5, 5, 7 }, { 2, 6, 2, 2, 7 }, { 7, 1, 7, 4, 7 }, { 7, 1, 7, 1, 7 }, { 5, 5, 7, 1, 1 }, { 7, 4, 7, 1, 7 },
  { 7, 4, 7, 5, 7 }, { 7, 1, 1, 1, 1 }, { 7, 5, 7, 5, 7 }, { 7, 5, 7, 1, 7 }, { 7, 5, 7, 5, 5 }, { 6, 5, 6, 5, 6 },
  { 7, 4, 4, 4, 7 }, { 6, 5, 5, 5, 6 }, { 7, 4, 7, 4, 7 }, { 7, 4, 7, 4, 4 }, { 7, 4, 5, 5, 7 }, { 5, 5, 7, 5, 5 },
  { 7, 2, 2, 2, 7 }, { 1, 1, 1, 5, 7 }, { 5, 5, 6, 5, 5 }, { 4, 4, 4, 4, 7 }, { 5, 7, 7, 5, 5 }, { 6, 5, 5, 5, 5 },
  { 7, 5, 5, 5, 7 }, { 7, 5, 7, 4, 4 }, { 7, 5, 5, 7, 1 }, { 6, 5, 6, 5, 5 }, { 7, 4, 7, 1, 7 }, { 7, 2, 2, 2, 2 },
  { 5, 5, 5, 5, 7 }, { 5, 5, 5, 5, 2 }, { 5, 5, 7, 7, 5 }, { 5, 5, 2, 5, 5 }, { 5, 5, 2, 2, 2 }, { 7, 1, 2, 4, 7 },
  { 0, 0, 0, 0, 2 }, { 0, 0, 0, 0, 7 }, { 0, 0, 7, 0, 0 },
};

static void put_text(Canvas *canvas, gint x, gint y, const gchar *text) {
  enum { DOT = 2 };
  for (; *text; text++, x += 4 * DOT) {
    const gchar *at = strchr(glyph_names, g_ascii_tolower(*text));
    if (!at) continue;
    for (gint v = 0; v < 5 * DOT; v++)
      for (gint u = 0; u < 3 * DOT; u++)
        if (glyphs[at - glyph_names][v / DOT] & 4 >> u / DOT) put_pixel(canvas, x + u, y + v, 0x404040);
  }
}

typedef struct {
  GArray *x, *y; /* gdouble */
  gchar *name;
} Curve;

static void put_line(Canvas *canvas, gdouble x0, gdouble y0, gdouble x1, gdouble y1, guint32 colour) {
  gint steps = (gint)fmax(fabs(x1 - x0), fabs(y1 - y0)) + 1;
  for (gint i = 0; i <= steps; i++) {
    gint x = (gint)lrint(x0 + (x1 - x0) * i / steps), y = (gint)lrint(y0 + (y1 - y0) * i / steps);
    put_pixel(canvas, x, y, colour);
    put_pixel(canvas, x, y + 1, colour);
  }
}

enum { PANEL_W = 480, PANEL_H = 220, LEFT = 70, TOP = 24, BOTTOM = 24 };

static void put_curve(Canvas *canvas, gint x0, gint y0, const Curve *curve) {
  Number number;
  gint w = PANEL_W - LEFT - 12, h = PANEL_H - TOP - BOTTOM, left = x0 + LEFT, top = y0 + TOP;
  put_text(canvas, left, y0 + 8, curve->name);
  for (gint i = 0; i <= w; i++) put_pixel(canvas, left + i, top + h, 0xb0b0b0);
  for (gint i = 0; i <= h; i++) put_pixel(canvas, left, top + i, 0xb0b0b0);
  guint count = curve->y->len;
  if (!count) return;
  gdouble least = G_MAXDOUBLE, most = 0, last = g_array_index(curve->x, gdouble, count - 1);
  for (guint i = 0; i < count; i++) {
    least = fmin(least, g_array_index(curve->y, gdouble, i));
    most = fmax(most, g_array_index(curve->y, gdouble, i));
  }
  gdouble low = log(least * 0.95), high = log(most * 1.05), px = 0, py = 0;
  for (guint i = 0; i < count; i++) {
    gdouble x = left + w * g_array_index(curve->x, gdouble, i) / fmax(last, 1);
    gdouble y = top + h * (high - log(g_array_index(curve->y, gdouble, i))) / (high - low);
    if (i) put_line(canvas, px, py, x, y, 0x2060b0);
    px = x;
    py = y;
  }
  put_text(canvas, x0 + 4, top, cli_number(&number, "%.3g", most));
  put_text(canvas, x0 + 4, top + h - 10, cli_number(&number, "%.3g", least));
  put_text(canvas, left, top + h + 8, "0");
  put_text(canvas, left + w - 60, top + h + 8, cli_number(&number, "%.0f", last));
}

gboolean report_plot(const gchar *log_path, const gchar *plot, GError **error) {
  g_autofree gchar *text = NULL;
  if (!g_file_get_contents(log_path, &text, NULL, error)) return FALSE;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_auto(GStrv) names = g_strsplit(lines[0] ? lines[0] : "", ",", -1);
  gint columns = (gint)g_strv_length(names);
  g_autofree Curve *curves = g_new0(Curve, (gsize)MAX(columns, 1));
  for (gint c = 1; c < columns; c++)
    curves[c] = (Curve){ g_array_new(FALSE, FALSE, sizeof(gdouble)), g_array_new(FALSE, FALSE, sizeof(gdouble)),
                         names[c] };
  for (gint i = 1; lines[i]; i++) {
    g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);
    if ((gint)g_strv_length(cells) != columns) continue;
    gdouble x = g_ascii_strtod(cells[0], NULL);
    for (gint c = 1; c < columns; c++) {
      gdouble y = g_ascii_strtod(cells[c], NULL);
      if (!(y > 0 && y < G_MAXDOUBLE)) continue; /* an empty cell, or a loss that is left out */
      g_array_append_val(curves[c].x, x);
      g_array_append_val(curves[c].y, y);
    }
  }
  gint rows = (columns - 1 + 1) / 2;
  Canvas canvas = canvas_new(2 * PANEL_W, MAX(rows, 1) * PANEL_H, 255);
  for (gint c = 1; c < columns; c++) {
    put_curve(&canvas, (c - 1) % 2 * PANEL_W, (c - 1) / 2 * PANEL_H, &curves[c]);
    g_array_unref(curves[c].x);
    g_array_unref(curves[c].y);
  }
  return canvas_save(&canvas, plot, error);
}
