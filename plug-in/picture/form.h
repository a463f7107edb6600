/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the forms share, inside: only plug-in/picture includes this. */
#pragma once
#include "picture/picture.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

#define PICTURE_ERROR (picture_error_quark ())
GQuark picture_error_quark (void);

/* ---------------------------------------------------------------------------------------- the table */

/* What is written, ready for a form's library. */
typedef struct {
  GeglBuffer *buffer;      /* width x height from 0,0 */
  gint width, height;
  const Babl *format;      /* how its rows are taken out: R'G'B' or Y', alpha last if any; u8, u16, float (TIFF: all) */
  gboolean grey, alpha, associated;
  gint bits;               /* of a channel in `format`: 8, 16, 32, 64 */
  gboolean lossless;
  GBytes *icc;             /* of the colours in `format`; NULL: sRGB */
  GBytes *png_colour;      /* PNG alone */
  GBytes *exif, *xmp;      /* a TIFF block and a packet, or NULL */
  GBytes *irb;             /* IPTC in Photoshop's resource block, or NULL */
  gpointer texts;          /* the same three as exiv2 has them; NULL without any */
  gdouble x_density, y_density; /* pixels a metre; 0: not said */
  const gchar *note;       /* set where something does not fit into the file */
} Writing;

/* What is wrong, as the rest of a sentence ("it ends ..."), to be freed; NULL: nothing. */
typedef gchar *Fault;

/* Decodes page `page` (from 1) and fills the picture: width, height, pages, buffer, and what else the file tells.
 * Where `page` is beyond the last, `pages` alone. Bytes of any kind are safe. */
typedef Fault FormLoad(const guint8 *data, gsize size, gint page, Picture *picture);
/* Appends the file to `out`. */
typedef Fault FormSave(Writing *writing, GByteArray *out);

typedef struct {
  const gchar *name;       /* in sentences */
  const gchar *endings;    /* in small letters, each closed by a space, the usual one first */
  const gchar *library;    /* what a build may lack; then load and save are NULL */
  FormLoad *load;
  FormSave *save;          /* NULL as well where it is only read */
  gint bits;               /* most that are kept of a channel */
  gboolean grey, alpha;    /* whether it holds them */
  enum { LOSSY, LOSSLESS, LOSSLESS_IF_ASKED } loss;
  gint widest;             /* pixels of a side */
  gboolean only_read;
  struct {
    guint at, length;
    const gchar *bytes;
  } magics[9];             /* how such files start; closed by a length of 0 */
} Form;
extern const Form picture_forms[PICTURE_FORMS];

/* By the name's ending, in any case. */
gboolean picture_form_of_ending (const gchar *path, PictureForm *form);
/* By content: a wrong ending is common. */
gboolean picture_find_form (const guint8 *data, gsize size, PictureForm *form);

FormLoad png_load, jpeg_load, tiff_load, webp_load, jxl_load, heif_load, exr_load, gif_load;
FormSave png_save, jpeg_save, tiff_save, webp_save, jxl_save, avif_save, heif_save;
/* NULL, or why this machine's libheif, which finds its coders when it runs, cannot write it. */
Fault heif_can_save (PictureForm form);

/* ---------------------------------------------------------------------------------------- helpers */

/* Why a picture of this size is not read, or NULL. */
Fault picture_size_fault (gint64 width, gint64 height);

/* Colours without a profile. */
typedef struct {
  gdouble xy[8]; /* of white, red, green, blue */
  gdouble gamma; /* of encodings that are not linear; 0: sRGB's curve */
} Primaries;
#define SRGB_XY 0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06

/* Sets size and buffer of the picture: `encoding` in the space of its profile, or without one of `primaries` (NULL:
 * sRGB). The fault of picture_size_fault. */
Fault picture_make_buffer (Picture *picture, gint64 width, gint64 height, const gchar *encoding, gboolean grey,
                           const Primaries *primaries);
/* Rows y .. y + count - 1, from memory without gaps in the buffer's own format. */
void picture_put_rows (Picture *picture, gint y, gint count, gconstpointer pixels);
/* The same out of what is written, in its format. */
void picture_get_rows (const Writing *writing, gint y, gint count, gpointer pixels);
/* In files made of boxes (length, type, content): whether one of `type` is among the outer ones; `cut`, where not NULL,
 * tells that the last does not lie inside the file. */
gboolean picture_has_box (const guint8 *data, gsize size, const gchar *type, gboolean *cut);
/* Bytes of a row of `format`. */
gsize picture_row_bytes (const Babl *format, gint width);

/* Appends to what a form's library wrote; FALSE where it grows beyond what a file in memory may have. */
gboolean picture_append (GByteArray *out, gconstpointer bytes, gsize size);

/* apng.c: What frame `number` (from 1) of an animated PNG shows, in a new `*canvas` of width x height pixels of `parts`
 * numbers of 0..1 (2 grey, 4 coloured), alpha last. */
Fault apng_compose (const guint8 *data, gsize size, gint number, gint width, gint height, gint parts, gfloat **canvas);

/* FALSE for a profile whose parts do not lie inside it. */
gboolean icc_check (GBytes *icc);

/* space.c: The space of the file's profile, or without one of `primaries`; NULL (sRGB) without either, with a note
 * where it cannot be meant (of a kind that babl does not know, for inks, or for grey in a coloured picture), and where
 * babl can take no more: then the numbers are `foreign`, until picture_to_srgb makes colours of sRGB of them. Any
 * thread. */
const Babl *picture_space (Picture *picture, gboolean grey, const Primaries *primaries);
void picture_to_srgb (Picture *picture);

/* texts.c: EXIF, XMP and IPTC ------------------------------------------------------------------------ */

/* Of a whole file that exiv2 knows (JPEG, PNG, TIFF, WebP), and the orientation and resolution that they tell, where
 * the picture has no own yet. Damaged ones are left behind, as every viewer does. */
void texts_read (Picture *picture, const guint8 *data, gsize size);
/* Of an EXIF block and an XMP packet that a library handed out; NULL: none. */
void texts_read_blocks (Picture *picture, GBytes *exif, GBytes *xmp);
/* Fills the writing's texts, exif, xmp and irb: what `like` has, as it belongs into an upright picture of this size, and the
 * origin. Either may be NULL. */
void texts_prepare (Picture *like, const PictureOrigin *origin, PictureForm form, Writing *writing);
/* Puts them into the file in `out` by exiv2. FALSE where they do not fit. */
gboolean texts_embed (gpointer texts, GByteArray *out);

/* Numbers in files. */
static inline guint32 be16 (const guint8 *p) { return (guint32)p[0] << 8 | p[1]; }
static inline guint32 be32 (const guint8 *p) { return be16 (p) << 16 | be16 (p + 2); }
