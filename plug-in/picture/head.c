/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a file's name and its first bytes say, before anything is decoded. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "picture/form.h"

gboolean picture_has_ending(const gchar *path) {
  PictureForm form;
  return picture_form_of_ending(path, &form);
}

gboolean picture_is_only_read(const gchar *path) {
  PictureForm form;
  return picture_form_of_ending(path, &form) && picture_forms[form].only_read;
}

/* The frame header's size: markers from byte 2 on, each with a length, up to a start of frame. */
static gboolean jpeg_size(FILE *file, gint64 *width, gint64 *height) {
  guint8 head[9];
  for (glong at = 2; fseek(file, at, SEEK_SET) == 0 && fread(head, 1, sizeof head, file) == sizeof head;) {
    if (head[0] != 0xff) return FALSE;
    if (head[1] == 0xff) at += 1; /* fill */
    else if (head[1] >= 0xc0 && head[1] <= 0xcf && head[1] != 0xc4 && head[1] != 0xc8 && head[1] != 0xcc) {
      *height = be16(head + 5);
      *width = be16(head + 7);
      return TRUE;
    } else at += 2 + be16(head + 2);
  }
  return FALSE;
}

static gint64 le(const guint8 *p, gint bytes) {
  gint64 value = 0;
  while (bytes--) value = value << 8 | p[bytes];
  return value;
}

gint64 picture_pixels(const gchar *path) {
  guint8 head[30] = { 0 };
  gint64 width = 0, height = 0;
  PictureForm form;
  GStatBuf info;
  FILE *file = g_stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "rbe") : NULL;
  if (!file) return 0;
  const gsize size = fread(head, 1, sizeof head, file);
  if (size == sizeof head && picture_find_form(head, size, &form)) {
    if (form == PICTURE_PNG) width = be32(head + 16), height = be32(head + 20);
    if (form == PICTURE_GIF) width = le(head + 6, 2), height = le(head + 8, 2);
    if (form == PICTURE_JPEG) jpeg_size(file, &width, &height);
    if (form == PICTURE_WEBP && memcmp(head + 12, "VP8X", 4) == 0) width = 1 + le(head + 24, 3), height = 1 + le(head + 27, 3);
    if (form == PICTURE_WEBP && memcmp(head + 12, "VP8 ", 4) == 0)
      width = le(head + 26, 2) & 0x3fff, height = le(head + 28, 2) & 0x3fff;
    if (form == PICTURE_WEBP && memcmp(head + 12, "VP8L", 4) == 0)
      width = 1 + (le(head + 21, 4) & 0x3fff), height = 1 + (le(head + 21, 4) >> 14 & 0x3fff);
  }
  fclose(file);
  return width > 0 && height > 0 ? width * height : -1;
}
