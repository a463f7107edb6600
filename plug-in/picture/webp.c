/* SPDX-License-Identifier: GPL-3.0-or-later
 * WebP: RIFF, a size, "WEBP", then chunks of type, size and data padded to an even size. GEGL's saver writes one
 * simple chunk; a profile needs the extended form. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "picture/form.h"

enum { RIFF_HEAD = 12, CHUNK_HEAD = 8, EXTENDED = 10 };
enum { FLAG_ANIMATED = 0x02, FLAG_ALPHA = 0x10, FLAG_PROFILE = 0x20 };


static gboolean is_type(const guint8 *chunk, const gchar *type) {
  return memcmp(chunk, type, 4) == 0;
}

/* The size and transparency that a VP8 or VP8L chunk's first bytes tell. */
static gboolean read_frame(const guint8 *chunk, gsize length, gint *width, gint *height, gboolean *alpha) {
  const guint8 *body = chunk + CHUNK_HEAD;
  if (is_type(chunk, "VP8 ")) {
    if (length < 10 || body[3] != 0x9d || body[4] != 0x01 || body[5] != 0x2a) return FALSE;
    *width = (gint)(le16(body + 6) & 0x3fff);
    *height = (gint)(le16(body + 8) & 0x3fff);
    return TRUE;
  }
  if (length < 5 || body[0] != 0x2f) return FALSE;
  guint32 bits = le32(body + 1);
  *width = (gint)(bits & 0x3fff) + 1;
  *height = (gint)(bits >> 14 & 0x3fff) + 1;
  *alpha = bits >> 28 & 1;
  return TRUE;
}

static const gchar *check(const guint8 *data, gsize size, Picture *picture, gboolean *alpha) {
  if (size < RIFF_HEAD || memcmp(data, "RIFF", 4) != 0 || memcmp(data + 8, "WEBP", 4) != 0)
    return _("it is not a WebP file");
  gsize end = le32(data + 4) + (gsize)8;
  if (end > size) return _("it ends before the size that its head tells");
  gboolean pixels = FALSE;
  for (gsize at = RIFF_HEAD; at < end;) {
    const guint8 *chunk = data + at;
    if (end - at < CHUNK_HEAD || le32(chunk + 4) > end - at - CHUNK_HEAD) return _("it ends inside a chunk");
    gsize length = le32(chunk + 4);
    if (is_type(chunk, "VP8X") && length >= EXTENDED && (chunk[CHUNK_HEAD] & FLAG_ANIMATED))
      return _("it is an animation; save one of its frames as a picture");
    if (is_type(chunk, "ALPH")) *alpha = TRUE;
    if (is_type(chunk, "ICCP") && !picture->icc) picture->icc = g_bytes_new(chunk + CHUNK_HEAD, length);
    if (is_type(chunk, "VP8 ") || is_type(chunk, "VP8L")) {
      if (pixels || !read_frame(chunk, length, &picture->width, &picture->height, alpha))
        return _("its pixels cannot be read");
      pixels = TRUE;
    }
    at += CHUNK_HEAD + length + (length & 1);
  }
  return pixels ? NULL : _("it holds no pixels");
}

const gchar *webp_check(const guint8 *data, gsize size, Picture *picture) {
  gboolean alpha = FALSE;
  return check(data, size, picture, &alpha);
}

static void put_chunk(GByteArray *out, const gchar *type, const guint8 *body, gsize length) {
  guint8 head[CHUNK_HEAD];
  memcpy(head, type, 4);
  for (int i = 0; i < 4; i++) head[4 + i] = (guint8)(length >> 8 * i);
  g_byte_array_append(out, head, sizeof head);
  g_byte_array_append(out, body, (guint)length);
  if (length & 1) g_byte_array_append(out, (const guint8 *)"", 1);
}

GByteArray *webp_splice(const guint8 *data, gsize size, GBytes *icc) {
  Picture written = { .form = PICTURE_WEBP };
  gboolean alpha = FALSE;
  const gchar *fault = check(data, size, &written, &alpha);
  g_clear_pointer(&written.icc, g_bytes_unref);
  if (fault) return NULL;
  GByteArray *out = g_byte_array_new();
  if (!icc) return g_byte_array_append(out, data, (guint)size);

  guint8 extended[EXTENDED] = { FLAG_PROFILE };
  gsize end = le32(data + 4) + (gsize)8;
  if (is_type(data + RIFF_HEAD, "VP8X")) {
    memcpy(extended, data + RIFF_HEAD + CHUNK_HEAD, EXTENDED);
    extended[0] |= FLAG_PROFILE;
  } else {
    if (alpha) extended[0] |= FLAG_ALPHA;
    for (int i = 0; i < 3; i++) {
      extended[4 + i] = (guint8)((guint)(written.width - 1) >> 8 * i);
      extended[7 + i] = (guint8)((guint)(written.height - 1) >> 8 * i);
    }
  }
  g_byte_array_append(out, data, RIFF_HEAD);
  put_chunk(out, "VP8X", extended, EXTENDED);
  put_chunk(out, "ICCP", g_bytes_get_data(icc, NULL), g_bytes_get_size(icc));
  for (gsize at = RIFF_HEAD; at < end;) {
    const guint8 *chunk = data + at;
    gsize length = le32(chunk + 4);
    if (!is_type(chunk, "VP8X") && !is_type(chunk, "ICCP")) put_chunk(out, (const gchar *)chunk, chunk + CHUNK_HEAD, length);
    at += CHUNK_HEAD + length + (length & 1);
  }
  for (int i = 0; i < 4; i++) out->data[4 + i] = (guint8)((out->len - 8) >> 8 * i);
  return out;
}
