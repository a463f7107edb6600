/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap evaluate: the tables of papers, for a model and for pictures that other programs made. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/measure/parts.h"
#include "cli/measure/truth.h"
#include "host/mix.h"
#include "host/say.h"
#include "stylemap-measure.h"

enum { MOST_PICTURES = 500, MOST_PAIRS = 5000, NOT_GIVEN = -1 };

typedef struct {
  gchar *parts, *pairs_folder, *truth, *inception, *against, *vgg, *lpips, *detector, *json, *csv, **folders, **seconds;
  gint most, refine, pairs, samples;
  gboolean halves;
} Wishes;

typedef struct {
  Engine *engine;
  const Wishes *wishes;
  Table *table;
  GPtrArray *others;           /* of Other */
  Squares squares;             /* of the pictures */
  stylemap_inception *network; /* NULL: no FID */
  stylemap_gaussian *truth;    /* its features of real pictures */
  stylemap_lpips *lpips;       /* NULL: no LPIPS */
  Detection *detection;        /* NULL: no AP */
} Evaluation;

/* --------------------------------------------------------------------------------------------- FID */

enum { BATCH = 16 };

/* Adds the features of the squares to `gaussian`. */
static gboolean add_features(const Evaluation *e, const Squares *squares, stylemap_gaussian *gaussian, GError **error) {
  const gint width = stylemap_inception_width(e->network);
  const gsize numbers = 3 * (gsize)squares->size * (gsize)squares->size;
  g_autofree gfloat *images = g_new(gfloat, BATCH * numbers), *features = g_new(gfloat, (gsize)BATCH * (gsize)width);
  stylemap_error core;
  for (guint at = 0; at < squares->count; at += BATCH) {
    const guint part = MIN(BATCH, squares->count - at);
    if (squares->count > BATCH) progress_bar(_("looking at pictures"), (gdouble)at / squares->count);
    for (guint i = 0; i < part; i++) square_get(squares, at + i, images + i * numbers);
    if (!progress_go_on(error) ||
        !say_status(stylemap_inception_features(e->network, images, (int)part, squares->size, features, &core), &core, error) ||
        !say_status(stylemap_gaussian_add(gaussian, features, (int)part, &core), &core, error))
      return FALSE;
  }
  return TRUE;
}

/* Pictures that are looked at as they come, a batch at a time: of tens of thousands none is kept. */
typedef struct {
  const Evaluation *e;
  stylemap_gaussian *gaussian; /* of their features */
  Squares some;
  guint count, of;
  gint64 taken; /* microseconds, looking */
} Crowd;

static gboolean crowd_new(Crowd *crowd, const Evaluation *e, guint of, GError **error) {
  stylemap_error core;
  *crowd = (Crowd){ .e = e, .of = of };
  squares_new(&crowd->some, e->engine->info->size, BATCH, NULL);
  crowd->some.count = 0;
  return say_status(stylemap_gaussian_new(stylemap_inception_width(e->network), &crowd->gaussian, &core), &core, error);
}

static void crowd_clear(Crowd *crowd) {
  stylemap_gaussian_free(crowd->gaussian);
  squares_clear(&crowd->some);
}

static gboolean crowd_look(Crowd *crowd, GError **error) {
  const gint64 start = g_get_monotonic_time();
  const gboolean done = add_features(crowd->e, &crowd->some, crowd->gaussian, error);
  crowd->some.count = 0;
  crowd->taken += g_get_monotonic_time() - start;
  return done;
}

static gboolean crowd_add(Crowd *crowd, const gfloat *image, GError **error) {
  square_set(&crowd->some, crowd->some.count++, image);
  crowd->count++;
  return crowd->some.count < BATCH || crowd_look(crowd, error);
}

/* The last row's distance of `own` from the truth. */
static gboolean set_distance(const Evaluation *e, const stylemap_gaussian *own, const gchar *column, GError **error) {
  stylemap_error core;
  gdouble distance = NAN;
  if (!say_status(stylemap_frechet(e->truth, own, &distance, &core), &core, error)) return FALSE;
  table_set(e->table, column, distance);
  return TRUE;
}

