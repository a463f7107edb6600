/* SPDX-License-Identifier: GPL-3.0-or-later
 * AVIF and HEIF through libheif, which finds the coders of either when it runs. */
#include <glib/gi18n-lib.h>
#include <libheif/heif.h>
#include <math.h>
#include <string.h>

#include "picture/form.h"

enum { QUALITY = 95, EXIF_HEAD = 4 /* the offset of the block behind these bytes */, WIDEST_PIECE = 2048 };

static Fault fault_of(struct heif_error error) {
  if (error.code == heif_error_Ok) return NULL;
  if (error.subcode == heif_suberror_End_of_data) return g_strdup(_("it ends too early"));
  if (error.subcode == heif_suberror_Security_limit_exceeded) return g_strdup(_("it is too large"));
  gchar *text = g_strchomp(g_strdup(error.message && *error.message ? _(error.message) : _("its pixels cannot be read")));
  if (g_str_has_suffix(text, ".")) text[strlen(text) - 1] = '\0'; /* it becomes part of a sentence */
  return text;
}

static enum heif_chroma layout_of(gboolean deep, gboolean alpha) {
  if (deep) return alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
  return alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
}

/* ---------------------------------------------------------------------------------------------- read */

/* What a picture without a profile names by numbers; FALSE: sRGB. */
static gboolean read_nclx(const struct heif_image_handle *handle, Picture *picture, Primaries *p) {
  struct heif_color_profile_nclx *n = NULL;
  if (heif_image_handle_get_nclx_color_profile(handle, &n).code != heif_error_Ok || !n) return FALSE;
  gint transfer = n->transfer_characteristics, primaries = n->color_primaries;
  gboolean linear = transfer == heif_transfer_characteristic_linear;
  gboolean film = transfer == heif_transfer_characteristic_ITU_R_BT_2100_0_PQ ||
                  transfer == heif_transfer_characteristic_ITU_R_BT_2100_0_HLG;
  gboolean known = n->color_primary_white_y > 0 && n->color_primary_red_y > 0 && n->color_primary_green_y > 0 &&
                   n->color_primary_blue_y > 0 && primaries != heif_color_primaries_unspecified;
  if (film)
    picture->note =
      _("The picture's colour profile is of a kind that is not understood; its colours are taken for sRGB.");
  *p = (Primaries){ { SRGB_XY }, linear };
  if (known)
    *p = (Primaries){ { n->color_primary_white_x, n->color_primary_white_y, n->color_primary_red_x,
                        n->color_primary_red_y, n->color_primary_green_x, n->color_primary_green_y,
                        n->color_primary_blue_x, n->color_primary_blue_y }, linear };
  picture->lossless = n->matrix_coefficients == heif_matrix_coefficients_RGB_GBR;
  heif_nclx_color_profile_free(n);
  return !film && (linear || (known && primaries != heif_color_primaries_ITU_R_BT_709_5));
}

static GBytes *read_icc(const struct heif_image_handle *handle) {
  gsize size = heif_image_handle_get_raw_color_profile_size(handle);
  if (!size) return NULL;
  guint8 *icc = g_malloc(size);
  if (heif_image_handle_get_raw_color_profile(handle, icc).code == heif_error_Ok) return g_bytes_new_take(icc, size);
  g_free(icc);
  return NULL;
}

static GBytes *read_block(const struct heif_image_handle *handle, const gchar *type, const gchar *content) {
  heif_item_id ids[32];
  gint count = heif_image_handle_get_list_of_metadata_block_IDs(handle, type, ids, G_N_ELEMENTS(ids));
  for (gint i = 0; i < count; i++) {
    if (content && g_strcmp0(heif_image_handle_get_metadata_content_type(handle, ids[i]), content) != 0) continue;
    gsize size = heif_image_handle_get_metadata_size(handle, ids[i]);
    guint8 *bytes = g_malloc(MAX(size, 1));
    if (size && heif_image_handle_get_metadata(handle, ids[i], bytes).code == heif_error_Ok)
      return g_bytes_new_take(bytes, size);
    g_free(bytes);
  }
  return NULL;
}

