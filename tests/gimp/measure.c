/* SPDX-License-Identifier: GPL-3.0-or-later
 * A plug-in for the tests only: fills layers with noise and compares them to the last bit, which no script can. Main
 * thread. */
#include "measure.h"
#include <gegl.h>
#include <math.h>
#include <string.h>

typedef struct {
  gint width, height, bytes;
  guchar *data;
} Pixels;

/* Rows y .. y + n - 1; `format` NULL: the drawable's own. */
static Pixels read_rows(DrawableRef drawable, const Babl *format, gint y, gint n) {
  GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);
  Pixels pixels = {gimp_drawable_get_width(drawable), n, 0, NULL};

  if (!format)
    format = gegl_buffer_get_format(buffer);
  pixels.bytes = babl_format_get_bytes_per_pixel(format);
  pixels.data = g_malloc((gsize)pixels.width * n * pixels.bytes);
  gegl_buffer_get(buffer, GEGL_RECTANGLE(0, y, pixels.width, n), 1.0, format, pixels.data, GEGL_AUTO_ROWSTRIDE,
                  GEGL_ABYSS_NONE);
  g_object_unref(buffer);
  return pixels;
}

static Pixels read_pixels(DrawableRef drawable, const Babl *format) {
  return read_rows(drawable, format, 0, gimp_drawable_get_height(drawable));
}

/* What StyleMap remembers on a result of its own: the first line, without what tells the target's layer; g_free. */
static gchar *result_text(DrawableRef layer) {
  GimpParasite *parasite = gimp_item_get_parasite(AS_ITEM(layer), "stylemap-result");
  gchar *text = parasite ? compat_parasite_text(parasite) : g_strdup("");

  text[strcspn(text, "\n")] = '\0';
  if (parasite)
    gimp_parasite_free(parasite);
  return text;
}

/* A copy of its target, which has that one's mask or none. */
static gboolean is_copy(DrawableRef layer) {
  gchar *text = result_text(layer);
  gboolean copy = g_str_has_suffix(text, " copy");

  g_free(text);
  return copy;
}

/* Where `layer` may show an edit, as rows of a picture of the image's width: its mask, or the image's selection if it is a
 * copy of its target. */
static gfloat *read_mask(DrawableRef layer, gint width, gint y, gint n) {
  gfloat *values = g_new(gfloat, (gsize)width * n);
  gboolean copy = is_copy(layer);
  DrawableRef where = copy ? AS_DRAWABLE(gimp_image_get_selection(gimp_item_get_image(AS_ITEM(layer))))
                           : AS_DRAWABLE(gimp_layer_get_mask(AS_LAYER(layer)));
  GeglBuffer *buffer = gimp_drawable_get_buffer(where);
  gint left = 0, top = 0;

  if (!copy)
    gimp_drawable_get_offsets(layer, &left, &top);
  gegl_buffer_get(buffer, GEGL_RECTANGLE(-left, y - top, width, n), 1.0, babl_format("Y float"), values,
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref(buffer);
  return values;
}

enum { FILL_ANY, FILL_OPAQUE, FILL_CUT, FILL_BROKEN, FILL_HUGE, FILL_NEGATIVE };

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
static void fill(const MeasureValue *in, MeasureValue *out) {
  DrawableRef drawable = in[0].drawable;
  guint32 seed = (guint32)in[1].number;
  gint kind = (gint)in[2].number;
  gint width = gimp_drawable_get_width(drawable), height = gimp_drawable_get_height(drawable);
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
      if (kind == FILL_BROKEN && !alpha && i % 53 == 0)
        ((gfloat *)data)[i] = i % 2 ? NAN : INFINITY;
      if (kind == FILL_HUGE && !alpha)
        ((gfloat *)data)[i] = i % 2 ? 1e30f : -1e30f;
      if (kind == FILL_NEGATIVE && !alpha)
        ((gfloat *)data)[i] -= 2;
    }
  } else {
    for (gsize i = 0; i < bytes; i++)
      data[i] = g_rand_int(random) >> 24;
  }
  gegl_buffer_set(buffer, GEGL_RECTANGLE(0, 0, width, height), 0, format, data, GEGL_AUTO_ROWSTRIDE);
  if (babl_format_has_alpha(format) && kind != FILL_ANY)
    set_alpha(buffer, kind, random);
  g_object_unref(buffer);
  gimp_drawable_update(drawable, 0, 0, width, height);
  g_rand_free(random);
  g_free(data);
}

