/* SPDX-License-Identifier: GPL-3.0-or-later
 * One row a format. What a build lacks has no functions in its row, and its name in the sentences. */
#include <string.h>

#include "picture/form.h"

#ifndef HAVE_JXL
#define jxl_load NULL
#define jxl_save NULL
#endif
#ifndef HAVE_HEIF
#define heif_load NULL
#define heif_save NULL
#define avif_save NULL
#endif
#ifndef HAVE_EXR
#define exr_load NULL
#endif
#ifndef HAVE_GIF
#define gif_load NULL
#endif

/* A format's name is no word of a language. */
const Form picture_forms[PICTURE_FORMS] = {
  [PICTURE_PNG] = { "PNG", ".png ", "libpng", png_load, png_save, 16, TRUE, TRUE, LOSSLESS, 65535, FALSE,
                    { { 0, 8, "\x89PNG\r\n\x1a\n" } } },
  [PICTURE_JPEG] = { "JPEG", ".jpg .jpeg ", "libjpeg", jpeg_load, jpeg_save, 8, TRUE, FALSE, LOSSY, 65535, FALSE,
                     { { 0, 3, "\xff\xd8\xff" } } },
  [PICTURE_TIFF] = { "TIFF", ".tif .tiff ", "libtiff", tiff_load, tiff_save, 64, TRUE, TRUE, LOSSLESS, 65535, FALSE,
                     { { 0, 4, "II*\0" }, { 0, 4, "MM\0*" }, { 0, 4, "II+\0" }, { 0, 4, "MM\0+" } } },
  [PICTURE_WEBP] = { "WebP", ".webp ", "libwebp", webp_load, webp_save, 8, FALSE, TRUE, LOSSLESS_IF_ASKED, 16383, FALSE,
                     { { 8, 4, "WEBP" } } },
  [PICTURE_JXL] = { "JPEG XL", ".jxl ", "libjxl", jxl_load, jxl_save, 32, TRUE, TRUE, LOSSLESS_IF_ASKED, 65535, FALSE,
                    { { 0, 12, "\0\0\0\x0cJXL \r\n\x87\n" }, { 0, 2, "\xff\x0a" } } },
  [PICTURE_AVIF] = { "AVIF", ".avif ", "libheif", heif_load, avif_save, 12, FALSE, TRUE, LOSSLESS_IF_ASKED, 65535, FALSE,
                     { { 4, 8, "ftypavif" }, { 4, 8, "ftypavis" } } },
  [PICTURE_HEIF] = { "HEIF", ".heic .heif ", "libheif", heif_load, heif_save, 10, FALSE, TRUE, LOSSY, 16384, FALSE,
                     { { 4, 8, "ftypheic" }, { 4, 8, "ftypheix" }, { 4, 8, "ftypmif1" }, { 4, 8, "ftypmsf1" },
                       { 4, 8, "ftyphevc" }, { 4, 8, "ftyphevx" }, { 4, 8, "ftypheim" }, { 4, 8, "ftypheis" } } },
  [PICTURE_EXR] = { "OpenEXR", ".exr ", "OpenEXR", exr_load, NULL, 32, TRUE, TRUE, LOSSLESS, 65535, TRUE,
                    { { 0, 4, "\x76\x2f\x31\x01" } } },
  [PICTURE_GIF] = { "GIF", ".gif ", "giflib", gif_load, NULL, 8, FALSE, TRUE, LOSSLESS, 65535, TRUE,
                    { { 0, 6, "GIF87a" }, { 0, 6, "GIF89a" } } },
};

gboolean picture_form_of_ending(const gchar *path, PictureForm *form) {
  const gchar *dot = strrchr(path, '.');
  if (!dot || strchr(dot, ' ')) return FALSE;
  g_autofree gchar *ending = g_ascii_strdown(dot, -1), *word = g_strconcat(ending, " ", NULL);
  for (guint i = 0; i < PICTURE_FORMS; i++)
    if (strstr(picture_forms[i].endings, word)) {
      *form = (PictureForm)i;
      return TRUE;
    }
  return FALSE;
}

gboolean picture_find_form(const guint8 *data, gsize size, PictureForm *form) {
  for (guint i = 0; i < PICTURE_FORMS; i++)
    for (guint k = 0; k < G_N_ELEMENTS(picture_forms[i].magics) && picture_forms[i].magics[k].length; k++) {
      gsize at = picture_forms[i].magics[k].at, length = picture_forms[i].magics[k].length;
      if (size >= at + length && memcmp(data + at, picture_forms[i].magics[k].bytes, length) == 0) {
        *form = (PictureForm)i;
        return TRUE;
      }
    }
  return FALSE;
}
