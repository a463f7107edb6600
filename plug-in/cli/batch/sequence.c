/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames of one scene: what is decided for each picture alone is decided for all of them, so that nothing flickers. Where the
 * model's square lies is found on each frame and smoothed over time; the mask moves with it; which collage is healed and what
 * is taken of the reference is what the first frame says. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/batch/batch.h"
#include "host/say.h"

/* -------------------------------------------------------------------------------------------- rows */

static gint by_number(gconstpointer a, gconstpointer b) {
  const guint64 left = *(const guint64 *)a, right = *(const guint64 *)b;
  return left < right ? -1 : left > right;
}

/* The numbers of the files whose names are the pattern's. */
static GArray *numbers_of(const Pattern *pattern, GError **error) {
  g_autofree gchar *folder = g_path_get_dirname(pattern->before), *probe = g_strconcat(pattern->before, "0", NULL);
  g_autofree gchar *name = g_path_get_basename(probe);
  const gsize before = strlen(name) - 1, after = strlen(pattern->after);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
  if (!dir) return NULL;
  GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
  for (const gchar *file; (file = g_dir_read_name(dir));) {
    gchar *end;
    if (strncmp(file, name, before) != 0 || !g_ascii_isdigit(file[before])) continue;
    const guint64 number = g_ascii_strtoull(file + before, &end, 10);
    g_autofree gchar *again = number <= G_MAXINT ? pattern_path(pattern, (gint)number) : NULL;
    g_autofree gchar *path = g_strconcat(pattern->before, file + before, NULL);
    if (strlen(end) == after && again && g_str_equal(again, path)) g_array_append_val(numbers, number);
  }
  g_array_sort(numbers, by_number);
  return numbers;
}

/* The columns of masks that are patterns, too: one frame's number, one mask's. */
typedef struct {
  const gchar *names[ROWS_REFERENCES + 2]; /* the target's first, closed by NULL */
  Pattern patterns[ROWS_REFERENCES + 1];
  gint count;
  guint plain; /* bit n: the mask of reference n, from 0, is one picture, of the first frame */
} Columns;

static gboolean read_columns(const Rows *rows, const gchar *target, Columns *columns, GError **error) {
  columns->names[0] = "target";
  if (!pattern_parse(target, 2, &columns->patterns[0], error)) return FALSE;
  columns->count = 1;
  for (gint n = 1; n <= ROWS_REFERENCES; n++) {
    const gchar *name = rows_name("mask", n), *mask = g_hash_table_lookup(rows->usual, name);
    if (mask && !strchr(mask, '%')) columns->plain |= 1u << (n - 1);
    if (!mask || !strchr(mask, '%')) continue;
    columns->names[columns->count] = name;
    if (!pattern_parse(mask, 2, &columns->patterns[columns->count], error)) return FALSE;
    columns->count++;
  }
  return TRUE;
}

static gboolean add_frame(Rows *rows, const Columns *columns, gint number, GError **error) {
  gchar *values[ROWS_REFERENCES + 2] = { NULL };
  for (gint i = 0; i < columns->count; i++) values[i] = pattern_path(&columns->patterns[i], number);
  const gboolean done = rows_add(rows, 0, columns->names, (const gchar *const *)values, error);
  for (gint i = 0; i < columns->count; i++) g_free(values[i]);
  return done;
}

gboolean rows_add_pattern(Rows *rows, const gchar *text, GError **error) {
  Columns columns = { .count = 0 };
  if (!strchr(text, '%')) {
    cli_usage(error, _("--sequence takes a pattern, with %%d or %%0Nd for the frames' numbers (\"frame-%%04d.png\")."));
    return FALSE;
  }
  gboolean done = read_columns(rows, text, &columns, error);
  g_autoptr(GArray) numbers = done ? numbers_of(&columns.patterns[0], error) : NULL;
  done = numbers != NULL;
  for (guint i = 0; done && i < numbers->len; i++) done = add_frame(rows, &columns, (gint)g_array_index(numbers, guint64, i), error);
  if (done && numbers->len < 2) {
    cli_usage(error, _("There are no frames %s, or one alone."), text);
    done = FALSE;
  }
  rows->mask_moves = done ? columns.plain : 0;
  for (gint i = 0; i < columns.count; i++) pattern_clear(&columns.patterns[i]);
  return done;
}

/* ----------------------------------------------------------------------------------------- smoothing */

enum { PARTS = 4, REACH = 6 /* frames to either side */ };

/* The value at `t` of the line that fits the sure frames around it best, weighed by a Gaussian: what moves evenly is left as
 * it is, also at both ends. FALSE where no sure frame is in reach. */
