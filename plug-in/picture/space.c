/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the numbers of a picture mean. babl computes in a picture's own colour space, so that an output keeps its
 * profile and every pixel that was not edited; but it never forgets a space, and babl 0.1.98 writes beyond an array of
 * its own at the twelfth from which a process converts. So the first few that a process meets are babl's; the colours
 * of later ones are turned into sRGB here, by Little CMS, as the picture is read. */
#include <glib/gi18n-lib.h>
#include <lcms2.h>
#include <string.h>

#include "host/layer.h"
#include "picture/form.h"

enum { BABL_SPACES = 7 }; /* an output may need one more, see save.c */

/* The spaces that babl was asked for, by what they were made from: a profile, or a Primaries. Under the lock. */
static struct {
  GBytes *key;
  const Babl *space; /* NULL: not one that can be meant */
} met[BABL_SPACES];
static gint met_count;
static GMutex lock;

static const Babl *babl_from_profile(GBytes *icc) {
  const char *fault = NULL;
  gsize size;
  const char *data = g_bytes_get_data(icc, &size);
  const Babl *space = babl_space_from_icc(data, (int)size, BABL_ICC_INTENT_RELATIVE_COLORIMETRIC, &fault);
  return space && !fault && !babl_space_is_cmyk(space) ? space : NULL;
}

static const Babl *babl_from_primaries(const Primaries *p) {
  const Babl *trc = p->gamma > 0 ? babl_trc_gamma(p->gamma) : babl_trc("sRGB");
  return babl_space_from_chromaticities(NULL, p->xy[0], p->xy[1], p->xy[2], p->xy[3], p->xy[4], p->xy[5], p->xy[6],
                                        p->xy[7], trc, trc, trc, BABL_SPACE_FLAG_EQUALIZE);
}

/* FALSE where the space of `key` is none of babl's, and none may be added. */
static gboolean babl_space_of(GBytes *key, const Primaries *primaries, const Babl **space) {
  gint i = 0;
  g_mutex_lock(&lock);
  while (i < met_count && !g_bytes_equal(met[i].key, key)) i++;
  if (i == met_count && met_count < BABL_SPACES) {
    met[i].key = g_bytes_ref(key);
    met[i].space = primaries ? babl_from_primaries(primaries) : babl_from_profile(key);
    met_count++;
  }
  if (i < met_count) *space = met[i].space;
  g_mutex_unlock(&lock);
  return i < BABL_SPACES;
}

/* ----------------------------------------------------------------------------------- with Little CMS */

static cmsHPROFILE profile_of_primaries(const Primaries *p, gboolean linear) {
  static const cmsFloat64Number srgb[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };
  const cmsCIExyY white = { p->xy[0], p->xy[1], 1 };
  const cmsCIExyYTRIPLE rgb = { { p->xy[2], p->xy[3], 1 }, { p->xy[4], p->xy[5], 1 }, { p->xy[6], p->xy[7], 1 } };
  const gdouble gamma = linear ? 1 : p->gamma;
  cmsToneCurve *curve = gamma > 0 ? cmsBuildGamma(NULL, gamma) : cmsBuildParametricToneCurve(NULL, 4, srgb);
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &rgb, (cmsToneCurve *[]){ curve, curve, curve });
  cmsFreeToneCurve(curve);
  return profile;
}

/* From floats, one for a grey profile and three for any other, to R'G'B' of sRGB; NULL where babl would not know the
 * profile either. */
static cmsHTRANSFORM transform_of(cmsHPROFILE profile, gboolean grey, gint *parts) {
  if (!profile || !cmsIsMatrixShaper(profile)) return NULL;
  cmsColorSpaceSignature space = cmsGetColorSpace(profile);
  if (space != cmsSigRgbData && !(grey && space == cmsSigGrayData)) return NULL;
  *parts = space == cmsSigGrayData ? 1 : 3;
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  cmsHTRANSFORM transform = cmsCreateTransform(profile, *parts == 1 ? TYPE_GRAY_FLT : TYPE_RGB_FLT, srgb, TYPE_RGB_FLT,
                                               INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOCACHE);
  cmsCloseProfile(srgb);
  return transform;
}

