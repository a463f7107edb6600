/* SPDX-License-Identifier: GPL-3.0-or-later
 * JPEG through libjpeg itself: GEGL's loader reads beyond a cut file and ends the process at a damaged one, its
 * saver ends the process on a full disk. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "picture/form.h"

enum { QUALITY = 97, PROFILE_HEAD = 14, MARKER_BYTES = 65533 };
static const gchar profile_name[12] = "ICC_PROFILE";

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf out;
  gboolean cut;
  gchar text[JMSG_LENGTH_MAX];
} Failure;

static void on_error(j_common_ptr jpeg) {
  Failure *failure = (Failure *)jpeg->err;
  failure->manager.format_message(jpeg, failure->text);
  longjmp(failure->out, 1);
}

/* Warnings that mean lost pixels; others (stray bytes between markers) hurt no pixel. */
static void on_message(j_common_ptr jpeg, int level) {
  Failure *failure = (Failure *)jpeg->err;
  int code = failure->manager.msg_code;
  if (level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF || code == JWRN_HUFF_BAD_CODE ||
                    code == JWRN_MUST_RESYNC) && !failure->cut) {
    failure->manager.format_message(jpeg, failure->text);
    failure->cut = TRUE;
  }
}

static struct jpeg_error_mgr *manage(Failure *failure) {
  memset(failure, 0, sizeof *failure);
  struct jpeg_error_mgr *manager = jpeg_std_error(&failure->manager);
  manager->error_exit = on_error;
  manager->emit_message = on_message;
  return manager;
}

/* The parts of a profile, each with its number and their count, put together; NULL unless all are there. */
static GBytes *collect_profile(jpeg_saved_marker_ptr markers) {
  GBytes *parts[256] = { NULL };
  guint count = 0;
  for (jpeg_saved_marker_ptr m = markers; m; m = m->next)
    if (m->marker == JPEG_APP0 + 2 && m->data_length > PROFILE_HEAD && memcmp(m->data, profile_name, 12) == 0 &&
        !parts[m->data[12]]) {
      count = m->data[13];
      parts[m->data[12]] = g_bytes_new(m->data + PROFILE_HEAD, m->data_length - PROFILE_HEAD);
    }
  GByteArray *whole = g_byte_array_new();
  gboolean complete = count > 0;
  for (guint i = 1; i <= count && complete; i++) {
    complete = parts[i] != NULL;
    if (complete) g_byte_array_append(whole, g_bytes_get_data(parts[i], NULL), (guint)g_bytes_get_size(parts[i]));
  }
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) g_clear_pointer(&parts[i], g_bytes_unref);
  if (complete) return g_byte_array_free_to_bytes(whole);
  g_byte_array_unref(whole);
  return NULL;
}

static void read_density(const struct jpeg_decompress_struct *jpeg, Picture *picture) {
  gdouble per_metre = jpeg->density_unit == 1 ? 1 / 0.0254 : jpeg->density_unit == 2 ? 100 : 0;
  if (!jpeg->saw_JFIF_marker || per_metre == 0 || !jpeg->X_density || !jpeg->Y_density) return;
  picture->x_density = jpeg->X_density * per_metre;
  picture->y_density = jpeg->Y_density * per_metre;
}

gboolean jpeg_load(const guint8 *data, gsize size, Picture *picture, const gchar *path, GError **error) {
  struct jpeg_decompress_struct jpeg = { 0 };
  Failure failure;
  GeglBuffer *volatile buffer = NULL;
  guint8 *volatile row = NULL;
  const gchar *fault = NULL;

  jpeg.err = manage(&failure);
  if (setjmp(failure.out)) {
    fault = failure.text;
    goto done;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, data, size);
  jpeg_save_markers(&jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg.num_components != 1 && jpeg.num_components != 3) {
    fault = _("its colours are not RGB or grey; convert it to RGB first");
    goto done;
  }
  picture->width = (gint)jpeg.image_width;
  picture->height = (gint)jpeg.image_height;
  if ((fault = picture_size_fault(picture)) != NULL) goto done;
  picture->icc = collect_profile(jpeg.marker_list);
  read_density(&jpeg, picture);
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&jpeg);

  gboolean grey = jpeg.num_components == 1;
  const Babl *format = babl_format_with_space(grey ? "Y' u8" : "R'G'B' u8", picture_space(picture, grey));
  buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, picture->width, picture->height), format);
  row = g_malloc((gsize)jpeg.output_width * (gsize)jpeg.output_components);
  while (jpeg.output_scanline < jpeg.output_height) {
    GeglRectangle line = { 0, (gint)jpeg.output_scanline, picture->width, 1 };
    JSAMPROW rows[1] = { row };
    jpeg_read_scanlines(&jpeg, rows, 1);
    gegl_buffer_set(buffer, &line, 0, format, row, GEGL_AUTO_ROWSTRIDE);
  }
  jpeg_finish_decompress(&jpeg);
  if (failure.cut) fault = failure.text;