/* The last row's FID: of `squares` from the truth. */
static gboolean set_fid(const Evaluation *e, const Squares *squares, GError **error) {
  stylemap_gaussian *own = NULL;
  stylemap_error core;
  if (!e->network || squares->count < 2) return TRUE;
  const gboolean done = say_status(stylemap_gaussian_new(stylemap_inception_width(e->network), &own, &core), &core, error) &&
                        add_features(e, squares, own, error) && set_distance(e, own, "FID", error);
  stylemap_gaussian_free(own);
  return done;
}

/* A row of pictures that are none of the evaluated ones, but of their kind: their FID. */
static gboolean add_crowd(Crowd *crowd, const gchar *name, const gchar *column, gdouble seconds, GError **error) {
  const Evaluation *e = crowd->e;
  if (!crowd_look(crowd, error)) return FALSE;
  table_row(e->table, name);
  table_set(e->table, "pictures", crowd->count);
  table_set(e->table, "seconds", seconds);
  return crowd->count < 2 || set_distance(e, crowd->gaussian, column, error);
}

/* A SquareTake of a Crowd. */
static gboolean meet(gpointer data, const gchar *path, const gfloat *image, GError **error) { return crowd_add(data, image, error); }

static gboolean open_truth(Evaluation *e, GError **error) {
  stylemap_error core;
  Crowd all = { 0 };
  if (!e->wishes->inception) return TRUE;
  const gboolean done = say_status(stylemap_inception_open(e->wishes->inception, common.threads, &e->network, &core), &core, error) &&
                        crowd_new(&all, e, 0, error) &&
                        (e->wishes->against ? squares_each(e->wishes->against, G_MAXUINT, e->engine->info->size, meet, &all, error) &&
                         crowd_look(&all, error) : add_features(e, &e->squares, all.gaussian, error));
  e->truth = g_steal_pointer(&all.gaussian);
  crowd_clear(&all);
  const guint least = done ? (guint)stylemap_gaussian_count(e->truth) : 0;
  if (done && least < 2048)
    cli_note(_("FID from %u pictures says little: it is biased below some 10,000."), least);
  return done;
}

/* ---------------------------------------------------------------------------------- reconstruction */

static gboolean open_lpips(Evaluation *e, GError **error) {
  stylemap_error core;
  return !e->wishes->vgg ||
         say_status(stylemap_lpips_open(e->wishes->vgg, e->wishes->lpips, common.threads, &e->lpips, &core), &core, error);
}

static gboolean open_detection(Evaluation *e, GError **error) {
  return !e->wishes->detector || (e->detection = detection_open(e->wishes->detector, &e->squares, error));
}

/* Adds the LPIPS of two images. */
static gboolean add_lpips(const Evaluation *e, const gfloat *a, const gfloat *b, gdouble *sum, GError **error) {
  stylemap_error core;
  gdouble distance = 0;
  if (!e->lpips) return TRUE;
  if (!say_status(stylemap_lpips_distance(e->lpips, a, b, e->engine->info->size, &distance, &core), &core, error)) return FALSE;
  *sum += distance;
  return TRUE;
}

