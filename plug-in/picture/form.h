/* SPDX-License-Identifier: GPL-3.0-or-later
 * The containers, inside: only picture-*.c include this. */
#pragma once
#include "picture/picture.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

#define PICTURE_ERROR (picture_error_quark ())
GQuark picture_error_quark (void);

/* Checks a file's structure to its end and fills the picture's size, profile, resolution and colour chunks.
 * Returns what is wrong as the rest of a sentence, or NULL. `tiff` is filled by tiff_check alone. */
const gchar *png_check (const guint8 *data, gsize size, Picture *picture);
const gchar *webp_check (const guint8 *data, gsize size, Picture *picture);
const gchar *gif_check (const guint8 *data, gsize size, Picture *picture);

typedef struct {
  guint photometric, bits, samples, extra;
  gboolean inverted;  /* 0 is white */
} TiffFacts;
const gchar *tiff_check (const guint8 *data, gsize size, Picture *picture, TiffFacts *facts);

/* The written file with `like`'s profile and resolution in it, and what GEGL wrote of its own accord out of it.
 * NULL if `data` is not what GEGL writes. `exif`: a TIFF block for PNG's eXIf chunk, or NULL. */
GByteArray *png_splice (const guint8 *data, gsize size, const Picture *like, GBytes *icc, GBytes *exif);
GByteArray *webp_splice (const guint8 *data, gsize size, GBytes *icc);
GByteArray *tiff_splice (const guint8 *data, gsize size, const Picture *like, GBytes *icc);

/* JPEG through libjpeg. */
gboolean jpeg_load (const guint8 *data, gsize size, Picture *picture, const gchar *path, GError **error);
GByteArray *jpeg_save (GeglBuffer *buffer, const Picture *like, GBytes *icc, const gchar *path, GError **error);

/* Why a picture of this size is not read, or NULL. */
const gchar *picture_size_fault (const Picture *picture);

/* What GEGL and its libraries say while an operation runs. picture_listen starts, picture_heard ends and
 * returns the first complaint (to be freed) or NULL. Not nested, one thread. */
void   picture_listen (void);
gchar *picture_heard (void);

/* A copy whose numbers are those of `buffer` in `from`, labelled `as` (the same components). */
GeglBuffer *picture_relabel (GeglBuffer *buffer, const Babl *from, const Babl *as);

/* FALSE for a profile whose parts do not lie inside it. */
gboolean icc_check (GBytes *icc);

/* The babl space of the file's profile; NULL (sRGB) without one, and with a note where it cannot be meant: of a kind
 * that babl does not know, for inks, or for grey in a coloured picture. */
const Babl *picture_space (Picture *picture, gboolean grey);

/* Numbers in files. */
static inline guint32 be16 (const guint8 *p) { return (guint32)p[0] << 8 | p[1]; }
static inline guint32 be32 (const guint8 *p) { return be16 (p) << 16 | be16 (p + 2); }
static inline guint32 le16 (const guint8 *p) { return (guint32)p[1] << 8 | p[0]; }
static inline guint32 le32 (const guint8 *p) { return le16 (p + 2) << 16 | le16 (p); }
