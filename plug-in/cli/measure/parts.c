/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/parts.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/measure/pairs.h"
#include "picture/picture.h"
#include "stylemap-measure.h"

enum { LABELS = 19, PLAIN = LABELS /* what is no label: a mask by itself */, HALF };

/* CelebAMask-HQ's labels, and the parts that the paper makes of them: 1 << label. */
static const gchar *const labels[LABELS] = { "background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear",
                                             "r_ear", "mouth", "u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth" };
#define BIT(label) (1u << (label))
static const struct { const gchar *name; guint labels; } parts[] = {
  { "background", BIT(0) },               { "skin", BIT(1) },
  { "nose", BIT(2) },                     { "eye", BIT(3) | BIT(4) | BIT(5) },
  { "eyebrow", BIT(6) | BIT(7) },         { "ear", BIT(8) | BIT(9) | BIT(15) },
  { "lip", BIT(10) | BIT(11) | BIT(12) }, { "hair", BIT(13) | BIT(14) },
  { "neck", BIT(16) | BIT(17) },          { "cloth", BIT(18) },
  { "mask", BIT(PLAIN) },                 { "halves", BIT(HALF) },
};

/* ------------------------------------------------------------------------------------------- masks */

gboolean mask_read(const gchar *path, gint size, guint8 *values, GError **error) {
  g_autoptr(GeglBuffer) grey = picture_load_grey(path, 1, error);
  stylemap_placement at;
  if (!grey) return FALSE;
  const gint width = gegl_buffer_get_width(grey), height = gegl_buffer_get_height(grey);
  g_autofree gfloat *pixels = g_new(gfloat, (gsize)width * (gsize)height);
  gegl_buffer_get(grey, GEGL_RECTANGLE(0, 0, width, height), 1, babl_format("Y float"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  stylemap_fit(width, height, &at);
  for (gint y = 0; y < size; y++)
    for (gint x = 0; x < size; x++) {
      const gint from_x = (gint)(at.x - at.side / 2 + (x + 0.5) * at.side / size);
      const gint from_y = (gint)(at.y - at.side / 2 + (y + 0.5) * at.side / size);
      values[y * size + x] = (guint8)lrintf(CLAMP(pixels[(gsize)from_y * (gsize)width + (gsize)from_x], 0, 1) * 255);
    }
  return TRUE;
}

/* Labels of a picture's pixels from `files` (by stem), as bits; FALSE where there is no mask of it. */
static gboolean read_labels(GHashTable *files, const gchar *stem, gint size, guint32 *bits, GError **error) {
  const gsize count = (gsize)size * (gsize)size;
  g_autofree guint8 *values = g_malloc(count);
  const gchar *path = g_hash_table_lookup(files, stem);
  if (path) {
    guint8 most = 0;
    if (!mask_read(path, size, values, error)) return FALSE;
    for (gsize i = 0; i < count; i++) most = MAX(most, values[i]);
    for (gsize i = 0; i < count; i++) bits[i] = most < LABELS ? BIT(values[i]) : values[i] > 127 ? BIT(PLAIN) : 0;
    return TRUE;
  }
  gchar *end;
  const guint64 number = g_ascii_strtoull(stem, &end, 10);
  g_autofree gchar *filled = *stem && !*end ? g_strdup_printf("%05" G_GUINT64_FORMAT, number) : g_strdup(stem);
  gboolean any = FALSE;
  memset(bits, 0, count * sizeof *bits);
  for (guint label = 1; label < LABELS; label++) {
    g_autofree gchar *plain = g_strdup_printf("%s_%s", stem, labels[label]);
    g_autofree gchar *five = g_strdup_printf("%s_%s", filled, labels[label]);
    path = g_hash_table_lookup(files, plain);
    if (!path) path = g_hash_table_lookup(files, five);
    if (!path) continue;
    if (!mask_read(path, size, values, error)) return FALSE;
    any = TRUE;
    for (gsize i = 0; i < count; i++)
      if (values[i] > 127) bits[i] = BIT(label); /* a later one lies above */
  }
  for (gsize i = 0; any && i < count; i++)
    if (!bits[i]) bits[i] = BIT(0);
  return any;
}

/* ------------------------------------------------------------------------------------------- scores */

typedef struct {
  gdouble src, ref, seam, seconds, precision; /* sums over pairs, or of rows */
  guint count;
} Scores;

/* What is measured of a part. */
typedef struct {
  const PartsRequest *request;
  Scene scene;
  PairWriter writer;
  const guint32 *bits;
  const GArray *pairs;
  const gchar *name; /* of the part */
  guint labels;
} Part;

/* Mean squared difference (-1..1) from the source outside the mask, from the reference in it; what is seen of its edge. */
static void score(const Scene *scene, gdouble seconds, Scores *scores) {
  const gsize plane = scene->engine->mask_count;
  gdouble sums[2] = { 0 }, counts[2] = { 0 };
  for (gsize i = 0; i < scene->engine->image_count; i++) {
    const gint in = scene->mask[i % plane] > 0;
    const gdouble d = (gdouble)scene->result[i] - (in ? scene->reference : scene->source)[i];
    sums[in] += d * d;
    counts[in]++;
  }
  const gdouble seam = stylemap_seam(scene->result, scene->source, scene->reference, scene->mask, scene->engine->info->size);
  scores->src += counts[0] > 0 ? sums[0] / counts[0] : 0;
  scores->ref += counts[1] > 0 ? sums[1] / counts[1] : 0;
  scores->seam += isnan(seam) ? 0 : seam;
  scores->seconds += seconds;
  scores->count++;
}

static void add_row(const Part *part, const gchar *method, const gchar *what, const Scores *scores) {
  g_autofree gchar *name = g_strdup_printf("%s %s", method, what);
  Table *table = part->request->table;
  table_row(table, name);
  if (!g_str_equal(what, "mean")) table_set(table, "pictures", scores->count); /* of a mean they are parts */
  table_set(table, "MSE_src", scores->src / scores->count);
  table_set(table, "MSE_ref", scores->ref / scores->count);
  table_set(table, "seam", scores->seam / scores->count);
  if (part->request->detection) table_set(table, "AP", scores->precision / (g_str_equal(what, "mean") ? scores->count : 1));
  table_set(table, "seconds", scores->seconds / scores->count);
}

/* The scene of a pair. */
static void set_scene(Part *part, const Pair *pair) {
  const gsize plane = part->scene.engine->mask_count;
  square_get(part->request->squares, pair->a, part->scene.source);
  square_get(part->request->squares, pair->b, part->scene.reference);
  for (gsize k = 0; k < plane; k++)
    part->scene.mask[k] = ((part->bits[pair->a * plane + k] | part->bits[pair->b * plane + k]) & part->labels) != 0;
}

/* Fills the scene's result; by seconds of -1 it says that there is none. */
typedef gboolean (*Maker) (Part *part, const gchar *name, gpointer data, gdouble *seconds, GError **error);

static gboolean by_method(Part *part, const gchar *name, gpointer data, gdouble *seconds, GError **error) {
  return edit_scene(&part->scene, GPOINTER_TO_UINT(data), seconds, error);
}

static gboolean by_other(Part *part, const gchar *name, gpointer data, gdouble *seconds, GError **error) {
  Other *other = data;
  const gchar *path = g_hash_table_lookup(other->files, name);
  *seconds = path ? other->seconds : -1;
  if (path) other->used = TRUE;
  return !path || scene_read(&part->scene, path, error);
}

/* A row of a part, whose means go into `all`. */
static gboolean measure(Part *part, const gchar *method, Maker make, gpointer data, Scores *all, GError **error) {
  Detection *detection = part->request->detection;
  Scores scores = { 0 };
  detection_begin(detection);
  for (guint i = 0; i < part->pairs->len; i++) {
    const Pair *pair = &g_array_index(part->pairs, Pair, i);
    g_autofree gchar *name = pair_name(part->request->squares, pair, part->name);
    gdouble seconds = NAN;
    progress_bar(method, (gdouble)i / part->pairs->len);
    set_scene(part, pair);
    if (!progress_go_on(error) || !make(part, name, data, &seconds, error)) return FALSE;
    if (seconds < 0) continue;
    score(&part->scene, seconds, &scores);
    if (!detection_edit(detection, part->scene.result, pair->a, error)) return FALSE;
  }
  if (!detection_end(detection, &scores.precision, error)) return FALSE;
  if (!scores.count) return TRUE;
  add_row(part, method, part->name, &scores);
  all->src += scores.src / scores.count; /* the mean of the parts, as published */
  all->ref += scores.ref / scores.count;
  all->seam += scores.seam / scores.count;
  all->seconds += scores.seconds / scores.count;
  all->precision += scores.precision;
  all->count++;
  return TRUE;
}

/* All rows of a part: of each method, and of each of the others. */
static gboolean measure_part(Part *part, Scores *all, GError **error) {
  const GPtrArray *others = part->request->others;
  for (guint i = 0; part->writer.folder && i < part->pairs->len; i++) {
    const Pair *pair = &g_array_index(part->pairs, Pair, i);
    g_autofree gchar *name = pair_name(part->request->squares, pair, part->name);
    set_scene(part, pair);
    if (!progress_go_on(error) || !pairs_write(&part->writer, name, &part->scene, error)) return FALSE;
  }
  for (guint m = 0; part->pairs->len && m < EDITS; m++)
    if (!measure(part, edit_name(m), by_method, GUINT_TO_POINTER(m), all + m, error)) return FALSE;
  for (guint i = 0; i < others->len; i++) {
    Other *other = others->pdata[i];
    if (!measure(part, other->name, by_other, other, all + EDITS + i, error)) return FALSE;
  }
  return TRUE;
}

/* Two by two the pictures' right halves and lower halves, which need no masks. */
static void add_halves(const PartsRequest *request, guint32 *bits) {
  const gsize size = (gsize)request->squares->size, plane = request->engine->mask_count;
  for (guint n = 0; n < request->squares->count / 2 * 2; n++)
    for (gsize i = 0; i < plane; i++)
      if (2 * (n / 2 % 2 ? i / size : i % size) >= size) bits[n * plane + i] |= BIT(HALF);
}

/* The labels of all pictures; FALSE when interrupted. */
static gboolean read_all(const PartsRequest *request, guint32 *bits, GError **error) {
  const Squares *squares = request->squares;
  guint masked = 0;
  if (!request->folder) return TRUE;
  g_autoptr(GHashTable) files = files_by_stem(request->folder, error);
  if (!files) return FALSE;
  for (guint i = 0; i < squares->count; i++) {
    g_autoptr(GError) fault = NULL;
    masked += read_labels(files, squares->stems[i], squares->size, bits + i * request->engine->mask_count, &fault);
    if (fault) cli_note(_("Skipped: %s"), fault->message);
    if (!progress_go_on(error)) return FALSE;
  }
  if (masked < squares->count) cli_note(_("%u of %u pictures have masks."), masked, squares->count);
  return TRUE;
}

gboolean parts_measure(const PartsRequest *request, GError **error) {
  Engine *engine = request->engine;
  const guint rows = EDITS + request->others->len;
  g_autofree guint32 *bits = g_new0(guint32, request->squares->count * engine->mask_count);
  g_autofree Scores *all = g_new0(Scores, rows);
  Part part = { .request = request, .bits = bits };
  if (!read_all(request, bits, error)) return FALSE;
  if (request->halves) add_halves(request, bits);
  if (!pairs_writer_new(&part.writer, request->written, error)) return FALSE;
  gboolean done = TRUE;
  engine_watch(engine, progress_quiet, NULL);
  scene_new(&part.scene, engine);
  for (guint p = 0; done && p < G_N_ELEMENTS(parts); p++) {
    g_autoptr(GArray) pairs = pairs_find(bits, request->squares->count, engine->mask_count, parts[p].labels);
    part.pairs = pairs;
    part.name = parts[p].name;
    part.labels = parts[p].labels;
    part.scene.space = parts[p].labels == BIT(HALF) ? STYLEMAP_SPACE_W : STYLEMAP_SPACE_W_PLUS; /* as published */
    done = measure_part(&part, all, error);
  }
  for (guint m = 0; done && m < rows; m++)
    if (all[m].count > 1)
      add_row(&part, m < EDITS ? edit_name(m) : ((const Other *)request->others->pdata[m - EDITS])->name, "mean", &all[m]);
  scene_clear(&part.scene);
  done = pairs_writer_end(&part.writer, done, error);
  if (!done || all[0].count || !request->folder) return done;
  g_autofree gchar *name = g_filename_display_name(request->folder);
  cli_usage(error, _("%s has no masks by the names of these pictures, or none that overlap."), name);
  return FALSE;
}