static gboolean fit_line(const SequencePlace *places, guint count, guint t, gint reach, gint part, gdouble *value) {
  gdouble w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0;
  for (gint d = -reach; d <= reach; d++) {
    const gint64 i = (gint64)t + d;
    if (i < 0 || i >= count || !places[i].sure) continue;
    const gdouble w = exp(-0.5 * pow(2.5 * d / reach, 2)), y = places[i].values[part];
    w0 += w, w1 += w * d, w2 += w * d * d, y0 += w * y, y1 += w * d * y;
  }
  const gdouble det = w0 * w2 - w1 * w1;
  if (w0 <= 0) return FALSE;
  *value = det > 1e-9 * w0 * w0 ? (w2 * y0 - w1 * y1) / det : y0 / w0;
  return TRUE;
}

gboolean sequence_smooth(SequencePlace *places, guint count) {
  g_autofree SequencePlace *smooth = g_memdup2(places, count * sizeof *places);
  for (guint t = 0; t < count; t++)
    for (gint part = 0; part < PARTS; part++) {
      gint reach = REACH;
      while (!fit_line(places, count, t, reach, part, &smooth[t].values[part]) && reach < (gint)count) reach *= 2;
      if (reach >= (gint)count && !fit_line(places, count, t, reach, part, &smooth[t].values[part])) return FALSE;
    }
  memcpy(places, smooth, count * sizeof *places);
  return TRUE;
}

/* ------------------------------------------------------------------------------------------- passes */

typedef struct {
  SequencePlace *places;
  gchar *decided; /* the first frame's answer */
  guint done, count;
} Passes;

static gboolean take_place(gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error) {
  Passes *passes = data;
  SequencePlace *place = &passes->places[item];
  const gchar *at = answer ? answer : "";
  gchar *end;
  for (gint part = 0; *at && part < PARTS; part++, at = end) place->values[part] = g_ascii_strtod(at, &end);
  place->sure = *at != '\0'; /* " sure" */
  passes->done++;
  return TRUE;
}

static gboolean take_decision(gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error) {
  Passes *passes = data;
  passes->decided = g_strdup(answer ? answer : "");
  return TRUE;
}

static void show(gpointer data) {
  const Passes *passes = data;
  progress_bar(_("looking where the subject is"), passes->count ? (gdouble)passes->done / passes->count : 1);
}

/* The conversions of colours that babl chooses by their speed differ in their last bit from run to run; what is decided must
 * not, or --resume would do it anew. */
static gdouble coarse(gdouble value, gdouble step) { return step * round(value / step); }

static Place coarse_place(gdouble x, gdouble y, gdouble side, gdouble angle, gboolean mirror) {
  static const gdouble pixels = 1.0 / 256, radians = 1e-5;
  return (Place){ .kind = PLACE_THERE, .x = coarse(x, pixels), .y = coarse(y, pixels), .side = coarse(side, pixels),
                  .angle = coarse(angle, radians), .mirror = mirror };
}

static void set_places(const Rows *rows, const SequencePlace *places) {
  for (guint i = 0; i < rows->rows->len; i++) {
    Row *row = rows->rows->pdata[i];
    Place *place = &row->edit.place;
    *place = coarse_place(places[i].values[0], places[i].values[1], exp(places[i].values[2]), places[i].values[3], place->mirror);
    row->moves = rows->mask_moves;
    row->first = ((const Row *)rows->rows->pdata[0])->edit.place;
  }
}

static gint by_value(gconstpointer a, gconstpointer b) {
  const gdouble left = *(const gdouble *)a, right = *(const gdouble *)b;
  return left < right ? -1 : left > right;
}

/* `square` where it lies in the frame after, or, `back`, in the one before: it moves by `way` about the centre of `about`. */
static void move(SequencePlace *square, const gdouble *way, const SequencePlace *about, gboolean back) {
  const gdouble *c = about->values, scale = exp(back ? -way[2] : way[2]), angle = back ? -way[3] : way[3];
  const gdouble dx = square->values[0] - c[0] - (back ? way[0] : 0), dy = square->values[1] - c[1] - (back ? way[1] : 0);
  square->values[0] = c[0] + scale * (cos(angle) * dx - sin(angle) * dy) + (back ? 0 : way[0]);
  square->values[1] = c[1] + scale * (sin(angle) * dx + cos(angle) * dy) + (back ? 0 : way[1]);
  square->values[2] += back ? -way[2] : way[2];
  square->values[3] += angle;
}

/* Squares that lie still on what they show: the frames' ways from one to the next tell how they move, and the median of all
 * that was found, each taken back to the first frame, where they lie. `smooth` has the squares by which the ways were found. */
static void follow(SequencePlace *places, const SequencePlace *found, const SequencePlace *smooth, const SequencePlace *ways, guint count) {
  g_autofree gdouble *values = g_new(gdouble, count);
  SequencePlace first = { 0 };
  for (gint part = 0; part < PARTS; part++) {
    guint n = 0;
    for (guint t = 0; t < count; t++) {
      SequencePlace square = found[t];
      if (!square.sure) continue;
      for (guint i = t; i > 0; i--) move(&square, ways[i].values, &smooth[i - 1], TRUE);
      values[n++] = square.values[part];
    }
    qsort(values, n, sizeof *values, by_value);
    first.values[part] = values[n / 2];
  }
  places[0] = first;
  for (guint t = 1; t < count; t++) {
    places[t] = places[t - 1];
    move(&places[t], ways[t].values, &smooth[t - 1], FALSE);
  }
}

