/* SPDX-License-Identifier: GPL-3.0-or-later
 * EXIF, XMP and IPTC through exiv2, which reads from memory but writes into files alone: where it must, into one in
 * memory. */
#include <fcntl.h>
#include <gexiv2/gexiv2.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "picture/form.h"

/* ---------------------------------------------------------------------------------------------- read */

static gdouble exif_density(GExiv2Metadata *texts, const gchar *tag, glong unit) {
  gint above = 0, below = 0;
  if (!gexiv2_metadata_try_get_exif_tag_rational(texts, tag, &above, &below, NULL) || above <= 0 || below <= 0)
    return 0;
  return (gdouble)above / below * (unit == 3 ? 100 : 1 / 0.0254);
}

void texts_read(Picture *picture, const guint8 *data, gsize size) {
  GExiv2Metadata *texts = gexiv2_metadata_new();
  if (!gexiv2_metadata_open_buf(texts, data, (glong)size, NULL)) {
    g_object_unref(texts);
    return;
  }
  picture->texts = texts;
  if (picture->orientation == 0 && gexiv2_metadata_try_has_tag(texts, "Exif.Image.Orientation", NULL)) {
    glong orientation = gexiv2_metadata_try_get_tag_long(texts, "Exif.Image.Orientation", NULL);
    if (orientation >= 1 && orientation <= 8) picture->orientation = (gint)orientation;
  }
  if (picture->x_density <= 0 && gexiv2_metadata_try_has_tag(texts, "Exif.Image.XResolution", NULL)) {
    glong unit = gexiv2_metadata_try_get_tag_long(texts, "Exif.Image.ResolutionUnit", NULL);
    picture->x_density = exif_density(texts, "Exif.Image.XResolution", unit);
    picture->y_density = exif_density(texts, "Exif.Image.YResolution", unit);
    if (!(picture->x_density > 0 && picture->y_density > 0)) picture->x_density = picture->y_density = 0;
  }
}

static void append_chunk(GByteArray *file, const gchar *type, gconstpointer bytes, gsize size) {
  guint32 length = GUINT32_TO_LE((guint32)size);
  g_byte_array_append(file, (const guint8 *)type, 4);
  g_byte_array_append(file, (const guint8 *)&length, 4);
  g_byte_array_append(file, bytes, (guint)size);
  if (size & 1) g_byte_array_append(file, (const guint8 *)"", 1);
}

/* exiv2 reads blocks out of files: here a WebP without pixels, which holds both at any length. */
void texts_read_blocks(Picture *picture, GBytes *exif, GBytes *xmp) {
  enum { HAS_XMP = 4, HAS_EXIF = 8, RIFF_HEAD = 8 };
  guint8 flags[10] = { (guint8)((exif ? HAS_EXIF : 0) | (xmp ? HAS_XMP : 0)) };
  if (!exif && !xmp) return;
  g_autoptr(GByteArray) chunks = g_byte_array_new(), file = g_byte_array_new();
  g_byte_array_append(chunks, (const guint8 *)"WEBP", 4);
  append_chunk(chunks, "VP8X", flags, sizeof flags);
  if (exif) append_chunk(chunks, "EXIF", g_bytes_get_data(exif, NULL), g_bytes_get_size(exif));
  if (xmp) append_chunk(chunks, "XMP ", g_bytes_get_data(xmp, NULL), g_bytes_get_size(xmp));
  append_chunk(file, "RIFF", chunks->data, chunks->len);
  texts_read(picture, file->data, file->len);
}

/* --------------------------------------------------------------------------------------------- write */

gboolean texts_embed(gpointer texts, GByteArray *out) {
  int file = memfd_create("picture", MFD_CLOEXEC);
  g_autofree gchar *path = g_strdup_printf("/proc/self/fd/%d", file), *data = NULL;
  gsize at = 0, size = 0;
  while (file >= 0 && at < out->len) {
    gssize n = write(file, out->data + at, out->len - at);
    if (n <= 0) break;
    at += (gsize)n;
  }
  gboolean done = file >= 0 && at == out->len && gexiv2_metadata_save_file(texts, path, NULL) &&
                  g_file_get_contents(path, &data, &size, NULL) && size < G_MAXUINT;
  if (done) {
    g_byte_array_set_size(out, 0);
    g_byte_array_append(out, (const guint8 *)data, (guint)size);
  }
  if (file >= 0) close(file);
  return done;
}

static const guint8 empty_jpeg[] = { 0xff, 0xd8, 0xff, 0xd9 };

