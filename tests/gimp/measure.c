/* SPDX-License-Identifier: GPL-3.0-or-later
 * A plug-in for the tests only: fills layers with noise and compares them to the last bit, which no script of
 * GIMP 2.10 can. Main thread, whole pictures in memory: the tests' pictures are small. */
#include <gegl.h>
#include <libgimp/gimp.h>
#include <math.h>
#include <string.h>

#define FILL "test-stylemap-fill"
#define OUTSIDE "test-stylemap-outside"
#define INSIDE "test-stylemap-inside"
#define MASK_AT "test-stylemap-mask-at"
#define PROFILE "test-stylemap-profile"

static void query(void) {
  static const GimpParamDef fill[] = {
      {GIMP_PDB_DRAWABLE, "a", ""},
      {GIMP_PDB_DRAWABLE, "b", ""},
      {GIMP_PDB_INT32, "broken", "TRUE: some numbers of b are infinite or none (float only)"},
  };
  static const GimpParamDef outside[] = {
      {GIMP_PDB_DRAWABLE, "before", "What was visible, of the image's size"},
      {GIMP_PDB_DRAWABLE, "after", "What is visible"},
      {GIMP_PDB_LAYER, "result", "The layer with the mask"},
  };
  static const GimpParamDef inside[] = {
      {GIMP_PDB_DRAWABLE, "drawable", ""},
      {GIMP_PDB_DRAWABLE, "expected", "Of the same size"},
      {GIMP_PDB_LAYER, "result", "The layer with the mask; drawable and expected have the image's size"},
      {GIMP_PDB_FLOAT, "least", "Only where the mask is at least this"},
  };
  static const GimpParamDef mask_at[] = {
      {GIMP_PDB_LAYER, "result", ""},
      {GIMP_PDB_INT32, "x", "of the image"},
      {GIMP_PDB_INT32, "y", ""},
  };
  static const GimpParamDef profile[] = {
      {GIMP_PDB_IMAGE, "image", "Is converted"},
      {GIMP_PDB_INT32, "which", "0 sRGB, 1 Adobe RGB"},
  };
  static const GimpParamDef counts[] = {
      {GIMP_PDB_INT32, "changed", "Pixels outside the mask of which a bit changed"},
      {GIMP_PDB_INT32, "outside", "Pixels outside the mask"},
      {GIMP_PDB_INT32, "inside", "Pixels inside of which a bit changed"},
      {GIMP_PDB_FLOAT, "difference", "Largest change outside, R'G'B'A in 0..1"},
      {GIMP_PDB_INT32, "not-finite", "Numbers in the result's pixels that are not finite"},
  };
  static const GimpParamDef differences[] = {
      {GIMP_PDB_FLOAT, "colour", "Largest difference of a colour, in 8-bit steps"},
      {GIMP_PDB_FLOAT, "alpha", "Largest difference of alpha, in 8-bit steps"},
      {GIMP_PDB_INT32, "pixels", "Pixels compared"},
      {GIMP_PDB_FLOAT, "mean", "Mean difference of the colours, in 8-bit steps"},
  };
  static const GimpParamDef value[] = {{GIMP_PDB_FLOAT, "value", ""}};

  gimp_install_procedure(FILL, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS(fill), 0, fill, NULL);
  gimp_install_procedure(OUTSIDE, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS(outside),
                         G_N_ELEMENTS(counts), outside, counts);
  gimp_install_procedure(INSIDE, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS(inside),
                         G_N_ELEMENTS(differences), inside, differences);
  gimp_install_procedure(PROFILE, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS(profile), 0, profile, NULL);
  gimp_install_procedure(MASK_AT, "", "", "", "", "", NULL, NULL, GIMP_PLUGIN, G_N_ELEMENTS(mask_at),
                         G_N_ELEMENTS(value), mask_at, value);
}

typedef struct {
  gint width, height, bytes;
  guchar *data;
} Pixels;

