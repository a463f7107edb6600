/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/truth.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/measure/edits.h"
#include "cli/measure/parts.h"
#include "host/say.h"
#include "stylemap-measure.h"

#define NEAR_EDGE (8.0 / 512) /* of the side: so far from the edge a pixel still counts as along it */
#define SHARE 0.95            /* of those pixels */

enum { MSE, SSIM, EDGE, SEAM, SECONDS, MEASURES };
static const gchar *const columns[MEASURES] = { "truth_MSE", "truth_SSIM", "edge_dE", "seam", "seconds" };

typedef struct {
  GHashTable *files; /* paths by stems */
  GPtrArray *stems;  /* of the edits, sorted */
  Scene scene;
  gfloat *truth;
  guint8 *grey;
} Truths;

static const gchar *path_of(const Truths *truths, const gchar *stem, const gchar *what) {
  g_autofree gchar *name = g_strdup_printf("%s-%s", stem, what);
  return g_hash_table_lookup(truths->files, name);
}

/* Pictures and mask of an edit. */
static gboolean read_edit(Truths *truths, const gchar *stem, GError **error) {
  Scene *scene = &truths->scene;
  const gint size = scene->engine->info->size;
  if (!picture_square(path_of(truths, stem, "target"), size, scene->source, error) ||
      !picture_square(path_of(truths, stem, "reference"), size, scene->reference, error) ||
      !picture_square(path_of(truths, stem, "truth"), size, truths->truth, error) ||
      !mask_read(path_of(truths, stem, "mask"), size, truths->grey, error))
    return FALSE;
  for (gsize i = 0; i < scene->engine->mask_count; i++) scene->mask[i] = truths->grey[i] > 127;
  return TRUE;
}

static void measure(const Truths *truths, gdouble seconds, gdouble *values) {
  const Scene *scene = &truths->scene;
  const gint size = scene->engine->info->size;
  gdouble sum = 0, count = 0;
  for (gsize i = 0; i < scene->engine->image_count; i++) {
    if (!(scene->mask[i % scene->engine->mask_count] > 0)) continue;
    sum += pow((gdouble)scene->result[i] - truths->truth[i], 2);
    count++;
  }
  values[MSE] = count > 0 ? sum / count : NAN;
  values[SSIM] = stylemap_ssim_in(scene->result, truths->truth, scene->mask, size);
  values[EDGE] = stylemap_edge_difference(scene->result, truths->truth, scene->mask, size, MAX(1, NEAR_EDGE * size), SHARE);
  values[SEAM] = stylemap_seam(scene->result, scene->source, scene->reference, scene->mask, size);
  values[SECONDS] = seconds;
}

static gint by_size(gconstpointer a, gconstpointer b) {
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;
  return x < y ? -1 : x > y;
}

static gdouble median(const GArray *all, guint which) {
  g_autofree gdouble *values = g_new(gdouble, all->len);
  guint n = 0;
  for (guint i = 0; i < all->len; i++) {
    const gdouble value = g_array_index(all, gdouble, i);
    if (i % MEASURES == which && !isnan(value)) values[n++] = value;
  }
  qsort(values, n, sizeof *values, by_size);
  return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
}

typedef gboolean (*Maker) (Truths *truths, const gchar *stem, gpointer data, gdouble *seconds, GError **error);

/* A row: `make` fills the scene's result; by seconds of -1 it says that there is none. */
static gboolean add_row(Truths *truths, Table *table, const gchar *what, Maker make, gpointer data, GError **error) {
  g_autofree gchar *name = g_strdup_printf("%s truth", what);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gdouble));
  for (guint i = 0; i < truths->stems->len; i++) {
    gdouble values[MEASURES], seconds = NAN;
    progress_bar(name, (gdouble)i / truths->stems->len);
    if (!progress_go_on(error) || !read_edit(truths, truths->stems->pdata[i], error) ||
        !make(truths, truths->stems->pdata[i], data, &seconds, error))
      return FALSE;
    if (seconds < 0) continue;
    measure(truths, seconds, values);
    g_array_append_vals(all, values, MEASURES);
  }
  if (!all->len) return TRUE;
  table_row(table, name);
  table_set(table, "pictures", all->len / MEASURES);
  for (guint m = 0; m < MEASURES; m++) table_set(table, columns[m], median(all, m));
  return TRUE;
}

static gboolean by_nothing(Truths *truths, const gchar *stem, gpointer data, gdouble *seconds, GError **error) {
  memcpy(truths->scene.result, truths->scene.source, truths->scene.engine->image_count * sizeof(gfloat));
  return TRUE;
}

static gboolean by_method(Truths *truths, const gchar *stem, gpointer data, gdouble *seconds, GError **error) {
  return edit_scene(&truths->scene, GPOINTER_TO_UINT(data), seconds, error);
}

static gboolean by_other(Truths *truths, const gchar *stem, gpointer data, gdouble *seconds, GError **error) {
  Other *other = data;
  const gchar *path = g_hash_table_lookup(other->files, stem);
  *seconds = path ? other->seconds : -1;
  if (path) other->used = TRUE;
  return !path || picture_square(path, truths->scene.engine->info->size, truths->scene.result, error);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(gchar *const *)a, *(gchar *const *)b); }

/* The edits of which there is everything. */
static gboolean find_edits(Truths *truths, const gchar *folder, GError **error) {
  GHashTableIter all;
  gpointer key;
  guint lacking = 0;
  g_hash_table_iter_init(&all, truths->files);
  while (g_hash_table_iter_next(&all, &key, NULL)) {
    if (!g_str_has_suffix(key, "-truth")) continue;
    gchar *stem = g_strndup(key, strlen(key) - strlen("-truth"));
    if (path_of(truths, stem, "target") && path_of(truths, stem, "reference") && path_of(truths, stem, "mask"))
      g_ptr_array_add(truths->stems, stem);
    else {
      lacking++;
      g_free(stem);
    }
  }
  if (lacking) cli_note(_("%u edits in %s lack a target, a reference or a mask."), lacking, folder);
  g_ptr_array_sort(truths->stems, by_name);
  if (truths->stems->len) return TRUE;
  cli_usage(error, _("%s has no edits: an edit is four pictures, NAME-target, NAME-reference, NAME-mask and NAME-truth."), folder);
  return FALSE;
}

gboolean truth_measure(Engine *engine, const gchar *folder, const GPtrArray *others, Table *table, GError **error) {
  g_autoptr(GHashTable) files = files_by_stem(folder, error);
  g_autoptr(GPtrArray) stems = g_ptr_array_new_with_free_func(g_free);
  g_autofree gfloat *truth = engine_new_image(engine);
  g_autofree guint8 *grey = g_malloc(engine->mask_count);
  Truths truths = { .files = files, .stems = stems, .truth = truth, .grey = grey };
  if (!files || !find_edits(&truths, folder, error)) return FALSE;
  engine_watch(engine, progress_quiet, NULL);
  scene_new(&truths.scene, engine);
  gboolean done = add_row(&truths, table, "no edit", by_nothing, NULL, error);
  for (guint m = 0; done && m < EDITS; m++) done = add_row(&truths, table, edit_name(m), by_method, GUINT_TO_POINTER(m), error);
  for (guint i = 0; done && i < others->len; i++) {
    Other *other = others->pdata[i];
    done = add_row(&truths, table, other->name, by_other, other, error);
  }
  scene_clear(&truths.scene);
  return done;
}