static void read_texts(const struct heif_image_handle *handle, Picture *picture) {
  g_autoptr(GBytes) exif = read_block(handle, "Exif", NULL), xmp = read_block(handle, "mime", "application/rdf+xml");
  g_autoptr(GBytes) block = NULL;
  gsize size = 0;
  const guint8 *data = exif ? g_bytes_get_data(exif, &size) : NULL;
  gsize at = size > EXIF_HEAD ? be32(data) + (gsize)EXIF_HEAD : size;
  if (at < size) block = g_bytes_new_from_bytes(exif, at, size - at);
  texts_read_blocks(picture, block, xmp);
}

static Fault put_pixels(const struct heif_image *image, Picture *picture, gboolean alpha) {
  int stride = 0;
  const guint8 *from = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
  gint bits = heif_image_get_bits_per_pixel_range(image, heif_channel_interleaved);
  gint width = heif_image_get_width(image, heif_channel_interleaved);
  if (!from || width != picture->width || heif_image_get_height(image, heif_channel_interleaved) != picture->height)
    return g_strdup(_("its pixels cannot be read"));
  if (bits <= 8) {
    for (gint y = 0; y < picture->height; y++) picture_put_rows(picture, y, 1, from + (gsize)y * (gsize)stride);
    return NULL;
  }
  gsize count = (gsize)width * (alpha ? 4 : 3);
  guint32 greatest = (1u << bits) - 1;
  g_autofree guint16 *row = g_new(guint16, count);
  for (gint y = 0; y < picture->height; y++) {
    const guint8 *p = from + (gsize)y * (gsize)stride;
    for (gsize i = 0; i < count; i++) {
      guint32 v = MIN((guint32)p[2 * i] | (guint32)p[2 * i + 1] << 8, greatest);
      row[i] = (guint16)((v * 65535u + greatest / 2) / greatest);
    }
    picture_put_rows(picture, y, 1, row);
  }
  return NULL;
}

/* Whether the file has a picture that is put together of others. */
static gboolean has_pieces(const guint8 *data, gsize size) {
  return memmem(data, size, "grid", 4) || memmem(data, size, "iovl", 4);
}

/* libheif counts a picture's bytes in int, and writes beside it where they are more (1.15). That what the head claims are fewer is not
 * enough, for the pieces of a grid may come to another size: nothing that is put together may be larger than the head says, or
 * than a piece, of which a part may be all that is seen. The sizes that the coded streams themselves tell are the coders' affair. */
static Fault limit(struct heif_context *context, const struct heif_image_handle *handle, gint bytes, const guint8 *data, gsize size) {
  enum { SINCE_BY_PIXELS = 1 << 24 | 19 << 16, PAD = 16 /* of a row */ };
  const gint64 width = heif_image_handle_get_width(handle), height = heif_image_handle_get_height(handle);
  /* before it is cropped and turned */
  const gint64 across = heif_image_handle_get_ispe_width(handle), down = heif_image_handle_get_ispe_height(handle);
  const gint64 longest = MAX(MAX(across, down), MAX(width, height));
  const gdouble pixels = (gdouble)MAX(width * height, across * down);
  /* the limit is a side, which itself is refused; later the square of it is one of pixels */
  const gint64 least = heif_get_version_number() < SINCE_BY_PIXELS ? longest : (gint64)ceil(sqrt(pixels));
  const gint64 side = 1 + MAX(least, WIDEST_PIECE);
  if ((width + PAD) * (height + 1) * bytes > G_MAXINT || ((side + PAD) * side * bytes > G_MAXINT && has_pieces(data, size)))
    return g_strdup(_("it is too large"));
  heif_context_set_maximum_image_size_limit(context, (int)side);
  return NULL;
}

