/* SPDX-License-Identifier: GPL-3.0-or-later
 * Picture files <-> GeglBuffer. forms.c has one row a format; each is read and written by its own library, from
 * memory and into memory, so that a cut or damaged file is refused, a picture's file is read once and an output is
 * written once. GEGL's own loaders and savers are not used: they call a cut file a success, and no saver keeps what a
 * file says beside its pixels. EXIF, XMP and IPTC are exiv2's work. */
#pragma once
#include <gegl.h>

typedef enum {
  PICTURE_PNG, PICTURE_JPEG, PICTURE_TIFF, PICTURE_WEBP, PICTURE_JXL, PICTURE_AVIF, PICTURE_HEIF, PICTURE_EXR,
  PICTURE_GIF,
  PICTURE_FORMS
} PictureForm;

typedef struct Picture Picture;

struct Picture {
  PictureForm form;
  gint width, height;  /* upright */
  gint pages;          /* pictures in the file: pages, frames */
  gboolean lossless;   /* the file's compression loses nothing, so an output like it must not either */
  GeglBuffer *buffer;  /* upright, in the file's own encoding and colour space; extent 0,0 width x height */

  /* What the file says beside its pixels, and an output like it keeps. */
  GBytes *icc;                  /* the profile as the file has it, or NULL */
  GBytes *png_colour;           /* PNG's own colour chunks (gAMA, cHRM, sRGB, cICP), or NULL */
  gdouble x_density, y_density; /* pixels a metre; 0: not said */
  gpointer texts;               /* GExiv2Metadata: EXIF, XMP, IPTC; or NULL */
  GBytes *foreign;              /* inside: what `buffer`'s numbers still mean; NULL in what is handed out */
  gint orientation;             /* EXIF's 1..8 of the pixels as they lie in the file; `buffer` is upright already */

  const gchar *note;            /* a sentence about what was not understood or could not be kept, or NULL */
};

/* Starts GEGL at the first call; commands that need no picture never pay for it. */
void picture_init (void);

/* Page (frame) `page` of a file, counted from 1; 0: the only one, and a file of several is refused with the sentence
 * that they would be lost. A sentence and NULL where the file is missing, no regular file, cut, undecodable or of a
 * kind that is not read. The file is read once, whole. */
Picture *picture_load (const gchar *path, gint page, GError **error);
/* The same of bytes in memory, which are only looked at; `name` is for the sentences. */
Picture *picture_decode (gconstpointer data, gsize size, gint page, const gchar *name, GError **error);
void     picture_free (Picture *picture);

/* A mask: the stored grey value over its maximum, no colour management, times alpha, as "Y float". Refused
 * where its size is not width x height or it is coloured. */
GeglBuffer *picture_load_mask (const gchar *path, gint page, gint width, gint height, GError **error);
/* The same of any size. */
GeglBuffer *picture_load_grey (const gchar *path, gint page, GError **error);

/* Whether the name is that of a picture of a kind that is read. */
gboolean picture_has_ending (const gchar *path);
/* Whether it is that of a kind that cannot be written. */
gboolean picture_is_only_read (const gchar *path);
/* How many pixels the file's head claims, before it is decoded; -1 where it does not say so in a few bytes (PNG, JPEG, WebP
 * and GIF do), 0 where there is no file. */
gint64   picture_pixels (const gchar *path);

/* The ending names the form. FALSE with a sentence for an ending that cannot be written, or not by this build. */
gboolean picture_form_of_output (const gchar *path, PictureForm *form, GError **error);

/* FALSE with a sentence where `path` cannot be written later (no such folder, no permission, a folder, a device, a
 * link that leads nowhere it could be made): asked before the work starts. */
gboolean picture_check_writable (const gchar *path, GError **error);

/* Writes `buffer` in the form that the ending of `path` names, with the depth and alpha of the buffer as far as
 * the form holds them, beside `path` and renamed. `like` gives profile, resolution and EXIF, whether a form that can
 * do both loses anything (without one it does not), and receives a note; NULL = none. */
gboolean picture_save (GeglBuffer *buffer, Picture *like, const gchar *path, GError **error);

/* How a picture came to be, for its XMP (IPTC's DigitalSourceType, AISystemUsed and AISystemVersionUsed). */
typedef struct {
  gboolean whole;        /* a model drew all of it; FALSE: it drew into another picture */
  const gchar *system;   /* the program */
  const gchar *version;  /* the model */
} PictureOrigin;
/* picture_save of a picture that also says so; NULL: it does not. */
gboolean picture_save_made (GeglBuffer *buffer, Picture *like, const PictureOrigin *origin, const gchar *path, GError **error);

/* Writes bytes beside `path` and renames: all or nothing. A link stays a link: what it leads to is written. */
gboolean picture_write_bytes (const gchar *path, gconstpointer data, gsize size, GError **error);
/* A text that a user names, such as a list of pictures, with a zero behind it, to be freed; `size` may be NULL. Files alone are
 * read, of at most 256 MB. NULL with a sentence. */
gchar   *picture_read_text (const gchar *path, gsize *size, GError **error);