static Pixels read_pixels(gint32 drawable, const Babl *format) {
  GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);
  Pixels pixels = {gimp_drawable_width(drawable), gimp_drawable_height(drawable), 0, NULL};

  if (!format)
    format = gegl_buffer_get_format(buffer);
  pixels.bytes = babl_format_get_bytes_per_pixel(format);
  pixels.data = g_malloc((gsize)pixels.width * pixels.height * pixels.bytes);
  gegl_buffer_get(buffer, GEGL_RECTANGLE(0, 0, pixels.width, pixels.height), 1.0, format, pixels.data,
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref(buffer);
  return pixels;
}

/* The mask of `layer` as a picture of the image's size, 0 where there is no layer. */
static gfloat *read_mask(gint32 layer, gint width, gint height) {
  gfloat *values = g_new0(gfloat, (gsize)width * height);
  Pixels mask = read_pixels(gimp_layer_get_mask(layer), babl_format("Y float"));
  gint left, top;

  gimp_drawable_offsets(layer, &left, &top);
  for (gint y = 0; y < mask.height; y++)
    for (gint x = 0; x < mask.width; x++)
      if (x + left >= 0 && x + left < width && y + top >= 0 && y + top < height)
        values[(gsize)(y + top) * width + x + left] = ((gfloat *)mask.data)[(gsize)y * mask.width + x];
  g_free(mask.data);
  return values;
}

/* Bits in all places: odd low bits at every depth, values beyond 0..1 and every alpha where the format has them. */
static void fill(gint32 drawable, guint32 seed, gboolean broken) {
  gint width = gimp_drawable_width(drawable), height = gimp_drawable_height(drawable);
  GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);
  const Babl *format = gegl_buffer_get_format(buffer);
  const Babl *type = babl_format_get_type(format, 0);
  gsize bytes = (gsize)width * height * babl_format_get_bytes_per_pixel(format);
  guchar *data = g_malloc(bytes);
  GRand *random = g_rand_new_with_seed(seed);

  if (type == babl_type("float")) {
    gint components = babl_format_get_n_components(format);

    for (gsize i = 0; i < bytes / sizeof(gfloat); i++) {
      gboolean alpha = babl_format_has_alpha(format) && (gint)(i % components) == components - 1;

      ((gfloat *)data)[i] = alpha ? g_rand_double(random) : g_rand_double_range(random, -0.2, 1.3);
      if (broken && i % 53 == 0)
        ((gfloat *)data)[i] = i % 2 ? NAN : INFINITY;
    }
  } else {
    for (gsize i = 0; i < bytes; i++)
      data[i] = g_rand_int(random) >> 24;
  }
  gegl_buffer_set(buffer, GEGL_RECTANGLE(0, 0, width, height), 0, format, data, GEGL_AUTO_ROWSTRIDE);
  g_object_unref(buffer);
  gimp_drawable_update(drawable, 0, 0, width, height);
  g_rand_free(random);
  g_free(data);
}

static gint not_finite(gint32 drawable) {
  Pixels a = read_pixels(drawable, babl_format("R'G'B'A float"));
  gint n = 0;

  for (gsize i = 0; i < 4 * (gsize)a.width * a.height; i++)
    n += !isfinite(((gfloat *)a.data)[i]);
  g_free(a.data);
  return n;
}

static void outside(gint32 before, gint32 after, gint32 layer, GimpParam *values) {
  const Babl *format = babl_format("R'G'B'A float");
  Pixels a = read_pixels(before, NULL), b = read_pixels(after, NULL);
  Pixels p = read_pixels(before, format), q = read_pixels(after, format);
  gfloat *mask = read_mask(layer, a.width, a.height);
  gint changed = 0, n_outside = 0, inside = 0;
  gdouble difference = 0;

  g_assert(a.width == b.width && a.height == b.height && a.bytes == b.bytes);
  for (gsize i = 0; i < (gsize)a.width * a.height; i++) {
    gboolean same = memcmp(a.data + i * a.bytes, b.data + i * a.bytes, a.bytes) == 0;

    if (mask[i] == 0) {
      n_outside++;
      changed += !same;
      for (gint c = 0; c < 4; c++) {
        gdouble d = fabs(((gfloat *)p.data)[4 * i + c] - ((gfloat *)q.data)[4 * i + c]);

        if (!(d <= difference)) /* also if it is not a number */
          difference = d;
      }
    } else {
      inside += !same;
    }
  }
  values[0].data.d_int32 = changed;
  values[1].data.d_int32 = n_outside;
  values[2].data.d_int32 = inside;
  values[3].data.d_float = difference;
  values[4].data.d_int32 = not_finite(layer);
  g_free(a.data);
  g_free(b.data);
  g_free(p.data);
  g_free(q.data);
  g_free(mask);
}

