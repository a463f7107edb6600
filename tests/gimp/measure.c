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
      {GIMP_PDB_DRAWABLE, "drawable", ""},
      {GIMP_PDB_INT32, "seed", ""},
      {GIMP_PDB_INT32, "kind", "0 with every alpha, 1 opaque, 2 alpha 0 or 1, 3 some numbers infinite or none (float only)"},
  };
  static const GimpParamDef outside[] = {
      {GIMP_PDB_DRAWABLE, "before", "What was visible, of the image's size"},
      {GIMP_PDB_DRAWABLE, "after", "What is visible"},
      {GIMP_PDB_LAYER, "result", "The result"},
  };
  static const GimpParamDef inside[] = {
      {GIMP_PDB_DRAWABLE, "drawable", ""},
      {GIMP_PDB_DRAWABLE, "expected", "Of the same size"},
      {GIMP_PDB_LAYER, "result", "The result; drawable and expected have the image's size"},
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
      {GIMP_PDB_INT32, "not-finite", "Numbers of the result that are not finite"},
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

/* A copy of its target, which has that one's mask or none. */
static gboolean is_copy(gint32 layer) {
  GimpParasite *parasite = gimp_item_get_parasite(layer, "stylemap-result");
  gboolean copy = parasite && g_str_has_suffix(gimp_parasite_data(parasite), " copy");

  if (parasite)
    gimp_parasite_free(parasite);
  return copy;
}

/* Where `layer` may show an edit, as a picture of the image's size: its mask, or the image's selection if it is a copy
 * of its target. */
static gfloat *read_mask(gint32 layer, gint width, gint height) {
  gfloat *values = g_new0(gfloat, (gsize)width * height);
  gboolean copy = is_copy(layer);
  Pixels mask = read_pixels(copy ? gimp_image_get_selection(gimp_item_get_image(layer)) : gimp_layer_get_mask(layer),
                            babl_format("Y float"));
  gint left = 0, top = 0;

  if (!copy)
    gimp_drawable_offsets(layer, &left, &top);
  for (gint y = 0; y < mask.height; y++)
    for (gint x = 0; x < mask.width; x++)
      if (x + left >= 0 && x + left < width && y + top >= 0 && y + top < height)
        values[(gsize)(y + top) * width + x + left] = ((gfloat *)mask.data)[(gsize)y * mask.width + x];
  g_free(mask.data);
  return values;
}

enum { FILL_ANY, FILL_OPAQUE, FILL_CUT, FILL_BROKEN };

/* Whole alphas in a format of any type. */
static void set_alpha(GeglBuffer *buffer, gint kind, GRand *random) {
  const Babl *format = gegl_buffer_get_format(buffer);
  gint components = babl_format_get_n_components(format), bytes = babl_format_get_bytes_per_pixel(format);
  GeglBufferIterator *iterator = gegl_buffer_iterator_new(buffer, NULL, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE, 1);
  guchar one[32], none[32];
  const gfloat opaque[] = {1, 1, 1, 1}, clear[] = {1, 1, 1, 0};

  babl_process(babl_fish(babl_format("R'G'B'A float"), format), opaque, one, 1);
  babl_process(babl_fish(babl_format("R'G'B'A float"), format), clear, none, 1);
  while (gegl_buffer_iterator_next(iterator)) {
    gint at = bytes / components * (components - 1);

    for (gint i = 0; i < iterator->length; i++)
      memcpy((guchar *)iterator->items[0].data + i * bytes + at,
             (kind == FILL_CUT && g_rand_boolean(random) ? none : one) + at, bytes - at);
  }
}

/* Bits in all places: odd low bits at every depth, values beyond 0..1 and every alpha where the format has them. */
static void fill(gint32 drawable, guint32 seed, gint kind) {
  gint width = gimp_drawable_width(drawable), height = gimp_drawable_height(drawable);
  GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);
  const Babl *format = gegl_buffer_get_format(buffer);
  const Babl *type = babl_format_get_type(format, 0);
  gsize bytes = (gsize)width * height * babl_format_get_bytes_per_pixel(format);
  guchar *data = g_malloc(bytes);
  GRand *random = g_rand_new_with_seed(seed);

  if (type == babl_type("double") || type == babl_type("half")) {
    for (gint y = 0; y < height; y++)
      for (gint x = 0; x < width; x++) {
        gdouble pixel[4];

        for (gint c = 0; c < 4; c++)
          pixel[c] = c == 3 ? g_rand_double(random) : g_rand_double_range(random, -0.2, 1.3);
        babl_process(babl_fish(babl_format("R'G'B'A double"), format), pixel,
                     data + (gsize)(y * width + x) * babl_format_get_bytes_per_pixel(format), 1);
      }
  } else if (type == babl_type("float")) {
    gint components = babl_format_get_n_components(format);

    for (gsize i = 0; i < bytes / sizeof(gfloat); i++) {
      gboolean alpha = babl_format_has_alpha(format) && (gint)(i % components) == components - 1;

      ((gfloat *)data)[i] = alpha ? g_rand_double(random) : g_rand_double_range(random, -0.2, 1.3);
      if (kind == FILL_BROKEN && i % 53 == 0)
        ((gfloat *)data)[i] = i % 2 ? NAN : INFINITY;
    }
  } else {
    for (gsize i = 0; i < bytes; i++)
      data[i] = g_rand_int(random) >> 24;
  }
  gegl_buffer_set(buffer, GEGL_RECTANGLE(0, 0, width, height), 0, format, data, GEGL_AUTO_ROWSTRIDE);
  if (babl_format_has_alpha(format) && (kind == FILL_OPAQUE || kind == FILL_CUT))
    set_alpha(buffer, kind, random);
  g_object_unref(buffer);
  gimp_drawable_update(drawable, 0, 0, width, height);
  g_rand_free(random);
  g_free(data);
}

/* Numbers that are not finite in all of a layer, or in the edited part of a copy. */
static gint not_finite(gint32 layer, const gfloat *mask, gint width, gint height) {
  Pixels a = read_pixels(layer, babl_format("R'G'B'A float"));
  gboolean copy = is_copy(layer);
  gint left, top, n = 0;

  gimp_drawable_offsets(layer, &left, &top);
  for (gint y = 0; y < a.height; y++)
    for (gint x = 0; x < a.width; x++) {
      gboolean in_image = x + left >= 0 && x + left < width && y + top >= 0 && y + top < height;

      for (gint c = 0; c < 4; c++)
        if (!copy || (in_image && mask[(gsize)(y + top) * width + x + left] > 0))
          n += !isfinite(((gfloat *)a.data)[4 * ((gsize)y * a.width + x) + c]);
    }
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
  values[4].data.d_int32 = not_finite(layer, mask, a.width, a.height);
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
    fill(params[0].data.d_drawable, params[1].data.d_int32, params[2].data.d_int32);
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