/* Numbers that are not finite in all of a layer, or in the edited part of a copy. */
static gint not_finite(DrawableRef layer, const gfloat *mask, gint width, gint height) {
  Pixels a = read_pixels(layer, babl_format("R'G'B'A float"));
  gboolean copy = is_copy(layer);
  gint left, top, n = 0;

  gimp_drawable_get_offsets(layer, &left, &top);
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

/* Equal, or no numbers both: of those the bits mean nothing. */
static gboolean same_numbers(const gfloat *p, const gfloat *q) {
  gboolean same = TRUE;

  for (gint c = 0; c < 4; c++)
    same = same && (p[c] == q[c] || (isnan(p[c]) && isnan(q[c])));
  return same;
}
static gboolean has_nan(const gfloat *p) { return isnan(p[0]) || isnan(p[1]) || isnan(p[2]) || isnan(p[3]); }

#define BAND_ROWS 512 /* so that large pictures need little memory */

static void outside(const MeasureValue *in, MeasureValue *out) {
  DrawableRef before = in[0].drawable, after = in[1].drawable, layer = in[2].drawable;
  const Babl *format = babl_format("R'G'B'A float");
  gint width = gimp_drawable_get_width(before), height = gimp_drawable_get_height(before);
  gint changed = 0, n_outside = 0, inside = 0, broken;
  gdouble difference = 0;
  gfloat *mask;

  g_assert(width == gimp_drawable_get_width(after) && height == gimp_drawable_get_height(after));
  for (gint y = 0; y < height; y += BAND_ROWS) {
    gint n = MIN(BAND_ROWS, height - y);
    Pixels a = read_rows(before, NULL, y, n), b = read_rows(after, NULL, y, n);
    Pixels p = read_rows(before, format, y, n), q = read_rows(after, format, y, n);

    g_assert(a.bytes == b.bytes);
    mask = read_mask(layer, width, y, n);
    for (gsize i = 0; i < (gsize)width * n; i++) {
      const gfloat *m = (const gfloat *)p.data + 4 * i, *k = (const gfloat *)q.data + 4 * i;
      gboolean same = memcmp(a.data + i * a.bytes, b.data + i * a.bytes, a.bytes) == 0 || (has_nan(m) && same_numbers(m, k));

      if (mask[i] != 0) {
        inside += !same;
        continue;
      }
      n_outside++;
      changed += !same;
      for (gint c = 0; c < 4 && !same; c++) {
        gdouble d = fabs(m[c] - k[c]);

        if (!(d <= difference)) /* also if it is not a number */
          difference = d;
      }
    }
    g_free(a.data);
    g_free(b.data);
    g_free(p.data);
    g_free(q.data);
    g_free(mask);
  }
  mask = read_mask(layer, width, 0, height);
  broken = not_finite(layer, mask, width, height);
  g_free(mask);
  out[0].number = changed;
  out[1].number = n_outside;
  out[2].number = inside;
  out[3].number = difference;
  out[4].number = broken;
}

static void inside(const MeasureValue *in, MeasureValue *out) {
  DrawableRef drawable = in[0].drawable, expected = in[1].drawable, layer = in[2].drawable;
  gdouble least = in[3].number;
  const Babl *format = babl_format("R'G'B'A float");
  Pixels a = read_pixels(drawable, format), b = read_pixels(expected, format);
  gfloat *mask = read_mask(layer, a.width, 0, a.height);
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
  out[0].number = 255 * colour;
  out[1].number = 255 * alpha;
  out[2].number = n;
  out[3].number = n ? 255 * sum / (3.0 * n) : 0;
  g_free(a.data);
  g_free(b.data);
  g_free(mask);
}

enum { PROFILE_SRGB, PROFILE_ADOBE, PROFILE_WIDE, PROFILE_GREY };

static GimpColorProfile *make_profile(gint which) {
  if (which == PROFILE_WIDE) {
    gint length;
    const gchar *icc = babl_space_get_icc(babl_space("ProPhoto"), &length);

    return gimp_color_profile_new_from_icc_profile((const guint8 *)icc, length, NULL);
  }
  return which == PROFILE_ADOBE  ? gimp_color_profile_new_rgb_adobe()
         : which == PROFILE_GREY ? gimp_color_profile_new_d65_gray_linear()
                                 : gimp_color_profile_new_rgb_srgb();
}

static void convert_profile(const MeasureValue *in, MeasureValue *out) {
  GimpColorProfile *profile = make_profile((gint)in[1].number);

  gimp_image_convert_color_profile(in[0].image, profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, FALSE);
  g_object_unref(profile);
}

/* ------------------------------------------------------------------------------ an image's whole state */

/* Of all layers but StyleMap's results, which are counted. */
typedef struct {
  guint64 rest, visible;
  gint results;
} State;

/* FNV-1a */
static void add(guint64 *hash, gconstpointer data, gsize size) {
  for (gsize i = 0; i < size; i++)
    *hash = (*hash ^ ((const guchar *)data)[i]) * G_GUINT64_CONSTANT(0x100000001b3);
}
static void add_number(guint64 *hash, gdouble number) { add(hash, &number, sizeof number); }

static void add_pixels(guint64 *hash, DrawableRef drawable) {
  gint height = gimp_drawable_get_height(drawable);

  for (gint y = 0; y < height; y += BAND_ROWS) {
    Pixels rows = read_rows(drawable, NULL, y, MIN(BAND_ROWS, height - y));

    add(hash, rows.data, (gsize)rows.width * rows.height * rows.bytes);
    g_free(rows.data);
  }
}

static void add_layers(State *state, ImageRef image, ItemRef parent) {
  gint n_items;
  ItemRef *items = compat_children(image, parent, &n_items);

  for (gint i = 0; i < n_items; i++) {
    DrawableRef layer = AS_DRAWABLE(items[i]);
    MaskRef mask = gimp_layer_get_mask(AS_LAYER(items[i]));
    gchar *name = gimp_item_get_name(items[i]), *made = result_text(layer);
    gint left, top;

    if (*made) {
      state->results++;
    } else {
      add(&state->rest, name, strlen(name));
      add_number(&state->rest, gimp_item_get_tattoo(items[i]));
      add_number(&state->rest, gimp_layer_get_mode(AS_LAYER(items[i])));
      add_number(&state->rest, gimp_layer_get_opacity(AS_LAYER(items[i])));
      add_number(&state->rest, gimp_item_get_lock_content(items[i]) + 2 * gimp_item_get_lock_position(items[i]));
      add_number(&state->rest, gimp_layer_get_lock_alpha(AS_LAYER(items[i])));
      add_number(&state->visible, gimp_item_get_visible(items[i]));
      if (mask != NO_ITEM) {
        add_number(&state->rest, gimp_layer_get_apply_mask(AS_LAYER(items[i])) + 2 * gimp_layer_get_show_mask(AS_LAYER(items[i])) +
                                     4 * gimp_layer_get_edit_mask(AS_LAYER(items[i])));
        add_pixels(&state->rest, AS_DRAWABLE(mask));
      }
      if (gimp_item_is_group(items[i])) { /* its size and pixels are its layers' */
        add_layers(state, image, items[i]);
        add_number(&state->rest, -1);
      } else {
        gimp_drawable_get_offsets(layer, &left, &top);
        add_number(&state->rest, left);
        add_number(&state->rest, top);
        add_number(&state->rest, gimp_drawable_get_width(layer));
        add_pixels(&state->rest, layer);
      }
    }
    g_free(name);
    g_free(made);
  }
  g_free(items);
}

static void state(const MeasureValue *in, MeasureValue *out) {
  ImageRef image = in[0].image;
  State all = {G_GUINT64_CONSTANT(0xcbf29ce484222325), G_GUINT64_CONSTANT(0xcbf29ce484222325), 0};
  const guint64 most = (G_GUINT64_CONSTANT(1) << 52) - 1; /* whole numbers of a double */

  add_layers(&all, image, NO_ITEM);
  add_pixels(&all.rest, AS_DRAWABLE(gimp_image_get_selection(image)));
  add_number(&all.rest, gimp_image_get_base_type(image));
  add_number(&all.rest, gimp_image_get_precision(image));
  out[0].number = (all.rest ^ all.rest >> 52) & most;
  out[1].number = (all.visible ^ all.visible >> 52) & most;
  out[2].number = all.results;
}

static void mask_at(const MeasureValue *in, MeasureValue *out) {
  ImageRef image = gimp_item_get_image(AS_ITEM(in[0].drawable));
  gint width = gimp_image_get_width(image), x = (gint)in[1].number, y = (gint)in[2].number;
  gfloat *mask = read_mask(in[0].drawable, width, y, 1);

  out[0].number = mask[x];
  g_free(mask);
}

static const Measure measures[] = {
    {"test-stylemap-fill",
     fill,
     {{MEASURE_DRAWABLE, "drawable"}, {MEASURE_INT, "seed"}, {MEASURE_INT, "kind"}}, /* FILL_ANY.. */
     {{0}}},
    {"test-stylemap-outside",
     outside,
     {{MEASURE_DRAWABLE, "before"}, {MEASURE_DRAWABLE, "after"}, {MEASURE_DRAWABLE, "result"}}, /* of the image's size */
     {{MEASURE_INT, "changed"},        /* pixels outside the mask of which a bit changed */
      {MEASURE_INT, "outside"},        /* pixels outside the mask */
      {MEASURE_INT, "inside"},         /* pixels inside of which a bit changed */
      {MEASURE_FLOAT, "difference"},   /* largest change outside, R'G'B'A in 0..1 */
      {MEASURE_INT, "not-finite"}}},   /* numbers in the result's pixels that are not finite */
    {"test-stylemap-inside",
     inside,
     {{MEASURE_DRAWABLE, "drawable"},
      {MEASURE_DRAWABLE, "expected"},
      {MEASURE_DRAWABLE, "result"}, /* the layer with the mask; the others have the image's size */
      {MEASURE_FLOAT, "least"}},    /* only where the mask is at least this */
     {{MEASURE_FLOAT, "colour"},    /* largest difference of a colour, in 8-bit steps */
      {MEASURE_FLOAT, "alpha"},     /* of alpha */
      {MEASURE_INT, "pixels"},      /* compared */
      {MEASURE_FLOAT, "mean"}}},    /* mean difference of the colours */
    {"test-stylemap-mask-at",
     mask_at,
     {{MEASURE_DRAWABLE, "result"}, {MEASURE_INT, "x"}, {MEASURE_INT, "y"}}, /* of the image */
     {{MEASURE_FLOAT, "value"}}},
    {"test-stylemap-profile", convert_profile, {{MEASURE_IMAGE, "image"}, {MEASURE_INT, "which"}}, {{0}}}, /* PROFILE_SRGB.. */
    {"test-stylemap-state",
     state,
     {{MEASURE_IMAGE, "image"}},
     {{MEASURE_FLOAT, "rest"},     /* of all layers but results, apart from what is visible: differs where anything does */
      {MEASURE_FLOAT, "visible"},  /* of which of them are visible */
      {MEASURE_INT, "results"}}},
};

const Measure *measures_nth(gint n) {
  return n >= 0 && n < (gint)G_N_ELEMENTS(measures) ? &measures[n] : NULL;
}

const Measure *measures_begin(const gchar *name) {
  g_setenv("GEGL_PATH", "/nonexistent", TRUE); /* buffers only: not a tenth of a second for its operations */
  gegl_init(NULL, NULL);
  for (gsize n = 0; n < G_N_ELEMENTS(measures); n++)
    if (g_str_equal(measures[n].name, name))
      return &measures[n];
  return NULL;
}