/* Texts belong to a file. */
static GExiv2Metadata *new_texts(void) {
  GExiv2Metadata *texts = gexiv2_metadata_new();
  if (!gexiv2_metadata_open_buf(texts, empty_jpeg, sizeof empty_jpeg, NULL)) g_clear_object(&texts);
  return texts;
}

/* IPTC as Photoshop's resource block: what exiv2 puts behind that name into an empty JPEG. */
static GBytes *make_irb(GExiv2Metadata *texts) {
  static const gchar name[] = "Photoshop 3.0";
  g_autoptr(GByteArray) file = g_byte_array_new();
  g_byte_array_append(file, empty_jpeg, sizeof empty_jpeg);
  if (!texts_embed(texts, file)) return NULL;
  for (gsize at = 2; at + 4 < file->len && file->data[at] == 0xff; at += 2 + be16(file->data + at + 2)) {
    const guint8 *body = file->data + at + 4;
    gsize length = be16(file->data + at + 2) - (gsize)2;
    if (file->data[at + 1] == 0xed && length <= file->len - at - 4 && length > sizeof name &&
        memcmp(body, name, sizeof name) == 0)
      return g_bytes_new(body + sizeof name, length - sizeof name);
  }
  return NULL;
}

/* Of an upright picture of another size. */
static void bring_up_to_date(GExiv2Metadata *texts, const Writing *writing) {
  gexiv2_metadata_try_set_orientation(texts, GEXIV2_ORIENTATION_NORMAL, NULL);
  gexiv2_metadata_try_erase_exif_thumbnail(texts, NULL); /* it shows the picture before */
  static const gchar *const sides[] = { "Exif.Photo.PixelXDimension", "Exif.Photo.PixelYDimension" };
  for (guint i = 0; i < 2; i++)
    if (gexiv2_metadata_try_has_tag(texts, sides[i], NULL))
      gexiv2_metadata_try_set_tag_long(texts, sides[i], i ? writing->height : writing->width, NULL);
}

static void set_origin(GExiv2Metadata *texts, const PictureOrigin *origin) {
  static const gchar kinds[] = "http://cv.iptc.org/newscodes/digitalsourcetype/";
  g_autofree gchar *kind = g_strconcat(kinds, origin->whole ? "trainedAlgorithmicMedia" : "compositeWithTrainedAlgorithmicMedia",
                                       NULL);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.DigitalSourceType", kind, NULL);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.AISystemUsed", origin->system, NULL);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.AISystemVersionUsed", origin->version, NULL);
}

void texts_prepare(Picture *like, const PictureOrigin *origin, PictureForm form, Writing *writing) {
  if (!like && !origin) return;
  GExiv2Metadata *texts = like ? like->texts : NULL;
  gboolean exif = texts && gexiv2_metadata_has_exif(texts), xmp = origin || (texts && gexiv2_metadata_has_xmp(texts)),
           iptc = texts && gexiv2_metadata_has_iptc(texts);
  /* These have another place for the resolution, the rest has EXIF's alone. */
  gboolean own_density = form == PICTURE_PNG || form == PICTURE_JPEG || form == PICTURE_TIFF;
  const gboolean dense = like && like->x_density > 0;
  if (!exif && !xmp && !iptc && (own_density || !dense)) return;
  texts = texts ? g_object_ref(texts) : new_texts();
  if (!texts) return;
  if (exif) bring_up_to_date(texts, writing);
  if (origin) set_origin(texts, origin);
  if (dense) {
    gint x = (gint)lround(like->x_density * 0.0254 * 1000), y = (gint)lround(like->y_density * 0.0254 * 1000);
    gexiv2_metadata_try_set_exif_tag_rational(texts, "Exif.Image.XResolution", x, 1000, NULL);
    gexiv2_metadata_try_set_exif_tag_rational(texts, "Exif.Image.YResolution", y, 1000, NULL);
    gexiv2_metadata_try_set_tag_long(texts, "Exif.Image.ResolutionUnit", 2, NULL);
  }
  writing->texts = texts;
  if (gexiv2_metadata_has_exif(texts))
    writing->exif = gexiv2_metadata_get_exif_data(texts, GEXIV2_BYTE_ORDER_LITTLE, NULL);
  if (xmp) {
    gchar *packet = gexiv2_metadata_try_generate_xmp_packet(texts, GEXIV2_USE_COMPACT_FORMAT, 0, NULL);
    if (packet) writing->xmp = g_bytes_new_take(packet, strlen(packet));
  }
  if (iptc && (form == PICTURE_PNG || form == PICTURE_JPEG)) writing->irb = make_irb(texts);
}
