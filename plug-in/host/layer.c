/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/layer.h"

#include <math.h>
#include <string.h>

/* ----------------------------------------------------------------------------------------- numbers */

/* Between a buffer's numbers and floats, exactly. babl does it too, but chooses among its ways by measuring their
 * speed, and so the last bit of a float, and a rounding, may differ from run to run. */

typedef enum { NUMBER_OTHER, NUMBER_U8, NUMBER_U16, NUMBER_FLOAT } Number;

static Number number_of(const Babl *format) {
  const Babl *type = babl_format_get_type(format, 0);
  return type == babl_type("u8")      ? NUMBER_U8
         : type == babl_type("u16")   ? NUMBER_U16
         : type == babl_type("float") ? NUMBER_FLOAT
                                      : NUMBER_OTHER;
}

static void to_floats(Number number, const guint8 *from, gfloat *to, gsize count) {
  if (number == NUMBER_FLOAT) memcpy(to, from, count * sizeof *to);
  if (number == NUMBER_U8)
    for (gsize i = 0; i < count; i++) to[i] = (gfloat)from[i] / 255.0f;
  if (number == NUMBER_U16)
    for (gsize i = 0; i < count; i++) {
      guint16 value;
      memcpy(&value, from + 2 * i, 2);
      to[i] = (gfloat)value / 65535.0f;
    }
}

static gfloat rounded(gfloat value, gfloat most) {
  gfloat scaled = value * most + 0.5f;
  return !(scaled > 0) ? 0 : scaled > most ? most : floorf(scaled);
}

static void from_floats(Number number, const gfloat *from, guint8 *to, gsize count) {
  if (number == NUMBER_FLOAT) memcpy(to, from, count * sizeof *from);
  for (gsize i = 0; number == NUMBER_U8 && i < count; i++) to[i] = (guint8)rounded(from[i], 255.0f);
  for (gsize i = 0; number == NUMBER_U16 && i < count; i++) {
    guint16 value = (guint16)rounded(from[i], 65535.0f);
    memcpy(to + 2 * i, &value, 2);
  }
}

/* --------------------------------------------------------------------------------- views for core */

/* The number of a format that is R'G'B' or Y' of sRGB, with or without alpha, else NUMBER_OTHER. */
static Number plain_number(const Babl *format) {
  BablModelFlag flags = babl_get_model_flags(format);
  gboolean plain = (flags & BABL_MODEL_FLAG_NONLINEAR) && (flags & (BABL_MODEL_FLAG_RGB | BABL_MODEL_FLAG_GRAY)) &&
                   !(flags & BABL_MODEL_FLAG_ASSOCIATED) && babl_format_get_space(format) == babl_space("sRGB");
  return plain ? number_of(format) : NUMBER_OTHER;
}

static int read_pixels(GeglBuffer *buffer, int x, int y, int width, int height, const Babl *format, float *pixels) {
  gegl_buffer_get(buffer, GEGL_RECTANGLE(x, y, width, height), 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_ABYSS_NONE);
  return 0;
}

