/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/pixels.h"
#include <math.h>

#define BAND_BYTES (8 << 20)

static gint band_height(const GeglRectangle *area, gint bytes_per_pixel) {
  gint64 row = (gint64)MAX(area->width, 1) * bytes_per_pixel;

  return CLAMP(BAND_BYTES / row, 1, MAX(area->height, 1));
}

/* The format of the drawable's pixels with the meaning that its image's profile gives them: libgimp's own
 * formats say sRGB whatever the profile is (2.10), or sRGB's file where it is sRGB (3). */
static const Babl *format_in_profile(DrawableRef drawable, const Babl *plain) {
  GimpColorProfile *profile = gimp_image_get_color_profile(gimp_item_get_image(AS_ITEM(drawable)));
  GimpColorProfile *srgb = gimp_color_profile_new_rgb_srgb();
  GimpColorProfile *linear = gimp_color_profile_new_rgb_srgb_linear();
  const Babl *format = NULL;

  plain = babl_format_with_space(babl_format_get_encoding(plain), NULL);
  /* sRGB by its own name: through its ICC file the numbers would come back changed in the last digit. */
  if (profile && gimp_color_profile_is_rgb(profile) && !gimp_color_profile_is_equal(profile, srgb) &&
      !gimp_color_profile_is_equal(profile, linear))
    format = gimp_color_profile_get_format(profile, plain, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, NULL);
  g_object_unref(srgb);
  g_object_unref(linear);
  g_clear_object(&profile);
  return format ? format : plain;
}

/* Copies pixels as `get` reads them and `set` stores them, so that the two may differ in what they mean. */
static void copy_bands(GeglBuffer *from, const GeglRectangle *area, const Babl *get, GeglBuffer *to, gint x, gint y,
                       const Babl *set) {
  gint bytes = babl_format_get_bytes_per_pixel(get);
  gint rows = band_height(area, bytes);
  guchar *band = g_malloc((gsize)rows * MAX(area->width, 1) * bytes);

  for (gint row = 0; row < area->height; row += rows) {
    gint height = MIN(rows, area->height - row);

    gegl_buffer_get(from, GEGL_RECTANGLE(area->x, area->y + row, area->width, height), 1.0, get, band,
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_set(to, GEGL_RECTANGLE(x, y + row, area->width, height), 0, set, band, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(band);
}

GeglBuffer *pixels_copy(DrawableRef drawable, const GeglRectangle *area) {
  DrawableRef shown = compat_with_effects(drawable);
  GeglBuffer *from = gimp_drawable_get_buffer(shown);
  const Babl *plain = gegl_buffer_get_format(from);
  gint left, top, shown_left, shown_top;
  GeglRectangle part;
  GeglBuffer *copy;

  /* a palette has no place for a profile: take its colours out first */
  if (gimp_drawable_is_indexed(drawable))
    plain = babl_format(gimp_drawable_has_alpha(drawable) ? "R'G'B'A u8" : "R'G'B' u8");

  const Babl *format = format_in_profile(drawable, plain);

  copy = gegl_buffer_new(GEGL_RECTANGLE(0, 0, gimp_drawable_get_width(drawable), gimp_drawable_get_height(drawable)),
                         format);
  /* effects can make it larger */
  gimp_drawable_get_offsets(drawable, &left, &top);
  gimp_drawable_get_offsets(shown, &shown_left, &shown_top);
  part = *GEGL_RECTANGLE(area->x + left - shown_left, area->y + top - shown_top, area->width, area->height);
  copy_bands(from, &part, plain, copy, area->x, area->y, format);
  g_object_unref(from);
  if (shown != drawable)
    gimp_item_delete(AS_ITEM(shown));
  return copy;
}

GeglBuffer *pixels_copy_selection(ImageRef image) {
  /* asked first: where nothing is selected GIMP's other answers mean everything */
  if (gimp_selection_is_empty(image))
    return NULL;

  GeglBuffer *from = gimp_drawable_get_buffer(AS_DRAWABLE(gimp_image_get_selection(image)));
  const GeglRectangle *area = gegl_buffer_get_extent(from);
  const Babl *format = gegl_buffer_get_format(from);
  GeglBuffer *copy = gegl_buffer_new(area, format);

  copy_bands(from, area, format, copy, area->x, area->y, format);
  g_object_unref(from);
  return copy;
}

void pixels_write(DrawableRef drawable, GeglBuffer *picture) {
  GeglBuffer *to = gimp_drawable_get_buffer(drawable);
  const GeglRectangle *area = gegl_buffer_get_extent(picture);
  const Babl *plain = gegl_buffer_get_format(to);
  const Babl *format = format_in_profile(drawable, plain);
  GeglBuffer *clean = gegl_buffer_new(area, babl_format("R'G'B'A float"));
  GeglBufferIterator *iterator;

  iterator =
      gegl_buffer_iterator_new(clean, area, 0, babl_format("R'G'B'A float"), GEGL_ACCESS_WRITE, GEGL_ABYSS_NONE, 2);
  gegl_buffer_iterator_add(iterator, picture, area, 0, babl_format("R'G'B'A float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next(iterator)) {
    gfloat *out = iterator->items[0].data;
    const gfloat *in = iterator->items[1].data;

    for (gint i = 0; i < 4 * iterator->length; i++)
      out[i] = isfinite(in[i]) ? in[i] : 0.0f; /* 0 x NaN is NaN, also where the mask hides it */
  }
  copy_bands(clean, area, format, to, 0, 0, plain);
  g_object_unref(clean);
  g_object_unref(to);
  gimp_drawable_update(drawable, 0, 0, area->width, area->height);
}

void pixels_write_mask(DrawableRef drawable, GeglBuffer *mask, DrawableRef other) {
  const Babl *format = babl_format("Y float");
  GeglBuffer *to = gimp_drawable_get_buffer(drawable);
  const GeglRectangle *area = gegl_buffer_get_extent(mask);
  gint rows = band_height(area, 2 * sizeof(gfloat));
  gsize band = (gsize)rows * MAX(area->width, 1);
  gfloat *values = g_new(gfloat, 2 * band);
  GeglBuffer *times = other != NO_ITEM ? gimp_drawable_get_buffer(other) : NULL;

  for (gint row = 0; row < area->height; row += rows) {
    GeglRectangle part = {area->x, area->y + row, area->width, MIN(rows, area->height - row)};

    gegl_buffer_get(mask, &part, 1.0, format, values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    if (times) {
      gegl_buffer_get(times, &part, 1.0, format, values + band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize)part.width * part.height; i++)
        values[i] *= values[band + i];
    }
    gegl_buffer_set(to, GEGL_RECTANGLE(0, row, part.width, part.height), 0, format, values, GEGL_AUTO_ROWSTRIDE);
  }
  g_clear_object(&times);
  g_object_unref(to);
  g_free(values);
  gimp_drawable_update(drawable, 0, 0, area->width, area->height);
}
