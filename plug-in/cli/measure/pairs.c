/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/measure/pairs.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "cli/measure/table.h"
#include "host/layer.h"
#include "host/say.h"
#include "picture/picture.h"

static gint by_overlap(gconstpointer x, gconstpointer y) {
  const Pair *p = x, *q = y;
  if (p->overlap != q->overlap) return p->overlap > q->overlap ? -1 : 1;
  return p->a != q->a ? (p->a < q->a ? -1 : 1) : p->b < q->b ? -1 : p->b > q->b;
}

GArray *pairs_find(const guint32 *bits, guint pictures, gsize pixels, guint part) {
  const gsize words = (pixels + 63) / 64;
  g_autofree guint64 *sets = g_new0(guint64, pictures * words);
  g_autofree gboolean *taken = g_new0(gboolean, pictures);
  g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Pair));
  GArray *pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
  for (guint n = 0; n < pictures; n++) {
    guint32 any = 0;
    for (gsize i = 0; i < pixels; i++) {
      any |= bits[n * pixels + i];
      if (bits[n * pixels + i] & part) sets[n * words + i / 64] |= (guint64)1 << (i % 64);
    }
    taken[n] = !any; /* it has no masks */
  }
  for (guint a = 0; a < pictures; a++)
    for (guint b = a + 1; b < pictures && !taken[a]; b++) {
      guint64 both = 0, either = 0;
      if (taken[b]) continue;
      for (gsize w = 0; w < words; w++) {
        both += (guint64)__builtin_popcountll(sets[a * words + w] & sets[b * words + w]);
        either += (guint64)__builtin_popcountll(sets[a * words + w] | sets[b * words + w]);
      }
      const Pair pair = { a, b, either ? (gdouble)both / (gdouble)either : 0, either > 0 };
      g_array_append_val(all, pair);
    }
  g_array_sort(all, by_overlap);
  for (guint i = 0; i < all->len; i++) {
    const Pair *pair = &g_array_index(all, Pair, i);
    if (taken[pair->a] || taken[pair->b]) continue;
    taken[pair->a] = taken[pair->b] = TRUE;
    if (pair->shown) g_array_append_val(pairs, *pair);
  }
  return pairs;
}

gchar *pair_name(const Squares *squares, const Pair *pair, const gchar *part) {
  return g_strdup_printf("%s-%s-%s", part, squares->stems[pair->a], squares->stems[pair->b]);
}

/* ------------------------------------------------------------------------------------------- files */

gboolean pairs_writer_new(PairWriter *writer, const gchar *folder, GError **error) {
  *writer = (PairWriter){ folder, NULL };
  if (!folder) return TRUE;
  if (g_mkdir_with_parents(folder, 0777)) {
    g_autofree gchar *name = g_filename_display_name(folder);
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made: %s."), name, g_strerror(errno));
    return FALSE;
  }
  writer->manifest = g_string_new("target,reference,mask,placement,reference-placement,output\n");
  return TRUE;
}

/* Writes a square and appends its path to the manifest. */
static gboolean write_square(PairWriter *writer, const gchar *name, const gchar *what, const gfloat *square, gint size, GError **error) {
  g_autofree gchar *file = g_strdup_printf("%s-%s.png", name, what), *path = g_build_filename(writer->folder, file, NULL);
  g_autoptr(GeglBuffer) buffer = layer_buffer_of_square(square, size, babl_format("R'G'B' u8"));
  table_quote(writer->manifest, path, '"');
  g_string_append_c(writer->manifest, ',');
  return picture_save(buffer, NULL, path, error);
}

gboolean pairs_write(PairWriter *writer, const gchar *name, const Scene *scene, GError **error) {
  const Engine *engine = scene->engine;
  const gint size = engine->info->size;
  if (!writer->folder) return TRUE;
  g_autofree gchar *output = g_strdup_printf("%s.png", name);
  g_autofree gfloat *mask = engine_new_image(engine);
  for (gsize i = 0; i < engine->image_count; i++) mask[i] = 2 * scene->mask[i % engine->mask_count] - 1;
  if (!write_square(writer, name, "target", scene->source, size, error) ||
      !write_square(writer, name, "reference", scene->reference, size, error) ||
      !write_square(writer, name, "mask", mask, size, error))
    return FALSE;
  g_string_append(writer->manifest, "centre,centre,");
  table_quote(writer->manifest, output, '"');
  g_string_append_c(writer->manifest, '\n');
  return TRUE;
}

gboolean pairs_writer_end(PairWriter *writer, gboolean done, GError **error) {
  if (!writer->manifest) return done;
  g_autofree gchar *path = g_build_filename(writer->folder, "pairs.csv", NULL);
  done = done && g_file_set_contents(path, writer->manifest->str, (gssize)writer->manifest->len, error);
  g_string_free(writer->manifest, TRUE);
  writer->manifest = NULL;
  return done;
}