static int write_pixels(GeglBuffer *buffer, int x, int y, int width, int height, const Babl *format,
                        const float *pixels) {
  gegl_buffer_set(buffer, GEGL_RECTANGLE(x, y, width, height), 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  return 0;
}

enum { READ_NUMBERS = 1 << 16 /* at once: they stay in the cache */ };

/* Pixels of 8-bit numbers, `parts` each, as R'G'B'A. */
static void expand_bytes(const guint8 *from, gsize parts, gfloat *to, gsize count) {
  const gsize green = parts >= 3 ? 1 : 0;
  guint8 numbers[256];
  gfloat values[256];
  for (gint i = 0; i < 256; i++) numbers[i] = (guint8)i;
  to_floats(NUMBER_U8, numbers, values, 256);
  for (gsize i = 0; i < count; i++, from += parts, to += 4) {
    to[0] = values[from[0]];
    to[1] = values[from[green]];
    to[2] = values[from[2 * green]];
    to[3] = parts % 2 == 0 ? values[from[parts - 1]] : 1.0f;
  }
}

static int read_picture(void *data, int x, int y, int width, int height, float *pixels) {
  const Babl *own = gegl_buffer_get_format(data);
  Number number = plain_number(own);
  gint parts = babl_format_get_n_components(own);
  if (number == NUMBER_OTHER) return read_pixels(data, x, y, width, height, babl_format("R'G'B'A float"), pixels);

  const gsize bytes = (gsize)babl_format_get_bytes_per_pixel(own), row = (gsize)width;
  const gint rows = CLAMP((gint)(READ_NUMBERS / (row * (gsize)parts)), 1, height), green = parts >= 3 ? 1 : 0;
  guint8 *raw = g_malloc((gsize)rows * row * bytes);
  gfloat *numbers = g_new(gfloat, (gsize)rows * row * (gsize)parts);
  for (int j = 0; j < height; j += rows) {
    const gint n = MIN(rows, height - j);
    gegl_buffer_get(data, GEGL_RECTANGLE(x, y + j, width, n), 1.0, own, raw, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    const gfloat *from = numbers;
    gfloat *to = pixels + (gsize)j * row * 4;
    if (number == NUMBER_U8) {
      expand_bytes(raw, (gsize)parts, to, (gsize)n * row);
      continue;
    }
    to_floats(number, raw, numbers, (gsize)n * row * (gsize)parts);
    for (gsize i = 0; i < (gsize)n * row; i++, from += parts, to += 4) {
      to[0] = from[0];
      to[1] = from[green];
      to[2] = from[2 * green];
      to[3] = parts % 2 == 0 ? from[parts - 1] : 1.0f;
    }
  }
  g_free(raw);
  g_free(numbers);
  return 0;
}

static int read_colours(void *data, int x, int y, int width, int height, float *pixels) {
  read_picture(data, x, y, width, height, pixels);
  for (gsize i = 0; i < (gsize)width * (gsize)height; i++) pixels[4 * i + 3] = pixels[4 * i + 3] > 0 ? 1.0f : 0.0f;
  return 0;
}

static int write_picture(void *data, int x, int y, int width, int height, const float *pixels) {
  const Babl *own = gegl_buffer_get_format(data);
  const gsize parts = (gsize)babl_format_get_n_components(own), count = (gsize)width * (gsize)height;
  const Number number = plain_number(own);
  if (number == NUMBER_OTHER || number == NUMBER_FLOAT || parts < 3)
    return write_pixels(data, x, y, width, height, babl_format("R'G'B'A float"), pixels);
  gfloat *numbers = g_new(gfloat, count * parts);
  for (gsize i = 0; i < count; i++) memcpy(numbers + i * parts, pixels + 4 * i, parts * sizeof *numbers);
  layer_set_numbers(data, GEGL_RECTANGLE(x, y, width, height), numbers);
  g_free(numbers);
  return 0;
}

static int read_mask(void *data, int x, int y, int width, int height, float *pixels) {
  return read_pixels(data, x, y, width, height, babl_format("Y float"), pixels);
}

static int write_mask(void *data, int x, int y, int width, int height, const float *pixels) {
  return write_pixels(data, x, y, width, height, babl_format("Y float"), pixels);
}

stylemap_layer layer_of_picture(GeglBuffer *buffer) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  return (stylemap_layer){ extent->x + extent->width, extent->y + extent->height, buffer, read_picture,
                           write_picture };
}

stylemap_layer layer_of_colours(GeglBuffer *buffer) {
  stylemap_layer layer = layer_of_picture(buffer);
  layer.read = read_colours;
  layer.write = NULL;
  return layer;
}

stylemap_layer layer_of_mask(GeglBuffer *buffer) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  return (stylemap_layer){ extent->x + extent->width, extent->y + extent->height, buffer, read_mask, write_mask };
}

gboolean layer_is_clear(GeglBuffer *buffer, GeglBuffer *weights, const GeglRectangle *area) {
  if (!babl_format_has_alpha(gegl_buffer_get_format(buffer))) return FALSE;
  if (weights) area = gegl_buffer_get_extent(weights);
  gboolean clear = TRUE;
  const gsize width = (gsize)area->width;
  const gint rows = CLAMP((gint)(READ_NUMBERS / (4 * width)), 1, area->height);
  gfloat *pixels = g_new(gfloat, 5 * (gsize)rows * width), *weight = pixels + 4 * (gsize)rows * width;
  for (gint y = area->y; clear && y < area->y + area->height; y += rows) {
    const gint n = MIN(rows, area->y + area->height - y);
    read_picture(buffer, area->x, y, area->width, n, pixels);
    if (weights) read_mask(weights, area->x, y, area->width, n, weight);
    for (gsize i = 0; clear && i < (gsize)n * width; i++) clear = !(pixels[4 * i + 3] > 0 && (!weights || weight[i] > 0));
  }
  g_free(pixels);
  return clear;
}

