/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row in a worker: decode, edit, encode, and the line that tells of it. The reference and the mask of the row before are
 * kept, and the engines with all that they remember. */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/batch/batch.h"
#include "host/choose.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/models.h"
#include "host/say.h"
#include "host/sequence.h"
#include "host/words.h"

enum { UNKNOWN_PIXELS = 24000000, /* of a picture whose head was not understood */ LARGE = 4000000 /* pixels */ };
static const gsize cache_bytes = 128 << 20; /* of an engine */

typedef struct {
  gchar *path;
  stylemap_model *model; /* NULL: it cannot be opened */
  GError *fault;
  Engine *engine; /* in a worker, once it is needed */
} Opened;

/* A picture of the row before. */
typedef struct {
  gchar *path;
  gint page;
  gint64 modified, size;
  Input input;       /* of a reference */
  GeglBuffer *mask;
} Kept;

typedef struct { Kept reference, mask; } KeptPart;

struct Runner {
  const Rows *rows;
  gint threads;
  GPtrArray *opened; /* models by path */
  GHashTable *paths;  /* a row's word for a model -> those between which the picture decides, a GStrv */
  GHashTable *faults; /* such a word that names no file -> the sentence */
  GArray *kept;       /* KeptPart, in the order of references */
};

/* -------------------------------------------------------------------------------------------- models */

static void opened_free(gpointer data) {
  Opened *opened = data;
  engine_free(opened->engine);
  stylemap_close(opened->model);
  g_clear_error(&opened->fault);
  g_free(opened->path);
  g_free(opened);
}

static Opened *find_opened(const Runner *runner, const gchar *path) {
  for (guint i = 0; i < runner->opened->len; i++) {
    Opened *opened = runner->opened->pdata[i];
    if (g_str_equal(opened->path, path)) return opened;
  }
  return NULL;
}

static void open_word(Runner *runner, const gchar *word) {
  g_autoptr(GError) fault = NULL;
  gchar **paths = models_free_choice(word);
  gchar *path = paths[0] ? NULL : models_find(word, &fault);
  if (path) {
    g_strfreev(paths);
    paths = g_new0(gchar *, 2);
    paths[0] = path;
  }
  if (fault) g_hash_table_insert(runner->faults, g_strdup(word), g_strdup(fault->message));
  g_hash_table_insert(runner->paths, g_strdup(word), paths);
  for (gchar **p = paths; *p; p++) {
    stylemap_error core;
    if (find_opened(runner, *p)) continue;
    Opened *opened = g_new0(Opened, 1);
    opened->path = g_strdup(*p);
    say_status(stylemap_open(*p, 0, progress_quiet, NULL, &opened->model, &core), &core, &opened->fault);
    g_ptr_array_add(runner->opened, opened);
  }
}

Runner *runner_new(const Rows *rows, gint threads) {
  Runner *runner = g_new0(Runner, 1);
  runner->rows = rows;
  runner->threads = threads;
  runner->opened = g_ptr_array_new_with_free_func(opened_free);
  runner->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
  runner->kept = g_array_new(FALSE, TRUE, sizeof(KeptPart));
  runner->faults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < rows->rows->len; i++) {
    const Row *row = rows->rows->pdata[i];
    if (!g_hash_table_contains(runner->paths, row->edit.model)) open_word(runner, row->edit.model);
  }
  return runner;
}

static gboolean start_engine(const Runner *runner, Opened *opened, GError **error) {
  if (opened->engine) {
    engine_watch(opened->engine, progress_quiet, NULL);
    return TRUE;
  }
  if (opened->model)
    return engine_share(&opened->engine, opened->model, opened->path, runner->threads, cache_bytes, progress_quiet, NULL, error);
  g_propagate_error(error, g_error_copy(opened->fault));
  return FALSE;
}

