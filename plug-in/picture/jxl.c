/* SPDX-License-Identifier: GPL-3.0-or-later
 * JPEG XL through libjxl. */
#include <glib/gi18n-lib.h>
#include <jxl/decode.h>
#include <jxl/encode.h>
#include <jxl/thread_parallel_runner.h>
#include <string.h>

#include "picture/form.h"

/* 0.9 dropped an argument that was never used. */
#if JPEGXL_NUMERIC_VERSION < JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
#define GET_ENCODED(decoder, to) JxlDecoderGetColorAsEncodedProfile(decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, to)
#define GET_ICC_SIZE(decoder, to) JxlDecoderGetICCProfileSize(decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, to)
#define GET_ICC(decoder, to, size) JxlDecoderGetColorAsICCProfile(decoder, NULL, JXL_COLOR_PROFILE_TARGET_DATA, to, size)
#else
#define GET_ENCODED(decoder, to) JxlDecoderGetColorAsEncodedProfile(decoder, JXL_COLOR_PROFILE_TARGET_DATA, to)
#define GET_ICC_SIZE(decoder, to) JxlDecoderGetICCProfileSize(decoder, JXL_COLOR_PROFILE_TARGET_DATA, to)
#define GET_ICC(decoder, to, size) JxlDecoderGetColorAsICCProfile(decoder, JXL_COLOR_PROFILE_TARGET_DATA, to, size)
#endif

enum { MAX_BOX = 64 << 20, EXIF_HEAD = 4 /* an offset before the block, 0 */ };
static const float distance = 0.4f; /* as JPEG's quality 97 */

/* As many as GEGL's, which the user may have set. */
static void *new_threads(void) {
  gint threads = 1;
  g_object_get(gegl_config(), "threads", &threads, NULL);
  return JxlThreadParallelRunnerCreate(NULL, (size_t)MAX(threads, 1));
}

/* ---------------------------------------------------------------------------------------------- read */

/* The EXIF and XMP boxes, one of them growing at a time. */
typedef struct {
  GByteArray *boxes[2], *open;
} Boxes;

/* What was read of the open box is its whole, or all so far: `more` makes room for the next part. */
static gboolean pass_box(JxlDecoder *decoder, Boxes *boxes, gboolean more) {
  GByteArray *box = boxes->open;
  if (!box) return TRUE;
  gsize rest = JxlDecoderReleaseBoxBuffer(decoder), used = box->len - rest;
  g_byte_array_set_size(box, (guint)used);
  boxes->open = more ? box : NULL;
  if (!more) return TRUE;
  if (used > MAX_BOX) return FALSE;
  g_byte_array_set_size(box, (guint)(2 * used + 4096));
  return JxlDecoderSetBoxBuffer(decoder, box->data + used, box->len - used) == JXL_DEC_SUCCESS;
}

static gboolean start_box(JxlDecoder *decoder, Boxes *boxes) {
  JxlBoxType type;
  pass_box(decoder, boxes, FALSE);
  if (JxlDecoderGetBoxType(decoder, type, JXL_TRUE) != JXL_DEC_SUCCESS) return FALSE;
  gint which = memcmp(type, "Exif", 4) == 0 ? 0 : memcmp(type, "xml ", 4) == 0 ? 1 : -1;
  if (which < 0 || boxes->boxes[which]) return TRUE;
  boxes->open = boxes->boxes[which] = g_byte_array_new();
  g_byte_array_set_size(boxes->open, 4096);
  return JxlDecoderSetBoxBuffer(decoder, boxes->open->data, boxes->open->len) == JXL_DEC_SUCCESS;
}