/* A row that compares squares with the pictures: square i with picture which[i]. */
static gboolean compare(const Evaluation *e, const gchar *name, const Squares *made, const gint *which, gdouble seconds,
                        GError **error) {
  g_autofree gfloat *a = engine_new_image(e->engine), *b = engine_new_image(e->engine);
  gdouble mse = 0, psnr = 0, ssim = 0, sharp = 0, sharp_of = 0, lpips = 0, precision;
  guint count = 0;
  detection_begin(e->detection);
  for (guint i = 0; i < made->count; i++) {
    if (which && which[i] < 0) continue;
    progress_bar(_("comparing"), (gdouble)i / made->count);
    if (!progress_go_on(error)) return FALSE;
    const guint picture = which ? (guint)which[i] : i;
    square_get(made, i, a);
    square_get(&e->squares, picture, b);
    const gdouble error_of_one = stylemap_mse(a, b, e->engine->image_count);
    mse += error_of_one;
    psnr += stylemap_psnr(error_of_one);
    ssim += stylemap_ssim(a, b, e->engine->info->size);
    sharp += stylemap_sharpness(a, e->engine->info->size);
    sharp_of += stylemap_sharpness(b, e->engine->info->size);
    if (!add_lpips(e, a, b, &lpips, error) || !detection_edit(e->detection, a, picture, error)) return FALSE;
    count++;
  }
  if (!detection_end(e->detection, &precision, error)) return FALSE;
  table_row(e->table, name);
  table_set(e->table, "pictures", count);
  table_set(e->table, "MSE", mse / count);
  table_set(e->table, "PSNR", psnr / count);
  table_set(e->table, "SSIM", ssim / count);
  table_set(e->table, "sharpness", sharp_of > 0 ? sharp / sharp_of : NAN); /* as a training's log has it */
  if (e->lpips) table_set(e->table, "LPIPS", lpips / count);
  if (e->detection) table_set(e->table, "AP", precision);
  if (!set_fid(e, made, error)) return FALSE;
  table_set(e->table, "seconds", seconds);
  return TRUE;
}

/* G(E(x)), with the encoder's styles or after `steps` of refinement. */
static gboolean draw(Evaluation *e, const gfloat *seen, gint steps, stylemap_pyramid *pyramid, gfloat *drawn, GError **error) {
  const stylemap_refine_options options = { .steps = steps, .offsets = 1 };
  stylemap_session *session = e->engine->session;
  stylemap_error core;
  if (!steps) return say_status(stylemap_reconstruct(session, seen, drawn, &core), &core, error);
  return say_status(stylemap_refine(session, seen, &options, pyramid, NULL, &core), &core, error) &&
         say_status(stylemap_synth(session, pyramid, drawn, &core), &core, error);
}

static gboolean reconstruct(Evaluation *e, gint steps, GError **error) {
  g_autofree gfloat *seen = engine_new_image(e->engine), *drawn = engine_new_image(e->engine);
  g_autofree gchar *name = steps ? g_strdup_printf("refine %d", steps) : g_strdup("reconstruct");
  stylemap_pyramid *pyramid = NULL;
  stylemap_error core;
  Squares made;
  gint64 taken = 0;
  squares_new(&made, e->engine->info->size, e->squares.count, &e->squares);
  gboolean done = say_status(stylemap_pyramid_new(e->engine->model, &pyramid, &core), &core, error);
  for (guint i = 0; done && i < made.count; i++) {
    progress_bar(name, (gdouble)i / made.count);
    square_get(&e->squares, i, seen);
    const gint64 start = g_get_monotonic_time();
    done = progress_go_on(error) && draw(e, seen, steps, pyramid, drawn, error);
    taken += g_get_monotonic_time() - start;
    if (done) square_set(&made, i, drawn);
  }
  done = done && compare(e, name, &made, NULL, (gdouble)taken / G_TIME_SPAN_SECOND / made.count, error);
  stylemap_pyramid_free(pyramid);
  squares_clear(&made);
  return done;
}

/* A row of another program's pictures that are none of the evaluated ones, but of their kind: their FID. */
static gboolean add_strangers(const Evaluation *e, const gchar *name, const Squares *made, gdouble seconds, GError **error) {
  table_row(e->table, name);
  table_set(e->table, "pictures", made->count);
  table_set(e->table, "seconds", seconds);
  return set_fid(e, made, error);
}

/* Pictures of another program, compared with those of the same stem, or, where no name is one of them, by FID alone. What are
 * edits of --parts or --truth is compared there. */