/* The row's engine; of a free choice the one that knows the picture, or, without a request, any. */
static Engine *engine_for(const Runner *runner, const gchar *word, const EditRequest *request, GError **error) {
  gchar **paths = g_hash_table_lookup(runner->paths, word);
  const gchar *fault = g_hash_table_lookup(runner->faults, word);
  g_autoptr(GPtrArray) engines = g_ptr_array_new();
  g_autoptr(GError) why = NULL;
  if (fault) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, fault);
    return NULL;
  }
  for (gchar **p = paths; *p; p++) {
    Opened *opened = find_opened(runner, *p);
    if (start_engine(runner, opened, why ? NULL : &why)) g_ptr_array_add(engines, opened->engine);
  }
  if (engines->len == 0) g_propagate_error(error, g_steal_pointer(&why));
  if (engines->len < 2 || !request) return engines->len ? engines->pdata[0] : NULL;
  Engine *best = choose_among((Engine *const *)engines->pdata, (gint)engines->len, request);
  return best ? best : engines->pdata[0];
}

/* ---------------------------------------------------------------------------------------------- kept */

static void kept_clear(Kept *kept) {
  input_clear(&kept->input);
  g_clear_object(&kept->mask);
  g_free(kept->path);
  *kept = (Kept){ 0 };
}

/* FALSE, and nothing kept any more, where it is another picture. */
static gboolean is_kept(Kept *kept, const gchar *path, gint page) {
  GStatBuf info;
  if (kept->path && g_strcmp0(kept->path, path) == 0 && kept->page == page && g_stat(path, &info) == 0 &&
      info.st_size == kept->size && info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec == kept->modified)
    return TRUE;
  kept_clear(kept);
  return FALSE;
}

/* To be called before the file is read: what is written meanwhile is seen the next time. */
static void keep(Kept *kept, const gchar *path, gint page) {
  GStatBuf info;
  if (kept->path || !path || g_stat(path, &info) != 0) return;
  kept->path = g_strdup(path);
  kept->page = page;
  kept->size = info.st_size;
  kept->modified = info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
}

static gboolean moves(const Row *row, gint n) { return row->edit.references[n].mask && row->moves >> n & 1; }

static void keep_parts(Runner *runner, guint count) {
  for (guint i = count; i < runner->kept->len; i++) {
    KeptPart *part = &g_array_index(runner->kept, KeptPart, i);
    kept_clear(&part->reference);
    kept_clear(&part->mask);
  }
  g_array_set_size(runner->kept, count);
}

/* Into `pictures` what the row before left; a tensor's shape is its model's, and it is small. */
static void take_kept(Runner *runner, const Row *row, CliPictures *pictures) {
  const CliEdit *edit = &row->edit;
  keep_parts(runner, cli_edit_is_of_model(edit) ? 0 : (guint)edit->n_references);
  for (guint i = 0; i < runner->kept->len; i++) {
    const CliReference *asked = &edit->references[i];
    Kept *reference = &g_array_index(runner->kept, KeptPart, i).reference, *mask = &g_array_index(runner->kept, KeptPart, i).mask;
    if (is_kept(reference, asked->path, asked->page)) {
      pictures->parts[i].input = reference->input;
      reference->input = (Input){ 0 };
    }
    keep(reference, asked->path, asked->page);
    if (moves(row, (gint)i)) {
      kept_clear(mask);
      continue;
    }
    if (is_kept(mask, asked->mask, asked->mask_page)) pictures->parts[i].mask = g_steal_pointer(&mask->mask);
    keep(mask, asked->mask, asked->mask_page);
  }
}

static void give_back(Runner *runner, CliPictures *pictures) {
  for (guint i = 0; i < runner->kept->len; i++) {
    Kept *reference = &g_array_index(runner->kept, KeptPart, i).reference, *mask = &g_array_index(runner->kept, KeptPart, i).mask;
    CliPart *part = &pictures->parts[i];
    if (reference->path && part->input.picture.buffer) {
      reference->input = part->input;
      part->input = (Input){ 0 };
    } else {
      kept_clear(reference);
    }
    if (mask->path && part->mask) mask->mask = g_steal_pointer(&part->mask);
    else kept_clear(mask);
  }
}

