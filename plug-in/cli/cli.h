/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command `stylemap`: what its sub-commands share. */
#pragma once
#include <gegl.h>
#include "host/edit.h"
#include "host/place.h"
#include "picture/picture.h"
#include "stylemap.h"

/* Exit codes. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_PARTLY = 3, CLI_INTERRUPTED = 130 };

/* Errors of the first domain are wrong usage; of the second, some of many failed; HOST_ERROR_CANCELLED is an interruption;
 * all others are failures. */
#define CLI_USAGE_ERROR (cli_usage_error_quark ())
#define CLI_PARTLY_ERROR (cli_partly_error_quark ())
GQuark cli_usage_error_quark (void);
GQuark cli_partly_error_quark (void);
void cli_usage (GError **error, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

typedef struct Command Command;

struct Command {
  const gchar *name;
  const gchar *arguments;  /* for the usage line */
  const gchar *summary;
  const gchar *examples;   /* whole lines, not translated */
  gboolean (*run) (const Command *command, gchar **arguments, GError **error);
};

extern const Command command_info, command_convert, command_encode, command_synth, command_reconstruct,
  command_transplant, command_interpolate, command_sample, command_mix, command_train, command_place, command_learn_place,
  command_apply, command_direction, command_evaluate, command_batch;

/* The program behind `direction` and `evaluate`, and what it and `stylemap` say of them. */
#define MEASURE_PROGRAM "stylemap-measure"
#define DIRECTION_SUMMARY N_("Learn or find directions: ways through the styles that mean something.")
#define EVALUATE_SUMMARY N_("Measure a model on a folder of pictures, as papers do.")

/* What every sub-command understands, filled by cli_parse. */
typedef struct {
  gint threads;
  gboolean quiet;
  gboolean silent_origin; /* outputs do not say that a model drew them; nor where the user's settings say so */
} CommonOptions;
extern CommonOptions common;

/* What `main` begins with: streams, language, signals. And what it ends with: a failure's sentence, the exit code. */
void cli_start (void);
int  cli_finish (const Command *command, gboolean done, GError *error);

/* Parses `arguments` (the command's name first) by `entries` and the common options; returns the `count`
 * positional arguments (CLI_ANY: as many as there are) as a NULL-closed array to be freed with g_strfreev, or NULL with a usage error. --help
 * prints and exits. */
enum { CLI_ANY = -1 };
gchar **cli_parse (const Command *command, gchar **arguments, const GOptionEntry *entries, gint count,
                   GError **error);
/* The same with `data` for those of `entries` that are callbacks. */
gchar **cli_parse_with (const Command *command, gchar **arguments, const GOptionEntry *entries, gint count,
                        gpointer data, GError **error);

/* A usage error where -o is missing. */
gboolean cli_need_output (const gchar *output, GError **error);

/* TRUE if `value` lies in least .. most (and is a number), else a usage error that names the option. */
gboolean cli_check_range (const gchar *option, gdouble value, gdouble least, gdouble most, GError **error);
/* --feather: "auto", NULL or pixels; a MaskSource's feather. */
gboolean cli_feather (const gchar *text, gdouble *feather, GError **error);

/* `text` as one of `names`, which a NULL closes, in any case: its place in `*value`, unless `text` is NULL; else a usage
 * error that names the option. */
gboolean cli_word (const gchar *option, const gchar *text, const gchar *const *names, gint *value, GError **error);

/* A line on stderr that is no failure; nothing with --quiet. */
void cli_note (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* From now on such lines are appended to `notes` instead; NULL: no longer. */
void cli_notes_into (GPtrArray *notes);

/* A number as text that no locale changes. */
typedef struct { gchar text[G_ASCII_DTOSTR_BUF_SIZE]; } Number;
const gchar *cli_number (Number *buffer, const gchar *format, gdouble value);

/* The file's SHA-256 as 64 hexadecimal digits, or NULL. */
gchar *cli_sha256 (const gchar *path, GError **error);

/* progress.c: a bar on a terminal, and the interruption by SIGINT, SIGTERM or SIGHUP. ------------------ */

void     progress_catch_signals (void);
gboolean progress_interrupted (void);
/* TRUE, or FALSE with HOST_ERROR_CANCELLED where the user has interrupted. */
gboolean progress_go_on (GError **error);
void     progress_bar (const gchar *what, gdouble fraction);
int      progress_show (void *data, stylemap_phase phase, double fraction); /* a stylemap_progress */
int      progress_quiet (void *data, stylemap_phase phase, double fraction); /* the same without a bar */
/* A line in the bar's place, until the next one; where there is no terminal a line of its own. */
void     progress_line (const gchar *text);
void     progress_end (void); /* clears the bar's line */

/* pattern.c: names of numbered outputs. ------------------------------------------------------------ */

typedef struct {
  gchar *before, *after; /* around the number; `after` NULL: a plain path */
  gint width;            /* of the number, filled with 0; 0 = as wide as it is */
} Pattern;

/* PATTERN holds exactly one %d or %0Nd, or is a plain path if `count` is 1; else a usage error. */
gboolean pattern_parse (const gchar *text, gint count, Pattern *pattern, GError **error);
gchar   *pattern_path (const Pattern *pattern, gint number);
void     pattern_clear (Pattern *pattern);

/* inputs.c: pictures and tensors. ------------------------------------------------------------------ */

gboolean is_tensor_path (const gchar *path);

/* engine_open, or choose_model, with --threads and the bar. */
gboolean cli_open (Engine **engine, const gchar *model, GError **error);
gboolean cli_open_for (Engine **engine, const gchar *model, const EditRequest *request, GError **error);

/* --page and its like: TRUE if `page` is 0 (not given), or a page from 1 on of an input that is no tensor file. */
gboolean cli_check_page (const gchar *option, gint page, const gchar *path, GError **error);

#define CLI_FEATHER_HELP \
  N_("Soften the mask's edge by so many pixels, or as suits the square and what is masked (auto, the default)")

/* The options of a command that reads one picture, and of one that reads A and B; `page`, `pages`: gint. */
#define CLI_PAGE(page) \
  { "page", 0, 0, G_OPTION_ARG_INT, &(page), N_("Which page or frame of the picture, where it has several"), "N" }
#define CLI_PAGE_A_AND_B(pages) \
  { "page", 0, 0, G_OPTION_ARG_INT, &(pages)[0], N_("Which page or frame of A, where it has several"), "N" }, \
  { "b-page", 0, 0, G_OPTION_ARG_INT, &(pages)[1], N_("Which page or frame of B, where it has several"), "N" }

/* place_parse of an option's text, which the picture at `path` (or NULL) is asked for, with a usage error. */
gboolean cli_read_place (const gchar *option, const gchar *text, const gchar *path, gboolean reference, PlaceKind usual, Place *place,
                         GError **error);

/* Reads tensor `name` of shape 1 x ... (4 sides; 0 ends a shorter one) of a .safetensors file. */
gboolean tensor_read (const gchar *path, const gchar *name, const gint *shape, gfloat *values, GError **error);
gboolean tensor_write (const gchar *path, const gchar *name, const gint *shape, const gfloat *values, GError **error);

/* What an argument names: a picture file, or a .safetensors file with a tensor `image` (or, where `w` is TRUE, a style
 * map `w` in its place). */
typedef struct {
  EditPicture picture; /* with a buffer, unless it is a style map */
  Picture *file;       /* NULL: tensors */
  gint depth;          /* bits a channel of the picture (8, 16, 32); 8 for a tensor */
} Input;
/* `page` as in picture_load; `engine` may be NULL where the path is no tensor's. */
gboolean input_read (Input *input, const Engine *engine, const gchar *path, gint page, gboolean w, GError **error);
void     input_clear (Input *input);
/* Lays the model's square on a picture that was read, by place_find, whose `target` it is; `at` becomes its placement and must outlive it.
 * Of a tensor, which is the square already, the picture stays as it is; of a style map `at` does, too. */
void     input_place (Input *input, const Place *place, const stylemap_placement *target, stylemap_placement *at);

/* Writes what the engine's model drew, and, unless the user wants none of it, says in a picture's XMP that it did.
 * square: the network's own, a tensor `image`, unrounded, or an S x S picture of that depth. input: the picture that was read
 * and is drawn into, with its size, depth, alpha, profile and EXIF; input_write notes what the form cannot hold, which input_save leaves
 * to input_note. */
gboolean square_write (const Engine *engine, const gfloat *image, gint depth, const gchar *path, GError **error);
gboolean input_write (const Engine *engine, Input *drawn, const gchar *path, GError **error);
gboolean input_save (const Engine *engine, Input *drawn, const gchar *path, GError **error);
void     input_note (const Input *saved, const gchar *path);

/* The form of an output is known and its folder writable; asked before the work. */
gboolean output_check (const gchar *path, GError **error);