static gboolean compare_other(Evaluation *e, Other *other, GError **error) {
  Squares made;
  guint found = 0;
  if (!squares_read(&made, other->folder, G_MAXUINT, e->engine->info->size, error)) return FALSE;
  g_autofree gint *which = g_new(gint, made.count);
  for (guint i = 0; i < made.count; i++) found += (which[i] = squares_find(&e->squares, made.stems[i])) >= 0;
  gboolean done = TRUE;
  other->used = found || e->network;
  if (found) {
    if (found < made.count) cli_note(_("%u of %u pictures in %s are compared, by their names."), found, made.count, other->folder);
    done = compare(e, other->name, &made, which, other->seconds, error);
  } else if (e->network) {
    done = add_strangers(e, other->name, &made, other->seconds, error);
  } else if (!e->wishes->parts && !e->wishes->halves && !e->wishes->truth) {
    done = other_fail(other, error);
  }
  squares_clear(&made);
  return done;
}

/* ------------------------------------------------------------------------------------ interpolation */

/* A row of FID_lerp: pairs of pictures, at a random place of the way between their stylemaps each. */
static gboolean interpolate(Evaluation *e, GError **error) {
  Engine *engine = e->engine;
  const gsize width = engine->stylemap_count;
  const guint count = e->squares.count, pairs = (guint)e->wishes->pairs;
  if (!e->network || count < 2) return TRUE;
  g_autofree gfloat *maps = g_try_malloc_n(count, width * sizeof *maps), *image = engine_new_image(engine), *w = engine_new_stylemap(engine);
  g_autoptr(GRand) chance = g_rand_new_with_seed(0);
  stylemap_error core;
  Crowd made;
  if (!maps) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("There is no memory for the style maps of %u pictures."), count);
    return FALSE;
  }
  gboolean done = crowd_new(&made, e, pairs, error);
  for (guint i = 0; done && i < count; i++) {
    square_get(&e->squares, i, image);
    done = progress_go_on(error) && say_status(stylemap_encode(engine->session, image, maps + i * width, &core), &core, error);
  }
  for (guint i = 0; done && i < pairs; i++) {
    const guint a = (guint)g_rand_int_range(chance, 0, (gint)count), b = (guint)g_rand_int_range(chance, 0, (gint)count);
    const gdouble t = g_rand_double(chance);
    progress_bar(_("interpolating"), (gdouble)i / pairs);
    for (gsize k = 0; k < width; k++) w[k] = (gfloat)(maps[a * width + k] + t * ((gdouble)maps[b * width + k] - maps[a * width + k]));
    done = progress_go_on(error) && engine_synth(engine, w, image, error) && crowd_add(&made, image, error);
  }
  done = done && add_crowd(&made, "interpolate", "FID_lerp", NAN, error);
  crowd_clear(&made);
  return done;
}

/* ----------------------------------------------------------------------------------------- samples */

/* An EditTake of a Crowd. */
static gboolean take_sample(gpointer data, gint n, const gfloat *image, GError **error) {
  progress_bar(_("drawing from noise"), (gdouble)n / ((Crowd *)data)->of);
  return progress_go_on(error) && crowd_add(data, image, error);
}

/* A row of pictures from noise, as `stylemap sample --truncation 1` draws them. */
static gboolean sample(Evaluation *e, GError **error) {
  Crowd made;
  if (!e->wishes->samples) return TRUE;
  gboolean done = crowd_new(&made, e, (guint)e->wishes->samples, error);
  const gint64 start = g_get_monotonic_time();
  done = done && mix_samples(e->engine, 0, e->wishes->samples, 1, take_sample, &made, error);
  const gint64 drawing = g_get_monotonic_time() - start - made.taken;
  done = done && add_crowd(&made, "sample", "FID", (gdouble)drawing / G_TIME_SPAN_SECOND / e->wishes->samples, error);
  crowd_clear(&made);
  return done;
}

/* ------------------------------------------------------------------------------------------ command */

static gboolean write_text(const gchar *path, gchar *text, GError **error) {
  const gboolean done = !path || g_file_set_contents(path, text, -1, error);
  g_free(text);
  return done;
}