/* -------------------------------------------------------------------------------------------- measures */

typedef struct {
  gdouble inside, outside; /* MSE of the colours, as numbers of 0..1 in the file's own encoding; -1: there is no such pixel */
} Change;

/* Of `after` from `before`, where the mask is above 0 and where it is not. */
static Change change_of(GeglBuffer *before, GeglBuffer *after, const Mask *mask) {
  const Babl *own = gegl_buffer_get_format(before), *format = layer_own_float(own);
  const gint width = gegl_buffer_get_width(before), height = gegl_buffer_get_height(before);
  const gint parts = babl_format_get_n_components(format), colours = parts >= 3 ? 3 : 1;
  const gsize bytes = (gsize)width * (gsize)babl_format_get_bytes_per_pixel(own);
  g_autofree guint8 *raw = g_malloc(2 * bytes);
  g_autofree gfloat *numbers = g_new(gfloat, 2 * (gsize)width * (gsize)parts), *weights = g_new0(gfloat, width);
  gfloat *b = numbers + (gsize)width * (gsize)parts;
  gdouble sums[2] = { 0 };
  gsize counts[2] = { 0 };
  for (gint y = 0; y < height; y++) {
    const GeglRectangle row = { 0, y, width, 1 };
    const gboolean crossed = y >= mask->bounds.y && y < mask->bounds.y + mask->bounds.height;
    if (crossed) {
      gegl_buffer_get(mask->weights, &row, 1.0, babl_format("Y float"), weights, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gint x = 0; x < width; x++) counts[weights[x] > 0]++;
    } else {
      counts[0] += (gsize)width;
    }
    gegl_buffer_get(before, &row, 1.0, own, raw, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    gegl_buffer_get(after, &row, 1.0, own, raw + bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    if (memcmp(raw, raw + bytes, bytes) == 0) continue;
    layer_get_numbers(before, &row, numbers);
    layer_get_numbers(after, &row, b);
    for (gint x = 0; x < width; x++)
      for (gint c = 0; c < colours; c++) {
        const gdouble d = (gdouble)numbers[x * parts + c] - (gdouble)b[x * parts + c];
        if (isfinite(d)) sums[crossed && weights[x] > 0] += d * d / colours;
      }
  }
  return (Change){ counts[1] ? sums[1] / (gdouble)counts[1] : -1, counts[0] ? sums[0] / (gdouble)counts[0] : -1 };
}

/* ------------------------------------------------------------------------------------------- frames */

static stylemap_placement square_of(const Place *place) {
  return (stylemap_placement){ place->x, place->y, place->side, place->angle, place->mirror };
}

/* References' masks of the first frame, moved as the square has moved since. */
static gboolean read_moved_masks(const Row *row, CliPictures *pictures, GError **error) {
  const stylemap_placement from = square_of(&row->first), to = square_of(&row->edit.place);
  for (gint i = 0; i < row->edit.n_references; i++) {
    const CliReference *reference = &row->edit.references[i];
    if (!moves(row, i)) continue;
    g_autoptr(GeglBuffer) mask = picture_load_grey(reference->mask, reference->mask_page, error);
    if (!mask) return FALSE;
    pictures->parts[i].mask = sequence_move_mask(mask, &from, &to);
  }
  return TRUE;
}

/* ------------------------------------------------------------------------------------------------ row */

typedef struct { gdouble wall, own; } Moment; /* seconds; of this process's processors */

static Moment now(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return (Moment){ (gdouble)g_get_monotonic_time() / 1e6,
                   (gdouble)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (gdouble)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6 };
}

/* Names are static. */
static Moment line_phase(GString *line, const gchar *wall, const gchar *own, Moment before) {
  const Moment after = now();
  line_number(line, wall, "%.6f", after.wall - before.wall);
  line_number(line, own, "%.6f", after.own - before.own);
  return after;
}

static void line_row(GString *line, const Row *row, const gchar *status) {
  line_number(line, "row", "%.0f", row->number);
  if (row->line) line_number(line, "line", "%.0f", row->line);
  line_text(line, "status", status);
  line_text(line, "operation", row->command->name);
  line_text(line, "target", row->edit.target);
  line_text(line, "output", row->edit.output);
  line_text(line, "key", row->key);
}

void runner_say_failed(const Row *row, const gchar *fault, GString *answer) {
  g_string_truncate(answer, 0);
  line_row(answer, row, "failed");
  line_text(answer, "error", fault);
  line_end(answer);
}

static void line_placement(GString *line, const gchar *name, const stylemap_placement *at) {
  Number n[4];
  g_autofree gchar *text = g_strdup_printf("[%s, %s, %s, %s]", cli_number(&n[0], "%.2f", at->x), cli_number(&n[1], "%.2f", at->y),
                                           cli_number(&n[2], "%.2f", at->side), cli_number(&n[3], "%.3f", at->angle * 180 / G_PI));
  line_raw(line, name, text);
}

static void line_result(GString *line, const Engine *engine, const EditResult *result) {
  g_autofree gchar *model = g_path_get_basename(engine->path);
  line_text(line, "model", model);
  if (result->error >= 0) line_number(line, "mse", "%.6g", result->error);
  if (result->healed.misfit >= 0) line_number(line, "misfit", "%.6g", result->healed.misfit);
  if (result->change >= 0) line_number(line, "model_change", "%.6g", result->change);
  if (result->healed.misfit >= 0) line_text(line, "collage", words_collages[result->healed.start]);
  for (gint i = 0; i < result->n_found; i++) {
    g_autofree gchar *name = result->found_of[i] ? g_strdup_printf("reference_%d_found", result->found_of[i] + 1) : g_strdup("reference_found");
    line_placement(line, name, &result->found[i]);
  }
}

static void line_notes(GString *line, const GPtrArray *notes) {
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < notes->len; i++) g_string_append_printf(all, "%s%s", i ? " " : "", (gchar *)notes->pdata[i]);
  if (all->len) line_text(line, "notes", all->str);
}

static gint64 pixels_of(const gchar *path) {
  const gint64 pixels = path && !is_tensor_path(path) ? picture_pixels(path) : 0;
  return pixels < 0 ? UNKNOWN_PIXELS : pixels;
}

static gint64 pixels_of_edit(const CliEdit *edit) {
  gint64 pixels = pixels_of(edit->target);
  for (gint i = 0; i < edit->n_parts; i++) pixels += pixels_of(edit->references[i].path) + pixels_of(edit->references[i].mask);
  return pixels;
}

static gboolean make_folder(const gchar *output, GError **error) {
  g_autofree gchar *folder = g_path_get_dirname(output);
  if (g_mkdir_with_parents(folder, 0777) == 0) return TRUE;
  g_autofree gchar *name = g_filename_display_name(folder);
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made."), name);
  return FALSE;
}

/* Fills `line` but for its end. */
static gboolean do_row(Runner *runner, const Row *row, CliPictures *pictures, GString *line, GError **error) {
  const CliEdit *edit = &row->edit;
  Engine *engine = NULL;
  g_autoptr(GeglBuffer) before = NULL;
  Moment at = now();
  picture_init();
  if (!make_folder(edit->output, error) ||
      (cli_edit_is_of_model(edit) && !(engine = engine_for(runner, edit->model, NULL, error))))
    return FALSE;
  take_kept(runner, row, pictures);
  if (!read_moved_masks(row, pictures, error)) return FALSE;
  if (!cli_edit_read(edit, engine, pictures, error)) return FALSE;
  at = line_phase(line, "decode_seconds", "decode_cpu", at);
  const GeglRectangle *size = gegl_buffer_get_extent(pictures->target.picture.buffer);
  line_number(line, "width", "%.0f", size->width);
  line_number(line, "height", "%.0f", size->height);
  if ((!engine && !(engine = engine_for(runner, edit->model, &pictures->request, error))) ||
      !cli_edit_draw(edit, engine, pictures, error))
    return FALSE;
  if (!cli_edit_is_square(edit)) before = gegl_buffer_dup(pictures->target.picture.buffer);
  cli_edit_compose(edit, pictures);
  if (before) {
    const Change change = change_of(before, pictures->target.picture.buffer, &pictures->result.mask);
    if (change.inside >= 0) line_number(line, "mse_inside", "%.6g", change.inside);
    if (change.outside >= 0) line_number(line, "mse_outside", "%.6g", change.outside);
  }
  if (pictures->target.picture.placement) line_placement(line, "placement", pictures->target.picture.placement);
  line_result(line, engine, &pictures->result);
  at = line_phase(line, "edit_seconds", "edit_cpu", at);
  if (!cli_edit_write(edit, engine, pictures, error)) return FALSE;
  line_phase(line, "encode_seconds", "encode_cpu", at);
  return line_output(line, edit->output, error);
}

gboolean runner_work(gpointer data, guint number, GString *answer) {
  Runner *runner = data;
  const Row *row = runner->rows->rows->pdata[number];
  const CliEdit *edit = &row->edit;
  const gint64 pixels = pixels_of_edit(edit);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) fault = NULL;
  CliPictures pictures;
  cli_pictures_init(&pictures, edit);
  pool_want((guint64)pixels);
  cli_notes_into(notes);
  line_row(answer, row, "done");
  if (do_row(runner, row, &pictures, answer, &fault)) {
    line_notes(answer, notes);
    line_end(answer);
  } else if (!g_error_matches(fault, HOST_ERROR, HOST_ERROR_CANCELLED)) {
    runner_say_failed(row, fault->message, answer);
  }
  give_back(runner, &pictures);
  cli_pictures_clear(&pictures);
  cli_notes_into(NULL);
#ifdef __GLIBC__
  if (pixels > LARGE) malloc_trim(0); /* others need it now */
#endif
  return !g_error_matches(fault, HOST_ERROR, HOST_ERROR_CANCELLED);
}

