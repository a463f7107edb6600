/* SPDX-License-Identifier: GPL-3.0-or-later
 * TIFF through libtiff. Plain numbers (8 bits and more, grey or RGB) are taken as they are; few bits, palettes and
 * YCbCr come from libtiff's own conversion to 8-bit RGB. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

#include "picture/form.h"

static const guint64 max_piece = (guint64)1 << 31; /* bytes of a strip or tile */
static const gsize classic_max = 4000000000;       /* more needs BigTIFF */

/* ---------------------------------------------------------------------------------- a file in memory */

typedef struct {
  const guint8 *data; /* read */
  GByteArray *out;    /* written, and read again */
  guint64 size, at;
  gboolean beyond;    /* libtiff wanted bytes behind the end: the file is cut */
  gchar text[200];    /* its first error */
} Stream;

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t count) {
  Stream *s = handle;
  guint64 size = s->out ? s->out->len : s->size, rest = s->at < size ? size - s->at : 0;
  if ((guint64)count > rest) s->beyond = TRUE;
  count = (tmsize_t)MIN((guint64)count, rest);
  if (count) memcpy(to, (s->out ? s->out->data : s->data) + s->at, (gsize)count);
  s->at += (guint64)count;
  return count;
}

static tmsize_t write_bytes(thandle_t handle, void *from, tmsize_t count) {
  Stream *s = handle;
  if (!s->out) return -1;
  guint64 end = s->at + (guint64)count;
  gsize before = s->out->len;
  if (end > before) {
    if (!picture_append(s->out, NULL, end - before)) return -1;
    memset(s->out->data + before, 0, (gsize)end - before); /* libtiff leaves gaps, for even places */
  }
  memcpy(s->out->data + s->at, from, (gsize)count);
  s->at = end;
  return count;
}

static toff_t seek(thandle_t handle, toff_t to, int whence) {
  Stream *s = handle;
  s->at = to + (whence == SEEK_CUR ? s->at : whence == SEEK_END ? s->out ? s->out->len : s->size : 0);
  return s->at;
}

static int close_file(thandle_t handle) { return 0; }
static toff_t size_of(thandle_t handle) {
  const Stream *s = handle;
  return s->out ? s->out->len : s->size;
}

static int on_error(TIFF *tiff, void *data, const char *module, const char *format, va_list list) {
  Stream *s = data;
  if (!*s->text) vsnprintf(s->text, sizeof s->text, format, list);
  g_strchomp(s->text);
  if (g_str_has_suffix(s->text, ".")) s->text[strlen(s->text) - 1] = '\0'; /* it becomes part of a sentence */
  return 1;
}
static int on_warning(TIFF *tiff, void *data, const char *module, const char *format, va_list list) { return 1; }

static TIFF *open_stream(Stream *stream, const gchar *mode) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, stream);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, NULL);
  TIFF *tiff = TIFFClientOpenExt("picture", mode, stream, read_bytes, write_bytes, seek, close_file, size_of, NULL, NULL,
                                 options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

/* -------------------------------------------------------------------------------------------- kinds */

typedef struct {
  guint32 width, height;
  guint16 photometric, bits, samples, format, planes;
  gboolean grey, alpha, associated, plain;
} Facts;

static Fault read_facts(TIFF *tiff, Facts *f) {
  guint16 extra = 0, *kinds = NULL;
  *f = (Facts){ .photometric = PHOTOMETRIC_MINISBLACK };
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &f->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &f->height);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &f->photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &f->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &f->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &f->format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &f->planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
  gboolean real = f->format == SAMPLEFORMAT_IEEEFP;
  if (f->photometric > PHOTOMETRIC_PALETTE && f->photometric != PHOTOMETRIC_YCBCR)
    return g_strdup(_("its colours are not RGB or grey; convert it to RGB first"));
  guint colours = f->photometric == PHOTOMETRIC_RGB || f->photometric == PHOTOMETRIC_YCBCR ? 3 : 1;
  if (f->samples < colours) return g_strdup(_("its directory is cut or damaged"));
  if (f->samples > colours + 1)
    return g_strdup(_("it holds more than colours and transparency; save it as plain RGB or RGBA"));
  f->grey = f->photometric <= PHOTOMETRIC_MINISBLACK;
  f->alpha = f->samples > colours;
  f->associated = extra && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  f->plain = f->bits >= 8 && f->photometric <= PHOTOMETRIC_RGB;
  if (f->photometric == PHOTOMETRIC_MINISWHITE && (real || f->alpha))
    return g_strdup(_("it counts from white to black; save it as plain grey"));
  if (f->format != SAMPLEFORMAT_UINT && !real)
    return g_strdup(_("its numbers are of a kind that is not read; save it with 8 or 16 bits"));
  if (real ? f->bits != 16 && f->bits != 32 && f->bits != 64
           : f->bits != 1 && f->bits != 2 && f->bits != 4 && f->bits != 8 && f->bits != 16 && f->bits != 32)
    return g_strdup(_("its number of bits is not read; save it with 8 or 16 bits"));
  return NULL;
}

