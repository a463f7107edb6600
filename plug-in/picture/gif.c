/* SPDX-License-Identifier: GPL-3.0-or-later
 * GIF through giflib. */
#include <gif_lib.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "picture/form.h"

typedef struct {
  const guint8 *data;
  gsize size, at;
} Stream;

static int read_bytes(GifFileType *gif, GifByteType *to, int count) {
  Stream *s = gif->UserData;
  gsize n = MIN((gsize)count, s->size - s->at);
  memcpy(to, s->data + s->at, n);
  s->at += n;
  return (int)n;
}

/* A frame over the canvas, RGBA; what a frame's map lacks and its transparent colour stay. */
static void draw(const GifFileType *gif, const SavedImage *frame, gint transparent, guint8 *canvas) {
  const GifImageDesc *d = &frame->ImageDesc;
  const ColorMapObject *map = d->ColorMap ? d->ColorMap : gif->SColorMap;
  for (gint y = 0; y < d->Height && d->Top + y < gif->SHeight; y++)
    for (gint x = 0; x < d->Width && d->Left + x < gif->SWidth; x++) {
      gint index = frame->RasterBits[(gsize)y * (gsize)d->Width + (gsize)x];
      guint8 *to = canvas + 4 * ((gsize)(d->Top + y) * (gsize)gif->SWidth + (gsize)(d->Left + x));
      if (!map || index >= map->ColorCount || index == transparent) continue;
      const GifColorType *c = &map->Colors[index];
      to[0] = c->Red, to[1] = c->Green, to[2] = c->Blue, to[3] = 255;
    }
}

static void clear(const GifFileType *gif, const GifImageDesc *d, guint8 *canvas) {
  for (gint y = d->Top; y < MIN(d->Top + d->Height, gif->SHeight); y++)
    if (d->Left < gif->SWidth)
      memset(canvas + 4 * ((gsize)y * (gsize)gif->SWidth + (gsize)d->Left), 0,
             4 * (gsize)MIN(d->Width, gif->SWidth - d->Left));
}

/* Frame `page` as a viewer shows it: every frame before it drawn and disposed of. */
static void compose(GifFileType *gif, gint page, guint8 *canvas, gsize bytes) {
  g_autofree guint8 *before = g_malloc(bytes);
  for (gint i = 0; i < page; i++) {
    GraphicsControlBlock control = { .TransparentColor = NO_TRANSPARENT_COLOR };
    DGifSavedExtensionToGCB(gif, i, &control);
    if (control.DisposalMode == DISPOSE_PREVIOUS) memcpy(before, canvas, bytes);
    draw(gif, &gif->SavedImages[i], control.TransparentColor, canvas);
    if (i + 1 == page) break;
    if (control.DisposalMode == DISPOSE_BACKGROUND) clear(gif, &gif->SavedImages[i].ImageDesc, canvas);
    if (control.DisposalMode == DISPOSE_PREVIOUS) memcpy(canvas, before, bytes);
  }
}

static Fault read_page(GifFileType *gif, gint page, Picture *picture) {
  picture->pages = gif->ImageCount;
  if (page > picture->pages) return NULL;
  Fault fault = picture_size_fault(gif->SWidth, gif->SHeight);
  if (fault) return fault;
  gsize count = (gsize)gif->SWidth * (gsize)gif->SHeight;
  g_autofree guint8 *canvas = g_try_malloc0(4 * count);
  if (!canvas) return g_strdup(_("it is too large"));
  compose(gif, page, canvas, 4 * count);
  /* Without transparency it is a picture without alpha. */
  gboolean opaque = TRUE;
  for (gsize i = 0; i < count && opaque; i++) opaque = canvas[4 * i + 3] == 255;
  for (gsize i = 0; i < count && opaque; i++) memmove(canvas + 3 * i, canvas + 4 * i, 3);
  fault = picture_make_buffer(picture, gif->SWidth, gif->SHeight, opaque ? "R'G'B' u8" : "R'G'B'A u8", FALSE, NULL);
  if (!fault) picture_put_rows(picture, 0, picture->height, canvas);
  return fault;
}

Fault gif_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  Stream stream = { data, size, 0 };
  int code = 0;
  GifFileType *gif = DGifOpen(&stream, read_bytes, &code);
  Fault fault = NULL;
  gboolean read = gif && DGifSlurp(gif) == GIF_OK;
  if (!read) {
    const gchar *text = GifErrorString(gif ? gif->Error : code); /* none where memory was short */
    fault = g_strdup(!text ? _("it is too large") : stream.at >= size ? _("it ends too early") : text);
  } else {
    fault = gif->ImageCount < 1 ? g_strdup(_("it holds no pixels")) : read_page(gif, page, picture);
  }
  if (gif) DGifCloseFile(gif, &code);
  return fault;
}