/* Nothing of one that is not sure. */
static void answer_place(GString *answer, const SequencePlace *place) {
  if (!place->sure) return;
  rows_append_numbers(answer, place->values, G_N_ELEMENTS(place->values));
  g_string_append(answer, " sure");
}

gboolean runner_choose(gpointer data, guint number, GString *answer) {
  Runner *runner = data;
  const CliEdit *edit = &((const Row *)runner->rows->rows->pdata[number])->edit;
  Input input = { 0 };
  Engine *engine = NULL;
  pool_want((guint64)pixels_of(edit->target));
  picture_init();
  if (!is_tensor_path(edit->target) && input_read(&input, NULL, edit->target, edit->page, FALSE, NULL) &&
      (engine = engine_for(runner, edit->model, &(EditRequest){ .target = input.picture }, NULL)))
    g_string_append(answer, engine->path);
  input_clear(&input);
  return !progress_interrupted();
}

void runner_set_model(Runner *runner, const gchar *path) {
  const gchar *model = g_intern_string(path);
  gchar **paths = g_new0(gchar *, 2);
  paths[0] = g_strdup(path);
  g_hash_table_insert(runner->paths, g_strdup(path), paths);
  for (guint i = 0; i < runner->rows->rows->len; i++) ((Row *)runner->rows->rows->pdata[i])->edit.model = model;
}

