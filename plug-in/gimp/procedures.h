/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the procedures are called, take and return: the one table that registers, checks and documents them.
 * The signatures of GIMP 2.10 are final: what came after them is given as a text to a procedure of its own there. GIMP 3
 * takes every argument by its name. */
#pragma once
#include "host/edit.h"
#include <glib.h>

#define PROCEDURES_MENU "<Image>/Filters/StyleMap"

typedef enum {
  ARGUMENT_RUN_MODE,
  ARGUMENT_IMAGE,
  ARGUMENT_DRAWABLE,
  ARGUMENT_REFERENCE,
  ARGUMENT_WITH,
  ARGUMENT_WITHOUT,
  ARGUMENT_MODEL,
  ARGUMENT_DIRECTIONS,
  ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE,
  ARGUMENT_SPACE,
  ARGUMENT_FEATHER,
  ARGUMENT_METHOD,
  ARGUMENT_COLLAGE,
  ARGUMENT_MATCH_COLOURS,
  ARGUMENT_ROUNDS,
  ARGUMENT_DETAIL,
  ARGUMENT_EXTEND,
  ARGUMENT_PLACEMENT,
  ARGUMENT_REFERENCE_PLACEMENT,
  ARGUMENT_MIRROR,
  ARGUMENT_REGION,
  ARGUMENT_VISIBLE,
  ARGUMENT_REFERENCES,
  ARGUMENT_FRAMES,
  ARGUMENT_FRAME_MS,
  ARGUMENT_RECONSTRUCT_DETAIL,
  ARGUMENT_FRAMES_DETAIL,
  ARGUMENT_REFINE_STEPS,
  ARGUMENT_STRENGTH_FROM,
  ARGUMENT_EASING,
  ARGUMENT_PING_PONG,
  ARGUMENT_INTO,
  ARGUMENT_BOUNDARY,
  ARGUMENT_LEVELS,
  ARGUMENT_SEED,
  ARGUMENT_TRUNCATION,
  ARGUMENT_COUNT,
  ARGUMENT_SHEET,
  ARGUMENT_FILE,
  ARGUMENT_NAME,
  ARGUMENT_DIRECTION,
  N_ARGUMENTS
} ArgumentId;

typedef enum {
  ARGUMENT_IS_ITEM,
  ARGUMENT_IS_TEXT,
  ARGUMENT_IS_INT,
  ARGUMENT_IS_FLOAT,
  ARGUMENT_IS_CHOICE, /* the place of one of `words` */
  ARGUMENT_IS_FLAG,
} ArgumentType;

typedef struct {
  ArgumentId id;
  ArgumentType type;
  const gchar *name;
  const gchar *text;                       /* English: the procedure browser of 2.10 does not translate */
  gdouble minimum, maximum, default_value; /* of numbers, choices and flags */
  const gchar *const *words;               /* of a choice, and of a number that has words in a text; closed by NULL */
} Argument;

typedef enum {
  RETURNS_LAYER,
  RETURNS_LAYERS, /* frames, for an animation */
  RETURNS_FRAMES, /* what is in the places of an animation's frames now (frames.h) */
  RETURNS_IMAGE,  /* from here on: it needs no image (alone.h) */
  RETURNS_TEXT,
} ProcedureReturns;

typedef struct Alone Alone;
typedef gboolean (*ProcedureAlone)(Alone *call, GError **error);

typedef struct {
  EditKind kind;
  const gchar *name;
  const gchar *menu_label; /* to be translated; NULL: for scripts only */
  const gchar *title;      /* of the dialog, the progress and the new layer, to be translated */
  const gchar *blurb;      /* also the entry's tooltip, to be translated */
  const gchar *help;
  const ArgumentId *arguments;
  gint n_arguments;
  gint n_positional; /* of them in the procedure of GIMP 2.10; if there are more, NAME PROCEDURES_WITH takes them all */
  gboolean again;    /* what it does is what its layer was made by */
  ProcedureReturns returns;
  ProcedureAlone alone; /* NULL: an edit of layers */
} Procedure;

/* GIMP 2.10 only: run mode, image, drawable, reference (if there is one), and all the others as a text. */
#define PROCEDURES_WITH "-with"

const Argument *procedures_argument(ArgumentId id);
gboolean procedures_takes(const Procedure *procedure, ArgumentId id);
/* Whether its dialog offers to refine the styles first, beyond what its arguments say. */
gboolean procedures_offers_refinement(const Procedure *procedure);
/* The procedure of that name, or NULL. */
const Procedure *procedures_find(const gchar *name);
/* 0 .. : all of them, those of the menu first and in its order, then NULL. */
const Procedure *procedures_nth(gint n);