static Fault read_picture(struct heif_context *context, const struct heif_image_handle *handle, const guint8 *data, gsize size,
                          Picture *picture) {
  gboolean alpha = heif_image_handle_has_alpha_channel(handle);
  gboolean deep = heif_image_handle_get_luma_bits_per_pixel(handle) > 8;
  gint width = heif_image_handle_get_width(handle), height = heif_image_handle_get_height(handle);
  const gchar *model = !alpha ? "R'G'B'" : heif_image_handle_is_premultiplied_alpha(handle) ? "R'aG'aB'aA" : "R'G'B'A";
  g_autofree gchar *encoding = g_strdup_printf("%s %s", model, deep ? "u16" : "u8");
  Fault fault = picture_size_fault(width, height);
  if (!fault) fault = limit(context, handle, (alpha ? 4 : 3) * (deep ? 2 : 1), data, size);
  if (fault) return fault;
  picture->orientation = 1; /* libheif turns it */
  picture->icc = read_icc(handle);
  Primaries primaries;
  gboolean named = read_nclx(handle, picture, &primaries);
  struct heif_decoding_options *options = heif_decoding_options_alloc();
  options->strict_decoding = 1;
  struct heif_image *image = NULL;
  fault = fault_of(heif_decode_image(handle, &image, heif_colorspace_RGB, layout_of(deep, alpha), options));
  heif_decoding_options_free(options);
  if (!fault) fault = picture_make_buffer(picture, width, height, encoding, FALSE, named ? &primaries : NULL);
  if (!fault) fault = put_pixels(image, picture, alpha);
  heif_image_release(image);
  if (!fault) read_texts(handle, picture);
  return fault;
}

Fault heif_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  struct heif_context *context = heif_context_alloc();
  struct heif_image_handle *handle = NULL;
  Fault fault = fault_of(heif_context_read_from_memory_without_copy(context, data, size, NULL));
  gboolean film = picture_has_box(data, size, "moov", NULL); /* beside the picture, and passed over */
  gint stills = fault ? 0 : heif_context_get_number_of_top_level_images(context);
  picture->pages = stills + film; /* however long it is, its frames are not read */
  if (!fault && page > stills && page <= picture->pages)
    fault = g_strdup(_("it holds a film, of which the still pictures alone are read; save the frame as a picture"));
  if (!fault && page <= stills) {
    g_autofree heif_item_id *ids = g_new(heif_item_id, stills);
    heif_context_get_list_of_top_level_image_IDs(context, ids, stills);
    fault = fault_of(heif_context_get_image_handle(context, ids[page - 1], &handle));
    if (!fault) fault = read_picture(context, handle, data, size, picture);
  }
  heif_image_handle_release(handle);
  heif_context_free(context);
  return fault;
}

/* --------------------------------------------------------------------------------------------- write */

static struct heif_error take_bytes(struct heif_context *context, const void *bytes, size_t size, void *user) {
  static const struct heif_error good = { heif_error_Ok, heif_suberror_Unspecified, "" };
  static const struct heif_error full = { heif_error_Encoding_error, heif_suberror_Unspecified,
                                          N_("it becomes too large") };
  return picture_append(user, bytes, size) ? good : full;
}

static struct heif_error make_image(const Writing *writing, gint bits, struct heif_image **image) {
  gint channels = writing->alpha ? 4 : 3;
  struct heif_error error =
    heif_image_create(writing->width, writing->height, heif_colorspace_RGB, layout_of(bits > 8, writing->alpha), image);
  if (error.code == heif_error_Ok)
    error = heif_image_add_plane(*image, heif_channel_interleaved, writing->width, writing->height, bits);
  if (error.code != heif_error_Ok) return error;
  int stride = 0;
  guint8 *to = heif_image_get_plane(*image, heif_channel_interleaved, &stride);
  gsize count = (gsize)writing->width * (gsize)channels;
  guint32 greatest = (1u << bits) - 1;
  g_autofree guint16 *row = g_new(guint16, count);
  for (gint y = 0; y < writing->height; y++, to += stride) {
    picture_get_rows(writing, y, 1, bits > 8 ? (gpointer)row : to);
    for (gsize i = 0; bits > 8 && i < count; i++) {
      guint32 v = (row[i] * greatest + 32767) / 65535;
      to[2 * i] = (guint8)v;
      to[2 * i + 1] = (guint8)(v >> 8);
    }
  }
  if (writing->icc)
    error = heif_image_set_raw_color_profile(*image, "prof", g_bytes_get_data(writing->icc, NULL),
                                             g_bytes_get_size(writing->icc));
  return error;
}