static GBytes *read_icc(JxlDecoder *decoder) {
  JxlColorEncoding encoding;
  size_t size = 0;
  if (GET_ENCODED(decoder, &encoding) == JXL_DEC_SUCCESS && encoding.white_point == JXL_WHITE_POINT_D65 &&
      encoding.transfer_function == JXL_TRANSFER_FUNCTION_SRGB &&
      (encoding.color_space == JXL_COLOR_SPACE_GRAY ||
       (encoding.color_space == JXL_COLOR_SPACE_RGB && encoding.primaries == JXL_PRIMARIES_SRGB)))
    return NULL;
  if (GET_ICC_SIZE(decoder, &size) != JXL_DEC_SUCCESS || !size || size > MAX_BOX) return NULL;
  guint8 *icc = g_malloc(size);
  if (GET_ICC(decoder, icc, size) == JXL_DEC_SUCCESS) return g_bytes_new_take(icc, size);
  g_free(icc);
  return NULL;
}

/* All but pixels, to the end of the file. */
static JxlDecoderStatus read_head(JxlDecoder *decoder, Picture *picture, JxlBasicInfo *info, Boxes *boxes) {
  picture->pages = 0;
  for (;;) {
    JxlDecoderStatus status = JxlDecoderProcessInput(decoder);
    if (status == JXL_DEC_BASIC_INFO) {
      if (JxlDecoderGetBasicInfo(decoder, info) != JXL_DEC_SUCCESS) return JXL_DEC_ERROR;
    } else if (status == JXL_DEC_COLOR_ENCODING) {
      picture->icc = read_icc(decoder);
    } else if (status == JXL_DEC_FRAME) {
      picture->pages++;
    } else if (status == JXL_DEC_BOX || status == JXL_DEC_BOX_NEED_MORE_OUTPUT) {
      if (!(status == JXL_DEC_BOX ? start_box(decoder, boxes) : pass_box(decoder, boxes, TRUE))) return JXL_DEC_ERROR;
    } else {
      pass_box(decoder, boxes, FALSE);
      return status;
    }
  }
}

/* libjxl says on stderr what it finds wrong after the input is closed: without the need, it is not. Boxes alone need
 * it, and a file whose boxes are cut is not given to it. */
static JxlDecoderStatus start(JxlDecoder *decoder, int events, const guint8 *data, gsize size) {
  JxlDecoderStatus status = JxlDecoderSubscribeEvents(decoder, events);
  if (status == JXL_DEC_SUCCESS) status = JxlDecoderSetInput(decoder, data, size);
  if (status == JXL_DEC_SUCCESS && data[0] == 0) JxlDecoderCloseInput(decoder);
  return status;
}

static Fault read_pixels(JxlDecoder *decoder, const guint8 *file, gsize file_size, gint page, const JxlBasicInfo *info,
                         Picture *picture, JxlDecoderStatus *status) {
  gboolean grey = info->num_color_channels == 1, alpha = info->alpha_bits > 0;
  guint32 most = MAX(info->bits_per_sample, info->alpha_bits);
  gint bits = info->exponent_bits_per_sample || most > 16 ? 32 : most > 8 ? 16 : 8;
  g_autofree gchar *encoding = g_strdup_printf("%s%s %s", grey ? "Y'" : "R'G'B'", alpha ? "A" : "",
                                               bits == 8 ? "u8" : bits == 16 ? "u16" : "float");
  Fault fault = picture_make_buffer(picture, info->xsize, info->ysize, encoding, grey, NULL);
  if (fault) return fault;
  const Babl *format = gegl_buffer_get_format(picture->buffer);
  JxlPixelFormat pixel = { (uint32_t)babl_format_get_n_components(format),
                           bits == 8 ? JXL_TYPE_UINT8 : bits == 16 ? JXL_TYPE_UINT16 : JXL_TYPE_FLOAT,
                           JXL_NATIVE_ENDIAN, 0 };
  gsize size = picture_row_bytes(format, picture->width) * (gsize)picture->height;
  g_autofree guint8 *pixels = g_try_malloc(size);
  if (!pixels) return g_strdup(_("it is too large"));
  JxlDecoderRewind(decoder);
  JxlDecoderSkipFrames(decoder, (size_t)page - 1);
  *status = start(decoder, JXL_DEC_FULL_IMAGE, file, file_size);
  while (*status == JXL_DEC_SUCCESS) {
    *status = JxlDecoderProcessInput(decoder);
    if (*status == JXL_DEC_NEED_IMAGE_OUT_BUFFER) *status = JxlDecoderSetImageOutBuffer(decoder, &pixel, pixels, size);
    else if (*status == JXL_DEC_SUCCESS) *status = JXL_DEC_ERROR; /* without a picture */
  }
  if (*status != JXL_DEC_FULL_IMAGE) return NULL;
  *status = JXL_DEC_SUCCESS;
  picture_put_rows(picture, 0, picture->height, pixels);
  return NULL;
}

