/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/mask-text.h"
#include "host/mask.h"
#include <gio/gio.h>
#include <stdio.h>

static gchar *convert(GConverter *converter, const void *bytes, gsize size, gsize *length) {
  GInputStream *in = g_memory_input_stream_new_from_data(bytes, (gssize)size, NULL);
  GInputStream *through = g_converter_input_stream_new(in, converter);
  GOutputStream *out = g_memory_output_stream_new_resizable();
  gboolean ok = g_output_stream_splice(out, through, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL) >= 0;
  gchar *result = NULL;

  if (ok) {
    *length = g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(out));
    result = g_memory_output_stream_steal_data(G_MEMORY_OUTPUT_STREAM(out));
  }
  g_object_unref(out);
  g_object_unref(through);
  g_object_unref(in);
  g_object_unref(converter);
  return result;
}

gchar *mask_text(GeglBuffer *mask, gint x, gint y) {
  GeglRectangle bounds;
  gsize length = 0;
  guchar *values;
  gchar *packed, *base64, *text;

  if (!mask_bounds(mask, &bounds))
    return NULL;
  values = g_malloc((gsize)bounds.width * bounds.height);
  gegl_buffer_get(mask, &bounds, 1.0, babl_format("Y u8"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  packed = convert(G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1)), values,
                   (gsize)bounds.width * bounds.height, &length);
  base64 = g_base64_encode((guchar *)packed, length);
  text = g_strdup_printf("%d,%d,%d,%d,%s", bounds.x - x, bounds.y - y, bounds.width, bounds.height, base64);
  g_free(base64);
  g_free(packed);
  g_free(values);
  return text;
}

GeglBuffer *mask_of_text(const gchar *text, gint width, gint height) {
  GeglRectangle bounds;
  GeglBuffer *mask = NULL;
  gsize size, length = 0;
  guchar *packed;
  gchar *values;
  gint at = 0;

  if (sscanf(text, "%d,%d,%d,%d,%n", &bounds.x, &bounds.y, &bounds.width, &bounds.height, &at) != 4 || !at ||
      bounds.width < 1 || bounds.height < 1 || bounds.width > (1 << 20) || bounds.height > (1 << 20))
    return NULL;
  packed = g_base64_decode(text + at, &size);
  values = convert(G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB)), packed, size, &length);
  if (values && length == (gsize)bounds.width * bounds.height) {
    mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, width, height), babl_format("Y u8"));
    gegl_buffer_set(mask, &bounds, 0, babl_format("Y u8"), values, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(values);
  g_free(packed);
  return mask;
}