static gboolean edit_parts(const Evaluation *e, GError **error) {
  const PartsRequest request = { e->engine, &e->squares, e->wishes->parts, e->wishes->halves, e->others, e->wishes->pairs_folder,
                                 e->detection, e->table };
  return (!request.folder && !request.halves) || parts_measure(&request, error);
}

/* All rows. */
static gboolean measure(Evaluation *e, GError **error) {
  const Wishes *wishes = e->wishes;
  gboolean done = open_truth(e, error) && open_lpips(e, error) && open_detection(e, error) && reconstruct(e, 0, error) &&
                  (!wishes->refine || reconstruct(e, wishes->refine, error));
  for (guint i = 0; done && i < e->others->len; i++) done = compare_other(e, e->others->pdata[i], error);
  return done && interpolate(e, error) && sample(e, error) && edit_parts(e, error) &&
         (!wishes->truth || truth_measure(e->engine, wishes->truth, e->others, e->table, error)) && others_check(e->others, error);
}

static gboolean evaluate(const Wishes *wishes, gchar **given, GError **error) {
  g_autoptr(Engine) engine = NULL;
  g_autoptr(Table) table = table_new();
  g_autoptr(GPtrArray) others = others_new(wishes->folders, wishes->seconds, error);
  Evaluation e = { .wishes = wishes, .table = table, .others = others };
  gboolean done = others && cli_open(&engine, given[0], error);
  if (done) {
    e.engine = engine;
    engine_watch(engine, progress_quiet, NULL);
  }
  done = done && squares_read(&e.squares, given[1], (guint)wishes->most, engine->info->size, error) && measure(&e, error);
  if (done) {
    g_autofree gchar *text = table_text(table);
    progress_end();
    g_print("%s", text);
    done = write_text(wishes->json, table_json(table), error) && write_text(wishes->csv, table_csv(table), error);
  }
  detection_free(e.detection);
  stylemap_gaussian_free(e.truth);
  stylemap_inception_free(e.network);
  stylemap_lpips_free(e.lpips);
  squares_clear(&e.squares);
  return done;
}

