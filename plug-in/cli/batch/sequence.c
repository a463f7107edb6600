/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames of one scene (host/sequence.h) as rows of a batch: which model draws, which collage is healed and what is taken of the
 * reference is what the first frame says. */
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "cli/batch/batch.h"
#include "host/say.h"
#include "host/sequence.h"

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

/* ------------------------------------------------------------------------------------------- passes */

typedef struct {
  SequencePlace *places;
  gchar *answer; /* one frame's */
  guint done, count;
} Passes;

static gboolean take_place(gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error) {
  Passes *passes = data;
  SequencePlace *place = &passes->places[item];
  const gchar *at = answer ? answer : "";
  gchar *end;
  for (gint part = 0; *at && part < (gint)G_N_ELEMENTS(place->values); part++, at = end) place->values[part] = g_ascii_strtod(at, &end);
  place->sure = *at != '\0'; /* " sure" */
  passes->done++;
  return TRUE;
}

static gboolean take_answer(gpointer data, guint item, const gchar *answer, const gchar *fault, GError **error) {
  Passes *passes = data;
  g_free(passes->answer);
  passes->answer = g_strdup(answer ? answer : "");
  return TRUE;
}

static void show(gpointer data) {
  const Passes *passes = data;
  progress_bar(_("looking where the subject is"), passes->count ? (gdouble)passes->done / passes->count : 1);
}

static Place there(stylemap_placement at) {
  sequence_round(&at);
  return (Place){ .kind = PLACE_THERE, .x = at.x, .y = at.y, .side = at.side, .angle = at.angle, .mirror = at.mirror };
}

/* NULL: all have the centred square. */
static void set_places(const Rows *rows, const SequencePlace *places) {
  for (guint i = 0; i < rows->rows->len; i++) {
    Row *row = rows->rows->pdata[i];
    Place *place = &row->edit.place;
    if (places) {
      const stylemap_placement at = sequence_square(&places[i], place->mirror);
      *place = there(at);
      row->moves = rows->mask_moves;
    } else {
      *place = (Place){ .kind = PLACE_CENTRE, .mirror = place->mirror };
    }
    row->first = ((const Row *)rows->rows->pdata[0])->edit.place;
  }
}

/* What was looked for in the reference lies at `found`; NULL: it was not found. */
static void set_found(CliReference *reference, const gdouble *found) {
  const gboolean mirror = reference->place.mirror;
  if (reference->path && reference->place.kind == PLACE_AUTO)
    reference->place = found ? there((stylemap_placement){ found[0], found[1], found[2], found[3], mirror }) : (Place){ .kind = PLACE_CENTRE, .mirror = mirror };
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
  const Place *first = &((const Row *)rows->rows->pdata[0])->edit.place;
  for (guint i = 0; told && i < rows->rows->len; i++) {
    CliEdit *edit = &((Row *)rows->rows->pdata[i])->edit;
    if (edit->method == EDIT_HEAL && start >= 0) stylemap_heal_as_reported(&edit->heal, &healed);
    for (end = (gchar *)places; *end;) {
      gdouble values[5];
      for (guint k = 0; k < G_N_ELEMENTS(values); k++) values[k] = g_ascii_strtod(end, &end);
      if (values[0] < edit->n_references) set_found(&edit->references[(gint)values[0]], values + 1);
    }
    for (gint n = 0; n < edit->n_references; n++) {
      Place *place = &edit->references[n].place;
      set_found(&edit->references[n], NULL);
      if (place->kind != PLACE_AS_PLACED || first->kind != PLACE_THERE) continue; /* it goes with the subject, as the mask does */
      const gboolean mirror = place->mirror;
      *place = *first;
      place->mirror = mirror;
    }
  }
}

/* What was decided belongs to what was asked for. */
static void set_keys(const Rows *rows) {
  for (guint i = 0; i < rows->rows->len; i++) {
    Row *row = rows->rows->pdata[i];
    g_autoptr(GString) all = g_string_new(row->key);
    g_string_append_printf(all, " %s", row->edit.model);
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

/* What the passes over all frames are made with. */
typedef struct {
  const Rows *rows;
  const Pool *pool; /* but for what is done */
  Passes *passes;
} Frames;

/* Of frames from number `first` on, in processes. */
static gboolean pass(Frames *frames, guint first, guint count, gboolean (*work)(gpointer data, guint item, GString *answer), SequencePlace *places,
                     GError **error) {
  Pool pool = *frames->pool;
  frames->passes->places = places;
  frames->passes->done = first;
  pool.items += first;
  pool.count = count;
  pool.work = work;
  pool.take = take_place;
  return pool_run(&pool, error);
}

static gboolean is_told(const Rows *rows) {
  const CliEdit *edit = &((const Row *)rows->rows->pdata[0])->edit;
  return !sequence_is_found(edit->placement, place_find_how(&edit->place));
}

/* A place that is told is the first frame's. */
static gboolean find(gpointer data, SequencePlace *found, GError **error) {
  const Frames *frames = data;
  return pass(data, 0, is_told(frames->rows) ? 1 : frames->rows->rows->len, runner_place, found, error);
}

static gboolean track(gpointer data, const SequencePlace *squares, SequencePlace *ways, GError **error) {
  const Frames *frames = data;
  set_places(frames->rows, squares);
  return pass(data, 1, frames->rows->rows->len - 1, runner_track, ways, error);
}

static gboolean place_all(Frames *frames, GError **error) {
  const SequencePasses passes = { find, track, frames };
  const guint count = frames->rows->rows->len;
  g_autofree SequencePlace *places = g_new0(SequencePlace, count);
  SequenceHow how;
  if (!sequence_places(&passes, count, places, &how, error)) return FALSE;
  if (how == SEQUENCE_NOWHERE && is_told(frames->rows)) return TRUE; /* the first frame cannot be read: all have that place */
  set_places(frames->rows, how == SEQUENCE_NOWHERE ? NULL : places);
  if (sequence_note(how)) cli_note("%s", sequence_note(how));
  return TRUE;
}

/* What the first frame that can be read answers; "" where none does. */
static gboolean ask_first(const Frames *frames, gboolean (*work)(gpointer data, guint item, GString *answer), GError **error) {
  Pool pool = *frames->pool;
  Passes *passes = frames->passes;
  pool.count = 1;
  pool.work = work;
  pool.take = take_answer;
  for (guint i = 0; i < frames->rows->rows->len; i++, pool.items++) {
    if (!pool_run(&pool, error)) return FALSE;
    if (*passes->answer) break;
  }
  return TRUE;
}

gboolean sequence_decide(const Rows *rows, Runner *runner, const Pool *usual, GError **error) {
  const guint count = rows->rows->len;
  g_autofree guint *items = g_new(guint, count);
  Passes passes = { .count = count };
  Pool pool = *usual;
  Frames frames = { rows, &pool, &passes };
  for (guint i = 0; i < count; i++) {
    items[i] = i;
    ((Row *)rows->rows->pdata[i])->edit.heal.film = TRUE;
  }
  pool.items = items;
  pool.data = &passes;
  pool.tick = show;
  gboolean done = ask_first(&frames, runner_choose, error);
  if (done && *passes.answer) runner_set_model(runner, passes.answer);
  done = done && place_all(&frames, error) && ask_first(&frames, runner_decide, error);
  if (done) set_decisions(rows, passes.answer);
  if (done) set_keys(rows);
  g_free(passes.answer);
  return done;
}
