/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/pixels.h"
#include "host/layer.h"
#include <math.h>
#include <string.h>

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

/* The same pixels with an alpha channel, as floats. */
static GeglBuffer *add_alpha(GeglBuffer *picture, const GeglRectangle *area) {
  const Babl *own = layer_own_float(gegl_buffer_get_format(picture));
  const gchar *name = babl_format_get_encoding(own), *type = strrchr(name, ' ');
  gchar *with_alpha = g_strdup_printf("%.*sA%s", (gint)(type - name), name, type);
  GeglBuffer *copy = gegl_buffer_new(gegl_buffer_get_extent(picture),
                                     babl_format_with_space(with_alpha, babl_format_get_space(own)));

  gegl_buffer_copy(picture, area, GEGL_ABYSS_NONE, copy, area);
  g_free(with_alpha);
  return copy;
}

static void multiply_alpha(GeglBuffer *picture, DrawableRef mask, const GeglRectangle *area) {
  GeglBuffer *weights = pixels_copy_weights(mask, area, 0, 0, 1.0);
  const Babl *format = layer_own_float(gegl_buffer_get_format(picture));
  gint n = babl_format_get_n_components(format);
  GeglBufferIterator *i = gegl_buffer_iterator_new(picture, area, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 2);

  gegl_buffer_iterator_add(i, weights, area, 0, babl_format("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next(i))
    for (gint k = 0; k < i->length; k++)
      ((gfloat *)i->items[0].data)[k * n + n - 1] *= ((gfloat *)i->items[1].data)[k];
  g_object_unref(weights);
}

GeglBuffer *pixels_copy_masked(DrawableRef drawable, const GeglRectangle *area) {
  GeglBuffer *picture = pixels_copy(drawable, area);
  MaskRef mask = gimp_layer_get_mask(AS_LAYER(drawable));

  if (mask == NO_ITEM || !gimp_layer_get_apply_mask(AS_LAYER(drawable)))
    return picture;
  if (!babl_format_has_alpha(gegl_buffer_get_format(picture))) {
    GeglBuffer *opaque = picture;

    picture = add_alpha(opaque, area);
    g_object_unref(opaque);
  }
  multiply_alpha(picture, AS_DRAWABLE(mask), area);
  return picture;
}

gboolean pixels_differ(GeglBuffer *a, GeglBuffer *b, const GeglRectangle *area) {
  const Babl *format = gegl_buffer_get_format(a);
  gint bytes = babl_format_get_bytes_per_pixel(format), rows = band_height(area, bytes);
  gsize row = (gsize)MAX(area->width, 1) * bytes;
  guchar *bands;
  gboolean differ = format != gegl_buffer_get_format(b) || !gegl_rectangle_equal(gegl_buffer_get_extent(a), gegl_buffer_get_extent(b));

  if (differ)
    return TRUE;
  bands = g_malloc(2 * rows * row);
  for (gint y = 0; y < area->height && !differ; y += rows) {
    const GeglRectangle part = {area->x, area->y + y, area->width, MIN(rows, area->height - y)};

    gegl_buffer_get(a, &part, 1.0, format, bands, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(b, &part, 1.0, format, bands + rows * row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    differ = memcmp(bands, bands + rows * row, part.height * row) != 0;
  }
  g_free(bands);
  return differ;
}

gchar *pixels_digest(GeglBuffer *picture, const GeglRectangle *area) {
  const Babl *format = gegl_buffer_get_format(picture);
  const gchar *encoding = babl_format_get_encoding(format), *space = babl_get_name(babl_format_get_space(format));
  gint bytes = babl_format_get_bytes_per_pixel(format), rows = band_height(area, bytes);
  gsize row = (gsize)MAX(area->width, 1) * bytes;
  GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5); /* no secrets, and twice as fast as SHA-256 */
  guchar *band = g_malloc(rows * row);
  gchar *text;

  g_checksum_update(sum, (const guchar *)encoding, -1);
  g_checksum_update(sum, (const guchar *)space, -1);
  for (gint y = 0; y < area->height; y += rows) {
    const GeglRectangle part = {area->x, area->y + y, area->width, MIN(rows, area->height - y)};

    gegl_buffer_get(picture, &part, 1.0, format, band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    g_checksum_update(sum, band, (gssize)(part.height * row));
  }
  text = g_strdup(g_checksum_get_string(sum));
  g_checksum_free(sum);
  g_free(band);
  return text;
}

GeglBuffer *pixels_copy_part(DrawableRef drawable, const GeglRectangle *area, gint x, gint y) {
  GeglBuffer *from = gimp_drawable_get_buffer(drawable);
  const Babl *plain = gegl_buffer_get_format(from);
  const Babl *format = format_in_profile(drawable, plain);
  GeglBuffer *copy = gegl_buffer_new(area, format);

  copy_bands(from, GEGL_RECTANGLE(area->x - x, area->y - y, area->width, area->height), plain, copy, area->x, area->y,
             format);
  g_object_unref(from);
  return copy;
}

GeglBuffer *pixels_copy_weights(DrawableRef mask, const GeglRectangle *area, gint x, gint y, gdouble opacity) {
  const Babl *format = babl_format("Y float");
  GeglBuffer *copy = gegl_buffer_new(area, format);
  const gfloat one = 1.0f;
  GeglBufferIterator *iterator;

  gegl_buffer_set_color_from_pixel(copy, area, &one, format);
  if (mask != NO_ITEM) {
    GeglBuffer *from = gimp_drawable_get_buffer(mask);

    copy_bands(from, GEGL_RECTANGLE(area->x - x, area->y - y, area->width, area->height), format, copy, area->x,
               area->y, format);
    g_object_unref(from);
  }
  iterator = gegl_buffer_iterator_new(copy, area, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(iterator))
    for (gint i = 0; i < iterator->length; i++)
      ((gfloat *)iterator->items[0].data)[i] *= opacity;
  return copy;
}

GeglBuffer *pixels_copy_selection(ImageRef image, const GeglRectangle *area) {
  /* asked first: where nothing is selected GIMP's other answers mean everything */
  if (gimp_selection_is_empty(image))
    return NULL;

  GeglBuffer *from = gimp_drawable_get_buffer(AS_DRAWABLE(gimp_image_get_selection(image)));
  const Babl *format = gegl_buffer_get_format(from);
  /* weights are the numbers that are stored, as GIMP's own edits take them, whatever light a format says they are (the
   * answers of gimp-selection-value in 3.0.4 are other ones once an image was flattened) */
  gchar *plain = g_strdup_printf("Y %s", babl_get_name(babl_format_get_type(format, 0)));
  const Babl *weights = babl_format(plain);
  GeglRectangle part;
  GeglBuffer *copy;

  gegl_rectangle_intersect(&part, area, gegl_buffer_get_extent(from)); /* empty where they do not meet */
  copy = gegl_buffer_new(&part, weights);
  copy_bands(from, &part, format, copy, part.x, part.y, weights);
  g_object_unref(from);
  g_free(plain);
  return copy;
}

PixelsAlpha pixels_alpha(GeglBuffer *picture, const GeglRectangle *area) {
  const Babl *format = layer_own_float(gegl_buffer_get_format(picture));
  gint n = babl_format_get_n_components(format), rows = band_height(area, n * sizeof(gfloat));
  PixelsAlpha found = PIXELS_OPAQUE;
  gfloat *band;

  if (!babl_format_has_alpha(format))
    return PIXELS_OPAQUE;
  band = g_new(gfloat, (gsize)rows * MAX(area->width, 1) * n);
  for (gint row = 0; row < area->height && found != PIXELS_HALF; row += rows) {
    GeglRectangle part = {area->x, area->y + row, area->width, MIN(rows, area->height - row)};

    layer_get_numbers(picture, &part, band);
    for (gsize i = 0; i < (gsize)part.width * part.height && found != PIXELS_HALF; i++) {
      gfloat alpha = band[i * n + n - 1];

      if (!(alpha >= 1))
        found = alpha <= 0 ? PIXELS_CUT : PIXELS_HALF;
    }
  }
  g_free(band);
  return found;
}

gboolean pixels_mask_is_soft(DrawableRef mask, const GeglRectangle *area) {
  GeglBuffer *buffer = gimp_drawable_get_buffer(mask);
  gint rows = band_height(area, sizeof(gfloat));
  gfloat *band = g_new(gfloat, (gsize)rows * MAX(area->width, 1));
  gboolean soft = FALSE;

  for (gint row = 0; row < area->height && !soft; row += rows) {
    GeglRectangle part = {area->x, area->y + row, area->width, MIN(rows, area->height - row)};

    gegl_buffer_get(buffer, &part, 1.0, babl_format("Y float"), band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (gsize i = 0; i < (gsize)part.width * part.height && !soft; i++)
      soft = band[i] > 0 && band[i] < 1;
  }
  g_free(band);
  g_object_unref(buffer);
  return soft;
}

void pixels_write(DrawableRef drawable, GeglBuffer *picture) {
  GeglBuffer *to = gimp_drawable_get_buffer(drawable);
  const GeglRectangle *area = gegl_buffer_get_extent(picture);
  const Babl *plain = gegl_buffer_get_format(to);
  const Babl *floats = babl_format("R'G'B'A float");
  const Babl *in_profile = babl_fish(floats, format_in_profile(drawable, plain));
  gint rows = band_height(area, 4 * sizeof(gfloat));
  gsize pixels = (gsize)rows * MAX(area->width, 1);
  gfloat *band = g_new(gfloat, 4 * pixels);
  guchar *stored = g_malloc(pixels * babl_format_get_bytes_per_pixel(plain));

  for (gint row = 0; row < area->height; row += rows) {
    GeglRectangle part = {area->x, area->y + row, area->width, MIN(rows, area->height - row)};
    gsize n = (gsize)part.width * part.height;

    gegl_buffer_get(picture, &part, 1.0, floats, band, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    for (gsize i = 0; i < 4 * n; i++)
      band[i] = isfinite(band[i]) ? band[i] : 0.0f; /* 0 x NaN is NaN, also where the mask hides it */
    babl_process(in_profile, band, stored, n);
    gegl_buffer_set(to, GEGL_RECTANGLE(0, row, part.width, part.height), 0, plain, stored, GEGL_AUTO_ROWSTRIDE);
  }
  g_free(band);
  g_free(stored);
  g_object_unref(to);
  gimp_drawable_update(drawable, 0, 0, area->width, area->height);
}

void pixels_composite(DrawableRef drawable, GeglBuffer *picture, GeglBuffer *mask, gboolean extend) {
  GeglBuffer *to = gimp_drawable_get_buffer(drawable);
  const GeglRectangle *area = gegl_buffer_get_extent(picture);
  GeglBuffer *part = pixels_copy_part(drawable, area, 0, 0);

  layer_composite(part, picture, mask, area, extend);
  copy_bands(part, area, gegl_buffer_get_format(part), to, area->x, area->y, gegl_buffer_get_format(to));
  g_object_unref(part);
  g_object_unref(to);
  gimp_drawable_update(drawable, area->x, area->y, area->width, area->height);
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
