/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/batch/batch.h"

enum { CELL = 128, GAP = 4, MOST = 240 /* pairs */ };

/* That page of the picture in the middle of the cell, as large as it fits. What cannot be read leaves it empty. */
static void put(GeglBuffer *sheet, const gchar *path, gint page, gint x, gint y) {
  Picture *picture = is_tensor_path(path) ? NULL : picture_load(path, page, NULL);
  if (!picture) return;
  const gdouble scale = MIN(1.0, (gdouble)CELL / MAX(picture->width, picture->height));
  const GeglRectangle from = { 0, 0, MAX(1, (gint)(picture->width * scale)), MAX(1, (gint)(picture->height * scale)) };
  const GeglRectangle to = { x + (CELL - from.width) / 2, y + (CELL - from.height) / 2, from.width, from.height };
  g_autofree guint8 *pixels = g_malloc(3 * (gsize)from.width * (gsize)from.height);
  gegl_buffer_get(picture->buffer, &from, scale, babl_format("R'G'B' u8"), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_ABYSS_CLAMP | GEGL_BUFFER_FILTER_BOX);
  gegl_buffer_set(sheet, &to, 0, babl_format("R'G'B' u8"), pixels, GEGL_AUTO_ROWSTRIDE);
  picture_free(picture);
}

gboolean sheet_write(const Rows *rows, const GPtrArray *done, const gchar *path, GError **error) {
  const gint count = (gint)MIN(done->len, (guint)MOST);
  if (count == 0) return TRUE;
  picture_init();
  const gint pair = 2 * CELL + GAP, columns = (gint)ceil(sqrt(count / 2.0)), lines = (count + columns - 1) / columns;
  const GeglRectangle extent = { 0, 0, columns * (pair + 2 * GAP) + 2 * GAP, lines * (CELL + GAP) + GAP };
  g_autoptr(GeglBuffer) sheet = gegl_buffer_new(&extent, babl_format("R'G'B' u8"));
  const guint8 grey[3] = { 64, 64, 64 };
  gegl_buffer_set_color_from_pixel(sheet, &extent, grey, babl_format("R'G'B' u8"));
  for (gint i = 0; i < count && progress_go_on(error); i++) {
    const Row *row = done->pdata[(gsize)i * done->len / (gsize)count];
    const gint x = 2 * GAP + i % columns * (pair + 2 * GAP), y = GAP + i / columns * (CELL + GAP);
    put(sheet, row->edit.target, MAX(1, row->edit.page), x, y);
    put(sheet, row->edit.output, 1, x + CELL + GAP, y);
  }
  return !progress_interrupted() && picture_save(sheet, NULL, path, error);
}