/* ------------------------------------------------------------------------------------- for the forms */

static void not_understood(Picture *picture) {
  picture->note = _("The picture's colour profile is of a kind that is not understood; its colours are taken for sRGB.");
}

const Babl *picture_space(Picture *picture, gboolean grey, const Primaries *primaries) {
  const Babl *space = NULL;
  if (picture->icc ? !icc_check(picture->icc) : !primaries) {
    if (picture->icc) not_understood(picture);
    return NULL;
  }
  if (picture->icc) primaries = NULL;
  g_autoptr(GBytes) key = primaries ? g_bytes_new(primaries, sizeof *primaries) : g_bytes_ref(picture->icc);
  if (!babl_space_of(key, primaries, &space)) picture->foreign = g_bytes_ref(key);
  else if (space && !grey && babl_space_is_gray(space)) space = NULL;
  if (!space && !picture->foreign) not_understood(picture);
  return space;
}

void picture_to_srgb(Picture *picture) {
  g_autoptr(GBytes) foreign = g_steal_pointer(&picture->foreign);
  if (!foreign) return;
  const Babl *own = layer_own_float(gegl_buffer_get_format(picture->buffer));
  const gboolean alpha = babl_format_has_alpha(own) != 0;
  const gint from_parts = babl_format_get_n_components(own), grey = from_parts <= 2, to_parts = alpha ? 4 : 3;
  gsize size;
  gconstpointer data = g_bytes_get_data(foreign, &size);
  cmsHPROFILE profile =
    picture->icc ? cmsOpenProfileFromMem(data, (cmsUInt32Number)size)
                 : profile_of_primaries(data, (babl_get_model_flags(own) & BABL_MODEL_FLAG_LINEAR) != 0);
  gint parts = 0;
  cmsHTRANSFORM transform = transform_of(profile, grey, &parts);
  if (profile) cmsCloseProfile(profile);
  if (!transform) {
    not_understood(picture);
    return;
  }
  GeglBuffer *out = gegl_buffer_new(GEGL_RECTANGLE(0, 0, picture->width, picture->height),
                                    babl_format(alpha ? "R'G'B'A float" : "R'G'B' float"));
  const gsize width = (gsize)picture->width;
  gfloat *row = g_new(gfloat, width * (gsize)from_parts), *to = g_new(gfloat, width * (gsize)to_parts);
  gfloat *colours = g_new(gfloat, 3 * width), *turned = g_new(gfloat, 3 * width);
  for (gint y = 0; y < picture->height; y++) {
    const GeglRectangle line = { 0, y, picture->width, 1 };
    layer_get_numbers(picture->buffer, &line, row);
    for (gsize x = 0; x < width; x++)
      for (gsize c = 0; c < (gsize)parts; c++)
        colours[(gsize)parts * x + c] = row[(gsize)from_parts * x + (grey ? 0 : c)];
    cmsDoTransform(transform, colours, turned, (cmsUInt32Number)width);
    for (gsize x = 0; x < width; x++) {
      memcpy(to + (gsize)to_parts * x, turned + 3 * x, 3 * sizeof *to);
      if (alpha) to[4 * x + 3] = row[(gsize)from_parts * (x + 1) - 1];
    }
    gegl_buffer_set(out, &line, 0, gegl_buffer_get_format(out), to, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(row), g_free(to), g_free(colours), g_free(turned);
  cmsDeleteTransform(transform);
  g_object_unref(picture->buffer);
  picture->buffer = out;
  g_clear_pointer(&picture->icc, g_bytes_unref);
  g_clear_pointer(&picture->png_colour, g_bytes_unref);
  picture->note = _("So many colour profiles were read before this picture that its colours had to be converted to sRGB.");
}
