/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/edits.h"
#include "cli/measure/parts.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/train/train.h"
#include "picture/picture.h"
#include "stylemap-measure.h"

enum { LABELS = 19, PLAIN = LABELS /* what is no label: a mask by itself */ };

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
  { "mask", BIT(PLAIN) },
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

/* ------------------------------------------------------------------------------------------- pairs */

typedef struct {
  guint a, b;
  gdouble overlap; /* intersection over union of the part */
} Pair;

static gint by_overlap(gconstpointer x, gconstpointer y) {
  const Pair *p = x, *q = y;
  if (p->overlap != q->overlap) return p->overlap > q->overlap ? -1 : 1;
  return p->a != q->a ? (p->a < q->a ? -1 : 1) : p->b < q->b ? -1 : p->b > q->b;
}

/* Pairs of pictures by greatest overlap of a part, each picture in one; those without any are left out. */
static GArray *pair_up(const guint32 *bits, guint pictures, gsize pixels, guint part) {
  const gsize words = (pixels + 63) / 64;
  g_autofree guint64 *sets = g_new0(guint64, pictures * words);
  g_autofree gboolean *taken = g_new0(gboolean, pictures);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Pair));
  GArray *pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
  for (guint n = 0; n < pictures; n++)
    for (gsize i = 0; i < pixels; i++)
      if (bits[n * pixels + i] & part) sets[n * words + i / 64] |= (guint64)1 << (i % 64);
  for (guint a = 0; a < pictures; a++)
    for (guint b = a + 1; b < pictures; b++) {
      guint64 both = 0, either = 0;
      for (gsize w = 0; w < words; w++) {
        both += (guint64)__builtin_popcountll(sets[a * words + w] & sets[b * words + w]);
        either += (guint64)__builtin_popcountll(sets[a * words + w] | sets[b * words + w]);
      }
      const Pair pair = { a, b, either ? (gdouble)both / (gdouble)either : 0 };
      if (both) g_array_append_val(all, pair);
    }
  g_array_sort(all, by_overlap);
  for (guint i = 0; i < all->len; i++) {
    const Pair *pair = &g_array_index(all, Pair, i);
    if (taken[pair->a] || taken[pair->b]) continue;
    taken[pair->a] = taken[pair->b] = TRUE;
    g_array_append_val(pairs, *pair);
  }
  return pairs;
}

/* ------------------------------------------------------------------------------------------- scores */

typedef struct {
  gdouble src, ref, seam, seconds; /* sums over pairs */
  guint count;
} Scores;

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

static void add_row(Table *table, const gchar *method, const gchar *part, const Scores *scores) {
  g_autofree gchar *name = g_strdup_printf("%s %s", method, part);
  table_row(table, name);
  if (!g_str_equal(part, "mean")) table_set(table, "pictures", scores->count); /* of a mean they are parts */
  table_set(table, "MSE_src", scores->src / scores->count);
  table_set(table, "MSE_ref", scores->ref / scores->count);
  table_set(table, "seam", scores->seam / scores->count);
  table_set(table, "seconds", scores->seconds / scores->count);
}

static gboolean edit_pairs(Scene *scene, const Squares *squares, const guint32 *bits, guint part, const GArray *pairs, guint method,
                           Scores *scores, GError **error) {
  const gsize plane = scene->engine->mask_count;
  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index(pairs, Pair, i);
    progress_bar(edit_name(method), (gdouble)i / pairs->len);
    if (!progress_go_on(error)) return FALSE;
    square_get(squares, pair->a, scene->source);
    square_get(squares, pair->b, scene->reference);
    for (gsize k = 0; k < plane; k++) scene->mask[k] = ((bits[pair->a * plane + k] | bits[pair->b * plane + k]) & part) != 0;
    gdouble seconds;
    if (!edit_scene(scene, method, &seconds, error)) return FALSE;
    score(scene, seconds, scores);
  }
  return TRUE;
}

GHashTable *files_by_stem(const gchar *folder, GError **error) {
  g_autoptr(GPtrArray) files = pictures_of(folder, G_MAXUINT, error);
  if (!files) return NULL;
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < files->len; i++) {
    const PictureFile *file = files->pdata[i];
    g_hash_table_insert(table, stem_of(file->path), g_strdup(file->path));
  }
  return table;
}

gboolean parts_measure(Engine *engine, const Squares *squares, const gchar *folder, Table *table, GError **error) {
  const gsize plane = engine->mask_count;
  g_autoptr(GHashTable) files = files_by_stem(folder, error);
  if (!files) return FALSE;
  g_autofree guint32 *bits = g_new0(guint32, squares->count * plane);
  Scene scene;
  guint masked = 0;
  for (guint i = 0; i < squares->count; i++) {
    g_autoptr(GError) fault = NULL;
    masked += read_labels(files, squares->stems[i], engine->info->size, bits + i * plane, &fault);
    if (fault) cli_note(_("Skipped: %s"), fault->message);
    if (!progress_go_on(error)) return FALSE;
  }
  if (masked < squares->count) cli_note(_("%u of %u pictures have masks."), masked, squares->count);
  Scores all[EDITS] = { { 0 } };
  gboolean done = TRUE, any = FALSE;
  engine_watch(engine, progress_quiet, NULL);
  scene_new(&scene, engine);
  for (guint p = 0; done && p < G_N_ELEMENTS(parts); p++) {
    g_autoptr(GArray) pairs = pair_up(bits, squares->count, plane, parts[p].labels);
    for (guint m = 0; done && pairs->len && m < EDITS; m++) {
      Scores scores = { 0 };
      done = edit_pairs(&scene, squares, bits, parts[p].labels, pairs, m, &scores, error);
      if (!done) break;
      any = TRUE;
      add_row(table, edit_name(m), parts[p].name, &scores);
      all[m].src += scores.src / scores.count; /* the mean of the parts, as published */
      all[m].ref += scores.ref / scores.count;
      all[m].seam += scores.seam / scores.count;
      all[m].seconds += scores.seconds / scores.count;
      all[m].count++;
    }
  }
  for (guint m = 0; done && m < EDITS && all[m].count > 1; m++) add_row(table, edit_name(m), "mean", &all[m]);
  scene_clear(&scene);
  if (done && !any) {
    g_autofree gchar *name = g_filename_display_name(folder);
    cli_usage(error, _("%s has no masks by the names of these pictures, or none that overlap."), name);
  }
  return done && any;
}