/* Colours at full size; without loss only if nothing is converted, so as the numbers are. */
static struct heif_error encode(struct heif_context *context, struct heif_encoder *encoder, const Writing *writing,
                                struct heif_image *image, struct heif_image_handle **handle) {
  struct heif_encoding_options *options = heif_encoding_options_alloc();
  struct heif_color_profile_nclx *nclx = heif_nclx_color_profile_alloc();
  nclx->color_primaries = heif_color_primaries_ITU_R_BT_709_5;
  nclx->transfer_characteristics = heif_transfer_characteristic_IEC_61966_2_1;
  nclx->matrix_coefficients = writing->lossless ? heif_matrix_coefficients_RGB_GBR
                                                : heif_matrix_coefficients_ITU_R_BT_601_6;
  nclx->full_range_flag = 1;
  heif_image_set_nclx_color_profile(image, nclx);
  options->output_nclx_profile = nclx;
  options->save_two_colr_boxes_when_ICC_and_nclx_available = 1;
  heif_encoder_set_lossy_quality(encoder, QUALITY);
  heif_encoder_set_lossless(encoder, writing->lossless);
  heif_encoder_set_parameter(encoder, "chroma", "444");
  struct heif_error error = heif_context_encode_image(context, image, encoder, options, handle);
  heif_nclx_color_profile_free(nclx);
  heif_encoding_options_free(options);
  return error;
}

static Fault save(Writing *writing, enum heif_compression_format format, gint most, GByteArray *out) {
  struct heif_context *context = heif_context_alloc();
  struct heif_encoder *encoder = NULL;
  struct heif_image *image = NULL;
  struct heif_image_handle *handle = NULL;
  struct heif_writer writer = { .writer_api_version = 1, .write = take_bytes };
  struct heif_error error = heif_context_get_encoder_for_format(context, format, &encoder);
  if (error.code == heif_error_Ok) error = make_image(writing, writing->bits > 8 ? most : 8, &image);
  if (error.code == heif_error_Ok) error = encode(context, encoder, writing, image, &handle);
  if (error.code == heif_error_Ok && writing->exif)
    error = heif_context_add_exif_metadata(context, handle, g_bytes_get_data(writing->exif, NULL),
                                           (int)g_bytes_get_size(writing->exif));
  if (error.code == heif_error_Ok && writing->xmp)
    error = heif_context_add_XMP_metadata(context, handle, g_bytes_get_data(writing->xmp, NULL),
                                          (int)g_bytes_get_size(writing->xmp));
  if (error.code == heif_error_Ok) error = heif_context_write(context, &writer, out);
  Fault fault = fault_of(error);
  heif_image_handle_release(handle);
  heif_image_release(image);
  if (encoder) heif_encoder_release(encoder);
  heif_context_free(context);
  return fault;
}

Fault avif_save(Writing *writing, GByteArray *out) { return save(writing, heif_compression_AV1, 12, out); }
Fault heif_save(Writing *writing, GByteArray *out) { return save(writing, heif_compression_HEVC, 10, out); }

Fault heif_can_save(PictureForm form) {
  if (heif_have_encoder_for_format(form == PICTURE_AVIF ? heif_compression_AV1 : heif_compression_HEVC)) return NULL;
  return g_strdup_printf(_("this machine's libheif has no encoder for %s (often a package of its own, %s)"),
                         form == PICTURE_AVIF ? "AV1" : "HEVC",
                         form == PICTURE_AVIF ? "libheif-plugin-aomenc" : "libheif-plugin-x265");
}