/* --------------------------------------------------------------------------------------- own numbers */

/* ----------------------------------------------------------------------------------------- squares */

static int read_square(void *data, int x, int y, int width, int height, float *pixels) {
  const LayerSquare *square = data;
  gsize size = (gsize)square->size, plane = size * size;
  for (gint j = 0; j < height; j++)
    for (gint i = 0; i < width; i++, pixels += 4) {
      const gfloat *from = square->values + (gsize)(y + j) * size + (gsize)(x + i);
      for (gsize c = 0; c < 3; c++) pixels[c] = 0.5f + 0.5f * from[c * plane];
      pixels[3] = 1;
    }
  return 0;
}

static int write_square(void *data, int x, int y, int width, int height, const float *pixels) {
  const LayerSquare *square = data;
  gsize size = (gsize)square->size, plane = size * size;
  for (gint j = 0; j < height; j++)
    for (gint i = 0; i < width; i++, pixels += 4)
      for (gsize c = 0; c < 3; c++) square->values[c * plane + (gsize)(y + j) * size + (gsize)(x + i)] = 2 * pixels[c] - 1;
  return 0;
}

static int read_weights(void *data, int x, int y, int width, int height, float *pixels) {
  const LayerSquare *weights = data;
  for (gint j = 0; j < height; j++)
    memcpy(pixels + (gsize)j * (gsize)width, weights->values + (gsize)(y + j) * (gsize)weights->size + x,
           sizeof *pixels * (gsize)width);
  return 0;
}

stylemap_layer layer_of_square(LayerSquare *square) {
  return (stylemap_layer){ square->size, square->size, square, read_square, write_square };
}

stylemap_layer layer_of_weights(LayerSquare *weights) {
  return (stylemap_layer){ weights->size, weights->size, weights, read_weights, NULL };
}

/* ----------------------------------------------------------------------------------------- numbers */

const Babl *layer_own_float(const Babl *format) {
  static const gchar *const models[3][2][2] = {
    { { "RGB float", "RGBA float" }, { "Y float", "YA float" } },
    { { "R~G~B~ float", "R~G~B~A float" }, { "Y~ float", "Y~A float" } },
    { { "R'G'B' float", "R'G'B'A float" }, { "Y' float", "Y'A float" } },
  };
  BablModelFlag flags = babl_get_model_flags(format);
  guint encoding = flags & BABL_MODEL_FLAG_LINEAR ? 0 : flags & BABL_MODEL_FLAG_PERCEPTUAL ? 1 : 2;
  guint grey = (flags & BABL_MODEL_FLAG_GRAY) != 0, alpha = babl_format_has_alpha(format) != 0;
  return babl_format_with_space(models[encoding][grey][alpha], babl_format_get_space(format));
}