/* Where the row's edit alone has its target's square. */
static gboolean place_told(Runner *runner, const CliEdit *edit, stylemap_placement *at) {
  CliPictures pictures;
  Engine *engine;
  Find by;
  cli_pictures_init(&pictures, edit);
  gboolean done = cli_edit_read(edit, NULL, &pictures, NULL) && (engine = engine_for(runner, edit->model, &pictures.request, NULL));
  if (done) *at = pictures.at[0];
  if (done && pictures.target.picture.find) done = find_subject(engine, &pictures.target.picture, NULL, TRUE, &by, at, NULL);
  cli_pictures_clear(&pictures);
  return done;
}

/* The first reference's mask picture tells which of several faces is meant. */
static void place_found(Runner *runner, const CliEdit *edit, SequencePlace *place) {
  const gchar *mask = edit->references[0].mask;
  MaskSource under = { 0 };
  Input input = { 0 };
  Engine *engine;
  if (!is_tensor_path(edit->target) && input_read(&input, NULL, edit->target, edit->page, FALSE, NULL) &&
      (engine = engine_for(runner, edit->model, &(EditRequest){ .target = input.picture }, NULL))) {
    input.picture.find = place_find_how(&edit->place);
    if (mask && !is_tensor_path(mask)) under.selection = picture_load_grey(mask, edit->references[0].mask_page, NULL);
    sequence_find(engine, &input.picture, &under, place);
  }
  g_clear_object(&under.selection);
  input_clear(&input);
}

