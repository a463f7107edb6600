/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command `stylemap`: what its sub-commands share. */
#pragma once
#include <gegl.h>
#include "picture/picture.h"
#include "stylemap.h"

/* Exit codes. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_INTERRUPTED = 130 };

/* Errors of this domain are wrong usage; HOST_ERROR_CANCELLED is an interruption; all others are failures. */
#define CLI_USAGE_ERROR (cli_usage_error_quark ())
GQuark cli_usage_error_quark (void);
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
  command_transplant, command_interpolate, command_sample, command_mix, command_bench, command_train;

/* What every sub-command understands, filled by cli_parse. */
typedef struct {
  gint threads;
  gboolean quiet;
} CommonOptions;
extern CommonOptions common;

/* Parses `arguments` (the command's name first) by `entries` and the common options; returns the `count`
 * positional arguments as a NULL-closed array to be freed with g_strfreev, or NULL with a usage error. --help
 * prints and exits. */
gchar **cli_parse (const Command *command, gchar **arguments, const GOptionEntry *entries, guint count,
                   GError **error);

/* A usage error where -o is missing. */
gboolean cli_need_output (const gchar *output, GError **error);

/* TRUE if `value` lies in least .. most (and is a number), else a usage error that names the option. */
gboolean cli_check_range (const gchar *option, gdouble value, gdouble least, gdouble most, GError **error);

/* A line on stderr that is no failure; nothing with --quiet. */
void cli_note (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

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
/* What follows fills the fractions `from` .. `to` of the bar. */
void     progress_part (gdouble from, gdouble to);
int      progress_core (void *data, stylemap_phase phase, double fraction); /* a stylemap_progress */
gboolean progress_job (const gchar *phase, gdouble fraction, gpointer data); /* a JobProgress */
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

/* square.c: what the network reads and writes. ----------------------------------------------------- */

gboolean is_tensor_path (const gchar *path);

/* --page and its like: TRUE if `page` is 0 (not given), or a page from 1 on of an input that is no tensor file. */
gboolean cli_check_page (const gchar *option, gint page, const gchar *path, GError **error);

/* The options of a command that reads one picture, and of one that reads A and B; `page`, `pages`: gint. */
#define CLI_PAGE(page) \
  { "page", 0, 0, G_OPTION_ARG_INT, &(page), N_("Which page or frame of the picture, where it has several"), "N" }
#define CLI_PAGE_A_AND_B(pages) \
  { "page", 0, 0, G_OPTION_ARG_INT, &(pages)[0], N_("Which page or frame of A, where it has several"), "N" }, \
  { "b-page", 0, 0, G_OPTION_ARG_INT, &(pages)[1], N_("Which page or frame of B, where it has several"), "N" }

/* picture_load, and its note on the screen. */
Picture *picture_load_noting (const gchar *path, gint page, GError **error);

/* An opened model and a session on it. */
typedef struct {
  stylemap_model *model;
  stylemap_session *session;
  const stylemap_info *info;
  gsize image_count, stylemap_count; /* numbers in 3 x S x S and D x P x P */
} Net;

gboolean net_open (Net *net, const gchar *model, GError **error);
void     net_close (Net *net);

/* Reads tensor `name` of shape 1 x ... (4 sides; 0 ends a shorter one) of a .safetensors file. */
gboolean tensor_read (const gchar *path, const gchar *name, const gint *shape, gfloat *values, GError **error);
gboolean tensor_write (const gchar *path, const gchar *name, const gint *shape, const gfloat *values, GError **error);

/* A picture's centred square, or the tensor `image` of a .safetensors file: 3 x S x S. `page` as in picture_load.
 * `depth`, where not NULL, receives the bits a channel of the picture (8, 16, 32), 8 for a tensor. */
gfloat *square_read (const Net *net, const gchar *path, gint page, gint *depth, GError **error);
/* The same, and the size of the picture that it was cut from (S x S of a tensor). */
gfloat *square_read_sized (const Net *net, const gchar *path, gint page, gint *depth, gint *width, gint *height,
                           GError **error);
/* The picture's or tensor's style map, D x P x P; a .safetensors file may hold `w` instead of `image`. */
gfloat *square_encode (const Net *net, const gchar *path, gint page, gint *depth, GError **error);
/* The image as an S x S buffer of `format`: R'G'B' of u8, u16 or float. */
GeglBuffer *square_buffer (const Net *net, const gfloat *image, const Babl *format);
/* Writes the network's own square: a tensor `image`, unrounded, or an S x S picture of that depth. */
gboolean square_write (const Net *net, const gfloat *image, gint depth, const gchar *path, GError **error);

/* G of a pyramid, written as square_write does. */
gboolean pyramid_write (const Net *net, const stylemap_pyramid *pyramid, gint depth, const gchar *path, GError **error);

/* The form of an output is known and its folder writable; asked before the work. */
gboolean output_check (const gchar *path, GError **error);