static void inside(gint32 drawable, gint32 expected, gint32 layer, gdouble least, GimpParam *values) {
  const Babl *format = babl_format("R'G'B'A float");
  Pixels a = read_pixels(drawable, format), b = read_pixels(expected, format);
  gfloat *mask = read_mask(layer, a.width, a.height);
  gdouble colour = 0, alpha = 0, sum = 0;
  gint n = 0;

  g_assert(a.width == b.width && a.height == b.height);
  for (gsize i = 0; i < (gsize)a.width * a.height; i++) {
    const gfloat *p = (const gfloat *)a.data + 4 * i, *q = (const gfloat *)b.data + 4 * i;

    if (!(mask[i] > 0 && mask[i] >= least))
      continue;
    n++;
    for (gint c = 0; c < 3; c++) {
      sum += fabs(p[c] - q[c]);
      if (!(fabs(p[c] - q[c]) <= colour)) /* also if it is not a number */
        colour = fabs(p[c] - q[c]);
    }
    if (!(fabs(p[3] - q[3]) <= alpha))
      alpha = fabs(p[3] - q[3]);
  }
  values[0].data.d_float = 255 * colour;
  values[1].data.d_float = 255 * alpha;
  values[2].data.d_int32 = n;
  values[3].data.d_float = n ? 255 * sum / (3.0 * n) : 0;
  g_free(a.data);
  g_free(b.data);
  g_free(mask);
}

static void convert_profile(gint32 image, gint which) {
  GimpColorProfile *profile = which ? gimp_color_profile_new_rgb_adobe() : gimp_color_profile_new_rgb_srgb();

  gimp_image_convert_color_profile(image, profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, FALSE);
  g_object_unref(profile);
}

static void run(const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **return_values) {
  static GimpParam values[6];

  g_setenv("GEGL_PATH", "/nonexistent", TRUE); /* buffers only: not a tenth of a second for its operations */
  gegl_init(NULL, NULL);
  *return_values = values;
  values[0].type = GIMP_PDB_STATUS;
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_values = 1;
  if (g_str_equal(name, FILL)) {
    fill(params[0].data.d_drawable, 1, FALSE);
    fill(params[1].data.d_drawable, 2, params[2].data.d_int32);
  } else if (g_str_equal(name, OUTSIDE)) {
    *n_values = 6;
    values[1].type = values[2].type = values[3].type = values[5].type = GIMP_PDB_INT32;
    values[4].type = GIMP_PDB_FLOAT;
    outside(params[0].data.d_drawable, params[1].data.d_drawable, params[2].data.d_layer, values + 1);
  } else if (g_str_equal(name, INSIDE)) {
    *n_values = 5;
    values[1].type = values[2].type = values[4].type = GIMP_PDB_FLOAT;
    values[3].type = GIMP_PDB_INT32;
    inside(params[0].data.d_drawable, params[1].data.d_drawable, params[2].data.d_layer, params[3].data.d_float,
           values + 1);
  } else if (g_str_equal(name, PROFILE)) {
    convert_profile(params[0].data.d_image, params[1].data.d_int32);
  } else {
    gint32 image = gimp_item_get_image(params[0].data.d_layer);
    gint width = gimp_image_width(image), x = params[1].data.d_int32, y = params[2].data.d_int32;
    gfloat *mask = read_mask(params[0].data.d_layer, width, gimp_image_height(image));

    *n_values = 2;
    values[1].type = GIMP_PDB_FLOAT;
    values[1].data.d_float = mask[(gsize)y * width + x];
    g_free(mask);
  }
}

const GimpPlugInInfo PLUG_IN_INFO = {NULL, NULL, query, run};

MAIN()
