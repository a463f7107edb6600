/* SPDX-License-Identifier: GPL-3.0-or-later
 * Picture files <-> GeglBuffer, with GEGL's loaders and savers where they tell the truth.
 *
 * GEGL calls a missing, cut or undecodable file a success, its JPEG loader ends the process, no loader applies
 * the EXIF orientation and no saver keeps what a file says beside its pixels. So every file's structure is
 * checked before (png.c, ...), the loader's warnings are failures, JPEG goes through libjpeg, and what
 * the target's file says is put into the output. EXIF, XMP and IPTC are exiv2's work. */
#pragma once
#include <gegl.h>

typedef enum { PICTURE_PNG, PICTURE_JPEG, PICTURE_TIFF, PICTURE_WEBP, PICTURE_EXR, PICTURE_GIF } PictureForm;

typedef struct Picture Picture;

struct Picture {
  PictureForm form;
  gint width, height;  /* upright */
  GeglBuffer *buffer;  /* upright, in the file's own encoding and colour space; extent 0,0 width x height */

  /* What the file says beside its pixels, and an output like it keeps. */
  GBytes *icc;                  /* the profile as the file has it, or NULL */
  GBytes *png_colour;           /* PNG's own colour chunks (gAMA, cHRM, sRGB, cICP), or NULL */
  gboolean png_srgb;            /* those chunks describe sRGB, in rounded numbers */
  gdouble x_density, y_density; /* pixels a metre; 0: not said */
  gpointer texts;               /* GExiv2Metadata: EXIF, XMP, IPTC; or NULL */
  gint orientation;             /* EXIF's 1..8 of the file as it lies there; `buffer` is upright already */

  const gchar *note;            /* a sentence about what was not understood or could not be kept, or NULL */
};

/* Starts GEGL at the first call; commands that need no picture never pay for it. */
void picture_init (void);

/* Page (frame) `page` of a file, counted from 1; 0: the only one, and a file of several is refused with the sentence
 * that they would be lost. A sentence and NULL where the file is missing, cut, undecodable or of a kind that is not
 * read. */
Picture *picture_load (const gchar *path, gint page, GError **error);
void     picture_free (Picture *picture);

/* A mask: the stored grey value over its maximum, no colour management, times alpha, as "Y float". Refused
 * where its size is not width x height or it is coloured. */
GeglBuffer *picture_load_mask (const gchar *path, gint page, gint width, gint height, GError **error);
/* The same of any size. */
GeglBuffer *picture_load_grey (const gchar *path, gint page, GError **error);

/* The ending names the form. FALSE with a sentence for an ending that cannot be written. */
gboolean picture_form_of_output (const gchar *path, PictureForm *form, GError **error);

/* FALSE with a sentence where `path` cannot be written later (no such folder, no permission, a folder): asked
 * before the work starts. */
gboolean picture_check_writable (const gchar *path, GError **error);

/* Writes `buffer` in the form that the ending of `path` names, with the depth and alpha of the buffer as far as
 * the form holds them, beside `path` and renamed. `like` gives profile, resolution and EXIF,
 * and receives a note; NULL = none. */
gboolean picture_save (GeglBuffer *buffer, Picture *like, const gchar *path, GError **error);

/* Writes bytes beside `path` and renames: all or nothing. */
gboolean picture_write_bytes (const gchar *path, gconstpointer data, gsize size, GError **error);
