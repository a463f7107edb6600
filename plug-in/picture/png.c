/* SPDX-License-Identifier: GPL-3.0-or-later
 * PNG through libpng. The chunks that say what the numbers mean are taken as they are: libpng drops profiles that it
 * finds odd, and does not know all of them. */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>
#include <zlib.h>

#include "host/layer.h"
#include "picture/form.h"

enum { CHUNK_HEAD = 8, CHUNK_FRAME = 12 /* length, type, checksum */, COMPRESSION = 6 };
static const gsize max_profile = 16 << 20, max_chunk = 64 << 20;

static gboolean is_type(const guint8 *type, const gchar *name) {
  return memcmp(type, name, 4) == 0;
}

typedef struct {
  const guint8 *data; /* read */
  gsize size, at;
  GByteArray *out; /* written */
  gchar text[200];
} Stream;

static void on_error(png_structp png, png_const_charp text) {
  Stream *stream = png_get_error_ptr(png);
  g_strlcpy(stream->text, text, sizeof stream->text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {}

/* --------------------------------------------------------------------------------------- the chunks */

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

static void write_profile(png_structp png, GBytes *icc) {
  static const gchar name[] = "ICC profile"; /* closed by its 0; the next 0 is the packing, zlib */
  gsize size;
  const guint8 *profile = g_bytes_get_data(icc, &size);
  uLongf packed = compressBound(size);
  g_autofree guint8 *body = g_malloc(sizeof name + 1 + packed);
  memcpy(body, name, sizeof name);
  body[sizeof name] = 0;
  if (compress2(body + sizeof name + 1, &packed, profile, size, 9) == Z_OK)
    png_write_chunk(png, (png_const_bytep) "iCCP", body, sizeof name + 1 + packed);
}

/* What the colour chunks say, put together: gamma 1/2.2 and primaries near sRGB's is how most programs write sRGB,
 * and GIMP reads it so too. FALSE: sRGB. */
static gboolean primaries_of(GBytes *colour, Primaries *p) {
  static const guint32 srgb[8] = { 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000 };
  guint32 xy[8], gamma = 45455;
  gsize size;
  const guint8 *data = g_bytes_get_data(colour, &size);
  gboolean is_srgb = TRUE;
  memcpy(xy, srgb, sizeof xy);
  for (gsize at = 0; at < size; at += be32(data + at) + (gsize)CHUNK_FRAME) {
    const guint8 *type = data + at + 4, *body = type + 4;
    guint32 length = be32(data + at);
    if (is_type(type, "sRGB")) return FALSE;
    if (is_type(type, "gAMA") && length == 4) {
      gamma = be32(body);
      is_srgb = is_srgb && gamma > 45000 && gamma < 46000;
    } else if (is_type(type, "cHRM") && length == 32) {
      for (gint i = 0; i < 8; i++) {
        xy[i] = be32(body + 4 * i);
        is_srgb = is_srgb && xy[i] + 200 >= srgb[i] && xy[i] <= srgb[i] + 200;
      }
    }
  }
  if (is_srgb || gamma < 1000 || gamma > 1000000) return FALSE;
  for (gint i = 0; i < 8; i++) {
    if (xy[i] < 1 || xy[i] > 100000) return FALSE;
    p->xy[i] = xy[i] / 1e5;
  }
  p->gamma = 1e5 / gamma;
  return TRUE;
}

static void append_chunk(GByteArray *colour, const png_unknown_chunk *chunk) {
  guint8 frame[CHUNK_HEAD];
  for (int i = 0; i < 4; i++) frame[i] = (guint8)(chunk->size >> (24 - 8 * i));
  memcpy(frame + 4, chunk->name, 4);
  g_byte_array_append(colour, frame, CHUNK_HEAD);
  g_byte_array_append(colour, chunk->data, (guint)chunk->size);
  guint32 sum = GUINT32_TO_BE((guint32)crc32(crc32(0, frame + 4, 4), chunk->data, (uInt)chunk->size));
  g_byte_array_append(colour, (const guint8 *)&sum, sizeof sum);
}

/* The chunks that libpng left alone; the number of the frame that page 1 is, 0 where it is none of the animation. */
static gint take_chunks(png_structp png, png_infop info, Picture *picture) {
  png_unknown_chunkp chunks = NULL;
  gint count = png_get_unknown_chunks(png, info, &chunks);
  g_autoptr(GByteArray) colour = g_byte_array_new();
  gint frames = 0;
  gboolean control = FALSE;
  for (gint i = 0; i < count; i++) {
    const png_unknown_chunk *c = &chunks[i];
    if (is_type(c->name, "iCCP") && !picture->icc) picture->icc = read_profile(c->data, c->size);
    else if (is_type(c->name, "acTL") && c->size >= 4) frames = (gint)MIN(be32(c->data), G_MAXINT32 - 1);
    else if (is_type(c->name, "fcTL")) control = TRUE;
    else if (c->size < 256 && (is_type(c->name, "gAMA") || is_type(c->name, "cHRM") || is_type(c->name, "sRGB") ||
                               is_type(c->name, "cICP")))
      append_chunk(colour, c);
  }
  if (colour->len) picture->png_colour = g_byte_array_free_to_bytes(g_steal_pointer(&colour));
  const gint first = frames > 0 && control;
  if (frames > 0) picture->pages = frames + 1 - first;
  return first;
}

/* -------------------------------------------------------------------------------------------- read */

static void read_bytes(png_structp png, png_bytep to, png_size_t count) {
  Stream *stream = png_get_io_ptr(png);
  if (count > stream->size - stream->at) png_error(png, _("it ends too early"));
  memcpy(to, stream->data + stream->at, count);
  stream->at += count;
}

/* A frame's numbers as the picture's, without alpha where that has none. */
static void put_frame(Picture *picture, gfloat *frame, gint parts, gboolean alpha) {
  const gsize width = (gsize)picture->width;
  for (gint y = 0; y < picture->height; y++) {
    gfloat *row = frame + (gsize)y * width * (gsize)parts;
    for (gsize x = 0; !alpha && x < width; x++)
      memmove(row + x * (gsize)(parts - 1), row + x * (gsize)parts, (gsize)(parts - 1) * sizeof *row);
    layer_set_numbers(picture->buffer, GEGL_RECTANGLE(0, y, picture->width, 1), row);
  }
}

/* Between png_create and png_destroy, whose errors come back to the caller's setjmp. */
static Fault read_head(png_structp png, png_infop info, gint page, Picture *picture) {
  static const png_byte kept[] = "iCCP\0gAMA\0cHRM\0sRGB\0cICP\0acTL\0fcTL";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, kept, sizeof kept / 5);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_chunk_malloc_max(png, max_chunk);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_read_info(png, info);
  const gint first = take_chunks(png, info, picture);
  png_set_expand(png);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  gint type = png_get_color_type(png, info), bits = png_get_bit_depth(png, info), unit = 0;
  gboolean grey = !(type & PNG_COLOR_MASK_COLOR), alpha = (type & PNG_COLOR_MASK_ALPHA) != 0;
  png_uint_32 x, y;
  if (png_get_pHYs(png, info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER) {
    picture->x_density = x;
    picture->y_density = y;
  }
  const gint width = (gint)png_get_image_width(png, info), height = (gint)png_get_image_height(png, info);
  const gint parts = grey ? 2 : 4;
  g_autofree gfloat *frame = NULL;
  if (page > 1 && page <= picture->pages) {
    const Stream *stream = png_get_io_ptr(png);
    Fault fault = picture_size_fault(width, height);
    if (!fault) fault = apng_compose(stream->data, stream->size, page - 1 + first, width, height, parts, &frame);
    if (fault) return fault;
    for (gsize i = 0; !alpha && i < (gsize)width * (gsize)height; i++) alpha = frame[(i + 1) * (gsize)parts - 1] < 1;
  }
  g_autofree gchar *encoding = g_strdup_printf("%s%s u%d", grey ? "Y'" : "R'G'B'", alpha ? "A" : "", bits);
  Primaries primaries;
  gboolean told = picture->png_colour && primaries_of(picture->png_colour, &primaries);
  Fault fault = picture_make_buffer(picture, width, height, encoding, grey, told ? &primaries : NULL);
  if (!fault && frame) put_frame(picture, frame, parts, alpha);
  return fault;
}

Fault png_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  Stream stream = { .data = data, .size = size };
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &stream, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  guint8 *volatile pixels = NULL;
  volatile Fault fault = NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return g_strdup(g_strerror(ENOMEM));
  }
  if (setjmp(png_jmpbuf(png))) {
    fault = g_strdup(stream.text);
    goto done;
  }
  png_set_read_fn(png, &stream, read_bytes);
  fault = read_head(png, info, page, picture);
  if (fault || page > picture->pages) goto done;

  /* Of an interlaced picture every pass comes back to every row. */
  gboolean whole = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  gsize row = png_get_rowbytes(png, info);
  gint height = picture->height, rows = whole ? height : (gint)CLAMP((1 << 20) / row, 1, (gsize)height);
  pixels = g_try_malloc((gsize)rows * row);
  if (!pixels) png_error(png, _("it is too large"));
  for (gint pass = page > 1 ? 0 : whole ? 7 : 1; pass > 0; pass--) /* a frame's pixels are there */
    for (gint y = 0; y < height; y += rows) {
      gint n = MIN(rows, height - y);
      for (gint k = 0; k < n; k++) png_read_row(png, pixels + (gsize)k * row, NULL);
      if (pass == 1) picture_put_rows(picture, y, n, pixels);
    }
  png_read_end(png, NULL);

done:
  png_destroy_read_struct(&png, &info, NULL);
  g_free(pixels);
  if (!fault) texts_read(picture, data, size);
  return fault;
}