static gboolean run_evaluate(const Command *command, gchar **arguments, GError **error) {
  Wishes wishes = { .most = MOST_PICTURES, .pairs = NOT_GIVEN };
  const GOptionEntry entries[] = {
    { "folder", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wishes.folders,
      N_("Pictures that another program made of these, by the same names, or its edits, by theirs: measured beside; may be given more than once"),
      "[NAME=]FOLDER" },
    { "parts", 0, 0, G_OPTION_ARG_FILENAME, &wishes.parts,
      N_("Masks of the pictures' parts, as CelebAMask-HQ has them: local editing is measured, too"), N_("FOLDER") },
    { "halves", 0, 0, G_OPTION_ARG_NONE, &wishes.halves,
      N_("The same of halves of pictures, as the paper does where there are no masks"), NULL },
    { "write-pairs", 0, 0, G_OPTION_ARG_FILENAME, &wishes.pairs_folder,
      N_("Write the edits of --parts as NAME-target, NAME-reference and NAME-mask, for other programs; their NAME.png are measured "
         "by --folder"), N_("FOLDER") },
    { "detector", 0, 0, G_OPTION_ARG_FILENAME, &wishes.detector,
      N_("The weights of the detector of generated pictures, blur_jpg_prob0.5.pth (.pth or .safetensors): AP is measured, too"),
      N_("FILE") },
    { "truth", 0, 0, G_OPTION_ARG_FILENAME, &wishes.truth,
      N_("Edits whose result is known, as NAME-target, NAME-reference, NAME-mask and NAME-truth: how near to it each way comes"),
      N_("FOLDER") },
    { "seconds", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wishes.seconds,
      N_("How long a picture took the program of a --folder, for the table; may be given more than once"), "NAME=SECONDS" },
    { "refine", 0, 0, G_OPTION_ARG_INT, &wishes.refine, N_("Also reconstruct by refined styles, in so many steps"), N_("STEPS") },
    { "inception", 0, 0, G_OPTION_ARG_FILENAME, &wishes.inception,
      N_("The weights pt_inception-2015-12-05 (.pth or .safetensors): FID and FID_lerp are measured, too"), N_("FILE") },
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &wishes.against,
      N_("FID from these pictures, such as those of the training, instead of the evaluated ones"), N_("FOLDER") },
    { "vgg", 0, 0, G_OPTION_ARG_FILENAME, &wishes.vgg,
      N_("VGG16's weights, torchvision's .pth or .safetensors: LPIPS is measured, too"), N_("FILE") },
    { "lpips", 0, 0, G_OPTION_ARG_FILENAME, &wishes.lpips, N_("Its LPIPS heads, where --vgg does not hold them"), N_("FILE") },
    { "samples", 0, 0, G_OPTION_ARG_INT, &wishes.samples, N_("Also draw so many pictures from noise, for their FID"), "N" },
    { "pairs", 0, 0, G_OPTION_ARG_INT, &wishes.pairs, N_("So many interpolations for FID_lerp (5000)"), "N" },
    { "count", 0, 0, G_OPTION_ARG_INT, &wishes.most, N_("So many pictures at most (500)"), "N" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &wishes.json, N_("Write the table as JSON, too"), N_("FILE") },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &wishes.csv, N_("Write the table as CSV, too"), N_("FILE") },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  gboolean done = given && cli_check_range("--count", wishes.most, 1, 1e6, error) &&
                  (wishes.pairs == NOT_GIVEN || cli_check_range("--pairs", wishes.pairs, 2, 1e6, error)) &&
                  cli_check_range("--samples", wishes.samples, 0, 1e6, error) &&
                  cli_check_range("--refine", wishes.refine, 0, EDIT_MOST_REFINE, error);
  if (done && wishes.against && !wishes.inception) {
    cli_usage(error, _("--against is for FID, which needs --inception."));
    done = FALSE;
  }
  if (done && wishes.samples && !wishes.inception) {
    cli_usage(error, _("--samples is for FID, which needs --inception."));
    done = FALSE;
  }
  if (done && wishes.pairs != NOT_GIVEN && !wishes.inception) {
    cli_usage(error, _("--pairs is for FID_lerp, which needs --inception."));
    done = FALSE;
  }
  if (done && wishes.pairs_folder && !wishes.parts && !wishes.halves) {
    cli_usage(error, _("--write-pairs needs --parts or --halves."));
    done = FALSE;
  }
  if (done && wishes.lpips && !wishes.vgg) {
    cli_usage(error, _("--lpips needs --vgg."));
    done = FALSE;
  }
  if (wishes.pairs == NOT_GIVEN) wishes.pairs = MOST_PAIRS;
  done = done && evaluate(&wishes, given, error);
  g_strfreev(wishes.folders);
  g_strfreev(wishes.seconds);
  g_free(wishes.parts);
  g_free(wishes.pairs_folder);
  g_free(wishes.detector);
  g_free(wishes.truth);
  g_free(wishes.inception);
  g_free(wishes.against);
  g_free(wishes.vgg);
  g_free(wishes.lpips);
  g_free(wishes.json);
  g_free(wishes.csv);
  return done;
}

const Command command_evaluate = {
  "evaluate", N_("MODEL FOLDER [--parts MASKS] [--truth EDITS] [--folder OTHERS]"), EVALUATE_SUMMARY,
  "  stylemap evaluate toon-portraits-128 held-out\n"
  "  stylemap evaluate celeba_hq.pt test --parts CelebAMask-HQ-mask-anno --folder pSp=psp-results --seconds pSp=0.1 --csv table.csv\n"
  "  stylemap evaluate celeba_hq.pt test --inception pt_inception-2015-12-05-6726825d.pth --against train\n"
  "  stylemap evaluate celeba_hq.pt test --parts masks --detector blur_jpg_prob0.5.pth --folder other=edits\n",
  run_evaluate,
};