done:
  jpeg_destroy_decompress(&jpeg);
  g_free(row);
  if (!fault) {
    picture->buffer = buffer;
    return TRUE;
  }
  if (buffer) g_object_unref(buffer);
  g_autofree gchar *name = g_filename_display_name(path);
  g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be read: %s."), name, fault);
  return FALSE;
}

/* ------------------------------------------------------------------------------------------- write */

static void write_profile(struct jpeg_compress_struct *jpeg, GBytes *icc) {
  gsize size, part = MARKER_BYTES - PROFILE_HEAD;
  const guint8 *profile = g_bytes_get_data(icc, &size);
  gsize count = (size + part - 1) / part;
  if (count > 255) return;
  for (gsize i = 0; i < count; i++) {
    gsize length = MIN(part, size - i * part);
    jpeg_write_m_header(jpeg, JPEG_APP0 + 2, (unsigned)(length + PROFILE_HEAD));
    for (gsize k = 0; k < sizeof profile_name; k++) jpeg_write_m_byte(jpeg, profile_name[k]);
    jpeg_write_m_byte(jpeg, (int)i + 1);
    jpeg_write_m_byte(jpeg, (int)count);
    for (gsize k = 0; k < length; k++) jpeg_write_m_byte(jpeg, profile[i * part + k]);
  }
}

GByteArray *jpeg_save(GeglBuffer *buffer, const Picture *like, GBytes *icc, const gchar *path, GError **error) {
  const GeglRectangle *extent = gegl_buffer_get_extent(buffer);
  const Babl *own = gegl_buffer_get_format(buffer);
  gboolean grey = (babl_get_model_flags(own) & BABL_MODEL_FLAG_GRAY) != 0;
  const Babl *format = babl_format_with_space(grey ? "Y' u8" : "R'G'B' u8", babl_format_get_space(own));
  struct jpeg_compress_struct jpeg = { 0 };
  Failure failure;
  guint8 *bytes = NULL, *volatile row = NULL;
  unsigned long size = 0;
  GByteArray *volatile out = NULL;

  jpeg.err = manage(&failure);
  if (setjmp(failure.out)) {
    g_autofree gchar *name = g_filename_display_name(path);
    g_set_error(error, PICTURE_ERROR, 0, _("%s cannot be written: %s."), name, failure.text);
    bytes = NULL; /* libjpeg may have freed it already when it grew */
    goto done;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = (JDIMENSION)extent->width;
  jpeg.image_height = (JDIMENSION)extent->height;
  jpeg.input_components = grey ? 1 : 3;
  jpeg.in_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, QUALITY, TRUE);
  jpeg.optimize_coding = TRUE;
  jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1; /* 4:4:4 */
  if (like && like->x_density > 0) {
    jpeg.density_unit = 1;
    jpeg.X_density = (UINT16)CLAMP(lround(like->x_density * 0.0254), 1, 65535);
    jpeg.Y_density = (UINT16)CLAMP(lround(like->y_density * 0.0254), 1, 65535);
  }
  jpeg_start_compress(&jpeg, TRUE);
  if (icc) write_profile(&jpeg, icc);
  row = g_malloc((gsize)extent->width * 3);
  while (jpeg.next_scanline < jpeg.image_height) {
    GeglRectangle line = { 0, (gint)jpeg.next_scanline, extent->width, 1 };
    JSAMPROW rows[1] = { row };
    gegl_buffer_get(buffer, &line, 1.0, format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  out = g_byte_array_append(g_byte_array_new(), bytes, (guint)size);
done:
  jpeg_destroy_compress(&jpeg);
  free(bytes);
  g_free(row);
  return out;
}