static Fault make_buffer(const Facts *f, Picture *picture) {
  const gchar *model = f->grey    ? (!f->alpha ? "Y'" : f->associated && f->plain ? "Y'aA" : "Y'A")
                       : !f->alpha ? "R'G'B'"
                       : f->associated || !f->plain ? "R'aG'aB'aA" : "R'G'B'A"; /* libtiff's conversion associates */
  const gchar *type = !f->plain ? "u8" : f->format == SAMPLEFORMAT_UINT
                                           ? (f->bits == 8 ? "u8" : f->bits == 16 ? "u16" : "u32")
                                           : (f->bits == 16 ? "half" : f->bits == 32 ? "float" : "double");
  g_autofree gchar *encoding = g_strdup_printf("%s %s", model, type);
  return picture_make_buffer(picture, f->width, f->height, encoding, f->grey, NULL);
}

/* -------------------------------------------------------------------------------------------- pixels */

/* Strips or tiles into rows, planes into pixels. */
static gboolean read_plain(TIFF *tiff, const Facts *f, Picture *picture) {
  gboolean tiled = TIFFIsTiled(tiff), apart = f->planes == PLANARCONFIG_SEPARATE && f->samples > 1;
  guint32 piece_width = f->width, piece_height = f->height;
  if (tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &piece_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &piece_height);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &piece_height);
    piece_height = MIN(piece_height, f->height);
  }
  gsize sample = f->bits / 8, pixel = sample * f->samples, unit = apart ? sample : pixel;
  if (!piece_width || !piece_height || (guint64)piece_width * piece_height * pixel > max_piece ||
      (guint64)f->width * piece_height * pixel > max_piece)
    return FALSE;
  gsize piece_bytes = (gsize)piece_width * piece_height * unit;
  if ((tiled ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff)) > piece_bytes) return FALSE;
  g_autofree guint8 *piece = g_try_malloc(piece_bytes), *band = g_try_malloc((gsize)f->width * piece_height * pixel);
  if (!piece || !band) return FALSE;
  for (guint32 y = 0; y < f->height; y += piece_height) {
    guint32 rows = MIN(piece_height, f->height - y);
    for (guint16 plane = 0; plane < (apart ? f->samples : 1); plane++)
      for (guint32 x = 0; x < f->width; x += piece_width) {
        guint32 columns = MIN(piece_width, f->width - x);
        tmsize_t want = (tmsize_t)(tiled ? piece_bytes : (gsize)rows * piece_width * unit);
        tmsize_t n = tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), piece, want)
                           : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), piece, want);
        if (n != want) return FALSE;
        for (guint32 row = 0; row < rows; row++) {
          const guint8 *from = piece + (gsize)row * piece_width * unit;
          guint8 *to = band + ((gsize)row * f->width + x) * pixel + (apart ? plane * sample : 0);
          if (!apart) memcpy(to, from, columns * pixel);
          else
            for (guint32 k = 0; k < columns; k++) memcpy(to + k * pixel, from + k * sample, sample);
        }
      }
    if (f->photometric == PHOTOMETRIC_MINISWHITE)
      for (gsize i = 0; i < (gsize)rows * f->width * pixel; i++) band[i] = (guint8)~band[i];
    picture_put_rows(picture, (gint)y, (gint)rows, band);
  }
  return TRUE;
}

static gboolean read_converted(TIFF *tiff, const Facts *f, Picture *picture, gchar *text) {
  gsize count = (gsize)f->width * f->height;
  gint channels = (f->grey ? 1 : 3) + f->alpha;
  TIFFRGBAImage image;
  if (!TIFFRGBAImageBegin(&image, tiff, 1, text)) return FALSE;
  image.orientation = image.req_orientation = ORIENTATION_TOPLEFT; /* as it lies there */
  g_autofree guint32 *raster = g_try_new(guint32, count);
  gboolean done = raster && TIFFRGBAImageGet(&image, raster, f->width, f->height);
  TIFFRGBAImageEnd(&image);
  guint8 *to = (guint8 *)raster; /* a pixel has four bytes there, and at most as many here */
  for (gsize i = 0; done && i < count; i++) {
    guint32 v = raster[i];
    guint8 rgba[4] = { (guint8)TIFFGetR(v), (guint8)TIFFGetG(v), (guint8)TIFFGetB(v), (guint8)TIFFGetA(v) };
    for (gint c = 0; c < channels; c++) *to++ = rgba[f->alpha && c == channels - 1 ? 3 : c];
  }
  if (done) picture_put_rows(picture, 0, picture->height, raster);
  return done;
}

/* ---------------------------------------------------------------------------------------------- read */