gboolean runner_place(gpointer data, guint number, GString *answer) {
  Runner *runner = data;
  const CliEdit *edit = &((const Row *)runner->rows->rows->pdata[number])->edit;
  SequencePlace place = { 0 };
  stylemap_placement at;
  pool_want((guint64)pixels_of_edit(edit));
  picture_init();
  if (sequence_is_found(edit->placement, place_find_how(&edit->place))) place_found(runner, edit, &place);
  else if (place_told(runner, edit, &at)) place = (SequencePlace){ TRUE, { at.x, at.y, log(at.side), at.angle } };
  answer_place(answer, &place);
  return !progress_interrupted();
}

gboolean runner_track(gpointer data, guint number, GString *answer) {
  Runner *runner = data;
  const Row *row = runner->rows->rows->pdata[number], *last = runner->rows->rows->pdata[number - 1];
  const stylemap_placement square = square_of(&last->edit.place);
  Input before = { 0 }, after = { 0 };
  SequencePlace way = { 0 };
  pool_want((guint64)(pixels_of(row->edit.target) + pixels_of(last->edit.target)));
  if (input_read(&before, NULL, last->edit.target, last->edit.page, FALSE, NULL) &&
      input_read(&after, NULL, row->edit.target, row->edit.page, FALSE, NULL))
    sequence_track(before.picture.buffer, after.picture.buffer, &square, &way);
  answer_place(answer, &way);
  input_clear(&before);
  input_clear(&after);
  return !progress_interrupted();
}

gboolean runner_decide(gpointer data, guint number, GString *answer) {
  Runner *runner = data;
  const Row *row = runner->rows->rows->pdata[number];
  const EditResult *result;
  CliPictures pictures;
  Engine *engine = NULL;
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
  cli_pictures_init(&pictures, &row->edit);
  pool_want((guint64)pixels_of_edit(&row->edit));
  cli_notes_into(notes);
  picture_init();
  if (read_moved_masks(row, &pictures, NULL) && cli_edit_read(&row->edit, NULL, &pictures, NULL) &&
      (engine = engine_for(runner, row->edit.model, &pictures.request, NULL)) &&
      cli_edit_draw(&row->edit, engine, &pictures, NULL)) {
    result = &pictures.result;
    const stylemap_heal_report *h = &result->healed;
    const gdouble detail[] = { h->sigma, h->offset[0], h->offset[1], h->offset[2] };
    g_string_append_printf(answer, "%d %d %d", h->misfit >= 0 ? (gint)h->start : -1, h->rounds, h->both);
    rows_append_numbers(answer, detail, G_N_ELEMENTS(detail));
    for (gint i = 0; i < result->n_found; i++) {
      const stylemap_placement *at = &result->found[i];
      const gdouble values[] = { result->found_of[i], at->x, at->y, at->side, at->angle };
      rows_append_numbers(answer, values, G_N_ELEMENTS(values));
    }
  }
  cli_pictures_clear(&pictures);
  cli_notes_into(NULL);
  return !progress_interrupted();
}

void runner_free(Runner *runner) {
  keep_parts(runner, 0);
  g_array_unref(runner->kept);
  g_ptr_array_unref(runner->opened);
  g_hash_table_unref(runner->paths);
  g_hash_table_unref(runner->faults);
  g_free(runner);
}
