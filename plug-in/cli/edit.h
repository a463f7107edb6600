/* SPDX-License-Identifier: GPL-3.0-or-later
 * One edit of a picture as a command line asks for it, or a row of a manifest, which is one: parsed by the command's own
 * table, then read, drawn and written, each in a call of its own. */
#pragma once
#include "cli/cli.h"
#include "host/place.h"

/* A reference, and what belongs to it. */
typedef struct {
  gchar *path; /* NULL: of a reconstruction, which has a mask without it */
  gchar *mask, *mask_region, *placement;
  gint region;    /* a stylemap_region in the place of a mask; -1: none, or */
  gboolean alpha; /* the reference's own alpha is */
  gint page, mask_page;
  Place place;    /* what the text says, and whether it is mirrored */
} CliReference;

typedef struct {
  gchar **given; /* what these two point into */
  const gchar *model, *target;
  CliReference *references; /* 1 or more, later ones above */
  gint n_references;        /* that are pictures: 0 in a reconstruction */
  gint n_parts;             /* of `references` */
  gchar *placement, *output;
  gint page;
  Place place; /* what the text says */
  gboolean raw, extend;
  gdouble feather; /* of the masks, as a MaskSource has it */
  gint refine;
  EditMethod method;
  stylemap_edit edit;
  stylemap_heal_options heal;

  /* What the table fills and cli_edit_parse makes the above of. */
  gchar *rule, *space, *way, *collage, *softness;
  gboolean match_colours;
  gint rounds;
  gdouble detail;
} CliEdit;

/* The commands that are edits, closed by NULL, and how many arguments each has beside its options. */
extern const Command *const cli_edit_commands[];
gint cli_edit_operands (const Command *command);
/* The options of such a command, which fill `edit`; g_free. Those that belong to a reference are callbacks. */
GOptionEntry *cli_edit_entries (const Command *command, CliEdit *edit);

/* Fills `edit` by the arguments, the command's name first, and looks at all that can be seen without a file. On FALSE,
 * with a usage error, nothing is left in it. */
gboolean cli_edit_parse (CliEdit *edit, const Command *command, gchar **arguments, GError **error);
void     cli_edit_clear (CliEdit *edit);

/* A reference and its mask, as they were read. */
typedef struct {
  Input input;
  GeglBuffer *mask;
  MaskSource source;
} CliPart;

/* What is edited, and what comes of it. */
typedef struct {
  Input target;
  CliPart *parts;  /* one for each of the edit's */
  gint n_parts;
  gfloat *weights; /* a mask tensor, where the result is the network's own square */
  stylemap_placement *at; /* of the target, then of the references */
  EditReference *references;
  EditRequest request;
  EditResult result;
} CliPictures;

/* All empty, for cli_edit_read; cli_pictures_clear. */
void cli_pictures_init (CliPictures *pictures, const CliEdit *edit);
/* TRUE where the inputs are tensors, whose shapes are the model's: cli_edit_read needs it then. */
gboolean cli_edit_is_of_model (const CliEdit *edit);
/* TRUE where the result is the network's own square, not the target. */
gboolean cli_edit_is_square (const CliEdit *edit);
/* Reads what is not there yet (references and mask pictures may be, of an earlier edit), and sees that the edit can be
 * made of it. */
gboolean cli_edit_read (const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error);
gboolean cli_edit_draw (const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error);
/* Notes what was found; and where that was `asked` for in a reference, and in none was anything, that. */
void     cli_say_findings (const Engine *engine, const EditResult *result, gboolean asked);
/* Notes why the model does not know what is in the square of a target that is drawn, where it does not. */
void     cli_edit_say_reason (Engine *engine, const EditRequest *request);
/* Puts the result into the target's buffer, unless it is a square: what cli_edit_write writes. */
void     cli_edit_compose (const CliEdit *edit, CliPictures *pictures);
gboolean cli_edit_write (const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error);
void     cli_pictures_clear (CliPictures *pictures);
