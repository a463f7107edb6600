/* SPDX-License-Identifier: GPL-3.0-or-later
 * WebP through libwebp; frames and what stands beside the pixels through its demux and mux. */
#include <glib/gi18n-lib.h>
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "picture/form.h"

enum { LOSSLESS_EFFORT = 6 };

/* ---------------------------------------------------------------------------------------------- read */

static GBytes *read_chunk(const WebPDemuxer *demux, const gchar *name) {
  WebPChunkIterator chunk;
  GBytes *bytes = NULL;
  if (WebPDemuxGetChunk(demux, name, 1, &chunk)) bytes = g_bytes_new(chunk.chunk.bytes, chunk.chunk.size);
  WebPDemuxReleaseChunkIterator(&chunk);
  return bytes;
}

/* Frames lie on a canvas, each over what the ones before left there. */
static gboolean read_frame(const WebPData *file, gint page, Picture *picture) {
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(file, &options);
  uint8_t *pixels = NULL;
  int when;
  for (gint i = 0; decoder && i < page; i++)
    if (!WebPAnimDecoderGetNext(decoder, &pixels, &when)) pixels = NULL, i = page;
  if (pixels) picture_put_rows(picture, 0, picture->height, pixels);
  WebPAnimDecoderDelete(decoder);
  return pixels != NULL;
}

static gboolean read_still(const WebPData *file, gboolean alpha, Picture *picture) {
  gsize stride = (gsize)picture->width * (alpha ? 4 : 3), size = stride * (gsize)picture->height;
  g_autofree guint8 *pixels = g_try_malloc(size);
  if (!pixels || !(alpha ? WebPDecodeRGBAInto : WebPDecodeRGBInto)(file->bytes, file->size, pixels, size, (int)stride))
    return FALSE;
  picture_put_rows(picture, 0, picture->height, pixels);
  return TRUE;
}

static Fault read_file(const WebPData *file, const WebPDemuxer *demux, gint page, Picture *picture) {
  guint32 flags = WebPDemuxGetI(demux, WEBP_FF_FORMAT_FLAGS);
  WebPBitstreamFeatures features;
  picture->pages = MAX((gint)WebPDemuxGetI(demux, WEBP_FF_FRAME_COUNT), 1);
  if (page > picture->pages) return NULL;
  if (WebPGetFeatures(file->bytes, file->size, &features) != VP8_STATUS_OK)
    return g_strdup(_("its pixels cannot be read"));
  gboolean animated = (flags & ANIMATION_FLAG) != 0, alpha = animated || features.has_alpha;
  picture->lossless = features.format == 2;
  if (flags & ICCP_FLAG) picture->icc = read_chunk(demux, "ICCP");
  Fault fault = picture_make_buffer(picture, WebPDemuxGetI(demux, WEBP_FF_CANVAS_WIDTH),
                                    WebPDemuxGetI(demux, WEBP_FF_CANVAS_HEIGHT),
                                    alpha ? "R'G'B'A u8" : "R'G'B' u8", FALSE, NULL);
  if (!fault && !(animated ? read_frame(file, page, picture) : read_still(file, alpha, picture)))
    fault = g_strdup(_("its pixels cannot be read"));
  return fault;
}

Fault webp_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  WebPData file = { data, size };
  WebPDemuxState state;
  WebPDemuxer *demux = WebPDemuxPartial(&file, &state);
  Fault fault =
    !demux || state != WEBP_DEMUX_DONE ? g_strdup(_("it ends too early")) : read_file(&file, demux, page, picture);
  WebPDemuxDelete(demux);
  if (!fault && picture->buffer) texts_read(picture, data, size);
  return fault;
}

/* --------------------------------------------------------------------------------------------- write */

static gboolean encode(const Writing *writing, WebPMemoryWriter *to) {
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) return FALSE;
  gsize row = picture_row_bytes(writing->format, writing->width);
  g_autofree guint8 *pixels = g_try_malloc(row * (gsize)writing->height);
  if (!pixels) return FALSE;
  picture_get_rows(writing, 0, writing->height, pixels);
  config.quality = 100;
  if (writing->lossless) WebPConfigLosslessPreset(&config, LOSSLESS_EFFORT);
  config.exact = 1; /* the colours under transparency, too */
  picture.use_argb = writing->lossless;
  picture.width = writing->width;
  picture.height = writing->height;
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = to;
  gboolean done = (writing->alpha ? WebPPictureImportRGBA : WebPPictureImportRGB)(&picture, pixels, (int)row) &&
                  WebPEncode(&config, &picture);
  WebPPictureFree(&picture);
  return done;
}

static void set_chunk(WebPMux *mux, const gchar *name, GBytes *bytes) {
  if (!bytes) return;
  WebPData data = { .bytes = g_bytes_get_data(bytes, NULL), .size = g_bytes_get_size(bytes) };
  WebPMuxSetChunk(mux, name, &data, 1);
}

Fault webp_save(Writing *writing, GByteArray *out) {
  WebPMemoryWriter pixels;
  WebPMemoryWriterInit(&pixels);
  WebPMux *mux = WebPMuxNew();
  WebPData image = { 0 }, file = { 0 };
  gboolean done = encode(writing, &pixels);
  image = (WebPData){ pixels.mem, pixels.size };
  done = done && WebPMuxSetImage(mux, &image, 0) == WEBP_MUX_OK;
  if (done) {
    set_chunk(mux, "ICCP", writing->icc);
    set_chunk(mux, "EXIF", writing->exif);
    set_chunk(mux, "XMP ", writing->xmp);
    done = WebPMuxAssemble(mux, &file) == WEBP_MUX_OK && picture_append(out, file.bytes, file.size);
  }
  WebPDataClear(&file);
  WebPMuxDelete(mux);
  WebPMemoryWriterClear(&pixels);
  return done ? NULL : g_strdup(_("there is not enough memory"));
}
