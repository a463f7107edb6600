/* SPDX-License-Identifier: GPL-3.0-or-later
 * PNG: a signature, then chunks of length, type, data and checksum, the last one IEND. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "picture/form.h"

static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
enum { CHUNK_HEAD = 8, CHUNK_FRAME = 12 /* length, type, checksum */ };
static const gsize max_profile = 16 << 20;

static gboolean is_type(const guint8 *chunk, const gchar *type) {
  return memcmp(chunk + 4, type, 4) == 0;
}

static GBytes *read_profile(const guint8 *data, gsize size) {
  const guint8 *name_end = memchr(data, 0, MIN(size, 80));
  if (!name_end || data + size - name_end < 3 || name_end[1] != 0) return NULL;
  const guint8 *packed = name_end + 2;
  gsize packed_size = size - (gsize)(packed - data);
  z_stream stream = { .next_in = (Bytef *)packed, .avail_in = (uInt)packed_size };
  if (inflateInit(&stream) != Z_OK) return NULL;
  GByteArray *profile = g_byte_array_new();
  int status = Z_OK;
  while (status == Z_OK && profile->len < max_profile) {
    guint8 part[8192];
    stream.next_out = part;
    stream.avail_out = sizeof part;
    status = inflate(&stream, Z_NO_FLUSH);
    g_byte_array_append(profile, part, sizeof part - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return g_byte_array_free_to_bytes(profile);
  g_byte_array_unref(profile);
  return NULL;
}

/* Chunks that say what the numbers mean; the profile goes its own way. */
static gboolean is_colour(const guint8 *chunk) {
  return is_type(chunk, "gAMA") || is_type(chunk, "cHRM") || is_type(chunk, "sRGB") || is_type(chunk, "cICP");
}

/* gAMA 1/2.2 and cHRM near sRGB's primaries is how most programs write sRGB; GIMP reads it so too, GEGL takes it as
 * a space of its own with a pure power curve. `body` of chunk `chunk`. */
static gboolean is_srgb(const guint8 *chunk, const guint8 *body, gsize length) {
  static const guint32 srgb[8] = { 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000 };
  if (is_type(chunk, "gAMA")) return length == 4 && be32(body) > 45000 && be32(body) < 46000;
  if (!is_type(chunk, "cHRM")) return is_type(chunk, "sRGB");
  for (gsize i = 0; i < 8; i++)
    if (length != 32 || be32(body + 4 * i) + 200 < srgb[i] || be32(body + 4 * i) > srgb[i] + 200) return FALSE;
  return TRUE;
}

const gchar *png_check(const guint8 *data, gsize size, Picture *picture) {
  if (size < sizeof signature || memcmp(data, signature, sizeof signature) != 0) return _("it is not a PNG file");
  g_autoptr(GByteArray) colour = g_byte_array_new();
  gboolean pixels = FALSE;
  for (gsize at = sizeof signature;;) {
    if (size - at < CHUNK_FRAME) return _("it ends before its last chunk");
    const guint8 *chunk = data + at, *body = chunk + CHUNK_HEAD;
    gsize length = be32(chunk);
    if (length > G_MAXINT32 || length > size - at - CHUNK_FRAME) return _("it ends inside a chunk");
    if (crc32(crc32(0, NULL, 0), chunk + 4, (uInt)length + 4) != be32(body + length))
      return _("the checksum of a chunk is wrong");
    gboolean first = at == sizeof signature;
    if (first != is_type(chunk, "IHDR") || (first && length != 13)) return _("its header is not in its place");
    if (first) {
      picture->width = (gint)MIN(be32(body), G_MAXINT32);
      picture->height = (gint)MIN(be32(body + 4), G_MAXINT32);
    } else if (is_type(chunk, "IDAT")) {
      pixels = TRUE;
    } else if (is_type(chunk, "iCCP") && !picture->icc) {
      picture->icc = read_profile(body, length);
    } else if (is_colour(chunk) && !pixels) {
      picture->png_srgb = (picture->png_srgb || !colour->len) && is_srgb(chunk, body, length);
      g_byte_array_append(colour, chunk, (guint)(length + CHUNK_FRAME));
    } else if (is_type(chunk, "pHYs") && length == 9 && body[8] == 1) {
      picture->x_density = be32(body);
      picture->y_density = be32(body + 4);
    }
    if (is_type(chunk, "IEND")) break;
    at += length + CHUNK_FRAME;
  }
  if (!pixels) return _("it holds no pixels");
  if (colour->len) picture->png_colour = g_byte_array_free_to_bytes(g_steal_pointer(&colour));
  return NULL;
}

static void put32(guint8 *to, guint32 value) {
  for (int i = 0; i < 4; i++) to[i] = (guint8)(value >> (24 - 8 * i));
}

static void append_chunk(GByteArray *out, const gchar *type, const guint8 *body, gsize length) {
  guint8 head[CHUNK_HEAD], sum[4];
  put32(head, (guint32)length);
  memcpy(head + 4, type, 4);
  uLong crc = crc32(crc32(0, NULL, 0), head + 4, 4);
  if (length) crc = crc32(crc, body, (uInt)length);
  put32(sum, (guint32)crc);
  g_byte_array_append(out, head, sizeof head);
  if (length) g_byte_array_append(out, body, (guint)length);
  g_byte_array_append(out, sum, sizeof sum);
}

static void append_profile(GByteArray *out, GBytes *icc) {
  static const gchar name[] = "ICC profile"; /* closed by its 0; the next 0 is the packing, zlib */
  gsize size;
  const guint8 *profile = g_bytes_get_data(icc, &size);
  uLongf packed = compressBound(size);
  g_autofree guint8 *body = g_malloc(sizeof name + 1 + packed);
  memcpy(body, name, sizeof name);
  body[sizeof name] = 0;
  if (compress2(body + sizeof name + 1, &packed, profile, size, 9) == Z_OK)
    append_chunk(out, "iCCP", body, sizeof name + 1 + packed);
}

/* GEGL's own colour chunks, background and profile, and exiv2's old way of storing EXIF as a packed text. */
static gboolean is_replaced(const guint8 *chunk, gboolean has_exif) {
  return is_colour(chunk) || is_type(chunk, "iCCP") || is_type(chunk, "bKGD") || is_type(chunk, "pHYs") ||
         is_type(chunk, "eXIf") ||
         (has_exif && is_type(chunk, "zTXt") && be32(chunk) > 21 &&
          memcmp(chunk + CHUNK_HEAD, "Raw profile type exif", 22) == 0);
}

GByteArray *png_splice(const guint8 *data, gsize size, const Picture *like, GBytes *icc, GBytes *exif) {
  Picture written = { .form = PICTURE_PNG };
  const gchar *fault = png_check(data, size, &written);
  g_clear_pointer(&written.icc, g_bytes_unref);
  g_clear_pointer(&written.png_colour, g_bytes_unref);
  if (fault) return NULL;

  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, data, sizeof signature);
  for (gsize at = sizeof signature; at < size;) {
    const guint8 *chunk = data + at;
    gsize whole = be32(chunk) + (gsize)CHUNK_FRAME;
    if (!is_replaced(chunk, exif != NULL)) g_byte_array_append(out, chunk, (guint)whole);
    if (at == sizeof signature) { /* after the header, before palette and pixels, as the standard wants it */
      if (like && like->png_colour) {
        gsize length;
        const guint8 *colour = g_bytes_get_data(like->png_colour, &length);
        g_byte_array_append(out, colour, (guint)length);
      }
      if (icc) append_profile(out, icc);
      if (like && like->x_density > 0) {
        guint8 body[9] = { [8] = 1 };
        put32(body, (guint32)lround(like->x_density));
        put32(body + 4, (guint32)lround(like->y_density));
        append_chunk(out, "pHYs", body, sizeof body);
      }
      if (exif) append_chunk(out, "eXIf", g_bytes_get_data(exif, NULL), g_bytes_get_size(exif));
    }
    if (is_type(chunk, "IEND")) break;
    at += whole;
  }
  return out;
}
