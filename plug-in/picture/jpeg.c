/* SPDX-License-Identifier: GPL-3.0-or-later
 * JPEG through libjpeg. */
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
  gboolean cut, ended; /* pixels are lost; the file ended before its end marker */
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
  failure->ended = failure->ended || (level < 0 && code == JWRN_JPEG_EOF);
  if (level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC) &&
      !failure->cut) {
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

/* Every scan of every part of the colour was there: a file without its end marker may lack whole ones, and what it
 * has decodes without complaint. */
static gboolean is_complete(const struct jpeg_decompress_struct *jpeg) {
  for (gint c = 0; c < jpeg->num_components; c++) {
    if (!jpeg->comp_info[c].quant_table) return FALSE; /* no scan began it */
    for (gint i = 0; jpeg->progressive_mode && jpeg->coef_bits && i < DCTSIZE2; i++)
      if (jpeg->coef_bits[c][i] != 0) return FALSE; /* -1: never sent; else bits are to come */
  }
  return TRUE;
}

Fault jpeg_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  struct jpeg_decompress_struct jpeg = { 0 };
  Failure failure;
  guint8 *volatile row = NULL;
  volatile Fault fault = NULL;

  jpeg.err = manage(&failure);
  if (setjmp(failure.out)) {
    fault = g_strdup(failure.text);
    goto done;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, data, size);
  jpeg_save_markers(&jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg.num_components != 1 && jpeg.num_components != 3) {
    fault = g_strdup(_("its colours are not RGB or grey; convert it to RGB first"));
    goto done;
  }
  gboolean grey = jpeg.num_components == 1;
  picture->icc = collect_profile(jpeg.marker_list);
  read_density(&jpeg, picture);
  fault = picture_make_buffer(picture, jpeg.image_width, jpeg.image_height, grey ? "Y' u8" : "R'G'B' u8", grey,
                              NULL);
  if (fault) goto done;
  jpeg.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&jpeg);
  row = g_malloc((gsize)jpeg.output_width * (gsize)jpeg.output_components);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[1] = { row };
    gint y = (gint)jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, rows, 1);
    picture_put_rows(picture, y, 1, row);
  }
  gboolean complete = is_complete(&jpeg); /* several scans: all were read before the first row */
  jpeg_finish_decompress(&jpeg);
  if (failure.cut) fault = g_strdup(failure.text);
  else if (failure.ended && !complete) fault = g_strdup(_("it ends too early"));
  else if (failure.ended) picture->note = _("The file lacks its end, but every pixel is there.");

done:
  jpeg_destroy_decompress(&jpeg);
  g_free(row);
  if (!fault) texts_read(picture, data, size);
  return fault;
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

/* A block behind its name, where one marker holds it. */
static void write_block(struct jpeg_compress_struct *jpeg, int marker, const gchar *name, gsize name_size, GBytes *block,
                        Writing *writing) {
  gsize size;
  const guint8 *bytes = block ? g_bytes_get_data(block, &size) : NULL;
  if (!block) return;
  if (size > MARKER_BYTES - name_size) {
    writing->note = _("The picture's EXIF, XMP and IPTC do not all fit into the output, which is written without some.");
    return;
  }
  g_autofree guint8 *whole = g_malloc(name_size + size);
  memcpy(whole, name, name_size);
  memcpy(whole + name_size, bytes, size);
  jpeg_write_marker(jpeg, marker, whole, (unsigned)(name_size + size));
}

Fault jpeg_save(Writing *writing, GByteArray *out) {
  static const gchar exif[] = "Exif\0", xmp[] = "http://ns.adobe.com/xap/1.0/", irb[] = "Photoshop 3.0";
  struct jpeg_compress_struct jpeg = { 0 };
  Failure failure;
  guint8 *bytes = NULL, *volatile row = NULL;
  unsigned long size = 0;
  volatile Fault fault = NULL;

  jpeg.err = manage(&failure);
  if (setjmp(failure.out)) {
    fault = g_strdup(failure.text);
    bytes = NULL; /* libjpeg may have freed it already when it grew */
    goto done;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = (JDIMENSION)writing->width;
  jpeg.image_height = (JDIMENSION)writing->height;
  jpeg.input_components = writing->grey ? 1 : 3;
  jpeg.in_color_space = writing->grey ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, QUALITY, TRUE);
  jpeg.optimize_coding = TRUE;
  jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1; /* 4:4:4 */
  if (writing->x_density > 0) {
    jpeg.density_unit = 1;
    jpeg.X_density = (UINT16)CLAMP(lround(writing->x_density * 0.0254), 1, 65535);
    jpeg.Y_density = (UINT16)CLAMP(lround(writing->y_density * 0.0254), 1, 65535);
  }
  jpeg_start_compress(&jpeg, TRUE);
  write_block(&jpeg, JPEG_APP0 + 1, exif, sizeof exif, writing->exif, writing);
  write_block(&jpeg, JPEG_APP0 + 1, xmp, sizeof xmp, writing->xmp, writing);
  write_block(&jpeg, JPEG_APP0 + 13, irb, sizeof irb, writing->irb, writing);
  if (writing->icc) write_profile(&jpeg, writing->icc);
  row = g_malloc(picture_row_bytes(writing->format, writing->width));
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW rows[1] = { row };
    picture_get_rows(writing, (gint)jpeg.next_scanline, 1, row);
    jpeg_write_scanlines(&jpeg, rows, 1);
  }
  jpeg_finish_compress(&jpeg);
  if (!picture_append(out, bytes, size)) fault = g_strdup(_("it becomes too large"));
done:
  jpeg_destroy_compress(&jpeg);
  free(bytes);
  g_free(row);
  return fault;
}