/* ------------------------------------------------------------------------------------------- write */

static void write_bytes(png_structp png, png_bytep from, png_size_t count) {
  Stream *stream = png_get_io_ptr(png);
  if (!picture_append(stream->out, from, count)) png_error(png, _("it becomes too large"));
}

static void flush(png_structp png) {}

/* IPTC as other programs keep it: a text of hexadecimal digits. */
static gchar *raw_profile(GBytes *irb) {
  gsize size;
  const guint8 *bytes = g_bytes_get_data(irb, &size);
  GString *text = g_string_new(NULL);
  g_string_printf(text, "\niptc\n%8u", (guint)size);
  for (gsize i = 0; i < size; i++) g_string_append_printf(text, i % 36 ? "%02x" : "\n%02x", bytes[i]);
  g_string_append_c(text, '\n');
  return g_string_free(text, FALSE);
}

static void set_texts(png_structp png, png_infop info, const Writing *writing, const gchar *iptc) {
  png_text texts[2] = { 0 };
  gint count = 0;
  if (writing->exif)
    png_set_eXIf_1(png, info, (png_uint_32)g_bytes_get_size(writing->exif),
                   (png_bytep)g_bytes_get_data(writing->exif, NULL));
  if (writing->xmp)
    texts[count++] = (png_text){ .compression = PNG_ITXT_COMPRESSION_NONE, .key = "XML:com.adobe.xmp",
                                 .text = (png_charp)g_bytes_get_data(writing->xmp, NULL),
                                 .itxt_length = g_bytes_get_size(writing->xmp) };
  if (iptc)
    texts[count++] = (png_text){ .compression = PNG_TEXT_COMPRESSION_zTXt, .key = "Raw profile type iptc",
                                 .text = (png_charp)iptc, .text_length = strlen(iptc) };
  if (count) png_set_text(png, info, texts, count);
}