/* A smaller copy or a mask of another page is no page. */
static gboolean is_page(TIFF *tiff) {
  guint32 kind = 0;
  TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &kind);
  return !(kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK));
}

/* Counts the pages, and the directory of page `page` becomes the current one. */
static gboolean find_page(TIFF *tiff, gint page, Picture *picture) {
  tdir_t directory = 0, found = 0;
  picture->pages = is_page(tiff) ? 1 : 0;
  while (!TIFFLastDirectory(tiff)) {
    if (!TIFFReadDirectory(tiff)) return FALSE;
    directory++;
    if (is_page(tiff) && ++picture->pages == page) found = directory;
  }
  picture->pages = MAX(picture->pages, 1);
  return directory == found || TIFFSetDirectory(tiff, found);
}

static void read_tags(TIFF *tiff, Picture *picture) {
  guint32 count = 0;
  guint16 unit = RESUNIT_INCH, orientation = 0;
  void *bytes = NULL;
  float x = 0, y = 0;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &count, &bytes) && count) picture->icc = g_bytes_new(bytes, count);
  if (TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation) && orientation >= 1 && orientation <= 8)
    picture->orientation = orientation;
  TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
  TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  if (unit == RESUNIT_NONE || !(x > 0 && y > 0 && isfinite(x) && isfinite(y))) return;
  picture->x_density = x * (unit == RESUNIT_CENTIMETER ? 100 : 1 / 0.0254);
  picture->y_density = y * (unit == RESUNIT_CENTIMETER ? 100 : 1 / 0.0254);
}

/* Whether the directories of EXIF lie inside the file. */
static gboolean exif_is_whole(TIFF *tiff, Stream *stream) {
  toff_t at = 0;
  return !TIFFGetField(tiff, TIFFTAG_EXIFIFD, &at) || (TIFFReadEXIFDirectory(tiff, at) && !stream->beyond);
}

Fault tiff_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  Stream stream = { .data = data, .size = size };
  gchar text[1024] = "";
  Facts facts;
  Fault fault = NULL;
  TIFF *tiff = open_stream(&stream, "rm");
  gboolean done = tiff && find_page(tiff, page, picture);
  if (done && page <= picture->pages) {
    read_tags(tiff, picture);
    fault = read_facts(tiff, &facts);
    if (!fault) fault = make_buffer(&facts, picture);
    done = !fault && (facts.plain ? read_plain(tiff, &facts, picture) : read_converted(tiff, &facts, picture, text));
  }
  if (!fault && stream.beyond) fault = g_strdup(_("it ends too early"));
  else if (!fault && !done) fault = g_strdup(*stream.text ? stream.text : *text ? text : _("its pixels cannot be read"));
  if (!fault && picture->buffer) {
    texts_read(picture, data, size);
    if (!exif_is_whole(tiff, &stream)) picture->note = _("The picture's EXIF is cut or damaged.");
  }
  if (tiff) TIFFClose(tiff);
  return fault;
}

/* --------------------------------------------------------------------------------------------- write */

static void set_tags(TIFF *tiff, const Writing *w) {
  const Babl *type = babl_format_get_type(w->format, 0);
  gboolean real = type == babl_type("half") || type == babl_type("float") || type == babl_type("double");
  guint16 extra = w->associated ? EXTRASAMPLE_ASSOCALPHA : EXTRASAMPLE_UNASSALPHA;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (guint32)w->width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (guint32)w->height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, w->bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, babl_format_get_n_components(w->format));
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, real ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, w->grey ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
  if (w->alpha) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &extra);
  if (w->x_density > 0) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, w->x_density * 0.0254);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, w->y_density * 0.0254);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  }
  if (w->icc) {
    gsize size;
    gconstpointer bytes = g_bytes_get_data(w->icc, &size);
    TIFFSetField(tiff, TIFFTAG_ICCPROFILE, (guint32)size, bytes);
  }
}

Fault tiff_save(Writing *writing, GByteArray *out) {
  Stream stream = { .out = out };
  gsize row = picture_row_bytes(writing->format, writing->width);
  TIFF *tiff = open_stream(&stream, row * (gsize)writing->height > classic_max ? "w8m" : "wm");
  g_autofree guint8 *pixels = g_malloc(row);
  gboolean done = tiff != NULL;
  if (done) set_tags(tiff, writing);
  for (gint y = 0; done && y < writing->height; y++) {
    picture_get_rows(writing, y, 1, pixels);
    done = TIFFWriteScanline(tiff, pixels, (guint32)y, 0) == 1;
  }
  done = done && TIFFWriteDirectory(tiff);
  if (tiff) TIFFClose(tiff);
  if (!done) return g_strdup(*stream.text ? stream.text : _("it becomes too large"));
  if (writing->texts && !texts_embed(writing->texts, out))
    writing->note = _("The picture's EXIF, XMP and IPTC do not all fit into the output, which is written without some.");
  return NULL;
}