Fault jxl_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  gboolean cut = FALSE;
  if (data[0] == 0) picture_has_box(data, size, "jxlc", &cut);
  if (cut) return g_strdup(_("it ends too early"));
  JxlDecoder *decoder = JxlDecoderCreate(NULL);
  void *threads = new_threads();
  JxlBasicInfo info = { 0 };
  Boxes boxes = { 0 };
  Fault fault = NULL;
  JxlDecoderSetParallelRunner(decoder, JxlThreadParallelRunner, threads);
  JxlDecoderSetUnpremultiplyAlpha(decoder, JXL_TRUE);
  JxlDecoderSetDecompressBoxes(decoder, JXL_TRUE);
  JxlDecoderStatus status =
    start(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME | JXL_DEC_BOX, data, size);
  if (status == JXL_DEC_SUCCESS) status = read_head(decoder, picture, &info, &boxes);
  if (status == JXL_DEC_SUCCESS && page <= picture->pages) {
    picture->orientation = 1; /* libjxl turns it */
    picture->lossless = info.uses_original_profile;
    fault = read_pixels(decoder, data, size, page, &info, picture, &status);
  }
  g_autoptr(GBytes) exif = boxes.boxes[0] ? g_byte_array_free_to_bytes(boxes.boxes[0]) : NULL;
  g_autoptr(GBytes) xmp = boxes.boxes[1] ? g_byte_array_free_to_bytes(boxes.boxes[1]) : NULL;
  if (!fault && status != JXL_DEC_SUCCESS)
    fault = g_strdup(status == JXL_DEC_NEED_MORE_INPUT ? _("it ends too early") : _("its pixels cannot be read"));
  if (!fault && picture->buffer) {
    gsize length = exif ? g_bytes_get_size(exif) : 0;
    g_autoptr(GBytes) block = length > EXIF_HEAD ? g_bytes_new_from_bytes(exif, EXIF_HEAD, length - EXIF_HEAD) : NULL;
    texts_read_blocks(picture, block, xmp);
  }
  JxlDecoderDestroy(decoder);
  JxlThreadParallelRunnerDestroy(threads);
  return fault;
}

/* --------------------------------------------------------------------------------------------- write */

static gboolean set_head(JxlEncoder *encoder, const Writing *writing) {
  JxlBasicInfo info;
  JxlColorEncoding srgb;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = (uint32_t)writing->width;
  info.ysize = (uint32_t)writing->height;
  info.bits_per_sample = (uint32_t)writing->bits;
  info.exponent_bits_per_sample = writing->bits == 32 ? 8 : 0;
  info.num_color_channels = writing->grey ? 1 : 3;
  info.num_extra_channels = writing->alpha ? 1 : 0;
  info.alpha_bits = writing->alpha ? info.bits_per_sample : 0;
  info.alpha_exponent_bits = writing->alpha ? info.exponent_bits_per_sample : 0;
  /* The numbers as they are, or else libjxl's own colours, which know no profile but the common ones. */
  info.uses_original_profile = writing->lossless || writing->icc;
  if (JxlEncoderSetBasicInfo(encoder, &info) != JXL_ENC_SUCCESS) return FALSE;
  if (writing->icc)
    return JxlEncoderSetICCProfile(encoder, g_bytes_get_data(writing->icc, NULL), g_bytes_get_size(writing->icc)) ==
           JXL_ENC_SUCCESS;
  JxlColorEncodingSetToSRGB(&srgb, writing->grey);
  return JxlEncoderSetColorEncoding(encoder, &srgb) == JXL_ENC_SUCCESS;
}

