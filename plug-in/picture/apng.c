/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames of animated PNGs: libpng knows none, so each is made a small PNG of its own and drawn over those before it. */
#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "host/layer.h"
#include "picture/form.h"

enum { SIGNATURE = 8, CHUNK_HEAD = 8, CHUNK_FRAME = 12, HEAD_LENGTH = 13, CONTROL_LENGTH = 26 };
enum { DISPOSE_TO_BACKGROUND = 1, DISPOSE_TO_PREVIOUS = 2, BLEND_OVER = 1 };

typedef struct {
  gint x, y, width, height, dispose, blend;
  GByteArray *png;
} Frame;

static gboolean is(const guint8 *type, const gchar *name) {
  return memcmp(type, name, 4) == 0;
}

static void append_chunk(GByteArray *png, const gchar *type, const guint8 *body, gsize size) {
  const guint32 length = GUINT32_TO_BE((guint32)size), at = png->len + 4;
  g_byte_array_append(png, (const guint8 *)&length, 4);
  g_byte_array_append(png, (const guint8 *)type, 4);
  if (size) g_byte_array_append(png, body, (guint)size);
  const guint32 sum = GUINT32_TO_BE((guint32)crc32(0, png->data + at, (uInt)(4 + size)));
  g_byte_array_append(png, (const guint8 *)&sum, 4);
}

/* Frame `number`, from 1, of a file that begins as a PNG; FALSE where it is not there. */
static gboolean find_frame(const guint8 *data, gsize size, gint number, Frame *frame) {
  guint8 head[HEAD_LENGTH] = { 0 };
  g_autoptr(GByteArray) before = g_byte_array_new(), pixels = g_byte_array_new();
  gint controls = 0;
  for (gsize at = SIGNATURE; controls <= number && size - at >= CHUNK_FRAME;) {
    const guint8 *type = data + at + 4, *body = data + at + CHUNK_HEAD;
    const gsize length = be32(data + at);
    const gboolean first = at == SIGNATURE;
    if (length > size - at - CHUNK_FRAME) break;
    at += CHUNK_FRAME + length;
    if (first && is(type, "IHDR") && length == HEAD_LENGTH) { /* another one is nobody's: it may tell of any size and colours */
      memcpy(head, body, HEAD_LENGTH);
    } else if (is(type, "fcTL") && length == CONTROL_LENGTH) {
      if (++controls != number) continue;
      memcpy(head, body + 4, 8); /* the size; one beyond G_MAXINT is negative here, and refused as that */
      *frame = (Frame){ (gint)be32(body + 12), (gint)be32(body + 16), (gint)be32(body + 4), (gint)be32(body + 8), body[24],
                        body[25], NULL };
    } else if (is(type, "PLTE") || is(type, "tRNS")) {
      append_chunk(before, is(type, "PLTE") ? "PLTE" : "tRNS", body, length);
    } else if (controls == number && is(type, "IDAT")) {
      append_chunk(pixels, "IDAT", body, length);
    } else if (controls == number && is(type, "fdAT") && length > 4) {
      append_chunk(pixels, "IDAT", body + 4, length - 4);
    }
  }
  if (controls < number) return FALSE;
  frame->png = g_byte_array_new();
  g_byte_array_append(frame->png, data, SIGNATURE);
  append_chunk(frame->png, "IHDR", head, HEAD_LENGTH);
  g_byte_array_append(frame->png, before->data, before->len);
  g_byte_array_append(frame->png, pixels->data, pixels->len);
  append_chunk(frame->png, "IEND", NULL, 0);
  return TRUE;
}

/* `parts` numbers a pixel of the canvas, alpha last; the frame may have none. */
static void draw(const Frame *f, GeglBuffer *buffer, gfloat *at, gsize stride, gint parts) {
  const gint own = babl_format_get_n_components(gegl_buffer_get_format(buffer)), alpha = parts - 1;
  g_autofree gfloat *row = g_new(gfloat, (gsize)f->width * (gsize)own);
  for (gint y = 0; y < f->height; y++, at += stride) {
    const gfloat *from = row;
    gfloat *to = at;
    layer_get_numbers(buffer, GEGL_RECTANGLE(0, y, f->width, 1), row);
    for (gint x = 0; x < f->width; x++, from += own, to += parts) {
      const gfloat a = own == parts ? from[alpha] : 1, under = f->blend == BLEND_OVER ? (1 - a) * to[alpha] : 0;
      for (gint c = 0; c < alpha; c++) to[c] = under > 0 ? (a * from[c] + under * to[c]) / (a + under) : from[c];
      to[alpha] = a + under;
    }
  }
}

Fault apng_compose(const guint8 *data, gsize size, gint number, gint width, gint height, gint parts, gfloat **canvas) {
  const gsize stride = (gsize)width * (gsize)parts;
  g_autofree gfloat *now = g_try_malloc0_n(stride * (gsize)height, sizeof *now), *old = NULL;
  if (!now) return g_strdup(_("it is too large"));
  for (gint i = 1; i <= number; i++) {
    Frame f = { 0 };
    if (!find_frame(data, size, i, &f)) return g_strdup(_("it ends too early"));
    g_autoptr(GByteArray) png = f.png;
    g_autoptr(Picture) picture = g_new0(Picture, 1);
    if (f.x < 0 || f.y < 0 || f.width < 1 || f.height < 1 || f.width > width - f.x || f.height > height - f.y)
      return g_strdup(_("its pixels cannot be read"));
    picture->pages = 1;
    Fault fault = png_load(png->data, png->len, 1, picture);
    if (fault) return fault;
    const gint own = babl_format_get_n_components(gegl_buffer_get_format(picture->buffer));
    if (own != parts && own != parts - 1) return g_strdup(_("its pixels cannot be read")); /* what draw asks for */
    gfloat *at = now + (gsize)f.y * stride + (gsize)f.x * (gsize)parts;
    const gsize row = (gsize)f.width * (gsize)parts;
    const gboolean back = f.dispose == DISPOSE_TO_PREVIOUS && i > 1; /* the first one's is the background */
    if (back && i < number) {
      g_free(old);
      old = g_try_malloc_n(row * (gsize)f.height, sizeof *old);
      if (!old) return g_strdup(_("it is too large"));
      for (gint y = 0; y < f.height; y++) memcpy(old + (gsize)y * row, at + (gsize)y * stride, row * sizeof *old);
    }
    draw(&f, picture->buffer, at, stride, parts);
    const gboolean clear = !back && (f.dispose == DISPOSE_TO_BACKGROUND || f.dispose == DISPOSE_TO_PREVIOUS);
    for (gint y = 0; i < number && y < f.height; y++) {
      if (back) memcpy(at + (gsize)y * stride, old + (gsize)y * row, row * sizeof *old);
      if (clear) memset(at + (gsize)y * stride, 0, row * sizeof *at);
    }
  }
  *canvas = g_steal_pointer(&now);
  return NULL;
}