static void write_head(png_structp png, png_infop info, const Writing *writing, const gchar *iptc) {
  gint type = (writing->grey ? 0 : PNG_COLOR_MASK_COLOR) | (writing->alpha ? PNG_COLOR_MASK_ALPHA : 0);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_compression_level(png, COMPRESSION);
  png_set_IHDR(png, info, (png_uint_32)writing->width, (png_uint_32)writing->height, writing->bits, type,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (writing->x_density > 0)
    png_set_pHYs(png, info, (png_uint_32)lround(writing->x_density), (png_uint_32)lround(writing->y_density),
                 PNG_RESOLUTION_METER);
  set_texts(png, info, writing, iptc);
  /* The standard wants what tells colours before all else. */
  png_write_info_before_PLTE(png, info);
  gsize size = 0;
  const guint8 *colour = writing->png_colour ? g_bytes_get_data(writing->png_colour, &size) : NULL;
  for (gsize at = 0; at < size; at += be32(colour + at) + (gsize)CHUNK_FRAME)
    png_write_chunk(png, colour + at + 4, colour + at + CHUNK_HEAD, be32(colour + at));
  if (writing->icc) write_profile(png, writing->icc);
  png_write_info(png, info);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN && writing->bits == 16) png_set_swap(png);
}

Fault png_save(Writing *writing, GByteArray *out) {
  Stream stream = { .out = out };
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &stream, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  guint8 *volatile pixels = NULL;
  gchar *volatile iptc = NULL;
  volatile Fault fault = NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    return g_strdup(g_strerror(ENOMEM));
  }
  if (setjmp(png_jmpbuf(png))) {
    fault = g_strdup(stream.text);
    goto done;
  }
  png_set_write_fn(png, &stream, write_bytes, flush);
  iptc = writing->irb ? raw_profile(writing->irb) : NULL;
  write_head(png, info, writing, iptc);
  gsize row = picture_row_bytes(writing->format, writing->width);
  gint rows = (gint)CLAMP((1 << 20) / row, 1, (gsize)writing->height);
  pixels = g_malloc((gsize)rows * row);
  for (gint y = 0; y < writing->height; y += rows) {
    gint n = MIN(rows, writing->height - y);
    picture_get_rows(writing, y, n, pixels);
    for (gint k = 0; k < n; k++) png_write_row(png, pixels + (gsize)k * row);
  }
  png_write_end(png, info);
done:
  png_destroy_write_struct(&png, &info);
  g_free(pixels);
  g_free(iptc);
  return fault;
}