static gboolean add_boxes(JxlEncoder *encoder, const Writing *writing) {
  if (!writing->exif && !writing->xmp) return TRUE;
  gboolean done = JxlEncoderUseBoxes(encoder) == JXL_ENC_SUCCESS;
  if (done && writing->exif) {
    g_autoptr(GByteArray) box = g_byte_array_new();
    g_byte_array_set_size(box, EXIF_HEAD);
    memset(box->data, 0, EXIF_HEAD);
    g_byte_array_append(box, g_bytes_get_data(writing->exif, NULL), (guint)g_bytes_get_size(writing->exif));
    done = JxlEncoderAddBox(encoder, "Exif", box->data, box->len, JXL_FALSE) == JXL_ENC_SUCCESS;
  }
  if (done && writing->xmp)
    done = JxlEncoderAddBox(encoder, "xml ", g_bytes_get_data(writing->xmp, NULL), g_bytes_get_size(writing->xmp),
                            JXL_FALSE) == JXL_ENC_SUCCESS;
  JxlEncoderCloseBoxes(encoder);
  return done;
}

static gboolean add_pixels(JxlEncoder *encoder, const Writing *writing) {
  JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
  JxlPixelFormat pixel = { (uint32_t)babl_format_get_n_components(writing->format),
                           writing->bits == 8 ? JXL_TYPE_UINT8 : writing->bits == 16 ? JXL_TYPE_UINT16 : JXL_TYPE_FLOAT,
                           JXL_NATIVE_ENDIAN, 0 };
  gsize size = picture_row_bytes(writing->format, writing->width) * (gsize)writing->height;
  g_autofree guint8 *pixels = g_try_malloc(size);
  if (!pixels) return FALSE;
  picture_get_rows(writing, 0, writing->height, pixels);
  /* with loss, libjxl 0.11 gives the numbers of a profile of their own back up to 40 of 255 steps off at any distance */
  gboolean lossless = writing->lossless || writing->icc;
  return (lossless ? JxlEncoderSetFrameLossless(settings, JXL_TRUE)
                   : JxlEncoderSetFrameDistance(settings, distance)) == JXL_ENC_SUCCESS &&
         JxlEncoderAddImageFrame(settings, &pixel, pixels, size) == JXL_ENC_SUCCESS;
}

static gboolean take_output(JxlEncoder *encoder, GByteArray *out) {
  guint8 part[1 << 16];
  JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
  JxlEncoderCloseInput(encoder);
  while (status == JXL_ENC_NEED_MORE_OUTPUT) {
    guint8 *to = part;
    size_t rest = sizeof part;
    status = JxlEncoderProcessOutput(encoder, &to, &rest);
    if (!picture_append(out, part, sizeof part - rest)) return FALSE;
  }
  return status == JXL_ENC_SUCCESS;
}

Fault jxl_save(Writing *writing, GByteArray *out) {
  JxlEncoder *encoder = JxlEncoderCreate(NULL);
  void *threads = new_threads();
  gboolean done = JxlEncoderSetParallelRunner(encoder, JxlThreadParallelRunner, threads) == JXL_ENC_SUCCESS &&
                  add_boxes(encoder, writing) && set_head(encoder, writing) && add_pixels(encoder, writing) &&
                  take_output(encoder, out);
  JxlEncoderDestroy(encoder);
  JxlThreadParallelRunnerDestroy(threads);
  return done ? NULL : g_strdup(_("libjxl cannot encode it"));
}
