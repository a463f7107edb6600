/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIF: a head, then pictures and extensions made of sub-blocks, then a trailer. GEGL's loader takes the first
 * picture and reads beyond a file that has none. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "picture/form.h"

enum { HEAD = 13, PICTURE = 10, TRAILER = 0x3b, EXTENSION = 0x21, SEPARATOR = 0x2c };

/* Bytes of the colour table that a packed field announces. */
static gsize table_bytes(guint8 packed) {
  return packed & 0x80 ? (gsize)3 << ((packed & 7) + 1) : 0;
}

/* Past a row of sub-blocks, or `size` where the file ends before their closing one. */
static gsize skip_blocks(const guint8 *data, gsize size, gsize at) {
  while (at < size && data[at]) at += (gsize)data[at] + 1;
  return at < size ? at + 1 : size;
}

const gchar *gif_check(const guint8 *data, gsize size, Picture *picture) {
  if (size < HEAD || (memcmp(data, "GIF87a", 6) != 0 && memcmp(data, "GIF89a", 6) != 0))
    return _("it is not a GIF file");
  picture->width = (gint)le16(data + 6);
  picture->height = (gint)le16(data + 8);
  gboolean pixels = FALSE;
  for (gsize at = HEAD + table_bytes(data[10]); at < size;) {
    switch (data[at]) {
    case TRAILER:
      return pixels ? NULL : _("it holds no pixels");
    case EXTENSION:
      at = skip_blocks(data, size, at + 2);
      break;
    case SEPARATOR:
      if (size - at < PICTURE) return _("it ends inside a picture");
      at = skip_blocks(data, size, at + PICTURE + table_bytes(data[at + 9]) + 1);
      pixels = TRUE;
      break;
    default:
      return _("it holds a block that no GIF file has");
    }
  }
  return _("it ends before its trailer");
}
