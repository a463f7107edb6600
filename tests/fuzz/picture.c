/* SPDX-License-Identifier: GPL-3.0-or-later
 * Picture files of one form, FORM: decoded, or refused with a sentence; what was decoded can be looked at. */
#include "fuzz.h"

#include "picture/form.h"

/* The picture's pixels as floats, through its profile: the first few rows and the last. */
static void look(const Picture *picture) {
  const GeglRectangle *extent = gegl_buffer_get_extent(picture->buffer);
  MUST(picture->width > 0 && picture->height > 0 && (gint64)picture->width * picture->height <= 1 << 29);
  MUST(extent->x == 0 && extent->y == 0 && extent->width == picture->width && extent->height == picture->height);
  MUST(picture->orientation >= 1 && picture->orientation <= 8 && picture->pages >= 1);
  const gint rows[] = { 0, 1, picture->height / 2, picture->height - 1 };
  gfloat *row = g_new(gfloat, 4 * (gsize)picture->width);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i] >= picture->height) continue;
    gegl_buffer_get(picture->buffer, GEGL_RECTANGLE(0, rows[i], picture->width, 1), 1.0, babl_format("R'G'B'A float"),
                    row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    fuzz_touch(row, 4 * (gsize)picture->width * sizeof *row);
  }
  g_free(row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  PictureForm form;
  if (!picture_find_form(data, size, &form) || form != FORM) return 0;
  gint pages = 1;
  for (gint page = 1; page <= pages; page += MAX(pages - 1, 1)) { /* the first, and the last */
    GError *error = NULL;
    Picture *picture = picture_decode(data, size, page, "fuzz", &error);
    MUST((picture == NULL) == (error != NULL));
    if (error) {
      MUST(error->message[0] && g_utf8_validate(error->message, -1, NULL));
      for (const gchar *c = error->message; *c; c++) MUST((guchar)*c >= 0x20 && *c != 0x7f);
      g_error_free(error);
      break;
    }
    look(picture);
    pages = picture->pages;
    picture_free(picture);
  }
  return 0;
}