void layer_get_numbers(GeglBuffer *buffer, const GeglRectangle *rectangle, gfloat *values) {
  const Babl *own = gegl_buffer_get_format(buffer);
  Number number = babl_get_model_flags(own) & BABL_MODEL_FLAG_ASSOCIATED ? NUMBER_OTHER : number_of(own);
  if (number == NUMBER_OTHER) {
    gegl_buffer_get(buffer, rectangle, 1.0, layer_own_float(own), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    return;
  }
  gsize count = (gsize)rectangle->width * (gsize)rectangle->height;
  guint8 *raw = g_malloc(count * (gsize)babl_format_get_bytes_per_pixel(own));
  gegl_buffer_get(buffer, rectangle, 1.0, own, raw, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  to_floats(number, raw, values, count * (gsize)babl_format_get_n_components(own));
  g_free(raw);
}

void layer_set_numbers(GeglBuffer *buffer, const GeglRectangle *rectangle, const gfloat *values) {
  const Babl *own = gegl_buffer_get_format(buffer);
  gsize count = (gsize)rectangle->width * (gsize)rectangle->height;
  guint8 *raw = g_malloc(count * (gsize)babl_format_get_bytes_per_pixel(own));
  from_floats(number_of(own), values, raw, count * (gsize)babl_format_get_n_components(own));
  gegl_buffer_set(buffer, rectangle, 0, own, raw, GEGL_AUTO_ROWSTRIDE);
  g_free(raw);
}

GeglBuffer *layer_buffer_of_square(const gfloat *square, gint size, const Babl *format) {
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), format);
  const gsize plane = (gsize)size * (gsize)size;
  g_autofree gfloat *row = g_new(gfloat, 3 * (gsize)size);
  for (gint y = 0; y < size; y++) {
    for (gint x = 0; x < size; x++)
      for (gint c = 0; c < 3; c++) {
        gfloat v = square[(gsize)c * plane + (gsize)y * (gsize)size + (gsize)x];
        row[3 * x + c] = CLAMP(0.5f + 0.5f * v, 0.0f, 1.0f);
      }
    layer_set_numbers(buffer, GEGL_RECTANGLE(0, y, size, 1), row);
  }
  return buffer;
}

/* --------------------------------------------------------------------------------------- composite */

void layer_composite(GeglBuffer *target, GeglBuffer *layer, GeglBuffer *mask, const GeglRectangle *bounds,
                     gboolean extend) {
  const Babl *own = gegl_buffer_get_format(target);
  const Babl *blend = layer_own_float(own);
  gboolean has_alpha = babl_format_has_alpha(own);
  const Babl *weight_format = babl_format("Y float");
  gint components = babl_format_get_n_components(blend), colours = components - (has_alpha ? 1 : 0);
  gsize own_bytes = (gsize)babl_format_get_bytes_per_pixel(own);
  gint band = MAX(1, (1 << 20) / MAX(1, bounds->width)); /* rows: about a million pixels at a time */
  gsize pixels = (gsize)bounds->width * (gsize)MIN(band, bounds->height);

  guchar *before = g_malloc(pixels * own_bytes), *after = g_malloc(pixels * own_bytes);
  gfloat *in = g_new(gfloat, pixels * (gsize)components), *over = g_new(gfloat, pixels * (gsize)components);
  gfloat *weight = g_new(gfloat, pixels);
  Number number = number_of(own);
  if (babl_get_model_flags(own) & BABL_MODEL_FLAG_ASSOCIATED) number = NUMBER_OTHER; /* `blend` has alpha apart */
  const Babl *to_own = babl_fish(blend, own);

  for (gint y = bounds->y; y < bounds->y + bounds->height; y += band) {
    GeglRectangle r = { bounds->x, y, bounds->width, MIN(band, bounds->y + bounds->height - y) };
    gsize count = (gsize)r.width * (gsize)r.height;
    gegl_buffer_get(target, &r, 1.0, own, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    layer_get_numbers(target, &r, in);
    gegl_buffer_get(layer, &r, 1.0, blend, over, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(mask, &r, 1.0, weight_format, weight, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (gsize n = 0; n < count; n++) {
      const gfloat *o = over + n * (gsize)components;
      gfloat *i = in + n * (gsize)components;
      gfloat w = has_alpha && !(o[colours] > 0) ? 0 : weight[n];
      if (extend && has_alpha && w > 0 && o[colours] > i[colours]) {
        w = 1 - (1 - w) * i[colours] / o[colours];
        i[colours] = o[colours];
      }
      for (gint c = 0; c < colours; c++) i[c] = w > 0 && !isfinite(i[c]) ? o[c] : i[c] + w * (o[c] - i[c]);
      weight[n] = w; /* what the pixel got */
    }
    if (number != NUMBER_OTHER) from_floats(number, in, after, count * (gsize)components);
    else babl_process(to_own, in, after, (glong)count);
    for (gsize n = 0; n < count; n++)
      if (weight[n] > 0.0f) memcpy(before + n * own_bytes, after + n * own_bytes, own_bytes);
    gegl_buffer_set(target, &r, 0, own, before, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(before);
  g_free(after);
  g_free(in);
  g_free(over);
  g_free(weight);
}