/* What was looked for in the reference lies at `found`; NULL: it was not found. */
static void set_found(CliReference *reference, const gdouble *found) {
  const gboolean mirror = reference->place.mirror;
  if (reference->path && reference->place.kind == PLACE_AUTO)
    reference->place = found ? coarse_place(found[0], found[1], found[2], found[3], mirror) : (Place){ .kind = PLACE_CENTRE, .mirror = mirror };
}

/* `decided`: the collage's number, rounds, detail and offset, all chosen once, then the places of the references that were found. */
static void set_decisions(const Rows *rows, const gchar *decided) {
  stylemap_heal_report healed = { 0 };
  gint start = -1, used = 0;
  const gboolean told = sscanf(decided, "%d %d %d%n", &start, &healed.rounds, &healed.both, &used) == 3;
  gchar *end = (gchar *)decided + used;
  healed.start = (stylemap_start)start;
  healed.sigma = g_ascii_strtod(end, &end);
  for (gint i = 0; i < 3; i++) healed.offset[i] = (gfloat)g_ascii_strtod(end, &end);
  const gchar *places = end;
  for (guint i = 0; told && i < rows->rows->len; i++) {
    CliEdit *edit = &((Row *)rows->rows->pdata[i])->edit;
    if (edit->method == EDIT_HEAL && start >= 0) stylemap_heal_as_reported(&edit->heal, &healed);
    for (end = (gchar *)places; *end;) {
      gdouble values[5];
      for (guint k = 0; k < G_N_ELEMENTS(values); k++) values[k] = g_ascii_strtod(end, &end);
      if (values[0] < edit->n_references) set_found(&edit->references[(gint)values[0]], values + 1);
    }
    for (gint n = 0; n < edit->n_references; n++) set_found(&edit->references[n], NULL);
  }
}

/* What was decided belongs to what was asked for. */
static void set_keys(const Rows *rows) {
  for (guint i = 0; i < rows->rows->len; i++) {
    Row *row = rows->rows->pdata[i];
    g_autoptr(GString) all = g_string_new(row->key);
    for (gint k = -2; k < row->edit.n_parts; k++) {
      const Place *place = k == -2 ? &row->first : k == -1 ? &row->edit.place : &row->edit.references[k].place;
      const gdouble numbers[] = { place->kind, place->x, place->y, place->side, place->angle };
      rows_append_numbers(all, numbers, G_N_ELEMENTS(numbers));
    }
    const stylemap_heal_options *heal = &row->edit.heal;
    const gdouble detail[] = { heal->sigma, heal->offset[0], heal->offset[1], heal->offset[2] };
    g_string_append_printf(all, " %d %d %d", heal->start, heal->rounds, heal->both);
    rows_append_numbers(all, detail, G_N_ELEMENTS(detail));
    g_free(row->key);
    row->key = g_compute_checksum_for_string(G_CHECKSUM_MD5, all->str, -1);
  }
}

gboolean sequence_decide(const Rows *rows, Runner *runner, const Pool *usual, GError **error) {
  const guint count = rows->rows->len, first = 0;
  g_autofree guint *items = g_new(guint, count);
  g_autofree SequencePlace *places = g_new0(SequencePlace, count);
  Passes passes = { .places = places, .count = count };
  const CliEdit *edit = &((const Row *)rows->rows->pdata[0])->edit;
  Pool pool = *usual;
  for (guint i = 0; i < count; i++) items[i] = i;
  pool.items = items;
  pool.data = &passes;
  pool.tick = show;
  if (!edit->placement) {
    pool.count = count;
    pool.work = runner_place;
    pool.take = take_place;
    if (!pool_run(&pool, error)) return FALSE;
    g_autofree SequencePlace *found = g_memdup2(places, count * sizeof *places), *ways = g_new0(SequencePlace, count);
    if (sequence_smooth(places, count)) {
      g_autofree SequencePlace *smooth = g_memdup2(places, count * sizeof *places);
      gboolean all = TRUE;
      set_places(rows, places);
      passes.places = ways;
      pool.items = items + 1;
      pool.count = count - 1;
      pool.work = runner_track;
      if (!pool_run(&pool, error)) return FALSE;
      for (guint t = 1; t < count; t++) all = all && ways[t].sure;
      if (all) follow(places, found, smooth, ways, count);
      else cli_note(_("Not all frames look like the ones before: the squares that were found are smoothed alone."));
      set_places(rows, places);
    } else cli_note(_("The model is sure of its subject in no frame: the same square is taken in all of them."));
  }
  pool.items = &first;
  pool.count = 1;
  pool.work = runner_decide;
  pool.take = take_decision;
  const gboolean done = pool_run(&pool, error);
  if (done) set_decisions(rows, passes.decided);
  if (done) set_keys(rows);
  g_free(passes.decided);
  return done;
}
